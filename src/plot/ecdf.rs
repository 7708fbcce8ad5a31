//! The share of runs up to each value.

use super::axes::{Up, most};
use super::columns::{said, short};
use super::panel::{Panel, Panels, Scale, Series};
use super::rows::{Choice, Group, described};
use crate::stats::convert::count;

/// The chart.
pub(super) fn ecdf(groups: &[Group], choice: &Choice) -> Panels {
    let up = Up::linear(&choice.y, most(groups));
    let series = |group: &Group| {
        let d = described(&choice.y, &group.values);
        let mut line = vec![(0.0, 0.0)];
        for (at, value) in d.sorted.iter().enumerate() {
            line.push((
                up.at(*value).unwrap_or(0.0),
                count(at) / count(d.sorted.len()),
            ));
            line.push((
                up.at(*value).unwrap_or(0.0),
                count(at + 1) / count(d.sorted.len()),
            ));
        }
        line.push((up.scale.high, 1.0));
        Series {
            label: said(choice.by.as_deref(), &group.by),
            line,
            ..Series::default()
        }
    };
    let ticks = [0.0, 0.25, 0.5, 0.75, 1.0].map(|v| (v, short(v)));
    Panels {
        title: choice.title.clone(),
        note: choice.note("share of runs with at most this value"),
        told_apart: choice.told_apart(),
        y: Scale {
            name: "share of runs".to_owned(),
            short: "share of runs".to_owned(),
            low: 0.0,
            high: 1.04,
            ticks: ticks.to_vec(),
        },
        panels: vec![Panel {
            name: String::new(),
            series: groups.iter().map(series).collect(),
        }],
        x: up.scale,
        caption: choice.caption.clone(),
    }
}
