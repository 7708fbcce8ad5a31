//! What `cleanup_net()` spends its time on. Waits for rtnl are so short that they would have no width
//! of their own; they are drawn with grace periods.

use super::{
    BLUE, Canvas, Drawing, GREY, INK, ORANGE, Picture, PlotError, VERMILION, render, seconds,
};
use crate::models::outcome::CleanupCall;
use crate::stats::digits::with_separators;
use plotters::prelude::*;

/// Height of one bar with its gap, in units.
const ROW: i32 = 22;
/// Where bars begin, in units.
const LEFT: i32 = 250;
/// Longest bar, in units.
const LONGEST: f64 = 610.0;
/// Where the first group begins, in units.
const TOP: i32 = 68;

struct Group<'a> {
    name: &'a str,
    calls: &'a [CleanupCall],
    left_out: usize,
}

struct Waits<'a> {
    title: &'a str,
    groups: Vec<Group<'a>>,
}

impl Group<'_> {
    fn rows(&self) -> i32 {
        i32::try_from(self.calls.len()).unwrap_or(i32::MAX / ROW) + 2
    }
}

impl Drawing for Waits<'_> {
    fn size(&self) -> (u32, u32) {
        let rows: i32 = self.groups.iter().map(Group::rows).sum();
        (960, (TOP + rows * ROW).unsigned_abs())
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<(), PlotError> {
        canvas.title(self.title)?;
        let names = [
            "rcu_barrier()",
            "grace periods and rtnl",
            "the rest: its own work, and for a CPU",
        ];
        let colors = [VERMILION, ORANGE, BLUE];
        let entries: Vec<(&str, RGBColor)> = names.into_iter().zip(colors).collect();
        canvas.legend(44, &entries)?;
        let calls = self.groups.iter().flat_map(|g| g.calls);
        let longest = calls.map(|c| seconds(c.duration_ns)).fold(1e-3, f64::max);
        let mut y = TOP;
        for group in &self.groups {
            let style = canvas.font(14, INK);
            let more = match group.left_out {
                0 => String::new(),
                n => format!(" (and {n} more, not shown)"),
            };
            let heading = format!("{}{more}", group.name);
            canvas.text(&heading, (canvas.px(16), canvas.px(y + ROW / 2)), &style)?;
            y += ROW;
            for call in group.calls {
                bar(canvas, call, y, longest)?;
                y += ROW;
            }
            y += ROW;
        }
        Ok(())
    }
}

/// One call: its batch on the left, its parts as a bar, its length behind it.
fn bar<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    call: &CleanupCall,
    y: i32,
    longest: f64,
) -> Result<(), PlotError> {
    let small = canvas.font(13, GREY);
    let middle = canvas.px(y + ROW / 2);
    let plural = if call.batch == 1 { "" } else { "s" };
    let name = format!(
        "at {:.1} s, {} namespace{plural}",
        seconds(call.start_ns),
        with_separators(&call.batch.to_string())
    );
    canvas.text(&name, (canvas.px(30), middle), &small)?;
    let parts = [
        (call.barrier_ns, VERMILION),
        (call.gp_ns + call.rtnl_ns, ORANGE),
        (u64::MAX, BLUE),
    ];
    let place = |ns: u64| {
        let units = seconds(ns) / longest * LONGEST * f64::from(canvas.scale);
        canvas.px(LEFT) + rounded(units)
    };
    let mut done = 0_u64;
    for (part, color) in parts {
        let next = done.saturating_add(part).min(call.duration_ns);
        let corners = [
            (place(done), canvas.px(y + 3)),
            (place(next), canvas.px(y + ROW - 3)),
        ];
        if next > done {
            canvas
                .area
                .draw(&Rectangle::new(corners, color.filled()))
                .map_err(|e| PlotError::new(&e))?;
        }
        done = next;
    }
    let unfinished = if call.finished { "" } else { ", unfinished" };
    let length = format!("{:.1} s{unfinished}", seconds(call.duration_ns));
    canvas.text(&length, (place(done) + canvas.px(6), middle), &small)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "at most the width of a picture"
)]
fn rounded(units: f64) -> i32 {
    units.round() as i32
}

/// A bar for each of the first `most` `cleanup_net()` calls of each run.
pub fn waits(
    title: &str,
    runs: &[(&str, &[CleanupCall])],
    most: usize,
) -> Result<Picture, PlotError> {
    let groups = runs
        .iter()
        .map(|&(name, calls)| Group {
            name,
            calls: &calls[..calls.len().min(most)],
            left_out: calls.len().saturating_sub(most),
        })
        .collect();
    render(&Waits { title, groups })
}
