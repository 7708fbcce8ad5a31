//! How far a command has come, on stderr: a line that is written again and again where that is a
//! terminal, and elsewhere a new line after a second and then now and then. Nothing is said of what does not take long.

use super::output;
use crate::models::Progress;
use crate::report::{count, nearest, time};
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
/// The same where stderr is no terminal.
const LOG_PAUSE: Duration = Duration::from_secs(10);

/// When the next line is due, since the beginning; on a terminal the first after so much patience, elsewhere after a second.
pub(super) fn due(terminal: bool, written: Option<Duration>, patience: Duration) -> Duration {
    match (terminal, written) {
        (true, None) => patience,
        (true, Some(written)) => written + PAUSE,
        (false, None) => PATIENCE,
        (false, Some(written)) => written + LOG_PAUSE,
    }
}

/// Writes a line over the last one, or below it where stderr is no terminal.
pub(super) fn say(terminal: bool, line: &str) {
    output::stderr(&if terminal {
        format!("\r\x1b[K{line}")
    } else {
        format!("{line}\n")
    });
}

/// Seconds as people say them.
pub(super) fn span(seconds: u128) -> String {
    match seconds {
        0 => "less than a second".to_owned(),
        1..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", nearest(seconds, 60_u64)),
        7_200..172_800 => format!("{} h", nearest(seconds, 3_600_u64)),
        _ => format!("{} days", nearest(seconds, 86_400_u64)),
    }
}

/// Nothing is said of what is left before so much time has passed, or two runs are done: the first may be of another length.
const EARLY: Duration = Duration::from_secs(3);

/// Whether it is too early to say what is left.
pub(super) fn is_early(elapsed: Duration, runs_done: u64) -> bool {
    elapsed < EARLY && runs_done < 2
}

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

/// A job of which the runs are a part: they come in several lots, and what is told is the whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whole {
    /// Runs that were done before.
    pub(super) before: usize,
    /// Runs of the job, or the most that it can take.
    pub(super) runs: usize,
    /// Whether it may take fewer.
    pub(super) at_most: bool,
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

    /// Says how far simulations have come.
    pub(super) fn show(&mut self, stages: &[Stage], whole: Option<Whole>) {
        self.tell(|elapsed| match whole {
            Some(whole) => line_of_whole(stages, whole, elapsed),
            None => line(stages, elapsed.as_secs()),
        });
    }

    /// Writes a line, if one is due; it is made of the time that has passed.
    pub(super) fn tell(&mut self, line: impl FnOnce(Duration) -> String) {
        let elapsed = self.began.elapsed();
        if elapsed >= due(self.terminal, self.written, PATIENCE) {
            say(self.terminal, &line(elapsed));
            self.written = Some(elapsed);
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if self.terminal && self.written.is_some() {
            output::stderr("\r\x1b[K");
        }
    }
}

fn line(stages: &[Stage], seconds: u64) -> String {
    let mut text = format!("simulating: {}, {seconds} s", so_far(stages, None));
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
        let more = nearest(u128::from(seconds) * u128::from(left), created);
        write!(text, ", about {} left", span(more)).expect("a string takes all that is written");
    }
    text
}

/// The same of a job in several lots; runs cost about the same, and a run that has begun counts by
/// its namespaces.
fn line_of_whole(stages: &[Stage], whole: Whole, elapsed: Duration) -> String {
    let text = format!(
        "simulating: {}, {} s",
        so_far(stages, Some(whole)),
        elapsed.as_secs()
    );
    let part = |stage: &Stage| {
        let created = if stage.done {
            stage.calls
        } else {
            stage.progress.created
        };
        1_000 * u128::from(created) / u128::from(stage.calls.max(1))
    };
    let count = |runs: usize| 1_000 * u128::try_from(runs).expect("a count fits in 128 bits");
    let done = count(whole.before) + stages.iter().map(part).sum::<u128>();
    let left = count(whole.runs).saturating_sub(done);
    let runs = whole.before + stages.iter().filter(|stage| stage.done).count();
    let early = is_early(elapsed, u64::try_from(runs).unwrap_or(u64::MAX));
    match (elapsed.as_millis() * left).checked_div(done) {
        Some(ms) if !early => {
            let most = if whole.at_most { "at most" } else { "about" };
            format!("{text}, {most} {} left", span(nearest(ms, 1_000_u64)))
        }
        _ => text,
    }
}

fn remaining(stage: &Stage) -> u64 {
    stage.calls.saturating_sub(stage.progress.created)
}

/// What has been done, in words.
pub(super) fn so_far(stages: &[Stage], whole: Option<Whole>) -> String {
    let done = stages.iter().filter(|stage| stage.done).count();
    if let Some(whole) = whole {
        let number = |runs: usize| count(u64::try_from(runs).unwrap_or(u64::MAX));
        let most = if whole.at_most { "at most " } else { "" };
        return format!(
            "{} of {most}{} runs done",
            number(whole.before + done),
            number(whole.runs)
        );
    }
    let calls = stages.iter().map(|stage| stage.calls).sum();
    let created = stages.iter().map(|stage| stage.progress.created).sum();
    let made = format!("{} of {} namespaces", count(created), count(calls));
    if let [stage] = stages {
        let simulated = time(Some(stage.progress.sim_ns));
        return format!("{made} created, {simulated} simulated");
    }
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
    fn a_log_has_a_line_after_a_second_and_every_ten_and_a_terminal_five_a_second() {
        let s = Duration::from_secs;
        assert_eq!(due(false, None, PATIENCE), s(1));
        let sooner = Duration::from_millis(200);
        assert_eq!(due(false, None, sooner), s(1));
        assert_eq!(due(true, None, sooner), sooner);
        assert_eq!(due(false, Some(s(12)), PATIENCE), s(22));
        assert_eq!(due(true, None, PATIENCE), s(1));
        let later = due(true, Some(s(1)), PATIENCE);
        assert_eq!(later, Duration::from_millis(1_200));
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
    fn a_job_in_several_lots_tells_the_whole() {
        let half_a_run = [stage(50_000, true), stage(25_000, false)];
        let whole = |at_most| Whole {
            before: 98,
            runs: 1_100,
            at_most,
        };
        let ten = Duration::from_secs(10);
        assert_eq!(
            line_of_whole(&half_a_run, whole(false), ten),
            "simulating: 99 of 1,100 runs done, 10 s, about 101 s left"
        );
        assert_eq!(
            line_of_whole(&half_a_run, whole(true), ten),
            "simulating: 99 of at most 1,100 runs done, 10 s, at most 101 s left"
        );
    }

    #[test]
    fn what_is_left_is_not_told_too_early() {
        let begun = [stage(500, false)];
        let whole = Whole {
            before: 0,
            runs: 10_000,
            at_most: true,
        };
        let second = Duration::from_secs(1);
        let said = line_of_whole(&begun, whole, second);
        assert_eq!(said, "simulating: 0 of at most 10,000 runs done, 1 s");
        let later = line_of_whole(&begun, whole, 4 * second);
        assert!(later.ends_with(", at most 46 days left"), "{later}");
        assert_eq!(span(200_000), "2 days");
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
