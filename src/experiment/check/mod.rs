//! The checks as a table: what must come out, what came out. One file for each group.

mod batch;
mod convoy;
mod coverage;
mod last_half;
mod line;
mod little;
mod mutex;
mod oracle;
mod queues;
mod sequence;
mod stability;
mod waits;

pub use convoy::{CONVOY, CONVOY_WORKS, TICKS_A_BARRIER, convoy};
pub use line::Check;

use crate::models::params::Broken;

/// A group of checks with its name.
pub type Group = (&'static str, fn() -> Vec<Check>);

/// Every group, in the order in which they are shown.
pub const GROUPS: [Group; 11] = [
    ("sequence", sequence::sequence),
    ("convoy", || convoy::table(None)),
    ("oracle", || oracle::table(None)),
    ("repeat", sequence::repeat),
    ("little", little::table),
    ("mutex", mutex::table),
    ("batch", batch::table),
    ("queues", queues::table),
    ("coverage", coverage::table),
    ("last half", last_half::table),
    ("stability", stability::table),
];

/// Runs every check.
pub fn checks() -> Vec<Check> {
    GROUPS.iter().flat_map(|(_, group)| group()).collect()
}

/// The checks of the kernel's mechanisms, on a machine one of whose mechanisms is switched off.
pub fn kernel_checks(broken: Option<Broken>) -> Vec<Check> {
    let mut checks = convoy::table(broken);
    checks.extend(oracle::table(broken));
    checks
}
