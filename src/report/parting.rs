//! Where two runs part, in the words of their traces.

use super::ftrace::{Groups, Text};
use crate::models::params::Params;
use crate::models::parting::Parting;
use crate::models::record::Record;
use crate::sim::Instant;
use std::fmt::{Result, Write as _};

/// Where two runs part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// Events of the trace that both had before.
    pub shared: u64,
    /// The first that differs, of each run; `None` for a run that had ended.
    pub first: [Option<Happening>; 2],
}

/// An event of a trace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Happening {
    /// When, since the run began \[ns\].
    pub at_ns: u64,
    /// Its line in the trace, without the space before it.
    pub line: String,
}

/// Says it as the traces of these two runs do.
pub fn told(parting: &Parting, params: [&Params; 2]) -> Told {
    let mut texts = params.map(|params| Text::new(params, Groups::ALL));
    let happening = |text: &mut Text, first: &(Instant, Record)| {
        let mut line = String::new();
        for record in &parting.tasks {
            text.line(Instant::ZERO, record, &mut line);
        }
        line.clear();
        text.line(first.0, &first.1, &mut line);
        Happening {
            at_ns: first.0.as_ns(),
            line: line.trim().to_owned(),
        }
    };
    let [left, right] = &mut texts;
    let [one, other] = &parting.first;
    Told {
        shared: parting.shared,
        first: [
            one.as_ref().map(|first| happening(left, first)),
            other.as_ref().map(|first| happening(right, first)),
        ],
    }
}

/// A line each for the two runs, and one before them.
pub(super) fn write(out: &mut String, other: &str, told: Option<&Told>) -> Result {
    let Some(told) = told else {
        return writeln!(
            out,
            "A and {other} never part: every event of their traces is the same"
        );
    };
    let place = match told.shared {
        0 => "at the first event".to_owned(),
        shared => format!("after {}", super::counted(shared, "event")),
    };
    writeln!(out, "A and {other} part {place} of the trace")?;
    let lines = told.first.each_ref().map(|h| h.as_ref().map(|h| &h.line));
    // As in a trace the CPU stands below the CPU.
    let cpu = |line: &String| line.find('[').unwrap_or(0);
    let furthest = lines.into_iter().flatten().map(cpu).max().unwrap_or(0);
    for (name, first) in ["A", other].into_iter().zip(&told.first) {
        let Some(h) = first else {
            writeln!(out, "   {name}  had ended")?;
            continue;
        };
        let space = " ".repeat(furthest - cpu(&h.line));
        write!(out, "   {name}  {space}{}", h.line)?;
        if lines[0] == lines[1] {
            // They differ by less than a trace's microsecond.
            write!(out, "  ({} ns)", h.at_ns)?;
        }
        out.push('\n');
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Scenario;
    use crate::models::parting::part;
    use crate::models::simulate_with;
    use std::cell::RefCell;
    use std::rc::Rc;

    fn params(sets: &[(&str, &str)]) -> Params {
        let mut scenario = Scenario::builtin("report-6cpu").expect("embedded");
        for (key, value) in [&[("workload.calls", "60")], sets].concat() {
            scenario.set(key, value).expect("valid");
        }
        scenario.params
    }

    fn trace(params: &Params) -> Vec<String> {
        let lines = Rc::new(RefCell::new(String::new()));
        let mut text = Text::new(params, Groups::ALL);
        let out = Rc::clone(&lines);
        simulate_with(
            params,
            Some(Box::new(move |at, record| {
                text.line(at, &record, &mut out.borrow_mut());
            })),
        );
        let text = lines.borrow();
        text.lines().map(|line| line.trim().to_owned()).collect()
    }

    #[test]
    fn the_traces_part_where_it_says() {
        let plain = params(&[]);
        for set in [
            ("kernel.policy", "batch-free"),
            ("costs.ipi", "9us"),
            ("run.seed", "7"),
        ] {
            let other = params(&[set]);
            let parting = part(&plain, &other).expect("they differ");
            let told = told(&parting, [&plain, &other]);
            let at = usize::try_from(told.shared).expect("a few thousand");
            let traces = [&plain, &other].map(trace);
            assert_eq!(traces[0][..at], traces[1][..at], "{set:?}");
            for (trace, first) in traces.iter().zip(&told.first) {
                let first = first.as_ref().expect("neither had ended");
                assert_eq!(trace[at], first.line, "{set:?}");
            }
        }
        // Another distance of samples is another run, with the same trace.
        assert_eq!(part(&plain, &params(&[("run.sample", "3ms")])), None);
    }
}
