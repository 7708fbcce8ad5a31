//! The committed figures are what the code makes.

use crate::examples::path;
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
    let mut compared = 0;
    for folder in ["", "data"] {
        for entry in fs::read_dir(committed.join(folder))
            .expect("the committed figures")
            .flatten()
        {
            let file = entry.path();
            if file.is_file() {
                let made = into.join(folder).join(entry.file_name());
                let same = fs::read(&file).ok() == fs::read(&made).ok();
                assert!(
                    same,
                    "{}: cargo run --release --example figures makes another",
                    file.display()
                );
                let line = made.display().to_string();
                assert!(said.lines().any(|said| said == line), "{line} is not named");
                compared += 1;
            }
        }
    }
    fs::remove_dir_all(&into).expect("the temporary folder can go");
    assert!(compared >= 12, "{compared} files compared");
}
