//! The command line: arguments in, text out. The only part that touches files and streams.

mod ablate;
mod analyze;
mod args;
mod bisect;
mod check;
mod compare;
mod draft;
mod epitaph;
mod exit;
mod fit;
mod interrupt;
mod kernel;
mod load;
mod lock;
mod man;
mod map;
mod merge;
mod number;
mod output;
mod picture;
mod plot;
mod plot_text;
mod probe;
mod progress;
mod record;
mod recordings;
mod remedies;
mod repeat;
mod report_job;
mod run;
mod scenario;
mod scenario_args;
mod seen;
mod sensitivity;
mod simulate;
mod sweep;
mod tip;
mod trace;
mod typed;
mod unpack;
mod validate;

use args::{Args, Command};
use clap::{CommandFactory as _, Parser as _};
use exit::{Done, INTERRUPTED, USAGE};
use std::io::ErrorKind;
use std::process::ExitCode;

/// Prints help, or what is wrong with the command line; the exit code. A reader that has gone is no error, as everywhere.
fn say_usage(error: &clap::Error) -> u8 {
    if let (false, Err(closed)) = (error.use_stderr(), output::lock()) {
        output::stderr(&format!("error: {closed}\n"));
        return USAGE;
    }
    match error.print() {
        Err(lost) if !error.use_stderr() && lost.kind() != ErrorKind::BrokenPipe => {
            output::stderr(&format!("error: cannot write to stdout: {lost}\n"));
            USAGE
        }
        _ if error.use_stderr() => USAGE,
        _ => 0,
    }
}

/// To be said before [`main`] of a program that was started without a stdout (`>&-`): whatever is for it is an error then.
pub fn stdout_is_closed() {
    output::close_stdout();
}

/// Runs the command line and says how it went: 0 ran, 1 an expectation failed, 2 usage or input,
/// 130 interrupted.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let words = std::env::args_os().skip(1);
            let words: Vec<_> = words
                .map(|word| word.to_string_lossy().into_owned())
                .collect();
            let error = tip::with_tip(error, Args::command(), &words);
            return ExitCode::from(say_usage(&error));
        }
    };
    if !matches!(args.command, Some(Command::Record(_))) {
        // The handler is a thread, and only a process of one thread may enter a user namespace: `record` listens later.
        interrupt::listen();
    }
    match run(args) {
        Ok(done) => done.into(),
        Err(message) if interrupt::requested() => {
            output::stderr(&interrupt::told(&message));
            ExitCode::from(INTERRUPTED)
        }
        Err(message) => {
            output::stderr(&format!("error: {message}\n"));
            ExitCode::from(USAGE)
        }
    }
}

/// Does what was asked; the error is a message for people.
fn run(args: Args) -> Result<Done, String> {
    match args.command {
        None => report_job::run(),
        Some(Command::Run(args)) => run::run(&args),
        Some(Command::Compare(args)) => compare::run(&args),
        Some(Command::Bisect(args)) => bisect::run(&args),
        Some(Command::Map(args)) => map::run(&args),
        Some(Command::Plot(args)) => plot::run(&args),
        Some(Command::Sensitivity(args)) => sensitivity::run(&args),
        Some(Command::Ablate(args)) => ablate::run(&args),
        Some(Command::Remedies(args)) => remedies::run(&args),
        Some(Command::Check(args)) => check::run(&args),
        Some(Command::Analyze(args)) => analyze::run(&args),
        Some(Command::Record(args)) => record::run(&args),
        Some(Command::Trace(args)) => trace::run(&args),
        Some(Command::Completions(args)) => man::completions(&args, Args::command()),
        Some(Command::Man(args)) => man::man(&args, Args::command()),
        Some(Command::Fit(args)) => fit::run(&args),
        Some(Command::Validate(args)) => validate::run(&args),
        Some(Command::Scenario(command)) => scenario::run(&command),
        Some(Command::Sweep(args)) => sweep::run(&args),
        Some(Command::Merge(args)) => merge::run(&args),
    }
}
