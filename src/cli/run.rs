//! `rcusim run`: one scenario, one report.

use super::exit::Done;
use super::{load, output, simulate};
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

/// `rcusim run`.
pub(super) fn run(args: &RunArgs) -> Result<Done, String> {
    let mut scenario = load::with_sets(&args.scenario)?;
    let mut command = format!("rcusim run {}", quoted(&args.scenario));
    let seed = args.seed.map(|seed| seed.to_string());
    let named = [
        ("policy", "kernel.policy", &args.policy),
        ("barrier", "kernel.barrier", &args.barrier),
        ("seed", "run.seed", &seed),
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
    scenario.validate().map_err(|error| error.to_string())?;
    let stdout = args
        .output
        .as_ref()
        .is_none_or(|path| path.as_os_str() == "-");
    let files = args.output.iter().filter(|_| !stdout).chain(&args.series);
    files.into_iter().try_for_each(|path| output::check(path))?;
    if args.series.is_some() && args.series == args.output {
        return Err("--output and --series name the same file".to_owned());
    }
    let runs = simulate::all(vec![(args.scenario.clone(), scenario)])?;
    let [run]: [Run; 1] = runs.try_into().expect("one scenario gives one run");
    if let Some(path) = &args.series {
        output::file(
            path,
            &series::csv(&run.scenario.params, &run.outcome.series),
        )?;
    }
    let text = if args.json {
        json::run(&run)
    } else {
        human::run(&run, &command)
    };
    match &args.output {
        Some(path) if !stdout => output::file(path, &text),
        _ => output::stdout(&text),
    }?;
    Ok(Done::Ran)
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
