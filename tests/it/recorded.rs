//! A run, written as a recording of it would be: NAME.toml, NAME.csv and NAME.trace.gz.

use crate::support::{path_in, rcusim, text};
use rcusim::experiment::Scenario;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A builtin scenario with some keys set.
pub(crate) fn scenario(name: &str, sets: &[&str], seed: u64) -> Scenario {
    let mut scenario = Scenario::builtin(name).expect("a builtin scenario");
    for set in sets {
        let (key, value) = set.split_once('=').expect("a value");
        scenario.set(key, value).expect("a valid value");
    }
    scenario.set("seed", &seed.to_string()).expect("a seed");
    scenario
        .set("run.sample", "100ms")
        .expect("as a recorder samples");
    scenario
}

/// What the program prints; it ends well.
pub(crate) fn ran(args: &[&str]) -> Vec<u8> {
    let output = rcusim(args);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{args:?}: {}",
        text(&output.stderr)
    );
    output.stdout
}

/// Writes the three files of a run, and the scenario itself as `NAME.scenario`; the path of the trace.
pub(crate) fn record(scenario: &Scenario, folder: &Path, name: &str, options: &str) -> String {
    let file = |end: &str| path_in(folder, &format!("{name}{end}"));
    let (what, trace, series) = (file(".scenario"), file(".trace.gz"), file(".series"));
    fs::write(&what, scenario.to_toml()).expect("written");
    fs::write(file(".toml"), summary(scenario, options)).expect("written");
    ran(&["trace", &what, "--events", "rcu,workqueue", "-o", &trace]);
    ran(&["run", &what, "--series", &series]);
    let rows = fs::read_to_string(&series).expect("a series");
    fs::write(file(".csv"), columns(&rows)).expect("written");
    trace
}

/// What a recording's summary says of the run.
fn summary(scenario: &Scenario, options: &str) -> String {
    let p = &scenario.params;
    // Without connection tracking the option says nothing.
    let buckets = if p.conntrack_buckets > 0 {
        p.conntrack_buckets
    } else {
        512
    };
    format!(
        "cpus_online = {}\ncpus_possible = {}\ncalls = {}\nhz = {}\npreempt = \"{}\"\npolicy = \"{}\"\n\
         callback_noise_threads = {}\noptions = \"nf_conntrack.hashsize={buckets}{options}\"\n",
        p.cpus,
        p.possible(),
        p.calls,
        p.hz,
        p.preempt.name(),
        p.policy.name(),
        p.noise_threads
    )
}

/// The run's series in the columns of a recording.
fn columns(series: &str) -> String {
    let mut lines = series.lines();
    let names: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let mut out = "t_s,done,MemAvailable_kb,netns_active,kworkers_D,kworkers\n".to_owned();
    for line in lines {
        let row: BTreeMap<&str, u64> = names
            .iter()
            .zip(line.split(','))
            .filter_map(|(name, value)| Some((*name, value.parse().ok()?)))
            .collect();
        let ms = row["t_ns"] / 1_000_000;
        writeln!(
            out,
            "{}.{:03},{},{},{},{},{}",
            ms / 1_000,
            ms % 1_000,
            row["created"],
            row["available_bytes"] / 1_024,
            row["live"],
            row["blocked"],
            row["kworker_bytes"] / 26_000
        )
        .expect("a string takes all");
    }
    out
}
