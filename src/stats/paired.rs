//! Two settings under common random numbers: replication `i` of both has the same seed, so the
//! difference within each pair varies less than the two do.

use super::convert::{count, is_zero};
use super::interval::{Interval, Moments};
use super::quantile::student;

/// A value with what it may be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Estimate {
    /// The best guess.
    pub value: f64,
    /// What it may be; `None` if the sample cannot say.
    pub interval: Option<Interval>,
}

/// Mean of `after - before` with the paired t interval. `None` without pairs.
///
/// # Panics
/// If the two differ in length.
pub fn difference(before: &[f64], after: &[f64], level: f64) -> Option<Estimate> {
    assert_eq!(before.len(), after.len(), "replications come in pairs");
    let each: Vec<f64> = before.iter().zip(after).map(|(b, a)| a - b).collect();
    let moments = Moments::of(&each)?;
    Some(Estimate {
        value: moments.mean,
        interval: moments.interval(level),
    })
}

/// Ratio of the means, `after / before`, with Fieller's interval. `None` if `before` is 0 on
/// average; no interval if zero cannot be excluded for it, because the ratio is then unbounded.
///
/// # Panics
/// If the two differ in length.
pub fn ratio(before: &[f64], after: &[f64], level: f64) -> Option<Estimate> {
    assert_eq!(before.len(), after.len(), "replications come in pairs");
    let (x, y) = (Moments::of(before)?, Moments::of(after)?);
    if is_zero(x.mean) {
        return None;
    }
    let value = y.mean / x.mean;
    Some(Estimate {
        value,
        interval: fieller((before, &x), (after, &y), level),
    })
}

/// The ratios `r` with `(y - r x)^2 <= t^2 var(y - r x)`: Fieller, 1954.
fn fieller(before: (&[f64], &Moments), after: (&[f64], &Moments), level: f64) -> Option<Interval> {
    let (x, y) = (before.1, after.1);
    let n = x.n;
    if n < 2 {
        return None;
    }
    let pairs = before.0.iter().zip(after.0);
    let products: f64 = pairs.map(|(a, b)| (a - x.mean) * (b - y.mean)).sum();
    let t = student(0.5 + 0.5 * level, count(n - 1));
    let scale = t * t / count(n);
    let square = x.mean * x.mean - scale * x.variance;
    let mixed = x.mean * y.mean - scale * products / count(n - 1);
    let rest = y.mean * y.mean - scale * y.variance;
    if square <= 0.0 {
        return None;
    }
    let root = (mixed * mixed - square * rest).max(0.0).sqrt();
    Some(Interval {
        low: (mixed - root) / square,
        high: (mixed + root) / square,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_take_out_what_they_share() {
        let before = [10.0, 20.0, 30.0, 40.0];
        let after = [11.0, 21.5, 31.0, 41.5];
        let estimate = difference(&before, &after, 0.95).expect("four pairs");
        let interval = estimate.interval.expect("four pairs");
        assert!((estimate.value - 1.25).abs() < 1e-12);
        assert!(interval.low > 0.7 && interval.high < 1.8, "{interval:?}");
        let ratio = ratio(&before, &before, 0.95).expect("not zero");
        let interval = ratio.interval.expect("bounded");
        assert!((interval.low - 1.0).abs() < 1e-9 && (interval.high - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_ratio_to_what_may_be_zero_has_no_interval() {
        let estimate = ratio(&[-1.0, 2.0, 0.5], &[1.0, 2.0, 3.0], 0.95).expect("mean 0.5");
        assert_eq!(estimate.interval, None);
        assert_eq!(ratio(&[0.0, 0.0], &[1.0, 2.0], 0.95), None);
        assert_eq!(difference(&[], &[], 0.95), None);
    }

    #[test]
    fn a_constant_factor_is_found_exactly() {
        let estimate = ratio(&[5.0, 6.0, 8.0], &[15.0, 18.0, 24.0], 0.95).expect("not zero");
        let interval = estimate.interval.expect("bounded");
        assert!((estimate.value - 3.0).abs() < 1e-12);
        assert!((interval.low - 3.0).abs() < 1e-6 && (interval.high - 3.0).abs() < 1e-6);
    }
}
