//! The customer graph: who waited for the barrier, from when on for nothing, and who ran it.

use super::frame::{Axes, frame};
use super::{
    BLUE, Canvas, Drawing, ORANGE, PURPLE, Picture, PlotError, VERMILION, float, render, seconds,
};
use crate::models::outcome::BarrierCall;
use plotters::prelude::*;

/// More rows than this are drawn without gaps, in a taller picture.
const MANY: usize = 200;
/// A call that runs a barrier is at least this part of the frame high: one runs at a time, and who does is what matters.
const LEAST: f64 = 1.0 / 250.0;
/// Of many rows one is no higher than a pixel. A wait is drawn this many rows high: where every second row waits the others
/// would else show through, and the mixture look like a colour of its own.
const WAIT: f64 = 2.0;

/// What is written into the longest line of sleepers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Convoy<'a> {
    /// Among those who sleep.
    pub asleep: &'a str,
    /// Above those who come meanwhile.
    pub thieves: &'a str,
}

struct Customers<'a> {
    title: &'a str,
    convoy: Option<Convoy<'a>>,
    rows: Vec<BarrierCall>,
}

/// A bar: its row, from and to when, and its colour.
type Bar = (usize, [u64; 2], RGBColor);

/// A call's wait, in two parts: until a barrier covered it, and from then on.
fn waits((row, call): (usize, &BarrierCall)) -> impl Iterator<Item = Bar> {
    let until = if call.early_exit {
        call.end_ns
    } else {
        call.granted_ns
    };
    let satisfied = call.satisfied_ns.min(until);
    let parts = [
        (row, [call.begin_ns, satisfied], ORANGE),
        (row, [satisfied, until], VERMILION),
    ];
    parts.into_iter().filter(|(_, [from, to], _)| to > from)
}

/// When the longest of all waits that end early begins and ends.
fn longest(rows: &[BarrierCall]) -> Option<[u64; 2]> {
    let early = rows.iter().filter(|call| call.early_exit);
    let spans = early.map(|call| [call.begin_ns, call.end_ns]);
    spans.max_by_key(|[from, to]| to - from)
}

impl Drawing for Customers<'_> {
    fn size(&self) -> (u32, u32) {
        (960, if self.rows.len() > MANY { 860 } else { 620 })
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<(), PlotError> {
        canvas.title(self.title)?;
        canvas.legend(
            44,
            &[
                ("waits for the mutex, not yet satisfied", ORANGE),
                ("satisfied, and still asleep", VERMILION),
                ("runs a barrier", BLUE),
                ("early exit", PURPLE),
            ],
        )?;
        let zero = self.rows.first().map_or(0, |c| c.begin_ns);
        let at = |ns: u64| seconds(ns.saturating_sub(zero));
        let until = self.rows.iter().map(|c| at(c.end_ns)).fold(0.001, f64::max);
        let rows = float(self.rows.len().max(1) as u64);
        let mut chart = frame(
            canvas,
            &Axes {
                x: "time since the first call [s]",
                y: "rcu_barrier() calls, in order of Begin",
                x_max: until * 1.01,
                y_max: rows,
                y_labels: 7,
                right: 24,
                top: 62,
            },
        )?;
        let (wait, run): (f64, f64) = if self.rows.len() > MANY {
            (WAIT, 1.0)
        } else {
            (0.9, 0.9)
        };
        // What takes no time is drawn as something.
        let bar = |(row, [from, to], color): Bar, height: f64| {
            let middle = float(row as u64) + 0.5;
            let [from, to] = [at(from), at(to)];
            let corners = [
                (from, (middle - height / 2.0).max(0.0)),
                (
                    to.max(from + until / 1_000.0),
                    (middle + height / 2.0).min(rows),
                ),
            ];
            Rectangle::new(corners, color.filled())
        };
        let rows_of = || self.rows.iter().enumerate();
        let asleep = rows_of().flat_map(waits).map(|part| bar(part, wait));
        chart.draw_series(asleep).map_err(|e| PlotError::new(&e))?;
        let runs = rows_of().filter(|(_, call)| !call.early_exit);
        let runs = runs.map(|(row, call)| {
            let span = [call.granted_ns, call.end_ns];
            bar((row, span, BLUE), run.max(rows * LEAST))
        });
        chart.draw_series(runs).map_err(|e| PlotError::new(&e))?;
        let exits = rows_of().filter(|(_, call)| call.early_exit);
        let dots = exits.map(|(row, call)| {
            Circle::new(
                (at(call.end_ns), float(row as u64) + 0.5),
                canvas.px(2),
                PURPLE.filled(),
            )
        });
        chart.draw_series(dots).map_err(|e| PlotError::new(&e))?;
        let base = canvas.area.get_base_pixel();
        self.notes(canvas, |ns, row| {
            let (x, y) = chart.backend_coord(&(at(ns), float(row as u64)));
            (x - base.0, y - base.1)
        })
    }
}

impl Customers<'_> {
    /// What is written into the longest line, given the pixel of a time and a row.
    fn notes<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        place: impl Fn(u64, usize) -> (i32, i32),
    ) -> Result<(), PlotError> {
        let (Some(convoy), Some([from, to])) = (self.convoy, longest(&self.rows)) else {
            return Ok(());
        };
        let middle = from.midpoint(to);
        let asleep = |call: &BarrierCall| call.begin_ns < middle && call.end_ns > middle;
        let first = self.rows.iter().position(asleep).unwrap_or(0);
        let last = self.rows.iter().rposition(asleep).unwrap_or(first);
        let style = canvas.font(16, WHITE);
        let half = canvas.width(convoy.asleep, &style)? / 2;
        let (x, y) = place(middle, first.midpoint(last));
        canvas.text(convoy.asleep, (x - half, y), &style)?;
        // Well above the last who comes before the line gets away.
        let came = self.rows.iter().rposition(|call| call.begin_ns < to);
        let (x, y) = place(from + (to - from) / 4, came.unwrap_or(last));
        let above = (x, y - canvas.px(18));
        canvas.text(convoy.thieves, above, &canvas.font(14, BLUE))
    }
}

/// One row for each of the first `most` barrier calls, by order of `Begin`; where there is a convoy, with what it is.
pub fn customers(
    title: &str,
    calls: &[BarrierCall],
    most: usize,
    convoy: Option<Convoy<'_>>,
) -> Result<Picture, PlotError> {
    let mut rows = calls.to_vec();
    rows.sort_by_key(|c| (c.begin_ns, c.end_ns));
    rows.truncate(most);
    render(&Customers {
        title,
        convoy,
        rows,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call([begin_ns, satisfied_ns, granted_ns, end_ns]: [u64; 4]) -> BarrierCall {
        BarrierCall {
            begin_ns,
            satisfied_ns,
            granted_ns,
            end_ns,
            early_exit: granted_ns == end_ns,
        }
    }

    /// Who sleeps though satisfied has a part of each colour, who runs a barrier waits unsatisfied alone.
    #[test]
    fn a_wait_is_split_where_the_call_is_satisfied() {
        let parts = |times| -> Vec<Bar> { waits((3, &call(times))).collect() };
        let split = [(3, [1, 4], ORANGE), (3, [4, 9], VERMILION)];
        assert_eq!(parts([1, 4, 9, 9]), split);
        assert_eq!(parts([1, 1, 9, 9]), [(3, [1, 9], VERMILION)]);
        assert_eq!(parts([1, 5, 5, 9]), [(3, [1, 5], ORANGE)]);
        assert!(parts([1, 1, 1, 1]).is_empty());
    }

    #[test]
    fn the_line_is_where_somebody_waits_longest_for_nothing() {
        let rows = [call([0, 9, 9, 30]), call([1, 4, 9, 9]), call([2, 4, 5, 5])];
        assert_eq!(longest(&rows), Some([1, 9]));
        assert_eq!(longest(&rows[..1]), None);
    }
}
