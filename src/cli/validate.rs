//! `rcusim validate`: recordings of a real kernel beside the model.

use super::exit::Done;
use super::number::whole;
use super::simulate::Lots;
use super::typed::quoted;
use super::{load, output, picture, recordings};
use crate::calibrate::fit::without_trace;
use crate::calibrate::recording::LeftOut;
use crate::calibrate::validation::{Observed, Plan, validate};
use crate::calibrate::{Note, Recording, fit};
use crate::experiment::{Scenario, nearest};
use crate::plot::{self, Curves};
use crate::report::validation as report;
use clap::Args;
use std::path::{Path, PathBuf};

pub(super) const HELP: &str = "\
DIR holds recordings: NAME.toml, NAME.csv and perhaps NAME.trace.gz of each.
Only recordings that the machine was not fitted to count in the score.

Examples:
  rcusim validate tests/data/recordings --machine recorded-2cpu --seeds 20
  rcusim validate tests/data/recordings --machine recorded-2cpu --seeds 20 --plot curves.png
  rcusim validate tests/data/recordings --fit q1_trace_hz250_510_batched_c2_hs512_fnoise2 --json";

#[derive(Args, Debug)]
pub(super) struct ValidateArgs {
    /// Folder of recordings
    pub(super) dir: PathBuf,
    /// Fit the machine to these recordings of the folder; without this and --machine: to the trace of the quietest host
    #[arg(long, value_name = "NAME", num_args = 1.., conflicts_with = "machine")]
    pub(super) fit: Vec<String>,
    /// Take this machine: a builtin scenario's name or a file
    #[arg(long, value_name = "FILE")]
    pub(super) machine: Option<String>,
    /// Runs of each recording, with seeds 1 to N
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = whole::<u64>(1, 10_000))]
    pub(super) seeds: u64,
    /// Report as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Report as tables of Markdown
    #[arg(long, conflicts_with = "json")]
    pub(super) markdown: bool,
    /// Draw recorded and simulated curves over each other; .svg or .png; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(super) plot: Vec<PathBuf>,
    /// Write the report to a file; - is stdout
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

/// Runs the model for every recording and compares.
pub(super) fn run(args: &ValidateArgs) -> Result<Done, String> {
    check_outputs(args)?;
    let (all, mut left_out) = recordings::folder(&args.dir)?;
    let (machine, what, notes) = machine(args, &all, &left_out)?;
    let mut plan = Plan::new(all, &machine, args.seeds)?;
    plan.notes.extend(notes);
    plan.left_out.append(&mut left_out);
    for LeftOut { name, why } in &plan.left_out {
        output::stderr(&format!("warning: {name} is left out: {why}\n"));
    }
    // Whoever reads the report on stdout finds them there.
    let aside = args
        .output
        .as_deref()
        .is_some_and(|path| path != Path::new("-"));
    for note in plan
        .notes
        .iter()
        .filter(|_| aside || args.json || args.markdown)
    {
        output::stderr(&format!("warning: {}\n", note.text));
    }
    let seeds = usize::try_from(plan.seeds).unwrap_or(usize::MAX);
    let mut lots = Lots::exactly(plan.recordings.len().saturating_mul(seeds));
    let observed = (0..plan.recordings.len()).map(|recording| {
        let runs = lots.run(plan.scenarios(recording))?;
        Ok(runs.iter().map(|run| Observed::of(&run.outcome)).collect())
    });
    let observed = observed.collect::<Result<Vec<_>, String>>()?;
    draw(args, &plan, &what, &observed)?;
    let validation = validate(&plan, &what, &observed);
    let text = if args.json {
        report::json(&validation)
    } else if args.markdown {
        report::markdown(&validation)
    } else {
        report::human(&validation)
    };
    match &args.output {
        Some(path) => output::file(path, &text),
        None => output::stdout(&text),
    }?;
    Ok(Done::Ran)
}

/// Outputs can be written, and are none of the recordings, nor the machine.
fn check_outputs(args: &ValidateArgs) -> Result<(), String> {
    let files = recordings::files(&args.dir)?;
    let machine = args.machine.as_deref().map(Path::new);
    let read: Vec<&Path> = files.iter().map(PathBuf::as_path).chain(machine).collect();
    if let Some(path) = &args.output {
        output::check(path, &read)?;
    }
    let mut plots = args.plot.iter();
    plots.try_for_each(|path| picture::check(path, &read))
}

/// Draws what was asked for.
fn draw(
    args: &ValidateArgs,
    plan: &Plan,
    machine: &str,
    observed: &[Vec<Observed>],
) -> Result<(), String> {
    if args.plot.is_empty() {
        return Ok(());
    }
    let curves = |((recording, _, _), runs): (&(Recording, _, _), &Vec<Observed>)| Curves {
        title: recording.meta.in_words(),
        name: recording.meta.name.clone(),
        real: recording.series.curve(),
        runs: runs.iter().map(|run| run.curve.clone()).collect(),
    };
    // Machines of a size beside one another, and of these each policy.
    let mut pairs: Vec<_> = plan.recordings.iter().zip(observed).collect();
    pairs.sort_by_key(|((recording, _, _), _)| {
        let meta = &recording.meta;
        (
            meta.cpus_online,
            std::cmp::Reverse(meta.policy().to_owned()),
        )
    });
    let all: Vec<Curves> = pairs.into_iter().map(curves).collect();
    let dir = quoted(&args.dir.to_string_lossy());
    let caption = format!(
        "rcusim validate {dir}, machine {machine}, seeds 1 to {}   (rcusim {})",
        plan.seeds,
        env!("CARGO_PKG_VERSION")
    );
    let drawn = plot::validation("Real kernels and the model", &caption, &all);
    let drawn = drawn.map_err(|error| error.to_string())?;
    args.plot
        .iter()
        .try_for_each(|path| picture::write(path, &drawn))
}

/// The machine, what it is in words, and what is to be said of it.
fn machine(
    args: &ValidateArgs,
    all: &[Recording],
    left_out: &[LeftOut],
) -> Result<(Scenario, String, Vec<Note>), String> {
    if let Some(name) = &args.machine {
        let machine = load::scenario(name)?;
        if machine.fitted_to.is_empty() && machine.has_measured_costs() {
            output::stderr(&format!(
                "warning: {name} does not say from which recordings its measured costs are (fitted_to), \
                 so every recording counts as predicted\n"
            ));
        }
        return Ok((machine, name.clone(), Vec::new()));
    }
    let names = if args.fit.is_empty() {
        quietest(all)?
    } else {
        let mut names: Vec<String> = Vec::new();
        for name in &args.fit {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    };
    let find = |name: &String| {
        let wanted = name.trim_end_matches(".toml");
        let found = all.iter().find(|recording| recording.meta.name == wanted);
        let why = found.and_then(|recording| recording.unreadable.as_ref());
        let why = why.or_else(|| Some(&left_out.iter().find(|l| l.name == wanted)?.why));
        if let Some(why) = why {
            return Err(format!("--fit: `{wanted}` cannot be fitted to: {why}"));
        }
        found.cloned().ok_or_else(|| {
            let known = all.iter().map(|recording| recording.meta.name.as_str());
            let near = nearest(wanted, known)
                .map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
            format!(
                "--fit: no recording `{name}` in {}{near}",
                args.dir.display()
            )
        })
    };
    let recordings = names.iter().map(find).collect::<Result<Vec<_>, String>>()?;
    let (fitted, machine) = fit(&recordings)?;
    let what = format!("fitted to {}", fitted.recordings.join(", "));
    Ok((machine, what, without_trace(&recordings, &fitted)))
}

/// The recording with a trace whose host had the least to do.
fn quietest(all: &[Recording]) -> Result<Vec<String>, String> {
    let traced = all.iter().filter(|recording| recording.trace.is_some());
    let load = |recording: &&Recording| recording.meta.host_load.unwrap_or(f64::MAX);
    let quiet = traced.min_by(|a, b| load(a).total_cmp(&load(b)));
    let name = quiet.map(|recording| recording.meta.name.clone());
    name.map(|name| vec![name]).ok_or_else(|| {
        "no recording has a trace to fit to; name one with --fit, or a machine with --machine"
            .to_owned()
    })
}
