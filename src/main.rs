//! The command `rcusim`.

use std::process::ExitCode;

fn main() -> ExitCode {
    rcusim::cli::main()
}
