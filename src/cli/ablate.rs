//! `rcusim ablate`: each link of the chain off in turn.

use super::exit::Done;
use super::repeat::{self, Form, RepeatArgs, Setting};
use super::scenario_args::ScenarioArgs;
use super::{load, output, simulate};
use crate::models::outcome::Outcome;
use crate::report::{Run, json, table};
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  rcusim ablate                            of report-40cpu
  rcusim ablate report-6cpu --set calls=5k
  rcusim ablate report-40cpu --policy batch-free --json
  rcusim ablate report-6cpu --set calls=2k --reps 10       ten seeds each, paired: shares, distributions, intervals

Off means: no background callbacks; grace periods without the HZ/10 floor; max_active without a limit;
a mutex first come, first served; cleanup_net() does not queue behind the fqdirs.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct AblateArgs {
    #[command(flatten, next_help_heading = "Scenario")]
    scenario: ScenarioArgs,
    #[command(flatten, next_help_heading = "Repetition")]
    repeat: RepeatArgs,
    /// Print every metric (with --reps or --until-ci)
    #[arg(long, help_heading = "Output")]
    all: bool,
    /// Report as JSON
    #[arg(long, help_heading = "Output")]
    json: bool,
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
pub(super) fn run(args: &AblateArgs) -> Result<Done, String> {
    let settings = settings(&args.scenario)?;
    let typed = args.scenario.typed().words();
    if let Some(repetition) = args.repeat.repetition() {
        let all = if args.all { " --all" } else { "" };
        let command = format!("rcusim ablate {typed} {}{all}", repeat::words(repetition));
        let form = Form::of(args.all, args.json);
        let report = repeat::report(&settings, repetition, form, &command)?;
        return output::stdout(&report.text).map(|()| Done::Ran);
    }
    let again = settings.iter();
    let again = again.map(|setting| format!("rcusim run {}", setting.typed.words()));
    let again: Vec<String> = again.collect();
    let scenarios = settings.into_iter();
    let scenarios = scenarios.map(|setting| (setting.label, setting.scenario));
    let runs = simulate::all(scenarios.collect())?;
    if args.json {
        output::stdout(&json::runs(&runs, &again))?;
        return Ok(Done::Ran);
    }
    let text = format!(
        "{typed}: each link of the chain off in turn\n\n{}\n{}What each column turns off: rcusim ablate --help\n",
        table::compare(&runs),
        conclusion(&runs)
    );
    output::stdout(&text)?;
    Ok(Done::Ran)
}

/// Which links the backlog cannot do without; where there are no namespaces, the barriers.
fn conclusion(runs: &[Run]) -> String {
    if !runs[0].scenario.params.arrivals.are_namespaces() {
        let full = halved(runs, |outcome| outcome.barriers.full);
        return format!(
            "The verdict does not apply: no namespaces are asked for, so there is no backlog of them; see how many \
             barriers\nran in full, and when all had ended (all freed after)\n\
             Less than half of the full barriers are left with: {full}\n"
        );
    }
    let left = halved(runs, Outcome::backlog_peak);
    let lost = halved(runs, |outcome| outcome.peak_drop_bytes);
    format!(
        "Less than half of the largest backlog is left with: {left}\n\
         Less than half of the memory (largest drop) is lost with: {lost}\n"
    )
}

/// The scenario as it is, and without each link.
fn settings(args: &ScenarioArgs) -> Result<Vec<Setting>, String> {
    let base = args.scenario()?;
    let whole = [("as it is", &[][..])];
    let all = whole.into_iter().chain(LINKS);
    let setting = |(label, sets): (&str, &[&str])| {
        let mut scenario = base.clone();
        sets.iter()
            .try_for_each(|set| load::apply(&mut scenario, set))?;
        scenario.validate().map_err(|error| error.to_string())?;
        Ok(Setting {
            label: label.to_owned(),
            scenario,
            typed: args.typed().but(sets),
        })
    };
    all.map(setting).collect()
}

/// The links without which a figure is less than half of what it is with all of them.
fn halved(runs: &[Run], figure: fn(&Outcome) -> u64) -> String {
    let whole = figure(&runs[0].outcome);
    let of = runs[1..].iter();
    let halved = of.filter(|run| figure(&run.outcome) < whole / 2);
    let labels: Vec<_> = halved.map(|run| run.label.as_str()).collect();
    if labels.is_empty() {
        "none alone".to_owned()
    } else {
        labels.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Scenario;

    #[test]
    fn links_name_keys_and_values() {
        let base = Scenario::builtin("report-40cpu").expect("builtin");
        for set in LINKS.iter().flat_map(|(_, sets)| *sets) {
            load::apply(&mut base.clone(), set).expect("a link's switch is a valid value");
        }
    }
}
