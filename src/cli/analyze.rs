//! `rcusim analyze`: a trace in, a report out.

use super::exit::Done;
use super::output;
use crate::analyze;
use clap::Args;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;

/// How files of either kind begin.
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

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
    let report = open(args)
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

fn open(args: &AnalyzeArgs) -> io::Result<Box<dyn BufRead>> {
    let input: Box<dyn Read> = if args.file.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        let file = File::open(&args.file)?;
        if file.metadata()?.is_dir() {
            return Err(io::Error::other("it is a directory"));
        }
        Box::new(file)
    };
    let mut input = BufReader::with_capacity(1 << 18, input);
    let head = input.fill_buf()?;
    if head.starts_with(&ZSTD) {
        let decoder = ruzstd::decoding::StreamingDecoder::new(input).map_err(io::Error::other)?;
        return Ok(Box::new(BufReader::with_capacity(1 << 18, decoder)));
    }
    if head.starts_with(&GZIP) {
        let decoder = flate2::bufread::MultiGzDecoder::new(input);
        return Ok(Box::new(BufReader::with_capacity(1 << 18, decoder)));
    }
    Ok(Box::new(input))
}
