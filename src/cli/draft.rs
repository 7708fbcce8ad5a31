//! A file written piece by piece beside its place, and moved there when it is whole.

use super::output;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::MutexGuard;

/// Bytes gathered before they go to the file.
const BUFFER: usize = 1 << 16;

/// A file in the making. Dropped before [`Draft::keep`], it leaves nothing behind.
pub(super) struct Draft {
    out: Out,
    path: PathBuf,
    /// The temporary file and where it goes; none for a device or a pipe, which is written in place.
    place: Option<(PathBuf, PathBuf)>,
    _whole: MutexGuard<'static, ()>,
}

enum Out {
    Plain(BufWriter<File>),
    Gzip(GzEncoder<BufWriter<File>>),
}

impl Draft {
    /// Begins one; gzip if its name ends in `.gz`.
    pub(super) fn new(path: &Path) -> Result<Self, String> {
        output::check(path)?;
        let whole = output::between_files();
        let place = output::place(path);
        let file = match &place {
            Some((temporary, _)) => File::create(temporary),
            None => OpenOptions::new().write(true).open(path),
        };
        let file = file.map_err(|error| failed(path, &error))?;
        let file = BufWriter::with_capacity(BUFFER, file);
        let gzip = path
            .extension()
            .is_some_and(|ext| ext.eq_ignore_ascii_case("gz"));
        Ok(Self {
            out: if gzip {
                // No name and no time in the header: the same run gives the same bytes.
                Out::Gzip(GzEncoder::new(file, Compression::default()))
            } else {
                Out::Plain(file)
            },
            path: path.to_owned(),
            place,
            _whole: whole,
        })
    }

    /// It is whole: puts it in its place.
    pub(super) fn keep(mut self) -> Result<(), String> {
        let fail = |error: io::Error| failed(&self.path, &error);
        if let Out::Gzip(encoder) = &mut self.out {
            encoder.try_finish().map_err(fail)?;
        }
        self.out.file().flush().map_err(fail)?;
        if let Some((temporary, target)) = &self.place {
            self.out.file().get_ref().sync_all().map_err(fail)?;
            fs::rename(temporary, target).map_err(fail)?;
            self.place = None;
        }
        Ok(())
    }
}

impl Out {
    fn file(&mut self) -> &mut BufWriter<File> {
        match self {
            Self::Plain(file) => file,
            Self::Gzip(encoder) => encoder.get_mut(),
        }
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.out {
            Out::Plain(file) => file.write(bytes),
            Out::Gzip(encoder) => encoder.write(bytes),
        }
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

fn failed(path: &Path, error: &io::Error) -> String {
    format!("cannot write {}: {error}", path.display())
}
