//! What bisect and map see of runs beside whether they failed: of each point, and of all together.

use crate::experiment::evidence::is_too_short;
use crate::experiment::metrics::Metric;
use crate::experiment::pace::{self, Pace};
use crate::experiment::{Verdict, judge};
use crate::report::quantity::value;
use crate::report::{Run, time};
use crate::stats::convert::float;
use serde_json::{Value, json};
use std::ops::AddAssign;

/// Counts over some runs.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Seen {
    pub(super) runs: usize,
    /// Whose memory ran out.
    out_of_memory: usize,
    /// Of which whether they collapsed says little, because their loops are so short.
    short: usize,
    /// Judged UNSTABLE.
    unstable: usize,
    /// Of which cannot be told whether they fail.
    untold: usize,
    /// In which the creators could not keep up with what was asked for.
    saturated: usize,
    /// The most that they made in 1,000 seconds of one of these.
    made: u64,
    /// The shortest loop and the longest, of all that came to their end \[ns\].
    loops: Option<[u64; 2]>,
}

impl Seen {
    /// One run, which failed or not, if that can be told; where to collapse is to fail, loops that are too short for that
    /// are seen.
    pub(super) fn of(run: &Run, failed: Option<bool>, collapse: bool) -> Self {
        let verdict = judge(&run.outcome).verdict;
        let pace = Pace::of(&run.scenario.params, &run.outcome);
        let saturated = pace.filter(Pace::is_saturated);
        let out_of_memory = run.outcome.out_of_memory_ns.is_some();
        Self {
            runs: 1,
            out_of_memory: usize::from(out_of_memory),
            short: usize::from(collapse && !out_of_memory && is_too_short(&run.outcome)),
            unstable: usize::from(verdict == Verdict::Unstable),
            untold: usize::from(failed.is_none()),
            saturated: usize::from(saturated.is_some()),
            made: saturated.map_or(0, |pace| pace.made),
            loops: run.outcome.loop_ns.map(|ns| [ns; 2]),
        }
    }

    /// Whether of some runs it cannot be told whether they fail, and whether of all of them.
    pub(super) const fn untold(&self) -> [bool; 2] {
        [self.untold > 0, self.untold == self.runs]
    }

    /// Whether what was asked for was not tried: in more than half of the runs the creators could not keep up.
    pub(super) const fn is_saturated(&self) -> bool {
        2 * self.saturated > self.runs
    }

    /// The most that saturated creators made, a second.
    ///
    /// # Panics
    /// If there is no such metric.
    pub(super) fn made(&self) -> String {
        let metric = Metric::find("made_per_1000_s").expect("a metric of the table");
        value(metric, float(self.made))
    }

    /// What is worth a word of a point.
    pub(super) fn told(&self) -> String {
        let some = |runs: usize, text: String| (runs > 0).then(|| format!(", {text}"));
        let parts = [
            some(
                self.out_of_memory,
                format!("{} out of memory", self.out_of_memory),
            ),
            some(self.untold, format!("{} CANNOT TELL", self.untold)),
            some(
                self.saturated,
                format!(
                    "{} with creators saturated (made {})",
                    self.saturated,
                    self.made()
                ),
            ),
        ];
        parts.into_iter().flatten().collect()
    }

    /// The same of a point for programs.
    pub(super) fn of_point(&self) -> [(&'static str, Value); 5] {
        let made = (self.saturated > 0).then_some(self.made);
        [
            ("cannot_tell", json!(self.untold)),
            ("unstable", json!(self.unstable)),
            ("out_of_memory", json!(self.out_of_memory)),
            ("saturated", json!(self.saturated)),
            ("saturated_made_per_1000_s", json!(made)),
        ]
    }

    /// What programs are told of all runs together.
    pub(super) const fn counts(&self) -> [(&'static str, usize); 5] {
        [
            ("short_runs", self.short),
            ("cannot_tell_runs", self.untold),
            ("unstable_runs", self.unstable),
            ("out_of_memory_runs", self.out_of_memory),
            ("saturated_runs", self.saturated),
        ]
    }

    /// Notes on all runs together; where a run fails that collapses, on how they are judged too.
    pub(super) fn notes(&self, collapse: bool) -> Vec<String> {
        let some = |runs: usize, text: String| (runs > 0).then_some(text);
        let number = |runs: usize| u64::try_from(runs).expect("a count fits in 64 bits");
        let notes = [
            some(
                self.out_of_memory,
                format!(
                    "memory ran out in {} of {} runs",
                    self.out_of_memory, self.runs
                ),
            ),
            some(
                if collapse { self.unstable } else { 0 },
                format!(
                    "{} of {} runs were judged UNSTABLE, which is another question than collapse (--unstable asks it)",
                    self.unstable, self.runs
                ),
            ),
            some(
                self.short,
                format!(
                    "{} of these runs had a loop so short that many would be alive as it ends under any policy \
                     (docs/statistics.md); more workload.calls",
                    self.short
                ),
            ),
            some(
                self.untold,
                format!(
                    "{} of {} runs are CANNOT TELL and may be either; `rcusim run` says what to raise",
                    self.untold, self.runs
                ),
            ),
            pace::told(number(self.saturated), number(self.runs)),
        ];
        notes.into_iter().flatten().collect()
    }

    /// How long loops lasted, of all that came to their end: an edge is one of such loops, not of longer ones.
    pub(super) fn lasted(&self) -> Option<String> {
        let [shortest, longest] = self.loops?.map(|ns| time(Some(ns)));
        Some(format!(
            "loops lasted {shortest} to {longest}; what would fail only later is not seen (more workload.calls)"
        ))
    }
}

impl AddAssign for Seen {
    fn add_assign(&mut self, other: Self) {
        self.runs += other.runs;
        self.out_of_memory += other.out_of_memory;
        self.short += other.short;
        self.unstable += other.unstable;
        self.untold += other.untold;
        self.saturated += other.saturated;
        self.made = self.made.max(other.made);
        self.loops = match (self.loops, other.loops) {
            (Some([a, b]), Some([c, d])) => Some([a.min(c), b.max(d)]),
            (some, none) => some.or(none),
        };
    }
}
