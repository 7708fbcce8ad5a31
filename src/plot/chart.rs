//! A small frame at any place of a picture: bars, steps and lines, on axes that may be logarithmic.

use super::{Canvas, GREY, INK, PlotError};
use crate::stats::convert::whole;
use plotters::prelude::*;

/// Where numbers stand on an axis, and what they say.
pub(super) type Ticks = Vec<(f64, String)>;

/// A frame: its place in units, and the values at its edges.
pub(super) struct Chart {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) x: (f64, f64),
    pub(super) y_max: f64,
}

impl Chart {
    /// The pixel of a value.
    fn at<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>, (x, y): (f64, f64)) -> (i32, i32) {
        let part = |value: f64, low: f64, high: f64, length: i32| {
            let part = ((value - low) / (high - low)).clamp(0.0, 1.0);
            let pixels = part * f64::from(canvas.px(length));
            i32::try_from(whole(pixels.round())).unwrap_or(0)
        };
        (
            canvas.px(self.left) + part(x, self.x.0, self.x.1, self.width),
            canvas.px(self.top + self.height) - part(y, 0.0, self.y_max, self.height),
        )
    }

    /// Axes, faint lines at the numbers, and a title above.
    pub(super) fn axes<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        title: &str,
        (x, y): (&Ticks, &Ticks),
    ) -> Result<(), PlotError> {
        let ink = canvas.font(13, INK);
        let above = (canvas.px(self.left), canvas.px(self.top - 12));
        canvas.text(title, above, &ink)?;
        let small = canvas.font(12, GREY);
        for (value, text) in y {
            let (left, at) = self.at(canvas, (self.x.0, *value));
            let right = canvas.px(self.left + self.width);
            path(canvas, vec![(left, at), (right, at)], GREY.mix(0.2))?;
            let room = canvas.width(text, &small)? + canvas.px(6);
            canvas.text(text, (left - room, at), &small)?;
        }
        for (value, text) in x {
            let (at, foot) = self.at(canvas, (*value, 0.0));
            let tick = vec![(at, foot), (at, foot + canvas.px(4))];
            path(canvas, tick, GREY.mix(1.0))?;
            let half = canvas.width(text, &small)? / 2;
            canvas.text(text, (at - half, foot + canvas.px(13)), &small)?;
        }
        let ends = [self.x.0, self.x.1].map(|x| self.at(canvas, (x, 0.0)));
        path(canvas, ends.to_vec(), GREY.mix(1.0))
    }

    /// A bar from one x to another; a sliver at least.
    pub(super) fn bar<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        (from, to): (f64, f64),
        (low, high): (f64, f64),
        color: RGBColor,
    ) -> Result<(), PlotError> {
        let (left, foot) = self.at(canvas, (from, low));
        let (right, head) = self.at(canvas, (to, high));
        let head = if high > low { head.min(foot - 1) } else { foot };
        let corners = [(left, head), (right.max(left + 1), foot)];
        let bar = Rectangle::new(corners, color.filled());
        canvas.area.draw(&bar).map_err(|e| PlotError::new(&e))
    }

    /// A line through some values.
    pub(super) fn line<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        points: &[(f64, f64)],
        style: ShapeStyle,
    ) -> Result<(), PlotError> {
        let points: Vec<_> = points.iter().map(|&at| self.at(canvas, at)).collect();
        let line = PathElement::new(points, style);
        canvas.area.draw(&line).map_err(|e| PlotError::new(&e))
    }
}

fn path<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    points: Vec<(i32, i32)>,
    color: RGBAColor,
) -> Result<(), PlotError> {
    let line = PathElement::new(points, color.stroke_width(canvas.scale));
    canvas.area.draw(&line).map_err(|e| PlotError::new(&e))
}

/// Three to six round numbers from zero up to `most`.
pub(super) fn round(most: f64, show: impl Fn(f64) -> String) -> Ticks {
    let most = most.max(f64::MIN_POSITIVE);
    let rough = most / 5.0;
    let ten = libm::pow(10.0, libm::floor(libm::log10(rough)));
    let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * ten);
    let step = step.into_iter().find(|&s| s >= rough).unwrap_or(most);
    (0..=8)
        .map(|n| f64::from(n) * step)
        .take_while(|&v| v <= most * 1.001)
        .map(|v| (v, show(v)))
        .collect()
}
