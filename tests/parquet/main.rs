//! `--export-parquet`, in a program with the feature `parquet`: a target of its own, so that building
//! it takes the library and the program and not the other tests.

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn folder() -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("parquet");
    drop(fs::remove_dir_all(&path));
    fs::create_dir_all(&path).expect("the target folder is writable");
    path
}

fn rcusim(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rcusim"));
    let output = command.args(args).current_dir(folder).output();
    output.expect("the binary starts")
}

/// A sweep of 24 small runs, which must succeed.
fn sweep(folder: &Path, more: &[&str]) {
    let grid = ["sweep", "report-6cpu:calls=60", "-P", "cpus=2,3,5"];
    let axis = ["-P", "policy=per-call,batch-free", "--reps=4"];
    let output = rcusim(folder, &[&grid[..], &axis, more].concat());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{more:?}: {stderr}");
}

/// The rows of a Parquet file as CSV has them, with the names of the columns first.
fn as_csv(path: &Path) -> String {
    let file = File::open(path).expect("it was written");
    let reader = SerializedFileReader::new(file).expect("Parquet");
    let mut lines = vec![];
    for row in reader.get_row_iter(None).expect("rows") {
        let row = row.expect("a row");
        let columns: Vec<_> = row.get_column_iter().collect();
        if lines.is_empty() {
            let names: Vec<_> = columns.iter().map(|(name, _)| name.as_str()).collect();
            lines.push(names.join(","));
        }
        let cells = columns.iter().map(|(_, field)| match field {
            Field::ULong(number) => number.to_string(),
            Field::Str(text) => text.clone(),
            Field::Null => String::new(),
            other => panic!("{other:?}"),
        });
        lines.push(cells.collect::<Vec<_>>().join(","));
    }
    lines.join("\n") + "\n"
}

#[test]
fn parquet_has_the_rows_of_the_csv() {
    let folder = folder();
    let read = |name: &str| fs::read(folder.join(name)).expect("it was written");
    sweep(
        &folder,
        &["--export-csv=out.csv", "--export-parquet=out.parquet"],
    );
    sweep(&folder, &["--jobs=1", "--export-parquet=again.parquet"]);
    assert_eq!(read("out.parquet"), read("again.parquet"));
    for part in ["--shard=1/2", "--shard=2/2"] {
        sweep(&folder, &[part, "--out=parts"]);
    }
    let merged = rcusim(&folder, &["merge", "parts", "-o", "merged.parquet"]);
    assert!(merged.status.success());
    assert_eq!(read("out.parquet"), read("merged.parquet"));
    let csv = String::from_utf8(read("out.csv")).expect("UTF-8");
    assert_eq!(csv.lines().count(), 25);
    assert_eq!(as_csv(&folder.join("out.parquet")), csv);
    let refused = rcusim(&folder, &["sweep", "report-6cpu", "--export-parquet=-"]);
    let stderr = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("not to stdout"), "{stderr}");
}
