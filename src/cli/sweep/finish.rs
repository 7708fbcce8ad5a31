//! A sweep with files: into its journal, and from there into what was asked for.

use super::drive::Job;
use super::export::{Exports, Form, is_whole, read_schema};
use super::journal::{Journal, differs, locked};
use super::shard::Shard;
use super::survey::{Each, Survey, in_order};
use super::write::{self, Sealed};
use crate::cli::interrupt::Watch;
use crate::cli::output;
use crate::experiment::rows::Row;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// The number of the form of the lines, for later versions.
const FORMAT: u64 = 1;

/// The shard of a sweep that nobody divided, as its header has it.
pub(in crate::cli) const WHOLE: &str = "1/1";

fn header(job: &Job<'_>, shard: Shard) -> Value {
    json!({
        "format": FORMAT,
        "shard": shard.to_string(),
        "sweep": job.plan.header(),
    })
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Runs a shard into `folder`.
pub(super) fn into_folder(
    job: &Job<'_>,
    folder: &Path,
    shard: Shard,
    resume: bool,
) -> Result<(), String> {
    fs::create_dir_all(folder)
        .map_err(|error| format!("cannot use {}: {error}", folder.display()))?;
    refuse_other_division(folder, shard)?;
    let header = header(job, shard);
    let stem = folder.join(shard.file_name());
    let (target, journal) = (with_ending(&stem, ".rows"), with_ending(&stem, ".journal"));
    if target.exists() {
        match damage(&target, &header)? {
            None => return already_sealed(&target, resume),
            Some(why) if !resume => {
                let name = target.display();
                return Err(format!(
                    "{name}: {why}; with --resume what is sound is kept and the rest is done again"
                ));
            }
            Some(_) => unseal(&target, &journal)?,
        }
    }
    let fail = |error: io::Error| format!("cannot write {}: {error}", target.display());
    let (mut journal, survey) = Journal::open(&journal, &header, resume)?;
    if target.exists() && damage(&target, &header)?.is_none() {
        // Another process finished it while this one waited to open the journal.
        journal.remove()?;
        return already_sealed(&target, resume);
    }
    job.keep(&survey.done, &mut journal)?;
    let survey = journal.survey()?;
    let _watch = Watch::new();
    let mut sealed = Sealed::begin(&target, &header)?;
    let mut each = |rows: &[Row]| sealed.rows(rows).map(|()| ControlFlow::Continue(()));
    let tasks = in_order(journal.path(), &survey, &mut each).map_err(fail)?;
    write::complete(tasks, survey.done.count())?;
    let rows = sealed.commit()?;
    journal.remove()?;
    output::stdout(&format!("{}: {rows} rows\n", target.display()))
}

/// A folder holds the parts of one division.
fn refuse_other_division(folder: &Path, shard: Shard) -> Result<(), String> {
    let entries = fs::read_dir(folder)
        .map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    for entry in entries.flatten() {
        let path = entry.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        if let Some(other) = stem.and_then(Shard::of_file_name)
            && other.n != shard.n
        {
            return Err(format!(
                "{} has a part of {}, this is one of {}: use the same N, or another folder",
                folder.display(),
                other.n,
                shard.n
            ));
        }
    }
    Ok(())
}

/// What is wrong with a shard's file, if it is of this sweep and something is.
fn damage(target: &Path, header: &Value) -> Result<Option<String>, String> {
    let name = target.display();
    let read = |path: &Path| Survey::of(&File::open(path)?);
    let survey = read(target).map_err(|error| format!("cannot read {name}: {error}"))?;
    let Some(there) = &survey.header else {
        return Err(format!(
            "{name}: line 1 is damaged, so it cannot be told which sweep this is; nothing was overwritten (remove it to run the part again)"
        ));
    };
    if let Some(what) = differs(there, header) {
        return Err(format!(
            "{name} is of another sweep: {what}; nothing was overwritten"
        ));
    }
    Ok(survey.complaint().or_else(|| not_sealed(&survey)))
}

/// Makes a shard's damaged file a journal again, unless there is one.
fn unseal(target: &Path, journal: &Path) -> Result<(), String> {
    if journal.exists() {
        return Ok(());
    }
    fs::rename(target, journal).map_err(|error| format!("cannot use {}: {error}", target.display()))
}

fn already_sealed(target: &Path, resume: bool) -> Result<(), String> {
    let name = target.display();
    if resume {
        return output::stdout(&format!("{name}: complete already\n"));
    }
    Err(format!(
        "{name} is there already and complete; with --resume that is fine, otherwise remove it"
    ))
}

/// Why a file is not the whole of a shard.
pub(in crate::cli) fn not_sealed(survey: &Survey) -> Option<String> {
    let there = survey.done.count();
    match survey.sealed {
        Some(all) if all == there && survey.done.first_missing() == all => None,
        Some(all) => Some(format!("{there} of {all} lines are there")),
        None => Some("the last line is missing".to_owned()),
    }
}

/// Runs into a journal beside the first file, then writes the files.
pub(super) fn into_files(
    job: &Job<'_>,
    exports: &Exports,
    shard: Shard,
    resume: bool,
) -> Result<(), String> {
    let header = header(job, shard);
    let files = exports.files();
    // Every file is held, so that no other sweep writes one of them meanwhile.
    let others = files[1..].iter();
    let held: Result<Vec<_>, _> = others
        .map(|(_, path)| Held::new(&journal_of(path)))
        .collect();
    let held = held?;
    let (mut journal, survey) = Journal::open(&journal_of(files[0].1), &header, resume)?;
    let there = if exports.force() {
        There::Free
    } else {
        already_there(&files, &header)
    };
    let begun = survey.done.count() > 0;
    match there {
        There::Other(why) => {
            if !begun {
                journal.remove()?;
            }
            return Err(why);
        }
        There::Whole if resume && !begun => {
            journal.remove()?;
            return output::stdout("complete already\n");
        }
        There::Whole | There::Free => {}
    }
    job.keep(&survey.done, &mut journal)?;
    let survey = journal.survey()?;
    let expected = survey.done.count();
    if expected == 0 && shard == Shard::WHOLE {
        journal.remove()?;
        return Err("the condition leaves no point; there are no rows".to_owned());
    }
    let source = |each: &mut Each<'_>| {
        in_order(journal.path(), &survey, each)
            .map_err(|error| format!("cannot read {}: {error}", journal.path().display()))
    };
    let tally = write::exports(exports, job.plan, &header, expected, &source)?;
    journal.remove()?;
    drop(held);
    if exports.stdout().is_some() {
        return Ok(());
    }
    output::stdout(&tally.summary(&files, job.plan))
}

fn journal_of(path: &Path) -> PathBuf {
    with_ending(path, ".journal")
}

/// A lock on a file that is written besides the first; it goes when it is dropped.
#[derive(Debug)]
struct Held {
    path: PathBuf,
    _file: File,
}

impl Held {
    fn new(path: &Path) -> Result<Self, String> {
        let file = locked(path)?;
        if file.metadata().is_ok_and(|meta| meta.len() > 0) {
            return Err(format!(
                "{} has the runs of an interrupted sweep: go on with that, or remove it",
                path.display()
            ));
        }
        Ok(Self {
            path: path.to_owned(),
            _file: file,
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.path));
    }
}

/// What is where a sweep's files go.
#[derive(PartialEq, Eq, Debug)]
pub(in crate::cli) enum There {
    /// All of them, whole and of this sweep.
    Whole,
    /// Nothing that the sweep would not write again.
    Free,
    /// A file that this sweep did not write: which and why.
    Other(String),
}

/// Looks at the files that the sweep with this header is to write. An empty one is as good as none.
pub(in crate::cli) fn already_there(files: &[(Form, &Path)], header: &Value) -> There {
    let mut all = There::Whole;
    for (_, path) in files {
        match one_there(path, header) {
            Ok(true) => {}
            Ok(false) => all = There::Free,
            Err(why) => return There::Other(why),
        }
    }
    all
}

/// Whether the file is there and whole. The error says that another sweep, or nobody knows who, wrote it.
fn one_there(path: &Path, header: &Value) -> Result<bool, String> {
    const KEPT: &str = "nothing was overwritten (--force replaces it)";
    let name = path.display();
    if fs::metadata(path).map_or(true, |meta| meta.len() == 0) {
        return Ok(false);
    }
    let Some(schema) = read_schema(path) else {
        return Err(format!(
            "{name} is there, without a schema that says which sweep wrote it; {KEPT}"
        ));
    };
    let there = json!({ "format": FORMAT, "shard": schema["shard"], "sweep": schema["sweep"] });
    if let Some(what) = differs(&there, header) {
        return Err(format!("{name} is of another sweep: {what}; {KEPT}"));
    }
    let whole = is_whole(path, &schema);
    whole.map_err(|error| format!("cannot read {name}: {error}"))
}
