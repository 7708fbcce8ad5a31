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

/// Labels: of a line that ends well inside the frame near its end, of the others in a column right of the frame, joined to
/// the end.
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
    // A leader from well inside the frame across it would look like data.
    let is_inside = |&((x, _), line): &((i32, i32), &Line)| {
        line.look != Look::Dashed && x < corner.0 - canvas.px(40)
    };
    let (inside, outside): (Vec<_>, Vec<_>) = ends.into_iter().partition(is_inside);
    let drawn = lines
        .iter()
        .map(|line| line.points.iter().map(pixel).collect());
    let mut room = Room {
        unit: canvas.px(1),
        within: Area {
            upper,
            lower: corner,
        },
        lines: drawn.collect(),
        taken: Vec::new(),
    };
    for (end, line) in inside {
        let style = canvas.font(13, line.color);
        let own: Vec<_> = line.points.iter().map(pixel).collect();
        let at = room.take(end, &own, canvas.width(&line.label, &style)?);
        canvas.text(&line.label, at, &style)?;
    }
    column(canvas, corner, &outside)
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

/// A box of pixels, by its upper left and lower right.
#[derive(Clone, Copy, Debug)]
struct Area {
    upper: (i32, i32),
    lower: (i32, i32),
}

impl Area {
    fn meets(&self, other: &Self) -> bool {
        self.upper.0 < other.lower.0
            && other.upper.0 < self.lower.0
            && self.upper.1 < other.lower.1
            && other.upper.1 < self.lower.1
    }

    fn holds(&self, other: &Self) -> bool {
        self.upper.0 <= other.upper.0
            && self.upper.1 <= other.upper.1
            && other.lower.0 <= self.lower.0
            && other.lower.1 <= self.lower.1
    }

    /// How far a pixel is from it.
    fn far(&self, (x, y): (i32, i32)) -> i32 {
        let across = (self.upper.0 - x).max(x - self.lower.0).max(0);
        let down = (self.upper.1 - y).max(y - self.lower.1).max(0);
        across + down
    }
}

/// Where labels can stand inside of the frame.
struct Room {
    /// The length of one unit in pixels.
    unit: i32,
    within: Area,
    lines: Vec<Vec<(i32, i32)>>,
    /// The labels that stand already.
    taken: Vec<Area>,
}

impl Room {
    /// Takes the free place that is nearest to a line's end for a label of this width: its left end and middle. Where that is
    /// further off than somebody would look, the nearest to any point of the line; where lines are everywhere, the nearest to its
    /// end that no label has.
    fn take(&mut self, end: (i32, i32), own: &[(i32, i32)], width: i32) -> (i32, i32) {
        let near = self.clear(&[end], width);
        let is_near = |at: &(i32, i32)| self.area(*at, width).far(end) <= 60 * self.unit;
        let at = near.filter(is_near).or_else(|| self.clear(own, width));
        let free = || {
            self.places(&[end], width)
                .into_iter()
                .find(|at| self.is_free(*at, width))
        };
        let at = at.or(near).or_else(free).unwrap_or(end);
        self.taken.push(self.area(at, width));
        at
    }

    /// The nearest place to any of these points where neither a label stands nor a line passes.
    fn clear(&self, points: &[(i32, i32)], width: i32) -> Option<(i32, i32)> {
        let is_clear =
            |at: &(i32, i32)| self.is_free(*at, width) && !self.is_crossed(&self.area(*at, width));
        self.places(points, width).into_iter().find(is_clear)
    }

    /// Places around these points, the nearest to one of them first.
    fn places(&self, points: &[(i32, i32)], width: i32) -> Vec<(i32, i32)> {
        let step = 4 * self.unit;
        let reach = if points.len() > 1 { 20 } else { 100 };
        let around = |&(x, y): &(i32, i32)| {
            (-reach..=reach)
                .flat_map(move |i| (-reach..=reach).map(move |j| (x + i * step, y + j * step)))
                .map(move |at| (self.area(at, width).far((x, y)), (at.1 - y).abs(), at))
        };
        let mut places: Vec<_> = points.iter().flat_map(around).collect();
        places.sort_unstable();
        places.into_iter().map(|(_, _, at)| at).collect()
    }

    fn is_free(&self, at: (i32, i32), width: i32) -> bool {
        let area = self.area(at, width);
        self.within.holds(&area) && !self.taken.iter().any(|other| other.meets(&area))
    }

    /// The box around a label, with a little room.
    const fn area(&self, (left, middle): (i32, i32), width: i32) -> Area {
        let (side, half) = (4 * self.unit, 9 * self.unit);
        Area {
            upper: (left - side, middle - half),
            lower: (left + width + side, middle + half),
        }
    }

    fn is_crossed(&self, area: &Area) -> bool {
        self.lines.iter().any(|line| {
            let mut ends = line.windows(2);
            ends.any(|ends| crosses((ends[0], ends[1]), area.upper, area.lower))
        })
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

    fn room(lines: Vec<Vec<(i32, i32)>>) -> Room {
        Room {
            unit: 1,
            within: Area {
                upper: (60, 0),
                lower: (600, 400),
            },
            lines,
            taken: Vec::new(),
        }
    }

    #[test]
    fn labels_stand_where_no_line_passes() {
        let end = (300, 200);
        let mut free = room(Vec::new());
        let at = free.take(end, &[end], 80);
        assert!(free.area(at, 80).far(end) <= 4, "beside its end: {at:?}");
        let mut upright = room(vec![vec![(340, 0), (340, 400)]]);
        let at = upright.take(end, &[end], 80);
        assert!(!upright.is_crossed(&upright.area(at, 80)), "{at:?}");
        assert!(upright.area(at, 80).far(end) <= 8, "{at:?}");
        let everywhere = (0..120).map(|x| vec![(5 * x, 0), (5 * x, 400)]).collect();
        let at = room(everywhere).take(end, &[end], 80);
        assert!(room(Vec::new()).area(at, 80).far(end) <= 8, "{at:?}");
    }

    /// The end lies among lines that leave no room for 400 pixels; the line came from where there is room.
    #[test]
    fn a_label_that_finds_no_room_near_the_end_stands_by_its_own_line() {
        let mut lines: Vec<_> = (0..40)
            .map(|y| vec![(200, 200 + 5 * y), (600, 200 + 5 * y)])
            .collect();
        let own = vec![(80, 60), (90, 100), (560, 390)];
        lines.push(own.clone());
        let mut room = room(lines);
        let at = room.take(own[2], &own, 120);
        let area = room.area(at, 120);
        assert!(
            own[..2].iter().any(|&point| area.far(point) <= 20),
            "{at:?}"
        );
        assert!(!room.is_crossed(&area), "{at:?}");
    }

    /// Each near the end of its own line, apart from the others, and none of them outside of the frame.
    #[test]
    fn labels_stand_near_their_own_ends_and_apart() {
        let lines = vec![
            vec![(60, 300), (200, 390), (220, 399)],
            vec![(60, 300), (200, 200), (226, 399)],
            vec![(60, 300), (420, 100), (430, 395)],
            vec![(60, 300), (436, 398)],
        ];
        let mut room = room(lines.clone());
        for line in &lines {
            let end = line[line.len() - 1];
            let at = room.take(end, line, 120);
            let far = room.area(at, 120).far(end);
            assert!(far <= 60, "{at:?} is {far} from {end:?}");
        }
        for (at, area) in room.taken.iter().enumerate() {
            assert!(
                room.within.holds(area) && !room.is_crossed(area),
                "{area:?}"
            );
            let mut others = room.taken[..at].iter();
            assert!(!others.any(|other| other.meets(area)), "{area:?}");
        }
    }
}
