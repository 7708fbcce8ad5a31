//! A machine, fitted to recordings.
//!
//! Each recording gives what it can; of several estimates of one key the sharpest is taken and its interval widened to hold
//! the others. What nobody could tell keeps its default; costs that are only assumed are multiplied with the machine's speed,
//! which is the cost of an unshare over what it takes natively.

use super::estimate::{Estimate, Found};
use super::kernel;
use super::noise::noise_share;
use super::note::Note;
use super::numbers::float;
use super::phases::{Shape, phases};
use super::rates::rates;
use super::recording::{Meta, Recording};
use super::setup::{DEFAULT_BUCKETS, setup};
use super::steps::steps;
use crate::experiment::{Key, Provenance, Scenario};
use crate::stats::convert::whole64;
use serde::Serialize;
use std::fmt::Write as _;

/// An unshare on 2 CPUs, 10th percentile, native (ns): Linux 6.18 beside the recordings' 1.07 ms.
const NATIVE_UNSHARE_NS: f64 = 310_000.0;
/// 10th percentile of a creation over its mean, as the model spreads them.
const P10_OF_MEAN: f64 = 0.92;

/// fqdirs of a namespace from which on there is connection tracking: IPv4, IPv6 and `nf_defrag_ipv6`.
const TRACKED: u64 = 3;

/// What recordings say about their machine.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fit {
    /// The recordings.
    pub recordings: Vec<String>,
    /// What was told, by key.
    pub estimates: Vec<Estimate>,
    /// What was not, and why.
    pub not_told: Vec<(&'static str, String)>,
    /// CPU work takes this many times as long as natively; none if no creation was told.
    pub speed: Option<f64>,
    /// What of the first recording was not understood, or is missing.
    pub notes: Vec<Note>,
}

/// Fits a machine; the scenario repeats the first recording on it.
///
/// # Errors
///
/// If there is no recording, or the first says what no scenario can hold.
pub fn fit(recordings: &[Recording]) -> Result<(Fit, Scenario), String> {
    let first = recordings.first().ok_or("no recording to fit to")?;
    let mut all: Vec<Estimate> = Vec::new();
    let mut not_told = Vec::new();
    for recording in recordings {
        for found in estimates(recording) {
            match found {
                Ok(estimate) => all.push(Estimate {
                    recording: recording.meta.name.clone(),
                    ..estimate
                }),
                Err(why) => not_told.push(why),
            }
        }
    }
    let estimates = sharpest(all);
    not_told.retain(|(key, _)| !estimates.iter().any(|e| e.key == *key));
    not_told.sort();
    not_told.dedup_by(|a, b| a.0 == b.0);
    if !estimates.iter().any(|e| e.key.starts_with("costs.")) {
        return Err(nothing(recordings, &not_told));
    }
    let speed = speed(&estimates);
    let mut fit = Fit {
        recordings: recordings.iter().map(|r| r.meta.name.clone()).collect(),
        estimates,
        not_told,
        speed,
        notes: Vec::new(),
    };
    let set_up = setup(first, &machine(&fit, &first.meta)?)?;
    // What the summary does not say and the trace does is not missing.
    let told = |note: &Note| {
        let unsaid = note.unsaid();
        unsaid.is_some_and(|key| fit.estimates.iter().any(|e| e.key == key))
    };
    fit.notes = set_up.notes.into_iter().filter(|n| !told(n)).collect();
    let mut scenario = set_up.scenario;
    scenario.fitted_to.clone_from(&fit.recordings);
    scenario.name = format!("machine fitted to {}", fit.recordings.join(", "));
    scenario.about = format!("{}, on the machine fitted to it", first.meta.name);
    Ok((fit, scenario))
}

/// What is to be said of recordings that were fitted to without a trace: what they told, and that nothing else is theirs.
pub fn without_trace(recordings: &[Recording], fit: &Fit) -> Vec<Note> {
    let traced = recordings.iter().any(|recording| recording.trace.is_some());
    let rest = if traced {
        ""
    } else {
        "; all other costs are the defaults, times the machine's speed where they are assumed"
    };
    let bare = recordings.iter().filter(|r| r.trace.is_none());
    bare.map(|recording| {
        let name = &recording.meta.name;
        let told = fit.estimates.iter().filter(|e| e.recording == *name);
        let told: Vec<&str> = told.map(|e| e.key).collect();
        let told = match told.as_slice() {
            [] => "nothing that another recording does not tell better".to_owned(),
            keys => keys.join(", "),
        };
        Note::plain(format!(
            "{name} has no trace: only its summary and series were fitted to, which tell {told}{rest}"
        ))
    })
    .collect()
}

fn estimates(recording: &Recording) -> Vec<Found> {
    let mut found = rates(recording);
    if let Some(trace) = &recording.trace {
        found.extend(steps(trace));
        let fqdirs = found.iter().flatten().find(|e| e.key == "netns.fqdirs");
        if let Some(fqdirs) = fqdirs {
            let meta = &recording.meta;
            let fqdirs = whole64(fqdirs.value);
            let tracks = fqdirs >= 3;
            let told = |key: &str| found.iter().flatten().find(|e| e.key == key);
            let hand_over = told("costs.context_switch").zip(told("costs.idle_wake"));
            let shape = Shape {
                noise: noise_share(meta, told("noise.work")),
                hand_over_ns: hand_over
                    .map(|(switch, wake)| [wake.value, switch.high.max(wake.high)]),
                fqdirs,
                possible: meta.possible(),
                buckets: match meta.conntrack_buckets() {
                    _ if !kernel::scans_conntrack(meta.release()) => 0,
                    None if tracks => DEFAULT_BUCKETS,
                    said => said.unwrap_or(0),
                },
            };
            found.extend(phases(trace, shape));
        }
    }
    found
}

/// One estimate of each key, in the order of the keys.
fn sharpest(mut all: Vec<Estimate>) -> Vec<Estimate> {
    let mut out: Vec<Estimate> = Vec::new();
    all.sort_by(|a, b| a.relative_width().total_cmp(&b.relative_width()));
    for estimate in all {
        if let Some(known) = out.iter_mut().find(|known| known.key == estimate.key) {
            known.low = known.low.min(estimate.value);
            known.high = known.high.max(estimate.value);
        } else {
            out.push(estimate);
        }
    }
    let place = |estimate: &Estimate| {
        crate::experiment::KEYS
            .iter()
            .position(|key| key.path == estimate.key)
    };
    out.sort_by_key(place);
    out
}

fn speed(estimates: &[Estimate]) -> Option<f64> {
    let of = |key: &str| estimates.iter().find(|e| e.key == key).map(|e| e.value);
    let whole = of("costs.unshare")? + 2.0 * of("costs.unshare_per_cpu")?;
    Some(whole * P10_OF_MEAN / NATIVE_UNSHARE_NS)
}

/// A machine fitted to nothing would be a guess.
fn nothing(recordings: &[Recording], not_told: &[(&'static str, String)]) -> String {
    let names: Vec<&str> = recordings.iter().map(|r| r.meta.name.as_str()).collect();
    let mut text = format!("{} tells no cost of a machine:", names.join(", "));
    for (key, why) in not_told
        .iter()
        .filter(|(key, _)| key.starts_with("costs."))
        .take(4)
    {
        write!(text, "\n  {key}: {why}").expect("a string takes all");
    }
    text + "\n  ..."
}

/// The defaults with the estimates put in and what is assumed scaled.
fn machine(fit: &Fit, first: &Meta) -> Result<Scenario, String> {
    let mut machine = Scenario::builtin("report-40cpu").expect("a builtin scenario");
    let fail = |error: crate::experiment::ScenarioError| error.to_string();
    if let Some(version) = kernel::version(first.release()) {
        let source = format!("recording {}", first.name);
        machine
            .put(
                "kernel.version",
                version.name(),
                Provenance::Measured,
                &source,
            )
            .map_err(fail)?;
    }
    for key in crate::experiment::KEYS {
        let raw = (key.get)(&machine.params);
        if let Some(e) = fit.estimates.iter().find(|e| e.key == key.path) {
            let text = |value: f64| key.format(clamped(key, value));
            let source = format!(
                "recording {}: {} (n = {}; between {} and {})",
                e.recording,
                e.how,
                e.n,
                text(e.low),
                text(e.high)
            );
            machine
                .put(key.path, &text(e.value), Provenance::Measured, &source)
                .map_err(fail)?;
        } else if key.path.starts_with("costs.") && key.provenance == Provenance::Assumed && raw > 0
        {
            let Some(speed) = fit.speed.filter(|_| key.path != "costs.ipi_stall_permille") else {
                continue;
            };
            let value = key.format(clamped(key, float(raw) * speed));
            let source = format!(
                "not told by {}; the default ({}) times the machine's speed, {:.2}",
                fit.recordings.join(", "),
                key.format(raw),
                speed
            );
            machine
                .put(key.path, &value, Provenance::Assumed, &source)
                .map_err(fail)?;
        }
    }
    if machine.params.fqdirs >= TRACKED {
        tracked(fit, &mut machine).map_err(fail)?;
    }
    Ok(machine)
}

/// What connection tracking brings along, if nothing else was told.
fn tracked(fit: &Fit, machine: &mut Scenario) -> Result<(), crate::experiment::ScenarioError> {
    let told = |key: &str| fit.estimates.iter().any(|e| e.key == key);
    if !told("netns.extra_gp_waits") {
        let why = "synchronize_net() in nf_conntrack_cleanup_net_list(); whether nfnetlink's and xfrm_user's come to it is not told";
        machine.put("netns.extra_gp_waits", "1", Provenance::Assumed, why)?;
    }
    let why = "GC_MAX_SCAN_JIFFIES / GC_MAX_BUCKETS_DIV, nf_conntrack_core.c: HZ/8";
    machine.put("netns.conntrack_gc", "125ms", Provenance::Source, why)?;
    Ok(())
}

/// A whole raw value that the key can hold.
fn clamped(key: &Key, value: f64) -> u64 {
    let value = whole64(value.round().max(0.0));
    let nearest = value.clamp(key.min, key.max);
    // Three significant digits are all that an estimate has, and all that a size in KiB can write exactly.
    match nearest {
        0..10_000 => nearest,
        _ if key.path.starts_with("sizes.") => nearest / 100 * 100,
        _ => nearest / 10 * 10,
    }
}
