//! `rcusim remedies`: what would help, each change alone.

use super::exit::Done;
use super::number::whole;
use super::repeat::Setting;
use super::scenario_args::ScenarioArgs;
use super::{output, simulate};
use crate::experiment::Scenario;
use crate::experiment::remedies::{REMEDIES, remedied};
use crate::report::remedies::{Tried, table};
use crate::report::{Run, counted, json};
use clap::Args;
use std::fmt::Write as _;
use std::iter;

const EXAMPLES: &str = "\
Examples:
  rcusim remedies                          of report-40cpu: what else would have worked
  rcusim remedies container-host --kernel 5.10 --set cpus=32 --set workload.rate=400/s --set container_life=2s
  rcusim remedies report-6cpu:calls=5k --reps 1 --json

What is tried, each alone, unless the scenario goes as far already:
";

#[derive(Args, Debug)]
#[command(after_help = help())]
pub(super) struct RemediesArgs {
    #[command(flatten, next_help_heading = "Scenario")]
    scenario: ScenarioArgs,
    /// Repetitions of each change, each under a seed of its own
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = whole::<u64>(1, 20))]
    reps: u64,
    /// Report as JSON, an object for each run
    #[arg(long, help_heading = "Output")]
    json: bool,
}

/// The remedies by name.
fn help() -> String {
    let mut help = EXAMPLES.to_owned();
    for remedy in &REMEDIES {
        writeln!(help, "  {:38} {}", remedy.typed(), remedy.name)
            .expect("a string takes all that is written");
    }
    help
}

/// `rcusim remedies`.
pub(super) fn run(args: &RemediesArgs) -> Result<Done, String> {
    output::check_stdout()?;
    let settings = settings(&args.scenario)?;
    let (scenarios, again) = repeated(&settings, args.reps);
    let runs = simulate::all(scenarios)?;
    let text = if args.json {
        json::runs(&runs, &again)
    } else {
        let typed = args.scenario.typed().words();
        format!(
            "{typed}: what would help, each change alone\n{}",
            told(&runs, args.reps)
        )
    };
    output::stdout(&text)?;
    Ok(Done::Ran)
}

/// The scenario as it is, and with each remedy.
fn settings(args: &ScenarioArgs) -> Result<Vec<Setting>, String> {
    let base = args.scenario()?;
    let remedied = remedied(&base).map_err(|error| error.to_string())?;
    let whole = Setting {
        label: "as it is".to_owned(),
        scenario: base,
        typed: args.typed(),
    };
    let with = remedied.into_iter().map(|(remedy, scenario)| {
        let set = remedy.typed();
        Setting {
            typed: args.typed().but(&[&set]),
            label: set,
            scenario,
        }
    });
    Ok(iter::once(whole).chain(with).collect())
}

/// Each setting under its seeds, and the command that repeats each run.
fn repeated(settings: &[Setting], reps: u64) -> (Vec<(String, Scenario)>, Vec<String>) {
    let runs = settings.iter().flat_map(|setting| {
        (0..reps).map(move |replicate| {
            let scenario = setting.replicate(replicate);
            let again = setting.again(scenario.params.seed);
            ((setting.label.clone(), scenario), again)
        })
    });
    runs.unzip()
}

fn told(runs: &[Run], reps: u64) -> String {
    let each = runs.chunk_by(|a, b| a.label == b.label);
    let tried = each.map(|runs| Tried {
        set: &runs[0].label,
        what: what(&runs[0].label),
        runs,
    });
    let tried: Vec<Tried<'_>> = tried.collect();
    let seeds: Vec<String> = tried[0]
        .runs
        .iter()
        .map(|run| run.scenario.params.seed.to_string())
        .collect();
    format!(
        "{}: {}; the verdict is on all of a row together, figures are medians\n\n{}{}",
        counted(reps, "seed"),
        seeds.join(", "),
        table(&tried[0], &tried[1..]),
        given(&runs[0].scenario),
    )
}

/// What a setting is, in words; nothing for the scenario as it is.
fn what(set: &str) -> &'static str {
    let mut remedies = REMEDIES.iter();
    let remedy = remedies.find(|remedy| remedy.typed() == set);
    remedy.map_or("", |remedy| remedy.name)
}

/// What no later kernel changes, as it was given, so that its row is not all of that kernel.
fn given(base: &Scenario) -> String {
    match &base.given_paths()[..] {
        [] => String::new(),
        paths => format!(
            "note: given, and so the same under every kernel.version: {}\n",
            paths.join(", ")
        ),
    }
}
