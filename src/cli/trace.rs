//! `rcusim trace`: one run as the text that the kernel's tracing would show.

use super::draft::Draft;
use super::exit::Done;
use super::interrupt::{self, Watch};
use super::progress::{Meter, Stage, so_far};
use super::{load, output};
use crate::experiment::Scenario;
use crate::models::record::Record;
use crate::models::{Progress, simulate_watched};
use crate::report::ftrace::{Groups, Text};
use crate::sim::{Instant, Listener};
use clap::Args;
use std::cell::RefCell;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::rc::Rc;

/// Bytes of text gathered before they are written.
const CHUNK: usize = 1 << 16;

#[derive(Args, Debug)]
pub(super) struct TraceArgs {
    /// A builtin scenario's name or a file, or NAME:KEY=VALUE,KEY=VALUE
    #[arg(default_value = "report-40cpu")]
    scenario: String,
    /// Where fqdirs are destroyed (kernel.policy)
    #[arg(long)]
    policy: Option<String>,
    /// How barrier callers wait (kernel.barrier)
    #[arg(long)]
    barrier: Option<String>,
    /// Set one value; a unique last part names a key (cpus is machine.cpus); may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// Seed of every random stream (run.seed)
    #[arg(long)]
    seed: Option<u64>,
    /// The layout: ftrace, the text of /sys/kernel/tracing/trace
    #[arg(long, default_value = "ftrace", value_parser = ["ftrace"])]
    format: String,
    /// Groups of tracepoints: rcu, workqueue, lock (contention of `barrier_mutex`, which 5.10 lacks)
    #[arg(long, value_name = "LIST", default_value = "rcu,workqueue,lock")]
    events: String,
    /// Write to a file instead of stdout; gzip if its name ends in .gz
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Simulates twice: the header says how many events follow, and memory holds none of them.
pub(super) fn run(args: &TraceArgs) -> Result<Done, String> {
    let groups = Groups::parse(&args.events).map_err(|name| {
        let names = Groups::NAMES.join(", ");
        format!("--events: no group `{name}` (there are {names})")
    })?;
    let scenario = scenario(args)?;
    let target = args.output.as_ref().filter(|path| path.as_os_str() != "-");
    if let Some(path) = target {
        output::check(path)?;
    }
    let _watch = Watch::new();
    let mut meter = Meter::new();
    let counting = Sink::new(&scenario, groups, io::sink());
    let (events, _) = counting.run(&scenario, &mut meter, None)?;
    if let Some(path) = target {
        let sink = Sink::new(&scenario, groups, Draft::new(path)?);
        let (written, draft) = sink.run(&scenario, &mut meter, Some(events))?;
        assert_eq!(written, events, "the same run tells the same twice");
        draft.keep()?;
    } else {
        let sink = Sink::new(&scenario, groups, io::stdout());
        sink.run(&scenario, &mut meter, Some(events))?;
    }
    Ok(Done::Ran)
}

fn scenario(args: &TraceArgs) -> Result<Scenario, String> {
    let mut scenario = load::with_sets(&args.scenario)?;
    let seed = args.seed.map(|seed| seed.to_string());
    let named = [
        ("policy", "kernel.policy", &args.policy),
        ("barrier", "kernel.barrier", &args.barrier),
        ("seed", "run.seed", &seed),
    ];
    for (option, key, value) in named {
        if let Some(value) = value {
            load::apply(&mut scenario, &format!("{key}={value}"))
                .map_err(|why| format!("--{option}: {why}"))?;
        }
    }
    for set in &args.sets {
        load::apply(&mut scenario, set).map_err(|why| format!("--set {why}"))?;
    }
    scenario.validate().map_err(|error| error.to_string())?;
    Ok(scenario)
}

/// Where the lines go.
struct Sink<W> {
    text: Text,
    lines: String,
    out: W,
    /// Why writing failed, once it has.
    failed: Option<io::Error>,
}

impl<W: Write + 'static> Sink<W> {
    fn new(scenario: &Scenario, groups: Groups, out: W) -> Self {
        Self {
            text: Text::new(&scenario.params, groups),
            lines: String::with_capacity(CHUNK + 1_024),
            out,
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

    /// Runs the scenario and gives the number of lines, and what they were written to. The header is
    /// written if the number is known before.
    fn run(
        mut self,
        scenario: &Scenario,
        meter: &mut Meter,
        events: Option<u64>,
    ) -> Result<(u64, W), String> {
        if let Some(events) = events {
            self.lines = self.text.header(events);
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
            meter.show(&[stage]);
            if interrupt::requested() || sink.borrow().failed.is_some() {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        };
        let broken_off = simulate_watched(&scenario.params, Some(listener), watch).is_err();
        if broken_off && interrupt::requested() {
            return Err(format!("interrupted: {}", so_far(&[stage])));
        }
        let sink = Rc::into_inner(sink).expect("the listener went with the run");
        sink.into_inner().finish()
    }

    fn finish(mut self) -> Result<(u64, W), String> {
        self.write();
        match self.failed.or_else(|| self.out.flush().err()) {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(format!("cannot write the trace: {error}"))
            }
            _ => Ok((self.text.events(), self.out)),
        }
    }
}
