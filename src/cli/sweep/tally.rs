//! What a sweep has come to: its rows, verdicts, and what is not known of them.

use super::export::Form;
use crate::cli::output;
use crate::experiment::key::Key;
use crate::experiment::pace::told as told_saturated;
use crate::experiment::plan::Plan;
use crate::experiment::repetition::Repetition;
use crate::experiment::rounded::counted;
use crate::experiment::rows::Row;
use crate::experiment::verdict::told;
use crate::sim::Ended;
use crate::stats::sequential::Next;
use std::path::Path;

/// So many points that are not known well enough are named.
const NAMED: usize = 10;

/// What was written.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::cli) struct Tally {
    pub(super) rows: u64,
    /// Rows of runs that the horizon cut off.
    cut_off: u64,
    /// Rows of runs in which the creators could not keep up.
    saturated: u64,
    /// Of each verdict, in the order of [`Verdict::ALL`].
    verdicts: [usize; 4],
    /// Points that are not known as well as was asked for: how many, and the first of them.
    open: (u64, Vec<u64>),
}

impl Tally {
    pub(super) fn add(&mut self, rows: &[Row], repetition: Repetition) {
        for row in rows {
            self.rows += 1;
            self.cut_off += u64::from(row.ended == Ended::Horizon);
            self.saturated += u64::from(row.is_saturated());
            self.verdicts[row.verdict as usize] += 1;
        }
        if let (Repetition::Until(until), Some(row)) = (repetition, rows.first())
            && until.next(rows) != Next::Enough
        {
            self.open.0 += 1;
            if self.open.1.len() < NAMED {
                self.open.1.push(row.point);
            }
        }
    }

    /// Says on stderr how many runs the horizon cut off, and in how many the creators could not keep up, if any.
    pub(super) fn say_notes(&self, plan: &Plan) {
        let notes = [
            self.told_cut_off(plan),
            told_saturated(self.saturated, self.rows),
        ];
        for note in notes.into_iter().flatten() {
            output::stderr(&format!("note: {note}\n"));
        }
    }

    fn told_cut_off(&self, plan: &Plan) -> Option<String> {
        let key = Key::at("run.horizon").expect("a key");
        let mut axes = plan.grid.axes().iter();
        let horizon = if axes.any(|axis| axis.key.path == key.path) {
            String::new()
        } else {
            format!(" = {}", key.format((key.get)(&plan.grid.base().params)))
        };
        let (cut, rows) = (self.cut_off, self.rows);
        (cut > 0).then(|| {
            format!(
                "{cut} of {} were cut off at run.horizon{horizon}; raise run.horizon",
                counted(rows, "run")
            )
        })
    }

    /// A line for people, or two.
    pub(in crate::cli) fn summary(&self, files: &[(Form, &Path)], plan: &Plan) -> String {
        let names: Vec<_> = files
            .iter()
            .map(|(_, path)| path.display().to_string())
            .collect();
        format!(
            "{}: {} in {} ({})\n{}",
            plan.grid.base().name,
            counted(self.rows, "row"),
            names.join(", "),
            told(self.verdicts),
            self.not_known(plan.repetition).unwrap_or_default()
        )
    }

    /// Which points are not known as well as was asked for.
    fn not_known(&self, repetition: Repetition) -> Option<String> {
        let (count, named) = &self.open;
        let Repetition::Until(until) = repetition else {
            return None;
        };
        let list: Vec<_> = named.iter().map(u64::to_string).collect();
        let more = if *count > NAMED as u64 { ", ..." } else { "" };
        (*count > 0).then(|| {
            format!(
                "{} is not yet known to {} % at {count} points ({}{more}) after {} repetitions (--max-reps)\n",
                until.metric().name,
                until.percent,
                list.join(", "),
                until.most
            )
        })
    }
}
