//! The verdict on a run: did the backlog still grow?
//!
//! Let the loop end at `L` (for a run that was cut off: the last sample). The mean number of live
//! namespaces in the last quarter of `[0, L]` is compared with that of the quarter before it. What
//! it grew by is taken relative to the namespaces created in the last quarter: 100 % means that
//! nothing was freed, 0 % that as much was freed as created.
//!
//! - at least 10 %: UNSTABLE, the backlog still grew through the last half;
//! - at most 5 %: STABLE;
//! - in between, or with fewer than eight samples in either quarter, or fewer than 100 namespaces:
//!   CANNOT TELL.
//!
//! A run that ran out of memory is UNSTABLE.

use crate::models::outcome::{Outcome, Sample};

/// Fewest samples of a quarter.
const SAMPLES: usize = 8;
/// Fewest namespaces.
const NAMESPACES: u64 = 100;
/// Growth per 1,000 created from which on a run is unstable.
const UNSTABLE_PERMILLE: i128 = 100;
/// Growth per 1,000 created up to which a run is stable.
const STABLE_PERMILLE: i128 = 50;

/// What can be said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The backlog did not grow any more.
    Stable,
    /// The backlog still grew when the loop ended.
    Unstable,
    /// Too little, or too close.
    CannotTell,
}

impl Verdict {
    /// The words of the report.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stable => "STABLE",
            Self::Unstable => "UNSTABLE",
            Self::CannotTell => "CANNOT TELL",
        }
    }
}

/// A verdict and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// The reason as a sentence.
    pub reason: String,
}

/// Judges a run by its series.
pub fn judge(outcome: &Outcome) -> Judgement {
    let say = |verdict, reason: String| Judgement { verdict, reason };
    if let Some(at) = outcome.out_of_memory_ns {
        let reason = format!("memory ran out {} s after the start", at / 1_000_000_000);
        return say(Verdict::Unstable, reason);
    }
    if outcome.created < NAMESPACES {
        let reason = format!(
            "{} namespaces were created; it takes {NAMESPACES} to see a trend",
            outcome.created
        );
        return say(Verdict::CannotTell, reason);
    }
    let last = outcome.series.last().map_or(0, |sample| sample.t_ns);
    let end = outcome.loop_ns.unwrap_or(last);
    let quarter = |n: u64| -> Vec<&Sample> {
        let (from, to) = (end / 4 * n, if n == 3 { end } else { end / 4 * (n + 1) });
        outcome
            .series
            .iter()
            .filter(|s| from <= s.t_ns && s.t_ns <= to)
            .collect()
    };
    let (third, fourth) = (quarter(2), quarter(3));
    let fewest = third.len().min(fourth.len());
    if fewest < SAMPLES {
        let reason = format!(
            "the loop's last quarters hold {fewest} samples each; it takes {SAMPLES} (run.sample)"
        );
        return say(Verdict::CannotTell, reason);
    }
    let (before, after) = (mean(&third), mean(&fourth));
    let made = fourth[fourth.len() - 1].created - fourth[0].created;
    if made == 0 {
        let reason = "nothing was created in the loop's last quarter".to_owned();
        return say(Verdict::CannotTell, reason);
    }
    let growth = (i128::from(after) - i128::from(before)) * 1_000 / i128::from(made);
    let (verdict, grew) = match growth {
        ..=STABLE_PERMILLE => (Verdict::Stable, "did not grow"),
        UNSTABLE_PERMILLE.. => (Verdict::Unstable, "still grew"),
        _ => (Verdict::CannotTell, "grew a little"),
    };
    let sign = if growth < 0 { "-" } else { "" };
    let size = growth.unsigned_abs();
    let reason = format!(
        "live namespaces {grew} through the loop's last half: mean {before}, then {after}, \
         {sign}{}.{} % of those created meanwhile",
        size / 10,
        size % 10
    );
    say(verdict, reason)
}

fn mean(samples: &[&Sample]) -> u64 {
    let count = u128::try_from(samples.len()).expect("a length fits in 128 bits");
    let sum: u128 = samples.iter().map(|sample| u128::from(sample.live)).sum();
    u64::try_from(sum / count).expect("a mean is no larger than the largest")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::outcome::BarrierCounts;
    use crate::sim::Ended;

    /// 100 rows in which 100 namespaces each are created, and `live` of the row are live.
    fn run(rows: u64, live: impl Fn(u64) -> u64) -> Outcome {
        let row = |i: u64| Sample {
            t_ns: i * 1_000,
            created: i * 100,
            live: live(i),
            on_list: 0,
            in_batch: 0,
            fqdirs: 0,
            inactive: 0,
            waiting: 0,
            blocked: 0,
            callbacks: 0,
            drop_bytes: 0,
        };
        Outcome {
            ended: Ended::Done,
            out_of_memory_ns: None,
            digest: 0,
            events: 0,
            sim_ns: 0,
            loop_ns: Some((rows - 1) * 1_000),
            settled_ns: None,
            created: rows * 100,
            live_peak: 0,
            live_at_loop_end: None,
            peak_drop_bytes: 0,
            peak_drop_ns: 0,
            end_drop_bytes: 0,
            barriers: BarrierCounts::default(),
            cleanup_net: Vec::new(),
            grace_period_ns: Vec::new(),
            barrier_ns: Vec::new(),
            kworkers_blocked_peak: 0,
            system_wq_wait_max_ns: 0,
            series: (0..rows).map(row).collect(),
            calls: Vec::new(),
        }
    }

    fn verdict(outcome: &Outcome) -> Verdict {
        judge(outcome).verdict
    }

    #[test]
    fn growth_is_told_from_a_plateau() {
        assert_eq!(verdict(&run(100, |i| i * 100)), Verdict::Unstable);
        assert_eq!(verdict(&run(100, |i| i * 20)), Verdict::Unstable);
        assert_eq!(verdict(&run(100, |i| i * 7)), Verdict::CannotTell);
        assert_eq!(verdict(&run(100, |i| i * 2)), Verdict::Stable);
        assert_eq!(verdict(&run(100, |i| i * 100 % 700)), Verdict::Stable);
        assert_eq!(verdict(&run(100, |i| i.min(40) * 100)), Verdict::Stable);
        assert_eq!(verdict(&run(100, |i| 9_900 - i * 90)), Verdict::Stable);
    }

    #[test]
    fn too_little_says_nothing() {
        assert_eq!(verdict(&run(20, |i| i * 100)), Verdict::CannotTell);
        let few = Outcome {
            created: 99,
            ..run(100, |i| i)
        };
        assert_eq!(verdict(&few), Verdict::CannotTell);
        let none = Outcome {
            series: Vec::new(),
            ..run(100, |i| i)
        };
        assert_eq!(verdict(&none), Verdict::CannotTell);
    }

    #[test]
    fn running_out_of_memory_is_unstable() {
        let out = Outcome {
            out_of_memory_ns: Some(1),
            ..run(100, |_| 0)
        };
        assert_eq!(verdict(&out), Verdict::Unstable);
    }
}
