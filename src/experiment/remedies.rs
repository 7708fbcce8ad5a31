//! What could be done about a scenario's backlog: single changes that somebody can make, each with the settings that make it.
//!
//! Left out: fewer or slower arrivals, for which `bisect` finds how many are too many; whatever is no change of a kernel or of
//! its configuration, such as the switches of `ablate`.

use super::profile::rank;
use super::{Scenario, ScenarioError};
use crate::models::params::{BarrierDesign, DestroyPolicy, KernelVersion, Params, Preemption};

/// A change, and what makes it.
#[derive(Clone, Copy, Debug)]
pub struct Remedy {
    /// What it is.
    pub name: &'static str,
    /// Key and value of the setting, as they would be typed.
    pub set: (&'static str, &'static str),
    /// Whether it is more than what the inputs have already: no older kernel, no larger table.
    goes_further: fn(&Params) -> bool,
}

macro_rules! remedy {
    ($name:literal, $path:literal = $value:literal, $p:ident => $further:expr) => {
        Remedy {
            name: $name,
            set: ($path, $value),
            goes_further: |$p| $further,
        }
    };
}

/// What whoever runs a host can do, then what a kernel's developers can, then kernels as they were released.
#[rustfmt::skip]
pub static REMEDIES: [Remedy; 16] = [
    remedy!("full preemption", "machine.preempt" = "full", p => p.preempt != Preemption::Full),
    remedy!("1,000 ticks a second", "machine.hz" = "1000", p => p.hz < 1_000),
    remedy!("a small conntrack table", "netns.conntrack_buckets" = "4096", p => p.conntrack_buckets > 4_096),
    remedy!("fqdirs in one work (patch v1)", "kernel.policy" = "batch-all", p => is_before(p, DestroyPolicy::BatchAll)),
    remedy!("a queue for barriers (patch v3)", "kernel.policy" = "batch-free-dedicated", p => is_before(p, DestroyPolicy::BatchFreeDedicated)),
    remedy!("one barrier for many fqdirs (5.11)", "kernel.policy" = "batch-free", p => is_before(p, DestroyPolicy::BatchFree)),
    remedy!("the same, a second later (6.10)", "kernel.policy" = "batch-free-delayed", p => is_before(p, DestroyPolicy::BatchFreeDelayed)),
    remedy!("callers on a wait queue", "kernel.barrier" = "wait-queue", p => p.barrier != BarrierDesign::WaitQueue),
    remedy!("a fair mutex", "kernel.barrier" = "fair-mutex", p => p.barrier != BarrierDesign::FairMutex),
    remedy!("1,024 works at once (6.13)", "kernel.max_active" = "1024", p => p.max_active < 1_024),
    remedy!("expedited waits (6.14)", "netns.expedited_waits" = "true", p => !p.expedited_waits),
    remedy!("Linux 5.11", "kernel.version" = "v5.11", p => is_older(p, KernelVersion::V5_11)),
    remedy!("Linux 5.18", "kernel.version" = "v5.18", p => is_older(p, KernelVersion::V5_18)),
    remedy!("Linux 6.10", "kernel.version" = "v6.10", p => is_older(p, KernelVersion::V6_10)),
    remedy!("Linux 6.13", "kernel.version" = "v6.13", p => is_older(p, KernelVersion::V6_13)),
    remedy!("Linux 7.2", "kernel.version" = "v7.2", p => is_older(p, KernelVersion::V7_2)),
];

/// Policies are listed in the order in which they came.
fn is_before(p: &Params, policy: DestroyPolicy) -> bool {
    (p.policy as u8) < policy as u8
}

fn is_older(p: &Params, version: KernelVersion) -> bool {
    rank(p.version) < rank(version)
}

impl Remedy {
    /// As it would be typed.
    pub fn typed(&self) -> String {
        let (path, value) = self.set;
        format!("{path}={value}")
    }
}

/// The scenario under each remedy that goes further than it does.
///
/// # Errors
/// If a remedy contradicts another of the scenario's values; none of the builtins' does.
pub fn remedied(base: &Scenario) -> Result<Vec<(&'static Remedy, Scenario)>, ScenarioError> {
    let further = REMEDIES.iter();
    let further = further.filter(|remedy| (remedy.goes_further)(&base.params));
    let with = |remedy: &'static Remedy| {
        let mut scenario = base.clone();
        scenario.set(remedy.set.0, remedy.set.1)?;
        scenario.validate()?;
        Ok((remedy, scenario))
    };
    further.map(with).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_remedy_changes_what_it_goes_further_than_and_once_taken_is_none() {
        for name in Scenario::builtin_names() {
            let base = Scenario::builtin(name).expect("embedded");
            let remedied = remedied(&base).expect("no builtin contradicts a remedy");
            assert!(remedied.len() > 10, "{name}");
            for (remedy, scenario) in remedied {
                assert_ne!(scenario.params, base.params, "{name}, {}", remedy.name);
                assert!(!(remedy.goes_further)(&scenario.params), "{}", remedy.name);
            }
        }
    }

    #[test]
    fn nothing_goes_back() {
        let mut base = Scenario::builtin("container-host").expect("embedded");
        for (path, value) in [
            ("kernel.version", "v6.13"),
            ("machine.hz", "1000"),
            ("netns.conntrack_buckets", "0"),
        ] {
            base.set(path, value).expect("a valid value");
        }
        let remedied = remedied(&base).expect("no contradiction");
        let sets: Vec<String> = remedied.iter().map(|(remedy, _)| remedy.typed()).collect();
        let went_back = [
            "version=v5",
            "version=v6",
            "hz",
            "conntrack",
            "max_active",
            "policy",
        ];
        for back in went_back {
            assert!(!sets.iter().any(|set| set.contains(back)), "{sets:?}");
        }
        assert!(sets.contains(&"kernel.version=v7.2".to_owned()), "{sets:?}");
    }
}
