//! A share of runs with an interval: Jeffreys' where a reader is told what it may be, Clopper and
//! Pearson's where something is decided by it.
//!
//! A count takes whole steps, so no interval covers every share exactly as often as it says: for one
//! share and one number of runs the coverage lies some points above or below, whatever the interval.
//! Jeffreys' says 95 % and covers 95 % on average over all shares, Clopper and Pearson's covers at
//! least so often for each share, and some 98 % on average for a dozen runs (Brown, Cai and
//! `DasGupta`, 2001, who recommend the former for few runs).

use super::convert::count;
use super::interval::Interval;
use super::quantile::beta;

/// Jeffreys' interval for the share of which `hits` of `n` is a sample: the middle `level` of what
/// the prior Beta(1/2, 1/2) becomes. It begins at 0 if there was no hit and ends at 1 if there were
/// only hits, for neither excludes the end.
///
/// # Panics
/// If there are more hits than trials.
pub fn share(hits: usize, n: usize, level: f64) -> Interval {
    between(hits, n, level, 0.5)
}

/// Clopper and Pearson's interval, which covers at least as often as it says for every share and
/// every number of runs: for decisions whose errors are bounded.
///
/// # Panics
/// If there are more hits than trials.
pub fn share_at_least(hits: usize, n: usize, level: f64) -> Interval {
    between(hits, n, level, 0.0)
}

/// Both intervals are quantiles of beta variables: with `shift` 0 the lower end is that of
/// Beta(k, n - k + 1) and the upper that of Beta(k + 1, n - k); with 1/2 they are the same variable.
fn between(hits: usize, n: usize, level: f64, shift: f64) -> Interval {
    assert!(hits <= n, "a hit is a trial");
    let tail = 0.5 * (1.0 - level);
    let (hit, missed) = (count(hits), count(n - hits));
    Interval {
        low: if hits == 0 {
            0.0
        } else {
            beta(tail, hit + shift, missed + 1.0 - shift)
        },
        high: if hits == n {
            1.0
        } else {
            beta(1.0 - tail, hit + 1.0 - shift, missed + shift)
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::quantile::binomial_cdf;

    fn near(found: Interval, low: f64, high: f64) {
        let off = |a: f64, b: f64| (a - b).abs() > 1e-6;
        assert!(!off(found.low, low) && !off(found.high, high), "{found:?}");
    }

    #[test]
    fn known_intervals() {
        near(share_at_least(0, 10, 0.95), 0.0, 0.308_497);
        near(share_at_least(4, 10, 0.95), 0.121_552, 0.737_622);
        near(share(0, 10, 0.95), 0.0, 0.217_196);
        near(share(4, 10, 0.95), 0.153_067, 0.696_321);
        near(share(10, 10, 0.95), 1.0 - 0.217_196, 1.0);
        assert!(share(0, 0, 0.95).holds(0.0) && share(0, 0, 0.95).holds(1.0));
    }

    /// How often an interval made of `n` trials holds `p`, exactly.
    fn coverage(interval: fn(usize, usize, f64) -> Interval, n: u32, p: f64) -> f64 {
        let below = |k: f64| binomial_cdf(k, f64::from(n), p);
        let mass = |k: u32| below(f64::from(k)) - below(f64::from(k) - 1.0);
        let holds = |&k: &u32| interval(k as usize, n as usize, 0.95).holds(p);
        (0..=n).filter(holds).map(mass).sum()
    }

    #[test]
    fn jeffreys_covers_as_often_as_stated_on_average() {
        for n in [8, 10, 20, 50] {
            let all = (1..1_000).map(|permille| coverage(share, n, f64::from(permille) / 1e3));
            let average = all.sum::<f64>() / 999.0;
            assert!((0.949..0.956).contains(&average), "{n}: {average}");
        }
    }

    #[test]
    fn the_other_covers_at_least_as_often_as_stated() {
        for percent in 1..100 {
            let covered = coverage(share_at_least, 12, f64::from(percent) / 100.0);
            assert!(covered >= 0.95 - 1e-9, "{percent} %: {covered}");
        }
    }
}
