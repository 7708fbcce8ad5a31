//! How far a prediction is off.
//!
//! A quantity is **off by a factor** of the larger over the smaller of the recorded value and the simulated median, both
//! raised to the quantity's floor: below the floor nothing is told apart. Where both are below it, there is no factor and
//! the two agree. It is **inside** if the recorded value lies between the 5th and 95th percentile over seeds, allowing for
//! the recording's resolution. The **interval score** (Gneiting and Raftery, for a 90 % interval) is the interval's width and
//! twenty times the distance by which the value misses it, relative to the recorded value: small only if the interval is
//! narrow *and* holds the value.

use super::numbers::{float, length, median, quantile, sorted};
use super::quantity::Quantity;
use serde::Serialize;

/// What a 90 % interval pays for a miss: 2 over 1 - 0.9.
const PENALTY: f64 = 20.0;

/// From so many runs on, 5 % of them are a run.
pub const FEWEST_SEEDS: u64 = 20;

/// The share of further runs of the same kind that would lie between the 5th and 95th percentile of so many runs: with ranks
/// counted from 0, the percentiles stand at 0.05 and 0.95 of n - 1, and one more run falls into each of n + 1 gaps alike.
pub fn expected_inside(seeds: u64) -> f64 {
    let n = float(seeds);
    (1.0 - 2.0 * (1.0 + 0.05 * (n - 1.0)) / (n + 1.0)).max(0.0)
}

/// What is to be said where there are too few runs for such percentiles.
pub fn few_seeds(seeds: u64) -> Option<String> {
    let share = |seeds| expected_inside(seeds) * 100.0;
    (seeds < FEWEST_SEEDS).then(|| {
        let (of, hold) = match seeds {
            1 => ("1 run".to_owned(), "are that run".to_owned()),
            n => (
                format!("{n} runs"),
                format!("lie at or near the smallest and the largest of them, which hold {:.0} % of a right model's further runs", share(n)),
            ),
        };
        format!(
            "5 % of {of} is less than a run: p5 and p95 {hold}; --seeds {FEWEST_SEEDS} holds {:.0} %",
            share(FEWEST_SEEDS)
        )
    })
}

/// One quantity, recorded and simulated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// Its name.
    pub name: &'static str,
    /// As recorded.
    pub real: f64,
    /// 5th percentile over seeds.
    pub sim_p5: f64,
    /// Median over seeds.
    pub sim_p50: f64,
    /// 95th percentile over seeds.
    pub sim_p95: f64,
    /// Whether nothing was fitted to this recording.
    pub predicted: bool,
    /// Whether the recorded value lies within the spread.
    pub inside: bool,
    /// By what factor the median is off; none if both are below the floor.
    pub factor: Option<f64>,
    /// The floor.
    pub floor: f64,
    /// Width of the spread, relative to the median (or the floor, if that is larger).
    pub relative_width: f64,
    /// Interval score, relative to the recorded value (or the floor).
    pub interval_score: f64,
}

impl Compared {
    /// Sets a recorded value against those over seeds; `None` if no run has it.
    pub fn new(quantity: &Quantity, real: f64, runs: &[f64], predicted: bool) -> Option<Self> {
        let runs = sorted(runs.iter().copied());
        let (low, mid, high) = (
            quantile(&runs, 0.05)?,
            quantile(&runs, 0.5)?,
            quantile(&runs, 0.95)?,
        );
        let floor = quantity.floor;
        let below = real < floor && mid < floor;
        let (a, b) = (real.max(floor), mid.max(floor));
        let r = quantity.resolution;
        let missed = (low - r - real).max(real - high - r).max(0.0);
        Some(Self {
            name: quantity.name,
            real,
            sim_p5: low,
            sim_p50: mid,
            sim_p95: high,
            predicted,
            inside: missed <= 0.0 || below,
            factor: (!below).then(|| a.max(b) / a.min(b)),
            floor,
            relative_width: (high - low) / b,
            interval_score: (high - low + PENALTY * if below { 0.0 } else { missed }) / a,
        })
    }
}

/// The score over predicted quantities.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct Score {
    /// Quantities predicted.
    pub quantities: usize,
    /// Those with a factor: not both values are below the floor.
    pub with_factor: usize,
    /// Median factor off.
    pub median_factor: Option<f64>,
    /// Worst factor off.
    pub worst_factor: Option<f64>,
    /// Where that was.
    pub worst: Option<String>,
    /// Share inside the spread.
    pub share_inside: Option<f64>,
    /// Median relative width of the spreads.
    pub relative_width: Option<f64>,
    /// Median relative interval score.
    pub interval_score: Option<f64>,
}

impl Score {
    /// The score of some comparisons, each with the name of its recording.
    pub fn of<'a>(all: impl Iterator<Item = (&'a str, &'a Compared)>) -> Self {
        let all: Vec<_> = all.filter(|(_, c)| c.predicted).collect();
        let worst = all
            .iter()
            .filter_map(|(name, c)| Some((c.factor?, format!("{} of {name}", c.name))))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let inside = all.iter().filter(|(_, c)| c.inside).count();
        let of =
            |value: fn(&Compared) -> Option<f64>| median(all.iter().filter_map(|(_, c)| value(c)));
        Self {
            quantities: all.len(),
            with_factor: all.iter().filter(|(_, c)| c.factor.is_some()).count(),
            median_factor: of(|c| c.factor),
            worst_factor: worst.as_ref().map(|(factor, _)| *factor),
            worst: worst.map(|(_, place)| place),
            share_inside: (!all.is_empty()).then(|| length(inside) / length(all.len())),
            relative_width: of(|c| Some(c.relative_width)),
            interval_score: of(|c| Some(c.interval_score)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::quantity::QUANTITIES;
    use super::*;

    fn peak(real: f64, runs: &[f64]) -> Compared {
        Compared::new(&QUANTITIES[1], real, runs, true).expect("there are runs")
    }

    #[test]
    fn below_the_floor_there_is_no_factor_and_above_it_there_is() {
        assert_eq!(QUANTITIES[1].name, "peak_drop_mib");
        let both_below = peak(1.0, &[20.0]);
        assert_eq!((both_below.factor, both_below.inside), (None, true));
        let one_above = peak(1.0, &[60.0]);
        assert_eq!((one_above.factor, one_above.inside), (Some(2.0), false));
        let above = peak(300.0, &[100.0]);
        assert_eq!((above.factor, above.inside), (Some(3.0), false));
    }

    #[test]
    fn a_wide_interval_pays_for_its_width_and_a_miss_pays_more() {
        let narrow = peak(100.0, &[99.0, 101.0]).interval_score;
        let wide = peak(100.0, &[50.0, 150.0]).interval_score;
        let miss = peak(100.0, &[149.0, 151.0]).interval_score;
        assert!(narrow < wide && wide < miss, "{narrow} {wide} {miss}");
    }

    #[test]
    fn few_runs_hold_few_of_the_further_ones() {
        // Of three numbers in any order the third lies between the other two in a third of the cases; of those 0.9 here.
        assert!((expected_inside(2) - 0.3).abs() < 1e-12);
        assert!(expected_inside(1).abs() < 1e-12);
        assert!((expected_inside(1_000_000) - 0.9).abs() < 1e-5);
        // Every rank that the next of 20 runs can have, counted.
        let runs: Vec<f64> = (1..=20).map(f64::from).collect();
        let [low, high] = [0.05, 0.95].map(|at| quantile(&runs, at).expect("runs"));
        // Evenly within each gap, and outside of both ends.
        let steps = (0..21_000).map(|i| f64::from(i) / 1_000.0);
        let inside = steps.filter(|at| (low..=high).contains(at)).count();
        assert!((length(inside) / 21_000.0 - expected_inside(20)).abs() < 1e-3);
        assert!(few_seeds(20).is_none());
        assert!(
            few_seeds(19).is_some_and(|said| said.contains("19 runs") && said.contains("81 %"))
        );
        assert!(few_seeds(1).is_some_and(|said| said.contains("are that run")));
    }

    #[test]
    fn only_predictions_count() {
        let fitted = Compared {
            predicted: false,
            ..peak(100.0, &[1_000.0])
        };
        let predicted = peak(100.0, &[200.0]);
        let score = Score::of([("a", &fitted), ("b", &predicted)].into_iter());
        assert_eq!((score.quantities, score.median_factor), (1, Some(2.0)));
        assert_eq!(score.worst.as_deref(), Some("peak_drop_mib of b"));
    }
}
