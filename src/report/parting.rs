//! Where two runs part, in the words of their traces.

use super::ftrace::{Groups, Text};
use super::{count, counted, time};
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

/// A sentence, and below it the two lines of the traces that it is about.
pub(super) fn write(out: &mut String, other: &str, told: Option<&Told>) -> Result {
    let Some(told) = told else {
        return writeln!(
            out,
            "A and {other} never part: every event of their traces is the same"
        );
    };
    let until = told.first.iter().flatten().map(|h| h.at_ns).min();
    let alike = match told.shared {
        0 => format!("A and {other} part at the first event of their traces:"),
        shared => format!(
            "A and {other} run alike for {} ({} of their traces), then",
            time(until),
            counted(shared, "event")
        ),
    };
    writeln!(out, "{alike} {}", difference(other, &told.first))?;
    let lines = told.first.each_ref().map(|h| h.as_ref().map(|h| &h.line));
    // As in a trace the CPU stands below the CPU.
    let cpu = |line: &String| line.find('[').unwrap_or(0);
    let furthest = lines.into_iter().flatten().map(cpu).max().unwrap_or(0);
    for (name, line) in ["A", other].into_iter().zip(lines) {
        if let Some(line) = line {
            let space = " ".repeat(furthest - cpu(line));
            writeln!(out, "   {name}  {space}{line}")?;
        }
    }
    Ok(())
}

/// What differs, in words.
fn difference(other: &str, first: &[Option<Happening>; 2]) -> String {
    let [Some(a), Some(b)] = first else {
        let [goes_on, ended] = if first[0].is_some() {
            ["A", other]
        } else {
            [other, "A"]
        };
        return format!("{ended} has ended and {goes_on} goes on");
    };
    let [(event, what), (event_b, what_b)] = [a, b].map(|h| parts(&h.line));
    let times = [a, b].map(|h| format!("{} ns", count(h.at_ns)));
    if a.line == b.line {
        let [at, at_b] = times;
        return format!("A has {event} at {at}, {other} the same at {at_b}");
    }
    if event != event_b {
        return format!("A has {event}, {other} has {event_b}");
    }
    if a.at_ns != b.at_ns {
        let [at, at_b] = [a, b].map(|h| time(Some(h.at_ns)));
        let [at, at_b] = if at == at_b { times } else { [at, at_b] };
        return format!("both have {event}, A at {at}, {other} at {at_b}");
    }
    let words = what.split(' ').zip(what_b.split(' '));
    let differing = words.filter(|(word, word_b)| word != word_b);
    let differing: Vec<String> = differing
        .map(|(word, word_b)| match word.split_once('=') {
            // Addresses say nothing but that they are others.
            Some((name, _)) => format!("another {name}"),
            None => format!("{word} in A, {word_b} in {other}"),
        })
        .collect();
    let with = match &differing[..] {
        [] => "of another task or CPU".to_owned(),
        several => format!("with {}", several.join(", ")),
    };
    format!("both have {event}, {with}")
}

/// The event of a trace's line, and what stands behind it.
fn parts(line: &str) -> (&str, &str) {
    let behind = line.split_once(": ").map_or(line, |(_, behind)| behind);
    behind.split_once(": ").unwrap_or((behind, ""))
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
        let words = |set| {
            let other = params(&[set]);
            let parting = part(&plain, &other).expect("they differ");
            let mut out = String::new();
            write(&mut out, "B", Some(&told(&parting, [&plain, &other]))).expect("a string");
            out.lines().next().expect("a sentence").to_owned()
        };
        let another = words(("kernel.policy", "batch-free"));
        let tail = "both have workqueue_queue_work, with another workqueue";
        assert!(another.starts_with("A and B run alike for "), "{another}");
        assert!(another.ends_with(tail), "{another}");
        let seeded = words(("run.seed", "7"));
        assert!(!seeded.contains(" [0"), "no line of a trace: {seeded}");
        // Another distance of samples is another run, with the same trace.
        assert_eq!(part(&plain, &params(&[("run.sample", "3ms")])), None);
    }
}
