//! One line of ftrace text, taken apart without allocation.
//!
//! Four writers are understood; they differ in padding, in the flags column and in the event's name:
//!
//! ```text
//! tracefs    "     kworker/0:1-7       [001] d.s.     1.510053: rcu_barrier: rcu_sched Begin cpu -1 remaining 0 # 9"
//! tracefs    "     kworker/0:1-7       (    7) [001] d.s1.     1.510053: rcu_barrier: ..."      (option record-tgid)
//! trace-cmd  "     kworker/0:1-7     [001]     1.510053: rcu_barrier:          rcu_sched Begin ..."
//! perf       "kworker/0:1     7 [001]     1.510053: rcu:rcu_barrier: rcu_sched Begin ..."
//! ```
//!
//! A task's name may hold spaces, dashes and brackets, so a line is read from the first `[cpu]` that has a process id
//! before it and a time behind it. What an event says is read in `payload`.

use super::limits::LOCK_EVENTS;
use super::payload::{Payload, payload};
use super::scan::{digit, digits, leading_number, token};
use memchr::memchr;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// Blank, a `#` header, or a tool's preamble.
    Comment(Header),
    /// `CPU:3 [LOST 120 EVENTS]`; the kernel does not always know how many.
    Lost(Option<u64>),
    /// An event.
    Event(Event<'a>),
    /// Anything else.
    Unparsed,
}

/// What a header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Header {
    /// That this is a trace: a line that only its writers write.
    pub(super) of_a_trace: bool,
    /// That the events of locks were recorded.
    pub(super) lock_events: bool,
    /// How many events the buffer had held and lost to younger ones: those before the first that is left.
    pub(super) overwritten: u64,
}

/// The columns of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Event<'a> {
    /// The process id that was running (a thread's own id).
    pub(super) pid: u32,
    /// The CPU it ran on.
    pub(super) cpu: u32,
    /// The time in nanoseconds, or in ticks if `raw_clock`.
    pub(super) ns: u64,
    /// The time had no fraction: a counter, not seconds.
    pub(super) raw_clock: bool,
    /// What the event says.
    pub(super) payload: Payload<'a>,
}

/// How headers of tracefs and of `perf script` begin, and a recorder's own.
const OF_A_TRACE: [&[u8]; 4] = [
    b"# tracer: ",
    b"# entries-in-buffer/entries-written: ",
    b"# captured on",
    LOCK_EVENTS.as_bytes(),
];

/// How those of `trace-cmd report` do, each with a number behind it: in a TOML file it is text.
const WITH_NUMBER: [&[u8]; 2] = [b"cpus=", b"version = "];

/// Takes a line apart, with or without its line feed.
pub(super) fn parse(line: &[u8]) -> Line<'_> {
    let line = line.trim_ascii_end();
    let mut from = 0;
    while let Some(at) = memchr(b'[', &line[from..]) {
        let open = from + at;
        if let Some(event) = event_at(line, open) {
            return Line::Event(event);
        }
        from = open + 1;
    }
    let text = line.trim_ascii_start();
    let mut numbers = WITH_NUMBER
        .iter()
        .filter_map(|head| text.strip_prefix(*head));
    let of_trace_cmd = numbers.any(|rest| rest.first().is_some_and(u8::is_ascii_digit));
    if text.is_empty() || text[0] == b'#' || of_trace_cmd {
        return Line::Comment(Header {
            of_a_trace: of_trace_cmd || OF_A_TRACE.iter().any(|start| text.starts_with(start)),
            lock_events: text.starts_with(LOCK_EVENTS.as_bytes()),
            overwritten: overwritten(text).unwrap_or(0),
        });
    }
    lost(text).unwrap_or(Line::Unparsed)
}

/// By how much more was written than is in the buffer.
fn overwritten(header: &[u8]) -> Option<u64> {
    let counts = header.strip_prefix(b"# entries-in-buffer/entries-written: ")?;
    let (kept, rest) = leading_number(counts)?;
    let (written, _) = leading_number(rest.strip_prefix(b"/")?)?;
    written.checked_sub(kept)
}

/// The event whose `[cpu]` opens at `open`, if it does.
fn event_at(line: &[u8], open: usize) -> Option<Event<'_>> {
    let (cpu, rest) = leading_number(&line[open + 1..])?;
    let rest = rest.strip_prefix(b"] ")?;
    let cpu = u32::try_from(cpu).ok()?;
    let pid = pid_before(&line[..open])?;
    let (first, rest) = token(rest);
    let ((ns, raw_clock), rest) = if let Some(found) = time(first) {
        (found, rest)
    } else {
        let (second, rest) = token(rest);
        (time(second)?, rest)
    };
    let (name, body) = token(rest);
    if name.is_empty() {
        return None;
    }
    let payload = match name.strip_suffix(b":") {
        Some(name) => payload(name, body),
        None => Payload::Unknown,
    };
    Some(Event {
        pid,
        cpu,
        ns,
        raw_clock,
        payload,
    })
}

/// The process id that ends `head`: `comm-7`, `comm  7`, `comm  3/7`, each maybe followed by `(tgid)`.
fn pid_before(head: &[u8]) -> Option<u32> {
    let mut head = head.trim_ascii_end();
    if head.last() == Some(&b')') {
        let back = head.iter().rev().take(14).position(|&b| b == b'(')?;
        head = head[..head.len() - 1 - back].trim_ascii_end();
    }
    let (mut pid, mut unit, mut at) = (0_u64, 1_u64, head.len());
    while let Some(value) = at.checked_sub(1).and_then(|last| digit(head[last])) {
        if head.len() - at == 10 {
            return None;
        }
        pid += value * unit;
        unit *= 10;
        at -= 1;
    }
    let separated = at > 0 && at < head.len() && matches!(head[at - 1], b'-' | b' ' | b'/');
    u32::try_from(pid).ok().filter(|_| separated)
}

/// `1.510053:` in nanoseconds; `1510053:`, a counter, with `true`.
fn time(token: &[u8]) -> Option<(u64, bool)> {
    let (whole, rest) = leading_number(token)?;
    if rest == b":" {
        return Some((whole, true));
    }
    let fraction = rest.strip_prefix(b".")?.strip_suffix(b":")?;
    if fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    let (mut ns, rest) = digits(fraction)?;
    if !rest.is_empty() {
        return None;
    }
    for _ in fraction.len()..9 {
        ns *= 10;
    }
    Some((whole.checked_mul(1_000_000_000)?.checked_add(ns)?, false))
}

/// `CPU:3 [LOST 120 EVENTS]`, `CPU:3 [LOST EVENTS]`, `CPU:3 [120 EVENTS DROPPED]`, `CPU:3 [EVENTS DROPPED]`.
fn lost(text: &[u8]) -> Option<Line<'static>> {
    let (_, rest) = leading_number(text.strip_prefix(b"CPU:")?)?;
    let inside = rest.strip_prefix(b" [")?.strip_suffix(b"]")?;
    let (kernel, inside) = match inside.strip_prefix(b"LOST ") {
        Some(inside) => (true, inside),
        None => (false, inside),
    };
    let (number, inside) = match leading_number(inside) {
        Some((number, inside)) => (Some(number), inside.trim_ascii_start()),
        None => (None, inside),
    };
    let expected: &[u8] = if kernel { b"EVENTS" } else { b"EVENTS DROPPED" };
    (inside == expected).then_some(Line::Lost(number))
}

#[cfg(test)]
mod tests {
    use super::super::payload::Place;
    use super::*;

    fn event(text: &str) -> Event<'_> {
        match parse(text.as_bytes()) {
            Line::Event(event) => event,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn four_writers_say_the_same() {
        let word = |seq| Payload::Barrier {
            flavour: b"rcu_sched",
            word: b"Begin",
            seq,
        };
        let same = |seq| Event {
            pid: 7,
            cpu: 1,
            ns: 1_510_053_000,
            raw_clock: false,
            payload: word(seq),
        };
        for text in [
            "     kworker/0:1-7       [001] d.s.     1.510053: rcu_barrier: rcu_sched Begin cpu -1 remaining 0 # 9",
            "   a-b [2] c d-7       [001] dNs1.     1.510053: rcu_barrier: rcu_sched Begin cpu -1 remaining 0 # 9",
            "           <...>-7       (-----) [001] ....     1.510053: rcu_barrier: rcu_sched Begin cpu -1",
            "     kworker/0:1-7     [001]     1.510053: rcu_barrier:          rcu_sched Begin cpu -1 remaining 0 # 9",
            "kworker/0:1     7 [001]     1.510053: rcu:rcu_barrier: rcu_sched Begin cpu -1 remaining 0 # 9",
            "kworker/0:1     3/7 [001]     1.510053000:    rcu:rcu_barrier: rcu_sched Begin cpu -1 remaining 0\r\n",
        ] {
            let seq = text.contains('#').then_some(9);
            assert_eq!(event(text), same(seq), "{text}");
        }
    }

    #[test]
    fn losses_in_every_spelling() {
        assert_eq!(parse(b"CPU:3 [LOST 120 EVENTS]\n"), Line::Lost(Some(120)));
        assert_eq!(parse(b"CPU:3 [LOST EVENTS]\n"), Line::Lost(None));
        assert_eq!(
            parse(b"CPU:3 [120 EVENTS DROPPED]\n"),
            Line::Lost(Some(120))
        );
        assert_eq!(parse(b"CPU:3 [EVENTS DROPPED]\n"), Line::Lost(None));
        assert_eq!(parse(b"CPU:3 [EVENTS]\n"), Line::Unparsed);
    }

    #[test]
    fn wrapped_sequence_numbers_are_one_number() {
        let text = "  x-1 [000] ....  1.000000: rcu_grace_period: rcu_sched";
        let signed = format!("{text} -1100 start");
        assert!(matches!(
            event(&signed).payload,
            Payload::Grace { seq: -1_100, .. }
        ));
        let wrapped = format!("{text} {} end", u64::MAX - 1_099);
        assert!(matches!(
            event(&wrapped).payload,
            Payload::Grace { seq: -1_100, .. }
        ));
    }

    #[test]
    fn works_in_both_spellings() {
        let queue = event(
            "  x-1 [000] ....  1.0: workqueue_queue_work: work struct=00ab function=f workqueue=1d req_cpu=64 cpu=3",
        );
        assert_eq!(
            queue.payload,
            Payload::Queue {
                work: Some(0xab),
                function: b"f",
                place: Some(Place {
                    queue: b"1d",
                    cpu: Some(3),
                }),
            }
        );
        let start =
            event("  x-1 [000] ....  1.0: workqueue_execute_start: work struct 0xab: function f");
        assert_eq!(
            start.payload,
            Payload::Start {
                work: Some(0xab),
                function: b"f"
            }
        );
    }
}
