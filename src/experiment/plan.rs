//! A sweep as a whole: its grid, its repetitions, and what one worker does at a time.

use super::axis::Axis;
use super::filter::Filter;
use super::grid::{Grid, replicate_seed};
use super::repetition::{Repetition, Until};
use super::rounded::counted;
use super::rows::Row;
use super::scenario::Scenario;
use crate::models::params::Params;
use crate::models::simulate_watched;
use crate::stats::sequential::Next;
use std::ops::{ControlFlow, Range};

/// Most runs that one process takes on.
pub const MOST_RUNS: u64 = 1_000_000_000;

/// Up to this many points are looked at before the first run, to count them and find wrong ones.
const LOOKED_AT: u64 = 1_000_000;

/// A sweep.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The points.
    pub grid: Grid,
    /// Runs of each point, at least one.
    pub repetition: Repetition,
    /// Names of keys that vary in lock step.
    pub(super) zips: Vec<Vec<String>>,
}

/// What one worker does at a time, and what is durable at once: a run, or all runs of a point that is
/// repeated until it is known well enough.
#[derive(Clone, Debug)]
pub struct Task {
    /// Index of its point in the whole grid.
    pub point: u64,
    /// Its inputs, with the seed of the point's first run.
    pub params: Params,
    /// Number of the repetition, or the rule.
    pub which: Which,
}

/// Which runs of a point a task makes.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    /// The one with this number, from 0.
    One(u64),
    /// As many as it takes.
    Until(Until),
}

impl Task {
    /// Simulates it, unless `stop` says meanwhile that nobody wants it any more.
    pub fn rows(&self, stop: impl Fn() -> bool) -> Option<Vec<Row>> {
        match self.which {
            Which::One(replicate) => Some(vec![self.row(replicate, &stop)?]),
            Which::Until(until) => self.until(&until, &stop),
        }
    }

    fn until(&self, until: &Until, stop: &impl Fn() -> bool) -> Option<Vec<Row>> {
        let mut rows = Vec::new();
        while let Next::Until(wanted) = until.next(&rows) {
            for replicate in rows.len()..wanted {
                let replicate = u64::try_from(replicate).expect("a count fits in 64 bits");
                rows.push(self.row(replicate, stop)?);
            }
        }
        Some(rows)
    }

    /// The inputs of one of the point's runs.
    pub fn params(&self, replicate: u64) -> Params {
        let mut params = self.params.clone();
        params.seed = replicate_seed(params.seed, replicate);
        params
    }

    /// Simulates one of the point's runs.
    pub fn row(&self, replicate: u64, stop: &impl Fn() -> bool) -> Option<Row> {
        // A short run is never looked at again.
        if stop() {
            return None;
        }
        let watch = |_| {
            if stop() {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        };
        let params = self.params(replicate);
        let outcome = simulate_watched(&params, None, watch).ok()?;
        Some(Row::of(self.point, replicate, &params, &outcome))
    }
}

/// How many tasks there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Count {
    /// So many.
    Exactly(u64),
    /// A condition leaves fewer, and the grid is too large to count them now.
    AtMost(u64),
}

impl Count {
    /// The number.
    pub const fn most(self) -> u64 {
        match self {
            Self::Exactly(count) | Self::AtMost(count) => count,
        }
    }
}

impl Plan {
    /// A sweep over `base`.
    pub fn new(
        base: Scenario,
        axes: Vec<Axis>,
        zips: Vec<Vec<String>>,
        filter: Option<Filter>,
        repetition: Repetition,
    ) -> Result<Self, String> {
        if repetition.most() == 0 {
            return Err("there must be at least one repetition (--reps)".to_owned());
        }
        let grid = Grid::new(base, axes, &zips, filter)?;
        Ok(Self {
            grid,
            repetition,
            zips,
        })
    }

    /// The tasks of a range of points, in order. The error names a point that is wrong.
    pub fn tasks(&self, points: Range<u64>) -> impl Iterator<Item = Result<Task, String>> + '_ {
        self.grid.points(points).flat_map(move |point| {
            let (point, wrong) = match point {
                Ok(point) => (Some(point), None),
                Err(why) => (None, Some(Err(why))),
            };
            let tasks = point.into_iter().flat_map(move |(point, params)| {
                (0..self.tasks_of_a_point()).map(move |number| {
                    Ok(Task {
                        point: point.index,
                        params: params.clone(),
                        which: match self.repetition {
                            Repetition::Exactly(_) => Which::One(number),
                            Repetition::Until(until) => Which::Until(until),
                        },
                    })
                })
            });
            wrong.into_iter().chain(tasks)
        })
    }

    /// How many tasks a point is.
    pub const fn tasks_of_a_point(&self) -> u64 {
        match self.repetition {
            Repetition::Exactly(count) => count,
            Repetition::Until(_) => 1,
        }
    }

    /// How many tasks a range of points has. Refuses what one process cannot take on, and names a
    /// wrong point, if the range is small enough to look.
    pub fn count(&self, points: Range<u64>) -> Result<Count, String> {
        let all = points.end - points.start;
        let replicates = self.repetition.most();
        let runs = u128::from(all) * u128::from(replicates);
        if runs > u128::from(MOST_RUNS) {
            let shards = runs.div_ceil(u128::from(MOST_RUNS));
            return Err(format!(
                "{} x {} are {runs} runs, and one process takes at most {MOST_RUNS}; \
                 take fewer values, or divide the sweep: --shard K/N with N of at least {shards}",
                counted(all, "point"),
                counted(replicates, "repetition"),
            ));
        }
        let most = all * self.tasks_of_a_point();
        if all > LOOKED_AT {
            let fewer = self.grid.filter().is_some();
            return Ok(if fewer {
                Count::AtMost(most)
            } else {
                Count::Exactly(most)
            });
        }
        let mut kept = 0;
        for point in self.grid.points(points) {
            point?;
            kept += 1;
        }
        Ok(Count::Exactly(kept * self.tasks_of_a_point()))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::experiment) fn plan(
        axes: &[&str],
        filter: Option<&str>,
        replicates: u64,
    ) -> Plan {
        let base = Scenario::builtin("report-6cpu").expect("builtin");
        let axes = axes
            .iter()
            .map(|axis| Axis::parse(axis).expect("valid"))
            .collect();
        let filter = filter.map(|text| Filter::parse("--where", text).expect("valid"));
        Plan::new(
            base,
            axes,
            Vec::new(),
            filter,
            Repetition::Exactly(replicates),
        )
        .expect("valid")
    }

    #[test]
    fn points_share_their_replicates_seeds() {
        let plan = plan(&["cpus=2,4", "policy=per-call,batch-free"], None, 3);
        let tasks: Vec<Task> = plan.tasks(0..4).map(|task| task.expect("valid")).collect();
        assert_eq!(tasks.len(), 12);
        for (number, task) in (0..).zip(&tasks) {
            let Which::One(replicate) = task.which else {
                panic!("a fixed number of repetitions");
            };
            assert_eq!((task.point, replicate), (number / 3, number % 3));
            let seed = task.params(replicate).seed;
            assert_eq!(seed, replicate_seed(1, replicate));
        }
        // A range of points has the runs that the whole has there.
        let params = |task: &Task| task.params(0);
        let part: Vec<Params> = plan
            .tasks(2..3)
            .map(|task| params(&task.expect("valid")))
            .collect();
        let whole: Vec<Params> = tasks[6..9].iter().map(params).collect();
        assert_eq!(part, whole);
    }

    #[test]
    fn a_point_is_repeated_until_it_is_known() {
        let until = |percent| Until::new(percent, "loop_ns", 14).expect("a metric");
        let rows = |percent| {
            let mut plan = plan(&["calls=40"], None, 1);
            plan.repetition = Repetition::Until(until(percent));
            let task = plan.tasks(0..1).next().expect("one point").expect("valid");
            task.rows(|| false).expect("nobody stops it")
        };
        let (loose, tight) = (rows(90.0), rows(0.000_01));
        assert_eq!((loose.len(), tight.len()), (10, 14));
        assert_eq!(loose, tight[..10], "the same runs, fewer of them");
        assert_eq!(until(90.0).next(&loose), Next::Enough);
        assert_eq!(until(0.000_01).next(&tight), Next::Exhausted);
    }

    #[test]
    fn runs_are_counted_and_too_many_are_refused() {
        let some = plan(&["cpus=1..40"], Some("cpus > 30"), 10);
        assert_eq!(some.count(0..40), Ok(Count::Exactly(100)));
        let many = plan(&["run.seed=1..10000000"], Some("seed > 4"), 10);
        assert_eq!(many.count(0..10_000_000), Ok(Count::AtMost(100_000_000)));
        let large = plan(&["run.seed=1..1000000000000"], None, 1);
        let error = large.count(0..large.grid.len()).expect_err("too many");
        assert!(
            error.contains("1,000,000,000,000 points") && error.contains("N of at least 1000"),
            "{error}"
        );
    }
}
