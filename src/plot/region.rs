//! A failing region over two axes: a heat map of the share of runs that fail, with its edge.

use super::colors::{pale, share_color, text_on};
use super::{Canvas, Drawing, GREY, INK, Picture, PlotError, VERMILION, render};
use plotters::prelude::*;

/// One place.
#[derive(Clone, PartialEq, Debug)]
pub struct RegionCell {
    /// What its colour stands for, between 0 and 1, if it was run: the share of runs that failed.
    pub share: Option<f64>,
    /// Whether it fails, if that is clear; the edge runs between places that do and places that
    /// do not.
    pub fails: Option<bool>,
    /// Whether it was run and neither is clear: marked with `?`.
    pub unclear: bool,
    /// Written into it, if there is room.
    pub text: String,
}

/// A failing region.
#[derive(Clone, PartialEq, Debug)]
pub struct RegionChart {
    /// Title.
    pub title: String,
    /// Name and values of the axis to the right.
    pub x: (String, Vec<String>),
    /// Name and values of the axis upwards.
    pub y: (String, Vec<String>),
    /// Rows from the bottom, each from the left.
    pub cells: Vec<Vec<RegionCell>>,
    /// What colours mean: each with its place between 0 and 1; a pale one stands for places that
    /// were not run.
    pub legend: Vec<(String, f64)>,
    /// Whether there are places that were not run, and an edge.
    pub inferred: bool,
    /// The command that makes it.
    pub caption: String,
}

/// Where the frame lies, in units: left, top, width, height.
const FRAME: [i32; 4] = [120, 62, 800, 420];

impl Drawing for RegionChart {
    fn size(&self) -> (u32, u32) {
        (960, 580)
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<(), PlotError> {
        canvas.title(&self.title)?;
        let named = self.legend.iter();
        let mut legend: Vec<(&str, RGBColor)> = named
            .map(|(text, level)| (text.as_str(), share_color(*level)))
            .collect();
        if self.inferred {
            let inferred = pale(share_color(1.0));
            legend.push(("pale: not run, as the points around it", inferred));
            if !self.edges(canvas).is_empty() {
                legend.push(("edge", VERMILION));
            }
            // A mark and no colour.
            legend.push(("?: cannot tell", WHITE));
        }
        canvas.legend(44, &legend)?;
        self.places(canvas)?;
        for edge in self.edges(canvas) {
            let line = PathElement::new(edge, VERMILION.stroke_width(3 * canvas.scale));
            canvas.area.draw(&line).map_err(|e| PlotError::new(&e))?;
        }
        self.axes(canvas)?;
        let style = canvas.font(11, GREY);
        canvas.text(&self.caption, (canvas.px(16), canvas.px(566)), &style)
    }
}

impl RegionChart {
    /// A corner between places in pixels: column and row from the lower left.
    fn corner<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        x: usize,
        y: usize,
    ) -> (i32, i32) {
        let part = |at: usize, of: usize, length: i32| -> i32 {
            let at = i64::try_from(at).unwrap_or(0) * i64::from(canvas.px(length));
            let of = i64::try_from(of).unwrap_or(1).max(1);
            i32::try_from(at / of).unwrap_or(0)
        };
        let [left, top, width, height] = FRAME;
        (
            canvas.px(left) + part(x, self.x.1.len(), width),
            canvas.px(top + height) - part(y, self.y.1.len(), height),
        )
    }

    fn places<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<(), PlotError> {
        let large = self.x.1.len() <= 20 && self.y.1.len() <= 14;
        for (y, row) in self.cells.iter().enumerate() {
            for (x, cell) in row.iter().enumerate() {
                let color = match (cell.share, cell.fails) {
                    (Some(share), _) => share_color(share),
                    (None, Some(true)) => pale(share_color(1.0)),
                    (None, Some(false)) => pale(share_color(0.0)),
                    (None, None) => WHITE,
                };
                let (a, b) = (self.corner(canvas, x, y), self.corner(canvas, x + 1, y + 1));
                canvas
                    .area
                    .draw(&Rectangle::new([a, b], color.filled()))
                    .map_err(|e| PlotError::new(&e))?;
                let text = match (large && !cell.text.is_empty(), cell.unclear) {
                    (true, true) => format!("{} ?", cell.text),
                    (true, false) => cell.text.clone(),
                    (false, true) => "?".to_owned(),
                    (false, false) => continue,
                };
                let style = canvas.font(11, text_on(color));
                let half = canvas.width(&text, &style)? / 2;
                let middle = (i32::midpoint(a.0, b.0) - half, i32::midpoint(a.1, b.1));
                canvas.text(&text, middle, &style)?;
            }
        }
        Ok(())
    }

    /// Lines between neighbours of which one clearly fails and the other clearly does not. Beside a place
    /// that is neither there is none: it has a mark of its own.
    fn edges<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Vec<Vec<(i32, i32)>> {
        let fails = |x: usize, y: usize| {
            self.cells
                .get(y)
                .and_then(|row| row.get(x))
                .and_then(|cell| cell.fails)
        };
        let mut edges = Vec::new();
        let mut draw = |from: (i32, i32), to: (i32, i32)| edges.push(vec![from, to]);
        for y in 0..self.y.1.len() {
            for x in 0..self.x.1.len() {
                let own = fails(x, y);
                let differs = |other: Option<bool>| own.zip(other).is_some_and(|(a, b)| a != b);
                if differs(fails(x + 1, y)) {
                    draw(
                        self.corner(canvas, x + 1, y),
                        self.corner(canvas, x + 1, y + 1),
                    );
                }
                if differs(fails(x, y + 1)) {
                    draw(
                        self.corner(canvas, x, y + 1),
                        self.corner(canvas, x + 1, y + 1),
                    );
                }
            }
        }
        edges
    }

    /// Names and some values of the axes, centred on their places.
    fn axes<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<(), PlotError> {
        let style = canvas.font(12, INK);
        let [left, top, width, height] = FRAME;
        let every = self.x.1.len().div_ceil(10);
        for (x, value) in self.x.1.iter().enumerate().step_by(every) {
            let (a, b) = (self.corner(canvas, x, 0), self.corner(canvas, x + 1, 0));
            let half = canvas.width(value, &style)? / 2;
            let at = (i32::midpoint(a.0, b.0) - half, a.1 + canvas.px(14));
            canvas.text(value, at, &style)?;
        }
        let every = self.y.1.len().div_ceil(12);
        for (y, value) in self.y.1.iter().enumerate().step_by(every) {
            let (a, b) = (self.corner(canvas, 0, y), self.corner(canvas, 0, y + 1));
            let long = canvas.width(value, &style)?;
            let at = (a.0 - long - canvas.px(8), i32::midpoint(a.1, b.1));
            canvas.text(value, at, &style)?;
        }
        let below = canvas.px(top + height + 40);
        let x_name = format!("{} →", self.x.0);
        let right = canvas.px(left + width) - canvas.width(&x_name, &style)?;
        canvas.text(&x_name, (right, below), &style)?;
        canvas.text(&format!("{} ↑", self.y.0), (canvas.px(16), below), &style)
    }
}

/// Draws a failing region.
pub fn region(chart: &RegionChart) -> Result<Picture, PlotError> {
    render(chart)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(columns: usize) -> String {
        let cell = RegionCell {
            share: Some(0.5),
            fails: None,
            unclear: true,
            text: "50 %".to_owned(),
        };
        let chart = RegionChart {
            title: "which side?".to_owned(),
            x: ("x".to_owned(), vec!["1".to_owned(); columns]),
            y: ("y".to_owned(), vec!["1".to_owned()]),
            cells: vec![vec![cell; columns]],
            legend: Vec::new(),
            inferred: true,
            caption: String::new(),
        };
        region(&chart).expect("it can be drawn").svg
    }

    /// Lines in the edge's colour of one row of places.
    fn edges(row: &[Option<bool>]) -> usize {
        let cell = |fails: &Option<bool>| RegionCell {
            share: Some(0.5),
            fails: *fails,
            unclear: fails.is_none(),
            text: String::new(),
        };
        let chart = RegionChart {
            title: String::new(),
            x: ("x".to_owned(), vec!["1".to_owned(); row.len()]),
            y: ("y".to_owned(), vec!["1".to_owned()]),
            cells: vec![row.iter().map(cell).collect()],
            legend: Vec::new(),
            inferred: false,
            caption: String::new(),
        };
        let svg = region(&chart).expect("it can be drawn").svg;
        svg.matches("<polyline").count()
    }

    #[test]
    fn the_edge_runs_between_places_that_are_clear() {
        let (fails, passes, unclear) = (Some(true), Some(false), None);
        assert_eq!(edges(&[passes, fails, fails]), 1);
        assert_eq!(edges(&[passes, unclear, fails]), 0);
        assert_eq!(edges(&[unclear, fails, passes]), 1);
    }

    #[test]
    fn what_cannot_be_told_has_a_mark() {
        assert_eq!(drawn(3).matches("\n50 % ?\n").count(), 3);
        assert_eq!(drawn(40).matches("\n?\n").count(), 40);
        assert_eq!(drawn(3).matches("?: cannot tell").count(), 1);
    }
}
