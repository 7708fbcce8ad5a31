//! What would have helped, the best first: a row for each change, with what is lost under it.

use super::notes::notes;
use super::table::{columns, dead, slowest, verdict};
use super::{Run, bytes, count, percent, time};
use crate::models::outcome::Outcome;

/// A setting under some seeds.
#[derive(Clone, Copy, Debug)]
pub struct Tried<'r> {
    /// What was set, as it would be typed.
    pub set: &'r str,
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

    /// What it is ranked by: what is lost, then how long the dead stay, then when all is over.
    fn loss(&self) -> [u64; 3] {
        let figures: [Figure; 3] = [DROP, STAY, |o| o.settled_ns];
        figures.map(|figure| self.median(figure).unwrap_or(u64::MAX))
    }

    fn row(&self, as_it_is: &Self) -> Vec<String> {
        let [falls, whole] = [self, as_it_is].map(|tried| tried.median(DROP).unwrap_or(0));
        vec![
            self.set.to_owned(),
            verdict(self.runs).name().to_owned(),
            bytes(falls),
            percent(falls.into(), whole.into()),
            self.range(),
            self.median(|o| Some(o.live_backlog_peak()))
                .map_or_else(String::new, count),
            time(self.median(STAY)),
            time(self.median(slowest)),
            time(self.median(|o| o.settled_ns)),
        ]
    }

    /// What the runs lost at least and at most, where they differ.
    fn range(&self) -> String {
        let drops = self.runs.iter().map(|run| run.outcome.peak_drop_bytes);
        match (drops.clone().min(), drops.max()) {
            (Some(least), Some(most)) if least < most => {
                format!("{} to {}", bytes(least), bytes(most))
            }
            _ => String::new(),
        }
    }
}

type Figure = fn(&Outcome) -> Option<u64>;

const DROP: Figure = |o| Some(o.peak_drop_bytes);

/// How long the dead stayed, but for one in a hundred.
const STAY: Figure = |o| dead(o, 99);

/// The scenario as it is, then the others from the best to the worst; below, what to know of the first before believing it.
pub fn table(as_it_is: &Tried<'_>, others: &[Tried<'_>]) -> String {
    let mut ranked: Vec<&Tried<'_>> = others.iter().collect();
    ranked.sort_by_key(|tried| tried.loss());
    let is_open = as_it_is
        .runs
        .iter()
        .any(|run| run.outcome.arrivals_are_open);
    let backlog = if is_open {
        "unused at most"
    } else {
        "live at most"
    };
    let head = [
        "",
        "verdict",
        "memory falls by",
        "of that as it is",
        "range",
        backlog,
        "put to freed p99",
        "longest cleanup_net()",
        "all freed after",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec(), as_it_is.row(as_it_is)];
    rows.extend(ranked.iter().map(|tried| tried.row(as_it_is)));
    columns(2, &rows) + &first_notes(as_it_is)
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
