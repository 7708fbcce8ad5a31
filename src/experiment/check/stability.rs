//! How often the verdict's words are wrong, on queues of which it is known whether they are stable.

use super::line::Check;
use super::queues::queue;
use crate::experiment::queues::{Queue, Service, run};
use crate::sim::Span;
use crate::stats::drift::{Drift, ERROR, changes, judge};

/// Runs of each queue.
const RUNS: u64 = 200;

/// What is known of a queue.
#[derive(Clone, Copy)]
enum Known {
    /// It must not be called unstable, and often enough it must be called stable.
    Stable { least: u64 },
    /// It must not be called stable, and often enough it must be called unstable.
    Unstable { least: u64 },
    /// At a load of 1 both words are guesses.
    Edge,
}

/// Queues by load in percent: customers, and what is known. 2,000 customers cannot tell a load of
/// 0.99 from 1.01; 5,000 tell half of the runs at 0.9 and nearly all at 1.1.
const QUEUES: [(u64, u64, Known); 5] = [
    (90, 5_000, Known::Stable { least: 40 }),
    (99, 2_000, Known::Stable { least: 0 }),
    (100, 2_000, Known::Edge),
    (101, 2_000, Known::Unstable { least: 0 }),
    (110, 5_000, Known::Unstable { least: 90 }),
];

/// Looks at the backlog over one run.
const LOOKS: u64 = 400;

/// All lines.
pub(super) fn table() -> Vec<Check> {
    QUEUES
        .into_iter()
        .map(|(percent, customers, known)| line(percent, customers, known))
        .collect()
}

fn told(percent: u64, customers: u64, seed: u64) -> Drift {
    let unwatched = queue(
        Service::Exponential(super::queues::SERVICE),
        1,
        percent,
        customers,
    );
    let watched = Queue {
        every: Span::from_ns(unwatched.gap.as_ns() * customers / LOOKS),
        ..unwatched
    };
    judge(&changes(&run(&watched, seed).backlog, customers))
}

fn line(percent: u64, customers: u64, known: Known) -> Check {
    let (mut stable, mut unstable) = (0_u32, 0_u32);
    for seed in 1..=RUNS {
        match told(percent, customers, seed) {
            Drift::Grows => unstable += 1,
            Drift::Returns | Drift::Flat => stable += 1,
            Drift::Unknown => {}
        }
    }
    let share = |n: u32| 100.0 * f64::from(n) / 200.0;
    let most = 100.0 * ERROR;
    let and = |least: u64, word: &str| match least {
        0 => String::new(),
        _ => format!(", at least {least} % {word}"),
    };
    let often = |n: u32, least: u64| share(n) >= crate::stats::convert::float(least);
    let (expected, passes) = match known {
        Known::Stable { least } => (
            format!("at most {most:.0} % UNSTABLE{}", and(least, "STABLE")),
            share(unstable) <= most && often(stable, least),
        ),
        Known::Unstable { least } => (
            format!("at most {most:.0} % STABLE{}", and(least, "UNSTABLE")),
            share(stable) <= most && often(unstable, least),
        ),
        Known::Edge => (
            format!("at most {most:.0} % of either word"),
            share(stable) <= most && share(unstable) <= most,
        ),
    };
    let cannot = 100.0 - share(stable) - share(unstable);
    Check::within(
        format!(
            "verdict, M/M/1 at load {}.{:02}, {customers} customers",
            percent / 100,
            percent % 100
        ),
        [
            expected,
            format!(
                "{:.1} % STABLE, {:.1} % UNSTABLE, {cannot:.1} % CANNOT TELL",
                share(stable),
                share(unstable)
            ),
            format!("{RUNS} runs"),
        ],
        passes,
    )
}
