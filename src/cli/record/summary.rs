//! The recording's TOML and what is printed about it.

use super::args::Order;
use super::machine::Machine;
use super::proc::Sample;
use super::reproducer::Stop;
use super::session::{Recording, Row};
use crate::report::{counted, nearest};
use std::fmt::Write as _;

/// Everything that is known about a recording.
pub(super) struct Summary<'r> {
    /// Of its files.
    pub(super) name: &'r str,
    /// What was asked for.
    pub(super) order: &'r Order,
    /// Where it ran.
    pub(super) machine: &'r Machine,
    /// What was seen.
    pub(super) recording: &'r Recording,
    /// Clock of the trace and events lost, if there is a trace.
    pub(super) trace: Option<(Option<String>, u64)>,
    /// Sentences about what is absent.
    pub(super) missing: &'r [String],
}

/// Writing to a string cannot fail.
macro_rules! put {
    ($out:expr, $($arg:tt)*) => { writeln!($out, $($arg)*).expect("a string takes everything") };
}

impl Summary<'_> {
    /// The keys of the recordings of 5.10, and a few more.
    pub(super) fn toml(&self) -> String {
        let (order, machine, recording) = (self.order, self.machine, self.recording);
        let mut out = String::new();
        put!(out, "name = {}", quoted(self.name));
        put!(out, "kernel = {}", quoted(&machine.release));
        put!(out, "hz = {}", machine.hz);
        if let Some(preempt) = machine.preempt {
            // The simulator knows three; the others are preemptible too.
            let known = ["none", "voluntary"].contains(&preempt);
            let word = if known { preempt } else { "full" };
            put!(out, "preempt = {}   # {preempt}", quoted(word));
        }
        if let Some(preempt_rcu) = machine.preempt_rcu {
            put!(out, "preempt_rcu = {preempt_rcu}");
        }
        put!(out, "barrier = \"mutex\"");
        put!(
            out,
            "max_active = {}   # WQ_DFL_ACTIVE by version",
            machine.max_active()
        );
        match machine.policy.name {
            Some(policy) => put!(
                out,
                "policy = {}   # {}",
                quoted(policy),
                machine.policy.why
            ),
            None => put!(out, "# policy: not known, {}", machine.policy.why),
        }
        put!(out, "cpus_online = {}", machine.online);
        put!(out, "cpus_possible = {}", machine.possible);
        put!(
            out,
            "fqdirs = {}   # {}",
            machine.fqdirs.len(),
            machine.fqdirs.join(", ")
        );
        put!(out, "calls = {}", recording.lengths_ns.len());
        put!(out, "calls_asked = {}", order.calls);
        put!(out, "creators = {}", order.creators);
        let conntrack = machine
            .conntrack
            .map(|buckets| format!("nf_conntrack.hashsize={buckets}"));
        put!(out, "options = {}", quoted(&conntrack.unwrap_or_default()));
        put!(out, "made_by = {}", quoted(&self.made_by()));
        if machine.load.parse::<f64>().is_ok() {
            put!(out, "host_load = {}", machine.load);
        }
        put!(out, "callback_noise_threads = {}", order.noise_threads);
        self.toml_figures(&mut out);
        self.toml_end(&mut out);
        out
    }

    /// The part of the series.
    fn toml_figures(&self, out: &mut String) {
        let recording = self.recording;
        let figures = Figures::of(&recording.rows);
        put!(out, "loop_s = {:.2}", seconds(recording.loop_ns));
        put!(out, "peak_drop_mib = {:.1}", figures.peak_drop_mib);
        put!(out, "t_at_min = {:.2}", seconds(figures.at_min_ns));
        if let Some(netns) = figures.max_netns {
            put!(out, "max_netns = {netns}");
        }
        if let Some(sockets) = figures.max_sock {
            put!(out, "max_sock = {sockets}");
        }
        if let Some(settled_ns) = recording.settled_ns {
            put!(out, "settled_at_s = {:.2}", seconds(settled_ns));
        }
        if let Some(blocked) = figures.max_blocked {
            put!(out, "max_kworkers_D = {blocked}");
        }
        put!(out, "end_drop_mib = {:.1}", figures.end_drop_mib);
        if let Some(peak) = figures.peak_kernel_mib {
            put!(
                out,
                "peak_kernel_mib = {peak:.1}   # SUnreclaim and Percpu, above the first row"
            );
        }
        let restless_mib = mib(recording.restless_kib);
        put!(
            out,
            "restless_mib = {restless_mib:.1}   # moved by itself in the second before"
        );
        if !recording.lengths_ns.is_empty() {
            let us = |percent| nearest(percentile(&recording.lengths_ns, percent), 1_000_u64);
            put!(
                out,
                "unshare_us = {{ mean_us = {:.1}, p10 = {}, p50 = {}, p90 = {}, p99 = {}, max = {} }}",
                mean_us(&recording.lengths_ns),
                us(10),
                us(50),
                us(90),
                us(99),
                us(100)
            );
        }
    }

    /// How it ended and what is not there.
    fn toml_end(&self, out: &mut String) {
        let recording = self.recording;
        let end = recording.rows.last().map_or(0, |row| row.t_ns);
        let settled = recording.settled_ns.is_some();
        let end_s = seconds(end);
        put!(
            out,
            "settled = {settled}   # at the end of the recording ({end_s:.1} s)"
        );
        if let Some(stop) = &recording.stop {
            put!(out, "stopped = {}", quoted(&why(stop)));
        } else if recording.interrupted {
            put!(out, "stopped = \"interrupted after the loop\"");
        }
        if let Some((clock, lost)) = &self.trace {
            if let Some(clock) = clock {
                put!(out, "trace_clock = {}", quoted(clock));
            }
            put!(out, "trace_lost_events = {lost}");
        }
        if !self.missing.is_empty() {
            put!(out, "missing = [");
            for sentence in self.missing {
                put!(out, "  {},", quoted(sentence));
            }
            put!(out, "]");
        }
    }

    /// What was typed, in effect.
    fn made_by(&self) -> String {
        let order = self.order;
        format!(
            "rcusim {} record --calls {} --creators {} --noise-threads {}",
            env!("CARGO_PKG_VERSION"),
            order.calls,
            order.creators,
            order.noise_threads
        )
    }

    /// For the person who waited.
    pub(super) fn human(&self) -> String {
        let (machine, recording) = (self.machine, self.recording);
        let figures = Figures::of(&recording.rows);
        let mut out = String::new();
        put!(
            out,
            "recorded {} of {} in {:.2} s on Linux {}, {}, HZ {}",
            recording.lengths_ns.len(),
            counted(self.order.calls, "call"),
            seconds(recording.loop_ns),
            machine.release,
            counted(machine.online, "CPU"),
            machine.hz
        );
        if let Some(stop) = &recording.stop {
            put!(out, "  stopped     {}", why(stop));
        }
        put!(
            out,
            "  memory      {:.1} MiB lost at most, at {:.2} s; {:.1} MiB at the end; {}",
            figures.peak_drop_mib,
            seconds(figures.at_min_ns),
            figures.end_drop_mib,
            recording.settled_ns.map_or_else(
                || "not settled".to_owned(),
                |ns| format!("settled at {:.2} s", seconds(ns))
            )
        );
        if let Some(peak) = figures.peak_kernel_mib {
            put!(
                out,
                "  slabs       {peak:.1} MiB more slabs and per-CPU memory at most"
            );
        }
        let restless_mib = mib(recording.restless_kib);
        if restless_mib > figures.peak_drop_mib / 10.0 {
            put!(
                out,
                "  restless    memory moved by {restless_mib:.1} MiB by itself in the second before; trust slabs and \
                 per-CPU memory, or record while nothing else runs"
            );
        }
        if let Some(netns) = figures.max_netns {
            put!(
                out,
                "  namespaces  {netns} at most (slab objects: they move in steps)"
            );
        }
        if let Some(blocked) = figures.max_blocked {
            put!(out, "  kworkers    {blocked} blocked at most");
        }
        if !recording.lengths_ns.is_empty() {
            let us = |percent| nearest(percentile(&recording.lengths_ns, percent), 1_000_u64);
            put!(
                out,
                "  unshare     p10 {} us, p50 {} us, p90 {} us, p99 {} us, longest {} us",
                us(10),
                us(50),
                us(90),
                us(99),
                us(100)
            );
        }
        if let Some((_, lost @ 1..)) = self.trace {
            put!(
                out,
                "  trace       {lost} events lost: use a larger --trace-buffer"
            );
        }
        out
    }
}

/// Why not all calls were made, for people.
pub(super) fn why(stop: &Stop) -> String {
    match stop {
        Stop::Floor(kib) => format!(
            "at the memory floor, with {} MiB available",
            nearest(*kib, 1_024_u64)
        ),
        Stop::Blind => "memory could no longer be watched".to_owned(),
        Stop::Interrupted => "interrupted".to_owned(),
        Stop::Refused(error) => format!("unshare() refused: {error}"),
    }
}

/// Extremes of a series.
struct Figures {
    peak_drop_mib: f64,
    peak_kernel_mib: Option<f64>,
    end_drop_mib: f64,
    at_min_ns: u64,
    max_netns: Option<u64>,
    max_sock: Option<u64>,
    max_blocked: Option<u64>,
}

impl Figures {
    fn of(rows: &[Row]) -> Self {
        let available = |row: &Row| row.sample.memory.available;
        let first = rows.first().and_then(available).unwrap_or(0);
        let drop_mib = |row: &Row| available(row).map_or(0.0, |kib| mib(first) - mib(kib));
        let least = rows.iter().filter(|row| available(row).is_some());
        let least = least.min_by_key(|row| available(row));
        let kernel = |row: &Row| row.sample.memory.kernel();
        let first_kernel = rows.first().and_then(kernel);
        let most_kernel = rows.iter().filter_map(kernel).max();
        let most =
            |of: fn(&Sample) -> Option<u64>| rows.iter().filter_map(|row| of(&row.sample)).max();
        Self {
            peak_drop_mib: least.map_or(0.0, drop_mib),
            peak_kernel_mib: first_kernel
                .zip(most_kernel)
                .map(|(first, most)| mib(most) - mib(first)),
            end_drop_mib: rows.last().map_or(0.0, drop_mib),
            at_min_ns: least.map_or(0, |row| row.t_ns),
            max_netns: most(|sample| Some(sample.slabs.net_namespace?.0)),
            max_sock: most(|sample| Some(sample.slabs.sock_inode_cache?.0)),
            max_blocked: most(|sample| Some(sample.workers?.blocked)),
        }
    }
}

/// A string as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Nearest rank of sorted values.
fn percentile(sorted: &[u64], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted[rank - 1]
}

#[expect(
    clippy::cast_precision_loss,
    reason = "to a hundredth of a second, for years"
)]
fn seconds(ns: u64) -> f64 {
    ns as f64 / 1e9
}

#[expect(clippy::cast_precision_loss, reason = "to a kilobyte, for exabytes")]
fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a tenth of a microsecond is printed"
)]
fn mean_us(lengths_ns: &[u64]) -> f64 {
    lengths_ns.iter().sum::<u64>() as f64 / lengths_ns.len() as f64 / 1000.0
}
