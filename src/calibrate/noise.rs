//! What posts callbacks beside the namespaces: noise threads, the recorder, or what else the machine does.
//!
//! A trace shows batches of callbacks and not who posted them. A noise thread opens and closes `/proc/version` ten times, one
//! `call_rcu()` each, sleeps 2 ms, and repeats; the machine says what a round costs if it was fitted, else 5 us for each open
//! and close are assumed. Where no noise ran, the recorder's own sampling is the background. Where nothing says whether noise ran,
//! all that was posted is the background, and a note says so.

use super::estimate::{Estimate, Found};
use super::note::Note;
use super::numbers::{float, median};
use super::recording::{Meta, Recording};
use super::steps::idle_wake;
use crate::analyze::Samples;
use crate::analyze::samples::CallbackBatch;
use crate::experiment::Provenance;
use crate::experiment::keys::defaults;
use crate::models::params::Params;
use crate::stats::convert::whole64;

/// A key, its value, and where that is from.
pub(super) type Put = (&'static str, String, Provenance);

/// Callbacks of a noise round, its sleep and the timer's slack on average (ns): `data`'s noise opens ten files and sleeps 2 ms.
const NOISE: (f64, f64) = (10.0, 2_025_000.0);
/// What a round is assumed to take where nothing tells it: 5 us for each open and close (ns).
const ASSUMED_WORK_NS: f64 = 50_000.0;
/// The timer's slack is 0 to 50 us: half of it (ns).
const SLACK_NS: f64 = 25_000.0;
/// Shortest quiet stretch (ns).
const QUIET_NS: u64 = 250_000_000;
/// Where the background is from if nothing says what ran.
const WHOEVER: &str = "callbacks invoked a second while nothing else ran, for each CPU, whoever posted them: noise threads, if there were any, too";
/// Callbacks of a quiet stretch, and the share of them in batches of whole tens, from which on they look like noise.
const LIKE_NOISE: (f64, f64) = (500.0, 0.8);
/// A quiet stretch begins this long after the last barrier (ns).
const QUIET_AFTER_NS: u64 = 500_000_000;

/// The share of a CPU's time that noise threads may take, by what a round of them takes at most (or is assumed to).
pub(super) fn noise_share(meta: &Meta, work: Option<&Estimate>) -> f64 {
    let work = work.map_or(ASSUMED_WORK_NS, |work| work.high);
    let each = work / (work + NOISE.1) / float(meta.cpus_online);
    (float(meta.noise()) * each).min(1.0)
}

/// Callbacks in quiet stretches: what a noise round costs, or the background of a machine without noise.
pub(super) fn posted(recording: &Recording, trace: &Samples) -> Found {
    let threads = recording.meta.noise();
    let key = if threads > 0 {
        "noise.work"
    } else {
        "background.rate"
    };
    if sampled(recording) {
        return Err((
            key,
            "the recorder's own callbacks are the background".to_owned(),
        ));
    }
    let quiet = quiet(trace);
    // The stretch before the loop holds nothing else; the one after it may hold what the loop left.
    let Some(&(callbacks, ns)) = quiet.first().filter(|q| q.0 >= 20.0) else {
        return Err((
            key,
            "no quiet stretch before the loop or after it".to_owned(),
        ));
    };
    let rate = callbacks / ns * 1e9;
    let n = trace.batches.len();
    let poisson = 1.96 * libm::sqrt(callbacks) / callbacks;
    let rates = quiet.iter().map(|&(callbacks, ns)| callbacks / ns * 1e9);
    // At either end of the stretch callbacks are on their way: each waits for a tick that notices it, the next grace period,
    // that one's end, and a tick that invokes it.
    let grace = median(trace.grace.iter().map(|&(start, end)| float(end - start)));
    let edges = (2.0 * (grace.unwrap_or(0.0) + tick_ns(&recording.meta)) / ns).min(0.5);
    let ends = (
        rate * (1.0 - poisson - edges),
        rate * (1.0 + poisson + edges),
    );
    let (low, high) = rates.fold(ends, |(l, h), rate| (l.min(rate), h.max(rate)));
    if threads == 0 {
        let how = if recording.meta.noise_threads.is_some() {
            "callbacks invoked a second while nothing else ran, for each CPU"
        } else {
            WHOEVER
        };
        let each = [low, rate, high].map(|rate| rate * 1_000.0 / float(recording.meta.cpus_online));
        return Ok(Estimate::new(key, each, n, how));
    }
    let wake = idle_wake(trace).ok();
    let [wake, longest] = wake.map_or([0.0; 2], |wake| [wake.value, wake.high]);
    // On a CPU that another task has, a switch to the thread and one back come on top.
    let switch = median(trace.switch_ns.iter().map(|&ns| float(ns))).unwrap_or(0.0);
    let away = [
        NOISE.1 + SLACK_NS + longest + 2.0 * switch,
        NOISE.1 + wake,
        NOISE.1 - SLACK_NS,
    ];
    let round = |rate: f64| float(threads) * NOISE.0 / rate * 1e9;
    let [short, mid, long] = [high, rate, low].map(round);
    let ends = [short - away[0], mid - away[1], long - away[2]];
    if ends[2] <= 0.0 {
        let most = float(threads) * NOISE.0 / NOISE.1 * 1e9;
        let why = format!(
            "{rate:.0} callbacks a second while nothing else ran, and {threads} noise threads post {most:.0} at most"
        );
        return Err((key, why));
    }
    Ok(Estimate::new(
        key,
        ends.map(|ns| ns.max(0.0)),
        n,
        "time of a noise round while nothing else ran, less its sleep and wake-up",
    ))
}

/// Time between two ticks (ns).
pub(super) fn tick_ns(meta: &Meta) -> f64 {
    1e9 / float(meta.hz.filter(|hz| *hz > 0).unwrap_or(250))
}

/// The share of callbacks before the loop that came in batches of whole tens (a noise thread posts ten and sleeps), if so many
/// did that there must have been such threads, and at least how many. More is not to be seen: a batch interrupts the idle
/// task as a rule, and how long a round takes is not known.
fn in_tens(trace: &Samples) -> Option<(f64, u64)> {
    let (from, to) = (trace.span_ns?.0, trace.first_put_ns?);
    (trace.overwritten == 0).then_some(())?;
    let within = |b: &&CallbackBatch| (from..to).contains(&b.end_ns);
    let before = || trace.batches.iter().filter(within).map(|b| b.invoked);
    let all = float(before().sum());
    let tens = float(before().filter(|n| n.is_multiple_of(10)).sum());
    let rounds = all / NOISE.0 / float(to - from);
    let threads = whole64((rounds * NOISE.1).ceil());
    (all >= LIKE_NOISE.0 && tens >= all * LIKE_NOISE.1).then(|| (tens / all, threads))
}

/// Callbacks and length (ns) of the stretches before the first namespace was put and after everything was over.
fn quiet(trace: &Samples) -> Vec<(f64, f64)> {
    let (Some((first, last)), Some(put)) = (trace.span_ns, trace.first_put_ns) else {
        return Vec::new();
    };
    let full = trace.full.iter().map(|barrier| barrier.inc2_ns);
    let over = full
        .chain(trace.early.iter().map(|e| e.1))
        .max()
        .unwrap_or(last);
    // A trace whose beginning was overwritten begins in the middle of the loop.
    let put = if trace.overwritten > 0 { first } else { put };
    let stretches = [(first, put), (over.saturating_add(QUIET_AFTER_NS), last)];
    let count = |(from, to): (u64, u64)| {
        let within = trace
            .batches
            .iter()
            .filter(|b| (from..to).contains(&b.end_ns));
        (float(within.map(|b| b.invoked).sum()), float(to - from))
    };
    stretches
        .into_iter()
        .filter(|(from, to)| from.saturating_add(QUIET_NS) < *to)
        .map(count)
        .collect()
}

/// Nothing says whether noise threads ran: what they posted is then in the background.
pub(super) fn unsaid(recording: &Recording) -> Option<Note> {
    if recording.meta.noise_threads.is_some() {
        return None;
    }
    let Some(trace) = &recording.trace else {
        return Some(Note::about(
            "noise.threads",
            "no noise.threads: none are assumed",
        ));
    };
    let seen = in_tens(trace).map_or_else(String::new, |(share, threads)| {
        format!(
            " ({:.0} % of them came in whole tens, as noise threads post them, and it takes at least {threads} for so many)",
            share * 100.0
        )
    });
    Some(Note::about(
        "noise.threads",
        format!(
            "no noise.threads: none are assumed, and background.rate holds whatever posted callbacks on that machine while nothing else ran{seen}; \
             if noise threads ran, say how many: `fit --noise-threads N`, or callback_noise_threads in NAME.toml"
        ),
    ))
}

/// The noise's rounds, unless the machine has them; their work is assumed unless it was told.
pub(super) fn noise(machine: &Params) -> Vec<Put> {
    let default = defaults();
    let mut puts = Vec::new();
    if machine.noise_callbacks != default.noise_callbacks {
        let rounds = ["noise.callbacks", "noise.sleep"].into_iter();
        puts.extend(
            rounds
                .zip(["10", "2ms"])
                .map(|(key, value)| (key, value.to_owned(), Provenance::Measured)),
        );
    }
    if machine.noise_work == default.noise_work {
        let assumed = format!("{ASSUMED_WORK_NS:.0}ns");
        puts.push(("noise.work", assumed, Provenance::Assumed));
    }
    puts
}

/// Whether nothing but the recorder posted callbacks in the background: one of November 2026 without noise.
pub(super) fn sampled(recording: &Recording) -> bool {
    recording.meta.noise() == 0 && recording.meta.is_of_2026()
}

/// What the recorder itself posts, as in each quiet stretch of the four traces without noise: two callbacks every 100 ms, on
/// one CPU, for the files that a sample closes (`record` keeps them open). The model's background posts on every CPU by
/// itself, so that on 16 CPUs none is ever without callbacks for long, and trivial barriers are missing. Left out: once in
/// 0.45 s a file for each process. Between 0.1 and 3 ms of work nothing changes; with 5 ms convoys on 16 CPUs come more often.
pub(super) fn sampler() -> Vec<Put> {
    let measured = [
        ("noise.threads", "1"),
        ("noise.callbacks", "2"),
        ("noise.sleep", "100ms"),
        ("background.rate", "0"),
    ];
    let mut puts: Vec<Put> = measured
        .into_iter()
        .map(|(path, value)| (path, value.to_owned(), Provenance::Measured))
        .collect();
    puts.push(("noise.work", "1ms".to_owned(), Provenance::Assumed));
    puts
}
