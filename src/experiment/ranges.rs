//! Ranges of numeric keys for sensitivity: from a part between 0 and 1 to a raw value.

use super::key::{Key, Kind, Provenance};
use super::keys::KEYS;
use crate::stats::convert::{float, whole64};

/// Ranges this wide are covered evenly in the logarithm.
const WIDE: u64 = 8;

/// A key and the range it takes.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// What varies.
    pub key: &'static Key,
    /// Lowest value, raw.
    pub low: u64,
    /// Highest value, raw.
    pub high: u64,
}

impl Span {
    /// The raw value at a part of the range: evenly, or in the logarithm if it spans a factor of
    /// eight or more.
    pub fn at(&self, part: f64) -> u64 {
        let (low, high) = (float(self.low), float(self.high));
        let value = if self.logarithmic() {
            libm::exp(libm::log(low) + part * (libm::log(high) - libm::log(low)))
        } else {
            low + part * (high - low)
        };
        whole64(libm::round(value)).clamp(self.low, self.high)
    }

    /// Whether it is covered in the logarithm.
    pub fn logarithmic(&self) -> bool {
        self.low > 0 && self.high / self.low >= WIDE
    }

    /// The range as it would be typed.
    pub fn text(&self) -> String {
        let show = |value| self.key.format(value);
        format!("{}..{}", show(self.low), show(self.high))
    }
}

/// Keys whose zero is a word ("as many as are online"): of their ranges only the ends mean anything.
const ENDS_ONLY: [&str; 2] = ["machine.possible_cpus", "machine.host_cpus"];

/// How a run is watched, which is no part of the model.
const WATCHED: [&str; 2] = ["run.horizon", "run.sample"];

/// Every assumed number of the model over its plausible range, between whose ends all values mean something.
///
/// # Panics
/// Never: a test reads every plausible range.
pub fn continuous() -> Vec<Span> {
    let spans = assumed().into_iter();
    spans
        .filter(|span| span.key.provenance == Provenance::Assumed)
        .filter(|span| !ENDS_ONLY.contains(&span.key.path))
        .collect()
}

/// Every assumed number of the model with its plausible range, also where it is assumed of a scenario only.
///
/// # Panics
/// Never: a test reads every plausible range.
pub fn assumed() -> Vec<Span> {
    let keys = KEYS.iter().filter(|key| {
        key.plausible.is_some()
            && !WATCHED.contains(&key.path)
            && matches!(key.kind, Kind::Number(_))
    });
    keys.map(|key| plausible(key).expect("a test reads every range"))
        .collect()
}

fn plausible(key: &'static Key) -> Result<Span, String> {
    let (low, high) = key
        .plausible
        .ok_or_else(|| format!("{} has no plausible range; give KEY=LOW..HIGH", key.path))?;
    between(key, low, high)
}

fn between(key: &'static Key, low: &str, high: &str) -> Result<Span, String> {
    if !matches!(key.kind, Kind::Number(_)) {
        return Err(format!("{} is not a number", key.path));
    }
    let (low, high) = (key.parse(low.trim())?, key.parse(high.trim())?);
    if low >= high {
        return Err(format!("{}: the range is empty", key.path));
    }
    Ok(Span { key, low, high })
}

/// Reads `KEY=LOW..HIGH`, or `KEY` for its plausible range.
pub fn span(text: &str) -> Result<Span, String> {
    let (path, range) = text.split_once('=').unwrap_or((text, ""));
    let key = Key::find(path.trim())?;
    if range.is_empty() {
        return plausible(key);
    }
    let (low, high) = range
        .split_once("..")
        .ok_or_else(|| format!("`{range}` is not LOW..HIGH"))?;
    between(key, low, high).map_err(|why| format!("{text}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_and_covered() {
        let rate = span("background.rate=1/s..1000/s").expect("valid");
        assert!(rate.logarithmic());
        assert_eq!([rate.at(0.0), rate.at(1.0)], [1_000, 1_000_000]);
        assert!((31_000..32_000).contains(&rate.at(0.5)));
        let cpus = span("machine.cpus=2..6").expect("valid");
        assert_eq!([0.0, 0.5, 1.0].map(|part| cpus.at(part)), [2, 4, 6]);
        assert!(span("background.rate").is_ok());
        for wrong in [
            "machine.cpus",
            "machine.cpus=6..2",
            "machine.cpus=6",
            "kernel.policy=a..b",
            "zebra",
        ] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_plausible_range_is_one() {
        assert!(assumed().len() > 10);
    }
}
