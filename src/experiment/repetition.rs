//! How often a point is repeated: a number of times, or until the mean of a metric is known well
//! enough. The second depends on nothing but the point's own runs, which are taken in the order of
//! their numbers, so a point has the same runs whoever makes them.

use super::metrics::{METRICS, Metric};
use super::names::nearest;
use super::rows::Row;
use crate::stats::convert::float;
use crate::stats::sequential::{Next, Rule};
use std::fmt;

/// The metric that precision is about unless another is named.
pub const METRIC: &str = "peak_drop_bytes";
/// Most repetitions unless another number is given.
pub const MOST: u64 = 200;

/// How often a point is repeated.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Repetition {
    /// So many times.
    Exactly(u64),
    /// Until the mean of a metric is known well enough.
    Until(Until),
}

/// Until the interval of a metric's mean is tight enough.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Until {
    /// Largest relative error of the mean \[percent\].
    pub percent: f64,
    /// The metric, as its place in [`METRICS`].
    metric: usize,
    /// Most repetitions.
    pub most: u64,
}

impl Until {
    /// A rule about the metric of that name, which must be one of the table's.
    pub fn new(percent: f64, metric: &str, most: u64) -> Result<Self, String> {
        let metric = position(metric)?;
        Ok(Self {
            percent,
            metric,
            most,
        })
    }

    /// The metric.
    pub fn metric(&self) -> &'static Metric {
        &METRICS[self.metric]
    }

    /// The rule on plain numbers.
    pub fn rule(&self) -> Rule {
        Rule {
            gamma: self.percent / 100.0,
            most: usize::try_from(self.most).unwrap_or(usize::MAX),
        }
    }

    /// What is to be done after these runs, all of one setting.
    pub fn next(&self, rows: &[Row]) -> Next {
        self.rule().next(&[self.values(rows)], rows.len())
    }

    /// The metric's values, without those runs that have none.
    pub fn values<'r>(&self, rows: impl IntoIterator<Item = &'r Row>) -> Vec<f64> {
        let value = |row: &Row| row.metrics[self.metric].map(float);
        rows.into_iter().filter_map(value).collect()
    }
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (percent, metric, most) = (self.percent, self.metric().name, self.most);
        write!(f, "until {percent}% of {metric}, at most {most}")
    }
}

impl Repetition {
    /// Most runs of a point.
    pub const fn most(&self) -> u64 {
        match self {
            Self::Exactly(count) => *count,
            Self::Until(until) => until.most,
        }
    }

    /// As a header has it: a number, or the rule in words.
    pub fn to_json(self) -> serde_json::Value {
        match self {
            Self::Exactly(count) => count.into(),
            Self::Until(until) => until.to_string().into(),
        }
    }

    /// Reads what [`Repetition::to_json`] wrote.
    pub fn of_json(value: &serde_json::Value) -> Option<Self> {
        if let Some(count) = value.as_u64() {
            return Some(Self::Exactly(count));
        }
        let rest = value.as_str()?.strip_prefix("until ")?;
        let (share, rest) = rest.split_once(" of ")?;
        let (metric, most) = rest.split_once(", at most ")?;
        let until = Until::new(percent(share).ok()?, metric, most.parse().ok()?);
        Some(Self::Until(until.ok()?))
    }
}

/// Reads a precision such as `5%`, in percent.
pub fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text).trim();
    match number.parse::<f64>() {
        Ok(value) if value > 0.0 && value < 100.0 => Ok(value),
        _ => Err("expected a share of the mean between 0% and 100%, such as 5%".to_owned()),
    }
}

/// A metric by its name.
pub fn find(name: &str) -> Result<&'static Metric, String> {
    position(name).map(|at| &METRICS[at])
}

fn position(name: &str) -> Result<usize, String> {
    let names = METRICS.iter().map(|metric| metric.name);
    names
        .clone()
        .position(|known| known == name)
        .ok_or_else(|| match nearest(name, names.clone()) {
            Some(near) => format!("no such metric; did you mean `{near}`?"),
            None => format!(
                "no such metric; there are {}",
                names.collect::<Vec<_>>().join(", ")
            ),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_it_whole() {
        let until = Until::new(7.3, "loop_ns", 50).expect("a metric");
        for repetition in [Repetition::Exactly(3), Repetition::Until(until)] {
            assert_eq!(Repetition::of_json(&repetition.to_json()), Some(repetition));
        }
        assert_eq!(Repetition::of_json(&"until 5% of nothing".into()), None);
    }

    #[test]
    fn precision_is_a_share_of_the_mean() {
        assert_eq!(percent("5%"), Ok(5.0));
        assert_eq!(percent("0.5"), Ok(0.5));
        for wrong in ["0%", "100%", "-1%", "x", "NaN", ""] {
            assert!(percent(wrong).is_err(), "{wrong}");
        }
        assert!(Until::new(5.0, "peak_drop_byte", 20).is_err());
    }
}
