//! The table in docs/validation.md is what `rcusim validate` prints; BLESS=1 writes it anew, and its picture.

use crate::support::{rcusim, text};
use std::fs;

const BEGIN: &str = "<!-- table: begin -->\n";
const END: &str = "<!-- table: end -->\n";

#[test]
fn digests_are_pinned_in_the_table_of_recordings() {
    let root = env!("CARGO_MANIFEST_DIR");
    let in_root = |name: &str| format!("{root}/{name}");
    let bless = std::env::var_os("BLESS").is_some();
    // Tests run in the package's folder.
    let mut args = vec![
        "validate",
        "tests/data/recordings",
        "--machine",
        "recorded-2cpu",
        "--seeds",
        "20",
        "--markdown",
    ];
    if bless {
        args.extend(["--plot", "docs/recordings.png"]);
    }
    let output = rcusim(&args);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    assert!(
        table.lines().filter(|line| line.starts_with("| `")).count() >= 14,
        "{table}"
    );
    let document = in_root("docs/validation.md");
    let old = fs::read_to_string(&document).expect("a document");
    let (before, rest) = old.split_once(BEGIN).expect("the table begins");
    let (found, after) = rest.split_once(END).expect("the table ends");
    if bless {
        fs::write(&document, format!("{before}{BEGIN}{table}{END}{after}")).expect("written");
        return;
    }
    assert_eq!(found, table, "BLESS=1 cargo test digests_are_pinned");
}
