//! Files as they lie about, plain, gzip or zstd, as a stream of their text.

use super::interrupt;
use super::progress::Meter;
use crate::report::bytes;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;
use std::time::Duration;

/// How a gzip member begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// How a zstd frame begins.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// How a zstd frame to be skipped begins, after a byte of 0x50 to 0x5f.
const SKIPPED: [u8; 3] = [0x2a, 0x4d, 0x18];
/// The largest window of a zstd frame that is read (bytes): it is held in memory.
const MAX_WINDOW: u64 = 32 << 20;
/// Size of the buffers (bytes).
const BUFFER: usize = 1 << 16;

/// Opens a file, or standard input if it is called `-`.
pub(super) fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    let (input, size): (Box<dyn Read>, _) = if path.as_os_str() == "-" {
        (Box::new(io::stdin()), None)
    } else {
        let file = File::open(path)?;
        let is = file.metadata()?;
        if is.is_dir() {
            return Err(io::Error::other("it is a directory"));
        }
        (Box::new(file), is.is_file().then_some(is.len()))
    };
    interrupt::read(0);
    let mut input = BufReader::with_capacity(BUFFER, Counted::new(input, size));
    let head = input.fill_buf()?;
    if is_zstd(head) {
        return Ok(Box::new(BufReader::with_capacity(BUFFER, Zstd::new(input))));
    }
    if head.starts_with(&GZIP) {
        let gzip = Gzip(flate2::bufread::MultiGzDecoder::new(input));
        return Ok(Box::new(BufReader::with_capacity(BUFFER, gzip)));
    }
    Ok(Box::new(input))
}

/// An input whose bytes are counted, for whoever interrupts and for whoever waits.
struct Counted<R> {
    input: R,
    /// Bytes in all, if that is known.
    size: Option<u64>,
    read: u64,
    meter: Meter,
}

impl<R> Counted<R> {
    fn new(input: R, size: Option<u64>) -> Self {
        Self {
            input,
            size,
            read: 0,
            meter: Meter::new(),
        }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buf)?;
        interrupt::read(read);
        self.read += u64::try_from(read).expect("a length fits in 64 bits");
        let (so_far, size) = (self.read, self.size);
        self.meter.tell(|elapsed| reading(so_far, size, elapsed));
        Ok(read)
    }
}

/// How far reading has come.
fn reading(read: u64, size: Option<u64>, elapsed: Duration) -> String {
    let of = size.map_or_else(String::new, |size| format!(" of {}", bytes(size)));
    format!("reading: {}{of}, {} s", bytes(read), elapsed.as_secs())
}

fn is_zstd(head: &[u8]) -> bool {
    let skipped = head.first().is_some_and(|b| b & 0xf0 == 0x50);
    head.starts_with(&ZSTD) || skipped && head[1..].starts_with(&SKIPPED)
}

/// The members of a gzip file, one after another.
struct Gzip<R>(flate2::bufread::MultiGzDecoder<R>);

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => cut("gzip", "zcat"),
            ErrorKind::InvalidInput | ErrorKind::InvalidData => damaged("gzip", &error),
            _ => error,
        })
    }
}

/// The frames of a zstd file, one after another.
struct Zstd<R> {
    input: R,
    frame: FrameDecoder,
}

impl<R: BufRead> Zstd<R> {
    fn new(input: R) -> Self {
        let mut frame = FrameDecoder::new();
        frame.set_max_window_size(MAX_WINDOW);
        Self { input, frame }
    }

    /// A frame that has been read carries the sum of its content, if whoever packed it wanted that.
    fn verify(&self) -> io::Result<()> {
        match (
            self.frame.get_checksum_from_data(),
            self.frame.get_calculated_checksum(),
        ) {
            (Some(said), Some(found)) if said != found => {
                let why = format!("its checksum is {said:08x}, and its content's {found:08x}");
                Err(io::Error::new(
                    ErrorKind::InvalidData,
                    format!("its zstd data is damaged: {why}"),
                ))
            }
            _ => Ok(()),
        }
    }

    /// Goes on to the next frame; false at the end of the input.
    fn next_frame(&mut self) -> io::Result<bool> {
        while !self.input.fill_buf()?.is_empty() {
            match self.frame.reset(&mut self.input) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let length = u64::from(length);
                    let skipped = io::copy(&mut (&mut self.input).take(length), &mut io::sink())?;
                    if skipped < length {
                        return Err(cut("zstd", "zstdcat"));
                    }
                }
                Err(error) => return Err(zstd_error(&error)),
            }
        }
        Ok(false)
    }
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while !buf.is_empty() {
            if self.frame.can_collect() > 0 {
                return self.frame.read(buf);
            }
            if self.frame.is_finished() {
                self.verify()?;
                if !self.next_frame()? {
                    return Ok(0);
                }
            } else {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                self.frame
                    .decode_blocks(&mut self.input, one)
                    .map_err(|error| zstd_error(&error))?;
            }
        }
        Ok(0)
    }
}

/// What went wrong in a frame, in words.
fn zstd_error(error: &FrameDecoderError) -> io::Error {
    if let FrameDecoderError::WindowSizeTooBig { requested, .. } = error {
        return io::Error::other(format!(
            "a zstd frame asks for a window of {} MiB, and {} MiB is the most that is held in memory; \
             try `zstdcat --long=31 FILE | rcusim analyze -`",
            requested >> 20,
            MAX_WINDOW >> 20
        ));
    }
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(this) = cause {
        let io = this.downcast_ref::<io::Error>();
        if io.is_some_and(|io| io.kind() == ErrorKind::UnexpectedEof) {
            return cut("zstd", "zstdcat");
        }
        cause = this.source();
    }
    damaged("zstd", error)
}

fn cut(format: &str, tool: &str) -> io::Error {
    io::Error::new(
        ErrorKind::UnexpectedEof,
        format!(
            "its {format} data ends too early; `{tool} FILE | rcusim analyze -` reads what is there"
        ),
    )
}

fn damaged(format: &str, error: &dyn std::error::Error) -> io::Error {
    io::Error::new(
        ErrorKind::InvalidData,
        format!("its {format} data is damaged: {error}"),
    )
}
