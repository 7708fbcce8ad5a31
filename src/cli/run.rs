//! `rcusim run`: one scenario, one report.

use super::exit::Done;
use super::{load, output, simulate};
use crate::experiment::{Expectation, Scenario};
use crate::report::{Run, human, json, series};
use clap::Args;
use std::fmt::Write as _;
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(super) struct RunArgs {
    /// A builtin scenario's name or a file, or NAME:KEY=VALUE,KEY=VALUE
    #[arg(default_value = "report-40cpu")]
    pub(super) scenario: String,
    /// Where fqdirs are destroyed (kernel.policy)
    #[arg(long)]
    pub(super) policy: Option<String>,
    /// How barrier callers wait (kernel.barrier)
    #[arg(long)]
    pub(super) barrier: Option<String>,
    /// Set one value; a unique last part names a key (cpus is machine.cpus); may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) sets: Vec<String>,
    /// Expect something of the run's JSON, or exit with 1; may be repeated
    #[arg(long, value_name = "FIELD<VALUE")]
    pub(super) expect: Vec<String>,
    /// Seed of every random stream (run.seed)
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// Report as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Write the report to a file
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Time between two rows of the series (run.sample), such as 10ms
    #[arg(long, value_name = "TIME")]
    pub(super) every: Option<String>,
    /// Write the series as CSV to a file
    #[arg(long, value_name = "FILE")]
    pub(super) series: Option<PathBuf>,
}

/// `rcusim run`.
pub(super) fn run(args: &RunArgs) -> Result<Done, String> {
    let (scenario, command) = asked(args)?;
    let report = args
        .output
        .as_deref()
        .filter(|path| path.as_os_str() != "-");
    let files = report.into_iter().chain(args.series.as_deref());
    files.into_iter().try_for_each(output::check)?;
    if args.series.is_some() && args.series == args.output {
        return Err("--output and --series name the same file".to_owned());
    }
    let runs = simulate::all(vec![(args.scenario.clone(), scenario)])?;
    let [run]: [Run; 1] = runs.try_into().expect("one scenario gives one run");
    let findings = json::findings(&run, &run.scenario.expect);
    if let Some(path) = &args.series {
        let rows = &run.outcome.series;
        output::file(path, &series::csv(&run.scenario.params, rows))?;
    }
    let text = if args.json {
        json::run(&run, &findings)
    } else {
        human::run(&run, &findings, &command)
    };
    match report {
        Some(path) => output::file(path, &text),
        None => output::stdout(&text),
    }?;
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

/// The scenario as the arguments have it, and the command that asks for the same.
fn asked(args: &RunArgs) -> Result<(Scenario, String), String> {
    let mut scenario = load::with_sets(&args.scenario)?;
    let mut command = format!("rcusim run {}", quoted(&args.scenario));
    let seed = args.seed.map(|seed| seed.to_string());
    let named = [
        ("policy", "kernel.policy", &args.policy),
        ("barrier", "kernel.barrier", &args.barrier),
        ("seed", "run.seed", &seed),
        ("every", "run.sample", &args.every),
    ];
    for (option, key, value) in named {
        if let Some(value) = value {
            load::apply(&mut scenario, &format!("{key}={value}"))
                .map_err(|why| format!("--{option}: {why}"))?;
            write!(command, " --{option} {}", quoted(value)).expect("a string takes all");
        }
    }
    for set in &args.sets {
        load::apply(&mut scenario, set).map_err(|why| format!("--set {why}"))?;
        write!(command, " --set {}", quoted(set)).expect("a string takes all");
    }
    for text in &args.expect {
        let expectation = Expectation::parse("--expect", text);
        scenario
            .expect
            .push(expectation.map_err(|error| error.to_string())?);
        write!(command, " --expect {}", quoted(text)).expect("a string takes all");
    }
    scenario.validate().map_err(|error| error.to_string())?;
    Ok((scenario, command))
}

/// An argument as a shell takes it.
pub(super) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_quoted_for_the_shell() {
        assert_eq!(quoted("a=b"), "a=b");
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }
}
