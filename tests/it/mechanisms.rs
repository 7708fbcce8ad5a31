//! Mechanisms one by one, by what a machine does with and without them. docs/model.md ("How we
//! know") names for each mechanism the test that would fail without it.

use crate::support::listen;
use rcusim::experiment::Scenario;
use rcusim::experiment::check::convoy;
use rcusim::models::outcome::Outcome;
use rcusim::models::params::{BarrierDesign, Params};
use rcusim::models::record::{BarrierStep, QueueId, Record, Role, What, Who};
use rcusim::models::simulate;
use rcusim::models::spent::Spent;
use rcusim::sim::{Instant, Span};
use std::collections::{BTreeMap, BTreeSet};

const MS: u64 = 1_000_000;

/// The report's 6 CPUs and a few hundred calls, with these keys set.
fn machine(sets: &[(&str, &str)]) -> Params {
    let mut scenario = Scenario::builtin("report-6cpu").expect("an embedded scenario");
    scenario.set("workload.calls", "300").expect("a key");
    for (key, value) in sets {
        scenario.set(key, value).expect("a value of the key");
    }
    scenario.params
}

/// How long tasks of a role waited in run queues, ascending \[ns\].
fn waits_for_a_cpu(told: &[(Instant, Record)], role: Role) -> Vec<u64> {
    let mut since = BTreeMap::new();
    let mut waits = Vec::new();
    for (at, record) in told {
        match record.what {
            What::TaskRunnable(task) => {
                since.insert(task, *at);
            }
            What::TaskRuns(task) => {
                let since = since.remove(&task).expect("who runs was runnable");
                if record.who == Who::Task(task, role) {
                    waits.push((*at - since).as_ns());
                }
            }
            _ => {}
        }
    }
    waits.sort_unstable();
    waits
}

/// A convoy of 512 on two CPUs, whose barriers each ask the other CPU and spin until it answers.
fn convoy_with_stall(stall: Span) -> u64 {
    let mut params = convoy(512, 256, BarrierDesign::Mutex);
    params.cpus = 2;
    params.costs.ipi_stall = stall;
    params.costs.ipi_stall_permille = 1_000;
    simulate(&params).barriers.full
}

/// The wake-up granularity of two CPUs is 2 ms. A thief that spun for longer is preempted by the
/// waiter that it wakes, and the line leaves behind it; one that spun for less is not.
#[test]
fn a_thief_that_spun_long_is_preempted_and_the_line_drains() {
    assert_eq!(convoy_with_stall(Span::ZERO), 130, "as in the table");
    assert_eq!(convoy_with_stall(Span::from_us(50)), 130, "short spins");
    let drained = convoy_with_stall(Span::from_ms(20));
    assert!(drained < 13, "{drained} full barriers");
}

/// Each of `synchronize_net()`'s waits under rtnl is a work on `cleanup_net()`'s own CPU; as that CPU
/// is taken when it is woken, it goes on elsewhere while any CPU is idle.
#[test]
fn an_expedited_grace_period_is_a_work_on_the_callers_cpu_and_moves_the_caller() {
    let params = machine(&[("kernel.policy", "batch-free")]);
    let (out, told) = listen(&params);
    let (mut queued, mut begun, mut moved) = (0_u64, 0_u64, 0_u64);
    let mut work_at = None;
    for (_, record) in &told {
        match record.what {
            What::QueueWork { work, cpu, .. } if work.function == "wait_rcu_exp_gp" => {
                assert!(
                    matches!(record.who, Who::Task(_, Role::Cleanup)),
                    "{record:?}"
                );
                assert_eq!(cpu, Some(record.cpu), "on the caller's CPU");
                queued += 1;
            }
            What::ExecuteStart(work) if work.function == "wait_rcu_exp_gp" => {
                begun += 1;
                work_at = Some(record.cpu);
            }
            What::TaskRuns(_) if matches!(record.who, Who::Task(_, Role::Cleanup)) => {
                moved += u64::from(work_at.take().is_some_and(|cpu| cpu != record.cpu));
            }
            _ => {}
        }
    }
    let batches = u64::try_from(out.cleanup_net.len()).expect("a few batches");
    assert!(
        queued >= 3 * params.device_barriers * batches && begun == queued,
        "{queued}"
    );
    assert!(
        10 * moved > 9 * begun,
        "{moved} of {begun} moved the caller"
    );
}

/// Expedited grace periods that `cleanup_net()` asked for, and its calls, while rtnl is nearly always held.
fn expedited_by_call(waits: &str) -> (usize, usize) {
    let params = machine(&[
        ("kernel.policy", "batch-free"),
        ("workload.calls", "3000"),
        ("workload.creators", "4"),
        ("costs.unshare_rtnl", "1ms"),
        (waits, "1"),
    ]);
    let (out, told) = listen(&params);
    let asked = told.iter().filter(|(_, record)| {
        matches!(record.what, What::QueueWork { work, .. } if work.function == "wait_rcu_exp_gp")
    });
    (asked.count(), out.cleanup_net.len())
}

/// `synchronize_rcu()` waits for a normal grace period though rtnl be held, `synchronize_net()` then for an expedited one.
#[test]
fn only_synchronize_net_is_expedited_while_rtnl_is_held() {
    let (asked, calls) = expedited_by_call("netns.normal_gp_waits");
    assert_eq!(asked, 3 * calls, "those beside the devices alone");
    let (asked, calls) = expedited_by_call("netns.extra_gp_waits");
    assert!(asked > 3 * calls + calls / 2, "{asked} of {calls} calls");
}

/// Time that a call of `cleanup_net()` waits for expedited grace periods, on average \[ns\].
fn expedited_beside(hogs: &str) -> u64 {
    let out = simulate(&machine(&[
        ("kernel.policy", "batch-free"),
        ("machine.preempt", "none"),
        ("hogs.stretch", "60ms"),
        (hogs, "2"),
    ]));
    let calls = out.cleanup_net.iter().filter(|call| call.finished);
    let times: Vec<u128> = calls.map(|c| c.split.get(Spent::Expedited)).collect();
    let sum: u128 = times.iter().sum();
    u64::try_from(sum / times.len() as u128).expect("a time in 64 bits")
}

/// It asks every CPU that runs kernel code to reschedule and waits for the answer, which an in-kernel
/// task without preemption gives when its stretch is over. User mode needs no asking.
#[test]
fn an_expedited_grace_period_waits_for_kernel_code_and_not_for_user_mode() {
    let (kernel, user) = (
        expedited_beside("hogs.in_kernel"),
        expedited_beside("hogs.in_user_mode"),
    );
    assert!(kernel > 60 * MS, "beside kernel code: {kernel} ns");
    assert!(user < 20 * MS, "beside user mode: {user} ns");
}

/// Longest wait for the one CPU of a creator beside `cleanup_net()`, without preemption \[ns\].
fn creator_waits_beside(sets: &[(&str, &str)]) -> (Outcome, u64) {
    let one_cpu = [
        ("machine.cpus", "1"),
        ("machine.preempt", "none"),
        ("kernel.policy", "batch-free"),
    ];
    let (out, told) = listen(&machine(&[&one_cpu, sets].concat()));
    let waits = waits_for_a_cpu(&told, Role::Creator);
    (out, *waits.last().expect("the creator was preempted"))
}

/// `get_next_corpse()` scans all buckets for each dying namespace and has a `cond_resched()`: others
/// get the CPU between two namespaces. What the rest of a teardown takes is taken in one piece.
#[test]
fn the_conntrack_scan_takes_its_time_and_gives_way() {
    let scan = [
        ("netns.conntrack_buckets", "65536"),
        ("costs.conntrack_bucket", "150ns"),
    ];
    let (scanned, wait) = creator_waits_beside(&scan);
    let (plain, _) = creator_waits_beside(&[("netns.conntrack_buckets", "0")]);
    let rest = [
        ("netns.conntrack_buckets", "0"),
        ("costs.cleanup_rest", "20ms"),
    ];
    let (_, in_one_piece) = creator_waits_beside(&rest);
    let running = |out: &Outcome| -> u128 {
        let calls = out.cleanup_net.iter();
        calls.map(|call| call.split.get(Spent::Running)).sum()
    };
    let scans = u128::from(scanned.created) * 65_536 * 150;
    assert!(running(&scanned) - running(&plain) > scans * 9 / 10);
    assert!(wait < 50 * MS, "beside a scan: {wait} ns");
    assert!(
        in_one_piece > 200 * MS,
        "beside the rest: {in_one_piece} ns"
    );
}

/// How long a task that is woken beside an in-kernel hog waits for the one CPU, in the median, and
/// the longest grace periods (90th percentile) \[ns\].
fn beside_a_hog(preempt: &str) -> (u64, u64) {
    let params = machine(&[
        ("machine.cpus", "1"),
        ("machine.preempt", preempt),
        ("workload.arrivals", "poisson"),
        ("workload.rate", "10/s"),
        ("workload.container_life", "10ms"),
        ("workload.calls", "100"),
        ("kernel.policy", "batch-free"),
        ("hogs.in_kernel", "1"),
        ("hogs.stretch", "50ms"),
        ("costs.resched_interval", "1ms"),
    ]);
    let (out, told) = listen(&params);
    let waits = waits_for_a_cpu(&told, Role::Creator);
    assert!(waits.len() >= 50, "{preempt}: woken {} times", waits.len());
    let mut lengths = out.grace_period_ns;
    lengths.sort_unstable();
    (waits[waits.len() / 2], lengths[lengths.len() * 9 / 10])
}

/// `none` waits for the hog's next `cond_resched()`, `voluntary` for its next `might_sleep()`, `full`
/// for nothing; and with preemptible RCU a tick in the kernel is a quiescent state.
#[test]
fn preemption_flavours_differ_in_how_soon_a_task_gives_way() {
    let [none, voluntary, full] = ["none", "voluntary", "full"].map(beside_a_hog);
    assert!(none.0 > 5 * MS, "none: {none:?}");
    assert!(
        (MS / 2..=2 * MS).contains(&voluntary.0),
        "voluntary: {voluntary:?}"
    );
    assert!(full.0 < MS / 10, "full: {full:?}");
    assert!(full.1 < 50 * MS, "full: {full:?}");
}

/// Length of a loop on six CPUs, some of them taken by hogs in user mode \[ns\].
fn loop_on(host_cpus: &str, hogs: &str) -> f64 {
    let out = simulate(&machine(&[
        ("kernel.policy", "batch-free"),
        ("machine.host_cpus", host_cpus),
        ("hogs.in_user_mode", hogs),
    ]));
    let length = out.loop_ns.expect("the loop ends");
    f64::from(u32::try_from(length / 1_000).expect("less than an hour"))
}

/// Virtual CPUs that are busy share the host's cores: four on two cores are half as fast, one has
/// all it wants.
#[test]
fn busy_virtual_cpus_share_the_hosts_cores() {
    let shared = loop_on("2", "3") / loop_on("0", "3");
    assert!(
        (1.8..2.7).contains(&shared),
        "four on two cores: {shared} times as long"
    );
    let alone = loop_on("2", "0") / loop_on("0", "0");
    assert!(
        (0.99..1.2).contains(&alone),
        "one on two cores: {alone} times as long"
    );
}

/// How often the creator of the recorded machine goes on on another CPU.
fn creators_moves(cache_hot: &str, seed: u64) -> usize {
    let mut scenario = Scenario::builtin("recorded-2cpu").expect("an embedded scenario");
    let seed = seed.to_string();
    let sets = [
        ("workload.calls", "2500"),
        ("machine.cache_hot", cache_hot),
        ("run.seed", seed.as_str()),
    ];
    for (key, value) in sets {
        scenario.set(key, value).expect("a value of the key");
    }
    let (_, told) = listen(&scenario.params);
    let ran = |(_, record): &(Instant, Record)| match (record.what, record.who) {
        (What::TaskRuns(task), Who::Task(who, Role::Creator)) if task == who => Some(record.cpu),
        _ => None,
    };
    let cpus: Vec<u32> = told.iter().filter_map(ran).collect();
    cpus.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

#[test]
fn an_idle_cpu_leaves_alone_what_has_just_run() {
    let moves = |cache_hot| (1..=3).map(|seed| creators_moves(cache_hot, seed)).sum();
    let (leaves, takes): (usize, usize) = (moves("500us"), moves("0"));
    assert!(
        leaves > 0 && 2 * takes > 3 * leaves,
        "{leaves} and {takes} moves"
    );
}

/// An arrival wakes a creator that is idle, and none that sleeps for rtnl in the middle of a creation: that one would stand in
/// the line twice.
#[test]
fn an_arrival_wakes_only_idle_creators() {
    let mut scenario = Scenario::builtin("container-host").expect("an embedded scenario");
    let sets = [
        ("workload.rate", "500/s"),
        ("workload.creators", "4"),
        ("workload.calls", "1000"),
    ];
    for (key, value) in sets {
        scenario.set(key, value).expect("a value of the key");
    }
    let (outcome, told) = listen(&scenario.params);
    assert_eq!(outcome.created, 1_000);
    let mut waits = BTreeSet::new();
    for (at, record) in told {
        match record.what {
            What::RtnlContentionBegin => {
                assert!(waits.insert(record.who), "{:?} twice at {at:?}", record.who);
            }
            What::RtnlContentionEnd => {
                waits.remove(&record.who);
            }
            _ => {}
        }
    }
}

/// Tasks that get a CPU on which a caller of `rcu_barrier()` waits for another CPU's answer.
fn switches_within_ipis(preempt: &str) -> (usize, usize) {
    let params = machine(&[
        ("machine.preempt", preempt),
        ("workload.calls", "600"),
        ("costs.ipi", "2ms"),
        ("noise.threads", "24"),
        ("noise.sleep", "1ms"),
    ]);
    let (_, told) = listen(&params);
    let (mut asks_on, mut asked, mut switches) = (BTreeSet::new(), 0, 0);
    for (_, record) in told {
        match record.what {
            What::TaskRuns(_) => switches += usize::from(asks_on.contains(&record.cpu)),
            What::RcuBarrier {
                step: BarrierStep::OnlineQ,
                ..
            } => {
                asked += 1;
                asks_on.insert(record.cpu);
            }
            What::RcuBarrier {
                step: BarrierStep::Irq,
                ..
            } => asks_on.clear(),
            _ => {}
        }
    }
    (asked, switches)
}

/// `smp_call_function_single()` disables preemption until the CPU that was asked has answered.
#[test]
fn nobody_is_preempted_while_a_cpu_is_asked() {
    for preempt in ["voluntary", "full"] {
        let (asked, switches) = switches_within_ipis(preempt);
        assert!(asked > 50, "{preempt}: {asked} asked");
        assert_eq!(switches, 0, "{preempt}, {asked} asked");
    }
}

/// Patch v3 frees in an unbound queue: its work is run where there is room, beside whatever stands on the pool of the CPU
/// that queued it.
#[test]
fn patch_v3_frees_beside_the_pools() {
    let (_, told) = listen(&machine(&[("kernel.policy", "batch-free-dedicated")]));
    let mut queued_on = None;
    let (mut runs, mut elsewhere) = (0, 0);
    for (_, record) in told {
        match record.what {
            What::QueueWork {
                queue: QueueId::Dedicated,
                ..
            } => queued_on = Some(record.cpu),
            What::ExecuteStart(work) if work.function == "fqdir_free_fn" => {
                assert!(matches!(record.who, Who::Task(_, Role::UnboundWorker)));
                runs += 1;
                elsewhere += u32::from(Some(record.cpu) != queued_on);
            }
            _ => {}
        }
    }
    assert!(runs > 5 && elsewhere > 2, "{elsewhere} of {runs} elsewhere");
}

/// `cleanup_net()`'s own kworker is one of those that block.
#[test]
fn a_sleeping_cleanup_net_is_a_blocked_kworker() {
    let alone = machine(&[("kernel.policy", "no-barrier"), ("workload.calls", "1")]);
    assert_eq!(simulate(&alone).kworkers_blocked_peak, 1);
}
