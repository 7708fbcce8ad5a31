//! How fast the engine and the kernel model are, as a table of ratios taken in one run.
//!
//! ```text
//! cargo bench                      the tables: pending events, models on the engine, kernel model
//! cargo bench -- events            only the first
//! cargo bench -- models            only the second
//! cargo bench -- kernel            only the third, with the bare heap of the first in each round
//! cargo bench -- sweep             two threads against two processes; a sweep's own cost
//! cargo bench -- large             4,096 CPUs and a million calls (minutes)
//! cargo bench -- run NAME KEY=VALUE...  one run of the kernel model, for a profiler
//! ```
//!
//! Figures are user CPU time of the measured phase. Rounds are interleaved, so that a neighbour on
//! the machine disturbs every contender alike; a row is the median of the rounds with their range.

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark prints rates"
)]

mod events;
mod kernel;
mod lock;
mod measure;
mod models;
mod sweep;

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = sweep::part() {
        return code;
    }
    // `cargo bench` adds `--bench`; `cargo test --benches` would add nothing.
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        [] => {
            events::table();
            models::table();
            kernel::table();
        }
        ["events"] => events::table(),
        ["models"] => models::table(),
        ["kernel"] => kernel::table(),
        ["sweep"] => sweep::table(),
        ["large"] => kernel::large(),
        ["run", ref words @ ..] => kernel::one(words),
        _ => println!(
            "usage: cargo bench -- [events | models | kernel | sweep | large | run NAME KEY=VALUE...]"
        ),
    }
    ExitCode::SUCCESS
}
