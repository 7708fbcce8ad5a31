//! How far the simulations have come, on stderr, where that is a terminal and it takes long.

use super::output;
use crate::models::Progress;
use crate::report::count;
use crate::sim::Span;
use std::fmt::Write as _;
use std::io::{IsTerminal as _, stderr};
use std::time::Duration;
#[expect(
    clippy::disallowed_types,
    reason = "how long somebody has waited; no result depends on it"
)]
type Clock = std::time::Instant;

/// Nothing is said before this.
const PATIENCE: Duration = Duration::from_secs(1);
/// Time between two lines.
const PAUSE: Duration = Duration::from_millis(200);

/// One run: how many namespaces it is to create, and how far it has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stage {
    /// Namespaces to create.
    pub(super) calls: u64,
    /// What has happened so far.
    pub(super) progress: Progress,
    /// Whether it has ended.
    pub(super) done: bool,
}

/// A line on the terminal that is written again and again.
pub(super) struct Meter {
    began: Clock,
    terminal: bool,
    /// When the last line was written, since the beginning.
    written: Option<Duration>,
}

impl Meter {
    /// Starts the clock.
    pub(super) fn new() -> Self {
        Self {
            began: Clock::now(),
            terminal: stderr().is_terminal(),
            written: None,
        }
    }

    /// Says how far it has come.
    pub(super) fn show(&mut self, stages: &[Stage]) {
        let elapsed = self.began.elapsed();
        let due = self.written.map_or(PATIENCE, |written| written + PAUSE);
        if self.terminal && elapsed >= due {
            output::stderr(&format!("\r\x1b[K{}", line(stages, elapsed.as_secs())));
            self.written = Some(elapsed);
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if self.written.is_some() {
            output::stderr("\r\x1b[K");
        }
    }
}

fn line(stages: &[Stage], seconds: u64) -> String {
    let mut text = format!("simulating: {}, {seconds} s", so_far(stages));
    let created: u64 = stages.iter().map(|stage| stage.progress.created).sum();
    let left: u64 = stages
        .iter()
        .filter(|stage| !stage.done)
        .map(remaining)
        .sum();
    if left == 0 {
        text.push_str(", settling");
    } else if created > 0 {
        // Namespaces cost about the same, be they early or late.
        let more = u128::from(seconds) * u128::from(left) / u128::from(created);
        write!(text, ", about {more} s left").expect("a string takes all that is written");
    }
    text
}

fn remaining(stage: &Stage) -> u64 {
    stage.calls.saturating_sub(stage.progress.created)
}

/// What has been done, in words.
pub(super) fn so_far(stages: &[Stage]) -> String {
    let calls = stages.iter().map(|stage| stage.calls).sum();
    let created = stages.iter().map(|stage| stage.progress.created).sum();
    let made = format!("{} of {} namespaces", count(created), count(calls));
    if let [stage] = stages {
        let simulated = Span::from_ns(stage.progress.sim_ns);
        return format!("{made} created, {simulated} simulated");
    }
    let done = stages.iter().filter(|stage| stage.done).count();
    format!("{done} of {} runs done, {made} created", stages.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(created: u64, done: bool) -> Stage {
        let progress = Progress {
            sim_ns: 12_300_000_000,
            created,
            live: 0,
            events: 1,
        };
        Stage {
            calls: 50_000,
            progress,
            done,
        }
    }

    #[test]
    fn one_run_tells_its_time_and_what_is_left() {
        let text = line(&[stage(20_000, false)], 2);
        assert_eq!(
            text,
            "simulating: 20,000 of 50,000 namespaces created, 12.30 s simulated, 2 s, about 3 s left"
        );
        assert!(line(&[stage(50_000, false)], 2).ends_with("2 s, settling"));
        assert!(line(&[stage(0, false)], 2).ends_with(", 2 s"));
    }

    #[test]
    fn several_runs_tell_how_many_are_done() {
        let text = line(&[stage(50_000, true), stage(25_000, false)], 3);
        assert_eq!(
            text,
            "simulating: 1 of 2 runs done, 75,000 of 100,000 namespaces created, 3 s, about 1 s left"
        );
        let cut_short = line(&[stage(30_000, true), stage(50_000, false)], 3);
        assert!(cut_short.ends_with("settling"), "{cut_short}");
    }
}
