//! Runs a machine to its end, in slices between which somebody may look at it and stop it.

use super::oracle::{Oracle, Seen};
use super::outcome::Outcome;
use super::params::Params;
use super::queues::Queues;
use super::record::Record;
use super::state::machine::Machine;
use crate::sim::{Ended, Instant, Limits, Listener, Model, Setup, Simulation, Span, Ties};
use std::cell::RefCell;
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::rc::Rc;

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
///
/// # Panics
/// As all of these but [`simulate_unheard`] and [`simulate_judged`] do: in a debug build, with the inputs and the last
/// records, if the [`Oracle`] finds something wrong.
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

/// The same run, bit for bit, to which nobody listens, not even a debug build's oracle: it shows that listening changes nothing.
pub fn simulate_unheard(params: &Params) -> Outcome {
    let watch = |_| ControlFlow::<Infallible>::Continue(());
    match run(params, unguarded(params, None), watch) {
        Ok(outcome) => outcome,
        Err(never) => match never {},
    }
}

/// The same run, bit for bit, whose queues are looked at after every event, and its records heard.
pub fn simulate_counted(
    params: &Params,
    listener: Listener<Record>,
    mut look: impl FnMut(Instant, Queues),
) -> Outcome {
    let watch = |simulation: &Simulation<Machine<true>>| {
        look(simulation.now(), simulation.model.queues());
        ControlFlow::<Infallible>::Continue(())
    };
    match run_in_slices(params, heard(params, Some(listener)), 1, watch) {
        Ok(outcome) => outcome,
        Err(never) => match never {},
    }
}

/// The scenario with another order of what happens at one instant and is of one class: another run,
/// from which no other conclusion should follow.
pub fn simulate_with_ties(params: &Params, ties: Ties) -> Outcome {
    let setup = Setup {
        ties,
        ..heard(params, None)
    };
    match run(params, setup, |_| ControlFlow::<Infallible>::Continue(())) {
        Ok(outcome) => outcome,
        Err(never) => match never {},
    }
}

/// The same run, bit for bit, judged by the [`Oracle`]: what it has seen, or the epitaph.
pub fn simulate_judged(params: &Params) -> (Outcome, Result<Seen, String>) {
    let oracle = Rc::new(RefCell::new(Oracle::new(params)));
    let judge = Rc::clone(&oracle);
    let listener: Listener<Record> = Box::new(move |at, r| judge.borrow_mut().hear(at, &r));
    let watch = |_| ControlFlow::<Infallible>::Continue(());
    let outcome = match run(params, unguarded(params, Some(listener)), watch) {
        Ok(outcome) => outcome,
        Err(never) => match never {},
    };
    let oracle = oracle.borrow();
    let verdict = match oracle.violation() {
        None => Ok(oracle.seen()),
        Some(_) => Err(oracle.to_string()),
    };
    (outcome, verdict)
}

/// The same run, bit for bit, with its progress told to `watch` every few milliseconds, which may
/// break it off.
pub fn simulate_watched<B>(
    params: &Params,
    listener: Option<Listener<Record>>,
    watch: impl FnMut(Progress) -> ControlFlow<B>,
) -> Result<Outcome, B> {
    run(params, heard(params, listener), watch)
}

/// A listener that panics as soon as the oracle finds something wrong, and tells `next` the rest.
fn guard(params: &Params, mut next: Option<Listener<Record>>) -> Listener<Record> {
    let mut oracle = Oracle::new(params);
    let params = params.clone();
    Box::new(move |at, record| {
        oracle.hear(at, &record);
        assert!(
            oracle.violation().is_none(),
            "the safety oracle, seed {}: {oracle}inputs: {params:?}",
            params.seed
        );
        if let Some(next) = &mut next {
            next(at, record);
        }
    })
}

/// A run to which `listener` listens, and in a debug build the oracle before it.
pub(super) fn heard(params: &Params, listener: Option<Listener<Record>>) -> Setup<Record> {
    let listener = if cfg!(debug_assertions) {
        Some(guard(params, listener))
    } else {
        listener
    };
    unguarded(params, listener)
}

/// A run to which `listener` listens and nobody else.
fn unguarded(params: &Params, listener: Option<Listener<Record>>) -> Setup<Record> {
    Setup {
        listener,
        ties: params.tie_order(),
    }
}

fn run<B>(
    params: &Params,
    setup: Setup<Record>,
    mut watch: impl FnMut(Progress) -> ControlFlow<B>,
) -> Result<Outcome, B> {
    if setup.listener.is_some() {
        run_in_slices::<true, B>(params, setup, SLICE, |heard| watch(progress(heard)))
    } else {
        run_in_slices::<false, B>(params, setup, SLICE, |unheard| watch(progress(unheard)))
    }
}

fn run_in_slices<const HEARD: bool, B>(
    params: &Params,
    setup: Setup<Record>,
    slice: u64,
    mut watch: impl FnMut(&Simulation<Machine<HEARD>>) -> ControlFlow<B>,
) -> Result<Outcome, B> {
    let machine = Machine::<HEARD>::new(params.clone());
    let mut simulation = Simulation::with_setup(machine, setup, Machine::start);
    let horizon = Instant::ZERO + params.horizon;
    let mut row = Instant::ZERO + params.settle_before;
    let mut budget = slice;
    let ended = loop {
        let until = row.min(horizon);
        let limits = Limits {
            horizon: until,
            events: budget,
        };
        match simulation.run(limits) {
            Ended::Budget => {
                if let ControlFlow::Break(why) = watch(&simulation) {
                    return Err(why);
                }
                budget = simulation.events().saturating_add(slice);
            }
            // Nothing of this instant is left to happen: the series has its row, and a run in pieces is the same run.
            Ended::Horizon if until == row => {
                simulation.model.sample(row);
                row += params.sample.max(Span::from_us(1));
                if until == horizon {
                    break Ended::Horizon;
                }
            }
            ended => break ended,
        }
    };
    let (now, events, digest) = (simulation.now(), simulation.events(), simulation.digest());
    let waits = match ended {
        Ended::Deadlock => simulation.model.blocked(),
        _ => Vec::new(),
    };
    let mut out = simulation.model.finish(now);
    out.waits = waits;
    out.ended = ended;
    out.events = events;
    out.digest = digest;
    out.sim_ns = now.as_ns();
    Ok(out)
}

fn progress<const HEARD: bool>(simulation: &Simulation<Machine<HEARD>>) -> Progress {
    Progress {
        sim_ns: simulation.now().as_ns(),
        created: simulation.model.workload.created,
        live: simulation.model.workload.live,
        events: simulation.events(),
    }
}
