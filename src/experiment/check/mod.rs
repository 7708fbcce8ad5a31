//! The checks as a table: what must come out, what came out. One file for each group.

mod convoy;
mod coverage;
mod line;
mod queues;
mod sequence;
mod stability;

pub use convoy::{CONVOY, CONVOY_WORKS, convoy};
pub use line::Check;

/// A group of checks with its name.
pub type Group = (&'static str, fn() -> Vec<Check>);

/// Every group, in the order in which they are shown.
pub const GROUPS: [Group; 6] = [
    ("sequence", sequence::sequence),
    ("convoy", convoy::table),
    ("repeat", sequence::repeat),
    ("queues", queues::table),
    ("coverage", coverage::table),
    ("stability", stability::table),
];

/// Runs every check.
pub fn checks() -> Vec<Check> {
    GROUPS.iter().flat_map(|(_, group)| group()).collect()
}
