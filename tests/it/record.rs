//! `rcusim record`, for real where the machine allows it; where not, a line says what was missing.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

/// The columns of the recordings of 5.10.
const COLUMNS: &str = "t_s,done,MemAvailable_kb,MemFree_kb,Slab_kb,SUnreclaim_kb,Percpu_kb,KernelStack_kb,\
    netns_active,netns_kb,sock_inode_active,sock_inode_kb,kmalloc_kb,kworkers_D,kworkers";

/// Their keys that are always there.
const KEYS: [&str; 15] = [
    "name",
    "kernel",
    "hz",
    "barrier",
    "max_active",
    "cpus_online",
    "cpus_possible",
    "calls",
    "creators",
    "options",
    "host_load",
    "callback_noise_threads",
    "loop_s",
    "peak_drop_mib",
    "settled",
];

/// With Ctrl-C not ignored, whatever the tests were started with.
fn record(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("env");
    command.args(["--default-signal=INT", env!("CARGO_BIN_EXE_rcusim")]);
    command.arg("record").arg("-o").arg(folder).args(args);
    if !args.contains(&"--settle") {
        command.args(["--settle", "0"]);
    }
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    record(folder, args).output().expect("the binary starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("record_{name}"));
    drop(fs::remove_dir_all(&path));
    fs::create_dir_all(&path).expect("the target folder is writable");
    path
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let mut names: Vec<_> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[expect(clippy::print_stdout, reason = "a test that cannot run says why")]
fn skipped(test: &str, why: &str) {
    println!("skipped: {test}: {}", why.trim());
}

/// Whether these options can be used here; says so if not.
fn possible(test: &str, args: &[&str]) -> bool {
    let folder = folder(&format!("{test}_possible"));
    let output = run(&folder, &[args, &["--dry-run"]].concat());
    let plan = text(&output.stdout);
    let why = plan.lines().find_map(|line| line.strip_prefix("cannot"));
    if let Some(why) = why {
        skipped(test, why);
    }
    why.is_none()
}

fn toml(path: &Path) -> toml::Table {
    let text = fs::read_to_string(path).expect("a recording's TOML");
    text.parse().expect("it is TOML")
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let folder = folder("dry");
    let output = run(&folder, &["--dry-run", "--calls", "1k", "--name", "dry"]);
    let plan = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    for word in [
        "1,000 calls",
        "by 1 thread,",
        "policy",
        "stops below",
        "dry.toml",
        "dry.csv",
    ] {
        assert!(plan.contains(word), "{word}: {plan}");
    }
    assert!(files(&folder).is_empty());
}

#[test]
fn options_that_cannot_be_meant_are_refused() {
    let folder = folder("refused");
    fs::write(folder.join("there.csv"), "mine").expect("writable");
    for (args, part) in [
        (
            &["--calls", "0"][..],
            "--calls: 0 is out of range; expected 1",
        ),
        (&["--calls", "ten"], "--calls: `ten` is not a whole number"),
        (
            &["--floor", "101%"],
            "--floor: `101%` is not a share of RAM",
        ),
        (
            &["--sample", "1us"],
            "--sample: 1us is out of range; expected 10ms",
        ),
        (&["--settle", "5"], "--settle: `5` has no unit"),
        (&["--name", "../x"], "--name: `../x` is not a name"),
        (&["--name", "there"], "there.csv is there already"),
        (&["--floor", "900TiB"], "less than the floor"),
        (&["--frobnicate"], "--frobnicate"),
    ] {
        let output = run(&folder, args);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
        assert!(stderr.contains(part), "{args:?}: {stderr}");
    }
    let below_a_file = run(&folder.join("there.csv/below"), &["--name", "x"]);
    assert_eq!(below_a_file.status.code(), Some(2));
    assert_eq!(files(&folder), ["there.csv"]);
    assert_eq!(
        fs::read_to_string(folder.join("there.csv")).expect("mine"),
        "mine"
    );
}

#[test]
fn a_small_recording_has_the_form_of_the_large_ones() {
    if !possible("small", &[]) {
        return;
    }
    let folder = folder("small");
    let args = ["--calls", "50", "--creators", "2", "--noise-threads", "1"];
    let args = [
        &args[..],
        &["--name", "small", "--sample", "10ms", "--no-trace"],
    ]
    .concat();
    let output = run(&folder, &args);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert_eq!(files(&folder), ["small.csv", "small.toml"]);

    let summary = toml(&folder.join("small.toml"));
    for key in KEYS {
        assert!(summary.contains_key(key), "{key}: {summary}");
    }
    let number = |key: &str| summary[key].as_integer().expect("an integer");
    assert_eq!((number("calls"), number("creators")), (50, 2));
    assert_eq!(number("callback_noise_threads"), 1);
    assert!((100..=1_200).contains(&number("hz")), "{summary}");
    let latency = summary["unshare_us"].as_table().expect("a table");
    let us = |key: &str| latency[key].as_integer().expect("an integer");
    assert!(0 < us("p10") && us("p10") <= us("p50") && us("p99") <= us("max"));

    let series = fs::read_to_string(folder.join("small.csv")).expect("a series");
    let mut lines = series.lines();
    assert_eq!(lines.next(), Some(COLUMNS));
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert!(rows.iter().all(|row| row.len() == 15), "{series}");
    assert_eq!(rows[0][..2], ["0.000", "0"]);
    assert_eq!(rows[rows.len() - 1][1], "50", "{stderr}\n{summary}");
    let memory = |row: &Vec<&str>| row[2].parse::<u64>().expect("MemAvailable is always there");
    assert!(rows.iter().all(|row| memory(row) > 0));
    // What is empty is said.
    for (column, said) in [(8, "/proc/slabinfo"), (13, "no kworkers")] {
        let empty = rows[0][column].is_empty();
        assert_eq!(empty, stderr.contains(said), "{said}: {stderr}");
    }
}

#[test]
fn without_the_capability_a_user_namespace_does() {
    if !possible("user", &["--user-namespace"]) {
        return;
    }
    // A folder that is not there yet is made.
    let folder = folder("user").join("recordings");
    let args = [
        "--user-namespace",
        "--calls",
        "20",
        "--name",
        "user",
        "--no-trace",
    ];
    let output = run(&folder, &args);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let calls = toml(&folder.join("user.toml"))["calls"].as_integer();
    assert_eq!(calls, Some(20));
}

/// Whether a thread of the process has left the network namespace that its first thread is in: a first call has been made.
fn has_called(pid: u32) -> bool {
    let of = |path: &Path| fs::read_link(path.join("ns/net")).ok();
    let process = PathBuf::from(format!("/proc/{pid}"));
    let first = of(&process);
    let threads = fs::read_dir(process.join("task")).expect("a process has threads");
    let mut namespaces = threads.flatten().filter_map(|thread| of(&thread.path()));
    namespaces.any(|namespace| Some(namespace) != first)
}

/// Starts a long recording, interrupts it when it says `when` and, if it `calls` then, after the first call, and waits for its end.
fn interrupted(folder: &Path, when: &str, calls: bool) -> Option<i32> {
    let args = [
        "--calls",
        "20k",
        "--floor",
        "50%",
        "--name",
        "cut",
        "--no-trace",
    ];
    let mut child = record(folder, &args)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary starts");
    let stderr = child.stderr.take().expect("piped");
    let said = BufReader::new(stderr).lines().map_while(Result::ok);
    let mut said = said.skip_while(|line| !line.starts_with(when));
    assert!(said.next().is_some(), "it says {when}");
    if calls {
        let mut looks = 0;
        while !has_called(child.id()) {
            looks += 1;
            assert!(looks < 60_000, "a first call within a minute");
            thread::sleep(Duration::from_millis(1));
        }
    }
    let signal = format!("kill -INT {}", child.id());
    let sent = Command::new("sh").args(["-c", &signal]).status();
    assert!(sent.expect("a shell").success());
    said.for_each(drop);
    child.wait().expect("it ends").code()
}

#[test]
fn ctrl_c_ends_it_and_writes_what_there_is() {
    if !possible("interrupt", &["--floor", "50%"]) {
        return;
    }
    let folder = folder("interrupt");
    assert_eq!(interrupted(&folder, "watching", false), Some(130));
    assert!(
        files(&folder).is_empty(),
        "before the first call there is nothing"
    );
    assert_eq!(interrupted(&folder, "recording", true), Some(130));
    assert_eq!(files(&folder), ["cut.csv", "cut.toml"]);
    let summary = toml(&folder.join("cut.toml"));
    assert_eq!(summary["stopped"].as_str(), Some("interrupted"));
    assert_eq!(summary["calls_asked"].as_integer(), Some(20_000));
    assert!(summary["calls"].as_integer() < Some(20_000));
}

#[test]
fn a_trace_that_cannot_start_is_said_and_leaves_nothing() {
    if !possible("no_trace", &[]) {
        return;
    }
    let folder = folder("no_trace");
    // A folder that looks like tracefs, but whose new instances stay empty.
    let tracefs = self::folder("no_trace_fs");
    fs::create_dir(tracefs.join("instances")).expect("writable");
    let event = tracefs.join("events/rcu/rcu_barrier");
    fs::create_dir_all(&event).expect("writable");
    fs::write(event.join("enable"), "0").expect("writable");
    let path = tracefs.to_str().expect("a UTF-8 path");
    let output = run(&folder, &["--calls", "5", "--name", "x", "--tracefs", path]);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("no trace: cannot write 0 to"), "{stderr}");
    assert!(files(&tracefs.join("instances")).is_empty());
    assert_eq!(
        fs::read_to_string(event.join("enable")).expect("an event"),
        "0"
    );
    assert_eq!(files(&folder), ["x.csv", "x.toml"]);
}

/// With a real tracefs, in a mount namespace of its own if it is not mounted.
#[test]
fn a_real_trace_is_readable_and_tracing_is_as_it_was() {
    if !possible("trace", &[]) {
        return;
    }
    let folder = folder("trace");
    // Recordings of other test runs on this machine come and go.
    let script = "set -e; cd /sys/kernel/tracing; [ -e instances ] || mount -t tracefs tracefs .; cd /; \
        cd /sys/kernel/tracing; settings() { cat tracing_on buffer_size_kb trace_clock current_tracer set_event; \
        ls instances | grep -v ^rcusim- || true; }; settings > \"$2/before\"; \
        \"$1\" record --calls 40 --settle 0 --name traced -o \"$2\" 2> \"$2/stderr\" & pid=$!; wait $pid; \
        settings > \"$2/after\"; [ ! -e instances/rcusim-$pid ]";
    let output = Command::new("unshare")
        .args([
            "--mount",
            "sh",
            "-c",
            script,
            "sh",
            env!("CARGO_BIN_EXE_rcusim"),
        ])
        .arg(&folder)
        .output();
    let output = match output {
        Ok(output) if folder.join("before").exists() => output,
        Ok(output) => {
            skipped("trace: no tracefs", &text(&output.stderr));
            return;
        }
        Err(error) => {
            skipped("trace: no unshare(1)", &error.to_string());
            return;
        }
    };
    let said = fs::read_to_string(folder.join("stderr")).expect("it was redirected");
    assert!(output.status.success(), "{said}");
    let settings = |name| fs::read_to_string(folder.join(name)).expect("settings");
    assert_eq!(settings("before"), settings("after"));
    if !folder.join("traced.trace.gz").exists() {
        skipped("trace", &said);
        assert!(said.contains("no trace"), "{said}");
        return;
    }
    let summary = toml(&folder.join("traced.toml"));
    assert!(summary.contains_key("trace_lost_events"), "{summary}");
    let report = Command::new(env!("CARGO_BIN_EXE_rcusim"))
        .arg("analyze")
        .arg(folder.join("traced.trace.gz"))
        .arg("--json")
        .output()
        .expect("the binary starts");
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).expect("JSON");
    assert!(report["lines"].as_u64() > Some(0), "{report}");
    assert_eq!(
        report["unparsed"], 0,
        "every line of this kernel is understood"
    );
    if said.contains("no event workqueue") {
        skipped("trace", "no workqueue events");
        return;
    }
    // Each namespace is cleaned up with its fqdirs, whose works are on every kernel since 5.3.
    let fqdirs = &report["workqueue"]["functions"]["fqdir_work_fn"]["queued"];
    assert!(fqdirs.as_u64() > Some(0), "{report}");
}
