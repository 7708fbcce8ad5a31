//! The queue of its own that patch v3 gave the free work. Kernel source: `alloc_ordered_workqueue` in
//! `include/linux/workqueue.h`, `kernel/workqueue.c`, v5.10.
//!
//! `create_singlethread_workqueue()` makes an unbound, ordered queue: one work at a time in the whole machine, by a
//! kworker that goes to an idle CPU when it is woken, whatever stands on the bound pools. (`netns_wq` is another; its
//! work is in `cleanup_net.rs`.) Left out: NUMA nodes.

use super::fqdir::batch;
use super::record::What;
use super::state::machine::{Ctx, Machine};
use super::state::task::{Flow, Role, Step, Task, TaskId};
use super::state::work::{Queue, Work};
use crate::sim::Span;

impl<const HEARD: bool> Machine<HEARD> {
    /// The queue's kworker, where the policy has such a queue.
    pub(crate) fn create_unbound(&mut self) {
        if batch(self.p.policy).is_some_and(|batch| batch.queue == Queue::Dedicated) {
            let last = self.cpus.len() - 1;
            let worker = self.add_task(Task::new(Role::UnboundWorker, last, Step::WorkerIdle));
            self.unbound.worker = Some(worker);
        }
    }

    /// `queue_work()` of the one work that uses the queue; it is not queued again before it has ended.
    pub(crate) fn queue_unbound(&mut self, cpu: usize, work: Work, ctx: &mut Ctx) {
        let before = self.unbound.work.replace(work);
        assert!(before.is_none(), "the free work is pending once");
        self.tell(cpu, || What::ActivateWork(work.id()), ctx);
        let worker = self.unbound.worker;
        self.wake(worker.expect("it is made for its queue"), ctx);
    }

    pub(crate) fn unbound_step(&mut self, me: TaskId, step: Step, ctx: &mut Ctx) -> Flow {
        if step == Step::WorkDone {
            self.close_work(me, ctx);
            self.tasks[me as usize].step = Step::WorkerNext;
            return Flow::Run(Span::ZERO);
        }
        if let Some(work) = self.unbound.work.take() {
            return self.begin_work(me, work, ctx);
        }
        self.tasks[me as usize].step = Step::WorkerIdle;
        Flow::Block
    }
}
