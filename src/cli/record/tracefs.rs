//! The trace of a recording: an ftrace instance of its own.
//!
//! `mkdir instances/NAME` gives a second ring buffer with its own size, clock, switch and events (since Linux 3.10).
//! The machine's own tracing, which somebody else may be using, is not touched, and removing the instance undoes
//! everything at once: when the [`Instance`] is dropped, however the recording ends. Only a kill -9 leaves it behind;
//! the next recording removes it.

use crate::cli::output;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// Where tracefs may be mounted; the second place is the old one.
const PLACES: [&str; 2] = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

/// Names of our instances begin so; the process number follows.
const OURS: &str = "rcusim-";

/// Events to record, and the figures that are absent without them.
const EVENTS: [(&str, &[&str], &str); 4] = [
    (
        "rcu",
        &["rcu_barrier"],
        "barrier calls, early exits, steals, waits for the mutex",
    ),
    ("rcu", &["rcu_grace_period"], "lengths of grace periods"),
    (
        "rcu",
        &["rcu_batch_start", "rcu_batch_end"],
        "callbacks per batch",
    ),
    (
        "workqueue",
        &[
            "workqueue_queue_work",
            "workqueue_activate_work",
            "workqueue_execute_start",
            "workqueue_execute_end",
        ],
        "waits and runs of works, cleanup_net() calls, works at once",
    ),
];

/// A mounted tracefs. Its two deeds are fields, so that tests can do them on a plain folder.
#[derive(Clone, Debug)]
pub(super) struct Tracefs {
    root: PathBuf,
    make: fn(&Path) -> io::Result<()>,
    remove: fn(&Path) -> io::Result<()>,
}

/// What can be traced.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Events {
    /// `SYSTEM/EVENT`, each of them there.
    pub(super) there: Vec<String>,
    /// A sentence for each group that is not there: what is absent without it.
    pub(super) missing: Vec<String>,
}

/// A ring buffer of ours; dropped, it is gone.
#[derive(Debug)]
pub(super) struct Instance {
    folder: PathBuf,
    remove: fn(&Path) -> io::Result<()>,
}

impl Tracefs {
    /// Finds it, or says what to do.
    pub(super) fn find(given: Option<&Path>) -> Result<Self, String> {
        let places: Vec<&Path> =
            given.map_or_else(|| PLACES.iter().map(Path::new).collect(), |root| vec![root]);
        let mut why = String::new();
        for root in &places {
            match fs::metadata(root.join("instances")) {
                Ok(_) => {
                    return Ok(Self {
                        root: root.to_path_buf(),
                        make: |path| fs::create_dir(path),
                        remove: |path| fs::remove_dir(path),
                    });
                }
                Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                    why = format!("{} may not be read: run as root", root.display());
                }
                Err(_) => {}
            }
        }
        if why.is_empty() {
            why = format!(
                "no tracefs at {}: `mount -t tracefs tracefs {}` as root, if the kernel has CONFIG_TRACING",
                places[0].display(),
                places[0].display()
            );
        }
        Err(why)
    }

    /// Looks for the events.
    pub(super) fn events(&self) -> Events {
        let mut events = Events::default();
        let there = |path: &str| self.root.join("events").join(path).join("enable").exists();
        for (system, names, figures) in EVENTS {
            let paths: Vec<_> = names
                .iter()
                .map(|name| format!("{system}/{name}"))
                .collect();
            if paths.iter().all(|path| there(path)) {
                events.there.extend(paths);
            } else {
                let config = match system {
                    "rcu" => " (kernel without CONFIG_RCU_TRACE)",
                    _ => "",
                };
                let names = names.join(", ");
                events.missing.push(format!(
                    "no event {system}:{names}{config}: the trace will not tell {figures}"
                ));
            }
        }
        events
    }

    /// Makes the instance and starts to trace; what was made is gone again if any of it fails.
    pub(super) fn start(&self, events: &[String], buffer_kib: u64) -> Result<Instance, String> {
        self.remove_stale();
        let folder = self
            .root
            .join("instances")
            .join(format!("{OURS}{}", std::process::id()));
        (self.make)(&folder).map_err(|error| match error.kind() {
            ErrorKind::PermissionDenied => {
                format!("{} may not be made: run as root", folder.display())
            }
            _ => format!("cannot make {}: {error}", folder.display()),
        })?;
        let instance = Instance {
            folder,
            remove: self.remove,
        };
        instance.set("tracing_on", "0")?;
        instance.set("buffer_size_kb", &buffer_kib.to_string())?;
        for event in events {
            instance.set(&format!("events/{event}/enable"), "1")?;
        }
        instance.set("tracing_on", "1")?;
        Ok(instance)
    }

    /// Removes what killed recordings left; one that still runs keeps its own.
    fn remove_stale(&self) {
        let entries = fs::read_dir(self.root.join("instances"));
        for entry in entries.into_iter().flatten().flatten() {
            let name = entry.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix(OURS));
            let Some(number) = number.and_then(|number| number.parse::<u32>().ok()) else {
                continue;
            };
            if !Path::new("/proc").join(number.to_string()).exists() {
                drop(Instance {
                    folder: entry.path(),
                    remove: self.remove,
                });
            }
        }
    }
}

impl Instance {
    /// Writes a setting, which must be there.
    fn set(&self, name: &str, value: &str) -> Result<(), String> {
        let path = self.folder.join(name);
        let file = OpenOptions::new().write(true).truncate(true).open(&path);
        file.and_then(|mut file| file.write_all(value.as_bytes()))
            .map_err(|error| format!("cannot write {value} to {}: {error}", path.display()))
    }

    /// Stops recording; the buffer keeps what it has.
    pub(super) fn stop(&self) -> Result<(), String> {
        self.set("tracing_on", "0")
    }

    /// The clock of the time stamps: the marked word of `[local] global counter`.
    pub(super) fn clock(&self) -> Option<String> {
        let text = fs::read_to_string(self.folder.join("trace_clock")).ok()?;
        let (_, rest) = text.split_once('[')?;
        Some(rest.split_once(']')?.0.to_owned())
    }

    /// Events that the buffer had no room for, over all CPUs.
    pub(super) fn lost(&self) -> u64 {
        let folders = fs::read_dir(self.folder.join("per_cpu"));
        let stats = folders
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|folder| fs::read_to_string(folder.path().join("stats")).ok());
        stats.map(|text| lost(&text)).sum()
    }

    /// The trace as text.
    pub(super) fn text(&self) -> io::Result<File> {
        File::open(self.folder.join("trace"))
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // Nothing is left to do if these fail: removing the instance does it all, or says why not.
        drop(self.set("tracing_on", "0"));
        drop(self.set("events/enable", "0"));
        if let Err(error) = (self.remove)(&self.folder) {
            let folder = self.folder.display();
            output::stderr(&format!(
                "warning: cannot remove {folder}: {error}; remove it with `rmdir {folder}`\n"
            ));
        }
    }
}

/// Lost events in one CPU's `stats`.
fn lost(stats: &str) -> u64 {
    let lines = stats.lines().filter_map(|line| line.split_once(':'));
    lines
        .filter(|(name, _)| matches!(*name, "overrun" | "commit overrun" | "dropped events"))
        .filter_map(|(_, value)| value.trim().parse::<u64>().ok())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plain folder that looks like a tracefs with one foreign instance.
    fn fake(name: &str, events: &[&str]) -> PathBuf {
        let root = std::env::temp_dir().join(format!("rcusim-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&root));
        fs::create_dir_all(root.join("instances/theirs")).expect("writable");
        for event in events {
            let folder = root.join("events").join(event);
            fs::create_dir_all(&folder).expect("writable");
            fs::write(folder.join("enable"), "1").expect("writable");
        }
        for (file, text) in [
            ("tracing_on", "1"),
            ("buffer_size_kb", "7"),
            ("trace", "theirs"),
        ] {
            fs::write(root.join(file), text).expect("writable");
        }
        root
    }

    /// What the kernel puts into a new instance.
    fn populate(folder: &Path) -> io::Result<()> {
        fs::create_dir(folder)?;
        fs::create_dir_all(folder.join("per_cpu/cpu0"))?;
        fs::write(
            folder.join("per_cpu/cpu0/stats"),
            "entries: 9\noverrun: 3\ncommit overrun: 0\nbytes: 5\ndropped events: 4\n",
        )?;
        fs::create_dir_all(folder.join("events/rcu/rcu_barrier"))?;
        for (file, text) in [
            ("tracing_on", "1"),
            ("buffer_size_kb", "7 (expanded: 1408)"),
            ("trace_clock", "local [global] counter"),
            ("trace", "# tracer: nop\n"),
            ("events/enable", "0"),
            ("events/rcu/rcu_barrier/enable", "0"),
        ] {
            fs::write(folder.join(file), text)?;
        }
        Ok(())
    }

    fn tree(root: &Path) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder").flatten() {
                let path = entry.path();
                let text = fs::read_to_string(&path).unwrap_or_default();
                if path.is_dir() {
                    folders.push(path.clone());
                }
                found.push((path, text));
            }
        }
        found.sort();
        found
    }

    fn on(root: &Path, make: fn(&Path) -> io::Result<()>) -> Tracefs {
        Tracefs {
            make,
            remove: |path| fs::remove_dir_all(path),
            ..Tracefs::find(Some(root)).expect("it is there")
        }
    }

    #[test]
    fn settings_are_those_of_the_instance_and_everything_is_as_it_was() {
        let root = fake("tracefs", &["rcu/rcu_barrier", "rcu/rcu_utilization"]);
        let before = tree(&root);
        let tracefs = on(&root, populate);
        let events = tracefs.events();
        assert_eq!(events.there, ["rcu/rcu_barrier"]);
        assert_eq!(events.missing.len(), 3);
        assert!(events.missing[0].contains("CONFIG_RCU_TRACE"), "{events:?}");

        let instance = tracefs.start(&events.there, 16_384).expect("it starts");
        let read = |name: &str| fs::read_to_string(instance.folder.join(name)).expect("a setting");
        assert_eq!(read("tracing_on"), "1");
        assert_eq!(read("buffer_size_kb"), "16384");
        assert_eq!(read("events/rcu/rcu_barrier/enable"), "1");
        assert_eq!(instance.clock().as_deref(), Some("global"));
        assert_eq!(instance.lost(), 7);
        instance.stop().expect("a setting");
        assert_eq!(read("tracing_on"), "0");
        drop(instance);
        assert_eq!(tree(&root), before, "nothing else was touched");
        fs::remove_dir_all(root).expect("it is there");
    }

    #[test]
    fn a_start_that_fails_half_way_leaves_nothing() {
        let root = fake("tracefs-half", &["rcu/rcu_barrier"]);
        let before = tree(&root);
        let tracefs = on(&root, |folder| {
            populate(folder)?;
            fs::remove_file(folder.join("events/rcu/rcu_barrier/enable"))
        });
        let why = tracefs.start(&["rcu/rcu_barrier".to_owned()], 64);
        let why = why.expect_err("the event cannot be enabled");
        assert!(why.contains("events/rcu/rcu_barrier/enable"), "{why}");
        assert_eq!(tree(&root), before);
        fs::remove_dir_all(root).expect("it is there");
    }

    #[test]
    fn a_panic_restores_too() {
        let root = fake("tracefs-panic", &["rcu/rcu_barrier"]);
        let before = tree(&root);
        let tracefs = on(&root, populate);
        let caught = std::panic::catch_unwind(|| {
            let _instance = tracefs.start(&[], 64).expect("it starts");
            std::panic::resume_unwind(Box::new("a recording goes wrong"));
        });
        assert!(caught.is_err());
        assert_eq!(tree(&root), before);
        fs::remove_dir_all(root).expect("it is there");
    }

    #[test]
    fn what_a_killed_recording_left_is_removed_and_a_running_ones_is_not() {
        let root = fake("tracefs-stale", &[]);
        // Process numbers end below four million.
        for name in ["rcusim-4294967295", "rcusim-1", "rcusim-mine"] {
            fs::create_dir(root.join("instances").join(name)).expect("writable");
        }
        let tracefs = on(&root, populate);
        drop(tracefs.start(&[], 64).expect("it starts"));
        let left = |name: &str| root.join("instances").join(name).exists();
        assert!(!left("rcusim-4294967295"));
        assert!(left("rcusim-1") && left("rcusim-mine") && left("theirs"));
        fs::remove_dir_all(root).expect("it is there");
    }

    #[test]
    fn a_missing_tracefs_is_said_with_what_to_do() {
        let why = Tracefs::find(Some(Path::new("/nonexistent"))).expect_err("it is not there");
        assert!(why.contains("mount -t tracefs"), "{why}");
    }
}
