//! Rows in order to the files and the stream that were asked for.

use super::drive::written;
use super::export::{Exports, Format, Replacement, write_schema};
use super::lines;
use super::survey::Each;
use crate::experiment::rows::{Row, Sheet};
use serde_json::Value;
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::Path;

/// Hands out all rows in order, and says how many; may be asked more than once.
pub(in crate::cli) type Source<'s> = dyn Fn(&mut Each<'_>) -> Result<u64, String> + 's;

/// What was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::cli) struct Tally {
    rows: u64,
    /// Of each verdict: STABLE, UNSTABLE, CANNOT TELL.
    verdicts: [u64; 3],
}

impl Tally {
    fn add(&mut self, row: &Row) {
        self.rows += 1;
        self.verdicts[row.verdict as usize] += 1;
    }

    /// A line for people.
    pub(in crate::cli) fn summary(&self, files: &[(Format, &Path)], scenario: &str) -> String {
        let names: Vec<_> = files
            .iter()
            .map(|(_, path)| path.display().to_string())
            .collect();
        let [stable, unstable, unclear] = self.verdicts;
        format!(
            "{scenario}: {} rows in {} ({stable} STABLE, {unstable} UNSTABLE, {unclear} CANNOT TELL)\n",
            self.rows,
            names.join(", "),
        )
    }
}

/// Writes all exports, files first; `expected` is how many rows there must be.
pub(in crate::cli) fn exports(
    exports: &Exports,
    sheet: &Sheet<'_>,
    header: &Value,
    expected: u64,
    source: &Source<'_>,
) -> Result<Tally, String> {
    let mut tally = Tally::default();
    for (format, path) in exports.files() {
        let fail = |error: io::Error| format!("cannot write {}: {error}", path.display());
        let mut file = Replacement::of(path).map_err(fail)?;
        file.write(&format.header(sheet)).map_err(fail)?;
        tally = Tally::default();
        let rows = source(&mut |row| {
            tally.add(row);
            file.write(&format.line(sheet, row))?;
            Ok(ControlFlow::Continue(()))
        })?;
        complete(rows, expected)?;
        let extent = file.commit().map_err(fail)?;
        write_schema(path, sheet, header, rows, extent)?;
    }
    if let Some(format) = exports.stdout() {
        to_stdout(format, sheet, source)?;
    }
    Ok(tally)
}

fn to_stdout(format: Format, sheet: &Sheet<'_>, source: &Source<'_>) -> Result<(), String> {
    let mut out = io::stdout().lock();
    let mut end = written(out.write_all(format.header(sheet).as_bytes()));
    source(&mut |row| {
        if let Ok(true) = end {
            end = written(out.write_all(format.line(sheet, row).as_bytes()));
        }
        Ok(match end {
            Ok(true) => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        })
    })?;
    end?;
    written(out.flush()).map(|_| ())
}

/// All rows that must be there have been handed out.
pub(super) fn complete(rows: u64, expected: u64) -> Result<(), String> {
    if rows == expected {
        return Ok(());
    }
    Err(format!(
        "{rows} of {expected} rows could be read; go on with --resume"
    ))
}

/// The file of a finished shard: the header, its runs in order, and their number.
pub(super) struct Sealed {
    file: Replacement,
    seed: u32,
    rows: u64,
}

impl Sealed {
    pub(super) fn begin(path: &Path, header: &Value) -> io::Result<Self> {
        let (first, seed) = lines::header(header);
        let mut file = Replacement::of(path)?;
        file.write(&first)?;
        Ok(Self {
            file,
            seed,
            rows: 0,
        })
    }

    pub(super) fn row(&mut self, row: &Row) -> io::Result<()> {
        self.file.write(&lines::run(self.seed, self.rows, row))?;
        self.rows += 1;
        Ok(())
    }

    pub(super) fn commit(mut self) -> io::Result<()> {
        self.file.write(&lines::end(self.seed, self.rows))?;
        self.file.commit().map(|_| ())
    }
}
