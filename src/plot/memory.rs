//! Drop of available memory over time.

use super::frame::{Axes, Line, Look, lines};
use super::{
    BLUE, Canvas, Drawing, INK, ORANGE, PALETTE, PURPLE, Picture, PlotError, SKY, VERMILION, float,
    policy_color, render, seconds,
};
use crate::models::outcome::Outcome;
use crate::models::params::DestroyPolicy;
use plotters::prelude::*;
use std::ops::RangeInclusive;

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

/// The series of a run up to `until` seconds, in units of `unit` bytes, and between its rows the largest drop.
fn series(run: &Outcome, until: f64, unit: f64) -> Vec<(f64, f64)> {
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
                label: shown_policy(label).to_string(),
                color: policy_color(label).unwrap_or(color),
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

/// When the last recording or run ends \[s\].
fn last_of((recordings, runs): (&[Recording], &[Outcome])) -> f64 {
    let recorded = recordings.iter().flat_map(|r| &r.points).map(|&(t, _)| t);
    let simulated = runs.iter().map(|run| seconds(run.end.t_ns));
    recorded.chain(simulated).fold(0.0, f64::max)
}

/// Recordings and simulated runs of the same machine in one frame. `before` and `after` hold the
/// recordings and the runs, of these seeds, without and with the change.
pub fn recorded(
    title: &str,
    seeds: &RangeInclusive<u64>,
    before: (&[Recording], &[Outcome]),
    after: (&[Recording], &[Outcome]),
) -> Result<Picture, PlotError> {
    let until = last_of(before).max(last_of(after)).max(1.0).ceil();
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
        note: format!(
            "dots: recordings of a real kernel; thin lines: simulated, seeds {} to {}, each until all is freed",
            seeds.start(),
            seeds.end()
        ),
        frames: vec![(axes, drawn)],
    })
}

#[cfg(test)]
mod tests {
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

    fn small() -> Outcome {
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

    #[test]
    fn a_curve_goes_to_the_end_of_its_run() {
        let run = small();
        let curve = series(&run, f64::INFINITY, 1.0);
        let end = (seconds(run.end.t_ns), float(run.end_drop_bytes));
        assert_eq!(curve.last(), Some(&end));
        assert_eq!(run.settled_ns, Some(run.end.t_ns));
    }

    #[test]
    fn the_axis_goes_on_until_the_last_run_has_ended() {
        let run = small();
        let short = Recording {
            label: "recorded".to_owned(),
            points: vec![(0.0, 1.0), (0.5, 2.0)],
        };
        let until = last_of((&[short], std::slice::from_ref(&run)));
        assert!(until > 0.5 && until >= seconds(run.end.t_ns), "{until}");
        let picture = recorded("two", &(3..=4), (&[], &[run.clone(), run]), (&[], &[]));
        let svg = picture.expect("drawn").svg;
        assert!(svg.contains("seeds 3 to 4"));
    }
}
