//! The convoy against a naive oracle that shares no code with the model.

use rcusim::experiment::check::{TICKS_A_BARRIER, convoy};
use rcusim::models::outcome::Sample;
use rcusim::models::params::BarrierDesign;
use rcusim::models::simulate;
use rcusim::sim::Span;
use std::collections::VecDeque;

#[derive(Clone, Copy, PartialEq)]
enum Waits {
    Fresh,
    Line(u64),
    Barrier,
}

/// Counts full barriers, and callers that slept through one in vain, by the rules in words: one CPU runs a worker until it blocks.
#[expect(clippy::struct_excessive_bools, reason = "naive on purpose")]
struct Oracle {
    unstarted: u64,
    list: u64,
    max_active: u64,
    active: u64,
    fair: bool,
    owner: Option<usize>,
    handoff: bool,
    line: VecDeque<usize>,
    waits: Vec<Waits>,
    runnable: VecDeque<usize>,
    fresh_woken: bool,
    begun: u64,
    ended: u64,
    running: bool,
    /// Granted after a later barrier than the one that would do.
    in_vain: u64,
}

impl Oracle {
    fn count(works: u64, max_active: u64, fair: bool) -> (u64, u64) {
        let list = works.min(max_active);
        let mut o = Self {
            unstarted: works - list,
            list,
            max_active,
            active: list,
            fair,
            owner: None,
            handoff: false,
            line: VecDeque::new(),
            waits: Vec::new(),
            runnable: VecDeque::new(),
            fresh_woken: false,
            begun: 0,
            ended: 0,
            running: false,
            in_vain: 0,
        };
        o.wake_fresh();
        loop {
            while let Some(me) = o.runnable.pop_front() {
                o.run(me);
                if o.list > 0 {
                    o.wake_fresh();
                }
            }
            if !o.running {
                return (o.begun, o.in_vain);
            }
            o.running = false;
            o.ended += 1;
            let owner = o.owner.expect("a running barrier has an owner");
            o.runnable.push_back(owner);
        }
    }

    fn wake_fresh(&mut self) {
        if !self.fresh_woken {
            self.fresh_woken = true;
            self.waits.push(Waits::Fresh);
            self.runnable.push_back(self.waits.len() - 1);
        }
    }

    fn run(&mut self, me: usize) {
        match self.waits[me] {
            Waits::Fresh => {
                self.fresh_woken = false;
                self.next_work(me);
            }
            Waits::Line(need) => {
                if self.owner.is_none() || self.owner == Some(me) {
                    self.owner = Some(me);
                    self.handoff = false;
                    self.line.retain(|&w| w != me);
                    self.granted(me, need);
                } else if self.line.front() == Some(&me) {
                    self.handoff = true;
                }
            }
            Waits::Barrier => self.unlock_and_go_on(me),
        }
    }

    fn next_work(&mut self, me: usize) {
        if self.list == 0 {
            return;
        }
        self.list -= 1;
        let need = self.begun + 1;
        if self.owner.is_none() && (!self.fair || self.line.is_empty()) {
            self.owner = Some(me);
            self.handoff = false;
            self.granted(me, need);
        } else {
            self.waits[me] = Waits::Line(need);
            self.line.push_back(me);
        }
    }

    fn granted(&mut self, me: usize, need: u64) {
        if self.ended >= need {
            self.in_vain += u64::from(self.ended > need);
            self.unlock_and_go_on(me);
        } else {
            self.begun += 1;
            self.running = true;
            self.waits[me] = Waits::Barrier;
        }
    }

    fn unlock_and_go_on(&mut self, me: usize) {
        let first = self.line.front().copied();
        self.owner = if self.handoff || self.fair {
            first
        } else {
            None
        };
        self.handoff = false;
        if let Some(first) = first
            && !self.runnable.contains(&first)
        {
            self.runnable.push_back(first);
        }
        self.active -= 1;
        if self.unstarted > 0 && self.active < self.max_active {
            self.unstarted -= 1;
            self.active += 1;
            self.list += 1;
        }
        self.next_work(me);
    }
}

#[test]
fn unlisted_sizes_agree_with_the_oracle() {
    for max_active in [1, 2, 7, 64, 256] {
        for works in [1, 2, 3, 8, 63, 64, 65, 66, 100, 258, 259, 301, 777] {
            for (design, fair) in [
                (BarrierDesign::Mutex, false),
                (BarrierDesign::FairMutex, true),
            ] {
                let found = simulate(&convoy(works, max_active, design)).barriers;
                let expected = Oracle::count(works, max_active, fair);
                assert_eq!(
                    (found.full, found.slept_though_satisfied),
                    expected,
                    "{works} works, max_active {max_active}, {design:?}"
                );
            }
        }
    }
}

/// On paper: the callback that a barrier joins needs the grace period that has just begun; one tick ends it and the next
/// invokes what is ready, where the next barrier begins.
#[test]
fn every_barrier_takes_two_ticks() {
    for hz in [100, 200, 250, 1_000] {
        for &design in BarrierDesign::ALL {
            for (works, max_active) in [(1, 256), (3, 2), (100, 7), (300, 256), (777, 256)] {
                let mut params = convoy(works, max_active, design);
                params.hz = hz;
                let out = simulate(&params);
                let paper = out.barriers.full * TICKS_A_BARRIER * 1_000_000_000 / hz;
                assert_eq!(
                    out.settled_ns,
                    Some(paper),
                    "{works} works, max_active {max_active}, {design:?}, {hz} Hz"
                );
            }
        }
    }
}

/// `background.always`: each CPU always has a callback, but what is invoked is not queued anew, with callbacks at random
/// beside it neither.
#[test]
fn callbacks_are_always_there_and_do_not_pile_up() {
    for (rate, most) in [(0, 5), (10_000, 8)] {
        let mut params = convoy(2_000, 256, BarrierDesign::Mutex);
        params.background = rate;
        params.sample = Span::from_ms(7);
        let series = simulate(&params).series;
        assert!(series.len() > 900);
        let within = |row: &Sample| (1..=most).contains(&row.callbacks);
        let bad = series.iter().find(|row| row.t_ns > 0 && !within(row));
        assert!(bad.is_none(), "{bad:?}");
    }
}

#[test]
fn a_wait_queue_shares_as_a_fair_mutex_does() {
    let found = simulate(&convoy(512, 256, BarrierDesign::WaitQueue))
        .barriers
        .full;
    assert!(found <= 4, "512 works took {found} barriers");
}

#[test]
fn without_sharing_every_work_runs_its_own_barrier() {
    assert_eq!(
        simulate(&convoy(300, 256, BarrierDesign::NoSharing))
            .barriers
            .full,
        300
    );
}

#[test]
fn without_callbacks_barriers_wait_for_nothing() {
    let mut params = convoy(512, 256, BarrierDesign::Mutex);
    params.callbacks_always = false;
    let out = simulate(&params);
    assert_eq!(out.barriers.full, out.barriers.full_trivial);
}

/// A trivial barrier does nothing but look at each possible CPU.
#[test]
fn a_barrier_looks_at_every_possible_cpu() {
    let mut params = convoy(100, 256, BarrierDesign::Mutex);
    (params.callbacks_always, params.possible_cpus) = (false, 16);
    params.costs.barrier_per_cpu = Span::from_us(1);
    let out = simulate(&params);
    assert!(out.barriers.full_trivial > 0);
    assert_eq!(out.barriers.full, out.barriers.full_trivial);
    let looks = |ns: &u64| *ns == 16_000;
    assert!(out.barrier_ns.iter().all(looks), "{:?}", out.barrier_ns);
}

/// By hand, 258 works: the second barrier satisfies everybody asleep, the first of them has the mutex by hand-off, the last
/// work joins the line behind them, and nobody steals again. With more works the thieves go on, and of 276 early exits
/// all but two sleep through a thief's barrier.
#[test]
fn satisfied_callers_sleep_through_barriers_where_somebody_steals() {
    let slept = |works, design| {
        let barriers = simulate(&convoy(works, 256, design)).barriers;
        (barriers.full, barriers.slept_though_satisfied)
    };
    assert_eq!(slept(256, BarrierDesign::Mutex), (2, 0));
    assert_eq!(slept(258, BarrierDesign::Mutex), (3, 0));
    assert_eq!(slept(300, BarrierDesign::Mutex), (24, 274));
    assert_eq!(slept(300, BarrierDesign::FairMutex), (3, 0));
    assert_eq!(slept(300, BarrierDesign::WaitQueue).1, 0);
}
