//! Repeating until an interval is tight enough.
//!
//! Law (5th ed., 9.4.1, after Law, Kelton and Koenig 1981): replicate until the half-length is at
//! most `gamma / (1 + gamma)` of the mean's size; the relative error is then at most `gamma` about
//! as often as the interval covers, because the estimate itself stands in the denominator.

use super::LEVEL;
use super::convert::{count, whole};
use super::interval::{Interval, Moments};

/// Fewest replications before an interval is believed: below, variances are too often too small.
pub const FIRST: usize = 10;

/// When to stop repeating.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rule {
    /// Wanted relative precision of each mean, such as 0.05.
    pub gamma: f64,
    /// Most replications.
    pub most: usize,
}

/// What to do next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Every mean is known well enough.
    Enough,
    /// Go on until there are so many replications.
    Until(usize),
    /// Some mean is not known well enough, and there are no more replications to be had, or it has no
    /// values at all.
    Exhausted,
}

impl Rule {
    /// How many replications there are before the first look.
    pub fn first(&self) -> usize {
        FIRST.min(self.most)
    }

    /// What to do after `done` replications of settings with these samples.
    pub fn next(&self, samples: &[Vec<f64>], done: usize) -> Next {
        if done < self.first() {
            return Next::Until(self.first());
        }
        let known: Vec<Moments> = samples.iter().filter_map(|s| Moments::of(s)).collect();
        let loose = known.iter().filter(|m| !tight(m, self.gamma, LEVEL));
        let asked = loose.map(|m| next(m, self.gamma, LEVEL, self.most)).max();
        match asked {
            None if known.len() == samples.len() => Next::Enough,
            Some(asked) if done < self.most => Next::Until(asked.max(done + 1).min(self.most)),
            _ => Next::Exhausted,
        }
    }
}

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
    fn goes_on_until_every_mean_is_known() {
        let rule = Rule {
            gamma: 0.05,
            most: 40,
        };
        let same = vec![7.0; 10];
        let spread: Vec<f64> = (0..10).map(f64::from).collect();
        assert_eq!(rule.next(&[], 0), Next::Until(FIRST));
        assert_eq!(rule.next(std::slice::from_ref(&same), 10), Next::Enough);
        assert_eq!(
            rule.next(&[same.clone(), spread.clone()], 10),
            Next::Until(20)
        );
        assert_eq!(
            rule.next(std::slice::from_ref(&spread), 40),
            Next::Exhausted
        );
        assert_eq!(rule.next(&[same, Vec::new()], 10), Next::Exhausted);
        // Few runs with a value: one more at a time, at least.
        assert_eq!(rule.next(&[spread[..3].to_vec()], 20), Next::Until(21));
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
