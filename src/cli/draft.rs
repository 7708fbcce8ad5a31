//! A file written piece by piece beside its place, and moved there when it is whole: nobody ever
//! sees half of it. Every file that the program writes is one of these. The temporary file has the
//! same name each time and is locked, so that what a killed process left is used again, and two
//! processes never write the same one.

use super::lock::lock;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes gathered before they go to the file.
const BUFFER: usize = 1 << 16;

/// Held while a file is being written.
static WRITING: Mutex<()> = Mutex::new(());

/// Waits until no file is being written; none is begun while the result lives.
pub(super) fn between_files() -> MutexGuard<'static, ()> {
    WRITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file in the making. Dropped before [`Draft::keep`], it leaves nothing behind.
pub(super) struct Draft {
    out: Contents,
    path: PathBuf,
    /// The temporary file and where it goes; none for a device or a pipe, which is written in place.
    place: Option<(PathBuf, PathBuf)>,
    /// Held by all but a companion, whose draft holds it.
    _whole: Option<MutexGuard<'static, ()>>,
}

/// Where what is written goes first.
pub(super) enum Contents {
    Plain(BufWriter<File>),
    Gzip(GzEncoder<BufWriter<File>>),
}

impl Draft {
    /// Begins one. A thread has no more than one at a time.
    pub(super) fn new(path: &Path) -> Result<Self, String> {
        Self::with(path, Contents::Plain)
    }

    /// Begins one that is gzip if its name ends in `.gz`.
    pub(super) fn gzip_by_name(path: &Path) -> Result<Self, String> {
        let ending = path.extension();
        if !ending.is_some_and(|ending| ending.eq_ignore_ascii_case("gz")) {
            return Self::new(path);
        }
        // No name and no time in the header: the same run gives the same bytes.
        Self::with(path, |file| {
            Contents::Gzip(GzEncoder::new(file, Compression::default()))
        })
    }

    fn with(path: &Path, out: impl FnOnce(BufWriter<File>) -> Contents) -> Result<Self, String> {
        check(path)?;
        Self::begun(path, out, Some(between_files()))
    }

    fn begun(
        path: &Path,
        out: impl FnOnce(BufWriter<File>) -> Contents,
        whole: Option<MutexGuard<'static, ()>>,
    ) -> Result<Self, String> {
        let place = place(path);
        let file = match &place {
            Some((temporary, _)) => fresh(temporary),
            None => OpenOptions::new().write(true).open(path),
        };
        let file = file.map_err(|error| failed(path, &error))?;
        Ok(Self {
            out: out(BufWriter::with_capacity(BUFFER, file)),
            path: path.to_owned(),
            place,
            _whole: whole,
        })
    }

    /// What is written into it, without its hold on the place: it may go to another thread.
    pub(super) fn contents(&mut self) -> &mut Contents {
        &mut self.out
    }

    /// It is whole: puts `text`, which says what it is, into the file `companion`, and then it into
    /// its own place, so that it is never there without.
    pub(super) fn keep_with(self, companion: &Path, text: &str) -> Result<(), String> {
        let mut draft = Self::begun(companion, Contents::Plain, None)?;
        let written = draft.write_all(text.as_bytes());
        written.map_err(|error| failed(companion, &error))?;
        draft.keep()?;
        self.keep()
    }

    /// It is whole: puts it in its place, on the disk.
    pub(super) fn keep(mut self) -> Result<(), String> {
        let fail = |error: io::Error| failed(&self.path, &error);
        if let Contents::Gzip(encoder) = &mut self.out {
            encoder.try_finish().map_err(fail)?;
        }
        self.out.file().flush().map_err(fail)?;
        if let Some((temporary, target)) = &self.place {
            self.out.file().get_ref().sync_all().map_err(fail)?;
            fs::rename(temporary, target).map_err(fail)?;
            sync_folder(target).map_err(fail)?;
            self.place = None;
        }
        Ok(())
    }
}

impl Contents {
    fn file(&mut self) -> &mut BufWriter<File> {
        match self {
            Self::Plain(file) => file,
            Self::Gzip(encoder) => encoder.get_mut(),
        }
    }
}

impl Write for Contents {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some((temporary, _)) = &self.place {
            drop(fs::remove_file(temporary));
        }
    }
}

/// An empty file of our own.
fn fresh(temporary: &Path) -> io::Result<File> {
    match lock(temporary) {
        Ok(Some(file)) => file.set_len(0).map(|()| file),
        Ok(None) => Err(io::Error::other("another process is writing it")),
        // A file system without locks.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => File::create(temporary),
        Err(error) => Err(error),
    }
}

fn failed(path: &Path, error: &io::Error) -> String {
    format!("cannot write {}: {}", path.display(), refusal(error))
}

/// Why no file could be made in a folder that is there.
pub(super) fn refusal(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no file can be made there".to_owned(),
        _ => error.to_string(),
    }
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
    // A draft takes the place of what is there, which its folder may allow and the file itself forbid.
    if path.is_file()
        && let Err(error) = OpenOptions::new().append(true).open(path)
    {
        return fail(&error.to_string());
    }
    match fs::metadata(folder(path)) {
        Ok(meta) if meta.is_dir() => Ok(()),
        Ok(_) => fail("its folder is not a folder"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fail(&format!("there is no folder {}", folder(path).display()))
        }
        Err(error) => fail(&error.to_string()),
    }
}

/// The temporary file by way of which a path is written, and what it then replaces; none for a device
/// or a pipe.
fn place(path: &Path) -> Option<(PathBuf, PathBuf)> {
    if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return None;
    }
    // A link stays a link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = target
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    let temporary = folder(&target).join(format!(".{name}.tmp"));
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

fn folder(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}
