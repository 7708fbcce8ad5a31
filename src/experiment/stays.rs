//! Values that somebody gave: no kernel profile changes them, in whatever order they and `kernel.version` come.
//!
//! What the command line sets is given, and what a user's file says, unless it says what a builtin scenario says too, in the same
//! words: `rcusim scenario show` prints every value, and what nobody edited in it was not given by anybody.

use super::error::ScenarioError;
use super::given::Given;
use super::key::{Key, Provenance};
use super::profile::{self, LINES};
use super::scenario::Scenario;
use crate::models::params::Params;

impl Scenario {
    /// The inputs with other values for some keys: a kernel's profile first, and it leaves alone what was given.
    pub fn with(&self, values: impl IntoIterator<Item = (&'static Key, u64)>) -> Params {
        let mut params = self.params.clone();
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_by_key(|(key, _)| !key.is_profile());
        for (key, raw) in values {
            key.apply(&mut params, raw, |path| self.given.has(path));
        }
        params
    }

    /// Nobody gave any value: a profile changes them all.
    #[must_use]
    pub fn given_by_nobody(mut self) -> Self {
        self.given = Given::default();
        self
    }

    /// Notes what the profile now in force would have made of the values that were given.
    pub(super) fn note_instead(&mut self, old: &Params) {
        let mut other = old.clone();
        other.version = self.params.version;
        profile::change(&mut other, old.version, |_| false);
        for path in paths() {
            let key = Key::at(path).expect("profiles name keys of the table");
            let would = (key.get)(&other);
            if self.given.has(path) && would != (key.get)(old) {
                self.given.instead.insert(path, would);
            }
        }
    }

    /// What there is to say of values that files gave and the profile in force would have changed.
    ///
    /// # Panics
    /// Never: a profile's lines name keys of the table.
    pub fn stays(&self) -> Vec<String> {
        let told = self.given.instead.iter().filter_map(|(path, would)| {
            let file = self.given.by.get(path)?.as_ref()?;
            let key = Key::at(path).expect("profiles name keys of the table");
            let version = self.params.version.name();
            let [value, would] = [(key.get)(&self.params), *would].map(|raw| key.format(raw));
            let stays = format!("{path} = {value} of {file} stays; profile {version} has {would}");
            (value != would).then_some(stays)
        });
        told.collect()
    }

    /// What there is to say of a release of Linux in a file that has no profile of its own.
    pub fn release(&self) -> Option<&str> {
        self.given.release.as_deref()
    }

    /// What [`Scenario::stays`] says if `kernel.version` had that value.
    pub fn stays_with(&self, version: &'static Key, raw: u64) -> Vec<String> {
        let mut other = self.clone();
        other.change(version, raw, (Provenance::Given, String::new()));
        other.stays()
    }

    /// The keys that profiles change and somebody gave: with the values all that decides what a profile does.
    pub fn given_paths(&self) -> Vec<&'static str> {
        let given = paths().into_iter().filter(|path| self.given.has(path));
        given.collect()
    }

    /// Makes these the keys that somebody gave.
    pub(super) fn give(&mut self, paths: &[String]) -> Result<(), ScenarioError> {
        self.given = Given::default();
        for path in paths {
            let key = Key::find(path).map_err(ScenarioError::plain)?;
            self.given.by_command(key);
        }
        Ok(())
    }

    /// Whether a file's value is its own: not what a builtin scenario has under the same profile, in the same words.
    pub(super) fn is_own(&self, key: &'static Key, why: &(Provenance, String)) -> bool {
        if why.0 == Provenance::Given || !paths().contains(&key.path) {
            return true;
        }
        let version = Key::at("kernel.version").expect("a key of the table");
        let raw = (version.get)(&self.params);
        let builtins = Self::builtin_names().filter_map(Self::builtin);
        !builtins.into_iter().any(|mut other| {
            other.change(version, raw, (Provenance::Source, String::new()));
            let (provenance, source) = other.provenance(key);
            let same = (key.get)(&other.params) == (key.get)(&self.params);
            same && provenance == why.0 && commit(source) == commit(&why.1)
        })
    }
}

/// The keys that profiles change.
fn paths() -> Vec<&'static str> {
    let mut paths: Vec<_> = LINES.iter().map(|line| line.path).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// A profile's source without the profile's name: the same line is in force under later ones.
fn commit(source: &str) -> &str {
    let of_profile = source.strip_prefix("profile v");
    let rest = of_profile.and_then(|rest| rest.split_once(": "));
    rest.map_or(source, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str =
        "extends = \"container-host\"\n[kernel]\npolicy = \"per-call\"\nmax_active = 300\n";

    fn file(text: &str) -> Scenario {
        Scenario::parse("mine.toml", text).expect("a valid file")
    }

    fn on_v6_13(mut scenario: Scenario) -> Scenario {
        scenario.set("kernel.version", "6.13").expect("a release");
        scenario
    }

    fn policy_and_limit(scenario: &Scenario) -> (&'static str, u64) {
        let p = &scenario.params;
        (p.policy.name(), p.max_active)
    }

    #[test]
    fn what_was_given_does_not_hang_on_the_order() {
        let [mut before, mut after] =
            [(); 2].map(|()| Scenario::builtin("container-host").expect("embedded"));
        for (key, value) in [("policy", "per-call"), ("kernel.version", "6.13")] {
            before.set(key, value).expect("a value");
        }
        for (key, value) in [("kernel.version", "6.13"), ("policy", "per-call")] {
            after.set(key, value).expect("a value");
        }
        assert_eq!(policy_and_limit(&before), ("per-call", 1024));
        assert_eq!(before.to_toml(), after.to_toml());
        assert_eq!(before.stays(), [""; 0], "whoever typed both knows it");
        let version = Key::at("kernel.version").expect("a key");
        let policy = Key::at("kernel.policy").expect("a key");
        let base = Scenario::builtin("container-host").expect("embedded");
        let v6_13 = version.parse("6.13").expect("a release");
        let both = base.with([(policy, 0), (version, v6_13)]);
        assert_eq!((both.policy.name(), both.max_active), ("per-call", 1024));
    }

    #[test]
    fn a_release_in_a_file_is_told_unless_another_is_set() {
        let file = |version: &str| {
            let text = format!("[kernel]\nversion = \"{version}\"\n");
            Scenario::parse("mine.toml", &text).expect("valid")
        };
        let mut own = file("5.15");
        let said =
            "kernel.version = 5.15 of mine.toml: profile v5.11, the newest that is not newer";
        assert_eq!(own.release(), Some(said));
        assert_eq!(file("v5.11").release(), None);
        let mut load = Scenario::builtin("report-6cpu").expect("embedded");
        load.on(&own);
        assert_eq!(load.release(), Some(said));
        own.set("kernel.version", "v5.18").expect("valid");
        assert_eq!(own.release(), None);
    }

    #[test]
    fn what_a_file_gives_stays_and_is_told() {
        let own = on_v6_13(file(OWN));
        assert_eq!(policy_and_limit(&own), ("per-call", 300));
        assert_eq!(
            own.stays(),
            [
                "kernel.max_active = 300 of mine.toml stays; profile v6.13 has 1024",
                "kernel.policy = per-call of mine.toml stays; profile v6.13 has batch-free-delayed"
            ]
        );
        let mut own = file(OWN);
        own.set("policy", "no-barrier").expect("a policy");
        let own = on_v6_13(own);
        assert_eq!(
            own.stays().len(),
            1,
            "one of two is not the file's any more"
        );
    }

    #[test]
    fn of_what_show_prints_only_what_was_edited_is_the_files() {
        for version in ["5.10", "5.18", "6.13"] {
            let mut base = Scenario::builtin("container-host").expect("embedded");
            base.set("kernel.version", version).expect("a release");
            let shown = base.to_toml();
            let same = on_v6_13(file(&shown));
            assert_eq!(same.params, on_v6_13(base.clone()).params, "{version}");
            assert_eq!(same.stays(), [""; 0]);
        }
        let shown = Scenario::builtin("container-host")
            .expect("embedded")
            .to_toml();
        let edited = shown.replace("max_active = { value = 256", "max_active = { value = 300");
        assert_ne!(edited, shown);
        let edited = on_v6_13(file(&edited));
        assert_eq!(policy_and_limit(&edited), ("batch-free-delayed", 300));
        assert_eq!(edited.stays().len(), 1);
    }
}
