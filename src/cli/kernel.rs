//! `--kernel`: the profile that a release of Linux has, the same for every command that reads a scenario.

use super::output;
use super::typed::Typed;
use crate::experiment::Scenario;
use crate::experiment::release::{self, in_force};
use crate::models::params::KernelVersion;
use clap::Args;

/// The key that the option stands for.
const KEY: &str = "kernel.version";

#[derive(Args, Clone, Default, Debug)]
pub(super) struct KernelArgs {
    #[arg(
        long,
        value_name = "VERSION",
        help = "The kernel's profile (kernel.version): what each version up to this one changed, before any other value that is set; of 6.8, say, the newest not newer, v5.18; of one newer than all, the newest"
    )]
    kernel: Option<String>,
}

impl KernelArgs {
    /// Says on stderr what there is to say of a kernel that has no profile of its own; an error if none is in force.
    pub(super) fn announce(&self) -> Result<(), String> {
        if let Some(asked) = &self.kernel
            && let Some(note) = note(asked)?
        {
            output::stderr(&format!("note: --kernel {asked}: {note}\n"));
        }
        Ok(())
    }

    /// Gives a scenario the profile.
    pub(super) fn apply(&self, scenario: &mut Scenario) -> Result<(), String> {
        match self.profile() {
            Some(profile) => scenario
                .set(KEY, &profile)
                .map_err(|why| format!("--kernel: {why}")),
            None => Ok(()),
        }
    }

    /// The option, as it would be typed.
    pub(super) fn typed(&self, typed: &mut Typed) {
        if let Some(profile) = self.profile() {
            typed.option("kernel", KEY, &profile);
        }
    }

    /// The profile's name; what was typed, if it has none.
    fn profile(&self) -> Option<String> {
        let text = self.kernel.as_deref()?;
        let name = in_force(text).map(KernelVersion::name);
        Some(name.unwrap_or(text).to_owned())
    }
}

/// What there is to say of a kernel that has no profile of its own; an error if none is in force.
fn note(asked: &str) -> Result<Option<String>, String> {
    let known = || {
        let names = KernelVersion::ALL.iter().map(|version| version.name());
        names.collect::<Vec<_>>().join(", ")
    };
    match release::named(asked) {
        None => Err(format!(
            "--kernel: `{asked}` is no release of Linux; expected two numbers such as 6.8, or a profile: {}",
            known()
        )),
        Some(Err(why)) => Err(format!("--kernel: {asked} is {why}; there are {}", known())),
        Some(Ok(_)) => Ok(release::note(asked)),
    }
}
