//! The grid of a sweep: axes multiplied out, or in lock step, less what a condition excludes.
//!
//! A point is its index in the whole grid (the last axis varies fastest) and its axes' values; it
//! is computed, not stored, so that a grid of any size costs no memory. What a condition excludes
//! keeps its index, so that a point has the same index however the grid is cut up.
//!
//! A replicate's seed depends on `run.seed` and on the replicate, never on the point or on who runs
//! it ([`replicate_seed`]): all points see the same random numbers, so that differences between them
//! are paired, and any division into shards gives the same results.

use super::axis::Axis;
use super::filter::Filter;
use super::key::Key;
use super::scenario::Scenario;
use crate::models::params::Params;
use std::ops::Range;

/// Most points of a grid, whoever runs it.
const MOST: u64 = 1_000_000_000_000_000_000;

/// The largest seed of a replicate: what a JSON reader that knows only doubles keeps exact.
const SEED_MASK: u64 = (1 << 53) - 1;

/// The axes of a sweep over a scenario.
#[derive(Clone, Debug)]
pub struct Grid {
    base: Scenario,
    axes: Vec<Axis>,
    /// Axes that vary together, as indices; the last group varies fastest.
    groups: Vec<Vec<usize>>,
    filter: Option<Filter>,
    len: u64,
}

/// A point of a grid.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Point {
    /// Its place in the whole grid, from 0.
    pub index: u64,
    /// A raw value for each axis.
    pub values: Vec<u64>,
}

impl Grid {
    /// The grid over `base`: `zips` names axes that vary in lock step, `filter` says what is kept.
    /// Without axes it is one point.
    pub fn new(
        base: Scenario,
        axes: Vec<Axis>,
        zips: &[Vec<String>],
        filter: Option<Filter>,
    ) -> Result<Self, String> {
        for (at, axis) in axes.iter().enumerate() {
            if axes[..at]
                .iter()
                .any(|before| before.key.path == axis.key.path)
            {
                return Err(format!("{} is swept twice", axis.key.path));
            }
        }
        let groups = groups(&axes, zips)?;
        let mut len = 1_u128;
        for group in &groups {
            len = len.saturating_mul(u128::from(axes[group[0]].len()));
        }
        let len = u64::try_from(len)
            .ok()
            .filter(|len| *len <= MOST)
            .ok_or_else(|| {
                format!("the grid has {len} points, more than {MOST}; take fewer values")
            })?;
        Ok(Self {
            base,
            axes,
            groups,
            filter,
            len,
        })
    }

    /// The scenario without the axes' values.
    pub fn base(&self) -> &Scenario {
        &self.base
    }

    /// The axes in the order they were given.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// The condition, if there is one.
    pub fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref()
    }

    /// Points before the condition, at least one.
    #[expect(
        clippy::len_without_is_empty,
        reason = "before the condition no grid is empty"
    )]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// The point at `index`, whether the condition keeps it or not.
    ///
    /// # Panics
    /// If the grid has not so many points.
    pub fn point(&self, index: u64) -> Point {
        assert!(
            index < self.len,
            "a grid of {} points has no {index}",
            self.len
        );
        let mut values = vec![0; self.axes.len()];
        let mut rest = index;
        for group in self.groups.iter().rev() {
            let len = self.axes[group[0]].len();
            for &axis in group {
                values[axis] = self.axes[axis].value(rest % len);
            }
            rest /= len;
        }
        Point { index, values }
    }

    /// The inputs of a point, or nothing if the condition excludes it. The error names the point.
    pub fn params(&self, point: &Point) -> Result<Option<Params>, String> {
        let axes = self.axes.iter().map(|axis| axis.key);
        let params = self.base.with(axes.zip(point.values.iter().copied()));
        let name = |why: String| format!("point {} ({}): {why}", point.index, self.describe(point));
        if let Some(filter) = &self.filter
            && !filter.holds(&params).map_err(name)?
        {
            return Ok(None);
        }
        match Scenario::contradictions(&params).into_iter().next() {
            None => Ok(Some(params)),
            Some((why, keys)) => Err(name(format!("{why}; {}", self.way_out(keys)))),
        }
    }

    /// What can be done about keys whose values do not go together at a point.
    fn way_out(&self, keys: [&str; 2]) -> String {
        let swept = |key: &&str| self.axes.iter().any(|axis| axis.key.path == *key);
        let fixed = keys.iter().find(|key| !swept(key));
        let fixed = fixed.map(|key| format!("set {key} for all points (--set), or "));
        fixed.unwrap_or_default() + "leave such points out with --where"
    }

    /// The points of a range of indices that the condition keeps, in order, with their inputs.
    pub fn points(
        &self,
        range: Range<u64>,
    ) -> impl Iterator<Item = Result<(Point, Params), String>> + '_ {
        range.filter_map(|index| {
            let point = self.point(index);
            let params = self.params(&point).transpose()?;
            Some(params.map(|params| (point, params)))
        })
    }

    /// The point's values as they would be typed: `machine.cpus=8, kernel.policy=per-call`.
    pub fn describe(&self, point: &Point) -> String {
        let pairs = self.axes.iter().zip(&point.values);
        let texts = pairs.map(|(axis, &v)| format!("{}={}", axis.key.path, axis.key.format(v)));
        texts.collect::<Vec<_>>().join(", ")
    }
}

fn groups(axes: &[Axis], zips: &[Vec<String>]) -> Result<Vec<Vec<usize>>, String> {
    let mut leader: Vec<usize> = (0..axes.len()).collect();
    for zip in zips {
        let mut members = Vec::new();
        for name in zip {
            let key = Key::find(name).map_err(|why| format!("--zip: {why}"))?;
            let at = axes.iter().position(|axis| axis.key.path == key.path);
            let at = at.ok_or_else(|| format!("--zip: {} is not swept (-P)", key.path))?;
            if members.contains(&at) || leader[at] != at {
                return Err(format!("--zip: {} is zipped twice", key.path));
            }
            members.push(at);
        }
        let Some(&first) = members.iter().min() else {
            continue;
        };
        for &at in &members {
            let (one, other) = (&axes[first], &axes[at]);
            if one.len() != other.len() {
                return Err(format!(
                    "--zip: {} has {} values and {} has {}; in lock step they must be as many",
                    one.key.path,
                    one.len(),
                    other.key.path,
                    other.len()
                ));
            }
            leader[at] = first;
        }
    }
    let of = |first: usize| -> Vec<usize> {
        (0..axes.len()).filter(|&at| leader[at] == first).collect()
    };
    Ok((0..axes.len())
        .filter(|&at| leader[at] == at)
        .map(of)
        .collect())
}

/// The seed of a replicate: `master` itself for the first, so that a sweep without repetitions shows
/// what `run` shows, and below 2^53 for the others, all different.
pub fn replicate_seed(master: u64, replicate: u64) -> u64 {
    if replicate == 0 {
        return master;
    }
    let start = scramble(master ^ (master >> 53));
    scramble(start.wrapping_add(replicate))
}

/// A one-to-one map of 53 bits: xor-shifts and odd factors, as in `SplitMix64`'s finalizer.
fn scramble(value: u64) -> u64 {
    let mut x = value & SEED_MASK;
    x = (x ^ (x >> 27)).wrapping_mul(0xbf58_476d_1ce4_e5b9) & SEED_MASK;
    x = (x ^ (x >> 24)).wrapping_mul(0x94d0_49bb_1331_11eb) & SEED_MASK;
    x ^ (x >> 28)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn grid(axes: &[&str], zips: &[&[&str]], filter: Option<&str>) -> Result<Grid, String> {
        let base = Scenario::builtin("report-6cpu").expect("builtin");
        let axes = axes
            .iter()
            .map(|axis| Axis::parse(axis).expect("valid"))
            .collect();
        let names = |zip: &&[&str]| zip.iter().map(|&name| name.to_owned()).collect();
        let zips: Vec<Vec<String>> = zips.iter().map(names).collect();
        let filter = filter.map(|text| Filter::parse("--where", text).expect("valid"));
        Grid::new(base, axes, &zips, filter)
    }

    fn shown(grid: &Grid) -> Vec<String> {
        let points = grid.points(0..grid.len());
        points
            .map(|point| grid.describe(&point.expect("valid points").0))
            .collect()
    }

    const CPUS: &str = "machine.cpus=2,4";
    const HZ: &str = "machine.hz=100,250";
    const POLICY: &str = "kernel.policy=per-call,batch-free";

    #[test]
    fn the_last_axis_varies_fastest() {
        let grid = grid(&[CPUS, HZ], &[], None).expect("valid");
        assert_eq!(
            shown(&grid),
            [
                "machine.cpus=2, machine.hz=100",
                "machine.cpus=2, machine.hz=250",
                "machine.cpus=4, machine.hz=100",
                "machine.cpus=4, machine.hz=250"
            ]
        );
    }

    #[test]
    fn zipped_axes_go_in_lock_step() {
        let zip: &[&str] = &["machine.hz", "machine.cpus"];
        let zipped = grid(&[CPUS, POLICY, HZ], &[zip], None).expect("valid");
        assert_eq!(
            shown(&zipped),
            [
                "machine.cpus=2, kernel.policy=per-call, machine.hz=100",
                "machine.cpus=2, kernel.policy=batch-free, machine.hz=100",
                "machine.cpus=4, kernel.policy=per-call, machine.hz=250",
                "machine.cpus=4, kernel.policy=batch-free, machine.hz=250"
            ]
        );
        for (axes, zip, part) in [
            (
                &[CPUS, "machine.hz=100"][..],
                &["machine.hz", "machine.cpus"][..],
                "as many",
            ),
            (
                &[CPUS],
                &["machine.hz", "machine.cpus"],
                "machine.hz is not swept",
            ),
            (&[CPUS], &["machine.cpus", "machine.cpus"], "zipped twice"),
            (&[CPUS], &["machine.cpu"], "did you mean"),
            (&[CPUS, CPUS], &[], "swept twice"),
        ] {
            let error = grid(axes, &[zip], None).expect_err(part);
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn excluded_points_keep_their_index() {
        let grid = grid(&[CPUS, HZ], &[], Some("machine.hz > 100")).expect("valid");
        let kept: Vec<u64> = grid
            .points(0..4)
            .map(|p| p.expect("valid").0.index)
            .collect();
        assert_eq!(kept, [1, 3]);
    }

    #[test]
    fn a_grid_of_any_size_is_known_by_its_rule() {
        let axes = ["run.seed=1..1000000000000", "workload.calls=1..100000"];
        let large = grid(&axes, &[], None).expect("a rule is small");
        assert_eq!(large.len(), 100_000_000_000_000_000);
        assert_eq!(large.point(100_000).values, [2, 1]);
        let axes = ["run.seed=1..1000000000000", "workload.calls=1..100000000"];
        let error = grid(&axes, &[], None).expect_err("too many");
        assert!(error.contains("100000000000000000000 points"), "{error}");
    }

    #[test]
    fn a_wrong_point_is_named() {
        let grid = grid(
            &["workload.creators=10,20", "workload.calls=15,30"],
            &[],
            None,
        );
        let grid = grid.expect("valid");
        let error = grid
            .points(0..4)
            .find_map(Result::err)
            .expect("20 creators of 15 calls");
        assert!(
            error.starts_with("point 2 (workload.creators=20, workload.calls=15): "),
            "{error}"
        );
        assert!(
            error.ends_with("leave such points out with --where"),
            "{error}"
        );
    }

    #[test]
    fn seeds_are_all_different_and_small() {
        let mut seen = BTreeSet::new();
        for master in [0, 1, 2, u64::MAX] {
            assert_eq!(replicate_seed(master, 0), master);
            for replicate in 1..20_000 {
                let seed = replicate_seed(master, replicate);
                assert!(
                    seed <= SEED_MASK && seen.insert(seed),
                    "{master} {replicate}"
                );
            }
        }
        // Frozen: every result with repetitions depends on it.
        assert_eq!(replicate_seed(1, 1), FROZEN);
    }

    const FROZEN: u64 = 4_503_131_066_092_198;
}
