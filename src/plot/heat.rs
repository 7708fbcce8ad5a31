//! The mean as a colour over two columns.

use super::columns::{said, short, unit};
use super::region::{RegionCell, RegionChart};
use super::rows::{Choice, Group, described, different};

/// The chart.
pub(super) fn heat(groups: &[Group], choice: &Choice) -> RegionChart {
    let (xs, ys) = (different(groups, |g| &g.x), different(groups, |g| &g.by));
    let means: Vec<f64> = groups
        .iter()
        .map(|g| described(&g.values).moments.mean)
        .collect();
    let (low, high) = (
        means.iter().copied().fold(f64::INFINITY, f64::min),
        means.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    );
    let (factor, unit) = unit(&choice.y, high);
    let level = |mean: f64| {
        if high > low {
            (mean - low) / (high - low)
        } else {
            0.5
        }
    };
    let cell = |x: &str, y: &str| {
        let found = groups.iter().position(|g| g.x == x && g.by == y);
        RegionCell {
            share: found.map(|at| level(means[at])),
            fails: None,
            unclear: false,
            text: found.map_or_else(String::new, |at| short(means[at] / factor)),
        }
    };
    let row = |y: &&str| xs.iter().map(|x| cell(x, y)).collect();
    let owned = |names: &[&str], column: &str| {
        let text = |name: &&str| said(Some(column), name);
        names.iter().map(text).collect::<Vec<_>>()
    };
    let by = choice.by.clone().unwrap_or_default();
    let legend = [(low, 0.0), (f64::midpoint(low, high), 0.5), (high, 1.0)]
        .map(|(value, level)| (format!("{} {unit}", short(value / factor)), level));
    RegionChart {
        title: choice.title.clone(),
        x: (choice.x.clone(), owned(&xs, &choice.x)),
        y: (by.clone(), owned(&ys, &by)),
        cells: ys.iter().map(row).collect(),
        legend: legend.to_vec(),
        inferred: false,
        caption: choice.caption.clone(),
    }
}
