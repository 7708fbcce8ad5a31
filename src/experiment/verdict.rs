//! The verdict on a run: did the backlog of namespaces grow while the loop ran?
//!
//! A loop of 21 s and more is described first: did its backlog still grow through its last half
//! ([`crate::stats::last_half`])? The backlog is what [`Outcome::backlog`] counts: namespaces that no container uses,
//! and of which something is not freed. What that leaves open, shorter loops, and namespaces that come from
//! outside (not a run that ends, but a piece of one that goes on) and did not plainly pile up are judged by
//! [`crate::stats::drift`]: by how the backlog changes while it is large.
//!
//! - UNSTABLE: it grew through the last half; or it surely grows while large, also through the last half; or memory ran
//!   out; or the drift is unsure, but a loop ended with more than half of what was created alive (it collapsed);
//! - STABLE: it stayed where it was through the last half of a run that ends; or when large it surely shrinks; or it
//!   surely grew by less than 0.2 % of what was created;
//! - CANNOT TELL: neither is plain nor sure, or fewer than 100 namespaces were created, or the loop was shorter than 20
//!   times the shortest time from put to freed (unless it lasted 21 s), or more than a third of what was created was in
//!   use at its end;
//! - DOES NOT APPLY: no namespaces are asked for (`workload.arrivals = convoy`), so there is no backlog of them.
//!
//! By drift, STABLE is said of a backlog that grows, and UNSTABLE of one that does not, in at most
//! [`ERROR`](crate::stats::drift::ERROR) of all runs; `rcusim check` measures it on queues whose
//! answer is known. What is described is the run that was made; nothing is inferred.

use super::evidence::{Evidence, cure};
use super::reason::{drifts, few_rows, last_half};
use super::rounded::time;
use crate::models::outcome::Outcome;
use crate::stats::drift::{Changes, Drift, judge as drift};
use crate::stats::last_half::Course;

/// Fewest namespaces.
const NAMESPACES: u64 = 100;

/// What can be said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The backlog did not grow.
    Stable,
    /// The backlog grew until the loop ended.
    Unstable,
    /// Too little, or too close.
    CannotTell,
    /// There is no backlog of namespaces that could grow.
    DoesNotApply,
}

impl Verdict {
    /// All of them, in the order in which they are counted.
    pub const ALL: [Self; 4] = [
        Self::Stable,
        Self::Unstable,
        Self::CannotTell,
        Self::DoesNotApply,
    ];

    /// The words of the report.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stable => "STABLE",
            Self::Unstable => "UNSTABLE",
            Self::CannotTell => "CANNOT TELL",
            Self::DoesNotApply => "DOES NOT APPLY",
        }
    }
}

/// How many runs have each verdict, in the order of [`Verdict::ALL`]; what applies to none is not worth a word.
pub(crate) fn told(counts: [usize; 4]) -> String {
    let named = Verdict::ALL.iter().zip(counts);
    let worth = named.filter(|&(verdict, n)| *verdict != Verdict::DoesNotApply || n > 0);
    let words: Vec<String> = worth
        .map(|(verdict, n)| format!("{n} {}", verdict.name()))
        .collect();
    words.join(", ")
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
    judge_evidence(&[&Evidence::of(outcome)])
}

/// Judges independent runs of one setting together: what one run is too short to say, several may.
pub fn judge_evidence(runs: &[&Evidence]) -> Judgement {
    let say = |verdict, reason: String| Judgement { verdict, reason };
    if runs.iter().any(|run| !run.applies) {
        let reason = "no namespace is created, so there is no backlog of them that could grow";
        return say(Verdict::DoesNotApply, reason.to_owned());
    }
    if let Some(at) = runs.iter().find_map(|run| run.out_of_memory_ns) {
        let reason = format!("memory ran out {} after the start", time(Some(at)));
        return say(Verdict::Unstable, reason);
    }
    let cure = cure(runs.iter().all(|run| run.ended));
    let fewest = runs.iter().map(|run| run.created).min().unwrap_or(0);
    if fewest < NAMESPACES {
        let reason = format!(
            "{fewest} namespaces were created; it takes {NAMESPACES} to see a trend (raise {cure})"
        );
        return say(Verdict::CannotTell, reason);
    }
    if let Some(reason) = runs.iter().find_map(|run| run.too_short()) {
        return say(Verdict::CannotTell, reason);
    }
    let ends = !runs.iter().any(|run| run.open);
    let through = match last_half(runs) {
        Some((Course::Grew, reason)) => return say(Verdict::Unstable, reason),
        Some((Course::Stayed, reason)) if ends => return say(Verdict::Stable, reason),
        Some((_, reason)) => format!("; {reason}"),
        None => String::new(),
    };
    let mut seen = Changes::default();
    for run in runs {
        seen.add(&run.changes);
    }
    let drift = drift(&seen);
    let verdict = match drift {
        Drift::Grows => Verdict::Unstable,
        Drift::Returns | Drift::Flat => Verdict::Stable,
        Drift::Unknown => Verdict::CannotTell,
    };
    let collapsed = runs.iter().all(|run| run.collapsed == Some(true));
    if verdict == Verdict::CannotTell && collapsed {
        let reason = "more than half of the namespaces created were alive and in no container's use as the loop ended; \
                      the backlog's jumps are too few to call it a drift";
        return say(Verdict::Unstable, reason.to_owned() + &through);
    }
    let rows = match verdict {
        Verdict::CannotTell => few_rows(runs),
        _ => String::new(),
    };
    let reason = drifts(&seen, drift, runs.len(), cure);
    say(verdict, reason + &rows + &through)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::outcome::{BarrierCounts, Sample};
    use crate::sim::Span;
    use crate::sim::{Ended, Histogram};

    /// 100 rows in which 100 namespaces each are created, and `live` of the row are live.
    fn run(rows: u64, live: impl Fn(u64) -> u64) -> Outcome {
        let row = |i: u64| Sample {
            t_ns: i * 1_000,
            created: i * 100,
            live: live(i),
            ..Sample::default()
        };
        Outcome {
            ended: Ended::Done,
            waits: Vec::new(),
            out_of_memory_ns: None,
            digest: 0,
            events: 0,
            sim_ns: 0,
            loop_ns: Some((rows - 1) * 1_000),
            asked_ns: None,
            settled_ns: None,
            arrivals_are_open: false,
            has_namespaces: true,
            fqdirs_each: 2,
            created: rows * 100,
            live_peak: 0,
            live_at_loop_end: None,
            in_use_at_loop_end: 0,
            peak_drop_bytes: 0,
            peak_drop_ns: 0,
            end_drop_bytes: 0,
            peak_by_cache: Default::default(),
            end_by_cache: Default::default(),
            barriers: BarrierCounts::default(),
            destruction: crate::models::outcome::Destruction::default(),
            namespace_time: crate::models::spent::Lifetime::default(),
            dead_ns: stays(1_000),
            fqdir_time: crate::models::spent::Lifetime::default(),
            cleanup_net: Vec::new(),
            grace_period_ns: Vec::new(),
            barrier_ns: Vec::new(),
            kworkers_blocked_peak: 0,
            system_wq_wait_max_ns: 0,
            series: (0..rows).map(row).collect(),
            end: Sample::default(),
            calls: Vec::new(),
        }
    }

    fn stays(ns: u64) -> Histogram {
        let mut stays = Histogram::new();
        stays.record(ns);
        stays
    }

    fn verdict(outcome: &Outcome) -> Verdict {
        judge(outcome).verdict
    }

    #[test]
    fn growth_is_told_from_a_plateau() {
        assert_eq!(verdict(&run(100, |i| i * 100)), Verdict::Unstable);
        assert_eq!(verdict(&run(100, |i| i * 20)), Verdict::Unstable);
        assert_eq!(verdict(&run(400, |i| i * 101 % 700)), Verdict::Stable);
        assert_eq!(verdict(&run(100, |i| i.min(40) * 100)), Verdict::Stable);
        assert_eq!(verdict(&run(100, |i| 9_900 - i * 90)), Verdict::Stable);
    }

    #[test]
    fn a_loop_is_described_by_its_last_half() {
        // A batch each 80 rows takes four fifths of what came in since the one before, fewer than a drift is sure of.
        let jumps = |i: u64| i * 100 - i / 80 * 6_500;
        let lasts = |rows: u64, open| Outcome {
            arrivals_are_open: open,
            loop_ns: Some(30_000_000_000),
            series: (0..rows)
                .map(|i| Sample {
                    t_ns: i * 30_000_000_000 / rows,
                    created: i * 100,
                    live: jumps(i),
                    ..Sample::default()
                })
                .collect(),
            dead_ns: stays(1_000),
            ..run(rows, jumps)
        };
        let described = judge(&lasts(400, false));
        assert_eq!(described.verdict, Verdict::Unstable, "{described:?}");
        assert_eq!(
            described.reason,
            "the backlog grew through the last half of a loop of 30.00 s: from its third quarter to its last its lowest \
             rose by 15.1 and its mean rose by 22.1 for each 100 namespaces created meanwhile (above 10 is growing)"
        );
        // What plainly piles up is unstable wherever it comes from; that something stayed infers nothing about more of it.
        assert_eq!(verdict(&lasts(400, true)), Verdict::Unstable);
        let saw = |open| Outcome {
            series: lasts(400, open)
                .series
                .iter()
                .map(|row| Sample {
                    live: row.created / 100 % 79 * 10,
                    ..*row
                })
                .collect(),
            ..lasts(400, open)
        };
        assert_eq!(verdict(&saw(false)), Verdict::Stable);
        let open = judge(&saw(true));
        assert_eq!(open.verdict, Verdict::CannotTell, "{open:?}");
        let stayed = "; the backlog was level through the last half of a loop of 30.00 s: ";
        assert!(open.reason.contains(stayed), "{open:?}");
        let short = Outcome {
            loop_ns: Some(20_999_000_000),
            ..lasts(400, false)
        };
        assert_eq!(verdict(&short), Verdict::CannotTell);
        let few = judge(&Outcome {
            series: lasts(400, false).series.into_iter().step_by(11).collect(),
            ..lasts(400, false)
        });
        assert_eq!(few.verdict, Verdict::CannotTell);
        assert!(few.reason.ends_with("(lower run.sample)"), "{few:?}");
    }

    #[test]
    fn what_is_not_plain_is_told_behind_the_drift() {
        // Six of a hundred stay, in steps of a few batches.
        let lasts = Outcome {
            loop_ns: Some(99_000_000_000),
            series: run(100, |i| i * 6 + i % 9 * 300).series,
            ..run(100, |i| i)
        };
        let told = judge(&Outcome {
            series: (lasts.series.iter())
                .map(|row| Sample {
                    t_ns: row.t_ns * 1_000_000,
                    ..*row
                })
                .collect(),
            ..lasts
        });
        assert_eq!(told.verdict, Verdict::CannotTell, "{told:?}");
        assert!(told.reason.starts_with("while larger"), "{told:?}");
        let between = "; the backlog was neither level nor plainly growing through the last half of a loop of 99.00 s: \
                       from its third quarter to its last its lowest rose by 6.";
        assert!(told.reason.contains(between), "{told:?}");
    }

    #[test]
    fn fqdirs_that_outlive_their_namespaces_are_a_backlog() {
        let gone = run(100, |_| 3);
        assert_eq!(verdict(&gone), Verdict::Stable);
        let held = |row: &Sample| Sample {
            fqdirs: row.created,
            ..*row
        };
        let held = Outcome {
            series: gone.series.iter().map(held).collect(),
            ..gone
        };
        assert_eq!(verdict(&held), Verdict::Unstable);
    }

    #[test]
    fn too_little_says_nothing() {
        assert_eq!(verdict(&run(8, |i| i * 100)), Verdict::CannotTell);
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
    fn a_short_loop_says_nothing() {
        let grows = |loop_ns, dead_ns| Outcome {
            loop_ns: Some(loop_ns),
            dead_ns,
            series: (0..100)
                .map(|i| Sample {
                    t_ns: i * loop_ns / 100,
                    live: i * 100,
                    ..Sample::default()
                })
                .collect(),
            ..run(100, |_| 0)
        };
        for (loop_ns, dead_ns, expected) in [
            (1_900_000_000, stays(100_000_000), Verdict::CannotTell),
            (2_500_000_000, stays(100_000_000), Verdict::Unstable),
            // Nothing is freed at all: at first that says nothing, and then it says all.
            (20_000_000_000, Histogram::new(), Verdict::CannotTell),
            (22_000_000_000, Histogram::new(), Verdict::Unstable),
        ] {
            let run = grows(loop_ns, dead_ns);
            assert_eq!(verdict(&run), expected, "{:?}", judge(&run));
        }
    }

    #[test]
    fn running_out_of_memory_is_unstable() {
        let out = Outcome {
            out_of_memory_ns: Some(1_350_000_000),
            ..run(100, |_| 0)
        };
        assert_eq!(verdict(&out), Verdict::Unstable);
        let reason = judge(&out).reason;
        assert_eq!(reason, "memory ran out 1.35 s after the start");
    }

    #[test]
    fn without_namespaces_there_is_no_verdict() {
        let none = Outcome {
            has_namespaces: false,
            ..run(100, |i| i * 100)
        };
        assert_eq!(verdict(&none), Verdict::DoesNotApply);
    }

    #[test]
    fn runs_say_together_what_none_says_alone() {
        use crate::experiment::queues::{Queue, Service, run as queue};
        let at_95_percent = Queue {
            gap: Span::from_us(100),
            service: Service::Exponential(Span::from_us(95)),
            servers: 1,
            bulk: false,
            delay: Span::ZERO,
            initial: 0,
            customers: 2_000,
            every: Span::from_us(500),
        };
        let one = |seed| {
            let backlog = queue(&at_95_percent, seed).backlog;
            let rows = u64::try_from(backlog.len()).expect("a few hundred");
            run(rows, move |i| {
                backlog[usize::try_from(i).expect("a few hundred")]
            })
        };
        let runs: Vec<Outcome> = (1..=30).map(one).collect();
        assert_eq!(verdict(&runs[0]), Verdict::CannotTell);
        let all: Vec<Evidence> = runs.iter().map(Evidence::of).collect();
        let all: Vec<&Evidence> = all.iter().collect();
        assert_eq!(judge_evidence(&all).verdict, Verdict::Stable);
    }
}
