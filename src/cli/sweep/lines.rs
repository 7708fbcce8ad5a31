//! The lines in which a sweep's runs are kept: a header, runs, and an end when all are there.
//!
//! ```text
//! 6d2c0a1f {"format":1,"shard":"1/1","sweep":{...}}
//! 0e83b1c4 0 0 0 1 5f3c... STABLE done 17241 ...       the task's number, then its row
//! 90b1d2aa end 120
//! ```
//!
//! A task that makes several rows (`--until-ci`) has them all on its line, with `|` between them.
//! Each line begins with a CRC-32 of the rest. That of a run starts from the header's, so that a line
//! of another sweep, which a disk may bring back after a power loss, is not taken for one of this.

use crate::experiment::rows::Row;
use crc32fast::Hasher;
use serde_json::Value;
use std::io::{self, BufRead, Read as _};

/// No line is longer; what is longer is damaged.
const LONGEST: u64 = 1 << 24;

/// The text of a header's line, and what the sums of the other lines start from.
pub(super) fn header(header: &Value) -> (String, u32) {
    let text = header.to_string();
    let sum = sum(0, &text);
    (format!("{sum:08x} {text}\n"), sum)
}

/// The text of a task's line.
pub(super) fn rows(seed: u32, number: u64, rows: &[Row]) -> String {
    let rows: Vec<_> = rows.iter().map(Row::line).collect();
    line(seed, &format!("{number} {}", rows.join("|")))
}

/// The text of the last line.
pub(super) fn end(seed: u32, tasks: u64) -> String {
    line(seed, &format!("end {tasks}"))
}

fn line(seed: u32, text: &str) -> String {
    format!("{:08x} {text}\n", sum(seed, text))
}

fn sum(seed: u32, text: &str) -> u32 {
    let mut hasher = Hasher::new_with_initial(seed);
    hasher.update(text.as_bytes());
    hasher.finalize()
}

/// What a line says.
#[derive(Debug)]
pub(super) enum Entry {
    Header(Value),
    Rows(u64, Vec<Row>),
    End(u64),
    /// Nothing that can be trusted.
    Damaged,
}

/// A line and where it stands.
#[derive(Debug)]
pub(super) struct Line {
    /// From 1.
    pub(super) number: u64,
    /// Offset of its first byte.
    pub(super) start: u64,
    /// Offset after its last byte.
    pub(super) end: u64,
    /// Whether it ends with a line's end; only the last may not.
    pub(super) whole: bool,
    pub(super) entry: Entry,
}

/// Reads lines one by one.
#[derive(Debug)]
pub(super) struct Scanner<R> {
    input: R,
    number: u64,
    offset: u64,
    seed: Option<u32>,
}

impl<R: BufRead> Scanner<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            number: 0,
            offset: 0,
            seed: None,
        }
    }

    /// For lines from the middle of a file whose header is known.
    pub(super) fn after_header(input: R, seed: u32) -> Self {
        Self {
            seed: Some(seed),
            number: 1,
            ..Self::new(input)
        }
    }

    /// What the sums of runs start from, once the header has been read.
    pub(super) fn seed(&self) -> Option<u32> {
        self.seed
    }

    /// The next line, if there is one.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        let length = (&mut self.input)
            .take(LONGEST)
            .read_until(b'\n', &mut bytes)?;
        if length == 0 {
            return Ok(None);
        }
        let start = self.offset;
        self.offset += u64::try_from(length).expect("a length fits in 64 bits");
        self.number += 1;
        let whole = bytes.last() == Some(&b'\n');
        let entry = if whole {
            self.entry(&bytes[..length - 1])
        } else {
            None
        };
        Ok(Some(Line {
            number: self.number,
            start,
            end: self.offset,
            whole,
            entry: entry.unwrap_or(Entry::Damaged),
        }))
    }

    fn entry(&mut self, bytes: &[u8]) -> Option<Entry> {
        let (found, text) = std::str::from_utf8(bytes).ok()?.split_once(' ')?;
        // As written, to the letter: `B` for `b` would be a changed line that reads the same.
        let as_written = |sum: &u32| format!("{sum:08x}") == found;
        let found = u32::from_str_radix(found, 16).ok().filter(as_written)?;
        if self.number == 1 {
            self.seed = Some(found).filter(|found| *found == sum(0, text));
            self.seed?;
            return Some(Entry::Header(serde_json::from_str(text).ok()?));
        }
        if found != sum(self.seed?, text) {
            return None;
        }
        let (first, rest) = text.split_once(' ')?;
        if first == "end" {
            return Some(Entry::End(rest.parse().ok()?));
        }
        let rows: Option<Vec<Row>> = rest.split('|').map(Row::read).collect();
        Some(Entry::Rows(first.parse().ok()?, rows?))
    }
}
