//! Runs side by side, and the report's figures beside the simulated ones.

use super::comparison::letter;
use super::notes::{asked_and_made, notes};
use super::{Run, bytes, count, drop_rate, percentile, time};
use crate::experiment::metrics::stay;
use crate::experiment::{Evidence, Verdict, judge_evidence};
use crate::models::outcome::Outcome;
use crate::models::params::{BarrierDesign, Params};
use std::fmt::Write as _;

/// Lays out rows in columns, the first `left` of them to the left and the others to the right.
pub(crate) fn columns(left: usize, rows: &[Vec<String>]) -> String {
    let across = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..across)
        .map(|c| {
            let cells = rows.iter().filter_map(|row| row.get(c));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (c, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let pad = " ".repeat(width - cell.chars().count());
            let gap = if c == 0 { "" } else { "  " };
            let (before, after) = if c < left {
                ("", pad.as_str())
            } else {
                (pad.as_str(), "")
            };
            write!(line, "{gap}{before}{cell}{after}").expect("a string takes all that is written");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

pub(super) fn slowest(o: &Outcome) -> Option<u64> {
    o.cleanup_net.iter().map(|call| call.duration_ns).max()
}

fn gp(o: &Outcome, percent: usize) -> Option<u64> {
    let mut sorted = o.grace_period_ns.clone();
    sorted.sort_unstable();
    percentile(&sorted, percent)
}

/// Labels of more characters than this are told below the table.
const LABEL: usize = 24;

/// One column a run, and below what a reader must know before believing a verdict.
pub fn compare(runs: &[Run]) -> String {
    let groups: Vec<&[Run]> = runs.chunks(1).collect();
    first_of_each(&groups)
}

/// One column for the first of each group of runs that differ in their seeds, with the verdict on all of the group.
pub fn first_of_each(groups: &[&[Run]]) -> String {
    let firsts: Vec<(&Run, Verdict)> = groups
        .iter()
        .filter_map(|group| Some((group.first()?, verdict(group))))
        .collect();
    let notes = firsts.iter().flat_map(|&(run, _)| {
        let notes = notes(&run.scenario.params, &run.outcome).into_iter();
        notes.map(|note| format!("note: {}: {note}\n", run.label))
    });
    let notes: String = notes.collect();
    side_by_side(&firsts) + &notes
}

/// The verdict on runs that differ in their seeds.
pub(super) fn verdict(runs: &[Run]) -> Verdict {
    let evidence: Vec<Evidence> = runs.iter().map(|run| Evidence::of(&run.outcome)).collect();
    judge_evidence(&evidence.iter().collect::<Vec<_>>()).verdict
}

/// What a column has in one row.
type Cell = fn(&Run) -> String;

/// Of which runs a row says something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// Of all.
    Every,
    /// Of those in which namespaces are asked for.
    Namespaces,
    /// Of those in which namespaces are asked for from outside.
    Arrivals,
}

impl Of {
    const fn is_said_of(self, params: &Params) -> bool {
        match self {
            Self::Every => true,
            Self::Namespaces => params.arrivals.are_namespaces(),
            Self::Arrivals => params.arrivals.is_open(),
        }
    }
}

/// The rows below the verdict.
static ROWS: &[(&str, Of, Cell)] = &[
    ("memory falls by", Of::Every, |r| {
        bytes(r.outcome.peak_drop_bytes)
    }),
    ("  a second", Of::Every, |r| {
        let open = r.scenario.params.arrivals.is_open();
        drop_rate(&r.outcome)
            .filter(|_| !open)
            .map_or_else(none, bytes)
    }),
    ("  gone at the end", Of::Every, |r| {
        bytes(r.outcome.end_drop_bytes)
    }),
    ("out of memory", Of::Every, |r| {
        time(r.outcome.out_of_memory_ns)
    }),
    ("namespaces created", Of::Namespaces, |r| {
        count(r.outcome.created)
    }),
    ("  asked for a second", Of::Arrivals, |r| {
        let [asked, _] = asked_and_made(&r.scenario.params, &r.outcome);
        asked
    }),
    ("  made a second", Of::Arrivals, |r| {
        let [_, made] = asked_and_made(&r.scenario.params, &r.outcome);
        made
    }),
    ("  live at most", Of::Namespaces, |r| {
        count(r.outcome.live_peak)
    }),
    ("  live at loop's end", Of::Namespaces, |r| {
        r.outcome.live_at_loop_end.map_or_else(none, count)
    }),
    ("  in use then", Of::Arrivals, |r| {
        let open = r.scenario.params.arrivals.is_open();
        let ended = r.outcome.live_at_loop_end.filter(|_| open);
        ended.map_or_else(none, |_| count(r.outcome.in_use_at_loop_end))
    }),
    ("  from put to freed p50", Of::Namespaces, |r| {
        time(stay(&r.outcome, 50))
    }),
    ("  from put to freed p99", Of::Namespaces, |r| {
        time(stay(&r.outcome, 99))
    }),
    ("loop", Of::Namespaces, |r| time(r.outcome.loop_ns)),
    ("all freed after", Of::Every, |r| time(r.outcome.settled_ns)),
    ("CPUs destroying tables", Of::Namespaces, |r| {
        count(r.outcome.destruction.cpus_peak)
    }),
    ("  any of them for", Of::Namespaces, |r| {
        time(Some(r.outcome.destruction.busy_ns))
    }),
    ("  longest after hand-over", Of::Namespaces, |r| {
        time(Some(r.outcome.destruction.longest_ns))
    }),
    ("cleanup_net() calls", Of::Namespaces, |r| {
        count(r.outcome.cleanup_net.len() as u64)
    }),
    ("  the longest", Of::Namespaces, |r| {
        time(slowest(&r.outcome))
    }),
    ("barrier calls", Of::Every, |r| {
        count(r.outcome.barriers.calls)
    }),
    ("  full", Of::Every, |r| count(r.outcome.barriers.full)),
    ("  early exits", Of::Every, |r| {
        count(r.outcome.barriers.early_exits)
    }),
    ("  steals", Of::Every, |r| match r.scenario.params.barrier {
        BarrierDesign::WaitQueue => none(),
        _ => count(r.outcome.barriers.steals),
    }),
    ("  slept though satisfied", Of::Every, |r| {
        time(Some(r.outcome.barriers.slept_though_satisfied_ns))
    }),
    ("    callers, through another barrier", Of::Every, |r| {
        count(r.outcome.barriers.slept_though_satisfied)
    }),
    ("grace period p50", Of::Every, |r| time(gp(&r.outcome, 50))),
    ("  p99", Of::Every, |r| time(gp(&r.outcome, 99))),
    ("kworkers blocked", Of::Every, |r| {
        count(r.outcome.kworkers_blocked_peak)
    }),
    ("digest", Of::Every, |r| {
        format!("{:016x}", r.outcome.digest)
    }),
];

fn none() -> String {
    "-".to_owned()
}

fn side_by_side(runs: &[(&Run, Verdict)]) -> String {
    let row = |name: &str, cell: &dyn Fn(&Run, Verdict) -> String| -> Vec<String> {
        let cells = runs.iter().map(|&(run, verdict)| cell(run, verdict));
        std::iter::once(name.to_owned()).chain(cells).collect()
    };
    let is_long = |&(run, _): &(&Run, Verdict)| run.label.chars().count() > LABEL;
    let labels = if runs.len() > 1 && runs.iter().any(is_long) {
        let letters = (0..runs.len()).map(letter);
        std::iter::once(String::new()).chain(letters).collect()
    } else {
        row("", &|run, _| run.label.clone())
    };
    let mut rows = vec![
        labels,
        row("verdict", &|_, verdict| verdict.name().to_owned()),
    ];
    let said = |of: &Of| {
        let mut params = runs.iter().map(|(run, _)| &run.scenario.params);
        params.any(|params| of.is_said_of(params))
    };
    let said = ROWS.iter().filter(|(_, of, _)| said(of));
    let said = said.map(|(name, _, cell)| row(name, &|run, _| cell(run)));
    // What no column has.
    let empty = |row: &Vec<String>| row[1..].iter().all(|cell| *cell == none());
    rows.extend(said.filter(|row| !empty(row)));
    columns(1, &rows)
}

/// A call of `cleanup_net()` that is over sooner than this is quick.
const QUICK_NS: u64 = 1_000_000_000;
/// Longer calls that are listed.
const LISTED: usize = 10;

/// The calls of `cleanup_net()` that began in the loop: how many were quick, and how long the others
/// took, the latest of them if there are many.
fn calls_in_loop(o: &Outcome) -> String {
    let end = o.loop_ns.unwrap_or(u64::MAX);
    let begun = || o.cleanup_net.iter().filter(|call| call.start_ns <= end);
    let long: Vec<String> = begun()
        .filter(|call| call.duration_ns >= QUICK_NS)
        .map(|call| {
            let over = call.finished && call.start_ns.saturating_add(call.duration_ns) <= end;
            let unfinished = if over { "" } else { " unfinished" };
            format!("{}{unfinished}", time(Some(call.duration_ns)))
        })
        .collect();
    let all = begun().count();
    let later = match o.cleanup_net.len() - all {
        0 => String::new(),
        later => format!(" ({later} more after it)"),
    };
    let cut = long.len().saturating_sub(LISTED);
    let cut_off = if cut > 0 {
        format!(", {cut} longer")
    } else {
        String::new()
    };
    let rest = match &long[cut..] {
        [] => String::new(),
        rest => format!(", then {}", rest.join(", ")),
    };
    format!(
        "{all}{later}: {} within a second{cut_off}{rest}",
        all - long.len()
    )
}

/// Least and greatest of something over runs, in words.
fn range(runs: &[Run], of: impl Fn(&Outcome) -> Option<u64>, words: fn(u64) -> String) -> String {
    let values = || runs.iter().filter_map(|run| of(&run.outcome));
    match (values().min(), values().max()) {
        (Some(least), Some(most)) if words(least) == words(most) => words(least),
        (Some(least), Some(most)) => format!("{} to {}", words(least), words(most)),
        _ => "-".to_owned(),
    }
}

/// The report's figures R1 to R5: `machines` are per-call and batch-free on 40 CPUs, then on 6, each under some seeds.
pub fn figures(machines: &[&[Run]; 4]) -> String {
    let [before, after, small, _] = machines;
    let line = |id: &str, figure: &str, reported: &str, simulated: &str| {
        [id, figure, reported, simulated]
            .map(str::to_owned)
            .to_vec()
    };
    let peak = |o: &Outcome| Some(o.peak_drop_bytes);
    let took = range(before, |o| o.loop_ns, |ns| time(Some(ns)));
    let loss = format!(
        "{} a second, {} in all",
        range(before, drop_rate, bytes),
        range(before, peak, bytes)
    );
    let mut rows = vec![
        line("", "figure", "reported", "simulated"),
        line("R1", "50,000 unshares", "about 2 minutes", &took),
        line(
            "R2",
            "40 CPUs, before: memory falls",
            "120 MB/s, 15 GB in all",
            &loss,
        ),
    ];
    let calls = "same: cleanup_net() calls in the loop";
    let reported = "4: two quick, 30 s, unfinished";
    for (index, run) in before.iter().enumerate() {
        let simulated = calls_in_loop(&run.outcome);
        let head = if index == 0 {
            ["R3", calls, reported]
        } else {
            [""; 3]
        };
        rows.push(line(head[0], head[1], head[2], &simulated));
    }
    let most = range(after, peak, bytes);
    let six = format!(
        "{}, falls by {}",
        verdict(small).name(),
        range(small, peak, bytes)
    );
    rows.push(line(
        "R4",
        "40 CPUs, after: memory falls at most",
        "about 400 MB",
        &most,
    ));
    rows.push(line("R5", "6 CPUs, before", "did not reproduce", &six));
    columns(4, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Scenario;
    use crate::models::outcome::CleanupCall;
    use crate::models::simulate;

    #[test]
    fn long_calls_are_all_shown_and_those_after_the_loop_counted() {
        let mut params = Scenario::builtin("report-6cpu").expect("embedded").params;
        params.calls = 10;
        let mut outcome = simulate(&params);
        let call = |start_s: u64, took_ms: u64| CleanupCall {
            start_ns: start_s * 1_000_000_000,
            duration_ns: took_ms * 1_000_000,
            finished: true,
            ..CleanupCall::default()
        };
        outcome.loop_ns = Some(20_000_000_000);
        outcome.cleanup_net = vec![
            call(0, 60),
            call(1, 300),
            call(2, 1_500),
            call(4, 30_000),
            call(34, 5),
        ];
        let told = "4 (1 more after it): 2 within a second, then 1.50 s, 30.00 s unfinished";
        assert_eq!(calls_in_loop(&outcome), told);
        outcome.cleanup_net = (0..15)
            .map(|second| call(second, 1_000 + 10 * second))
            .collect();
        let told = calls_in_loop(&outcome);
        assert!(
            told.starts_with("15: 0 within a second, 5 longer, then 1.05 s"),
            "{told}"
        );
        assert!(told.ends_with("1.14 s"), "{told}");
    }
}
