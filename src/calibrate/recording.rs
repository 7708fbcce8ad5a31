//! One recording: what ran, its series, its trace.

use super::kernel::baseline;
use super::series::Series;
use crate::analyze::Samples;
use crate::experiment::rounded::counted;
use serde::Serialize;
use toml::{Table, Value};

/// NAME.toml: what ran and its summary. What a file does not say is `None`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Meta {
    /// The recording's name.
    pub name: String,
    /// Kernel version.
    pub kernel: Option<String>,
    /// Ticks a second.
    pub hz: Option<u64>,
    /// Preemption flavour, in the words of `machine.preempt`.
    pub preempt: Option<String>,
    /// Barrier design, in the words of `kernel.barrier`.
    pub barrier: Option<String>,
    /// `max_active` of `system_wq`.
    pub max_active: Option<u64>,
    /// Destroy policy, in the words of `kernel.policy`.
    pub policy: Option<String>,
    /// Online CPUs.
    pub cpus_online: u64,
    /// Possible CPUs.
    pub cpus_possible: Option<u64>,
    /// Calls of `unshare(CLONE_NEWNET)`.
    pub calls: u64,
    /// Threads that called.
    pub creators: Option<u64>,
    /// Boot options.
    pub options: Vec<(String, String)>,
    /// Cores of the machine that emulated it.
    pub host_cpus: Option<u64>,
    /// Load of the machine that ran it.
    pub host_load: Option<f64>,
    /// Threads that post callbacks.
    pub noise_threads: Option<u64>,
    /// When the last call returned (s).
    pub loop_s: Option<f64>,
    /// Most available memory lost (MiB).
    pub peak_drop_mib: Option<f64>,
    /// Most namespaces.
    pub max_netns: Option<f64>,
    /// Most kworkers in D state.
    pub max_blocked: Option<f64>,
    /// Memory lost at the end (MiB).
    pub end_drop_mib: Option<f64>,
    /// Most that slabs and per-CPU memory grew (MiB).
    pub peak_kernel_mib: Option<f64>,
    /// What available memory moved by itself in a second before the loop (MiB).
    pub restless_mib: Option<f64>,
    /// 10th percentile of a call (us).
    pub unshare_p10_us: Option<f64>,
    /// Median of a call (us).
    pub unshare_p50_us: Option<f64>,
    /// Mean of a call (us).
    pub unshare_mean_us: Option<f64>,
    /// Why it was cut short, if it was.
    pub stopped: Option<String>,
    /// fqdirs of a namespace.
    pub fqdirs: Option<u64>,
    /// Whether memory came back before the recording ended.
    pub settled: Option<bool>,
    /// Fields that this program does not know.
    pub unknown: Vec<String>,
    /// The name that the file gives, if it is not the file's own.
    pub other_name: Option<String>,
}

/// Fields that are known and of no use here.
const UNUSED: [&str; 10] = [
    "t_at_min",
    "max_sock",
    "settled_at_s",
    "made_on",
    "made_by",
    "calls_asked",
    "missing",
    "preempt_rcu",
    "trace_clock",
    "trace_lost_events",
];
/// The option that the recordings of November 2026 have: how many calls the kernel's `init` was to make.
const OF_2026: &str = "KN";
/// Options that say what other fields say.
const REDUNDANT: [&str; 3] = [OF_2026, "fqdir_batch", "KFNOISE"];

/// A recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// What ran.
    pub meta: Meta,
    /// The time series.
    pub series: Series,
    /// The intervals of its trace, if there is one.
    pub trace: Option<Samples>,
    /// Why its trace cannot be read, if there is one and it cannot.
    pub unreadable: Option<String>,
}

/// A recording that is not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Its name.
    pub name: String,
    /// Why not.
    pub why: String,
}

impl Meta {
    /// Reads NAME.toml, whose own name counts: a copy may say another.
    ///
    /// # Errors
    ///
    /// If it is no TOML or lacks the CPUs or the calls; the message says what was expected.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let table: Table =
            toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        let mut meta = Self {
            name: name.to_owned(),
            ..Self::default()
        };
        for (key, value) in &table {
            meta.field(key, value)?;
        }
        for (needed, value) in [("cpus_online", meta.cpus_online), ("calls", meta.calls)] {
            if value == 0 {
                return Err(format!("no `{needed}`; expected a whole number above 0"));
            }
        }
        if meta.possible() < meta.cpus_online {
            return Err(format!(
                "`cpus_possible` is {}, below `cpus_online`; expected at least {}",
                meta.possible(),
                meta.cpus_online
            ));
        }
        Ok(meta)
    }

    /// What ran, in a few words.
    pub fn in_words(&self) -> String {
        let policy = self.policy.as_ref();
        let policy = policy.map_or_else(String::new, |policy| format!(", {policy}"));
        let [cpus, calls] = [(self.cpus_online, "CPU"), (self.calls, "call")]
            .map(|(number, what)| counted(number, what));
        format!("{cpus}{policy}, {calls}")
    }

    fn field(&mut self, key: &str, value: &Value) -> Result<(), String> {
        match key {
            "name" => {
                let said = string(key, value)?;
                self.other_name = (said != self.name).then_some(said);
            }
            "kernel" => self.kernel = Some(string(key, value)?),
            "hz" => self.hz = Some(count(key, value)?),
            "preempt" => self.preempt = Some(string(key, value)?),
            "barrier" => self.barrier = Some(string(key, value)?),
            "max_active" => self.max_active = Some(count(key, value)?),
            "policy" => self.policy = Some(string(key, value)?),
            "cpus_online" => self.cpus_online = count(key, value)?,
            "cpus_possible" => self.cpus_possible = Some(count(key, value)?),
            "calls" => self.calls = count(key, value)?,
            "creators" => self.creators = Some(count(key, value)?),
            "options" => self.options = options(&string(key, value)?),
            "host_cpus" => self.host_cpus = Some(count(key, value)?),
            "host_load" => self.host_load = Some(number(key, value)?),
            "callback_noise_threads" => self.noise_threads = Some(count(key, value)?),
            "loop_s" => self.loop_s = Some(number(key, value)?),
            "peak_drop_mib" => self.peak_drop_mib = Some(number(key, value)?),
            "max_netns" => self.max_netns = Some(number(key, value)?),
            "max_kworkers_D" => self.max_blocked = Some(number(key, value)?),
            "end_drop_mib" => self.end_drop_mib = Some(number(key, value)?),
            "peak_kernel_mib" => self.peak_kernel_mib = Some(number(key, value)?),
            "restless_mib" => self.restless_mib = Some(number(key, value)?),
            "fqdirs" => self.fqdirs = Some(count(key, value)?),
            "settled" => self.settled = value.as_bool(),
            "unshare_us" => self.unshare(value)?,
            "stopped" => self.stopped = Some(string(key, value)?),
            _ if UNUSED.contains(&key) => {}
            _ => self.unknown.push(key.to_owned()),
        }
        Ok(())
    }

    fn unshare(&mut self, value: &Value) -> Result<(), String> {
        let table = value
            .as_table()
            .ok_or_else(|| expected("unshare_us", "a table of percentiles", value))?;
        for (key, value) in table {
            let path = format!("unshare_us.{key}");
            match key.as_str() {
                "p10" => self.unshare_p10_us = Some(above_zero(&path, value)?),
                "p50" => self.unshare_p50_us = Some(above_zero(&path, value)?),
                "mean_us" => self.unshare_mean_us = Some(above_zero(&path, value)?),
                "p90" | "p99" | "max" => {}
                _ => self.unknown.push(path),
            }
        }
        Ok(())
    }

    /// CPUs that may come online; where that is not said, those that are.
    pub fn possible(&self) -> u64 {
        self.cpus_possible.unwrap_or(self.cpus_online)
    }

    /// Whether other programs moved available memory by as much as the loop did: it is no figure of the loop's then. Nearly all
    /// that a namespace holds is in slabs and per-CPU memory.
    pub fn shares_memory(&self) -> bool {
        let peak = self.peak_drop_mib.unwrap_or(0.0);
        let kernel = self.peak_kernel_mib.unwrap_or(peak);
        let restless = self.restless_mib.unwrap_or(0.0);
        restless > peak || kernel < peak / 2.0
    }

    /// The kernel's release, if it is said.
    pub(super) fn release(&self) -> Option<&str> {
        self.kernel.as_deref()
    }

    /// Threads that post callbacks; none where the file does not say.
    pub fn noise(&self) -> u64 {
        self.noise_threads.unwrap_or(0)
    }

    /// Whether it is one of November 2026, which say neither the host's cores nor that the recorder posts callbacks itself.
    pub(super) fn is_of_2026(&self) -> bool {
        self.option(OF_2026).is_some()
    }

    /// The value of a boot option.
    pub fn option(&self, name: &str) -> Option<&str> {
        let found = self.options.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Buckets of the conntrack table, if an option sets them.
    pub fn conntrack_buckets(&self) -> Option<u64> {
        self.option("nf_conntrack.hashsize")?.parse().ok()
    }

    /// Options that this program does not understand.
    pub fn unknown_options(&self) -> impl Iterator<Item = &str> {
        let known = |name: &str| REDUNDANT.contains(&name) || name == "nf_conntrack.hashsize";
        let names = self.options.iter().map(|(name, _)| name.as_str());
        names.filter(move |name| !known(name))
    }

    /// The policy said, or the one that the boot option means, or the kernel's.
    pub fn policy(&self) -> &str {
        match (&self.policy, self.option("fqdir_batch")) {
            (Some(policy), _) => policy,
            (None, Some("1")) => "batch-free",
            (None, Some(_)) => "per-call",
            (None, None) => baseline(self.release()).policy.name(),
        }
    }
}

/// `A=1 B=2 flag`.
fn options(text: &str) -> Vec<(String, String)> {
    let split = |word: &str| {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        (name.to_owned(), value.to_owned())
    };
    text.split_whitespace().map(split).collect()
}

fn expected(key: &str, what: &str, value: &Value) -> String {
    format!("`{key}` is {}; expected {what}", value.type_str())
}

fn string(key: &str, value: &Value) -> Result<String, String> {
    let text = value.as_str().map(str::to_owned);
    text.ok_or_else(|| expected(key, "a string", value))
}

fn count(key: &str, value: &Value) -> Result<u64, String> {
    let number = value.as_integer().and_then(|n| u64::try_from(n).ok());
    number.ok_or_else(|| expected(key, "a whole number", value))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a summary's numbers are far below 2^53"
)]
fn number(key: &str, value: &Value) -> Result<f64, String> {
    let whole = value.as_integer().map(|n| n as f64);
    let number = value.as_float().or(whole).filter(|n| n.is_finite());
    number.ok_or_else(|| expected(key, "a number", value))
}

/// How long something took.
fn above_zero(key: &str, value: &Value) -> Result<f64, String> {
    let number = number(key, value)?;
    let taken = (number > 0.0).then_some(number);
    taken.ok_or_else(|| format!("`{key}` is {number}; expected a number above 0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_record_writes_is_understood() {
        let table = include_str!("../../docs/record.md");
        let (_, table) = table.split_once("| key | what |").expect("the keys");
        let (table, _) = table.split_once("\n\n").expect("its end");
        let keys = table
            .lines()
            .filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
        let keys: Vec<_> = keys.flat_map(|keys| keys.split(", ")).collect();
        assert!(keys.len() > 25, "{keys:?}");
        for key in keys.iter().map(|key| key.trim_matches('`')) {
            // A value of a wrong type is refused, so that one of three is taken if the key is known.
            let taken = ["1", "\"1\"", "{ p10 = 1 }"]
                .into_iter()
                .filter_map(|value| {
                    let mut meta = Meta::default();
                    let value = toml::from_str::<Table>(&format!("x = {value}")).ok()?;
                    meta.field(key, &value["x"]).ok()?;
                    Some(meta.unknown)
                });
            let unknown: Vec<_> = taken.collect();
            assert!(unknown.contains(&Vec::new()), "{key}: {unknown:?}");
        }
    }

    #[test]
    fn unknown_fields_are_kept_and_missing_ones_named() {
        let text = "cpus_online = 4\ncalls = 9\ncolour = \"red\"\noptions = \"KN=9 quiet nf_conntrack.hashsize=512\"";
        let meta = Meta::parse("x", text).expect("it says enough");
        assert_eq!(meta.unknown, ["colour"]);
        assert_eq!(meta.conntrack_buckets(), Some(512));
        assert_eq!(meta.unknown_options().collect::<Vec<_>>(), ["quiet"]);
        assert_eq!(meta.policy(), "per-call");
        let of = |kernel: &str, more: &str| {
            let text = format!("cpus_online = 4\ncalls = 9\nkernel = \"{kernel}\"\n{more}");
            let meta = Meta::parse("x", &text).expect("it says enough");
            meta.policy().to_owned()
        };
        assert_eq!(of("5.10.7", ""), "per-call");
        assert_eq!(of("5.10.7", "options = \"fqdir_batch=1\""), "batch-free");
        assert_eq!(of("6.1.90", ""), "batch-free");
        assert_eq!(of("6.18.44-x", ""), "batch-free-delayed");
        let error = Meta::parse("x", "calls = 9").expect_err("no CPUs");
        assert!(error.contains("cpus_online"), "{error}");
        let none = "cpus_online = 4\ncalls = 9\nunshare_us = { p10 = 0 }";
        let error = Meta::parse("x", none).expect_err("no time");
        assert!(error.contains("`unshare_us.p10` is 0"), "{error}");
        let error = Meta::parse("x", "calls = \"9\"").expect_err("no number");
        assert!(
            error.contains("calls") && error.contains("string"),
            "{error}"
        );
    }
}
