//! Runs a machine to its end, in slices between which somebody may look at it and stop it.

use super::outcome::Outcome;
use super::params::Params;
use super::record::Record;
use super::state::machine::Machine;
use crate::sim::{Ended, Instant, Limits, Listener, Simulation};
use std::convert::Infallible;
use std::ops::ControlFlow;

/// Events of a slice: some milliseconds of work.
const SLICE: u64 = 1 << 16;

/// How far a run has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// Simulated time since the run began \[ns\].
    pub sim_ns: u64,
    /// Namespaces created.
    pub created: u64,
    /// Namespaces not yet freed.
    pub live: u64,
    /// Events handled.
    pub events: u64,
}

/// Runs one scenario to its end.
pub fn simulate(params: &Params) -> Outcome {
    simulate_with(params, None)
}

/// The same run, bit for bit, with every record told to `listener`.
pub fn simulate_with(params: &Params, listener: Option<Listener<Record>>) -> Outcome {
    let watch = |_| ControlFlow::<Infallible>::Continue(());
    match simulate_watched(params, listener, watch) {
        Ok(outcome) => outcome,
        Err(never) => match never {},
    }
}

/// The same run, bit for bit, with its progress told to `watch` every few milliseconds, which may
/// break it off.
pub fn simulate_watched<B>(
    params: &Params,
    listener: Option<Listener<Record>>,
    mut watch: impl FnMut(Progress) -> ControlFlow<B>,
) -> Result<Outcome, B> {
    let machine = Machine::new(params.clone());
    let mut simulation = Simulation::with_listener(machine, listener, Machine::start);
    let horizon = Instant::ZERO + params.horizon;
    let ended = loop {
        let events = simulation.events().saturating_add(SLICE);
        let ended = simulation.run(Limits { horizon, events });
        if ended != Ended::Budget {
            break ended;
        }
        if let ControlFlow::Break(why) = watch(progress(&simulation)) {
            return Err(why);
        }
    };
    let (now, events, digest) = (simulation.now(), simulation.events(), simulation.digest());
    let mut out = simulation.model.finish(now);
    out.ended = ended;
    out.events = events;
    out.digest = digest;
    out.sim_ns = now.as_ns();
    Ok(out)
}

fn progress(simulation: &Simulation<Machine>) -> Progress {
    Progress {
        sim_ns: simulation.now().as_ns(),
        created: simulation.model.workload.created,
        live: simulation.model.workload.live,
        events: simulation.events(),
    }
}
