//! What a reader of a run's report must know before believing the verdict.

use super::{bytes, count, nearest, time};
use crate::models::caches::Cache;
use crate::models::outcome::Outcome;
use crate::models::params::Params;
use crate::sim::Ended;

/// Creators are saturated if more than this part of all arrivals waits for them as the last comes.
const SATURATED: u64 = 20;
/// Below this part of the largest drop memory of dead namespaces is not worth a note.
const QUARTER: u64 = 4;

/// The notes on a run, most important first.
pub(super) fn notes(p: &Params, o: &Outcome) -> Vec<String> {
    [cut_off(p, o), held_by_the_dead(p, o), saturated(p, o)]
        .into_iter()
        .flatten()
        .collect()
}

/// The horizon came before the end.
fn cut_off(p: &Params, o: &Outcome) -> Option<String> {
    if o.ended != Ended::Horizon || o.settled_ns.is_some() {
        return None;
    }
    let horizon = time(Some(p.horizon.as_ns()));
    Some(if o.created < p.calls {
        format!(
            "cut off at run.horizon = {horizon}: {} of {} calls made; raise run.horizon",
            count(o.created),
            count(p.calls)
        )
    } else {
        format!(
            "cut off at run.horizon = {horizon} before all was freed; raise run.horizon to see when"
        )
    })
}

/// Namespaces are gone, their memory is not: the verdict counts the former.
fn held_by_the_dead(p: &Params, o: &Outcome) -> Option<String> {
    let end = o.loop_ns?;
    let row = o.series.iter().rfind(|row| row.t_ns <= end)?;
    let fragments = p.fqdirs * p.fragments * (p.sizes.frag_queue + p.sizes.frag_skb);
    let living = row.live * (p.namespace_bytes() + fragments);
    let kworkers = row.by_cache[Cache::Kworker as usize];
    let dead = row.drop_bytes.saturating_sub(living + kworkers);
    (dead > o.peak_drop_bytes / QUARTER && dead > p.namespace_bytes() * 100).then(|| {
        format!(
            "the verdict is about live namespaces; as the loop ended {} were still held by namespaces already gone \
             ({} fqdirs, and works behind them in system_wq)",
            bytes(dead),
            count(row.fqdirs)
        )
    })
}

/// Namespaces were asked for faster than the creators can make them. What then waits for a creator grows with the run: as
/// the last is asked for it is more than a twentieth of all, and more than chance piles up before creators that just keep
/// pace, three times the square root of the number of arrivals.
fn saturated(p: &Params, o: &Outcome) -> Option<String> {
    let pace = Pace::of(p, o)?;
    let arrivals = pace.asked_for / p.burst.max(1);
    let chance = 3 * arrivals.isqrt() * p.burst;
    (pace.waiting > chance.max(pace.asked_for / SATURATED)).then(|| {
        let [asked, made] = [pace.asked, pace.made].map(rate);
        format!(
            "asked for {asked}/s, made {made}/s: the creators are saturated; raise workload.creators"
        )
    })
}

/// How fast namespaces were asked for from outside, and made.
struct Pace {
    /// Asked for in all.
    asked_for: u64,
    /// Of these not yet made as the last was asked for, or as the run was cut off.
    waiting: u64,
    /// Asked for in 1,000 seconds; the scenario's rate if the run was cut off before the last.
    asked: u128,
    /// Made in 1,000 seconds.
    made: u128,
}

impl Pace {
    /// Nothing where creators ask themselves, and before any time has passed.
    fn of(p: &Params, o: &Outcome) -> Option<Self> {
        if !p.arrivals.is_open() {
            return None;
        }
        let until = o.loop_ns.unwrap_or(o.end.t_ns);
        let nominal = u128::from(p.rate) * u128::from(p.burst);
        let (asked_for, asked) = match o.asked_ns {
            Some(ns) => (p.calls, in_1000_s(p.calls, ns)?),
            None => (whole(nominal * u128::from(until) / NS), nominal),
        };
        let waiting = match (o.asked_ns, o.loop_ns) {
            (Some(last), Some(end)) => {
                whole(u128::from(p.calls) * u128::from(end - last) / u128::from(end))
            }
            _ => asked_for.saturating_sub(o.created),
        };
        let made = in_1000_s(o.created, until)?;
        Some(Self {
            asked_for,
            waiting,
            asked,
            made,
        })
    }
}

/// Nanoseconds in 1,000 seconds.
const NS: u128 = 1_000_000_000_000;

fn in_1000_s(number: u64, ns: u64) -> Option<u128> {
    (u128::from(number) * NS).checked_div(ns.into())
}

fn whole(value: u128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

/// A rate in 1,000 seconds as one a second, with a digit after the point below a hundred.
fn rate(in_1000_s: u128) -> String {
    if in_1000_s < 100_000 {
        let tenths = nearest(in_1000_s, 100_u64);
        return format!("{}.{}", tenths / 10, tenths % 10);
    }
    count(whole(nearest(in_1000_s, 1_000_u64)))
}

/// Namespaces asked for and made a second; a dash where creators ask themselves.
pub(super) fn asked_and_made(p: &Params, o: &Outcome) -> [String; 2] {
    match Pace::of(p, o) {
        Some(pace) => [pace.asked, pace.made].map(rate),
        None => ["-", "-"].map(str::to_owned),
    }
}

/// How much of what is gone at the end kworkers hold that have nothing to do.
pub(super) fn idle_kworkers(o: &Outcome) -> String {
    let held = o.end_by_cache[Cache::Kworker as usize];
    match o.end_drop_bytes.saturating_sub(held) {
        _ if o.settled_ns.is_none() || held == 0 => String::new(),
        0 => ": idle kworkers, whose end is not modelled".to_owned(),
        _ => format!(
            ", {} of it idle kworkers, whose end is not modelled",
            bytes(held)
        ),
    }
}
