//! What a new user meets first: the words of messages and of the report, and what is taken for granted.

use crate::support::{folder, path_in, rcusim, refused, text};
use serde_json::Value;
use std::fs;

const TINY: &str = "report-6cpu:workload.calls=150,run.horizon=20s";

fn digest(args: &[&str]) -> (String, String) {
    let output = rcusim(&[args, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let run: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let digest = run["digest"].as_str().expect("a digest").to_owned();
    (digest, text(&output.stderr))
}

/// On a kernel whose netlink exits wait no more, values that count such waits are told to be without effect, wherever a
/// scenario is read.
#[test]
fn waits_that_a_kernel_does_not_have_are_told() {
    let why = "netlink exits do not wait any more (netns.netlink_exits_wait = false, as from kernel profile v5.18 on)";
    let sets = ["--set", "normal_gp_waits=1", "--set", "extra_gp_waits=3"];
    let told = format!(
        "note: report-6cpu: netns.normal_gp_waits = 1 counts as 0: {why}\n\
         note: report-6cpu: netns.extra_gp_waits = 3 counts as 1: {why}\n"
    );
    let run = |kernel: &str| digest(&[&["run", TINY, "--kernel", kernel][..], &sets].concat());
    let (with, said) = run("v5.18");
    assert_eq!(said, told);
    let one = ["--set", "extra_gp_waits=1"];
    let (without, said) = digest(&[&["run", TINY, "--kernel", "v5.18"][..], &one].concat());
    assert_eq!((without, said), (with, String::new()));
    assert_eq!(run("v5.11").1, "");
    let own = digest(&["run", "container-host:calls=30", "--kernel", "v5.18"]);
    assert_eq!(own.1, "", "nobody gave what the scenario has by itself");
    let waits = "report-6cpu:calls=60,kernel.version=v5.18,normal_gp_waits=1,extra_gp_waits=3";
    let compared = rcusim(&["compare", waits, TINY]);
    assert_eq!(crate::support::said(&compared.stderr), told);
    let checked = rcusim(&["scenario", "show", waits]);
    assert_eq!(crate::support::said(&checked.stderr), told);
}

#[test]
fn any_release_has_the_profile_in_force() {
    let (of_6_8, said) = digest(&["run", TINY, "--kernel", "6.8"]);
    let note = "note: --kernel 6.8: profile v5.18, the newest that is not newer\n";
    assert_eq!(said, note);
    let (of_profile, silent) = digest(&["run", TINY, "--kernel", "v5.18"]);
    assert_eq!((of_6_8, ""), (of_profile, silent.as_str()));
    let (_, silent) = digest(&["run", TINY, "--kernel", "5.18"]);
    assert!(silent.is_empty(), "{silent}");
    let (of_newest, _) = digest(&["run", TINY, "--kernel", "v7.2"]);
    let (of_later, said) = digest(&["run", TINY, "--kernel", "v99.9"]);
    assert_eq!(of_later, of_newest);
    let newer =
        "note: --kernel v99.9: newer than any profile; v7.2 is taken, the newest there is\n";
    assert_eq!(said, newer);
    for old in ["5.4", "4.19", "v2.6"] {
        let older = format!("--kernel: {old} is older than the oldest profile, v5.10");
        refused(&["run", TINY, "--kernel", old], &older);
        let advice = "from 5.3 on fqdirs are destroyed per call as in that: take 5.10";
        let said = text(&rcusim(&["run", TINY, "--kernel", old]).stderr);
        assert_eq!(said.contains(advice), old.contains("5.4"), "{said}");
    }
    refused(
        &["run", TINY, "--kernel", "new"],
        "`new` is no release of Linux",
    );
    let shown = text(&rcusim(&["run", TINY, "--kernel", "6.8"]).stdout);
    assert!(
        shown.contains("again     rcusim run") && shown.contains("--kernel v5.18"),
        "{shown}"
    );
}

#[test]
fn what_is_refused_is_refused_in_the_users_words() {
    for command in [
        &["run", TINY][..],
        &["compare", TINY],
        &["bisect", TINY, "-P", "cpus=1..4"],
        &["sensitivity", TINY],
    ] {
        refused(
            &[command, &["--seed", "-1"]].concat(),
            "a seed is a whole number from 0 to 18446744073709551615",
        );
    }
    refused(
        &["run", TINY, "-o", "/no/such/x.txt"],
        "cannot write /no/such/x.txt: there is no folder /no/such\n",
    );
    refused(
        &["sweep", TINY, "-P", "cpsu=1,2"],
        "did you mean `machine.cpus`?",
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_sweep_that_cannot_keep_a_journal_names_its_output() {
    let sweep = [
        "sweep",
        TINY,
        "-P",
        "cpus=1,2",
        "--export-csv",
        "/proc/rows.csv",
    ];
    refused(
        &sweep,
        "cannot write /proc/rows.csv: a sweep keeps what is done in a journal beside it",
    );
}

#[test]
fn a_file_is_checked_to_its_end() {
    let file = path_in(&folder("first-use"), "mine.toml");
    fs::write(
        &file,
        "[machine]\ncpus = 0\n[workload]\ncals = 3\nrate = -4\n",
    )
    .expect("writable");
    for command in [&["scenario", "check", &file][..], &["run", &file]] {
        let output = rcusim(command);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert_eq!(said.matches("error: ").count(), 3, "{said}");
        for place in ["mine.toml:2:8:", "mine.toml:4:1:", "mine.toml:5:8:"] {
            assert!(said.contains(place), "{place}: {said}");
        }
    }
}

#[test]
fn one_is_not_many() {
    let shown = text(&rcusim(&["run", &format!("{TINY},machine.cpus=1")]).stdout);
    assert!(shown.contains(": 1 CPU, HZ="), "{shown}");
    let sweep = ["sweep", TINY, "-P", "cpus=1", "-j", "1", "--dry-run"];
    let shown = text(&rcusim(&sweep).stdout);
    assert!(
        shown.starts_with("1 point x 1 repetition = 1 row, "),
        "{shown}"
    );
    assert!(shown.contains("on 1 thread: "), "{shown}");
    assert!(shown.contains("from 1 run spread"), "{shown}");
}

#[test]
fn a_file_that_sets_nothing_is_most_likely_a_mistake() {
    let folder = folder("empty-scenario");
    for (name, held) in [
        ("none", ""),
        ("words", "about = \"mine\"\n"),
        ("note", "# cpus = 4\n[machine]\n"),
    ] {
        let file = path_in(&folder, &format!("{name}.toml"));
        fs::write(&file, held).expect("writable");
        refused(
            &["run", &file],
            "no value is set; expected some, such as `cpus = 40`",
        );
        refused(&["scenario", "check", &file], "no value is set");
    }
    let file = path_in(&folder, "base.toml");
    fs::write(&file, "extends = \"convoy\"\n").expect("writable");
    let whole = rcusim(&["scenario", "check", &file]);
    assert_eq!(whole.status.code(), Some(0), "{}", text(&whole.stderr));
}

#[test]
fn a_key_without_a_value_is_told_from_a_scenario() {
    for command in ["run", "compare", "sensitivity"] {
        refused(
            &[command, "report-6cpu:cpus"],
            "`cpus` is not KEY=VALUE, such as",
        );
    }
    refused(
        &["run", "report-7cpu:cpus"],
        "no scenario `report-7cpu:cpus`",
    );
}

#[test]
fn numbers_are_refused_in_words() {
    for (args, expected) in [
        (
            &["run", TINY, "--reps", "x"][..],
            "a whole number from 1 to",
        ),
        (
            &["bisect", TINY, "-P", "cpus=1..4", "--reps", "3"],
            "a whole number from 8 to 10000",
        ),
        (
            &["sweep", TINY, "-P", "cpus=1,2", "-j", "0"],
            "how many runs go on at once",
        ),
    ] {
        refused(args, expected);
        let said = text(&rcusim(args).stderr);
        assert!(!said.contains("type") && !said.contains("digit"), "{said}");
    }
}

/// What a program reads has what repeats the run, and what was set.
#[test]
fn what_is_printed_as_json_can_be_had_again() {
    let words = |again: &Value| -> Vec<String> {
        let again = again.as_str().expect("a command");
        let words = again.strip_prefix("rcusim ").expect("of this program");
        words.split(' ').map(str::to_owned).collect()
    };
    let repeats = |run: &Value| {
        let words = words(&run["again"]);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert_eq!(digest(&words).0, run["digest"], "{}", run["again"]);
    };
    let json = |args: &[&str]| -> Value {
        let output = rcusim(&[args, &["--json"]].concat());
        serde_json::from_slice(&output.stdout).expect("JSON")
    };
    let run = json(&[
        "run",
        TINY,
        "--policy",
        "batch-free",
        "--set",
        "hz=1000",
        "--seed",
        "9",
    ]);
    repeats(&run);
    let set = serde_json::json!({
        "machine.hz": "1000", "kernel.policy": "batch-free", "run.seed": "9",
        "workload.calls": "150", "run.horizon": "20s",
    });
    assert_eq!(run["set"], set);
    let other = format!("{TINY},hz=1000");
    for several in [
        json(&["compare", TINY, &other, "--set", "run.seed=4"]),
        json(&["ablate", TINY, "--seed", "3"]),
        json(&["compare", TINY, &other, "--seed", "3", "--reps", "2"]),
    ] {
        let runs = several["runs"].as_array().expect("runs");
        assert!(runs.len() > 1);
        runs.iter().for_each(repeats);
    }
    let repeated = ["run", TINY, "--reps", "3"];
    let all = json(&repeated);
    let again = words(&all["paired"]["again"]);
    assert_eq!(again, repeated);
    let seeds: Vec<&Value> = all["runs"]
        .as_array()
        .expect("runs")
        .iter()
        .map(|run| &run["seed"])
        .collect();
    let listed: Vec<&Value> = all["paired"]["seeds"]
        .as_array()
        .expect("seeds")
        .iter()
        .collect();
    assert_eq!(seeds, listed);
    let shown = text(&rcusim(&repeated).stdout);
    let digest = all["paired"]["digest"].as_str().expect("a digest");
    assert!(
        shown.contains(&format!("digest {digest} of all runs)")),
        "{shown}"
    );
    let seeds: Vec<String> = seeds.iter().map(ToString::to_string).collect();
    assert!(
        shown.contains(&format!("seeds: {}\n", seeds.join(", "))),
        "{shown}"
    );
    let more = json(&["run", TINY, "--reps", "4"]);
    assert_ne!(more["paired"]["digest"], all["paired"]["digest"]);
}

#[test]
fn without_namespaces_the_verdict_does_not_apply() {
    let tiny = "convoy:workload.calls=20";
    let shown = text(&rcusim(&["run", tiny]).stdout);
    let verdict = "verdict   DOES NOT APPLY: no namespace is created";
    assert!(shown.contains(verdict), "{shown}");
    let expect = ["run", tiny, "--expect", "verdict=DOES NOT APPLY"];
    assert_eq!(rcusim(&expect).status.code(), Some(0));
    let repeated = text(&rcusim(&["run", tiny, "--reps", "2"]).stdout);
    assert!(
        repeated.contains("0 CANNOT TELL, 2 DOES NOT APPLY"),
        "{repeated}"
    );
    let other = text(&rcusim(&["run", TINY]).stdout);
    assert!(!other.contains("DOES NOT APPLY"), "{other}");
}

/// `cleanup_net()` apart keeps few namespaces and much memory, in fqdirs: the verdict counts these, and a note tells of them.
#[test]
fn a_table_notes_what_live_namespaces_hide() {
    let apart = "recorded-2cpu:links.cleanup_queues=false";
    let shown = text(&rcusim(&["compare", apart, "recorded-2cpu:kernel.policy=batch-free"]).stdout);
    let notes: Vec<&str> = shown
        .lines()
        .filter(|line| line.starts_with("note: "))
        .collect();
    assert_eq!(notes.len(), 1, "{shown}");
    let note = format!("note: {apart}: live namespaces do not show it: ");
    assert!(notes[0].starts_with(&note), "{shown}");
}

#[test]
fn a_report_reads_well_where_nothing_happened() {
    let shown = text(&rcusim(&["run", "convoy:workload.calls=20"]).stdout);
    for part in [
        " kB at the start\n",
        "none asked for; all barriers ended after ",
        "no kfree_rcu work waited",
        "1 waited for it, ",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    for part in ["0 ns after", " live", " - "] {
        assert!(!shown.contains(part), "{part}: {shown}");
    }
    let idle =
        "report-6cpu:workload.calls=1,sizes.namespace=0,sizes.namespace_per_cpu=0,sizes.kworker=0";
    let shown = text(&rcusim(&["run", idle]).stdout);
    assert!(shown.contains("memory    never falls\n"), "{shown}");
    for name in [
        "container-host:workload.calls=50",
        TINY,
        "ddos-frags:workload.calls=50",
    ] {
        let shown = text(&rcusim(&["run", name]).stdout);
        let cut = shown.lines().find(|line| line.ends_with(' '));
        assert_eq!(cut, None, "{name}: space at a line's end");
        assert!(shown.contains(" MB in the first "), "{name}: {shown}");
    }
}

#[test]
fn two_runs_that_part_are_named_and_their_events_stand_below_each_other() {
    let other = "container-host:workload.calls=20";
    let shown = text(&rcusim(&["compare", TINY, other]).stdout);
    assert!(
        shown.starts_with(&format!("A  {TINY}\nB  {other}\n\n")) && shown.contains("\nA and B "),
        "{shown}"
    );
    let of_a_run = |line: &&str| line.starts_with("   A  ") || line.starts_with("   B  ");
    let events: Vec<&str> = shown.lines().filter(of_a_run).collect();
    let cpus: Vec<usize> = events.iter().filter_map(|line| line.find('[')).collect();
    assert!(cpus.len() == 2 && cpus[0] == cpus[1], "{shown}");
    // Else there was nothing to move.
    let task = |at: usize| events[at][6..cpus[at]].trim().len();
    assert_ne!(task(0), task(1), "{shown}");
}

/// While a host fills up with containers in use, namespaces grow in number and no backlog does.
#[test]
fn containers_in_use_are_no_backlog() {
    let host = "container-host:workload.rate=50/s,container_life=60s,policy=no-barrier";
    let output = rcusim(&["run", host, "--json"]);
    let run: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_ne!(run["verdict"], "UNSTABLE", "{}", text(&output.stdout));
    assert!(run["namespaces"]["live_at_loop_end"].as_u64() > Some(1_000));
}
