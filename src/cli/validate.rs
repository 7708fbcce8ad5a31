//! `rcusim validate`: recordings of a real kernel beside the model.

use super::exit::Done;
use super::{load, output, recordings, simulate};
use crate::calibrate::validation::{Observed, Plan, validate};
use crate::report::validation as report;
use clap::Args;
use std::path::PathBuf;

pub(super) const HELP: &str = "\
DIR holds recordings: NAME.toml, NAME.csv and perhaps NAME.trace.gz of each.
Only recordings that the machine was not fitted to count in the score.

Examples:
  rcusim validate tests/data/recordings --machine recorded-2cpu --seeds 20
  rcusim validate tests/data/recordings --machine recorded-2cpu --json";

#[derive(Args, Debug)]
pub(super) struct ValidateArgs {
    /// Folder of recordings
    pub(super) dir: PathBuf,
    /// The machine: a builtin scenario's name or a file
    #[arg(long, value_name = "FILE", default_value = "recorded-2cpu")]
    pub(super) machine: String,
    /// Runs of each recording, with seeds 1 to N
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(super) seeds: u64,
    /// Report as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Write the report to a file
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

/// Runs the model for every recording and compares.
pub(super) fn run(args: &ValidateArgs) -> Result<Done, String> {
    if let Some(path) = &args.output {
        output::check(path)?;
    }
    let (all, notes) = recordings::folder(&args.dir)?;
    for note in notes {
        output::stderr(&format!("note: {note}\n"));
    }
    let machine = load::scenario(&args.machine)?;
    let plan = Plan::new(all, &machine, &[], args.seeds)?;
    let observed = (0..plan.recordings.len()).map(|recording| {
        let runs = simulate::all(plan.scenarios(recording))?;
        Ok(runs.iter().map(|run| Observed::of(&run.outcome)).collect())
    });
    let observed = observed.collect::<Result<Vec<_>, String>>()?;
    let validation = validate(&plan, &args.machine, &observed);
    let text = if args.json {
        report::json(&validation)
    } else {
        report::human(&validation)
    };
    match &args.output {
        Some(path) => output::file(path, &text),
        None => output::stdout(&text),
    }?;
    Ok(Done::Ran)
}
