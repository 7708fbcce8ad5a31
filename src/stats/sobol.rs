//! Sobol indices: which part of the output's variance each input explains, alone (first order) and
//! with everything it interacts with (total).
//!
//! Saltelli's design of `n (k + 2)` runs with Jansen's estimators (Saltelli et al., 2010), and
//! percentile intervals from 500 bootstrap samples of the `n` rows (Archer et al., 1997).

use super::convert::{count, float};
use super::interval::Interval;
use super::order::{quantile, sorted};
use crate::sim::{Rng, Seed};

/// Bootstrap samples.
const RESAMPLES: usize = 500;

/// The points to evaluate, in the unit cube: for each row `A`, `B`, and `A` with input `i` of `B`.
#[derive(Clone, PartialEq, Debug)]
pub struct Design {
    /// Points, row after row.
    pub points: Vec<Vec<f64>>,
    inputs: usize,
}

/// One input's indices.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Index {
    /// Part of the variance that it explains alone.
    pub first: f64,
    /// What that may be.
    pub first_interval: Interval,
    /// Part that would be left if all others were known.
    pub total: f64,
    /// What that may be.
    pub total_interval: Interval,
}

/// A random design of `rows` rows.
pub fn design(inputs: usize, rows: usize, seed: u64) -> Design {
    let mut rng = Rng::new(Seed(seed), 0x0053_6f62_6f6c);
    let mut uniform = || float(rng.next_u64() >> 11) / 9_007_199_254_740_992.0;
    let mut points = Vec::new();
    for _ in 0..rows {
        let a: Vec<f64> = (0..inputs).map(|_| uniform()).collect();
        let b: Vec<f64> = (0..inputs).map(|_| uniform()).collect();
        let mixed: Vec<Vec<f64>> = (0..inputs)
            .map(|input| {
                let mut point = a.clone();
                point[input] = b[input];
                point
            })
            .collect();
        points.push(a);
        points.push(b);
        points.extend(mixed);
    }
    Design { points, inputs }
}

/// The indices of each input, from the outputs at the design's points; `None` if the output does
/// not vary.
///
/// # Panics
/// If there is not one output for each point.
pub fn indices(design: &Design, outputs: &[f64], level: f64, seed: u64) -> Option<Vec<Index>> {
    assert_eq!(
        design.points.len(),
        outputs.len(),
        "an output for each point"
    );
    let rows: Vec<&[f64]> = outputs.chunks_exact(design.inputs + 2).collect();
    let all: Vec<usize> = (0..rows.len()).collect();
    let best = estimate(&rows, &all, design.inputs)?;
    let mut rng = Rng::new(Seed(seed), 0x626f_6f74);
    let n = u64::try_from(rows.len()).expect("a length fits in 64 bits");
    let mut samples = vec![[Vec::new(), Vec::new()]; design.inputs];
    for _ in 0..RESAMPLES {
        let pick = |_: &usize| usize::try_from(rng.below(n)).expect("below a length");
        let picked: Vec<usize> = all.iter().map(pick).collect();
        let drawn = estimate(&rows, &picked, design.inputs)
            .into_iter()
            .flatten();
        for ((first, total), kept) in drawn.zip(&mut samples) {
            kept[0].push(first);
            kept[1].push(total);
        }
    }
    let zipped = best.into_iter().zip(&samples);
    let all = zipped.map(|((first, total), [firsts, totals])| Index {
        first,
        first_interval: percentiles(firsts, first, level),
        total,
        total_interval: percentiles(totals, total, level),
    });
    Some(all.collect())
}

/// First-order and total index of each input over some rows.
fn estimate(rows: &[&[f64]], picked: &[usize], inputs: usize) -> Option<Vec<(f64, f64)>> {
    let n = count(picked.len());
    let base = || {
        picked
            .iter()
            .flat_map(|&row| rows[row][..2].iter().copied())
    };
    let mean = base().sum::<f64>() / (2.0 * n);
    let variance = base().map(|y| (y - mean) * (y - mean)).sum::<f64>() / (2.0 * n);
    if variance <= f64::MIN_POSITIVE {
        return None;
    }
    let half_square = |input: usize, of: usize| {
        let each = picked
            .iter()
            .map(|&row| rows[row][2 + input] - rows[row][of]);
        each.map(|d| d * d).sum::<f64>() / (2.0 * n)
    };
    let one = |input| {
        let first = 1.0 - half_square(input, 1) / variance;
        (first, half_square(input, 0) / variance)
    };
    Some((0..inputs).map(one).collect())
}

fn percentiles(values: &[f64], around: f64, level: f64) -> Interval {
    let sorted = sorted(values);
    let at = |p| quantile(&sorted, p).unwrap_or(around);
    Interval {
        low: at(0.5 - 0.5 * level),
        high: at(0.5 + 0.5 * level),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::f64::consts::PI;

    #[test]
    fn ishigami_has_its_known_indices() {
        let design = design(3, 4_000, 1);
        let f = |p: &Vec<f64>| {
            let x = |i: usize| PI * (2.0 * p[i] - 1.0);
            let (s, t) = (libm::sin(x(0)), libm::sin(x(1)));
            s + 7.0 * t * t + 0.1 * libm::pow(x(2), 4.0) * s
        };
        let outputs: Vec<f64> = design.points.iter().map(f).collect();
        let found = indices(&design, &outputs, 0.95, 1).expect("it varies");
        let known = [(0.3139, 0.5576), (0.4424, 0.4424), (0.0, 0.2437)];
        for (index, (first, total)) in found.iter().zip(known) {
            // Three standard errors of the first input's total index, the widest (0.022).
            assert!((index.first - first).abs() < 0.066, "{index:?}, {first}");
            assert!((index.total - total).abs() < 0.066, "{index:?}, {total}");
            assert!(index.first_interval.holds(index.first));
            assert!(index.total_interval.half() < 0.06);
        }
    }

    #[test]
    fn a_constant_has_no_indices() {
        let design = design(2, 4, 1);
        assert_eq!(indices(&design, &[1.0; 16], 0.95, 1), None);
    }
}
