//! `sweep --dry-run`: how much there is to run, how long it takes, and the points.

use super::drive::{Job, written};
use crate::cli::output;
use crate::cli::progress::span;
use crate::experiment::plan::Count;
use crate::experiment::repetition::Repetition;
use crate::report::{counted, nearest};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;
#[expect(
    clippy::disallowed_types,
    reason = "an estimate of time is for people, and in no result"
)]
use std::time::Instant;

/// Most runs that are tried for the estimate, spread over the points.
const TRIED: u64 = 64;
/// No further one is tried after this time.
const ENOUGH: Duration = Duration::from_secs(2);
/// Bytes of a row of CSV, roughly.
const ROW: u64 = 250;

/// Prints the summary and the points.
pub(super) fn print(job: &Job<'_>) -> Result<(), String> {
    let plan = job.plan;
    let mut out = output::lock()?;
    let mut go_on = written(out.write_all(summary(job)?.as_bytes()))?;
    for point in plan.grid.points(job.points.clone()) {
        if !go_on {
            break;
        }
        let (point, _) = point?;
        let line = format!("{:>8}  {}\n", point.index, plan.grid.describe(&point));
        go_on = written(out.write_all(line.as_bytes()))?;
    }
    Ok(())
}

fn summary(job: &Job<'_>) -> Result<String, String> {
    let plan = job.plan;
    let points = job.count.most() / plan.tasks_of_a_point();
    let most = points.saturating_mul(plan.repetition.most());
    let (fewer, repetitions) = match plan.repetition {
        Repetition::Exactly(count) => (
            matches!(job.count, Count::AtMost(_)),
            counted(count, "repetition"),
        ),
        Repetition::Until(until) => {
            let rule = until.rule();
            let words = format!("{} to {} repetitions", rule.first(), rule.most);
            (true, words)
        }
    };
    let at_most = if fewer { "at most " } else { "" };
    let few = match job.count {
        Count::AtMost(_) => "at most ",
        Count::Exactly(_) => "",
    };
    let mut text = format!(
        "{few}{} x {repetitions} = {at_most}{}, about {} as CSV\n",
        counted(points, "point"),
        counted(most, "row"),
        crate::report::bytes(most.saturating_mul(ROW)),
    );
    if let Repetition::Until(until) = plan.repetition {
        writeln!(text, "each point {until}").expect("a string takes all that is written");
    }
    let (tried, elapsed) = pilot(job)?;
    if tried > 0 {
        let each = nearest(elapsed.as_nanos(), tried);
        let threads = job.jobs.get() as u64;
        let seconds = nearest(each * u128::from(most), u128::from(threads) * 1_000_000_000);
        write!(
            text,
            "{}{at_most}{} on {}: {} each, from {} spread over the points\n\n",
            if seconds > 0 { "about " } else { "" },
            span(seconds),
            counted(threads, "thread"),
            crate::report::time(u64::try_from(each).ok()),
            counted(tried, "run"),
        )
        .expect("a string takes all that is written");
    }
    Ok(text)
}

/// Runs a few points, spread over all; how many and how long. The place of each lies a golden section behind the one before, so
/// that no axis has a period in step with them: of a few values of a wide axis the last may take nearly all of the time.
#[expect(
    clippy::disallowed_types,
    reason = "an estimate of time is for people, and in no result"
)]
fn pilot(job: &Job<'_>) -> Result<(u64, Duration), String> {
    let began = Instant::now();
    let all = job.points.end - job.points.start;
    let mut tried = BTreeSet::new();
    for place in places(all) {
        if began.elapsed() > ENOUGH {
            break;
        }
        // A condition may exclude the point itself.
        let at = job.points.start + place;
        if let Some(task) = job.plan.tasks(at..job.points.end).next() {
            let task = task?;
            if tried.insert(task.point) {
                task.row(0, &|| false);
            }
        }
    }
    let tried = u64::try_from(tried.len()).expect("a count fits in 64 bits");
    Ok((tried, began.elapsed()))
}

/// Places among `all`, in the order in which they are tried; the first in the middle.
fn places(all: u64) -> impl Iterator<Item = u64> {
    /// 2^64 times the golden section.
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    let part = move |i: u64| (1_u64 << 63).wrapping_add(i.wrapping_mul(GOLDEN));
    let place = move |i| u64::try_from((u128::from(part(i)) * u128::from(all)) >> 64);
    (0..TRIED.min(all.saturating_mul(4))).map(move |i| place(i).expect("less than `all`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_a_few_is_tried_wherever_its_axis_stands() {
        for all in [1, 2, 6, 12, 36] {
            let tried: BTreeSet<u64> = places(all).collect();
            assert_eq!(tried, (0..all).collect(), "{all}");
        }
    }
}
