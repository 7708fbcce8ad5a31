//! `rcusim trace`: one run as the text that the kernel's tracing would show.

use super::draft::Draft;
use super::epitaph::Epitaph;
use super::exit::Done;
use super::interrupt::{self, Watch};
use super::output;
use super::progress::{Meter, Stage, so_far};
use super::scenario_args::ScenarioArgs;
use crate::experiment::Scenario;
use crate::models::record::Record;
use crate::models::{Progress, simulate_watched};
use crate::report::ftrace::{FIRST, Groups, Text};
use crate::sim::{Instant, Listener};
use clap::Args;
use std::cell::RefCell;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::rc::Rc;

/// Bytes of text gathered before they are written.
const CHUNK: usize = 1 << 16;

const EXAMPLES: &str = "\
Examples:
  rcusim trace recorded-2cpu -o run.trace.gz
  rcusim trace recorded-2cpu --policy batch-free | rcusim analyze -
  rcusim trace recorded-2cpu --events rcu,workqueue | grep cleanup_net";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct TraceArgs {
    #[command(flatten, next_help_heading = "Scenario")]
    scenario: ScenarioArgs,
    /// The layout: ftrace, the text of /sys/kernel/tracing/trace
    #[arg(help_heading = "Output", long, default_value = "ftrace", value_parser = ["ftrace"])]
    format: String,
    /// Groups of tracepoints: rcu, workqueue, lock (contention of `barrier_mutex`, which 5.10 lacks)
    #[arg(
        help_heading = "Output",
        long,
        value_name = "LIST",
        default_value = "rcu,workqueue,lock"
    )]
    events: String,
    /// Write to a file instead of stdout (-); gzip if its name ends in .gz
    #[arg(help_heading = "Output", short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Simulates twice: the header says how many events follow, and memory holds none of them.
pub(super) fn run(args: &TraceArgs) -> Result<Done, String> {
    let groups = Groups::parse(&args.events).map_err(|name| {
        let names = Groups::NAMES.join(", ");
        format!("--events: no group `{name}` (there are {names})")
    })?;
    let scenario = args.scenario.scenario()?;
    let target = args.output.as_ref().filter(|path| !output::is_stdout(path));
    if let Some(path) = target {
        output::check(path, &args.scenario.read())?;
    }
    if target.is_none() && !begun()? {
        return Ok(Done::Ran);
    }
    let _watch = Watch::new();
    let mut meter = Meter::new();
    let counting = Sink::new(&scenario, groups, String::new(), io::sink());
    let counted = counting.run(&scenario, &mut meter, None)?;
    let (events, _, digest) = counted.expect("nobody reads what is only counted");
    if let Some(path) = target {
        let sink = Sink::new(
            &scenario,
            groups,
            path.display().to_string(),
            Draft::gzip_by_name(path)?,
        );
        let written = sink.run(&scenario, &mut meter, Some(events))?;
        let (written, draft, _) = written.ok_or("the file is a pipe that nobody reads")?;
        assert_eq!(written, events, "the same run tells the same twice");
        draft.keep()?;
    } else {
        let mut sink = Sink::new(&scenario, groups, STDOUT.to_owned(), io::stdout());
        sink.begun = true;
        if sink.run(&scenario, &mut meter, Some(events))?.is_none() {
            return Ok(Done::Ran);
        }
    }
    drop(meter);
    output::stderr(&format!(
        "{events} events of the trace, digest {digest:016x} (rcusim {})\n",
        env!("CARGO_PKG_VERSION")
    ));
    Ok(Done::Ran)
}

/// Writes the first line to stdout, before any simulation; whether somebody reads it.
fn begun() -> Result<bool, String> {
    let mut out = output::lock()?;
    match out.write_all(FIRST.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(unwritten(STDOUT, &error)),
        Ok(()) => Ok(true),
    }
}

/// What stdout is called in messages.
const STDOUT: &str = "stdout";

fn unwritten(name: &str, error: &io::Error) -> String {
    format!("cannot write the trace to {name}: {error}")
}

/// Where the lines go.
struct Sink<W> {
    text: Text,
    lines: String,
    out: W,
    /// Whether the first line is written.
    begun: bool,
    /// What it is called, for messages.
    name: String,
    /// Why writing failed, once it has.
    failed: Option<io::Error>,
}

impl<W: Write + 'static> Sink<W> {
    fn new(scenario: &Scenario, groups: Groups, name: String, out: W) -> Self {
        Self {
            text: Text::new(&scenario.params, groups),
            lines: String::with_capacity(CHUNK + 1_024),
            out,
            begun: false,
            name,
            failed: None,
        }
    }

    fn take(&mut self, at: Instant, record: &Record) {
        self.text.line(at, record, &mut self.lines);
        if self.lines.len() >= CHUNK {
            self.write();
        }
    }

    fn write(&mut self) {
        if self.failed.is_none() {
            self.failed = self.out.write_all(self.lines.as_bytes()).err();
        }
        self.lines.clear();
    }

    /// Runs the scenario and gives the number of lines, what they were written to, and the run's digest; nothing if whoever
    /// read them is gone: the run is broken off. The header is written if the number is known before.
    fn run(
        mut self,
        scenario: &Scenario,
        meter: &mut Meter,
        events: Option<u64>,
    ) -> Result<Option<(u64, W, u64)>, String> {
        if let Some(events) = events {
            let header = self.text.header(events);
            let from = if self.begun { FIRST.len() } else { 0 };
            self.lines.push_str(&header[from..]);
        }
        let sink = Rc::new(RefCell::new(self));
        let listener: Listener<Record> = {
            let sink = Rc::clone(&sink);
            Box::new(move |at, record| sink.borrow_mut().take(at, &record))
        };
        let mut stage = Stage {
            calls: scenario.params.calls,
            progress: Progress::default(),
            done: false,
        };
        let watch = |progress| {
            stage.progress = progress;
            meter.show(&[stage], None);
            if interrupt::requested() || sink.borrow().failed.is_some() {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        };
        let _epitaph = Epitaph::of(&scenario.name, scenario);
        let ran = simulate_watched(&scenario.params, Some(listener), watch);
        if ran.is_err() && interrupt::requested() {
            return Err(format!("interrupted: {}", so_far(&[stage], None)));
        }
        let sink = Rc::into_inner(sink).expect("the listener went with the run");
        let written = sink.into_inner().finish()?;
        let digest = ran.map_or(0, |outcome| outcome.digest);
        Ok(written.map(|(lines, out)| (lines, out, digest)))
    }

    fn finish(mut self) -> Result<Option<(u64, W)>, String> {
        self.write();
        match self.failed.or_else(|| self.out.flush().err()) {
            None => Ok(Some((self.text.events(), self.out))),
            Some(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(None),
            Some(error) => Err(unwritten(&self.name, &error)),
        }
    }
}
