//! How callbacks are invoked, and what many of them on one CPU do.

use crate::support::listen;
use rcusim::experiment::Scenario;
use rcusim::models::record::{GpStep, Record, Role, What, Who};
use rcusim::sim::Instant;
use std::collections::BTreeMap;

type Told = Vec<(u64, Record)>;

/// The run of a small machine that creates nothing much, with so much set: what it told, with times \[ns\].
fn told(sets: &[(&str, &str)]) -> Told {
    let mut scenario = Scenario::builtin("report-6cpu").expect("an embedded scenario");
    let quiet = [
        ("machine.preempt", "none"),
        ("workload.calls", "300"),
        ("background.rate", "0/s"),
        ("noise.threads", "1"),
        ("noise.sleep", "40ms"),
    ];
    for &(key, value) in quiet.iter().chain(sets) {
        scenario.set(key, value).expect("a value of the key");
    }
    let (_, told) = listen(&scenario.params);
    let in_ns = |(at, record): (Instant, _)| (at.as_ns(), record);
    told.into_iter().map(in_ns).collect()
}

/// One `rcu_do_batch()`.
#[derive(Debug)]
struct Pass {
    who: Who,
    limit: u64,
    invoked: u64,
    more: bool,
    /// Whether a grace period ended under it, so that more became ready.
    fed: bool,
    length_ns: u64,
}

fn passes(told: &Told) -> Vec<Pass> {
    let mut open = BTreeMap::new();
    let mut passes = Vec::new();
    for &(at, record) in told {
        match record.what {
            What::RcuBatchStart { limit, .. } => {
                open.insert(record.cpu, (at, record.who, limit, false));
            }
            What::RcuGracePeriod {
                step: GpStep::CpuEnd,
                ..
            } => {
                if let Some((_, _, _, fed)) = open.get_mut(&record.cpu) {
                    *fed = true;
                }
            }
            What::RcuBatchEnd { invoked, more } => {
                let pass = open.remove(&record.cpu);
                let (since, who, limit, fed) = pass.expect("a batch that ends was started");
                passes.push(Pass {
                    who,
                    limit,
                    invoked,
                    more,
                    fed,
                    length_ns: at - since,
                });
            }
            _ => {}
        }
    }
    passes
}

/// Once 10,000 more have come while a grace period runs, the limit of a pass is lifted until 100 are left, not until 10,000 are.
#[test]
fn the_limit_of_a_pass_is_lifted_until_the_excess_is_worked_down() {
    let told = told(&[
        ("machine.cpus", "1"),
        ("background.rate", "200/s"),
        ("hogs.in_user_mode", "1"),
        ("noise.callbacks", "12000"),
    ]);
    let passes = passes(&told);
    let both = |pair: &&[Pass]| pair[0].invoked == 10_000 && pair[1].invoked >= 1_000;
    let pairs = passes.windows(2).filter(both).count();
    assert!(pairs > 0, "{} passes", passes.len());
}

/// Above a limit of 100 a pass ends after 3 ms, looked up at every 32nd callback, on an idle CPU too; what is left then is
/// ksoftirqd's. Up to 100 it has no time limit.
#[test]
fn a_pass_ends_after_three_milliseconds_on_an_idle_cpu_too() {
    let with = |callbacks| {
        passes(&told(&[
            ("noise.callbacks", callbacks),
            ("costs.callback", "1us"),
        ]))
    };
    let long = with("20000");
    let timed = |pass: &&Pass| pass.limit > 100 && pass.more && pass.who == Who::Idle;
    let timed: Vec<_> = long.iter().filter(timed).map(|p| p.invoked).collect();
    assert!(timed.contains(&3_008), "{timed:?}");
    let limited = long.iter().filter(|p| p.limit > 100);
    let longest = limited.map(|p| p.length_ns).max();
    assert!(longest < Some(3_100_000), "{longest:?} ns");
    let by_thread = |pass: &&Pass| matches!(pass.who, Who::Task(_, Role::Ksoftirqd));
    assert!(
        long.iter().any(|pass| by_thread(&pass)),
        "ksoftirqd goes on"
    );
    let short = with("9000");
    let longest = short.iter().map(|p| p.length_ns).max();
    assert!(longest > Some(8_000_000), "{longest:?} ns");
}

/// A pass that leaves ready callbacks behind has invoked as many as its limit says, a 128th of a long list, whoever was
/// woken under it.
#[test]
fn no_pass_stops_before_its_limit() {
    let told = told(&[
        ("machine.cpus", "2"),
        ("workload.calls", "2000"),
        ("noise.callbacks", "6000"),
        ("noise.sleep", "20ms"),
        ("costs.callback", "2us"),
    ]);
    let left: Vec<_> = passes(&told)
        .into_iter()
        .filter(|p| p.more && !p.fed && p.limit <= 100)
        .collect();
    let early = left.iter().find(|p| p.invoked < p.limit);
    assert!(early.is_none(), "{early:?}");
    let cut = |p: &&Pass| p.who == Who::Idle && p.limit > 10 && p.invoked == p.limit;
    assert!(left.iter().any(|p| cut(&p)), "of {} passes", left.len());
}

/// `rcu_softirq_qs()`: ksoftirqd passes a quiescent state after each of its passes, though it keeps the CPU.
#[test]
fn each_pass_of_ksoftirqd_is_a_quiescent_state() {
    let told = told(&[
        ("noise.callbacks", "20000"),
        ("costs.callback", "2us"),
        ("background.rate", "2000/s"),
    ]);
    let mut after_pass = BTreeMap::new();
    let mut states = 0;
    for (_, record) in told {
        let stays = matches!(record.who, Who::Task(_, Role::Ksoftirqd)) && !record.need_resched;
        let is_qs =
            matches!(record.what, What::RcuGracePeriod { step, .. } if step == GpStep::CpuQs);
        states += u32::from(is_qs && after_pass.get(&record.cpu) == Some(&true));
        let goes_on = matches!(record.what, What::RcuBatchEnd { more: true, .. });
        after_pass.insert(record.cpu, goes_on && stays);
    }
    assert!(states > 10, "{states} quiescent states");
}

/// Who is woken during a softirq gets the CPU once that is over: the request to reschedule is not lost in it.
#[test]
fn who_is_woken_within_a_softirq_runs_after_it() {
    let longest_wait = |preempt| {
        let told = told(&[
            ("machine.cpus", "1"),
            ("machine.preempt", preempt),
            ("hogs.in_user_mode", "1"),
            ("hogs.stretch", "200ms"),
            ("noise.threads", "3"),
            ("noise.sleep", "7ms"),
            ("noise.callbacks", "4000"),
            ("background.rate", "2000/s"),
        ]);
        let (mut in_softirq, mut waits) = (false, BTreeMap::new());
        let mut longest = 0;
        for (at, record) in told {
            match record.what {
                What::RcuBatchStart { .. } => in_softirq = true,
                What::RcuBatchEnd { .. } => in_softirq = false,
                What::TaskRunnable(task) if in_softirq && record.need_resched => {
                    waits.insert(task, at);
                }
                What::TaskRuns(task) => {
                    if let Some(since) = waits.remove(&task) {
                        longest = longest.max(at - since);
                    }
                }
                _ => {}
            }
        }
        longest
    };
    for preempt in ["none", "voluntary", "full"] {
        let longest = longest_wait(preempt);
        assert!(
            (1..20_000_000).contains(&longest),
            "{preempt}: {longest} ns"
        );
    }
}

/// Callbacks posted at once are counted one by one: the 10,001st of them, before which others wait, has the grace-period thread
/// scan at once.
#[test]
fn ten_thousand_at_once_are_ten_thousand() {
    let kicks = |callbacks| {
        let told = told(&[
            ("machine.cpus", "4"),
            ("workload.calls", "2000"),
            ("background.rate", "100/s"),
            ("noise.sleep", "31ms"),
            ("noise.callbacks", callbacks),
        ]);
        let (mut posted, mut kicks) = (0, 0);
        for (at, record) in told {
            let is_noise = matches!(record.who, Who::Task(_, Role::Noise));
            match record.what {
                What::CallbackQueued { .. } if is_noise => posted = at,
                What::RcuGracePeriod {
                    step: GpStep::FqsStart,
                    ..
                } => {
                    kicks += u32::from(at - posted < 50_000);
                }
                _ => {}
            }
        }
        kicks
    };
    let (few, enough, many) = (kicks("9000"), kicks("10500"), kicks("15000"));
    // Some 300 posts, each followed within 50 us by a scan that was due anyway once in a hundred times.
    assert!(
        few <= 5 && enough >= 15 && many >= 15,
        "{few}, {enough}, {many}"
    );
}
