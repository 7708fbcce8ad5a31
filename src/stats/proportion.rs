//! A share of runs with Clopper and Pearson's interval, which covers at least as often as it says
//! for every share and every number of runs.

use super::convert::count;
use super::interval::Interval;
use super::quantile::beta;

/// The interval for the share of which `hits` of `n` is a sample.
///
/// # Panics
/// If there are more hits than trials.
pub fn share(hits: usize, n: usize, level: f64) -> Interval {
    assert!(hits <= n, "a hit is a trial");
    let tail = 0.5 * (1.0 - level);
    let (k, n_all) = (count(hits), count(n));
    Interval {
        low: if hits == 0 {
            0.0
        } else {
            beta(tail, k, n_all - k + 1.0)
        },
        high: if hits == n {
            1.0
        } else {
            beta(1.0 - tail, k + 1.0, n_all - k)
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::quantile::binomial_cdf;

    #[test]
    fn known_intervals() {
        let none = share(0, 10, 0.95);
        assert!(none.low.abs() < 1e-12 && (none.high - 0.308_497).abs() < 1e-6);
        let some = share(4, 10, 0.95);
        assert!((some.low - 0.121_552).abs() < 1e-6 && (some.high - 0.737_622).abs() < 1e-6);
        assert!(share(0, 0, 0.95).holds(0.5));
    }

    #[test]
    fn covers_at_least_as_often_as_stated() {
        let n = 12_u32;
        for percent in 1..100 {
            let p = f64::from(percent) / 100.0;
            let mass = |k: u32| {
                let at = |k: f64| binomial_cdf(k, f64::from(n), p);
                at(f64::from(k)) - at(f64::from(k) - 1.0)
            };
            let covered: f64 = (0..=n)
                .filter(|&k| share(k as usize, n as usize, 0.95).holds(p))
                .map(mass)
                .sum();
            assert!(covered >= 0.95 - 1e-9, "{p}: {covered}");
        }
    }
}
