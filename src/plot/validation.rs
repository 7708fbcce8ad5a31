//! Recorded and simulated curves over each other: memory lost over time, a panel for each recording.

use super::chart::{Chart, round};
use super::{Canvas, Drawing, GREY, INK, Picture, PlotError, SKY, VERMILION, render};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// One recording and its runs: points of seconds and MiB.
#[derive(Clone, PartialEq, Debug)]
pub struct Curves {
    /// What was recorded, in words.
    pub title: String,
    /// The recording's name.
    pub name: String,
    /// As recorded.
    pub real: Vec<(f64, f64)>,
    /// Each run.
    pub runs: Vec<Vec<(f64, f64)>>,
}

/// Panels in a row.
const ACROSS: usize = 3;
/// Height of a row, in units.
const ROW: i32 = 204;
/// Where the first row begins, in units.
const TOP: i32 = 96;

struct Validation<'c> {
    title: &'c str,
    caption: &'c str,
    all: &'c [Curves],
}

/// Draws every recording with its runs.
///
/// # Errors
///
/// If it cannot be drawn.
pub fn validation(title: &str, caption: &str, all: &[Curves]) -> Result<Picture, PlotError> {
    render(&Validation {
        title,
        caption,
        all,
    })
}

impl Drawing for Validation<'_> {
    fn size(&self) -> (u32, u32) {
        let rows = i32::try_from(self.all.len().div_ceil(ACROSS)).unwrap_or(1_000);
        (960, (TOP + rows * ROW + 20).unsigned_abs())
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<(), PlotError> {
        canvas.title(self.title)?;
        let entries = [
            ("recorded", VERMILION),
            ("simulated, a line for each seed", SKY),
        ];
        canvas.legend_from(16, 44, &entries)?;
        let small = canvas.font(12, GREY);
        for (at, curves) in self.all.iter().enumerate() {
            let row = i32::try_from(at / ACROSS).unwrap_or(0);
            let column = i32::try_from(at % ACROSS).unwrap_or(0);
            panel(canvas, (60 + column * 305, TOP + row * ROW), curves)?;
        }
        let foot = i32::try_from(self.size().1).unwrap_or(0) - 14;
        canvas.text(self.caption, (canvas.px(16), canvas.px(foot)), &small)
    }
}

fn panel<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    (left, top): (i32, i32),
    curves: &Curves,
) -> Result<(), PlotError> {
    let end = curves.real.last().map_or(1.0, |last| last.0).max(0.1);
    let points = curves.runs.iter().flatten().filter(|p| p.0 <= end);
    let most = curves.real.iter().chain(points).map(|p| p.1);
    let most = most.fold(1.0, f64::max);
    let chart = Chart {
        left,
        top,
        width: 250,
        height: 120,
        x: (0.0, end),
        y_max: most * 1.05,
    };
    let within = |points: &[(f64, f64)]| -> Vec<(f64, f64)> {
        points.iter().copied().filter(|p| p.0 <= end).collect()
    };
    for run in &curves.runs {
        chart.line(
            canvas,
            &within(run),
            SKY.mix(0.6).stroke_width(canvas.scale),
        )?;
    }
    let real = VERMILION.stroke_width(2 * canvas.scale);
    chart.line(canvas, &within(&curves.real), real)?;
    let whole = |v: f64| format!("{v:.0}");
    chart.axes(canvas, "", (&round(end, whole), &round(most, whole)))?;
    let lines = [
        (&curves.title, 22, canvas.font(13, INK)),
        (&curves.name, 8, canvas.font(10, GREY)),
    ];
    lines.into_iter().try_for_each(|(text, above, style)| {
        canvas.text(text, (canvas.px(left), canvas.px(top - above)), &style)
    })?;
    names(canvas, &chart)
}

/// The names of the axes, in the middle of each.
fn names<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, chart: &Chart) -> Result<(), PlotError> {
    let small = canvas.font(12, GREY);
    let across = "time since the loop began [s]";
    let half = canvas.width(across, &small)? / 2;
    let (middle, foot) = (chart.left + chart.width / 2, chart.top + chart.height);
    let below = (canvas.px(middle) - half, canvas.px(foot + 29));
    canvas.text(across, below, &small)?;
    let upwards = small
        .transform(FontTransform::Rotate270)
        .pos(Pos::new(HPos::Center, VPos::Center));
    let left = (
        canvas.px(chart.left - 42),
        canvas.px(chart.top + chart.height / 2),
    );
    let text = Text::new("memory lost [MiB]", left, upwards);
    canvas.area.draw(&text).map_err(|e| PlotError::new(&e))
}
