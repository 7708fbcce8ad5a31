//! Settings with replications, for people: verdicts, shares, and for each metric its distribution
//! and how it differs from the first setting's.

use super::parting::{self, Told};
use super::quantity::{estimate, ratio, share, value};
use super::{count, counted};
use crate::experiment::comparison::{Comparison, Line, Pair};
use crate::experiment::metrics::Metric;
use crate::experiment::pace;
use crate::experiment::verdict::told;
use crate::stats::distribution::Distribution;
use std::fmt::{Result, Write as _};

/// The settings are called A, B, C and so on.
pub fn letter(at: usize) -> String {
    u8::try_from(at).ok().filter(|&at| at < 26).map_or_else(
        || format!("#{}", at + 1),
        |at| char::from(b'A' + at).to_string(),
    )
}

/// So many seeds are named one by one.
const SEEDS: usize = 10;

/// Which metrics are printed.
#[derive(Clone, Copy, Debug)]
pub enum Shown {
    /// Those that answer most questions, and the one that was asked about.
    Main {
        /// What was asked about.
        asked: Option<&'static Metric>,
        /// Whether arrivals are open in a setting: memory does not fall steadily then, at no rate.
        open: bool,
    },
    /// Every one.
    All,
}

/// What is printed of every comparison: memory first, then what holds it, then the barrier and its
/// grace periods.
const MAIN: [&str; 11] = [
    "peak_drop_bytes",
    "end_drop_bytes",
    "drop_bytes_per_s",
    "live_peak",
    "steady_live_milli",
    "loop_ns",
    "settled_ns",
    "cleanup_net_max_ns",
    "barriers_full",
    "slept_though_satisfied_ns",
    "grace_period_p99_ns",
];

impl Shown {
    /// The lines to print in their order, and how many are not.
    fn of(self, lines: &[Line]) -> (Vec<&Line>, usize) {
        let Self::Main { asked, open } = self else {
            let mut all: Vec<&Line> = lines.iter().collect();
            // Memory first; the rest in the order of a row's columns.
            all.sort_by_key(|line| !line.metric.name.contains("drop_bytes"));
            return (all, 0);
        };
        let asked = asked.map(|metric| metric.name);
        let mut names: Vec<&str> = MAIN.to_vec();
        names.retain(|name| !open || *name != "drop_bytes_per_s");
        if let Some(asked) = asked.filter(|name| !names.contains(name)) {
            names.insert(0, asked);
        }
        let names = names.into_iter();
        let found = names.filter_map(|name| lines.iter().find(|line| line.metric.name == name));
        let found: Vec<&Line> = found.collect();
        let rest = lines.len() - found.len();
        (found, rest)
    }
}

/// What stands above and below the figures.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// What each setting was called.
    pub labels: &'a [String],
    /// Where each but the first parts from the first, in the first replication.
    pub partings: &'a [Option<Told>],
    /// Warm-up: what was done about it.
    pub warm_up: &'a str,
    /// The metrics that are printed; the others are only in JSON.
    pub shown: Shown,
    /// What was not reached, if something was not.
    pub note: &'a str,
    /// The command that prints this again.
    pub command: &'a str,
}

/// The whole text.
///
/// # Panics
/// Never: a string takes all that is written.
pub fn text(comparison: &Comparison, frame: &Frame<'_>) -> String {
    let mut out = String::new();
    write(&mut out, comparison, frame).expect("a string takes all that is written");
    out
}

fn write(out: &mut String, comparison: &Comparison, frame: &Frame<'_>) -> Result {
    out.push_str(&legend(frame.labels));
    let paired = if frame.labels.len() > 1 {
        " of each, paired by seed"
    } else {
        ""
    };
    writeln!(
        out,
        "{}{paired}; intervals at 95 %; warm-up: {}",
        counted(comparison.replications as u64, "replication"),
        frame.warm_up
    )?;
    writeln!(out, "{}", seeds(&comparison.seeds))?;
    if !frame.note.is_empty() {
        writeln!(out, "note: {}", frame.note)?;
    }
    writeln!(out)?;
    for (at, setting) in comparison.settings.iter().enumerate() {
        writeln!(
            out,
            "{}  {}, all runs judged together: {}",
            letter(at),
            setting.judgement.verdict.name(),
            setting.judgement.reason
        )?;
        writeln!(
            out,
            "   runs alone: {}; collapsed: {}",
            told(setting.verdicts),
            share(
                setting.collapsed.hits,
                setting.collapsed.of,
                setting.collapsed.interval
            )
        )?;
        if setting.cut_off > 0 {
            let runs = comparison.replications;
            writeln!(
                out,
                "   note: {} of {runs} runs cut off by run.horizon before all calls were made; raise run.horizon",
                setting.cut_off
            )?;
        }
        let runs = comparison.replications as u64;
        if let Some(told) = pace::told(setting.saturated as u64, runs) {
            writeln!(out, "   note: {told}")?;
        }
    }
    out.push_str(&partings(frame.partings));
    writeln!(
        out,
        "\ncollapsed: more than half of the namespaces created were alive, in no container's use, as the loop ended"
    )?;
    let (lines, rest) = frame.shown.of(&comparison.lines);
    for line in lines {
        metric(out, line, comparison)?;
    }
    if rest > 0 {
        writeln!(out, "\n{rest} more metrics with --all or --json")?;
    }
    writeln!(
        out,
        "\nagain: {}   (rcusim {}, digest {:016x} of all runs)",
        frame.command,
        env!("CARGO_PKG_VERSION"),
        comparison.digest
    )
}

/// The seeds by which each run can be had alone, the first of them if they are many.
fn seeds(seeds: &[u64]) -> String {
    let named = if seeds.len() > SEEDS { 3 } else { seeds.len() };
    let first: Vec<String> = seeds[..named].iter().map(u64::to_string).collect();
    let rest = match seeds.len() - named {
        0 => String::new(),
        more => format!(" and {} more (--json has all)", count(more as u64)),
    };
    format!("seeds: {}{rest}", first.join(", "))
}

/// Where each setting but the first parts from the first.
///
/// # Panics
/// Never: a string takes all that is written.
pub fn partings(partings: &[Option<Told>]) -> String {
    let mut out = String::new();
    for (at, parting) in partings.iter().enumerate() {
        parting::write(&mut out, &letter(at + 1), parting.as_ref())
            .expect("a string takes all that is written");
    }
    out
}

/// What each setting is called, a line each.
pub fn legend(labels: &[String]) -> String {
    let lines = labels.iter().enumerate();
    let lines = lines.map(|(at, label)| letter(at) + "  " + label + "\n");
    lines.collect()
}

/// The value that all runs of all settings have, if there is one.
fn constant(line: &Line, replications: usize) -> Option<f64> {
    let mut all = line.settings.iter();
    let first = all.next()?.as_ref()?.five[0];
    let same = |d: &Distribution| {
        d.moments.n == replications
            && (d.five[0] - first).abs() < 0.5
            && (d.five[4] - first).abs() < 0.5
    };
    line.settings
        .iter()
        .all(|d| d.as_ref().is_some_and(same))
        .then_some(first)
}

fn metric(out: &mut String, line: &Line, comparison: &Comparison) -> Result {
    // The share above says it better.
    if line.metric.name == "collapsed" {
        return Ok(());
    }
    // The name is what --metric, --y and the columns of a sweep call it.
    let name = format!("{} ({})", line.metric.words(), line.metric.name);
    if line.settings.iter().all(Option::is_none) {
        return Ok(());
    }
    if let Some(same) = constant(line, comparison.replications) {
        return writeln!(out, "\n{name}: {} in every run", value(line.metric, same));
    }
    writeln!(out, "\n{name}")?;
    for (at, setting) in line.settings.iter().enumerate() {
        match setting {
            Some(d) => distribution(out, line.metric, &letter(at), d, comparison.replications)?,
            None => writeln!(out, "  {:<5}  none in any run", letter(at))?,
        }
    }
    for (at, pair) in line.pairs.iter().enumerate() {
        difference(
            out,
            line.metric,
            &letter(at + 1),
            pair,
            comparison.replications,
        )?;
    }
    Ok(())
}

fn distribution(
    out: &mut String,
    metric: &Metric,
    name: &str,
    d: &Distribution,
    replications: usize,
) -> Result {
    let [low, _, median, _, high] = d.five.map(|v| value(metric, v));
    let median = match d.median {
        Some(interval) => estimate(metric, d.five[2], Some(interval)),
        None => median,
    };
    write!(
        out,
        "  {name:<5}  mean {}  median {median}  {low} [{}] {high}",
        estimate(metric, d.moments.mean, d.interval),
        d.picture()
    )?;
    if d.moments.n < replications {
        write!(out, "  ({} of {replications} runs)", d.moments.n)?;
    }
    if let Some(groups) = d.groups {
        write!(
            out,
            "  TWO GROUPS: {} near {}, {} near {}",
            groups.low_n,
            value(metric, groups.low_mean),
            groups.high_n,
            value(metric, groups.high_mean)
        )?;
    }
    writeln!(out)
}

fn difference(
    out: &mut String,
    metric: &Metric,
    name: &str,
    pair: &Pair,
    replications: usize,
) -> Result {
    let Some(d) = pair.difference else {
        return writeln!(out, "  {name} - A  no run pair has both values");
    };
    write!(
        out,
        "  {name} - A  {}",
        estimate(metric, d.value, d.interval)
    )?;
    match pair.ratio {
        Some(r) => write!(out, "  {}", ratio(r.value, r.interval))?,
        None => write!(out, "  no ratio: A is 0")?,
    }
    if pair.n < replications {
        write!(out, "  ({} pairs)", pair.n)?;
    }
    writeln!(out)
}
