//! Posting and invoking callbacks. Kernel source: `call_rcu`, `rcu_do_batch` in `kernel/rcu/tree.c`
//! and `__do_softirq` in `kernel/softirq.c`, v5.10.
//!
//! On an idle CPU one pass invokes everything ready, until a task is woken there. On a busy one a pass invokes `blimit` (10, or a
//! 128th of the list); after ten passes or two milliseconds `ksoftirqd` goes on and competes for
//! the CPU. Left out: softirqs other than RCU's.

use super::caches::Cache;
use super::overload::{BLIMIT, MAX_BLIMIT};
use super::record::What;
use super::segcblist::Callback;
use super::state::event::{Ev, cpu_id};
use super::state::machine::{Ctx, Machine};
use super::state::task::{Flow, State, Step, TaskId};
use crate::sim::Span;

const DIVISOR_SHIFT: u32 = 7;
const RESTARTS: u32 = 10;

impl Machine {
    /// `call_rcu()` on a CPU, `count` times.
    pub(crate) fn call_rcu(&mut self, cpu: usize, callback: Callback, count: u64, ctx: &mut Ctx) {
        if count == 0 {
            return;
        }
        self.cpus[cpu].rcu.list.enqueue(callback, count);
        self.has_callbacks.insert(cpu);
        self.tell(cpu, || What::CallbackQueued { callback, count }, ctx);
        self.call_rcu_core(cpu, count, ctx);
        self.ensure_tick(cpu, ctx);
    }

    /// Callbacks that one pass may invoke on a busy CPU.
    fn batch_limit(&self, cpu: usize) -> u64 {
        let rcu = &self.cpus[cpu].rcu;
        let list = &rcu.list;
        let blimit = if rcu.limit_lifted { MAX_BLIMIT } else { BLIMIT };
        let limit = blimit.max(list.len() >> DIVISOR_SHIFT);
        let per_callback = self.p.costs.callback.as_ns().max(1);
        let timed = Span::from_ms(3).as_ns() / per_callback;
        limit.min(list.ready()).min(timed.max(BLIMIT))
    }

    fn pass_cost(&self, count: u64) -> Span {
        self.p.costs.batch + self.p.costs.callback * count
    }

    /// Starts a softirq pass if callbacks are ready and nobody is at it.
    pub(crate) fn raise_invocation(&mut self, cpu: usize, ctx: &mut Ctx) {
        let c = &self.cpus[cpu];
        let taken_care_of =
            c.softirq.is_some() || self.tasks[c.ksoftirqd as usize].state != State::Blocked;
        if taken_care_of || c.rcu.list.ready() == 0 {
            return;
        }
        self.cpus[cpu].softirq_passes = 0;
        self.cpus[cpu].softirq_since = ctx.now();
        self.start_pass(cpu, ctx);
    }

    fn start_pass(&mut self, cpu: usize, ctx: &mut Ctx) {
        let idle = self.idle.contains(cpu);
        let count = if idle {
            let list = &self.cpus[cpu].rcu.list;
            list.ready_to_first_waker().max(BLIMIT.min(list.ready()))
        } else {
            self.batch_limit(cpu)
        };
        let cost = self.pass_cost(count);
        self.tell_batch_start(cpu, count, ctx);
        self.cpus[cpu].softirq_passes += 1;
        self.cpus[cpu].pass_began = ctx.now();
        self.steal_time(cpu, cost);
        self.end_pass_after(cpu, count, cost, ctx);
    }

    fn end_pass_after(&mut self, cpu: usize, count: u64, cost: Span, ctx: &mut Ctx) {
        let c = &mut self.cpus[cpu];
        c.softirq = Some(count);
        c.pass = c.pass.wrapping_add(1);
        ctx.at(
            c.pass_began + cost,
            Ev::SoftirqDone {
                cpu: cpu_id(cpu),
                pass: c.pass,
            },
        );
    }

    /// A task is woken on a CPU that invokes callbacks while it is idle: the pass ends with the callback in hand, though
    /// not before `blimit`.
    pub(crate) fn cut_pass_short(&mut self, cpu: usize, ctx: &mut Ctx) {
        let Some(count) = self.cpus[cpu].softirq else {
            return;
        };
        let begun = (ctx.now() - self.cpus[cpu].pass_began)
            .as_ns()
            .saturating_sub(self.p.costs.batch.as_ns())
            .div_ceil(self.p.costs.callback.as_ns().max(1));
        if begun.max(BLIMIT) < count {
            let count = begun.max(BLIMIT);
            self.end_pass_after(cpu, count, self.pass_cost(count), ctx);
        }
    }

    pub(crate) fn softirq_done(&mut self, cpu: usize, pass: u32, ctx: &mut Ctx) {
        if self.cpus[cpu].pass != pass {
            return;
        }
        let count = self.cpus[cpu]
            .softirq
            .take()
            .expect("a pass that ends was started");
        self.invoke(cpu, count, ctx);
        if self.cpus[cpu].rcu.list.ready() == 0 {
            return;
        }
        let c = &self.cpus[cpu];
        let spent = ctx.now() - c.softirq_since;
        let go_on = c.softirq_passes < RESTARTS && spent < Span::from_ms(2) && !c.need_resched;
        if self.idle.contains(cpu) || go_on && !c.waking {
            self.start_pass(cpu, ctx);
        } else {
            self.wake(self.cpus[cpu].ksoftirqd, ctx);
        }
    }

    pub(crate) fn ksoftirqd_step(&mut self, me: TaskId, step: Step, ctx: &mut Ctx) -> Flow {
        let cpu = self.tasks[me as usize].cpu;
        if let Step::PassDone(count) = step {
            self.invoke(cpu, count, ctx);
        }
        self.rcu_core(cpu, ctx);
        if self.cpus[cpu].rcu.list.ready() == 0 || self.cpus[cpu].softirq.is_some() {
            self.tasks[me as usize].step = Step::Pass;
            return Flow::Block;
        }
        let count = self.batch_limit(cpu);
        self.tasks[me as usize].step = Step::PassDone(count);
        self.tell_batch_start(cpu, count, ctx);
        Flow::Run(self.pass_cost(count))
    }

    fn invoke(&mut self, cpu: usize, count: u64, ctx: &mut Ctx) {
        let mut left = count;
        while left > 0 {
            let Some((callback, n)) = self.cpus[cpu].rcu.list.take(left) else {
                break;
            };
            left -= n;
            self.tell(cpu, || What::CallbackInvoked { callback, count: n }, ctx);
            self.invoked(cpu, callback, n, ctx);
        }
        self.tell_batch_end(cpu, count - left, ctx);
        self.worked_down(cpu);
        if self.cpus[cpu].rcu.list.is_empty() {
            self.has_callbacks.remove(cpu);
        }
    }

    fn invoked(&mut self, cpu: usize, callback: Callback, n: u64, ctx: &mut Ctx) {
        match callback {
            Callback::Barrier(which) => self.barrier_callback(cpu, which, ctx),
            Callback::Background if self.p.callbacks_always => {
                self.call_rcu(cpu, Callback::Background, n, ctx);
            }
            Callback::Background | Callback::Teardown => {}
            Callback::Fragment => {
                self.release(Cache::FragQueue, self.p.sizes.frag_queue * n);
                self.check_settled(ctx.now());
            }
            Callback::SockInode => {
                self.release(Cache::SockInode, self.memory.parts.inode * n);
            }
            Callback::Wake(task) => self.wake(task, ctx),
            Callback::Kfree(namespaces) => {
                for _ in 0..n {
                    self.queue_kfree_work(cpu, namespaces, ctx);
                }
            }
        }
    }
}
