//! Bound worker pools. Kernel source: `kernel/workqueue.c`, v5.10: `__queue_work`,
//! `worker_thread`, `keep_working`, `wq_worker_sleeping`, `pwq_dec_nr_in_flight`.
//!
//! All bound queues of a CPU share one pool, which wants one running worker. Each queue starts at
//! most `max_active` works on a CPU; the rest wait unstarted. A worker that sleeps inside a work
//! and leaves others behind wakes an idle worker; the last idle one first has another created.
//! Left out: rescuers, high-priority pools, the end of idle workers after 300 s, the switch to a new worker that `create_worker()` wakes so
//! that it finds nothing to do.

use super::caches::Cache;
use super::params::Broken;
use super::record::What;
use super::state::event::{Ev, cpu_id};
use super::state::machine::{Ctx, Machine};
use super::state::task::{Flow, Role, Step, Task, TaskId};
use super::state::work::{Queue, Work, WorkKind};
use crate::sim::Span;

impl<const HEARD: bool> Machine<HEARD> {
    fn max_active(&self, queue: Queue) -> u64 {
        match queue {
            _ if !self.p.works(Broken::MaxActive) => u64::MAX,
            Queue::System | Queue::PowerEfficient | Queue::RcuGp => self.p.max_active,
            Queue::InetFrag | Queue::Dedicated => 1,
        }
    }

    /// `queue_work_on()`.
    pub(crate) fn queue_work(&mut self, cpu: usize, queue: Queue, kind: WorkKind, ctx: &mut Ctx) {
        let work = Work {
            number: self.works_ever,
            kind,
            queue,
            queued_at: ctx.now(),
        };
        self.works += 1;
        self.works_ever += 1;
        self.tell_queued(cpu, work, ctx);
        if queue == Queue::Dedicated {
            return self.queue_unbound(cpu, work, ctx);
        }
        let max = self.max_active(queue);
        let pool = &mut self.cpus[cpu].pool;
        let q = &mut pool.queues[queue as usize];
        if q.active >= max {
            q.inactive.push_back(work);
            return;
        }
        q.active += 1;
        pool.worklist.push_back(work);
        self.tell(cpu, || What::ActivateWork(work.id()), ctx);
        self.wake_worker(cpu, ctx);
    }

    fn wake_worker(&mut self, cpu: usize, ctx: &mut Ctx) {
        let pool = &self.cpus[cpu].pool;
        if pool.running == 0
            && !pool.worklist.is_empty()
            && let Some(&worker) = pool.idle.last()
        {
            self.wake(worker, ctx);
        }
    }

    pub(crate) fn worker_step(&mut self, me: TaskId, step: Step, ctx: &mut Ctx) -> Flow {
        if self.tasks[me as usize].role == Role::UnboundWorker {
            return self.unbound_step(me, step, ctx);
        }
        let cpu = self.tasks[me as usize].cpu;
        match step {
            Step::WorkerIdle => {
                let idle = &mut self.cpus[cpu].pool.idle;
                let at = idle
                    .iter()
                    .rposition(|&w| w == me)
                    .expect("an idle worker is on the idle list");
                idle.remove(at);
                self.worker_woken(me, cpu, ctx)
            }
            Step::WorkerManage => self.worker_woken(me, cpu, ctx),
            Step::WorkDone => self.finish_work(me, cpu, ctx),
            _ => self.keep_working(me, cpu, ctx),
        }
    }

    /// A worker that was idle, or managed, looks for something to do.
    fn worker_woken(&mut self, me: TaskId, cpu: usize, ctx: &mut Ctx) -> Flow {
        let pool = &mut self.cpus[cpu].pool;
        if pool.worklist.is_empty() || pool.running > 0 {
            return self.become_idle(me, cpu);
        }
        if pool.idle.is_empty() && pool.manager.is_none() {
            pool.manager = Some(me);
            self.tasks[me as usize].step = Step::WorkerManage;
            ctx.after(
                self.p.costs.worker_creation,
                Ev::WorkerCreated { cpu: cpu_id(cpu) },
            );
            return Flow::Block;
        }
        self.cpus[cpu].pool.running += 1;
        self.take_work(me, cpu, ctx)
    }

    pub(crate) fn worker_created(&mut self, cpu: usize, ctx: &mut Ctx) {
        let worker = self.add_task(Task::new(Role::Worker, cpu, Step::WorkerIdle));
        self.allocate(Cache::Kworker, self.p.sizes.kworker, ctx.now());
        let pool = &mut self.cpus[cpu].pool;
        pool.idle.push(worker);
        let manager = pool
            .manager
            .take()
            .expect("a kworker is created for a manager");
        self.wake(manager, ctx);
    }

    fn become_idle(&mut self, me: TaskId, cpu: usize) -> Flow {
        self.cpus[cpu].pool.idle.push(me);
        self.tasks[me as usize].step = Step::WorkerIdle;
        Flow::Block
    }

    /// `keep_working()`: go on while there is work and nobody else runs.
    fn keep_working(&mut self, me: TaskId, cpu: usize, ctx: &mut Ctx) -> Flow {
        let pool = &mut self.cpus[cpu].pool;
        if pool.worklist.is_empty() || pool.running > 1 {
            pool.running -= 1;
            let flow = self.become_idle(me, cpu);
            return flow;
        }
        self.take_work(me, cpu, ctx)
    }

    fn take_work(&mut self, me: TaskId, cpu: usize, ctx: &mut Ctx) -> Flow {
        let work = self.cpus[cpu]
            .pool
            .worklist
            .pop_front()
            .expect("there is work to take");
        let waited = (ctx.now() - work.queued_at).as_ns();
        if matches!(work.kind, WorkKind::KfreeMonitor | WorkKind::KfreeWork(_)) {
            self.out.system_wq_wait_max_ns = self.out.system_wq_wait_max_ns.max(waited);
        }
        self.begin_work(me, work, ctx)
    }

    pub(crate) fn begin_work(&mut self, me: TaskId, work: Work, ctx: &mut Ctx) -> Flow {
        let t = &mut self.tasks[me as usize];
        t.work = Some(work);
        let cpu = t.cpu;
        self.tell(cpu, || What::ExecuteStart(work.id()), ctx);
        self.execute(me, work.kind, ctx)
    }

    /// The work in hand is over.
    pub(crate) fn close_work(&mut self, me: TaskId, ctx: &mut Ctx) -> Work {
        let t = &mut self.tasks[me as usize];
        let work = t.work.take().expect("a finished work was in hand");
        let cpu = t.cpu;
        self.works -= 1;
        self.tell(cpu, || What::ExecuteEnd(work.id()), ctx);
        work
    }

    fn finish_work(&mut self, me: TaskId, cpu: usize, ctx: &mut Ctx) -> Flow {
        let work = self.close_work(me, ctx);
        let pool = &mut self.cpus[cpu].pool;
        let q = &mut pool.queues[work.queue as usize];
        q.active -= 1;
        if let Some(next) = q.inactive.pop_front() {
            q.active += 1;
            pool.worklist.push_back(next);
            self.tell(cpu, || What::ActivateWork(next.id()), ctx);
        }
        self.tasks[me as usize].step = Step::WorkerNext;
        Flow::Run(Span::ZERO)
    }

    /// `wq_worker_sleeping()`.
    pub(crate) fn enter_sleep_in_work(&mut self, me: TaskId, ctx: &mut Ctx) {
        let t = &mut self.tasks[me as usize];
        let in_work = match t.role {
            Role::Worker | Role::UnboundWorker => t.work.is_some(),
            Role::Cleanup => self.cleanup.running,
            _ => false,
        };
        if !in_work {
            return;
        }
        t.slept_in_work = true;
        let (cpu, is_bound) = (t.cpu, t.role == Role::Worker);
        self.blocked_kworkers += 1;
        self.out.kworkers_blocked_peak = self.out.kworkers_blocked_peak.max(self.blocked_kworkers);
        if is_bound {
            self.cpus[cpu].pool.running -= 1;
            self.wake_worker(cpu, ctx);
        }
    }

    /// `wq_worker_running()`: counted only once the worker really runs.
    pub(crate) fn leave_sleep_in_work(&mut self, me: TaskId) {
        let t = &mut self.tasks[me as usize];
        t.slept_in_work = false;
        self.blocked_kworkers -= 1;
        if t.role == Role::Worker {
            self.cpus[t.cpu].pool.running += 1;
        }
    }
}
