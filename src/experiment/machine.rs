//! A scenario's load on another machine, fitted for example, and that machine made larger.
//!
//! A machine is what it is built of and what runs on it before anybody calls: the sections `machine`, `kernel`, `netns`, `costs`
//! and `sizes`. The load is the rest: `workload`, `background`, `noise`, `run`, `links`.
//!
//! What belongs to each CPU is in keys of its own (`costs.unshare_per_cpu`, `costs.cleanup_per_cpu`, `sizes.namespace_per_cpu`,
//! `sizes.percpu`, `sizes.callbacks_per_1000_cpus`), so it grows with `machine.cpus` by itself. [`Scenario::grow`] brings along what
//! would otherwise still be the small machine's: possible CPUs, the host's cores, the threads that were one for each CPU, the
//! length of the recording.
//!
//! Left out: memory, which stays as recorded until it is set; caches and buses, which are slower on larger machines.

use super::key::{Key, Provenance};
use super::keys::KEYS;
use super::scenario::Scenario;
use std::fmt::Write as _;

/// Sections that make a machine.
const SECTIONS: [&str; 5] = ["machine", "kernel", "netns", "costs", "sizes"];

impl Scenario {
    /// Puts the load on another machine, with the provenance of the machine's values. What the machine has of everything for
    /// each CPU is written so that it follows them.
    ///
    /// # Panics
    /// Never: what is set has a key.
    pub fn on(&mut self, machine: &Self) {
        let ours = |key: &&Key| SECTIONS.contains(&key.path.split('.').next().unwrap_or(""));
        for key in KEYS.iter().filter(ours) {
            (key.set)(&mut self.params, (key.get)(&machine.params));
            match machine.overrides.get(key.path) {
                Some(why) => drop(self.overrides.insert(key.path, why.clone())),
                None => drop(self.overrides.remove(key.path)),
            }
            self.given.take(key.path, &machine.given);
        }
        if self.params.possible_cpus == self.params.cpus {
            self.params.possible_cpus = 0;
        }
        if self.params.host_cpus >= self.params.cpus {
            self.params.host_cpus = 0;
        }
        self.fitted_to.clone_from(&machine.fitted_to);
        self.machine = Some(origin(machine));
    }

    /// Makes what goes with the CPUs follow them where they were set since, and it was not.
    ///
    /// # Panics
    /// Never: what is set has a key.
    pub fn grow(&mut self, machine: &Self) {
        let (new, old) = (self.params.cpus, machine.params.cpus);
        if new == old {
            return;
        }
        if (1..new).contains(&self.params.possible_cpus) {
            let why = "as many as are online";
            self.follow(machine, "machine.possible_cpus", 0, why);
        }
        self.tell_followers(machine, new);
        if self.params.host_cpus > 0 {
            let share = (new * machine.params.host_cpus).div_ceil(old);
            let why = "as many CPUs to a core of the host as recorded";
            self.follow(machine, "machine.host_cpus", share, why);
        }
        if machine.params.noise_threads == old {
            let why = "one for each CPU, as recorded";
            self.follow(machine, "noise.threads", new, why);
        }
        let horizon = super::keys::defaults().horizon.as_ns();
        if machine.params.horizon.as_ns() < horizon {
            let why = "the recording's length says nothing of another machine";
            self.follow(machine, "run.horizon", horizon, why);
        }
    }

    /// Says of what follows the CPUs by itself that it does, unless it was set.
    fn tell_followers(&mut self, machine: &Self, cpus: u64) {
        let followers = [
            ("machine.possible_cpus", "as many as are online"),
            (
                "machine.host_cpus",
                "a core of the host for each CPU, as recorded",
            ),
        ];
        for (path, why) in followers {
            let key = Key::at(path).expect("a key of the table");
            let [ours, theirs] = [&*self, machine].map(|of| (key.get)(&of.params));
            let untouched = self.provenance(key) == machine.provenance(key);
            if ours == 0 && theirs > 0 && untouched {
                let old = key.format(theirs);
                self.tell(&format!("{path} {old} -> {cpus}, {why}"));
            }
        }
    }

    /// Sets a value that is the machine's own still.
    fn follow(&mut self, machine: &Self, path: &str, value: u64, why: &str) {
        let key = Key::at(path).expect("a key of the table");
        if self.provenance(key) != machine.provenance(key) {
            return;
        }
        let (old, new) = ((key.get)(&self.params), value.min(key.max));
        (key.set)(&mut self.params, new);
        let change = format!("{} -> {}", key.format(old), key.format(new));
        let source = format!("{why} ({change})");
        self.overrides
            .insert(key.path, (Provenance::Assumed, source));
        self.tell(&format!("{path} {change}, {why}"));
    }

    /// Adds to what is said of the machine.
    fn tell(&mut self, what: &str) {
        if let Some(said) = &mut self.machine {
            write!(said, "; {what}").expect("a string takes all");
        }
    }

    /// The keys that [`Scenario::grow`] brings along and an axis of `machine.cpus` does not, at that value of it.
    pub fn would_follow(&self, machine: &Self, cpus: &'static Key, raw: u64) -> Vec<&'static str> {
        let mut grown = self.clone();
        (cpus.set)(&mut grown.params, raw);
        let as_swept = grown.params.clone();
        grown.grow(machine);
        let differs = |key: &&'static Key| (key.get)(&grown.params) != (key.get)(&as_swept);
        let keys = KEYS.iter().filter(differs).map(|key| key.path);
        keys.collect()
    }
}

/// Where a machine's values are from, counted by provenance.
fn origin(machine: &Scenario) -> String {
    let mut text = format!("{} ({}): its costs are", machine.name, machine.about);
    let costs = || KEYS.iter().filter(|key| key.path.starts_with("costs."));
    for provenance in Provenance::ALL {
        let n = costs()
            .filter(|key| machine.provenance(key).0 == *provenance)
            .count();
        if n > 0 {
            write!(text, " {n} {},", provenance.name()).expect("a string takes all");
        }
    }
    text.truncate(text.len() - 1);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builtin(name: &str) -> Scenario {
        Scenario::builtin(name).expect("a builtin scenario")
    }

    #[test]
    fn the_machine_comes_with_its_provenance_and_the_load_stays() {
        let (load, machine) = (builtin("report-6cpu"), builtin("recorded-2cpu"));
        let mut scenario = load.clone();
        scenario.on(&machine);
        for key in KEYS {
            let section = key.path.split('.').next().expect("a section");
            let from = if SECTIONS.contains(&section) {
                &machine
            } else {
                &load
            };
            assert_eq!(
                scenario.provenance(key),
                from.provenance(key),
                "{}",
                key.path
            );
            let follows = ["machine.possible_cpus", "machine.host_cpus"].contains(&key.path);
            let (ours, theirs) = ((key.get)(&scenario.params), (key.get)(&from.params));
            assert!(ours == theirs || follows && ours == 0, "{}", key.path);
        }
        let said = scenario.machine.expect("it says where it is from");
        assert!(
            said.starts_with("recorded-2cpu") && said.contains("measured"),
            "{said}"
        );
    }

    #[test]
    fn a_larger_machine_takes_along_what_goes_with_its_cpus_unless_it_was_set() {
        let mut machine = builtin("recorded-2cpu");
        machine.params.possible_cpus = 4;
        machine.params.host_cpus = 1;
        let mut larger = machine.clone();
        larger.on(&machine);
        let mut set = larger.clone();
        larger.set("cpus", "64").expect("a value");
        larger.grow(&machine);
        let p = &larger.params;
        assert_eq!((p.possible_cpus, p.host_cpus, p.noise_threads), (0, 32, 64));
        larger.validate().expect("it can run");
        let said = larger.machine.as_deref().unwrap_or("");
        assert!(said.contains("noise.threads 2 -> 64"), "{said}");
        assert!(said.contains("machine.host_cpus 1 -> 32"), "{said}");
        machine.params.host_cpus = 2;
        let mut alone = machine.clone();
        alone.on(&machine);
        alone.set("cpus", "64").expect("a value");
        alone.grow(&machine);
        assert_eq!(alone.params.host_cpus, 0, "one for each");
        let said = alone.machine.as_deref().unwrap_or("");
        assert!(said.contains("machine.host_cpus 2 -> 64"), "{said}");
        machine.params.host_cpus = 1;
        for (key, value) in [("cpus", "64"), ("possible_cpus", "80"), ("threads", "3")] {
            set.set(key, value).expect("a value");
        }
        set.grow(&machine);
        assert_eq!(
            (set.params.possible_cpus, set.params.noise_threads),
            (80, 3)
        );
    }

    #[test]
    fn another_load_keeps_its_own_threads() {
        let (mut scenario, machine) = (builtin("report-6cpu"), builtin("recorded-2cpu"));
        scenario.on(&machine);
        scenario.set("cpus", "64").expect("a value");
        scenario.grow(&machine);
        assert_eq!(scenario.params.noise_threads, 0);
        assert_eq!(scenario.params.cpus, 64);
    }
}
