//! The committed figures are what the code makes.

use crate::examples::path;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn regenerate_byte_for_byte() {
    let into = std::env::temp_dir().join(format!("rcusim-figures-{}", std::process::id()));
    fs::create_dir_all(&into).expect("a temporary folder");
    let output = Command::new(path("figures"))
        .arg(&into)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo test builds the examples");
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).expect("text");
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("plots");
    for folder in ["", "data"] {
        let (kept, made) = (committed.join(folder), into.join(folder));
        let names = files(&kept);
        assert_eq!(names, files(&made), "committed in {folder:?}, and made");
        assert!(names.len() >= 6, "{names:?}");
        for name in names {
            let same = fs::read(kept.join(&name)).ok() == fs::read(made.join(&name)).ok();
            assert!(
                same,
                "{name}: cargo run --release --example figures makes another"
            );
            let line = made.join(&name).display().to_string();
            assert!(said.lines().any(|said| said == line), "{line} is not named");
        }
    }
    fs::remove_dir_all(&into).expect("the temporary folder can go");
}

/// The files of a folder, by name.
fn files(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder of figures").flatten();
    let files = entries.filter(|entry| entry.path().is_file());
    files
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}
