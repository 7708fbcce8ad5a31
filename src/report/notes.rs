//! What a reader of a run's report must know before believing the verdict.

use super::{bytes, count, nearest, time};
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

/// Namespaces are gone, their memory is not: the verdict counts the former.
pub(super) fn held_by_the_dead(p: &Params, o: &Outcome) -> Option<String> {
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

/// Namespaces were asked for faster than the creators can make them: on average, and the last was made long after it was
/// asked for.
fn saturated(p: &Params, o: &Outcome) -> Option<String> {
    let (made_in, asked_in) = (o.loop_ns?, o.asked_ns?);
    let made = u128::from(o.created) * 1_000_000_000_000 / u128::from(made_in.max(1));
    let asked = u128::from(p.rate) * u128::from(p.burst);
    let is_late = made_in / 5 > asked_in / 4;
    (made * 10 < asked * 8 && is_late).then(|| {
        format!(
            "asked for {}/s, made {}/s: the creators are saturated; raise workload.creators",
            nearest(asked, 1_000_u64),
            nearest(made, 1_000_u64)
        )
    })
}
