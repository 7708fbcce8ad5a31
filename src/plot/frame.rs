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
    /// Nothing but its label, which speaks of several lines.
    Label,
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
    let mut block = Block::default();
    for (&(end, line), &y) in places.iter().zip(&at) {
        if inside(end, line) {
            block.left = block.left.max(end.0 + canvas.px(18));
            let width = canvas.width(&line.label, &canvas.font(13, line.color))?;
            block.rows.push((y, width));
        }
    }
    let drawn = lines
        .iter()
        .map(|line| line.points.iter().map(pixel).collect());
    let drawn: Vec<Vec<(i32, i32)>> = drawn.collect();
    let (dx, dy) = block.free_place(canvas.px(1), column, &drawn);
    for (&(end, line), &y) in places.iter().zip(&at) {
        let faint = if line.look == Look::Dashed { 0.25 } else { 0.5 };
        let faint = line.color.mix(faint).stroke_width(canvas.scale);
        let style = canvas.font(13, line.color);
        let gap = canvas.px(4);
        let (at, leader) = if inside(end, line) {
            let at = (block.left + dx, y + dy);
            // Labels that were moved out of the way are known by their colour: a leader would cross
            // the others.
            let moved = (dx, dy) != (0, 0);
            let near = if moved { end } else { (at.0 - gap, at.1) };
            (at, vec![end, near])
        } else {
            let near = (column.0 + canvas.px(14), y);
            ((near.0 + gap, y), vec![end, (column.0, end.1), near])
        };
        let leader = PathElement::new(leader, faint);
        canvas.area.draw(&leader).map_err(|e| PlotError::new(&e))?;
        canvas.text(&line.label, at, &style)?;
    }
    Ok(())
}

/// Labels that stand together inside the frame: their left end, and the middle and width of each.
#[derive(Default)]
struct Block {
    left: i32,
    rows: Vec<(i32, i32)>,
}

impl Block {
    /// How far it goes from its place to the nearest one above `corner`, the frame's lower right, that no
    /// line passes through; nowhere if there is none. `unit` is the length of one in pixels.
    fn free_place(&self, unit: i32, corner: (i32, i32), lines: &[Vec<(i32, i32)>]) -> (i32, i32) {
        let step = 6 * unit;
        let mut moves: Vec<(i32, i32)> = (-60..=60)
            .flat_map(|x| (-60..=0).map(move |y| (x * step, y * step)))
            .collect();
        moves.sort_by_key(|&(x, y)| (x.abs() + y.abs(), y, x));
        let fits = |&(dx, dy): &(i32, i32)| {
            self.rows.iter().all(|&(y, width)| {
                let (left, right) = (self.left + dx - 6 * unit, self.left + dx + width + 2 * unit);
                let (top, foot) = (y + dy - 9 * unit, y + dy + 9 * unit);
                let within = left > 60 * unit && right < corner.0 && top > 0 && foot < corner.1;
                let crossed = |line: &Vec<(i32, i32)>| {
                    let mut ends = line.windows(2);
                    ends.any(|ends| crosses((ends[0], ends[1]), (left, top), (right, foot)))
                };
                within && !lines.iter().any(crossed)
            })
        };
        moves.into_iter().find(fits).unwrap_or_default()
    }
}

/// Whether a straight line has a point in a box, given by its upper left and lower right.
fn crosses(ends: ((i32, i32), (i32, i32)), upper: (i32, i32), lower: (i32, i32)) -> bool {
    let ((ax, ay), (bx, by)) = ends;
    let steps = (bx - ax).abs().max((by - ay).abs()).max(1);
    let beside = ax.max(bx) < upper.0 || ax.min(bx) > lower.0;
    if beside || ay.max(by) < upper.1 || ay.min(by) > lower.1 {
        return false;
    }
    (0..=steps).any(|step| {
        let (x, y) = (ax + (bx - ax) * step / steps, ay + (by - ay) * step / steps);
        (upper.0..=lower.0).contains(&x) && (upper.1..=lower.1).contains(&y)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_where_no_line_passes() {
        let block = Block {
            left: 300,
            rows: vec![(200, 80), (217, 60)],
        };
        let corner = (600, 400);
        assert_eq!(block.free_place(1, corner, &[]), (0, 0));
        let upright = vec![vec![(340, 0), (340, 400)]];
        let (dx, dy) = block.free_place(1, corner, &upright);
        assert_eq!(dy, 0);
        assert!(300 + dx > 340 || 300 + dx + 80 < 340, "{dx}");
        let nowhere: Vec<_> = (0..60).map(|x| vec![(10 * x, 0), (10 * x, 400)]).collect();
        assert_eq!(block.free_place(1, corner, &nowhere), (0, 0));
    }
}
