//! Rows as text, where no picture is asked for.

use crate::plot::sweep::{Choice, Group, bare, described, said, shown};
use crate::stats::convert::whole;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Longest bar.
const BAR: f64 = 30.0;
/// Most lines of a series as text; more samples are put together.
const LINES: usize = 40;

/// Puts neighbouring samples of a series together, so that it fits on a page: the first time, and the
/// largest value. How many each time.
pub(super) fn thinned(groups: &mut Vec<Group>) -> usize {
    let mut of_each = BTreeMap::new();
    for group in groups.iter() {
        *of_each.entry(group.by.as_str()).or_insert(0) += 1;
    }
    let longest: usize = of_each.into_values().max().unwrap_or(0);
    let together = longest.div_ceil(LINES).max(1);
    let mut thin: Vec<Group> = Vec::new();
    let mut taken = 0;
    for group in groups.drain(..) {
        match thin.last_mut() {
            Some(last) if last.by == group.by && taken % together != 0 => {
                let most = last.values.iter().chain(&group.values).copied();
                last.values = vec![most.fold(f64::NEG_INFINITY, f64::max)];
            }
            Some(last) if last.by != group.by => {
                taken = 0;
                thin.push(group);
            }
            _ => thin.push(group),
        }
        taken += 1;
    }
    *groups = thin;
    together
}

/// What tells a group apart: a number with its column's name, a rate as of a second.
fn apart(choice: &Choice, cell: &str) -> String {
    let column = choice.by.as_deref();
    match (column, cell.parse::<f64>()) {
        (Some(column), Ok(_)) => {
            format!("{} {}", bare(column), said(Some(column), cell))
        }
        _ => cell.to_owned(),
    }
}

/// A line for each group: its mean and interval, its ends and distribution, and a bar.
pub(super) fn told(groups: &[Group], choice: &Choice, together: usize) -> String {
    let most = groups
        .iter()
        .flat_map(|g| &g.values)
        .copied()
        .fold(0.0, f64::max);
    let value = |v: f64| shown(&choice.y, v);
    // Nothing can be said of a distribution of one.
    let single = groups.iter().all(|group| group.values.len() == 1);
    let mut out = format!("{}\n", choice.title);
    if together > 1 {
        writeln!(out, "the largest of every {together} samples").expect("a string takes all");
    }
    if !choice.mixed.is_empty() {
        let keys = choice.mixed_keys();
        writeln!(
            out,
            "MIXED over {keys}: runs that differ in it are taken together"
        )
        .expect("a string takes all");
    }
    for group in groups {
        let d = described(&choice.y, &group.values);
        let interval = d.interval.map_or_else(String::new, |i| {
            format!(" ({} to {})", value(i.low), value(i.high))
        });
        let bar = if most > 0.0 {
            d.five[2] / most * BAR
        } else {
            0.0
        };
        let by = apart(choice, &group.by);
        let x = group.x.parse();
        let x = x.map_or_else(|_| group.x.clone(), |x| shown(&choice.x, x));
        let bar = "█".repeat(whole(bar.round()));
        if single {
            writeln!(out, "{:<14} {x:>14}  {bar:<30} {}", by, value(d.five[2]))
        } else {
            writeln!(
                out,
                "{:<14} {x:>14}  n {:<3} {bar:<30} mean {}{interval}, median {}, {} [{}] {}",
                by,
                d.moments.n,
                value(d.moments.mean),
                value(d.five[2]),
                value(d.five[0]),
                d.picture(),
                value(d.five[4])
            )
        }
        .expect("a string takes all that is written");
    }
    writeln!(out, "\n{}", choice.caption).expect("a string takes all that is written");
    out
}
