//! Runs scenarios side by side, with a word on stderr when it takes long.

use super::output;
use crate::experiment::Scenario;
use crate::models::outcome::Outcome;
use crate::models::simulate;
use crate::report::Run;
use std::io::{IsTerminal as _, stderr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Seconds between two lines of progress where stderr is not a terminal.
const QUIET: u64 = 10;

/// Simulates all; the results do not depend on how many at once.
pub(super) fn all(scenarios: Vec<(String, Scenario)>) -> Vec<Run> {
    let outcomes = outcomes(&scenarios);
    scenarios
        .into_iter()
        .zip(outcomes)
        .map(|((label, scenario), outcome)| Run {
            label,
            scenario,
            outcome,
        })
        .collect()
}

fn outcomes(scenarios: &[(String, Scenario)]) -> Vec<Outcome> {
    let total = scenarios.len();
    let workers = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(total);
    let next = AtomicUsize::new(0);
    let mut outcomes: Vec<Option<Outcome>> = vec![None; total];
    thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 0..workers {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((_, scenario)) = scenarios.get(index) else {
                        break;
                    };
                    // The receiver outlives every worker.
                    drop(sender.send((index, simulate(&scenario.params))));
                }
            });
        }
        drop(sender);
        let mut done = 0;
        let mut seconds = 0;
        loop {
            match receiver.recv_timeout(Duration::from_secs(1)) {
                Ok((index, outcome)) => {
                    outcomes[index] = Some(outcome);
                    done += 1;
                }
                Err(RecvTimeoutError::Timeout) => {
                    seconds += 1;
                    progress(done, total, seconds);
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        if seconds > 0 && stderr().is_terminal() {
            output::stderr("\r\x1b[K");
        }
    });
    outcomes
        .into_iter()
        .map(|o| o.expect("every worker sends what it simulated"))
        .collect()
}

fn progress(done: usize, total: usize, seconds: u64) {
    if stderr().is_terminal() {
        output::stderr(&format!(
            "\rsimulating: {done} of {total} done, {seconds} s"
        ));
    } else if seconds % QUIET == 1 {
        output::stderr(&format!(
            "simulating: {done} of {total} done, {seconds} s\n"
        ));
    }
}
