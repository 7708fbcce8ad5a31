//! Lines of a stream, found where they lie: only a line that the reader's buffer cuts is copied.

use super::limits::MAX_LINE;
use memchr::memchr_iter;
use std::io::{BufRead, ErrorKind, Result};

/// A line without its line feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text<'a> {
    Whole(&'a [u8]),
    /// Longer than [`MAX_LINE`], and skipped.
    Overlong,
}

/// Calls `each` with every line, the last one with or without a line feed.
pub(super) fn lines(mut input: impl BufRead, mut each: impl FnMut(Text<'_>)) -> Result<()> {
    // What has been seen of a line that goes on, unless that is too long already.
    let mut head = Vec::new();
    let mut overlong = false;
    loop {
        let buffer = match input.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if buffer.is_empty() {
            if overlong || !head.is_empty() {
                each(text(&head, overlong));
            }
            return Ok(());
        }
        let mut from = 0;
        for end in memchr_iter(b'\n', buffer) {
            let line = &buffer[from..end];
            from = end + 1;
            if head.is_empty() && !overlong {
                each(text(line, false));
                continue;
            }
            grow(&mut head, &mut overlong, line);
            each(text(&head, overlong));
            head.clear();
            overlong = false;
        }
        grow(&mut head, &mut overlong, &buffer[from..]);
        let used = buffer.len();
        input.consume(used);
    }
}

fn text(line: &[u8], overlong: bool) -> Text<'_> {
    if overlong || line.len() > MAX_LINE {
        Text::Overlong
    } else {
        Text::Whole(line)
    }
}

/// Adds to a line that goes on; nothing is kept of one that is too long.
fn grow(head: &mut Vec<u8>, overlong: &mut bool, more: &[u8]) {
    if *overlong || head.len() + more.len() > MAX_LINE {
        *overlong = true;
        head.clear();
    } else {
        head.extend_from_slice(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    #[test]
    fn buffers_of_any_size_give_the_same_lines() {
        let long = "x".repeat(MAX_LINE);
        let text = format!("a\n\n{long}\n{long}y\n\nb c\r\n{long}yy");
        let found = |size: usize| {
            let mut found = Vec::new();
            let each = |text: Text<'_>| {
                found.push(match text {
                    Text::Whole(line) => Some(line.to_vec()),
                    Text::Overlong => None,
                });
            };
            lines(BufReader::with_capacity(size, text.as_bytes()), each)
                .expect("a slice cannot fail");
            found
        };
        let all = found(1 << 20);
        let lengths: Vec<_> = all.iter().map(|line| line.as_ref().map(Vec::len)).collect();
        assert_eq!(
            lengths,
            [
                Some(1),
                Some(0),
                Some(MAX_LINE),
                None,
                Some(0),
                Some(4),
                None
            ]
        );
        for size in [1, 2, 3, 7, 4_096, MAX_LINE, MAX_LINE + 1] {
            assert_eq!(found(size), all, "{size}");
        }
        assert_eq!(lines(&b""[..], |_| panic!("no line")).ok(), Some(()));
    }
}
