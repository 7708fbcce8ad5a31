//! Pictures of sweeps and of series, as a user meets them.

use crate::support::{folder, path_in, rcusim, refused, text};
use std::fs;

/// Small enough to be swept over seeds.
const TINY_SEEDS: &str = "report-6cpu:workload.calls=50,run.horizon=20s";

fn tiny_rows() -> String {
    let mut text_rows =
        "machine.cpus,kernel.policy,scenario,seed,peak_drop_bytes,live_peak,created\n".to_owned();
    for (cpus, policy, drop) in [
        (2, "per-call", 9),
        (2, "batch-free", 1),
        (4, "per-call", 12),
        (4, "batch-free", 2),
    ] {
        for seed in 1..=3 {
            let row = [
                cpus.to_string(),
                policy.to_owned(),
                "tiny".to_owned(),
                seed.to_string(),
            ];
            let row = [row.join(","), format!("{drop}00000{seed},{drop},20\n")].join(",");
            text_rows.push_str(&row);
        }
    }
    text_rows
}

#[test]
fn rows_of_a_sweep_are_drawn_in_every_kind() {
    let folder = folder("plot");
    let path = |name: &str| folder.join(name).to_str().expect("a UTF-8 path").to_owned();
    let rows = path("rows.csv");
    let mut text_rows = tiny_rows();
    let whole = path("whole.csv");
    fs::write(&whole, &text_rows).expect("writable");
    text_rows.push_str("2,per-call,tiny\n");
    fs::write(&rows, &text_rows).expect("writable");
    for kind in ["lines", "heat", "hockey", "ecdf", "multiples"] {
        let (svg, png) = (path(&format!("{kind}.svg")), path(&format!("{kind}.png")));
        let args = [
            "plot",
            &rows,
            "--kind",
            kind,
            "--x",
            "cpus",
            "--by",
            "policy",
            "--y",
            "live_peak",
        ];
        let args = [&args[..], &["-o", &svg, "-o", &png]].concat();
        let output = rcusim(&args);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{kind}: {stderr}");
        assert!(
            stderr.contains("rows.csv:14: 3 values for 7 columns"),
            "{stderr}"
        );
        let drawn = fs::read_to_string(svg).expect("drawn");
        assert!(drawn.contains(&format!("--kind {kind}")), "{kind}");
        assert!(!matches!(kind, "lines" | "hockey") || drawn.contains("nothing freed"));
        assert!(fs::read(png).expect("drawn").starts_with(b"\x89PNG"));
    }
    let shown = text(&rcusim(&["plot", &rows, "--x", "cpus", "--by", "scenario"]).stdout);
    assert!(shown.contains("MIXED over kernel.policy"), "{shown}");
    refused(
        &["plot", &whole, "--x", "machine.cpsu"],
        "did you mean `machine.cpus`?",
    );
    let by_default = text(&rcusim(&["plot", &whole]).stdout);
    let says = "tiny: largest drop of available memory over online CPUs (machine.cpus)";
    assert!(
        by_default.starts_with(says),
        "the first swept key is to the right: {by_default}"
    );
    refused(
        &["plot", &whole, "--x", "cpus", "--y", "kernel.policy"],
        "no row has a number",
    );
}

/// Nobody says by what: the next swept key tells series apart, and nothing is mixed.
#[test]
fn the_next_swept_key_tells_series_apart() {
    let folder = folder("plot-by");
    let path = |name: &str| folder.join(name).to_str().expect("a UTF-8 path").to_owned();
    let whole = path("whole.csv");
    fs::write(&whole, tiny_rows()).expect("writable");
    for kind in ["lines", "hockey", "ecdf"] {
        let svg = path("by.svg");
        let output = rcusim(&["plot", &whole, "--kind", kind, "-o", &svg]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let drawn = fs::read_to_string(svg).expect("drawn");
        let apart = if kind == "ecdf" {
            ["\n2\n", "\n4\n"]
        } else {
            ["\nper-call\n", "\nbatch-free\n"]
        };
        assert!(
            apart.iter().all(|label| drawn.contains(label)),
            "{kind}: {drawn}"
        );
        assert_eq!(drawn.contains("MIXED"), kind == "ecdf", "{kind}");
    }
    refused(&["plot", "README.md"], "is no header of several columns");
}

/// Rows of a sweep over seeds have the seed twice: as the key and as the run's own.
#[test]
fn what_is_on_an_axis_by_another_name_is_not_mixed() {
    let rows = path_in(&folder("plot-seed"), "rows.csv");
    let sweep = [
        "sweep",
        TINY_SEEDS,
        "-P",
        "seed=1..3",
        "--export-csv",
        &rows,
    ];
    assert_eq!(rcusim(&sweep).status.code(), Some(0));
    for axes in [&["--x", "seed"][..], &["--x", "run.seed"]] {
        let plot = [&["plot", &rows], axes].concat();
        let shown = text(&rcusim(&plot).stdout);
        assert!(
            shown.contains("largest drop of available memory") && !shown.contains("MIXED"),
            "{axes:?}: {shown}"
        );
    }
    let both = [
        "sweep",
        TINY_SEEDS,
        "-P",
        "seed=1..3",
        "-P",
        "hz=100,250,1000",
        "--export-csv",
        &rows,
        "--force",
    ];
    assert_eq!(rcusim(&both).status.code(), Some(0));
    let shown = text(&rcusim(&["plot", &rows, "--x", "seed", "--by", "scenario"]).stdout);
    assert!(shown.contains("MIXED over machine.hz:"), "{shown}");
    let shown = text(&rcusim(&["plot", &rows, "--x", "hz", "--by", "seed"]).stdout);
    assert!(
        shown.contains("over ticks a second (machine.hz)") && !shown.contains("MIXED"),
        "{shown}"
    );
}

#[test]
fn a_series_is_drawn_over_time() {
    let folder = folder("plot-series");
    let path = |name: &str| folder.join(name).to_str().expect("a UTF-8 path").to_owned();
    let (rows, svg) = (path("series.csv"), path("series.svg"));
    let run = [
        "run",
        "report-6cpu:calls=200",
        "--every=2ms",
        "--series",
        &rows,
    ];
    assert_eq!(rcusim(&run).status.code(), Some(0));
    let shown = text(&rcusim(&["plot", &rows]).stdout);
    assert!(
        shown.starts_with(
            "series.csv: drop of available memory over time since the workload began\n"
        ),
        "{shown}"
    );
    assert!(
        !shown.contains("median"),
        "of one value nothing more is said: {shown}"
    );
    let samples = fs::read_to_string(&rows).expect("written").lines().count() - 1;
    let told = shown.lines().filter(|line| line.contains(" ms ")).count();
    assert!(
        samples > 100 && (20..=41).contains(&told),
        "{told} lines: {shown}"
    );
    assert!(shown.contains("the largest of every"), "{shown}");
    let drawn = |more: &[&str]| -> String {
        let output = rcusim(&[&["plot", &rows, "-o", &svg], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        fs::read_to_string(&svg).expect("drawn")
    };
    let plain = drawn(&[]);
    assert!(
        plain.contains("drop of available memory [MB]")
            && plain.contains("workload began [ms]")
            && !plain.contains("<circle")
    );
    // Nothing is live at first, and no logarithm of it.
    let logarithmic = drawn(&["--y", "live", "--logy"]);
    assert!(
        logarithmic.contains("not above 0 are left out") && logarithmic.contains("nothing freed")
    );
    let both = drawn(&["--y=live,created"]);
    assert!(
        both.contains("\nlive\n") && both.contains("\ncreated\n"),
        "both have a label"
    );
    for (args, part) in [
        (
            &["--y=live,drop_bytes"][..],
            "`live` and `drop_bytes` have different units",
        ),
        (&["--y=live,created", "--by=fqdirs"], "without --by"),
        (&["--kind=ecdf", "--logy"], "--logy is for"),
        (
            &["--y=available_bytes,percpu_bytes", "--kind=heat"],
            "several --y are for",
        ),
    ] {
        refused(&[&["plot", &rows], args].concat(), part);
    }
}

#[test]
fn several_files_are_drawn_in_one_picture() {
    let folder = folder("plot-files");
    let path = |name: &str| path_in(&folder, name);
    let (before, after, svg) = (path("before.csv"), path("after.csv"), path("both.svg"));
    let header = "t_ns,created,live,drop_bytes\n";
    fs::write(&before, format!("{header}0,0,0,0\n1000,9,9,900\n")).expect("writable");
    fs::write(&after, format!("{header}0,0,0,0\n1000,9,4,400\n")).expect("writable");
    let both = ["plot", &before, &after];
    let title = "Before and after";
    let args = [&both[..], &["--y", "live", "--title", title, "-o", &svg]].concat();
    let drawn = rcusim(&args);
    assert_eq!(drawn.status.code(), Some(0), "{}", text(&drawn.stderr));
    let drawn = fs::read_to_string(&svg).expect("drawn");
    let axes = ["\nlive namespaces\n", "\ntime since the workload began ["];
    let of_files = [title, "\nbefore.csv\n", "\nafter.csv\n", "--title"];
    for part in axes.into_iter().chain(of_files) {
        assert!(drawn.contains(part), "{part}: {drawn}");
    }
    assert!(!drawn.contains("nothing freed"), "of which run? {drawn}");
    let shown = text(&rcusim(&both).stdout);
    let names =
        "before.csv, after.csv: drop of available memory over time since the workload began\n";
    assert!(shown.starts_with(names), "{shown}");
    for (name, value) in [("before.csv", " 900 B"), ("after.csv", " 400 B")] {
        let mut of_one = shown.lines().filter(|line| line.starts_with(name));
        assert!(of_one.any(|line| line.ends_with(value)), "{name}: {shown}");
    }
    refused(&[&both[..], &["--y=live,created"]].concat(), "of one file");
}

#[test]
fn rows_of_several_sweeps_are_told_apart_and_what_is_mixed_is_said() {
    let folder = folder("plot-sweeps");
    let path = |name: &str| path_in(&folder, name);
    let (one, other, series) = (path("one.csv"), path("other.csv"), path("series.csv"));
    fs::write(&one, tiny_rows()).expect("writable");
    fs::write(&other, tiny_rows().replace(",tiny,", ",other,")).expect("writable");
    fs::write(&series, "t_ns,live\n0,1\n").expect("writable");
    let both = ["plot", &one, &other, "--x", "cpus"];
    let shown = text(&rcusim(&both).stdout);
    assert!(shown.contains("MIXED over kernel.policy"), "{shown}");
    let shown = text(&rcusim(&[&both[..], &["--by", "policy"]].concat()).stdout);
    assert!(shown.contains("MIXED over file"), "{shown}");
    let columns = "one.csv and series.csv have different columns";
    refused(&["plot", &one, &series], columns);
}

/// What the horizon cut off is no measurement of what would have come.
#[test]
fn runs_cut_off_at_the_horizon_are_counted_by_sweep_and_plot() {
    let folder = folder("plot-cut");
    let (rows, svg) = (path_in(&folder, "rows.csv"), path_in(&folder, "cut.svg"));
    let note = "note: 2 of 4 runs were cut off at run.horizon";
    for (scenario, axis, horizon) in [
        (
            "report-6cpu:horizon=20s",
            "calls=20,5M",
            " = 20s; raise run.horizon\n",
        ),
        (
            "report-6cpu:calls=2k",
            "horizon=1s,300s",
            "; raise run.horizon\n",
        ),
    ] {
        let mut args = vec!["sweep", scenario, "-P", axis, "--reps", "2"];
        let line = format!("{note}{horizon}");
        let table = text(&rcusim(&args).stderr);
        assert!(table.ends_with(&line), "{table}");
        drop(fs::remove_file(&rows));
        args.extend(["--export-csv", &rows, "--force"]);
        let said = text(&rcusim(&args).stderr);
        assert!(said.ends_with(&line), "{said}");
    }
    let told = "2 of 4 runs were cut off at the horizon";
    let output = rcusim(&["plot", &rows, "--x", "horizon", "-o", &svg]);
    let said = text(&output.stderr);
    assert!(said.contains(&format!("note: {told}")), "{said}");
    let drawn = fs::read_to_string(&svg).expect("drawn");
    assert!(drawn.contains(told), "{drawn}");
}

#[test]
fn a_rate_that_tells_series_apart_is_said_a_second() {
    let rows = path_in(&folder("plot-rate"), "rows.csv");
    let table = "machine.cpus,workload.rate_per_1000_s,seed,live_peak\n2,50000,1,3\n2,80000,1,4\n4,50000,1,3\n4,80000,1,6\n";
    fs::write(&rows, table).expect("writable");
    let shown = text(&rcusim(&["plot", &rows, "--x", "cpus", "--y", "live_peak"]).stdout);
    assert!(
        shown.contains("\nworkload.rate 50/s ") && !shown.contains("50000"),
        "{shown}"
    );
}

/// What stands in a convoy are works; nothing is created.
#[test]
fn a_convoy_is_of_works() {
    let rows = path_in(&folder("plot-convoy"), "rows.csv");
    for (scenario, what) in [
        ("convoy", "works in the convoy"),
        ("report-6cpu:horizon=20s", "namespaces to create in all"),
    ] {
        let axis = ["-P", "calls=20,40", "--export-csv", &rows, "--force"];
        let swept = rcusim(&[&["sweep", scenario], &axis[..]].concat());
        assert_eq!(swept.status.code(), Some(0), "{}", text(&swept.stderr));
        let shown = text(&rcusim(&["plot", &rows, "--y", "barriers_full"]).stdout);
        let said = format!("over {what} (workload.calls)");
        assert!(shown.contains(&said), "{shown}");
    }
}

/// A label is a number of something, and so is a panel's axis.
#[test]
fn labels_and_axes_say_what_they_are_of() {
    let folder = folder("plot-labels");
    let (rows, svg) = (path_in(&folder, "rows.csv"), path_in(&folder, "drawn.svg"));
    let swept = |key: &str, values: [u64; 2]| {
        let head =
            format!("machine.cpus,{key},loop_ns,settled_ns,peak_drop_bytes,end_drop_bytes\n");
        let places = [2, 4]
            .into_iter()
            .flat_map(|cpus| values.map(|value| (cpus, value)));
        let row = |(cpus, value)| {
            format!("{cpus},{value},{cpus}000000000,7000000000,3000000000,1000000000\n")
        };
        head + &places.map(row).collect::<String>()
    };
    let drawn = |text_rows: &str, args: &[&str]| {
        fs::write(&rows, text_rows).expect("writable");
        let output = rcusim(&[&["plot", &rows, "-o", &svg], args].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        fs::read_to_string(&svg).expect("drawn")
    };
    let rates = swept("workload.rate_per_1000_s", [400_000, 800_000]);
    for kind in ["lines", "hockey", "ecdf"] {
        let picture = drawn(
            &rates,
            &["--kind", kind, "--by", "workload.rate", "--y", "loop_ns"],
        );
        for said in ["\nworkload.rate\n", "\n400/s\n", "\n800/s\n"] {
            assert!(picture.contains(said), "{kind}: {said}\n{picture}");
        }
    }
    let long = swept("costs.cleanup_per_namespace_ns", [1_000, 2_000]);
    let picture = drawn(&long, &["--by", "costs.cleanup_per_namespace_ns"]);
    assert!(
        picture.contains("\ncleanup_per_namespace\n"),
        "it would leave the picture"
    );
    let panels = drawn(
        &rates,
        &["--kind", "multiples", "--y", "loop_ns,settled_ns"],
    );
    for said in ["\nloop [s]\n", "\nsettled [s]\n"] {
        assert!(panels.contains(said), "{said}\n{panels}");
    }
    let lines = drawn(&rates, &["--y", "peak_drop_bytes,end_drop_bytes"]);
    for said in [
        "\npeak_drop, end_drop [GB]\n",
        "\npeak_drop\n",
        "\nend_drop\n",
    ] {
        assert!(lines.contains(said), "{said}\n{lines}");
    }
    assert!(!panels.contains("measure") && !panels.contains("value ["));
    assert!(!lines.contains("value [") && lines.contains("MIXED over workload.rate\n"));
}
