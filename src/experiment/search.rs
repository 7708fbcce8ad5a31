//! Where does it begin to fail? Points are tried with as many runs as it takes to be sure, and only
//! where it matters: by bisection along one axis ([`super::edge`]), by refining cells along the edge
//! over two ([`super::region`]).
//!
//! A point passes or fails if Clopper and Pearson's interval for its share of failing runs lies
//! below or above one half. The interval is looked at after 8, 16, 32 ... runs, each time at such a
//! confidence that all looks together err in at most 5 % of points; a point that is still open after
//! the last look is unclear, and said to be. A run of which cannot be told whether it fails may be
//! either: the interval reaches from the share without such runs to the share with them.

use crate::stats::convert::count;
use crate::stats::interval::Interval;
use crate::stats::proportion::share_at_least;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{AddAssign, Range};

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

/// What came of runs of a point: the others did not fail.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Score {
    /// How many failed.
    pub failed: usize,
    /// Of how many it cannot be told.
    pub untold: usize,
}

impl Score {
    /// Counts a run that failed, did not, or of which it cannot be told.
    pub fn count(&mut self, failed: Option<bool>) {
        match failed {
            Some(failed) => self.failed += usize::from(failed),
            None => self.untold += 1,
        }
    }
}

impl AddAssign for Score {
    fn add_assign(&mut self, other: Self) {
        self.failed += other.failed;
        self.untold += other.untold;
    }
}

/// A point that was tried.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Tried {
    /// Runs.
    pub runs: usize,
    /// What came of them.
    pub score: Score,
    /// What the share of failing runs may be.
    pub interval: Interval,
    /// On which side it is.
    pub class: Class,
}

/// Tries points and remembers them. `probe` runs repetitions of points and says of each point what
/// came of them.
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
    P: FnMut(&[(Place, Range<usize>)]) -> Result<Vec<Score>, E>,
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
            let scores = (self.probe)(&asked)?;
            for ((place, _), mut score) in asked.iter().zip(scores) {
                score += self
                    .tried
                    .get(place)
                    .map_or_else(Score::default, |t| t.score);
                let interval = share(score, look, self.level);
                let tried = Tried {
                    runs: look,
                    score,
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

/// What the share of failing runs may be, whatever those are of which it cannot be told.
fn share(Score { failed, untold }: Score, runs: usize, level: f64) -> Interval {
    Interval {
        low: share_at_least(failed, runs, level).low,
        high: share_at_least(failed + untold, runs, level).high,
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
        Box<dyn FnMut(&[(Place, Range<usize>)]) -> Result<Vec<Score>, Infallible>>;

    /// Runs that fail with a probability per 1,000 that depends on the place.
    pub(in crate::experiment) fn explorer(
        permille: impl Fn(Place) -> u64 + 'static,
    ) -> Explorer<Probe> {
        let score = move |(place, runs): &(Place, Range<usize>)| {
            let mut rng = Rng::new(Seed(place[0] * 1_000 + place[1]), runs.start as u64);
            let hit = |_: &usize| rng.below(1_000) < permille(*place);
            Score {
                failed: runs.clone().filter(hit).count(),
                untold: 0,
            }
        };
        let probe = move |asked: &[(Place, Range<usize>)]| Ok(asked.iter().map(&score).collect());
        Explorer::new(32, Box::new(probe))
    }

    /// The class of a point of whose runs so many in four fail and so many cannot be told.
    fn class(failed: usize, untold: usize) -> Class {
        let score = move |(_, runs): &(Place, Range<usize>)| {
            let mut score = Score::default();
            for run in runs.clone() {
                score.count(match run % 4 {
                    run if run < failed => Some(true),
                    run if run < failed + untold => None,
                    _ => Some(false),
                });
            }
            score
        };
        let probe = move |asked: &[(Place, Range<usize>)]| {
            Ok::<_, Infallible>(asked.iter().map(score).collect())
        };
        let Ok(class) = Explorer::new(64, probe).class(0);
        class
    }

    #[test]
    fn what_cannot_be_told_may_be_either() {
        for (failed, untold, expected) in [
            (0, 0, Class::Passes),
            (0, 1, Class::Passes),
            (0, 3, Class::Unclear),
            (0, 4, Class::Unclear),
            (1, 2, Class::Unclear),
            (3, 1, Class::Fails),
            (4, 0, Class::Fails),
        ] {
            assert_eq!(class(failed, untold), expected, "{failed} {untold}");
        }
    }
}
