//! The quantities of a recording.

use super::numbers::{float, length};
use super::quantity::{self, BARRIER, Counts, GRACE, TRIVIAL_MS, Values, WAIT, put};
use super::recording::Recording;
use super::series::Row;
use crate::analyze::Samples;

/// All that the recording's summary, series and trace tell; the summary wins where it says something.
pub fn real(recording: &Recording) -> Values {
    let (meta, series) = (&recording.meta, &recording.series);
    let rows = &series.rows;
    let most = |of: fn(&Row) -> Option<u64>| rows.iter().filter_map(of).max().map(float);
    let deepest = rows
        .iter()
        .map(|row| series.drop_mib(row))
        .max_by(f64::total_cmp);
    let mut values = Values::new();
    put(&mut values, "loop_s", meta.loop_s.or(series.loop_s()));
    if !meta.shares_memory() {
        put(&mut values, "peak_drop_mib", meta.peak_drop_mib.or(deepest));
        let end = series.drop_mib(&series.last());
        put(&mut values, "end_drop_mib", meta.end_drop_mib.or(Some(end)));
    }
    put(
        &mut values,
        "live_peak",
        meta.max_netns.or(most(|row| row.netns)),
    );
    put(
        &mut values,
        "blocked_kworkers",
        meta.max_blocked.or(most(|row| row.blocked)),
    );
    if let Some(trace) = &recording.trace {
        traced(&mut values, trace);
    }
    values
}

/// Whether more than half of the namespaces created were alive when the loop ended.
pub fn collapsed(recording: &Recording) -> Option<bool> {
    let end = real(recording).get("loop_s").copied()?;
    let row = recording.series.rows.iter().find(|row| row.t_s >= end)?;
    Some(float(row.netns?) * 2.0 > float(row.done))
}

fn traced(values: &mut Values, trace: &Samples) {
    let ms = |ns: u64| float(ns) / 1e6;
    Counts {
        full: length(trace.full.len()),
        early: length(trace.early.len()),
        cleanup_ms: trace
            .cleanup
            .iter()
            .map(|call| ms(call.end_ns.saturating_sub(call.start_ns)))
            .collect(),
    }
    .put(values);
    if trace.is_part() {
        for count in ["full_barriers", "cleanup_calls", "cleanup_max_ms"] {
            values.remove(count);
        }
    }
    let full = trace.full.iter();
    let early = trace
        .early
        .iter()
        .map(|&(begin, end)| ms(end.saturating_sub(begin)));
    let waits: Vec<f64> = full
        .clone()
        .filter_map(|b| Some(ms(b.inc1_ns.saturating_sub(b.begin_ns?))))
        .chain(early)
        .collect();
    quantity::percentiles(values, WAIT, &waits);
    let runs: Vec<f64> = full
        .map(|b| ms(b.inc2_ns - b.inc1_ns))
        .filter(|&run| run > TRIVIAL_MS)
        .collect();
    quantity::percentiles(values, BARRIER, &runs);
    quantity::percentiles(values, GRACE, &grace_periods(trace));
}

/// Lengths of the grace periods that ended while the workload was about: from the first namespace put to the end of the
/// last barrier or `cleanup_net()`, as a run begins and settles.
fn grace_periods(trace: &Samples) -> Vec<f64> {
    let cleanup = trace.cleanup.iter().map(|call| call.end_ns);
    let full = trace.full.iter().map(|barrier| barrier.inc2_ns);
    let early = trace.early.iter().map(|&(_, end)| end);
    let until = cleanup.chain(full).chain(early).max().unwrap_or(u64::MAX);
    let from = trace.first_put_ns.unwrap_or(0);
    let ended = trace
        .grace
        .iter()
        .filter(|(_, end)| (from..=until).contains(end));
    ended
        .map(|&(start, end)| float(end - start) / 1e6)
        .collect()
}
