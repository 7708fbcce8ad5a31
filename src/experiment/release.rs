//! Which kernel profile a release of Linux has.

use crate::models::params::KernelVersion;

/// The profile that a release of Linux has, such as `6.8` or `v5.15.0-91-generic`: the newest that is
/// not newer. None of what is older than the oldest, and of what is no release.
pub fn in_force(release: &str) -> Option<KernelVersion> {
    let asked = numbers(release)?;
    let has = |version: &KernelVersion| numbers(version.name()).is_some_and(|since| since <= asked);
    KernelVersion::ALL.iter().copied().rfind(has)
}

/// The first two numbers of a release of Linux.
pub fn numbers(release: &str) -> Option<(u32, u32)> {
    let release = release.strip_prefix('v').unwrap_or(release);
    let mut parts = release.split(|c: char| !c.is_ascii_digit());
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// What to write instead of `text`, which is no profile's name: the name itself if only its `v` was left out, the newest
/// profile that is not newer than a release, or the oldest of all for an older one.
pub(super) fn meant(text: &str) -> Option<(&'static str, &'static str)> {
    let asked = numbers(text)?;
    let Some(found) = in_force(text).map(KernelVersion::name) else {
        let oldest = KernelVersion::ALL.first()?.name();
        return Some((oldest, "the oldest there is"));
    };
    let its_own = numbers(found) == Some(asked);
    let why = if its_own {
        ""
    } else {
        "the newest that is not newer"
    };
    Some((found, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_has_the_newest_profile_that_is_not_newer() {
        for (release, profile) in [
            ("5.10", Some("v5.10")),
            ("v5.10.7", Some("v5.10")),
            ("5.15.0-91-generic", Some("v5.11")),
            ("6.8", Some("v5.18")),
            ("9.0", Some("v7.2")),
            ("5.4", None),
            ("6", None),
            ("newest", None),
        ] {
            assert_eq!(
                in_force(release).map(KernelVersion::name),
                profile,
                "{release}"
            );
        }
    }
}
