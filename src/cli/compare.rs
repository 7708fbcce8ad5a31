//! `rcusim compare`: several scenarios side by side, on the same arrivals.

use super::exit::Done;
use super::kernel::KernelArgs;
use super::repeat::{self, Form, RepeatArgs, Setting};
use super::scenario_args::{machine, seed};
use super::typed::{Typed, quoted};
use super::{load, output, simulate};
use crate::experiment::Scenario;
use crate::experiment::repetition::Repetition;
use crate::models::parting::part;
use crate::report::parting::{Told, told};
use crate::report::{Run, comparison, json, table};
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  rcusim compare report-40cpu report-6cpu
  rcusim compare report-40cpu report-40cpu:policy=batch-free report-40cpu:max_active=1024
  rcusim compare report-6cpu report-6cpu:barrier=fair-mutex --reps 10
  rcusim compare report-6cpu report-6cpu:hz=1000 --set calls=5k --until-ci 5%
  rcusim compare report-40cpu report-40cpu:policy=batch-free --machine machine.toml
  rcusim compare report-40cpu report-40cpu:barrier=wait-queue --kernel 6.8";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct CompareArgs {
    /// Scenarios, each NAME or NAME:KEY=VALUE,KEY=VALUE
    #[arg(required = true, num_args = 1.., value_name = "SCENARIO")]
    pub(super) scenarios: Vec<String>,
    /// Put all of them on this machine, a fitted one for example: a file or a builtin's name
    #[arg(long, value_name = "FILE")]
    machine: Option<String>,
    #[command(flatten)]
    kernel: KernelArgs,
    /// Set one value in all of them; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// One seed for all (run.seed)
    #[arg(long, value_parser = seed, allow_negative_numbers = true)]
    pub(super) seed: Option<u64>,
    #[command(flatten, next_help_heading = "Repetition")]
    repeat: RepeatArgs,
    /// Print every metric (with --reps or --until-ci)
    #[arg(long, help_heading = "Output")]
    all: bool,
    /// Report as JSON
    #[arg(long, help_heading = "Output")]
    pub(super) json: bool,
}

/// `rcusim compare`.
pub(super) fn run(args: &CompareArgs) -> Result<Done, String> {
    output::check_stdout()?;
    let mut scenarios = Vec::new();
    let machine = machine(args.machine.as_deref())?;
    args.kernel.announce()?;
    for text in &args.scenarios {
        let mut scenario = load::on_machine(text, machine.as_ref(), &args.kernel)?;
        if let Some(seed) = args.seed {
            load::apply(&mut scenario, &format!("run.seed={seed}"))?;
        }
        for set in &args.sets {
            load::apply_option(&mut scenario, set)?;
        }
        typed(args, Some(text)).check()?;
        if let Some(machine) = &machine {
            scenario.grow(machine);
        }
        load::checked(&scenario).map_err(|error| format!("{text}: {error}"))?;
        scenarios.push((text.clone(), scenario));
    }
    let typed: Vec<Typed> = args
        .scenarios
        .iter()
        .map(|text| typed(args, Some(text)))
        .collect();
    if let Some(repetition) = args.repeat.repetition() {
        let command = command(args, repetition);
        let form = Form::of(args.all, args.json);
        let settings = scenarios.into_iter().zip(typed);
        let settings: Vec<Setting> = settings
            .map(|((label, scenario), typed)| Setting {
                label,
                scenario,
                typed,
            })
            .collect();
        let report = repeat::report(&settings, repetition, form, &command)?;
        return output::stdout(&report.text).map(|()| Done::Ran);
    }
    let others = scenarios.iter().skip(1);
    let partings: Vec<_> = if args.json {
        Vec::new()
    } else {
        let first = &scenarios[0].1.params;
        others
            .map(|(_, s): &(String, Scenario)| {
                let parting = part(first, &s.params)?;
                Some(told(&parting, [first, &s.params]))
            })
            .collect()
    };
    let runs = simulate::all(scenarios)?;
    let text = if args.json {
        let again = typed
            .iter()
            .map(|typed| format!("rcusim run {}", typed.words()));
        json::runs(&runs, &again.collect::<Vec<_>>())
    } else {
        side_by_side(&runs, &partings)
    };
    output::stdout(&text)?;
    Ok(Done::Ran)
}

/// What the columns are, the columns, and where the runs part.
fn side_by_side(runs: &[Run], partings: &[Option<Told>]) -> String {
    let machine = runs[0].scenario.machine.as_ref();
    let machine = machine.map_or_else(String::new, |said| format!("machine  {said}\n"));
    let table = table::compare(runs);
    if runs.len() == 1 {
        return machine + &table;
    }
    let labels: Vec<String> = runs.iter().map(|run| run.label.clone()).collect();
    let legend = comparison::legend(&labels);
    format!(
        "{machine}{legend}\n{table}\n{}",
        comparison::partings(partings)
    )
}

/// One of the scenarios, or none, with what is changed in all.
fn typed(args: &CompareArgs, scenario: Option<&str>) -> Typed {
    let mut typed = Typed::new(scenario, args.machine.as_deref());
    args.kernel.typed(&mut typed);
    typed.seed(args.seed);
    typed.sets(&args.sets);
    typed
}

/// The command that asks for the same.
fn command(args: &CompareArgs, repetition: Repetition) -> String {
    let mut words = vec!["rcusim compare".to_owned()];
    words.extend(args.scenarios.iter().map(|text| quoted(text)));
    let changes = typed(args, None).words();
    words.extend((!changes.is_empty()).then_some(changes));
    words.push(repeat::words(repetition));
    words.extend(args.all.then(|| "--all".to_owned()));
    words.join(" ")
}
