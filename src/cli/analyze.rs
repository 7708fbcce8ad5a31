//! `rcusim analyze`: a trace in, a report out.

use super::exit::Done;
use super::output;
use super::unpack;
use crate::analyze;
use clap::Args;
use std::path::PathBuf;

const EXAMPLES: &str = "\
FILE is text, plain, gzip or zstd, of tracefs' trace or trace_pipe, of `trace-cmd report` or of
`perf script`; - is stdin.

Examples:
  rcusim analyze trace.txt.gz
  rcusim analyze trace.txt --json
  cat /sys/kernel/tracing/trace_pipe | rcusim analyze -";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct AnalyzeArgs {
    /// The trace
    pub(super) file: PathBuf,
    /// Report as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// Reads the trace and reports.
pub(super) fn run(args: &AnalyzeArgs) -> Result<Done, String> {
    let name = args.file.display();
    let report = unpack::open(&args.file)
        .and_then(analyze::analyze)
        .map_err(|error| format!("cannot read trace {name}: {error}"))?;
    if report.lines == 0 {
        return Err(format!(
            "{name} holds no line; expected the text of /sys/kernel/tracing/trace"
        ));
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
