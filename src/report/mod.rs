//! What a run is told as: for people, for programs, as a table, as a series.

pub mod human;
pub mod json;
pub mod series;
pub mod table;

use crate::experiment::Scenario;
use crate::models::outcome::Outcome;

/// A run: what it was told and what came out.
#[derive(Clone, Debug)]
pub struct Run {
    /// Column heading.
    pub label: String,
    /// The inputs.
    pub scenario: Scenario,
    /// What came out.
    pub outcome: Outcome,
}

/// Nearest-rank percentile of sorted values; `None` if there are none.
pub(crate) fn percentile(sorted: &[u64], percent: usize) -> Option<u64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

/// Peak drop over the time to it \[bytes per second\]; `None` before any time has passed.
pub(crate) fn drop_rate(outcome: &Outcome) -> Option<u64> {
    let bytes = u128::from(outcome.peak_drop_bytes) * 1_000_000_000;
    let rate = bytes.checked_div(u128::from(outcome.peak_drop_ns))?;
    Some(u64::try_from(rate).unwrap_or(u64::MAX))
}

/// A size in decimal units with one digit after the point.
pub(crate) fn bytes(value: u64) -> String {
    match value {
        0..1_000 => format!("{value} B"),
        1_000..1_000_000 => format!("{} kB", tenths(value, 1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(value, 1_000_000)),
        _ => format!("{} GB", tenths(value, 1_000_000_000)),
    }
}

/// A time, or a dash.
pub(crate) fn time(ns: Option<u64>) -> String {
    ns.map_or_else(
        || "-".to_owned(),
        |ns| crate::sim::Span::from_ns(ns).to_string(),
    )
}

/// A count with separators.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn tenths(value: u64, unit: u64) -> String {
    format!("{}.{}", value / unit, value % unit * 10 / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(12), "12");
        assert_eq!(bytes(15_060_000_000), "15.0 GB");
        assert_eq!(percentile(&[1, 2, 3, 4], 50), Some(2));
        assert_eq!(percentile(&[1, 2, 3, 4], 99), Some(4));
        assert_eq!(percentile(&[], 99), None);
    }
}
