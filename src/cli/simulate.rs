//! Runs scenarios side by side, until they are done or somebody presses Ctrl-C.

use super::epitaph::Epitaph;
use super::interrupt::{self, Watch};
use super::progress::{Meter, Stage, Whole, so_far};
use crate::experiment::Scenario;
use crate::models::outcome::Outcome;
use crate::models::{Progress, simulate_watched};
use crate::report::Run;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

/// Time between two looks at what has been done.
const LOOK: Duration = Duration::from_millis(200);

/// What a worker tells of the run with that number.
enum News {
    Came(usize, Progress),
    Ended(usize, Box<Outcome>),
}

/// Simulates all; the results do not depend on how many at once. Interrupted, it says what was
/// done and nothing is left of it.
pub(super) fn all(scenarios: Vec<(String, Scenario)>) -> Result<Vec<Run>, String> {
    let _watch = Watch::new();
    runs(scenarios, &mut Meter::new(), None)
}

/// A job whose runs come in several lots: its progress, and what an interruption says, is of the
/// whole. While it lives Ctrl-C is looked at by the runs, and between two lots it waits for the next.
pub(super) struct Lots {
    meter: Meter,
    whole: Whole,
    _watch: Watch,
}

impl Lots {
    /// A job of so many runs.
    pub(super) fn exactly(runs: usize) -> Self {
        Self::new(runs, false)
    }

    /// A job of no more than so many runs.
    pub(super) fn at_most(runs: usize) -> Self {
        Self::new(runs, true)
    }

    fn new(runs: usize, at_most: bool) -> Self {
        Self {
            meter: Meter::new(),
            whole: Whole {
                before: 0,
                runs,
                at_most,
            },
            _watch: Watch::new(),
        }
    }

    /// Simulates a lot.
    pub(super) fn run(&mut self, scenarios: Vec<(String, Scenario)>) -> Result<Vec<Run>, String> {
        let runs = runs(scenarios, &mut self.meter, Some(self.whole));
        let runs = runs.map_err(|why| format!("{why}; nothing was written"))?;
        self.whole.before += runs.len();
        Ok(runs)
    }
}

fn runs(
    scenarios: Vec<(String, Scenario)>,
    meter: &mut Meter,
    whole: Option<Whole>,
) -> Result<Vec<Run>, String> {
    let outcomes = outcomes(&scenarios, meter, whole)?;
    let runs = scenarios.into_iter().zip(outcomes);
    let run = |((label, scenario), outcome)| Run {
        label,
        scenario,
        outcome,
    };
    Ok(runs.map(run).collect())
}

fn outcomes(
    scenarios: &[(String, Scenario)],
    meter: &mut Meter,
    whole: Option<Whole>,
) -> Result<Vec<Outcome>, String> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let mut outcomes: Vec<Option<Outcome>> = vec![None; scenarios.len()];
    let mut stages: Vec<Stage> = scenarios
        .iter()
        .map(|(_, scenario)| stage(scenario))
        .collect();
    thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 0..workers.min(scenarios.len()) {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || work(scenarios, next, &sender));
        }
        drop(sender);
        loop {
            match receiver.recv_timeout(LOOK) {
                Ok(News::Came(index, progress)) => stages[index].progress = progress,
                Ok(News::Ended(index, outcome)) => {
                    stages[index].done = true;
                    stages[index].progress.created = outcome.created;
                    outcomes[index] = Some(*outcome);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            meter.show(&stages, whole);
            interrupt::came(Some(so_far(&stages, whole)));
        }
    });
    interrupt::came(None);
    let all: Option<Vec<_>> = outcomes.into_iter().collect();
    all.ok_or_else(|| format!("interrupted: {}", so_far(&stages, whole)))
}

fn stage(scenario: &Scenario) -> Stage {
    Stage {
        calls: scenario.params.calls,
        progress: Progress::default(),
        done: false,
    }
}

/// Takes one scenario after the other until none is left or Ctrl-C was pressed.
fn work(scenarios: &[(String, Scenario)], next: &AtomicUsize, sender: &Sender<News>) {
    while !interrupt::requested() {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some((label, scenario)) = scenarios.get(index) else {
            break;
        };
        let _epitaph = Epitaph::of(label, scenario);
        let watch = |progress| {
            // The receiver outlives every worker.
            drop(sender.send(News::Came(index, progress)));
            if interrupt::requested() {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        };
        match simulate_watched(&scenario.params, None, watch) {
            Ok(outcome) => drop(sender.send(News::Ended(index, Box::new(outcome)))),
            Err(()) => break,
        }
    }
}
