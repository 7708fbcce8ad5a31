//! The convoy table.
//!
//! It runs through the same CPU, mutex, pool and barrier code as every other run,
//! with all costs zero. Expected values: two barriers up to `max_active` works and one more, then
//! one barrier for every two works, because each barrier retires its stealer and one waiter.
//!
//! Each barrier takes two ticks. A caller comes right after a tick, which posted a callback and began the grace period that
//! this one needs. The next tick ends it, but looks for what is ready before the thread has ended it, so that the one after
//! invokes the callback and the barrier's head behind it; there the next barrier begins.

use super::line::Check;
use crate::experiment::scenario::Scenario;
use crate::models::params::{BarrierDesign, Broken, Params};
use crate::models::{simulate, simulate_unheard};
use crate::sim::Span;

/// Numbers of works in the convoy table.
pub const CONVOY_WORKS: [u64; 9] = [2, 10, 256, 257, 300, 400, 512, 1_000, 2_000];

/// Full barriers of the convoy: label, design, `max_active`, expected for each of [`CONVOY_WORKS`].
pub const CONVOY: [(&str, BarrierDesign, u64, [Option<u64>; 9]); 3] = [
    (
        "mutex, max_active 256",
        BarrierDesign::Mutex,
        256,
        all([2, 2, 2, 2, 24, 74, 130, 374, 874]),
    ),
    (
        "fair mutex, max_active 256",
        BarrierDesign::FairMutex,
        256,
        few(3, 9),
    ),
    (
        "mutex, max_active 1024",
        BarrierDesign::Mutex,
        1_024,
        few(2, 490),
    ),
];

/// Ticks from the beginning to the end of each barrier.
pub const TICKS_A_BARRIER: u64 = 2;

/// Ticks a second of the lines beyond the scenario's own.
const HZ: [u64; 3] = [100, 200, 1_000];

/// Works, designs and barriers of lines at each of [`HZ`].
const DESIGNS: [(u64, BarrierDesign, u64); 4] = [
    (2_000, BarrierDesign::Mutex, 874),
    (512, BarrierDesign::FairMutex, 3),
    (512, BarrierDesign::WaitQueue, 4),
    (512, BarrierDesign::NoSharing, 512),
];

/// Works and `max_active` of lines beyond the table: the closed form that the first row follows.
const UNLISTED: [(u64, u64); 4] = [(63, 64), (65, 64), (101, 64), (777, 256)];

const fn all(values: [u64; 9]) -> [Option<u64>; 9] {
    let mut out = [None; 9];
    let mut i = 0;
    while i < 9 {
        out[i] = Some(values[i]);
        i += 1;
    }
    out
}

const fn few(at_512: u64, at_2000: u64) -> [Option<u64>; 9] {
    let mut out = [None; 9];
    out[6] = Some(at_512);
    out[8] = Some(at_2000);
    out
}

/// The inputs of one convoy.
///
/// # Panics
/// If the embedded scenario is broken, which a test excludes.
pub fn convoy(works: u64, max_active: u64, design: BarrierDesign) -> Params {
    let mut params = Scenario::builtin("convoy")
        .expect("the embedded scenario is valid")
        .params;
    params.calls = works;
    params.max_active = max_active;
    params.barrier = design;
    params
}

/// Two lines of the table: in how many barriers these works are done, and how long that takes.
fn lines(label: &str, params: Params, expected: u64, broken: Option<Broken>) -> [Check; 2] {
    let name = format!("convoy, {label}, {} works", params.calls);
    let ticks = TICKS_A_BARRIER * expected;
    let takes = Span::from_ns(ticks * 1_000_000_000 / params.hz);
    // A machine that was broken on purpose is judged where somebody asks for it.
    let params = Params { broken, ..params };
    let outcome = match broken {
        None => simulate(&params),
        Some(_) => simulate_unheard(&params),
    };
    let took = outcome.settled_ns.map(Span::from_ns);
    [
        Check::exact(
            format!("{name}: full barriers"),
            &expected,
            &outcome.barriers.full,
        ),
        Check::exact(
            format!("{name}: takes {ticks} ticks"),
            &takes.to_string(),
            &took.map_or_else(|| "not done".to_owned(), |took| took.to_string()),
        ),
    ]
}

/// Runs the table, and sizes, tick rates and designs that it does not list.
pub(super) fn table(broken: Option<Broken>) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut add = |label: &str, params: Params, expected| {
        checks.extend(lines(label, params, expected, broken));
    };
    for (label, design, max_active, expected) in CONVOY {
        for (works, expected) in CONVOY_WORKS.into_iter().zip(expected) {
            if let Some(expected) = expected {
                add(label, convoy(works, max_active, design), expected);
            }
        }
    }
    for (works, max_active) in UNLISTED {
        let label = format!("2 + (works - {max_active}) / 2");
        let expected = 2 + works.saturating_sub(max_active) / 2;
        let params = convoy(works, max_active, BarrierDesign::Mutex);
        add(&label, params, expected);
    }
    for hz in HZ {
        for (works, design, expected) in DESIGNS {
            let label = format!("{}, {hz} Hz", design.name());
            let params = Params {
                hz,
                ..convoy(works, 256, design)
            };
            add(&label, params, expected);
        }
    }
    checks
}
