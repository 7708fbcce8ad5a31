//! What is wrong with an input, and where.

use std::fmt;
use std::ops::Range;

/// Most characters that are shown of a line, or of what a message quotes.
const SHOWN: usize = 100;
/// Of a longer line, characters before the place.
const BEFORE: usize = 40;

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
        let (line, marks) = place.view();
        let message = shortened(&self.message);
        writeln!(
            f,
            "{}:{}:{}: {message}",
            place.file, place.line, place.column
        )?;
        writeln!(f, "{margin} |")?;
        writeln!(f, "{number} | {line}")?;
        write!(f, "{margin} | {marks}")
    }
}

impl Place {
    /// The line, or as much of it as is looked at, and marks under the place.
    fn view(&self) -> (String, String) {
        let text: Vec<char> = self.text.chars().collect();
        let at = self.column - 1;
        let from = if text.len() > SHOWN {
            at.saturating_sub(BEFORE)
        } else {
            0
        };
        let to = text.len().min(from + SHOWN);
        let [before, behind] = [from > 0, to < text.len()].map(|cut| if cut { "…" } else { "" });
        let line: String = text[from..to].iter().collect();
        let blank = |c: &char| if *c == '\t' { '\t' } else { ' ' };
        let indent: String = text[from..at.min(to)].iter().map(blank).collect();
        let indent = " ".repeat(before.chars().count()) + &indent;
        let width = self.width.min(to.saturating_sub(at)).max(1);
        (
            format!("{before}{line}{behind}"),
            indent + &"^".repeat(width),
        )
    }
}

/// A message whose quotations are no longer than is looked at.
fn shortened(message: &str) -> String {
    let parts = message.split('`').enumerate().map(|(at, part)| {
        let quoted = at % 2 == 1;
        match part.char_indices().nth(SHOWN) {
            Some((end, _)) if quoted => format!("{}…", &part[..end]),
            _ => part.to_owned(),
        }
    });
    parts.collect::<Vec<_>>().join("`")
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

    /// What is wrong with `text` as TOML.
    pub(super) fn of_toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let span = error.span().unwrap_or(0..0);
        let message = match (error.message(), text.get(span.clone())) {
            ("duplicate key", Some(name)) => {
                let name = name.trim_matches(['"', '\'']);
                format!("duplicate key `{name}`; leave one of them out")
            }
            (message, _) => message.replace('\n', ", "),
        };
        Self::at(file, text, span, message)
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
