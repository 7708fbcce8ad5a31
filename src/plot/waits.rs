//! What `cleanup_net()` spends its time on. Waits for rtnl are so short that they would have no width
//! of their own; they are drawn with grace periods.

use super::{
    BLUE, Canvas, Drawing, GREY, INK, ORANGE, Picture, PlotError, SKY, VERMILION, render, seconds,
};
use crate::models::outcome::CleanupCall;
use crate::models::spent::{Spent, Split};
use crate::stats::digits::with_separators;
use plotters::prelude::*;

/// The parts of a bar from the left: name, colour and what they are made of.
const PARTS: [(&str, RGBColor, &[Spent]); 4] = [
    (
        "behind a running barrier",
        ORANGE,
        &[Spent::MutexUnsatisfied],
    ),
    (
        "satisfied, and still asleep",
        VERMILION,
        &[Spent::MutexSatisfied],
    ),
    (
        "its own barrier",
        BLUE,
        &[Spent::BarrierGracePeriod, Spent::Invocation],
    ),
    (
        "grace periods and rtnl",
        SKY,
        &[Spent::GracePeriod, Spent::Expedited, Spent::Rtnl],
    ),
];
/// What is left of a bar.
const REST: (&str, RGBColor) = ("its own work, and for a CPU", RGBColor(0xAA, 0xAA, 0xAA));
/// Height of one bar with its gap, in units.
const ROW: i32 = 28;
/// Where bars begin, in units.
const LEFT: i32 = 250;
/// Longest bar, in units.
const LONGEST: f64 = 610.0;
/// Where the first group begins, in units.
const TOP: i32 = 68;

struct Group<'a> {
    name: &'a str,
    calls: Vec<CleanupCall>,
    /// How many there are, drawn or not.
    all: usize,
    /// What all of them spent their time on.
    split: Split,
}

struct Waits<'a> {
    title: &'a str,
    groups: Vec<Group<'a>>,
}

impl<'a> Group<'a> {
    /// The longest of the calls, in order.
    fn of(name: &'a str, calls: &[CleanupCall], most: usize) -> Self {
        let mut split = Split::default();
        for call in calls {
            for (whole, part) in split.0.iter_mut().zip(call.split.0) {
                *whole += part;
            }
        }
        let all = calls.len();
        let mut calls = calls.to_vec();
        calls.sort_by_key(|call| std::cmp::Reverse(call.duration_ns));
        calls.truncate(most);
        calls.sort_by_key(|call| call.start_ns);
        Self {
            name,
            calls,
            all,
            split,
        }
    }

    fn rows(&self) -> i32 {
        i32::try_from(self.calls.len()).unwrap_or(i32::MAX / ROW) + 2
    }

    fn heading(&self) -> String {
        let satisfied = self.split.get(Spent::MutexSatisfied);
        let percent = satisfied * 100 / self.split.total().max(1);
        let shown = match self.calls.len() {
            shown if shown < self.all => format!("the {shown} longest of {} calls", self.all),
            _ => format!("all {} calls", self.all),
        };
        format!(
            "{}, {shown}; of the time of all, {percent} % satisfied, and still asleep",
            self.name
        )
    }
}

impl Drawing for Waits<'_> {
    fn size(&self) -> (u32, u32) {
        let rows: i32 = self.groups.iter().map(Group::rows).sum();
        (960, (TOP + rows * ROW).unsigned_abs())
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<(), PlotError> {
        canvas.title(self.title)?;
        let parts = PARTS.map(|(name, color, _)| (name, color));
        let entries: Vec<(&str, RGBColor)> = parts.into_iter().chain([REST]).collect();
        canvas.legend(44, &entries)?;
        let calls = self.groups.iter().flat_map(|g| &g.calls);
        let longest = calls.map(|c| seconds(c.duration_ns)).fold(1e-3, f64::max);
        let mut y = TOP;
        for group in &self.groups {
            let style = canvas.font(14, INK);
            canvas.text(
                &group.heading(),
                (canvas.px(16), canvas.px(y + ROW / 2)),
                &style,
            )?;
            y += ROW;
            for call in &group.calls {
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
    let parts = PARTS.map(|(_, color, of)| {
        let part = of.iter().map(|&spent| call.split.get(spent)).sum::<u128>();
        (u64::try_from(part).unwrap_or(u64::MAX), color)
    });
    let parts = parts.into_iter().chain([(u64::MAX, REST.1)]);
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

/// Bars for the longest calls of `cleanup_net()` of each run, so many at most.
pub fn waits(title: &str, runs: &[(&str, &[CleanupCall], usize)]) -> Result<Picture, PlotError> {
    let groups = runs
        .iter()
        .map(|&(name, calls, most)| Group::of(name, calls, most))
        .collect();
    render(&Waits { title, groups })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(start_ns: u64, duration_ns: u64) -> CleanupCall {
        let mut split = Split::default();
        split.0[Spent::MutexSatisfied as usize] = u128::from(duration_ns) / 4;
        split.0[Spent::Running as usize] = u128::from(duration_ns - duration_ns / 4);
        CleanupCall {
            start_ns,
            batch: 1,
            duration_ns,
            barrier_ns: 0,
            gp_ns: 0,
            rtnl_ns: 0,
            split,
            finished: true,
        }
    }

    #[test]
    fn the_longest_are_drawn_in_their_order_and_all_are_counted() {
        let calls = [call(0, 4), call(4, 80), call(84, 8), call(92, 40)];
        let two = Group::of("after", &calls, 2);
        let starts: Vec<u64> = two.calls.iter().map(|call| call.start_ns).collect();
        assert_eq!(starts, [4, 92]);
        let told = "; of the time of all, 25 % satisfied, and still asleep";
        assert_eq!(
            two.heading(),
            format!("after, the 2 longest of 4 calls{told}")
        );
        let all = Group::of("before", &calls, 9);
        assert_eq!(all.heading(), format!("before, all 4 calls{told}"));
    }
}
