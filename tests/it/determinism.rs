//! The same scenario and seed give the same digest, on every machine and in every build.

use rcusim::experiment::Scenario;
use rcusim::models::outcome::Outcome;
use rcusim::models::params::{DestroyPolicy, Params};
use rcusim::models::record::{BarrierStep, Record, What};
use rcusim::models::segcblist::Callback;
use rcusim::models::{simulate, simulate_unheard, simulate_with};
use rcusim::sim::Span;
use std::sync::mpsc;

fn run(name: &str, policy: DestroyPolicy, calls: u64) -> Outcome {
    let mut params = Scenario::builtin(name)
        .expect("an embedded scenario is valid")
        .params;
    params.policy = policy;
    params.calls = params.calls.min(calls);
    simulate(&params)
}

#[test]
fn twice_in_one_process_is_the_same() {
    for policy in DestroyPolicy::ALL {
        let (a, b) = (
            run("recorded-2cpu", *policy, 1_500),
            run("recorded-2cpu", *policy, 1_500),
        );
        assert_eq!(a, b, "{}", policy.name());
    }
}

#[test]
fn a_listener_changes_nothing_and_hears_every_call() {
    let mut params = Scenario::builtin("recorded-2cpu")
        .expect("an embedded scenario is valid")
        .params;
    params.calls = 500;
    let (teller, told) = mpsc::channel();
    let heard = simulate_with(
        &params,
        Some(Box::new(move |at, record| {
            teller
                .send((at, record))
                .expect("the receiver outlives the run");
        })),
    );
    assert_eq!(
        heard,
        simulate_unheard(&params),
        "with and without a listener"
    );
    let records: Vec<_> = told.into_iter().collect();
    assert!(records.is_sorted_by_key(|&(at, _)| at));
    let steps = |wanted| {
        let is = |&&(_, r): &&(_, Record)| matches!(r.what, What::RcuBarrier { step, .. } if step == wanted);
        records.iter().filter(is).count() as u64
    };
    assert_eq!(steps(BarrierStep::Begin), heard.barriers.calls);
    assert_eq!(steps(BarrierStep::EarlyExit), heard.barriers.early_exits);
    assert_eq!(steps(BarrierStep::Inc1), heard.barriers.full);
    assert_eq!(steps(BarrierStep::Inc2), heard.barriers.full);
}

#[test]
fn another_seed_is_another_run() {
    let mut params = Scenario::builtin("recorded-2cpu")
        .expect("an embedded scenario is valid")
        .params;
    params.calls = 500;
    let a = simulate(&params);
    params.seed += 1;
    assert_ne!(a.digest, simulate(&params).digest);
}

/// Rows of the series are no events.
#[test]
fn how_often_it_is_looked_at_changes_nothing() {
    let seldom = Scenario::builtin("recorded-2cpu")
        .expect("an embedded scenario")
        .params;
    let often = Params {
        sample: Span::from_us(137),
        ..seldom.clone()
    };
    let [mut seldom, mut often] = [seldom, often].map(|params| {
        simulate(&Params {
            calls: 500,
            ..params
        })
    });
    let rows = |out: &mut Outcome| core::mem::take(&mut out.series).len();
    let (few, many) = (rows(&mut seldom), rows(&mut often));
    assert!(few > 1 && many > 100 * few, "{few} and {many} rows");
    assert_eq!(seldom, often);
}

#[test]
fn everything_created_is_freed_in_the_end() {
    for policy in DestroyPolicy::ALL {
        let out = run("recorded-2cpu", *policy, 1_000);
        assert_eq!(out.created, 1_000, "{}", policy.name());
        assert!(out.settled_ns.is_some(), "{} settles", policy.name());
        assert_eq!(
            out.barriers.calls,
            out.barriers.full + out.barriers.early_exits,
            "{}",
            policy.name()
        );
        let taken: u64 = out.cleanup_net.iter().map(|call| call.batch).sum();
        assert_eq!(taken, out.created, "{}", policy.name());
        // What is left is the stacks of kworkers, which stay for 300 s.
        assert_eq!(out.end_drop_bytes % 26_000, 0, "{}", policy.name());
    }
}

/// The last row is the end of the run, however it ended.
#[test]
fn the_series_goes_to_the_end_of_the_run() {
    let params = Scenario::builtin("recorded-2cpu")
        .expect("an embedded scenario")
        .params;
    let short = Params {
        calls: 500,
        ..params
    };
    let cut = Params {
        horizon: Span::from_ms(1_750),
        ..short.clone()
    };
    let poor = Params {
        memory: 20_000_000,
        ..short.clone()
    };
    for params in [short, cut, poor] {
        let out = simulate(&params);
        let rows: Vec<_> = out.series_to_end().copied().collect();
        let times: Vec<u64> = rows.iter().map(|row| row.t_ns).collect();
        assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
        let last = rows.last().expect("rows");
        let end_ns = out.sim_ns - params.settle_before.as_ns();
        assert_eq!(last.t_ns, end_ns, "{:?}", out.ended);
        assert_eq!(last.drop_bytes, out.end_drop_bytes);
        assert_eq!(last.by_cache, out.end_by_cache);
        let even = params.sample.as_ns();
        assert!(out.series.iter().all(|row| row.t_ns % even == 0));
        assert_ne!(last.t_ns % even, 0, "{:?} ends between two rows", out.ended);
    }
}

/// Arrivals come at the same instants whatever the policy, also where creations have long parted.
#[test]
fn policies_see_the_same_arrivals() {
    let arrivals = |policy: &str| {
        let mut scenario = Scenario::builtin("container-host").expect("embedded");
        for (key, value) in [
            ("kernel.policy", policy),
            ("workload.calls", "1500"),
            ("workload.rate", "300/s"),
            ("workload.creators", "64"),
            ("workload.container_life", "1s"),
        ] {
            scenario.set(key, value).expect("a key");
        }
        let (_, told) = crate::support::listen(&scenario.params);
        let arrived = told.into_iter();
        let arrived = arrived.filter(|(_, record)| matches!(record.what, What::Arrived { .. }));
        arrived.map(|(at, _)| at).collect::<Vec<_>>()
    };
    let before = arrivals("per-call");
    assert_eq!(before.len(), 1_500);
    assert_eq!(before, arrivals("batch-free"));
}

/// What late IPIs draw shifts nobody else's draws: the background's callbacks come at the same instants with and without.
#[test]
fn each_actor_has_a_stream_to_itself() {
    let background = |late: &str| {
        let mut scenario = Scenario::builtin("report-6cpu").expect("embedded");
        for (key, value) in [
            ("workload.calls", "300"),
            ("costs.ipi_stall_permille", late),
        ] {
            scenario.set(key, value).expect("a key");
        }
        scenario.params.costs.ipi_stall = Span::from_us(200);
        let (out, told) = crate::support::listen(&scenario.params);
        let posted = told.into_iter().filter(|(_, record)| {
            let callback = Callback::Background;
            record.what == (What::CallbackQueued { callback, count: 1 })
        });
        let posted: Vec<_> = posted.map(|(at, record)| (at, record.cpu)).collect();
        (out.digest, posted)
    };
    let (prompt, posted) = background("0");
    let (late, posted_beside_late_ones) = background("500");
    assert_ne!(prompt, late, "late IPIs do something");
    let both = posted.len().min(posted_beside_late_ones.len());
    assert!(both > 20, "{both} callbacks");
    assert_eq!(posted[..both], posted_beside_late_ones[..both]);
}
