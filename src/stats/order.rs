//! Quantiles with intervals that assume no distribution: two order statistics enclose the
//! quantile with a probability that is binomial.

use super::convert::{count, whole};
use super::interval::Interval;
use super::quantile::binomial_cdf;

/// A quantile of a sample.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Quantile {
    /// The sample's own quantile (nearest rank).
    pub value: f64,
    /// The narrowest symmetric pair of order statistics with the wanted confidence; `None` if
    /// the sample is too small for any.
    pub interval: Option<Interval>,
}

/// A sample in ascending order.
pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The quantile `p` of an ascending sample; `None` if it is empty.
pub fn quantile(sorted: &[f64], p: f64, level: f64) -> Option<Quantile> {
    let n = sorted.len();
    let rank = whole((p * count(n)).ceil()).clamp(1, n.max(1));
    let value = *sorted.get(rank - 1)?;
    Some(Quantile {
        value,
        interval: enclosing(sorted, p, level),
    })
}

/// `[x_l, x_u]` with at most `(1 - level) / 2` outside on either side: the number of values below
/// the quantile is binomial, so `P(x_l <= q) = P(B >= l)` and `P(q <= x_u) >= P(B < u)`.
fn enclosing(sorted: &[f64], p: f64, level: f64) -> Option<Interval> {
    let n = sorted.len();
    let tail = 0.5 * (1.0 - level);
    let below = |k: usize| binomial_cdf(count(k), count(n), p);
    // The largest l with P(B < l) <= tail and the smallest u with P(B >= u) <= tail.
    let low = (1..=n).rev().find(|&l| below(l - 1) <= tail)?;
    let high = (1..=n).find(|&u| 1.0 - below(u - 1) <= tail)?;
    Some(Interval {
        low: sorted[low - 1],
        high: sorted[high - 1],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_a_table() {
        // Conover, Practical Nonparametric Statistics: n = 16, 95 %: the 4th and 13th.
        let values: Vec<f64> = (1..=16).map(f64::from).collect();
        let median = quantile(&values, 0.5, 0.95).expect("16 values");
        let interval = median.interval.expect("enough values");
        assert!((interval.low - 4.0).abs() < 1e-12 && (interval.high - 13.0).abs() < 1e-12);
        assert!((median.value - 8.0).abs() < 1e-12);
    }

    #[test]
    fn small_samples_admit_it() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0];
        assert_eq!(quantile(&values, 0.5, 0.95).expect("five").interval, None);
        assert_eq!(quantile(&[], 0.5, 0.95), None);
        let six = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        assert!(quantile(&six, 0.5, 0.95).expect("six").interval.is_some());
        assert_eq!(quantile(&six, 0.99, 0.95).expect("six").interval, None);
    }
}
