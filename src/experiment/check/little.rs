//! Little's law on the kernel model's own queues, without tolerance: over a run that begins with
//! them empty, the integral of the number in a queue is the sum of the waits in it, where whoever
//! still stands there at the end has waited until then. The number is read off the machine's lists
//! after every event; the waits are from the records of each task, work, callback and namespace, so
//! a lost or doubled member of either shows to the nanosecond.

use super::line::Check;
use super::waits::{Line, Waits};
use crate::experiment::scenario::Scenario;
use crate::models::params::{Arrivals, BarrierDesign, DestroyPolicy, Params};
use crate::models::{Queues, simulate_counted};
use crate::sim::{Ended, Instant, Span};
use std::cell::RefCell;
use std::rc::Rc;

/// A queue: its name, its number by the machine, and by the records.
type Named = (
    &'static str,
    fn(&Queues) -> u64,
    fn(&mut Waits) -> &mut Line,
);

macro_rules! queues {
    ($($name:literal $field:ident),+ $(,)?) => {
        [$(($name, |q: &Queues| q.$field, |w: &mut Waits| &mut w.$field)),+]
    };
}

/// Every queue that the model has.
const QUEUES: [Named; 15] = queues![
    "live namespaces" namespaces,
    "arrivals not yet served" arrivals,
    "cleanup list" cleanup_list,
    "fqdirs handed over" fqdirs,
    "fqdirs listed for the free work" fqdirs_listed,
    "works held back by max_active" inactive,
    "worklists" worklist,
    "kfree_rcu works not begun" kfree_works,
    "memory gathered for kfree_rcu" kfree_gathered,
    "rcu_barrier() callers" barrier_callers,
    "barrier_mutex" barrier_mutex,
    "wait queue" wait_queue,
    "callback lists" callbacks,
    "run queues" run_queues,
    "rtnl" rtnl,
];

/// All lines: of each run, the queues that it uses.
pub(super) fn table() -> Vec<Check> {
    runs()
        .into_iter()
        .flat_map(|(name, params)| lines(name, &params))
        .collect()
}

/// Runs short enough to be looked at after every event. Between them they use every queue.
fn runs() -> [(&'static str, Params); 4] {
    let mut params = Scenario::builtin("report-6cpu")
        .expect("the embedded scenario is valid")
        .params;
    params.calls = 400;
    let with = |policy, barrier| Params {
        policy,
        barrier,
        ..params.clone()
    };
    let mut open = with(DestroyPolicy::BatchAll, BarrierDesign::FairMutex);
    open.arrivals = Arrivals::Poisson;
    open.rate = 200_000;
    open.container_life = Span::from_ms(200);
    [
        (
            "per-call",
            with(DestroyPolicy::PerCall, BarrierDesign::Mutex),
        ),
        (
            "wait-queue",
            with(DestroyPolicy::PerCall, BarrierDesign::WaitQueue),
        ),
        (
            "batch-free",
            with(DestroyPolicy::BatchFree, BarrierDesign::Mutex),
        ),
        ("batch-all, open arrivals", open),
    ]
}

fn lines(run: &str, params: &Params) -> Vec<Check> {
    let waits = Rc::new(RefCell::new(Waits::new(params)));
    let hears = Rc::clone(&waits);
    let mut areas = Areas::default();
    let outcome = simulate_counted(
        params,
        Box::new(move |at, record| hears.borrow_mut().hear(at, &record)),
        |at, queues| areas.look(at, queues),
    );
    let end = Instant::from_ns(outcome.sim_ns);
    areas.close(end);
    let mut waits = waits.borrow_mut();
    let mut found = Vec::new();
    for ((name, _, told), area) in QUEUES.iter().zip(areas.sums) {
        let told = told(&mut waits);
        told.close(end);
        // A run need not use every queue; that none is left out altogether, a test sees to.
        if area > 0 || told.waited_ns > 0 || told.astray > 0 {
            found.push(line(run, name, area, told, outcome.ended == Ended::Done));
        }
    }
    found
}

fn line(run: &str, queue: &str, area: u128, told: &Line, done: bool) -> Check {
    Check::within(
        format!("Little's law, {run}, {queue}: integral of the number [ns]"),
        [
            told.waited_ns.to_string(),
            area.to_string(),
            format!("exact, {} waits", told.left),
        ],
        done && area == told.waited_ns && area > 0 && told.astray == 0,
    )
}

/// Integrals of the numbers in the queues.
#[derive(Default)]
struct Areas {
    last: Option<(Instant, Queues)>,
    sums: [u128; QUEUES.len()],
}

impl Areas {
    fn look(&mut self, at: Instant, queues: Queues) {
        self.close(at);
        self.last = Some((at, queues));
    }

    /// What was seen last held until now.
    fn close(&mut self, at: Instant) {
        if let Some((since, before)) = self.last {
            let passed = u128::from((at - since).as_ns());
            for (sum, (_, number, _)) in self.sums.iter_mut().zip(&QUEUES) {
                *sum += passed * u128::from(number(&before));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_nanosecond_is_missed() {
        let mut told = Line::default();
        told.join(0, Instant::ZERO, 7);
        told.leave(0, Instant::from_ns(100), 7);
        let passes = |area| line("run", "queue", area, &told, true).passes();
        assert!(passes(700));
        assert!(!passes(699) && !passes(701));
        assert!(!line("run", "queue", 0, &Line::default(), true).passes());
        assert!(!line("run", "queue", 700, &told, false).passes());
        told.leave(0, Instant::from_ns(100), 1);
        assert!(!line("run", "queue", 700, &told, true).passes());
    }

    /// Noise, three fqdirs, conntrack, fragments, bursts, hogs, preemptible RCU, two barrier states: none
    /// of it hides anybody from either count.
    #[test]
    fn it_holds_on_other_machines() {
        let machines: [(&str, &[(&str, &str)]); 4] = [
            (
                "recorded-2cpu",
                &[
                    ("workload.calls", "200"),
                    ("netns.conntrack_buckets", "4096"),
                ],
            ),
            ("ddos-frags", &[("workload.calls", "20")]),
            ("container-host", &[("workload.calls", "60")]),
            (
                "report-6cpu",
                &[
                    ("workload.calls", "150"),
                    ("machine.preempt", "full"),
                    ("links.cleanup_queues", "false"),
                    ("kernel.policy", "batch-free-delayed"),
                    ("hogs.in_kernel", "1"),
                ],
            ),
        ];
        for (name, sets) in machines {
            let mut scenario = Scenario::builtin(name).expect("an embedded scenario");
            for (key, value) in sets {
                scenario.set(key, value).expect("a value of the key");
            }
            let found = lines(name, &scenario.params);
            assert!(found.len() >= 8, "{name}: {found:?}");
            for check in found {
                assert!(check.passes(), "{check:?}");
            }
        }
    }

    #[test]
    fn every_queue_is_used() {
        let table = table();
        for (name, ..) in QUEUES {
            let line = format!(", {name}: ");
            let used = table.iter().any(|check| check.name.contains(&line));
            assert!(used, "{name}");
        }
    }
}
