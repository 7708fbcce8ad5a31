//! `rcusim run`: one scenario, one report.

use super::exit::Done;
use super::repeat::{self, Form, RepeatArgs, Report, Setting};
use super::scenario_args::ScenarioArgs;
use super::typed::{Typed, quoted};
use super::{load, output, simulate};
use crate::experiment::{Expectation, Scenario};
use crate::report::{Run, human, json, series};
use clap::Args;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  rcusim run                               report-40cpu as it was reported
  rcusim run report-40cpu --policy batch-free
  rcusim run report-6cpu --set calls=5k --set hz=1000 --seed 7 --json -o run.json
  rcusim run --machine machine.toml --set cpus=64                  a fitted machine, made larger
  rcusim run report-40cpu --machine machine.toml                   the report's load on it
  rcusim run report-6cpu --set calls=2k --reps 20          twenty seeds: shares, distributions, intervals
  rcusim run --policy batch-free --expect 'memory.peak_drop_bytes<400MB'     exit code 1 if it is more";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct RunArgs {
    #[command(flatten, next_help_heading = "Scenario")]
    scenario: ScenarioArgs,
    /// Expect something of the run's JSON (with --reps of each run's), or exit with 1; may be repeated
    #[arg(long, value_name = "FIELD<VALUE")]
    expect: Vec<String>,
    #[command(flatten, next_help_heading = "Repetition")]
    repeat: RepeatArgs,
    /// List every cleanup call, not only the 16 longest; with --reps or --until-ci, print every metric
    #[arg(long, help_heading = "Output")]
    all: bool,
    /// Report as JSON
    #[arg(long, help_heading = "Output")]
    json: bool,
    /// Write the report to a file; - is stdout
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
    /// Time between two rows of the series (run.sample), such as 10ms
    #[arg(long, value_name = "TIME", help_heading = "Output")]
    every: Option<String>,
    /// Write the series as CSV to a file; - is stdout, and then the report needs -o FILE
    #[arg(long, value_name = "FILE", conflicts_with_all = ["reps", "until_ci"], help_heading = "Output")]
    series: Option<PathBuf>,
}

/// `rcusim run`.
pub(super) fn run(args: &RunArgs) -> Result<Done, String> {
    let (scenario, typed) = asked(args)?;
    let report = file(args);
    let mut files = report.into_iter().chain(args.series.as_deref());
    files.try_for_each(|path| output::check(path, &args.scenario.read()))?;
    if report.is_none() && args.series.as_deref().is_some_and(output::is_stdout) {
        return Err(
            "the report and --series cannot both go to stdout; write the report to a file with -o FILE".to_owned(),
        );
    }
    if args.series.is_some() && args.series == args.output {
        return Err("--output and --series name the same file".to_owned());
    }
    let label = args.scenario.name().to_owned();
    if let Some(repetition) = args.repeat.repetition() {
        let all = if args.all { " --all" } else { "" };
        let command = format!(
            "rcusim run {} {}{all}",
            typed.words(),
            repeat::words(repetition)
        );
        let form = Form::of(args.all, args.json);
        let settings = [Setting {
            label,
            scenario,
            typed,
        }];
        let report = repeat::report(&settings, repetition, form, &command)?;
        return repeated(args, &report);
    }
    let runs = simulate::all(vec![(label, scenario)])?;
    let [run]: [Run; 1] = runs.try_into().expect("one scenario gives one run");
    let command = format!("rcusim run {}", typed.words());
    let findings = json::findings(&run, &run.scenario.expect);
    if let Some(path) = &args.series {
        output::file(path, &series::csv(&run.scenario.params, &run.outcome))?;
    }
    let most = if args.all { usize::MAX } else { human::CALLS };
    let text = if args.json {
        json::run(&run, &command, &findings)
    } else {
        human::run(&run, &findings, &command, most)
    };
    tell(report, &text)?;
    let failed: Vec<_> = findings.iter().filter(|finding| !finding.met).collect();
    if args.json || report.is_some() {
        // Whoever sees only the exit code and stderr learns why.
        for finding in &failed {
            output::stderr(&format!("{}\n", human::expectation(finding)));
        }
    }
    Ok(if failed.is_empty() {
        Done::Ran
    } else {
        Done::Failed
    })
}

/// What is said of several runs: what came of the expectations stands above, where a person looks
/// first, or on stderr.
fn repeated(args: &RunArgs, report: &Report) -> Result<Done, String> {
    let lines: String = report.expected.iter().map(repeat::Expected::line).collect();
    let file = file(args);
    if args.json || file.is_some() {
        output::stderr(&lines);
        tell(file, &report.text)?;
    } else {
        tell(file, &(lines + &report.text))?;
    }
    Ok(if report.expected.iter().all(repeat::Expected::always) {
        Done::Ran
    } else {
        Done::Failed
    })
}

/// The report's file, if it does not go to stdout.
fn file(args: &RunArgs) -> Option<&Path> {
    let output = args.output.as_deref();
    output.filter(|path| !output::is_stdout(path))
}

fn tell(file: Option<&Path>, text: &str) -> Result<(), String> {
    match file {
        Some(path) => output::file(path, text),
        None => output::stdout(text),
    }
}

/// The scenario as the arguments have it, and as they were typed.
fn asked(args: &RunArgs) -> Result<(Scenario, Typed), String> {
    let mut scenario = args.scenario.scenario()?;
    let mut typed = args.scenario.typed();
    if let Some(every) = &args.every {
        load::apply(&mut scenario, &format!("run.sample={every}"))
            .map_err(|why| format!("--every: {why}"))?;
        typed.option("every", "run.sample", every);
        typed.check()?;
        scenario
            .validate()
            .map_err(|why| format!("--every: {why}"))?;
    }
    for text in &args.expect {
        let expectation = Expectation::parse("--expect", text);
        scenario
            .expect
            .push(expectation.map_err(|error| error.to_string())?);
        typed.follows(format!("--expect {}", quoted(text)));
    }
    Ok((scenario, typed))
}
