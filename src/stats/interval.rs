//! The mean of independent replications with Student's interval.

use super::convert::count;
use super::quantile::student;
use serde::Serialize;

/// What a quantity may be, at a stated confidence.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Whether a value lies inside.
    pub fn holds(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Half of its length.
    pub fn half(self) -> f64 {
        0.5 * (self.high - self.low)
    }
}

/// Mean and spread of a sample.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Moments {
    /// How many.
    pub n: usize,
    /// Their mean.
    pub mean: f64,
    /// Their variance, with `n - 1` below; 0 for a single value.
    pub variance: f64,
}

impl Moments {
    /// Of a sample; `None` if it is empty.
    pub fn of(values: &[f64]) -> Option<Self> {
        let n = values.len();
        let mean = values.iter().sum::<f64>() / count(n);
        let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
        let variance = if n > 1 { squares / count(n - 1) } else { 0.0 };
        (n > 0).then_some(Self { n, mean, variance })
    }

    /// Standard error of the mean.
    pub fn error(&self) -> f64 {
        (self.variance / count(self.n)).sqrt()
    }

    /// Student's interval for the mean; `None` for fewer than two values.
    pub fn interval(&self, level: f64) -> Option<Interval> {
        if self.n < 2 {
            return None;
        }
        let t = student(0.5 + 0.5 * level, count(self.n - 1));
        let half = t * self.error();
        Some(Interval {
            low: self.mean - half,
            high: self.mean + half,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_known_sample() {
        // Law, Simulation Modeling and Analysis, 5th ed., example 4.26.
        let sample = [1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09];
        let moments = Moments::of(&sample).expect("ten values");
        let interval = moments.interval(0.90).expect("ten values");
        assert!((moments.mean - 1.343).abs() < 5e-4 && (moments.variance - 0.17).abs() < 5e-3);
        assert!((interval.half() - 0.24).abs() < 5e-3, "{interval:?}");
    }

    #[test]
    fn few_values_say_little() {
        assert_eq!(Moments::of(&[]), None);
        let one = Moments::of(&[3.0]).expect("one value");
        assert_eq!(one.interval(0.95), None);
        let same = Moments::of(&[3.0, 3.0]).expect("two values");
        assert!(same.interval(0.95).expect("two values").holds(3.0));
    }
}
