//! The journal of a sweep that runs: every finished run is a line, on the disk before it counts.
//!
//! A batch of finished runs is one `write` and one `fdatasync`. While the disk works the workers go
//! on, and what they finish meanwhile is the next batch (group commit): a run waits for at most two
//! syncs, and a sync costs the sweep no CPU time. The file is locked while it is written, so that two
//! sweeps never write the same output.

use super::lines;
use super::survey::Survey;
use crate::cli::draft::{refusal, sync_folder};
use crate::cli::lock::lock;
use crate::cli::{interrupt, output};
use crate::experiment::header::difference;
use crate::experiment::rows::Row;
use serde_json::Value;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// A journal, open and locked.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    path: PathBuf,
    /// Offset after the last whole line.
    end: u64,
    seed: u32,
}

impl Journal {
    /// Opens the journal of the sweep with this header, and says what is there already.
    /// An interrupted sweep is gone on with only if `resume` says so.
    pub(super) fn open(
        path: &Path,
        header: &Value,
        resume: bool,
    ) -> Result<(Self, Survey), String> {
        let fail = |error: io::Error| format!("cannot use {}: {error}", path.display());
        let mut file = locked(path)?;
        let (first, seed) = lines::header(header);
        let journal = |mut file: File, survey: Survey| {
            file.seek(SeekFrom::End(0))?;
            interrupt::keeps(Some(path));
            let (path, end) = (path.to_owned(), survey.end);
            Ok((
                Self {
                    file,
                    path,
                    end,
                    seed,
                },
                survey,
            ))
        };
        if is_torn_header(&mut file, &first).map_err(fail)? {
            file.set_len(0).map_err(fail)?;
            let length = u64::try_from(first.len()).expect("a length fits in 64 bits");
            let survey = Survey::fresh(header.clone(), seed, length);
            file.write_all(first.as_bytes()).map_err(fail)?;
            file.sync_all().map_err(fail)?;
            sync_folder(path).map_err(fail)?;
            return journal(file, survey).map_err(fail);
        }
        let survey = Survey::of(&file).map_err(fail)?;
        check(path, &survey, header, resume)?;
        if let Some(complaint) = survey.complaint() {
            output::stderr(&format!(
                "warning: {}: {complaint}; what is sound is kept, the rest is done again\n",
                path.display()
            ));
        }
        file.set_len(survey.end).map_err(fail)?;
        file.sync_all().map_err(fail)?;
        journal(file, survey).map_err(fail)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes finished tasks, and returns when they are on the disk.
    pub(super) fn append(&mut self, tasks: &[(u64, Vec<Row>)]) -> Result<(), String> {
        let text: String = tasks
            .iter()
            .map(|(number, rows)| lines::rows(self.seed, *number, rows))
            .collect();
        let written = self
            .file
            .write_all(text.as_bytes())
            .and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // Half a line at the end would only be reported later.
            drop(self.file.set_len(self.end));
            return Err(format!("cannot write {}: {error}", self.path.display()));
        }
        self.end += u64::try_from(text.len()).expect("a length fits in 64 bits");
        Ok(())
    }

    /// Looks through what is there now.
    pub(super) fn survey(&self) -> Result<Survey, String> {
        Survey::of(&self.file)
            .map_err(|error| format!("cannot read {}: {error}", self.path.display()))
    }

    /// Removes it, when what it was for is written.
    pub(super) fn remove(self) -> Result<(), String> {
        let fail = |error| format!("cannot remove {}: {error}", self.path.display());
        fs::remove_file(&self.path).map_err(fail)?;
        interrupt::keeps(None);
        sync_folder(&self.path).map_err(fail)
    }
}

/// The file, locked; nobody else may have it.
pub(super) fn locked(path: &Path) -> Result<File, String> {
    match lock(path) {
        Ok(Some(file)) => Ok(file),
        Ok(None) => Err(format!(
            "{} is being written by another sweep",
            path.display()
        )),
        Err(error) => {
            let why = refusal(&error);
            let output = path.with_extension("");
            Err(format!(
                "cannot write {}: a sweep keeps what is done in a journal beside it, and {why} ({})",
                output.display(),
                path.display()
            ))
        }
    }
}

/// Whether nothing but a part of the first line has been written: no run can be lost.
fn is_torn_header(file: &mut File, first: &str) -> io::Result<bool> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    let limit = u64::try_from(first.len()).expect("a length fits in 64 bits");
    let file_length = file.metadata()?.len();
    file.take(limit).read_to_end(&mut bytes)?;
    // A file that grew before its first block was written reads as zeros after a power loss.
    let zeros = bytes.iter().all(|&byte| byte == 0);
    let short = file_length <= limit;
    Ok(short && (zeros || (bytes.len() < first.len() && first.as_bytes().starts_with(&bytes))))
}

fn check(path: &Path, survey: &Survey, header: &Value, resume: bool) -> Result<(), String> {
    let name = path.display();
    let Some(there) = &survey.header else {
        return Err(format!(
            "{name}: line 1 is damaged, so it cannot be told which sweep this is; nothing was overwritten (remove it to start anew)"
        ));
    };
    if let Some(what) = differs(there, header) {
        return Err(format!(
            "{name} is of another sweep: {what}; nothing was overwritten"
        ));
    }
    if !resume && survey.done.count() > 0 {
        return Err(format!(
            "{name} has {} finished runs of this sweep: go on with --resume, or remove it to start anew",
            survey.done.count()
        ));
    }
    Ok(())
}

/// The first difference between two headers of files.
pub(in crate::cli) fn differs(there: &Value, here: &Value) -> Option<String> {
    difference(&there["sweep"], &here["sweep"]).or_else(|| difference(there, here))
}
