//! `rcusim analyze`: what it makes of whole, cut, lossy and spoilt recordings.

use rcusim::analyze::{MAX_LINE, Report, analyze, human};

pub(crate) fn read(text: &[u8]) -> Report {
    let report = analyze(text).expect("a slice cannot fail");
    assert!(human(&report).lines().count() > 10);
    report
}

/// A line of the tracefs layout; the time in microseconds.
pub(crate) fn line(us: u64, pid: u32, cpu: u32, event: &str) -> String {
    let (s, us) = (us / 1_000_000, us % 1_000_000);
    format!("           <...>-{pid}       [{cpu:03}] d.s.     {s}.{us:06}: {event}\n")
}

/// A word of `rcu_barrier` on CPU 0.
pub(crate) fn word(us: u64, pid: u32, word: &str) -> String {
    line(
        us,
        pid,
        0,
        &format!("rcu_barrier: rcu_sched {word} cpu -1 remaining 0 # 9"),
    )
}

/// A barrier of 10 ms by 7 while 8 waits; 9 begins late and steals; 8 and 10 leave early.
fn convoy() -> String {
    [
        word(1_000, 7, "Begin"),
        word(1_002, 7, "Inc1"),
        word(1_004, 7, "OnlineQ"),
        word(1_005, 7, "OnlineNQ"),
        word(2_000, 8, "Begin"),
        word(3_000, 10, "Begin"),
        word(11_002, 7, "Inc2"),
        word(11_010, 9, "Begin"),
        word(11_015, 9, "Inc1"),
        word(11_018, 9, "OnlineQ"),
        word(13_015, 9, "Inc2"),
        word(13_050, 8, "EarlyExit"),
        word(13_060, 10, "EarlyExit"),
    ]
    .concat()
}

/// `cleanup_net` in 5 with a barrier of 3 ms, `f` queued twice, once run.
pub(crate) fn works() -> String {
    let queue = "workqueue_queue_work: work struct=00000000000000ab function=";
    let rest = "workqueue=00000000f020fe93 req_cpu=64 cpu=0";
    [
        line(1_000, 1, 0, &format!("{queue}cleanup_net {rest}")),
        line(
            1_500,
            5,
            0,
            "workqueue_execute_start: work struct 00000000000000ab: function cleanup_net",
        ),
        line(1_600, 1, 1, &format!("{queue}f {rest}")),
        line(
            1_700,
            6,
            1,
            "workqueue_execute_start: work struct 00000000000000ab: function f",
        ),
        line(
            1_900,
            6,
            1,
            "workqueue_execute_end: work struct 00000000000000ab",
        ),
        word(2_000, 5, "Begin"),
        word(2_001, 5, "Inc1"),
        word(5_000, 5, "Inc2"),
        line(
            6_500,
            5,
            1,
            "workqueue_execute_end: work struct 00000000000000ab: function cleanup_net",
        ),
        line(6_600, 1, 1, &format!("{queue}f {rest}")),
        line(7_000, 9, 1, "rcu_batch_start: rcu_sched CBs=71 bl=10"),
        line(
            7_001,
            9,
            1,
            "rcu_batch_end: rcu_sched CBs-invoked=10 idle=C...",
        ),
        line(8_000, 9, 1, "rcu_grace_period: rcu_sched -1100 start"),
        line(8_001, 9, 1, "rcu_grace_period: rcu_sched -1100 cpustart"),
        line(9_000, 9, 0, "rcu_grace_period: rcu_sched -1100 end"),
        line(9_001, 9, 0, "rcu_grace_period: rcu_sched -1096 end"),
    ]
    .concat()
}

#[test]
fn empty_input_is_a_report_of_nothing() {
    let report = read(b"");
    assert_eq!(
        (report.lines, report.barrier, report.workqueue),
        (0, Report::default().barrier, Report::default().workqueue)
    );
}

#[test]
fn words_are_counted_and_a_steal_is_told_from_its_turn() {
    let report = read(convoy().as_bytes());
    let barrier = &report.barrier;
    let words: Vec<(&str, u64)> = barrier
        .words
        .iter()
        .map(|(word, count)| (word.as_str(), *count))
        .collect();
    let expected = [
        ("Begin", 4),
        ("EarlyExit", 2),
        ("Inc1", 2),
        ("Inc2", 2),
        ("OnlineNQ", 1),
        ("OnlineQ", 2),
    ];
    assert_eq!(words, expected);
    assert_eq!(
        (barrier.calls, barrier.full, barrier.early_exits),
        (4, 2, 2)
    );
    assert_eq!(
        (barrier.steals, barrier.fifo, barrier.uncontended),
        (1, 0, 1)
    );
    assert_eq!(
        (barrier.trivial, barrier.max_concurrent, barrier.unfinished),
        (0, 3, 0)
    );
    assert_eq!(
        (barrier.hold_ns.count(), barrier.hold_ns.max()),
        (2, 10_000_000)
    );
    assert_eq!(
        (barrier.wait_ns.count(), barrier.wait_ns.max()),
        (4, 11_050_000)
    );
    let finished = &barrier.finished_per_long_barrier;
    assert_eq!(
        (finished.count(), finished.min(), finished.max()),
        (2, 1, 3)
    );
    assert_eq!((report.first_ns, report.last_ns), (1_000_000, 13_060_000));
    assert_eq!(
        (report.lines, report.unparsed, report.backwards_timestamps),
        (13, 0, 0)
    );
}

#[test]
fn the_limit_of_a_steal_is_20_us() {
    for (begin, steals, fifo) in [(100, 1, 0), (99, 0, 1)] {
        let text = [
            word(50, 1, "Begin"),
            word(begin, 2, "Begin"),
            word(120, 2, "Inc1"),
        ]
        .concat();
        let barrier = read(text.as_bytes()).barrier;
        assert_eq!(
            (barrier.steals, barrier.fifo, barrier.uncontended),
            (steals, fifo, 0)
        );
        assert_eq!(barrier.unfinished, 2);
    }
}

#[test]
fn a_barrier_that_queues_nothing_is_trivial() {
    let text = [
        word(1, 1, "Begin"),
        word(2, 1, "Inc1"),
        word(3, 1, "OnlineNQ"),
        word(6, 1, "Inc2"),
    ]
    .concat();
    let barrier = read(text.as_bytes()).barrier;
    assert_eq!(
        (
            barrier.trivial,
            barrier.hold_ns.max(),
            barrier.hold_nontrivial_ns.count()
        ),
        (1, 4_000, 0)
    );
    assert_eq!(
        (barrier.cpus_queued.count(), barrier.cpus_queued.max()),
        (1, 0)
    );
}

#[test]
fn every_cut_of_a_recording_is_read() {
    let text = convoy();
    let whole = read(text.as_bytes());
    for at in 0..text.len() {
        let (head, tail) = text.as_bytes().split_at(at);
        let (head, tail) = (read(head), read(tail));
        for report in [&head, &tail] {
            let barrier = &report.barrier;
            let acquired = barrier.steals + barrier.fifo + barrier.uncontended;
            assert!(acquired <= barrier.full && barrier.full <= whole.barrier.full);
            assert!(report.unparsed <= 1);
        }
        let calls = head.barrier.calls + tail.barrier.calls;
        assert!(
            calls == whole.barrier.calls || calls + 1 == whole.barrier.calls,
            "cut at {at}"
        );
    }
    // From the second line on: the owner's Begin is missing, and says so.
    let tail = text.split_once('\n').expect("many lines").1;
    let barrier = read(tail.as_bytes()).barrier;
    assert_eq!(
        (barrier.calls, barrier.full, barrier.without_begin),
        (3, 2, 1)
    );
}

#[test]
fn a_buffer_that_wrapped_says_so_in_its_header() {
    let header = |counts: &str| {
        let text = format!(
            "# entries-in-buffer/entries-written: {counts}   #P:2\n{}",
            word(1, 1, "Begin")
        );
        let report = read(text.as_bytes());
        assert_eq!((report.comments, report.lost_events), (1, 0));
        report.overwritten_events
    };
    assert_eq!(header("87013/187013"), 100_000);
    for whole in [
        "87013/87013",
        "9/8",
        "9",
        "x/y",
        "1/99999999999999999999999999",
    ] {
        assert_eq!(header(whole), 0, "{whole}");
    }
}

#[test]
fn lost_events_are_counted_and_end_what_is_open() {
    let losses = "CPU:3 [LOST 120 EVENTS]\nCPU:1 [LOST EVENTS]\nCPU:0 [7 EVENTS DROPPED]\n";
    let text = [
        word(1, 1, "Begin"),
        word(2, 2, "Begin"),
        losses.to_owned(),
        word(100, 3, "Begin"),
        word(101, 3, "Inc1"),
        word(105, 2, "EarlyExit"),
    ]
    .concat();
    let report = read(text.as_bytes());
    assert_eq!(
        (
            report.lost_events,
            report.lost_places,
            report.forgotten,
            report.unparsed
        ),
        (127, 3, 2, 0)
    );
    // 1 and 2 may have left in the gap: 3 stole from nobody.
    assert_eq!(
        (
            report.barrier.steals,
            report.barrier.uncontended,
            report.barrier.without_begin
        ),
        (0, 1, 1)
    );
}

#[test]
fn garbage_is_counted() {
    let mut text = b"\xff\x00\xfe [[[[ ]]] garbage \x80\n\n# header\n".to_vec();
    text.extend_from_slice(word(1, 1, "Begin").as_bytes());
    text.extend_from_slice(b"  x-1 [000] ....  1.000000: rcu_barrier: rcu_sched \xff\xfe cpu -1\n");
    text.extend_from_slice(
        b"  x-1 [000] ....  1.000001: rcu_grace_period: rcu_sched twelve start\n",
    );
    text.extend_from_slice(b"  x-1 [000] ....  1.000002: sched_switch: prev_comm=a\n");
    text.extend_from_slice(
        b"  x-99999999999 [000] ....  1.000003: rcu_barrier: rcu_sched Begin cpu -1\n",
    );
    text.extend_from_slice(
        b"  x-1 [000] ....  99999999999999.000003: rcu_barrier: rcu_sched Begin cpu -1\n",
    );
    let report = read(&text);
    assert_eq!(
        (
            report.lines,
            report.comments,
            report.unparsed,
            report.unknown_events
        ),
        (9, 2, 4, 1)
    );
    assert_eq!(report.barrier.words.values().sum::<u64>(), 2);
}

#[test]
fn spoilt_bytes_never_panic() {
    let clean = [convoy(), works()].concat().into_bytes();
    let mut state = 1_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    for _ in 0..2_000 {
        let mut text = clean.clone();
        for _ in 0..=next() % 20 {
            let at = usize::try_from(next()).expect("31 bits") % text.len();
            text[at] = if next() % 2 == 0 {
                b"0123456789:.[]-= \n"[at % 18]
            } else {
                next().to_le_bytes()[0]
            };
        }
        let report = read(&text);
        assert_eq!(
            report.lines,
            text.split_inclusive(|&b| b == b'\n').count() as u64
        );
    }
}

#[test]
fn an_overlong_line_is_skipped_and_the_next_one_read() {
    for (length, overlong) in [(MAX_LINE, 0), (MAX_LINE + 1, 1), (5 * MAX_LINE, 1)] {
        let mut text = vec![b'['; length];
        text.push(b'\n');
        text.extend_from_slice(word(1, 1, "Begin").as_bytes());
        let report = read(&text);
        assert_eq!(
            (report.lines, report.overlong_lines, report.unparsed),
            (2, overlong, 1 - overlong)
        );
        assert_eq!(report.barrier.calls, 1);
    }
}

#[test]
fn times_that_run_backwards_are_counted_and_not_measured() {
    let text = [
        word(10, 1, "Begin"),
        word(12, 1, "Inc1"),
        word(11, 1, "Inc2"),
        word(5, 2, "Begin"),
    ]
    .concat();
    let report = read(text.as_bytes());
    assert_eq!(
        (report.backwards_timestamps, report.negative_intervals),
        (2, 1)
    );
    assert_eq!(
        (report.barrier.hold_ns.count(), report.barrier.trivial),
        (0, 1)
    );
    assert_eq!((report.first_ns, report.last_ns), (5_000, 12_000));
}
