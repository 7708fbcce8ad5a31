//! Did a backlog still grow through the last half of a run that ended? What was seen, with no inference from it.
//!
//! A run that ends is what it is (a *terminating* simulation: Law, 5th ed., 9.3), and a backlog that leaves in a few
//! large batches jumps too seldom for any test of its drift. So two plain comparisons of its last quarter with the
//! quarter before: its lowest value, which is what no batch takes away, and its mean. Both are parts of what came in
//! meanwhile, from the middle of the one to the middle of the other; if all of that stayed they would be 1:
//!
//! - both above 0.1: it **grew**, one in ten or more of what came in stayed for good;
//! - neither above 0.02: it **stayed**;
//! - otherwise this says nothing, nor of fewer than [`FEWEST`] values a quarter.
//!
//! A queue that neither grows nor shrinks wanders by about the square root of what comes in; so this is for runs
//! of thousands, and states no error rate. `rcusim check` counts what it says of queues whose answer is known.

use super::convert::{count, float};

/// Fewest values in each of the two quarters.
pub const FEWEST: usize = 10;
/// Part of what came in meanwhile that must stay for a backlog to have grown \[1\].
pub const GREW: f64 = 0.1;
/// Part of it up to which it has stayed where it was \[1\].
pub const STAYED: f64 = 0.02;

/// How far the last quarter lies above the quarter before, as parts of what came in meanwhile \[1\].
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rise {
    /// Of the lowest values.
    pub lowest: f64,
    /// Of the means.
    pub mean: f64,
}

/// What is seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Course {
    /// The backlog grew.
    Grew,
    /// It stayed where it was, or fell.
    Stayed,
    /// Neither is plain.
    Between,
}

impl Rise {
    /// Of backlogs at equal distances, from the start of the run to its end; `came` came in during their last half.
    pub fn of(backlog: &[u64], came: u64) -> Option<Self> {
        let quarter = backlog.len() / 4;
        if quarter < FEWEST || came == 0 {
            return None;
        }
        let last = &backlog[backlog.len() - quarter..];
        let before = &backlog[backlog.len() - 2 * quarter..backlog.len() - quarter];
        // From middle to middle it is half of that.
        let part = |later: f64, earlier: f64| (later - earlier) / (float(came) / 2.0);
        Some(Self {
            lowest: part(lowest(last), lowest(before)),
            mean: part(mean(last), mean(before)),
        })
    }

    /// What it says.
    pub fn course(self) -> Course {
        if self.lowest.min(self.mean) > GREW {
            Course::Grew
        } else if self.lowest.max(self.mean) <= STAYED {
            Course::Stayed
        } else {
            Course::Between
        }
    }
}

fn lowest(values: &[u64]) -> f64 {
    values.iter().min().map_or(0.0, |&value| float(value))
}

fn mean(values: &[u64]) -> f64 {
    float(values.iter().sum()) / count(values.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 400 values, while 100 come in between two of them.
    fn seen(backlog: impl Fn(u64) -> u64) -> Course {
        let backlog: Vec<u64> = (0..400).map(backlog).collect();
        Rise::of(&backlog, 20_000).expect("long enough").course()
    }

    #[test]
    fn growth_in_jumps_is_growth_and_a_saw_is_none() {
        assert_eq!(seen(|i| i * 11), Course::Grew);
        // Each batch takes two thirds of what came in since the one before.
        assert_eq!(seen(|i| i * 100 - i / 50 * 3_333), Course::Grew);
        // Each batch takes all of it.
        assert_eq!(seen(|i| i % 50 * 100), Course::Stayed);
        assert_eq!(seen(|i| i.min(200) * 100), Course::Stayed);
        assert_eq!(seen(|i| 40_000 - i * 90), Course::Stayed);
    }

    #[test]
    fn what_is_not_plain_is_left_open() {
        // Nine in a hundred stay, and three.
        assert_eq!(seen(|i| i * 9), Course::Between);
        assert_eq!(seen(|i| i * 3), Course::Between);
        // The mean rises, but a batch takes all of it at the end.
        assert_eq!(
            seen(|i| if i == 399 { 0 } else { i * 100 }),
            Course::Between
        );
    }

    #[test]
    fn the_bounds_are_what_they_are_said_to_be() {
        let rise = |lowest, mean| Rise { lowest, mean }.course();
        assert_eq!(rise(0.101, 0.101), Course::Grew);
        assert_eq!(rise(0.101, 0.1), Course::Between);
        assert_eq!(rise(0.02, 0.02), Course::Stayed);
        assert_eq!(rise(-0.2, 0.021), Course::Between);
        let all = Rise::of(&(0..400).map(|i| i * 100).collect::<Vec<_>>(), 20_000);
        assert_eq!(
            all,
            Some(Rise {
                lowest: 1.0,
                mean: 1.0
            })
        );
    }

    #[test]
    fn too_little_says_nothing() {
        assert_eq!(Rise::of(&[5; 39], 100), None);
        assert_eq!(Rise::of(&[5; 40], 0), None);
        let flat = Rise::of(&[5; 40], 100);
        assert_eq!(
            flat,
            Some(Rise {
                lowest: 0.0,
                mean: 0.0
            })
        );
    }
}
