//! Who creates namespaces, and who posts callbacks meanwhile.
//!
//! A creator spends its time in the kernel and posts no callback of its own (measured on 5.10.7).
//! Left out: fork and exec, user namespaces.

use super::caches::Cache;
use super::params::Arrivals;
use super::record::What;
use super::segcblist::Callback;
use super::spent::Spent;
use super::state::event::{Ev, cpu_id};
use super::state::machine::{Ctx, Machine};
use super::state::streams::Stream;
use super::state::task::{Flow, LockId, Role, Step, Task, TaskId};
use super::state::work::{Queue, WorkKind};
use crate::sim::dist::{exponential, uniform_around};
use crate::sim::{Instant, Span};

/// A sleep ends up to this much late (`timer_slack_ns`, default 50 µs).
const TIMER_SLACK: Span = Span::from_us(50);

fn per_1000s(rate: u64) -> Span {
    Span::from_ns(1_000_000_000_000 / rate.max(1))
}

impl<const HEARD: bool> Machine<HEARD> {
    pub(crate) fn workload_begins(&mut self, ctx: &mut Ctx) {
        self.workload.began = ctx.now();
        self.workload.begun = true;
        let n = self.cpus.len();
        for i in 0..self.p.creators {
            let cpu = usize::try_from(i).expect("few creators") % n;
            let draws = Stream::Creator(i).of(self.p.seed);
            let creator = Task::drawing(Role::Creator, cpu, Step::Create, draws);
            let creator = self.add_task(creator);
            self.workload.creators.push(creator);
        }
        match self.p.arrivals {
            Arrivals::Loop => {
                for creator in self.workload.creators.clone() {
                    self.wake(creator, ctx);
                }
            }
            Arrivals::Poisson | Arrivals::Fixed | Arrivals::Burst => self.next_arrival(ctx),
            Arrivals::Convoy => {
                for _ in 0..self.p.calls {
                    self.queue_work(0, Queue::System, WorkKind::Barrier, ctx);
                }
            }
        }
    }

    fn next_arrival(&mut self, ctx: &mut Ctx) {
        let mean = per_1000s(self.p.rate);
        let gap = match self.p.arrivals {
            Arrivals::Fixed => mean,
            _ => exponential(&mut self.workload.gaps, mean),
        };
        ctx.after(gap, Ev::Arrival);
    }

    pub(crate) fn arrival(&mut self, ctx: &mut Ctx) {
        let left = self.p.calls - self.workload.jobs - self.workload.started;
        let burst = match self.p.arrivals {
            Arrivals::Burst => self.p.burst,
            _ => 1,
        };
        let namespaces = burst.min(left);
        self.workload.jobs += namespaces;
        self.tell(0, || What::Arrived { namespaces }, ctx);
        if self.workload.jobs + self.workload.started < self.p.calls {
            self.next_arrival(ctx);
        } else {
            self.out.asked_ns = Some(self.since_begin(ctx.now()));
        }
        for creator in self.workload.creators.clone() {
            // One that sleeps for rtnl is in the middle of another creation.
            if self.tasks[creator as usize].step == Step::Create {
                self.wake(creator, ctx);
            }
        }
    }

    pub(crate) fn creator_step(&mut self, me: TaskId, step: Step, ctx: &mut Ctx) -> Flow {
        match step {
            Step::Create | Step::CreateUser => self.begin_create(me),
            Step::CreateLock => {
                self.tasks[me as usize].step = Step::CreateRetry;
                let Some(flow) = self.lock(me, LockId::Rtnl) else {
                    return self.hold_rtnl(me);
                };
                self.tell_rtnl(me, true, ctx);
                flow
            }
            Step::CreateRetry => {
                if let Some(flow) = self.relock(me, LockId::Rtnl) {
                    return flow;
                }
                self.tell_rtnl(me, false, ctx);
                self.hold_rtnl(me)
            }
            _ => {
                self.unlock(me, LockId::Rtnl, ctx);
                let cpu = self.tasks[me as usize].cpu;
                self.created(cpu, ctx);
                self.creation_queues(cpu, ctx);
                self.return_to_user(me)
            }
        }
    }

    fn return_to_user(&mut self, me: TaskId) -> Flow {
        if self.p.user_time.is_zero() {
            return self.begin_create(me);
        }
        self.tasks[me as usize].step = Step::CreateUser;
        Flow::Run(self.p.user_time)
    }

    fn begin_create(&mut self, me: TaskId) -> Flow {
        self.tasks[me as usize].step = Step::Create;
        if self.workload.started == self.p.calls {
            return Flow::Block;
        }
        if self.p.arrivals.is_open() {
            if self.workload.jobs == 0 {
                return Flow::Block;
            }
            self.workload.jobs -= 1;
        }
        self.workload.started += 1;
        self.tasks[me as usize].step = Step::CreateLock;
        let outside = self
            .p
            .unshare_cost()
            .saturating_sub(self.p.costs.unshare_rtnl)
            + self.fresh_memory_cost();
        Flow::Run(uniform_around(
            self.tasks[me as usize].rng(),
            outside,
            self.p.call_spread_percent,
        ))
    }

    /// What it takes to touch memory that the machine has not used before: in a virtual machine the host first has to
    /// find it.
    fn fresh_memory_cost(&self) -> Span {
        let bytes = self.p.namespace_bytes();
        let fresh = (self.memory.used + bytes)
            .saturating_sub(self.memory.peak)
            .min(bytes);
        self.p.costs.fresh_mib * fresh / (1 << 20)
    }

    fn hold_rtnl(&mut self, me: TaskId) -> Flow {
        self.tasks[me as usize].step = Step::CreateHeld;
        Flow::Run(self.p.costs.unshare_rtnl)
    }

    /// One `unshare()` returns: a namespace more, and the one before it is put.
    fn created(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.allocate_namespace(ctx.now());
        let namespaces = &mut self.accounting.namespaces;
        namespaces.enter(1, Spent::InUse, ctx.now());
        let w = &mut self.workload;
        w.created += 1;
        w.live += 1;
        w.live_peak = w.live_peak.max(w.live);
        self.tell(cpu, || What::NamespaceCreated, ctx);
        let w = &mut self.workload;
        let last = w.created == self.p.calls;
        if self.p.arrivals.is_open() {
            w.in_use += 1;
            let life = exponential(&mut w.lives, self.p.container_life);
            ctx.after(life, Ev::Put);
        } else if w.created > self.p.creators {
            self.put_net(cpu, ctx);
        }
        if last {
            self.out.loop_ns = Some(self.since_begin(ctx.now()));
            self.out.live_at_loop_end = Some(self.workload.live);
            self.out.in_use_at_loop_end = self.workload.in_use;
            if self.p.arrivals == Arrivals::Loop {
                // The creators exit and put the namespaces that they were in.
                for _ in 0..self.p.creators.min(self.p.calls) {
                    self.put_net(cpu, ctx);
                }
            }
        }
    }

    pub(crate) fn put_container(&mut self, ctx: &mut Ctx) {
        self.workload.in_use -= 1;
        // The container ran anywhere; nothing depends on where.
        self.put_net(0, ctx);
    }

    /// Ends the run once nothing of the workload is left.
    pub(crate) fn check_settled(&mut self, now: Instant) {
        let w = &self.workload;
        let convoy = self.p.arrivals == Arrivals::Convoy;
        // The work that is just ending still counts among the works.
        let over = if convoy {
            self.works <= 1
        } else {
            w.created == self.p.calls && w.live == 0
        };
        if w.begun
            && over
            && self.fqdirs.alive == 0
            && self.kfree.in_flight == 0
            && self.memory.by_cache[Cache::FragQueue as usize] == 0
            && self.out.settled_ns.is_none()
        {
            let left = self.memory.of_namespaces();
            assert_eq!(left, 0, "what namespaces took is freed: {:?}", self.memory);
            self.out.settled_ns = Some(self.since_begin(now));
            self.is_over = true;
        }
    }

    pub(crate) fn schedule_background(&mut self, cpu: usize, ctx: &mut Ctx) {
        if self.p.background > 0 {
            self.workload.background_gap = per_1000s(self.p.background);
            let draws = Stream::Background(cpu as u64).of(self.p.seed);
            self.cpus[cpu].background = Some(Box::new(draws));
            self.next_background(cpu, ctx);
        }
        if cpu == 0 {
            self.start_hogs(ctx);
            for i in 0..self.p.noise_threads {
                let at = usize::try_from(i).expect("few noise threads") % self.cpus.len();
                let draws = Stream::Noise(i).of(self.p.seed);
                let noise = self.add_task(Task::drawing(Role::Noise, at, Step::NoiseRound, draws));
                ctx.after(Span::from_us(100 * (i + 1)), Ev::Timer { task: noise });
            }
        }
    }

    pub(crate) fn background(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.call_rcu(cpu, Callback::Background, 1, ctx);
        self.next_background(cpu, ctx);
    }

    fn next_background(&mut self, cpu: usize, ctx: &mut Ctx) {
        let rng = self.cpus[cpu].background.as_mut();
        let rng = rng.expect("it has a stream where there is a background");
        let gap = exponential(rng, self.workload.background_gap);
        ctx.after(gap, Ev::Background { cpu: cpu_id(cpu) });
    }

    pub(crate) fn noise_step(&mut self, me: TaskId, step: Step, ctx: &mut Ctx) -> Flow {
        if step == Step::NoiseRound {
            self.tasks[me as usize].step = Step::NoisePost;
            return Flow::Run(self.p.noise_work);
        }
        let cpu = self.tasks[me as usize].cpu;
        self.call_rcu(cpu, Callback::Background, self.p.noise_callbacks, ctx);
        self.tasks[me as usize].step = Step::NoiseRound;
        let slack = self.tasks[me as usize].rng().below(TIMER_SLACK.as_ns());
        ctx.after(
            self.p.noise_sleep + Span::from_ns(slack),
            Ev::Timer { task: me },
        );
        Flow::Block
    }
}
