//! The report says what is so: what a file extends, in the words of its design, and no figure that means nothing.

use crate::support::{folder, path_in, rcusim, refused, shown, text};
use std::fs;

const TINY: &str = "report-6cpu:workload.calls=200";

#[test]
fn what_a_file_extends_is_said() {
    let folder = folder("extends");
    let path = |name: &str| path_in(&folder, name);
    let (silent, named, whole) = (path("silent.toml"), path("named.toml"), path("whole.toml"));
    fs::write(&silent, "[workload]\ncalls = 50\n").expect("writable");
    let text = "extends = \"convoy\"\n[workload]\ncalls = 5\n";
    fs::write(&named, text).expect("writable");
    for (file, base) in [
        (&silent, "report-40cpu, as nothing else is said"),
        (&named, "convoy"),
    ] {
        let check = shown(&["scenario", "check", file]);
        assert_eq!(check, format!("{file}: ok (extends {base})\n"));
        let show = shown(&["scenario", "show", file]);
        let head = format!("# {file}\n# extends {base}\nabout = ");
        assert!(show.starts_with(&head), "{show}");
        let run = shown(&["run", file]);
        assert!(run.contains(&format!("\n  extends   {base}\n")), "{run}");
        fs::write(&whole, show).expect("writable");
        let check = shown(&["scenario", "check", &whole]);
        assert_eq!(check, format!("{whole}: ok\n"), "all is said");
    }
    assert!(!shown(&["run", TINY]).contains("extends"), "a builtin");
}

#[test]
fn no_mutex_is_named_where_there_is_none() {
    let of = |design: &str| {
        let report = shown(&["run", TINY, "--barrier", design]);
        let (_, body) = report.split_once('\n').expect("a headline");
        body.to_owned()
    };
    let queue = of("wait-queue");
    assert!(
        !queue.contains("mutex, ") && !queue.contains("stole"),
        "{queue}"
    );
    assert!(
        queue.contains("no mutex: all callers together slept"),
        "{queue}"
    );
    assert!(
        queue.contains("wait queue, behind a running barrier"),
        "{queue}"
    );
    let fair = of("fair-mutex");
    assert!(fair.contains("waited for the mutex"), "{fair}");
    assert!(!fair.contains("stole"), "{fair}");
    let alone = of("no-sharing");
    assert!(alone.contains("0 left by early exit"), "{alone}");
    assert!(!alone.contains("though satisfied"), "{alone}");
    let mutex = of("mutex");
    assert!(mutex.contains("stole the mutex"), "{mutex}");
    assert!(mutex.contains("mutex, though satisfied"), "{mutex}");
    let other = format!("{TINY},barrier=wait-queue");
    let table = shown(&["compare", TINY, &other]);
    let steals = table.lines().find(|line| line.starts_with("  steals"));
    let cells: Vec<&str> = steals.expect("a row").split_whitespace().collect();
    assert!(cells[1] != "-" && cells[2] == "-", "{table}");
}

/// Who comes from outside comes as long as they like: memory over the time to its peak is no rate of anything.
#[test]
fn open_arrivals_have_no_drop_rate() {
    let host = "container-host:workload.calls=50";
    let memory = |scenario: &str| {
        let report = shown(&["run", scenario]);
        let line = report.lines().find(|line| line.contains("falls by"));
        line.expect("memory falls").to_owned()
    };
    assert!(!memory(host).contains("a second"), "{}", memory(host));
    assert!(memory(TINY).contains("a second)"), "{}", memory(TINY));
    let rated = |scenario| {
        let report = shown(&["compare", scenario, scenario, "--reps", "2"]);
        report.contains("(drop_bytes_per_s)\n")
    };
    assert!(rated(TINY) && !rated(host), "with --reps too");
    let table = shown(&["compare", host, TINY]);
    let rate = table.lines().find(|line| line.starts_with("  a second"));
    let rate = rate.expect("a row");
    assert!(rate.contains(" - ") && rate.ends_with('B'), "{table}");
}

#[test]
fn large_counts_have_separators_everywhere() {
    let trace = path_in(&folder("separators"), "run.trace");
    shown(&["trace", "recorded-2cpu:calls=400", "-o", &trace]);
    let large = |text: &str| {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
        let digits = |word: &&str| word.len() > 3 && word.bytes().all(|b| b.is_ascii_digit());
        words.filter(digits).map(str::to_owned).collect::<Vec<_>>()
    };
    let report = shown(&["analyze", &trace]);
    assert!(report.contains(" 1,2"), "some are large: {report}");
    assert_eq!(large(&report), Vec::<String>::new(), "{report}");
    let output = rcusim(&["check"]);
    let said = text(&output.stderr);
    assert!(
        said.starts_with("checking: ") && said.contains(" groups done, now "),
        "it takes seconds: {said}"
    );
    let checks = text(&output.stdout);
    assert!(checks.contains("expected 10,000, found 10,000"), "{checks}");
    assert_eq!(large(&checks), Vec::<String>::new(), "{checks}");
}

#[test]
fn advice_is_for_the_command_at_hand() {
    let hard = "report-6cpu:workload.calls=2k";
    let once = shown(&["run", hard]);
    let advice = "(raise workload.calls, or judge several runs: --reps 10)";
    assert!(once.contains(advice), "{once}");
    let twice = shown(&["ablate", hard, "--reps", "2"]);
    assert!(
        twice.contains("(raise workload.calls or --reps)"),
        "{twice}"
    );
    assert!(!twice.contains("judge several runs"), "{twice}");
}

#[test]
fn a_run_that_was_cut_off_is_not_told_how_long_its_loop_was() {
    let run = shown(&["run", "report-40cpu", "--set", "horizon=1s"]);
    assert!(
        run.contains("the run was cut off in the loop, after"),
        "{run}"
    );
    assert!(!run.contains("the loop lasted"), "{run}");
}

#[test]
fn kworkers_are_not_namespaces_already_gone() {
    let run = shown(&[
        "run",
        "report-40cpu",
        "--set",
        "background.rate=0/s",
        "--set",
        "calls=20k",
    ]);
    assert!(!run.contains("already gone"), "{run}");
}

#[test]
fn the_row_interval_is_checked_with_the_rest() {
    refused(&["run", "report-40cpu", "--every", "1us"], "run.sample");
}

/// One that lasted long enough is told the same.
#[test]
fn a_long_run_that_was_cut_off_is_told_what_makes_it_longer() {
    let run = shown(&["run", "report-6cpu", "--set", "horizon=40s"]);
    assert!(
        run.contains("CANNOT TELL") && run.contains("(raise run.horizon, or"),
        "{run}"
    );
}

#[test]
fn creators_are_saturated_where_they_fall_behind_and_not_where_bursts_are_few() {
    let few = "report-6cpu:arrivals=burst,workload.rate=1/s,burst=50,calls=200,run.seed=3";
    assert!(!shown(&["run", few]).contains("saturated"), "four bursts");
    let flood = "container-host:workload.rate=1000/s,calls=600";
    assert!(shown(&["run", flood]).contains("the creators are saturated"));
}

/// The longest calls are listed, which come late where the backlog grows; the others are counted.
#[test]
fn of_many_calls_the_longest_are_listed() {
    let args = ["run", "report-6cpu", "--set", "calls=20k"];
    let run = shown(&args);
    let json = shown(&[&args[..], &["--json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let calls = json["cleanup_net"].as_array().expect("calls").len();
    assert!(calls > 16, "{calls}");
    assert!(
        run.contains(&format!("and {} shorter ones", calls - 16)),
        "{run}"
    );
    let longest = run
        .lines()
        .find_map(|line| line.split_once(", the longest "));
    let (_, longest) = longest.expect("the longest is told");
    let rows = run.lines().filter(|line| line.contains(longest));
    assert_eq!(rows.count(), 2, "it is in the list: {run}");
}

/// Where few containers have ended, nothing can be said of how they are put; how many are in use is told.
#[test]
fn a_host_whose_containers_have_hardly_begun_to_end_is_not_judged() {
    let host = "container-host:cpus=32,workload.rate=400/s,container_life=30s,calls=600";
    let run = shown(&["run", host]);
    let line = |head: &str| run.lines().find(|l| l.trim_start().starts_with(head));
    let verdict = line("verdict").expect("a verdict");
    assert!(
        verdict.contains("CANNOT TELL") && verdict.contains("in a container's use"),
        "{verdict}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&shown(&["run", host, "--json"])).expect("JSON");
    let used = json["namespaces"]["in_use_at_loop_end"].as_u64();
    let used = used.expect("the loop ended");
    assert!(used > 200, "{used}");
    let netns = line("netns").expect("a line on namespaces");
    assert!(
        netns.contains(&format!("({used} of them in containers' use)")),
        "{netns}"
    );
}

#[test]
fn repeated_runs_say_how_many_the_horizon_cut_off() {
    let args = ["run", "report-6cpu", "--reps", "2", "--set", "horizon=2s"];
    let run = shown(&args);
    assert!(
        run.contains("note: 2 of 2 runs cut off by run.horizon"),
        "{run}"
    );
    let whole = shown(&["run", "report-6cpu", "--reps", "2", "--set", "calls=200"]);
    assert!(!whole.contains("cut off by run.horizon"), "{whole}");
}

/// What containers use is no backlog that a link could be blamed for.
#[test]
fn ablation_leaves_out_what_containers_use() {
    // Three hundred are in use at most, and a few wait to be freed, with any link and without.
    let text = shown(&["ablate", "container-host", "--set", "calls=300"]);
    let backlog = "Less than half of the largest backlog is left with: none alone\n";
    assert!(text.contains(backlog), "{text}");
}

/// Namespaces are freed in time without the link, their fqdirs are not: that is as large a backlog.
#[test]
fn ablation_counts_fqdirs_that_outlive_their_namespaces() {
    let fails = "report-6cpu:calls=2000,background.rate=100/s";
    let text = shown(&["ablate", fails]);
    let backlog = "Less than half of the largest backlog is left with: no callbacks, no GP floor, no max_active, fair mutex\n";
    assert!(text.contains(backlog), "{text}");
    let apart = shown(&["run", fails, "--set", "links.cleanup_queues=false"]);
    assert!(apart.contains(" 570 live at most"), "{apart}");
    assert!(
        apart.contains(" 0 to 1,698 not yet freed, over "),
        "{apart}"
    );
}
