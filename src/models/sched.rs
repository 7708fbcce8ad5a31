//! CPUs and who runs on them. Kernel source: `kernel/sched/fair.c`, v5.10, in outline: virtual
//! run time, sleepers placed half a latency back, wake-up granularity, slices at the tick, waking
//! on an idle CPU. Moving what waits to another CPU: `balance.rs`.
//!
//! Left out: priorities, groups, NUMA, load weights.

use super::params::Preemption;
use super::record::What;
use super::state::event::{Ev, cpu_id};
use super::state::machine::{Ctx, Machine};
use super::state::task::{Flow, State, TaskId};
use crate::sim::{Instant, Span};

/// Longer than any run: how long a spinner's stretch lasts unless something ends it.
const FOREVER: Span = Span::from_s(1_000_000);

impl<const HEARD: bool> Machine<HEARD> {
    /// `sysctl_sched_*` grow with 1 + log2 of the CPUs, eight at the most.
    fn scaled(&self, span: Span) -> u64 {
        span.as_ns() * u64::from(1 + self.p.cpus.min(8).ilog2())
    }

    /// Wakes a sleeping task; nothing if it does not sleep.
    pub(crate) fn wake(&mut self, task: TaskId, ctx: &mut Ctx) {
        if self.tasks[task as usize].state != State::Blocked {
            return;
        }
        self.accounts_runnable(task, ctx.now());
        let cpu = self.select_cpu(task);
        let floor = self.cpus[cpu]
            .min_vruntime
            .saturating_sub(self.scaled(Span::from_ms(3)));
        let t = &mut self.tasks[task as usize];
        let moved = t.cpu != cpu;
        t.cpu = cpu;
        t.state = State::Runnable;
        t.left = Span::ZERO;
        t.vruntime = if moved { floor } else { t.vruntime.max(floor) };
        self.enqueue(task, cpu);
        self.tell(cpu, || What::TaskRunnable(task), ctx);
        if self.cpus[cpu].current.is_none() {
            self.leave_idle(cpu, ctx);
        } else {
            self.check_preempt(cpu, task, ctx);
        }
    }

    fn select_cpu(&self, task: TaskId) -> usize {
        let t = &self.tasks[task as usize];
        if !t.is_movable() || self.idle.contains(t.cpu) {
            return t.cpu;
        }
        self.idle
            .next_from(t.cpu)
            .or_else(|| self.idle.next_from(0))
            .unwrap_or(t.cpu)
    }

    /// Takes an idle CPU out of its sleep, which takes a while: until then others may be woken there too, or be pulled
    /// away from behind the first.
    pub(crate) fn leave_idle(&mut self, cpu: usize, ctx: &mut Ctx) {
        if self.cpus[cpu].waking {
            return;
        }
        self.cpus[cpu].waking = true;
        self.idle.remove(cpu);
        self.note_idle_time(cpu, ctx.now());
        self.cut_pass_short(cpu, ctx);
        self.run_for(cpu, self.p.costs.idle_wake, ctx);
    }

    pub(crate) fn enqueue(&mut self, task: TaskId, cpu: usize) {
        let key = self.tasks[task as usize].vruntime;
        let runs_later = |&other: &TaskId| self.tasks[other as usize].vruntime > key;
        let runnable = &mut self.cpus[cpu].runnable;
        if runnable.last().is_none_or(runs_later) {
            runnable.push(task);
        } else {
            let at = runnable.partition_point(runs_later);
            runnable.insert(at, task);
        }
        self.overloaded.insert(cpu);
    }

    fn check_preempt(&mut self, cpu: usize, woken: TaskId, ctx: &mut Ctx) {
        self.account(cpu, ctx.now());
        let current = self.cpus[cpu]
            .current
            .expect("only a busy CPU is preempted");
        let lead = self.tasks[current as usize]
            .vruntime
            .saturating_sub(self.tasks[woken as usize].vruntime);
        if lead > self.scaled(Span::from_ms(1)) {
            self.set_need_resched(cpu, ctx);
        }
    }

    /// Charges the running task for the time since it was last charged.
    fn account(&mut self, cpu: usize, now: Instant) {
        let c = &mut self.cpus[cpu];
        if let Some(current) = c.current {
            let next = c.runnable.last();
            let next = next.map_or(u64::MAX, |&next| self.tasks[next as usize].vruntime);
            let t = &mut self.tasks[current as usize];
            t.vruntime += now.saturating_since(c.accounted).as_ns();
            t.ran_at = now;
            c.min_vruntime = c.min_vruntime.max(t.vruntime.min(next));
        }
        c.accounted = now;
    }

    /// Gives an idle CPU its next task.
    fn dispatch(&mut self, cpu: usize, cost: Span, ctx: &mut Ctx) {
        let now = ctx.now();
        self.cpus[cpu].need_resched = false;
        if self.cpus[cpu].runnable.is_empty() && !self.newidle_balance(cpu, now) {
            self.go_idle(cpu, ctx);
            return;
        }
        let c = &mut self.cpus[cpu];
        let task = c.runnable.pop().expect("a task waits");
        if c.runnable.is_empty() {
            self.overloaded.remove(cpu);
        }
        c.current = Some(task);
        c.accounted = now;
        c.picked_at = now;
        let t = &mut self.tasks[task as usize];
        t.state = State::Running;
        let stretch = t.left + cost;
        self.tell(cpu, || What::TaskRuns(task), ctx);
        self.accounts_running(task, now);
        self.share_host(ctx);
        self.run_for(cpu, self.stretched(stretch), ctx);
        self.cpu_became_busy(cpu, ctx);
    }

    /// The running task's stretch ends at `end`, whatever was said before.
    pub(crate) fn run_until(&mut self, cpu: usize, end: Instant, ctx: &mut Ctx) {
        self.run_for(cpu, end - ctx.now(), ctx);
    }

    /// The running task's stretch ends after `span`, whatever was said before.
    pub(crate) fn run_for(&mut self, cpu: usize, span: Span, ctx: &mut Ctx) {
        let end = ctx.now() + span;
        let c = &mut self.cpus[cpu];
        c.generation += 1;
        c.segment_end = end;
        // What ends a spinner's stretch makes an event of its own. One at the end of time for every spin would stay.
        if span < FOREVER / 2 {
            ctx.at(
                end,
                Ev::Segment {
                    cpu: cpu_id(cpu),
                    generation: c.generation,
                },
            );
        }
    }

    fn go_idle(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.cpus[cpu].current = None;
        self.cpus[cpu].idle_since = ctx.now();
        self.idle.insert(cpu);
        self.share_host(ctx);
        self.gp.went_idle(cpu);
        if self.cpus[cpu].rcu.list.ready() > 0 {
            self.ensure_tick(cpu, ctx);
        }
    }

    /// Time that an interrupt takes from the running task.
    pub(crate) fn steal_time(&mut self, cpu: usize, span: Span) {
        if self.cpus[cpu].current.is_some() {
            let longer = self.stretched(span);
            self.cpus[cpu].segment_end += longer;
        }
    }

    pub(crate) fn segment_over(&mut self, cpu: usize, generation: u32, ctx: &mut Ctx) {
        if self.cpus[cpu].generation != generation {
            return;
        }
        if self.cpus[cpu].softirq.is_some() {
            self.cpus[cpu].put_off = true;
            return;
        }
        let Some(me) = self.cpus[cpu].current else {
            assert!(self.cpus[cpu].waking, "an idle CPU has no stretch to end");
            self.cpus[cpu].waking = false;
            self.note_context_switch(cpu, ctx);
            self.dispatch(cpu, Span::ZERO, ctx);
            return;
        };
        let now = ctx.now();
        let end = self.cpus[cpu].segment_end;
        if now < end {
            self.look_up(cpu, me, end, ctx);
            return;
        }
        loop {
            let flow = self.step(me, ctx);
            let c = &self.cpus[cpu];
            let is_wanted_off = c.need_resched;
            if c.rcu.urgent && self.is_cond_resched(me) {
                self.cond_resched(cpu, ctx);
            }
            match flow {
                Flow::Block => {
                    self.block(cpu, me, ctx);
                    return;
                }
                Flow::Yield => {
                    self.preempt(cpu, me, Span::ZERO, ctx);
                    return;
                }
                Flow::Spin => {
                    self.run_for(cpu, FOREVER, ctx);
                    return;
                }
                Flow::Run(span) if is_wanted_off && self.may_yield(me) => {
                    self.preempt(cpu, me, span, ctx);
                    return;
                }
                Flow::Run(span) if span.is_zero() => {}
                Flow::Run(span) => {
                    self.run_for(cpu, self.stretched(span), ctx);
                    return;
                }
            }
        }
    }

    /// A running task looks up from its stretch, which ends later.
    #[inline(never)]
    fn look_up(&mut self, cpu: usize, me: TaskId, end: Instant, ctx: &mut Ctx) {
        let gives_way = self.p.preempt != Preemption::None || self.is_in_user_mode(me);
        let early = self.cpus[cpu].need_resched && gives_way && !self.holds_its_cpu(me);
        if self.p.preempt == Preemption::Voluntary && !self.holds_its_cpu(me) {
            self.cond_resched(cpu, ctx);
        }
        if early {
            let left = self.unstretched(end - ctx.now());
            self.preempt(cpu, me, left, ctx);
        } else {
            self.run_until(cpu, end, ctx);
        }
    }

    /// A spinning task goes on: the mutex is its own, or it gives up.
    pub(crate) fn end_spin(&mut self, task: TaskId, ctx: &mut Ctx) {
        let cpu = self.tasks[task as usize].cpu;
        if self.cpus[cpu].segment_end > ctx.now() + self.p.costs.spin_handover {
            self.run_for(cpu, self.p.costs.spin_handover, ctx);
        }
    }

    fn preempt(&mut self, cpu: usize, me: TaskId, left: Span, ctx: &mut Ctx) {
        self.account(cpu, ctx.now());
        self.accounts_runnable(me, ctx.now());
        self.note_context_switch(cpu, ctx);
        let t = &mut self.tasks[me as usize];
        t.state = State::Runnable;
        t.left = left;
        self.cpus[cpu].current = None;
        self.enqueue(me, cpu);
        self.tell(cpu, || What::TaskRunnable(me), ctx);
        self.owner_left_cpu(me, ctx);
        self.dispatch(cpu, self.p.costs.context_switch, ctx);
    }

    fn block(&mut self, cpu: usize, me: TaskId, ctx: &mut Ctx) {
        // The pool hears of it while the CPU still has its task, as in the kernel's schedule().
        self.enter_sleep_in_work(me, ctx);
        self.account(cpu, ctx.now());
        self.accounts_sleeping(me, ctx.now());
        self.note_context_switch(cpu, ctx);
        self.tasks[me as usize].state = State::Blocked;
        self.cpus[cpu].current = None;
        self.owner_left_cpu(me, ctx);
        self.dispatch(cpu, self.p.costs.context_switch, ctx);
    }

    /// The scheduler's part of the tick: slices, and balancing.
    #[inline(never)]
    pub(crate) fn scheduler_tick(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.account(cpu, ctx.now());
        self.balance(cpu, ctx.now());
        let waiting = self.cpus[cpu].runnable.len() as u64;
        if waiting == 0 {
            return;
        }
        let least = self.scaled(Span::from_us(750));
        let slice = (self.scaled(Span::from_ms(6)) / (waiting + 1)).max(least);
        if ctx.now().saturating_since(self.cpus[cpu].picked_at).as_ns() >= slice {
            self.set_need_resched(cpu, ctx);
        }
        self.nohz_balance(ctx);
    }

    /// Whether more than one task wants the CPU.
    pub(crate) fn is_contended(&self, cpu: usize) -> bool {
        !self.cpus[cpu].runnable.is_empty()
    }

    /// The instant of a tick after now: the next one, or a later one.
    pub(crate) fn next_tick(&mut self, now: Instant, ticks: u64) -> Instant {
        self.jiffies.tick_after(now) + self.jiffies.length() * (ticks - 1)
    }

    /// When a timer of the wheel runs out that was set for so long: at a tick, and a whole one later than it says
    /// (`calc_index()` in `kernel/time/timer.c`).
    pub(crate) fn wheel_timer(&mut self, now: Instant, span: Span) -> Instant {
        let jiffies = span.as_ns() * self.p.hz / 1_000_000_000;
        self.next_tick(now, jiffies + 1)
    }

    /// Makes sure that the CPU's next tick happens.
    #[inline]
    pub(crate) fn ensure_tick(&mut self, cpu: usize, ctx: &mut Ctx) {
        if !self.cpus[cpu].tick_scheduled {
            self.schedule_tick(cpu, ctx);
        }
    }

    fn schedule_tick(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.cpus[cpu].tick_scheduled = true;
        let at = self.next_tick(ctx.now(), 1);
        ctx.at(at, Ev::Tick { cpu: cpu_id(cpu) });
    }
}
