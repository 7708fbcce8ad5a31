//! Panels with two axes: lines with intervals, dots, steps. One panel, or small multiples.

use super::labels::{RIGHT, heading, stand_apart};
use super::{Canvas, Drawing, GREY, INK, ORDER, PALETTE, Picture, PlotError, policy_color, render};
use crate::stats::convert::{count, whole};
use plotters::prelude::*;

/// What is drawn in a panel under one name.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Series {
    /// Written at its end.
    pub label: String,
    /// A line through these points.
    pub line: Vec<(f64, f64)>,
    /// Intervals: x, lower end, upper end.
    pub bars: Vec<(f64, f64, f64)>,
    /// Single runs.
    pub dots: Vec<(f64, f64)>,
    /// Theory: dashed and in ink.
    pub theory: bool,
}

/// An axis in the coordinates of what is drawn.
#[derive(Clone, PartialEq, Debug)]
pub struct Scale {
    /// What it is, in words and with its unit.
    pub name: String,
    /// The same where that is too long.
    pub short: String,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Where numbers stand.
    pub ticks: Vec<(f64, String)>,
}

/// One panel.
#[derive(Clone, PartialEq, Debug)]
pub struct Panel {
    /// Written above it, if there are several.
    pub name: String,
    /// What it shows; the colours follow the order.
    pub series: Vec<Series>,
}

/// Panels that share their axes.
#[derive(Clone, PartialEq, Debug)]
pub struct Panels {
    /// Title.
    pub title: String,
    /// What marks mean.
    pub note: String,
    /// The key whose values the labels behind the lines are; nothing where they say that themselves.
    pub told_apart: String,
    /// To the right.
    pub x: Scale,
    /// Upwards.
    pub y: Scale,
    /// From the left, then downwards.
    pub panels: Vec<Panel>,
    /// The command that makes it.
    pub caption: String,
}

/// Room for numbers to the left of a panel, in units.
const LEFT: i32 = 76;

/// A panel's frame in pixels, with the scales that map into it.
struct Frame<'p> {
    left: i32,
    top: i32,
    width: i32,
    height: i32,
    panels: &'p Panels,
}

impl Frame<'_> {
    fn at(&self, (x, y): (f64, f64)) -> (i32, i32) {
        let part = |value: f64, scale: &Scale, length: i32| {
            let part = (value - scale.low) / (scale.high - scale.low);
            let pixels = part.clamp(-0.02, 1.02) * f64::from(length) + f64::from(length);
            i32::try_from(whole(pixels.round())).unwrap_or(0) - length
        };
        (
            self.left + part(x, &self.panels.x, self.width),
            self.top + self.height - part(y, &self.panels.y, self.height),
        )
    }
}

impl Panels {
    fn columns(&self) -> usize {
        match self.panels.len() {
            1 => 1,
            2..=4 => 2,
            _ => 3,
        }
    }

    fn rows(&self) -> usize {
        self.panels.len().div_ceil(self.columns())
    }

    fn panel_height(&self) -> i32 {
        if self.panels.len() == 1 { 430 } else { 250 }
    }
}

impl Drawing for Panels {
    fn size(&self) -> (u32, u32) {
        let rows = i32::try_from(self.rows()).unwrap_or(1);
        (960, (64 + rows * self.panel_height() + 30).unsigned_abs())
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<(), PlotError> {
        canvas.title(&self.title)?;
        let small = canvas.font(13, GREY);
        canvas.text(&self.note, (canvas.px(16), canvas.px(42)), &small)?;
        let single = self.panels.len() == 1;
        let across = i32::try_from(self.columns()).unwrap_or(1);
        let width = 952 / across;
        for (at, panel) in self.panels.iter().enumerate() {
            let at = i32::try_from(at).unwrap_or(0);
            let (column, row) = (at % across, at / across);
            let labels = if single { RIGHT } else { 16 };
            let frame = Frame {
                left: canvas.px(column * width + LEFT),
                top: canvas.px(64 + row * self.panel_height() + 30),
                width: canvas.px(width - LEFT - labels),
                height: canvas.px(self.panel_height() - 82),
                panels: self,
            };
            self.axes(canvas, &frame, panel)?;
            for (series, color) in panel.series.iter().zip(colors(&panel.series)) {
                draw(canvas, &frame, series, color)?;
            }
            if single {
                self.labels(canvas, &frame, &panel.series)?;
            }
        }
        if !single {
            self.shared_legend(canvas)?;
        }
        let style = canvas.font(11, GREY);
        let bottom = self.size().1.cast_signed() - 14;
        canvas.text(&self.caption, (canvas.px(16), canvas.px(bottom)), &style)
    }
}

/// A colour for each series: ink for theory, a policy's own for a policy.
fn colors(series: &[Series]) -> Vec<RGBColor> {
    let mut palette = ORDER.into_iter().map(|at| PALETTE[at]).cycle();
    let color = |s: &Series| {
        if s.theory {
            return INK;
        }
        policy_color(&s.label).unwrap_or_else(|| palette.next().unwrap_or(INK))
    };
    series.iter().map(color).collect()
}

impl Panels {
    fn axes<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        frame: &Frame<'_>,
        panel: &Panel,
    ) -> Result<(), PlotError> {
        let (small, ink) = (canvas.font(12, INK), canvas.font(13, INK));
        let line = |from: (i32, i32), to: (i32, i32), color: RGBColor| {
            let path = PathElement::new(vec![from, to], color.stroke_width(canvas.scale));
            canvas.area.draw(&path).map_err(|e| PlotError::new(&e))
        };
        let (right, bottom) = (frame.left + frame.width, frame.top + frame.height);
        for (value, text) in &self.y.ticks {
            let (_, y) = frame.at((self.x.low, *value));
            line((frame.left, y), (right, y), RGBColor(0xE2, 0xE2, 0xE2))?;
            let width = canvas.width(text, &small)?;
            canvas.text(text, (frame.left - width - canvas.px(6), y), &small)?;
        }
        let mut free = i32::MIN;
        for (value, text) in &self.x.ticks {
            let (x, _) = frame.at((*value, self.y.low));
            line((x, bottom), (x, bottom + canvas.px(4)), GREY)?;
            let half = canvas.width(text, &small)? / 2;
            // A number that would touch the one before it is left out.
            if x - half > free {
                canvas.text(text, (x - half, bottom + canvas.px(13)), &small)?;
                free = x + half + canvas.px(6);
            }
        }
        line((frame.left, bottom), (right, bottom), GREY)?;
        line((frame.left, frame.top), (frame.left, bottom), GREY)?;
        let fits = |text: &str| Ok(canvas.width(text, &ink)? <= frame.width + canvas.px(60));
        let across = if fits(&self.x.name)? {
            self.x.name.as_str()
        } else {
            self.x.short.as_str()
        };
        let half = canvas.width(across, &ink)? / 2;
        let name = (frame.left + frame.width / 2 - half, bottom + canvas.px(32));
        canvas.text(across, name, &ink)?;
        let head = |up: &str| match (panel.name.as_str(), up) {
            ("", up) => up.to_owned(),
            (name, "") => name.to_owned(),
            (name, up) => format!("{name}: {up}"),
        };
        let long = head(&self.y.name);
        let head = if fits(&long)? {
            long
        } else {
            head(&self.y.short)
        };
        canvas.text(
            &head,
            (frame.left - canvas.px(60), frame.top - canvas.px(20)),
            &ink,
        )
    }

    /// Right of the frame: beside the end of each line what it is called, and above what that is a value of.
    fn labels<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        frame: &Frame<'_>,
        series: &[Series],
    ) -> Result<(), PlotError> {
        let left = frame.left + frame.width + canvas.px(10);
        let labels = series.iter().zip(colors(series));
        let labels = labels.filter_map(|(s, color)| {
            let last = s.line.last().or(s.dots.last())?;
            (!s.label.is_empty()).then_some((frame.at(*last).1, s.label.as_str(), color))
        });
        let lowest = frame.top + frame.height - canvas.px(4);
        heading(canvas, (left, frame.top - canvas.px(20)), &self.told_apart)?;
        stand_apart(canvas, (left, lowest), labels.collect())
    }

    fn shared_legend<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<(), PlotError> {
        let Some(first) = self.panels.iter().max_by_key(|panel| panel.series.len()) else {
            return Ok(());
        };
        let colors = colors(&first.series);
        let named = first.series.iter().zip(colors);
        let named: Vec<(&str, RGBColor)> = named
            .filter(|(series, _)| !series.label.is_empty())
            .map(|(series, color)| (series.label.as_str(), color))
            .collect();
        canvas.legend_from(480, 42, &named)
    }
}

fn draw<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    frame: &Frame<'_>,
    series: &Series,
    color: RGBColor,
) -> Result<(), PlotError> {
    let fail = |e| PlotError::new(&e);
    let pixels: Vec<(i32, i32)> = series.line.iter().map(|&p| frame.at(p)).collect();
    if series.theory {
        for dash in dashes(&pixels, canvas.px(7)) {
            let path = PathElement::new(dash, color.stroke_width(canvas.scale));
            canvas.area.draw(&path).map_err(fail)?;
        }
        return Ok(());
    }
    if pixels.len() > 1 {
        let path = PathElement::new(pixels, color.stroke_width(2 * canvas.scale));
        canvas.area.draw(&path).map_err(fail)?;
    }
    for &(x, low, high) in &series.bars {
        let (a, b) = (frame.at((x, low)), frame.at((x, high)));
        let cap = canvas.px(4);
        for path in [
            vec![a, b],
            vec![(a.0 - cap, a.1), (a.0 + cap, a.1)],
            vec![(b.0 - cap, b.1), (b.0 + cap, b.1)],
        ] {
            let path = PathElement::new(path, color.stroke_width(canvas.scale));
            canvas.area.draw(&path).map_err(fail)?;
        }
    }
    for &dot in &series.dots {
        let circle = Circle::new(
            frame.at(dot),
            canvas.px(3),
            color.stroke_width(canvas.scale),
        );
        canvas.area.draw(&circle).map_err(fail)?;
    }
    Ok(())
}

/// Pieces of a dashed line, each about as long as the gap behind it, however short the pieces are that
/// the line itself is made of.
fn dashes(line: &[(i32, i32)], length: i32) -> Vec<Vec<(i32, i32)>> {
    let mut dashes: Vec<Vec<(i32, i32)>> = Vec::new();
    let mut gone = 0;
    let mut last = -1;
    for pair in line.windows(2) {
        let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
        let long = dx.abs().max(dy.abs()).max(1);
        let steps = (long / length).max(1);
        let at = |step: i32| (pair[0].0 + dx * step / steps, pair[0].1 + dy * step / steps);
        for step in 0..steps {
            let piece = gone / length;
            if piece % 2 == 0 {
                match dashes.last_mut() {
                    Some(dash) if piece == last => dash.push(at(step + 1)),
                    _ => dashes.push(vec![at(step), at(step + 1)]),
                }
                last = piece;
            }
            gone += long / steps;
        }
    }
    dashes
}

/// Draws panels.
pub fn panels(panels: &Panels) -> Result<Picture, PlotError> {
    if panels.panels.is_empty() || panels.x.high <= panels.x.low || panels.y.high <= panels.y.low {
        return Err(PlotError("there is nothing to draw".to_owned()));
    }
    render(panels)
}

/// Round numbers from 0 or below `low` to above `high`, about `wanted` of them.
pub fn round_ticks(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    let range = (high - low).max(f64::MIN_POSITIVE);
    let rough = range / count(wanted.max(1));
    let power = libm::pow(10.0, libm::floor(libm::log10(rough)));
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|step| *step >= rough)
        .unwrap_or(10.0 * power);
    let first = libm::floor(low / step);
    let steps = whole(libm::ceil((high - first * step) / step - 1e-9));
    (0..=steps).map(|i| (first + count(i)) * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_has_its_own_colour_in_any_company() {
        let of = |labels: &[&str]| {
            let series = labels.iter().map(|&label| Series {
                label: label.to_owned(),
                ..Series::default()
            });
            colors(&series.collect::<Vec<_>>())
        };
        assert_eq!(of(&["batch-free", "per-call"]), [PALETTE[3], PALETTE[0]]);
        assert_eq!(of(&["per-call"]), [PALETTE[0]]);
        assert_eq!(of(&["mutex", "fair-mutex"]), [PALETTE[3], PALETTE[0]]);
    }

    #[test]
    fn a_line_is_dashed_whatever_it_is_made_of() {
        let line =
            |step: usize| -> Vec<(i32, i32)> { (0..=140).step_by(step).map(|x| (x, 3)).collect() };
        let ends = |line: &[(i32, i32)]| -> Vec<(i32, i32)> {
            let dashes = dashes(line, 7);
            dashes.iter().map(|d| (d[0].0, d[d.len() - 1].0)).collect()
        };
        assert_eq!(ends(&line(140)).len(), 10);
        assert_eq!(ends(&line(140)), ends(&line(1)));
        assert_eq!(ends(&line(1))[..2], [(0, 7), (14, 21)]);
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(round_ticks(0.0, 18.4, 5), [0.0, 5.0, 10.0, 15.0, 20.0]);
        assert_eq!(round_ticks(0.0, 1.0, 5).len(), 6);
    }
}
