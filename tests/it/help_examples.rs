//! Every example that a help text shows runs, with small settings where it would take long.

use crate::help::commands;
use crate::readme::words;
use crate::support::{folder, rcusim, text};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Commands that simulate a scenario.
const SIMULATE: [&str; 9] = [
    "run",
    "compare",
    "sweep",
    "bisect",
    "map",
    "sensitivity",
    "ablate",
    "remedies",
    "trace",
];

/// What examples read, made anew; each runs in a copy.
fn stock(name: &str) -> PathBuf {
    let stock = folder(name);
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/recordings");
    let recorded = "q1_trace_hz250_510_batched_c2_hs512_fnoise2";
    for folder in ["recordings", "tests/data/recordings"] {
        fs::create_dir_all(stock.join(folder)).expect("writable");
        for end in ["toml", "csv"] {
            let file = format!("{recorded}.{end}");
            fs::copy(data.join(&file), stock.join(folder).join(&file)).expect("a recording");
        }
    }
    let made = |command: &str| {
        let output = run(&stock, &words(command).expect("a command")[1..]);
        assert!(
            output.status.success(),
            "{command}: {}",
            text(&output.stderr)
        );
        output.stdout
    };
    let tiny = "report-6cpu:calls=30,run.horizon=20s";
    for trace in [
        "trace.txt",
        "trace.txt.gz",
        "quiet.trace.gz",
        "recordings/quiet.trace.gz",
    ] {
        made(&format!("rcusim trace recorded-2cpu:calls=400 -o {trace}"));
    }
    for series in ["before.csv", "after.csv"] {
        made(&format!(
            "rcusim run {tiny} --series {series} -o report.txt"
        ));
    }
    made(&format!(
        "rcusim sweep {tiny} -P cpus=2,4 -P policy=per-call,batch-free -P background.rate=10,20 --export-csv rows.csv"
    ));
    made(&format!(
        "rcusim sweep {tiny} -P cpus=2,4 --shard 1/1 --out DIR"
    ));
    let grid = "scenario = \"report-6cpu\"\n[axes]\ncpus = \"2..4\"\n";
    fs::write(stock.join("sweep.toml"), grid).expect("writable");
    fs::write(
        stock.join("machine.toml"),
        made("rcusim scenario show recorded-2cpu"),
    )
    .expect("writable");
    fs::write(
        stock.join("mine.toml"),
        "extends = \"report-6cpu\"\ncpus = 3\n",
    )
    .expect("writable");
    stock
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("writable");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("it can be listed").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("writable");
        }
    }
}

/// Runs a command in a folder; what it would read from a pipe is a trace.
fn run(folder: &Path, arguments: &[String]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rcusim"));
    command.args(arguments).current_dir(folder);
    if let Ok(trace) = fs::File::open(folder.join("trace.txt")) {
        command.stdin(trace);
    }
    command.output().expect("the binary starts")
}

/// The commands of a help text: without what stands behind two spaces, and what a shell does with their output.
fn examples(help: &str) -> Vec<String> {
    let (_, examples) = help.split_once("Examples:\n").expect("examples");
    let lines = examples.lines().take_while(|line| line.starts_with("  "));
    let command = |line: &str| {
        let line = line.split("  ").next().unwrap_or_default();
        let mut parts = line.split(" | ");
        let first = parts.find(|part| part.starts_with("rcusim"))?;
        Some(first.split(" > ").next()?.to_owned())
    };
    lines.filter_map(|line| command(line.trim())).collect()
}

/// Gives an option this value.
fn set(words: &mut Vec<String>, option: &str, value: &str) {
    match words.iter().position(|word| word == option) {
        Some(at) => value.clone_into(&mut words[at + 1]),
        None => words.extend([option, value].map(str::to_owned)),
    }
}

/// Settings of the number of calls go, and the number of runs is small.
fn small(mut words: Vec<String>) -> Vec<String> {
    let name = words.first().cloned().unwrap_or_default();
    let is_calls = |set: &str| set.starts_with("calls=") || set.starts_with("workload.calls=");
    // A shell would put the names of files here.
    for word in words.iter_mut().filter(|word| *word == "DIR/*.rows") {
        "DIR/shard-1-of-1.rows".clone_into(word);
    }
    while let Some(at) = words.iter().position(|word| is_calls(word)) {
        words.drain(at - 1..=at);
    }
    for word in &mut words {
        if let Some((scenario, sets)) = word.split_once(':')
            && sets.contains('=')
            && !scenario.contains('=')
        {
            let others: Vec<&str> = sets.split(',').filter(|set| !is_calls(set)).collect();
            let colon = if others.is_empty() { "" } else { ":" };
            *word = format!("{scenario}{colon}{}", others.join(","));
        }
    }
    let searches = matches!(&*name, "bisect" | "map");
    let reps = if searches { "8" } else { "1" };
    match name.as_str() {
        "bisect" | "map" | "remedies" => set(&mut words, "--reps", reps),
        "sensitivity" => set(&mut words, "--rows", "2"),
        "validate" => set(&mut words, "--seeds", "1"),
        _ => {}
    }
    if name == "record" && !words.iter().any(|word| word == "--dry-run") {
        words.push("--dry-run".to_owned());
    }
    if words.iter().any(|word| word == "--reps") {
        set(&mut words, "--reps", reps);
    }
    if words.iter().any(|word| word == "--until-ci") {
        words.extend(["--max-reps", "10"].map(str::to_owned));
    }
    // A trace is read by others: of few calls it may hold no grace period.
    let calls = if name == "trace" { "400" } else { "40" };
    if SIMULATE.contains(&&*name) {
        let calls = format!("workload.calls={calls}");
        words.extend(["--set", &calls, "--set", "run.horizon=20s"].map(str::to_owned));
    }
    words
}

#[test]
fn the_examples_of_every_help_text_run() {
    let stock = stock("examples");
    let mut tried = 0;
    let all = commands();
    // What `check` prints has tests of its own; it takes seconds.
    let texts = all.iter().filter(|name| *name != "check");
    for help in texts.map(String::as_str).chain([""]) {
        let arguments: Vec<&str> = help.split(' ').filter(|word| !word.is_empty()).collect();
        let shown = text(&rcusim(&[&arguments[..], &["--help"]].concat()).stdout);
        for (at, example) in examples(&shown).iter().enumerate() {
            let words = words(example).unwrap_or_else(|why| panic!("{example}: {why}"));
            // Without a command it is the report's main job, which the documents' test runs.
            let Some(name) = words.get(1) else { continue };
            if name == "record" && cfg!(not(target_os = "linux")) {
                continue;
            }
            let own = folder(&format!("example-{help}-{at}"));
            copy(&stock, &own);
            if words.iter().any(|word| word == "--shard") {
                fs::remove_dir_all(own.join("DIR")).expect("parts of another number");
            }
            let output = run(&own, &small(words[1..].to_vec()));
            let said = text(&output.stderr);
            assert!(output.status.success(), "{help}: `{example}`: {said}");
            tried += 1;
        }
    }
    assert!(tried > 60, "{tried}");
}
