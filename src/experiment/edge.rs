//! The edge of failing along one axis, by bisection.

use super::search::{Class, Explorer, Place, Score};
use std::ops::Range;

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

/// Most places that [`bisect`] tries of `len`: five, and two times as many as halve what is between.
pub fn most_places(len: u64) -> usize {
    let halvings = u64::from(u64::BITS - len.saturating_sub(1).leading_zeros());
    usize::try_from(len.min(5 + 2 * halvings)).unwrap_or(usize::MAX)
}

/// Finds the edge along an axis of `len` places.
pub fn bisect<P, E>(explorer: &mut Explorer<P>, len: u64) -> Result<Edge, E>
where
    P: FnMut(&[(Place, Range<usize>)]) -> Result<Vec<Score>, E>,
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

#[cfg(test)]
mod tests {
    use super::super::search::tests::explorer;
    use super::*;

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
            assert!(runs <= 8 * most_places(256));
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
}
