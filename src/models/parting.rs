//! Two runs step by step: which event is the first in which they differ?

use super::params::Params;
use super::state::machine::Machine;
use crate::sim::{Instant, Setup, Simulation};

/// Something that happened in one of the runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Happening {
    /// When, since the run began \[ns\].
    pub at_ns: u64,
    /// What, with its subject.
    pub event: String,
}

/// Where two runs part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parting {
    /// Events that both had before.
    pub shared: u64,
    /// The first event that differs, of each run; `None` for a run that had ended.
    pub first: [Option<Happening>; 2],
}

/// Finds the first event in which two runs differ in time, kind or subject; `None` if they are
/// the same from beginning to end.
pub fn part(left: &Params, right: &Params) -> Option<Parting> {
    let horizon = [left, right].map(|params| Instant::ZERO + params.horizon);
    let mut runs = [left, right].map(|params| {
        let setup = Setup {
            ties: params.tie_order(),
            ..Setup::default()
        };
        Simulation::with_setup(Machine::new(params.clone()), setup, Machine::start)
    });
    let mut shared = 0;
    loop {
        let [a, b] = &mut runs;
        let next = [a.step(horizon[0]), b.step(horizon[1])];
        if next[0] != next[1] {
            let happening = next.map(|happened| {
                happened.map(|(at, event)| Happening {
                    at_ns: at.as_ns(),
                    event: format!("{event:?}"),
                })
            });
            return Some(Parting {
                shared,
                first: happening,
            });
        }
        next[0]?;
        shared += 1;
    }
}
