//! From a recording to the scenario that repeats it on a given machine.
//!
//! The machine brings what steps cost and what a namespace is made of; the recording brings what ran: CPUs, HZ, policy,
//! calls, noise, memory. A noise thread opens and closes `/proc/version` ten times, one `call_rcu()` each, sleeps 2 ms, and
//! repeats; the machine says what a round costs if it was fitted, else 5 us for each open and close are assumed. Where no noise
//! ran, the recorder's own sampling is the background.

use super::flavour::{contradiction, instead};
use super::kernel;
use super::recording::Recording;
use crate::experiment::{Provenance, Scenario};

/// Time that the machine and its noise run before the loop begins.
const SETTLE_S: u64 = 1;
/// Buckets of the conntrack table where no option sets them and memory exceeds 4 GiB (`nf_conntrack_core.c`).
pub(super) const DEFAULT_BUCKETS: u64 = 65_536;

/// Cores of the host of the recordings of November 2026, which do not say it (`host_cpus` in NAME.toml does, where it is there).
const RECORDED_HOST_CPUS: u64 = 2;
/// The option that those recordings have: how many calls the kernel's `init` was to make.
const OF_2026: &str = "KN";

/// A scenario for the recording, and what of the recording could not be repeated.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// The scenario.
    pub scenario: Scenario,
    /// What was ignored, in sentences.
    pub notes: Vec<String>,
}

/// The machine with what the recording says put on top.
///
/// # Errors
///
/// If the recording says something that no scenario can hold; the message names the key.
pub fn setup(recording: &Recording, machine: &Scenario) -> Result<Setup, String> {
    let meta = &recording.meta;
    let mut notes = Vec::new();
    // The kernel's profile sets others, and so comes first.
    let version = kernel::version(meta).map(|version| version.name().to_owned());
    let version = version.map(|name| ("kernel.version", name, Provenance::Measured));
    let mut puts: Vec<Put> = version.into_iter().collect();
    if kernel::expedites(meta) {
        puts.push((
            "netns.expedited_waits",
            "true".to_owned(),
            Provenance::Source,
        ));
    }
    puts.extend(what_ran(recording));
    named(recording, machine, &mut puts, &mut notes);
    notes.extend(contradiction(recording));
    if sampled(recording) {
        puts.extend(sampler());
    } else if meta.noise_threads > 0 && machine.params.noise_callbacks == 0 {
        puts.extend(noise(machine.params.noise_work.is_zero()));
    }
    puts.extend(host(recording, machine));
    let buckets = conntrack_buckets(recording, machine);
    puts.push((
        "netns.conntrack_buckets",
        buckets.to_string(),
        Provenance::Measured,
    ));
    let mut scenario = machine.clone();
    scenario.name.clone_from(&meta.name);
    scenario.about = format!("the recording {}", meta.name);
    let source = format!("recording {}", meta.name);
    for (path, value, provenance) in puts {
        scenario
            .put(path, &value, provenance, &source)
            .map_err(|error| error.to_string())?;
    }
    scenario.validate().map_err(|error| error.to_string())?;
    notes.extend(
        meta.unknown
            .iter()
            .map(|field| format!("field `{field}` is not known")),
    );
    let stopped = meta.stopped.iter();
    notes.extend(stopped.map(|why| format!("the recording was cut short: {why}")));
    let options = meta.unknown_options();
    notes.extend(options.map(|option| format!("option `{option}` is not known")));
    if recording.series.skipped > 0 {
        notes.push(format!(
            "{} rows of the series were cut or malformed",
            recording.series.skipped
        ));
    }
    Ok(Setup { scenario, notes })
}

type Put = (&'static str, String, Provenance);

/// What every recording has.
fn what_ran(recording: &Recording) -> Vec<Put> {
    let (meta, series) = (&recording.meta, &recording.series);
    let seconds = series.last().t_s.max(1.0);
    let creators = meta.creators.unwrap_or(1).max(1);
    let calls = meta.calls.max(series.last().done).max(creators);
    let measured = [
        ("machine.cpus", meta.cpus_online.to_string()),
        (
            "machine.possible_cpus",
            meta.cpus_possible.unwrap_or(0).to_string(),
        ),
        (
            "machine.memory",
            format!("{}KiB", series.first().available_kib),
        ),
        ("workload.calls", calls.to_string()),
        ("workload.creators", creators.to_string()),
        ("workload.arrivals", "loop".to_owned()),
        ("noise.threads", meta.noise_threads.to_string()),
    ];
    let mut puts: Vec<Put> = measured
        .into_iter()
        .map(|(path, value)| (path, value, Provenance::Measured))
        .collect();
    // Whole milliseconds: a scenario counts nothing finer than its unit says.
    let horizon = format!(
        "{:.0}ms",
        (seconds * 1_000.0).ceil() + 1_000.0 * super::numbers::float(SETTLE_S)
    );
    puts.push(("run.horizon", horizon, Provenance::Measured));
    puts.push(("run.sample", "100ms".to_owned(), Provenance::Assumed));
    puts.push((
        "run.settle_before",
        format!("{SETTLE_S}s"),
        Provenance::Assumed,
    ));
    puts
}

/// What a recording names in words, if this program knows the word.
fn named(recording: &Recording, machine: &Scenario, puts: &mut Vec<Put>, notes: &mut Vec<String>) {
    let meta = &recording.meta;
    let traced = instead(recording, machine.params.preempt).map(|p| p.name().to_owned());
    let policy = Some(meta.policy().to_owned());
    let hz = meta.hz.map(|hz| hz.to_string());
    let max_active = meta.max_active.map(|n| n.to_string());
    let words = [
        ("machine.hz", hz),
        ("machine.preempt", meta.preempt.clone().or(traced)),
        ("kernel.policy", policy),
        ("kernel.barrier", meta.barrier.clone()),
        ("kernel.max_active", max_active),
    ];
    for (path, value) in words {
        let Some(value) = value else {
            notes.push(format!("no {path}: the machine's is taken"));
            continue;
        };
        let known = crate::experiment::Key::find(path).map(|key| key.parse(&value));
        match known {
            Ok(Ok(_)) => puts.push((path, value, Provenance::Measured)),
            _ => notes.push(format!(
                "{path} = `{value}` is not known: the machine's is taken"
            )),
        }
    }
}

/// The noise's rounds; their work is assumed unless the machine has it.
fn noise(assume_work: bool) -> Vec<Put> {
    let mut puts = vec![
        ("noise.callbacks", "10".to_owned(), Provenance::Measured),
        ("noise.sleep", "2ms".to_owned(), Provenance::Measured),
    ];
    if assume_work {
        puts.push(("noise.work", "50us".to_owned(), Provenance::Assumed));
    }
    puts
}

/// Whether nothing but the recorder posted callbacks in the background: one of November 2026 ([`OF_2026`]) without noise.
pub(super) fn sampled(recording: &Recording) -> bool {
    recording.meta.noise_threads == 0 && recording.meta.option(OF_2026).is_some()
}

/// What the recorder itself posts, as in each quiet stretch of the four traces without noise: two callbacks every 100 ms, on
/// one CPU, for the files that a sample closes (`record` keeps them open). The model's background posts on every CPU by
/// itself, so that on 16 CPUs none is ever without callbacks for long, and trivial barriers are missing. Left out: once in
/// 0.45 s a file for each process. Between 0.1 and 5 ms of work nothing changes.
fn sampler() -> Vec<Put> {
    let measured = [
        ("noise.threads", "1"),
        ("noise.callbacks", "2"),
        ("noise.sleep", "100ms"),
        ("background.rate", "0"),
    ];
    let mut puts: Vec<Put> = measured
        .into_iter()
        .map(|(path, value)| (path, value.to_owned(), Provenance::Measured))
        .collect();
    puts.push(("noise.work", "1ms".to_owned(), Provenance::Assumed));
    puts
}

/// Cores of the host that emulated the recording: as it says, or as the machine has them, or two, which is what those
/// recordings were made on whose kernel took its calls as an option ([`OF_2026`]).
fn host(recording: &Recording, machine: &Scenario) -> Option<Put> {
    let meta = &recording.meta;
    let cores = match (
        meta.host_cpus,
        machine.params.host_cpus,
        meta.option(OF_2026),
    ) {
        (Some(said), _, _) => said,
        (None, 0, Some(_)) => RECORDED_HOST_CPUS,
        _ => return None,
    };
    Some(("machine.host_cpus", cores.to_string(), Provenance::Measured))
}

/// Buckets of the conntrack table that are scanned. Without an fqdir of `nf_defrag_ipv6` there is no conntrack.
fn conntrack_buckets(recording: &Recording, machine: &Scenario) -> u64 {
    let said = recording.meta.conntrack_buckets();
    if !kernel::scans_conntrack(&recording.meta) {
        return 0;
    }
    match machine.params.fqdirs {
        0..3 => said.unwrap_or(0),
        _ => said.unwrap_or(DEFAULT_BUCKETS),
    }
}
