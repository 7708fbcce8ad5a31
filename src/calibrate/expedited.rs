//! What an expedited grace period of `cleanup_net()` costs, without what it waits for.
//!
//! ```text
//! asked ─ a worker is woken ─ wait_rcu_exp_gp(): asks busy CPUs, sleeps until they answer ─ the caller is woken, goes on ─ asked
//!                            └──────────────────── ran ────────────────────────────────┘└────────── after ──────────┘
//! └───────────────────────────────────────────── whole ────────────────────────────────────────────────────────────────┘
//! ```
//!
//! The model wakes the worker, asks and waits by itself; `costs.expedited` is the CPU time of both tasks. A trace shows when
//! the work ran and not when it slept in between, so that of its run only the shortest is taken for CPU time, and it may have
//! slept in that too.

use super::estimate::{Estimate, FEWEST, Found};
use super::numbers::{float, quantile, sorted};
use crate::analyze::CleanupPhases;

/// The key.
const KEY: &str = "costs.expedited";
/// Fewest grace periods to tell from.
const FEW: usize = 5;

/// The first of two expedited grace periods in a row (ns).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Once {
    /// From one request to the next.
    pub(super) whole: f64,
    /// The work's run, and from its end to the next request, if the trace tells which work it was.
    parts: Option<[f64; 2]>,
}

impl Once {
    /// The first of a call, if another one follows it before the first barrier.
    pub(super) fn of(call: &CleanupPhases, first_barrier: u64) -> Option<Self> {
        let [first, second, ..] = call.expedited.as_slice() else {
            return None;
        };
        let next = second.asked_ns;
        let span = |from: u64, to: u64| float(to.saturating_sub(from));
        (next < first_barrier).then(|| Self {
            whole: span(first.asked_ns, next),
            // The caller may be ahead of the worker that has just woken it.
            parts: first
                .ran_ns
                .map(|(start, end)| [span(start, end), span(end, next)]),
        })
    }
}

/// The cost, between what the caller does after the quickest and the whole of a middling one. `hand_over` is how long waking
/// an idle CPU takes and the longest that going on elsewhere does.
pub(super) fn expedited(seen: &[Once], hand_over: Option<[f64; 2]>) -> Found {
    let n = seen.len();
    if n < FEW {
        let why =
            format!("cleanup_net() calls with two expedited grace periods: {n} seen, {FEW} needed");
        return Err((KEY, why));
    }
    let of = |values: &[f64], share| quantile(values, share).unwrap_or(0.0);
    let whole = sorted(seen.iter().map(|once| once.whole));
    let ran = sorted(seen.iter().filter_map(|once| Some(once.parts?[0])));
    let after = sorted(seen.iter().filter_map(|once| Some(once.parts?[1])));
    if after.len() < FEW {
        let how = "from one expedited grace period of cleanup_net() to the next, lower quartile; what of it was waiting is not seen";
        let ends = [0.0, of(&whole, 0.25), of(&whole, 0.5)];
        return Ok(Estimate::new(KEY, ends, n, how));
    }
    let [wake, most] = hand_over.unwrap_or_default();
    let least = of(&after, 0.0);
    // What the quickest took holds no longer wake-up.
    let value = of(&after, 0.25) + of(&ran, 0.0) - wake.min(least);
    // Each of a few may have waited for a CPU.
    let low = match hand_over {
        Some(_) if after.len() >= FEWEST => least - most,
        _ => (least - most).min(least / 2.0),
    };
    let how = "end of the work of an expedited grace period of cleanup_net() to its next request, lower quartile, less a wake-up, and the shortest run of such a work";
    Ok(Estimate::new(
        KEY,
        [low, value, of(&whole, 0.5)],
        after.len(),
        how,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::samples;
    use crate::stats::convert::whole64;
    use std::fmt::Write as _;

    /// Calls of `cleanup_net()` with two expedited grace periods: microseconds until the work starts, of its run, and until the
    /// caller asks again.
    fn calls(of: &[[u64; 3]], address: &str) -> Vec<Once> {
        let mut text = String::new();
        let mut at = 1_000_000;
        let mut line = |pid: u32, after: u64, event: &str| {
            at += after;
            let (s, us) = (at / 1_000_000, at % 1_000_000);
            writeln!(text, "  kworker-{pid} [000] d... {s}.{us:06}: {event}")
                .expect("a string takes all");
        };
        for [wait, run, rest] in of {
            let queue = format!(
                "workqueue_queue_work: work struct={address} function=wait_rcu_exp_gp workqueue=2 req_cpu=0 cpu=0"
            );
            line(
                7,
                500,
                "workqueue_execute_start: work struct 0000000a: function cleanup_net",
            );
            line(7, 500, &queue);
            line(
                8,
                *wait,
                &format!(
                    "workqueue_execute_start: work struct {address}: function wait_rcu_exp_gp"
                ),
            );
            line(
                8,
                *run,
                &format!("workqueue_execute_end: work struct {address}: function wait_rcu_exp_gp"),
            );
            line(7, *rest, &queue);
            line(7, 90, "rcu_barrier: rcu_sched Begin cpu -1 remaining 0 # 9");
            line(
                7,
                90,
                "rcu_barrier: rcu_sched EarlyExit cpu -1 remaining 0 # 9",
            );
            line(
                7,
                90,
                "workqueue_execute_end: work struct 0000000a: function cleanup_net",
            );
        }
        let read = samples(text.as_bytes()).expect("a text can be read");
        let first = |call: &CleanupPhases| Once::of(call, call.barriers_ns[0].0);
        read.cleanup.iter().filter_map(first).collect()
    }

    #[test]
    fn waiting_for_other_cpus_is_no_cost() {
        // 100 us of work, each wake-up 5; in nine of ten the work sleeps until a busy CPU answers.
        let mut of = [[5, 700, 105]; 10];
        of[3][1] = 2;
        let told = |of: &[[u64; 3]], address: &str, hand_over| {
            let told = expedited(&calls(of, address), hand_over).expect("ten are enough");
            [told.low, told.value, told.high].map(whole64)
        };
        let hand_over = Some([5_000.0, 6_000.0]);
        assert_eq!(told(&of, "0000000b", hand_over), [99_000, 102_000, 810_000]);
        // That all of them slept is not to be seen; the lower end allows for it.
        let slept = [[5, 700, 105]; 10];
        assert_eq!(
            told(&slept, "0000000b", hand_over),
            [99_000, 800_000, 810_000]
        );
        // On a loaded host other wake-ups take longer than all that follows the work.
        let loaded = Some([400_000.0, 500_000.0]);
        assert_eq!(told(&of, "0000000b", loaded), [0, 2_000, 810_000]);
        // Without addresses it is not known which work it was.
        assert_eq!(told(&of, "(____ptrval____)", None), [0, 810_000, 810_000]);
    }
}
