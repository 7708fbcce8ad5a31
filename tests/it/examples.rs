//! The examples run; each asserts what it shows.

use std::path::PathBuf;
use std::process::Command;

/// Where `cargo test` puts an example.
pub(crate) fn path(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a running test has a path");
    let target = test
        .ancestors()
        .nth(2)
        .expect("tests lie two folders deep in the target folder");
    target.join("examples").join(name)
}

/// What the example prints with these arguments.
fn printed(example: &str, arguments: &[&str]) -> String {
    let output = Command::new(path(example))
        .args(arguments)
        .output()
        .expect("cargo test builds the examples");
    assert!(output.status.success(), "{example}");
    String::from_utf8(output.stdout).expect("text")
}

/// The same, each line of which stands in the document, and of the document each line but rows of its last table, of which
/// the arguments ask for some; these have the names of all rows that the example makes.
fn lines_stand(example: &str, arguments: &[&str], document: &str) -> String {
    let how = format!("cargo run --release --example {example} > docs/{example}.md");
    let made = printed(example, arguments);
    let has = |text: &str, line: &str| text.lines().any(|other| other == line);
    for line in made.lines() {
        assert!(has(document, line), "{how} makes another: {line}");
    }
    let lines: Vec<&str> = document.lines().collect();
    let head = lines.iter().rposition(|line| line.starts_with("|---"));
    let (before, rows) = lines.split_at(head.expect("a table") + 1);
    for line in before {
        assert!(has(&made, line), "{how} does not make: {line}");
    }
    let first_cell = |row: &str| Some(row.strip_prefix("| ")?.split_once(" | ")?.0.to_owned());
    let names: Vec<Option<String>> = rows.iter().map(|row| first_cell(row)).collect();
    let all = printed(example, &["--names"]);
    let all: Vec<Option<String>> = all.lines().map(|name| Some(name.to_owned())).collect();
    assert_eq!(names, all, "{how} has other rows");
    made
}

/// The same of a table whose first row is always made.
fn rows_regenerate(example: &str, rows: &[&str], document: &str) -> String {
    let made = lines_stand(example, rows, document);
    assert!(made.contains("| as declared |"));
    for row in rows {
        assert!(made.contains(&format!("\n| `{row}`")), "no row for {row}");
    }
    made
}

/// Rows from all over the table that are made soon, with the first; the whole takes minutes in a debug build.
#[test]
fn the_table_of_assumed_values_regenerate_byte_for_byte() {
    let rows = ["netns.fqdirs=1", "background.rate=1/s", "hogs.stretch=1s"];
    let document = include_str!("../../docs/assumed.md");
    rows_regenerate("assumed", &rows, document);
}

/// Three rows and the first; the whole takes a minute in a debug build.
#[test]
fn the_table_of_alternatives_regenerate_byte_for_byte() {
    let rows = [
        "machine.preempt=full",
        "background.rate=100/s",
        "run.seed=5",
    ];
    let document = include_str!("../../docs/alternatives.md");
    let made = rows_regenerate("alternatives", &rows, document);
    assert!(made.contains("MB/s") && made.contains("one going on"));
}

/// Every cost, and one row of runs.
#[test]
fn the_table_of_factors_regenerate_byte_for_byte() {
    let made = lines_stand("factors", &["3.5"], include_str!("../../docs/factors.md"));
    assert!(made.contains("| `costs.ipi` |") && made.contains("\n| 3.5 |"));
}

#[test]
fn the_table_of_destroy_policies_digests_are_pinned() {
    let made = printed("destroy", &[]);
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/destroy.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(committed, &made).expect("the document can be written");
    }
    let text = std::fs::read_to_string(committed).expect("the document is committed");
    assert_eq!(
        made, text,
        "cargo run --release --example destroy > docs/destroy.md"
    );
}

#[test]
fn examples_hold_what_they_assert() {
    for name in ["barrier", "sharing", "convoy", "mm1"] {
        let status = Command::new(path(name))
            .status()
            .expect("cargo test builds the examples");
        assert!(status.success(), "{name}");
    }
}
