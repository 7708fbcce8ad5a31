//! The sentences that give a verdict's reason.

use super::evidence::{Evidence, LastHalf};
use super::rounded::time;
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
    let some = |course| rises.iter().filter(|rise| rise.course() == course).count();
    let (of, grew, level) = (rises.len(), some(Course::Grew), some(Course::Stayed));
    let (course, did, mark) = if grew == of {
        (Course::Grew, "grew".to_owned(), "above 10 is growing")
    } else if level == of {
        (Course::Stayed, "was level".to_owned(), "up to 2 is level")
    } else {
        let did = match of {
            1 => "was neither level nor plainly growing".to_owned(),
            _ => format!("was level in {level} of {of} runs and plainly grew in {grew}"),
        };
        (Course::Between, did, "up to 2 is level, above 10 growing")
    };
    let moved = |part: fn(&Rise) -> f64| {
        let mean = rises.iter().map(part).sum::<f64>() / count(rises.len());
        let percent = (1_000.0 * mean).round() / 10.0;
        let way = if percent < 0.0 { "fell" } else { "rose" };
        format!("{way} by {:.1}", percent.abs())
    };
    let sentence = format!(
        "the backlog {did} through the last half of {}: from its third quarter to its last its lowest {} and its mean {} \
         for each 100 namespaces created meanwhile ({mark})",
        loops(runs),
        moved(|rise| rise.lowest),
        moved(|rise| rise.mean),
    );
    Some((course, sentence))
}

/// How long the loops lasted: what is said of them is said of no longer ones.
fn loops(runs: &[&Evidence]) -> String {
    let lengths = || runs.iter().map(|run| run.loop_ns);
    let [shortest, longest] = [lengths().min(), lengths().max()].map(time);
    match runs {
        [_] => format!("a loop of {longest}"),
        _ => format!("loops of {shortest} to {longest}"),
    }
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
            _ => "the backlog stayed where it was".to_owned(),
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
