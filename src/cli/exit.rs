//! How a command ends, as its caller sees it.

use std::process::ExitCode;

/// Bad usage or input.
pub(super) const USAGE: u8 = 2;
/// Ctrl-C, as shells have it: 128 and the signal's number.
pub(super) const INTERRUPTED: u8 = 130;

/// How a command went.
#[derive(Clone, Copy, Debug)]
pub(super) enum Done {
    /// It ran, and what was expected held.
    Ran,
    /// It ran, and an expectation or check failed.
    Failed,
}

impl From<Done> for ExitCode {
    fn from(done: Done) -> ExitCode {
        match done {
            Done::Ran => ExitCode::SUCCESS,
            Done::Failed => ExitCode::FAILURE,
        }
    }
}
