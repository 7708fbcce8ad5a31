//! The list of commands; the arguments of each are with the command.

use super::ablate::AblateArgs;
use super::analyze::AnalyzeArgs;
use super::compare::CompareArgs;
use super::merge::MergeArgs;
use super::record::{self, RecordArgs};
use super::run::RunArgs;
use super::scenario::ScenarioCommand;
use super::sweep::SweepArgs;
use super::trace::TraceArgs;
use clap::{Parser, Subcommand};

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
  rcusim sweep report-40cpu -P cpus=2..64:*2 --reps 10 --export-csv out.csv
  rcusim scenario show report-6cpu

Exit codes: 0 ran, 1 an expectation failed, 2 usage or input, 130 interrupted.";

const TRACE: &str = "\
Examples:
  rcusim trace recorded-2cpu -o run.trace.gz
  rcusim trace recorded-2cpu --policy batch-free | rcusim analyze -
  rcusim trace recorded-2cpu --events rcu,workqueue | grep cleanup_net";

const ANALYZE: &str = "\
FILE is text, plain, gzip or zstd, of tracefs' trace or trace_pipe, of `trace-cmd report` or of
`perf script`; - is stdin.

Examples:
  rcusim analyze trace.txt.gz
  rcusim analyze trace.txt --json
  cat /sys/kernel/tracing/trace_pipe | rcusim analyze -";

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
    /// Run a scenario over a grid of values, with repetitions
    Sweep(SweepArgs),
    /// Put the parts of a sweep together
    Merge(MergeArgs),
    /// Turn each link of the chain off in turn
    #[command(after_help = EXAMPLES)]
    Ablate(AblateArgs),
    /// Run the exact checks of the model and print expected and found
    Check,
    /// Write a run as the text that the kernel's tracing would show
    #[command(after_help = TRACE)]
    Trace(TraceArgs),
    /// Read a trace, of a real kernel or of `trace`, and report what its barriers did
    #[command(after_help = ANALYZE)]
    Analyze(AnalyzeArgs),
    /// Run the real reproducer on this machine (Linux) and write what it did
    #[command(after_help = record::EXAMPLES)]
    Record(RecordArgs),
    /// List, show or check scenarios
    #[command(subcommand)]
    Scenario(ScenarioCommand),
}
