//! `rcusim analyze`: a trace in, a report out.

use super::exit::Done;
use super::typed::quoted;
use super::{output, picture, unpack};
use crate::analyze::Report;
use crate::report::counted;
use crate::{analyze, plot};
use clap::Args;
use std::path::PathBuf;

const EXAMPLES: &str = "\
FILE is text, plain, gzip or zstd, of tracefs' trace or trace_pipe, of `trace-cmd report` or of
`perf script`; - is stdin.

Examples:
  rcusim analyze trace.txt.gz
  rcusim analyze trace.txt --json
  rcusim analyze trace.txt.gz --plot trace.png --plot trace.svg
  cat /sys/kernel/tracing/trace_pipe | rcusim analyze -";

/// What a file should be.
const EXPECTED: &str =
    "expected the text of /sys/kernel/tracing/trace, of `trace-cmd report` or of `perf script`";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct AnalyzeArgs {
    /// The trace
    pub(super) file: PathBuf,
    /// Report as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Draw what went on over time, and histograms; .svg or .png; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(super) plot: Vec<PathBuf>,
}

/// Reads the trace and reports.
pub(super) fn run(args: &AnalyzeArgs) -> Result<Done, String> {
    let name = args.file.display();
    let mut plots = args.plot.iter();
    plots.try_for_each(|path| picture::check(path, &[&args.file]))?;
    let report = unpack::open(&args.file)
        .and_then(analyze::analyze)
        .map_err(|error| format!("cannot read trace {name}: {error}"))?;
    if !report.is_of_a_trace() {
        return Err(format!("{name} {}; {EXPECTED}", no_trace(&report)));
    }
    if report.events() == 0 {
        output::stderr(&format!(
            "warning: {name} holds {}; {EXPECTED}\n",
            no_event(&report)
        ));
    }
    if !args.plot.is_empty() {
        let file = args.file.file_name().unwrap_or(args.file.as_os_str());
        let caption = format!(
            "rcusim analyze {} --plot FILE   (rcusim {})",
            quoted(&file.to_string_lossy()),
            report.version
        );
        let drawn = plot::trace(&file.to_string_lossy(), &caption, &report);
        let drawn = drawn.map_err(|error| error.to_string())?;
        args.plot
            .iter()
            .try_for_each(|path| picture::write(path, &drawn))?;
    }
    let text = if args.json {
        let mut json = serde_json::to_string_pretty(&report).expect("a report is plain data");
        json.push('\n');
        json
    } else {
        analyze::human(&report)
    };
    output::stdout(&text)?;
    Ok(Done::Ran)
}

/// What a file is in which nothing is of a trace.
fn no_trace(report: &Report) -> String {
    match report.lines {
        0 => "is empty".to_owned(),
        lines => format!(
            "is no trace: nothing in its {} was recognised",
            counted(lines, "line")
        ),
    }
}

/// What is wrong with a trace without an event.
fn no_event(report: &Report) -> String {
    match report.unparsed + report.overlong_lines {
        0 => "no event".to_owned(),
        strange => format!("no event, and {} not recognised", counted(strange, "line")),
    }
}
