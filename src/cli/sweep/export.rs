//! Where the rows of a sweep go when all are there: files that appear whole, each with a schema.

use crate::cli::output;
use crate::experiment::rows::{Row, Sheet};
use crc32fast::Hasher;
use serde_json::{Value, json};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};

/// The exports of a sweep, for every command that has them.
#[derive(clap::Args, Clone, Debug, Default)]
pub(in crate::cli) struct Exports {
    /// Write the rows as CSV; - is stdout
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) export_csv: Option<PathBuf>,
    /// Write the rows as JSON, an object a line; - is stdout
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) export_jsonl: Option<PathBuf>,
}

/// How rows are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::cli) enum Format {
    Csv,
    Jsonl,
}

impl Exports {
    /// These, and one more file whose name says how it is written.
    pub(in crate::cli) fn with_output(&self, output: Option<&Path>) -> Result<Self, String> {
        let mut all = self.clone();
        let Some(path) = output else {
            return Ok(all);
        };
        let json = path.extension().is_some_and(|ending| ending == "jsonl");
        let (slot, name) = if json {
            (&mut all.export_jsonl, "--export-jsonl")
        } else {
            (&mut all.export_csv, "--export-csv")
        };
        if slot.is_some() {
            return Err(format!("--output and {name} both name a file of that form"));
        }
        *slot = Some(path.to_owned());
        Ok(all)
    }

    /// The files asked for.
    pub(in crate::cli) fn files(&self) -> Vec<(Format, &Path)> {
        self.all()
            .filter(|(_, path)| path.as_os_str() != "-")
            .collect()
    }

    /// The format for stdout, if it was asked for.
    pub(in crate::cli) fn stdout(&self) -> Option<Format> {
        let mut all = self.all();
        all.find(|(_, path)| path.as_os_str() == "-")
            .map(|(format, _)| format)
    }

    /// Refuses what could not be written, before the sweep.
    pub(in crate::cli) fn check(&self) -> Result<(), String> {
        if self
            .all()
            .filter(|(_, path)| path.as_os_str() == "-")
            .count()
            > 1
        {
            return Err("two exports cannot both go to stdout".to_owned());
        }
        let files = self.files();
        for (at, (_, path)) in files.iter().enumerate() {
            output::check(path)?;
            if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
                return Err(format!("{} is not a file (- is stdout)", path.display()));
            }
            if files[..at].iter().any(|(_, before)| before == path) {
                return Err(format!("two exports name the same file {}", path.display()));
            }
        }
        Ok(())
    }

    fn all(&self) -> impl Iterator<Item = (Format, &Path)> {
        let csv = self.export_csv.as_deref().map(|path| (Format::Csv, path));
        let jsonl = self
            .export_jsonl
            .as_deref()
            .map(|path| (Format::Jsonl, path));
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

/// A file that is written beside its place and then put there; nobody ever sees half of it.
#[derive(Debug)]
pub(in crate::cli) struct Replacement {
    out: BufWriter<File>,
    temporary: PathBuf,
    target: PathBuf,
    bytes: u64,
    sum: Hasher,
}

/// How much a file holds, and its CRC-32.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::cli) struct Extent {
    bytes: u64,
    sum: u32,
}

impl Replacement {
    /// Begins the new contents of `path`.
    pub(in crate::cli) fn of(path: &Path) -> io::Result<Self> {
        // A link stays a link.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut name = OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(".tmp");
        let temporary = output::folder(&target).join(name);
        Ok(Self {
            out: BufWriter::new(File::create(&temporary)?),
            temporary,
            target,
            bytes: 0,
            sum: Hasher::new(),
        })
    }

    /// Adds text.
    pub(in crate::cli) fn write(&mut self, text: &str) -> io::Result<()> {
        self.bytes += u64::try_from(text.len()).expect("a length fits in 64 bits");
        self.sum.update(text.as_bytes());
        self.out.write_all(text.as_bytes())
    }

    /// Puts the file in its place, on the disk.
    pub(in crate::cli) fn commit(mut self) -> io::Result<Extent> {
        self.out.flush()?;
        self.out.get_ref().sync_all()?;
        fs::rename(&self.temporary, &self.target)?;
        output::sync_folder(&self.target)?;
        let (bytes, sum) = (self.bytes, self.sum.clone().finalize());
        Ok(Extent { bytes, sum })
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        // After a commit there is nothing there.
        drop(fs::remove_file(&self.temporary));
    }
}

/// The schema file of an export.
pub(in crate::cli) fn schema_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".schema.json");
    PathBuf::from(name)
}

/// Writes the schema of an export: what its columns mean, which sweep it is, and how much there is.
pub(in crate::cli) fn write_schema(
    path: &Path,
    sheet: &Sheet<'_>,
    header: &Value,
    rows: u64,
    extent: Extent,
) -> Result<(), String> {
    let schema = json!({
        "columns": sheet.schema(),
        "sweep": header["sweep"],
        "shard": header["shard"],
        "rows": rows,
        "bytes": extent.bytes,
        "crc32": format!("{:08x}", extent.sum),
    });
    let text = serde_json::to_string_pretty(&schema).expect("JSON becomes text");
    output::file(&schema_path(path), &(text + "\n"))
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
