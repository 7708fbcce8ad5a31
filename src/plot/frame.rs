//! A frame with two axes and lines labelled at their ends.

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
}

/// A line.
pub(super) struct Line {
    /// Written at its end unless empty.
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
        .y_label_area_size(canvas.px(58))
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
    };
    drawn.map_err(|e| PlotError::new(&e))
}

/// Labels in a column right of the frame, each joined to its line's end.
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
    let column = pixel(&(axes.x_max, 0.0));
    let mut places: Vec<((i32, i32), &Line)> = lines
        .iter()
        .filter(|line| !line.label.is_empty())
        .filter_map(|line| line.points.last().map(|end| (pixel(end), line)))
        .collect();
    places.sort_by_key(|&((x, y), _)| (y, x));
    let step = canvas.px(17);
    let mut at: Vec<i32> = places.iter().map(|&((_, y), _)| y).collect();
    // Downwards apart, then up again from the lower edge.
    for i in 1..at.len() {
        at[i] = at[i].max(at[i - 1] + step);
    }
    let mut limit = column.1 - canvas.px(9);
    for y in at.iter_mut().rev() {
        *y = (*y).min(limit);
        limit = *y - step;
    }
    // Beside a line that ends well inside the frame; a leader across it would look like data.
    let inside = |end: (i32, i32), line: &Line| {
        line.look != Look::Dashed && end.0 < column.0 - canvas.px(150)
    };
    let ends = places.iter().filter(|&&(end, line)| inside(end, line));
    let beside = ends.map(|&(end, _)| end.0).max().unwrap_or(column.0);
    for (&(end, line), &y) in places.iter().zip(&at) {
        let edge = if inside(end, line) { beside } else { column.0 };
        let near = (edge + canvas.px(14), y);
        let faint = if line.look == Look::Dashed { 0.25 } else { 0.5 };
        let style = line.color.mix(faint).stroke_width(canvas.scale);
        let leader = PathElement::new(vec![end, (edge, end.1), near], style);
        canvas.area.draw(&leader).map_err(|e| PlotError::new(&e))?;
        let style = canvas.font(13, line.color);
        canvas.text(&line.label, (near.0 + canvas.px(4), y), &style)?;
    }
    Ok(())
}
