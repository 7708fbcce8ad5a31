//! `rcusim record`: the real reproducer on this machine, and what it did to it.
//!
//! It looks at the machine and says what it will do and what is missing ([`plan`]); starts a trace of its own
//! ([`tracefs`]); makes namespaces under a memory floor ([`reproducer`]) while it samples `/proc` ([`proc`],
//! [`session`]); and writes the three files that `analyze`, `fit` and `validate` read ([`series`], [`summary`]).
//!
//! Everything here is of the real machine: nothing of it is part of a simulation.

mod args;
#[cfg(target_os = "linux")]
mod clock;
#[cfg(target_os = "linux")]
mod job;
#[cfg(target_os = "linux")]
mod machine;
#[cfg(target_os = "linux")]
mod plan;
#[cfg(target_os = "linux")]
mod proc;
#[cfg(target_os = "linux")]
mod reproducer;
#[cfg(target_os = "linux")]
mod series;
#[cfg(target_os = "linux")]
mod session;
#[cfg(target_os = "linux")]
mod summary;
#[cfg(target_os = "linux")]
mod tracefs;

pub(super) use args::RecordArgs;
#[cfg(target_os = "linux")]
pub(super) use job::run;

/// Shown below the options.
pub(super) const EXAMPLES: &str = "\
Examples:
  rcusim record --dry-run                    what would be done here, and what is missing
  rcusim record --calls 500 -o recordings    a small one
  rcusim record --noise-threads 2            with RCU callbacks on every CPU, as on a busy server

It eats memory: below --floor it stops. Ctrl-C ends it, writes what there is, and exits with 130.
docs/record.md says what each file and column is.";

/// Elsewhere there is nothing to record.
#[cfg(not(target_os = "linux"))]
pub(super) fn run(args: &RecordArgs) -> Result<super::exit::Done, String> {
    args.order()?;
    Err("`rcusim record` needs Linux: it calls unshare(CLONE_NEWNET) and reads /proc".to_owned())
}
