//! The exact checks as a table: what must come out, what came out.
//!
//! The convoy table runs through the same CPU, mutex, pool and barrier code as every other run,
//! with all costs zero. Expected values: two barriers up to `max_active` works and one more, then
//! one barrier for every two works, because each barrier retires its stealer and one waiter.

use super::Scenario;
use crate::models::params::{BarrierDesign, Params};
use crate::models::seq::Seq;
use crate::models::simulate;

/// One line of the table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// What is checked.
    pub name: String,
    /// What must come out.
    pub expected: String,
    /// What came out.
    pub found: String,
}

impl Check {
    /// Whether the two agree.
    pub fn passes(&self) -> bool {
        self.expected == self.found
    }

    fn new<T: ToString>(name: impl Into<String>, expected: &T, found: &T) -> Self {
        Self {
            name: name.into(),
            expected: expected.to_string(),
            found: found.to_string(),
        }
    }
}

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

/// Runs every check.
pub fn checks() -> Vec<Check> {
    let mut checks = sequence();
    for (label, design, max_active, expected) in CONVOY {
        for (works, expected) in CONVOY_WORKS.into_iter().zip(expected) {
            if let Some(expected) = expected {
                let found = simulate(&convoy(works, max_active, design)).barriers.full;
                checks.push(Check::new(
                    format!("convoy, {label}, {works} works: full barriers"),
                    &expected,
                    &found,
                ));
            }
        }
    }
    let params = convoy(300, 256, BarrierDesign::Mutex);
    let (first, second) = (simulate(&params), simulate(&params));
    checks.push(Check::new(
        "same scenario and seed: digest",
        &hex(first.digest),
        &hex(second.digest),
    ));
    checks
}

fn hex(digest: u64) -> String {
    format!("{digest:016x}")
}

fn sequence() -> Vec<Check> {
    [
        ("idle 4k snapshots to", 4_000, 4_004),
        ("running 4k+1 snapshots to", 4_001, 4_008),
    ]
    .map(|(name, from, to)| {
        Check::new(
            format!("sequence {from}: {name}"),
            &to,
            &Seq::from_raw(from).snap().raw(),
        )
    })
    .to_vec()
}
