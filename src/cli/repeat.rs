//! Runs settings again and again under paired seeds: a number of times, or until an interval is
//! tight enough.

use super::{output, simulate};
use crate::experiment::Scenario;
use crate::experiment::comparison::compare;
use crate::experiment::grid::replicate_seed;
use crate::experiment::metrics::{METRICS, Metric};
use crate::experiment::observation::Observation;
use crate::models::params::Params;
use crate::models::parting::part;
use crate::report::comparison::{Frame, text};
use crate::report::comparison_json;
use crate::stats::LEVEL;
use crate::stats::convert::float;
use crate::stats::interval::Moments;
use crate::stats::sequential::{FIRST, next, tight};
use clap::Args;

/// Runs of one call of [`simulate::all`], whose outcomes are all in memory at once.
const AT_ONCE: usize = 64;

#[derive(Args, Debug)]
pub(super) struct RepeatArgs {
    /// Repeat every setting, each repetition under a seed of its own
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(super) reps: Option<u32>,
    /// Repeat until the mean is known to this precision, such as 5% (at most --max-reps times)
    #[arg(long, value_name = "PERCENT", value_parser = percent, conflicts_with = "reps")]
    pub(super) until_ci: Option<f64>,
    /// The metric whose mean --until-ci is about
    #[arg(long, value_name = "NAME", default_value = "peak_drop_bytes", value_parser = metric)]
    pub(super) metric: &'static Metric,
    /// Most repetitions for --until-ci
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    pub(super) max_reps: u32,
}

/// `5%` as 0.05.
fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text).trim();
    match number.parse::<f64>() {
        Ok(value) if value > 0.0 && value < 100.0 => Ok(value / 100.0),
        _ => Err("expected a share of the mean between 0% and 100%, such as 5%".to_owned()),
    }
}

/// A metric by its name.
pub(super) fn metric(name: &str) -> Result<&'static Metric, String> {
    Metric::find(name).ok_or_else(|| {
        let names = METRICS.iter().map(|metric| metric.name);
        let near = crate::experiment::nearest(name, names.clone());
        match near {
            Some(near) => format!("no such metric; did you mean `{near}`?"),
            None => format!(
                "no such metric; there are {}",
                names.collect::<Vec<_>>().join(", ")
            ),
        }
    })
}

impl RepeatArgs {
    /// Whether more than one run of each setting is asked for.
    pub(super) fn asked(&self) -> bool {
        self.reps.is_some() || self.until_ci.is_some()
    }

    /// The arguments as they would be typed.
    pub(super) fn words(&self) -> String {
        match (self.reps, self.until_ci) {
            (Some(reps), _) => format!("--reps {reps}"),
            (None, Some(share)) => format!(
                "--until-ci {}% --metric {} --max-reps {}",
                100.0 * share,
                self.metric.name,
                self.max_reps
            ),
            (None, None) => String::new(),
        }
    }
}

/// What came out.
struct Repeated {
    settings: Vec<Vec<Observation>>,
    /// The objects of the runs, setting by setting, if they were asked for.
    objects: Vec<Vec<String>>,
    note: String,
}

/// Repeats, compares and says how: as text or as JSON. All settings run under the first one's seed,
/// or their runs would not be pairs.
pub(super) fn report(
    settings: &mut [(String, Scenario)],
    args: &RepeatArgs,
    json: bool,
    command: &str,
) -> Result<(), String> {
    let seed = settings[0].1.params.seed;
    for (_, scenario) in settings.iter_mut() {
        scenario.params.seed = seed;
    }
    let repeated = repeat(settings, args, json)?;
    let comparison = compare(&repeated.settings);
    let params: Vec<&Params> = settings.iter().map(|(_, s)| &s.params).collect();
    let partings: Vec<_> = params
        .iter()
        .skip(1)
        .map(|other| part(params[0], other))
        .collect();
    let labels: Vec<String> = settings.iter().map(|(label, _)| label.clone()).collect();
    let frame = Frame {
        labels: &labels,
        partings: &partings,
        warm_up: warm_up(&params),
        note: &repeated.note,
        command,
    };
    output::stdout(&if json {
        let objects: Vec<String> = repeated.objects.concat();
        comparison_json::object(&comparison, &frame, &objects)
    } else {
        text(&comparison, &frame)
    })
}

/// What is said about warm-up: every metric is of a whole run, and only Poisson arrivals pose a
/// question about a steady state at all.
fn warm_up(params: &[&Params]) -> &'static str {
    if params.iter().any(|p| p.arrivals.is_open()) {
        "kept: metrics are of whole runs, their start included; the verdict leaves out a quarter"
    } else {
        "not applicable, each run is a whole experiment from its first call to its last"
    }
}

fn repeat(
    settings: &[(String, Scenario)],
    args: &RepeatArgs,
    json: bool,
) -> Result<Repeated, String> {
    let mut done = Repeated {
        settings: vec![Vec::new(); settings.len()],
        objects: vec![Vec::new(); settings.len()],
        note: String::new(),
    };
    let most = args.reps.unwrap_or(args.max_reps) as usize;
    let mut wanted = match args.until_ci {
        Some(_) => FIRST.min(most),
        None => most,
    };
    loop {
        while done.settings[0].len() < wanted {
            more(settings, &mut done, wanted, json)?;
        }
        let Some(gamma) = args.until_ci else {
            return Ok(done);
        };
        let loose = loose(&done.settings, args.metric, gamma);
        let Some(loosest) = loose.iter().map(|m| next(m, gamma, LEVEL, most)).max() else {
            return Ok(done);
        };
        if wanted >= most {
            done.note = format!(
                "{} is not yet known to {:.3} % after {most} repetitions (--max-reps)",
                args.metric.name,
                100.0 * gamma
            );
            return Ok(done);
        }
        wanted = loosest.max(wanted + 1).min(most);
    }
}

/// The settings whose mean is not known well enough yet.
fn loose(settings: &[Vec<Observation>], metric: &Metric, gamma: f64) -> Vec<Moments> {
    let at = METRICS.iter().position(|m| m.name == metric.name);
    let at = at.expect("a metric of the table");
    let values = |runs: &Vec<Observation>| -> Vec<f64> {
        runs.iter()
            .filter_map(|run| run.row.metrics[at].map(float))
            .collect()
    };
    settings
        .iter()
        .filter_map(|runs| Moments::of(&values(runs)))
        .filter(|moments| !tight(moments, gamma, LEVEL))
        .collect()
}

/// Runs the next repetitions of every setting, up to `wanted` of each.
fn more(
    settings: &[(String, Scenario)],
    done: &mut Repeated,
    wanted: usize,
    json: bool,
) -> Result<(), String> {
    let from = done.settings[0].len();
    let to = wanted.min(from + (AT_ONCE / settings.len()).max(1));
    let mut scenarios = Vec::new();
    for replicate in from..to {
        for (label, scenario) in settings {
            let mut scenario = scenario.clone();
            let number = u64::try_from(replicate).expect("a count fits in 64 bits");
            scenario.params.seed = replicate_seed(scenario.params.seed, number);
            scenarios.push((label.clone(), scenario));
        }
    }
    let before = format!("; {from} repetitions of each setting were done before");
    let runs = simulate::all(scenarios).map_err(|why| why + &before)?;
    for (at, run) in runs.iter().enumerate() {
        let (replicate, setting) = (from + at / settings.len(), at % settings.len());
        let number = |n: usize| u64::try_from(n).expect("a count fits in 64 bits");
        done.settings[setting].push(Observation::of(
            number(setting),
            number(replicate),
            run.scenario.params.seed,
            &run.outcome,
        ));
        if json {
            done.objects[setting].push(comparison_json::inner(run));
        }
    }
    Ok(())
}
