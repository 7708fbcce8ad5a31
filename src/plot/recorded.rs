//! Recordings of a machine and its simulated runs in one frame.

use super::frame::{Axes, Line, Look, margin};
use super::memory::{Chart, headroom, series};
use super::{BLUE, ORANGE, PALETTE, PURPLE, Picture, PlotError, SKY, VERMILION, render, seconds};
use crate::models::outcome::Outcome;
use std::ops::RangeInclusive;

/// A recording of a real machine.
#[derive(Clone, PartialEq, Debug)]
pub struct Recording {
    /// Written at its end.
    pub label: String,
    /// Seconds and drop \[MiB\].
    pub points: Vec<(f64, f64)>,
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
    // Room for a label behind the last end.
    let until = 1.06 * last_of(before).max(last_of(after)).max(1.0);
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
        right: margin(&[(&drawn, until)]),
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
    use crate::plot::memory::tests::small;

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
