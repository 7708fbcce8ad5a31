//! What a reader of a run's report must know before believing the verdict.

use super::{bytes, count, nearest, time};
use crate::experiment::metrics::row_at_loop_end;
use crate::experiment::pace::Pace;
use crate::models::caches::Cache;
use crate::models::outcome::Outcome;
use crate::models::params::Params;
use crate::sim::Ended;

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

/// Namespaces are gone, their memory is not: counts of live ones do not show it.
fn held_by_the_dead(p: &Params, o: &Outcome) -> Option<String> {
    let row = row_at_loop_end(o)?;
    let fragments = p.fqdirs * p.fragments * (p.sizes.frag_queue + p.sizes.frag_skb);
    let living = row.live * (p.namespace_bytes() + fragments);
    let kworkers = row.by_cache[Cache::Kworker as usize];
    let dead = row.drop_bytes.saturating_sub(living + kworkers);
    (dead > o.peak_drop_bytes / QUARTER && dead > p.namespace_bytes() * 100).then(|| {
        format!(
            "live namespaces do not show it: as the loop ended {} were still held by namespaces already gone ({} fqdirs, \
             and works behind them in system_wq)",
            bytes(dead),
            count(row.fqdirs)
        )
    })
}

/// Namespaces were asked for faster than the creators can make them.
fn saturated(p: &Params, o: &Outcome) -> Option<String> {
    let pace = Pace::of(p, o).filter(Pace::is_saturated)?;
    let [asked, made] = [pace.asked, pace.made].map(rate);
    Some(format!(
        "asked for {asked}/s, made {made}/s: the creators are saturated; raise workload.creators"
    ))
}

/// A rate in 1,000 seconds as one a second, with a digit after the point below a hundred.
fn rate(in_1000_s: u64) -> String {
    let rounded = |by: u64| nearest(in_1000_s, by);
    if in_1000_s < 100_000 {
        let tenths = rounded(100);
        return format!("{}.{}", tenths / 10, tenths % 10);
    }
    count(u64::try_from(rounded(1_000)).expect("less than 64 bits hold"))
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
