//! What would have helped, the best first: a row for each change, with what is lost under it.
//!
//! Within a verdict creators in a loop are ranked by how far memory falls, namespaces that come from outside by the backlog:
//! most of their memory is in use, and no change gives that back.

use super::notes::notes;
use super::table::{columns, slowest, verdict};
use super::{Run, bytes, count, percent, time};
use crate::experiment::Verdict;
use crate::experiment::metrics::stay;
use crate::models::outcome::Outcome;
use std::iter;

/// A setting under some seeds.
#[derive(Clone, Copy, Debug)]
pub struct Tried<'r> {
    /// What was set, as it would be typed.
    pub set: &'r str,
    /// What that is, in words.
    pub what: &'r str,
    /// A run for each seed, the same seeds for each setting.
    pub runs: &'r [Run],
}

impl Tried<'_> {
    /// The median of an odd number of runs, the upper one of an even number; what a run does not know is more than anything.
    fn median(&self, figure: impl Fn(&Outcome) -> Option<u64>) -> Option<u64> {
        let figures = self.runs.iter().filter_map(|run| figure(&run.outcome));
        let mut known: Vec<u64> = figures.collect();
        known.sort_unstable();
        known.get(self.runs.len() / 2).copied()
    }

    /// What it is ranked by: the verdict, then a column, how long the dead stay, and when all is over.
    fn rank(&self, by: &Column) -> (u8, [u64; 3]) {
        let figures: [Figure; 3] = [by.figure, STAY, |o| o.settled_ns];
        let figures = figures.map(|figure| self.median(figure).unwrap_or(u64::MAX));
        (severity(self.verdict()), figures)
    }

    fn verdict(&self) -> Verdict {
        verdict(self.runs)
    }

    fn row(&self, as_it_is: &Self, [by, beside]: &[Column; 2]) -> Vec<String> {
        let [lost, whole] = [self, as_it_is].map(|tried| tried.median(by.figure).unwrap_or(0));
        let beside = self.median(beside.figure).map(beside.words);
        vec![
            self.set.to_owned(),
            self.verdict().name().to_owned(),
            (by.words)(lost),
            percent(lost.into(), whole.into()),
            self.range(by),
            beside.unwrap_or_default(),
            time(self.median(STAY)),
            time(self.median(slowest)),
            time(self.median(|o| o.settled_ns)),
            self.what.to_owned(),
        ]
    }

    /// What the runs lost at least and at most, where they differ.
    fn range(&self, by: &Column) -> String {
        let lost = self.runs.iter().filter_map(|run| (by.figure)(&run.outcome));
        match (lost.clone().min(), lost.max()) {
            (Some(least), Some(most)) if least < most => {
                format!("{} to {}", (by.words)(least), (by.words)(most))
            }
            _ => String::new(),
        }
    }
}

/// How bad a verdict is: what cannot be told is between the others.
const fn severity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Stable | Verdict::DoesNotApply => 0,
        Verdict::CannotTell => 1,
        Verdict::Unstable => 2,
    }
}

type Figure = fn(&Outcome) -> Option<u64>;

/// A figure with its heading and the words of a value.
struct Column {
    head: &'static str,
    figure: Figure,
    words: fn(u64) -> String,
}

const MEMORY: Column = Column {
    head: "memory falls by",
    figure: |o| Some(o.peak_drop_bytes),
    words: bytes,
};

const BACKLOG: Column = Column {
    head: "backlog at most",
    figure: |o| Some(o.backlog_peak()),
    words: count,
};

/// How long the dead stayed, but for one in a hundred.
const STAY: Figure = |o| stay(o, 99);

/// The scenario as it is, then the others from the best to the worst; below, what to know of the first before believing it.
pub fn table(as_it_is: &Tried<'_>, others: &[Tried<'_>]) -> String {
    let mut runs = as_it_is.runs.iter();
    let told = if runs.any(|run| run.outcome.arrivals_are_open) {
        [BACKLOG, MEMORY]
    } else {
        [MEMORY, BACKLOG]
    };
    let mut ranked: Vec<&Tried<'_>> = others.iter().collect();
    ranked.sort_by_key(|tried| tried.rank(&told[0]));
    let head = [
        "",
        "verdict",
        told[0].head,
        "of as it is",
        "range",
        told[1].head,
        "put to freed p99",
        "longest cleanup_net()",
        "all freed after",
        "what it is",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let all = iter::once(&as_it_is).chain(&ranked);
    rows.extend(all.map(|tried| tried.row(as_it_is, &told)));
    columns(2, &rows) + &conclusion(as_it_is, &ranked) + &first_notes(as_it_is)
}

/// Whether there is anything to cure, and what cures it.
fn conclusion(as_it_is: &Tried<'_>, others: &[&Tried<'_>]) -> String {
    let cures = others
        .iter()
        .filter(|tried| tried.verdict() == Verdict::Stable);
    let cures: Vec<&str> = cures.map(|tried| tried.set).collect();
    match (as_it_is.verdict(), &cures[..]) {
        (Verdict::DoesNotApply, _) => String::new(),
        (Verdict::Stable, _) => {
            "As it is it is STABLE: no backlog grows, and nothing needs a remedy\n".to_owned()
        }
        (_, []) => "None of these alone makes it STABLE\n".to_owned(),
        (_, cures) => format!("STABLE, each alone, with: {}\n", cures.join(", ")),
    }
}

fn first_notes(as_it_is: &Tried<'_>) -> String {
    let Some(first) = as_it_is.runs.first() else {
        return String::new();
    };
    let notes = notes(&first.scenario.params, &first.outcome).into_iter();
    let lines: Vec<String> = notes
        .map(|note| format!("note: as it is: {note}\n"))
        .collect();
    lines.concat()
}
