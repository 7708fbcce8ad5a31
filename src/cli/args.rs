//! What can be typed.

use clap::{Args as ClapArgs, Parser, Subcommand};
use std::path::PathBuf;

const ABOUT: &str = "\
Simulates rcu_barrier() contention in Linux. Without a command: the machines of the December 2020
report, before and after the patch, beside the report's figures";

const EXAMPLES: &str = "\
Examples:
  rcusim                                   the report's machines before and after the patch
  rcusim run report-40cpu --policy batch-free
  rcusim run --set workload.calls=5k --set machine.hz=1000 --json
  rcusim compare report-40cpu report-40cpu:kernel.max_active=1024
  rcusim ablate report-40cpu
  rcusim scenario show report-6cpu

Exit codes: 0 ran, 1 an expectation failed, 2 usage or input.";

/// All arguments.
#[derive(Parser, Debug)]
#[command(name = "rcusim", version, after_help = EXAMPLES, about = ABOUT)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Run one scenario and report on it
    #[command(after_help = EXAMPLES)]
    Run(RunArgs),
    /// Run several scenarios and show them side by side
    #[command(after_help = EXAMPLES)]
    Compare(CompareArgs),
    /// Turn each link of the chain off in turn
    #[command(after_help = EXAMPLES)]
    Ablate(AblateArgs),
    /// Run the exact checks of the model and print expected and found
    Check,
    /// Read ftrace text of a real kernel and report what its barriers did
    #[command(after_help = "FILE is text of /sys/kernel/tracing/trace, plain or gzip; - is stdin")]
    Analyze(AnalyzeArgs),
    /// List, show or check scenarios
    #[command(subcommand)]
    Scenario(ScenarioCommand),
}

#[derive(ClapArgs, Debug)]
pub(super) struct RunArgs {
    /// A builtin scenario's name or a file
    #[arg(default_value = "report-40cpu")]
    pub(super) scenario: String,
    /// Where fqdirs are destroyed (kernel.policy)
    #[arg(long)]
    pub(super) policy: Option<String>,
    /// How barrier callers wait (kernel.barrier)
    #[arg(long)]
    pub(super) barrier: Option<String>,
    /// Set one value; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) sets: Vec<String>,
    /// Seed of every random stream (run.seed)
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// Report as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Write the report to a file
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Write the series as CSV to a file
    #[arg(long, value_name = "FILE")]
    pub(super) series: Option<PathBuf>,
}

#[derive(ClapArgs, Debug)]
pub(super) struct CompareArgs {
    /// Scenarios, each NAME or NAME:KEY=VALUE,KEY=VALUE
    #[arg(required = true, num_args = 1.., value_name = "SCENARIO")]
    pub(super) scenarios: Vec<String>,
    /// One seed for all
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// Report as JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(ClapArgs, Debug)]
pub(super) struct AblateArgs {
    /// A builtin scenario's name or a file, or NAME:KEY=VALUE,KEY=VALUE
    #[arg(default_value = "report-40cpu")]
    pub(super) scenario: String,
    /// Report as JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(ClapArgs, Debug)]
pub(super) struct AnalyzeArgs {
    /// The trace
    pub(super) file: PathBuf,
    /// Report as JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Subcommand, Debug)]
pub(super) enum ScenarioCommand {
    /// List the builtin scenarios
    List,
    /// Print every value with its provenance, as a scenario file
    Show {
        /// A builtin scenario's name or a file
        scenario: String,
    },
    /// Read a scenario and report what is wrong with it
    Check {
        /// A builtin scenario's name or a file
        scenario: String,
    },
}
