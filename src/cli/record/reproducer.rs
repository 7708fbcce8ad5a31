//! The load: threads that make network namespaces, threads that keep RCU callbacks coming, and the one that watches
//! the memory.
//!
//! Each call of `unshare(CLONE_NEWNET)` gives the calling thread a new namespace and leaves the one it had to
//! `cleanup_net()`. The program's first thread stays where it is.

use super::clock::Clock;
use super::proc::Proc;
use nix::sched::{CloneFlags, unshare};
use std::fs::File;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

/// Time between two looks at the memory: what 20 ms can take is far less than a floor leaves.
const WATCH: Duration = Duration::from_millis(20);
/// The noise of the recordings: so many files, then so long a sleep.
const NOISE_FILES: usize = 10;
const NOISE_SLEEP: Duration = Duration::from_millis(2);

/// Why no more namespaces are made, if not because all were.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Stop {
    /// So much memory was left \[KiB\].
    Floor(u64),
    /// The memory can no longer be watched.
    Blind,
    /// A signal.
    Interrupted,
    /// What `unshare()` said.
    Refused(String),
}

/// What the threads share.
#[derive(Debug)]
pub(super) struct Shared {
    calls: u64,
    /// Calls begun.
    next: AtomicU64,
    /// Calls done.
    done: AtomicU64,
    /// Creators that still run.
    running: AtomicU64,
    /// End of the last creator \[ns\].
    ended_ns: AtomicU64,
    reason: OnceLock<Stop>,
    /// No more calls.
    stop: AtomicBool,
    /// No more noise and no more watching either.
    quit: AtomicBool,
}

impl Shared {
    /// For so many calls by so many threads.
    pub(super) const fn new(calls: u64, creators: u64) -> Self {
        Self {
            calls,
            next: AtomicU64::new(0),
            done: AtomicU64::new(0),
            running: AtomicU64::new(creators),
            ended_ns: AtomicU64::new(0),
            reason: OnceLock::new(),
            stop: AtomicBool::new(false),
            quit: AtomicBool::new(false),
        }
    }

    /// Calls done.
    pub(super) fn done(&self) -> u64 {
        self.done.load(Relaxed)
    }

    /// When the last creator ended \[ns\], if all have.
    pub(super) fn ended_ns(&self) -> Option<u64> {
        (self.running.load(Relaxed) == 0).then(|| self.ended_ns.load(Relaxed))
    }

    /// Ends the creation of namespaces; the first reason counts.
    pub(super) fn stop(&self, reason: Stop) {
        // A later reason changes nothing: it has ended already.
        drop(self.reason.set(reason));
        self.stop.store(true, Relaxed);
    }

    /// Why creation ended early, if it did.
    pub(super) fn stopped(&self) -> Option<&Stop> {
        self.reason.get()
    }

    /// Ends every thread.
    pub(super) fn quit(&self) {
        self.stop.store(true, Relaxed);
        self.quit.store(true, Relaxed);
    }
}

/// Makes namespaces until there are enough; the length of each call \[ns\].
pub(super) fn create(shared: &Shared, clock: Clock) -> Vec<u64> {
    let mut lengths = Vec::new();
    while !shared.stop.load(Relaxed) && shared.next.fetch_add(1, Relaxed) < shared.calls {
        let begin = clock.ns();
        if let Err(error) = unshare(CloneFlags::CLONE_NEWNET) {
            shared.stop(Stop::Refused(error.to_string()));
            break;
        }
        lengths.push(clock.ns() - begin);
        shared.done.fetch_add(1, Relaxed);
    }
    shared.ended_ns.fetch_max(clock.ns(), Relaxed);
    shared.running.fetch_sub(1, Relaxed);
    lengths
}

/// Opens and closes a file, ten times every two milliseconds: on kernels before 6.7 the file of each close goes to
/// `call_rcu()`, later only what `/proc` frees with it.
pub(super) fn noise(shared: &Shared) {
    while !shared.quit.load(Relaxed) {
        for _ in 0..NOISE_FILES {
            drop(File::open("/proc/version"));
        }
        thread::sleep(NOISE_SLEEP);
    }
}

/// Stops the creators when less memory than the floor \[KiB\] is available. It is a thread of its own, because a
/// sample may have to wait for a lock of a kernel in trouble.
pub(super) fn watch(shared: &Shared, floor_kib: u64) {
    let mut proc = Proc::open(Path::new("/proc"));
    while !shared.quit.load(Relaxed) && !shared.stop.load(Relaxed) {
        match proc.memory().available {
            Some(available) if available < floor_kib => shared.stop(Stop::Floor(available)),
            Some(_) => thread::sleep(WATCH),
            None => shared.stop(Stop::Blind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_the_floor_no_call_is_made() {
        let shared = Shared::new(1_000, 1);
        watch(&shared, u64::MAX);
        assert!(matches!(shared.stopped(), Some(Stop::Floor(1..))));
        assert!(create(&shared, Clock::start()).is_empty());
        assert_eq!(shared.done(), 0);
        assert!(shared.ended_ns().is_some());
    }

    #[test]
    fn the_first_reason_to_stop_counts() {
        let shared = Shared::new(1, 1);
        shared.stop(Stop::Interrupted);
        shared.stop(Stop::Blind);
        assert_eq!(shared.stopped(), Some(&Stop::Interrupted));
        assert_eq!(shared.ended_ns(), None);
    }
}
