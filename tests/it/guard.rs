//! In a debug build the safety oracle listens to every run, however it is started.
#![cfg(debug_assertions)]

use rcusim::experiment::Scenario;
use rcusim::models::params::{Broken, Params};
use rcusim::models::parting::part;
use rcusim::models::{
    simulate, simulate_counted, simulate_judged, simulate_unheard, simulate_watched, simulate_with,
    simulate_with_ties,
};
use rcusim::sim::Ties;
use std::ops::ControlFlow;
use std::panic::catch_unwind;

/// A way to start a run, and its name.
type Way = (&'static str, fn(&Params));

#[test]
fn what_no_run_may_do_stops_a_run_however_it_is_started() {
    let scenario = Scenario::builtin("recorded-2cpu").expect("an embedded scenario");
    let params = Params {
        calls: 50,
        broken: Some(Broken::GpOrder),
        ..scenario.params
    };
    let ways: [Way; 6] = [
        ("simulate", |p| drop(simulate(p))),
        ("with", |p| {
            drop(simulate_with(p, Some(Box::new(|_, _| ()))));
        }),
        ("watched", |p| {
            drop(simulate_watched(p, None, |_| {
                ControlFlow::<()>::Continue(())
            }));
        }),
        ("counted", |p| {
            drop(simulate_counted(p, Box::new(|_, _| ()), |_, _| ()));
        }),
        ("with_ties", |p| drop(simulate_with_ties(p, Ties::Lifo))),
        ("part", |p| drop(part(p, p))),
    ];
    for (name, way) in ways {
        let stopped = catch_unwind(|| way(&params)).expect_err(name);
        let said = stopped.downcast_ref::<String>().expect("words");
        assert!(
            said.contains("the safety oracle, seed 1: "),
            "{name}: {said}"
        );
    }
    // Who is to be heard by nobody, or judged without a panic, goes on.
    assert!(simulate_unheard(&params).created > 0);
    assert!(simulate_judged(&params).1.is_err());
}
