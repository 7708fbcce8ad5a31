//! `rcusim analyze`: works, batches of callbacks, grace periods, and what is kept of many.

use crate::analyze::{line, read, works};
use rcusim::analyze::Histogram;
use std::fmt::Write as _;

#[test]
fn works_batches_and_grace_periods() {
    let report = read(works().as_bytes());
    let f = &report.workqueue.functions["f"];
    assert_eq!(
        (f.queued, f.executed, f.wait_ns.max(), f.run_ns.max()),
        (2, 1, 100_000, 200_000)
    );
    let call = &report.cleanup_net[0];
    assert_eq!((call.start_ns, call.duration_ns), (1_500_000, 5_000_000));
    assert_eq!((call.barrier_ns, call.barriers), (3_000_000, 1));
    let plateaus: Vec<(u32, u64)> = report
        .workqueue
        .plateaus
        .iter()
        .map(|p| (p.cpu, p.max_executing))
        .collect();
    assert_eq!(
        (plateaus, report.workqueue.max_executing),
        (vec![(0, 1), (1, 1)], 2)
    );
    assert_eq!(
        (
            report.batches.started,
            report.batches.count,
            report.batches.callbacks
        ),
        (1, 1, 10)
    );
    assert_eq!(
        (
            report.grace_periods.count,
            report.grace_periods.length_ns.max()
        ),
        (1, 1_000_000)
    );
}

#[test]
fn functions_beyond_the_limit_share_a_row() {
    let mut text = String::new();
    for n in 0..4_100 {
        let event = format!("workqueue_execute_start: work struct {n:x}: function f{n}");
        write!(text, "{}", line(n, 5, 0, &event)).expect("a string takes everything");
    }
    let report = read(text.as_bytes());
    assert_eq!(
        (report.workqueue.functions.len(), report.over_limit),
        (4_097, 4)
    );
    assert_eq!(report.workqueue.functions["(others)"].executed, 4);
    // One worker runs one work: the ends of the others were not seen.
    assert_eq!(report.workqueue.max_executing, 1);
}

#[test]
fn histograms_serialize_their_percentiles_and_merge() {
    let (mut low, mut high, mut both) = (Histogram::new(), Histogram::new(), Histogram::new());
    for value in 1..=1_000_000_u64 {
        let half = if value % 2 == 0 { &mut low } else { &mut high };
        half.record(value);
        both.record(value);
    }
    low.merge(&high);
    assert_eq!(low, both);
    for percent in [1, 10, 50, 90, 99] {
        let exact = u64::from(percent) * 10_000;
        assert!(
            both.percentile(percent).abs_diff(exact) * 250 <= exact,
            "p{percent}"
        );
    }
    assert_eq!(
        (both.percentile(100), both.max(), both.min()),
        (1_000_000, 1_000_000, 1)
    );
    let mut one = Histogram::new();
    one.record(7_000_001);
    let json = serde_json::to_string(&one).expect("numbers");
    assert_eq!(
        json,
        r#"{"count":1,"sum":7000001,"p10":7000001,"p50":7000001,"p90":7000001,"p99":7000001,"max":7000001}"#
    );
}
