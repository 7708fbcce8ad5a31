//! What holds for every command alike: notes, the kernel's profile, units, and what a verdict does not apply to.

use crate::support::{folder, path_in, rcusim, refused, said, shown, text};

/// Whoever compares learns what whoever runs does, of each setting that it concerns and of no other.
#[test]
fn compare_tells_the_notes_of_run() {
    let cut = "report-6cpu:calls=2k,horizon=3s";
    let flood = "container-host:workload.rate=1000/s,calls=600";
    let both = shown(&["compare", cut, "report-6cpu:calls=200", flood]);
    for label in [cut, flood] {
        let run = shown(&["run", label]);
        let notes = run
            .lines()
            .filter_map(|line| line.trim().strip_prefix("note "));
        let notes: Vec<_> = notes.map(|note| note.trim().to_owned()).collect();
        assert!(!notes.is_empty(), "{run}");
        for note in notes {
            let told = format!("note: {label}: {note}");
            assert!(both.lines().any(|line| line == told), "{told}\n{both}");
        }
    }
    assert!(!both.contains("note: report-6cpu:calls=200"), "{both}");
}

/// From a twentieth of all on that waits for a creator as the last is asked for, if it is more than chance.
#[test]
fn creators_that_fall_behind_a_little_are_saturated() {
    let at = |rate: &str, more: &str| {
        let scenario = "report-6cpu:arrivals=poisson,container_life=1s,creators=1,unshare=2ms";
        let scenario = format!("{scenario},workload.rate={rate}/s,{more}");
        shown(&["run", &scenario, "--policy", "batch-free"])
    };
    let told = "the creators are saturated";
    assert!(!at("300", "calls=3000").contains(told), "they keep pace");
    let a_little = at("520", "calls=3000");
    assert!(a_little.contains(told), "{a_little}");
    let cut = at("800", "calls=30000,horizon=10s");
    assert!(
        cut.contains(told),
        "the last was not even asked for:\n{cut}"
    );
}

#[test]
fn compare_has_what_is_only_of_open_arrivals_where_they_are_open() {
    let open = "container-host:calls=200";
    let table = shown(&["compare", open, "report-6cpu:calls=200"]);
    let row = |name: &str| {
        let line = table
            .lines()
            .find(|line| line.trim_start().starts_with(name));
        let line = line.unwrap_or_else(|| panic!("{name} is in\n{table}"));
        let cells = line.trim_start()[name.len()..].split("  ");
        let cells = cells.map(str::trim).filter(|cell| !cell.is_empty());
        cells.map(str::to_owned).collect::<Vec<_>>()
    };
    let run = shown(&["run", open]);
    for percent in ["p50", "p99"] {
        let cell = &row(&format!("from put to freed {percent}"))[0];
        assert!(
            run.contains(&format!("{percent} {cell}, ")),
            "{cell}: {run}"
        );
    }
    assert_eq!(row("asked for a second")[1], "-");
    assert_eq!(row("made a second")[1], "-");
    let in_use: u32 = row("in use then")[0].parse().expect("a number");
    let live: u32 = row("live at loop's end")[0].parse().expect("a number");
    assert!((1..=live).contains(&in_use), "{in_use} of {live}");
    let closed = shown(&["compare", "report-6cpu:calls=200"]);
    assert!(!closed.contains("asked for a second"), "{closed}");
}

/// One option with one meaning: what is set besides wins, wherever it stands.
#[test]
fn every_command_takes_a_kernel() {
    let same = |other: &[&str], one: &[&str]| {
        let [other, one] = [other, one].map(shown);
        let digest = |text: &str| {
            let digest = text.lines().find_map(|line| line.strip_prefix("digest"));
            digest.map(|digest| digest.trim().to_owned())
        };
        assert_eq!(digest(&other), digest(&one));
        assert!(digest(&one).is_some(), "{one}");
    };
    let (plain, v5_18) = (
        "report-6cpu:calls=200",
        "report-6cpu:kernel.version=v5.18,calls=200",
    );
    same(&["compare", plain, "--kernel", "6.8"], &["compare", v5_18]);
    same(
        &[
            "compare",
            "report-6cpu:calls=200,policy=per-call",
            "--kernel",
            "6.8",
        ],
        &["compare", v5_18, "--set", "policy=per-call"],
    );
    let show = shown(&["scenario", "show", "report-6cpu", "--kernel", "6.13"]);
    assert!(show.contains("max_active = { value = 1024"), "{show}");
    // On v6.13 max_active is 1024 and 1100 barriers pass; on v5.10 it is 256 and hundreds run in full.
    let bisect = |kernel: &str| {
        let expect = ["--expect", "kworkers_blocked_peak<1000", "--reps", "8"];
        let axis = ["-P", "workload.calls=1200,1201", "--kernel", kernel];
        shown(&[&["bisect", "convoy"], &expect[..], &axis].concat())
    };
    assert!(bisect("5.10").contains("every point that was tried passes"));
    assert!(bisect("6.13").contains("every point that was tried fails"));
    for command in [
        &["compare", "report-6cpu"][..],
        &["bisect", "report-6cpu", "-P", "cpus=1,2"],
        &["map", "report-6cpu", "-P", "cpus=1,2", "-P", "hz=100,250"],
        &["sensitivity", "report-6cpu"],
        &["scenario", "show", "report-6cpu"],
    ] {
        let args = [command, &["--kernel", "4.4"]].concat();
        refused(&args, "4.4 is older than the oldest profile");
    }
}

/// A value that contradicts another until the axis has changed it does not stop `bisect` and `map`; one that does at an end of
/// an axis does before anything has run.
#[test]
fn what_is_searched_need_not_be_a_scenario_without_its_axis() {
    let open = "report-6cpu:calls=60,arrivals=poisson,container_life=10ms";
    refused(&["run", open], "arrivals from outside need a rate above 0");
    let reps = ["--expect", "created>0", "--reps", "8"];
    let rate = ["-P", "workload.rate=50/s,100/s"];
    let told = shown(&[&["bisect", open][..], &rate, &reps].concat());
    assert!(told.contains("every point that was tried passes"), "{told}");
    let map = [&["map", open][..], &rate, &["-P", "cpus=2,4"], &reps].concat();
    assert!(shown(&map).contains("workload.rate"));
    for rates in ["workload.rate=0,50/s", "workload.rate=50/s,0"] {
        let args = [&["bisect", open, "-P", rates][..], &reps].concat();
        refused(&args, "arrivals from outside need a rate above 0");
        let args = [&["map", open, "-P", "cpus=2,4", "-P", rates][..], &reps].concat();
        refused(&args, "arrivals from outside need a rate above 0");
    }
}

/// In every place where a version can be written, with the note of `--kernel`.
#[test]
fn a_release_has_its_profile_wherever_it_is_written() {
    let folder = folder("release");
    let file = path_in(&folder, "host.toml");
    let text_of = "extends = \"report-6cpu\"\n[kernel]\nversion = 5.15\n[workload]\ncalls = 60\n";
    std::fs::write(&file, text_of).expect("writable");
    let note = "note: kernel.version=5.15: profile v5.11, the newest that is not newer\n";
    let digest = |args: &[&str], note: &str| {
        let output = rcusim(&[&["run"], args, &["--json"]].concat());
        assert_eq!(said(&output.stderr), note, "{args:?}");
        let json = text(&output.stdout);
        let at = json.find("\"digest\"").expect("a digest");
        json[at..at + 30].to_owned()
    };
    let own = digest(&["report-6cpu:calls=60,kernel.version=v5.11"], "");
    let bare = "report-6cpu:calls=60,kernel.version";
    assert_eq!(digest(&[&format!("{bare}=5.11")], ""), own);
    assert_eq!(digest(&[&format!("{bare}=5.15")], note), own);
    let set = ["report-6cpu:calls=60", "--set", "kernel.version=5.15"];
    assert_eq!(digest(&set, note), own);
    let of_file = format!(
        "note: kernel.version = 5.15 of {file}: profile v5.11, the newest that is not newer\n"
    );
    assert_eq!(digest(&[&file], &of_file), own);
    let show = shown(&["scenario", "show", &file]);
    assert!(
        show.contains("; 5.15: profile v5.11, the newest that"),
        "{show}"
    );
    let axis = [
        "sweep",
        "report-6cpu:calls=10",
        "-P",
        "kernel.version=5.10,5.15",
    ];
    let sweep = rcusim(&axis);
    assert!(
        text(&sweep.stderr).contains(note),
        "{}",
        text(&sweep.stderr)
    );
    assert!(text(&sweep.stdout).contains("v5.11"));
    refused(
        &["run", "--set", "kernel.version=5.4"],
        "`5.4` is older than the oldest profile, v5.10",
    );
}

/// The points are of the scenario as every command takes it.
#[test]
fn what_searches_takes_every_option_of_a_scenario() {
    let machine = "--machine=recorded-2cpu";
    let options = [
        "report-6cpu",
        machine,
        "--set",
        "calls=30",
        "--policy",
        "batch-free",
        "--seed",
        "3",
    ];
    let named = "report-6cpu:calls=30,policy=batch-free,seed=3";
    let behind = [named, machine];
    let axes = ["-P", "hz=100,250", "-P", "cpus=1,2"];
    for (command, more) in [
        ("bisect", &axes[..2]),
        ("map", &axes),
        (
            "sensitivity",
            &["-P", "costs.unshare=1ms..2ms", "--rows", "2"],
        ),
    ] {
        let of = |scenario: &[&str]| shown(&[&[command], scenario, more].concat());
        assert_eq!(of(&options), of(&behind), "{command}");
        let twice = [&[command, named, "--set", "calls=40"], more].concat();
        refused(&twice, "both give workload.calls");
    }
}

#[test]
fn a_bare_rate_is_of_a_second_everywhere() {
    let show = |rate: &str| {
        shown(&[
            "scenario",
            "show",
            &format!("container-host:workload.rate={rate}"),
        ])
    };
    assert_eq!(show("10"), show("10/s"));
    let sweep = |values: &str| {
        let axis = format!("workload.rate={values}");
        let args = ["sweep", "container-host:calls=10", "-P", &axis, "--dry-run"];
        let told = shown(&args);
        let points = told.lines().filter(|line| line.contains("workload.rate="));
        points.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(sweep("10..30:+10").len(), 3);
    assert_eq!(sweep("10..30:+10"), sweep("10/s..30/s:+10/s"));
    refused(
        &["sweep", "-P", "costs.ipi=1..5:+1", "--dry-run"],
        "has no unit; expected a time with its unit, such as 20ms",
    );
}

#[test]
fn what_a_verdict_does_not_apply_to_is_not_judged() {
    for failing in [&[][..], &["--unstable"]] {
        let args = [&["bisect", "convoy", "-P", "cpus=1,2"], failing].concat();
        refused(&args, "convoy asks for no namespaces");
        refused(&args, "--expect 'barriers.full<100'");
    }
    let expect = ["--expect", "barriers.full<100", "--reps", "8"];
    let told = shown(&[&["bisect", "convoy", "-P", "calls=200,512"], &expect[..]].concat());
    assert!(told.contains("edge: workload.calls"), "{told}");
    let ablate = shown(&["ablate", "convoy"]);
    assert!(ablate.contains("The verdict does not apply"), "{ablate}");
    assert!(
        ablate.contains("full barriers are left with: no max_active, fair mutex"),
        "{ablate}"
    );
    assert!(!ablate.contains("backlog (live at most)"), "{ablate}");
}

#[test]
fn what_is_gone_at_the_end_and_what_did_not_fit_is_explained() {
    let settled = shown(&["run", "report-6cpu:calls=2k"]);
    assert!(
        settled.contains("still gone at the end: idle kworkers"),
        "{settled}"
    );
    let held = shown(&["run", "report-6cpu:calls=2k,horizon=3s"]);
    assert!(held.contains("still gone at the end\n"), "{held}");
    let full = shown(&["run", "report-6cpu:calls=2k,memory=100MB"]);
    assert!(
        full.contains("OUT OF MEMORY (100.0 MB) after")
            && full.contains("did not fit counts in the fall"),
        "{full}"
    );
}

#[test]
fn what_is_not_modelled_is_told_what_to_take_instead() {
    refused(
        &["run", "--set", "preempt=lazy"],
        "`lazy` is not modelled: lazy preemption (CONFIG_PREEMPT_LAZY, 6.13)",
    );
    refused(
        &["run", "--expect", "peak_drop<1GB"],
        "did you mean `memory.peak_drop_bytes`?",
    );
}

#[test]
fn plot_says_what_it_does_not_draw() {
    let folder = folder("commands-plot");
    let rows = path_in(&folder, "rows.csv");
    let series = path_in(&folder, "series.csv");
    let sweep = "report-6cpu:calls=300,run.horizon=20s";
    let axis = ["-P", "memory=20MB,16GiB", "-P", "cpus=2,6"];
    shown(&[&["sweep", sweep], &axis[..], &["--export-csv", &rows]].concat());
    let plot = |column: &str| rcusim(&["plot", &rows, "--x", "cpus", "--y", column]);
    let drawn = plot("out_of_memory_ns");
    assert_eq!(drawn.status.code(), Some(0), "{}", text(&drawn.stderr));
    let note =
        "note: 2 of 4 rows have no out_of_memory_ns (none if it did not); they are not drawn\n";
    assert_eq!(said(&drawn.stderr), note);
    assert_eq!(said(&plot("peak_drop_bytes").stderr), "");
    shown(&["run", sweep, "--series", &series]);
    for kind in ["hockey", "heat", "ecdf"] {
        let why = format!("--kind {kind} is of many runs");
        refused(&["plot", &series, "--kind", kind, "--by", "created"], &why);
    }
}

/// Values between the ends are in the unit of the ends, however long they are.
#[test]
fn steps_of_an_axis_have_the_unit_of_its_ends() {
    let scenario = ["map", "report-6cpu:calls=10", "--reps", "8", "--json"];
    let axes = [
        "-P",
        "costs.unshare=1ms..400ms:log4",
        "-P",
        "cpus=1,2",
        "--expect",
        "created>1",
    ];
    let json = shown(&[&scenario[..], &axes].concat());
    let map: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let values = map["x"]["values"].as_array().expect("values");
    let units = values.iter().filter_map(|value| value.as_str());
    assert!(
        values.len() == 4 && units.clone().all(|value| value.ends_with("ms")),
        "{values:?}"
    );
}

/// What is given wins over a profile, wherever both are written; what a file gives and a profile would change is told.
#[test]
fn no_profile_changes_what_was_given() {
    let tiny = "report-6cpu:calls=60";
    let set = "kernel.version=6.13";
    let shown_of = |json: String| {
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        json["digest"].as_str().map(str::to_owned)
    };
    let digest = |args: &[&str]| shown_of(shown(&[&["run", "--json"], args].concat()));
    let right = digest(&[tiny, "--kernel", "6.13", "--policy", "per-call"]);
    assert!(right.is_some());
    assert_ne!(digest(&[tiny, "--set", set]), right);
    for args in [
        &[&format!("{tiny},policy=per-call,{set}")[..]][..],
        &[&format!("{tiny},policy=per-call"), "--set", set],
        &[tiny, "--policy", "per-call", "--set", set],
    ] {
        assert_eq!(digest(args), right, "{args:?}");
    }
    let sweep = |args: &[&str]| {
        let args = [&["sweep", tiny], args, &["--export-csv", "-"]].concat();
        let rows = shown(&args);
        let last = rows.lines().last().unwrap_or_default().to_owned();
        let right = right.as_ref().expect("a digest");
        assert!(last.contains(right), "{args:?}: {rows}");
    };
    sweep(&["--policy", "per-call", "-P", "kernel.version=5.10,6.13"]);
    sweep(&["-P", "policy=per-call", "-P", "kernel.version=5.10,6.13"]);
    let folder = folder("given");
    let grid = path_in(&folder, "grid.toml");
    let text_of = "set = [\"policy=per-call\", \"kernel.version=6.13\"]\n[axes]\nhz = [250]\n";
    std::fs::write(&grid, text_of).expect("writable");
    sweep(&["--grid", &grid]);
    let file = path_in(&folder, "own.toml");
    let text_of =
        "extends = \"report-6cpu\"\n[workload]\ncalls = 60\n[kernel]\npolicy = \"per-call\"\n";
    std::fs::write(&file, text_of).expect("writable");
    for args in [
        &["run", &file, "--kernel", "6.13"][..],
        &["compare", &file, "--set", set],
        &["sweep", &file, "-P", set],
        &["bisect", &file, "-P", set, "--reps", "8"],
    ] {
        let output = rcusim(args);
        let note = format!(
            "note: kernel.policy = per-call of {file} stays; profile v6.13 has batch-free-delayed\n"
        );
        assert_eq!(said(&output.stderr), note, "{args:?}");
    }
    assert_eq!(digest(&[&file, "--kernel", "6.13"]), right);
}
