//! Runs settings again and again under paired seeds: a number of times, or until an interval is
//! tight enough.

use super::number::whole;
use super::simulate::Lots;
use super::typed::Typed;
use crate::experiment::Scenario;
use crate::experiment::comparison::compare;
use crate::experiment::grid::replicate_seed;
use crate::experiment::key::Key;
use crate::experiment::metrics::Metric;
use crate::experiment::observation::Observation;
use crate::experiment::plan::MOST_RUNS;
use crate::experiment::repetition::{METRIC, MOST, Repetition, Until, find, percent};
use crate::models::params::Params;
use crate::models::parting::part;
use crate::report::comparison::{Frame, Shown, text};
use crate::report::comparison_json;
use crate::report::json::findings;
use crate::report::parting::told;
use crate::report::quantity::share;
use crate::stats::sequential::Next;
use crate::stats::{LEVEL, proportion};
use clap::Args;

/// Runs of one lot, whose outcomes are all in memory at once.
const AT_ONCE: usize = 64;

/// Most repetitions whose observations are held at once.
const HELD: u64 = 100_000;

#[derive(Args, Debug)]
pub(super) struct RepeatArgs {
    /// Repetitions of each setting, each under a seed of its own [default: 1]
    #[arg(long, value_name = "N", value_parser = whole::<u64>(1, MOST_RUNS))]
    reps: Option<u64>,
    /// Repeat until the mean is known to this precision, such as 5%, at most --max-reps times
    #[arg(long, value_name = "PERCENT", value_parser = percent, conflicts_with = "reps")]
    until_ci: Option<f64>,
    /// The metric whose mean --until-ci is about
    #[arg(long, value_name = "NAME", default_value = METRIC, value_parser = find, requires = "until_ci")]
    metric: &'static Metric,
    /// Most repetitions for --until-ci
    #[arg(long, value_name = "N", default_value_t = MOST, value_parser = whole::<u64>(10, 10_000), requires = "until_ci")]
    max_reps: u64,
}

impl RepeatArgs {
    /// What was asked for, if anything was.
    pub(super) fn repetition(&self) -> Option<Repetition> {
        let until = self.until_ci.map(|percent| {
            let until = Until::new(percent, self.metric.name, self.max_reps);
            Repetition::Until(until.expect("the metric was found by its name"))
        });
        until.or(self.reps.map(Repetition::Exactly))
    }
}

/// The arguments as they would be typed.
pub(super) fn words(repetition: Repetition) -> String {
    match repetition {
        Repetition::Exactly(count) => format!("--reps {count}"),
        Repetition::Until(until) => format!(
            "--until-ci {}% --metric {} --max-reps {}",
            until.percent,
            until.metric().name,
            until.most
        ),
    }
}

/// How often a run met what was expected of it.
pub(super) struct Expected {
    /// What was expected, as it was written.
    text: String,
    met: usize,
    of: usize,
}

impl Expected {
    /// Whether every run met it.
    pub(super) fn always(&self) -> bool {
        self.met == self.of
    }

    /// A line for people.
    pub(super) fn line(&self) -> String {
        let word = if self.always() { "met    " } else { "NOT MET" };
        let chance = share(
            self.met,
            self.of,
            proportion::share(self.met, self.of, LEVEL),
        );
        format!("{word}  {}: in {chance} runs\n", self.text)
    }
}

/// The report, and what came of what was expected of the first setting's runs.
pub(super) struct Report {
    pub(super) text: String,
    pub(super) expected: Vec<Expected>,
}

/// What came out.
struct Repeated {
    settings: Vec<Vec<Observation>>,
    /// The objects of the runs, setting by setting, if they were asked for.
    objects: Vec<Vec<String>>,
    note: String,
    expected: Vec<Expected>,
}

/// A setting that is repeated.
pub(super) struct Setting {
    pub(super) label: String,
    pub(super) scenario: Scenario,
    /// It as it was typed.
    pub(super) typed: Typed,
}

impl Setting {
    /// Its scenario under the seed of the repetition with that number.
    pub(super) fn replicate(&self, number: u64) -> Scenario {
        let mut scenario = self.scenario.clone();
        scenario.params.seed = replicate_seed(scenario.params.seed, number);
        scenario
    }

    /// The command that runs it under this seed.
    pub(super) fn again(&self, seed: u64) -> String {
        let seed = format!("run.seed={seed}");
        format!("rcusim run {}", self.typed.but(&[&seed]).words())
    }
}

/// How a report is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// For people, with the metrics that answer most questions.
    Text,
    /// For people, with every metric.
    AllText,
    /// For programs.
    Json,
}

impl Form {
    /// From the options.
    pub(super) const fn of(all: bool, json: bool) -> Self {
        match (json, all) {
            (true, _) => Self::Json,
            (false, true) => Self::AllText,
            (false, false) => Self::Text,
        }
    }
}

/// Repeats, compares and says how: as text or as JSON. Settings of different seeds are refused: their runs
/// would not be pairs.
pub(super) fn report(
    settings: &[Setting],
    repetition: Repetition,
    form: Form,
    command: &str,
) -> Result<Report, String> {
    let json = form == Form::Json;
    one_seed(settings)?;
    let repeated = repeat(settings, repetition, json)?;
    let comparison = compare(&repeated.settings);
    let params: Vec<&Params> = settings.iter().map(|s| &s.scenario.params).collect();
    let partings: Vec<_> = params
        .iter()
        .skip(1)
        .map(|other| Some(told(&part(params[0], other)?, [params[0], other])))
        .collect();
    let labels: Vec<String> = settings.iter().map(|s| s.label.clone()).collect();
    let frame = Frame {
        labels: &labels,
        partings: &partings,
        warm_up: warm_up(&params),
        shown: shown(
            form,
            repetition,
            params.iter().any(|p| p.arrivals.is_open()),
        ),
        note: &repeated.note,
        command,
    };
    let text = if json {
        let objects: Vec<String> = repeated.objects.concat();
        comparison_json::object(&comparison, &frame, &objects)
    } else {
        text(&comparison, &frame)
    };
    Ok(Report {
        text,
        expected: repeated.expected,
    })
}

/// Whether all settings begin with one seed; the others follow from it.
fn one_seed(settings: &[Setting]) -> Result<(), String> {
    let seed = |setting: &Setting| setting.scenario.params.seed;
    let first = &settings[0];
    let other = settings.iter().find(|other| seed(other) != seed(first));
    other.map_or(Ok(()), |other| {
        Err(format!(
            "{} has run.seed = {} and {} has {}: repeated, all settings run under the same seeds, so that their \
             differences are of the settings alone; give one --seed for all, or leave out --reps and --until-ci",
            first.label,
            seed(first),
            other.label,
            seed(other)
        ))
    })
}

/// Refuses to vary the seed where every point is repeated under the same seeds.
pub(super) fn no_axis_of_seeds<'k>(keys: impl IntoIterator<Item = &'k Key>) -> Result<(), String> {
    if keys.into_iter().any(|key| key.path == "run.seed") {
        return Err(
            "-P run.seed: every point runs under the same seeds, so that points differ by their values alone; more \
             of them with --reps, the first with --seed, or vary it with `rcusim sweep`"
                .to_owned(),
        );
    }
    Ok(())
}

/// The metrics to print; one that was asked about is among them.
fn shown(form: Form, repetition: Repetition, open: bool) -> Shown {
    let asked = match repetition {
        Repetition::Until(until) => Some(until.metric()),
        Repetition::Exactly(_) => None,
    };
    match form {
        Form::AllText => Shown::All,
        Form::Text | Form::Json => Shown::Main { asked, open },
    }
}

/// What is said about warm-up: only Poisson arrivals pose a question about a steady state at all, and
/// one metric answers it.
fn warm_up(params: &[&Params]) -> &'static str {
    if params.iter().any(|p| p.arrivals.is_open()) {
        "cut off by MSER-5 for steady_live_milli; the other metrics are of whole runs, the verdict leaves out a quarter"
    } else {
        "not applicable, each run is a whole experiment from its first call to its last"
    }
}

fn repeat(settings: &[Setting], repetition: Repetition, json: bool) -> Result<Repeated, String> {
    let expectations = &settings[0].scenario.expect;
    let mut done = Repeated {
        settings: vec![Vec::new(); settings.len()],
        objects: vec![Vec::new(); settings.len()],
        note: String::new(),
        expected: expectations
            .iter()
            .map(|expectation| Expected {
                text: expectation.text().to_owned(),
                met: 0,
                of: 0,
            })
            .collect(),
    };
    let most = usize::try_from(repetition.most()).unwrap_or(usize::MAX);
    let most = most.saturating_mul(settings.len());
    let mut lots = match repetition {
        Repetition::Exactly(_) => Lots::exactly(most),
        Repetition::Until(_) => Lots::at_most(most),
    };
    match repetition {
        Repetition::Exactly(count) if count > HELD => {
            return Err(format!(
                "--reps {count}: all runs are compared with one another, at most {HELD}; a sweep takes more"
            ));
        }
        Repetition::Exactly(count) => {
            let count = usize::try_from(count).expect("it is at most 100,000");
            up_to(&mut lots, settings, &mut done, count, json)?;
        }
        Repetition::Until(until) => loop {
            let samples: Vec<Vec<f64>> = done
                .settings
                .iter()
                .map(|runs| until.values(runs.iter().map(|run| &run.row)))
                .collect();
            let number = done.settings[0].len();
            match until.rule().next(&samples, number) {
                Next::Until(wanted) => up_to(&mut lots, settings, &mut done, wanted, json)?,
                Next::Enough => break,
                Next::Exhausted => {
                    done.note = format!(
                        "{} is not yet known to {} % after {number} repetitions (--max-reps)",
                        until.metric().name,
                        until.percent
                    );
                    break;
                }
            }
        },
    }
    Ok(done)
}

/// Runs every setting until there are `wanted` repetitions of each.
fn up_to(
    lots: &mut Lots,
    settings: &[Setting],
    done: &mut Repeated,
    wanted: usize,
    json: bool,
) -> Result<(), String> {
    while done.settings[0].len() < wanted {
        more(lots, settings, done, wanted, json)?;
    }
    Ok(())
}

/// Runs the next repetitions of every setting, up to `wanted` of each.
fn more(
    lots: &mut Lots,
    settings: &[Setting],
    done: &mut Repeated,
    wanted: usize,
    json: bool,
) -> Result<(), String> {
    let from = done.settings[0].len();
    let to = wanted.min(from + (AT_ONCE / settings.len()).max(1));
    let mut scenarios = Vec::new();
    for replicate in from..to {
        for setting in settings {
            let number = u64::try_from(replicate).expect("a count fits in 64 bits");
            scenarios.push((setting.label.clone(), setting.replicate(number)));
        }
    }
    let runs = lots.run(scenarios)?;
    for (at, run) in runs.iter().enumerate() {
        let (replicate, setting) = (from + at / settings.len(), at % settings.len());
        let number = |n: usize| u64::try_from(n).expect("a count fits in 64 bits");
        done.settings[setting].push(Observation::of(
            number(setting),
            number(replicate),
            &run.scenario.params,
            &run.outcome,
        ));
        if setting == 0 {
            let findings = findings(run, &run.scenario.expect);
            for (expected, finding) in done.expected.iter_mut().zip(findings) {
                expected.of += 1;
                expected.met += usize::from(finding.met);
            }
        }
        if json {
            let again = settings[setting].again(run.scenario.params.seed);
            done.objects[setting].push(comparison_json::inner(run, &again));
        }
    }
    Ok(())
}
