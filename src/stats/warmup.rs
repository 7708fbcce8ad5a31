//! Where the warm-up of a steady-state series ends: MSER-5 (White, Cobb and Spratt, 2000).
//!
//! The series is put into batches of five. Of all points at which it could be cut, MSER takes the
//! one after which the mean has the smallest standard error, as if what is left were independent.
//! A cut in the last half means that no steady state was reached (Hoad, Robinson and Davies, 2010).

use super::convert::count;

/// Values of one batch.
pub const BATCH: usize = 5;
/// Fewest batches that can be judged.
const FEWEST: usize = 10;

/// Where the warm-up ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WarmUp {
    /// After this many values.
    Ends(usize),
    /// Not within the series: it must be longer.
    NotReached,
    /// The series is too short to say.
    TooShort,
}

impl WarmUp {
    /// What is left of the series, if there is a steady state in it.
    pub fn steady<'v>(&self, values: &'v [f64]) -> Option<&'v [f64]> {
        match self {
            Self::Ends(after) => values.get(*after..),
            Self::NotReached | Self::TooShort => None,
        }
    }
}

/// Finds the end of the warm-up.
pub fn mser5(values: &[f64]) -> WarmUp {
    let means: Vec<f64> = values
        .chunks_exact(BATCH)
        .map(|batch| batch.iter().sum::<f64>() / count(BATCH))
        .collect();
    if means.len() < FEWEST {
        return WarmUp::TooShort;
    }
    // From the end: sum and squares of what is left after each cut, without the last five.
    let (mut sum, mut squares) = (0.0, 0.0);
    let mut best = (f64::INFINITY, 0);
    for cut in (0..means.len()).rev() {
        sum += means[cut];
        squares += means[cut] * means[cut];
        let left = means.len() - cut;
        if left < BATCH {
            continue;
        }
        let n = count(left);
        let score = (squares - sum * sum / n) / (n * n);
        if score <= best.0 {
            best = (score, cut);
        }
    }
    if best.1 > means.len() / 2 {
        WarmUp::NotReached
    } else {
        WarmUp::Ends(best.1 * BATCH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bounded wobble around zero.
    fn wobble(i: u32) -> f64 {
        f64::from(i.wrapping_mul(2_654_435_761) >> 16) / 65_536.0 - 0.5
    }

    #[test]
    fn a_ramp_is_cut_off() {
        let series: Vec<f64> = (0..500)
            .map(|i| 50.0 * libm::exp(-f64::from(i) / 20.0) + wobble(i))
            .collect();
        let WarmUp::Ends(after) = mser5(&series) else {
            panic!("there is a steady state");
        };
        assert!((60..=150).contains(&after), "{after}");
        let steady = mser5(&series).steady(&series).expect("there is one");
        assert!(steady.iter().sum::<f64>().abs() / count(steady.len()) < 0.1);
    }

    #[test]
    fn what_is_steady_is_kept() {
        let series: Vec<f64> = (0..500).map(wobble).collect();
        assert!(matches!(mser5(&series), WarmUp::Ends(after) if after < 100));
        assert_eq!(mser5(&vec![7.0; 500]), WarmUp::Ends(0));
    }

    #[test]
    fn what_never_settles_is_said() {
        let series: Vec<f64> = (0..500).map(|i| f64::from(i) + wobble(i)).collect();
        assert_eq!(mser5(&series), WarmUp::NotReached);
        assert_eq!(mser5(&series[..40]), WarmUp::TooShort);
    }
}
