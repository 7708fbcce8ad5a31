//! What the machine says about itself before the run: what the recording's TOML needs, each with where it was read.

use super::proc::{self, Proc};
use flate2::read::MultiGzDecoder;
use nix::time::{ClockId, clock_getres};
use std::fs;
use std::io::Read as _;
use std::path::Path;

/// Capability that `unshare(CLONE_NEWNET)` wants, its bit in `CapEff` (include/uapi/linux/capability.h).
const CAP_SYS_ADMIN: u32 = 21;

/// A kernel and its machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Machine {
    /// `uname -r`.
    pub(super) release: String,
    /// Ticks a second.
    pub(super) hz: u64,
    /// Preemption: `none`, `voluntary`, `full`, `lazy` or `rt`, if it could be told.
    pub(super) preempt: Option<&'static str>,
    /// RCU readers can be preempted (`CONFIG_PREEMPT_RCU`), if it could be told.
    pub(super) preempt_rcu: Option<bool>,
    /// CPUs that run.
    pub(super) online: u64,
    /// CPUs that per-CPU memory is allocated for.
    pub(super) possible: u64,
    /// Where fqdirs are destroyed.
    pub(super) policy: Policy,
    /// Buckets of the conntrack table, which old kernels scan for every namespace; none without conntrack.
    pub(super) conntrack: Option<u64>,
    /// Fragment reassembly users present, which is fqdirs a namespace.
    pub(super) fqdirs: Vec<&'static str>,
    /// Network namespaces one user may have, if there is a limit.
    pub(super) max_net_namespaces: Option<u64>,
    /// `CAP_SYS_ADMIN` is effective.
    pub(super) admin: bool,
    /// Runnable threads over the last minute, as the kernel prints it.
    pub(super) load: String,
}

/// A destroy policy with the reason to believe in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Policy {
    /// As `kernel.policy` takes it; none before 5.3, which had no fqdirs.
    pub(super) name: Option<&'static str>,
    /// Why.
    pub(super) why: &'static str,
}

impl Machine {
    /// Reads `/proc` and `/sys`.
    pub(super) fn look(proc: &Proc) -> Self {
        let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let number = |path: &str| text(path).trim().parse::<u64>().ok();
        let release = text("/proc/sys/kernel/osrelease").trim().to_owned();
        let config = config(&release);
        let (preempt, preempt_rcu) = preemption(&config, &text("/proc/cmdline"));
        let cpus = |which| cpus(&text(&format!("/sys/devices/system/cpu/{which}")));
        let users = [
            ("ipv4", "/proc/sys/net/ipv4/ipfrag_high_thresh"),
            ("ipv6", "/proc/sys/net/ipv6/ip6frag_high_thresh"),
            (
                "nf_defrag_ipv6",
                "/proc/sys/net/netfilter/nf_conntrack_frag6_high_thresh",
            ),
            (
                "6lowpan",
                "/proc/sys/net/ieee802154/6lowpan/6lowpanfrag_high_thresh",
            ),
        ];
        Self {
            hz: hz(),
            preempt,
            preempt_rcu,
            online: cpus("online").unwrap_or(1),
            possible: cpus("possible").or(cpus("online")).unwrap_or(1),
            policy: policy(&release, proc.has_thread("inet_frag_wq")),
            conntrack: number("/sys/module/nf_conntrack/parameters/hashsize"),
            fqdirs: users
                .into_iter()
                .filter(|(_, path)| Path::new(path).exists())
                .map(|(name, _)| name)
                .collect(),
            max_net_namespaces: number("/proc/sys/user/max_net_namespaces"),
            admin: capability(&text("/proc/self/status"), CAP_SYS_ADMIN),
            load: proc::word(&text("/proc/loadavg"), 0).to_owned(),
            release,
        }
    }

    /// Works of `system_wq` that one CPU starts at once: `WQ_DFL_ACTIVE`, raised in 6.13.
    pub(super) fn max_active(&self) -> u64 {
        if version(&self.release) >= Some((6, 13)) {
            1024
        } else {
            256
        }
    }

    /// What calls may take if none of it is freed meanwhile \[KiB\]: 188.5 kB and 6.62 kB for each possible CPU,
    /// measured on 5.10.7.
    pub(super) fn worst_kib(&self, calls: u64) -> u64 {
        calls.saturating_mul(188_500 + 6_620 * self.possible) / 1024
    }
}

/// Ticks a second: the coarse clocks advance with the tick, and say by how much.
fn hz() -> u64 {
    let tick = clock_getres(ClockId::CLOCK_MONOTONIC_COARSE);
    let tick_ns = tick
        .ok()
        .and_then(|tick| u64::try_from(tick.tv_nsec()).ok());
    let tick_ns = tick_ns.filter(|&ns| ns > 0);
    let tick_ns = tick_ns.expect("Linux has coarse clocks since 2.6.32");
    (1_000_000_000 + tick_ns / 2) / tick_ns
}

/// The kernel's configuration, or nothing.
fn config(release: &str) -> String {
    let mut text = String::new();
    if let Ok(file) = fs::File::open("/proc/config.gz")
        && MultiGzDecoder::new(file).read_to_string(&mut text).is_ok()
    {
        return text;
    }
    let places = [
        format!("/boot/config-{release}"),
        format!("/lib/modules/{release}/config"),
    ];
    places
        .iter()
        .find_map(|path| fs::read_to_string(path).ok())
        .unwrap_or_default()
}

/// What was compiled in, and what the boot line chose over it where the kernel can choose.
fn preemption(config: &str, cmdline: &str) -> (Option<&'static str>, Option<bool>) {
    const FLAVOURS: [(&str, &str); 5] = [
        ("RT", "rt"),
        ("LAZY", "lazy"),
        ("NONE", "none"),
        ("VOLUNTARY", "voluntary"),
        ("", "full"),
    ];
    if config.is_empty() {
        return (None, None);
    }
    let on = |key: &str| config.lines().any(|line| line == format!("CONFIG_{key}=y"));
    let compiled = FLAVOURS.iter().find(|(key, _)| {
        let key = format!("PREEMPT_{key}");
        on(key.trim_end_matches('_'))
    });
    let booted = cmdline
        .split_whitespace()
        .find_map(|word| word.strip_prefix("preempt="))
        .filter(|_| on("PREEMPT_DYNAMIC"))
        .and_then(|name| FLAVOURS.iter().find(|(_, flavour)| *flavour == name));
    let flavour = booted.or(compiled).map(|&(_, flavour)| flavour);
    (flavour, Some(on("PREEMPT_RCU")))
}

/// Major and minor version.
fn version(release: &str) -> Option<(u64, u64)> {
    let mut numbers = release.split(|c: char| !c.is_ascii_digit());
    let mut next = || numbers.next()?.parse().ok();
    Some((next()?, next()?))
}

/// From the version, and from `inet_frag_wq`'s rescuer thread: commit 0b9b241406818 brought it, into older kernels too.
fn policy(release: &str, inet_frag_wq: Option<bool>) -> Policy {
    let of = |name, why| Policy {
        name: Some(name),
        why,
    };
    match (version(release), inet_frag_wq) {
        (Some((6, 10..) | (7.., _)), _) => of("batch-free-delayed", "the kernel is 6.10 or later"),
        (_, Some(true)) => of("batch-free", "it has an inet_frag_wq, and is before 6.10"),
        (Some((5, 11..) | (6, _)), _) => of("batch-free", "the kernel is 5.11 to 6.9"),
        (Some((5, 3..=10)), Some(false)) => of(
            "per-call",
            "the kernel is 5.3 to 5.10, without inet_frag_wq",
        ),
        (Some((5, 3..=10)), None) => of("per-call", "the kernel is 5.3 to 5.10"),
        _ => Policy {
            name: None,
            why: "the kernel is before 5.3, or its version was not understood",
        },
    }
}

/// CPUs in a list such as `0-3,8`.
fn cpus(list: &str) -> Option<u64> {
    list.trim().split(',').try_fold(0, |sum, range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
        Some(sum + last.checked_sub(first)? + 1)
    })
}

/// A bit of `CapEff` in `/proc/self/status`.
fn capability(status: &str, bit: u32) -> bool {
    let line = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let bits = line.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok());
    bits.is_some_and(|bits| bits >> bit & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_follows_the_version_and_the_workqueue() {
        for (release, queue, name) in [
            ("5.2.21", None, None),
            ("5.3.0", None, Some("per-call")),
            ("5.10.218-1-amd64", Some(false), Some("per-call")),
            ("5.10.7", Some(true), Some("batch-free")),
            ("4.18.0-513.el8", Some(true), Some("batch-free")),
            ("5.11.0", None, Some("batch-free")),
            ("6.9.12", Some(true), Some("batch-free")),
            ("6.10.0", Some(true), Some("batch-free-delayed")),
            ("6.18.44-fc", None, Some("batch-free-delayed")),
            ("7.2.13", None, Some("batch-free-delayed")),
            ("strange", None, None),
        ] {
            assert_eq!(policy(release, queue).name, name, "{release}");
        }
    }

    #[test]
    fn preemption_is_what_was_booted_where_that_can_be_chosen() {
        let dynamic = "CONFIG_PREEMPT_NONE=y\nCONFIG_PREEMPT_DYNAMIC=y\nCONFIG_PREEMPT_RCU=y\n";
        let fixed = "CONFIG_PREEMPT_VOLUNTARY=y\n# CONFIG_PREEMPT_RCU is not set\n";
        for (config, cmdline, found) in [
            (dynamic, "quiet", (Some("none"), Some(true))),
            (dynamic, "quiet preempt=full", (Some("full"), Some(true))),
            (fixed, "preempt=full", (Some("voluntary"), Some(false))),
            ("CONFIG_PREEMPT=y\n", "", (Some("full"), Some(false))),
            ("", "preempt=full", (None, None)),
        ] {
            assert_eq!(preemption(config, cmdline), found, "{config}{cmdline}");
        }
    }

    #[test]
    fn lists_of_cpus_and_masks_of_capabilities() {
        assert_eq!(cpus("0-3,8\n"), Some(5));
        assert_eq!(cpus("0"), Some(1));
        assert_eq!(cpus(""), None);
        assert_eq!(cpus("3-1"), None);
        assert!(capability("CapEff:\t000001fffeffffff\n", CAP_SYS_ADMIN));
        assert!(!capability("CapEff:\t0000000000000000\n", CAP_SYS_ADMIN));
        assert!(!capability("", CAP_SYS_ADMIN));
    }
}
