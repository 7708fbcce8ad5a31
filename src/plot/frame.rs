//! A frame with two axes and lines labelled at their peaks or ends.

use super::room::{Area, Room};
use super::{Canvas, GREY, INK, PlotError};
use plotters::chart::ChartContext;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

/// The axes.
pub(super) struct Axes {
    pub(super) x: &'static str,
    pub(super) y: &'static str,
    pub(super) x_max: f64,
    pub(super) y_max: f64,
    /// About how many numbers stand on the y axis.
    pub(super) y_labels: usize,
    /// Space on the right for labels, in units.
    pub(super) right: i32,
    /// Space above for the title and legend, in units.
    pub(super) top: i32,
}

/// How a line looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Solid(u32),
    Dashed,
    Dots,
    /// Nothing but its label, which speaks of several lines.
    Label,
}

/// A line.
pub(super) struct Line {
    /// Written at its peak or end unless empty.
    pub(super) label: String,
    pub(super) color: RGBColor,
    pub(super) look: Look,
    pub(super) points: Vec<(f64, f64)>,
}

type Chart<'a, DB> = ChartContext<'a, DB, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Draws axes, lines and, last, their labels.
pub(super) fn lines<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    axes: &Axes,
    lines: &[Line],
) -> Result<(), PlotError> {
    let mut chart = frame(canvas, axes)?;
    for line in lines {
        draw_line(canvas, &mut chart, line)?;
    }
    labels(canvas, &chart, axes, lines)
}

/// The empty frame.
pub(super) fn frame<'a, DB: DrawingBackend>(
    canvas: &Canvas<'a, DB>,
    axes: &Axes,
) -> Result<Chart<'a, DB>, PlotError> {
    let mut chart = ChartBuilder::on(canvas.area)
        .margin_top(canvas.px(axes.top))
        .margin_right(canvas.px(axes.right))
        .margin_left(canvas.px(10))
        .margin_bottom(canvas.px(8))
        .x_label_area_size(canvas.px(if axes.x.is_empty() { 24 } else { 42 }))
        .y_label_area_size(canvas.px(66))
        .build_cartesian_2d(0.0..axes.x_max, 0.0..axes.y_max)
        .map_err(|e| PlotError::new(&e))?;
    let small = canvas.font(13, INK);
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(GREY.mix(0.25))
        .light_line_style(TRANSPARENT)
        .axis_style(GREY.stroke_width(canvas.scale))
        .x_labels(9)
        .y_labels(axes.y_labels)
        .x_label_formatter(&|v| number(*v))
        .y_label_formatter(&|v| number(*v))
        .label_style(small.clone())
        .axis_desc_style(small)
        .x_desc(axes.x)
        .y_desc(axes.y)
        .draw()
        .map_err(|e| PlotError::new(&e))?;
    Ok(chart)
}

/// At most two digits after the point, without trailing zeros.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

fn draw_line<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    chart: &mut Chart<'_, DB>,
    line: &Line,
) -> Result<(), PlotError> {
    let points = line.points.iter().copied();
    let color = line.color;
    let drawn = match line.look {
        Look::Solid(width) => chart
            .draw_series(LineSeries::new(
                points,
                color.stroke_width(width * canvas.scale),
            ))
            .map(|_| ()),
        Look::Dashed => chart
            .draw_series(DashedLineSeries::new(
                points,
                canvas.px(7),
                canvas.px(5),
                color.stroke_width(2 * canvas.scale),
            ))
            .map(|_| ()),
        Look::Dots => chart
            .draw_series(points.map(|p| Circle::new(p, canvas.px(2), color.filled())))
            .map(|_| ()),
        Look::Label => Ok(()),
    };
    drawn.map_err(|e| PlotError::new(&e))
}

/// Labels: of a line at its highest point if there is room; else near its end where that lies well inside the frame, and of
/// the others in a column right of the frame, joined to the end.
fn labels<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    chart: &Chart<'_, DB>,
    axes: &Axes,
    lines: &[Line],
) -> Result<(), PlotError> {
    let base = canvas.area.get_base_pixel();
    let pixel = |at: &(f64, f64)| {
        let (x, y) = chart.backend_coord(at);
        (x - base.0, y - base.1)
    };
    let upper = pixel(&(0.0, axes.y_max));
    let corner = pixel(&(axes.x_max, 0.0));
    let mut ends: Vec<((i32, i32), &Line)> = lines
        .iter()
        .filter(|line| !line.label.is_empty())
        .filter_map(|line| line.points.last().map(|end| (pixel(end), line)))
        .collect();
    ends.sort_by_key(|&((x, y), _)| (y, x));
    let drawn = lines
        .iter()
        .map(|line| line.points.iter().map(pixel).collect());
    // No label stands on a leader either.
    let dashed = ends.iter().filter(|(_, line)| line.look == Look::Dashed);
    let leaders = dashed.map(|&(end, _)| vec![end, (corner.0, end.1)]);
    let mut room = Room {
        unit: canvas.px(1),
        within: Area {
            upper,
            lower: corner,
        },
        lines: drawn.chain(leaders).collect(),
        taken: Vec::new(),
    };
    let mut outside = Vec::new();
    for (end, line) in ends {
        let style = canvas.font(13, line.color);
        let width = canvas.width(&line.label, &style)?;
        let own: Vec<_> = line.points.iter().map(pixel).collect();
        let at = match line.look {
            Look::Solid(_) => room.take_at_peak(&own, width),
            _ => None,
        };
        if at.is_none() && is_outside(line, axes.x_max) {
            outside.push((end, line));
            continue;
        }
        let at = at.unwrap_or_else(|| room.take(end, &own, width));
        canvas.text(&line.label, at, &style)?;
    }
    column(canvas, corner, &outside)
}

/// Whether a line's label stands right of the frame if not at its peak: a leader from well inside the frame across it would
/// look like data.
fn is_outside(line: &Line, x_max: f64) -> bool {
    let end = line.points.last().map_or(0.0, |end| end.0);
    line.look == Look::Dashed || end > 0.955 * x_max
}

/// The space that labels need right of frames, in units.
pub(super) fn margin(frames: &[(&[Line], f64)]) -> i32 {
    let needs = |&(lines, x_max): &(&[Line], f64)| {
        let mut named = lines.iter().filter(|line| !line.label.is_empty());
        named.any(|line| is_outside(line, x_max))
    };
    if frames.iter().any(needs) { 215 } else { 24 }
}

/// Labels right of the frame, each joined to its line's end.
fn column<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    corner: (i32, i32),
    ends: &[((i32, i32), &Line)],
) -> Result<(), PlotError> {
    let step = canvas.px(17);
    let mut at: Vec<i32> = ends.iter().map(|&((_, y), _)| y).collect();
    // Downwards apart, then up again from the lower edge.
    for i in 1..at.len() {
        at[i] = at[i].max(at[i - 1] + step);
    }
    let mut limit = corner.1 - canvas.px(9);
    for y in at.iter_mut().rev() {
        *y = (*y).min(limit);
        limit = *y - step;
    }
    for (&(end, line), &y) in ends.iter().zip(&at) {
        // Grey: in the line's own colour it would look like data that goes on.
        let faint = BLACK.mix(0.2).stroke_width(canvas.scale);
        let near = (corner.0 + canvas.px(14), y);
        let leader = PathElement::new(vec![end, (corner.0, end.1), near], faint);
        canvas.area.draw(&leader).map_err(|e| PlotError::new(&e))?;
        let style = canvas.font(13, line.color);
        canvas.text(&line.label, (near.0 + canvas.px(4), y), &style)?;
    }
    Ok(())
}
