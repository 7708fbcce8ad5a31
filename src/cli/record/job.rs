//! The steps of a recording, in their order.

use super::args::{Order, RecordArgs};
use super::machine::Machine;
use super::plan::{Access, Plan, blind_spots};
use super::proc::Proc;
use super::series;
use super::session::{self, Recording};
use super::summary::{self, Summary};
use super::tracefs::{Events, Instance, Tracefs};
use crate::cli::exit::Done;
use crate::cli::interrupt::{self, Watch};
use crate::cli::output;
use flate2::{Compression, write::GzEncoder};
use nix::sched::{CloneFlags, unshare};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// Files that may be open at once.
const OPEN_FILES: u64 = 65_536;

/// Records, or says what would be done.
pub(in crate::cli) fn run(args: &RecordArgs) -> Result<Done, String> {
    let order = args.order()?;
    raise_open_files();
    let mut proc = Proc::open(Path::new("/proc"));
    let plan = plan(order, &mut proc);
    if args.dry_run {
        output::stdout(&plan.text())?;
        return Ok(Done::Ran);
    }
    let obstacles = plan.obstacles();
    if !obstacles.is_empty() {
        return Err(obstacles.join("\n       "));
    }
    let folder = &plan.order.folder;
    fs::create_dir_all(folder)
        .map_err(|error| format!("cannot make the folder {}: {error}", folder.display()))?;
    for ending in plan.endings() {
        output::check(&plan.file(ending), &[])?;
    }
    // From here on a signal ends the recording in order. The handler's thread must not exist before the user
    // namespace, which only a process of one thread may enter.
    let _watch = Watch::new();
    interrupt::listen();
    let mut missing = plan.missing.clone();
    let instance = match start_trace(&plan) {
        Ok(instance) => instance,
        Err(why) => {
            missing.push(format!("no trace: {why}"));
            None
        }
    };
    for sentence in &missing {
        output::stderr(&format!("note: {sentence}\n"));
    }
    let recording = session::record(&plan.order, plan.floor_kib(), &mut proc);
    let Some(recording) = recording else {
        return Err("interrupted before the first call: nothing is written".to_owned());
    };
    if recording.lengths_ns.is_empty() {
        return Err(nothing_done(&recording));
    }
    finish(&plan, &recording, instance, &missing)
}

/// Writes the files and says what is in them.
fn finish(
    plan: &Plan,
    recording: &Recording,
    instance: Option<Instance>,
    missing: &[String],
) -> Result<Done, String> {
    if let Some(Err(why)) = instance.as_ref().map(Instance::stop) {
        // It is read all the same; it only holds the last moments too.
        output::stderr(&format!("note: {why}\n"));
    }
    let summary = Summary {
        name: &plan.name,
        order: &plan.order,
        machine: &plan.machine,
        recording,
        trace: instance
            .as_ref()
            .map(|instance| (instance.clock(), instance.lost())),
        missing,
    };
    output::file(&plan.file("csv"), &series::csv(&recording.rows))?;
    output::file(&plan.file("toml"), &summary.toml())?;
    let mut text = summary.human();
    let mut files = vec![plan.file("toml"), plan.file("csv")];
    if let Some(instance) = instance {
        let path = plan.file("trace.gz");
        output::replace(&path, |file| {
            let mut encoder = GzEncoder::new(file, Compression::default());
            io::copy(&mut instance.text()?, &mut encoder)?;
            encoder.finish().map(drop)
        })?;
        files.push(path);
    }
    for file in files {
        writeln!(text, "wrote {}", file.display()).expect("a string takes all");
    }
    output::stdout(&text)?;
    if recording.interrupted {
        return Err("interrupted: what was recorded until then is written".to_owned());
    }
    Ok(Done::Ran)
}

/// Looks at everything; makes the user namespace if one is needed, because only trying tells.
fn plan(order: Order, proc: &mut Proc) -> Plan {
    let machine = Machine::look(proc);
    let sample = proc.sample();
    let mut missing = blind_spots(&sample);
    let trace = match order.trace_buffer {
        None => {
            missing.push("no trace, as asked".to_owned());
            None
        }
        Some(bytes) => match trace(order.tracefs.as_deref()) {
            Ok((tracefs, events)) => {
                missing.extend(events.missing.iter().cloned());
                let share = sample.memory.available.unwrap_or(0) / 8 / machine.online;
                Some((tracefs, events, share.min(bytes / 1024)))
            }
            Err(why) => {
                missing.push(format!("no trace: {why}"));
                None
            }
        },
    };
    Plan {
        name: order.name.clone().unwrap_or_else(|| name(&order, &machine)),
        access: access(machine.admin && !order.user_namespace),
        order,
        machine,
        sample,
        trace,
        missing,
    }
}

/// tracefs with at least one of the events.
fn trace(given: Option<&Path>) -> Result<(Tracefs, Events), String> {
    let tracefs = Tracefs::find(given)?;
    let events = tracefs.events();
    if events.there.is_empty() {
        return Err("tracefs has none of the events rcu:* and workqueue:*".to_owned());
    }
    Ok((tracefs, events))
}

/// With the capability, or in a user namespace, which costs nothing to make and is gone with this process.
fn access(admin: bool) -> Result<Access, String> {
    if admin {
        return Ok(Access::Direct);
    }
    match unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNET) {
        Ok(()) => Ok(Access::UserNamespace),
        Err(error) => Err(format!(
            "no CAP_SYS_ADMIN, and unshare(CLONE_NEWUSER | CLONE_NEWNET) says {error}: run as root, or allow user \
             namespaces (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, \
             kernel.apparmor_restrict_unprivileged_userns)"
        )),
    }
}

/// A name that tells recordings apart.
fn name(order: &Order, machine: &Machine) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "._-+".contains(c) {
            c
        } else {
            '-'
        }
    };
    let release: String = machine.release.chars().map(plain).collect();
    let creators = match order.creators {
        1 => String::new(),
        creators => format!("_k{creators}"),
    };
    let noise = match order.noise_threads {
        0 => String::new(),
        threads => format!("_fnoise{threads}"),
    };
    let (cpus, calls) = (machine.online, order.calls);
    format!("rec_{release}_c{cpus}_n{calls}{creators}{noise}")
}

/// The trace, running, if there is to be one.
fn start_trace(plan: &Plan) -> Result<Option<Instance>, String> {
    let start =
        |(tracefs, events, kib): &(Tracefs, Events, u64)| tracefs.start(&events.there, *kib);
    plan.trace.as_ref().map(start).transpose()
}

/// Lets a file be held open for each kworker; there may be hundreds.
fn raise_open_files() {
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
        let wanted = hard.min(OPEN_FILES).max(soft);
        // With the old limit some kworkers would be opened at every sample, no more.
        _ = setrlimit(Resource::RLIMIT_NOFILE, wanted, hard);
    }
}

/// The error of a recording without a single call.
fn nothing_done(recording: &Recording) -> String {
    let why = recording
        .stop
        .as_ref()
        .map_or_else(String::new, summary::why);
    format!("not a single call was made: {why}; nothing is written")
}
