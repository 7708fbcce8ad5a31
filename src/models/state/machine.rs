//! The machine: state of every mechanism, and nothing that happens to it.

use super::accounting::Accounting;
use super::barrier::Barrier;
use super::cleanup_net::CleanupNet;
use super::cpu::Cpu;
use super::event::Ev;
use super::fqdirs::Fqdirs;
use super::grace_period::GracePeriod;
use super::jiffies::Jiffies;
use super::kfree_rcu::KfreeRcu;
use super::memory::Memory;
use super::pool::Unbound;
use super::shared_work::SharedWorks;
use super::task::{Task, TaskId};
use super::workload::Workload;
use crate::models::caches::ByCache;
use crate::models::cpuset::CpuSet;
use crate::models::mutex::Mutex;
use crate::models::outcome::{BarrierCounts, Destruction, Outcome, Sample};
use crate::models::params::Params;
use crate::models::record::{Context as At, Record};
use crate::models::spent::Lifetime;
use crate::sim::{Context, Ended, Instant};

pub(in crate::models) type Ctx = Context<Ev, Record>;

/// Of a machine that nobody hears (`HEARD` is false) all telling is left out when it is compiled: what is told anywhere would be in
/// the way of everything else. Both do the same.
///
/// Fields lie in the order they are written in: what nearly every event looks at comes first, where instructions that reach it
/// are short. The same holds for the CPUs, their callback lists and the tasks, of which an event so looks at fewer cache lines.
#[repr(C)]
pub(in crate::models) struct Machine<const HEARD: bool> {
    pub(in crate::models) cpus: Vec<Cpu>,
    pub(in crate::models) tasks: Vec<Task>,
    pub(in crate::models) jiffies: Jiffies,
    /// Nothing of the workload is left, or memory has run out.
    pub(in crate::models) is_over: bool,
    /// CPUs without a task.
    pub(in crate::models) idle: CpuSet,
    /// CPUs with a task waiting.
    pub(in crate::models) overloaded: CpuSet,
    /// CPUs with callbacks queued.
    pub(in crate::models) has_callbacks: CpuSet,
    pub(in crate::models) gp: GracePeriod,
    /// The event being handled.
    pub(in crate::models) event: Ev,
    /// What kind of code runs, where that is not what the event says; only listeners see it.
    pub(in crate::models) context: Option<At>,
    /// Busy CPUs that share the host's cores, never fewer than there are cores.
    pub(in crate::models) host_share: u64,
    pub(in crate::models) shared: SharedWorks,
    pub(in crate::models) cleanup: CleanupNet,
    /// Works queued on bound pools and not yet finished.
    pub(in crate::models) works: u64,
    /// Works queued on bound pools since the run began: the next one's number.
    pub(in crate::models) works_ever: u64,
    pub(in crate::models) blocked_kworkers: u64,
    pub(in crate::models) workload: Workload,
    pub(in crate::models) fqdirs: Fqdirs,
    pub(in crate::models) memory: Memory,
    pub(in crate::models) rtnl: Mutex,
    pub(in crate::models) barriers: [Barrier; 2],
    pub(in crate::models) unbound: Unbound,
    pub(in crate::models) kfree: KfreeRcu,
    pub(in crate::models) p: Params,
    pub(in crate::models) accounting: Accounting,
    pub(in crate::models) out: Outcome,
}

impl<const HEARD: bool> Machine<HEARD> {
    pub(in crate::models) fn new(p: Params) -> Self {
        let n = usize::try_from(p.cpus).expect("a CPU count fits in usize");
        let fair = p.is_mutex_fair();
        let mut machine = Self {
            cpus: (0..n).map(|_| Cpu::default()).collect(),
            tasks: Vec::new(),
            jiffies: Jiffies::new(p.hz),
            is_over: false,
            idle: CpuSet::new(n),
            overloaded: CpuSet::new(n),
            has_callbacks: CpuSet::new(n),
            gp: GracePeriod::new(n),
            barriers: [Barrier::new(fair), Barrier::new(fair)],
            rtnl: Mutex::new(false),
            cleanup: CleanupNet::new(&p),
            unbound: Unbound::default(),
            fqdirs: Fqdirs::default(),
            kfree: KfreeRcu::new(n),
            shared: SharedWorks::default(),
            workload: Workload::new(&p),
            memory: Memory::new(&p),
            accounting: Accounting::default(),
            blocked_kworkers: 0,
            works: 0,
            host_share: p.host_cpus.max(1),
            works_ever: 0,
            event: Ev::Begin,
            context: None,
            out: empty_outcome(),
            p,
        };
        machine.idle.fill(n);
        machine
    }

    pub(in crate::models) fn add_task(&mut self, task: Task) -> TaskId {
        self.tasks.push(task);
        TaskId::try_from(self.tasks.len() - 1).expect("fewer than 2^32 tasks")
    }

    /// Time since the workload began \[ns\].
    pub(in crate::models) fn since_begin(&self, at: Instant) -> u64 {
        at.saturating_since(self.workload.began).as_ns()
    }
}

fn empty_outcome() -> Outcome {
    Outcome {
        ended: Ended::Quiescent,
        waits: Vec::new(),
        out_of_memory_ns: None,
        digest: 0,
        events: 0,
        sim_ns: 0,
        loop_ns: None,
        asked_ns: None,
        settled_ns: None,
        arrivals_are_open: false,
        has_namespaces: true,
        fqdirs_each: 1,
        created: 0,
        live_peak: 0,
        live_at_loop_end: None,
        in_use_at_loop_end: 0,
        peak_drop_bytes: 0,
        peak_drop_ns: 0,
        end_drop_bytes: 0,
        peak_by_cache: ByCache::default(),
        end_by_cache: ByCache::default(),
        barriers: BarrierCounts::default(),
        destruction: Destruction::default(),
        namespace_time: Lifetime::default(),
        dead_ns: crate::sim::Histogram::new(),
        fqdir_time: Lifetime::default(),
        cleanup_net: Vec::new(),
        grace_period_ns: Vec::new(),
        barrier_ns: Vec::new(),
        kworkers_blocked_peak: 0,
        system_wq_wait_max_ns: 0,
        series: Vec::new(),
        end: Sample::default(),
        calls: Vec::new(),
    }
}
