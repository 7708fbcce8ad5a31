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

#[test]
fn examples_hold_what_they_assert() {
    for name in ["barrier", "sharing", "convoy", "mm1"] {
        let status = Command::new(path(name))
            .status()
            .expect("cargo test builds the examples");
        assert!(status.success(), "{name}");
    }
}
