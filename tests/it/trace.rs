//! `rcusim trace`: its text has the kernel's layout, and `analyze` finds in it what the run counted.

use crate::support::{folder, rcusim, refused, text};
use rcusim::analyze::{Report, analyze};
use rcusim::experiment::Scenario;
use rcusim::models::outcome::Outcome;
use rcusim::models::params::{BarrierDesign, DestroyPolicy, Params};
use rcusim::models::simulate_with;
use rcusim::report::ftrace::{Groups, Text};
use rcusim::sim::Span;
use std::cell::RefCell;
use std::fs;
use std::rc::Rc;

/// A small run that counts from its first event: a trace knows no beginning of the workload.
fn params() -> Params {
    let mut params = Scenario::builtin("recorded-2cpu")
        .expect("an embedded scenario is valid")
        .params;
    params.calls = 400;
    params.settle_before = Span::ZERO;
    params
}

fn traced(params: &Params, groups: Groups) -> (Outcome, String) {
    let lines = Rc::new(RefCell::new(String::new()));
    let mut text = Text::new(params, groups);
    let sink = Rc::clone(&lines);
    let out = simulate_with(
        params,
        Some(Box::new(move |at, record| {
            text.line(at, &record, &mut sink.borrow_mut());
        })),
    );
    let events = lines.borrow().lines().count() as u64;
    let header = Text::new(params, groups).header(events);
    let body = lines.borrow().clone();
    (out, header + &body)
}

fn read(text: &str) -> Report {
    analyze(text.as_bytes()).expect("a slice cannot fail")
}

fn agrees(params: &Params) {
    let (out, text) = traced(params, Groups::ALL);
    let report = read(&text);
    let what = (params.policy, params.barrier, params.cpus);
    let barrier = &report.barrier;
    let counts = &out.barriers;
    assert_eq!(
        (report.unparsed, report.unknown_events, report.over_limit),
        (0, 0, 0)
    );
    assert!(barrier.lock_events);
    assert_eq!(
        (barrier.calls, barrier.full, barrier.early_exits),
        (counts.calls, counts.full, counts.early_exits),
        "{what:?}"
    );
    assert_eq!(
        (barrier.trivial, barrier.steals, barrier.fifo),
        (counts.full_trivial, counts.steals, counts.handoffs),
        "{what:?}"
    );
    assert_eq!(
        barrier.uncontended,
        counts.full - counts.steals - counts.handoffs
    );
    assert_eq!(report.cleanup_net.len(), out.cleanup_net.len());
    assert_eq!(
        report.grace_periods.count,
        out.grace_period_ns.len() as u64,
        "{what:?}"
    );
    // Each time is rounded to a microsecond.
    let off = barrier
        .satisfied_wait_ns
        .sum()
        .abs_diff(counts.slept_though_satisfied_ns);
    assert_eq!(
        barrier.slept_though_satisfied, counts.slept_though_satisfied,
        "{what:?}"
    );
    assert!(off <= 1_000 * counts.calls, "{what:?}: off by {off} ns");
    let held: u64 = out.barrier_ns.iter().sum();
    assert!(barrier.hold_ns.sum().abs_diff(held) <= 1_000 * counts.full);
    assert_eq!(barrier.hold_ns.count(), out.barrier_ns.len() as u64);
}

#[test]
fn analyze_reproduces_the_counters_under_every_policy() {
    for &policy in DestroyPolicy::ALL {
        agrees(&Params { policy, ..params() });
    }
}

#[test]
fn analyze_reproduces_the_counters_of_every_mutex_and_of_many_cpus() {
    for barrier in [BarrierDesign::FairMutex, BarrierDesign::NoSharing] {
        agrees(&Params {
            barrier,
            ..params()
        });
    }
    for (cpus, seed) in [(1, 1), (6, 2), (16, 3)] {
        agrees(&Params {
            cpus,
            seed,
            ..params()
        });
    }
}

#[test]
fn the_layout_is_the_kernels() {
    let groups = Groups::parse("rcu,workqueue").expect("both are groups");
    let (_, text) = traced(&params(), groups);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("# tracer: nop"));
    assert_eq!(lines.next(), Some("#"));
    let events = text.lines().filter(|line| !line.starts_with('#')).count();
    let counted = format!("# entries-in-buffer/entries-written: {events}/{events}   #P:2");
    assert_eq!(lines.next(), Some(counted.as_str()));
    assert!(!text.contains("contention") && !text.contains("lock events"));
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let bytes = line.as_bytes();
        let task = line.find('[').expect("a CPU");
        assert!(task >= 25 && bytes[16] == b'-' || task > 25, "{line}");
        assert_eq!(&line[task + 4..task + 6], "] ", "{line}");
    }
    for wanted in [
        "rcu_barrier: rcu_sched Begin cpu -1 remaining 0 # 4\n",
        "rcu_barrier: rcu_sched Inc1 cpu -1 remaining 0 # 1\n",
        "rcu_barrier: rcu_sched OnlineQ cpu 0 remaining 2 # 1\n",
        "rcu_grace_period: rcu_sched -1199 start\n",
        "function=cleanup_net workqueue=",
        "req_cpu=64 cpu=4294967295\n",
        "kworker/u4:0-",
    ] {
        assert!(text.contains(wanted), "{wanted}");
    }
}

#[test]
fn a_file_is_written_whole_in_plain_and_gzip() {
    let folder = folder("trace-files");
    let plain = folder.join("t.txt");
    let gzip = folder.join("t.txt.gz");
    let run = |path: &std::path::Path| {
        let path = path.to_str().expect("UTF-8");
        let out = rcusim(&["trace", "recorded-2cpu:workload.calls=60", "-o", path]);
        assert!(out.status.success(), "{}", text(&out.stderr));
        assert!(out.stdout.is_empty());
    };
    run(&plain);
    run(&gzip);
    let reports = [&plain, &gzip].map(|path| {
        let out = rcusim(&["analyze", path.to_str().expect("UTF-8"), "--json"]);
        assert!(out.status.success(), "{}", text(&out.stderr));
        text(&out.stdout)
    });
    assert_eq!(reports[0], reports[1]);
    let out = rcusim(&["trace", "recorded-2cpu:workload.calls=60"]);
    assert_eq!(out.stdout, fs::read(&plain).expect("it was written"));
    let run = rcusim(&["run", "recorded-2cpu:workload.calls=60", "--json"]).stdout;
    let run: serde_json::Value = serde_json::from_slice(&run).expect("JSON");
    let digest = format!("digest {}", run["digest"].as_str().expect("a digest"));
    let said = text(&out.stderr);
    assert!(
        said.contains(&digest) && said.lines().count() == 1,
        "{said}"
    );
    assert_eq!(fs::read_dir(&folder).expect("it is there").count(), 2);
}

#[test]
fn bad_requests_are_refused() {
    refused(
        &["trace", "recorded-2cpu", "--events", "rcu,x"],
        "no group `x`",
    );
    refused(&["trace", "no-such"], "no scenario");
    refused(
        &["trace", "recorded-2cpu", "-o", "/no/such/folder/t"],
        "cannot write",
    );
}

#[test]
fn each_word_of_a_recording_is_counted_as_grep_counts_it() {
    let run = Params {
        policy: DestroyPolicy::PerCall,
        ..params()
    };
    let (_, text) = traced(&run, Groups::ALL);
    let report = read(&text);
    for (word, &count) in &report.barrier.words {
        let pattern = format!("rcu_barrier: rcu_sched {word} ");
        let grep = text.lines().filter(|line| line.contains(&pattern)).count();
        assert_eq!(count, grep as u64, "{word}");
    }
    assert!(report.barrier.words.len() >= 9);
}

/// The steps of grace periods in the order of their lines, and who wrote each.
fn steps(text: &str) -> Vec<(bool, &str)> {
    let lines = text
        .lines()
        .filter(|line| line.contains(": rcu_grace_period: "));
    lines
        .map(|line| {
            let by_thread = line.trim_start().starts_with("rcu_sched-");
            (by_thread, line.rsplit(' ').next().expect("a word"))
        })
        .collect()
}

/// As `rcu_gp_kthread()` and `rcu_gp_fqs_loop()` have it, and the recordings of 5.10.7 but for some lines.
#[test]
fn the_steps_of_a_grace_period_come_in_the_kernels_order() {
    let (_, text) = traced(&params(), Groups::ALL);
    let all = steps(&text);
    let own: Vec<&str> = all
        .iter()
        .filter(|step| step.0)
        .map(|step| step.1)
        .collect();
    let count = |step| all.iter().filter(|s| s.1 == step).count();
    assert!(count("start") > 20 && count("fqsend") > 20);
    for pair in own.windows(2) {
        match pair {
            [before, "start"] => assert_eq!(*before, "reqwait"),
            ["fqsend", next] => assert_eq!(*next, "fqswait"),
            [before, "end"] => assert_eq!(*before, "cpuend"),
            ["newreq", next] => assert_eq!(*next, "reqwait", "asked for once"),
            _ => {}
        }
    }
    assert_eq!(
        count("reqwait"),
        count("end"),
        "written before it sleeps, not when it wakes: as often in every recording"
    );
    let first = all
        .iter()
        .map(|step| step.1)
        .find(|step| step.starts_with("Acc") || *step == "newreq");
    assert_eq!(first, Some("newreq"), "what is tagged has been asked for");
    assert!(count("newreq") <= count("start") + 1, "and asked for once");
}
