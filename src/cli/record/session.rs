//! One recording: a lead-in, the loop, and the wait until the machine is quiet again.

use super::args::Order;
use super::clock::Clock;
use super::proc::{Proc, Sample};
use super::reproducer::{self, Shared, Stop};
use crate::cli::{interrupt, output};
use crate::report::nearest;
use std::io::{IsTerminal as _, stderr};
use std::thread;
use std::time::Duration;

/// Noise runs and memory is watched for so long before the first call \[ns\].
const LEAD_IN_NS: u64 = 1_000_000_000;
/// The machine is quiet when its kernel memory has not moved for so long \[ns\], as in the recordings of 5.10.
const QUIET_NS: u64 = 3_000_000_000;
/// The same where kworkers cannot be seen, so that a batch of `cleanup_net()` could hide in the silence \[ns\].
const QUIET_BLIND_NS: u64 = 10_000_000_000;
/// It has not moved if by no more than this \[KiB\], or than a hundredth of the most it grew.
const STILL_KIB: u64 = 1024;
/// So many kworkers more than at first may be blocked on a quiet machine.
const BLOCKED_SPARE: u64 = 2;
/// A signal is noticed within this time.
const NAP: Duration = Duration::from_millis(50);
/// Time between two lines of progress, on a terminal and elsewhere \[ns\].
const PROGRESS_NS: (u64, u64) = (500_000_000, 10_000_000_000);

/// A sample with its time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Row {
    /// Since the loop began \[ns\].
    pub(super) t_ns: u64,
    /// Calls done.
    pub(super) done: u64,
    /// What `/proc` said.
    pub(super) sample: Sample,
}

/// What was recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Recording {
    /// In order; the first is at the begin of the loop.
    pub(super) rows: Vec<Row>,
    /// Length of each call \[ns\], sorted.
    pub(super) lengths_ns: Vec<u64>,
    /// When the last creator ended \[ns\].
    pub(super) loop_ns: u64,
    /// What the available memory moved by itself in the second before \[KiB\].
    pub(super) restless_kib: u64,
    /// Since when kernel memory has stood still \[ns\], if it does.
    pub(super) settled_ns: Option<u64>,
    /// Why not all calls were made.
    pub(super) stop: Option<Stop>,
    /// A signal ended the recording.
    pub(super) interrupted: bool,
}

/// Ends the threads when the recording ends, by a panic too; they would be waited for otherwise.
struct Quit<'s>(&'s Shared);

impl Drop for Quit<'_> {
    fn drop(&mut self) {
        self.0.quit();
    }
}

/// Records. A signal ends it; nothing is returned if that comes before the first call.
pub(super) fn record(order: &Order, floor_kib: u64, proc: &mut Proc) -> Option<Recording> {
    let shared = &Shared::new(order.calls, order.creators);
    thread::scope(|scope| {
        let quit = Quit(shared);
        for _ in 0..order.noise_threads {
            scope.spawn(|| reproducer::noise(shared));
        }
        output::stderr("watching the machine for a second\n");
        let restless_kib = lead_in(order, proc)?;
        scope.spawn(move || reproducer::watch(shared, floor_kib));
        let mut session = Session {
            order,
            shared,
            rows: vec![Row {
                t_ns: 0,
                done: 0,
                sample: proc.sample(),
            }],
            interrupted: false,
            clock: Clock::start(),
        };
        let clock = session.clock;
        let creators: Vec<_> = (0..order.creators)
            .map(|_| scope.spawn(move || reproducer::create(shared, clock)))
            .collect();
        output::stderr(&format!("recording: {} calls\n", order.calls));
        let settled_ns = session.run(proc);
        drop(quit);
        let mut lengths_ns: Vec<u64> = creators
            .into_iter()
            .flat_map(|creator| creator.join().expect("a creator does not panic"))
            .collect();
        lengths_ns.sort_unstable();
        Some(Recording {
            rows: session.rows,
            restless_kib,
            lengths_ns,
            loop_ns: shared.ended_ns().expect("all creators have ended"),
            settled_ns,
            stop: shared.stopped().cloned(),
            interrupted: session.interrupted,
        })
    })
}

/// Looks how much the available memory moves by itself \[KiB\]; none if interrupted.
fn lead_in(order: &Order, proc: &mut Proc) -> Option<u64> {
    let clock = Clock::start();
    let (mut least, mut most) = (u64::MAX, 0);
    while clock.ns() < LEAD_IN_NS {
        let available = proc.sample().memory.available.unwrap_or(0);
        (least, most) = (least.min(available), most.max(available));
        if interrupted_within(order.sample_ns.min(LEAD_IN_NS)) {
            return None;
        }
    }
    Some(most - least)
}

/// Waits; whether a signal came.
fn interrupted_within(ns: u64) -> bool {
    let mut left = Duration::from_nanos(ns);
    while !interrupt::requested() && !left.is_zero() {
        let nap = left.min(NAP);
        thread::sleep(nap);
        left -= nap;
    }
    interrupt::requested()
}

/// The part from the first call on.
struct Session<'s> {
    order: &'s Order,
    shared: &'s Shared,
    clock: Clock,
    rows: Vec<Row>,
    interrupted: bool,
}

impl Session<'_> {
    /// Samples until the machine is quiet, time is up or a signal comes; since when it is quiet \[ns\].
    fn run(&mut self, proc: &mut Proc) -> Option<u64> {
        let step = self.order.sample_ns;
        let mut progress = Progress::default();
        loop {
            let now = self.clock.ns();
            let next = (now / step + 1) * step;
            if interrupted_within(next - now) {
                self.interrupted = true;
                if self.shared.ended_ns().is_none() {
                    self.shared.stop(Stop::Interrupted);
                }
                self.sample(proc);
                return None;
            }
            self.sample(proc);
            let ended_ns = self.shared.ended_ns();
            progress.show(self, ended_ns.is_some());
            // The last row shows all calls: a sample takes a while, and the loop may have ended meanwhile.
            let Some(ended_ns) = ended_ns.filter(|&at| self.shows_what_follows(at)) else {
                continue;
            };
            let settled = settled_ns(&self.rows, ended_ns);
            if settled.is_some() || self.clock.ns() >= ended_ns + self.order.settle_ns {
                return settled;
            }
        }
    }

    fn shows_what_follows(&self, ended_ns: u64) -> bool {
        self.rows.last().is_some_and(|row| row.t_ns >= ended_ns)
    }

    fn sample(&mut self, proc: &mut Proc) {
        self.rows.push(Row {
            t_ns: self.clock.ns(),
            done: self.shared.done(),
            sample: proc.sample(),
        });
    }
}

/// Since when kernel memory has stood still \[ns\], if that is long enough and no worker is known to be at it.
///
/// Available memory is what the floor and the report are about, but other programs move it all the time; slabs and
/// per-CPU areas hold nearly all of a namespace and little of what those do.
fn settled_ns(rows: &[Row], ended_ns: u64) -> Option<u64> {
    let kernel = |row: &Row| row.sample.memory.kernel();
    let (first, last) = (rows.first()?, rows.last()?);
    let (at_first, at_last) = (kernel(first)?, kernel(last)?);
    let most = rows.iter().filter_map(kernel).max()?;
    let still = STILL_KIB.max(most.saturating_sub(at_first) / 100);
    let quiet_ns = match (first.sample.workers, last.sample.workers) {
        (Some(before), Some(now)) => {
            if now.cleanup_net || now.blocked > before.blocked + BLOCKED_SPARE {
                return None;
            }
            QUIET_NS
        }
        _ => QUIET_BLIND_NS,
    };
    let since = rows
        .iter()
        .rev()
        .take_while(|row| row.t_ns >= ended_ns)
        .take_while(|row| kernel(row).is_some_and(|kib| kib.abs_diff(at_last) <= still))
        .last()?;
    (last.t_ns - since.t_ns >= quiet_ns).then_some(since.t_ns)
}

/// A word on stderr now and then.
#[derive(Default)]
struct Progress {
    shown_ns: u64,
}

impl Progress {
    fn show(&mut self, session: &Session<'_>, ended: bool) {
        let (Some(first), Some(row)) = (session.rows.first(), session.rows.last()) else {
            return;
        };
        let terminal = stderr().is_terminal();
        let step = if terminal {
            PROGRESS_NS.0
        } else {
            PROGRESS_NS.1
        };
        if row.t_ns < self.shown_ns + step {
            return;
        }
        self.shown_ns = row.t_ns;
        let available = |row: &Row| row.sample.memory.available.unwrap_or(0);
        let lost = nearest(available(first).saturating_sub(available(row)), 1_024_u64);
        let phase = if ended {
            "waiting for memory"
        } else {
            "recording"
        };
        let blocked = row.sample.workers.map_or_else(String::new, |workers| {
            format!(", {} kworkers blocked", workers.blocked)
        });
        let text = format!(
            "{phase}: {} of {} calls, {} s, {lost} MiB lost{blocked}",
            row.done,
            session.order.calls,
            row.t_ns / 1_000_000_000
        );
        output::stderr(&if terminal {
            format!("\r\x1b[K{text}")
        } else {
            format!("{text}\n")
        });
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown_ns > 0 && stderr().is_terminal() {
            output::stderr("\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::proc::{Memory, Workers};
    use super::*;

    /// A row each 100 ms with that much kernel memory \[KiB\] and, if they can be seen, so many blocked workers.
    fn rows(kernel: impl IntoIterator<Item = u64>, blocked: Option<u64>) -> Vec<Row> {
        let rows = kernel.into_iter().zip(0..).map(|(kernel, index)| Row {
            t_ns: index * 100_000_000,
            done: 0,
            sample: Sample {
                memory: Memory {
                    unreclaimable: Some(kernel),
                    ..Memory::default()
                },
                workers: blocked.map(|blocked| Workers {
                    blocked: if index == 0 { 0 } else { blocked },
                    ..Workers::default()
                }),
                ..Sample::default()
            },
        });
        rows.collect()
    }

    /// One second up by a gigabyte, one second back but for 20 MB, then still.
    fn hump(still_rows: usize) -> Vec<u64> {
        let up = (0..10).map(|i| 50_000 + i * 100_000);
        let down = (0..10).map(|i| 1_050_000 - i * 100_000);
        let still = (0..still_rows).map(|i| if i % 2 == 0 { 70_000 } else { 71_000 });
        up.chain(down).chain(still).collect()
    }

    #[test]
    fn the_machine_is_quiet_when_its_memory_stands_still_and_nobody_is_blocked() {
        let ended_ns = 1_000_000_000;
        let since = Some(2_000_000_000);
        assert_eq!(settled_ns(&rows(hump(31), Some(2)), ended_ns), since);
        for (rows, why) in [
            (rows(hump(30), Some(2)), "too short"),
            (rows(hump(99), Some(3)), "blocked"),
            (rows(hump(31), None), "blind"),
        ] {
            assert_eq!(settled_ns(&rows, ended_ns), None, "{why}");
        }
        assert_eq!(settled_ns(&rows(hump(101), None), ended_ns), since);
        let late = settled_ns(&rows(hump(31), Some(0)), 9_000_000_000);
        assert_eq!(
            late, None,
            "silence before the end of the loop does not count"
        );
    }

    #[test]
    fn while_cleanup_net_runs_nothing_is_settled() {
        let mut rows = rows(hump(50), Some(0));
        let last = rows.last_mut().expect("rows").sample.workers.as_mut();
        last.expect("workers").cleanup_net = true;
        assert_eq!(settled_ns(&rows, 0), None);
    }
}
