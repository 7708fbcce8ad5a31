//! The customer graph: who waited for the barrier, and who ran it.

use super::frame::{Axes, frame};
use super::{BLUE, Canvas, Drawing, ORANGE, PURPLE, Picture, PlotError, float, render, seconds};
use crate::models::outcome::BarrierCall;
use plotters::prelude::*;

/// More rows than this are drawn without gaps, in a taller picture.
const MANY: usize = 200;
/// A call that runs a barrier is at least this part of the frame high: one runs at a time, and who does is what matters.
const LEAST: f64 = 1.0 / 250.0;

struct Customers<'a> {
    title: &'a str,
    rows: Vec<BarrierCall>,
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
                ("waits for the mutex", ORANGE),
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
        let height = if self.rows.len() > MANY { 1.0 } else { 0.9 };
        // What takes no time is drawn as something.
        let bar = |row: usize, [from, to]: [u64; 2], height: f64, color: RGBColor| {
            let middle = float(row as u64) + 0.5;
            let [from, to] = [at(from), at(to)];
            let corners = [
                (from, middle - height / 2.0),
                (to.max(from + until / 1_000.0), middle + height / 2.0),
            ];
            Rectangle::new(corners, color.filled())
        };
        let rows_of = || self.rows.iter().enumerate();
        let waits = rows_of().filter_map(|(row, call)| {
            let until = if call.early_exit {
                call.end_ns
            } else {
                call.granted_ns
            };
            (until > call.begin_ns).then(|| bar(row, [call.begin_ns, until], height, ORANGE))
        });
        chart.draw_series(waits).map_err(|e| PlotError::new(&e))?;
        let runs = rows_of().filter(|(_, call)| !call.early_exit);
        let runs = runs.map(|(row, call)| {
            let span = [call.granted_ns, call.end_ns];
            bar(row, span, height.max(rows * LEAST), BLUE)
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
        Ok(())
    }
}

/// One row for each of the first `most` barrier calls, by order of `Begin`.
pub fn customers(title: &str, calls: &[BarrierCall], most: usize) -> Result<Picture, PlotError> {
    let mut rows = calls.to_vec();
    rows.sort_by_key(|c| (c.begin_ns, c.end_ns));
    rows.truncate(most);
    render(&Customers { title, rows })
}
