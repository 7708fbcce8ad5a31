//! Which part of a sweep this process does: from `--shard`, or from the engine that started it.
//!
//! | engine | part | parts |
//! |---|---|---|
//! | Slurm array | `SLURM_ARRAY_TASK_ID` (from `_MIN`) | `SLURM_ARRAY_TASK_COUNT`, if the array has no holes |
//! | `HyperQueue` array | `HQ_TASK_ID`, from 1 | `RCUSIM_SHARDS` or `--shard auto/N` |
//! | Kubernetes indexed job | `JOB_COMPLETION_INDEX`, from 0 | `RCUSIM_SHARDS` or `--shard auto/N` |

use std::fmt;
use std::ops::Range;

/// Part `k` of `n`, from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::cli) struct Shard {
    pub(in crate::cli) k: u64,
    pub(in crate::cli) n: u64,
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.k, self.n)
    }
}

/// Where a shard is from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    /// Nobody divided the sweep.
    Whole,
    /// `--shard K/N`.
    Flag,
    /// A variable of the engine.
    Engine(&'static str),
}

impl Shard {
    /// All of it.
    pub(super) const WHOLE: Self = Self { k: 1, n: 1 };

    /// Reads `K/N`.
    pub(in crate::cli) fn parse(text: &str) -> Option<Self> {
        let (k, n) = text.split_once('/')?;
        let (k, n) = (k.parse().ok()?, n.parse().ok()?);
        (1..=n).contains(&k).then_some(Self { k, n })
    }

    /// Its part of the points `0..points`: parts of nearly the same size, one after another.
    pub(in crate::cli) fn range(self, points: u64) -> Range<u64> {
        let at = |k: u64| {
            let at = u128::from(points) * u128::from(k) / u128::from(self.n);
            u64::try_from(at).expect("no more than the points")
        };
        at(self.k - 1)..at(self.k)
    }

    /// The name of its file, without the ending.
    pub(in crate::cli) fn file_name(self) -> String {
        let width = self.n.to_string().len();
        format!("shard-{:0width$}-of-{}", self.k, self.n)
    }

    /// The shard of a file's name.
    pub(in crate::cli) fn of_file_name(name: &str) -> Option<Self> {
        let (k, n) = name.strip_prefix("shard-")?.split_once("-of-")?;
        Self::parse(&format!("{k}/{n}"))
    }
}

/// The shard, from the flag and the environment.
pub(super) fn shard(
    flag: Option<&str>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<(Shard, Origin), String> {
    let flagged = flag.and_then(|flag| flag.strip_prefix("auto/"));
    if let (Some(flag), None) = (flag, flagged) {
        let shard = Shard::parse(flag).ok_or_else(|| {
            format!(
                "--shard: `{flag}` is not K/N with K from 1 to N, or auto/N with K from the engine"
            )
        })?;
        return Ok((shard, Origin::Flag));
    }
    let number = |name: &str| -> Result<Option<u64>, String> {
        let Some(text) = variable(name) else {
            return Ok(None);
        };
        let parsed = text.trim().parse();
        parsed
            .map(Some)
            .map_err(|_| format!("{name}=`{text}` is not a whole number"))
    };
    let n = match flagged {
        Some(n) => Some(
            n.parse()
                .map_err(|_| format!("--shard: `auto/{n}` is not auto/N"))?,
        ),
        None => number("RCUSIM_SHARDS")?,
    };
    for (name, first) in [
        ("SLURM_ARRAY_TASK_ID", 1),
        ("HQ_TASK_ID", 1),
        ("JOB_COMPLETION_INDEX", 0),
    ] {
        let Some(id) = number(name)? else { continue };
        let (k, n) = match n {
            Some(n) => (id.checked_sub(first).map(|k| k + 1), n),
            None if name.starts_with("SLURM") => slurm(id, &number)?,
            None => {
                return Err(format!(
                    "{name}={id} says which part this is, but not of how many: --shard auto/N or RCUSIM_SHARDS=N"
                ));
            }
        };
        let shard = k.filter(|k| (1..=n).contains(k)).map(|k| Shard { k, n });
        let last = n + first - 1;
        let shard = shard
            .ok_or_else(|| format!("{name}={id} is not one of {n} parts, {first} to {last}"))?;
        return Ok((shard, Origin::Engine(name)));
    }
    if let Some(flag) = flag {
        return Err(format!(
            "--shard {flag}: no engine says which part this is (SLURM_ARRAY_TASK_ID, HQ_TASK_ID, JOB_COMPLETION_INDEX)"
        ));
    }
    Ok((Shard::WHOLE, Origin::Whole))
}

/// The part and the number of parts of a Slurm array without holes that begins at 0 or 1.
fn slurm(
    id: u64,
    number: &dyn Fn(&str) -> Result<Option<u64>, String>,
) -> Result<(Option<u64>, u64), String> {
    let get = |name: &str| number(name)?.ok_or_else(|| format!("{name} is not set"));
    let min = get("SLURM_ARRAY_TASK_MIN")?;
    let max = get("SLURM_ARRAY_TASK_MAX")?;
    let count = get("SLURM_ARRAY_TASK_COUNT")?;
    if min > 1 || max.checked_sub(min).is_none_or(|span| span + 1 != count) {
        return Err(format!(
            "the array of {count} tasks from {min} to {max} does not say of how many parts these are: \
             use --shard auto/N with the N that the sweep was begun with"
        ));
    }
    Ok((id.checked_sub(min).map(|k| k + 1), count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Found = Result<(Shard, Origin), String>;

    fn with(flag: Option<&str>, set: &[(&str, &str)]) -> Found {
        let variable = |name: &str| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        shard(flag, &variable)
    }

    fn slurm_array(id: &str, min: &str, max: &str, count: &str, flag: Option<&str>) -> Found {
        with(
            flag,
            &[
                ("SLURM_ARRAY_TASK_ID", id),
                ("SLURM_ARRAY_TASK_MIN", min),
                ("SLURM_ARRAY_TASK_MAX", max),
                ("SLURM_ARRAY_TASK_COUNT", count),
            ],
        )
    }

    #[test]
    fn the_flag_comes_first_then_the_engine() {
        let engine = |k, n, name| Ok((Shard { k, n }, Origin::Engine(name)));
        let slurm = "SLURM_ARRAY_TASK_ID";
        assert_eq!(with(None, &[]), Ok((Shard::WHOLE, Origin::Whole)));
        assert_eq!(
            with(Some("3/64"), &[(slurm, "9")]),
            Ok((Shard { k: 3, n: 64 }, Origin::Flag))
        );
        assert_eq!(
            slurm_array("3", "1", "64", "64", None),
            engine(3, 64, slurm)
        );
        assert_eq!(
            slurm_array("0", "0", "63", "64", None),
            engine(1, 64, slurm)
        );
        assert_eq!(
            slurm_array("7", "3", "9", "4", Some("auto/64")),
            engine(7, 64, slurm)
        );
        let job = "JOB_COMPLETION_INDEX";
        assert_eq!(with(Some("auto/8"), &[(job, "0")]), engine(1, 8, job));
        assert_eq!(
            with(None, &[(job, "7"), ("RCUSIM_SHARDS", "8")]),
            engine(8, 8, job)
        );
        assert_eq!(
            with(Some("auto/8"), &[("HQ_TASK_ID", "8")]),
            engine(8, 8, "HQ_TASK_ID")
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (found, part) in [
            (with(Some("0/4"), &[]), "K from 1 to N"),
            (with(Some("5/4"), &[]), "K from 1 to N"),
            (with(Some("four"), &[]), "is not K/N"),
            (with(Some("auto/4"), &[]), "no engine says"),
            (with(Some("auto/x"), &[]), "is not auto/N"),
            (
                with(None, &[("JOB_COMPLETION_INDEX", "3")]),
                "not of how many",
            ),
            (
                with(Some("auto/4"), &[("JOB_COMPLETION_INDEX", "4")]),
                "0 to 3",
            ),
            (
                with(None, &[("JOB_COMPLETION_INDEX", "x")]),
                "not a whole number",
            ),
            (
                slurm_array("7", "3", "9", "4", None),
                "does not say of how many parts",
            ),
            (
                slurm_array("7", "7", "9", "3", None),
                "does not say of how many parts",
            ),
            (
                slurm_array("65", "1", "64", "64", Some("auto/64")),
                "not one of 64 parts, 1 to 64",
            ),
            (
                with(None, &[("SLURM_ARRAY_TASK_ID", "3")]),
                "SLURM_ARRAY_TASK_MIN is not set",
            ),
        ] {
            let error = found.expect_err(part);
            assert!(error.contains(part), "{error}");
        }
    }

    proptest! {
        #[test]
        fn parts_cover_all_points_once(points in 0..10_000_u64, n in 1..300_u64) {
            let mut next = 0;
            for k in 1..=n {
                let shard = Shard { k, n };
                let range = shard.range(points);
                prop_assert_eq!(range.start, next);
                prop_assert!(range.end - range.start <= points / n + 1);
                prop_assert_eq!(Shard::of_file_name(&shard.file_name()), Some(shard));
                next = range.end;
            }
            prop_assert_eq!(next, points);
        }
    }
}
