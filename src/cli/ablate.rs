//! `rcusim ablate`: each link of the chain off in turn.

use super::exit::Done;
use super::{load, output, simulate};
use crate::report::{json, table};
use clap::Args;
use std::fmt::Write as _;

#[derive(Args, Debug)]
pub(super) struct AblateArgs {
    /// A builtin scenario's name or a file, or NAME:KEY=VALUE,KEY=VALUE
    #[arg(default_value = "report-40cpu")]
    pub(super) scenario: String,
    /// Report as JSON
    #[arg(long)]
    pub(super) json: bool,
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
    let base = load::with_sets(&args.scenario)?;
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
    let mut text = format!("{}: each link of the chain off in turn\n\n", args.scenario);
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
