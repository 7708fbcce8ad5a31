//! `rcusim sweep`: a scenario over a grid of values, with repetitions.
//!
//! Finished runs go into a journal beside the first file that is to be written (`FILE.journal`), and
//! when all are there, from there into the files; a shard keeps them in a file of its own, in the
//! order of the points, for `rcusim merge`. Straight to stdout nothing is kept.

mod drive;
mod dry_run;
pub(in crate::cli) mod export;
pub(in crate::cli) mod finish;
pub(in crate::cli) mod journal;
mod lines;
#[cfg(feature = "parquet")]
mod parquet;
mod progress;
pub(in crate::cli) mod ranges;
pub(in crate::cli) mod shard;
pub(in crate::cli) mod survey;
mod table;
mod tally;
pub(in crate::cli) mod write;

use super::exit::Done;
use super::repeat::RepeatArgs;
use super::scenario_args::ScenarioArgs;
use super::{load, output};
use crate::cli::number::jobs;
use crate::experiment::filter::Filter;
use crate::experiment::plan::Plan;
use crate::experiment::repetition::Repetition;
use crate::experiment::sheet::Sheet;
use crate::experiment::sweep_file::SweepFile;
use drive::{Job, Print};
use export::Exports;
use shard::{Origin, Shard};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;

const EXAMPLES: &str = "\
VALUES is a list (per-call,batch-free), a linear range (2..64:+8), a geometric one (2..64:*2) or
a logarithmic one (10..1000/s:log12); parts of a list may be ranges. The last -P varies fastest.

Examples:
  rcusim sweep report-40cpu -P cpus=2..64:*2 -P policy=per-call,batch-free --reps 10 --export-csv out.csv
  rcusim sweep container-host -P workload.rate=10..1000:log12 --where 'workload.rate * container_life < 2000' --dry-run
  rcusim sweep report-40cpu -P cpus=6,40 -P memory=16GiB,70GB --zip cpus,memory
  rcusim sweep report-6cpu -P max_active=128,256,512 --until-ci 5% --metric loop_ns --export-csv out.csv
  rcusim sweep --grid sweep.toml --export-csv out.csv --resume
  rcusim sweep --grid sweep.toml --shard 3/64 --out DIR      then: rcusim merge DIR --export-csv out.csv";

#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct SweepArgs {
    #[command(flatten, next_help_heading = "Scenario")]
    scenario: ScenarioArgs,
    /// Vary a key over VALUE,VALUE,... or FIRST..LAST:STEP, where STEP is `+20` (linear), `*2` (geometric) or `log6` (six values),
    /// of counts alone `+1` without one; may be repeated
    #[arg(
        short = 'P',
        long = "param",
        value_name = "KEY=VALUES",
        help_heading = "Grid"
    )]
    params: Vec<String>,
    /// Vary these keys in lock step; may be repeated
    #[arg(long, value_name = "KEY,KEY", help_heading = "Grid")]
    zip: Vec<String>,
    /// Keep only the points for which this holds, such as 'cpus > 2 && policy != batch-free'
    #[arg(long = "where", value_name = "EXPR", help_heading = "Grid")]
    condition: Option<String>,
    /// Read the sweep from a TOML file; options add to it
    #[arg(long, value_name = "FILE", help_heading = "Grid")]
    grid: Option<PathBuf>,
    #[command(flatten, next_help_heading = "Repetition")]
    repeat: RepeatArgs,
    /// Runs at once; the rows do not depend on it [default: as many as there are CPUs]
    #[arg(short, long, value_name = "N", value_parser = jobs, help_heading = "Running")]
    jobs: Option<NonZeroUsize>,
    /// Print the points and an estimate, and run nothing else
    #[arg(long, help_heading = "Running")]
    dry_run: bool,
    /// Run only part K of N; auto/N takes K from the engine (Slurm, Kubernetes)
    #[arg(long, value_name = "K/N", help_heading = "Running")]
    shard: Option<String>,
    /// Keep the part's rows in this folder, for `rcusim merge`
    #[arg(long, value_name = "DIR", conflicts_with_all = ["export_csv", "export_jsonl", "export_parquet"], help_heading = "Output")]
    out: Option<PathBuf>,
    /// Go on with an interrupted sweep; begins it if there is none
    #[arg(long, help_heading = "Running")]
    resume: bool,
    #[command(flatten, next_help_heading = "Output")]
    exports: Exports,
}

/// `rcusim sweep`.
pub(super) fn run(args: &SweepArgs) -> Result<Done, String> {
    let plan = plan(args)?;
    let variable = |name: &str| std::env::var(name).ok();
    let (shard, origin) = shard::shard(args.shard.as_deref(), &variable)?;
    if let Origin::Engine(name) = origin {
        if args.out.is_none() && !args.dry_run {
            return Err(format!(
                "{name} is set, so this is one of {} parts: say where parts go with --out DIR, or run all with --shard 1/1",
                shard.n
            ));
        }
        output::stderr(&format!("shard {shard} (from {name})\n"));
    }
    let points = shard.range(plan.grid.len());
    let count = plan.count(points.clone())?;
    if count.most() == 0 && origin == Origin::Whole {
        return Err("the condition leaves no point; nothing to run".to_owned());
    }
    let cpus = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let job = Job {
        plan: &plan,
        points,
        count,
        jobs: args.jobs.unwrap_or_else(cpus),
    };
    if args.dry_run {
        return dry_run::print(&job).map(|()| Done::Ran);
    }
    perform(args, &job, shard)?;
    Ok(Done::Ran)
}

fn perform(args: &SweepArgs, job: &Job<'_>, shard: Shard) -> Result<(), String> {
    if let Some(folder) = &args.out {
        return finish::into_folder(job, folder, shard, args.resume);
    }
    let mut read = args.scenario.read();
    // The sweep's file may name the scenario.
    read.push(Path::new(&job.plan.grid.base().name));
    read.extend(args.grid.as_deref());
    args.exports.check(&read)?;
    if !args.exports.files().is_empty() {
        return finish::into_files(job, &args.exports, shard, args.resume);
    }
    if args.resume {
        return Err(
            "--resume needs a file to go on with: --export-csv, --export-jsonl, --export-parquet or --out".to_owned(),
        );
    }
    let grid = &job.plan.grid;
    let print = match args.exports.stdout() {
        Some(format) => Print::Export(format, Sheet::new(grid)),
        None => Print::Table(table::Table::of(grid)),
    };
    job.print(&print)
}

/// The sweep that the file and the options describe.
fn plan(args: &SweepArgs) -> Result<Plan, String> {
    let file = match &args.grid {
        Some(path) => {
            let text = load::text(path)?;
            let name = path.display().to_string();
            SweepFile::parse(&name, &text).map_err(|error| error.to_string())?
        }
        None => SweepFile::default(),
    };
    let name = args.scenario.named().or(file.scenario.as_deref());
    let name = name.unwrap_or_else(|| args.scenario.name());
    let scenario = args.scenario.scenario_of(name, &file.sets)?;
    let mut axes = file.axes;
    for text in &args.params {
        axes.push(load::axis(text)?);
    }
    let mut typed = args.scenario.typed();
    for axis in &axes {
        typed.varies(&format!("{}={}", axis.key.path, axis.spec));
    }
    typed.check()?;
    args.scenario.say_of_axes(&scenario, &axes)?;
    let mut zips = file.zips;
    let names = |zip: &String| zip.split(',').map(|name| name.trim().to_owned()).collect();
    zips.extend(args.zip.iter().map(names));
    let filter = match (&args.condition, file.filter) {
        (Some(_), Some(_)) => return Err("--where: the file has a condition already".to_owned()),
        (Some(text), None) => {
            Some(Filter::parse("--where", text).map_err(|error| error.to_string())?)
        }
        (None, filter) => filter,
    };
    let repetition = args.repeat.repetition().or(file.repetition);
    let repetition = repetition.unwrap_or(Repetition::Exactly(1));
    Plan::new(scenario, axes, zips, filter, repetition)
}
