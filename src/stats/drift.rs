//! Does a backlog grow? A test of its drift while it is large, with a stated error rate.
//!
//! A queue is stable if, whenever it is long, it tends to become shorter (Foster, 1953). So: cut the
//! series after a first quarter into 60 blocks. Take those that begin while the backlog is above its
//! own mean over the later half of its past, and by how much it changes in each of them. Whether a
//! block is taken depends on the past only, so in a backlog that neither grows nor shrinks these
//! changes have mean zero, however it wanders; the floor at zero, which pushes every short queue
//! up, does not enter.
//!
//! - their mean surely above zero, and not only because of the first half: the backlog **grows**;
//! - their mean surely below zero: it **returns**;
//! - the whole change over the last half surely less than 0.2 % of what came in: it is **flat**;
//! - otherwise nothing can be told.
//!
//! What no test of one run can see: a wave about as long as the run looks like growth while it rises.
//!
//! "Surely": beyond a one-sided 2.5 % limit of Student's t. The stated error rate is 5 % for each
//! word, which leaves room for blocks that are not quite independent; a test holds it on queues
//! whose answer is known.

use super::convert::{count, float, is_zero};
use super::interval::Moments;
use super::quantile::student;

/// Stated probability that a backlog which does not grow is said to grow, and the other way round.
pub const ERROR: f64 = 0.05;
/// One-sided level of the test itself.
const TAIL: f64 = 0.025;
/// Blocks of the judged part.
const BLOCKS: usize = 60;
/// Fewest blocks that begin with a large backlog.
const FEWEST: usize = 10;
/// A backlog that grows by less than this part of what comes in is flat.
const FLAT: f64 = 0.002;

/// What was seen of one series.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Changes {
    /// Change of the backlog in each block that began above the mean of the past.
    pub large: Vec<f64>,
    /// The same, of the last half only.
    pub large_late: Vec<f64>,
    /// Change in each block of the last half, as a part of what came in during a mean block.
    pub late: Vec<f64>,
    /// What came in during a mean block of the judged part.
    pub came: f64,
}

/// What can be said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Drift {
    /// It grows.
    Grows,
    /// When large, it shrinks.
    Returns,
    /// It neither grows nor has anything to return from.
    Flat,
    /// Nothing.
    Unknown,
}

/// Cuts a series of backlogs, of which `arrived` came in altogether, into blocks.
pub fn changes(backlog: &[u64], arrived: u64) -> Changes {
    let mut seen = Changes::default();
    let last = backlog.len().saturating_sub(1);
    let first = last / 4;
    let judged = last - first;
    let blocks = BLOCKS.min(judged);
    if blocks == 0 {
        return seen;
    }
    let length = judged / blocks;
    seen.came = float(arrived) * count(length) / count(last.max(1));
    let sums = running_sums(backlog);
    // What does not fill a block is left out at the front, nearest to the warm-up.
    let offset = last - blocks * length;
    for block in 0..blocks {
        let start = offset + block * length;
        let change = float(backlog[start + length]) - float(backlog[start]);
        let late = start >= last / 2;
        if late {
            seen.late.push(change / seen.came.max(1.0));
        }
        let past = start / 2;
        let mean = (sums[start + 1] - sums[past]) / count(start + 1 - past);
        if float(backlog[start]) > mean {
            seen.large.push(change);
            if late {
                seen.large_late.push(change);
            }
        }
    }
    seen
}

fn running_sums(backlog: &[u64]) -> Vec<f64> {
    let mut sums = vec![0.0];
    let mut sum = 0.0;
    for &value in backlog {
        sum += float(value);
        sums.push(sum);
    }
    sums
}

/// Judges what was seen; the changes of several independent runs may be put together.
pub fn judge(seen: &Changes) -> Drift {
    if seen.large.len() >= FEWEST
        && let Some(moments) = Moments::of(&seen.large)
    {
        let [low, high] = limits(&moments);
        let late = Moments::of(&seen.large_late);
        if low > 0.0 && late.is_some_and(|late| late.mean > 0.0) {
            return Drift::Grows;
        }
        if high < 0.0 {
            return Drift::Returns;
        }
    }
    match Moments::of(&seen.late) {
        Some(late) if late.n >= FEWEST && limits(&late)[1] < FLAT => Drift::Flat,
        _ => Drift::Unknown,
    }
}

/// One-sided limits of the mean, below and above.
fn limits(moments: &Moments) -> [f64; 2] {
    let error = moments.error();
    if is_zero(error) {
        return [moments.mean; 2];
    }
    let half = student(1.0 - TAIL, count(moments.n - 1)) * error;
    [moments.mean - half, moments.mean + half]
}

impl Changes {
    /// Adds what was seen of another run of the same setting.
    pub fn add(&mut self, other: &Self) {
        self.large.extend_from_slice(&other.large);
        self.large_late.extend_from_slice(&other.large_late);
        self.late.extend_from_slice(&other.late);
        self.came = self.came.max(other.came);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(backlog: impl Fn(u64) -> u64) -> Drift {
        let series: Vec<u64> = (0..400).map(backlog).collect();
        judge(&changes(&series, 40_000))
    }

    #[test]
    fn shapes_without_noise() {
        assert_eq!(told(|i| i * 100), Drift::Grows);
        assert_eq!(told(|i| i * 20 + i % 7), Drift::Grows);
        assert_eq!(told(|_| 5), Drift::Flat);
        assert_eq!(told(|i| i.min(160) * 100), Drift::Flat);
        assert_eq!(told(|i| i * 1_013 % 700), Drift::Returns);
        assert_eq!(told(|i| 40_000 - i * 90), Drift::Flat);
    }

    #[test]
    fn one_collapse_of_a_tall_backlog_leaves_it_open() {
        assert_eq!(
            told(|i| if i < 350 { i * 100 } else { i * 100 - 30_000 }),
            Drift::Unknown
        );
        assert_eq!(judge(&changes(&[], 0)), Drift::Unknown);
        assert_eq!(judge(&changes(&[1, 2, 3], 3)), Drift::Unknown);
    }
}
