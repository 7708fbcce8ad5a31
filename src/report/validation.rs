//! A comparison with recordings: for people, for a document, for programs.

use super::table::columns;
use crate::calibrate::direction::Direction;
use crate::calibrate::quantity::QUANTITIES;
use crate::calibrate::recording::LeftOut;
use crate::calibrate::score::{Compared, Score};
use crate::calibrate::validation::{Judged, Validation};
use std::fmt::Write as _;

/// The whole comparison as text.
pub fn human(validation: &Validation) -> String {
    let mut out = format!(
        "machine   {}\nseeds     1 to {}; p5, p50 and p95 are of these runs, which hold {:.0} % of a right model's further runs\n",
        validation.machine,
        validation.seeds,
        validation.expected_inside * 100.0
    );
    out += &notes(validation);
    out.push('\n');
    for judged in &validation.recordings {
        out += &recording(judged);
    }
    out += &score(validation);
    out += &direction_lines(&validation.directions);
    out + &left_out(validation)
}

/// The comparison as tables of Markdown: every quantity of every recording, the score, the directions.
pub fn markdown(validation: &Validation) -> String {
    let mut out = format!(
        "Machine: {}; seeds 1 to {}. Real value, and median (5 to 95 %) over the seeds; **bold** where the real value lies outside of that. \
         Collapsed: whether more than half of the namespaces created were alive as the real loop ended, and the share of seeds in which they were.\n\n",
        validation.machine, validation.seeds
    );
    let names: Vec<&str> = QUANTITIES
        .iter()
        .map(|quantity| quantity.name)
        .filter(|name| {
            validation
                .by_quantity
                .iter()
                .any(|(known, _)| known == name)
        })
        .collect();
    line(
        &mut out,
        ["recording"]
            .into_iter()
            .chain(names.iter().copied())
            .chain(["collapsed"])
            .map(str::to_owned),
    );
    line(
        &mut out,
        std::iter::repeat_n("---".to_owned(), names.len() + 2),
    );
    for judged in &validation.recordings {
        let cell = |name: &&str| {
            let q = judged.quantities.iter().find(|q| q.name == *name)?;
            let (low, mid, high) = (number(q.sim_p5), number(q.sim_p50), number(q.sim_p95));
            let bold = if q.inside { "" } else { "**" };
            Some(format!(
                "{bold}{}{bold}, {mid} ({low} to {high})",
                number(q.real)
            ))
        };
        let cells = names.iter().map(|name| cell(name).unwrap_or_default());
        let name = format!("`{}`", judged.name);
        let cells = [name].into_iter().chain(cells);
        line(&mut out, cells.chain([collapse(judged)]));
    }
    let score = &validation.score;
    let of = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), number);
    let wrong = validation.directions.iter().filter(|d| !d.right).count();
    writeln!(
        out,
        "\n{} quantities predicted, {} of them above the floor, with a factor: median factor off {}, worst {} ({}); {} % of all inside, relative width {}, interval score {}; {} directions judged, {wrong} wrong.",
        score.quantities,
        score.with_factor,
        of(score.median_factor),
        of(score.worst_factor),
        score.worst.as_deref().unwrap_or("-"),
        of(score.share_inside.map(|share| share * 100.0)),
        of(score.relative_width),
        of(score.interval_score),
        validation.directions.len()
    )
    .expect("a string takes all");
    out + &notes(validation) + &left_out(validation) + &floors(&names)
}

/// What is to be said of all of it.
fn notes(validation: &Validation) -> String {
    let mut out = String::new();
    for note in &validation.notes {
        writeln!(out, "warning: {}", note.text).expect("a string takes all");
    }
    out
}

/// What of the folder was not used.
fn left_out(validation: &Validation) -> String {
    let mut out = String::new();
    for LeftOut { name, why } in &validation.left_out {
        writeln!(out, "left out: {name}: {why}").expect("a string takes all");
    }
    out
}

/// From what size on each quantity counts.
fn floors(names: &[&str]) -> String {
    let known = QUANTITIES.iter().filter(|q| names.contains(&q.name));
    let each: Vec<String> = known
        .map(|q| format!("{} {}", q.name, number(q.floor)))
        .collect();
    format!(
        "Floors, below which two values are as good as equal: {}.\n",
        each.join(", ")
    )
}

/// Whether the recording collapsed, and the share of seeds that did.
fn collapse(judged: &Judged) -> String {
    let real = match judged.collapsed {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not told",
    };
    format!("{real}, {:.0} %", judged.collapsed_share * 100.0)
}

/// A row of a table.
fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.collect();
    writeln!(out, "| {} |", cells.join(" | ")).expect("a string takes all");
}

/// The comparison as JSON.
///
/// # Panics
/// Never: plain structs become JSON.
pub fn json(validation: &Validation) -> String {
    let mut text = serde_json::to_string_pretty(validation).expect("plain structs become JSON");
    text.push('\n');
    text
}

fn recording(judged: &Judged) -> String {
    let how = if judged.fitted { "fitted" } else { "predicted" };
    let mut out = format!("{} ({how})\n  {}\n", judged.name, judged.what);
    for note in &judged.notes {
        writeln!(out, "  note: {}", note.text).expect("a string takes all");
    }
    let collapsed = match judged.collapsed {
        Some(true) => "collapsed",
        Some(false) => "did not collapse",
        None => "does not say whether it collapsed",
    };
    let share = judged.collapsed_share * 100.0;
    writeln!(
        out,
        "  the recording {collapsed}; {share:.0} % of the seeds did"
    )
    .expect("a string takes all");
    let mut rows = vec![head(&[
        "  ", "real", "sim p5", "p50", "p95", "floor", "", "off",
    ])];
    rows.extend(judged.quantities.iter().map(row));
    out += &columns(1, &rows);
    out.push('\n');
    out
}

fn head(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

fn row(q: &Compared) -> Vec<String> {
    vec![
        format!("  {}", q.name),
        number(q.real),
        number(q.sim_p5),
        number(q.sim_p50),
        number(q.sim_p95),
        number(q.floor),
        if q.inside { "inside" } else { "" }.to_owned(),
        off(q.factor),
    ]
}

/// Four digits, no more.
fn number(value: f64) -> String {
    let size = value.abs();
    let digits = if size >= 100.0 {
        0
    } else if size >= 10.0 {
        1
    } else if size >= 1.0 {
        2
    } else {
        3
    };
    format!("{value:.digits$}")
}

fn off(factor: Option<f64>) -> String {
    factor.map_or_else(
        || "below floor".to_owned(),
        |factor| format!("x {factor:.2}"),
    )
}

fn score(validation: &Validation) -> String {
    let mut rows = vec![head(&[
        "over predicted quantities",
        "n",
        "above floor",
        "median off",
        "worst off",
        "inside",
        "width",
        "interval score",
    ])];
    rows.push(score_row("all", &validation.score));
    let each = validation.by_quantity.iter();
    rows.extend(each.map(|(name, score)| score_row(name, score)));
    let mut out = columns(1, &rows);
    if let Some(worst) = &validation.score.worst {
        writeln!(out, "worst: {worst}").expect("a string takes all");
    }
    out.push('\n');
    out
}

fn score_row(name: &str, score: &Score) -> Vec<String> {
    let plain = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |v| format!("{v:.2}"));
    let factor = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |v| format!("x {v:.2}"));
    let share = score
        .share_inside
        .map(|share| format!("{:.0} %", share * 100.0));
    vec![
        name.to_owned(),
        score.quantities.to_string(),
        score.with_factor.to_string(),
        factor(score.median_factor),
        factor(score.worst_factor),
        share.unwrap_or_else(|| "-".to_owned()),
        plain(score.relative_width),
        plain(score.interval_score),
    ]
}

fn direction_lines(directions: &[Direction]) -> String {
    let wrong = directions.iter().filter(|d| !d.right).count();
    let mut out = format!("directions: {} judged, {wrong} wrong\n", directions.len());
    let mut rows = Vec::new();
    for d in directions {
        rows.push(vec![
            if d.right { "  right" } else { "  WRONG" }.to_owned(),
            d.change.to_owned(),
            d.quantity.to_owned(),
            format!("{} -> {}", d.from, d.to),
            format!("real x {:.2}", d.real_ratio),
            format!("sim x {:.2}", d.sim_ratio),
        ]);
    }
    out += &columns(4, &rows);
    out
}
