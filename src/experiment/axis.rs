//! One axis of a sweep: a key and the values it takes.
//!
//! ```text
//! policy=per-call,batch-free     a list
//! cpus=2..64:+8                  linear: 2, 10, 18 ...; without a step +1 (counts only)
//! cpus=2..64:*2                  geometric: 2, 4, 8, 16, 32, 64
//! rate=10..1000/s:log12          twelve values, evenly spaced in the logarithm, both ends included
//! cpus=1,2,4..64:*2              the parts of a list may be ranges
//! ```
//!
//! Both ends of a range are of the key's unit; a unit after the last end holds for the first end and
//! the step too, and a bare rate is a rate per second, as it is everywhere. Values are raw integers, exact where the
//! steps are; a logarithmic value is rounded to the nearest, and what then is doubled is left out.

use super::key::{Key, Kind};
use super::units::Unit;

/// Most values of an axis that is not one linear range.
const MOST_LISTED: usize = 1_000_000;

/// A key and the values it takes.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What varies.
    pub key: &'static Key,
    /// The values as they were written.
    pub spec: String,
    values: Values,
}

#[derive(Clone, Debug)]
enum Values {
    List(Vec<u64>),
    /// Kept as a rule, so that a long axis costs no memory.
    Linear {
        first: u64,
        step: u64,
        count: u64,
    },
}

/// What leads from one value of a range to the next.
enum Step {
    Add(u64),
    /// By `numerator / denominator`, rounded to the nearest.
    Times(u128, u128),
    Log(u32),
}

impl Axis {
    /// Reads `KEY=VALUES`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (path, values) = text.split_once('=').ok_or_else(|| {
            format!("`{text}` is not KEY=VALUES, such as machine.cpus=2..64:*2 or kernel.policy=per-call,batch-free")
        })?;
        Self::new(path.trim(), values.trim())
    }

    /// The axis of the key `path` with the values of `spec`.
    pub fn new(path: &str, spec: &str) -> Result<Self, String> {
        let key = Key::find(path)?;
        let values = values(key, spec).map_err(|why| format!("{}={spec}: {why}", key.path))?;
        Ok(Self {
            key,
            spec: spec.to_owned(),
            values,
        })
    }

    /// How many values, at least one.
    ///
    /// # Panics
    /// Never: a list's length fits in 64 bits.
    #[expect(
        clippy::len_without_is_empty,
        reason = "an axis is refused when it has no value"
    )]
    pub fn len(&self) -> u64 {
        match &self.values {
            Values::List(list) => u64::try_from(list.len()).expect("a length fits in 64 bits"),
            Values::Linear { count, .. } => *count,
        }
    }

    /// The value at `index`, raw.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn value(&self, index: u64) -> u64 {
        match &self.values {
            Values::List(list) => list[usize::try_from(index).expect("an index fits in usize")],
            Values::Linear { first, step, count } => {
                assert!(index < *count, "an axis of {count} values has no {index}");
                first + step * index
            }
        }
    }
}

fn values(key: &'static Key, spec: &str) -> Result<Values, String> {
    let parts: Vec<&str> = spec.split(',').map(str::trim).collect();
    if let [range] = parts[..]
        && let Some((first, last, step)) = range_of(key, range)?
        && let Step::Add(step) = step
    {
        let count = (last - first) / step + 1;
        return Ok(Values::Linear { first, step, count });
    }
    let mut list = Vec::new();
    for part in parts {
        if part.is_empty() {
            return Err("an empty value; expected values with commas between them".to_owned());
        }
        match range_of(key, part)? {
            None => list.push(key.parse(part)?),
            Some((first, last, step)) => expand(&mut list, first, last, &step)?,
        }
    }
    let mut sorted = list.clone();
    sorted.sort_unstable();
    if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(format!("`{}` is there twice", key.format(pair[0])));
    }
    Ok(Values::List(list))
}

fn expand(list: &mut Vec<u64>, first: u64, last: u64, step: &Step) -> Result<(), String> {
    let count = match *step {
        Step::Add(step) => (last - first) / step + 1,
        Step::Times(..) => 0,
        Step::Log(count) => u64::from(count),
    };
    let room = MOST_LISTED - list.len().min(MOST_LISTED);
    let too_many = || format!("more than {MOST_LISTED} values in a list");
    if usize::try_from(count).map_or(true, |count| count > room) {
        return Err(too_many());
    }
    match *step {
        Step::Add(step) => list.extend((0..count).map(|i| first + step * i)),
        Step::Log(count) => {
            let mut values = logarithmic(first, last, count);
            values.dedup();
            list.append(&mut values);
        }
        Step::Times(by, over) => {
            let mut value = first;
            while value <= last {
                if list.len() >= MOST_LISTED {
                    return Err(too_many());
                }
                list.push(value);
                let next = (u128::from(value) * by + over / 2) / over;
                if next <= u128::from(value) {
                    return Err(format!(
                        "the step does not lead on from {value} (raw); take a larger factor or start"
                    ));
                }
                value = u64::try_from(next).unwrap_or(u64::MAX);
                if value == u64::MAX {
                    break;
                }
            }
        }
    }
    Ok(())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a rounded value between two integers is an integer between them"
)]
fn logarithmic(first: u64, last: u64, count: u32) -> Vec<u64> {
    let (low, high) = (libm::log(first as f64), libm::log(last as f64));
    let at = |i: u32| {
        let share = f64::from(i) / f64::from(count - 1);
        let value = libm::round(libm::exp(low + (high - low) * share)) as u64;
        value.clamp(first, last)
    };
    let mut values: Vec<u64> = (0..count).map(at).collect();
    values[0] = first;
    values[count as usize - 1] = last;
    values
}

/// `FIRST..LAST[:STEP]`, or nothing if it is one value.
fn range_of(key: &'static Key, text: &str) -> Result<Option<(u64, u64, Step)>, String> {
    let Some((first, rest)) = text.split_once("..") else {
        return Ok(None);
    };
    let Kind::Number(_) = key.kind else {
        let names = key.names();
        let expected = if names.is_empty() {
            "true, false".to_owned()
        } else {
            names.join(", ")
        };
        return Err(format!("a range takes numbers; name values: {expected}"));
    };
    let (last, step) = match rest.split_once(':') {
        Some((last, step)) => (last, Some(step.trim())),
        None => (rest, None),
    };
    let unit = unit_of(last);
    let first = key.parse(&with_unit(first, unit))?;
    let last = key.parse(&with_unit(last, unit))?;
    if first > last {
        let (first, last) = (key.format(first), key.format(last));
        return Err(format!("the range is empty: {first} is above {last}"));
    }
    Ok(Some((first, last, step_of(key, step, unit, first)?)))
}

fn step_of(key: &'static Key, step: Option<&str>, unit: &str, first: u64) -> Result<Step, String> {
    const EXPECTED: &str = "a step is :+20 (linear), :*2 (geometric) or :log6 (six values)";
    let Kind::Number(measure) = key.kind else {
        unreachable!("ranges are of numbers")
    };
    let Some(step) = step else {
        if measure == Unit::Count {
            return Ok(Step::Add(1));
        }
        let key = key.path;
        return Err(format!(
            "a range of {key} needs a step behind it; {EXPECTED}"
        ));
    };
    if let Some(add) = step.strip_prefix('+') {
        let add = measure.parse(&with_unit(add, unit))?;
        if add == 0 {
            return Err("a step of zero leads nowhere".to_owned());
        }
        return Ok(Step::Add(add));
    }
    if first == 0 {
        return Err(format!(
            "a range from 0 can only be linear; {EXPECTED}, or put the 0 before it: 0,1..64:*2"
        ));
    }
    if let Some(factor) = step.strip_prefix('*') {
        return factor_of(factor.trim()).ok_or_else(|| {
            format!(
                "`{step}` is not a factor above 1 with at most six decimals, such as *2 or *1.5"
            )
        });
    }
    if let Some(count) = step.strip_prefix("log") {
        return match count.trim().parse() {
            Ok(count @ 2..) => Ok(Step::Log(count)),
            _ => Err(format!(
                "`{step}` takes a number of values of at least 2, such as log12"
            )),
        };
    }
    let meant = if step.starts_with(|c: char| c.is_ascii_digit()) {
        format!(" (did you mean `:+{step}`?)")
    } else {
        String::new()
    };
    Err(format!("`:{step}` is no step{meant}; {EXPECTED}"))
}

fn factor_of(text: &str) -> Option<Step> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 6 || !text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let over = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let fraction: u128 = if fraction.is_empty() {
        0
    } else {
        fraction.parse().ok()?
    };
    let by = u128::from(whole.parse::<u32>().ok()?) * over + fraction;
    (by > over).then_some(Step::Times(by, over))
}

/// The unit that ends `text`.
fn unit_of(text: &str) -> &str {
    let text = text.trim();
    let end = text.rfind(|c: char| c.is_ascii_digit() || c == '.');
    end.map_or("", |end| text[end + 1..].trim())
}

fn with_unit(text: &str, unit: &str) -> String {
    let text = text.trim();
    let bare = text.ends_with(|c: char| c.is_ascii_digit());
    let unit = if bare { unit } else { "" };
    format!("{text}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(spec: &str) -> Vec<String> {
        let axis = Axis::parse(spec).unwrap_or_else(|why| panic!("{spec}: {why}"));
        (0..axis.len())
            .map(|i| axis.key.format(axis.value(i)))
            .collect()
    }

    #[test]
    fn reads_every_form() {
        assert_eq!(
            written("machine.cpus=2..64:*2"),
            ["2", "4", "8", "16", "32", "64"]
        );
        assert_eq!(written("machine.cpus=2..20:+8"), ["2", "10", "18"]);
        assert_eq!(written("cpus=1..3"), ["1", "2", "3"]);
        assert_eq!(
            written("machine.cpus=1,3,8..32:*2"),
            ["1", "3", "8", "16", "32"]
        );
        assert_eq!(written("machine.cpus=4..9:*1.5"), ["4", "6", "9"]);
        assert_eq!(
            written("kernel.policy=per-call, batch-free"),
            ["per-call", "batch-free"]
        );
        assert_eq!(
            written("workload.rate=10..1000:log3"),
            ["10/s", "100/s", "1000/s"]
        );
        assert_eq!(written("workload.rate=10,20/s"), ["10/s", "20/s"]);
        assert_eq!(
            written("workload.rate=1..3/ms:+1"),
            ["1000/s", "2000/s", "3000/s"]
        );
        assert_eq!(written("workload.rate=1..3:+1"), ["1/s", "2/s", "3/s"]);
        assert_eq!(written("costs.ipi=1..3us:+1"), ["1us", "2us", "3us"]);
        assert_eq!(written("costs.ipi=500ns..2us:*2"), ["500ns", "1us", "2us"]);
        assert_eq!(written("machine.cpus=1..3:log9"), ["1", "2", "3"]);
        assert_eq!(written("links.gp_floor=on,off"), ["true", "false"]);
    }

    #[test]
    fn a_long_linear_axis_costs_no_memory() {
        let axis = Axis::parse("run.seed=1..1000000000000").expect("valid");
        assert_eq!(axis.len(), 1_000_000_000_000);
        assert_eq!(axis.value(999_999_999_999), 1_000_000_000_000);
    }

    #[test]
    fn refuses_with_what_was_expected() {
        for (spec, part) in [
            ("machine.cpus", "not KEY=VALUES"),
            ("machine.cpu=1", "did you mean `machine.cpus`?"),
            ("machine.cpus=", "an empty value"),
            ("machine.cpus=1,,2", "an empty value"),
            ("machine.cpus=9..2", "the range is empty: 9 is above 2"),
            ("machine.cpus=1,2,1", "`1` is there twice"),
            ("machine.cpus=0..4", "out of range"),
            ("machine.cpus=2..64:/2", "`:/2` is no step; a step is"),
            ("workload.rate=20..400:20", "did you mean `:+20`?"),
            ("machine.cpus=2..64:+0", "leads nowhere"),
            ("machine.cpus=2..64:*1", "factor above 1"),
            ("machine.cpus=1..64:*1.2", "does not lead on"),
            ("machine.cpus=2..64:log1", "at least 2"),
            ("machine.possible_cpus=0..64:*2", "put the 0 before it"),
            ("costs.ipi=1us..2us", "needs a step"),
            ("costs.ipi=1..2:+1", "no unit"),
            (
                "kernel.policy=per-call..batch-free",
                "a range takes numbers",
            ),
            ("kernel.policy=per-cal", "did you mean `per-call`?"),
            ("run.seed=0,1..9999999", "more than 1000000 values"),
        ] {
            let error = Axis::parse(spec).expect_err(spec);
            assert!(error.contains(part), "{spec}: {error}");
        }
    }
}
