//! `rcusim ablate`: each link of the chain off in turn.

use super::exit::Done;
use super::scenario_args::ScenarioArgs;
use super::{load, output, simulate};
use crate::models::outcome::Outcome;
use crate::report::{Run, json, table};
use clap::Args;
use std::fmt::Write as _;

const EXAMPLES: &str = "\
Examples:
  rcusim ablate                            of report-40cpu
  rcusim ablate report-6cpu --set calls=5k
  rcusim ablate report-40cpu --policy batch-free --json

Off means: no background callbacks; grace periods without the HZ/10 floor; max_active without a limit;
a mutex first come, first served; cleanup_net() does not queue behind the fqdirs.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct AblateArgs {
    #[command(flatten, next_help_heading = "Scenario")]
    scenario: ScenarioArgs,
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
    let base = args.scenario.scenario()?;
    let command = format!("rcusim run {}", args.scenario.words());
    let mut again = vec![command.clone()];
    let mut scenarios = vec![("as it is".to_owned(), base.clone())];
    for (label, sets) in LINKS {
        let mut scenario = base.clone();
        sets.iter()
            .try_for_each(|set| load::apply(&mut scenario, set))?;
        scenario.validate().map_err(|error| error.to_string())?;
        again.push(format!("{command} --set {}", sets.join(" --set ")));
        scenarios.push((label.to_owned(), scenario));
    }
    let runs = simulate::all(scenarios)?;
    if args.json {
        output::stdout(&json::runs(&runs, &again))?;
        return Ok(Done::Ran);
    }
    let left = halved(&runs, |outcome| outcome.live_peak);
    let lost = halved(&runs, |outcome| outcome.peak_drop_bytes);
    let mut text = format!(
        "{}: each link of the chain off in turn\n\n",
        args.scenario.words()
    );
    text.push_str(&table::compare(&runs));
    write!(
        text,
        "\nLess than half of the backlog (live at most) is left with: {left}\n\
         Less than half of the memory (largest drop) is lost with: {lost}\n\
         What each column turns off: rcusim ablate --help\n"
    )
    .expect("a string takes all that is written");
    output::stdout(&text)?;
    Ok(Done::Ran)
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
