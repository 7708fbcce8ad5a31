//! The report as a person reads it: one aligned table a subject, and the troubles of the recording if it has any.

use std::fmt::Write as _;

use super::histogram::Histogram;
use super::numbers::{printable, share, time};
use super::report::{BarrierReport, FunctionReport, Recorded, Report};
use super::timeline::Timeline;
use crate::stats::digits::count;

/// Functions, cleanup calls, words and CPUs listed; what is beyond is in the report itself.
const ROWS: usize = 20;
/// Blocks of the line over time.
const COLUMNS: usize = 86;
/// Columns for a name.
const NAME: usize = 28;

/// The report in aligned tables, with units, a few dozen lines.
pub fn human(report: &Report) -> String {
    let mut out = String::new();
    recording(&mut out, report);
    barriers(&mut out, &report.barrier);
    histograms(&mut out, report);
    shapes(&mut out, report);
    over_time(&mut out, &report.timeline);
    functions(&mut out, report);
    if report.workqueue.is_recorded() {
        plateaus(&mut out, report);
    }
    cleanup(&mut out, report);
    out
}

/// Writing to a string cannot fail.
macro_rules! put {
    ($out:expr, $($arg:tt)*) => { writeln!($out, $($arg)*).expect("a string takes everything") };
}

fn recording(out: &mut String, report: &Report) {
    let span = report.last_ns - report.first_ns;
    put!(
        out,
        "recording      {} lines, {} from {}",
        count(report.lines),
        time(span),
        time(report.first_ns)
    );
    if !report.flavours.is_empty() {
        let names = report
            .flavours
            .iter()
            .map(|flavour| printable(flavour, NAME));
        put!(
            out,
            "flavour        {}",
            names.collect::<Vec<_>>().join(", ")
        );
    }
    let troubles = [
        (report.unparsed, "lines not understood"),
        (report.unknown_events, "events of other kinds"),
        (report.lost_events, "events lost by the recorder"),
        (
            report.overwritten_events,
            "events before the first were overwritten: a larger buffer keeps them",
        ),
        (
            report.lost_places,
            "places where events were lost: counts are too low",
        ),
        (report.forgotten, "open intervals forgotten there"),
        (report.backwards_timestamps, "times that run backwards"),
        (
            report.negative_intervals,
            "intervals that end before they begin",
        ),
        (report.overlong_lines, "lines beyond 64 KiB"),
        (
            report.raw_clock_lines,
            "times without a fraction: ticks shown as nanoseconds",
        ),
        (report.over_limit, "things beyond a limit of this program"),
    ];
    for (number, what) in troubles {
        if number > 0 {
            put!(out, "  {:>12} {what}", count(number));
        }
    }
}

fn barriers(out: &mut String, barrier: &BarrierReport) {
    put!(out, "\nrcu_barrier()");
    if !barrier.is_recorded() {
        put!(
            out,
            "  no rcu:rcu_barrier event was recorded: nothing is told of barriers"
        );
        return;
    }
    let rows = [
        ("calls", barrier.calls, barrier.calls),
        ("early exits", barrier.early_exits, barrier.calls),
        ("full barriers", barrier.full, barrier.calls),
        ("  trivial", barrier.trivial, barrier.full),
        ("  stolen", barrier.steals, barrier.full),
        ("  after waiting", barrier.fifo, barrier.full),
        ("  uncontended", barrier.uncontended, barrier.full),
        ("begin not seen", barrier.without_begin, 0),
        ("end not seen", barrier.unfinished, 0),
        ("callers at once", barrier.max_concurrent, 0),
    ];
    for (what, number, of) in rows {
        let line = format!("  {what:<16}{:>12}{:>9}", count(number), share(number, of));
        put!(out, "{}", line.trim_end());
    }
    let mut words = String::new();
    for (word, number) in barrier.words.iter().take(ROWS) {
        let number = count(*number);
        write!(words, " {} {number}", printable(word, NAME)).expect("a string takes everything");
    }
    put!(out, "  words          {words}");
}

fn histograms(out: &mut String, report: &Report) {
    let barrier = &report.barrier;
    heading(out, "distributions");
    for (what, histogram) in [
        ("barrier, all", &barrier.hold_ns),
        ("barrier, not trivial", &barrier.hold_nontrivial_ns),
        ("wait of a call", &barrier.wait_ns),
        ("wait of an early exit", &barrier.early_exit_wait_ns),
        ("grace period", &report.grace_periods.length_ns),
    ] {
        row(out, what, histogram, time);
    }
    if !report.grace_periods.is_recorded() {
        put!(
            out,
            "  no rcu:rcu_grace_period event was recorded: nothing is told of grace periods"
        );
    }
    for (what, histogram) in [
        ("CPUs queued per barrier", &barrier.cpus_queued),
        (
            "calls done per barrier>1ms",
            &barrier.finished_per_long_barrier,
        ),
        ("callbacks per batch", &report.batches.per_batch),
    ] {
        row(out, what, histogram, count);
    }
    if report.batches.is_recorded() {
        put!(
            out,
            "  callbacks invoked: {} in {} batches",
            count(report.batches.callbacks),
            count(report.batches.count)
        );
    } else {
        put!(
            out,
            "  no rcu:rcu_batch_start or _end event was recorded: nothing is told of callbacks"
        );
    }
}

/// One block for each doubling of a value, so that a second hump shows.
fn shapes(out: &mut String, report: &Report) {
    put!(out, "\nshapes, a block for each doubling");
    let barrier = &report.barrier;
    for (what, histogram, is_time) in [
        ("wait of a call", &barrier.wait_ns, true),
        ("barrier, not trivial", &barrier.hold_nontrivial_ns, true),
        ("grace period", &report.grace_periods.length_ns, true),
        ("callbacks per batch", &report.batches.per_batch, false),
    ] {
        let counts: Vec<u64> = histogram.doublings(1).iter().map(|part| part.1).collect();
        if counts.is_empty() {
            continue;
        }
        let show = |value: u64| {
            if is_time { time(value) } else { count(value) }
        };
        let (low, high) = (show(histogram.min()), show(histogram.max()));
        put!(out, "  {what:<NAME$}{low:>9} {} {high}", blocks(&counts));
    }
}

/// Callers at once, the most of each stretch.
fn over_time(out: &mut String, line: &Timeline) {
    let columns = line
        .callers
        .chunks(line.callers.len().div_ceil(COLUMNS).max(1));
    let most: Vec<u64> = columns
        .filter_map(|some| some.iter().max().copied())
        .collect();
    let top = most.iter().max().copied().unwrap_or(0);
    if top > 0 {
        let span = line.step_ns.saturating_mul(line.callers.len() as u64);
        put!(
            out,
            "\ncallers at once  0 to {} over {}",
            count(top),
            time(span)
        );
        put!(out, "  {}", blocks(&most));
    }
}

/// A block for each count, as high as its part of the largest; nothing for nothing.
fn blocks(counts: &[u64]) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = u128::from(counts.iter().max().copied().unwrap_or(0).max(1));
    let block = |&count: &u64| match usize::try_from(u128::from(count) * 8 / most) {
        _ if count == 0 => ' ',
        Ok(eighths) => BLOCKS[eighths.min(7)],
        Err(_) => ' ',
    };
    counts.iter().map(block).collect()
}

fn functions(out: &mut String, report: &Report) {
    let mut functions: Vec<(&String, &FunctionReport)> =
        report.workqueue.functions.iter().collect();
    if functions.is_empty() {
        put!(
            out,
            "\nno workqueue event was recorded: nothing is told of works and of cleanup_net()"
        );
        return;
    }
    functions.sort_by_key(|(_, function)| std::cmp::Reverse(function.executed));
    put!(
        out,
        "\n{:<30}{:>11}{:>11} |{:>9}{:>9}{:>9} |{:>9}{:>9}{:>9}",
        "works",
        "queued",
        "started",
        "wait p50",
        "p99",
        "max",
        "run p50",
        "p99",
        "max"
    );
    for (name, function) in functions.iter().take(ROWS) {
        let (wait, run) = (&function.wait_ns, &function.run_ns);
        put!(
            out,
            "  {:<NAME$}{:>11}{:>11} |{}{}{} |{}{}{}",
            printable(name, NAME),
            count(function.queued),
            count(function.executed),
            cell(wait, wait.percentile(50)),
            cell(wait, wait.percentile(99)),
            cell(wait, wait.max()),
            cell(run, run.percentile(50)),
            cell(run, run.percentile(99)),
            cell(run, run.max()),
        );
    }
    if functions.len() > ROWS {
        let rest: u64 = functions[ROWS..]
            .iter()
            .map(|(_, function)| function.executed)
            .sum();
        put!(
            out,
            "  and {} more functions, started {} times",
            count((functions.len() - ROWS) as u64),
            count(rest)
        );
    }
}

fn plateaus(out: &mut String, report: &Report) {
    let workqueue = &report.workqueue;
    write!(
        out,
        "\nworks executing at once: {} at most",
        count(workqueue.max_executing)
    )
    .expect("a string takes everything");
    for plateau in workqueue.plateaus.iter().take(ROWS) {
        write!(
            out,
            "; CPU {} {}",
            plateau.cpu,
            count(plateau.max_executing)
        )
        .expect("a string takes everything");
    }
    let more = workqueue.plateaus.len().saturating_sub(ROWS);
    if more > 0 {
        write!(
            out,
            "; and {more} more CPU{}",
            if more == 1 { "" } else { "s" }
        )
        .expect("a string takes everything");
    }
    out.push('\n');
}

fn cleanup(out: &mut String, report: &Report) {
    let calls = &report.cleanup_net;
    if calls.is_empty() {
        return;
    }
    put!(
        out,
        "\n{:<14}{:>12}{:>12}{:>12}{:>9}{:>9}",
        "cleanup_net()",
        "start",
        "took",
        "in barriers",
        "share",
        "calls"
    );
    for call in calls.iter().take(ROWS) {
        put!(
            out,
            "  {:>24}{:>12}{:>12}{:>9}{:>9}",
            time(call.start_ns.saturating_sub(report.first_ns)),
            time(call.duration_ns),
            told(call.barrier_ns.map(time)),
            told(call.barrier_ns.map(|ns| share(ns, call.duration_ns))),
            told(call.barriers.map(count))
        );
    }
    if calls.len() > ROWS {
        let total: u64 = calls
            .iter()
            .fold(0, |sum, call| sum.saturating_add(call.duration_ns));
        put!(
            out,
            "  and {} more; all together {}",
            count((calls.len() - ROWS) as u64),
            time(total)
        );
    }
    put!(out, "  start: since the first event");
}

/// A dash for what was not recorded.
fn told(value: Option<String>) -> String {
    value.unwrap_or_else(|| "-".to_owned())
}

fn heading(out: &mut String, what: &str) {
    put!(
        out,
        "\n{what:<30}{:>11}{:>10}{:>10}{:>10}{:>10}{:>10}",
        "count",
        "p10",
        "p50",
        "p90",
        "p99",
        "max"
    );
}

fn row(out: &mut String, what: &str, histogram: &Histogram, show: impl Fn(u64) -> String) {
    let number = (histogram.count() > 0).then(|| count(histogram.count()));
    write!(out, "  {what:<NAME$}{:>11}", told(number)).expect("a string takes everything");
    for value in [10, 50, 90, 99]
        .map(|percent| histogram.percentile(percent))
        .into_iter()
        .chain([histogram.max()])
    {
        let shown = if histogram.count() == 0 {
            "-".to_owned()
        } else {
            show(value)
        };
        write!(out, " {shown:>9}").expect("a string takes everything");
    }
    out.push('\n');
}

fn cell(histogram: &Histogram, value: u64) -> String {
    let shown = if histogram.count() == 0 {
        "-".to_owned()
    } else {
        time(value)
    };
    format!(" {shown:>8}")
}
