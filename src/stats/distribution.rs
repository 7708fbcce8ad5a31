//! A sample told as a distribution: order statistics, two groups if there are two, a picture in
//! text. A mean between two groups describes no run at all, so it never stands alone.

use super::convert::{count, whole};
use super::interval::{Interval, Moments};
use super::order::{median, middle, quantile, sorted};

/// Fewest values of which it is said that they form two groups.
const GROUPED: usize = 6;
/// Characters of the picture.
const WIDTH: usize = 24;
const BLOCKS: [char; 9] = ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A sample's distribution.
#[derive(Clone, PartialEq, Debug)]
pub struct Distribution {
    /// Mean and variance.
    pub moments: Moments,
    /// Student's interval for the mean.
    pub interval: Option<Interval>,
    /// Smallest, lower quartile, median (between two values their mean), upper quartile, largest.
    pub five: [f64; 5],
    /// The median's interval, which assumes no distribution.
    pub median: Option<Interval>,
    /// The two groups, if there are two.
    pub groups: Option<Groups>,
    /// The values in ascending order.
    pub sorted: Vec<f64>,
}

/// A sample that falls apart.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Groups {
    /// Values in the lower group.
    pub low_n: usize,
    /// Their mean.
    pub low_mean: f64,
    /// Values in the upper group.
    pub high_n: usize,
    /// Their mean.
    pub high_mean: f64,
}

/// Describes a sample; `None` if it is empty.
pub fn describe(values: &[f64], level: f64) -> Option<Distribution> {
    let sorted = sorted(values);
    let moments = Moments::of(values)?;
    let mut five =
        [0.0, 0.25, 0.5, 0.75, 1.0].map(|p| quantile(&sorted, p).unwrap_or(moments.mean));
    five[2] = middle(&sorted)?;
    Some(Distribution {
        interval: moments.interval(level),
        moments,
        five,
        median: median(&sorted, level).and_then(|median| median.interval),
        groups: groups(&sorted),
        sorted,
    })
}

/// Two groups: a gap takes more than half of the range, and each side of it has two values.
/// In a uniform sample of ten that happens in about one of thirty (a test counts), in a normal one less often.
fn groups(sorted: &[f64]) -> Option<Groups> {
    let n = sorted.len();
    if n < GROUPED {
        return None;
    }
    let gap = |i: usize| sorted[i] - sorted[i - 1];
    let cut = (2..=n - 2).max_by(|&a, &b| gap(a).total_cmp(&gap(b)))?;
    let (low, high) = sorted.split_at(cut);
    let range = |side: &[f64]| side[side.len() - 1] - side[0];
    let apart = gap(cut) > range(low) + range(high);
    let mean = |side: &[f64]| side.iter().sum::<f64>() / count(side.len());
    apart.then(|| Groups {
        low_n: low.len(),
        low_mean: mean(low),
        high_n: high.len(),
        high_mean: mean(high),
    })
}

impl Distribution {
    /// The same of a quantity that is never negative: nor is its mean.
    #[must_use]
    pub fn of_no_negative(mut self) -> Self {
        if let Some(interval) = &mut self.interval {
            interval.low = interval.low.max(0.0);
        }
        self
    }

    /// The values between smallest and largest as a row of blocks, the tallest where most lie.
    pub fn picture(&self) -> String {
        let (low, high) = (self.five[0], self.five[4]);
        let mut bins = [0_usize; WIDTH];
        for value in &self.sorted {
            let place = if high > low {
                (value - low) / (high - low)
            } else {
                0.5
            };
            bins[whole(place * count(WIDTH)).min(WIDTH - 1)] += 1;
        }
        let most = bins.iter().copied().max().unwrap_or(1).max(1);
        let block = |&n: &usize| BLOCKS[(n * (BLOCKS.len() - 1)).div_ceil(most)];
        bins.iter().map(block).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Rng, Seed};
    use crate::stats::convert::float;

    #[test]
    fn two_groups_are_seen() {
        let values = [1.0, 90.0, 2.0, 95.0, 3.0, 1.5, 99.0, 2.5];
        let groups = describe(&values, 0.95).expect("eight").groups;
        let groups = groups.expect("two groups");
        assert_eq!((groups.low_n, groups.high_n), (5, 3));
        assert!((groups.low_mean - 2.0).abs() < 1e-9);
    }

    #[test]
    fn one_group_is_rarely_called_two() {
        let mut called = 0;
        for seed in 0..1_000 {
            let mut rng = Rng::new(Seed(seed), 9);
            let values: Vec<f64> = (0..10).map(|_| float(rng.below(1_000_000))).collect();
            called += usize::from(describe(&values, 0.95).expect("ten").groups.is_some());
        }
        assert!(called <= 45, "{called} of 1,000 uniform samples of ten");
    }

    #[test]
    fn what_is_never_negative_has_no_interval_below_zero() {
        let two = describe(&[0.0, 10.0], 0.95).expect("two");
        assert!(two.interval.expect("of two").low < 0.0);
        let two = two.of_no_negative();
        let interval = two.interval.expect("of two");
        assert!(interval.low.abs() < f64::MIN_POSITIVE && interval.high > 10.0);
        assert!((two.five[2] - 5.0).abs() < 1e-9, "the mean of both");
    }

    #[test]
    fn the_picture_shows_where_they_lie() {
        let picture = |values: &[f64]| describe(values, 0.95).expect("some").picture();
        let two = picture(&[0.0, 0.0, 0.0, 0.0, 10.0, 10.0]);
        assert!(two.starts_with("█·") && two.ends_with("·▄"), "{two}");
        assert_eq!(picture(&[5.0]).chars().filter(|&c| c == '█').count(), 1);
    }
}
