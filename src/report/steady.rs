//! What a report says of warm-up and steady state, in words and as JSON.

use super::{count, time};
use crate::experiment::metrics::milli;
use crate::experiment::steady::{PERCENTS, Steady, SteadyState, steady};
use crate::models::outcome::Outcome;
use crate::stats::batch::needed;
use crate::stats::interval::Interval;
use serde::Serialize;
use std::fmt::Write as _;

/// Warm-up and steady state in a line or two, the second indented by `indent`.
///
/// # Panics
/// Never: a string takes all that is written.
pub(super) fn words(outcome: &Outcome, indent: &str) -> String {
    match steady(outcome) {
        Steady::NotApplicable => {
            "warm-up not applicable: a terminating run, from its first call to its last".to_owned()
        }
        Steady::TooShort => "the series is too short to find the warm-up".to_owned(),
        Steady::NotReached => {
            "live namespaces have no average yet: their warm-up (MSER-5) is not over in the first half of the loop"
                .to_owned()
        }
        Steady::Reached(state) => reached(&state, indent),
    }
}

fn reached(state: &SteadyState, indent: &str) -> String {
    let mean = &state.mean;
    let mut text = format!(
        "warm-up {} (MSER-5); then {:.1} live on average{} from {} batches of {} samples",
        time(Some(state.warm_up_ns)),
        mean.mean,
        range(mean.interval),
        mean.batches,
        mean.size,
    );
    if !mean.independent {
        text += "; NEIGHBOURING BATCHES CORRELATE: the interval is too short";
    }
    let mut head = format!("\n{indent}");
    for (percent, found) in PERCENTS.iter().zip(&state.percentiles) {
        let told = match found {
            Some(found) => {
                let around = found.interval.map_or_else(String::new, range);
                format!("p{percent} {:.0}{around}", found.value)
            }
            None => too_few(*percent, mean.batches),
        };
        write!(text, "{head}{told}").expect("a string takes all that is written");
        ", ".clone_into(&mut head);
    }
    text
}

/// Why there is no such percentile.
fn too_few(percent: u32, batches: usize) -> String {
    let samples = needed(f64::from(percent) / 100.0) * batches;
    let samples = u64::try_from(samples).unwrap_or(u64::MAX);
    format!(
        "no p{percent}: it takes {} samples (run.sample)",
        count(samples)
    )
}

fn range(interval: Interval) -> String {
    format!(" ({:.1} to {:.1})", interval.low, interval.high)
}

/// Numbers of live namespaces in thousandths.
#[derive(Serialize, Default)]
pub(super) struct SteadyJson {
    warm_up: &'static str,
    warm_up_ns: Option<u64>,
    batches: Option<u64>,
    batches_independent: Option<bool>,
    live_mean_milli: Option<u64>,
    live_mean_low_milli: Option<u64>,
    live_mean_high_milli: Option<u64>,
    live_p50_milli: Option<u64>,
    live_p50_low_milli: Option<u64>,
    live_p50_high_milli: Option<u64>,
    live_p90_milli: Option<u64>,
    live_p90_low_milli: Option<u64>,
    live_p90_high_milli: Option<u64>,
    live_p99_milli: Option<u64>,
    live_p99_low_milli: Option<u64>,
    live_p99_high_milli: Option<u64>,
}

impl SteadyJson {
    pub(super) fn of(outcome: &Outcome) -> Self {
        let none = |warm_up| Self {
            warm_up,
            ..Self::default()
        };
        let state = match steady(outcome) {
            Steady::NotApplicable => return none("not applicable"),
            Steady::TooShort => return none("too short"),
            Steady::NotReached => return none("not over"),
            Steady::Reached(state) => state,
        };
        let interval = state.mean.interval;
        let percentile = |at: usize| state.percentiles[at].and_then(|p| milli(p.value));
        let end = |at: usize, end: fn(Interval) -> f64| {
            let interval = state.percentiles[at].and_then(|p| p.interval);
            interval.and_then(|interval| milli(end(interval).max(0.0)))
        };
        Self {
            warm_up: "over",
            warm_up_ns: Some(state.warm_up_ns),
            batches: u64::try_from(state.mean.batches).ok(),
            batches_independent: Some(state.mean.independent),
            live_mean_milli: milli(state.mean.mean),
            live_mean_low_milli: milli(interval.low.max(0.0)),
            live_mean_high_milli: milli(interval.high),
            live_p50_milli: percentile(0),
            live_p50_low_milli: end(0, |i| i.low),
            live_p50_high_milli: end(0, |i| i.high),
            live_p90_milli: percentile(1),
            live_p90_low_milli: end(1, |i| i.low),
            live_p90_high_milli: end(1, |i| i.high),
            live_p99_milli: percentile(2),
            live_p99_low_milli: end(2, |i| i.low),
            live_p99_high_milli: end(2, |i| i.high),
        }
    }
}
