//! Runs a sweep: into a journal and from there into files, or straight to stdout.

use super::export::Format;
use super::journal::Journal;
use super::progress::Progress;
use super::ranges::Ranges;
use super::tally::Tally;
use crate::cli::interrupt::{self, Watch};
use crate::cli::output;
use crate::experiment::execute::{Reorder, execute};
use crate::experiment::plan::{Count, Plan, Task};
use crate::experiment::repetition::Repetition;
use crate::experiment::rows::Row;
use crate::experiment::sheet::Sheet;
use std::io::{self, ErrorKind, Write as _};
use std::num::NonZeroUsize;
use std::ops::{ControlFlow, Range};

/// What is to be run.
#[derive(Clone, Debug)]
pub(super) struct Job<'p> {
    pub(super) plan: &'p Plan,
    pub(super) points: Range<u64>,
    pub(super) count: Count,
    pub(super) jobs: NonZeroUsize,
}

impl Job<'_> {
    /// What a task is called.
    fn task(&self) -> &'static str {
        match self.plan.repetition {
            Repetition::Exactly(_) => "run",
            Repetition::Until(_) => "point",
        }
    }

    /// Does what is not done yet, each task kept in the journal when it is finished.
    pub(super) fn keep(&self, done: &Ranges, journal: &mut Journal) -> Result<(), String> {
        let _watch = Watch::new();
        let mut progress = Progress::new(self.count, self.task(), done.count());
        let tasks = (0..).zip(self.plan.tasks(self.points.clone()));
        let rest = tasks.filter(|(number, _)| !done.contains(*number));
        let work = |(number, task)| rows(task).map(|rows| (number, rows));
        let mut failure = None;
        execute(self.jobs, rest, work, |batch| {
            let mut tasks = Vec::with_capacity(batch.len());
            for (_, task) in batch {
                match task {
                    Ok(task) => tasks.push(task),
                    Err(why) => failure = Some(why),
                }
            }
            if !tasks.is_empty()
                && let Err(why) = journal.append(&tasks)
            {
                failure = Some(why);
            }
            progress.advance(tasks.len());
            if failure.is_some() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        progress.end();
        match failure {
            None => Ok(()),
            // An interruption is told with where it goes on, wherever it comes.
            Some(why) if interrupt::requested() => Err(stopped(why, &progress)),
            Some(why) => {
                let path = journal.path().display().to_string();
                Err(format!("{why}\n{}", interrupt::go_on(&path)))
            }
        }
    }

    /// Runs all and prints each row when those before it are printed.
    pub(super) fn print(&self, print: &Print<'_>) -> Result<(), String> {
        let mut out = output::lock()?;
        let _watch = Watch::new();
        let mut progress = Progress::new(self.count, self.task(), 0);
        let (mut reorder, mut tally) = (Reorder::default(), Tally::default());
        let mut end = written(out.write_all(print.header().as_bytes()));
        let tasks = self.plan.tasks(self.points.clone());
        execute(self.jobs, tasks, rows, |batch| {
            let count = batch.len();
            for (number, rows) in batch {
                reorder.push(number, rows);
            }
            while let (Ok(true), Some(rows)) = (&end, reorder.pop()) {
                let mut lines = |rows: Vec<Row>| -> String {
                    tally.add(&rows, self.plan.repetition);
                    rows.iter().map(|row| print.line(row)).collect()
                };
                end = rows.and_then(|rows| written(out.write_all(lines(rows).as_bytes())));
            }
            if let Ok(true) = end {
                end = written(out.flush());
            }
            progress.advance(count);
            match end {
                Ok(true) => ControlFlow::Continue(()),
                _ => ControlFlow::Break(()),
            }
        });
        progress.end();
        end.map_err(|why| stopped(why, &progress))?;
        tally.say_notes(self.plan);
        Ok(())
    }
}

/// A task's rows, or why there are none.
fn rows(task: Result<Task, String>) -> Result<Vec<Row>, String> {
    task?
        .rows(interrupt::requested)
        .ok_or_else(|| INTERRUPTED.to_owned())
}

/// What is said of an interruption before it is known how far it came.
const INTERRUPTED: &str = "interrupted";

/// Why it stopped; if it was interrupted, with how far it came.
fn stopped(why: String, progress: &Progress) -> String {
    if why == INTERRUPTED {
        format!("{why}: {}", progress.so_far())
    } else {
        why
    }
}

/// Whether to go on; a reader that has gone is no error.
pub(super) fn written(result: io::Result<()>) -> Result<bool, String> {
    match result {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(format!("cannot write to stdout: {error}")),
    }
}

/// How rows look on stdout.
pub(super) enum Print<'g> {
    Export(Format, Sheet<'g>),
    Table(super::table::Table<'g>),
}

impl Print<'_> {
    pub(super) fn header(&self) -> String {
        match self {
            Self::Export(format, sheet) => format.header(sheet),
            Self::Table(table) => table.header(),
        }
    }

    pub(super) fn line(&self, row: &Row) -> String {
        match self {
            Self::Export(format, sheet) => format.line(sheet, row),
            Self::Table(table) => table.line(row),
        }
    }
}
