//! Rows as lines: means with intervals or every run over x, in one panel or in small multiples.

use super::axes::{Across, Up, across, most};
use super::columns::{bare, said, unit, with_unit};
use super::panel::{Panel, Panels, Series};
use super::rows::{Choice, Group, Kind, described, different, groups};
use super::table::{FILE, Table};
use crate::stats::convert::count;

/// Points in order of x.
fn sorted(mut points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
}

/// How the values of a group are drawn.
struct Style<'a> {
    across: &'a Across,
    up: &'a Up,
    /// The measured column.
    column: &'a str,
    /// Every run and medians, instead of means with intervals.
    hockey: bool,
}

/// How far series of names stand apart from their place, over all of them.
const SPREAD: f64 = 0.4;

/// Where one of several series stands beside the place of a name.
fn beside(at: usize, of: usize) -> f64 {
    if of < 2 {
        return 0.0;
    }
    SPREAD * (count(at) / count(of - 1) - 0.5)
}

/// One value of by: a line through means or medians, with intervals or every run.
fn series(groups: &[Group], by: &str, style: &Style<'_>) -> Series {
    let all = different(groups, |g| &g.by);
    let at = all.iter().position(|other| *other == by).unwrap_or(0);
    let aside = if style.across.is_numeric {
        0.0
    } else {
        beside(at, all.len())
    };
    let mut series = Series {
        label: by.to_owned(),
        ..Series::default()
    };
    let up = style.up;
    for group in groups.iter().filter(|group| group.by == by) {
        let x = style.across.place(&group.x) + aside;
        let d = described(style.column, &group.values);
        let middle = if style.hockey {
            d.five[2]
        } else {
            d.moments.mean
        };
        let middle = up.at(middle).map(|y| (x, y));
        if style.across.is_numeric {
            series.line.extend(middle);
        } else if style.hockey {
            // A bar without length is a mark across the dots.
            series.bars.extend(middle.map(|(x, y)| (x, y, y)));
        } else {
            series.dots.extend(middle);
        }
        let interval = d.interval.filter(|_| !style.hockey);
        series
            .bars
            .extend(interval.and_then(|i| Some((x, up.at_or_below(i.low), up.at(i.high)?))));
        let sparse = style.across.is_numeric && style.across.is_sparse();
        let single = group.values.len() == 1 && sparse;
        let dots = group.values.iter().filter(|_| style.hockey || single);
        series
            .dots
            .extend(dots.filter_map(|value| Some((x, up.at(*value)?))));
    }
    series.line = sorted(series.line);
    series
}

/// What a series is called: a value of the key that tells it apart, or the column that was measured.
fn label(choice: &Choice, by: &str) -> String {
    if choice.is_of_several() {
        return bare(by).to_owned();
    }
    said(choice.by.as_deref(), by)
}

/// The y axis. Of several columns it has their names; in panels of their own each stands above its own.
fn upwards(
    choice: &Choice,
    all: &[f64],
    most: f64,
    (by, unit): (&[&str], &str),
) -> Result<Up, String> {
    let mut up = if choice.log_y {
        Up::logarithmic(&choice.y, all)?
    } else {
        Up::linear(&choice.y, most)
    };
    if choice.is_of_several() && choice.kind == Kind::Multiples {
        (up.scale.name, up.scale.short) = Default::default();
    } else if choice.is_of_several() {
        let names: Vec<&str> = by.iter().map(|&column| bare(column)).collect();
        up.scale.name = with_unit(&names.join(", "), unit);
        up.scale.short = with_unit("", unit);
    }
    Ok(up)
}

/// The panels of small multiples, each with its value of by above it, or the column that it measures.
fn multiples(
    choice: &Choice,
    by: &[&str],
    unit: &str,
    series: impl Fn(&str) -> Series,
) -> Vec<Panel> {
    let key = choice.by.as_deref().unwrap_or_default();
    let key = bare(key.rsplit('.').next().unwrap_or_default());
    let alone = |by: &&str| {
        let Series { label, .. } = series(by);
        let unlabelled = Series {
            label: String::new(),
            ..series(by)
        };
        let name = if choice.is_of_several() {
            with_unit(&label, unit)
        } else {
            format!("{key} {label}")
        };
        Panel {
            name,
            series: vec![unlabelled],
        }
    };
    by.iter().map(alone).collect()
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
    let most = most(groups).max(most(&theory));
    let by = different(groups, |g| &g.by);
    let unit = unit(&choice.y, most).1;
    let up = upwards(choice, &all, most, (&by, unit))?;
    let nowhere = all.iter().filter(|&&value| up.at(value).is_none()).count();
    let style = Style {
        across: &across,
        up: &up,
        column: &choice.y,
        hockey: choice.kind == Kind::Hockey,
    };
    let one = |by: &str| Series {
        label: label(choice, by),
        ..series(groups, by, &style)
    };
    let limit = (!theory.is_empty()).then(|| Series {
        label: "nothing freed".to_owned(),
        bars: Vec::new(),
        dots: Vec::new(),
        theory: true,
        ..series(&theory, "", &style)
    });
    let mut panels = if choice.kind == Kind::Multiples {
        multiples(choice, &by, unit, one)
    } else {
        let (name, series) = (String::new(), by.iter().map(|by| one(by)).collect());
        vec![Panel { name, series }]
    };
    for panel in &mut panels {
        panel.series.extend(limit.clone());
    }
    Ok(Panels {
        title: choice.title.clone(),
        note: choice.note(&marks(choice, &across, nowhere)),
        told_apart: choice.told_apart(),
        x: across.scale,
        y: up.scale,
        panels,
        caption: choice.caption.clone(),
    })
}

/// What the marks mean, and how many values have none.
fn marks(choice: &Choice, across: &Across, nowhere: usize) -> String {
    let marks = match (choice.kind, choice.is_series, across.is_sparse()) {
        (Kind::Hockey, ..) if !across.is_numeric => "a circle for each run, a dash for the median",
        _ if !across.is_numeric => "a circle for each mean, with its 95 % interval",
        (Kind::Hockey, ..) => "a circle for each run, medians joined",
        (_, true, _) if choice.by.as_deref() == Some(FILE) => "samples of a run each, joined",
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
    let several = table.column(FILE).is_ok();
    if !live || several || table.column("created").is_err() {
        return Ok(None);
    }
    let created = Choice {
        y: "created".to_owned(),
        by: None,
        ..choice.clone()
    };
    groups(table, &created).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is drawn of two runs at each of two places of x.
    fn drawn(kind: Kind, places: [&str; 2]) -> Series {
        let choice = Choice {
            kind,
            x: "x".to_owned(),
            x_words: "x".to_owned(),
            y: "y".to_owned(),
            by: None,
            log_x: false,
            log_y: false,
            is_series: false,
            mixed: Vec::new(),
            cut_off: None,
            title: String::new(),
            caption: String::new(),
        };
        let group = |x: &str| Group {
            by: String::new(),
            x: x.to_owned(),
            values: vec![1.0, 3.0],
        };
        let groups = places.map(group);
        let panels = lines(&Table::default(), &groups, &choice).expect("it can be drawn");
        panels.panels[0].series[0].clone()
    }

    #[test]
    fn names_are_not_joined_by_lines() {
        let (mutex, fair) = ("mutex", "fair-mutex");
        assert_eq!(drawn(Kind::Lines, ["1", "2"]).line.len(), 2);
        let means = drawn(Kind::Lines, [mutex, fair]);
        assert!(means.line.is_empty() && means.dots.len() == 2 && means.bars.len() == 2);
        let runs = drawn(Kind::Hockey, [mutex, fair]);
        assert!(runs.line.is_empty() && runs.dots.len() == 4 && runs.bars.len() == 2);
    }
}
