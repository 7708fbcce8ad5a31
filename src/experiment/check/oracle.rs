//! The safety oracle over random scenarios, for every destroy policy and every barrier design.

use super::line::Check;
use crate::experiment::scenario::Scenario;
use crate::models::oracle::Seen;
use crate::models::params::{BarrierDesign, Broken, DestroyPolicy, Params, Preemption};
use crate::models::simulate_judged;
use crate::sim::{Rng, Seed};

/// Random scenarios of each line.
const SCENARIOS: u64 = 6;

/// All lines.
pub(super) fn table(broken: Option<Broken>) -> Vec<Check> {
    let mut checks = Vec::new();
    for (at, &policy) in (0..).zip(DestroyPolicy::ALL) {
        let change = |p: &mut Params| p.policy = policy;
        checks.push(line(("policy", policy.name()), at, broken, change));
    }
    for (at, &barrier) in (100..).zip(BarrierDesign::ALL) {
        let change = |p: &mut Params| p.barrier = barrier;
        checks.push(line(("barrier", barrier.name()), at, broken, change));
    }
    checks
}

fn line(
    (key, name): (&str, &str),
    stream: u64,
    broken: Option<Broken>,
    change: impl Fn(&mut Params),
) -> Check {
    let mut rng = Rng::new(Seed(1), stream);
    let mut all = Seen::default();
    let mut wrong = Vec::new();
    for _ in 0..SCENARIOS {
        let mut params = scenario(&mut rng);
        change(&mut params);
        params.broken = broken;
        match simulate_judged(&params).1 {
            Ok(seen) => {
                all.calls += seen.calls;
                all.callbacks += seen.callbacks;
                all.namespaces += seen.namespaces;
            }
            Err(epitaph) => wrong.push(epitaph.lines().next().unwrap_or_default().to_owned()),
        }
    }
    let found = match wrong.first() {
        None => "none".to_owned(),
        Some(first) => format!("{} of {SCENARIOS}: {first}", wrong.len()),
    };
    let looked = wrong.is_empty() && all.calls > 0 && all.callbacks > 0 && all.namespaces > 0;
    Check::within(
        format!("safety oracle, {key} {name}: violations"),
        [
            "none".to_owned(),
            found,
            format!(
                "{SCENARIOS} random scenarios, {} barriers, {} callbacks, {} namespaces",
                all.calls, all.callbacks, all.namespaces
            ),
        ],
        looked,
    )
}

/// A small machine with any kernel.
///
/// # Panics
/// If the embedded scenario is broken, which a test excludes.
fn scenario(rng: &mut Rng) -> Params {
    let mut p = Scenario::builtin("report-6cpu")
        .expect("the embedded scenario is valid")
        .params;
    p.cpus = 1 + rng.below(8);
    p.hz = [100, 250, 300, 1_000][draw(rng, 4)];
    p.preempt = Preemption::ALL[draw(rng, Preemption::ALL.len())];
    p.policy = DestroyPolicy::ALL[draw(rng, DestroyPolicy::ALL.len())];
    p.barrier = BarrierDesign::ALL[draw(rng, BarrierDesign::ALL.len())];
    p.max_active = 1 + rng.below(300);
    p.calls = 20 + rng.below(200);
    p.creators = 1 + rng.below(3);
    p.fqdirs = 1 + rng.below(3);
    p.fragments = rng.below(3);
    p.background = 1_000 + rng.below(200_000);
    p.seed = rng.next_u64();
    p
}

fn draw(rng: &mut Rng, bound: usize) -> usize {
    let below = rng.below(u64::try_from(bound).expect("a small bound"));
    usize::try_from(below).expect("below a small bound")
}
