//! `rcusim scenario`: what can be run, what it says, what is wrong with it.

use super::exit::Done;
use super::kernel::KernelArgs;
use super::{load, output, scenario_args};
use crate::experiment::Scenario;
use crate::experiment::profile::LINES;
use clap::Subcommand;
use std::fmt::Write as _;

/// Shown below the options.
pub(super) const EXAMPLES: &str = "\
Examples:
  rcusim scenario list
  rcusim scenario show report-6cpu > mine.toml      every value, to be edited
  rcusim scenario kernels                           what --kernel v5.18 changes
  rcusim scenario show report-6cpu --kernel 6.8     every value on that kernel
  rcusim scenario check mine.toml
  rcusim run mine.toml";

#[derive(Subcommand, Debug)]
pub(super) enum ScenarioCommand {
    /// List the builtin scenarios
    List,
    /// Print every value with its provenance, as a scenario file
    Show {
        /// A builtin scenario's name or a file, or NAME:KEY=VALUE,KEY=VALUE
        scenario: String,
        /// Put it on this machine, a fitted one for example: a file or a builtin's name
        #[arg(long, value_name = "FILE")]
        machine: Option<String>,
        #[command(flatten)]
        kernel: KernelArgs,
    },
    /// List the kernel profiles (--kernel): what each version changes
    Kernels,
    /// Read a scenario and report what is wrong with it
    Check {
        /// A builtin scenario's name or a file
        scenario: String,
    },
}
/// Lists, shows or checks.
pub(super) fn run(command: &ScenarioCommand) -> Result<Done, String> {
    match command {
        ScenarioCommand::List => list(),
        ScenarioCommand::Kernels => output::stdout(&kernels()),
        ScenarioCommand::Show {
            scenario,
            machine,
            kernel,
        } => show(scenario, machine.as_deref(), kernel),
        ScenarioCommand::Check { scenario } => check(scenario),
    }?;
    Ok(Done::Ran)
}

/// `rcusim scenario list`.
fn list() -> Result<(), String> {
    let mut text = String::new();
    for name in Scenario::builtin_names() {
        let about = load::scenario(name)?.about;
        writeln!(text, "{name:<16}{about}").expect("a string takes all that is written");
    }
    output::stdout(&text)
}

/// `rcusim scenario kernels`: one line for each change.
fn kernels() -> String {
    let mut text = String::from("v5.10   the defaults\n");
    for line in LINES {
        let change = format!("{} = {}", line.path, line.text());
        writeln!(text, "{:<8}{change:<44}{}", line.since.name(), line.source)
            .expect("a string takes all that is written");
    }
    text
}

/// `rcusim scenario show`: a scenario file that says everything.
fn show(name: &str, machine: Option<&str>, kernel: &KernelArgs) -> Result<(), String> {
    let machine = scenario_args::machine(machine)?;
    let scenario = load::with_sets(name, machine.as_ref(), kernel)?;
    let said = scenario.machine.as_ref();
    let said = said.map_or_else(String::new, |said| {
        format!("# machine {}\n", said.replace('\n', " "))
    });
    output::stdout(&(said + &scenario.to_toml()))
}

/// `rcusim scenario check`.
fn check(name: &str) -> Result<(), String> {
    let extends = load::with_sets(name, None, &KernelArgs::default())?.extends;
    let extends = extends.map_or_else(String::new, |base| format!(" (extends {base})"));
    output::stdout(&format!("{name}: ok{extends}\n"))
}
