//! The convoy table.
//!
//! It runs through the same CPU, mutex, pool and barrier code as every other run,
//! with all costs zero. Expected values: two barriers up to `max_active` works and one more, then
//! one barrier for every two works, because each barrier retires its stealer and one waiter.

use super::line::Check;
use crate::experiment::scenario::Scenario;
use crate::models::params::{BarrierDesign, Broken, Params};
use crate::models::{simulate, simulate_unheard};

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

/// Runs the table, and sizes that it does not list.
pub(super) fn table(broken: Option<Broken>) -> Vec<Check> {
    let line = |label: &str, works, params: Params, expected: u64| {
        // A machine that was broken on purpose is judged where somebody asks for it.
        let params = Params { broken, ..params };
        let outcome = match broken {
            None => simulate(&params),
            Some(_) => simulate_unheard(&params),
        };
        let found = outcome.barriers.full;
        let name = format!("convoy, {label}, {works} works: full barriers");
        Check::exact(name, &expected, &found)
    };
    let mut checks = Vec::new();
    for (label, design, max_active, expected) in CONVOY {
        for (works, expected) in CONVOY_WORKS.into_iter().zip(expected) {
            if let Some(expected) = expected {
                let params = convoy(works, max_active, design);
                checks.push(line(label, works, params, expected));
            }
        }
    }
    for (works, max_active) in UNLISTED {
        let params = convoy(works, max_active, BarrierDesign::Mutex);
        let label = format!("2 + (works - {max_active}) / 2");
        let expected = 2 + works.saturating_sub(max_active) / 2;
        checks.push(line(&label, works, params, expected));
    }
    checks
}
