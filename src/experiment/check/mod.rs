//! The checks as a table: what must come out, what came out. One file for each group.

mod convoy;
mod line;
mod sequence;

pub use convoy::{CONVOY, CONVOY_WORKS, convoy};
pub use line::Check;

/// Runs every check.
pub fn checks() -> Vec<Check> {
    let mut checks = sequence::sequence();
    checks.extend(convoy::table());
    checks.extend(sequence::repeat());
    checks
}
