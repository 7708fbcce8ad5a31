//! Drop of available memory over time.

use super::frame::{Axes, Line, Look, lines, margin};
use super::{Canvas, Drawing, INK, Picture, PlotError, float, policy_color, render, seconds};
use crate::models::outcome::Outcome;
use crate::models::params::DestroyPolicy;
use plotters::prelude::*;

/// Length of the stretches in the enlarged frame \[s\].
const WINDOW: f64 = 5.0;
/// Height of the upper frame, in units.
const UPPER: u32 = 480;
/// Height of the lower frame, in units.
const LOWER: u32 = 240;

/// A line of what was reported, to compare with.
#[derive(Clone, PartialEq, Debug)]
pub struct Mark {
    /// Written at its end.
    pub label: String,
    /// From here: seconds and GB.
    pub from: (f64, f64),
    /// To here.
    pub to: (f64, f64),
}

/// One frame, or two above each other.
pub(super) struct Chart {
    pub(super) title: String,
    pub(super) note: String,
    pub(super) frames: Vec<(Axes, Vec<Line>)>,
}

impl Drawing for Chart {
    fn size(&self) -> (u32, u32) {
        (
            960,
            if self.frames.len() > 1 {
                UPPER + LOWER
            } else {
                UPPER
            },
        )
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<(), PlotError> {
        canvas.title(&self.title)?;
        let style = canvas.font(13, super::GREY);
        canvas.text(&self.note, (canvas.px(16), canvas.px(42)), &style)?;
        let (upper, lower) = canvas.area.split_vertically(UPPER * canvas.scale);
        for ((axes, drawn), area) in self.frames.iter().zip([&upper, &lower]) {
            let part = Canvas {
                area,
                scale: canvas.scale,
            };
            lines(&part, axes, drawn)?;
        }
        Ok(())
    }
}

/// The series of a run up to `until` seconds, in units of `unit` bytes, and between its rows the largest drop.
pub(super) fn series(run: &Outcome, until: f64, unit: f64) -> Vec<(f64, f64)> {
    let (peak_ns, peak) = (run.peak_drop_ns, run.peak_drop_bytes);
    let rows = run.series_to_end().map(|row| (row.t_ns, row.drop_bytes));
    let before = rows.clone().take_while(|row| row.0 < peak_ns);
    let after = rows.skip_while(|row| row.0 < peak_ns);
    before
        .chain([(peak_ns, peak)])
        .chain(after)
        .map(|(ns, bytes)| (seconds(ns), float(bytes) / unit))
        .take_while(|&(t, _)| t <= until)
        .collect()
}

/// A little above the largest value.
pub(super) fn headroom(lines: &[Line]) -> f64 {
    let top = lines.iter().flat_map(|l| &l.points).map(|&(_, y)| y);
    top.fold(f64::MIN_POSITIVE, f64::max) * 1.06
}

/// The largest value in each stretch of `WINDOW` seconds.
fn crests(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut crests: Vec<(f64, f64)> = Vec::new();
    let mut until = WINDOW;
    for &(t, y) in points {
        match crests.last_mut() {
            Some(crest) if t < until => *crest = (t, crest.1.max(y)),
            _ => {
                until = t + WINDOW;
                crests.push((t, y));
            }
        }
    }
    crests
}

/// What to draw of memory under each policy.
#[derive(Clone, Copy, Debug)]
pub struct Memory<'a> {
    /// Title.
    pub title: &'a str,
    /// What the lines are.
    pub note: &'a str,
    /// Policies and runs.
    pub runs: &'a [(&'a str, &'a Outcome)],
    /// Runs of the same with other seeds, drawn thin and without a label.
    pub others: &'a [(&'a str, &'a Outcome)],
    /// What was reported.
    pub marks: &'a [Mark],
    /// Over so many seconds.
    pub shown_s: u32,
}

impl Memory<'_> {
    /// All lines, those behind the others first.
    fn lines(&self) -> Vec<Line> {
        let shown = f64::from(self.shown_s);
        let marks = self.marks.iter().map(|mark| Line {
            label: mark.label.clone(),
            color: INK,
            look: Look::Dashed,
            points: vec![mark.from, mark.to],
        });
        let line = |&(policy, run): &(&str, &Outcome), width, label: &str| Line {
            label: label.to_string(),
            color: policy_color(policy).unwrap_or(INK),
            look: Look::Solid(width),
            points: series(run, shown, 1e9),
        };
        let others = self.others.iter().map(|run| line(run, 1, ""));
        let runs = self
            .runs
            .iter()
            .map(|run| line(run, 2, shown_policy(run.0)));
        marks.chain(others).chain(runs).collect()
    }
}

/// Drop of available memory \[GB\] in each run, with what was reported. Lines that hardly leave the axis are shown larger in a
/// second frame.
pub fn memory(memory: &Memory<'_>) -> Result<Picture, PlotError> {
    let shown = f64::from(memory.shown_s);
    let mut drawn = memory.lines();
    let mut low = enlarged(&mut drawn);
    let low_shown = until_behind(&mut low, shown);
    let right = margin(&[(&drawn, shown), (&low, low_shown)]);
    let axes = |x, y, (drawn, x_max): (&[Line], f64), (top, y_labels)| Axes {
        x,
        y,
        x_max,
        y_max: headroom(drawn),
        y_labels,
        right,
        top,
    };
    let time = "time since the loop began [s]";
    let full = "drop of available memory [GB]";
    let mut note = memory.note.to_string();
    if !memory.marks.is_empty() {
        note += "; dashed: the December 2020 report";
    }
    let above = if low.is_empty() { time } else { "" };
    let mut frames = vec![(axes(above, full, (&drawn, shown), (58, 6)), drawn)];
    if !low.is_empty() {
        note += "; lower frame: the low lines, highest in every 5 s";
        let lower = axes(time, "drop [GB]", (&low, low_shown), (8, 4));
        frames.push((lower, low));
    }
    render(&Chart {
        title: memory.title.to_string(),
        note,
        frames,
    })
}

/// Where the axis of the lower frame ends: with the upper one's, but if its lines leave the last quarter empty shortly behind
/// them; what is dashed is cut there.
fn until_behind(low: &mut [Line], shown: f64) -> f64 {
    let solid = low.iter().filter(|line| line.look != Look::Dashed);
    let ends = solid.filter_map(|line| line.points.last());
    let last = ends.map(|&(t, _)| t).fold(0.0, f64::max);
    if last <= 0.0 || last > 0.75 * shown {
        return shown;
    }
    let until = 1.1 * last;
    for line in low.iter_mut().filter(|line| line.look == Look::Dashed) {
        for point in &mut line.points {
            point.0 = point.0.min(until);
        }
    }
    until
}

/// What stands beside a policy's line: the one that no kernel could have says so.
fn shown_policy(name: &str) -> &str {
    if name == DestroyPolicy::NoBarrier.name() {
        "no-barrier (what if: unsafe)"
    } else {
        name
    }
}

/// Copies of the lines that hardly leave the axis; these lose their labels to one for all of them, in no line's colour, but
/// for dashed ones, which have theirs in both frames.
/// How a copy ends is a line of its own, so that the label stands at its height and not at the foot.
fn enlarged(drawn: &mut Vec<Line>) -> Vec<Line> {
    let limit = headroom(drawn) / 7.0;
    let mut low = Vec::new();
    let mut last: Option<(f64, f64)> = None;
    for line in drawn.iter_mut() {
        if line.points.iter().any(|&(_, y)| y > limit) {
            continue;
        }
        if line.look != Look::Dashed {
            let ends = last.into_iter().chain(line.points.last().copied());
            last = ends.max_by(|a, b| a.0.total_cmp(&b.0));
        }
        let points = match line.look {
            Look::Dashed => line.points.clone(),
            _ => crests(&line.points),
        };
        let end = points.last().into_iter().chain(line.points.last());
        low.push(Line {
            label: String::new(),
            points: end.copied().collect(),
            ..*line
        });
        let label = match line.look {
            Look::Dashed => line.label.clone(),
            _ => std::mem::take(&mut line.label),
        };
        low.push(Line {
            label,
            color: line.color,
            look: line.look,
            points,
        });
    }
    drawn.extend(last.map(|end| Line {
        label: "the others: see below".to_string(),
        color: super::GREY,
        look: Look::Label,
        points: vec![end],
    }));
    low
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::ORANGE;
    use super::*;
    use crate::experiment::Scenario;
    use crate::models::params::Params;
    use crate::models::simulate;

    fn line(label: &str, look: Look, points: &[(f64, f64)]) -> Line {
        Line {
            label: label.to_owned(),
            color: ORANGE,
            look,
            points: points.to_vec(),
        }
    }

    pub(in crate::plot) fn small() -> Outcome {
        let params = Scenario::builtin("recorded-2cpu").expect("builtin").params;
        simulate(&Params {
            calls: 300,
            ..params
        })
    }

    #[test]
    fn one_label_for_all_low_lines_is_of_none() {
        let mut drawn = vec![
            line("reported", Look::Dashed, &[(0.0, 0.4), (300.0, 0.4)]),
            line("high", Look::Solid(2), &[(0.0, 0.0), (300.0, 9.0)]),
            line(
                "low",
                Look::Solid(2),
                &[(0.0, 0.0), (99.0, 0.3), (100.0, 0.0)],
            ),
        ];
        let low = enlarged(&mut drawn);
        let labels = |lines: &[Line]| -> Vec<String> {
            let named = lines.iter().filter(|line| !line.label.is_empty());
            named.map(|line| line.label.clone()).collect()
        };
        let upper = ["reported", "high", "the others: see below"];
        assert_eq!(labels(&drawn), upper);
        assert_eq!(labels(&low), ["reported", "low"]);
        let others = drawn.last().expect("there are others");
        assert!(others.color != ORANGE && others.look == Look::Label);
        assert_eq!(others.points, [(100.0, 0.0)], "where a solid line ends");
        let ends = low.iter().filter_map(|line| line.points.last());
        assert!(ends.into_iter().any(|&end| end == (100.0, 0.0)));
    }

    /// The half that its lines leave empty is not drawn; where they fill the frame, both have one axis.
    #[test]
    fn the_lower_axis_ends_behind_its_lines() {
        let of = |end| {
            vec![
                line("reported", Look::Dashed, &[(0.0, 0.4), (300.0, 0.4)]),
                line("low", Look::Solid(2), &[(0.0, 0.0), (end, 0.3)]),
            ]
        };
        let mut short = of(100.0);
        let until = until_behind(&mut short, 300.0);
        assert!(until > 100.0 && until < 120.0, "{until}");
        assert_eq!(short[0].points[1], (until, 0.4), "cut");
        let mut long = of(250.0);
        assert!(until_behind(&mut long, 300.0) >= 300.0);
        assert_eq!(long[0].points[1], (300.0, 0.4));
    }

    #[test]
    fn a_curve_goes_to_the_end_of_its_run() {
        let run = small();
        let curve = series(&run, f64::INFINITY, 1.0);
        let end = (seconds(run.end.t_ns), float(run.end_drop_bytes));
        assert_eq!(curve.last(), Some(&end));
        assert_eq!(run.settled_ns, Some(run.end.t_ns));
    }
}
