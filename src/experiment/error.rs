//! What is wrong with an input, and where.

use std::fmt;
use std::ops::Range;

/// Why a scenario was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScenarioError {
    /// What is wrong and what was expected.
    pub message: String,
    /// Where, if it is a place in a file.
    pub place: Option<Place>,
}

/// A place in a scenario file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The file.
    pub file: String,
    /// Line, from one.
    pub line: usize,
    /// Column in characters, from one.
    pub column: usize,
    /// The line's text.
    pub text: String,
    /// Characters to mark.
    pub width: usize,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(place) = &self.place else {
            return f.write_str(&self.message);
        };
        let number = place.line.to_string();
        let margin = " ".repeat(number.len());
        let indent: String = place
            .text
            .chars()
            .take(place.column - 1)
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        writeln!(
            f,
            "{}:{}:{}: {}",
            place.file, place.line, place.column, self.message
        )?;
        writeln!(f, "{margin} |")?;
        writeln!(f, "{number} | {}", place.text)?;
        write!(f, "{margin} | {indent}{}", "^".repeat(place.width))
    }
}

impl std::error::Error for ScenarioError {}

impl ScenarioError {
    /// An error without a place.
    pub(super) fn plain(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            place: None,
        }
    }

    /// An error at `span` \[bytes\] of `text`.
    pub(super) fn at(
        file: &str,
        text: &str,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        let mut start = span.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = text[line_start..].lines().next().unwrap_or("");
        let column = text[line_start..start].chars().count() + 1;
        let marked = text.get(start..span.end).unwrap_or("");
        let width = marked.lines().next().unwrap_or("").chars().count().max(1);
        Self {
            message: message.into(),
            place: Some(Place {
                file: file.to_owned(),
                line: text[..line_start].matches('\n').count() + 1,
                column,
                text: line.to_owned(),
                width,
            }),
        }
    }
}
