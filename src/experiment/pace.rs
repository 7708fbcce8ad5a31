//! How fast namespaces are asked for from outside, and how fast the creators make them.
//!
//! The creators are saturated if they cannot keep up. What then waits for one grows with the run: as the last is asked
//! for it is more than a twentieth of all, and more than chance piles up before creators that just keep pace, three times
//! the square root of the number of arrivals.

use super::rounded::counted;
use crate::models::outcome::Outcome;
use crate::models::params::Params;

/// Creators are saturated if more than this part of all arrivals waits for them as the last comes.
const SATURATED: u64 = 20;
/// Nanoseconds in 1,000 seconds.
const NS: u128 = 1_000_000_000_000;

/// How fast namespaces were asked for from outside, and made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// Asked for in all.
    asked_for: u64,
    /// Of these not yet made as the last was asked for, or as the run was cut off.
    waiting: u64,
    /// Asked for at a time.
    burst: u64,
    /// Asked for in 1,000 seconds; if the run was cut off before the last, the scenario's rate, or what was made, if chance
    /// brought more: never less than was made.
    pub asked: u64,
    /// Made in 1,000 seconds.
    pub made: u64,
}

impl Pace {
    /// Nothing where creators ask themselves, and before any time has passed.
    pub fn of(p: &Params, o: &Outcome) -> Option<Self> {
        if !p.arrivals.is_open() {
            return None;
        }
        let until = o.loop_ns.unwrap_or(o.end.t_ns);
        let nominal = u128::from(p.rate) * u128::from(p.burst);
        let (asked_for, asked) = match o.asked_ns {
            Some(ns) => (p.calls, in_1000_s(p.calls, ns)?),
            None => (whole(nominal * u128::from(until) / NS), whole(nominal)),
        };
        let made = in_1000_s(o.created, until)?;
        let (asked_for, asked) = (asked_for.max(o.created), asked.max(made));
        let waiting = match (o.asked_ns, o.loop_ns) {
            (Some(last), Some(end)) => {
                whole(u128::from(p.calls) * u128::from(end - last) / u128::from(end))
            }
            _ => asked_for.saturating_sub(o.created),
        };
        Some(Self {
            asked_for,
            waiting,
            burst: p.burst.max(1),
            asked,
            made,
        })
    }

    /// Whether the creators cannot keep up.
    pub fn is_saturated(&self) -> bool {
        let arrivals = self.asked_for / self.burst;
        let chance = 3 * arrivals.isqrt() * self.burst;
        self.waiting > chance.max(self.asked_for / SATURATED)
    }
}

/// A note on so many runs of `all`, if there are any, in which the creators could not keep up.
pub fn told(saturated: u64, all: u64) -> Option<String> {
    (saturated > 0).then(|| {
        format!(
            "in {saturated} of {} the creators could not keep up with what was asked for; raise workload.creators",
            counted(all, "run")
        )
    })
}

fn in_1000_s(number: u64, ns: u64) -> Option<u64> {
    (u128::from(number) * NS).checked_div(ns.into()).map(whole)
}

/// As far as 64 bits go.
fn whole(value: u128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}
