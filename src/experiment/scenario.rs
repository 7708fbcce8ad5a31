//! Scenarios: a named set of inputs, each with its provenance.

use super::error::ScenarioError;
use super::expect::Expectation;
use super::given::Given;
use super::key::{Key, Provenance};
use super::keys::{self, KEYS};
use crate::models::params::{Arrivals, Params};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Where a value is from that was set on the command line.
const BY_COMMAND: &str = "set on the command line";

/// Whether two values break a rule together, their keys, and why it is one.
type Rule = (bool, [&'static str; 2], &'static str);

/// Most works of a convoy: all are in memory at once, 54 bytes each.
const CONVOY_MOST: u64 = 1_000_000;

/// A named set of inputs, each with its provenance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scenario {
    /// Its name: a builtin's, or the file's path.
    pub name: String,
    /// What it is about, in a sentence.
    pub about: String,
    /// What gives a file the values that it does not set itself, in words; none if it sets all, or is a builtin.
    pub extends: Option<String>,
    /// The inputs.
    pub params: Params,
    /// Recordings that its values were read off: they do not judge it.
    pub fitted_to: Vec<String>,
    /// What is expected of its run.
    pub expect: Vec<Expectation>,
    /// The machine it was put on, if it was: its name, where its costs are from, what followed its CPUs.
    pub machine: Option<String>,
    /// Provenance of the values that are not defaults, by path.
    pub(super) overrides: BTreeMap<&'static str, (Provenance, String)>,
    /// Which values somebody gave, so that no profile changes them.
    pub(super) given: Given,
}

impl Scenario {
    /// All defaults.
    pub(super) fn blank() -> Self {
        Self {
            name: String::new(),
            about: String::new(),
            extends: None,
            params: keys::defaults(),
            fitted_to: Vec::new(),
            expect: Vec::new(),
            machine: None,
            overrides: BTreeMap::new(),
            given: Given::default(),
        }
    }

    /// Sets one value as from the command line, which no profile then changes; call [`Scenario::validate`] after the last.
    pub fn set(&mut self, path: &str, value: &str) -> Result<(), ScenarioError> {
        let key = self.put(path, value, Provenance::Given, BY_COMMAND)?;
        self.given.by_command(key);
        Ok(())
    }

    /// Gives a key a value, and what hangs on it its own, but for what somebody gave.
    pub(super) fn change(&mut self, key: &'static Key, raw: u64, why: (Provenance, String)) {
        let old = key.is_profile().then(|| self.params.clone());
        let Self { params, given, .. } = self;
        let lines = key.apply(params, raw, |path| given.has(path));
        if let Some(old) = old {
            self.note_instead(&old);
        }
        for line in lines {
            let version = self.params.version.name();
            let changed = Key::at(line.path).expect("profiles name keys of the table");
            let (provenance, source) = line.provenance(self.provenance(changed).0);
            let source = format!("profile {version}: {source}");
            self.overrides.insert(line.path, (provenance, source));
        }
        self.overrides.insert(key.path, why);
    }

    /// Sets one value and says where it is from; a profile may change it. Call [`Scenario::validate`] after the last.
    pub fn put(
        &mut self,
        path: &str,
        value: &str,
        provenance: Provenance,
        source: &str,
    ) -> Result<&'static Key, ScenarioError> {
        let key = Key::find(path).map_err(ScenarioError::plain)?;
        let raw = key
            .parse(value.trim())
            .map_err(|message| ScenarioError::plain(format!("{}: {message}", key.path)))?;
        self.change(key, raw, (provenance, source.to_owned()));
        Ok(key)
    }

    /// Checks what several values must satisfy together; the message names both keys.
    pub fn validate(&self) -> Result<(), ScenarioError> {
        Self::validate_params(&self.params)
    }

    /// The same for inputs without their provenance.
    pub fn validate_params(params: &Params) -> Result<(), ScenarioError> {
        match Self::contradictions(params).into_iter().next() {
            Some((message, _)) => Err(ScenarioError::plain(message)),
            None => Ok(()),
        }
    }

    /// A value's provenance and its reason.
    pub fn provenance(&self, key: &'static Key) -> (Provenance, &str) {
        self.overrides
            .get(key.path)
            .map_or((key.provenance, key.source), |(provenance, why)| {
                (*provenance, why)
            })
    }

    /// Whether any cost was measured.
    pub fn has_measured_costs(&self) -> bool {
        let measured = |key: &&'static Key| self.provenance(key).0 == Provenance::Measured;
        let costs = KEYS.iter().filter(|key| key.path.starts_with("costs."));
        costs
            .filter(|key| self.overrides.contains_key(key.path))
            .any(|key| measured(&key))
    }

    /// The values that were set on the command line, as they would be typed, by path.
    pub fn set_by_command(&self) -> BTreeMap<&'static str, String> {
        let given = KEYS.iter().filter(|key| {
            let why = self.overrides.get(key.path);
            why.is_some_and(|(given, why)| *given == Provenance::Given && why == BY_COMMAND)
        });
        let value = |key: &'static Key| (key.path, key.format((key.get)(&self.params)));
        given.map(value).collect()
    }

    /// Every key's value, as it would be typed, by path.
    pub fn inputs(&self) -> BTreeMap<&'static str, String> {
        let value = |key: &Key| (key.path, key.format((key.get)(&self.params)));
        KEYS.iter().map(value).collect()
    }

    /// A key's value, as it would be typed.
    ///
    /// # Panics
    /// If there is no such key.
    pub fn written(&self, path: &str) -> String {
        let key = Key::at(path).expect("a key of the table");
        key.format((key.get)(&self.params))
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
        let name = self.name.replace('\n', " ");
        let mut out = format!("# {name}\n");
        if let Some(extends) = &self.extends {
            writeln!(out, "# extends {extends}").expect("a string takes all that is written");
        }
        writeln!(out, "about = {}", quote(&self.about))
            .expect("a string takes all that is written");
        if !self.fitted_to.is_empty() {
            let names: Vec<_> = self.fitted_to.iter().map(|name| quote(name)).collect();
            let names = names.join(", ");
            writeln!(
                out,
                "fitted_to = [{names}] # recordings that values were read off"
            )
            .expect("a string takes all that is written");
        }
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
        self.write_expect(&mut out)
            .expect("a string takes all that is written");
        out
    }

    fn write_expect(&self, out: &mut String) -> std::fmt::Result {
        let mut fields: Vec<(&str, Vec<String>)> = Vec::new();
        for (field, condition) in self.expect.iter().map(Expectation::parts) {
            let condition = toml::Value::String(condition.to_owned()).to_string();
            match fields.iter_mut().find(|(other, _)| *other == field) {
                Some((_, conditions)) => conditions.push(condition),
                None => fields.push((field, vec![condition])),
            }
        }
        if !fields.is_empty() {
            writeln!(out, "\n[expect]")?;
        }
        for (field, conditions) in fields {
            writeln!(out, "\"{field}\" = [{}]", conditions.join(", "))?;
        }
        Ok(())
    }

    /// Which given values others leave without effect, in a sentence each that names both keys.
    pub fn ineffective(&self) -> Vec<String> {
        let p = &self.params;
        let why = "netlink exits do not wait any more (netns.netlink_exits_wait = false, as from kernel profile v5.18 on)";
        let most = [
            ("netns.normal_gp_waits", p.normal_gp_waits, 0),
            ("netns.extra_gp_waits", p.extra_gp_waits, 1),
        ];
        let most = most.into_iter().filter(|_| !p.netlink_exits_wait);
        most.filter(|(path, value, most)| value > most && self.given.has(path))
            .map(|(path, value, most)| format!("{path} = {value} counts as {most}: {why}"))
            .collect()
    }

    /// Every rule that two values break together, and which two.
    pub(super) fn contradictions(p: &Params) -> Vec<(String, [&'static str; 2])> {
        let some_noise = p.noise_threads > 0;
        let of_machine_and_run = [
            (
                p.possible_cpus != 0 && p.possible_cpus < p.cpus,
                ["machine.possible_cpus", "machine.cpus"],
                "possible CPUs include the online ones (0 means as many)",
            ),
            (
                p.rawv6_sockets > p.sockets,
                ["netns.rawv6_sockets", "netns.sockets"],
                "RAWv6 sockets are some of the sockets",
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
        let value = |path| {
            let key = Key::at(path).expect("rules name keys of the table");
            format!("{path} = {}", key.format((key.get)(p)))
        };
        let rules = Self::rules_of_workload(p)
            .into_iter()
            .chain(of_machine_and_run);
        let broken = rules.filter(|(broken, ..)| *broken);
        broken
            .map(|(_, pair, why)| {
                let message = format!("{} and {}: {why}", value(pair[0]), value(pair[1]));
                (message, pair)
            })
            .collect()
    }

    /// The rules of the workload's values: whether broken, which two keys, why.
    fn rules_of_workload(p: &Params) -> [Rule; 6] {
        let open = p.arrivals.is_open();
        [
            (
                p.creators > p.calls,
                ["workload.creators", "workload.calls"],
                "each creator needs at least one call",
            ),
            (
                open && p.rate == 0,
                ["workload.arrivals", "workload.rate"],
                "arrivals from outside need a rate above 0",
            ),
            (
                !open && p.rate > 0,
                ["workload.arrivals", "workload.rate"],
                "only arrivals from outside take a rate: workload.arrivals=poisson, fixed or burst",
            ),
            (
                !open && !p.container_life.is_zero(),
                ["workload.arrivals", "workload.container_life"],
                "only namespaces of arrivals from outside live on: workload.arrivals=poisson, fixed or burst",
            ),
            (
                p.arrivals == Arrivals::Convoy && p.calls > CONVOY_MOST,
                ["workload.arrivals", "workload.calls"],
                "all works of the convoy are queued at once, at most 1,000,000",
            ),
            (
                p.arrivals != Arrivals::Burst && p.burst > 1,
                ["workload.arrivals", "workload.burst"],
                "only `burst` takes more than one namespace at once",
            ),
        ]
    }
}
