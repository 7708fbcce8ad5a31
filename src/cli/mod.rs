//! The command line: arguments in, text out. The only part that touches files and streams.

mod args;
mod jobs;
mod load;
mod output;
mod simulate;
mod trace;

use clap::Parser as _;
use std::process::ExitCode;

/// Bad usage or input.
const USAGE: u8 = 2;

/// How a command went.
pub(crate) enum Done {
    /// It ran, and what was expected held.
    Ran,
    /// It ran, and an expectation or check failed.
    Failed,
}

/// Runs the command line and says how it went: 0 ran, 1 an expectation failed, 2 usage or input.
pub fn main() -> ExitCode {
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let code = if error.use_stderr() { USAGE } else { 0 };
            // A closed stream is no reason to fail while saying how to use the program.
            drop(error.print());
            return ExitCode::from(code);
        }
    };
    match jobs::run(args) {
        Ok(Done::Ran) => ExitCode::SUCCESS,
        Ok(Done::Failed) => ExitCode::FAILURE,
        Err(message) => {
            output::stderr(&format!("error: {message}\n"));
            ExitCode::from(USAGE)
        }
    }
}
