//! The list of commands; the arguments of each are with the command.

use super::ablate::AblateArgs;
use super::analyze::AnalyzeArgs;
use super::bisect::BisectArgs;
use super::check;
use super::compare::CompareArgs;
use super::fit::{self, FitArgs};
use super::man::{self, CompletionsArgs, ManArgs};
use super::map::MapArgs;
use super::merge::MergeArgs;
use super::plot::PlotArgs;
use super::record::{self, RecordArgs};
use super::remedies::RemediesArgs;
use super::run::RunArgs;
use super::scenario::{self, ScenarioCommand};
use super::sensitivity::SensitivityArgs;
use super::sweep::SweepArgs;
use super::trace::TraceArgs;
use super::validate::{self, ValidateArgs};
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
  rcusim remedies report-40cpu             what else would have worked
  rcusim sweep report-40cpu -P cpus=2..64:*2 --reps 10 --export-csv out.csv
  rcusim scenario show report-6cpu

`rcusim COMMAND --help` has more examples. Progress goes to stderr, results to stdout; NO_COLOR is respected.

Exit codes:
  0    it ran, and what was expected is so
  1    it ran, and an expectation or check failed
  2    wrong usage or input, or output that cannot be written
  130  interrupted by Ctrl-C";

const BISECT: &str = "\
Examples:
  rcusim bisect report-40cpu -P cpus=1..64                             half a minute
  rcusim bisect report-40cpu -P kernel.max_active=64..1024:*2 --unstable    a quarter of a minute
  rcusim bisect report-6cpu -P background.rate=1/s..1000/s:log16 --json";

const MAP: &str = "\
Examples:
  rcusim map report-6cpu:calls=2k -P cpus=2..10:+2 -P background.rate=5/s..200/s:log4        some seconds
  rcusim map report-6cpu:calls=5k -P cpus=2..32 -P background.rate=1/s..300/s:log17 -o region.png -o region.svg
                                                                       half a minute";

const PLOT: &str = "\
Examples:
  rcusim plot rows.csv --x cpus --by kernel.policy                      as text
  rcusim plot rows.csv --x cpus --by kernel.policy -o lines.svg -o lines.png
  rcusim plot rows.csv --kind hockey --x background.rate_per_1000_s --logx --y live_peak -o hockey.png
  rcusim plot rows.csv --kind ecdf --by kernel.policy -o ecdf.png
  rcusim plot before.csv after.csv --y live --title 'Before and after' -o both.svg      two runs' series";

const SENSITIVITY: &str = "\
Examples:
  rcusim sensitivity report-40cpu                                      some minutes
  rcusim sensitivity report-6cpu --metric live_peak -P background.rate -P costs.unshare_rtnl -P cpus=2..8
  rcusim sensitivity report-6cpu --method sobol --rows 128 -P background.rate -P netns.fqdirs";

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
    Run(RunArgs),
    /// Run several scenarios and show them side by side
    Compare(CompareArgs),
    /// Run a scenario over a grid of values, with repetitions
    Sweep(SweepArgs),
    /// Put the parts of a sweep together
    Merge(MergeArgs),
    /// Find where along one axis it begins to fail
    #[command(after_help = BISECT)]
    Bisect(BisectArgs),
    /// Map the failing region over two axes, running only the points next to its edge, as often as it takes
    #[command(after_help = MAP)]
    Map(MapArgs),
    /// Draw a sweep's rows: lines, heat map, hockey stick, ECDF, small multiples
    #[command(after_help = PLOT)]
    Plot(PlotArgs),
    /// Say which inputs decide: Morris screening or Sobol indices
    #[command(after_help = SENSITIVITY)]
    Sensitivity(SensitivityArgs),
    /// Turn each link of the chain off in turn
    Ablate(AblateArgs),
    /// Say what would help: changes of configuration and kernel, each alone, the best first
    Remedies(RemediesArgs),
    /// Run the exact checks of the model and print expected and found
    #[command(after_help = check::EXAMPLES)]
    Check(check::CheckArgs),
    /// Write a run as the text that the kernel's tracing would show
    Trace(TraceArgs),
    /// Read a trace, of a real kernel or of `trace`, and report what its barriers did
    Analyze(AnalyzeArgs),
    /// Run the real reproducer on this machine (Linux) and write what it did
    #[command(after_help = record::EXAMPLES)]
    Record(RecordArgs),
    /// Estimate what the steps of a recorded machine cost
    #[command(after_help = fit::HELP)]
    Fit(FitArgs),
    /// Set recordings of a real kernel beside the model, and score it
    #[command(after_help = validate::HELP)]
    Validate(ValidateArgs),
    /// List, show or check scenarios
    #[command(subcommand, after_help = scenario::EXAMPLES)]
    Scenario(ScenarioCommand),
    /// Write a shell's completion script to stdout
    #[command(after_help = man::COMPLETIONS)]
    Completions(CompletionsArgs),
    /// Write the manual page to stdout
    #[command(after_help = man::MAN)]
    Man(ManArgs),
}
