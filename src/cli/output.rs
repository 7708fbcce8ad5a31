//! Text to streams and files, whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Held while a file is being written.
static WRITING: Mutex<()> = Mutex::new(());

/// Waits until no file is being written; none is begun while the result lives.
pub(super) fn between_files() -> MutexGuard<'static, ()> {
    WRITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes to stdout; a reader that has gone is no error.
pub(super) fn stdout(text: &str) -> Result<(), String> {
    let mut stream = io::stdout().lock();
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

/// Writes to stderr, where nothing can be done about a failure.
pub(super) fn stderr(text: &str) {
    drop(io::stderr().lock().write_all(text.as_bytes()));
}

/// Says before a long run that a file cannot be written, as far as that can be known.
pub(super) fn check(path: &Path) -> Result<(), String> {
    let fail = |why: &str| Err(format!("cannot write {}: {why}", path.display()));
    if path.is_dir() {
        return fail("it is a directory");
    }
    if path.file_name().is_none() {
        return fail("it names no file");
    }
    match fs::metadata(folder(path)) {
        Ok(meta) if meta.is_dir() => Ok(()),
        Ok(_) => fail("its folder is not a folder"),
        Err(error) => fail(&error.to_string()),
    }
}

/// Writes a file by way of a temporary one beside it, so that nobody ever sees half of it.
pub(super) fn file(path: &Path, text: &str) -> Result<(), String> {
    replace(path, |file| file.write_all(text.as_bytes()))
}

/// The same for what is written piece by piece.
pub(super) fn replace(
    path: &Path,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), String> {
    check(path)?;
    let _whole = between_files();
    let fail = |error: io::Error| format!("cannot write {}: {error}", path.display());
    let Some((temporary, target)) = place(path) else {
        let mut stream = OpenOptions::new().write(true).open(path).map_err(fail)?;
        return write(&mut stream).map_err(fail);
    };
    let written = File::create(&temporary)
        .and_then(|mut file| write(&mut file).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&temporary, &target));
    written.map_err(|error| {
        drop(fs::remove_file(&temporary));
        fail(error)
    })
}

/// The temporary file by way of which a path is written, and what it then replaces; none for a device
/// or a pipe.
pub(super) fn place(path: &Path) -> Option<(PathBuf, PathBuf)> {
    if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return None;
    }
    // A link stays a link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = target
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    let temporary = folder(&target).join(format!(".{name}.{}.tmp", std::process::id()));
    Some((temporary, target))
}

/// Makes what happened to the names in a file's folder survive a power loss.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    // Only Unix opens folders; elsewhere the file system sees to it.
    if cfg!(unix) {
        File::open(folder(path))?.sync_all()?;
    }
    Ok(())
}

pub(super) fn folder(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}
