//! What is sampled from `/proc`, with as few traces of its own as can be.
//!
//! Closing a file is an RCU callback on many kernels, and callbacks are what a barrier waits for. So each file is
//! opened once and read again from its start; with hundreds of kworkers that also makes a sample cheap. What cannot be
//! read stays `None` and becomes an empty column.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

/// Files that a recording reads at every sample.
pub(super) struct Proc {
    root: PathBuf,
    meminfo: Option<File>,
    slabinfo: Option<File>,
    kworkers: Kworkers,
    buffer: Vec<u8>,
}

/// One line of the CSV, but for the time and the calls done. What could not be read is absent.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Sample {
    /// Memory \[KiB\].
    pub(super) memory: Memory,
    /// Slab objects.
    pub(super) slabs: Slabs,
    /// Kernel worker threads.
    pub(super) workers: Option<Workers>,
}

/// Lines of `/proc/meminfo` \[KiB\].
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Memory {
    pub(super) total: Option<u64>,
    pub(super) available: Option<u64>,
    pub(super) free: Option<u64>,
    pub(super) slab: Option<u64>,
    pub(super) unreclaimable: Option<u64>,
    pub(super) percpu: Option<u64>,
    pub(super) stacks: Option<u64>,
}

impl Memory {
    /// What namespaces are made of and little else is: slabs that cannot be reclaimed and per-CPU areas \[KiB\].
    pub(super) fn kernel(&self) -> Option<u64> {
        Some(self.unreclaimable? + self.percpu.unwrap_or(0))
    }
}

/// Lines of `/proc/slabinfo`: active objects, and active objects times their size \[KiB\].
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Slabs {
    pub(super) net_namespace: Option<(u64, u64)>,
    pub(super) sock_inode_cache: Option<(u64, u64)>,
    /// All caches whose name begins with `kmalloc-`.
    pub(super) kmalloc_kib: Option<u64>,
}

/// Kernel worker threads at one time.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Workers {
    /// In uninterruptible sleep.
    pub(super) blocked: u64,
    /// All.
    pub(super) all: u64,
    /// One of them is in `cleanup_net()`: its name ends in `+netns`.
    pub(super) cleanup_net: bool,
}

/// Which threads are kworkers, each with its `stat` held open.
#[derive(Default)]
struct Kworkers {
    held: BTreeMap<u32, File>,
    /// Everything else: not read again. A thread that takes over such a number between two samples is missed.
    others: BTreeSet<u32>,
}

impl Proc {
    /// Opens what there is below `root`, which is `/proc` but in tests.
    pub(super) fn open(root: &Path) -> Self {
        let open = |name: &str| {
            let mut buffer = Vec::new();
            let file = File::open(root.join(name)).ok();
            file.filter(|file| read_again(file, &mut buffer).is_some())
        };
        Self {
            root: root.to_owned(),
            meminfo: open("meminfo"),
            slabinfo: open("slabinfo"),
            kworkers: Kworkers::default(),
            buffer: Vec::new(),
        }
    }

    /// Everything, now.
    pub(super) fn sample(&mut self) -> Sample {
        Sample {
            memory: self.memory(),
            slabs: self.slabs(),
            workers: self.workers(),
        }
    }

    /// `/proc/meminfo`; takes no lock that sleeps, so it answers on a machine that is in trouble too.
    pub(super) fn memory(&mut self) -> Memory {
        let file = self.meminfo.as_ref();
        let text = file.and_then(|file| read_again(file, &mut self.buffer));
        text.map_or_else(Memory::default, parse_memory)
    }

    fn slabs(&mut self) -> Slabs {
        let file = self.slabinfo.as_ref();
        let text = file.and_then(|file| read_again(file, &mut self.buffer));
        text.map_or_else(Slabs::default, parse_slabs)
    }

    /// The kworkers, if kernel threads can be seen from here: not from a container's own process numbers.
    fn workers(&mut self) -> Option<Workers> {
        let numbers = processes(&self.root);
        self.kworkers.held.retain(|pid, _| numbers.contains(pid));
        self.kworkers.others.retain(|pid| numbers.contains(pid));
        let mut workers = Workers::default();
        for pid in numbers {
            if self.kworkers.others.contains(&pid) {
                continue;
            }
            let held = self.kworkers.held.remove(&pid);
            let path = || self.root.join(pid.to_string()).join("stat");
            let Some(file) = held.or_else(|| File::open(path()).ok()) else {
                continue;
            };
            let text = read_again(&file, &mut self.buffer);
            let Some((name, state)) = text.and_then(parse_stat) else {
                continue;
            };
            if name.starts_with("kworker/") {
                workers.all += 1;
                workers.blocked += u64::from(state == "D");
                workers.cleanup_net |= name.ends_with("+netns");
                self.kworkers.held.insert(pid, file);
            } else if name != "kthreadd" {
                // A new kernel thread bears kthreadd's name until it is given its own.
                self.kworkers.others.insert(pid);
            }
        }
        (workers.all > 0).then_some(workers)
    }

    /// Whether a kernel thread has that name, or is the rescuer of a workqueue of that name; none if kernel threads
    /// cannot be seen.
    pub(super) fn has_thread(&self, name: &str) -> Option<bool> {
        let names: Vec<String> = processes(&self.root)
            .into_iter()
            .filter_map(|pid| fs::read_to_string(self.root.join(pid.to_string()).join("comm")).ok())
            .collect();
        let named = |wanted: &str| names.iter().any(|name| name.trim_end() == wanted);
        named("kthreadd").then(|| named(name) || named(&format!("kworker/R-{name}")))
    }
}

/// Numbers of the processes below `root`, in order.
fn processes(root: &Path) -> BTreeSet<u32> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

/// The whole text of a file that may be read again and again.
fn read_again<'b>(file: &File, buffer: &'b mut Vec<u8>) -> Option<&'b str> {
    const PIECE: usize = 16 * 1024;
    let mut length = 0;
    loop {
        if buffer.len() < length + PIECE {
            buffer.resize(length + PIECE, 0);
        }
        let read = file.read_at(&mut buffer[length..], u64::try_from(length).ok()?);
        match read.ok()? {
            0 => return std::str::from_utf8(&buffer[..length]).ok(),
            read => length += read,
        }
    }
}

/// A word of a line, or nothing.
pub(super) fn word(line: &str, index: usize) -> &str {
    line.split_ascii_whitespace().nth(index).unwrap_or("")
}

fn parse_memory(text: &str) -> Memory {
    let mut memory = Memory::default();
    for line in text.lines() {
        let value = word(line, 1).parse().ok();
        match word(line, 0) {
            "MemTotal:" => memory.total = value,
            "MemAvailable:" => memory.available = value,
            "MemFree:" => memory.free = value,
            "Slab:" => memory.slab = value,
            "SUnreclaim:" => memory.unreclaimable = value,
            "Percpu:" => memory.percpu = value,
            "KernelStack:" => memory.stacks = value,
            _ => {}
        }
    }
    memory
}

fn parse_slabs(text: &str) -> Slabs {
    let mut slabs = Slabs::default();
    let mut kmalloc_bytes = None;
    for line in text.lines() {
        let number = |index| word(line, index).parse::<u64>().ok();
        let (Some(active), Some(bytes)) = (number(1), number(3)) else {
            continue;
        };
        let bytes = active * bytes;
        match word(line, 0) {
            "net_namespace" => slabs.net_namespace = Some((active, bytes / 1024)),
            "sock_inode_cache" => slabs.sock_inode_cache = Some((active, bytes / 1024)),
            name if name.starts_with("kmalloc-") => {
                kmalloc_bytes = Some(kmalloc_bytes.unwrap_or(0) + bytes);
            }
            _ => {}
        }
    }
    slabs.kmalloc_kib = kmalloc_bytes.map(|bytes| bytes / 1024);
    slabs
}

/// Name and state in `/proc/PID/stat`; the name is in brackets and may contain anything.
fn parse_stat(text: &str) -> Option<(&str, &str)> {
    let (open, close) = (text.find('(')?, text.rfind(')')?);
    Some((text.get(open + 1..close)?, word(&text[close + 1..], 0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fake(name: &str, files: &[(&str, &str)]) -> PathBuf {
        let root = std::env::temp_dir().join(format!("rcusim-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&root));
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().expect("below the root")).expect("writable");
            fs::write(path, text).expect("writable");
        }
        root
    }

    #[test]
    fn a_sample_is_what_the_files_say_now() {
        let slabinfo = "slabinfo - version: 2.1\n\
            # name            <active_objs> <num_objs> <objsize> <objperslab>\n\
            net_namespace        100    105   3072    5    4 : tunables 0 0 0\n\
            sock_inode_cache      42     42    768   21    4 : tunables 0 0 0\n\
            dma-kmalloc-1k         9      9   1024   16    4 : tunables 0 0 0\n\
            kmalloc-cg-1k          2     16   1024   16    4 : tunables 0 0 0\n\
            kmalloc-1k             6     16   1024   16    4 : tunables 0 0 0\n";
        let root = fake(
            "proc",
            &[
                (
                    "meminfo",
                    "MemTotal: 100 kB\nMemAvailable:  90 kB\nSlab: 7 kB\n",
                ),
                ("slabinfo", slabinfo),
                ("1/stat", "1 (init) S 0 1"),
                ("2/stat", "2 (kthreadd) S 0 1"),
                ("7/stat", "7 (kworker/u4:1+netns) I 2 0"),
                ("9/stat", "9 (kworker/1:0-events) D 2 0"),
                ("11/stat", "11 (a (kworker/) D) S 1 0"),
            ],
        );
        let mut proc = Proc::open(&root);
        let sample = proc.sample();
        assert_eq!(sample.memory.available, Some(90));
        assert_eq!(sample.memory.percpu, None);
        assert_eq!(sample.slabs.net_namespace, Some((100, 300)));
        assert_eq!(sample.slabs.sock_inode_cache, Some((42, 31)));
        assert_eq!(sample.slabs.kmalloc_kib, Some(8));
        let workers = sample.workers.expect("kworkers are there");
        assert_eq!((workers.blocked, workers.all), (1, 2));
        assert!(workers.cleanup_net);

        fs::write(root.join("7/stat"), "7 (kworker/u4:1-netns) I 2 0").expect("writable");
        fs::remove_dir_all(root.join("9")).expect("writable");
        let workers = proc.sample().workers.expect("a kworker is there");
        assert_eq!((workers.blocked, workers.all), (0, 1));
        assert!(!workers.cleanup_net);
        fs::remove_dir_all(root).expect("it is there");
    }

    #[test]
    fn what_cannot_be_read_is_absent() {
        let root = fake("proc-bare", &[("1/stat", "1 (sh) S 0 1"), ("1/comm", "sh")]);
        let mut proc = Proc::open(&root);
        assert_eq!(proc.sample(), Sample::default());
        assert_eq!(
            proc.has_thread("inet_frag_wq"),
            None,
            "no kernel threads here"
        );
        fs::create_dir_all(root.join("2")).expect("writable");
        fs::write(root.join("2/comm"), "kthreadd\n").expect("writable");
        assert_eq!(proc.has_thread("inet_frag_wq"), Some(false));
        fs::write(root.join("1/comm"), "kworker/R-inet_frag_wq\n").expect("writable");
        assert_eq!(proc.has_thread("inet_frag_wq"), Some(true));
        fs::remove_dir_all(root).expect("it is there");
    }
}
