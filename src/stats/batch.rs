//! One long run in place of many: its mean with an interval from batch means.
//!
//! Neighbouring values of a series resemble each other; means of long enough batches do not. The
//! batches are made longer until the correlation of neighbouring batch means is no larger than
//! chance explains, or until too few are left (Law, 5th ed., 9.5.3).

use super::convert::{count, whole};
use super::interval::{Interval, Moments};
use super::order::sorted;
use super::paired::Estimate;

/// Batches that are tried first. More than 30 gain nothing and are more often correlated
/// (Schmeiser, 1982).
const MOST: usize = 20;
/// Fewer are never used.
const FEWEST: usize = 10;

/// The mean of a steady series.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BatchMeans {
    /// The mean of what went into batches.
    pub mean: f64,
    /// Its interval.
    pub interval: Interval,
    /// How many batches.
    pub batches: usize,
    /// Values of each.
    pub size: usize,
    /// Correlation of neighbouring batch means.
    pub correlation: f64,
    /// Whether that correlation is within chance; if not, the interval is too short.
    pub independent: bool,
}

/// Estimates the mean of a series without its warm-up; `None` below ten values.
pub fn batch_means(values: &[f64], level: f64) -> Option<BatchMeans> {
    let mut last = None;
    let mut batches = MOST.min(values.len());
    while batches >= FEWEST {
        let found = with_batches(values, batches, level)?;
        if found.independent {
            return Some(found);
        }
        last = Some(found);
        batches = batches * 3 / 4;
    }
    last
}

/// A quantile of a steady series: the whole series' own, with Student's interval from how far those
/// of the batches lie from it (sectioning; Asmussen and Glynn, Stochastic Simulation, 2007, III.5).
/// Around their own mean it covers less often: each leans a little, and all to the same side. `None` where a batch has fewer values than are [`needed`]: the quantile of so few leans to
/// the middle.
pub fn batch_quantile(values: &[f64], batches: usize, p: f64, level: f64) -> Option<Estimate> {
    let size = values.len() / batches.max(1);
    if size < needed(p) {
        return None;
    }
    let used = values.get(values.len() - size * batches..)?;
    let each: Vec<f64> = used
        .chunks_exact(size)
        .map(|some| interpolated(&sorted(some), p))
        .collect();
    let value = interpolated(&sorted(used), p);
    let squares: f64 = each.iter().map(|q| (q - value) * (q - value)).sum();
    let around = Moments {
        n: batches,
        mean: value,
        variance: squares / count(batches.max(2) - 1),
    };
    Some(Estimate {
        value,
        interval: around.interval(level),
    })
}

/// Values of a batch that are needed for its quantile: ten beyond it, on the side where fewer are.
pub fn needed(p: f64) -> usize {
    let beyond = p.min(1.0 - p);
    // The product's last digits are noise.
    whole((10.0 / beyond - 1e-6).ceil())
}

/// The value at `p (n + 1)` of an ascending sample, between its neighbours: of a uniform sample the
/// truth on average, where the nearest rank leans down by half a rank.
fn interpolated(sorted: &[f64], p: f64) -> f64 {
    let place = (p * count(sorted.len() + 1)).clamp(1.0, count(sorted.len())) - 1.0;
    let below = whole(place.floor());
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - place.floor()) * (sorted[above] - sorted[below])
}

fn with_batches(values: &[f64], batches: usize, level: f64) -> Option<BatchMeans> {
    let size = values.len() / batches;
    // What does not fill a batch is left out at the front, nearest to the warm-up.
    let used = values.get(values.len() - size * batches..)?;
    let means: Vec<f64> = used
        .chunks_exact(size.max(1))
        .map(|batch| batch.iter().sum::<f64>() / count(size))
        .collect();
    let moments = Moments::of(&means)?;
    let correlation = lag_one(&means, &moments);
    Some(BatchMeans {
        mean: moments.mean,
        interval: moments.interval(level)?,
        batches,
        size,
        correlation,
        // One-sided 5 %: under independence it is about normal with variance 1 / batches.
        independent: correlation <= 1.645 / count(batches).sqrt(),
    })
}

fn lag_one(values: &[f64], moments: &Moments) -> f64 {
    let off = |i: usize| values[i] - moments.mean;
    let products: f64 = (1..values.len()).map(|i| off(i - 1) * off(i)).sum();
    let squares: f64 = (0..values.len()).map(|i| off(i) * off(i)).sum();
    if squares > 0.0 {
        products / squares
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Rng, Seed};
    use crate::stats::convert::float;

    fn noise(rng: &mut Rng) -> f64 {
        float(rng.below(1 << 32)) / 4_294_967_296.0 - 0.5
    }

    #[test]
    fn covers_the_mean_of_a_correlated_series() {
        let mut held = 0;
        for seed in 0..200 {
            let mut rng = Rng::new(Seed(seed), 1);
            let mut x = 0.0;
            let series: Vec<f64> = (0..4_000)
                .map(|_| {
                    x = 0.9 * x + noise(&mut rng);
                    x
                })
                .collect();
            let found = batch_means(&series, 0.95).expect("long enough");
            held += usize::from(found.interval.holds(0.0));
        }
        assert!((180..=199).contains(&held), "{held} of 200");
    }

    #[test]
    fn quantiles_of_batches_cover_the_truth() {
        let mut held = 0;
        for seed in 0..200 {
            let mut rng = Rng::new(Seed(seed), 3);
            let series: Vec<f64> = (0..4_000).map(|_| noise(&mut rng)).collect();
            let found = batch_quantile(&series, 20, 0.9, 0.95).expect("long enough");
            held += usize::from(found.interval.expect("20 batches").holds(0.4));
        }
        assert!((180..=199).contains(&held), "{held} of 200");
        assert_eq!(batch_quantile(&[0.0; 100], 20, 0.9, 0.95), None);
        assert_eq!([0.5, 0.9, 0.99].map(needed), [20, 100, 1_000]);
    }

    #[test]
    fn says_when_the_series_is_too_short_for_its_memory() {
        let ramp: Vec<f64> = (0..200).map(f64::from).collect();
        assert!(!batch_means(&ramp, 0.95).expect("200 values").independent);
        assert_eq!(batch_means(&ramp[..9], 0.95), None);
    }
}
