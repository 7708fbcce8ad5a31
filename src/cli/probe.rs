//! What bisect and map share: axes over a scenario, what counts as failing, and how it is tried.

use super::load;
use super::number::whole;
use super::repeat::no_axis_of_seeds;
use super::scenario_args::ScenarioArgs;
use super::seen::Seen;
use super::simulate::Lots;
use super::typed::quoted;
use crate::experiment::axis::Axis;
use crate::experiment::grid::replicate_seed;
use crate::experiment::key::Kind;
use crate::experiment::metrics::collapsed;
use crate::experiment::search::{Class, FIRST_LOOK, Place, Score, Tried};
use crate::experiment::sheet::column_of;
use crate::experiment::units::{Unit, long_time};
use crate::experiment::{Expectation, Scenario, Verdict, judge};
use crate::plot::sweep::axis as one_unit;
use crate::report::Run;
use crate::report::json::findings;
use clap::Args;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

/// Runs whose outcomes are in memory at once.
const AT_ONCE: usize = 64;

#[derive(Args, Debug)]
pub(super) struct ProbeArgs {
    #[command(flatten)]
    pub(super) scenario: ScenarioArgs,
    /// A run fails if it is judged UNSTABLE (where namespaces come from outside it does anyway), instead
    /// of if it collapses (more than half of the namespaces created are alive as the loop ends) or runs
    /// out of memory; one of which that cannot be told may be either
    #[arg(long)]
    unstable: bool,
    /// A run fails if it does not meet this, such as 'created<9k'; may be repeated
    #[arg(long, value_name = "FIELD<VALUE", conflicts_with = "unstable")]
    expect: Vec<String>,
    /// Most runs of one point (at least 8); a point is run until it is clear on which side it is
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = whole::<u32>(8, 10_000))]
    pub(super) reps: u32,
}

impl ProbeArgs {
    /// The options behind the scenario as they would be typed.
    pub(super) fn words(&self) -> String {
        let mut words = Vec::new();
        words.extend(self.unstable.then(|| "--unstable".to_owned()));
        let expect = self.expect.iter();
        words.extend(expect.map(|text| format!("--expect {}", quoted(text))));
        words.push(format!("--reps {}", self.reps));
        words.join(" ")
    }

    /// What counts as failing. A stream of namespaces from outside does not end, so that a part of all that came says nothing
    /// of it.
    fn failure(&self, open: bool) -> Result<Failure, String> {
        if self.unstable || (open && self.expect.is_empty()) {
            return Ok(Failure::Unstable);
        }
        if self.expect.is_empty() {
            return Ok(Failure::Collapsed);
        }
        let expectations = self.expect.iter();
        let expectations = expectations.map(|text| Expectation::parse("--expect", text));
        let expectations: Result<Vec<_>, _> = expectations.collect();
        Ok(Failure::Unmet(
            expectations.map_err(|error| error.to_string())?,
        ))
    }
}

/// What counts as failing.
enum Failure {
    Collapsed,
    Unstable,
    /// One of these is not met.
    Unmet(Vec<Expectation>),
}

impl Failure {
    /// Whether a run fails; nothing if that cannot be told.
    fn of(&self, run: &Run) -> Option<bool> {
        match self {
            Self::Collapsed if run.outcome.out_of_memory_ns.is_some() => Some(true),
            Self::Collapsed => collapsed(&run.outcome),
            Self::Unstable => match judge(&run.outcome).verdict {
                Verdict::CannotTell => None,
                verdict => Some(verdict == Verdict::Unstable),
            },
            Self::Unmet(expectations) => {
                let findings = findings(run, expectations);
                Some(findings.iter().any(|finding| !finding.met))
            }
        }
    }

    /// Whether only a run that asks for namespaces can fail.
    const fn is_of_namespaces(&self) -> bool {
        !matches!(self, Self::Unmet(_))
    }

    const fn is_collapse(&self) -> bool {
        matches!(self, Self::Collapsed)
    }

    /// What a failing run is called.
    fn name(&self) -> String {
        match self {
            Self::Collapsed => "collapsed".to_owned(),
            Self::Unstable => "UNSTABLE".to_owned(),
            Self::Unmet(expectations) => {
                let texts: Vec<_> = expectations.iter().map(Expectation::text).collect();
                format!("without {}", texts.join(" and "))
            }
        }
    }
}

/// A scenario over some axes, with what counts as failing.
pub(super) struct Ground {
    base: Scenario,
    pub(super) axes: Vec<Axis>,
    failure: Failure,
    /// Most runs of one point.
    pub(super) reps: u32,
    /// What is to be known of the runs of each point beside whether they failed.
    seen: RefCell<BTreeMap<Place, Seen>>,
}

impl Ground {
    /// Reads the arguments.
    pub(super) fn new(args: &ProbeArgs, axes: &[String]) -> Result<Self, String> {
        let base = args.scenario.scenario_of(args.scenario.name(), &[])?;
        let mut typed = args.scenario.typed();
        for axis in axes {
            typed.varies(axis);
        }
        let axes = axes.iter().map(|text| load::axis(text));
        let axes = axes.collect::<Result<Vec<Axis>, _>>()?;
        typed.check()?;
        no_axis_of_seeds(axes.iter().map(|axis| axis.key))?;
        args.scenario.say_of_axes(&base, &axes)?;
        Ok(Self {
            axes,
            failure: args.failure(base.params.arrivals.is_open())?,
            reps: args.reps,
            seen: RefCell::default(),
            base,
        })
    }

    /// Checks the scenario where each of the axes, of which there are two at the most, stands at either end. It need not be
    /// one by itself, without the axes' values.
    pub(super) fn check_ends(&self) -> Result<(), String> {
        let last = |axis: usize| self.axes.get(axis).map_or(0, |axis| axis.len() - 1);
        for x in [0, last(0)] {
            for y in [0, last(1)] {
                self.at([x, y])?;
            }
        }
        Ok(())
    }

    /// What a failing run is called.
    pub(super) fn failing(&self) -> String {
        self.failure.name()
    }

    /// What was seen of the runs of a point.
    pub(super) fn seen(&self, place: Place) -> Seen {
        self.seen.borrow().get(&place).copied().unwrap_or_default()
    }

    /// The same of all runs together.
    pub(super) fn all_seen(&self) -> Seen {
        let mut all = Seen::default();
        for seen in self.seen.borrow().values() {
            all += *seen;
        }
        all
    }

    /// Lines about them, if there are any.
    pub(super) fn notes(&self) -> String {
        let mut notes = String::new();
        let seen = self.all_seen();
        let lasted = seen.lasted().filter(|_| self.failure.is_of_namespaces());
        for note in seen.notes(self.failure.is_collapse()).iter().chain(&lasted) {
            writeln!(notes, "note: {note}").expect("a string takes all that is written");
        }
        notes
    }

    /// The value of an axis at a place, as it would be typed.
    pub(super) fn value(&self, axis: usize, at: u64) -> String {
        let axis = &self.axes[axis];
        match axis.key.kind {
            Kind::Number(Unit::Time) => long_time(axis.value(at)),
            _ => axis.key.format(axis.value(at)),
        }
    }

    /// Name and values of an axis as a picture has them: numbers in one unit.
    pub(super) fn named(&self, axis: usize) -> (String, Vec<String>) {
        let axis = &self.axes[axis];
        let values: Vec<String> = (0..axis.len())
            .map(|at| match axis.key.kind {
                Kind::Number(_) => axis.value(at).to_string(),
                Kind::Flag | Kind::Names(_) => axis.key.format(axis.value(at)),
            })
            .collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        one_unit(&values, &column_of(axis.key))
    }

    /// The scenario at a place, if failing means something there.
    fn at(&self, place: Place) -> Result<Scenario, String> {
        let mut scenario = self.base.clone();
        let values = self.axes.iter().zip(place);
        let values = values.map(|(axis, at)| (axis.key, axis.value(at)));
        scenario.params = self.base.with(values);
        scenario.validate().map_err(|error| error.to_string())?;
        if self.failure.is_of_namespaces() && !scenario.params.arrivals.are_namespaces() {
            return Err(format!(
                "{} asks for no namespaces (workload.arrivals = {}), so that no run of it is ever {}: the verdict does \
                 not apply; say what fails with --expect, such as --expect 'barriers.full<100'",
                self.base.name,
                scenario.params.arrivals.name(),
                self.failing()
            ));
        }
        Ok(scenario)
    }

    /// Runs repetitions of points and says what came of those of each.
    pub(super) fn probe(
        &self,
        lots: &mut Lots,
        asked: &[(Place, Range<usize>)],
    ) -> Result<Vec<Score>, String> {
        let mut scores = vec![Score::default(); asked.len()];
        let mut runs = Vec::new();
        for (at, (place, repetitions)) in asked.iter().enumerate() {
            let scenario = self.at(*place)?;
            for repetition in repetitions.clone() {
                let mut scenario = scenario.clone();
                let number = u64::try_from(repetition).expect("a count fits in 64 bits");
                scenario.params.seed = replicate_seed(self.base.params.seed, number);
                runs.push((at, scenario));
            }
        }
        for some in runs.chunks(AT_ONCE) {
            let scenarios = some.iter().map(|(at, s)| (at.to_string(), s.clone()));
            let done = lots.run(scenarios.collect())?;
            for ((at, _), run) in some.iter().zip(&done) {
                let failed = self.failure.of(run);
                scores[*at].count(failed);
                let seen = Seen::of(run, failed, self.failure.is_collapse());
                *self.seen.borrow_mut().entry(asked[*at].0).or_default() += seen;
            }
        }
        Ok(scores)
    }
}

/// What an error says of the points that were settled before it.
pub(super) fn settled(tried: &BTreeMap<Place, Tried>, why: &str) -> String {
    match tried.len() {
        0 => why.to_owned(),
        1 => format!("{why}; one point was tried"),
        points => format!("{why}; {points} points were tried"),
    }
}

/// A point that was tried, as a few words, with what was seen of its runs.
pub(super) fn told(tried: &Tried, seen: Seen, failing: &str) -> String {
    let side = match tried.class {
        Class::Passes => "passes",
        Class::Fails => "FAILS",
        Class::Unclear => "unclear",
    };
    format!(
        "{side:<8} {} of {} {failing} ({:.0} to {:.0} %){}",
        tried.score.failed,
        tried.runs,
        100.0 * tried.interval.low,
        100.0 * tried.interval.high,
        seen.told()
    )
}

/// The same for programs.
pub(super) fn point_object(tried: &Tried, seen: Seen) -> Value {
    let mut object = json!({
        "runs": tried.runs,
        "failed": tried.score.failed,
        "share_low": tried.interval.low,
        "share_high": tried.interval.high,
        "class": tried.class.name(),
    });
    for (name, value) in seen.of_point() {
        object[name] = value;
    }
    object
}

/// How many runs that took, and between how many a full grid of so many points would have taken, each with `most` runs at most.
pub(super) fn effort(tried: usize, points: u64, runs: usize, most: u32) -> String {
    if u64::try_from(tried) == Ok(points) {
        return format!("all {points} points in {runs} runs");
    }
    let fewest = u64::try_from(FIRST_LOOK).expect("a small number");
    let [low, high] = [fewest, most.into()].map(|runs| points.saturating_mul(runs));
    let full = if low == high {
        low.to_string()
    } else {
        format!("{low} to {high}")
    };
    format!("{tried} of {points} points in {runs} runs; all points would take {full}")
}

#[cfg(test)]
mod tests {
    use super::effort;

    #[test]
    fn nothing_is_compared_with_itself() {
        assert_eq!(effort(2, 2, 16, 32), "all 2 points in 16 runs");
        assert_eq!(
            effort(19, 20, 232, 32),
            "19 of 20 points in 232 runs; all points would take 160 to 640"
        );
        assert_eq!(
            effort(4, 20, 32, 8),
            "4 of 20 points in 32 runs; all points would take 160"
        );
    }
}
