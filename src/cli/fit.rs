//! `rcusim fit`: a recording in, a machine out.

use super::exit::Done;
use super::number::whole;
use super::{output, recordings};
use crate::analyze::Samples;
use crate::calibrate::recording::Meta;
use crate::calibrate::series::{Row, Series};
use crate::calibrate::{Recording, fit};
use crate::report::fit as report;
use clap::Args;
use std::path::{Path, PathBuf};

pub(super) const HELP: &str = "\
TRACE is text of /sys/kernel/tracing/trace, plain or compressed. NAME.toml and NAME.csv beside NAME.trace.gz are
read too. What the recording cannot tell keeps its default, and both outputs say so.

Examples:
  rcusim fit recordings/quiet.trace.gz -o machine.toml
  rcusim fit quiet.trace.gz --noise-threads 2             without NAME.toml beside it
  rcusim run --machine machine.toml --set cpus=64
  rcusim validate recordings --machine machine.toml";

#[derive(Args, Debug)]
pub(super) struct FitArgs {
    /// The trace
    trace: PathBuf,
    /// The time series, a row every 100 ms
    #[arg(long, value_name = "CSV")]
    series: Option<PathBuf>,
    /// What ran
    #[arg(long, value_name = "NAME.toml")]
    toml: Option<PathBuf>,
    /// How many threads posted callbacks while it was recorded (10 each, then 2 ms of sleep); default: as NAME.toml says
    #[arg(long, value_name = "N", value_parser = whole::<u64>(0, 4_096))]
    noise_threads: Option<u64>,
    /// Report as JSON
    #[arg(long)]
    json: bool,
    /// Write the machine to a file, as a scenario
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Fits and reports.
pub(super) fn run(args: &FitArgs) -> Result<Done, String> {
    let [series, toml] = beside(args);
    if args.output.as_deref().is_some_and(output::is_stdout) {
        return Err(
            "the report and --output cannot both go to stdout; write the machine to a file with -o FILE".to_owned(),
        );
    }
    if let Some(path) = &args.output {
        let others = [&series, &toml].into_iter().flatten();
        let read = others.map(PathBuf::as_path).chain([args.trace.as_path()]);
        output::check(path, &read.collect::<Vec<_>>())?;
    }
    let recording = recording(args, series, toml)?;
    let (fitted, machine) = fit(&[recording])?;
    if let Some(path) = &args.output {
        output::file(path, &report::toml(&fitted, &machine))?;
    }
    let text = if args.json {
        report::json(&fitted)
    } else {
        report::human(&fitted)
    };
    output::stdout(&text)?;
    Ok(Done::Ran)
}

/// The series and the summary: as given, or beside the trace.
fn beside(args: &FitArgs) -> [Option<PathBuf>; 2] {
    let name = stem(&args.trace);
    [(&args.series, ".csv"), (&args.toml, ".toml")].map(|(given, end)| {
        let path = args.trace.with_file_name(format!("{name}{end}"));
        given.clone().or_else(|| path.exists().then_some(path))
    })
}

fn recording(
    args: &FitArgs,
    series: Option<PathBuf>,
    toml: Option<PathBuf>,
) -> Result<Recording, String> {
    let trace = recordings::events(&args.trace)?;
    let series = series.map(|path| recordings::series(&path)).transpose()?;
    let mut meta = match toml {
        Some(path) => recordings::meta(&path)?,
        None => from_trace(&stem(&args.trace), &trace, series.as_ref()),
    };
    meta.noise_threads = args.noise_threads.or(meta.noise_threads);
    let series = series.unwrap_or_else(|| unseen(&meta, &trace));
    Ok(Recording {
        meta,
        series,
        trace: Some(trace),
        unreadable: None,
    })
}

/// NAME of NAME.trace.gz.
fn stem(path: &Path) -> String {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let name = recordings::TRACES
        .iter()
        .find_map(|end| file.strip_suffix(end));
    name.unwrap_or(&file).to_owned()
}

/// What a trace and a series say about what ran, without a summary.
fn from_trace(name: &str, trace: &Samples, series: Option<&Series>) -> Meta {
    let cpus = trace.cpus.iter().max().map_or(1, |cpu| u64::from(*cpu) + 1);
    let done = series.and_then(|series| series.rows.iter().map(|row| row.done).max());
    let queued = trace.queued.get("fqdir_work_fn").copied().unwrap_or(0);
    Meta {
        name: name.to_owned(),
        cpus_online: cpus,
        calls: done.unwrap_or(queued / each(trace)).max(1),
        policy: trace
            .run_ns
            .contains_key("fqdir_free_fn")
            .then(|| "batch-free".to_owned()),
        ..Meta::default()
    }
}

/// fqdirs of a namespace, where nothing says how many namespaces there were: every batch of `cleanup_net()` queues them for
/// each of its own, and the first batch of a loop is of one.
fn each(trace: &Samples) -> u64 {
    let batches = trace.cleanup.iter().map(|call| call.fqdirs_ns.len() as u64);
    let gcd = |a: u64, b: u64| {
        let (mut a, mut b) = (a, b);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    match batches.fold(0, gcd) {
        each @ 1..=64 => each,
        _ => 1,
    }
}

/// A series that says only how long it took.
#[expect(clippy::cast_precision_loss, reason = "a length in seconds")]
fn unseen(meta: &Meta, trace: &Samples) -> Series {
    let (first, last) = trace.span_ns.unwrap_or((0, 0));
    let row = Row {
        t_s: (last - first) as f64 / 1e9,
        done: meta.calls,
        ..Row::default()
    };
    Series {
        rows: vec![row],
        skipped: 0,
    }
}
