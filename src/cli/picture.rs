//! Pictures to files, their format by the file's name.

use super::output;
use crate::plot::Picture;
use std::io::Write as _;
use std::path::Path;

/// Says before any work that a picture cannot be written there, or where something is read.
pub(super) fn check(path: &Path, read: &[&Path]) -> Result<(), String> {
    match extension(path) {
        Some("svg" | "png") => output::check(path, read),
        _ if output::is_stdout(path) => {
            Err("a picture goes to a file that ends in .svg or .png, not to stdout".to_owned())
        }
        _ => Err(format!(
            "{}: a picture's file ends in .svg or .png",
            path.display()
        )),
    }
}

/// Writes a picture.
pub(super) fn write(path: &Path, picture: &Picture) -> Result<(), String> {
    match extension(path) {
        Some("png") => output::replace(path, |file| file.write_all(&picture.png)),
        _ => output::file(path, &picture.svg),
    }
}

fn extension(path: &Path) -> Option<&str> {
    path.extension().and_then(|extension| extension.to_str())
}
