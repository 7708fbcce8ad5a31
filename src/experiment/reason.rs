//! The sentences that give a verdict's reason.

use super::evidence::{Evidence, LastHalf};
use crate::stats::convert::count;
use crate::stats::drift::{Changes, Drift};
use crate::stats::interval::Moments;
use crate::stats::last_half::{Course, FEWEST, Rise};

/// What is seen of the last half of each of the runs, and the sentence; nothing unless it is told of all. Runs that differ
/// are neither.
pub(super) fn last_half(runs: &[&Evidence]) -> Option<(Course, String)> {
    let rise = |run: &&Evidence| match run.last_half {
        LastHalf::Told(rise) => Some(rise),
        _ => None,
    };
    let rises: Vec<Rise> = runs.iter().map(rise).collect::<Option<_>>()?;
    let all = |course| rises.iter().all(|rise| rise.course() == course);
    let (course, did) = if all(Course::Grew) {
        (Course::Grew, "the backlog grew")
    } else if all(Course::Stayed) {
        (Course::Stayed, "the backlog did not grow")
    } else {
        (
            Course::Between,
            "the backlog neither plainly grew nor plainly stayed",
        )
    };
    let percent = |part: fn(&Rise) -> f64| {
        let mean = rises.iter().map(part).sum::<f64>() / count(rises.len());
        // Adding nothing takes the sign off a zero.
        format!("{:.1}", (1_000.0 * mean).round() / 10.0 + 0.0)
    };
    let sentence = format!(
        "{did} through the last half of the loop: from its third quarter to its last by {} (its lowest) and {} (its \
         mean) of each 100 namespaces created meanwhile",
        percent(|rise| rise.lowest),
        percent(|rise| rise.mean),
    );
    Some((course, sentence))
}

/// What would let the last half be told where rows of the series are missing.
pub(super) fn few_rows(runs: &[&Evidence]) -> String {
    if runs.iter().all(|run| run.last_half != LastHalf::FewRows) {
        return String::new();
    }
    format!(
        "; the last half of the loop is told by {} rows of the series and more (lower run.sample)",
        4 * FEWEST
    )
}

/// How the backlog changes while it is large.
pub(super) fn drifts(seen: &Changes, drift: Drift, runs: usize, cure: &str) -> String {
    let (Some(large), true) = (Moments::of(&seen.large), seen.came > 0.0) else {
        return match drift {
            Drift::Unknown => {
                format!("too few samples within the loop (lower run.sample or raise {cure})")
            }
            _ => "live namespaces stayed where they were".to_owned(),
        };
    };
    let percent = |value: f64| 100.0 * value / seen.came;
    let did = match drift {
        Drift::Returns | Drift::Flat if large.mean > 0.0 => "hardly grows: by",
        _ if large.mean < 0.0 => "shrinks by",
        _ => "grows by",
    };
    let error = if large.n > 1 {
        format!("standard error {:.2}, ", percent(large.error()))
    } else {
        String::new()
    };
    let stretches = if large.n == 1 {
        "1 stretch".to_owned()
    } else {
        format!("{} stretches", large.n)
    };
    let also = match runs {
        1 => ", or judge several runs: --reps 10",
        _ => " or --reps",
    };
    let more = match drift {
        Drift::Unknown => format!("; too few to be sure (raise {cure}{also})"),
        _ => String::new(),
    };
    format!(
        "while larger than usual the backlog {did} {:.2} namespaces for each 100 created ({error}over {} of {:.0} \
         creations){more}",
        percent(large.mean).abs(),
        stretches,
        seen.came,
    )
}
