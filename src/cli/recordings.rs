//! Recordings from files: NAME.toml, NAME.csv, and NAME.trace, plain or compressed, if it is there.

use super::unpack::open;
use crate::analyze::samples;
use crate::calibrate::Recording;
use crate::calibrate::recording::Meta;
use crate::calibrate::series::Series;
use std::fs;
use std::path::{Path, PathBuf};

/// Ends of a trace's name.
pub(super) const TRACES: [&str; 3] = [".trace.gz", ".trace.zst", ".trace"];
/// Largest TOML or CSV file \[bytes\].
const LARGEST: u64 = 64 << 20;

/// Every recording of a folder, by name, and what was left out.
pub(super) fn folder(path: &Path) -> Result<(Vec<Recording>, Vec<String>), String> {
    let entries = fs::read_dir(path)
        .map_err(|error| format!("cannot read folder {}: {error}", path.display()))?;
    let mut tomls: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    tomls.sort();
    let (mut recordings, mut notes) = (Vec::new(), Vec::new());
    for toml in tomls {
        if toml.with_extension("csv").exists() {
            recordings.push(recording(&toml)?);
        } else {
            let name = toml.display();
            notes.push(format!(
                "{name}: no series of that name beside it, left out"
            ));
        }
    }
    if recordings.is_empty() {
        let folder = path.display();
        return Err(format!(
            "{folder} holds no recording; expected NAME.toml and NAME.csv"
        ));
    }
    Ok((recordings, notes))
}

/// The recording of one NAME.toml.
pub(super) fn recording(toml: &Path) -> Result<Recording, String> {
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
    let trace = found.map(|path| trace(&path)).transpose()?;
    Ok(Recording {
        meta,
        series,
        trace,
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

/// The intervals of a trace.
pub(super) fn trace(path: &Path) -> Result<crate::analyze::Samples, String> {
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
