//! Several settings under the same seeds: each told as a distribution, and each against the first
//! by paired differences and ratios.

use super::evidence::Evidence;
use super::metrics::{METRICS, Metric};
use super::observation::Observation;
use super::verdict::{Judgement, Verdict, judge_evidence};
use crate::sim::Digest;
use crate::stats::LEVEL;
use crate::stats::convert::float;
use crate::stats::distribution::{Distribution, describe};
use crate::stats::interval::Interval;
use crate::stats::paired::{Estimate, difference, ratio};
use crate::stats::proportion::share;

/// How many runs had a property.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Share {
    /// Runs that had it.
    pub hits: usize,
    /// Runs of which it is known.
    pub of: usize,
    /// What the share may be.
    pub interval: Interval,
}

/// What is said of one setting.
#[derive(Clone, PartialEq, Debug)]
pub struct Setting {
    /// Verdict on all runs together.
    pub judgement: Judgement,
    /// Runs that alone have each verdict, in the order of [`Verdict::ALL`].
    pub verdicts: [usize; 4],
    /// Runs in which more than half of the namespaces created were alive as the loop ended.
    pub collapsed: Share,
    /// Runs that the horizon cut off in their loop.
    pub cut_off: usize,
    /// Runs in which the creators could not keep up with what was asked for.
    pub saturated: usize,
}

/// One setting against the first.
#[derive(Clone, PartialEq, Debug)]
pub struct Pair {
    /// Pairs of which both values are known.
    pub n: usize,
    /// Mean difference to the first setting.
    pub difference: Option<Estimate>,
    /// Ratio of means to the first setting.
    pub ratio: Option<Estimate>,
}

/// One metric over all settings.
#[derive(Clone, Debug)]
pub struct Line {
    /// Which.
    pub metric: &'static Metric,
    /// Its distribution in each setting; `None` if no run had a value.
    pub settings: Vec<Option<Distribution>>,
    /// Each setting but the first against the first.
    pub pairs: Vec<Pair>,
}

/// All of it.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Replications of each setting.
    pub replications: usize,
    /// Their seeds, the same for each setting.
    pub seeds: Vec<u64>,
    /// Digest of all runs, in the order of the settings and then of the replications.
    pub digest: u64,
    /// The settings in order.
    pub settings: Vec<Setting>,
    /// The metrics in order.
    pub lines: Vec<Line>,
}

/// Compares settings, each with as many runs as the others, run `i` of each under the same seed.
///
/// # Panics
/// If the settings differ in their number of runs.
pub fn compare(settings: &[Vec<Observation>]) -> Comparison {
    let replications = settings.first().map_or(0, Vec::len);
    assert!(
        settings.iter().all(|runs| runs.len() == replications),
        "replications come in pairs"
    );
    Comparison {
        replications,
        seeds: settings.first().map_or_else(Vec::new, |runs| seeds(runs)),
        digest: digest(settings),
        settings: settings.iter().map(|runs| setting(runs)).collect(),
        lines: (0..METRICS.len()).map(|at| line(settings, at)).collect(),
    }
}

fn seeds(runs: &[Observation]) -> Vec<u64> {
    runs.iter().map(|run| run.row.seed).collect()
}

/// The digests of all runs and their seeds in one.
fn digest(settings: &[Vec<Observation>]) -> u64 {
    let mut digest = Digest::default();
    for run in settings.iter().flatten() {
        digest.absorb(run.row.seed, run.row.digest);
    }
    digest.value()
}

/// The share of runs whose metric `name`, a flag, is 1.
///
/// # Panics
/// If there is no such metric.
pub fn share_of(runs: &[Observation], name: &str) -> Share {
    let at = METRICS.iter().position(|metric| metric.name == name);
    let at = at.expect("a metric of the table");
    let known: Vec<u64> = runs.iter().filter_map(|run| run.row.metrics[at]).collect();
    let hits = known.iter().filter(|&&value| value == 1).count();
    Share {
        hits,
        of: known.len(),
        interval: share(hits, known.len(), LEVEL),
    }
}

fn setting(runs: &[Observation]) -> Setting {
    let evidence: Vec<&Evidence> = runs.iter().map(|run| &run.evidence).collect();
    let count = |verdict| runs.iter().filter(|run| run.row.verdict == verdict).count();
    Setting {
        judgement: judge_evidence(&evidence),
        verdicts: Verdict::ALL.map(count),
        collapsed: share_of(runs, "collapsed"),
        cut_off: evidence.iter().filter(|run| run.is_cut_off()).count(),
        saturated: runs.iter().filter(|run| run.row.is_saturated()).count(),
    }
}

fn line(settings: &[Vec<Observation>], at: usize) -> Line {
    let value = |run: &Observation| run.row.metrics[at].map(float);
    let known = |runs: &Vec<Observation>| runs.iter().filter_map(value).collect::<Vec<f64>>();
    let pair = |runs: &Vec<Observation>| {
        let both = settings[0].iter().zip(runs);
        let both = both.filter_map(|(a, b)| Some((value(a)?, value(b)?)));
        let (before, after): (Vec<f64>, Vec<f64>) = both.unzip();
        Pair {
            n: before.len(),
            difference: difference(&before, &after, LEVEL),
            ratio: ratio(&before, &after, LEVEL),
        }
    };
    Line {
        metric: &METRICS[at],
        settings: settings
            .iter()
            .map(|runs| describe(&known(runs), LEVEL).map(Distribution::of_no_negative))
            .collect(),
        pairs: settings.iter().skip(1).map(pair).collect(),
    }
}
