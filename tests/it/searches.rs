//! `bisect` and `map` on hosts that run out of memory, and whose creators cannot keep up.

use crate::support::{rcusim, shown, text};
use serde_json::Value;

fn found(args: &[&str]) -> Value {
    let output = rcusim(&[args, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// A run without memory is no run that passes, and no more calls would help it.
#[test]
fn what_runs_out_of_memory_fails() {
    let host = "container-host:container_life=2s,calls=4k,memory=256MiB";
    let bisect = ["bisect", host, "-P", "workload.rate=146.508/s", "--reps=8"];
    let shown = shown(&bisect);
    assert!(shown.contains("FAILS    8 of 8 UNSTABLE"), "{shown}");
    assert!(shown.contains(", 8 out of memory\n"), "{shown}");
    let note = "note: memory ran out in 8 of 8 runs\n";
    assert!(shown.contains(note), "{shown}");
    assert!(!shown.contains("more workload.calls"), "{shown}");
    assert!(shown.contains("interval at 95.0 %"), "{shown}");
    let found = found(&bisect);
    assert_eq!(found["points"][0]["out_of_memory"], 8, "{found}");
    assert_eq!(found["unstable_runs"], 8, "{found}");
}

/// Two questions that sound like one are told as two.
#[test]
fn who_asks_of_collapse_hears_of_unstable_runs_and_of_how_long_loops_lasted() {
    let fails = "report-6cpu:calls=2000,background.rate=100/s";
    let bisect = ["bisect", fails, "-P", "cpus=6", "--reps=8"];
    let said = shown(&bisect);
    assert!(said.contains("FAILS    8 of 8 collapsed"), "{said}");
    let another = "note: 8 of 8 runs were judged UNSTABLE, which is another question";
    assert!(said.contains(another), "{said}");
    assert!(said.contains("note: loops lasted 3.0"), "{said}");
}

/// Where creators cannot keep up, what was asked for was not tried.
#[test]
fn a_rate_that_was_not_reached_does_not_pass_as_one_without_an_edge() {
    // Collapse would take thousands of calls not to be seen.
    let host = "container-host:container_life=200ms,calls=300";
    let axis = ["--kernel", "5.15", "-P", "workload.rate=20/s,684/s,1500/s"];
    let more = ["--reps=8", "--expect=created<9k"];
    let bisect = [&["bisect", host], &axis[..], &more].concat();
    let said = shown(&bisect);
    assert!(
        !said.contains("every point that was tried passes"),
        "{said}"
    );
    assert!(
        said.contains(", 8 with creators saturated (made "),
        "{said}"
    );
    let conclusion = "no edge where the creators could keep up: workload.rate 20/s passes; at 684/s to 1500/s the creators \
                      could not keep up and made ";
    assert!(said.contains(conclusion), "{said}");
    let found = found(&bisect);
    assert_eq!(found["result"], "not reached", "{found}");
    let made = |at: usize| found["points"][at]["saturated_made_per_1000_s"].as_u64();
    assert_eq!(made(0), None, "{found}");
    assert!(
        (20_000..684_000).contains(&made(1).expect("a rate")),
        "{found}"
    );
    let map = [&["map", host], &axis[..], &["-P", "hz=250"], &more].concat();
    let said = shown(&map);
    assert!(
        said.contains("250 oss\n") && said.contains("\ns not, but the creators"),
        "{said}"
    );
}

/// What bisect asks by default can be expected of a run.
#[test]
fn collapse_can_be_expected() {
    let run = ["run", "report-6cpu:calls=200", "--expect"];
    let of = |expected: &str| shown_of(&[&run[..], &[expected]].concat());
    let (collapsed, not) = (of("collapsed=true"), of("collapsed=false"));
    assert_ne!(collapsed, not);
}

fn shown_of(args: &[&str]) -> Option<i32> {
    let output = rcusim(args);
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 1)), "{}", text(&output.stderr));
    code
}
