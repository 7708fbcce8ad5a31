//! What a program reads of a run: what was run, and what people are told of it.

use crate::support::{folder, path_in, rcusim, said, shown, text};
use serde_json::Value;
use std::fs;

/// Asked for faster than one creator can make them.
const SATURATED: &str =
    "report-6cpu:arrivals=poisson,workload.rate=900/s,creators=1,calls=400,run.horizon=20s";

fn json(args: &[&str]) -> Value {
    let output = rcusim(&[args, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn saturation_is_told_to_programs_too() {
    let run = json(&["run", SATURATED]);
    let namespaces = &run["namespaces"];
    assert_eq!(namespaces["saturated"], true);
    let [asked, made] = ["asked_per_1000_s", "made_per_1000_s"].map(|n| namespaces[n].as_u64());
    assert!(asked > made && made > Some(0), "{namespaces}");
    let report = shown(&["run", SATURATED]);
    let told = report
        .lines()
        .filter_map(|l| l.strip_prefix("  note      "));
    let notes: Vec<_> = run["notes"].as_array().expect("notes").iter().collect();
    assert_eq!(notes, told.collect::<Vec<_>>());
    assert!(report.contains("the creators are saturated"), "{report}");
    let expected = ["saturated=true", "made_per_1000_s>1/s", "notes.length>=1"];
    let args = expected.iter().flat_map(|text| ["--expect", text]);
    shown(
        &["run", SATURATED]
            .into_iter()
            .chain(args)
            .collect::<Vec<_>>(),
    );
}

#[test]
fn the_inputs_of_every_run_are_all_that_it_takes() {
    let folder = folder("inputs");
    let mine = path_in(&folder, "mine.toml");
    let text = "extends = \"report-6cpu\"\n[workload]\ncalls = 60\n[run]\nhorizon = \"20s\"\n";
    fs::write(&mine, text).expect("written");
    let run = json(&["run", &mine]);
    assert_eq!(run["set"], serde_json::json!({}));
    let inputs = run["inputs"].as_object().expect("an object");
    assert_eq!(inputs["workload.calls"], "60");
    let lines = inputs
        .iter()
        .map(|(path, value)| format!("{path} = {value}\n"));
    let again = path_in(&folder, "again.toml");
    fs::write(&again, lines.collect::<String>()).expect("written");
    assert_eq!(json(&["run", &again])["digest"], run["digest"]);
    for several in [
        json(&["compare", &mine, &format!("{mine}:hz=1000")]),
        json(&["compare", &mine, "--reps", "2"]),
        json(&["ablate", &mine]),
        json(&["remedies", &mine, "--reps", "1"]),
    ] {
        for run in several["runs"].as_array().expect("runs") {
            assert_eq!(run["inputs"]["workload.calls"], "60");
        }
    }
}

/// Rows, JSON and the text agree.
#[test]
fn the_dead_are_counted_in_rows_and_in_json() {
    let output = path_in(&folder("dead-rows"), "rows.jsonl");
    shown(&[
        "sweep",
        SATURATED,
        "-P",
        "policy=per-call",
        "--export-jsonl",
        &output,
    ]);
    let rows = fs::read_to_string(output).expect("rows");
    let row: Value = serde_json::from_str(rows.lines().next().expect("one")).expect("JSON");
    let run = json(&["run", SATURATED]);
    assert_eq!(row["digest"], run["digest"]);
    for (column, field) in [
        ("in_use_at_loop_end", "/namespaces/in_use_at_loop_end"),
        ("backlog_at_loop_end", "/namespaces/backlog_at_loop_end"),
        ("stay_p50_ns", "/lifetime/dead/p50_ns"),
        ("stay_p99_ns", "/lifetime/dead/p99_ns"),
    ] {
        assert_eq!(row.get(column), run.pointer(field), "{column}");
        assert!(row[column].is_u64(), "{column}");
    }
    // The loop ends between two rows of the series.
    let [live, used, backlog] = ["live", "in_use", "backlog"].map(|what| {
        row[format!("{what}_at_loop_end")]
            .as_u64()
            .expect("a number")
    });
    assert!(backlog > 0 && backlog >= live - used, "{row}");
    shown(&[
        "run",
        SATURATED,
        "--expect",
        "stay_p99_ns>1us",
        "--expect",
        "backlog_at_loop_end>0",
    ]);
}

#[test]
fn repeated_runs_are_told_in_words_and_in_their_units() {
    let steady = "report-6cpu:arrivals=poisson,workload.rate=20/s,workload.calls=1200";
    let report = shown(&["run", steady, "--reps", "2", "--all"]);
    let of = |name: &str| {
        let mut lines = report.lines().skip_while(|line| !line.contains(name));
        let head = lines.next().unwrap_or_else(|| panic!("{name}: {report}"));
        (head.to_owned(), lines.next().unwrap_or_default().to_owned())
    };
    let (head, row) = of("(steady_live_milli)");
    assert!(head.starts_with("mean number of live namespaces"), "{head}");
    let mean = row.split_whitespace().nth(2).expect("a mean");
    assert!(mean.parse::<f64>().is_ok_and(|mean| mean < 100.0), "{row}");
    assert!(of("(end_drop_bytes)").0.contains("idle kworkers"));
    assert!(of("(peak_drop_bytes)").0.starts_with("largest drop"));
}

/// What no column has is no row, and what the columns are stands above them.
#[test]
fn compare_leaves_out_what_applies_to_no_column() {
    let convoy = "convoy:workload.calls=20";
    let table = shown(&["compare", convoy, &format!("{convoy},barrier=fair-mutex")]);
    let has = |table: &str, row: &str| table.lines().any(|line| line.starts_with(row));
    for row in [
        "namespaces created",
        "  live at most",
        "loop",
        "cleanup_net()",
        "CPUs",
    ] {
        assert!(!has(&table, row), "{row}: {table}");
    }
    assert!(has(&table, "barrier calls"), "{table}");
    assert!(table.starts_with("A  convoy"), "{table}");
    let cells = |line: &str| line.split_whitespace().filter(|cell| *cell == "-").count();
    assert!(table.lines().all(|line| cells(line) < 2), "{table}");
    let host = "container-host:workload.calls=50";
    let table = shown(&["compare", host, &format!("{host},hz=1000")]);
    assert!(!has(&table, "  a second"), "{table}");
    assert!(table.contains("\nA and B "), "{table}");
}

#[test]
fn a_release_in_a_file_is_told_as_on_the_command_line() {
    let mine = path_in(&folder("release-told"), "mine.toml");
    let text = "extends = \"report-6cpu\"\n[kernel]\nversion = \"5.15\"\n[workload]\ncalls = 20\n";
    fs::write(&mine, text).expect("written");
    let note = format!(
        "note: kernel.version = 5.15 of {mine}: profile v5.11, the newest that is not newer\n"
    );
    for args in [
        &["run", &mine][..],
        &["scenario", "check", &mine],
        &["compare", &mine],
    ] {
        assert_eq!(said(&rcusim(args).stderr), note, "{args:?}");
    }
    let other = ["run", &mine, "--kernel", "v5.10"];
    assert_eq!(said(&rcusim(&other).stderr), "", "another is asked for");
}
