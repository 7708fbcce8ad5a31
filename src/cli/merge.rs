//! `rcusim merge`: the parts of a sweep into the files that one machine would have written.

use super::exit::Done;
use super::output;
use super::sweep::export::Exports;
use super::sweep::finish::{self, There, already_there, not_sealed};
use super::sweep::journal::differs;
use super::sweep::shard::Shard;
use super::sweep::survey::{Each, Survey, in_order};
use super::sweep::write;
use crate::experiment::plan::{Count, Plan};
use crate::experiment::rows::Row;
use serde_json::Value;
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  rcusim merge DIR --export-csv out.csv
  rcusim merge DIR/*.rows -o out.jsonl
  sbatch --array=$(rcusim merge DIR --missing) job.sh    run again what is missing

Exit codes: 0 merged, or nothing is missing; 1 --missing found some; 2 usage or input.";

#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct MergeArgs {
    /// The folder that the parts were written to, or their files
    #[arg(required = true, value_name = "DIR|FILES")]
    paths: Vec<PathBuf>,
    /// Write the rows to a file, as JSON lines (.jsonl), Parquet (.parquet) or CSV by its ending; - is stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print which parts are missing or damaged, as an array's list: 3,7-9
    #[arg(long, conflicts_with_all = ["output", "export_csv", "export_jsonl", "export_parquet"])]
    missing: bool,
    #[command(flatten)]
    exports: Exports,
}

/// A part's file, looked through.
#[derive(Debug)]
struct Part {
    shard: Shard,
    path: PathBuf,
    survey: Survey,
}

/// `rcusim merge`.
pub(super) fn run(args: &MergeArgs) -> Result<Done, String> {
    let mut parts = Vec::new();
    for path in files(&args.paths)? {
        parts.push(Part::read(path)?);
    }
    let Some(first) = parts.first() else {
        let list: Vec<_> = args
            .paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        return Err(format!(
            "no part of a sweep (shard-K-of-N.rows) in {}",
            list.join(", ")
        ));
    };
    let header = first.header().clone();
    check_same(&parts, &header)?;
    // Rows of another program would look damaged.
    let plan = Plan::of_header(&header["sweep"]);
    let plan = plan.map_err(|why| format!("{}: {why}", first.path.display()))?;
    parts.sort_by_key(|part| part.shard.k);
    if let Some(pair) = parts.windows(2).find(|pair| pair[0].shard == pair[1].shard) {
        let (one, other) = (pair[0].path.display(), pair[1].path.display());
        return Err(format!("{one} and {other} are both part {}", pair[0].shard));
    }
    let n = parts[0].shard.n;
    let missing = missing(&parts, n);
    if args.missing {
        for part in &parts {
            if let Some(why) = part.complaint() {
                output::stderr(&format!(
                    "{}: {why}; run it again with --resume\n",
                    part.path.display()
                ));
            }
        }
        output::stdout(&format!("{}\n", list(&missing)))?;
        return Ok(if missing.is_empty() {
            Done::Ran
        } else {
            Done::Failed
        });
    }
    for part in &parts {
        if let Some(why) = part.complaint() {
            return Err(format!(
                "{}: {why}; run part {} again with --resume, which keeps what is sound",
                part.path.display(),
                part.shard
            ));
        }
    }
    if !missing.is_empty() {
        return Err(format!(
            "{} of {n} parts are missing; run them again: --array={}",
            missing.len(),
            list(&missing)
        ));
    }
    merge(args, &parts, &plan, header)?;
    Ok(Done::Ran)
}

fn merge(args: &MergeArgs, parts: &[Part], plan: &Plan, mut header: Value) -> Result<(), String> {
    let exports = args.exports.with_output(args.output.as_deref())?;
    let read: Vec<&Path> = parts.iter().map(|part| part.path.as_path()).collect();
    exports.check(&read)?;
    let mut expected = 0;
    for part in parts {
        part.check_count(plan)?;
        expected += part.survey.done.count();
    }
    if expected == 0 {
        return Err("the condition leaves no point; there are no rows".to_owned());
    }
    header["shard"] = Value::from(finish::WHOLE);
    if !exports.force()
        && let There::Other(why) = already_there(&exports.files(), &header)
    {
        return Err(why);
    }
    let source = |each: &mut Each<'_>| -> Result<u64, String> {
        let mut tasks = 0;
        for part in parts {
            let read = part.rows(plan, each);
            tasks +=
                read.map_err(|error| format!("cannot read {}: {error}", part.path.display()))?;
        }
        Ok(tasks)
    };
    let tally = write::exports(&exports, plan, &header, expected, &source)?;
    if exports.stdout().is_some() {
        return Ok(());
    }
    output::stdout(&tally.summary(&exports.files(), plan))
}

impl Part {
    fn read(path: PathBuf) -> Result<Self, String> {
        let name = path.display();
        let survey = File::open(&path).and_then(|file| Survey::of(&file));
        let survey = survey.map_err(|error| format!("cannot read {name}: {error}"))?;
        let shard = survey
            .header
            .as_ref()
            .and_then(|header| header["shard"].as_str());
        let Some(shard) = shard.and_then(Shard::parse) else {
            return Err(format!(
                "{name}: line 1 does not say which part of which sweep it is"
            ));
        };
        Ok(Self {
            shard,
            path,
            survey,
        })
    }

    fn header(&self) -> &Value {
        self.survey
            .header
            .as_ref()
            .expect("a part without a header is refused")
    }

    /// What is wrong with it.
    fn complaint(&self) -> Option<String> {
        self.survey.complaint().or_else(|| not_sealed(&self.survey))
    }

    fn points(&self, plan: &Plan) -> Range<u64> {
        self.shard.range(plan.grid.len())
    }

    /// It has as many lines as its points and repetitions are, if that can be said.
    fn check_count(&self, plan: &Plan) -> Result<(), String> {
        let lines = self.survey.done.count();
        match plan.count(self.points(plan))? {
            Count::Exactly(count) if count != lines => Err(format!(
                "{} has {lines} lines, its points and repetitions make {count}",
                self.path.display()
            )),
            _ => Ok(()),
        }
    }

    fn rows(&self, plan: &Plan, each: &mut Each<'_>) -> io::Result<u64> {
        let points = self.points(plan);
        let mut checked = |rows: &[Row]| {
            if let Some(row) = rows.iter().find(|row| !points.contains(&row.point)) {
                let why = format!("point {} is not one of this part's {points:?}", row.point);
                return Err(io::Error::other(why));
            }
            each(rows)
        };
        in_order(&self.path, &self.survey, &mut checked)
    }
}

/// All parts are of the same sweep, divided in the same way.
fn check_same(parts: &[Part], header: &Value) -> Result<(), String> {
    let first = &parts[0];
    for part in parts {
        let mut own = part.header().clone();
        own["shard"] = header["shard"].clone();
        let (one, other) = (first.path.display(), part.path.display());
        if let Some(what) = differs(header, &own) {
            return Err(format!(
                "{other} is of another sweep than {one}: {}",
                what.replace(" there ", " in the one ")
                    .replace(" here", " in the other")
            ));
        }
        if part.shard.n != first.shard.n {
            return Err(format!(
                "{other} is part {} and {one} is part {}: not of one division",
                part.shard, first.shard
            ));
        }
    }
    Ok(())
}

/// The parts' files, those of a folder by their names.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    for path in paths {
        if !path.is_dir() {
            found.push(path.clone());
            continue;
        }
        let fail = |error: io::Error| format!("cannot read {}: {error}", path.display());
        for entry in fs::read_dir(path).map_err(fail)? {
            let entry = entry.map_err(fail)?.path();
            if is_part(&entry) {
                found.push(entry);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn is_part(path: &Path) -> bool {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    path.extension().is_some_and(|ending| ending == "rows")
        && stem.and_then(Shard::of_file_name).is_some()
}

/// Numbers of the parts that are not there or not whole.
fn missing(parts: &[Part], n: u64) -> Vec<u64> {
    let whole = parts.iter().filter(|part| part.complaint().is_none());
    let there: std::collections::BTreeSet<u64> = whole.map(|part| part.shard.k).collect();
    (1..=n).filter(|k| !there.contains(k)).collect()
}

/// `3,7-9`.
fn list(numbers: &[u64]) -> String {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let shown = runs.iter().map(|(first, last)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first}-{last}")
        }
    });
    shown.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_parts_are_an_arrays_list() {
        assert_eq!(list(&[3, 7, 8, 9, 11, 12]), "3,7-9,11-12");
        assert_eq!(list(&[]), "");
    }
}
