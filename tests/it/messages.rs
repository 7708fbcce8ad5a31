//! What is refused instead of being lost without a word, and messages that name the thing and stay short.

use crate::support::{TINY, folder, path_in, rcusim, refused, text};
use rcusim::experiment::Scenario;
use std::fs;

/// A file of a test, and its path.
fn file(test: &str, name: &str, contents: &str) -> String {
    let path = path_in(&folder(test), name);
    fs::write(&path, contents).expect("writable");
    path
}

#[test]
fn settings_of_different_seeds_are_no_pairs() {
    let settings = ["report-6cpu:calls=30", "report-6cpu:calls=30,seed=7"];
    for repeated in [&["--reps", "2"][..], &["--until-ci", "50%"]] {
        let compare = [&["compare"], &settings[..], repeated].concat();
        refused(
            &compare,
            "report-6cpu:calls=30 has run.seed = 1 and report-6cpu:calls=30,seed=7 has 7: repeated, all settings \
             run under the same seeds, so that their differences are of the settings alone; give one --seed for all, \
             or leave out --reps and --until-ci",
        );
    }
    let output = rcusim(&[&["compare"], &settings[..], &["--json"]].concat());
    let shown = text(&output.stdout);
    assert!(shown.contains("\"seed\": 7"), "{shown}");
    for points in [
        &["bisect"][..],
        &["sensitivity"],
        &["map", "-P", "cpus=2,4"],
    ] {
        let repeated = [points, &["report-6cpu:calls=30", "-P", "seed=1..3"]].concat();
        refused(
            &repeated,
            "-P run.seed: every point runs under the same seeds, so that points differ by their values alone",
        );
    }
    // One seed for all is the first of the repetitions.
    let same = [
        "compare",
        "report-6cpu:calls=30,seed=7",
        "report-6cpu:calls=20,seed=7",
        "--reps",
        "2",
        "--json",
    ];
    let shown = text(&rcusim(&same).stdout);
    assert!(shown.contains("\"seed\": 7"), "{shown}");
}

#[test]
fn a_dash_is_stdout() {
    let folder = folder("dash");
    let here = |args: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_rcusim"))
            .args(args)
            .current_dir(&folder)
            .output()
            .expect("the binary starts")
    };
    let report = path_in(&folder, "report.txt");
    let run = [&["run", "report-6cpu"], &TINY[..]].concat();
    let series = here(&[&run[..], &["-o", &report, "--series", "-"]].concat());
    let printed = text(&series.stdout);
    assert!(printed.starts_with("t_ns,"), "{printed}");
    let said = fs::read_to_string(&report).expect("the report");
    assert!(said.contains("again     rcusim run"), "{said}");
    let shown = here(&[&run[..], &["-o", "-"]].concat());
    assert_eq!(text(&shown.stdout), said);
    for more in [&["--series", "-"][..], &["-o", "-", "--series", "-"]] {
        refused(
            &[&run[..], more].concat(),
            "the report and --series cannot both go to stdout; write the report to a file with -o FILE",
        );
    }
    let recording = "tests/data/recordings";
    let validate = [
        "validate",
        recording,
        "--machine",
        "recorded-2cpu",
        "--seeds",
        "1",
    ];
    let to_stdout = rcusim(&[&validate[..], &["-o", "-"]].concat());
    assert_eq!(text(&to_stdout.stdout), text(&rcusim(&validate).stdout));
    assert!(!std::path::Path::new("-").exists());
    refused(
        &["fit", "no.trace", "-o", "-"],
        "the report and --output cannot both go to stdout",
    );
    for picture in [
        &["plot", "rows.csv", "-o", "-"][..],
        &[
            "map",
            "report-6cpu",
            "-P",
            "cpus=1,2",
            "-P",
            "hz=100,250",
            "-o",
            "-",
        ],
    ] {
        refused(
            picture,
            "a picture goes to a file that ends in .svg or .png, not to stdout",
        );
    }
    assert!(!folder.join("-").exists());
}

#[test]
fn what_would_take_all_memory_at_once_is_refused_before() {
    refused(
        &["run", "convoy", "--set", "calls=100M"],
        "workload.arrivals = convoy and workload.calls = 100000000: all works of the convoy are queued at once, \
         at most 1,000,000",
    );
    let mut largest = Scenario::builtin("convoy").expect("builtin");
    largest.set("calls", "1M").expect("in range");
    assert_eq!(largest.validate(), Ok(()));
}

#[test]
fn a_long_line_is_shown_around_the_place() {
    let many = "# x".repeat(40_000);
    let long = format!("[machine]\ncpus = 0 {many}\n");
    let said = text(&rcusim(&["run", &file("long", "long.toml", &long)]).stderr);
    assert!(said.contains("\n2 | cpus = 0 # x"), "{said}");
    assert!(said.contains("…\n  |        ^"), "{said}");
    let long = format!(
        "[machine]\nmemory = {{ source = \"{}\", value = \"µ\", hz = 1 }}\n",
        "é".repeat(100_000)
    );
    let said = text(&rcusim(&["run", &file("long", "long.toml", &long)]).stderr);
    let lines: Vec<&str> = said.lines().collect();
    let [at, _, line, marks] = &lines[..] else {
        panic!("{said}")
    };
    assert!(at.contains("long.toml:2:"), "{at}");
    assert!(line.starts_with("2 | …é") && line.contains("µ"), "{line}");
    let under = line
        .chars()
        .zip(marks.chars())
        .filter(|(_, mark)| *mark == '^');
    let under: String = under.map(|(c, _)| c).collect();
    assert!(
        !under.is_empty() && under.chars().all(|c| "hz \"µ".contains(c)),
        "{under}"
    );
    let long = format!(
        "[machine]\ncpus = \"{}\"\n{} = 1\n",
        "4x".repeat(50_000),
        "k".repeat(100_000)
    );
    let said = text(&rcusim(&["run", &file("long", "long.toml", &long)]).stderr);
    for line in said.lines() {
        assert!(
            line.chars().count() < 400,
            "{} characters",
            line.chars().count()
        );
    }
    assert!(
        said.contains("long.toml:2:8:") && said.contains("long.toml:3:1:"),
        "{said}"
    );
}

#[test]
fn a_sweep_file_that_says_nothing_is_refused() {
    for nothing in ["", "\n# cpus = [2, 4]\n"] {
        let grid = file("nothing", "grid.toml", nothing);
        let message =
            "the file says nothing; expected what varies, such as `cpus = [2, 4]` below `[axes]`";
        refused(&["sweep", "--grid", &grid, "--dry-run"], message);
        refused(
            &["sweep", "--grid", &grid, "-P", "cpus=2,4", "--dry-run"],
            message,
        );
    }
}

#[test]
fn the_longest_path_that_is_there_is_the_scenarios() {
    let weird = file(
        "weird",
        "we:ird.toml",
        "extends = \"report-6cpu\"\n[machine]\ncpus = 5\n",
    );
    let shown = |name: &str| text(&rcusim(&["scenario", "show", name]).stdout);
    assert!(shown(&weird).contains("cpus = { value = 5"));
    let set = shown(&format!("{weird}:calls=5,hz=100"));
    assert!(
        set.contains("cpus = { value = 5") && set.contains("calls = { value = 5,"),
        "{set}"
    );
    // Its beginning is a file too, and so is the whole with what would set something.
    let start = weird.strip_suffix(":ird.toml").expect("a suffix");
    fs::write(start, "extends = \"report-6cpu\"\n[machine]\ncpus = 6\n").expect("writable");
    assert!(shown(&format!("{weird}:calls=5")).contains("cpus = { value = 5"));
    assert!(shown(&format!("{start}:calls=5")).contains("cpus = { value = 6"));
    let whole = format!("{weird}:calls=7");
    fs::write(&whole, "extends = \"report-6cpu\"\n[machine]\ncpus = 7\n").expect("writable");
    assert!(shown(&whole).contains("cpus = { value = 7"));
}

#[test]
fn a_rate_is_quoted_a_second() {
    for (typed, quoted) in [
        ("5000/s", "5000/s"),
        ("0.5/s", "0.5/s"),
        ("1_000_000/s", "1000000/s"),
    ] {
        refused(
            &[
                "run",
                "report-6cpu",
                "--set",
                &format!("workload.rate={typed}"),
            ],
            &format!("workload.arrivals = loop and workload.rate = {quoted}: "),
        );
    }
}

#[test]
fn a_key_that_is_there_twice_is_named() {
    let twice = "[machine]\ncpus = 4\n[workload]\ncalls = 5\ncalls = 6\n";
    let twice = file("twice", "dup.toml", twice);
    refused(&["run", &twice], "dup.toml:5:1: duplicate key `calls`");
    let table = file(
        "twice",
        "dup.toml",
        "[machine]\ncpus = 4\n[machine]\nhz = 100\n",
    );
    refused(&["run", &table], "duplicate key `machine`");
    let grid = file("twice", "grid.toml", "[axes]\n\"cpus\" = 4\ncpus = 6\n");
    refused(
        &["sweep", "--grid", &grid, "--dry-run"],
        "grid.toml:3:1: duplicate key `cpus`",
    );
}

#[test]
fn values_that_nothing_would_use_are_refused() {
    refused(
        &["run", "report-6cpu", "--set", "container_life=5s"],
        "workload.arrivals = loop and workload.container_life = 5s: only namespaces of arrivals from outside live on",
    );
    refused(
        &["run", "report-6cpu", "--set", "rawv6_sockets=9"],
        "netns.rawv6_sockets = 9 and netns.sockets = 8: RAWv6 sockets are some of the sockets",
    );
}

/// What is nearly right is told what is.
#[test]
fn what_was_meant_is_named() {
    let hinted = |text: &str, hint: &str| {
        let path = file("meant", "mine.toml", text);
        refused(&["scenario", "check", &path], hint);
    };
    hinted(
        "[workload]\nlife = \"5s\"\n",
        "did you mean `workload.container_life`?",
    );
    hinted("[machine]\nmemory = \"256Gi\"\n", "did you mean `256GiB`?");
    let expect = ["run", "--expect", "dead.p99_ns<1s"];
    refused(&expect, "did you mean `lifetime.dead.p99_ns`?");
    let step = ["sweep", "-P", "workload.rate=20..400:20"];
    refused(&step, "did you mean `:+20`?); a step is :+20 (linear), :*2");
    for command in ["sweep", "bisect", "map"] {
        let help = text(&rcusim(&[command, "--help"]).stdout);
        for form in ["+20", "*2", "log6"] {
            assert!(help.contains(&format!("`{form}`")), "{command}: {form}");
        }
    }
}

/// A report is no table of rows.
#[test]
fn a_report_is_not_drawn() {
    let report = path_in(&folder("no-rows"), "r.json");
    let tiny = [&["run", "report-6cpu", "--json", "-o", &report][..], &TINY].concat();
    assert!(rcusim(&tiny).status.success());
    refused(&["plot", &report], "this is a report (--json) and not rows");
    refused(&["plot", &report], "rcusim run --series FILE");
}

/// What cannot be measured is not drawn without a word.
#[test]
fn impossible_values_of_rows_are_told_and_left_out() {
    let rows = "machine.cpus,seed,live_peak\n2,1,3\n2,2,4\n2,3,NaN\n4,1,-7\n4,2,inf\n4,3,1\n";
    let path = file("impossible", "rows.csv", rows);
    let output = rcusim(&["plot", &path, "--y", "live_peak"]);
    let (shown, said) = (text(&output.stdout), text(&output.stderr));
    assert!(
        said.contains("warning: 3 of 6 rows have a number in live_peak that it cannot have"),
        "{said}"
    );
    assert!(
        shown.contains("median 3.5") && !shown.contains("(-"),
        "{shown}"
    );
    assert!(!shown.contains("NaN") && !shown.contains("inf"), "{shown}");
}

/// A run that was cut short does not tell what it did not come to.
#[test]
fn what_is_not_known_of_a_run_is_left_out() {
    let short = [
        "run",
        "report-6cpu",
        "--set",
        "calls=2k",
        "--set",
        "machine.memory=40MB",
    ];
    let report = text(&rcusim(&short).stdout);
    let line = report.lines().find(|line| line.starts_with("  netns"));
    let line = line.expect("a line of namespaces");
    assert!(
        report.contains("OUT OF MEMORY") && line.ends_with("live at most"),
        "{report}"
    );
}
