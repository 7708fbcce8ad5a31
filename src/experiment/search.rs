//! Where does it begin to fail? Points are tried with as many runs as it takes to be sure, and only
//! where it matters: by bisection along one axis ([`super::edge`]), by refining cells along the edge
//! over two ([`super::region`]).
//!
//! A point passes or fails if Clopper and Pearson's interval for its share of failing runs lies
//! below or above one half. The interval is looked at after 8, 16, 32 ... runs, each time at such a
//! confidence that all looks together err in at most 5 % of points; a point that is still open after
//! the last look is unclear, and said to be.

use crate::stats::convert::count;
use crate::stats::interval::Interval;
use crate::stats::proportion::share_at_least;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Runs at the first look.
pub const FIRST_LOOK: usize = 8;
/// Probability that a point is put on the wrong side.
const ERROR: f64 = 0.05;

/// A point's place on the two axes; on one axis the second is 0.
pub type Place = [u64; 2];

/// Which side of the edge a point is on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// Surely less than half of its runs fail.
    Passes,
    /// Surely more than half of its runs fail.
    Fails,
    /// Neither is sure.
    Unclear,
}

impl Class {
    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passes => "passes",
            Self::Fails => "fails",
            Self::Unclear => "unclear",
        }
    }
}

/// A point that was tried.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Tried {
    /// Runs.
    pub runs: usize,
    /// Of these, how many failed.
    pub failed: usize,
    /// What the share may be.
    pub interval: Interval,
    /// On which side it is.
    pub class: Class,
}

/// Tries points and remembers them. `probe` runs repetitions of points and says of each point how
/// many of them failed.
pub struct Explorer<P> {
    probe: P,
    looks: Vec<usize>,
    /// Confidence of the interval at each look: all looks together err in at most 5 % of points.
    pub level: f64,
    /// What was tried so far.
    pub tried: BTreeMap<Place, Tried>,
}

impl<P, E> Explorer<P>
where
    P: FnMut(&[(Place, Range<usize>)]) -> Result<Vec<usize>, E>,
{
    /// An explorer that runs a point at most `most` times.
    pub fn new(most: usize, probe: P) -> Self {
        let doubling = std::iter::successors(Some(FIRST_LOOK), |runs| Some(runs * 2));
        let mut looks: Vec<usize> = doubling.take_while(|&runs| runs < most).collect();
        looks.push(most);
        Self {
            probe,
            level: 1.0 - ERROR / count(looks.len()),
            looks,
            tried: BTreeMap::new(),
        }
    }

    /// Runs so far.
    pub fn runs(&self) -> usize {
        self.tried.values().map(|tried| tried.runs).sum()
    }

    /// Tries points until each is clear or has had its last look.
    pub fn settle(&mut self, places: &[Place]) -> Result<(), E> {
        let mut open: BTreeSet<Place> = places.iter().copied().collect();
        open.retain(|place| !self.tried.contains_key(place));
        let mut before = 0;
        for look in self.looks.clone() {
            let asked: Vec<_> = open.iter().map(|&place| (place, before..look)).collect();
            if asked.is_empty() {
                break;
            }
            let failed = (self.probe)(&asked)?;
            for ((place, _), failed) in asked.iter().zip(failed) {
                let failed = failed + self.tried.get(place).map_or(0, |tried| tried.failed);
                let interval = share_at_least(failed, look, self.level);
                let tried = Tried {
                    runs: look,
                    failed,
                    interval,
                    class: side(interval),
                };
                self.tried.insert(*place, tried);
            }
            open.retain(|place| self.tried[place].class == Class::Unclear);
            before = look;
        }
        Ok(())
    }

    /// The class of a place along one axis.
    pub(super) fn class(&mut self, at: u64) -> Result<Class, E> {
        self.settle(&[[at, 0]])?;
        Ok(self.tried[&[at, 0]].class)
    }
}

fn side(interval: Interval) -> Class {
    if interval.low > 0.5 {
        Class::Fails
    } else if interval.high < 0.5 {
        Class::Passes
    } else {
        Class::Unclear
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::sim::{Rng, Seed};
    use std::convert::Infallible;

    pub(in crate::experiment) type Probe =
        Box<dyn FnMut(&[(Place, Range<usize>)]) -> Result<Vec<usize>, Infallible>>;

    /// Runs that fail with a probability per 1,000 that depends on the place.
    pub(in crate::experiment) fn explorer(
        permille: impl Fn(Place) -> u64 + 'static,
    ) -> Explorer<Probe> {
        let failed = move |(place, runs): &(Place, Range<usize>)| {
            let mut rng = Rng::new(Seed(place[0] * 1_000 + place[1]), runs.start as u64);
            let hit = |_: &usize| rng.below(1_000) < permille(*place);
            runs.clone().filter(hit).count()
        };
        let probe = move |asked: &[(Place, Range<usize>)]| Ok(asked.iter().map(&failed).collect());
        Explorer::new(32, Box::new(probe))
    }
}
