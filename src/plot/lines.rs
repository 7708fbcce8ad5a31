//! Rows as lines: means with intervals or every run over x, in one panel or in small multiples.

use super::axes::{Across, Up, across, most};
use super::columns::{bare, said};
use super::panel::{Panel, Panels, Series};
use super::rows::{Choice, Group, Kind, described, different, groups};
use super::table::Table;

/// Points in order of x.
fn sorted(mut points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
}

/// How the values of a group are drawn.
struct Style<'a> {
    across: &'a Across,
    up: &'a Up,
    /// Every run and medians, instead of means with intervals.
    hockey: bool,
}

/// One value of by: a line through means or medians, with intervals or every run.
fn series(groups: &[Group], by: &str, style: &Style<'_>) -> Series {
    let mut series = Series {
        label: by.to_owned(),
        ..Series::default()
    };
    let up = style.up;
    for group in groups.iter().filter(|group| group.by == by) {
        let (x, d) = (style.across.place(&group.x), described(&group.values));
        let middle = if style.hockey {
            d.five[2]
        } else {
            d.moments.mean
        };
        series.line.extend(up.at(middle).map(|y| (x, y)));
        let interval = d.interval.filter(|_| !style.hockey);
        series
            .bars
            .extend(interval.and_then(|i| Some((x, up.at_or_below(i.low), up.at(i.high)?))));
        let single = group.values.len() == 1 && style.across.is_sparse();
        let dots = group.values.iter().filter(|_| style.hockey || single);
        series
            .dots
            .extend(dots.filter_map(|value| Some((x, up.at(*value)?))));
    }
    series.line = sorted(series.line);
    series
}

/// The chart.
pub(super) fn lines(table: &Table, groups: &[Group], choice: &Choice) -> Result<Panels, String> {
    let across = across(groups, choice)?;
    let theory = theory(table, choice)?.unwrap_or_default();
    let all: Vec<f64> = groups
        .iter()
        .chain(&theory)
        .flat_map(|g| &g.values)
        .copied()
        .collect();
    let up = if choice.log_y {
        Up::logarithmic(&choice.y, &all)?
    } else {
        Up::linear(&choice.y, most(groups).max(most(&theory)))
    };
    let nowhere = all.iter().filter(|&&value| up.at(value).is_none()).count();
    let style = Style {
        across: &across,
        up: &up,
        hockey: choice.kind == Kind::Hockey,
    };
    let one = |by: &str| Series {
        label: said(choice.by.as_deref(), by),
        ..series(groups, by, &style)
    };
    let limit = (!theory.is_empty()).then(|| Series {
        label: "nothing freed".to_owned(),
        bars: Vec::new(),
        dots: Vec::new(),
        theory: true,
        ..series(&theory, "", &style)
    });
    let by = different(groups, |g| &g.by);
    let panel = |name: &str, mut series: Vec<Series>| {
        series.extend(limit.clone());
        Panel {
            name: name.to_owned(),
            series,
        }
    };
    let panels = if choice.kind == Kind::Multiples {
        let key = choice.by.as_deref().unwrap_or_default();
        let key = bare(key.rsplit('.').next().unwrap_or_default());
        let alone = |by: &&str| {
            let Series { label, .. } = one(by);
            let unlabelled = Series {
                label: String::new(),
                ..one(by)
            };
            panel(&format!("{key} {label}"), vec![unlabelled])
        };
        by.iter().map(alone).collect()
    } else {
        vec![panel("", by.iter().map(|by| one(by)).collect())]
    };
    Ok(Panels {
        title: choice.title.clone(),
        note: choice.note(&marks(choice, across.is_sparse(), nowhere)),
        x: across.scale,
        y: up.scale,
        panels,
        caption: choice.caption.clone(),
    })
}

/// What the marks mean, and how many values have none.
fn marks(choice: &Choice, sparse: bool, nowhere: usize) -> String {
    let marks = match (choice.kind, choice.is_series, sparse) {
        (Kind::Hockey, _, _) => "a circle for each run, medians joined",
        (_, true, _) => "samples of one run, joined",
        (_, false, true) => "means of runs with 95 % intervals; a circle where there is one run",
        (_, false, false) => "means of runs with 95 % intervals",
    };
    match nowhere {
        0 => marks.to_owned(),
        _ => format!("{marks}; {nowhere} values not above 0 are left out"),
    }
}

/// What live namespaces would be if none were freed: as many as were created.
fn theory(table: &Table, choice: &Choice) -> Result<Option<Vec<Group>>, String> {
    let live = choice.y == "live" || choice.y.starts_with("live_");
    if !live || table.column("created").is_err() {
        return Ok(None);
    }
    let created = Choice {
        y: "created".to_owned(),
        by: None,
        ..choice.clone()
    };
    groups(table, &created).map(Some)
}
