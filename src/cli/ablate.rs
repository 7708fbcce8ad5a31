//! `rcusim ablate`: each link of the chain off in turn.

use super::exit::Done;
use super::scenario_args::ScenarioArgs;
use super::{load, output, simulate};
use crate::report::{json, table};
use clap::Args;
use std::fmt::Write as _;

const EXAMPLES: &str = "\
Examples:
  rcusim ablate                            report-40cpu
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
    let mut scenarios = vec![("as it is".to_owned(), base.clone())];
    for (label, sets) in LINKS {
        let mut scenario = base.clone();
        sets.iter()
            .try_for_each(|set| load::apply(&mut scenario, set))?;
        scenario.validate().map_err(|error| error.to_string())?;
        scenarios.push((label.to_owned(), scenario));
    }
    let runs = simulate::all(scenarios)?;
    if args.json {
        output::stdout(&json::runs(&runs))?;
        return Ok(Done::Ran);
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
    let mut text = format!(
        "{}: each link of the chain off in turn\n\n",
        args.scenario.words()
    );
    text.push_str(&table::compare(&runs));
    write!(
        text,
        "\nLess than half of the backlog (live at most) is left with: {needed}\n"
    )
    .expect("a string takes all that is written");
    output::stdout(&text)?;
    Ok(Done::Ran)
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
