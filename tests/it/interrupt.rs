//! Ctrl-C: exit code 130, what was done so far, and nothing half written.

use crate::support::{folder, path_in, said};
use std::fs;
use std::io::{self, BufRead as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread::{self, sleep};
use std::time::Duration;

/// Minutes of work.
const LONG: [&str; 3] = [
    "--set=workload.calls=100M",
    "--set=machine.memory=0",
    "--set=run.horizon=100000s",
];

/// Starts the program with Ctrl-C not ignored, whatever the tests were started with.
fn start(args: &[&str]) -> Child {
    Command::new("env")
        .args(["--default-signal=INT", env!("CARGO_BIN_EXE_rcusim")])
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts")
}

/// Whether the process handles SIGINT by now.
fn listens(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    caught
        .is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask & 0b10 != 0))
}

/// Presses Ctrl-C after a little work.
fn interrupted(child: Child) -> Output {
    pressed(child, 1, || true)
}

/// Presses it so many times, at once, when the program has come so far.
fn pressed(mut child: Child, times: usize, has_begun: impl Fn() -> bool) -> Output {
    let pid = child.id();
    while !(listens(pid) && has_begun()) {
        let ended = child.try_wait().expect("a child can be waited for");
        assert!(ended.is_none(), "it ended by itself: {ended:?}");
        sleep(Duration::from_millis(5));
    }
    sleep(Duration::from_millis(200));
    // Signals that come together count as one.
    let press = vec![format!("kill -INT {pid}"); times].join("; sleep 0.002; ");
    let sent = Command::new("sh").args(["-c", &press]).status();
    assert!(sent.expect("a shell is there").success());
    // Its input stays open, so that only the signal can have ended it.
    let input = child.stdin.take();
    let output = child.wait_with_output().expect("it ends");
    drop(input);
    output
}

#[test]
fn a_run_says_what_it_did_and_leaves_files_alone() {
    let folder = folder("interrupt");
    let (report, series) = (folder.join("report.json"), folder.join("series.csv"));
    fs::write(&report, "older").expect("writable");
    let paths = [&report, &series].map(|path| path.to_str().expect("a UTF-8 path"));
    let mut args = vec!["run", "--json", "-o", paths[0], "--series", paths[1]];
    args.extend(LONG);
    let output = interrupted(start(&args));
    let stderr = said(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(output.stdout.is_empty());
    assert!(stderr.starts_with("interrupted: "), "{stderr}");
    assert!(
        stderr.contains(" of 100,000,000 namespaces created, "),
        "{stderr}"
    );
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(!stderr.contains(": 0 of"), "it had come some way: {stderr}");
    let found: Vec<_> = fs::read_dir(&folder).expect("readable").flatten().collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(fs::read_to_string(&report).expect("readable"), "older");
}

#[test]
fn several_runs_say_how_many_were_done() {
    let long = "report-6cpu:workload.calls=100M,machine.memory=0,run.horizon=100000s";
    let output = interrupted(start(&[
        "compare",
        "report-6cpu:workload.calls=50",
        long,
        long,
    ]));
    let stderr = said(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(output.stdout.is_empty());
    assert!(
        stderr.starts_with("interrupted: 1 of 3 runs done, "),
        "{stderr}"
    );
}

#[test]
fn waiting_for_input_ends_at_once() {
    let output = interrupted(start(&["analyze", "-"]));
    assert_eq!(output.status.code(), Some(130));
    assert!(output.stdout.is_empty());
    let read = "interrupted: 0 B of the input read; nothing was written\n";
    assert_eq!(said(&output.stderr), read);
}

#[test]
fn repetitions_say_how_many_were_done() {
    let long = "report-6cpu:workload.calls=100M,machine.memory=0,run.horizon=100000s";
    // Whoever presses twice, as `timeout` does, is told too.
    for times in [1, 2] {
        let child = start(&["compare", long, long, "--reps", "3"]);
        let output = pressed(child, times, || true);
        let stderr = said(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{stderr}");
        assert!(output.stdout.is_empty());
        let counted = "interrupted: 0 of 6 runs done; nothing was written";
        assert!(stderr.starts_with(counted), "{times}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}

#[test]
fn jobs_in_several_lots_tell_the_whole() {
    let long = "report-6cpu:workload.calls=100M,machine.memory=0,run.horizon=100000s";
    let short = "report-6cpu:workload.calls=20";
    let folder = folder("interrupt_map");
    let picture = folder.join("map.svg");
    let picture = picture.to_str().expect("a UTF-8 path");
    let jobs: [(&[&str], &str); 4] = [
        // Ten trajectories of four points each.
        (
            &[
                "sensitivity",
                long,
                "-P",
                "costs.ipi",
                "-P",
                "costs.batch",
                "-P",
                "costs.callback",
            ],
            "interrupted: 0 of 40 runs done; nothing was written\n",
        ),
        (
            &[
                "sensitivity",
                short,
                "-P",
                "costs.ipi",
                "--rows=100000",
                "--reps=9",
            ],
            " of 1,800,000 runs done; nothing was written\n",
        ),
        (
            &["bisect", long, "-P", "cpus=2..33"],
            "interrupted: 0 of at most 480 runs done; nothing was written\n",
        ),
        (
            &[
                "map",
                long,
                "-P",
                "cpus=2..4",
                "-P",
                "hz=100,250",
                "-o",
                picture,
            ],
            "interrupted: 0 of at most 192 runs done; nothing was written\n",
        ),
    ];
    for (args, expected) in jobs {
        let output = interrupted(start(args));
        let stderr = said(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{args:?}: {stderr}");
        assert!(output.stdout.is_empty());
        assert!(stderr.ends_with(expected), "{args:?}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
    assert_eq!(fs::read_dir(&folder).expect("readable").count(), 0);
}

#[test]
fn a_trace_leaves_no_half_file() {
    let folder = folder("interrupt_trace");
    let path = folder.join("trace.txt.gz");
    let path = path.to_str().expect("a UTF-8 path");
    let mut args = vec!["trace", "-o", path];
    args.extend(LONG);
    let output = interrupted(start(&args));
    let stderr = said(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.starts_with("interrupted: "), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert_eq!(fs::read_dir(&folder).expect("readable").count(), 0);
}

/// Whoever presses twice, or whose shell does, is told too.
#[test]
fn a_sweep_says_where_it_goes_on_however_often_it_is_interrupted() {
    let folder = folder("interrupt_sweep");
    for times in [1, 2] {
        let rows = path_in(&folder, &format!("{times}.csv"));
        let sweep = [
            "sweep",
            "report-6cpu",
            "-P",
            "seed=1..1000",
            "--export-csv",
            &rows,
        ];
        let journal = format!("{rows}.journal");
        // Its first line is there before any run.
        let has_finished_one =
            || fs::read_to_string(&journal).is_ok_and(|text| text.lines().count() > 1);
        let output = pressed(start(&sweep), times, has_finished_one);
        let stderr = said(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{stderr}");
        let line = format!("what has finished is kept in {journal}; go on with --resume\n");
        assert!(stderr.ends_with(&line), "{times}: {stderr}");
        if times == 1 {
            let counted =
                stderr.starts_with("interrupted: ") && stderr.contains(" of 1000 runs done\n");
            assert!(counted, "{stderr}");
        }
        assert!(Path::new(&journal).is_file());
    }
}

#[test]
fn checks_say_how_many_were_done() {
    let output = interrupted(start(&["check"]));
    let stderr = said(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(output.stdout.is_empty());
    assert!(
        stderr.contains(" of 11 groups of checks done, "),
        "{stderr}"
    );
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[test]
fn validate_says_how_many_were_done() {
    let output = interrupted(start(&[
        "validate",
        "tests/data/recordings",
        "--machine=recorded-2cpu",
        "--seeds=1000",
    ]));
    let stderr = said(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(output.stdout.is_empty());
    // All runs of 14 recordings. While it still reads them there is nothing to count.
    let counted = stderr.starts_with("interrupted: ") && stderr.contains(" of 14,000 runs done; ");
    let reading = stderr.contains(" of the input read; nothing was written");
    assert!(counted || reading, "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

/// Whether anybody reads is known after the first line already, and then nothing is simulated.
#[test]
fn nothing_is_simulated_for_nobody() {
    let (reader, writer) = io::pipe().expect("a pipe");
    drop(reader);
    let mut child = Command::new(env!("CARGO_BIN_EXE_rcusim"))
        .arg("trace")
        .args(LONG)
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let ended = (0..600).any(|_| {
        sleep(Duration::from_millis(50));
        let ended = child.try_wait().expect("a child can be waited for");
        ended.is_some()
    });
    if !ended {
        child.kill().expect("it goes on");
    }
    let output = child.wait_with_output().expect("it ends");
    assert!(ended, "it went on for half a minute");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(said(&output.stderr), "");
}

#[test]
fn who_takes_the_first_lines_of_a_trace_is_told_no_more() {
    let mut child = start(&["trace", "recorded-2cpu:calls=400"]);
    let mut lines = io::BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut next = || lines.next().expect("a line").expect("text");
    assert_eq!(next(), "# tracer: nop");
    assert_eq!(next(), "#");
    assert!(next().starts_with("# entries-in-buffer/entries-written: "));
    drop(lines);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(said(&output.stderr), "");
}

/// Off a terminal too something is said after a second, not only after the ten between two lines of a log.
#[test]
fn what_takes_more_than_a_second_says_how_far_it_is() {
    let mut args = vec!["run"];
    args.extend(LONG);
    let mut child = start(&args);
    let mut lines = io::BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let (teller, told) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || teller.send(lines.next().expect("a line")));
        let first = told.recv_timeout(Duration::from_secs(9));
        child.kill().expect("it goes on");
        child.wait().expect("it ends");
        let first = first.expect("within nine seconds").expect("text");
        assert!(
            first.starts_with("simulating: ")
                && first.contains(" of 100,000,000 namespaces created, "),
            "{first}"
        );
    });
}
