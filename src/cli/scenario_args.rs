//! Which scenario, and which of its values are changed: the same for every command that runs one.

use super::kernel::KernelArgs;
use super::load;
use super::output;
use super::typed::{Typed, parts};
use crate::experiment::Scenario;
use crate::experiment::axis::Axis;
use clap::Args;
use std::collections::BTreeSet;
use std::path::Path;

/// What runs if nothing is named.
const DEFAULT: &str = "report-40cpu";

#[derive(Args, Clone, Debug)]
pub(super) struct ScenarioArgs {
    /// A builtin scenario's name or a file, or NAME:KEY=VALUE,KEY=VALUE [default: report-40cpu]
    scenario: Option<String>,
    /// Put it on this machine, a fitted one for example: a file or a builtin's name. Its machine, kernel, netns, costs and
    /// sizes are taken; without SCENARIO its load too
    #[arg(long, value_name = "FILE")]
    machine: Option<String>,
    #[command(flatten)]
    kernel: KernelArgs,
    /// Where fqdirs are destroyed (kernel.policy): per-call, batch-all, batch-free-dedicated, batch-free, batch-free-delayed,
    /// no-barrier
    #[arg(long)]
    policy: Option<String>,
    /// How barrier callers wait (kernel.barrier): mutex, wait-queue, fair-mutex, no-sharing (a straw man)
    #[arg(long)]
    barrier: Option<String>,
    /// Set one value; a unique last part names a key (cpus is machine.cpus); may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// Seed of every random stream (run.seed)
    #[arg(long, value_parser = seed, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Which of several events of one instant and one class goes first: fifo, lifo, seeded (run.ties)
    #[arg(long, value_name = "ORDER")]
    ties: Option<String>,
}

impl ScenarioArgs {
    /// The scenario's name, if one was given.
    pub(super) fn named(&self) -> Option<&str> {
        self.scenario.as_deref()
    }

    /// The scenario's name as it was given, or the machine's, or the default.
    pub(super) fn name(&self) -> &str {
        let machine = || self.machine.as_deref();
        self.named().or_else(machine).unwrap_or(DEFAULT)
    }

    /// The scenario as the arguments have it.
    pub(super) fn scenario(&self) -> Result<Scenario, String> {
        let scenario = self.scenario_of(self.name(), &[])?;
        scenario.validate().map_err(|error| error.to_string())?;
        Ok(scenario)
    }

    /// A scenario on the machine given, with `sets` and then what the options change. Two values for one key are refused;
    /// values that contradict each other are left for [`Scenario::validate`].
    pub(super) fn scenario_of(&self, name: &str, sets: &[String]) -> Result<Scenario, String> {
        let machine = machine(self.machine.as_deref())?;
        self.kernel.announce()?;
        let mut scenario = load::on_machine(name, machine.as_ref(), &self.kernel)?;
        for set in sets {
            load::apply(&mut scenario, set).map_err(|why| format!("set: {why}"))?;
        }
        self.apply(&mut scenario)?;
        self.typed_of(Some(name)).check()?;
        if let Some(machine) = &machine {
            scenario.grow(machine);
        }
        load::say_ineffective(&scenario);
        Ok(scenario)
    }

    fn apply(&self, scenario: &mut Scenario) -> Result<(), String> {
        for (option, key, value) in self.options() {
            load::apply(scenario, &format!("{key}={value}"))
                .map_err(|why| format!("--{option}: {why}"))?;
        }
        for set in &self.sets {
            load::apply_option(scenario, set)?;
        }
        Ok(())
    }

    /// Says on stderr what axes leave as it is and one value alone would not.
    pub(super) fn say_of_axes(&self, base: &Scenario, axes: &[Axis]) -> Result<(), String> {
        load::say_stays_of_axes(base, axes);
        let Some(machine) = machine(self.machine.as_deref())? else {
            return Ok(());
        };
        let mut keys = BTreeSet::new();
        for axis in axes.iter().filter(|axis| axis.key.path == "machine.cpus") {
            let values = (0..axis.len()).map(|at| axis.value(at));
            keys.extend(values.flat_map(|raw| base.would_follow(&machine, axis.key, raw)));
        }
        for path in keys {
            if !axes.iter().any(|axis| axis.key.path == path) {
                let value = base.written(path);
                output::stderr(&format!(
                    "note: {path} = {value} for every value of the axis machine.cpus; with --set cpus=N alone it \
                     follows the CPUs, here with an axis of its own (-P {path}=... --zip cpus,{path})\n"
                ));
            }
        }
        Ok(())
    }

    /// The files that are read, and names of builtins, which are none.
    pub(super) fn read(&self) -> Vec<&Path> {
        let names = [Some(parts(self.name()).0), self.machine.as_deref()];
        names.into_iter().flatten().map(Path::new).collect()
    }

    /// The arguments as they were typed.
    pub(super) fn typed(&self) -> Typed {
        let named = self.named().or(self.machine.is_none().then_some(DEFAULT));
        self.typed_of(named)
    }

    fn typed_of(&self, name: Option<&str>) -> Typed {
        let mut typed = Typed::new(name, self.machine.as_deref());
        self.kernel.typed(&mut typed);
        for (option, key, value) in self.options() {
            typed.option(option, key, &value);
        }
        typed.sets(&self.sets);
        typed
    }

    /// The options that stand for one key each, but for the kernel, as far as they were given: option, key, value.
    fn options(&self) -> impl Iterator<Item = (&'static str, &'static str, String)> {
        let seed = self.seed.map(|seed| seed.to_string());
        [
            ("policy", "kernel.policy", self.policy.clone()),
            ("barrier", "kernel.barrier", self.barrier.clone()),
            ("seed", "run.seed", seed),
            ("ties", "run.ties", self.ties.clone()),
        ]
        .into_iter()
        .filter_map(|(option, key, value)| Some((option, key, value?)))
    }
}

/// A seed, as it is typed.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("a seed is a whole number from 0 to {}", u64::MAX))
}

/// The machine that `--machine` names.
pub(super) fn machine(name: Option<&str>) -> Result<Option<Scenario>, String> {
    let load = |name| load::scenario(name).map_err(|why| format!("--machine: {why}"));
    name.map(load).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        scenario: ScenarioArgs,
    }

    #[test]
    fn the_words_ask_for_the_same() {
        let typed = "report-6cpu --machine recorded-2cpu --kernel v5.18 --policy batch-free --barrier fair-mutex --seed 7 --ties lifo --set cpus=4";
        let parsed = |words: &str| {
            Command::parse_from(["rcusim"].into_iter().chain(words.split(' '))).scenario
        };
        let args = parsed(typed);
        assert_eq!(args.typed().words(), typed);
        let again = parsed(&args.typed().words());
        let toml = |args: &ScenarioArgs| args.scenario().expect("a valid scenario").to_toml();
        assert_eq!(toml(&again), toml(&args));
        assert_ne!(toml(&args), toml(&parsed("report-6cpu")));
    }
}
