//! Drop of available memory over time.

use super::frame::{Axes, Line, Look, lines};
use super::{
    BLUE, Canvas, Drawing, INK, ORANGE, PALETTE, PURPLE, Picture, PlotError, SKY, VERMILION, float,
    render, seconds,
};
use crate::models::outcome::Outcome;
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

/// A recording of a real machine.
#[derive(Clone, PartialEq, Debug)]
pub struct Recording {
    /// Written at its end.
    pub label: String,
    /// Seconds and drop \[MiB\].
    pub points: Vec<(f64, f64)>,
}

/// One frame, or two above each other.
struct Chart {
    title: String,
    note: String,
    frames: Vec<(Axes, Vec<Line>)>,
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

/// The series of a run up to `until` seconds, in units of `unit` bytes; to its very end if it settled.
fn series(run: &Outcome, until: f64, unit: f64) -> Vec<(f64, f64)> {
    let samples = run.series.iter().map(|s| (s.t_ns, s.drop_bytes));
    let last = run.series.last().map_or(0, |s| s.t_ns);
    let settled = run.settled_ns.filter(|&t| t > last);
    samples
        .chain(settled.map(|t| (t, run.end_drop_bytes)))
        .map(|(t, drop)| (seconds(t), float(drop) / unit))
        .take_while(|&(t, _)| t <= until)
        .collect()
}

/// A little above the largest value.
fn headroom(lines: &[Line]) -> f64 {
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

/// Drop of available memory \[GB\] in each run over so many seconds, with what was reported. Lines that hardly leave the
/// axis are shown larger in a second frame.
pub fn memory(
    title: &str,
    runs: &[(&str, &Outcome)],
    marks: &[Mark],
    shown_s: u32,
) -> Result<Picture, PlotError> {
    let shown = f64::from(shown_s);
    let mut drawn: Vec<Line> = marks
        .iter()
        .map(|mark| Line {
            label: mark.label.clone(),
            color: INK,
            look: Look::Dashed,
            points: vec![mark.from, mark.to],
        })
        .collect();
    drawn.extend(
        runs.iter()
            .zip(PALETTE.iter().cycle())
            .map(|((label, run), &color)| Line {
                label: (*label).to_string(),
                color,
                look: Look::Solid(2),
                points: series(run, shown, 1e9),
            }),
    );
    let axes = |x, y, drawn: &[Line], (top, y_labels)| Axes {
        x,
        y,
        x_max: shown,
        y_max: headroom(drawn),
        y_labels,
        right: 215,
        top,
    };
    let time = "time since the loop began [s]";
    let full = "drop of available memory [GB]";
    let low = enlarged(&mut drawn);
    let mut note = "one line for each destroy policy".to_string();
    if !marks.is_empty() {
        note += "; dashed: the December 2020 report";
    }
    let mut frames = vec![(
        axes(
            if low.is_empty() { time } else { "" },
            full,
            &drawn,
            (58, 6),
        ),
        drawn,
    )];
    if !low.is_empty() {
        note += "; lower frame: the low lines, highest in every 5 s";
        frames.push((axes(time, "drop [GB]", &low, (8, 4)), low));
    }
    render(&Chart {
        title: title.to_string(),
        note,
        frames,
    })
}

/// Copies of the lines that hardly leave the axis; these lose their labels but for one.
fn enlarged(drawn: &mut [Line]) -> Vec<Line> {
    let limit = headroom(drawn) / 7.0;
    let mut low = Vec::new();
    for line in drawn.iter_mut() {
        if line.points.iter().any(|&(_, y)| y > limit) {
            continue;
        }
        let label = if low.is_empty() {
            "the others: see below"
        } else {
            ""
        };
        let points = match line.look {
            Look::Dashed => line.points.clone(),
            _ => crests(&line.points),
        };
        low.push(Line {
            label: std::mem::replace(&mut line.label, label.to_string()),
            color: line.color,
            look: line.look,
            points,
        });
    }
    low
}

/// Recordings and simulated runs of the same machine in one frame. `before` and `after` hold the
/// recordings and the runs without and with the change.
pub fn recorded(
    title: &str,
    before: (&[Recording], &[Outcome]),
    after: (&[Recording], &[Outcome]),
) -> Result<Picture, PlotError> {
    let real = before.0.iter().chain(after.0);
    let until = real
        .flat_map(|r| &r.points)
        .map(|&(t, _)| t)
        .fold(1.0, f64::max);
    let mut drawn = Vec::new();
    for ((recordings, runs), colors, name) in [
        (before, [ORANGE, VERMILION, PURPLE], "simulated, per-call"),
        (after, [SKY, BLUE, PALETTE[5]], "simulated, batch-free"),
    ] {
        drawn.extend(runs.iter().enumerate().map(|(i, run)| Line {
            label: if i == 0 {
                name.to_string()
            } else {
                String::new()
            },
            color: colors[0],
            look: Look::Solid(1),
            points: series(run, until, 1_048_576.0),
        }));
        drawn.extend(
            recordings
                .iter()
                .zip(colors[1..].iter().cycle())
                .map(|(r, &color)| Line {
                    label: r.label.clone(),
                    color,
                    look: Look::Dots,
                    points: r.points.clone(),
                }),
        );
    }
    let axes = Axes {
        x: "time since the loop began [s]",
        y: "drop of available memory [MiB]",
        x_max: until,
        y_max: headroom(&drawn),
        y_labels: 6,
        right: 200,
        top: 58,
    };
    render(&Chart {
        title: title.to_string(),
        note: "dots: recordings of a real kernel; thin lines: simulated, one for each seed"
            .to_string(),
        frames: vec![(axes, drawn)],
    })
}
