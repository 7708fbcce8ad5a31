//! Recordings against runs: the comparison of each, the score, the directions.

use super::direction::{Direction, directions};
use super::note::Note;
use super::numbers::length;
use super::quantity::{QUANTITIES, Values};
use super::recording::{LeftOut, Recording};
use super::score::{Compared, Score, expected_inside, few_seeds};
use super::setup::{Setup, setup};
use super::{real, simulated};
use crate::experiment::Scenario;
use crate::experiment::metrics::collapsed;
use crate::experiment::rounded::counted;
use crate::models::outcome::Outcome;
use serde::Serialize;
use std::fmt::Write as _;

/// What is to be run: every recording, on one machine, over seeds.
#[derive(Debug)]
pub struct Plan {
    /// Each recording with its scenario; `true` if the machine was fitted to it.
    pub recordings: Vec<(Recording, Setup, bool)>,
    /// Those that cannot be used.
    pub left_out: Vec<LeftOut>,
    /// What is to be said of the machine or of the comparison as a whole.
    pub notes: Vec<Note>,
    /// How many seeds: 1 to this.
    pub seeds: u64,
}

impl Plan {
    /// Sets up every recording on the machine; one that no scenario can hold is left out.
    ///
    /// # Errors
    ///
    /// If no recording can be set up; the message names each.
    pub fn new(all: Vec<Recording>, machine: &Scenario, seeds: u64) -> Result<Self, String> {
        let (mut recordings, mut left_out) = (Vec::new(), Vec::new());
        for recording in all {
            let name = recording.meta.name.clone();
            match setup(&recording, machine) {
                Ok(setup) => recordings.push((recording, setup, machine.fitted_to.contains(&name))),
                Err(why) => left_out.push(LeftOut { name, why }),
            }
        }
        if recordings.is_empty() {
            let each = left_out.iter().map(|l| format!("{}: {}", l.name, l.why));
            return Err(each.collect::<Vec<_>>().join("\n"));
        }
        Ok(Self {
            recordings,
            left_out,
            notes: few_seeds(seeds).map(Note::plain).into_iter().collect(),
            seeds,
        })
    }

    /// A scenario for every seed of one recording.
    pub fn scenarios(&self, recording: usize) -> Vec<(String, Scenario)> {
        let (_, setup, _) = &self.recordings[recording];
        let seeded = |seed| {
            let mut scenario = setup.scenario.clone();
            scenario.params.seed = seed;
            (setup.scenario.name.clone(), scenario)
        };
        (1..=self.seeds).map(seeded).collect()
    }
}

/// What of a run is compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// The quantities.
    pub values: Values,
    /// Whether more than half of the namespaces created were alive as the loop ended.
    pub collapsed: bool,
    /// Memory lost over time: seconds and MiB.
    pub curve: Vec<(f64, f64)>,
}

impl Observed {
    /// Reads it off an outcome, which is not needed any more.
    pub fn of(outcome: &Outcome) -> Self {
        Self {
            values: simulated::simulated(outcome),
            collapsed: collapsed(outcome) == Some(true),
            curve: simulated::curve(outcome),
        }
    }
}

/// One recording, compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judged {
    /// Its name.
    pub name: String,
    /// CPUs, calls and what else tells it from the others, in a few words.
    pub what: String,
    /// Whether the machine was fitted to it.
    pub fitted: bool,
    /// What of it was not understood, or is missing.
    pub notes: Vec<Note>,
    /// Whether more than half of the namespaces created were alive as the loop ended.
    pub collapsed: Option<bool>,
    /// Share of seeds in which they were.
    pub collapsed_share: f64,
    /// Every quantity that both sides have.
    pub quantities: Vec<Compared>,
}

/// The whole comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Validation {
    /// This program's version.
    pub version: &'static str,
    /// Where the machine is from.
    pub machine: String,
    /// Runs of each recording.
    pub seeds: u64,
    /// Share of the values that would lie inside if the model were right: what percentiles of so many seeds hold.
    pub expected_inside: f64,
    /// What is to be said of the machine or of the comparison as a whole.
    pub notes: Vec<Note>,
    /// Over predicted quantities.
    pub score: Score,
    /// The same for each quantity.
    pub by_quantity: Vec<(&'static str, Score)>,
    /// Before and after, few CPUs and many.
    pub directions: Vec<Direction>,
    /// Each recording.
    pub recordings: Vec<Judged>,
    /// Recordings of the folder that could not be used.
    pub left_out: Vec<LeftOut>,
}

/// Compares what was observed of the runs of [`Plan::scenarios`], a list for each recording, with the recordings.
pub fn validate(plan: &Plan, machine: &str, observed: &[Vec<Observed>]) -> Validation {
    let mut recordings = Vec::new();
    let mut pairs = Vec::new();
    for ((recording, setup, fitted), runs) in plan.recordings.iter().zip(observed) {
        let real = real::real(recording);
        let quantities = compare(&real, runs, !fitted);
        pairs.push((recording, quantities.clone()));
        let collapsed = runs.iter().filter(|run| run.collapsed).count();
        recordings.push(Judged {
            name: recording.meta.name.clone(),
            what: what(recording),
            fitted: *fitted,
            notes: setup.notes.clone(),
            collapsed: real::collapsed(recording),
            collapsed_share: length(collapsed) / length(runs.len().max(1)),
            quantities,
        });
    }
    Validation {
        version: env!("CARGO_PKG_VERSION"),
        machine: machine.to_owned(),
        seeds: plan.seeds,
        expected_inside: expected_inside(plan.seeds),
        notes: plan.notes.clone(),
        score: Score::of(all(&recordings)),
        by_quantity: by_quantity(&recordings),
        directions: directions(&pairs),
        recordings,
        left_out: plan.left_out.clone(),
    }
}

fn all(recordings: &[Judged]) -> impl Iterator<Item = (&str, &Compared)> {
    recordings
        .iter()
        .flat_map(|judged| judged.quantities.iter().map(|q| (judged.name.as_str(), q)))
}

fn by_quantity(recordings: &[Judged]) -> Vec<(&'static str, Score)> {
    let of = |name| Score::of(all(recordings).filter(move |(_, q)| q.name == name));
    QUANTITIES
        .iter()
        .map(|quantity| (quantity.name, of(quantity.name)))
        .filter(|(_, score)| score.quantities > 0)
        .collect()
}

fn compare(real: &Values, runs: &[Observed], predicted: bool) -> Vec<Compared> {
    let one = |quantity| {
        let quantity: &super::quantity::Quantity = quantity;
        let recorded = *real.get(quantity.name)?;
        let of = runs.iter().filter_map(|run| run.values.get(quantity.name));
        let of: Vec<f64> = of.copied().collect();
        Compared::new(quantity, recorded, &of, predicted)
    };
    QUANTITIES.iter().filter_map(one).collect()
}

fn what(recording: &Recording) -> String {
    let meta = &recording.meta;
    let mut text = format!(
        "{}, {}, {}",
        counted(meta.cpus_online, "CPU"),
        meta.policy(),
        counted(meta.calls, "call")
    );
    if meta.noise() > 0 {
        let threads = counted(meta.noise(), "noise thread");
        write!(text, ", {threads}").expect("a string takes all");
    }
    if meta.conntrack_buckets().is_none() {
        text += ", default conntrack table";
    }
    if let Some(load) = meta.host_load {
        write!(text, ", host load {load}").expect("a string takes all");
    }
    text
}
