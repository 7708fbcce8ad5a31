//! Settings with replications, for programs: one object for each run, as `run --json` has it, and
//! the statistics. Values are in the unit that ends the metric's name.

use super::comparison::{Frame, letter};
use super::parting::{Happening, Told};
use super::{Run, json};
use crate::experiment::comparison::{Comparison, Line, Pair, Setting};
use crate::stats::LEVEL;
use crate::stats::distribution::Distribution;
use crate::stats::interval::Interval;
use serde::Serialize;

#[derive(Serialize)]
struct PairedJson<'c> {
    again: &'c str,
    digest: String,
    seeds: &'c [u64],
    replications: usize,
    level: f64,
    warm_up: &'c str,
    note: &'c str,
    settings: Vec<SettingJson<'c>>,
    metrics: Vec<MetricJson>,
}

#[derive(Serialize)]
struct SettingJson<'c> {
    name: String,
    label: &'c str,
    verdict: &'static str,
    reason: &'c str,
    stable_runs: usize,
    unstable_runs: usize,
    cannot_tell_runs: usize,
    does_not_apply_runs: usize,
    collapsed_runs: usize,
    collapsed_of: usize,
    collapsed_share: Interval,
    cut_off_runs: usize,
    saturated_runs: usize,
    parts_from_first: Option<PartingJson>,
}

#[derive(Serialize)]
struct PartingJson {
    shared_events: u64,
    first: Option<HappeningJson>,
    this: Option<HappeningJson>,
}

#[derive(Serialize)]
struct HappeningJson {
    at_ns: u64,
    event: String,
}

#[derive(Serialize)]
struct MetricJson {
    name: &'static str,
    settings: Vec<Option<DistributionJson>>,
    against_first: Vec<PairJson>,
}

#[derive(Serialize)]
struct DistributionJson {
    runs: usize,
    mean: f64,
    mean_interval: Option<Interval>,
    median: f64,
    median_interval: Option<Interval>,
    lowest: f64,
    lower_quartile: f64,
    upper_quartile: f64,
    highest: f64,
    two_groups: Option<[Group; 2]>,
}

#[derive(Serialize)]
struct Group {
    runs: usize,
    mean: f64,
}

#[derive(Serialize)]
struct PairJson {
    pairs: usize,
    difference: Option<f64>,
    difference_interval: Option<Interval>,
    ratio: Option<f64>,
    ratio_interval: Option<Interval>,
}

/// An object for programs: version, every run's object in the order of settings and then of
/// replications, and `paired`, the statistics.
///
/// # Panics
/// Never: plain structs become JSON.
pub fn object(comparison: &Comparison, frame: &Frame<'_>, runs: &[String]) -> String {
    let paired = PairedJson {
        again: frame.command,
        digest: format!("{:016x}", comparison.digest),
        seeds: &comparison.seeds,
        replications: comparison.replications,
        level: LEVEL,
        warm_up: frame.warm_up,
        note: frame.note,
        settings: comparison
            .settings
            .iter()
            .enumerate()
            .map(|(at, setting)| one(at, setting, frame))
            .collect(),
        metrics: comparison.lines.iter().map(metric).collect(),
    };
    let paired = serde_json::to_string_pretty(&paired).expect("plain structs become JSON");
    format!(
        "{{\n  \"version\": \"{}\",\n  \"runs\": [\n    {}\n  ],\n  \"paired\": {}\n}}\n",
        env!("CARGO_PKG_VERSION"),
        runs.join(",\n    "),
        indented(&paired, "  ")
    )
}

/// A run's object as it stands inside [`object`]; `again` repeats it alone.
pub fn inner(run: &Run, again: &str) -> String {
    indented(json::run(run, again, &[]).trim_end(), "    ")
}

fn indented(text: &str, by: &str) -> String {
    text.replace('\n', &format!("\n{by}"))
}

fn one<'c>(at: usize, setting: &'c Setting, frame: &Frame<'c>) -> SettingJson<'c> {
    let [
        stable_runs,
        unstable_runs,
        cannot_tell_runs,
        does_not_apply_runs,
    ] = setting.verdicts;
    let parting = at
        .checked_sub(1)
        .and_then(|other| frame.partings.get(other));
    SettingJson {
        name: letter(at),
        label: frame.labels.get(at).map_or("", String::as_str),
        verdict: setting.judgement.verdict.name(),
        reason: &setting.judgement.reason,
        stable_runs,
        unstable_runs,
        cannot_tell_runs,
        does_not_apply_runs,
        collapsed_runs: setting.collapsed.hits,
        collapsed_of: setting.collapsed.of,
        collapsed_share: setting.collapsed.interval,
        cut_off_runs: setting.cut_off,
        saturated_runs: setting.saturated,
        parts_from_first: parting.and_then(|p| p.as_ref()).map(part),
    }
}

fn part(parting: &Told) -> PartingJson {
    let happening = |h: &Option<Happening>| {
        h.as_ref().map(|h| HappeningJson {
            at_ns: h.at_ns,
            event: h.line.clone(),
        })
    };
    PartingJson {
        shared_events: parting.shared,
        first: happening(&parting.first[0]),
        this: happening(&parting.first[1]),
    }
}

fn metric(line: &Line) -> MetricJson {
    MetricJson {
        name: line.metric.name,
        settings: line
            .settings
            .iter()
            .map(|d| d.as_ref().map(distribution))
            .collect(),
        against_first: line.pairs.iter().map(pair).collect(),
    }
}

fn distribution(d: &Distribution) -> DistributionJson {
    let [lowest, lower_quartile, median, upper_quartile, highest] = d.five;
    DistributionJson {
        runs: d.moments.n,
        mean: d.moments.mean,
        mean_interval: d.interval,
        median,
        median_interval: d.median,
        lowest,
        lower_quartile,
        upper_quartile,
        highest,
        two_groups: d.groups.map(|g| {
            [(g.low_n, g.low_mean), (g.high_n, g.high_mean)]
                .map(|(runs, mean)| Group { runs, mean })
        }),
    }
}

fn pair(pair: &Pair) -> PairJson {
    PairJson {
        pairs: pair.n,
        difference: pair.difference.map(|d| d.value),
        difference_interval: pair.difference.and_then(|d| d.interval),
        ratio: pair.ratio.map(|r| r.value),
        ratio_interval: pair.ratio.and_then(|r| r.interval),
    }
}
