//! What a trace shows: callers, barriers and `cleanup_net()` over time, and how long things took.
//!
//! Real and simulated traces come as the same report, so they make the same picture.

use super::chart::{Chart, Ticks, round};
use super::{
    BLUE, Canvas, Drawing, GREY, INK, ORANGE, PALETTE, PURPLE, Picture, PlotError, SKY, VERMILION,
    float, render,
};
use crate::analyze::{Histogram, Report};
use plotters::prelude::*;

/// Width of the charts over time, in units.
const WIDE: i32 = 850;
/// Left edge of charts, in units.
const LEFT: i32 = 70;
/// Parts of each doubling in a histogram.
const PARTS: u32 = 4;
const GREEN: RGBColor = PALETTE[5];

struct Trace<'r> {
    title: &'r str,
    caption: &'r str,
    report: &'r Report,
}

/// Draws a report of a trace.
///
/// # Errors
///
/// If it cannot be drawn.
pub fn trace(title: &str, caption: &str, report: &Report) -> Result<Picture, PlotError> {
    render(&Trace {
        title,
        caption,
        report,
    })
}

impl Drawing for Trace<'_> {
    fn size(&self) -> (u32, u32) {
        (960, 900)
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<(), PlotError> {
        canvas.title(self.title)?;
        let small = canvas.font(13, GREY);
        canvas.text(&note(self.report), (canvas.px(16), canvas.px(42)), &small)?;
        self.callers(canvas)?;
        self.cleanup(canvas)?;
        self.ends(canvas)?;
        self.histograms(canvas)?;
        canvas.text(self.caption, (canvas.px(16), canvas.px(884)), &small)
    }
}

/// The report in one line.
fn note(report: &Report) -> String {
    let barrier = &report.barrier;
    let share = float(barrier.early_exits) * 100.0 / float(barrier.calls.max(1));
    let lost = match (report.lost_places, report.lost_events) {
        (0, _) => String::new(),
        (places, 0) => format!("; events lost in {places} places"),
        (places, events) => format!("; {events} events lost in {places} places"),
    };
    format!(
        "{} calls of rcu_barrier(): {} barriers run in full, {share:.1} % left by early exit; {} grace periods{lost}; time from the first event on",
        barrier.calls, barrier.full, report.grace_periods.count
    )
}

impl Trace<'_> {
    /// Seconds from the first event to the end of the last stretch.
    fn span(&self) -> f64 {
        let line = &self.report.timeline;
        let all = self.report.last_ns.saturating_sub(self.report.first_ns);
        let shown = line.step_ns.saturating_mul(line.callers.len() as u64);
        (float(all.min(shown)) / 1e9).max(1e-6)
    }

    fn over_time(&self, top: i32, height: i32, y_max: f64) -> Chart {
        Chart {
            left: LEFT,
            top,
            width: WIDE,
            height,
            x: (0.0, self.span()),
            y_max: y_max.max(1.0) * 1.05,
        }
    }

    /// Each stretch with its ends in seconds.
    fn stretches<'v>(
        &self,
        values: &'v [u64],
    ) -> impl Iterator<Item = ((f64, f64), f64)> + use<'v> {
        let step = float(self.report.timeline.step_ns) / 1e9;
        let ends = move |at: usize| (float(at as u64) * step, float(at as u64 + 1) * step);
        let each = values.iter().enumerate();
        each.map(move |(at, &value)| (ends(at), float(value)))
    }

    fn callers<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<(), PlotError> {
        let line = &self.report.timeline;
        let most = line.callers.iter().chain(&line.executing).max();
        let most = float(most.copied().unwrap_or(0));
        let chart = self.over_time(92, 200, most);
        for (x, callers) in self.stretches(&line.callers) {
            chart.bar(canvas, x, (0.0, callers), ORANGE)?;
        }
        let works: Vec<(f64, f64)> = self
            .stretches(&line.executing)
            .flat_map(|((from, to), works)| [(from, works), (to, works)])
            .collect();
        chart.line(canvas, &works, INK.stroke_width(canvas.scale))?;
        let y = round(most.max(1.0), |v| format!("{v:.0}"));
        chart.axes(canvas, "", (&self.seconds(), &y))?;
        let entries = [
            ("callers of rcu_barrier() at once", ORANGE),
            ("works executing at once", INK),
        ];
        canvas.legend_from(LEFT, 78, &entries)
    }

    fn seconds(&self) -> Ticks {
        let span = self.span();
        let digits = if span > 4.0 { 0 } else { 2 };
        round(span, |v| format!("{v:.digits$} s"))
    }

    /// A strip for `cleanup_net()`: each call, and how much of it was in barriers.
    fn cleanup<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<(), PlotError> {
        let chart = self.over_time(346, 16, 1.0);
        let since = |ns: u64| float(ns.saturating_sub(self.report.timeline.from_ns)) / 1e9;
        for (at, call) in self.report.cleanup_net.iter().enumerate() {
            let from = since(call.start_ns);
            let length = float(call.duration_ns) / 1e9;
            let barrier = float(call.barrier_ns.unwrap_or(0)) / float(call.duration_ns.max(1));
            let color = if at % 2 == 0 { GREEN } else { SKY };
            chart.bar(canvas, (from, from + length), (0.0, 1.0), color)?;
            chart.bar(canvas, (from, from + length), (0.0, barrier), VERMILION)?;
        }
        chart.axes(canvas, "", (&Vec::new(), &Vec::new()))?;
        let n = self.report.cleanup_net.len();
        let calls = format!("{n} calls of cleanup_net(), in turn green and blue");
        let entries = [
            (calls.as_str(), GREEN),
            ("its share in rcu_barrier(), from below", VERMILION),
        ];
        canvas.legend_from(LEFT, 332, &entries)
    }

    /// How calls ended: barriers run in full below, early exits above them.
    fn ends<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<(), PlotError> {
        let line = &self.report.timeline;
        let both = line.full.iter().zip(&line.early_exits);
        let most = both.map(|(a, b)| a + b).max().unwrap_or(0);
        // Square roots: a burst of exits must not hide the few barriers between.
        let high = |count: f64| libm::sqrt(count);
        let chart = self.over_time(404, 120, high(float(most)));
        let pairs = self.stretches(&line.full).zip(&line.early_exits);
        for ((x, full), &early) in pairs {
            let all = high(full + float(early));
            if early > 0 {
                chart.bar(canvas, x, (0.0, all), PURPLE)?;
            }
            if full > 0.0 {
                chart.bar(canvas, x, (0.0, high(full)), BLUE)?;
            }
        }
        let powers = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e7];
        let within = powers.into_iter().filter(|&v| v <= float(most));
        let y: Ticks = within.map(|v| (high(v), format!("{v:.0}"))).collect();
        chart.axes(canvas, "", (&self.seconds(), &y))?;
        let step = float(line.step_ns) / 1e6;
        let early = format!("early exits, each {step:.0} ms (height: square root)");
        let entries = [("barriers run in full", BLUE), (early.as_str(), PURPLE)];
        canvas.legend_from(LEFT, 390, &entries)
    }

    fn histograms<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<(), PlotError> {
        let (barrier, report) = (&self.report.barrier, self.report);
        let charts: [(&str, &Histogram, RGBColor, bool); 6] = [
            (
                "wait of a call for the mutex",
                &barrier.wait_ns,
                ORANGE,
                true,
            ),
            (
                "barrier, trivial ones left out",
                &barrier.hold_nontrivial_ns,
                BLUE,
                true,
            ),
            ("grace period", &report.grace_periods.length_ns, GREEN, true),
            (
                "sleep of a call though satisfied",
                &barrier.satisfied_wait_ns,
                PURPLE,
                true,
            ),
            (
                "calls finished by a barrier > 1 ms",
                &barrier.finished_per_long_barrier,
                VERMILION,
                false,
            ),
            (
                "callbacks of a batch",
                &report.batches.per_batch,
                SKY,
                false,
            ),
        ];
        for (at, (title, histogram, color, is_time)) in (0..).zip(charts) {
            let place = (LEFT + at % 3 * 292, 590 + at / 3 * 156);
            shape(canvas, place, (title, histogram, color, is_time))?;
        }
        Ok(())
    }
}

/// One histogram over a logarithmic axis.
fn shape<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    (left, top): (i32, i32),
    (title, histogram, color, is_time): (&str, &Histogram, RGBColor, bool),
) -> Result<(), PlotError> {
    let parts = histogram.doublings(PARTS);
    let most = parts.iter().map(|part| part.1).max().unwrap_or(1);
    let log = |value: u64| libm::log10(float(value.max(1)));
    let (low, high) = (log(histogram.min()), log(histogram.max()));
    // Below a microsecond a trace's clock tells nothing apart.
    let low = if is_time { low.max(3.0) } else { low };
    let chart = Chart {
        left,
        top,
        width: 240,
        height: 90,
        x: (low, (high + 0.08).max(low + 1.0)),
        y_max: float(most) * 1.05,
    };
    for (at, &(value, n)) in parts.iter().enumerate().filter(|(_, part)| part.1 > 0) {
        let next = parts[at..].iter().find(|next| next.0 > value);
        let end = next.map_or(high + 0.08, |next| log(next.0));
        chart.bar(canvas, (log(value), end), (0.0, float(n)), color)?;
    }
    let x = ticks(chart.x, is_time);
    let y = round(float(most), |v| format!("{v:.0}"));
    let said = if histogram.count() == 0 {
        format!("{title}: none")
    } else {
        format!("{title} (n = {})", histogram.count())
    };
    chart.axes(canvas, &said, (&x, &y))
}

/// Decades on a logarithmic axis, of times from nanoseconds or of counts, with twice and five times them or three times where
/// these are few: five numbers find room.
fn ticks((low, high): (f64, f64), is_time: bool) -> Ticks {
    const STEPS: [&[u32]; 3] = [&[1, 2, 5], &[1, 3], &[1]];
    let of = |steps: &'static [u32]| -> Ticks {
        let each = (0..13).flat_map(|decade| steps.iter().map(move |&step| (decade, step)));
        let each = each.map(|(decade, step)| {
            let at = f64::from(decade) + libm::log10(f64::from(step));
            (at, tick(decade, step, is_time))
        });
        each.filter(|(at, _)| (low..=high).contains(at)).collect()
    };
    let all = STEPS.map(of);
    let decades = all[2].clone();
    let fits = all.into_iter().find(|ticks| ticks.len() <= 5);
    fits.unwrap_or_else(|| decades.into_iter().step_by(2).collect())
}

/// So many times a power of ten.
fn tick(decade: u32, step: u32, is_time: bool) -> String {
    const UNITS: [&str; 3] = ["ns", "us", "ms"];
    if is_time {
        let unit = decade / 3;
        let (below, unit) = match UNITS.get(unit as usize) {
            Some(unit_name) => (unit * 3, *unit_name),
            None => (9, "s"),
        };
        return format!("{} {unit}", u64::from(step) * 10_u64.pow(decade - below));
    }
    if decade < 3 {
        return (u64::from(step) * 10_u64.pow(decade)).to_string();
    }
    format!("{step}e{decade}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However short the axis is that a histogram needs, it has several numbers, and never more than find room.
    #[test]
    fn an_axis_of_any_length_has_numbers() {
        let said = |low, high, is_time| -> Vec<String> {
            let ticks = ticks((low, high), is_time);
            ticks.into_iter().map(|(_, text)| text).collect()
        };
        assert_eq!(said(6.9, 8.1, true), ["10 ms", "20 ms", "50 ms", "100 ms"]);
        assert_eq!(said(6.6, 8.6, true), ["10 ms", "30 ms", "100 ms", "300 ms"]);
        assert_eq!(said(3.0, 10.2, true), ["1 us", "100 us", "10 ms", "1 s"]);
        assert_eq!(said(0.0, 1.2, false), ["1", "2", "5", "10"]);
        assert_eq!(said(2.5, 4.2, false), ["500", "1e3", "2e3", "5e3", "1e4"]);
    }
}
