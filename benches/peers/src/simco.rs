//! simcore: one component that handles its own events by callbacks.

use crate::lock::{ACQUISITIONS, THREADS};
use crate::measure::ns_each;
use crate::table::Round;
use crate::waits::Waits;
use rand_distr_04::Exp;
use serde::Serialize;
use simcore::{Event, EventHandler, Simulation, SimulationContext, cast};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

#[derive(Clone, Serialize)]
struct Wants {
    thread: u32,
}

#[derive(Clone, Serialize)]
struct Releases {
    thread: u32,
}

struct Lock {
    ctx: SimulationContext,
    think: Exp<f64>,
    held: bool,
    line: VecDeque<(u32, f64)>,
    waits: Waits,
}

impl Lock {
    fn thinks(&self, thread: u32) {
        let think = self.ctx.sample_from_distribution(&self.think);
        self.ctx.emit_self(Wants { thread }, think);
    }

    fn wants(&mut self, thread: u32) {
        let now = self.ctx.time();
        if self.held {
            self.line.push_back((thread, now));
        } else {
            self.acquires(thread, now);
        }
    }

    fn releases(&mut self, thread: u32) {
        self.thinks(thread);
        self.held = false;
        if let Some((next, since)) = self.line.pop_front() {
            self.acquires(next, since);
        }
    }

    fn acquires(&mut self, thread: u32, since: f64) {
        self.held = true;
        self.waits.add(self.ctx.time() - since);
        self.ctx.emit_self(Releases { thread }, 1.0);
    }
}

impl EventHandler for Lock {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Wants { thread } => {
                self.wants(thread);
            }
            Releases { thread } => {
                self.releases(thread);
            }
        });
    }
}

pub(crate) fn run(seed: u64) -> Round {
    let mut simulation = Simulation::new(seed);
    let lock = Rc::new(RefCell::new(Lock {
        ctx: simulation.create_context("lock"),
        think: Exp::new(0.01).expect("a mean above zero"),
        held: false,
        line: VecDeque::new(),
        waits: Waits::new(),
    }));
    simulation.add_handler("lock", lock.clone());
    for thread in 0..THREADS {
        lock.borrow().thinks(thread);
    }
    let each = ns_each(ACQUISITIONS, || {
        while !lock.borrow().waits.is_done() {
            simulation.step();
        }
    });
    let means = lock.borrow().waits.means().to_vec();
    (each, means)
}
