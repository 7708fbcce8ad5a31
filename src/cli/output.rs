//! Text to streams and files.

use super::draft::{self, Draft};
use std::io::{self, ErrorKind, StdoutLock, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the program was started without a stdout.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// From now on, whatever is for stdout is an error.
pub(super) fn close_stdout() {
    CLOSED.store(true, Ordering::Relaxed);
}

/// The stream itself; the error says that there is none.
pub(super) fn lock() -> Result<StdoutLock<'static>, String> {
    if CLOSED.load(Ordering::Relaxed) {
        return Err(
            "cannot write to stdout: it is closed; > /dev/null to have no report".to_owned(),
        );
    }
    Ok(io::stdout().lock())
}

/// Says before any work that there is no stdout to write to.
pub(super) fn check_stdout() -> Result<(), String> {
    lock().map(drop)
}

/// Writes to stdout; a reader that has gone is no error.
pub(super) fn stdout(text: &str) -> Result<(), String> {
    let mut stream = lock()?;
    match stream
        .write_all(text.as_bytes())
        .and_then(|()| stream.flush())
    {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("cannot write to stdout: {error}"))
        }
        _ => Ok(()),
    }
}

/// Whether a file's name stands for stdout.
pub(super) fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Writes to stderr, where nothing can be done about a failure.
pub(super) fn stderr(text: &str) {
    drop(io::stderr().lock().write_all(text.as_bytes()));
}

/// Says before any work that a file cannot be written, or is one of those that are read: writing would replace it.
pub(super) fn check(path: &Path, read: &[&Path]) -> Result<(), String> {
    if is_stdout(path) {
        return Ok(());
    }
    draft::check(path)?;
    let same = |read: &&Path| {
        let [read, written] = [*read, path].map(Path::canonicalize);
        read.is_ok_and(|read| written.is_ok_and(|written| written == read))
    };
    if read.iter().any(same) {
        return Err(format!(
            "cannot write {}: it is read; writing there would replace it",
            path.display()
        ));
    }
    Ok(())
}

/// Writes a file, whole or not at all; - is stdout.
pub(super) fn file(path: &Path, text: &str) -> Result<(), String> {
    if is_stdout(path) {
        return stdout(text);
    }
    replace(path, |draft| draft.write_all(text.as_bytes()))
}

/// The same for what is written piece by piece.
pub(super) fn replace(
    path: &Path,
    write: impl FnOnce(&mut Draft) -> io::Result<()>,
) -> Result<(), String> {
    let mut draft = Draft::new(path)?;
    let written = write(&mut draft);
    written.map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    draft.keep()
}
