//! From the text of a scenario file to a scenario: strict, with errors that point at the place.

use super::error::ScenarioError;
use super::expect::{Expectation, SIGNS};
use super::key::{Key, Provenance};
use super::keys::KEYS;
use super::lookup::{is_section, unknown_section};
use super::names::nearest;
use super::scenario::Scenario;
use std::collections::BTreeMap;
use std::fmt::Write as _;
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

/// The builtin scenario that is all defaults.
const DEFAULTS: &str = "report-40cpu";

/// `extends` may lead through at most this many scenarios.
const DEPTH: usize = 4;

/// A file being read.
struct Reader<'t> {
    file: &'t str,
    text: &'t str,
    /// Where each key was set.
    set: BTreeMap<&'static str, Range<usize>>,
    /// What is wrong with it.
    errors: Vec<ScenarioError>,
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

    /// Reads a scenario; `name` is its name or path, for messages. The first thing that is wrong, if
    /// anything is.
    ///
    /// # Panics
    /// Never: what is refused has an error.
    pub fn parse(name: &str, text: &str) -> Result<Self, ScenarioError> {
        Self::parse_all(name, text).map_err(|mut errors| errors.swap_remove(0))
    }

    /// The same with everything that is wrong, from the first line on.
    pub fn parse_all(name: &str, text: &str) -> Result<Self, Vec<ScenarioError>> {
        let line = |error: &ScenarioError| error.place.as_ref().map(|at| (at.line, at.column));
        Self::parse_nested(name, text, DEPTH).map_err(|mut errors| {
            errors.sort_by_key(line);
            errors
        })
    }

    fn parse_nested(name: &str, text: &str, depth: usize) -> Result<Self, Vec<ScenarioError>> {
        let mut reader = Reader {
            file: name,
            text,
            set: BTreeMap::new(),
            errors: Vec::new(),
        };
        let (root, broken) = DeTable::parse_recoverable(text);
        if !broken.is_empty() {
            let error = |error: &toml::de::Error| ScenarioError::of_toml(name, text, error);
            return Err(broken.iter().map(error).collect());
        }
        let root = root.into_inner();
        let base = reader.base(&root, depth);
        let mut scenario = reader.kept(base).unwrap_or_else(Scenario::blank);
        name.clone_into(&mut scenario.name);
        // What a base expects is expected of its values, not of these.
        scenario.expect = Vec::new();
        if let Some(expect) = root.get("expect") {
            reader.expectations(&mut scenario, "", expect.span(), expect);
        }
        let about = root.get("about").map(|about| reader.string("about", about));
        let about = about.and_then(|about| reader.kept(about));
        about.unwrap_or_default().clone_into(&mut scenario.about);
        if let Some(names) = root.get("fitted_to") {
            let read = reader.fitted_to(&mut scenario, names);
            reader.kept(read);
        }
        reader.table(&mut scenario, "", &root);
        // A builtin may be all defaults.
        let own = Self::builtin_names().all(|builtin| builtin != name);
        scenario.extends = (own && reader.set.len() < KEYS.len()).then(|| extends(&root));
        let sets_nothing = reader.set.is_empty() && root.get("extends").is_none();
        if own && sets_nothing && reader.errors.is_empty() {
            let message = "no value is set; expected some, such as `cpus = 40` below `[machine]`, or \
                           `extends = \"report-40cpu\"` for one of the builtin scenarios as it is";
            let nothing = reader.error(0..0, message);
            reader.errors.push(nothing);
        }
        // Values that were not read cannot contradict each other.
        if reader.errors.is_empty() {
            reader.contradictions(&scenario);
        }
        if reader.errors.is_empty() {
            Ok(scenario)
        } else {
            Err(reader.errors)
        }
    }
}

/// What a file extends, in words; the defaults are the report's machine.
fn extends(root: &DeTable<'_>) -> String {
    let named = root.get("extends").and_then(|name| name.get_ref().as_str());
    let named = named.map(str::to_owned);
    named.unwrap_or_else(|| format!("{DEFAULTS}, as nothing else is said"))
}

/// Whether an entry holds the key that sets others, and so is read before them.
fn leads_to_profile(prefix: &str, name: &str) -> bool {
    let path = if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}.{name}")
    };
    path == "kernel" || Key::find(&path).is_ok_and(Key::is_profile)
}

impl Reader<'_> {
    fn error(&self, span: Range<usize>, message: impl Into<String>) -> ScenarioError {
        ScenarioError::at(self.file, self.text, span, message)
    }

    /// What was read; or nothing, and the error is kept.
    fn kept<T>(&mut self, read: Result<T, ScenarioError>) -> Option<T> {
        read.map_err(|error| self.errors.push(error)).ok()
    }

    fn contradictions(&mut self, scenario: &Scenario) {
        for (message, pair) in Scenario::contradictions(&scenario.params) {
            let places = pair.iter().filter_map(|path| self.set.get(path));
            let error = match places.max_by_key(|place| place.start) {
                Some(at) => self.error(at.clone(), message),
                None => ScenarioError::plain(format!("{}: {message}", self.file)),
            };
            self.errors.push(error);
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
        Scenario::parse_nested(name, text, depth - 1).map_err(|mut errors| errors.swap_remove(0))
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

    /// Names of recordings; those of the base stay, for its values do.
    fn fitted_to(
        &self,
        scenario: &mut Scenario,
        names: &Spanned<DeValue<'_>>,
    ) -> Result<(), ScenarioError> {
        let DeValue::Array(list) = names.get_ref() else {
            let found = names.get_ref().type_str();
            let message = format!("`fitted_to` must be a list of recordings' names, not {found}");
            return Err(self.error(names.span(), message));
        };
        for name in list {
            let name = self.string("fitted_to", name)?;
            if !scenario.fitted_to.iter().any(|known| known == name) {
                scenario.fitted_to.push(name.to_owned());
            }
        }
        Ok(())
    }

    fn table(&mut self, scenario: &mut Scenario, prefix: &str, table: &DeTable<'_>) {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(name, _)| !leads_to_profile(prefix, name.get_ref()));
        for (name, value) in entries {
            let text: &str = name.get_ref();
            if prefix.is_empty() && matches!(text, "extends" | "about" | "fitted_to" | "expect") {
                continue;
            }
            let path = if prefix.is_empty() {
                text.to_owned()
            } else {
                format!("{prefix}.{text}")
            };
            let read = match (Key::find(&path), value.get_ref()) {
                (_, DeValue::Table(inner)) if is_section(&path) => {
                    self.table(scenario, &path, inner);
                    continue;
                }
                (Ok(key), _) => self.value(scenario, key, name.span(), value),
                (Err(_), DeValue::Table(_)) if prefix.is_empty() => {
                    Err(self.error(name.span(), unknown_section(text)))
                }
                (Err(why), _) => Err(self.error(name.span(), why)),
            };
            self.kept(read);
        }
    }

    /// `[expect]`: a field and what must be so, one or several.
    fn expectations(
        &mut self,
        scenario: &mut Scenario,
        field: &str,
        name: Range<usize>,
        value: &Spanned<DeValue<'_>>,
    ) {
        match value.get_ref() {
            DeValue::Table(inner) => {
                for (name, value) in inner {
                    let dot = if field.is_empty() { "" } else { "." };
                    let field = format!("{field}{dot}{}", name.get_ref());
                    self.expectations(scenario, &field, name.span(), value);
                }
            }
            DeValue::Array(several) if !field.is_empty() => {
                for value in several {
                    self.expectations(scenario, field, name.clone(), value);
                }
            }
            _ => {
                let read = self.expectation(field, name, value);
                let read = self.kept(read);
                scenario.expect.extend(read);
            }
        }
    }

    /// One condition on a field.
    fn expectation(
        &self,
        field: &str,
        name: Range<usize>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Expectation, ScenarioError> {
        let condition = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
            DeValue::Boolean(flag) => flag.to_string(),
            other => {
                let message = format!("{} is no condition; write \"<500MB\"", other.type_str());
                return Err(self.error(value.span(), message));
            }
        };
        let equal = if condition.trim_start().starts_with(SIGNS) {
            ""
        } else {
            "="
        };
        let expectation = Expectation::read(&format!("{field}{equal}{condition}"));
        expectation.map_err(|(span, message)| {
            let of_name = span.start < field.len();
            self.error(if of_name { name } else { value.span() }, message)
        })
    }

    fn value(
        &mut self,
        scenario: &mut Scenario,
        key: &'static Key,
        name: Range<usize>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<(), ScenarioError> {
        if self.set.contains_key(key.path) {
            return Err(self.error(name, format!("`{}` is set twice", key.path)));
        }
        let mut provenance = Provenance::Given;
        let mut source = format!("set in {}", self.file);
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
        let text = match plain.get_ref() {
            DeValue::String(text) => Ok(&**text),
            DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str()),
            DeValue::Float(number) => Ok(number.as_str()),
            DeValue::Boolean(flag) => Ok(if *flag { "true" } else { "false" }),
            other => Err(format!(
                "{} is not a value (write a decimal number)",
                other.type_str()
            )),
        };
        let refuse = |why| self.error(plain.span(), format!("{}: {why}", key.path));
        let text = text.map_err(refuse)?;
        let raw = key.parse(text).map_err(refuse)?;
        let note = key.note(text);
        if let Some(note) = &note {
            write!(source, "; {text}: {note}").expect("a string takes all that is written");
        }
        let why = (provenance, source);
        scenario.change(key, raw, why.clone());
        if Scenario::builtin_names().all(|builtin| builtin != self.file)
            && scenario.is_own(key, &why)
        {
            scenario.given.by_file(key, self.file);
        }
        if let Some(note) = note {
            let said = format!("{} = {text} of {}: {note}", key.path, self.file);
            scenario.given.release = Some(said);
        }
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
