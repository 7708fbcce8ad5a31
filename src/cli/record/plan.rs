//! What a recording would do here, and what is missing: the dry run, and the warnings before a real one.

use super::args::Order;
use super::machine::Machine;
use super::proc::Sample;
use super::tracefs::{Events, Tracefs};
use crate::experiment::units::Unit;
use crate::report::{count, counted, nearest};
use std::path::PathBuf;

/// A recording that has not begun.
pub(super) struct Plan {
    /// What was asked for.
    pub(super) order: Order,
    /// Where it will run.
    pub(super) machine: Machine,
    /// What `/proc` gives now.
    pub(super) sample: Sample,
    /// Name of the files.
    pub(super) name: String,
    /// How namespaces can be made, or why not.
    pub(super) access: Result<Access, String>,
    /// tracefs with the events there, and the ring buffer of each CPU \[KiB\], if there will be a trace.
    pub(super) trace: Option<(Tracefs, Events, u64)>,
    /// Sentences about what will be absent.
    pub(super) missing: Vec<String>,
}

/// How namespaces are made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Access {
    /// With `CAP_SYS_ADMIN`.
    Direct,
    /// In a user namespace, which was made.
    UserNamespace,
}

impl Plan {
    /// Memory that is to stay available \[KiB\].
    pub(super) fn floor_kib(&self) -> u64 {
        self.order.floor.kib(self.sample.memory.total.unwrap_or(0))
    }

    /// A file of the recording.
    pub(super) fn file(&self, ending: &str) -> PathBuf {
        self.order.folder.join(format!("{}.{ending}", self.name))
    }

    /// What forbids the recording.
    pub(super) fn obstacles(&self) -> Vec<String> {
        let mut found = Vec::new();
        found.extend(self.access.as_ref().err().cloned());
        match self.sample.memory.available {
            None => found.push(
                "/proc/meminfo has no MemAvailable, without which memory cannot be watched"
                    .to_owned(),
            ),
            Some(available) if available < self.floor_kib() => found.push(format!(
                "{} MiB of memory are available, less than the floor of {} MiB (--floor)",
                mib(available),
                mib(self.floor_kib())
            )),
            Some(_) => {}
        }
        for ending in ["toml", "csv", "trace.gz"] {
            let path = self.file(ending);
            if path.exists() {
                found.push(format!(
                    "{} is there already: choose another --name",
                    path.display()
                ));
            }
        }
        found
    }

    /// The dry run.
    pub(super) fn text(&self) -> String {
        let machine = &self.machine;
        let preempt = machine.preempt.unwrap_or("not known");
        let policy = machine.policy.name.unwrap_or("not known");
        let settle = Unit::Time.format(self.order.settle_ns);
        let mut rows = vec![
            (
                "kernel",
                format!(
                    "Linux {}, HZ {}, preempt {preempt}",
                    machine.release, machine.hz
                ),
            ),
            ("policy", format!("{policy}: {}", machine.policy.why)),
            (
                "machine",
                format!(
                    "{} online, {} possible; load {}",
                    counted(machine.online, "CPU"),
                    machine.possible,
                    machine.load
                ),
            ),
            (
                "fqdirs",
                format!(
                    "{} a namespace: {}",
                    machine.fqdirs.len(),
                    machine.fqdirs.join(", ")
                ),
            ),
            ("load", self.load()),
            ("memory", self.memory()),
            ("privilege", self.privilege().to_owned()),
            ("trace", self.tracing()),
            (
                "at the end",
                format!("up to {settle} until kernel memory stands still"),
            ),
        ];
        let files = self.endings().iter().map(|ending| self.file(ending));
        rows.extend(files.map(|path| ("writes", path.display().to_string())));
        rows.extend(self.missing.iter().map(|text| ("missing", text.clone())));
        rows.extend(self.obstacles().into_iter().map(|text| ("cannot", text)));
        let line = |(what, text): (&str, String)| format!("{what:<12}{text}\n");
        rows.into_iter().map(line).collect()
    }

    fn privilege(&self) -> &'static str {
        match self.access {
            Ok(Access::Direct) => "CAP_SYS_ADMIN: namespaces are made directly",
            Ok(Access::UserNamespace) => {
                "no CAP_SYS_ADMIN: a user namespace is made first, which works here"
            }
            Err(_) => "none",
        }
    }

    fn tracing(&self) -> String {
        self.trace.as_ref().map_or_else(
            || "none".to_owned(),
            |(_, events, kib)| {
                let (kinds, mib) = (events.there.len(), mib(*kib));
                format!("{kinds} kinds of events, {mib} MiB a CPU, in an ftrace instance that is removed at the end")
            },
        )
    }

    /// Files that will be written.
    pub(super) fn endings(&self) -> &'static [&'static str] {
        if self.trace.is_some() {
            &["toml", "csv", "trace.gz"]
        } else {
            &["toml", "csv"]
        }
    }

    fn load(&self) -> String {
        let order = &self.order;
        let limit = match self.machine.max_net_namespaces {
            Some(limit) if limit < order.calls => {
                format!("; at most {limit} can be alive (user.max_net_namespaces)")
            }
            _ => String::new(),
        };
        format!(
            "{} of unshare(CLONE_NEWNET) by {}, beside {}{limit}",
            counted(order.calls, "call"),
            counted(order.creators, "thread"),
            counted(order.noise_threads, "noise thread")
        )
    }

    fn memory(&self) -> String {
        let memory = &self.sample.memory;
        format!(
            "{} of {} MiB available; about {} MiB lost if nothing is freed during the loop; stops below {} MiB",
            mib(memory.available.unwrap_or(0)),
            mib(memory.total.unwrap_or(0)),
            mib(self.machine.worst_kib(self.order.calls)),
            mib(self.floor_kib())
        )
    }
}

/// What will be absent from the series.
pub(super) fn blind_spots(sample: &Sample) -> Vec<String> {
    let mut missing = Vec::new();
    if sample.slabs.kmalloc_kib.is_none() && sample.slabs.net_namespace.is_none() {
        missing.push(
            "/proc/slabinfo cannot be read (root may): netns_*, sock_inode_* and kmalloc_kb stay empty, and the most live namespaces are not known"
                .to_owned(),
        );
    } else if sample.slabs.net_namespace.is_none() {
        missing.push("no net_namespace in /proc/slabinfo (merged caches; boot with slab_nomerge): netns_* stay empty".to_owned());
    }
    if sample.workers.is_none() {
        missing.push(
            "no kworkers in /proc (a container's own process numbers?): kworkers_D and kworkers stay empty"
                .to_owned(),
        );
    }
    missing
}

/// A size for people.
fn mib(kib: u64) -> String {
    count(u64::try_from(nearest(kib, 1_024_u64)).unwrap_or(u64::MAX))
}
