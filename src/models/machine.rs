//! The machine: state of every mechanism, wired into one model with one event enum.

use super::barrier::Barrier;
use super::cleanup_net::CleanupNet;
use super::cpuset::CpuSet;
use super::event::Ev;
use super::fqdir::Fqdirs;
use super::grace_period::GracePeriod;
use super::kfree_rcu::KfreeRcu;
use super::mutex::Mutex;
use super::outcome::{Outcome, Sample};
use super::params::{BarrierDesign, Params};
use super::record::Record;
use super::sched::Cpu;
use super::task::{Flow, Step, Task, TaskId};
use super::workload::Workload;
use crate::sim::{Context, Ended, Instant, Limits, Listener, Model, Rng, Seed, Simulation, Span};

pub(crate) type Ctx = Context<Ev, Record>;

/// Memory that the workload holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) used: u64,
    pub(crate) peak: u64,
    pub(crate) peak_at: Instant,
    pub(crate) exhausted_at: Option<Instant>,
}

pub(crate) struct Machine {
    pub(crate) p: Params,
    pub(crate) cpus: Vec<Cpu>,
    pub(crate) tasks: Vec<Task>,
    /// CPUs without a task.
    pub(crate) idle: CpuSet,
    /// CPUs with a task waiting.
    pub(crate) overloaded: CpuSet,
    /// CPUs with callbacks queued.
    pub(crate) has_callbacks: CpuSet,
    pub(crate) gp: GracePeriod,
    pub(crate) barriers: [Barrier; 2],
    pub(crate) rtnl: Mutex,
    pub(crate) cleanup: CleanupNet,
    pub(crate) fqdirs: Fqdirs,
    pub(crate) kfree: KfreeRcu,
    /// Whether each machine-wide work is pending.
    pub(crate) shared_pending: [bool; 2],
    pub(crate) workload: Workload,
    pub(crate) memory: Memory,
    pub(crate) blocked_kworkers: u64,
    /// Works queued on bound pools and not yet finished.
    pub(crate) works: u64,
    pub(crate) out: Outcome,
}

/// Runs one scenario to its end.
pub fn simulate(params: &Params) -> Outcome {
    simulate_with(params, None)
}

/// The same run, bit for bit, with every record told to `listener`.
pub fn simulate_with(params: &Params, listener: Option<Listener<Record>>) -> Outcome {
    let mut simulation = Simulation::new(Machine::new(params.clone()), Machine::start);
    if let Some(listener) = listener {
        simulation.listen(listener);
    }
    let limits = Limits {
        horizon: Instant::ZERO + params.horizon,
        events: u64::MAX,
    };
    let ended = simulation.run(limits);
    let (now, events, digest) = (simulation.now(), simulation.events(), simulation.digest());
    let mut out = simulation.model.finish(now);
    out.ended = ended;
    out.events = events;
    out.digest = digest;
    out.sim_ns = now.as_ns();
    out
}

impl Machine {
    fn new(p: Params) -> Self {
        let n = usize::try_from(p.cpus).expect("a CPU count fits in usize");
        let fair = p.barrier == BarrierDesign::FairMutex;
        let mut machine = Self {
            cpus: (0..n).map(|_| Cpu::default()).collect(),
            tasks: Vec::new(),
            idle: CpuSet::new(n),
            overloaded: CpuSet::new(n),
            has_callbacks: CpuSet::new(n),
            gp: GracePeriod::new(n),
            barriers: [Barrier::new(fair), Barrier::new(fair)],
            rtnl: Mutex::new(false),
            cleanup: CleanupNet::new(&p),
            fqdirs: Fqdirs::default(),
            kfree: KfreeRcu::new(n),
            shared_pending: [false; 2],
            workload: Workload::new(&p),
            memory: Memory::default(),
            blocked_kworkers: 0,
            works: 0,
            out: empty_outcome(),
            p,
        };
        machine.idle.fill(n);
        machine
    }

    fn start(&mut self, ctx: &mut Ctx) {
        self.create_tasks();
        for cpu in 0..self.cpus.len() {
            self.cpus[cpu].rng = Some(Rng::new(Seed(self.p.seed), 0x1000 + cpu as u64));
            if self.p.callbacks_always {
                self.call_rcu(cpu, super::segcblist::Callback::Background, 1, ctx);
            }
            self.schedule_background(cpu, ctx);
        }
        ctx.after(self.p.settle_before, Ev::Begin);
    }

    fn create_tasks(&mut self) {
        use super::task::Role;
        let n = self.cpus.len();
        for cpu in 0..n {
            self.cpus[cpu].ksoftirqd = self.add_task(Task::new(Role::Ksoftirqd, cpu, Step::Pass));
            let worker = self.add_task(Task::new(Role::Worker, cpu, Step::WorkerIdle));
            self.cpus[cpu].pool.idle.push(worker);
        }
        self.cleanup.task = self.add_task(Task::new(Role::Cleanup, n - 1, Step::CleanupIdle));
    }

    pub(crate) fn add_task(&mut self, task: Task) -> TaskId {
        self.tasks.push(task);
        TaskId::try_from(self.tasks.len() - 1).expect("fewer than 2^32 tasks")
    }

    /// Does a task's next step.
    pub(crate) fn step(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        self.leave_sleep_in_work(me);
        let step = self.tasks[me as usize].step;
        match step {
            Step::BarrierLock
            | Step::BarrierRetry
            | Step::BarrierScan(_)
            | Step::BarrierIpi(_)
            | Step::BarrierWoken
            | Step::BarrierReturn => self.barrier_step(me, step, ctx),
            Step::Create | Step::CreateLock | Step::CreateRetry | Step::CreateHeld => {
                self.creator_step(me, step, ctx)
            }
            Step::NoiseRound | Step::NoisePost => self.noise_step(me, step, ctx),
            Step::Cleanup { .. } | Step::CleanupIdle | Step::CleanupRtnl { .. } => {
                self.cleanup_step(me, step, ctx)
            }
            Step::Pass | Step::PassDone(_) => self.ksoftirqd_step(me, step, ctx),
            Step::WorkerIdle | Step::WorkerManage | Step::WorkerNext | Step::WorkDone => {
                self.worker_step(me, step, ctx)
            }
            Step::Destroyed
            | Step::BatchDestroyed(_)
            | Step::FreeBatch(_)
            | Step::Freed(_)
            | Step::KfreeDone(_)
            | Step::SharedDone => self.work_step(me, step, ctx),
        }
    }

    pub(crate) fn allocate(&mut self, bytes: u64, now: Instant) {
        self.memory.used += bytes;
        if self.memory.used > self.memory.peak {
            self.memory.peak = self.memory.used;
            self.memory.peak_at = now;
        }
        if self.p.memory > 0
            && self.memory.used > self.p.memory
            && self.memory.exhausted_at.is_none()
        {
            self.memory.exhausted_at = Some(now);
        }
    }

    pub(crate) fn release(&mut self, bytes: u64) {
        assert!(self.memory.used >= bytes, "nothing is freed twice");
        self.memory.used -= bytes;
    }

    /// Time since the workload began \[ns\].
    pub(crate) fn since_begin(&self, at: Instant) -> u64 {
        at.saturating_since(self.workload.began).as_ns()
    }

    fn sample(&mut self, ctx: &mut Ctx) {
        let row = Sample {
            t_ns: self.since_begin(ctx.now()),
            created: self.workload.created,
            live: self.workload.live,
            on_list: self.cleanup.on_list,
            in_batch: self.cleanup.batch,
            fqdirs: self.fqdirs.alive,
            inactive: self.cpus.iter().map(|c| c.pool.inactive() as u64).sum(),
            waiting: self.barriers.iter().map(|b| b.waiting() as u64).sum(),
            blocked: self.blocked_kworkers,
            callbacks: self.cpus.iter().map(|c| c.rcu.list.len()).sum(),
            drop_bytes: self.memory.used,
        };
        self.out.series.push(row);
        ctx.after(self.p.sample.max(Span::from_us(1)), Ev::Sample);
    }

    fn finish(mut self, now: Instant) -> Outcome {
        let since_begin_ns = self.since_begin(now);
        self.cleanup.close(now, since_begin_ns);
        let mut out = self.out;
        out.cleanup_net = self.cleanup.calls;
        out.created = self.workload.created;
        out.peak_drop_bytes = self.memory.peak;
        out.peak_drop_ns = self
            .memory
            .peak_at
            .saturating_since(self.workload.began)
            .as_ns();
        out.end_drop_bytes = self.memory.used;
        out.out_of_memory_ns = self
            .memory
            .exhausted_at
            .map(|at| at.saturating_since(self.workload.began).as_ns());
        out.live_peak = self.workload.live_peak;
        out
    }
}

impl Model for Machine {
    type Event = Ev;
    type Record = Record;

    fn handle(&mut self, event: Ev, ctx: &mut Ctx) {
        match event {
            Ev::Segment { cpu, generation } => self.segment_over(cpu as usize, generation, ctx),
            Ev::SoftirqDone { cpu } => self.softirq_done(cpu as usize, ctx),
            Ev::WorkerCreated { cpu } => self.worker_created(cpu as usize, ctx),
            Ev::Timer { task } => self.wake(task, ctx),
            Ev::DelayedFree { cpu } => self.delayed_free(cpu as usize, ctx),
            Ev::KfreeMonitor { cpu } => self.kfree_monitor_due(cpu as usize, ctx),
            Ev::Background { cpu } => self.background(cpu as usize, ctx),
            Ev::Arrival => self.arrival(ctx),
            Ev::Put => self.put_container(ctx),
            Ev::Tick { cpu } => self.tick(cpu as usize, ctx),
            Ev::GpStart => self.gp_start(ctx),
            Ev::FqsTimer { generation } => self.fqs_timer(generation, ctx),
            Ev::GpEnd => self.gp_end(ctx),
            Ev::Begin => {
                self.workload_begins(ctx);
                self.sample(ctx);
            }
            Ev::Sample => self.sample(ctx),
        }
    }

    fn is_done(&self) -> bool {
        self.memory.exhausted_at.is_some() || self.workload.settled.is_some()
    }
}

fn empty_outcome() -> Outcome {
    Outcome {
        ended: Ended::Quiescent,
        out_of_memory_ns: None,
        digest: 0,
        events: 0,
        sim_ns: 0,
        loop_ns: None,
        settled_ns: None,
        created: 0,
        live_peak: 0,
        live_at_loop_end: None,
        peak_drop_bytes: 0,
        peak_drop_ns: 0,
        end_drop_bytes: 0,
        barriers: super::outcome::BarrierCounts::default(),
        cleanup_net: Vec::new(),
        grace_period_ns: Vec::new(),
        barrier_ns: Vec::new(),
        kworkers_blocked_peak: 0,
        system_wq_wait_max_ns: 0,
        series: Vec::new(),
        calls: Vec::new(),
    }
}
