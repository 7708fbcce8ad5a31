//! `cleanup_net()` as a server that takes all who wait: whoever is put while a call runs waits for
//! the rest of it. Poisson arrivals see time averages (Wolff, 1982), so the mean wait on the list
//! is the time average of what is left of the running call, whatever the calls' lengths are:
//! the sum of `d * d / 2` over the calls, by the time.

use super::line::Check;
use super::queues::SURE;
use crate::experiment::scenario::Scenario;
use crate::models::params::{Arrivals, Params};
use crate::models::record::{Record, What};
use crate::models::simulate_with;
use crate::sim::{Instant, Span};
use crate::stats::convert::{count, float};
use crate::stats::interval::Moments;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// Replications.
const RUNS: u64 = 12;

/// All lines.
pub(super) fn table() -> Vec<Check> {
    let seen: Vec<List> = (1..=RUNS).map(|seed| list(&params(seed))).collect();
    vec![line(&seen, &residual)]
}

fn line(seen: &[List], expects: &dyn Fn(&List) -> f64) -> Check {
    let mean = |value: &dyn Fn(&List) -> f64| -> Moments {
        let values: Vec<f64> = seen.iter().map(value).collect();
        Moments::of(&values).expect("there are runs")
    };
    let (found, expected) = (mean(&wait), mean(expects));
    let apart = mean(&|list| wait(list) - expects(list));
    let interval = apart.interval(SURE).expect("there are runs");
    Check::within(
        "cleanup_net() takes all who wait, Poisson arrivals: mean wait on its list [ms]",
        [
            format!("{:.3}", expected.mean / 1e6),
            format!("{:.3}", found.mean / 1e6),
            format!(
                "difference {:.3} to {:.3}, {RUNS} runs, 99.9 %",
                interval.low / 1e6,
                interval.high / 1e6
            ),
        ],
        interval.holds(0.0) && interval.half() < 0.2 * expected.mean,
    )
}

fn params(seed: u64) -> Params {
    let mut params = Scenario::builtin("report-6cpu")
        .expect("the embedded scenario is valid")
        .params;
    params.arrivals = Arrivals::Poisson;
    params.rate = 8_000;
    params.container_life = Span::from_ms(200);
    params.calls = 400;
    params.seed = seed;
    params
}

/// What was seen of `cleanup_net()`'s list until the last namespace was put.
#[derive(Default)]
struct List {
    waiting: VecDeque<Instant>,
    /// Of those who were taken.
    waits: Vec<Span>,
    /// When each call took its batch, and when it had freed it.
    calls: Vec<(Instant, Instant)>,
    begun: Option<Instant>,
    first_put: Option<Instant>,
    last_put: Instant,
}

impl List {
    fn hear(&mut self, at: Instant, what: What) {
        match what {
            What::NamespacePut => {
                self.waiting.push_back(at);
                self.first_put.get_or_insert(at);
                self.last_put = at;
            }
            What::BatchTaken { .. } => {
                self.begun = Some(at);
                self.waits
                    .extend(self.waiting.drain(..).map(|put| at - put));
            }
            What::BatchFreed { .. } => {
                let begun = self.begun.take().expect("a batch that is freed was taken");
                self.calls.push((begun, at));
            }
            _ => {}
        }
    }
}

fn list(params: &Params) -> List {
    let list = Rc::new(RefCell::new(List::default()));
    let hears = Rc::clone(&list);
    let listener = move |at, record: Record| hears.borrow_mut().hear(at, record.what);
    simulate_with(params, Some(Box::new(listener)));
    list.take()
}

/// Mean wait on the list \[ns\].
fn wait(list: &List) -> f64 {
    let sum: f64 = list.waits.iter().map(|wait| float(wait.as_ns())).sum();
    sum / count(list.waits.len())
}

/// Time average of what is left of the running call, from the first to the last put \[ns\].
fn residual(list: &List) -> f64 {
    let first = list.first_put.expect("somebody was put");
    let left: f64 = list
        .calls
        .iter()
        .filter(|(begun, _)| *begun < list.last_put)
        .map(|&(begun, end)| {
            let all = float((end - begun).as_ns());
            let late = float(end.saturating_since(list.last_put).as_ns());
            0.5 * (all * all - late * late)
        })
        .sum();
    left / float((list.last_put - first).as_ns())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_left_after_the_rest_of_a_call_and_half_of_it_is_missed() {
        let seen: Vec<List> = (1..=RUNS).map(|seed| list(&params(seed))).collect();
        let whole = line(&seen, &residual);
        assert!(whole.passes(), "{whole:?}");
        let half = line(&seen, &|list| 0.5 * residual(list));
        assert!(!half.passes(), "{half:?}");
    }
}
