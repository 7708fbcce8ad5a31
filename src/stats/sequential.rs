//! Repeating until an interval is tight enough.
//!
//! Law (5th ed., 9.4.1, after Law, Kelton and Koenig 1981): replicate until the half-length is at
//! most `gamma / (1 + gamma)` of the mean's size; the relative error is then at most `gamma` about
//! as often as the interval covers, because the estimate itself stands in the denominator.

use super::convert::{count, whole};
use super::interval::{Interval, Moments};

/// Fewest replications before an interval is believed: below, variances are too often too small.
pub const FIRST: usize = 10;

/// Whether the mean is known to the relative precision `gamma`.
pub fn tight(sample: &Moments, gamma: f64, level: f64) -> bool {
    sample.n >= FIRST
        && sample
            .interval(level)
            .is_some_and(|interval| interval.half() <= gamma / (1.0 + gamma) * sample.mean.abs())
}

/// How many replications there should be next: what the variance so far asks for, but at most
/// twice as many as there are, and at most `most`.
pub fn next(sample: &Moments, gamma: f64, level: f64, most: usize) -> usize {
    if sample.n < FIRST {
        return FIRST.min(most);
    }
    let wanted = gamma / (1.0 + gamma) * sample.mean.abs();
    let half = sample.interval(level).map_or(0.0, Interval::half);
    let asked = if wanted > 0.0 {
        let ratio = half / wanted;
        whole((count(sample.n) * ratio * ratio).ceil().min(1e15))
    } else {
        usize::MAX
    };
    asked.clamp(sample.n + 1, sample.n * 2).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_when_the_interval_is_tight() {
        let sample = |variance| Moments {
            n: 20,
            mean: 100.0,
            variance,
        };
        assert!(tight(&sample(4.0), 0.05, 0.95));
        assert!(!tight(&sample(400.0), 0.05, 0.95));
        let few = Moments {
            n: 9,
            ..sample(0.0)
        };
        assert!(!tight(&few, 0.05, 0.95));
    }

    #[test]
    fn asks_for_what_the_variance_needs() {
        let sample = |n, mean, variance| Moments { n, mean, variance };
        assert_eq!(next(&sample(3, 1.0, 1.0), 0.05, 0.95, 1_000), FIRST);
        assert_eq!(next(&sample(20, 100.0, 400.0), 0.05, 0.95, 1_000), 40);
        assert_eq!(next(&sample(20, 0.0, 1.0), 0.05, 0.95, 30), 30);
        let close = next(&sample(20, 100.0, 120.0), 0.05, 0.95, 1_000);
        assert!((21..=30).contains(&close), "{close}");
    }
}
