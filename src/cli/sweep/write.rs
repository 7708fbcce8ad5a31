//! Rows in order to the files and the stream that were asked for.

use super::drive::written;
use super::export::{Exports, Form, Format, Summed, schema, schema_path};
use super::lines;
#[cfg(feature = "parquet")]
use super::parquet::Table;
use super::survey::Each;
use super::tally::Tally;
use crate::cli::draft::Draft;
use crate::cli::interrupt::{self, Watch};
use crate::cli::output;
use crate::experiment::plan::Plan;
use crate::experiment::rows::Row;
use crate::experiment::sheet::Sheet;
use serde_json::Value;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;

/// Hands out all tasks in order, and says how many; may be asked more than once.
pub(in crate::cli) type Source<'s> = dyn Fn(&mut Each<'_>) -> Result<u64, String> + 's;

/// Writes all exports, files first; `expected` is how many tasks there must be.
pub(in crate::cli) fn exports(
    exports: &Exports,
    plan: &Plan,
    header: &Value,
    expected: u64,
    source: &Source<'_>,
) -> Result<Tally, String> {
    let sheet = Sheet::new(&plan.grid);
    let mut tally = Tally::default();
    let _watch = Watch::new();
    for (form, path) in exports.files() {
        let fail = |error: io::Error| format!("cannot write {}: {error}", path.display());
        let mut draft = Draft::new(path)?;
        let mut sink = Sink::new(form, &sheet, Summed::new(draft.contents())).map_err(fail)?;
        tally = Tally::default();
        let tasks = source(&mut |rows| {
            if interrupt::requested() {
                return Err(io::Error::other("interrupted"));
            }
            tally.add(rows, plan.repetition);
            rows.iter().try_for_each(|row| sink.row(row))?;
            Ok(ControlFlow::Continue(()))
        })?;
        complete(tasks, expected)?;
        let extent = sink.finish().map_err(fail)?.extent();
        let schema = schema(&sheet, header, tally.rows, &extent);
        draft.keep_with(&schema_path(path), &schema)?;
    }
    if let Some(format) = exports.stdout() {
        to_stdout(format, &sheet, source)?;
    }
    tally.say_notes(plan);
    Ok(tally)
}

/// Takes rows one by one and writes them.
enum Sink<'s, W: Write + Send> {
    Text(Format, &'s Sheet<'s>, W),
    #[cfg(feature = "parquet")]
    Parquet(Box<Table<'s, W>>),
}

impl<'s, W: Write + Send> Sink<'s, W> {
    fn new(form: Form, sheet: &'s Sheet<'s>, mut out: W) -> io::Result<Self> {
        match form {
            Form::Text(format) => {
                out.write_all(format.header(sheet).as_bytes())?;
                Ok(Self::Text(format, sheet, out))
            }
            #[cfg(feature = "parquet")]
            Form::Parquet => Table::new(sheet, out).map(|table| Self::Parquet(Box::new(table))),
        }
    }

    fn row(&mut self, row: &Row) -> io::Result<()> {
        match self {
            Self::Text(format, sheet, out) => out.write_all(format.line(sheet, row).as_bytes()),
            #[cfg(feature = "parquet")]
            Self::Parquet(table) => table.row(row),
        }
    }

    fn finish(self) -> io::Result<W> {
        match self {
            Self::Text(_, _, mut out) => out.flush().map(|()| out),
            #[cfg(feature = "parquet")]
            Self::Parquet(table) => table.finish(),
        }
    }
}

fn to_stdout(format: Format, sheet: &Sheet<'_>, source: &Source<'_>) -> Result<(), String> {
    let mut out = output::lock()?;
    let mut end = written(out.write_all(format.header(sheet).as_bytes()));
    source(&mut |rows| {
        for row in rows {
            if let Ok(true) = end {
                end = written(out.write_all(format.line(sheet, row).as_bytes()));
            }
        }
        Ok(match end {
            Ok(true) => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        })
    })?;
    end?;
    written(out.flush()).map(|_| ())
}

/// All tasks that must be there have been handed out.
pub(super) fn complete(tasks: u64, expected: u64) -> Result<(), String> {
    if tasks == expected {
        return Ok(());
    }
    Err(format!(
        "{tasks} of {expected} lines could be read; go on with --resume"
    ))
}

/// The file of a finished shard: the header, its tasks in order, and their number.
pub(super) struct Sealed {
    draft: Draft,
    seed: u32,
    tasks: u64,
    rows: u64,
}

impl Sealed {
    pub(super) fn begin(path: &Path, header: &Value) -> Result<Self, String> {
        let (first, seed) = lines::header(header);
        let mut draft = Draft::new(path)?;
        draft
            .write_all(first.as_bytes())
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        Ok(Self {
            draft,
            seed,
            tasks: 0,
            rows: 0,
        })
    }

    /// Adds a task's rows.
    pub(super) fn rows(&mut self, rows: &[Row]) -> io::Result<()> {
        if interrupt::requested() {
            return Err(io::Error::other("interrupted"));
        }
        let line = lines::rows(self.seed, self.tasks, rows);
        self.draft.write_all(line.as_bytes())?;
        self.tasks += 1;
        self.rows += u64::try_from(rows.len()).expect("a length fits in 64 bits");
        Ok(())
    }

    /// Puts it in its place; how many rows it has.
    pub(super) fn commit(mut self) -> Result<u64, String> {
        let end = lines::end(self.seed, self.tasks);
        let written = self.draft.write_all(end.as_bytes());
        written.map_err(|error| format!("cannot write the last line: {error}"))?;
        self.draft.keep()?;
        Ok(self.rows)
    }
}
