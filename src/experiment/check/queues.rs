//! Queueing results that statistics rest on: the engine's queues against what textbooks say.

use super::line::Check;
use crate::experiment::queues::{Queue, Seen, Service, run, theory};
use crate::sim::Span;
use crate::stats::batch::batch_means;
use crate::stats::convert::{count, float};
use crate::stats::interval::{Interval, Moments};
use crate::stats::warmup::mser5;

/// Mean length of a service.
pub(super) const SERVICE: Span = Span::from_us(100);
/// Confidence of the intervals of this table: one false alarm in a thousand lines.
pub(super) const SURE: f64 = 0.999;
/// Replications of each line.
const RUNS: u64 = 40;

/// Loads at which closed forms are held, in percent, and customers of the one long run at each. The
/// higher the load the longer a backlog lasts: at 0.9 some 400 services.
pub(super) const LONG: [(u64, u32); 2] = [(50, 200_000), (90, 1_000_000)];

/// What a closed form says of the wait: its mean and its mean square \[service times\].
pub(super) type Moments2 = (f64, f64);

/// A queue at a load of `percent` of its servers, without warm-up, from which all leave.
pub(super) fn queue(service: Service, servers: u64, percent: u64, customers: u64) -> Queue {
    Queue {
        gap: Span::from_ns(SERVICE.as_ns() * 100 / (percent * servers)),
        service,
        servers,
        bulk: false,
        delay: Span::ZERO,
        initial: 0,
        customers,
        every: Span::ZERO,
    }
}

/// Nanoseconds in service times.
pub(super) fn in_services(ns: f64) -> f64 {
    ns / float(SERVICE.as_ns())
}

fn mean(values: &[u64]) -> f64 {
    values.iter().map(|&v| float(v)).sum::<f64>() / count(values.len())
}

/// A line that compares the mean over independent runs with theory.
pub(super) fn compare(name: &str, expected: f64, each: impl Fn(u64) -> f64) -> Check {
    let values: Vec<f64> = (1..=RUNS).map(each).collect();
    let moments = Moments::of(&values).expect("there are runs");
    let interval = moments.interval(SURE).expect("there are runs");
    line(name, expected, moments.mean, interval)
}

fn line(name: &str, expected: f64, found: f64, interval: Interval) -> Check {
    let texts = [
        format!("{expected:.4}"),
        format!("{found:.4}"),
        format!(
            "{:.4} to {:.4}, {RUNS} runs, 99.9 %",
            interval.low, interval.high
        ),
    ];
    Check::within(name, texts, interval.holds(expected))
}

/// Lines that compare mean and mean square of the waits of one long run with theory, by batch means
/// without the first twentieth. An interval wider than half of what it is to find finds nothing.
pub(super) fn moments(name: &str, expected: Moments2, waits: &[f64]) -> [Check; 2] {
    let steady = &waits[waits.len() / 20..];
    let squares: Vec<f64> = steady.iter().map(|wait| wait * wait).collect();
    let line = |what: &str, expected: f64, values: &[f64]| {
        let found = batch_means(values, SURE).expect("a long run");
        let Interval { low, high } = found.interval;
        let known = found.independent && found.interval.half() < 0.25 * expected;
        let texts = [
            format!("{expected:.4}"),
            format!("{:.4}", found.mean),
            format!(
                "{low:.4} to {high:.4}, {} batches of {}, 99.9 %",
                found.batches, found.size
            ),
        ];
        let passes = known && found.interval.holds(expected);
        Check::within(format!("{name}: {what}"), texts, passes)
    };
    [
        line("mean wait", expected.0, steady),
        line("mean square of the wait", expected.1, &squares),
    ]
}

/// Mean wait after the first fifth of the customers \[service times\].
fn late_wait(seen: &Seen) -> f64 {
    in_services(mean(&seen.waits[seen.waits.len() / 5..]))
}

/// All lines.
pub(super) fn table() -> Vec<Check> {
    let mut lines = closed_forms();
    lines.push(little());
    lines.extend(bulk());
    lines.extend(delayed());
    lines.extend(warm_up());
    lines
}

fn closed_forms() -> Vec<Check> {
    let (exponential, fixed) = (Service::Exponential(SERVICE), Service::Fixed(SERVICE));
    let mut lines = Vec::new();
    for (percent, customers) in LONG {
        let rho = float(percent) / 100.0;
        let mmc = |c| (theory::wait_mmc(c, rho), theory::square_mmc(c, rho));
        let md1 = (theory::wait_md1(rho), theory::square_md1(rho));
        let queues = [
            ("M/M/1", exponential, 1, mmc(1)),
            ("M/D/1", fixed, 1, md1),
            ("M/M/3", exponential, 3, mmc(3)),
        ];
        for (name, service, servers, expected) in queues {
            let seen = run(&queue(service, servers, percent, customers.into()), 1);
            let waits: Vec<f64> = seen.waits.iter().map(|&w| in_services(float(w))).collect();
            lines.extend(moments(&format!("{name}, load {rho}"), expected, &waits));
        }
    }
    lines
}

/// Little's law, without tolerance: over a run that starts and ends empty, the integral of the
/// number in the system is the sum of the times in it.
fn little() -> Check {
    let seen = run(&queue(Service::Exponential(SERVICE), 3, 80, 2_000), 1);
    Check::exact(
        "Little's law, M/M/3: integral of the number in the system [ns]",
        &seen.sojourn_ns,
        &seen.area_ns,
    )
}

/// One server that takes all who wait.
fn bulk() -> [Check; 2] {
    let load = 2.0;
    let bulk = Queue {
        bulk: true,
        ..queue(Service::Fixed(SERVICE), 1, 200, 2_000)
    };
    [
        compare(
            "bulk service, 2 arrive during one: mean batch",
            theory::bulk_batch(load),
            move |seed| {
                let seen = run(&bulk, seed);
                count(seen.waits.len()) / float(seen.services)
            },
        ),
        compare(
            "bulk service, 2 arrive during one: mean wait",
            theory::bulk_wait(load),
            move |seed| late_wait(&run(&bulk, seed)),
        ),
    ]
}

/// One server that takes all who wait, a fixed time after the first of them came, and is done at
/// once: `batch-free-delayed` where the barrier is short against the delay.
fn delayed() -> [Check; 2] {
    let load = 3.0;
    let delayed = Queue {
        bulk: true,
        delay: Span::from_us(300),
        ..queue(Service::Fixed(Span::ZERO), 1, 100, 2_000)
    };
    let wait = move |seed| late_wait(&run(&delayed, seed)) / 3.0;
    [
        compare(
            "delayed bulk service, 3 arrive during the delay: mean batch",
            theory::delayed_batch(load),
            move |seed| {
                let seen = run(&delayed, seed);
                count(seen.waits.len()) / float(seen.services)
            },
        ),
        compare(
            "delayed bulk service: mean wait in delays",
            theory::delayed_wait(load),
            wait,
        ),
    ]
}

/// A queue that starts with a long backlog: with the warm-up the mean is off, and MSER-5 mends it.
fn warm_up() -> [Check; 2] {
    let watched = Queue {
        initial: 60,
        every: Span::from_us(100),
        ..queue(Service::Exponential(SERVICE), 1, 70, 6_000)
    };
    let expected = theory::number_mm1(0.7);
    let seen: Vec<Vec<f64>> = (1..=RUNS)
        .map(|seed| {
            run(&watched, seed)
                .backlog
                .iter()
                .map(|&n| float(n))
                .collect()
        })
        .collect();
    let average = |values: &[f64]| values.iter().sum::<f64>() / count(values.len());
    let means = |cut: &dyn Fn(&[f64]) -> Option<f64>| -> Moments {
        let means: Vec<f64> = seen.iter().filter_map(|s| cut(s)).collect();
        Moments::of(&means).expect("there are runs")
    };
    let whole = means(&|values| Some(average(values)));
    let steady = means(&|values| mser5(values).steady(values).map(average));
    let interval = |m: &Moments| m.interval(SURE).expect("there are runs");
    let biased = interval(&whole);
    [
        Check::within(
            "M/M/1 from 60 waiting: mean number with its warm-up is off",
            [
                format!("not {expected:.4}"),
                format!("{:.4}", whole.mean),
                format!("{:.4} to {:.4}", biased.low, biased.high),
            ],
            !biased.holds(expected),
        ),
        line(
            &format!(
                "the same without what MSER-5 cuts off ({} runs settle)",
                steady.n
            ),
            expected,
            steady.mean,
            interval(&steady),
        ),
    ]
}
