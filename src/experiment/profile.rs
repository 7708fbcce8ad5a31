//! Kernel profiles: what changed in Linux from one version to the next, as far as keys can say it.
//!
//! Setting `kernel.version` changes other keys, but for those that somebody gave ((`stays.rs`)), so that it does not matter
//! which comes first. What a later line of the table changes again is kept from the earlier one when a
//! profile goes back.
//!
//! Left out: that netlink exits stopped to wait in 5.13 to 5.15 (here with 5.18), that waits are expedited from 6.9 on (here
//! 6.10), waited for on one CPU too from 6.1 on (6.10), struct net freed one barrier later (6.13), rtnl taken once for many operations (6.9 to 6.16), the list that
//! `synchronize_rcu()` has of its own (6.10, off by default until 7.2), IPI-free entraining for offline CPUs (5.18).

use super::key::{Key, Provenance};
use crate::models::params::{KernelVersion, Params};

/// How a version changes a key.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    /// To this value, as it would be typed.
    To(&'static str),
    /// By so much less, raw.
    Less(u64),
    /// To half of it.
    Half,
}

/// What one version changed.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// The first version with it.
    pub since: KernelVersion,
    /// The key's path.
    pub path: &'static str,
    /// What became of it.
    pub change: Change,
    /// The commit, or where it was read.
    pub source: &'static str,
    /// Of a value that is not made of the old one.
    provenance: Provenance,
}

/// Every change, oldest first.
pub const LINES: [Line; 11] = [
    line(
        KernelVersion::V5_11,
        "kernel.policy",
        Change::To("batch-free"),
        "commit 0b9b241406818",
    ),
    line(
        KernelVersion::V5_18,
        "netns.sockets_per_cpu",
        Change::To("0"),
        "commits a15c89c703d4, 6a17b961ec19, 37ba017dcc3b: control sockets per CPU, no longer per namespace",
    ),
    line(
        KernelVersion::V5_18,
        "sizes.namespace_per_cpu",
        Change::To("2.99kB"),
        "docs/measured.md: per-CPU areas alone, on 6.18; three sockets with their inodes, 2 x (1,024 + 768) + 1,216 + 768, are gone",
    )
    .measured(),
    line(
        KernelVersion::V5_18,
        "sizes.callbacks_per_1000_cpus",
        Change::Less(3_000),
        "each inode's callback: commits a15c89c703d4, 6a17b961ec19, 37ba017dcc3b",
    ),
    line(
        KernelVersion::V5_18,
        "costs.cleanup_per_cpu",
        Change::Half,
        "message of the series of commit a15c89c703d4: half of cleanup_net()'s CPU time on 256 CPUs",
    ),
    line(
        KernelVersion::V5_18,
        "netns.netlink_exits_wait",
        Change::To("false"),
        "commits 1be05ea766d7 (nfnetlink, 5.13), 6218fe186109 (xfrm_user, 5.14), bd1431db0b81 (nf_conntrack_netlink, 5.15)",
    ),
    line(
        KernelVersion::V6_10,
        "kernel.policy",
        Change::To("batch-free-delayed"),
        "commit 802e12ff9cba",
    ),
    line(
        KernelVersion::V6_10,
        "netns.expedited_waits",
        Change::To("true"),
        "commits 78c3253f27e5 (the first wait) and 1ebb85f9c03d (nf_conntrack's), 6.9; every synchronize_net() of cleanup_net(): 0734d7c3d93c, 6.14",
    ),
    line(
        KernelVersion::V6_10,
        "netns.one_cpu_waits",
        Change::To("true"),
        "commit 258f887aba60, 6.1",
    ),
    line(
        KernelVersion::V6_13,
        "kernel.max_active",
        Change::To("1024"),
        "commit 581434654e01: WQ_MAX_ACTIVE 2,048, of which WQ_DFL_ACTIVE is half, include/linux/workqueue.h",
    ),
    line(
        KernelVersion::V7_2,
        "netns.unhash_once",
        Change::To("true"),
        "commit 7acee67a6bce, February 2026; read in cleanup_net() of 7.2",
    ),
];

const fn line(
    since: KernelVersion,
    path: &'static str,
    change: Change,
    source: &'static str,
) -> Line {
    Line {
        since,
        path,
        change,
        source,
        provenance: Provenance::Source,
    }
}

impl Line {
    const fn measured(mut self) -> Self {
        self.provenance = Provenance::Measured;
        self
    }

    /// Where the new value is from, and why, if the old one was of the provenance given: what is made of an assumed value is
    /// assumed.
    pub fn provenance(&self, old: Provenance) -> (Provenance, String) {
        match self.change {
            Change::To(_) => (self.provenance, self.source.to_owned()),
            Change::Less(_) | Change::Half => {
                let derived = format!("derived from what is {}: {}", old.name(), self.source);
                (old, derived)
            }
        }
    }

    fn key(&self) -> &'static Key {
        Key::at(self.path).expect("profiles name keys of the table")
    }

    /// What it does, as a reader of a table wants it.
    pub fn text(&self) -> String {
        match self.change {
            Change::To(value) => value.to_owned(),
            Change::Less(less) => format!("{} less", self.key().format(less)),
            Change::Half => "half".to_owned(),
        }
    }

    fn forward(&self, params: &mut Params) {
        let key = self.key();
        let old = (key.get)(params);
        let new = match self.change {
            Change::To(value) => key.parse(value).expect("a test reads every profile"),
            Change::Less(less) => old.saturating_sub(less),
            Change::Half => old / 2,
        };
        (key.set)(params, new);
    }

    fn back(&self, params: &mut Params) {
        let key = self.key();
        let old = (key.get)(params);
        let new = match self.change {
            Change::To(_) => key.parse(before(self)).expect("a test reads every profile"),
            Change::Less(less) => old + less,
            Change::Half => old * 2,
        };
        (key.set)(params, new);
    }
}

/// What the key was before this line.
fn before(line: &Line) -> &'static str {
    let earlier = LINES.iter().rev().find_map(|other| match other.change {
        Change::To(value) if other.path == line.path && rank(other.since) < rank(line.since) => {
            Some(value)
        }
        _ => None,
    });
    earlier.unwrap_or(line.key().default)
}

/// A version's place in the order of releases.
pub(super) fn rank(version: KernelVersion) -> usize {
    KernelVersion::ALL
        .iter()
        .position(|v| *v == version)
        .expect("ALL holds every version")
}

/// Turns the profile of `old` into that of the version that `params` has, but for the keys that were `given`; returns the lines
/// that differ.
pub fn change(
    params: &mut Params,
    old: KernelVersion,
    given: impl Fn(&str) -> bool,
) -> Vec<&'static Line> {
    let (from, to) = (rank(old), rank(params.version));
    if from < to {
        let lines: Vec<_> = LINES
            .iter()
            .filter(|l| (from + 1..=to).contains(&rank(l.since)) && !given(l.path))
            .collect();
        for line in &lines {
            line.forward(params);
        }
        lines
    } else {
        let lines: Vec<_> = LINES
            .iter()
            .rev()
            .filter(|l| (to + 1..=from).contains(&rank(l.since)) && !given(l.path))
            .collect();
        for line in &lines {
            line.back(params);
        }
        lines
    }
}

impl Key {
    /// Sets the value, and what hangs on it: the profile, if the key is `kernel.version`, but for what was `given`. Returns what
    /// else has changed.
    pub fn apply(
        &self,
        params: &mut Params,
        raw: u64,
        given: impl Fn(&str) -> bool,
    ) -> Vec<&'static Line> {
        let old = params.version;
        (self.set)(params, raw);
        change(params, old, given)
    }

    /// Whether it sets others, and so comes before them.
    pub fn is_profile(&self) -> bool {
        self.path == "kernel.version"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Scenario;

    #[test]
    fn a_profile_goes_forward_and_back() {
        for name in Scenario::builtin_names() {
            let base = Scenario::builtin(name).expect("embedded").params;
            for &version in KernelVersion::ALL {
                let mut params = base.clone();
                params.version = version;
                let lines = change(&mut params, base.version, |_| false);
                assert_eq!(lines.is_empty(), version == base.version, "{name}");
                params.version = base.version;
                change(&mut params, version, |_| false);
                let policy_kept = base.policy.name() == "per-call";
                assert!(!policy_kept || params == base, "{name} {}", version.name());
            }
        }
    }

    /// What is made of an assumed value is assumed, and what was measured is not the kernel's source.
    #[test]
    fn what_a_profile_derives_has_the_provenance_of_what_it_is_derived_from() {
        let mut scenario = Scenario::builtin("report-40cpu").expect("embedded");
        scenario.set("kernel.version", "v5.18").expect("a version");
        let of = |path: &str| {
            let key = Key::at(path).expect("a key");
            let (provenance, why) = scenario.provenance(key);
            (provenance, why.to_owned())
        };
        let (provenance, why) = of("costs.cleanup_per_cpu");
        assert_eq!(provenance, Provenance::Assumed);
        assert!(why.contains("derived from what is assumed"), "{why}");
        let measured = ["sizes.namespace_per_cpu", "sizes.callbacks_per_1000_cpus"];
        assert_eq!(measured.map(|path| of(path).0), [Provenance::Measured; 2],);
        assert_eq!(of("kernel.policy").0, Provenance::Source);
    }

    #[test]
    fn the_last_line_for_a_key_wins() {
        let mut scenario = Scenario::builtin("report-40cpu").expect("embedded");
        scenario.set("kernel.version", "v6.13").expect("a version");
        assert_eq!(scenario.params.policy.name(), "batch-free-delayed");
        assert_eq!(scenario.params.max_active, 1_024);
        scenario.set("kernel.version", "v5.18").expect("a version");
        assert_eq!(scenario.params.policy.name(), "batch-free");
        assert_eq!(scenario.params.max_active, 256);
        assert_eq!(scenario.params.sockets_per_cpu, 0);
    }
}
