//! Tasks: who they are, what they run, and what they do next.

use super::event::CpuId;
pub(in crate::models) use crate::models::record::Role;
use crate::models::seq::Seq;
use crate::models::spent::Spent;
use crate::sim::{Instant, Rng, Span};

/// A task's number.
pub(in crate::models) type TaskId = u32;

/// Whether a task runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::models) enum State {
    /// It has a CPU.
    Running,
    /// It waits for one.
    Runnable,
    /// It sleeps.
    Blocked,
}

/// What a task does when its present stretch of CPU time is over, or when it next runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::models) enum Step {
    // rcu_barrier()
    BarrierLock,
    BarrierRetry,
    BarrierScan(CpuId),
    BarrierIpi(CpuId),
    BarrierWoken,
    BarrierReturn,
    // the creator
    Create,
    CreateLock,
    CreateRetry,
    CreateHeld,
    CreateUser,
    // a hog
    Hog,
    // a noise thread
    NoiseRound,
    NoisePost,
    // cleanup_net(): the stage and the namespace within it
    Cleanup { stage: u32, done: u32 },
    CleanupIdle,
    CleanupRtnl { stage: u32 },
    CleanupExpedite { stage: u32 },
    // the grace-period thread
    GpIdle,
    GpInit,
    GpFqs,
    GpCleanup,
    // ksoftirqd
    Pass,
    PassDone(u64),
    // a kworker
    WorkerIdle,
    WorkerManage,
    WorkerNext,
    WorkDone,
    Destroyed,
    BatchDestroying(u64),
    BeforeBarrier(u64),
    Freed(u64),
    KfreeDone(u32),
    SharedDone,
    ExpeditedDone,
}

/// A mutex.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::models) enum LockId {
    /// `rtnl_mutex`.
    Rtnl,
    /// `barrier_mutex` of barrier state 0 or 1.
    Barrier(u8),
}

/// What a step leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::models) enum Flow {
    /// CPU time, then the task's next step.
    Run(Span),
    /// Sleep; the task's step is what it does when woken.
    Block,
    /// The CPU is given up although the task could go on; its next step when it has one again.
    Yield,
    /// CPU time until the mutex it spins for is its own or it gives up; then the task's next step.
    Spin,
}

/// A task; what most events look at comes first.
#[derive(Clone, Debug)]
#[repr(C)]
pub(in crate::models) struct Task {
    pub(in crate::models) step: Step,
    pub(in crate::models) state: State,
    pub(in crate::models) role: Role,
    /// Set while a kworker sleeps inside a work.
    pub(in crate::models) slept_in_work: bool,
    /// What it spends its time on, where that is accounted for.
    pub(in crate::models) spends: Spent,
    /// The barrier state of the call in progress.
    pub(in crate::models) which: u8,
    /// The mutex it spins for.
    pub(in crate::models) spins_for: Option<LockId>,
    pub(in crate::models) cpu: usize,
    /// CPU time run, in the scheduler's measure \[ns\].
    pub(in crate::models) vruntime: u64,
    /// What is left of the present stretch.
    pub(in crate::models) left: Span,
    /// When it was last seen running: a task that ran half a millisecond ago is cache-hot and stays where it is.
    pub(in crate::models) ran_at: Instant,
    /// fqdirs that its work has in hand.
    pub(in crate::models) fqdirs: u64,
    /// The snapshot of the barrier call in progress.
    pub(in crate::models) snap: Seq,
    /// When that call began.
    pub(in crate::models) begin: Instant,
    /// The work a kworker has in hand.
    pub(in crate::models) work: Option<super::work::Work>,
    /// When the eldest fqdir of the batch in hand was handed over.
    pub(in crate::models) handed_over: Instant,
    /// When the work in hand began to destroy tables.
    pub(in crate::models) destroy_began: Instant,
    /// fqdirs that the barrier in progress will free.
    pub(in crate::models) batch: u64,
    /// What a creator or a noise thread draws from.
    pub(in crate::models) rng: Option<Box<Rng>>,
}

impl Task {
    pub(in crate::models) fn new(role: Role, cpu: usize, step: Step) -> Self {
        Self {
            role,
            cpu,
            state: State::Blocked,
            step,
            vruntime: 0,
            left: Span::ZERO,
            ran_at: Instant::ZERO,
            work: None,
            slept_in_work: false,
            snap: Seq::default(),
            begin: Instant::ZERO,
            which: 0,
            fqdirs: 0,
            spends: Spent::Running,
            spins_for: None,
            handed_over: Instant::ZERO,
            destroy_began: Instant::ZERO,
            batch: 0,
            rng: None,
        }
    }

    /// A task that draws from `rng`.
    pub(in crate::models) fn drawing(role: Role, cpu: usize, step: Step, rng: Rng) -> Self {
        Self {
            rng: Some(Box::new(rng)),
            ..Self::new(role, cpu, step)
        }
    }

    /// What it draws from.
    ///
    /// # Panics
    /// If it was not made to draw.
    pub(in crate::models) fn rng(&mut self) -> &mut Rng {
        self.rng.as_mut().expect("creators and noise threads draw")
    }

    /// Whether it may run on any CPU.
    pub(in crate::models) fn is_movable(&self) -> bool {
        matches!(
            self.role,
            Role::Creator
                | Role::Noise
                | Role::Cleanup
                | Role::UnboundWorker
                | Role::GpThread
                | Role::KernelHog
                | Role::UserHog
        )
    }
}
