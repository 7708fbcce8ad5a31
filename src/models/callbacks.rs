//! Posting and invoking callbacks. Kernel source: `call_rcu`, `rcu_do_batch` in `kernel/rcu/tree.c`
//! and `__do_softirq`, `run_ksoftirqd` in `kernel/softirq.c`, v5.10.
//!
//! ```text
//!             tick         limit reached, unless the CPU is idle; or nothing ready; or 3 ms (limits above 100)
//!   ready ──────────► a pass ───────────────────────────────────────────────────────────────────────────────────► over
//!                        ▲                                                                                         │
//!                        ├──── still ready, fewer than ten passes, less than 2 ms in jiffies, no need_resched ──── ┤
//!                        └──── ksoftirqd has the CPU: a task like others, which gives way between passes ◄─────────┘
//! ```
//!
//! A pass's limit (`bl`) is 10, or a 128th of the list. On a busy CPU it ends a pass; on an idle one it does so once a task is
//! woken there. Left out: softirqs other than RCU's.

use super::caches::Cache;
use super::overload::{BLIMIT, MAX_BLIMIT};
use super::record::What;
use super::segcblist::Callback;
use super::state::cpu::Pass;
use super::state::event::{Ev, cpu_id};
use super::state::machine::{Ctx, Machine};
use super::state::task::{Flow, State, Step, TaskId};
use crate::sim::Span;

/// `rcu_divisor`.
const DIVISOR_SHIFT: u32 = 7;
/// `MAX_SOFTIRQ_RESTART`.
const RESTARTS: u32 = 10;
/// `MAX_SOFTIRQ_TIME`, in milliseconds: the kernel counts it in jiffies.
const SOFTIRQ_MS: u64 = 2;
/// `rcu_resched_ns`, which holds for limits above `TIMED_ABOVE` and is looked at once in `CLOCK_EVERY` callbacks.
const RESCHED: Span = Span::from_ms(3);
const TIMED_ABOVE: u64 = 100;
const CLOCK_EVERY: u64 = 32;

impl<const HEARD: bool> Machine<HEARD> {
    /// `call_rcu()` on a CPU, `count` times.
    pub(crate) fn call_rcu(&mut self, cpu: usize, callback: Callback, count: u64, ctx: &mut Ctx) {
        if count == 0 {
            return;
        }
        if self.cpus[cpu].rcu.list.is_empty() {
            self.has_callbacks.insert(cpu);
        }
        if self.is_crowded_by(cpu, count) {
            return self.call_rcu_in_a_crowd(cpu, callback, count, ctx);
        }
        self.append(cpu, callback, count, ctx);
        self.ensure_tick(cpu, ctx);
    }

    #[inline]
    fn append(&mut self, cpu: usize, callback: Callback, count: u64, ctx: &mut Ctx) {
        self.cpus[cpu].rcu.list.enqueue(callback, count);
        self.tell(cpu, || What::CallbackQueued { callback, count }, ctx);
    }

    /// With so many callbacks on the list that each one more may have consequences.
    #[cold]
    fn call_rcu_in_a_crowd(&mut self, cpu: usize, callback: Callback, count: u64, ctx: &mut Ctx) {
        let mut left = count;
        while left > 0 {
            let some = left.min(self.calls_to_next_kick(cpu));
            self.append(cpu, callback, some, ctx);
            self.call_rcu_core(cpu, ctx);
            left -= some;
        }
        self.ensure_tick(cpu, ctx);
    }

    /// `bl`: callbacks after which a pass ends, unless the CPU is idle and nobody was woken there.
    fn batch_limit(&self, cpu: usize) -> u64 {
        let rcu = &self.cpus[cpu].rcu;
        let blimit = if rcu.limit_lifted { MAX_BLIMIT } else { BLIMIT };
        blimit.max(rcu.list.len() >> DIVISOR_SHIFT)
    }

    /// Callbacks after which a pass of this limit ends on any CPU.
    fn most_in_a_pass(&self, cpu: usize, limit: u64) -> u64 {
        let ready = self.cpus[cpu].rcu.list.ready();
        if limit <= TIMED_ABOVE {
            return ready;
        }
        let in_time = RESCHED
            .as_ns()
            .div_ceil(self.p.costs.callback.as_ns().max(1));
        ready.min(in_time.next_multiple_of(CLOCK_EVERY))
    }

    /// Starts a softirq if callbacks are ready and nobody is at it.
    pub(crate) fn raise_invocation(&mut self, cpu: usize, ctx: &mut Ctx) {
        let c = &self.cpus[cpu];
        if c.rcu.list.ready() == 0 || c.softirq.is_some() {
            return;
        }
        if self.tasks[c.ksoftirqd as usize].state != State::Blocked {
            return;
        }
        let jiffies = (SOFTIRQ_MS * self.p.hz).div_ceil(1_000);
        let until = self.next_tick(ctx.now(), jiffies);
        self.cpus[cpu].softirq_passes = 0;
        self.cpus[cpu].softirq_until = until;
        self.start_pass(cpu, ctx);
    }

    fn start_pass(&mut self, cpu: usize, ctx: &mut Ctx) {
        let limit = self.batch_limit(cpu);
        let pass = Pass {
            invoked: 0,
            count: 0,
            limit,
            most: self.most_in_a_pass(cpu, limit),
        };
        self.tell_batch_start(cpu, limit, ctx);
        self.cpus[cpu].softirq_passes += 1;
        self.start_stretch(cpu, pass, self.p.costs.batch, ctx);
    }

    /// The next callbacks of a pass, `before` which something else takes time: up to its limit, and on an idle CPU on to the
    /// first that may wake a task.
    fn start_stretch(&mut self, cpu: usize, mut pass: Pass, before: Span, ctx: &mut Ctx) {
        let mut count = pass.limit.saturating_sub(pass.invoked);
        if self.idle.contains(cpu) {
            count = count.max(self.cpus[cpu].rcu.list.ready_to_first_waker());
        }
        pass.count = count.min(pass.most - pass.invoked);
        self.cpus[cpu].pass_began = ctx.now() + before;
        self.steal_time(cpu, before + self.p.costs.callback * pass.count);
        self.end_stretch_later(cpu, pass, ctx);
    }

    fn end_stretch_later(&mut self, cpu: usize, pass: Pass, ctx: &mut Ctx) {
        let c = &mut self.cpus[cpu];
        c.softirq = Some(pass);
        c.pass = c.pass.wrapping_add(1);
        ctx.at(
            c.pass_began + self.p.costs.callback * pass.count,
            Ev::SoftirqDone {
                cpu: cpu_id(cpu),
                pass: c.pass,
            },
        );
    }

    /// A task is woken on a CPU that invokes callbacks while it is idle: the pass ends with the callback in hand, though
    /// not before its limit.
    pub(crate) fn cut_pass_short(&mut self, cpu: usize, ctx: &mut Ctx) {
        let Some(mut pass) = self.cpus[cpu].softirq else {
            return;
        };
        let begun = ctx
            .now()
            .saturating_since(self.cpus[cpu].pass_began)
            .as_ns()
            .div_ceil(self.p.costs.callback.as_ns().max(1));
        let count = begun.max(pass.limit.saturating_sub(pass.invoked));
        if count < pass.count {
            pass.count = count;
            self.end_stretch_later(cpu, pass, ctx);
        }
    }

    pub(crate) fn softirq_done(&mut self, cpu: usize, pass: u32, ctx: &mut Ctx) {
        if self.cpus[cpu].pass != pass {
            return;
        }
        let mut pass = self.cpus[cpu]
            .softirq
            .take()
            .expect("a pass that ends was started");
        self.invoke(cpu, pass.count, ctx);
        pass.invoked += pass.count;
        if pass.invoked < pass.most && self.idle.contains(cpu) {
            self.start_stretch(cpu, pass, Span::ZERO, ctx);
            return;
        }
        self.end_pass(cpu, pass.invoked, ctx);
        let c = &self.cpus[cpu];
        let is_ready = c.rcu.list.ready() > 0;
        let is_wanted = c.need_resched || c.waking;
        if is_ready && !is_wanted && c.softirq_passes < RESTARTS && ctx.now() < c.softirq_until {
            self.start_pass(cpu, ctx);
            return;
        }
        self.softirqs_over(cpu, ctx);
        if is_ready {
            self.wake(self.cpus[cpu].ksoftirqd, ctx);
        }
    }

    /// `run_ksoftirqd()`, a pass at a time. Each ends in a quiescent state (`rcu_softirq_qs()`).
    pub(crate) fn ksoftirqd_step(&mut self, me: TaskId, step: Step, ctx: &mut Ctx) -> Flow {
        let cpu = self.tasks[me as usize].cpu;
        self.tasks[me as usize].step = Step::Pass;
        if let Step::PassDone(count) = step {
            self.invoke(cpu, count, ctx);
            self.end_pass(cpu, count, ctx);
            self.pass_quiescent_state(cpu, ctx);
            if self.cpus[cpu].need_resched {
                return Flow::Run(Span::ZERO);
            }
        }
        self.rcu_core(cpu, ctx);
        if self.cpus[cpu].rcu.list.ready() == 0 || self.cpus[cpu].softirq.is_some() {
            return Flow::Block;
        }
        let limit = self.batch_limit(cpu);
        let count = limit.min(self.most_in_a_pass(cpu, limit));
        self.tasks[me as usize].step = Step::PassDone(count);
        self.tell_batch_start(cpu, limit, ctx);
        Flow::Run(self.p.costs.batch + self.p.costs.callback * count)
    }

    fn invoke(&mut self, cpu: usize, count: u64, ctx: &mut Ctx) {
        let mut left = count;
        while left > 0 {
            let taken = self.cpus[cpu].rcu.list.take(left);
            let (callback, n) = taken.expect("what a pass counts on is ready");
            left -= n;
            self.tell(cpu, || What::CallbackInvoked { callback, count: n }, ctx);
            self.invoked(cpu, callback, n, ctx);
        }
    }

    fn end_pass(&mut self, cpu: usize, invoked: u64, ctx: &mut Ctx) {
        self.tell_batch_end(cpu, invoked, ctx);
        self.worked_down(cpu);
        if self.cpus[cpu].rcu.list.is_empty() {
            self.has_callbacks.remove(cpu);
        }
    }

    fn invoked(&mut self, cpu: usize, callback: Callback, n: u64, ctx: &mut Ctx) {
        match callback {
            Callback::Barrier(which) => self.barrier_callback(cpu, which, ctx),
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
