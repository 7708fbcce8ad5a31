//! `rcusim analyze`: works, batches of callbacks, grace periods, and what is kept of many.

use crate::analyze::{line, read, works};
use crate::support::{folder, path_in, shown as shown_of};
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
    assert_eq!((call.barrier_ns, call.barriers), (Some(3_000_000), Some(1)));
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

/// Zeros that nobody counted are no zeros.
#[test]
fn what_was_not_recorded_is_not_told_as_none() {
    let root = env!("CARGO_MANIFEST_DIR");
    let file = format!("{root}/tests/data/linux-6.18/traced.trace.gz");
    let shown = shown_of(&["analyze", &file]);
    for part in [
        "no rcu:rcu_barrier event was recorded",
        "no rcu:rcu_grace_period event was recorded",
        "no rcu:rcu_batch_start or _end event was recorded",
        "  start: since the first event",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("full barriers"), "{shown}");
    let calls = shown
        .lines()
        .skip_while(|line| !line.starts_with("cleanup_net()"));
    let first: Vec<&str> = calls
        .skip(1)
        .take(1)
        .flat_map(str::split_whitespace)
        .collect();
    assert!(
        matches!(first[..], [_, "ms" | "s", _, "ms", "-", "-", "-"]),
        "{first:?}"
    );
    assert!(
        first[0].parse::<f64>().is_ok_and(|start| start < 1_000.0),
        "{first:?}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&shown_of(&["analyze", &file, "--json"])).expect("JSON");
    for part in ["barrier", "grace_periods", "batches"] {
        assert!(json[part].is_null(), "{part}");
    }
    assert!(json["cleanup_net"][0]["barrier_ns"].is_null());
    assert!(json["workqueue"].is_object());
    let folder = folder("recorded");
    let barriers = path_in(&folder, "barriers.trace");
    let trace = [
        "trace",
        "report-6cpu:calls=20,horizon=20s",
        "--events",
        "rcu",
    ];
    std::fs::write(&barriers, shown_of(&trace)).expect("written");
    let shown = shown_of(&["analyze", &barriers]);
    assert!(shown.contains("no workqueue event was recorded"), "{shown}");
    assert!(!shown.contains("no rcu:rcu_barrier event"), "{shown}");
}
