//! A scenario as it was typed: no value of it is lost to another unseen, and it can be typed again.

use crate::experiment::Scenario;
use crate::experiment::key::Key;
use std::path::Path;

/// A scenario and the values that the command line gives it.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    /// Its name or file, without the values behind a colon; none if it is the machine's own load.
    name: Option<String>,
    machine: Option<String>,
    /// In the order in which they are set.
    values: Vec<Value>,
    /// What follows, as it is typed.
    rest: Vec<String>,
}

/// A value, as it was typed.
#[derive(Clone, Debug)]
struct Value {
    place: Place,
    key: String,
    /// What stands behind the `=`.
    text: String,
}

/// Where a value was typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    /// `NAME:KEY=VALUE`
    Name,
    /// `--OPTION VALUE`
    Option(&'static str),
    /// `--set KEY=VALUE`
    Set,
    /// `-P KEY=VALUES`, or the same in a sweep's file
    Axis,
}

impl Typed {
    /// `NAME` or `NAME:KEY=VALUE,KEY=VALUE`, and the machine under it.
    pub(super) fn new(scenario: Option<&str>, machine: Option<&str>) -> Self {
        let (name, sets) = scenario.map_or(("", ""), parts);
        let mut typed = Self {
            name: scenario.map(|_| name.to_owned()),
            machine: machine.map(str::to_owned),
            ..Self::default()
        };
        for set in sets.split(',').filter(|set| !set.is_empty()) {
            typed.push(Place::Name, set);
        }
        typed
    }

    /// The value of an option that stands for a key.
    pub(super) fn option(&mut self, option: &'static str, key: &str, value: &str) {
        self.push(Place::Option(option), &format!("{key}={value}"));
    }

    /// A seed, if one was given.
    pub(super) fn seed(&mut self, seed: Option<u64>) {
        if let Some(seed) = seed {
            self.option("seed", "run.seed", &seed.to_string());
        }
    }

    /// The values of `--set`.
    pub(super) fn sets(&mut self, sets: &[String]) {
        for set in sets {
            self.push(Place::Set, set);
        }
    }

    /// What varies a key, `KEY=VALUES` or `KEY` alone, so that no other value of it counts.
    pub(super) fn varies(&mut self, axis: &str) {
        self.push(Place::Axis, axis);
    }

    /// Something that follows, as it is typed.
    pub(super) fn follows(&mut self, words: String) {
        self.rest.push(words);
    }

    fn push(&mut self, place: Place, set: &str) {
        let (key, value) = set.split_once('=').unwrap_or((set, ""));
        self.values.push(Value {
            place,
            key: key.trim().to_owned(),
            text: value.to_owned(),
        });
    }

    /// Refuses two values for one key: one of them would be lost. What names no key is another's to refuse.
    pub(super) fn check(&self) -> Result<(), String> {
        for (at, later) in self.values.iter().enumerate() {
            let Some(key) = later.key() else { continue };
            let before = self.values[..at].iter();
            let mut same = before.filter(|value| value.key().is_some_and(|k| k.path == key.path));
            let differs = |value: &&Value| value.raw(key) != later.raw(key);
            if let Some(earlier) = same.find(differs) {
                let [one, other] = [earlier, later].map(|value| self.shown(value));
                return Err(format!(
                    "{one} and {other} both give {}; leave one of them out",
                    key.path
                ));
            }
        }
        Ok(())
    }

    /// The same with these values, `KEY=VALUE`, instead of its own for their keys.
    pub(super) fn but(&self, sets: &[&str]) -> Self {
        let mut other = self.clone();
        let sets = sets.iter().map(|set| (*set).to_owned());
        let sets: Vec<String> = sets.collect();
        let mut instead = Self::default();
        instead.sets(&sets);
        let path = |value: &Value| value.key().map(|key| key.path);
        let paths: Vec<_> = instead.values.iter().map(path).collect();
        other.values.retain(|value| !paths.contains(&path(value)));
        other.values.extend(instead.values);
        other
    }

    /// The arguments as they would be typed.
    pub(super) fn words(&self) -> String {
        let mut words = Vec::new();
        let own = |value: &&Value| value.place == Place::Name;
        let own = self.values.iter().filter(own).map(Value::set);
        let own: Vec<String> = own.collect();
        words.extend(self.name.as_ref().map(|name| match &own[..] {
            [] => quoted(name),
            own => quoted(&format!("{name}:{}", own.join(","))),
        }));
        let machine = self.machine.as_deref().map(quoted);
        words.extend(machine.map(|name| format!("--machine {name}")));
        let others = self.values.iter();
        let others = others.filter(|value| value.place != Place::Name);
        words.extend(others.map(|value| self.shown(value)));
        words.extend(self.rest.iter().cloned());
        words.join(" ")
    }

    fn shown(&self, value: &Value) -> String {
        match value.place {
            Place::Name => {
                let name = self.name.as_deref().unwrap_or_default();
                quoted(&format!("{name}:{}", value.set()))
            }
            Place::Option(option) => format!("--{option} {}", quoted(&value.text)),
            Place::Set => format!("--set {}", quoted(&value.set())),
            Place::Axis => format!("the axis {}", value.set().trim_end_matches('=')),
        }
    }
}

impl Value {
    fn set(&self) -> String {
        format!("{}={}", self.key, self.text)
    }

    fn key(&self) -> Option<&'static Key> {
        Key::find(&self.key).ok()
    }

    /// The value itself, however it was written: 50k is 50000. None of an axis: two of one key are another's to refuse.
    fn raw(&self, key: &Key) -> Option<u64> {
        let plain = self.place != Place::Axis;
        key.parse(self.text.trim()).ok().filter(|_| plain)
    }
}

/// The scenario's name or file, and what is set after a colon: the longest part that is a file, if there is one.
pub(super) fn parts(text: &str) -> (&str, &str) {
    let there = |name: &str| Path::new(name).metadata().is_ok_and(|file| !file.is_dir());
    if text.contains(':') && there(text) {
        return (text, "");
    }
    let split = |(at, _)| (&text[..at], &text[at + 1..]);
    let mut splits = text.rmatch_indices(':').map(split);
    if let Some(parts) = splits.find(|(name, sets)| !sets.is_empty() && there(name)) {
        return parts;
    }
    match text.split_once(':') {
        Some((name, sets)) if sets.contains('=') || is_sets(name, sets, text) => (name, sets),
        _ => (text, ""),
    }
}

/// Whether `sets` was meant to set something, though nothing in it says to what: it follows a scenario, and the whole
/// is no file.
fn is_sets(name: &str, sets: &str, whole: &str) -> bool {
    let known =
        Scenario::builtin_names().any(|builtin| builtin == name) || Path::new(name).is_file();
    known && !sets.is_empty() && !Path::new(whole).exists()
}

/// An argument as a shell takes it.
pub(super) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(scenario: &str, sets: &[&str]) -> Typed {
        let mut typed = Typed::new(Some(scenario), None);
        let sets = sets.iter().map(|set| (*set).to_owned());
        typed.sets(&sets.collect::<Vec<_>>());
        typed
    }

    #[test]
    fn arguments_are_quoted_for_the_shell() {
        assert_eq!(quoted("a=b"), "a=b");
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }

    #[test]
    fn one_value_written_in_two_ways_is_one() {
        assert_eq!(
            typed("convoy:calls=50k", &["workload.calls=50000"]).check(),
            Ok(())
        );
        let two = typed("convoy:calls=50k", &["workload.calls=5000"]).check();
        assert_eq!(
            two.expect_err("two values"),
            "convoy:calls=50k and --set workload.calls=5000 both give workload.calls; leave one of them out"
        );
        assert_eq!(
            typed("convoy:calls=50k", &["no.key=1", "no.key=2"]).check(),
            Ok(())
        );
    }

    #[test]
    fn a_value_takes_the_place_of_every_other_for_its_key() {
        let mut typed = typed("convoy:seed=4,cpus=2", &["run.seed=4", "hz=250"]);
        typed.seed(Some(4));
        typed.follows("--expect 'created>1'".to_owned());
        let other = typed.but(&["run.seed=9"]);
        assert_eq!(
            other.words(),
            "convoy:cpus=2 --set hz=250 --set run.seed=9 --expect 'created>1'"
        );
        assert_eq!(other.check(), Ok(()));
    }
}
