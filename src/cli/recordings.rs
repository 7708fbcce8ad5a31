//! Recordings from files: NAME.toml, NAME.csv, and NAME.trace, plain or compressed, if it is there. One that cannot be used is
//! left out and said so.

use super::unpack::open;
use crate::analyze::{Samples, samples};
use crate::calibrate::Recording;
use crate::calibrate::recording::{LeftOut, Meta};
use crate::calibrate::series::Series;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Ends of a trace's name.
pub(super) const TRACES: [&str; 3] = [".trace.gz", ".trace.zst", ".trace"];
/// Largest TOML or CSV file \[bytes\].
const LARGEST: u64 = 64 << 20;

/// The files of a folder that are of recordings, by name.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder)
        .map_err(|error| format!("cannot read folder {}: {error}", folder.display()))?;
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let is_of_one = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let mut ends = TRACES.iter().chain(&[".toml", ".csv"]);
        ends.any(|end| name.ends_with(end))
    };
    let mut files: Vec<PathBuf> = paths.filter(is_of_one).collect();
    files.sort();
    Ok(files)
}

/// Every recording of a folder, by name, and what cannot be used; the rest is not the worse for it.
pub(super) fn folder(path: &Path) -> Result<(Vec<Recording>, Vec<LeftOut>), String> {
    let files = files(path)?;
    let (mut recordings, mut left_out) = (Vec::new(), Vec::new());
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let mut leave = |why: String| {
            let name = name.clone().into_owned();
            left_out.push(LeftOut { name, why });
        };
        let has = |end: &str| file.with_extension(end).exists();
        match file.extension().and_then(|end| end.to_str()) {
            Some("toml") if has("csv") => match recording(&file) {
                Ok(recording) => recordings.push(recording),
                Err(why) => leave(why),
            },
            Some("toml") => leave(format!("no series {name}.csv beside {}", file.display())),
            Some("csv") if !has("toml") => {
                leave(format!("no summary {name}.toml beside {}", file.display()));
            }
            _ => {}
        }
    }
    if recordings.is_empty() {
        let mut text = format!(
            "{} holds no recording that can be read; expected NAME.toml and NAME.csv",
            path.display()
        );
        for left in left_out {
            write!(text, "\n  {}: {}", left.name, left.why).expect("a string takes all");
        }
        return Err(text);
    }
    Ok((recordings, left_out))
}

/// The recording of one NAME.toml. One whose trace cannot be read has its series still.
fn recording(toml: &Path) -> Result<Recording, String> {
    let csv = toml.with_extension("csv");
    let name = toml
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let (meta, series) = (meta(toml)?, series(&csv)?);
    let beside = |end: &str| toml.with_file_name(format!("{name}{end}"));
    let found = TRACES
        .iter()
        .map(|end| beside(end))
        .find(|path| path.exists());
    let (trace, unreadable) = match found.map(|path| events(&path)).transpose() {
        Ok(trace) => (trace, None),
        Err(why) => (None, Some(why)),
    };
    Ok(Recording {
        meta,
        series,
        trace,
        unreadable,
    })
}

/// The summary in a TOML file.
pub(super) fn meta(path: &Path) -> Result<Meta, String> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    Meta::parse(&name, &text(path)?).map_err(|why| at(path, &why))
}

/// The series in a CSV file.
pub(super) fn series(path: &Path) -> Result<Series, String> {
    Series::parse(&text(path)?).map_err(|why| at(path, &why))
}

/// The intervals of a trace that holds an event.
pub(super) fn events(path: &Path) -> Result<Samples, String> {
    let trace = trace(path)?;
    if trace.span_ns.is_none() {
        let name = path.display();
        return Err(format!(
            "{name} holds no event; expected the text of /sys/kernel/tracing/trace"
        ));
    }
    Ok(trace)
}

/// The intervals of a trace.
fn trace(path: &Path) -> Result<Samples, String> {
    open(path)
        .and_then(samples)
        .map_err(|error| format!("cannot read trace {}: {error}", path.display()))
}

/// A text file that is not too large.
pub(super) fn text(path: &Path) -> Result<String, String> {
    let fail = |why: String| format!("cannot read {}: {why}", path.display());
    let size = fs::metadata(path)
        .map_err(|error| fail(error.to_string()))?
        .len();
    if size > LARGEST {
        return Err(fail("it is larger than 64 MiB".to_owned()));
    }
    fs::read_to_string(path).map_err(|error| fail(error.to_string()))
}

fn at(path: &Path, why: &str) -> String {
    format!("{}: {why}", path.display())
}
