//! `rcusim sensitivity`: which inputs decide?

use super::exit::Done;
use super::interrupt::Watch;
use super::number::whole;
use super::output;
use super::repeat::no_axis_of_seeds;
use super::scenario_args::ScenarioArgs;
use super::simulate::Lots;
use crate::experiment::Scenario;
use crate::experiment::grid::replicate_seed;
use crate::experiment::metrics::{Measured, Metric};
use crate::experiment::ranges::{Span, continuous, span};
use crate::experiment::repetition::find;
use crate::report::sensitivity as report;
use crate::stats::LEVEL;
use crate::stats::convert::{count, float};
use crate::stats::{morris, sobol};
use clap::{Args, ValueEnum};

/// Runs whose outcomes are in memory at once.
const AT_ONCE: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Method {
    /// Screening by elementary effects: a few runs an input
    Morris,
    /// Parts of the variance, first order and total: many runs, for a few inputs
    Sobol,
}

#[derive(Args, Debug)]
pub(super) struct SensitivityArgs {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// A key and its range, KEY=LOW..HIGH, or KEY for its plausible range; may be repeated; without
    /// any, all assumed numbers over their plausible ranges
    #[arg(short = 'P', value_name = "KEY[=LOW..HIGH]")]
    keys: Vec<String>,
    /// What is computed
    #[arg(long, value_enum, default_value_t = Method::Morris)]
    method: Method,
    /// What is measured
    #[arg(long, value_name = "NAME", default_value = "peak_drop_bytes", value_parser = find)]
    metric: &'static Metric,
    /// Trajectories (morris, 10 by default) or rows of the design (sobol, 64 by default)
    #[arg(long, value_name = "N", value_parser = whole::<u32>(2, 100_000))]
    rows: Option<u32>,
    /// Runs of each point, whose mean is its output
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = whole::<u32>(1, 1_000))]
    reps: u32,
    /// Report as JSON
    #[arg(long)]
    json: bool,
}

/// `rcusim sensitivity`.
pub(super) fn run(args: &SensitivityArgs) -> Result<Done, String> {
    // A large design takes a while before the first run, which then says how far it came.
    let _watch = Watch::new();
    let base = args.scenario.scenario()?;
    let spans = if args.keys.is_empty() {
        continuous()
    } else {
        let spans = args
            .keys
            .iter()
            .map(|text| span(text).map_err(|why| format!("-P {why}")));
        spans.collect::<Result<Vec<_>, _>>()?
    };
    let mut typed = args.scenario.typed();
    for key in &args.keys {
        typed.varies(key);
    }
    typed.check()?;
    no_axis_of_seeds(spans.iter().map(|span| span.key))?;
    let (seed, inputs) = (base.params.seed, spans.len());
    let text = match args.method {
        Method::Morris => {
            let design = morris::design(inputs, args.rows.unwrap_or(10) as usize, seed);
            let outputs = outputs(args, &base, &spans, &design.points)?;
            let effects = morris::effects(&design, &outputs, LEVEL);
            report::morris(args.metric, &spans, &effects, outputs.len(), args.json)
        }
        Method::Sobol => {
            let design = sobol::design(inputs, args.rows.unwrap_or(64) as usize, seed);
            let outputs = outputs(args, &base, &spans, &design.points)?;
            let found = sobol::indices(&design, &outputs, LEVEL, seed);
            let found = found.ok_or_else(|| format!("{} never varies", args.metric.name))?;
            report::sobol(args.metric, &spans, &found, outputs.len(), args.json)
        }
    };
    output::stdout(&text)?;
    Ok(Done::Ran)
}

/// The metric at each point of a design, the mean of its runs.
fn outputs(
    args: &SensitivityArgs,
    base: &Scenario,
    spans: &[Span],
    points: &[Vec<f64>],
) -> Result<Vec<f64>, String> {
    let reps = args.reps as usize;
    let mut sums = vec![0.0; points.len()];
    let all: Vec<(usize, usize)> = (0..points.len())
        .flat_map(|point| (0..reps).map(move |rep| (point, rep)))
        .collect();
    let mut lots = Lots::exactly(all.len());
    for some in all.chunks(AT_ONCE) {
        let mut scenarios = Vec::new();
        for &(point, rep) in some {
            let mut scenario = base.clone();
            let values = spans.iter().zip(&points[point]);
            scenario.params = base.with(values.map(|(span, part)| (span.key, span.at(*part))));
            scenario.validate().map_err(|error| error.to_string())?;
            let number = u64::try_from(rep).expect("a count fits in 64 bits");
            scenario.params.seed = replicate_seed(base.params.seed, number);
            scenarios.push((String::new(), scenario));
        }
        for (&(point, _), run) in some.iter().zip(lots.run(scenarios)?) {
            let value = (args.metric.get)(&Measured::of(&run.scenario.params, &run.outcome));
            let value = value.ok_or_else(|| {
                let name = args.metric.name;
                format!("a run has no {name}; take a metric that every run has")
            })?;
            sums[point] += float(value);
        }
    }
    Ok(sums.iter().map(|sum| sum / count(reps)).collect())
}
