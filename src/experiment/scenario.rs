//! Scenarios: a TOML file, strict and with errors that point at the place.

use super::keys::{self, KEYS, Key, Provenance};
use super::nearest;
use crate::models::params::{Arrivals, Params};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The scenarios that are part of the program.
const BUILTIN: &[(&str, &str)] = &[
    (
        "report-40cpu",
        include_str!("../../scenarios/report-40cpu.toml"),
    ),
    (
        "report-6cpu",
        include_str!("../../scenarios/report-6cpu.toml"),
    ),
    ("convoy", include_str!("../../scenarios/convoy.toml")),
    (
        "ddos-frags",
        include_str!("../../scenarios/ddos-frags.toml"),
    ),
    (
        "container-host",
        include_str!("../../scenarios/container-host.toml"),
    ),
    (
        "recorded-2cpu",
        include_str!("../../scenarios/recorded-2cpu.toml"),
    ),
];

/// `extends` may lead through at most this many scenarios.
const DEPTH: usize = 4;

/// A named set of inputs, each with its provenance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scenario {
    /// Its name: a builtin's, or the file's path.
    pub name: String,
    /// What it is about, in a sentence.
    pub about: String,
    /// The inputs.
    pub params: Params,
    /// Provenance of the values that are not defaults, by path.
    overrides: BTreeMap<&'static str, (Provenance, String)>,
}

/// Why a scenario was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScenarioError {
    /// What is wrong and what was expected.
    pub message: String,
    /// Where, if it is a place in a file.
    pub place: Option<Place>,
}

/// A place in a scenario file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The file.
    pub file: String,
    /// Line, from one.
    pub line: usize,
    /// Column in characters, from one.
    pub column: usize,
    /// The line's text.
    pub text: String,
    /// Characters to mark.
    pub width: usize,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(place) = &self.place else {
            return f.write_str(&self.message);
        };
        let number = place.line.to_string();
        let margin = " ".repeat(number.len());
        let indent: String = place
            .text
            .chars()
            .take(place.column - 1)
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        writeln!(
            f,
            "{}:{}:{}: {}",
            place.file, place.line, place.column, self.message
        )?;
        writeln!(f, "{margin} |")?;
        writeln!(f, "{number} | {}", place.text)?;
        write!(f, "{margin} | {indent}{}", "^".repeat(place.width))
    }
}

impl std::error::Error for ScenarioError {}

impl ScenarioError {
    fn plain(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            place: None,
        }
    }
}

/// A file being read.
struct Reader<'t> {
    file: &'t str,
    text: &'t str,
    /// Where each key was set.
    set: BTreeMap<&'static str, Range<usize>>,
}

impl Scenario {
    /// The names of the builtin scenarios.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|&(name, _)| name)
    }

    /// A builtin scenario.
    ///
    /// # Panics
    /// If an embedded scenario is wrong; a test reads them all.
    pub fn builtin(name: &str) -> Option<Self> {
        let (name, text) = BUILTIN.iter().find(|(builtin, _)| *builtin == name)?;
        Some(Self::parse(name, text).unwrap_or_else(|error| panic!("embedded scenario: {error}")))
    }

    /// Reads a scenario; `name` is its name or path, for messages.
    pub fn parse(name: &str, text: &str) -> Result<Self, ScenarioError> {
        Self::parse_nested(name, text, DEPTH)
    }

    fn parse_nested(name: &str, text: &str, depth: usize) -> Result<Self, ScenarioError> {
        let mut reader = Reader {
            file: name,
            text,
            set: BTreeMap::new(),
        };
        let root = DeTable::parse(text).map_err(|error| {
            let message = error.message().replace('\n', ", ");
            reader.error(error.span().unwrap_or(0..0), message)
        })?;
        let root = root.into_inner();
        let mut scenario = reader.base(&root, depth)?;
        name.clone_into(&mut scenario.name);
        scenario.about = match root.get("about") {
            Some(about) => reader.string("about", about)?.to_owned(),
            None => String::new(),
        };
        reader.table(&mut scenario, "", &root)?;
        scenario.check().map_err(|(message, pair)| {
            let at = pair
                .iter()
                .filter_map(|path| reader.set.get(path))
                .max_by_key(|r| r.start);
            match at {
                Some(at) => reader.error(at.clone(), message),
                None => ScenarioError::plain(format!("{name}: {message}")),
            }
        })?;
        Ok(scenario)
    }

    /// All defaults.
    fn blank() -> Self {
        Self {
            name: String::new(),
            about: String::new(),
            params: keys::defaults(),
            overrides: BTreeMap::new(),
        }
    }

    /// Sets one value as from the command line; call [`Scenario::validate`] after the last.
    pub fn set(&mut self, path: &str, value: &str) -> Result<(), ScenarioError> {
        let key = Key::find(path).ok_or_else(|| ScenarioError::plain(unknown(path)))?;
        let raw = key
            .parse(value.trim())
            .map_err(|message| ScenarioError::plain(format!("{path}: {message}")))?;
        (key.set)(&mut self.params, raw);
        self.overrides.insert(
            key.path,
            (Provenance::Assumed, "set on the command line".into()),
        );
        Ok(())
    }

    /// Checks what several values must satisfy together; the message names both keys.
    pub fn validate(&self) -> Result<(), ScenarioError> {
        self.check()
            .map_err(|(message, _)| ScenarioError::plain(message))
    }

    /// A value's provenance and its reason.
    pub fn provenance(&self, key: &'static Key) -> (Provenance, &str) {
        self.overrides
            .get(key.path)
            .map_or((key.provenance, key.source), |(provenance, why)| {
                (*provenance, why)
            })
    }

    /// Keys whose values are not the defaults.
    pub fn overridden(&self) -> impl Iterator<Item = &'static str> {
        self.overrides.keys().copied()
    }

    /// A scenario file that says everything: every value, its provenance, what it means.
    ///
    /// # Panics
    /// Never: every path of the table has two parts.
    pub fn to_toml(&self) -> String {
        let quote = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let mut out = format!("# {}\nabout = {}\n", self.name, quote(&self.about));
        let mut section = "";
        for key in KEYS {
            let (prefix, name) = key.path.split_once('.').expect("every path has two parts");
            if prefix != section {
                section = prefix;
                write!(out, "\n[{section}]\n").expect("a string takes all that is written");
            }
            let (provenance, source) = self.provenance(key);
            writeln!(
                out,
                "{name} = {{ value = {}, provenance = \"{}\", source = {} }} # {}",
                key.toml((key.get)(&self.params)),
                provenance.name(),
                quote(source),
                key.doc,
            )
            .expect("a string takes all that is written");
        }
        out
    }

    fn check(&self) -> Result<(), (String, [&'static str; 2])> {
        let p = &self.params;
        let poisson = p.arrivals == Arrivals::Poisson;
        let some_noise = p.noise_threads > 0;
        let rules = [
            (
                p.possible_cpus != 0 && p.possible_cpus < p.cpus,
                ["machine.possible_cpus", "machine.cpus"],
                "possible CPUs include the online ones (0 means as many)",
            ),
            (
                p.creators > p.calls,
                ["workload.creators", "workload.calls"],
                "each creator needs at least one call",
            ),
            (
                poisson && p.rate == 0,
                ["workload.arrivals", "workload.rate"],
                "`poisson` needs a rate above 0",
            ),
            (
                !poisson && p.rate > 0,
                ["workload.arrivals", "workload.rate"],
                "only `poisson` takes a rate",
            ),
            (
                some_noise && p.noise_work.is_zero() && p.noise_sleep.is_zero(),
                ["noise.threads", "noise.sleep"],
                "a noise thread must work or sleep, or time would stand still",
            ),
            (
                p.settle_before >= p.horizon,
                ["run.settle_before", "run.horizon"],
                "the workload must start before the horizon",
            ),
            (
                p.sample > p.horizon,
                ["run.sample", "run.horizon"],
                "a sample must fit before the horizon",
            ),
            (
                p.horizon.as_ns() / p.sample.as_ns().max(1) > 10_000_000,
                ["run.sample", "run.horizon"],
                "more than 10,000,000 samples",
            ),
        ];
        for (broken, pair, why) in rules {
            if broken {
                let value = |path| {
                    let key = Key::find(path).expect("rules name keys of the table");
                    format!("{path} = {}", key.format((key.get)(p)))
                };
                let message = format!("{} and {}: {why}", value(pair[0]), value(pair[1]));
                return Err((message, pair));
            }
        }
        Ok(())
    }
}

fn unknown(path: &str) -> String {
    let last = |path: &'static str| path.rsplit('.').next().expect("a path has a last part");
    let near = nearest(path, KEYS.iter().map(|key| key.path)).or_else(|| {
        let name = path
            .rsplit('.')
            .next()
            .expect("split yields at least one part");
        let near = nearest(name, KEYS.iter().map(|key| last(key.path)))?;
        KEYS.iter()
            .map(|key| key.path)
            .find(|path| last(path) == near)
    });
    match near {
        Some(near) => format!("unknown key `{path}`; did you mean `{near}`?"),
        None => {
            format!("unknown key `{path}`; `rcusim scenario show report-40cpu` lists all keys")
        }
    }
}

impl Reader<'_> {
    fn error(&self, span: Range<usize>, message: impl Into<String>) -> ScenarioError {
        let mut start = span.start.min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let text = self.text[line_start..].lines().next().unwrap_or("");
        let column = self.text[line_start..start].chars().count() + 1;
        let marked = self.text.get(start..span.end).unwrap_or("");
        let width = marked.lines().next().unwrap_or("").chars().count().max(1);
        ScenarioError {
            message: message.into(),
            place: Some(Place {
                file: self.file.to_owned(),
                line: self.text[..line_start].matches('\n').count() + 1,
                column,
                text: text.to_owned(),
                width,
            }),
        }
    }

    /// What `extends` names, or the defaults.
    fn base(&self, root: &DeTable<'_>, depth: usize) -> Result<Scenario, ScenarioError> {
        let Some(extends) = root.get("extends") else {
            return Ok(Scenario::blank());
        };
        let base = self.string("extends", extends)?;
        let Some((name, text)) = BUILTIN.iter().find(|(name, _)| *name == base) else {
            let names: Vec<_> = Scenario::builtin_names().collect();
            let near = nearest(base, Scenario::builtin_names())
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            let list = names.join(", ");
            let message = format!("`extends` names no builtin scenario ({list}){near}");
            return Err(self.error(extends.span(), message));
        };
        if depth == 0 {
            return Err(self.error(extends.span(), "`extends` goes in a circle"));
        }
        Scenario::parse_nested(name, text, depth - 1)
    }

    fn string<'v>(
        &self,
        name: &str,
        value: &'v Spanned<DeValue<'_>>,
    ) -> Result<&'v str, ScenarioError> {
        value.get_ref().as_str().ok_or_else(|| {
            let found = value.get_ref().type_str();
            self.error(
                value.span(),
                format!("`{name}` must be a string, not {found}"),
            )
        })
    }

    fn table(
        &mut self,
        scenario: &mut Scenario,
        prefix: &str,
        table: &DeTable<'_>,
    ) -> Result<(), ScenarioError> {
        for (name, value) in table {
            let text: &str = name.get_ref();
            if prefix.is_empty() && matches!(text, "extends" | "about") {
                continue;
            }
            let path = if prefix.is_empty() {
                text.to_owned()
            } else {
                format!("{prefix}.{text}")
            };
            if let Some(key) = Key::find(&path) {
                self.value(scenario, key, value)?;
                continue;
            }
            let section = format!("{path}.");
            match value.get_ref() {
                DeValue::Table(inner) if KEYS.iter().any(|k| k.path.starts_with(&section)) => {
                    self.table(scenario, &path, inner)?;
                }
                DeValue::Table(_) if prefix.is_empty() => {
                    return Err(self.error(name.span(), unknown_section(text)));
                }
                _ => return Err(self.error(name.span(), unknown(&path))),
            }
        }
        Ok(())
    }

    fn value(
        &mut self,
        scenario: &mut Scenario,
        key: &'static Key,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<(), ScenarioError> {
        let mut provenance = Provenance::Assumed;
        let mut source = format!("scenario {}", self.file);
        let mut plain = value;
        if let DeValue::Table(fields) = value.get_ref() {
            let missing = format!("`{}` is a table without `value`", key.path);
            plain = fields
                .get("value")
                .ok_or_else(|| self.error(value.span(), missing))?;
            for (name, field) in fields {
                match &**name.get_ref() {
                    "value" => {}
                    "provenance" => provenance = self.provenance(field)?,
                    "source" => self.string("source", field)?.clone_into(&mut source),
                    other => {
                        let expected = ["value", "provenance", "source"];
                        let near = nearest(other, expected)
                            .map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
                        let message = format!(
                            "unknown field `{other}`; a value has value, provenance, source{near}"
                        );
                        return Err(self.error(name.span(), message));
                    }
                }
            }
        }
        let raw = match plain.get_ref() {
            DeValue::String(text) => key.parse(text),
            DeValue::Integer(number) if number.radix() == 10 => key.parse(number.as_str()),
            DeValue::Float(number) => key.parse(number.as_str()),
            DeValue::Boolean(flag) => key.parse(if *flag { "true" } else { "false" }),
            other => Err(format!(
                "{} is not a value (write a decimal number)",
                other.type_str()
            )),
        };
        let raw = raw.map_err(|why| self.error(plain.span(), format!("{}: {why}", key.path)))?;
        (key.set)(&mut scenario.params, raw);
        scenario.overrides.insert(key.path, (provenance, source));
        self.set.insert(key.path, plain.span());
        Ok(())
    }

    fn provenance(&self, field: &Spanned<DeValue<'_>>) -> Result<Provenance, ScenarioError> {
        let text = self.string("provenance", field)?;
        Provenance::parse(text).ok_or_else(|| {
            let names: Vec<_> = Provenance::ALL.iter().map(|p| p.name()).collect();
            self.error(
                field.span(),
                format!("`{text}` is not one of {}", names.join(", ")),
            )
        })
    }
}

fn unknown_section(text: &str) -> String {
    let sections = || KEYS.iter().filter_map(|key| key.path.split('.').next());
    if let Some(near) = nearest(text, sections()) {
        return format!("unknown section `{text}`; did you mean `{near}`?");
    }
    let mut names: Vec<_> = sections().collect();
    names.dedup();
    format!(
        "unknown section `{text}`; the sections are {}",
        names.join(", ")
    )
}
