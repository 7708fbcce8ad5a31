//! Where the time went, as a table for people.

use super::{count, nearest, percent, time};
use crate::models::outcome::Outcome;
use crate::models::params::{BarrierDesign, Params};
use crate::models::spent::{Lifetime, Spent};
use std::fmt::Write as _;

/// A line for each thing that time was spent on, means over all namespaces and fqdirs beside their shares; nothing
/// where there were no namespaces. The lines add up to the last one, but for rounding.
pub(super) fn table(out: &mut String, p: &Params, o: &Outcome) -> std::fmt::Result {
    let columns = [&o.namespace_time, &o.fqdir_time];
    if columns.iter().all(|column| column.count == 0) {
        return Ok(());
    }
    writeln!(
        out,
        "  where     {:<36} {:>12} {:>9} {:>12}",
        "the time went, on average", "a namespace", "", "an fqdir"
    )?;
    for &spent in Spent::ALL {
        if columns.iter().any(|column| column.split.get(spent) > 0) {
            write!(out, "            {:<36}", words(spent, p.barrier))?;
            for column in columns {
                cells(out, column, column.split.get(spent))?;
            }
            out.push('\n');
        }
    }
    write!(out, "            {:<36}", "in all")?;
    for column in columns {
        cells(out, column, column.split.total())?;
    }
    out.push('\n');
    let [namespaces, fqdirs] = columns.map(|column| count(column.count));
    writeln!(
        out,
        "            over {namespaces} namespaces and {fqdirs} fqdirs, those not yet freed included; what a call of\n\
         \x20           cleanup_net() spends counts for each namespace of its batch, a work's for its fqdirs"
    )?;
    dead(out, o)
}

/// What time was spent on, in the words of the design: `wait-queue` has no mutex.
fn words(spent: Spent, design: BarrierDesign) -> &'static str {
    match (design, spent) {
        (BarrierDesign::WaitQueue, Spent::MutexUnsatisfied) => {
            "wait queue, behind a running barrier"
        }
        (BarrierDesign::WaitQueue, Spent::MutexSatisfied) => "wait queue, though satisfied",
        (BarrierDesign::NoSharing, Spent::MutexSatisfied) => "mutex, though a barrier covers it",
        _ => spent.words(),
    }
}

/// How long the dead stayed; nothing where none was freed.
fn dead(out: &mut String, o: &Outcome) -> std::fmt::Result {
    if o.dead_ns.count() == 0 {
        return Ok(());
    }
    let at = |percent| time(Some(o.dead_ns.percentile(percent)));
    writeln!(
        out,
        "            from put to freed: p50 {}, p90 {}, p99 {}, {} at most, over {} that were freed",
        at(50),
        at(90),
        at(99),
        at(100),
        count(o.dead_ns.count())
    )
}

fn cells(out: &mut String, column: &Lifetime, part: u128) -> std::fmt::Result {
    let mean = (column.count > 0).then(|| nearest(part, column.count));
    let mean = mean.map(|ns| u64::try_from(ns).unwrap_or(u64::MAX));
    let share = percent(part, column.split.total());
    write!(out, " {:>12} {share:>9}", time(mean))
}
