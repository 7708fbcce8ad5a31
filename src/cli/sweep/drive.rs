//! Runs a sweep: into a journal and from there into files, or straight to stdout.

use super::export::Format;
use super::journal::Journal;
use super::progress::Progress;
use super::ranges::Ranges;
use crate::cli::interrupt::{self, Watch};
use crate::experiment::execute::{Reorder, execute};
use crate::experiment::plan::{Count, Plan, Run};
use crate::experiment::rows::{Row, Sheet};
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
    /// Runs what is not done yet, each kept in the journal when it is finished.
    pub(super) fn keep(&self, done: &Ranges, journal: &mut Journal) -> Result<(), String> {
        let _watch = Watch::new();
        let mut progress = Progress::new(self.count, done.count());
        let runs = (0..).zip(self.plan.runs(self.points.clone()));
        let rest = runs.filter(|(number, _)| !done.contains(*number));
        let work = |(number, run)| row(run).map(|row| (number, row));
        let mut failure = None;
        execute(self.jobs, rest, work, |batch| {
            let mut rows = Vec::with_capacity(batch.len());
            for (_, row) in batch {
                match row {
                    Ok(row) => rows.push(row),
                    Err(why) => failure = Some(why),
                }
            }
            if !rows.is_empty()
                && let Err(why) = journal.append(&rows)
            {
                failure = Some(why);
            }
            progress.advance(rows.len());
            if failure.is_some() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        progress.end();
        failure.map_or(Ok(()), |why| {
            Err(format!(
                "{why}\nwhat has finished is kept in {}; go on with --resume",
                journal.path().display()
            ))
        })
    }

    /// Runs all and prints each row when those before it are printed; says how many.
    pub(super) fn print(&self, print: &Print<'_>) -> Result<u64, String> {
        let mut out = io::stdout().lock();
        let _watch = Watch::new();
        let mut progress = Progress::new(self.count, 0);
        let mut reorder = Reorder::default();
        let mut end = written(out.write_all(print.header().as_bytes()));
        let runs = self.plan.runs(self.points.clone());
        execute(self.jobs, runs, row, |batch| {
            let count = batch.len();
            for (number, row) in batch {
                reorder.push(number, row);
            }
            while let (Ok(true), Some(row)) = (&end, reorder.pop()) {
                end = row.and_then(|row| written(out.write_all(print.line(&row).as_bytes())));
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
        end.map(|_| reorder.awaited())
    }
}

/// A run's row, or why there is none.
fn row(run: Result<Run, String>) -> Result<Row, String> {
    run?.row(interrupt::requested)
        .ok_or_else(|| "interrupted".to_owned())
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
