//! The committed figures are what the code makes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn example() -> PathBuf {
    let test = std::env::current_exe().expect("a running test has a path");
    let target = test
        .ancestors()
        .nth(2)
        .expect("tests lie two folders deep in the target folder");
    target.join("examples").join("figures")
}

#[test]
fn regenerate_byte_for_byte() {
    let into = std::env::temp_dir().join(format!("rcusim-figures-{}", std::process::id()));
    fs::create_dir_all(&into).expect("a temporary folder");
    let status = Command::new(example())
        .arg(&into)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .expect("cargo test builds the examples");
    assert!(status.success());
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("plots");
    let mut compared = 0;
    for folder in ["", "data"] {
        for entry in fs::read_dir(committed.join(folder))
            .expect("the committed figures")
            .flatten()
        {
            let path = entry.path();
            if path.is_file() {
                let made = into.join(folder).join(entry.file_name());
                let same = fs::read(&path).ok() == fs::read(&made).ok();
                assert!(
                    same,
                    "{}: cargo run --release --example figures makes another",
                    path.display()
                );
                compared += 1;
            }
        }
    }
    fs::remove_dir_all(&into).expect("the temporary folder can go");
    assert!(compared >= 12, "{compared} files compared");
}
