//! Two runs side by side: which is the first event of their traces in which they differ?
//!
//! What is compared is what a trace shows, the records that have a tracepoint, with their times to the
//! nanosecond; what the engine does between them goes by unseen, as it would on a real kernel.

use super::params::Params;
use super::record::{Record, Who};
use super::run::heard;
use super::state::machine::Machine;
use crate::sim::{Instant, Listener, Simulation};
use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

/// Where two runs part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parting {
    /// Events of the trace that both had before.
    pub shared: u64,
    /// Of these the first of each task, by which a trace numbers its tasks.
    pub tasks: Vec<Record>,
    /// The first event that differs, of each run; `None` for a run that had ended.
    pub first: [Option<(Instant, Record)>; 2],
}

/// Finds the first event of their traces in which two runs differ; `None` if there is none.
pub fn part(left: &Params, right: &Params) -> Option<Parting> {
    let mut runs = [left, right].map(Traced::new);
    let mut parting = Parting {
        shared: 0,
        tasks: Vec::new(),
        first: [None, None],
    };
    let mut seen = BTreeSet::new();
    loop {
        let next = runs.each_mut().map(Traced::next);
        if next[0] != next[1] {
            parting.first = next;
            return Some(parting);
        }
        let [Some((_, record)), _] = next else {
            return None;
        };
        parting.shared += 1;
        if let Who::Task(task, _) = record.who
            && seen.insert(task)
        {
            parting.tasks.push(record);
        }
    }
}

/// A run that is gone through from one event of its trace to the next.
struct Traced {
    simulation: Simulation<Machine<true>>,
    horizon: Instant,
    /// What the last steps told.
    told: Rc<RefCell<VecDeque<(Instant, Record)>>>,
}

impl Traced {
    fn new(params: &Params) -> Self {
        let told = Rc::new(RefCell::new(VecDeque::new()));
        let listener = Rc::clone(&told);
        let listener: Listener<Record> = Box::new(move |at, record| {
            if record.what.has_tracepoint() {
                listener.borrow_mut().push_back((at, record));
            }
        });
        let setup = heard(params, Some(listener));
        let machine = Machine::new(params.clone());
        Self {
            simulation: Simulation::with_setup(machine, setup, Machine::start),
            horizon: Instant::ZERO + params.horizon,
            told,
        }
    }

    /// The next event of its trace; `None` when it has ended.
    fn next(&mut self) -> Option<(Instant, Record)> {
        loop {
            let next = self.told.borrow_mut().pop_front();
            if next.is_some() {
                return next;
            }
            self.simulation.step(self.horizon)?;
        }
    }
}
