//! What happens at one instant and in one class happens in the order in which it was scheduled.
//! That order is ours, not the kernel's: no conclusion may hang on it.

use rcusim::experiment::{Scenario, judge};
use rcusim::models::outcome::Outcome;
use rcusim::models::params::{BarrierDesign, DestroyPolicy};
use rcusim::models::{simulate, simulate_with_ties};
use rcusim::sim::Ties;

const SHUFFLES: [Ties; 4] = [
    Ties::Lifo,
    Ties::Seeded(1),
    Ties::Seeded(2),
    Ties::Seeded(3),
];

fn outcomes(scenario: &str, calls: u64, policy: DestroyPolicy) -> Vec<Outcome> {
    let mut params = Scenario::builtin(scenario)
        .expect("an embedded scenario is valid")
        .params;
    params.policy = policy;
    params.calls = calls;
    let shuffled = SHUFFLES.map(|ties| simulate_with_ties(&params, ties));
    [simulate(&params)].into_iter().chain(shuffled).collect()
}

#[test]
fn the_patch_helps_in_whatever_order_ties_are_taken() {
    the_patch_helps("report-40cpu", 8_000);
}

/// Where ties decide what comes out: few CPUs, whose noise threads and creator wake at the same ticks.
#[test]
fn the_patch_helps_also_where_the_order_changes_what_comes_out() {
    let before = the_patch_helps("recorded-2cpu", 2_000);
    let full = |o: &Outcome| o.barriers.full;
    let first = full(&before[0]);
    assert!(
        before[1..].iter().all(|o| full(o) != first),
        "the shuffles are other runs"
    );
}

/// The runs before the patch.
fn the_patch_helps(scenario: &str, calls: u64) -> Vec<Outcome> {
    let [before, after] = [DestroyPolicy::PerCall, DestroyPolicy::BatchFree]
        .map(|policy| outcomes(scenario, calls, policy));
    let verdict = |o: &Outcome| judge(o).verdict;
    for (b, a) in before.iter().zip(&after) {
        assert_eq!(verdict(b), verdict(&before[0]), "the verdict before");
        assert_eq!(verdict(a), verdict(&after[0]), "the verdict after");
        assert!(
            b.peak_drop_bytes > 3 * a.peak_drop_bytes,
            "{} bytes before the patch, {} after",
            b.peak_drop_bytes,
            a.peak_drop_bytes
        );
    }
    before
}

/// The convoy's works are all queued at one instant, in one event: shuffling must change nothing.
#[test]
fn the_convoy_table_does_not_hang_on_ties() {
    use rcusim::experiment::check::convoy;
    for (works, full) in [(256, 2), (300, 24), (512, 130)] {
        let params = convoy(works, 256, BarrierDesign::Mutex);
        for ties in SHUFFLES {
            let out = simulate_with_ties(&params, ties);
            assert_eq!(out.barriers.full, full);
            assert_eq!(out.settled_ns, Some(8_000_000 * full), "two ticks each");
        }
    }
}

/// `run.ties` is the order that [`simulate_with_ties`] takes, and the default is the engine's own.
#[test]
fn the_key_chooses_the_order() {
    let digest = |ties: &str| {
        let mut scenario = Scenario::builtin("recorded-2cpu").expect("an embedded scenario");
        let sets = [
            ("run.ties", ties),
            ("workload.calls", "300"),
            ("run.seed", "5"),
        ];
        for (key, value) in sets {
            scenario.set(key, value).expect("a value of the key");
        }
        (simulate(&scenario.params).digest, scenario.params)
    };
    for (name, ties) in [
        ("fifo", Ties::Fifo),
        ("lifo", Ties::Lifo),
        ("seeded", Ties::Seeded(5)),
    ] {
        let (found, params) = digest(name);
        assert_eq!(found, simulate_with_ties(&params, ties).digest, "{name}");
    }
    assert_ne!(digest("fifo").0, digest("lifo").0);
}
