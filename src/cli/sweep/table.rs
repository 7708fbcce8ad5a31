//! A sweep's rows for people: the point, the verdict and a few figures, a line each.

use crate::experiment::grid::Grid;
use crate::experiment::rows::Row;
use crate::report::{bytes, count, time};
use std::fmt::Write as _;

/// Of so many values of an axis the widest is looked for.
const LOOKED_AT: u64 = 1_000;

/// The table's layout.
#[derive(Clone, Debug)]
pub(super) struct Table<'g> {
    grid: &'g Grid,
    /// Columns of each axis.
    widths: Vec<usize>,
}

impl<'g> Table<'g> {
    pub(super) fn of(grid: &'g Grid) -> Self {
        let width = |axis: &crate::experiment::axis::Axis| {
            let values = (0..axis.len().min(LOOKED_AT)).map(|i| axis.value(i));
            let widest = values
                .map(|value| axis.key.format(value).chars().count())
                .max();
            widest.unwrap_or(0).max(axis.key.path.chars().count())
        };
        Self {
            grid,
            widths: grid.axes().iter().map(width).collect(),
        }
    }

    pub(super) fn header(&self) -> String {
        let names = self.grid.axes().iter().map(|axis| axis.key.path.to_owned());
        let last = [
            "rep",
            "verdict",
            "memory falls by",
            "live at most",
            "loop",
            "digest",
        ];
        self.row(names, last.map(str::to_owned))
    }

    pub(super) fn line(&self, row: &Row) -> String {
        let point = self.grid.point(row.point);
        let values = self.grid.axes().iter().zip(&point.values);
        let metric = |name: &str| {
            let at = crate::experiment::metrics::METRICS
                .iter()
                .position(|m| m.name == name);
            at.and_then(|at| row.metrics[at])
        };
        let shown =
            |value: Option<u64>, how: fn(u64) -> String| value.map_or_else(|| "-".into(), how);
        let last = [
            row.replicate.to_string(),
            row.verdict.name().to_owned(),
            shown(metric("peak_drop_bytes"), bytes),
            shown(metric("live_peak"), count),
            time(metric("loop_ns")),
            format!("{:016x}", row.digest),
        ];
        self.row(values.map(|(axis, &value)| axis.key.format(value)), last)
    }

    fn row(&self, values: impl Iterator<Item = String>, last: [String; 6]) -> String {
        let mut line = String::new();
        for (value, &width) in values.zip(&self.widths) {
            write!(line, "{value:<width$}  ").expect("a string takes all that is written");
        }
        let [rep, verdict, drop, live, time, digest] = last;
        writeln!(
            line,
            "{rep:>5}  {verdict:<11}  {drop:>15}  {live:>12}  {time:>9}  {digest}"
        )
        .expect("a string takes all that is written");
        line
    }
}
