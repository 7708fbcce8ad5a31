//! The failing region over two axes, by refining cells along its edge.

use super::search::{Class, Explorer, Place, Score};
use std::collections::BTreeMap;
use std::ops::Range;

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
    P: FnMut(&[(Place, Range<usize>)]) -> Result<Vec<Score>, E>,
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
    use super::super::search::tests::explorer;
    use super::*;

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
