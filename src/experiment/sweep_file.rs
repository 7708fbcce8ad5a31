//! A sweep as a file:
//!
//! ```toml
//! scenario = "report-40cpu"
//! set = ["workload.calls=5k"]
//! reps = 10
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
    pub replicates: Option<u64>,
}

const FIELDS: [&str; 6] = ["scenario", "set", "reps", "where", "zip", "axes"];

struct Reader<'t> {
    file: &'t str,
    text: &'t str,
}

type Entry<'t> = Spanned<DeValue<'t>>;

impl SweepFile {
    /// Reads `text`; `file` is its path, for messages.
    pub fn parse(file: &str, text: &str) -> Result<Self, ScenarioError> {
        let reader = Reader { file, text };
        let root = DeTable::parse(text).map_err(|error| {
            let message = error.message().replace('\n', ", ");
            reader.error(error.span().unwrap_or(0..0), message)
        })?;
        let mut sweep = Self::default();
        for (name, value) in root.get_ref() {
            match &**name.get_ref() {
                "scenario" => sweep.scenario = Some(reader.string(value)?),
                "set" => sweep.sets = reader.strings(value)?,
                "reps" => sweep.replicates = Some(reader.count(value)?),
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
        assert_eq!((sweep.sets.len(), sweep.replicates), (1, Some(3)));
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
        ] {
            let error = SweepFile::parse("f", text).expect_err(text).to_string();
            assert!(error.starts_with(place), "{text}: {error}");
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
