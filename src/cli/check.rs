//! `rcusim check`: every check, a line each.

use super::exit::Done;
use super::output;
use crate::experiment::check::checks;
use std::fmt::Write as _;

/// Runs the checks; one that fails is an expectation that failed.
pub(super) fn run() -> Result<Done, String> {
    let checks = checks();
    let width = checks
        .iter()
        .map(|check| check.name.len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for check in &checks {
        let verdict = if check.passes() { "PASS" } else { "FAIL" };
        let (name, expected, found) = (&check.name, &check.expected, &check.found);
        write!(
            text,
            "{verdict}  {name:width$}  expected {expected}, found {found}"
        )
        .expect("a string takes all");
        if !check.interval.is_empty() {
            write!(text, " ({})", check.interval).expect("a string takes all");
        }
        text.push('\n');
    }
    let failed = checks.iter().filter(|check| !check.passes()).count();
    writeln!(text, "{} passed, {failed} failed", checks.len() - failed)
        .expect("a string takes all");
    output::stdout(&text)?;
    Ok(if failed == 0 { Done::Ran } else { Done::Failed })
}
