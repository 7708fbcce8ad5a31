//! Screening: which inputs matter at all, for a dozen runs an input (Morris, 1991; the mean of
//! absolute effects after Campolongo, Cariboni and Saltelli, 2007).
//!
//! Inputs lie in the unit cube on four levels. A trajectory begins at a random point and moves one
//! input after the other, in random order, by 2/3. What the output changes by, over 2/3, is that
//! input's elementary effect there.

use super::convert::float;
use super::interval::{Interval, Moments};
use crate::sim::{Rng, Seed};

/// The step of an input.
const STEP: f64 = 2.0 / 3.0;

/// Trajectories, each with the points to evaluate: one more than there are inputs.
#[derive(Clone, PartialEq, Debug)]
pub struct Design {
    /// Points in the unit cube, trajectory after trajectory.
    pub points: Vec<Vec<f64>>,
    /// The input that was moved before each point; `None` for a trajectory's first.
    moved: Vec<Option<usize>>,
}

/// How one input acts.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Effect {
    /// Mean size of its elementary effects (mu star): how much it matters.
    pub size: f64,
    /// Student's interval for that, where there are two trajectories or more.
    pub interval: Option<Interval>,
    /// Their mean (mu): in which direction.
    pub mean: f64,
    /// Their standard deviation (sigma): curvature, or interaction with others.
    pub spread: f64,
}

/// A random design.
pub fn design(inputs: usize, trajectories: usize, seed: u64) -> Design {
    let mut design = Design {
        points: Vec::new(),
        moved: Vec::new(),
    };
    let mut rng = Rng::new(Seed(seed), 0x4d6f_7272_6973);
    for _ in 0..trajectories {
        let mut point: Vec<f64> = (0..inputs).map(|_| float(rng.below(4)) / 3.0).collect();
        design.points.push(point.clone());
        design.moved.push(None);
        for input in shuffled(inputs, &mut rng) {
            // From the lower two levels up, from the upper two down.
            point[input] += if point[input] < 0.5 { STEP } else { -STEP };
            design.points.push(point.clone());
            design.moved.push(Some(input));
        }
    }
    design
}

fn shuffled(n: usize, rng: &mut Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        let bound = u64::try_from(last + 1).expect("an index fits in 64 bits");
        let other = usize::try_from(rng.below(bound)).expect("below a length");
        order.swap(last, other);
    }
    order
}

/// The effect of each input, from the outputs at the design's points.
///
/// # Panics
/// If there is not one output for each point.
pub fn effects(design: &Design, outputs: &[f64], level: f64) -> Vec<Effect> {
    assert_eq!(
        design.points.len(),
        outputs.len(),
        "an output for each point"
    );
    let inputs = design.points.first().map_or(0, Vec::len);
    let mut each = vec![Vec::new(); inputs];
    for (at, moved) in design.moved.iter().enumerate() {
        if let Some(input) = *moved {
            let by = design.points[at][input] - design.points[at - 1][input];
            each[input].push((outputs[at] - outputs[at - 1]) / by);
        }
    }
    each.iter().filter_map(|e| effect(e, level)).collect()
}

fn effect(each: &[f64], level: f64) -> Option<Effect> {
    let sizes: Vec<f64> = each.iter().map(|e| e.abs()).collect();
    let (signed, sizes) = (Moments::of(each)?, Moments::of(&sizes)?);
    Some(Effect {
        size: sizes.mean,
        interval: sizes.interval(level),
        mean: signed.mean,
        spread: signed.variance.sqrt(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_function_has_its_coefficients_as_effects() {
        let design = design(3, 8, 1);
        assert_eq!(design.points.len(), 8 * 4);
        let f = |p: &Vec<f64>| 5.0 * p[0] - 2.0 * p[1];
        let outputs: Vec<f64> = design.points.iter().map(f).collect();
        let effects = effects(&design, &outputs, 0.95);
        for (effect, expected) in effects.iter().zip([5.0, -2.0, 0.0]) {
            assert!((effect.mean - expected).abs() < 1e-9, "{effect:?}");
            assert!((effect.size - expected.abs()).abs() < 1e-9 && effect.spread < 1e-9);
        }
        let inside = design
            .points
            .iter()
            .flatten()
            .all(|v| (-1e-9..=1.0 + 1e-9).contains(v));
        assert!(inside);
    }

    #[test]
    fn interaction_shows_as_spread() {
        let design = design(2, 40, 2);
        let f = |p: &Vec<f64>| (p[0] - 0.5) * (p[1] - 0.5);
        let outputs: Vec<f64> = design.points.iter().map(f).collect();
        let effects = effects(&design, &outputs, 0.95);
        assert!(
            effects.iter().all(|e| e.spread > e.mean.abs()),
            "{effects:?}"
        );
    }
}
