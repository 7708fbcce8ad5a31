//! A sweep's rows: one run each, as plain data, and as the compact line that is kept while the sweep
//! runs.
//!
//! A row holds only what the run brought; its scenario, version and the values of its point are
//! known from the sweep and written where the row is shown ([`Sheet`](super::sheet::Sheet)).

use super::metrics::{METRICS, Measured};
use super::verdict::Verdict;
use crate::models::outcome::Outcome;
use crate::models::params::Params;
use crate::sim::Ended;
use std::fmt::Write as _;

/// One run of a sweep.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Index of the point in the whole grid.
    pub point: u64,
    /// Number of the repetition, from 0.
    pub replicate: u64,
    /// The run's seed.
    pub seed: u64,
    /// Digest of its event stream.
    pub digest: u64,
    /// The verdict.
    pub verdict: Verdict,
    /// Why it ended.
    pub ended: Ended,
    /// The metrics, in the order of [`METRICS`].
    pub metrics: Vec<Option<u64>>,
}

const ENDS: [Ended; 6] = [
    Ended::Done,
    Ended::Quiescent,
    Ended::Deadlock,
    Ended::Horizon,
    Ended::Budget,
    Ended::Exhausted,
];

/// Why a run ended, as a word.
pub(crate) const fn ended(ended: Ended) -> &'static str {
    match ended {
        Ended::Done => "done",
        Ended::Quiescent => "quiescent",
        Ended::Deadlock => "deadlock",
        Ended::Horizon => "horizon",
        Ended::Budget => "budget",
        Ended::Exhausted => "out_of_memory",
    }
}

impl Row {
    /// The row of a run.
    pub fn of(point: u64, replicate: u64, params: &Params, outcome: &Outcome) -> Self {
        let measured = Measured::of(params, outcome);
        Self {
            point,
            replicate,
            seed: params.seed,
            digest: outcome.digest,
            verdict: measured.judgement.verdict,
            ended: outcome.ended,
            metrics: METRICS
                .iter()
                .map(|metric| (metric.get)(&measured))
                .collect(),
        }
    }

    /// Whether the creators could not keep up with what was asked for.
    ///
    /// # Panics
    /// If there is no such metric.
    pub fn is_saturated(&self) -> bool {
        let at = METRICS.iter().position(|metric| metric.name == "saturated");
        self.metrics[at.expect("a metric of the table")] == Some(1)
    }

    /// The compact line, without its end: numbers with spaces between them, a dash for none.
    ///
    /// # Panics
    /// Never: a string takes all that is written.
    pub fn line(&self) -> String {
        let mut line = format!(
            "{} {} {} {:016x} {} {}",
            self.point,
            self.replicate,
            self.seed,
            self.digest,
            self.verdict.name().replace(' ', "_"),
            ended(self.ended)
        );
        for metric in &self.metrics {
            match metric {
                Some(value) => write!(line, " {value}"),
                None => write!(line, " -"),
            }
            .expect("a string takes all that is written");
        }
        line
    }

    /// Reads a compact line.
    pub fn read(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let mut number = || words.next()?.parse().ok();
        let (point, replicate, seed) = (number()?, number()?, number()?);
        let digest = u64::from_str_radix(words.next()?, 16).ok()?;
        let verdict = words.next()?.replace('_', " ");
        let end = words.next()?;
        let metrics: Option<Vec<Option<u64>>> = words
            .map(|word| {
                if word == "-" {
                    Some(None)
                } else {
                    word.parse().ok().map(Some)
                }
            })
            .collect();
        Some(Self {
            point,
            replicate,
            seed,
            digest,
            verdict: Verdict::ALL.into_iter().find(|v| v.name() == verdict)?,
            ended: ENDS.into_iter().find(|&e| ended(e) == end)?,
            metrics: metrics.filter(|metrics| metrics.len() == METRICS.len())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Scenario;
    use crate::models::params::DestroyPolicy;
    use crate::models::simulate;

    #[test]
    fn what_is_kept_reads_back() {
        for (name, point) in [("report-6cpu", 0), ("convoy", 7)] {
            let mut params = Scenario::builtin(name).expect("builtin").params;
            (params.calls, params.policy) = (20, DestroyPolicy::BatchFree);
            let row = Row::of(point, 3, &params, &simulate(&params));
            let line = row.line();
            assert_eq!(Row::read(&line).as_ref(), Some(&row));
            assert_ne!(Row::read(&line[..line.len() - 1]), Some(row));
            assert_eq!(Row::read(&format!("{line} 1")), None);
        }
        assert_eq!(Row::read(""), None);
    }
}
