//! The kernel of a recording: which profile it has, and what it does besides.

use crate::experiment::keys::defaults;
use crate::experiment::profile;
use crate::experiment::release::{in_force, numbers};
use crate::models::params::{KernelVersion, Params};

/// The defaults with the profile of the recording's kernel.
pub(super) fn baseline(release: Option<&str>) -> Params {
    let mut params = defaults();
    let old = params.version;
    params.version = version(release).unwrap_or(old);
    profile::change(&mut params, old, |_| false);
    params
}

/// The newest profile that the recording's kernel has, if it says which it is; at least the oldest.
pub(super) fn version(release: Option<&str>) -> Option<KernelVersion> {
    let release = release?;
    numbers(release)?;
    in_force(release).or(KernelVersion::ALL.first().copied())
}

/// Whether `cleanup_net()` scans the conntrack table for each dying namespace. From 5.19 on only for those that track
/// connections ("netfilter: conntrack: add `nf_ct_iter_data` object", net-next, May 2022: `nf_conntrack_cleanup_net_list()`
/// calls `nf_ct_iterate_cleanup_net()`, which returns at once where the namespace's count is zero).
pub(super) fn scans_conntrack(release: Option<&str>) -> bool {
    release
        .and_then(numbers)
        .is_none_or(|kernel| kernel < (5, 19))
}

/// Whether each grace period that `cleanup_net()` waits for is expedited: the first one (78c3253f27e5) and `nf_conntrack`'s
/// (1ebb85f9c03d) since 6.9, where no other exit waits with rtnl free. The profiles say it from 6.10 on.
pub(super) fn expedites(release: Option<&str>) -> bool {
    release
        .and_then(numbers)
        .is_some_and(|kernel| kernel >= (6, 9))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_has_the_newest_profile_that_is_not_newer() {
        for (kernel, profile) in [
            ("5.4.0", "v5.10"),
            ("5.10.7", "v5.10"),
            ("5.15.0-91-generic", "v5.11"),
            ("6.1.90", "v5.18"),
            ("6.18.44-fc-v657", "v6.13"),
            ("7.2-rc1", "v7.2"),
        ] {
            let found = version(Some(kernel)).map(KernelVersion::name);
            assert_eq!(found, Some(profile), "{kernel}");
        }
        assert_eq!(version(Some("no number")), None);
        assert_eq!(version(None), None);
        assert_eq!(baseline(Some("6.18.44")).max_active, 1_024);
    }

    #[test]
    fn older_kernels_scan_the_table_for_nothing_and_newer_ones_expedite() {
        assert!(scans_conntrack(Some("5.10.7")) && scans_conntrack(Some("5.18.1")));
        assert!(scans_conntrack(None));
        assert!(!scans_conntrack(Some("5.19.0")) && !scans_conntrack(Some("6.1.90")));
        assert!(expedites(Some("6.9.0")) && !expedites(Some("6.8.12")));
        assert!(!expedites(None));
    }
}
