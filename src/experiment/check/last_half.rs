//! What is said of the last half of a loop: on series whose answer is plain, and of queues whose answer is known.

use super::line::Check;
use super::queues::{SERVICE, queue};
use crate::experiment::queues::{Queue, Service, run};
use crate::sim::Span;
use crate::stats::last_half::{Course, Rise};

/// Rows of a series, with 100 namespaces created between two of them.
const ROWS: u64 = 400;
/// Runs of each queue.
const RUNS: u64 = 200;
/// Customers of each queue: about as many as the report's loop has namespaces in 21 s.
const CUSTOMERS: u64 = 10_000;

type Backlog = fn(u64) -> u64;

/// What stays of 100 created, and in what way, with the answer.
const SERIES: [(&str, Backlog, Course); 6] = [
    ("11 of 100 stay", |i| i * 11, Course::Grew),
    ("9 of 100 stay", |i| i * 9, Course::Between),
    ("2 of 100 stay", |i| i * 2, Course::Stayed),
    (
        "batches that leave a third",
        |i| i * 100 - i / 50 * 3_333,
        Course::Grew,
    ),
    (
        "batches that leave nothing",
        |i| i % 50 * 100,
        Course::Stayed,
    ),
    (
        "grows for half of the loop",
        |i| i.min(ROWS / 2) * 100,
        Course::Stayed,
    ),
];

/// Queues by load in percent: fewest and most percent of runs that grew, and that stayed.
const QUEUES: [(u64, [u64; 2], [u64; 2]); 3] = [
    (90, [0, 1], [95, 100]),
    (100, [0, 5], [0, 100]),
    (125, [95, 100], [0, 1]),
];

/// All lines.
pub(super) fn table() -> Vec<Check> {
    let series = SERIES.into_iter().map(line);
    series.chain(QUEUES.into_iter().map(shares)).collect()
}

const fn word(course: Course) -> &'static str {
    match course {
        Course::Grew => "grew",
        Course::Stayed => "stayed",
        Course::Between => "neither",
    }
}

fn line((name, backlog, expected): (&str, Backlog, Course)) -> Check {
    let series: Vec<u64> = (0..ROWS).map(backlog).collect();
    let found = Rise::of(&series, ROWS / 2 * 100).map_or("nothing", |rise| word(rise.course()));
    Check::within(
        format!("last half of a loop, {name}"),
        [
            word(expected).to_owned(),
            found.to_owned(),
            "exact".to_owned(),
        ],
        found == word(expected),
    )
}

fn shares((percent, grew, stayed): (u64, [u64; 2], [u64; 2])) -> Check {
    let unwatched = queue(Service::Exponential(SERVICE), 1, percent, CUSTOMERS);
    let watched = Queue {
        every: Span::from_ns(unwatched.gap.as_ns() * CUSTOMERS / ROWS),
        ..unwatched
    };
    let mut counts = [0_u64; 2];
    for seed in 1..=RUNS {
        let rise = Rise::of(&run(&watched, seed).backlog, CUSTOMERS / 2);
        match rise.map(Rise::course) {
            Some(Course::Grew) => counts[0] += 1,
            Some(Course::Stayed) => counts[1] += 1,
            Some(Course::Between) | None => {}
        }
    }
    let [found_grew, found_stayed] = counts.map(|n| n * 100 / RUNS);
    let within = |found, [least, most]: [u64; 2]| least <= found && found <= most;
    let told = |[least, most]: [u64; 2]| format!("{least} to {most} %");
    Check::within(
        format!(
            "last half, M/M/1 at load {}.{:02}, {CUSTOMERS} customers",
            percent / 100,
            percent % 100
        ),
        [
            format!("grew {}, stayed {}", told(grew), told(stayed)),
            format!("grew {found_grew} %, stayed {found_stayed} %"),
            format!("{RUNS} runs"),
        ],
        within(found_grew, grew) && within(found_stayed, stayed),
    )
}
