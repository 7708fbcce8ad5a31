//! From a recording to the scenario that repeats it on a given machine.
//!
//! The machine brings what steps cost and what a namespace is made of; the recording brings what ran: CPUs, HZ, policy,
//! calls, memory, and what posts callbacks beside it (`noise.rs`).

use super::flavour::{contradiction, instead};
use super::kernel;
use super::noise::{Put, noise, sampled, sampler, unsaid};
use super::note::Note;
use super::recording::{Meta, Recording};
use crate::experiment::{Provenance, Scenario};

/// Time that the machine and its noise run before the loop begins.
const SETTLE_S: u64 = 1;
/// Buckets of the conntrack table where no option sets them and memory exceeds 4 GiB (`nf_conntrack_core.c`).
pub(super) const DEFAULT_BUCKETS: u64 = 65_536;

/// Cores of the host of the recordings of November 2026, which do not say it (`host_cpus` in NAME.toml does, where it is there).
const RECORDED_HOST_CPUS: u64 = 2;

/// A scenario for the recording, and what of the recording could not be repeated.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// The scenario.
    pub scenario: Scenario,
    /// What was ignored, or is missing.
    pub notes: Vec<Note>,
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
    let version = kernel::version(meta.release()).map(|version| version.name().to_owned());
    if version.is_none() {
        notes.push(Note::silence("kernel.version"));
    }
    let version = version.map(|name| ("kernel.version", name, Provenance::Measured));
    let mut puts: Vec<Put> = version.into_iter().collect();
    if kernel::expedites(meta.release()) {
        puts.push((
            "netns.expedited_waits",
            "true".to_owned(),
            Provenance::Source,
        ));
    }
    puts.extend(what_ran(recording));
    named(recording, machine, &mut puts, &mut notes);
    notes.extend(contradiction(recording).map(|text| Note::about("machine.preempt", text)));
    if sampled(recording) {
        puts.extend(sampler());
    } else if meta.noise() > 0 {
        puts.extend(noise(&machine.params));
    }
    puts.extend(host(recording, machine));
    let buckets = conntrack_buckets(recording, machine);
    puts.push((
        "netns.conntrack_buckets",
        buckets.to_string(),
        Provenance::Measured,
    ));
    // The recording says on which kernel it was.
    let mut scenario = machine.clone().given_by_nobody();
    scenario.name.clone_from(&meta.name);
    scenario.about = format!("the recording {}", meta.name);
    let source = format!("recording {}", meta.name);
    for (path, value, provenance) in puts {
        scenario
            .put(path, &value, provenance, &source)
            .map_err(|error| error.to_string())?;
    }
    scenario.validate().map_err(|error| error.to_string())?;
    notes.extend(ignored(meta).map(Note::plain));
    notes.extend(unsaid(recording));
    notes.extend(troubles(recording).map(Note::plain));
    Ok(Setup { scenario, notes })
}

/// What NAME.toml says and no scenario has.
fn ignored(meta: &Meta) -> impl Iterator<Item = String> {
    let named = meta.other_name.iter();
    let named = named.map(|name| format!("NAME.toml calls it `{name}`; the file's name is taken"));
    let fields = meta.unknown.iter();
    let fields = fields.map(|field| format!("field `{field}` is not known"));
    let stopped = meta.stopped.iter();
    let stopped = stopped.map(|why| format!("the recording was cut short: {why}"));
    let options = meta.unknown_options();
    let options = options.map(|option| format!("option `{option}` is not known"));
    named.chain(fields).chain(stopped).chain(options)
}

/// What is wrong with the files.
fn troubles(recording: &Recording) -> impl Iterator<Item = String> {
    let mut all = Vec::new();
    let mut count = |n: u64, what: &str| {
        if n > 0 {
            all.push(format!("{n} {what}"));
        }
    };
    count(
        recording.series.skipped,
        "rows of the series were cut or malformed",
    );
    if let Some(trace) = &recording.trace {
        count(
            trace.lost,
            "events of the trace were lost: steps around each gap are left out, counts are not compared",
        );
        count(
            trace.overwritten,
            "events before the first of the trace were overwritten: what ran before is not in it, counts are not compared",
        );
        count(
            trace.backwards,
            "times of the trace run backwards on their CPU: intervals there are wrong",
        );
        count(trace.unparsed, "lines of the trace were not recognised");
        count(
            trace.over_limit,
            "intervals of the trace were not kept; the first ones count",
        );
    }
    if recording.meta.shares_memory() {
        all.push(
            "other programs moved more memory than the loop (restless_mib, peak_kernel_mib): memory is not compared".to_owned(),
        );
    }
    let unread = recording.unreadable.iter();
    all.extend(unread.map(|why| format!("without its trace: {why}")));
    all.into_iter()
}

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
        ("noise.threads", meta.noise().to_string()),
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
fn named(recording: &Recording, machine: &Scenario, puts: &mut Vec<Put>, notes: &mut Vec<Note>) {
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
            notes.push(Note::silence(path));
            continue;
        };
        let known = crate::experiment::Key::find(path).map(|key| key.parse(&value));
        match known {
            Ok(Ok(_)) => puts.push((path, value, Provenance::Measured)),
            _ => notes.push(Note::about(
                path,
                format!("{path} = `{value}` is not known: the machine's is taken"),
            )),
        }
    }
}

/// Cores of the host that emulated the recording: as it says, or as the machine has them, or two, which is what those
/// recordings were made on whose kernel took its calls as an option.
fn host(recording: &Recording, machine: &Scenario) -> Option<Put> {
    let meta = &recording.meta;
    let cores = match (meta.host_cpus, machine.params.host_cpus, meta.is_of_2026()) {
        (Some(said), _, _) => said,
        (None, 0, true) => RECORDED_HOST_CPUS,
        _ => return None,
    };
    Some(("machine.host_cpus", cores.to_string(), Provenance::Measured))
}

/// Buckets of the conntrack table that are scanned. Without an fqdir of `nf_defrag_ipv6` there is no conntrack.
fn conntrack_buckets(recording: &Recording, machine: &Scenario) -> u64 {
    let said = recording.meta.conntrack_buckets();
    if !kernel::scans_conntrack(recording.meta.release()) {
        return 0;
    }
    match machine.params.fqdirs {
        0..3 => said.unwrap_or(0),
        _ => said.unwrap_or(DEFAULT_BUCKETS),
    }
}
