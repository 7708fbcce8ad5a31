//! The machine: state of every mechanism, wired into one model with one event enum.

use super::outcome::{Outcome, Sample};
use super::record::Record;
use super::state::event::Ev;
use super::state::machine::{Ctx, Machine};
use super::state::streams::Stream;
use super::state::task::{Flow, Step, Task, TaskId};
use crate::sim::{Instant, Model, Waits};

impl<const HEARD: bool> Machine<HEARD> {
    /// Creates what stands at the beginning and schedules the first events.
    pub(super) fn start(&mut self, ctx: &mut Ctx) {
        self.create_tasks();
        for cpu in 0..self.cpus.len() {
            if self.p.costs.ipi_stall_permille > 0 {
                self.cpus[cpu].late = Some(Box::new(Stream::Ipi(cpu as u64).of(self.p.seed)));
            }
            if self.p.callbacks_always {
                // The ticks that post the others begin with it.
                self.call_rcu(cpu, super::segcblist::Callback::Background, 1, ctx);
            }
            self.schedule_background(cpu, ctx);
        }
        self.schedule_conntrack_gc(0, ctx);
        ctx.after(self.p.settle_before, Ev::Begin);
    }

    fn create_tasks(&mut self) {
        use super::state::task::Role;
        let n = self.cpus.len();
        for cpu in 0..n {
            self.cpus[cpu].ksoftirqd = self.add_task(Task::new(Role::Ksoftirqd, cpu, Step::Pass));
            let worker = self.add_task(Task::new(Role::Worker, cpu, Step::WorkerIdle));
            self.cpus[cpu].pool.idle.push(worker);
        }
        self.cleanup.task = self.add_task(Task::new(Role::Cleanup, n - 1, Step::CleanupIdle));
        self.gp.task = self.add_task(Task::new(Role::GpThread, 0, Step::GpIdle));
        self.create_unbound();
    }

    /// Does a task's next step.
    pub(crate) fn step(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        let t = &self.tasks[me as usize];
        let step = t.step;
        if t.slept_in_work {
            self.leave_sleep_in_work(me);
        }
        match step {
            Step::BarrierLock => self.barrier_lock(me, ctx),
            Step::BarrierRetry => self.barrier_retry(me, ctx),
            Step::BarrierScan(from) => self.barrier_scan(me, from, ctx),
            Step::BarrierIpi(cpu) => self.barrier_ipi(me, cpu, ctx),
            Step::BarrierWoken => self.barrier_done(me, ctx),
            Step::BarrierReturn => self.after_barrier(me, ctx),
            Step::Create
            | Step::CreateLock
            | Step::CreateRetry
            | Step::CreateHeld
            | Step::CreateUser => self.creator_step(me, step, ctx),
            Step::Hog => self.hog_step(),
            Step::NoiseRound | Step::NoisePost => self.noise_step(me, step, ctx),
            Step::Cleanup { .. }
            | Step::CleanupIdle
            | Step::CleanupRtnl { .. }
            | Step::CleanupExpedite { .. } => self.cleanup_step(me, step, ctx),
            Step::GpIdle | Step::GpInit | Step::GpFqs | Step::GpCleanup => {
                self.gp_step(me, step, ctx)
            }
            Step::Pass | Step::PassDone(_) => self.ksoftirqd_step(me, step, ctx),
            Step::WorkerIdle | Step::WorkerManage | Step::WorkerNext | Step::WorkDone => {
                self.worker_step(me, step, ctx)
            }
            Step::Destroyed => self.table_destroyed(me, ctx),
            Step::BatchDestroying(left) => self.one_table_destroyed(me, left, ctx),
            Step::BeforeBarrier(fqdirs) => self.barrier_for(me, fqdirs, ctx),
            Step::Freed(fqdirs) => self.fqdirs_freed(me, fqdirs, ctx),
            Step::KfreeDone(namespaces) => self.kfree_done(me, namespaces.into(), ctx),
            Step::SharedDone => self.end_work(me, ctx),
            Step::ExpeditedDone => self.expedited_done(me, ctx),
        }
    }

    /// Takes a row of the series.
    pub(super) fn sample(&mut self, now: Instant) {
        let row = self.row(now);
        self.out.series.push(row);
    }

    /// The machine as a row of the series.
    fn row(&self, now: Instant) -> Sample {
        Sample {
            t_ns: self.since_begin(now),
            created: self.workload.created,
            live: self.workload.live,
            in_use: self.workload.in_use,
            on_list: self.cleanup.on_list,
            in_batch: self.cleanup.batch,
            fqdirs: self.fqdirs.alive,
            inactive: self.cpus.iter().map(|c| c.pool.inactive() as u64).sum(),
            waiting: self.barriers.iter().map(|b| b.waiting() as u64).sum(),
            blocked: self.blocked_kworkers,
            callbacks: self.cpus.iter().map(|c| c.rcu.list.len()).sum(),
            fqdirs_not_started: self.fqdirs.not_started(),
            fqdirs_destroying: self.fqdirs.destroying,
            fqdirs_destroyed: self.fqdirs.destroyed,
            fqdirs_freed: self.fqdirs.freed,
            drop_bytes: self.memory.used,
            by_cache: self.memory.by_cache,
        }
    }

    pub(super) fn finish(mut self, now: Instant) -> Outcome {
        let since_begin_ns = self.since_begin(now);
        self.out.end = self.row(now);
        self.cleanup.close(now, since_begin_ns);
        if self.cleanup.running {
            self.record_call_split(now);
        }
        let namespaces = &self.accounting.namespaces;
        assert_eq!(
            namespaces.members(),
            self.workload.live,
            "every live namespace is accounted for"
        );
        let fqdirs = &self.accounting.fqdirs;
        assert_eq!(
            fqdirs.members(),
            self.fqdirs.alive,
            "every fqdir is accounted for"
        );
        let mut out = self.out;
        out.namespace_time = self.accounting.namespaces.lifetime(now);
        out.fqdir_time = self.accounting.fqdirs.lifetime(now);
        out.cleanup_net = self.cleanup.calls;
        out.dead_ns = self.cleanup.dead;
        out.destruction = self.fqdirs.destruction;
        out.arrivals_are_open = self.p.arrivals.is_open();
        out.has_namespaces = self.p.arrivals.are_namespaces();
        out.fqdirs_each = self.p.fqdirs;
        out.created = self.workload.created;
        out.peak_drop_bytes = self.memory.peak;
        out.peak_drop_ns = self
            .memory
            .peak_at
            .saturating_since(self.workload.began)
            .as_ns();
        out.end_drop_bytes = self.memory.used;
        out.peak_by_cache = self.memory.peak_by_cache;
        out.end_by_cache = self.memory.by_cache;
        out.out_of_memory_ns = self
            .memory
            .exhausted_at
            .map(|at| at.saturating_since(self.workload.began).as_ns());
        out.live_peak = self.workload.live_peak;
        out
    }
}

impl<const HEARD: bool> Model for Machine<HEARD> {
    type Event = Ev;
    type Record = Record;

    fn handle(&mut self, event: Ev, ctx: &mut Ctx) {
        if HEARD {
            self.event = event;
            self.context = None;
        }
        match event {
            Ev::Segment { cpu, generation } => self.segment_over(cpu as usize, generation, ctx),
            Ev::SoftirqDone { cpu, pass } => self.softirq_done(cpu as usize, pass, ctx),
            Ev::WorkerCreated { cpu } => self.worker_created(cpu as usize, ctx),
            Ev::Timer { task } => self.wake(task, ctx),
            Ev::DelayedFree { cpu } => self.delayed_free(cpu as usize, ctx),
            Ev::KfreeMonitor { cpu } => self.kfree_monitor_due(cpu as usize, ctx),
            Ev::ConntrackGc { cpu } => self.conntrack_gc_due(cpu as usize, ctx),
            Ev::Background { cpu } => self.background(cpu as usize, ctx),
            Ev::Arrival => self.arrival(ctx),
            Ev::Put => self.put_container(ctx),
            Ev::Tick { cpu } => self.tick(cpu as usize, ctx),
            Ev::FqsTimer { generation } => self.fqs_timer(generation, ctx),
            Ev::Begin => self.workload_begins(ctx),
        }
    }

    fn is_done(&self) -> bool {
        self.is_over
    }

    fn is_exhausted(&self) -> bool {
        self.memory.exhausted_at.is_some()
    }

    fn blocked(&self) -> Vec<Waits> {
        self.waits()
    }
}
