//! `rcusim check`: every check, a line each.

use super::exit::Done;
use super::interrupt::{self, Watch};
use super::output;
use super::progress::Meter;
use crate::experiment::check::{Check, GROUPS};
use crate::stats::digits::with_separators;
use serde_json::json;
use std::fmt::Write as _;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Time between two looks at whether Ctrl-C was pressed.
const LOOK: Duration = Duration::from_millis(50);

/// Shown below the options.
pub(super) const EXAMPLES: &str = "\
Examples:
  rcusim check
  rcusim check | grep FAIL
  rcusim check --json > check.json

Exit code 1 if a check fails.";

#[derive(clap::Args, Debug)]
pub(super) struct CheckArgs {
    /// Report as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the checks; one that fails is an expectation that failed.
pub(super) fn run(args: &CheckArgs) -> Result<Done, String> {
    output::check_stdout()?;
    let (report, done) = told(&checks()?, args.json);
    output::stdout(&report)?;
    Ok(done)
}

/// The report, and what it ends with.
fn told(checks: &[Check], json: bool) -> (String, Done) {
    let failed = checks.iter().filter(|check| !check.passes()).count();
    let report = if json {
        object(checks, failed)
    } else {
        text(checks, failed)
    };
    (report, if failed == 0 { Done::Ran } else { Done::Failed })
}

fn object(checks: &[Check], failed: usize) -> String {
    let lines = checks.iter().map(|check| {
        json!({
            "name": check.name,
            "expected": check.expected,
            "found": check.found,
            "interval": check.interval,
            "passes": check.passes(),
        })
    });
    let object = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "passed": checks.len() - failed,
        "failed": failed,
        "checks": lines.collect::<Vec<_>>(),
    });
    format!("{object:#}\n")
}

fn text(checks: &[Check], failed: usize) -> String {
    let lines = checks.iter().map(|check| {
        let words = [&check.name, &check.expected, &check.found, &check.interval];
        (check.passes(), words.map(|text| with_separators(text)))
    });
    let lines: Vec<_> = lines.collect();
    let names = lines.iter().map(|(_, [name, ..])| name.len());
    let width = names.max().unwrap_or(0);
    let mut text = String::new();
    for (passes, [name, expected, found, interval]) in lines {
        let verdict = if passes { "PASS" } else { "FAIL" };
        write!(
            text,
            "{verdict}  {name:width$}  expected {expected}, found {found}"
        )
        .expect("a string takes all");
        if !interval.is_empty() {
            write!(text, " ({interval})").expect("a string takes all");
        }
        text.push('\n');
    }
    writeln!(text, "{} passed, {failed} failed", checks.len() - failed)
        .expect("a string takes all");
    text
}

/// Every check. A group of checks cannot be broken off: it goes on beside while Ctrl-C is answered,
/// and ends with the program.
fn checks() -> Result<Vec<Check>, String> {
    let _watch = Watch::new();
    let (sender, receiver) = channel();
    thread::spawn(move || {
        GROUPS
            .iter()
            .try_for_each(|(_, group)| sender.send(group()))
    });
    let (mut checks, mut groups) = (Vec::new(), 0);
    let mut meter = Meter::new();
    loop {
        match receiver.recv_timeout(LOOK) {
            Ok(group) => {
                checks.extend(group);
                groups += 1;
            }
            Err(RecvTimeoutError::Disconnected) if groups == GROUPS.len() => return Ok(checks),
            Err(RecvTimeoutError::Disconnected) => panic!("a check panicked"),
            Err(RecvTimeoutError::Timeout) => {}
        }
        meter.tell(|elapsed| checking(groups, elapsed));
        if interrupt::requested() && groups < GROUPS.len() {
            let failed = checks
                .iter()
                .filter(|check: &&Check| !check.passes())
                .count();
            return Err(format!(
                "interrupted: {groups} of {} groups of checks done, {} passed, {failed} failed",
                GROUPS.len(),
                checks.len() - failed
            ));
        }
    }
}

/// How far the checks have come.
fn checking(groups: usize, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    match GROUPS.get(groups) {
        Some((now, _)) => format!(
            "checking: {groups} of {} groups done, now {now}, {seconds} s",
            GROUPS.len()
        ),
        None => format!("checking: all groups done, {seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_that_fails_is_told_and_is_the_exit_code() {
        let [good, bad] = [1, 2].map(|found| Check::exact("full barriers", &1, &found));
        let (report, done) = told(std::slice::from_ref(&good), false);
        assert!(report.starts_with("PASS  full barriers"), "{report}");
        assert!(matches!(done, Done::Ran));
        let (report, done) = told(&[good, bad], false);
        assert!(
            report.contains("\nFAIL  full barriers  expected 1, found 2\n1 passed, 1 failed\n"),
            "{report}"
        );
        assert!(matches!(done, Done::Failed));
    }
}
