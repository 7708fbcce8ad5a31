//! Where the rows of a sweep go when all are there: files that appear whole, each with a schema.

use crate::cli::output;
use crate::experiment::rows::Row;
use crate::experiment::sheet::Sheet;
use crc32fast::Hasher;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

/// The exports of a sweep, for every command that has them.
#[derive(clap::Args, Clone, Debug, Default)]
pub(in crate::cli) struct Exports {
    /// Write the rows as CSV; - is stdout
    #[arg(id = "export_csv", long = "export-csv", value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write the rows as JSON, an object a line; - is stdout
    #[arg(id = "export_jsonl", long = "export-jsonl", value_name = "FILE")]
    jsonl: Option<PathBuf>,
    /// Write the rows as Parquet (a build with the feature parquet)
    #[arg(id = "export_parquet", long = "export-parquet", value_name = "FILE")]
    parquet: Option<PathBuf>,
    /// Replace files that are there already and are not of this sweep
    #[arg(long)]
    force: bool,
}

/// How rows are written as text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::cli) enum Format {
    Csv,
    Jsonl,
}

/// How a file holds rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::cli) enum Form {
    Text(Format),
    #[cfg(feature = "parquet")]
    Parquet,
}

/// What a build without Parquet says.
const WITHOUT: &str = "--export-parquet: this program was built without Parquet; \
    build it with `cargo build --release --features parquet`";

impl Exports {
    /// These, and one more file whose name says how it is written.
    pub(in crate::cli) fn with_output(&self, output: Option<&Path>) -> Result<Self, String> {
        let mut all = self.clone();
        let Some(path) = output else {
            return Ok(all);
        };
        let (slot, name) = match path.extension().and_then(|ending| ending.to_str()) {
            Some("jsonl") => (&mut all.jsonl, "--export-jsonl"),
            Some("parquet") => (&mut all.parquet, "--export-parquet"),
            _ => (&mut all.csv, "--export-csv"),
        };
        if slot.is_some() {
            return Err(format!("--output and {name} both name a file of that form"));
        }
        *slot = Some(path.to_owned());
        Ok(all)
    }

    /// The files asked for.
    pub(in crate::cli) fn files(&self) -> Vec<(Form, &Path)> {
        let files = self.text().filter(|(_, path)| !output::is_stdout(path));
        let files = files.map(|(format, path)| (Form::Text(format), path));
        #[cfg(feature = "parquet")]
        let files = files.chain(self.parquet.as_deref().map(|path| (Form::Parquet, path)));
        files.collect()
    }

    /// Whether files of another sweep may be replaced.
    pub(in crate::cli) const fn force(&self) -> bool {
        self.force
    }

    /// The format for stdout, if it was asked for.
    pub(in crate::cli) fn stdout(&self) -> Option<Format> {
        let mut all = self.text();
        all.find(|(_, path)| output::is_stdout(path))
            .map(|(format, _)| format)
    }

    /// Refuses what could not be written, and what is read, before the sweep.
    pub(in crate::cli) fn check(&self, read: &[&Path]) -> Result<(), String> {
        if let Some(path) = &self.parquet {
            if cfg!(not(feature = "parquet")) {
                return Err(WITHOUT.to_owned());
            }
            if output::is_stdout(path) {
                return Err("--export-parquet: Parquet goes to a file, not to stdout".to_owned());
            }
        }
        let to_stdout = self.text().filter(|(_, path)| output::is_stdout(path));
        if to_stdout.count() > 1 {
            return Err(
                "the rows as CSV and as JSON lines cannot both go to stdout; name a file for one of them".to_owned(),
            );
        }
        let files = self.files();
        for (at, (_, path)) in files.iter().enumerate() {
            output::check(path, read)?;
            if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
                return Err(format!("{} is not a file (- is stdout)", path.display()));
            }
            if files[..at].iter().any(|(_, before)| before == path) {
                return Err(format!("two exports name the same file {}", path.display()));
            }
        }
        Ok(())
    }

    fn text(&self) -> impl Iterator<Item = (Format, &Path)> {
        let csv = self.csv.as_deref().map(|path| (Format::Csv, path));
        let jsonl = self.jsonl.as_deref().map(|path| (Format::Jsonl, path));
        csv.into_iter().chain(jsonl)
    }
}

impl Format {
    /// What stands before the first row.
    pub(in crate::cli) fn header(self, sheet: &Sheet<'_>) -> String {
        match self {
            Self::Csv => sheet.csv_header(),
            Self::Jsonl => String::new(),
        }
    }

    /// A row's line.
    pub(in crate::cli) fn line(self, sheet: &Sheet<'_>, row: &Row) -> String {
        match self {
            Self::Csv => sheet.csv(row),
            Self::Jsonl => sheet.jsonl(row),
        }
    }
}

/// How much a file holds, and its CRC-32.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::cli) struct Extent {
    bytes: u64,
    sum: u32,
}

/// Writes on, and counts and sums what goes by.
pub(in crate::cli) struct Summed<W> {
    out: W,
    bytes: u64,
    sum: Hasher,
}

impl<W: Write> Summed<W> {
    pub(in crate::cli) fn new(out: W) -> Self {
        Self {
            out,
            bytes: 0,
            sum: Hasher::new(),
        }
    }

    pub(in crate::cli) fn extent(self) -> Extent {
        Extent {
            bytes: self.bytes,
            sum: self.sum.finalize(),
        }
    }
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        self.sum.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The schema file of an export.
pub(super) fn schema_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".schema.json");
    PathBuf::from(name)
}

/// The text of an export's schema file: what its columns mean, which sweep it is, how much there is.
pub(super) fn schema(sheet: &Sheet<'_>, header: &Value, rows: u64, extent: &Extent) -> String {
    let schema = json!({
        "columns": sheet.schema(),
        "sweep": header["sweep"],
        "shard": header["shard"],
        "rows": rows,
        "bytes": extent.bytes,
        "crc32": format!("{:08x}", extent.sum),
    });
    serde_json::to_string_pretty(&schema).expect("JSON becomes text") + "\n"
}

/// What an export's schema file says, if there is one.
pub(super) fn read_schema(path: &Path) -> Option<Value> {
    let text = fs::read_to_string(schema_path(path)).ok()?;
    serde_json::from_str(&text).ok()
}

/// Whether the export holds what its schema says.
pub(super) fn is_whole(path: &Path, schema: &Value) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let mut sum = Hasher::new();
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        sum.update(&buffer[..length]);
        bytes += length as u64;
    }
    let sum = format!("{:08x}", sum.finalize());
    Ok(schema["bytes"] == bytes && schema["crc32"] == sum)
}
