//! What `rcusim record` can be told, and what is meant by it.

use crate::experiment::units::Unit;
use clap::Args;
use std::path::PathBuf;

/// Most calls of one recording: its latencies are kept in memory, eight bytes each.
const MOST_CALLS: u64 = 10_000_000;
/// Most threads of one kind.
const MOST_THREADS: u64 = 1_024;
/// Shortest and longest time between two samples \[ns\].
const SAMPLE_NS: (u64, u64) = (10_000_000, 10_000_000_000);

#[derive(Args, Debug)]
pub(in crate::cli) struct RecordArgs {
    /// Calls of `unshare(CLONE_NEWNET)`, over all creators; no more are made
    #[arg(long, value_name = "N", default_value = "4000")]
    calls: String,
    /// Threads that call it in a loop
    #[arg(long, value_name = "N", default_value = "1")]
    creators: String,
    /// Threads that keep RCU callbacks coming: 10 times open and close /proc/version, sleep 2 ms
    #[arg(long, value_name = "N", default_value = "0")]
    noise_threads: String,
    /// Name of the recording's files; default: made of kernel, CPUs and load
    #[arg(long)]
    name: Option<String>,
    /// Folder to write to; made if it is not there
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    output: PathBuf,
    /// Wait at most this long after the loop until memory is back
    #[arg(long, value_name = "TIME", default_value = "60s")]
    settle: String,
    /// Stop creating when less memory than this is available: a size, or a share of RAM
    #[arg(long, value_name = "SIZE|N%", default_value = "25%")]
    floor: String,
    /// Time between two samples
    #[arg(long, value_name = "TIME", default_value = "100ms")]
    sample: String,
    /// Ring buffer of the trace, per CPU; all CPUs together take at most an eighth of the memory
    #[arg(long, value_name = "SIZE", default_value = "16MiB")]
    trace_buffer: String,
    /// Leave tracing alone
    #[arg(long)]
    no_trace: bool,
    /// Say what would be done and what is missing, and do nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Make a user namespace even with `CAP_SYS_ADMIN`
    #[arg(long, hide = true)]
    user_namespace: bool,
    /// Where tracefs is
    #[arg(long, hide = true, value_name = "DIR")]
    tracefs: Option<PathBuf>,
}

/// The arguments in numbers.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "elsewhere the arguments are only checked")
)]
pub(super) struct Order {
    /// Calls to make, over all creators.
    pub(super) calls: u64,
    /// Threads that make them.
    pub(super) creators: u64,
    /// Threads that open and close a file.
    pub(super) noise_threads: u64,
    /// Name of the files, if one was given.
    pub(super) name: Option<String>,
    /// Folder of the files.
    pub(super) folder: PathBuf,
    /// Longest wait after the loop \[ns\].
    pub(super) settle_ns: u64,
    /// Where to stop.
    pub(super) floor: Floor,
    /// Time between two samples \[ns\].
    pub(super) sample_ns: u64,
    /// Ring buffer per CPU \[bytes\], if there is to be a trace.
    pub(super) trace_buffer: Option<u64>,
    /// A user namespace in any case.
    pub(super) user_namespace: bool,
    /// tracefs, if not where it is looked for.
    pub(super) tracefs: Option<PathBuf>,
}

/// Available memory below which no namespace is created.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Floor {
    /// Of the machine's RAM \[percent\].
    Percent(u64),
    /// \[bytes\].
    Bytes(u64),
}

impl Floor {
    fn parse(text: &str) -> Result<Self, String> {
        let Some(percent) = text.trim().strip_suffix('%') else {
            return Unit::Bytes.parse(text).map(Self::Bytes);
        };
        match percent.trim().parse() {
            Ok(percent @ 0..=100) => Ok(Self::Percent(percent)),
            _ => Err(format!(
                "`{text}` is not a share of RAM; expected 0% to 100%, or a size such as 4GiB"
            )),
        }
    }

    /// In KiB, of a machine with that much RAM \[KiB\].
    #[cfg(target_os = "linux")]
    pub(super) const fn kib(self, total_kib: u64) -> u64 {
        match self {
            Self::Percent(percent) => total_kib / 100 * percent,
            Self::Bytes(bytes) => bytes / 1024,
        }
    }
}

impl RecordArgs {
    /// What is meant, or the option that cannot be meant.
    pub(super) fn order(&self) -> Result<Order, String> {
        if let Some(name) = &self.name {
            check_name(name).map_err(|why| format!("--name: {why}"))?;
        }
        let number = |option: &str, text: &str, unit: Unit, range: (u64, u64)| {
            let value = unit
                .parse(text)
                .map_err(|why| format!("--{option}: {why}"))?;
            let (least, most) = (unit.format(range.0), unit.format(range.1));
            if (range.0..=range.1).contains(&value) {
                Ok(value)
            } else {
                Err(format!(
                    "--{option}: {text} is out of range; expected {least} to {most}"
                ))
            }
        };
        let settle = (0, 86_400_000_000_000);
        let buffer = (65_536, 1 << 40);
        Ok(Order {
            calls: number("calls", &self.calls, Unit::Count, (1, MOST_CALLS))?,
            creators: number("creators", &self.creators, Unit::Count, (1, MOST_THREADS))?,
            noise_threads: number(
                "noise-threads",
                &self.noise_threads,
                Unit::Count,
                (0, MOST_THREADS),
            )?,
            name: self.name.clone(),
            folder: self.output.clone(),
            settle_ns: number("settle", &self.settle, Unit::Time, settle)?,
            floor: Floor::parse(&self.floor).map_err(|why| format!("--floor: {why}"))?,
            sample_ns: number("sample", &self.sample, Unit::Time, SAMPLE_NS)?,
            trace_buffer: if self.no_trace {
                None
            } else {
                let size = number("trace-buffer", &self.trace_buffer, Unit::Bytes, buffer)?;
                Some(size)
            },
            user_namespace: self.user_namespace,
            tracefs: self.tracefs.clone(),
        })
    }
}

/// A name becomes part of three file names.
fn check_name(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-+".contains(c);
    if name.is_empty() || name.starts_with('.') || name.len() > 200 || !name.chars().all(plain) {
        return Err(format!(
            "`{name}` is not a name; expected up to 200 letters, digits, `_`, `-`, `+` and `.`, the first no `.`"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_floor_is_a_size_or_a_share() {
        assert_eq!(Floor::parse("25%"), Ok(Floor::Percent(25)));
        assert_eq!(Floor::parse("4GiB"), Ok(Floor::Bytes(4 << 30)));
        for bad in ["101%", "-1%", "x%", "lots", ""] {
            assert!(Floor::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_stays_in_its_folder() {
        assert_eq!(check_name("rec_6.18.44-fc_c2"), Ok(()));
        for bad in ["", "../x", "a/b", ".hidden", "a b", "é"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
