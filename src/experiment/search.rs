//! Where does it begin to fail? Points are tried with as many runs as it takes to be sure, and only
//! where it matters: by bisection along one axis, by refining cells along the edge over two.
//!
//! A point passes or fails if Clopper and Pearson's interval for its share of failing runs lies
//! below or above one half. The interval is looked at after 8, 16, 32 ... runs, each time at such a
//! confidence that all looks together err in at most 5 % of points; a point that is still open after
//! the last look is unclear, and said to be.

use crate::stats::convert::count;
use crate::stats::interval::Interval;
use crate::stats::proportion::share;
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
        let level = 1.0 - ERROR / count(self.looks.len());
        let mut before = 0;
        for look in self.looks.clone() {
            let asked: Vec<_> = open.iter().map(|&place| (place, before..look)).collect();
            if asked.is_empty() {
                break;
            }
            let failed = (self.probe)(&asked)?;
            for ((place, _), failed) in asked.iter().zip(failed) {
                let failed = failed + self.tried.get(place).map_or(0, |tried| tried.failed);
                let interval = share(failed, look, level);
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

    fn class(&mut self, at: u64) -> Result<Class, E> {
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

/// What was found along one axis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Edge {
    /// All points that were tried are of one class.
    None(Class),
    /// Between these two places the class changes, from the first to the second; what lies between
    /// them is unclear, or nothing does.
    Between {
        /// The last place before the edge.
        before: (u64, Class),
        /// The first place behind it.
        behind: (u64, Class),
    },
    /// It changes more than once.
    NotMonotone,
    /// No two clear points differ, but some are unclear.
    CannotTell,
}

/// Finds the edge along an axis of `len` places.
pub fn bisect<P, E>(explorer: &mut Explorer<P>, len: u64) -> Result<Edge, E>
where
    P: FnMut(&[(Place, Range<usize>)]) -> Result<Vec<usize>, E>,
{
    let last = len.saturating_sub(1);
    let coarse = [0, last / 4, last / 2, last - last / 4, last].map(|at| [at, 0]);
    explorer.settle(&coarse)?;
    let Some((low, high)) = change(explorer) else {
        return Ok(verdict(explorer));
    };
    let (before, behind) = (explorer.class(low)?, explorer.class(high)?);
    // The last place of the class before, then the first of the class behind.
    let mut inner = high;
    let mut low = low;
    while inner - low > 1 {
        let middle = low + (inner - low) / 2;
        if explorer.class(middle)? == before {
            low = middle;
        } else {
            inner = middle;
        }
    }
    let (mut outer, mut high) = (low, high);
    while high - outer > 1 {
        let middle = outer + (high - outer) / 2;
        if explorer.class(middle)? == behind {
            high = middle;
        } else {
            outer = middle;
        }
    }
    if verdict(explorer) == Edge::NotMonotone {
        return Ok(Edge::NotMonotone);
    }
    Ok(Edge::Between {
        before: (low, before),
        behind: (high, behind),
    })
}

/// Clear places in order, each with its class.
fn clear<P>(explorer: &Explorer<P>) -> Vec<(u64, Class)> {
    let tried = explorer.tried.iter();
    tried
        .filter(|(_, tried)| tried.class != Class::Unclear)
        .map(|(place, tried)| (place[0], tried.class))
        .collect()
}

/// The two clear neighbours that differ, if there is just one such pair.
fn change<P>(explorer: &Explorer<P>) -> Option<(u64, u64)> {
    let clear = clear(explorer);
    let mut changes = clear.windows(2).filter(|pair| pair[0].1 != pair[1].1);
    let pair = changes.next()?;
    changes.next().is_none().then_some((pair[0].0, pair[1].0))
}

/// What the places tried so far say without looking closer.
fn verdict<P>(explorer: &Explorer<P>) -> Edge {
    let clear = clear(explorer);
    let changes = clear.windows(2).filter(|pair| pair[0].1 != pair[1].1);
    match (changes.count(), clear.first()) {
        (0, Some(&(_, class))) if clear.len() == explorer.tried.len() => Edge::None(class),
        (0, _) => Edge::CannotTell,
        (1, _) => Edge::Between {
            before: clear[0],
            behind: clear[clear.len() - 1],
        },
        _ => Edge::NotMonotone,
    }
}

/// The classes of all places over two axes.
#[derive(Clone, PartialEq, Debug)]
pub struct Region {
    /// Places along each axis.
    pub size: Place,
    /// The class of each place that was not tried, by the cell around it.
    inferred: BTreeMap<Place, Class>,
}

impl Region {
    /// The class of a place that was inferred from the corners of the cell around it.
    pub fn inferred(&self, place: Place) -> Option<Class> {
        self.inferred.get(&place).copied()
    }
}

/// A cell between four tried corners: its first and last place on each axis.
type Cell = [(u64, u64); 2];

/// Maps the failing region over a grid: coarse cells first, and each cell whose corners differ is
/// divided until its corners are neighbours. An island inside a coarse cell is not seen.
pub fn map<P, E>(explorer: &mut Explorer<P>, size: Place) -> Result<Region, E>
where
    P: FnMut(&[(Place, Range<usize>)]) -> Result<Vec<usize>, E>,
{
    let lines = size.map(coarse);
    let mut cells: Vec<Cell> = Vec::new();
    for x in pairs(&lines[0]) {
        cells.extend(pairs(&lines[1]).into_iter().map(|y| [x, y]));
    }
    let mut region = Region {
        size,
        inferred: BTreeMap::new(),
    };
    while !cells.is_empty() {
        let places: Vec<Place> = cells.iter().flat_map(|cell| corners(*cell)).collect();
        explorer.settle(&places)?;
        let mut next = Vec::new();
        for cell in cells {
            let classes = corners(cell).map(|place| explorer.tried[&place].class);
            let whole = classes.iter().all(|class| *class == classes[0]);
            if whole && classes[0] != Class::Unclear {
                infer(&mut region, cell, classes[0]);
            } else {
                next.extend(divide(cell));
            }
        }
        cells = next;
    }
    Ok(region)
}

/// About five lines over `len` places, the first and the last among them.
fn coarse(len: u64) -> Vec<u64> {
    let last = len.saturating_sub(1);
    let mut lines: Vec<u64> = (0..=4).map(|quarter| last * quarter / 4).collect();
    lines.dedup();
    lines
}

fn pairs(lines: &[u64]) -> Vec<(u64, u64)> {
    match lines {
        [only] => vec![(*only, *only)],
        _ => lines.windows(2).map(|pair| (pair[0], pair[1])).collect(),
    }
}

fn corners([x, y]: Cell) -> [Place; 4] {
    [[x.0, y.0], [x.1, y.0], [x.0, y.1], [x.1, y.1]]
}

/// The four, two or no parts of a cell.
fn divide(cell: Cell) -> Vec<Cell> {
    let halves = cell.map(|(first, last)| {
        let middle = first + (last - first) / 2;
        if middle == first {
            vec![(first, last)]
        } else {
            vec![(first, middle), (middle, last)]
        }
    });
    if halves.iter().all(|half| half.len() == 1) {
        return Vec::new();
    }
    let mut parts = Vec::new();
    for x in &halves[0] {
        parts.extend(halves[1].iter().map(|y| [*x, *y]));
    }
    parts
}

fn infer(region: &mut Region, [x, y]: Cell, class: Class) {
    for at_x in x.0..=x.1 {
        for at_y in y.0..=y.1 {
            region.inferred.insert([at_x, at_y], class);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Rng, Seed};
    use std::convert::Infallible;

    type Probe = Box<dyn FnMut(&[(Place, Range<usize>)]) -> Result<Vec<usize>, Infallible>>;

    /// Runs that fail with a probability per 1,000 that depends on the place.
    fn explorer(permille: impl Fn(Place) -> u64 + 'static) -> Explorer<Probe> {
        let failed = move |(place, runs): &(Place, Range<usize>)| {
            let mut rng = Rng::new(Seed(place[0] * 1_000 + place[1]), runs.start as u64);
            let hit = |_: &usize| rng.below(1_000) < permille(*place);
            runs.clone().filter(hit).count()
        };
        let probe = move |asked: &[(Place, Range<usize>)]| Ok(asked.iter().map(&failed).collect());
        Explorer::new(32, Box::new(probe))
    }

    fn edge(permille: impl Fn(u64) -> u64 + 'static) -> (Edge, usize) {
        let mut explorer = explorer(move |place| permille(place[0]));
        let Ok(edge) = bisect(&mut explorer, 256);
        (edge, explorer.runs())
    }

    #[test]
    fn a_sharp_edge_is_found_with_few_runs() {
        for first in [1, 17, 100, 128, 255] {
            let (edge, runs) = edge(move |at| if at < first { 0 } else { 1_000 });
            let expected = Edge::Between {
                before: (first - 1, Class::Passes),
                behind: (first, Class::Fails),
            };
            assert_eq!(edge, expected);
            assert!(runs <= 8 * 16, "{runs} runs for an edge among 256 places");
        }
    }

    #[test]
    fn a_blurred_edge_leaves_a_zone() {
        let (edge, _) = edge(|at| (at * 4).clamp(200, 800) * 5 / 3 - 333);
        let Edge::Between { before, behind } = edge else {
            panic!("{edge:?}");
        };
        assert_eq!((before.1, behind.1), (Class::Passes, Class::Fails));
        assert!(before.0 < 125 && 125 < behind.0, "{before:?} {behind:?}");
    }

    #[test]
    fn what_is_not_an_edge_is_not_called_one() {
        assert_eq!(edge(|_| 0).0, Edge::None(Class::Passes));
        assert_eq!(edge(|_| 1_000).0, Edge::None(Class::Fails));
        let island = |at| if (60..70).contains(&at) { 1_000 } else { 0 };
        assert_eq!(edge(island).0, Edge::NotMonotone);
        assert_eq!(edge(|_| 500).0, Edge::CannotTell);
        let mut one = explorer(|_| 1_000);
        assert_eq!(bisect(&mut one, 1), Ok(Edge::None(Class::Fails)));
    }

    #[test]
    fn a_region_is_mapped_with_a_part_of_the_runs() {
        let inside = |[x, y]: Place| x * y > 600;
        let mut explorer = explorer(move |place| if inside(place) { 1_000 } else { 0 });
        let Ok(region) = map(&mut explorer, [64, 32]);
        for x in 0..64 {
            for y in 0..32 {
                let tried = explorer.tried.get(&[x, y]).map(|t| t.class);
                let class = tried.or(region.inferred([x, y]));
                let expected = if inside([x, y]) {
                    Class::Fails
                } else {
                    Class::Passes
                };
                assert_eq!(class, Some(expected), "{x} {y}");
            }
        }
        let part = explorer.tried.len();
        assert!(part < 64 * 32 / 4, "{part} of 2,048 points were tried");
    }
}
