//! What a recording says about one key of a scenario, and how surely.

use super::numbers::{float, length, quantile, sorted};
use crate::stats::LEVEL;
use crate::stats::order;
use serde::Serialize;

/// An estimate. Values are raw, as in [`crate::experiment::Key`]: nanoseconds, bytes, events per 1,000 seconds, counts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// The key.
    pub key: &'static str,
    /// The value.
    pub value: f64,
    /// Lower end of where the value may lie.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Values it rests on.
    pub n: usize,
    /// From what it was read, in words.
    pub how: String,
    /// The recording.
    pub recording: String,
}

/// What was found, or the key and why not.
pub type Found = Result<Estimate, (&'static str, String)>;

/// Half a step of a trace's clock, which prints microseconds (ns).
pub const HALF_TICK_NS: f64 = 500.0;
/// Fewest values for an estimate.
pub const FEWEST: usize = 10;

impl Estimate {
    /// An estimate of one recording; the ends are put in order and around the value.
    pub fn new(key: &'static str, [low, value, high]: [f64; 3], n: usize, how: &str) -> Self {
        Self {
            key,
            value,
            low: low.min(value).max(0.0),
            high: high.max(value),
            n,
            how: how.to_owned(),
            recording: String::new(),
        }
    }

    /// The median of some times, with a 95 % interval that assumes no distribution, widened by half a step of the clock.
    ///
    /// # Errors
    ///
    /// If there are too few.
    ///
    /// # Panics
    /// Never: what is not empty has a median.
    pub fn median(key: &'static str, ns: &[u64], how: &str) -> Result<Self, String> {
        if ns.len() < FEWEST {
            return Err(format!("{how}: {} seen, {FEWEST} needed", ns.len()));
        }
        let values = sorted(ns.iter().map(|&ns| float(ns)));
        let found = order::median(&values, LEVEL).expect("there are values");
        let (low, high) = found
            .interval
            .map_or((found.value, found.value), |i| (i.low, i.high));
        let ends = [low - HALF_TICK_NS, found.value, high + HALF_TICK_NS];
        Ok(Self::new(key, ends, ns.len(), how))
    }

    /// Takes what another step, estimated too, has of this one.
    #[must_use]
    pub fn less(self, other: f64, slack: f64) -> Self {
        let less = |value: f64| (value - other).max(0.0);
        Self {
            value: less(self.value),
            low: (less(self.low) - slack).max(0.0),
            high: less(self.high) + slack,
            ..self
        }
    }

    /// How wide the interval is, relative to the value.
    pub fn relative_width(&self) -> f64 {
        (self.high - self.low) / self.value.max(f64::MIN_POSITIVE)
    }
}

/// A straight line through points: the median of the slopes of all pairs (Theil and Sen) with its middle half's ends
/// widened to a 95 % interval as if they were normal, and the median of what is left at zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// Slope: low, value, high.
    pub slope: [f64; 3],
    /// Intercept: low, value, high.
    pub intercept: [f64; 3],
    /// Points.
    pub n: usize,
}

/// Most points of a line; beyond, every k-th is taken.
const MOST_POINTS: usize = 400;

/// The line through some points, if there are enough at different places.
pub fn line(points: &[(f64, f64)]) -> Option<Line> {
    let step = points.len().div_ceil(MOST_POINTS).max(1);
    let points: Vec<_> = points.iter().step_by(step).copied().collect();
    let mut slopes = Vec::new();
    for (i, &(x0, y0)) in points.iter().enumerate() {
        for &(x1, y1) in &points[i + 1..] {
            if (x1 - x0).abs() >= 1.0 {
                slopes.push((y1 - y0) / (x1 - x0));
            }
        }
    }
    let slopes = sorted(slopes);
    if points.len() < 4 || slopes.len() < 6 {
        return None;
    }
    let slope = quantile(&slopes, 0.5)?;
    let half = |values: &[f64]| Some((quantile(values, 0.75)? - quantile(values, 0.25)?) / 2.0);
    // The pairs' quartiles spread with the points' noise; a median of n points is surer by the root of n.
    let root = libm::sqrt(length(points.len()));
    let wide = 1.96 / 0.6745 * 1.25 / root * 2.0;
    let slope_half = half(&slopes)? * wide;
    let rest = sorted(points.iter().map(|&(x, y)| y - slope * x));
    let intercept = quantile(&rest, 0.5)?;
    let intercept_half = half(&rest)? * wide;
    Some(Line {
        slope: [slope - slope_half, slope, slope + slope_half],
        intercept: [
            intercept - intercept_half,
            intercept,
            intercept + intercept_half,
        ],
        n: points.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_an_outlier_is_found() {
        let mut points: Vec<(f64, f64)> = (1..20)
            .map(|i| (f64::from(i) * 10.0, f64::from(i) * 30.0 + 7.0))
            .collect();
        points.push((55.0, 9_000.0));
        let line = line(&points).expect("twenty points");
        assert!((line.slope[1] - 3.0).abs() < 0.05, "{line:?}");
        assert!((line.intercept[1] - 7.0).abs() < 5.0, "{line:?}");
    }

    #[test]
    fn few_values_make_no_estimate() {
        assert!(Estimate::median("costs.ipi", &[1; 9], "too few").is_err());
        let known = Estimate::median("costs.ipi", &[5_000; 50], "enough").expect("fifty");
        assert!((known.low, known.value, known.high) == (4_500.0, 5_000.0, 5_500.0));
    }
}
