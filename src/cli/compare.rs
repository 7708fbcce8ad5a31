//! `rcusim compare`: several scenarios side by side, on the same arrivals.

use super::exit::Done;
use super::{load, output, simulate};
use crate::report::{json, table};
use clap::Args;

#[derive(Args, Debug)]
pub(super) struct CompareArgs {
    /// Scenarios, each NAME or NAME:KEY=VALUE,KEY=VALUE
    #[arg(required = true, num_args = 1.., value_name = "SCENARIO")]
    pub(super) scenarios: Vec<String>,
    /// One seed for all
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// Report as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// `rcusim compare`.
pub(super) fn run(args: &CompareArgs) -> Result<Done, String> {
    let mut scenarios = Vec::new();
    for text in &args.scenarios {
        let mut scenario = load::with_sets(text)?;
        if let Some(seed) = args.seed {
            load::apply(&mut scenario, &format!("run.seed={seed}"))?;
        }
        scenarios.push((text.clone(), scenario));
    }
    let runs = simulate::all(scenarios)?;
    let text = if args.json {
        json::runs(&runs)
    } else {
        table::compare(&runs)
    };
    output::stdout(&text)?;
    Ok(Done::Ran)
}
