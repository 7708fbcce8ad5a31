//! How far a sweep is and how long it still takes: see [`crate::cli::progress`].

use crate::cli::output;
use crate::cli::progress::{due, is_early, say, span};
use crate::experiment::plan::Count;
use crate::report::nearest;
use std::io::{IsTerminal as _, stderr};
use std::time::Duration;
#[expect(
    clippy::disallowed_types,
    reason = "how long a sweep still takes is for people, and in no result"
)]
use std::time::Instant;

/// Nothing is said before this.
const PATIENCE: Duration = Duration::from_millis(200);

#[expect(
    clippy::disallowed_types,
    reason = "how long a sweep still takes is for people, and in no result"
)]
pub(super) struct Progress {
    terminal: bool,
    began: Instant,
    /// When the last line was written, since the beginning.
    shown: Option<Duration>,
    /// Tasks that were there before.
    before: u64,
    done: u64,
    count: Count,
    /// What a task is called.
    what: &'static str,
}

impl Progress {
    #[expect(
        clippy::disallowed_types,
        reason = "how long a sweep still takes is for people, and in no result"
    )]
    pub(super) fn new(count: Count, what: &'static str, before: u64) -> Self {
        Self {
            terminal: stderr().is_terminal(),
            began: Instant::now(),
            shown: None,
            before,
            done: 0,
            count,
            what,
        }
    }

    /// So many more are done; zero when only time has passed.
    pub(super) fn advance(&mut self, runs: usize) {
        self.done += u64::try_from(runs).expect("a length fits in 64 bits");
        let elapsed = self.began.elapsed();
        if elapsed < due(self.terminal, self.shown, PATIENCE) {
            return;
        }
        self.shown = Some(elapsed);
        let line = line(self.what, self.before, self.done, self.count, elapsed);
        say(self.terminal, &line);
    }

    /// How many of how many are done.
    pub(super) fn so_far(&self) -> String {
        let (there, all) = (self.before + self.done, self.count.most());
        format!(
            "{there} of {}{all} {}s done",
            at_most(self.count),
            self.what
        )
    }

    /// Wipes the line.
    pub(super) fn end(&self) {
        if self.terminal && self.shown.is_some() {
            output::stderr("\r\x1b[K");
        }
    }
}

fn line(what: &str, before: u64, done: u64, count: Count, elapsed: Duration) -> String {
    let (there, all) = (before + done, count.most());
    let at_most = at_most(count);
    let left = all.saturating_sub(there);
    let ms = elapsed.as_millis();
    let rest = if done == 0 {
        let more = if before > 0 { "more " } else { "" };
        format!("no {more}{what} finished yet")
    } else if is_early(elapsed, done) {
        format!("{} s", elapsed.as_secs())
    } else {
        let seconds = nearest(ms * u128::from(left), u128::from(done) * 1_000);
        let rate = nearest(u128::from(done) * 1_000, ms.max(1));
        format!("{rate} a second, {at_most}{} left", span(seconds))
    };
    format!("sweep: {there} of {at_most}{all} {what}s, {rest}")
}

const fn at_most(count: Count) -> &'static str {
    match count {
        Count::AtMost(_) => "at most ",
        Count::Exactly(_) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_long_it_still_takes() {
        let ten = Duration::from_secs(10);
        let exact = line("run", 100, 50, Count::Exactly(1_150), ten);
        assert_eq!(
            exact,
            "sweep: 150 of 1150 runs, 5 a second, 200 s left".replace("200 s", "3 min")
        );
        let most = line("run", 0, 50, Count::AtMost(1_000), ten);
        assert_eq!(
            most,
            "sweep: 50 of at most 1000 runs, 5 a second, at most 3 min left"
        );
        let none = line("point", 0, 0, Count::Exactly(10), ten);
        assert_eq!(none, "sweep: 0 of 10 points, no point finished yet");
        let resumed = line("run", 2, 0, Count::Exactly(40), ten);
        assert_eq!(resumed, "sweep: 2 of 40 runs, no more run finished yet");
        let second = Duration::from_secs(1);
        let early = line("run", 0, 1, Count::AtMost(10_000), second);
        assert_eq!(
            early, "sweep: 1 of at most 10000 runs, 1 s",
            "too early to tell"
        );
    }
}
