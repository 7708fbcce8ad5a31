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

/// What there is to say of a release that has no profile of its own; nothing of what is no release, or older than all.
pub fn note(release: &str) -> Option<String> {
    let found = in_force(release)?;
    if numbers(found.name()) == numbers(release) {
        return None;
    }
    let name = found.name();
    Some(if KernelVersion::ALL.last() == Some(&found) {
        format!("newer than any profile; {name} is taken, the newest there is")
    } else {
        format!("profile {name}, the newest that is not newer")
    })
}

/// The profile that `text` names, or that the release of Linux that it is has; an error, what it is, of one older than all; none of
/// what is no release.
pub(crate) fn named(text: &str) -> Option<Result<KernelVersion, String>> {
    numbers(text)?;
    let oldest = KernelVersion::ALL.first()?.name();
    let older = || format!("older than the oldest profile, {oldest}{}", nearest(text));
    Some(in_force(text).ok_or_else(older))
}

/// What to take for a release that is older than all profiles: `struct fqdir` is of 5.3, and was destroyed by each call until 5.11.
fn nearest(release: &str) -> &'static str {
    match numbers(release) {
        Some((5, 3..)) => {
            ", but from 5.3 on fqdirs are destroyed per call as in that: take 5.10; what else changed until then, in RCU, \
             workqueues, cleanup_net() and the sizes of objects, was not looked at"
        }
        _ => "; before 5.3 there is no struct fqdir",
    }
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
