//! Words of a filter. A name may contain dots and dashes (`kernel.policy`, `batch-free`), so a minus
//! between two names needs a space before it.

use super::quantity::{Dimension, Ratio};
use crate::experiment::units::Unit;
use std::ops::Range;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Word {
    Number(Ratio, Dimension),
    /// A key, a value's name, `true`, `and` ...
    Name(String),
    /// Quoted: a value's name, never a key.
    Quoted(String),
    Symbol(&'static str),
    End,
}

/// A word and where it stands \[bytes\].
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) word: Word,
    pub(super) span: Range<usize>,
}

/// What is wrong and where.
pub(super) type Fault = (Range<usize>, String);

/// Longer ones first.
const SYMBOLS: [&str; 15] = [
    "<=", ">=", "==", "!=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "(", ")",
];

/// The words of `text`, the last of which is the end.
pub(super) fn words(text: &str) -> Result<Vec<Token>, Fault> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (word, length) = word(&text[at..]).map_err(|(length, why)| (at..at + length, why))?;
        let span = at..at + length;
        at = span.end;
        tokens.push(Token { word, span });
    }
    tokens.push(Token {
        word: Word::End,
        span: text.len()..text.len(),
    });
    Ok(tokens)
}

/// The word that `text` begins with, and its length.
fn word(text: &str) -> Result<(Word, usize), (usize, String)> {
    let first = text.chars().next().expect("the caller saw a character");
    if first.is_ascii_digit() {
        return number(text);
    }
    if first.is_ascii_alphabetic() || first == '_' {
        let length = name_length(text);
        return Ok((Word::Name(text[..length].to_owned()), length));
    }
    if first == '"' || first == '\'' {
        let inner = &text[1..];
        let Some(end) = inner.find(first) else {
            return Err((text.len(), format!("the quote {first} is not closed")));
        };
        return Ok((Word::Quoted(inner[..end].to_owned()), end + 2));
    }
    if let Some(&symbol) = SYMBOLS.iter().find(|&&symbol| text.starts_with(symbol)) {
        return Ok((Word::Symbol(symbol), symbol.len()));
    }
    let hint = match first {
        '=' => "; equal is `==`",
        '&' => "; both is `&&` or `and`",
        '|' => "; either is `||` or `or`",
        _ => "",
    };
    Err((
        first.len_utf8(),
        format!("`{first}` means nothing here{hint}"),
    ))
}

fn name_length(text: &str) -> usize {
    let inside = |c: char| c.is_ascii_alphanumeric() || "_.".contains(c);
    let mut length = 0;
    let mut rest = text;
    loop {
        let run = rest.find(|c| !inside(c)).unwrap_or(rest.len());
        length += run;
        rest = &rest[run..];
        // A dash belongs to the name if it goes on after it.
        match rest.strip_prefix('-') {
            Some(after) if run > 0 && after.starts_with(|c: char| c.is_ascii_alphanumeric()) => {
                length += 1;
                rest = after;
            }
            _ => return length,
        }
    }
}

fn number(text: &str) -> Result<(Word, usize), (usize, String)> {
    let digits = text
        .find(|c: char| !(c.is_ascii_digit() || c == '_' || c == '.'))
        .unwrap_or(text.len());
    let rest = &text[digits..];
    let slash = usize::from(rest.starts_with('/'));
    let letters = rest[slash..]
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
        .unwrap_or(rest.len() - slash);
    let whole = digits + slash + letters;
    // `417/s` is a rate; `10/machine.cpus` is a division.
    let mut unit = &rest[..slash + letters];
    if slash == 1 && Unit::Rate.factor(unit).is_none() {
        unit = "";
    }
    let length = digits + unit.len();
    let value = decimal(&text[..digits])
        .ok_or_else(|| (digits, format!("`{}` is not a number", &text[..digits])))?;
    let (factor, dimension) = measure(unit).ok_or_else(|| {
        let why = format!("`{unit}` is no unit; there are ns us ms s min h, B kB KiB MB MiB GB GiB TB TiB, /s /ms /ks, k M G");
        (whole, why)
    })?;
    let value = value
        .times(factor)
        .ok_or_else(|| (length, format!("`{}` is too large", &text[..length])))?;
    Ok((Word::Number(value, dimension), length))
}

/// The unit's size in nanoseconds, bytes or events per nanosecond.
fn measure(unit: &str) -> Option<(Ratio, Dimension)> {
    let whole = |factor: u64| Ratio::whole(factor);
    if unit.is_empty() {
        return Some((Ratio::whole(1), Dimension::NONE));
    }
    let count = Unit::Count
        .factor(unit)
        .map(|f| (whole(f), Dimension::NONE));
    let time = || Unit::Time.factor(unit).map(|f| (whole(f), Dimension::TIME));
    let size = || {
        Unit::Bytes
            .factor(unit)
            .map(|f| (whole(f), Dimension::BYTES))
    };
    let rate = || {
        let factor = Unit::Rate.factor(unit)?;
        Some((per_1000_s(factor)?, Dimension::RATE))
    };
    count.or_else(time).or_else(size).or_else(rate)
}

/// Events per 1,000 s as events per nanosecond.
pub(super) fn per_1000_s(value: u64) -> Option<Ratio> {
    Ratio::new(i128::from(value), 1_000_000_000_000)
}

fn decimal(text: &str) -> Option<Ratio> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = [whole, fraction].concat().replace('_', "");
    let places = u32::try_from(fraction.replace('_', "").len()).ok()?;
    if digits.len() > 30 || whole.is_empty() {
        return None;
    }
    Ratio::new(digits.parse().ok()?, 10_i128.checked_pow(places)?)
}
