//! A sweep as a file:
//!
//! ```toml
//! scenario = "report-40cpu"
//! set = ["workload.calls=5k"]
//! reps = 10                    # or: until_ci = "5%", metric = "peak_drop_bytes", max_reps = 200
//! where = "cpus > 2 || policy == per-call"
//! zip = [["cpus", "hz"]]
//!
//! [axes]                       # the last varies fastest
//! cpus = "2..64:*2"
//! policy = ["per-call", "batch-free"]
//! ```

use super::axis::Axis;
use super::error::ScenarioError;
use super::filter::Filter;
use super::names::nearest;
use super::repetition::{METRIC, MOST, Repetition, Until, percent};
use crate::stats::sequential::FIRST;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What a sweep's file says.
#[derive(Clone, Debug, Default)]
pub struct SweepFile {
    /// A builtin scenario's name or a file.
    pub scenario: Option<String>,
    /// `KEY=VALUE` for what does not vary.
    pub sets: Vec<String>,
    /// What varies, in the order of the file.
    pub axes: Vec<Axis>,
    /// Axes in lock step.
    pub zips: Vec<Vec<String>>,
    /// The condition.
    pub filter: Option<Filter>,
    /// Repetitions.
    pub repetition: Option<Repetition>,
}

const FIELDS: [&str; 9] = [
    "scenario", "set", "reps", "until_ci", "metric", "max_reps", "where", "zip", "axes",
];

/// Fewest for `max_reps`: with fewer runs an interval is not believed.
const FEWEST: u64 = FIRST as u64;

struct Reader<'t> {
    file: &'t str,
    text: &'t str,
}

type Entry<'t> = Spanned<DeValue<'t>>;

impl SweepFile {
    /// Reads `text`; `file` is its path, for messages.
    pub fn parse(file: &str, text: &str) -> Result<Self, ScenarioError> {
        let reader = Reader { file, text };
        let root = DeTable::parse(text);
        let root = root.map_err(|error| ScenarioError::of_toml(file, text, &error))?;
        if root.get_ref().is_empty() {
            let message = "the file says nothing; expected what varies, such as `cpus = [2, 4]` below `[axes]`, or \
                           `scenario`, `set`, `reps`";
            return Err(reader.error(0..0, message));
        }
        let mut sweep = Self::default();
        for (name, value) in root.get_ref() {
            match &**name.get_ref() {
                "scenario" => sweep.scenario = Some(reader.string(value)?),
                "set" => sweep.sets = reader.strings(value)?,
                "reps" => sweep.repetition = Some(Repetition::Exactly(reader.count(value)?)),
                "until_ci" => sweep.repetition = Some(reader.until(root.get_ref())?),
                "metric" | "max_reps" => reader.belongs_to_until(root.get_ref(), name)?,
                "where" => sweep.filter = Some(reader.filter(value)?),
                "zip" => sweep.zips = reader.zips(value)?,
                "axes" => sweep.axes = reader.axes(value)?,
                other => {
                    let near = nearest(other, FIELDS)
                        .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                    let list = FIELDS.join(", ");
                    let why = format!("unknown field `{other}`; a sweep has {list}{near}");
                    return Err(reader.error(name.span(), why));
                }
            }
        }
        Ok(sweep)
    }
}

impl Reader<'_> {
    fn error(&self, span: Range<usize>, message: impl Into<String>) -> ScenarioError {
        ScenarioError::at(self.file, self.text, span, message)
    }

    fn expected(&self, value: &Entry<'_>, what: &str) -> ScenarioError {
        let found = value.get_ref().type_str();
        self.error(value.span(), format!("expected {what}, not {found}"))
    }

    fn string(&self, value: &Entry<'_>) -> Result<String, ScenarioError> {
        let text = value.get_ref().as_str();
        Ok(text
            .ok_or_else(|| self.expected(value, "a string"))?
            .to_owned())
    }

    fn strings(&self, value: &Entry<'_>) -> Result<Vec<String>, ScenarioError> {
        let list = value.get_ref().as_array();
        let list = list.ok_or_else(|| self.expected(value, "a list of strings"))?;
        list.iter().map(|entry| self.string(entry)).collect()
    }

    fn count(&self, value: &Entry<'_>) -> Result<u64, ScenarioError> {
        let number = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| self.expected(value, "a whole number above 0"))
    }

    /// `until_ci`, with `metric` and `max_reps` if they are there.
    fn until(&self, root: &DeTable<'_>) -> Result<Repetition, ScenarioError> {
        let of = |name: &str| root.iter().find(|(known, _)| known.get_ref() == name);
        if let Some((name, _)) = of("reps") {
            return Err(self.error(name.span(), "`reps` and `until_ci` exclude each other"));
        }
        let text = |entry: &Entry<'_>| self.string(entry).map(|text| (text, entry.span()));
        let (share, place) = match of("until_ci") {
            Some((_, entry)) => text(entry)?,
            None => (String::new(), 0..0),
        };
        let percent = percent(&share).map_err(|why| self.error(place, why))?;
        let (metric, place) = match of("metric") {
            Some((_, entry)) => text(entry)?,
            None => (METRIC.to_owned(), 0..0),
        };
        let most = match of("max_reps") {
            Some((_, entry)) => match self.count(entry)? {
                few if few < FEWEST => {
                    return Err(self.expected(entry, "a whole number of at least 10"));
                }
                most => most,
            },
            None => MOST,
        };
        let until = Until::new(percent, &metric, most).map_err(|why| self.error(place, why))?;
        Ok(Repetition::Until(until))
    }

    fn belongs_to_until(
        &self,
        root: &DeTable<'_>,
        name: &Spanned<impl std::fmt::Display>,
    ) -> Result<(), ScenarioError> {
        if root.iter().any(|(known, _)| known.get_ref() == "until_ci") {
            return Ok(());
        }
        let why = format!("`{}` is about `until_ci`, which is missing", name.get_ref());
        Err(self.error(name.span(), why))
    }

    fn filter(&self, value: &Entry<'_>) -> Result<Filter, ScenarioError> {
        let name = format!("{}: where", self.file);
        Filter::parse(&name, &self.string(value)?)
    }

    fn zips(&self, value: &Entry<'_>) -> Result<Vec<Vec<String>>, ScenarioError> {
        let list = value.get_ref().as_array();
        let list = list.ok_or_else(|| self.expected(value, "a list of lists of keys"))?;
        list.iter().map(|entry| self.strings(entry)).collect()
    }

    fn axes(&self, value: &Entry<'_>) -> Result<Vec<Axis>, ScenarioError> {
        let mut found = Vec::new();
        self.table("", value, &mut found)?;
        // The table is sorted by name; an axis' place in the file decides how fast it varies.
        found.sort_by_key(|(start, _)| *start);
        Ok(found.into_iter().map(|(_, axis)| axis).collect())
    }

    /// `kernel.policy = ..` without quotes is a table in a table.
    fn table(
        &self,
        prefix: &str,
        value: &Entry<'_>,
        found: &mut Vec<(usize, Axis)>,
    ) -> Result<(), ScenarioError> {
        let table = value.get_ref().as_table();
        let table = table.ok_or_else(|| self.expected(value, "a table of KEY = VALUES"))?;
        for (name, value) in table {
            let path = format!("{prefix}{}", name.get_ref());
            if matches!(value.get_ref(), DeValue::Table(_)) {
                self.table(&format!("{path}."), value, found)?;
                continue;
            }
            let axis = Axis::new(&path, &self.values(value)?);
            let axis = axis.map_err(|why| self.error(name.span().start..value.span().end, why))?;
            found.push((name.span().start, axis));
        }
        Ok(())
    }

    /// Values as on the command line: a string, or a list of values.
    fn values(&self, value: &Entry<'_>) -> Result<String, ScenarioError> {
        match value.get_ref() {
            DeValue::Array(list) => {
                let parts: Result<Vec<_>, _> = list.iter().map(|v| self.values(v)).collect();
                Ok(parts?.join(","))
            }
            DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str().to_owned()),
            DeValue::Float(number) => Ok(number.as_str().to_owned()),
            DeValue::Boolean(flag) => Ok(flag.to_string()),
            DeValue::String(text) => Ok(text.to_string()),
            _ => Err(self.expected(value, "values, such as \"2..64:*2\" or [2, 4]")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_the_command_line_says() {
        let text = "scenario = \"report-6cpu\"\nset = [\"calls=50\"]\nreps = 3\nwhere = \"cpus > 2\"\n\
                    zip = [[\"cpus\", \"hz\"]]\n[axes]\npolicy = [\"per-call\", \"batch-free\"]\n\
                    machine.hz = [100, 250]\ncpus = \"2..4:*2\"\n\"links.gp_floor\" = [true, false]\n";
        let sweep = SweepFile::parse("sweep.toml", text).expect("valid");
        assert_eq!(sweep.scenario.as_deref(), Some("report-6cpu"));
        assert_eq!(sweep.sets.len(), 1);
        assert_eq!(sweep.repetition, Some(Repetition::Exactly(3)));
        assert_eq!(sweep.zips, [["cpus", "hz"]]);
        assert_eq!(sweep.filter.as_ref().map(Filter::text), Some("cpus > 2"));
        let axes: Vec<_> = sweep
            .axes
            .iter()
            .map(|axis| (axis.key.path, &*axis.spec))
            .collect();
        assert_eq!(
            axes,
            [
                ("kernel.policy", "per-call,batch-free"),
                ("machine.hz", "100,250"),
                ("machine.cpus", "2..4:*2"),
                ("links.gp_floor", "true,false")
            ]
        );
    }

    #[test]
    fn precision_is_said_in_a_file_too() {
        let read = |text| SweepFile::parse("f", text).expect("valid").repetition;
        let until = |percent, metric, most| {
            let until = Until::new(percent, metric, most).expect("a metric");
            Some(Repetition::Until(until))
        };
        assert_eq!(read("until_ci = \"5%\""), until(5.0, METRIC, MOST));
        let all = "max_reps = 30\nmetric = \"loop_ns\"\nuntil_ci = \"2%\"";
        assert_eq!(read(all), until(2.0, "loop_ns", 30));
    }

    #[test]
    fn what_is_wrong_is_shown_with_its_place() {
        for (text, place, part) in [
            ("sceanrio = 1", "f:1:1", "did you mean `scenario`?"),
            ("\nreps = -1", "f:2:8", "a whole number above 0"),
            ("reps = \"x\"", "f:1:8", "not string"),
            ("[axes]\ncpu = 4", "f:2:1", "did you mean `machine.cpus`?"),
            ("[axes]\ncpus = \"9..2\"", "f:2:1", "the range is empty"),
            ("where = \"cpus <\"", "f: where:1:7", "the expression ends"),
            ("axes = 3", "f:1:8", "a table of KEY = VALUES"),
            ("axes = [", "f:1:9", ""),
            ("until_ci = \"x\"", "f:1:12", "such as 5%"),
            ("until_ci = 5", "f:1:12", "a string"),
            ("metric = \"loop_ns\"", "f:1:1", "which is missing"),
            ("reps = 3\nuntil_ci = \"5%\"", "f:1:1", "exclude"),
            (
                "until_ci = \"5%\"\nmetric = \"loop_n\"",
                "f:2:10",
                "did you mean `loop_ns`?",
            ),
            ("until_ci = \"5%\"\nmax_reps = 3", "f:2:12", "at least 10"),
        ] {
            let error = SweepFile::parse("f", text).expect_err(text).to_string();
            assert!(error.starts_with(place), "{text}: {error}");
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
