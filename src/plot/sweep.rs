//! Charts of sweep rows: which rows stand together, and what is drawn of them.

use super::panel::{Panel, Panels, Scale, Series, panels, round_ticks};
use super::region::{RegionCell, RegionChart, region};
use super::table::Table;
use super::{Picture, PlotError};
use crate::stats::LEVEL;
use crate::stats::convert::count;
use crate::stats::distribution::{Distribution, describe};

/// What is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Means with intervals, joined.
    Lines,
    /// The mean as a colour over x and by.
    Heat,
    /// Every run as a dot, medians joined, theory dashed.
    Hockey,
    /// The share of runs up to each value.
    Ecdf,
    /// A panel for each value of by.
    Multiples,
}

/// What to draw of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// What is drawn.
    pub kind: Kind,
    /// Column to the right (not of an ECDF).
    pub x: String,
    /// Column that is measured.
    pub y: String,
    /// Column that tells series, panels or rows apart.
    pub by: Option<String>,
    /// Whether x is logarithmic.
    pub log_x: bool,
    /// Swept columns that are neither x nor by: what is drawn mixes their values.
    pub mixed: Vec<String>,
    /// Title.
    pub title: String,
    /// The command that makes it.
    pub caption: String,
}

impl Choice {
    /// What marks mean, and what is mixed in them.
    fn note(&self, marks: &str) -> String {
        if self.mixed.is_empty() {
            return marks.to_owned();
        }
        format!("{marks}; MIXED over {}", self.mixed.join(", "))
    }
}

/// Rows that stand together.
#[derive(Clone, PartialEq, Debug)]
pub struct Group {
    /// Value of by.
    pub by: String,
    /// Value of x as written.
    pub x: String,
    /// The measured values.
    pub values: Vec<f64>,
}

/// The groups in the order in which they first appear. Rows without a measured value are left out.
pub fn groups(table: &Table, choice: &Choice) -> Result<Vec<Group>, String> {
    let y = table.column(&choice.y)?;
    let x = match choice.kind {
        Kind::Ecdf => None,
        _ => Some(table.column(&choice.x)?),
    };
    let by = choice.by.as_ref().map(|by| table.column(by)).transpose()?;
    let mut groups: Vec<Group> = Vec::new();
    for row in &table.rows {
        let cell = |at: Option<usize>| at.map_or("", |at| row[at].as_str());
        let Ok(value) = row[y].parse::<f64>() else {
            continue;
        };
        let found = groups
            .iter_mut()
            .find(|g| g.by == cell(by) && g.x == cell(x));
        match found {
            Some(group) => group.values.push(value),
            None => groups.push(Group {
                by: cell(by).to_owned(),
                x: cell(x).to_owned(),
                values: vec![value],
            }),
        }
    }
    if groups.is_empty() {
        return Err(format!("no row has a number in `{}`", choice.y));
    }
    Ok(groups)
}

/// A unit that suits values up to `most` of a column, by the end of its name.
fn unit(column: &str, most: f64) -> (f64, &'static str) {
    let of = |units: &[(f64, &'static str)]| {
        let fits = units.iter().find(|(factor, _)| most >= *factor);
        fits.or(units.last()).copied().unwrap_or((1.0, ""))
    };
    if column.ends_with("_ns") {
        of(&[(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns")])
    } else if column.contains("_bytes") {
        of(&[(1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")])
    } else if column.ends_with("_per_1000_s") {
        (1e3, "1/s")
    } else {
        (1.0, "")
    }
}

/// A value of a column as people read it.
pub fn shown(column: &str, value: f64) -> String {
    let (factor, unit) = unit(column, value.abs());
    let number = short(value / factor);
    if unit.is_empty() {
        number
    } else {
        format!("{number} {unit}")
    }
}

/// A cell of a column as people read it.
fn said(column: Option<&str>, cell: &str) -> String {
    let number = cell.parse().ok().filter(|_| !cell.is_empty());
    number.map_or_else(|| cell.to_owned(), |v| shown(column.unwrap_or_default(), v))
}

/// A column's name without its unit.
fn bare(column: &str) -> &str {
    column
        .trim_end_matches("_ns")
        .trim_end_matches("_bytes")
        .trim_end_matches("_per_1000_s")
}

fn name(column: &str, unit: &str) -> String {
    let short = bare(column);
    if unit.is_empty() {
        column.to_owned()
    } else {
        format!("{short} [{unit}]")
    }
}

/// A number as short as it is exact to four digits.
fn short(value: f64) -> String {
    let text = match value.abs() {
        100.0.. => format!("{value:.0}"),
        1.0.. => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    };
    if text.contains('.') {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    text
}

/// Draws a chart.
pub fn chart(table: &Table, choice: &Choice) -> Result<Picture, String> {
    let groups = groups(table, choice)?;
    let draw = |result: Result<Picture, PlotError>| result.map_err(|error| error.to_string());
    match choice.kind {
        Kind::Heat => draw(region(&heat(&groups, choice))),
        Kind::Ecdf => draw(panels(&ecdf(&groups, choice))),
        Kind::Lines | Kind::Hockey | Kind::Multiples => {
            draw(panels(&lines(table, &groups, choice)?))
        }
    }
}

/// Different values in order of appearance.
fn different<'g>(groups: &'g [Group], of: impl Fn(&'g Group) -> &'g str) -> Vec<&'g str> {
    let mut seen = Vec::new();
    for group in groups {
        if !seen.contains(&of(group)) {
            seen.push(of(group));
        }
    }
    seen
}

fn described(values: &[f64]) -> Distribution {
    describe(values, LEVEL).expect("a group has a value")
}

fn most(groups: &[Group]) -> f64 {
    groups
        .iter()
        .flat_map(|g| &g.values)
        .copied()
        .fold(0.0, f64::max)
}

/// The x axis: positions of numbers, or places of names.
struct Across {
    places: Vec<(String, f64)>,
    scale: Scale,
}

fn across(groups: &[Group], choice: &Choice) -> Result<Across, String> {
    let names = different(groups, |g| &g.x);
    let numbers: Option<Vec<f64>> = names.iter().map(|x| x.parse().ok()).collect();
    let (factor, unit) = numbers.as_ref().map_or((1.0, ""), |n| {
        unit(&choice.x, n.iter().copied().fold(0.0, f64::max))
    });
    let position = |at: usize| match &numbers {
        Some(numbers) if choice.log_x => libm::log10(numbers[at] / factor),
        Some(numbers) => numbers[at] / factor,
        None => count(at),
    };
    if choice.log_x && numbers.as_ref().is_none_or(|n| n.iter().any(|&v| v <= 0.0)) {
        return Err(format!(
            "`{}` has values that no logarithmic axis takes",
            choice.x
        ));
    }
    let places: Vec<(String, f64)> = names
        .iter()
        .enumerate()
        .map(|(at, x)| ((*x).to_owned(), position(at)))
        .collect();
    let label = |at: usize| {
        numbers
            .as_ref()
            .map_or(names[at].to_owned(), |n| short(n[at] / factor))
    };
    let mut ticks: Vec<(f64, String)> = (0..names.len())
        .map(|at| (places[at].1, label(at)))
        .collect();
    ticks.sort_by(|a, b| a.0.total_cmp(&b.0));
    let low = ticks[0].0;
    let high = ticks[ticks.len() - 1].0;
    let margin = if high > low { 0.04 * (high - low) } else { 1.0 };
    Ok(Across {
        places,
        scale: Scale {
            name: name(&choice.x, unit),
            low: low - margin,
            high: high + margin,
            ticks,
        },
    })
}

fn up(column: &str, most: f64) -> (f64, Scale) {
    let (factor, unit) = unit(column, most);
    let ticks = round_ticks(0.0, (most / factor).max(1e-9) * 1.05, 5);
    let high = ticks.last().copied().unwrap_or(1.0);
    let ticks = ticks.into_iter().map(|v| (v, short(v))).collect();
    let scale = Scale {
        name: name(column, unit),
        low: 0.0,
        high,
        ticks,
    };
    (factor, scale)
}

/// Points in order of x.
fn sorted(mut points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
}

/// One value of by: a line through means or medians, with intervals or every run.
fn series(groups: &[Group], by: &str, hockey: bool, place: impl Fn(&str) -> f64) -> Series {
    let mut series = Series {
        label: by.to_owned(),
        ..Series::default()
    };
    for group in groups.iter().filter(|group| group.by == by) {
        let (x, d) = (place(&group.x), described(&group.values));
        let middle = if hockey { d.five[2] } else { d.moments.mean };
        series.line.push((x, middle));
        series
            .bars
            .extend(d.interval.filter(|_| !hockey).map(|i| (x, i.low, i.high)));
        let shown = hockey || group.values.len() == 1;
        let dots = group.values.iter().filter(|_| shown);
        series.dots.extend(dots.map(|value| (x, *value)));
    }
    series.line = sorted(series.line);
    series
}

/// The same in another unit.
fn scaled(mut series: Series, factor: f64) -> Series {
    for point in series.line.iter_mut().chain(&mut series.dots) {
        point.1 /= factor;
    }
    for bar in &mut series.bars {
        *bar = (bar.0, bar.1 / factor, bar.2 / factor);
    }
    series
}

fn lines(table: &Table, groups: &[Group], choice: &Choice) -> Result<Panels, String> {
    let across = across(groups, choice)?;
    let theory = theory(table, choice)?.unwrap_or_default();
    let (factor, y) = up(&choice.y, most(groups).max(most(&theory)));
    let place = |x: &str| across.places.iter().find(|p| p.0 == x).map_or(0.0, |p| p.1);
    let hockey = choice.kind == Kind::Hockey;
    let one = |by: &str| Series {
        label: said(choice.by.as_deref(), by),
        ..scaled(series(groups, by, hockey, place), factor)
    };
    let limit = (!theory.is_empty()).then(|| Series {
        label: "nothing freed".to_owned(),
        bars: Vec::new(),
        dots: Vec::new(),
        theory: true,
        ..scaled(series(&theory, "", false, place), factor)
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
    let note = if hockey {
        "a circle for each run, medians joined"
    } else {
        "means of runs with 95 % intervals; a circle where there is one run"
    };
    Ok(Panels {
        title: choice.title.clone(),
        note: choice.note(note),
        x: across.scale,
        y,
        panels,
        caption: choice.caption.clone(),
    })
}

/// What live namespaces would be if none were freed: as many as were created.
fn theory(table: &Table, choice: &Choice) -> Result<Option<Vec<Group>>, String> {
    if !choice.y.starts_with("live_") || table.column("created").is_err() {
        return Ok(None);
    }
    let created = Choice {
        y: "created".to_owned(),
        by: None,
        ..choice.clone()
    };
    groups(table, &created).map(Some)
}

fn ecdf(groups: &[Group], choice: &Choice) -> Panels {
    let (factor, x) = up(&choice.y, most(groups));
    let series = |group: &Group| {
        let d = described(&group.values);
        let mut line = vec![(0.0, 0.0)];
        for (at, value) in d.sorted.iter().enumerate() {
            line.push((value / factor, count(at) / count(d.sorted.len())));
            line.push((value / factor, count(at + 1) / count(d.sorted.len())));
        }
        line.push((x.high, 1.0));
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
        y: Scale {
            name: "share of runs".to_owned(),
            low: 0.0,
            high: 1.04,
            ticks: ticks.to_vec(),
        },
        panels: vec![Panel {
            name: String::new(),
            series: groups.iter().map(series).collect(),
        }],
        x,
        caption: choice.caption.clone(),
    }
}

fn heat(groups: &[Group], choice: &Choice) -> RegionChart {
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
