//! What each command does.

use super::args::{AblateArgs, Args, Command, CompareArgs, RunArgs, ScenarioCommand};
use super::{Done, load, output, simulate, trace};
use crate::experiment::Scenario;
use crate::experiment::check::checks;
use crate::report::{Run, human, json, series, table};
use std::fmt::Write as _;

/// Does what was asked; the error is a message for people.
pub(super) fn run(args: Args) -> Result<Done, String> {
    match args.command {
        Some(Command::Check) => return check(),
        None => main_job(),
        Some(Command::Run(args)) => one(&args),
        Some(Command::Compare(args)) => compare(&args),
        Some(Command::Ablate(args)) => ablate(&args),
        Some(Command::Analyze(args)) => trace::run(&args),
        Some(Command::Scenario(ScenarioCommand::List)) => list(),
        Some(Command::Scenario(ScenarioCommand::Show { scenario })) => show(&scenario),
        Some(Command::Scenario(ScenarioCommand::Check { scenario })) => {
            load::scenario(&scenario)?;
            output::stdout(&format!("{scenario}: ok\n"))
        }
    }?;
    Ok(Done::Ran)
}

/// `rcusim check`: the exact checks, a line each.
fn check() -> Result<Done, String> {
    let checks = checks();
    let width = checks
        .iter()
        .map(|check| check.name.len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for check in &checks {
        let verdict = if check.passes() { "PASS" } else { "FAIL" };
        let (name, expected, found) = (&check.name, &check.expected, &check.found);
        writeln!(
            text,
            "{verdict}  {name:width$}  expected {expected}, found {found}"
        )
        .expect("a string takes all");
    }
    let failed = checks.iter().filter(|check| !check.passes()).count();
    writeln!(text, "{} passed, {failed} failed", checks.len() - failed)
        .expect("a string takes all");
    output::stdout(&text)?;
    Ok(if failed == 0 { Done::Ran } else { Done::Failed })
}

/// The report's machines, before and after the patch.
fn main_job() -> Result<(), String> {
    let jobs = ["report-40cpu", "report-6cpu"]
        .into_iter()
        .flat_map(|name| ["per-call", "batch-free"].map(|policy| (name, policy)));
    let mut scenarios = Vec::new();
    for (name, policy) in jobs {
        let mut scenario = load::scenario(name)?;
        load::apply(&mut scenario, &format!("kernel.policy={policy}"))?;
        let cpus = scenario.params.cpus;
        scenarios.push((format!("{cpus} CPUs {policy}"), scenario));
    }
    let runs: [Run; 4] = simulate::all(scenarios)
        .try_into()
        .expect("two scenarios under two policies");
    let text = format!(
        "50,000 unshare(CLONE_NEWNET), before the patch (per-call) and after it (batch-free)\n\n\
         {}\n{}\n\
         More: rcusim run report-40cpu, rcusim ablate report-40cpu, rcusim --help   (rcusim {})\n",
        table::compare(&runs),
        table::figures(&runs),
        env!("CARGO_PKG_VERSION"),
    );
    output::stdout(&text)
}

/// `rcusim run`.
fn one(args: &RunArgs) -> Result<(), String> {
    let mut scenario = load::scenario(&args.scenario)?;
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
    let runs = simulate::all(vec![(args.scenario.clone(), scenario)]);
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
    }
}

/// `rcusim compare`.
fn compare(args: &CompareArgs) -> Result<(), String> {
    let mut scenarios = Vec::new();
    for text in &args.scenarios {
        let mut scenario = load::with_sets(text)?;
        if let Some(seed) = args.seed {
            load::apply(&mut scenario, &format!("run.seed={seed}"))?;
        }
        scenarios.push((text.clone(), scenario));
    }
    let runs = simulate::all(scenarios);
    let text = if args.json {
        json::runs(&runs)
    } else {
        table::compare(&runs)
    };
    output::stdout(&text)
}

/// The links of the chain, each with what turns it off.
const LINKS: [(&str, &[&str]); 5] = [
    (
        "no callbacks",
        &[
            "background.rate=0",
            "background.always=false",
            "noise.threads=0",
        ],
    ),
    ("no GP floor", &["links.gp_floor=false"]),
    ("no max_active", &["kernel.max_active=1000000"]),
    ("fair mutex", &["kernel.barrier=fair-mutex"]),
    ("cleanup apart", &["links.cleanup_queues=false"]),
];

/// `rcusim ablate`.
fn ablate(args: &AblateArgs) -> Result<(), String> {
    let base = load::with_sets(&args.scenario)?;
    let mut scenarios = vec![("as it is".to_owned(), base.clone())];
    for (label, sets) in LINKS {
        let mut scenario = base.clone();
        sets.iter()
            .try_for_each(|set| load::apply(&mut scenario, set))?;
        scenario.validate().map_err(|error| error.to_string())?;
        scenarios.push((label.to_owned(), scenario));
    }
    let runs = simulate::all(scenarios);
    if args.json {
        return output::stdout(&json::runs(&runs));
    }
    let peak = runs[0].outcome.live_peak;
    let needed: Vec<_> = runs[1..]
        .iter()
        .filter(|run| run.outcome.live_peak < peak / 2)
        .map(|run| run.label.as_str())
        .collect();
    let needed = if needed.is_empty() {
        "none alone".to_owned()
    } else {
        needed.join(", ")
    };
    let mut text = format!("{}: each link of the chain off in turn\n\n", args.scenario);
    text.push_str(&table::compare(&runs));
    write!(
        text,
        "\nLess than half of the backlog (live at most) is left with: {needed}\n"
    )
    .expect("a string takes all that is written");
    output::stdout(&text)
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

/// `rcusim scenario show`: a scenario file that says everything.
fn show(name: &str) -> Result<(), String> {
    let scenario = load::scenario(name)?;
    output::stdout(&scenario.to_toml())
}

/// An argument as a shell takes it.
fn quoted(text: &str) -> String {
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
    fn links_name_keys_and_values() {
        let base = Scenario::builtin("report-40cpu").expect("builtin");
        for set in LINKS.iter().flat_map(|(_, sets)| *sets) {
            load::apply(&mut base.clone(), set).expect("a link's switch is a valid value");
        }
    }

    #[test]
    fn arguments_are_quoted_for_the_shell() {
        assert_eq!(quoted("a=b"), "a=b");
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }
}
