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
//! before it and a time behind it.

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// Blank, a `#` header, or a tool's preamble; whether it says that the events of locks were recorded.
    Comment { lock_events: bool },
    /// `CPU:3 [LOST 120 EVENTS]`; the kernel does not always know how many.
    Lost(Option<u64>),
    /// An event.
    Event(Event<'a>),
    /// Anything else.
    Unparsed,
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

/// What an event says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Payload<'a> {
    /// `rcu_barrier`, with its word (`Begin`, `Inc1`, ...) and sequence number.
    Barrier {
        flavour: &'a [u8],
        word: &'a [u8],
        seq: Option<i64>,
    },
    /// `contention_begin` or `contention_end` of a mutex (before 6.0 the kernel does not say of what).
    Contention { begins: bool },
    /// `rcu_grace_period`: flavour, sequence number, word.
    Grace {
        flavour: &'a [u8],
        seq: i64,
        word: &'a [u8],
    },
    /// `rcu_batch_start`.
    BatchStart,
    /// `rcu_batch_end`: callbacks invoked.
    BatchEnd { invoked: u64 },
    /// `workqueue_queue_work`; the address is unknown where the kernel hid it.
    Queue {
        work: Option<u64>,
        function: &'a [u8],
        place: Option<Place<'a>>,
    },
    /// `workqueue_activate_work`.
    Activate { work: Option<u64> },
    /// `workqueue_execute_start`.
    Start {
        work: Option<u64>,
        function: &'a [u8],
    },
    /// `workqueue_execute_end`.
    End,
    /// An event of another kind.
    Unknown,
    /// An event of a kind above that ends early or does not follow its format.
    Malformed,
}

/// A workqueue on a CPU: its address or name, and the CPU unless it is unbound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place<'a> {
    pub(super) queue: &'a [u8],
    pub(super) cpu: Option<u32>,
}

/// Takes a line apart, with or without its line feed.
pub(super) fn parse(line: &[u8]) -> Line<'_> {
    let line = line.trim_ascii_end();
    let mut from = 0;
    while let Some(at) = position(&line[from..], b'[') {
        let open = from + at;
        if let Some(event) = event_at(line, open) {
            return Line::Event(event);
        }
        from = open + 1;
    }
    let text = line.trim_ascii_start();
    if text.is_empty()
        || text[0] == b'#'
        || text.starts_with(b"cpus=")
        || text.starts_with(b"version = ")
    {
        let lock_events = text.starts_with(super::LOCK_EVENTS.as_bytes());
        return Line::Comment { lock_events };
    }
    lost(text).unwrap_or(Line::Unparsed)
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
    let digits = head
        .iter()
        .rev()
        .take(11)
        .take_while(|b| b.is_ascii_digit())
        .count();
    let start = head.len() - digits;
    let separated = start > 0 && matches!(head[start - 1], b'-' | b' ' | b'/');
    let (pid, _) = leading_number(&head[start..])?;
    if separated {
        u32::try_from(pid).ok()
    } else {
        None
    }
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
    let mut ns = 0;
    for &b in fraction {
        ns = ns * 10 + digit(b)?;
    }
    for _ in fraction.len()..9 {
        ns *= 10;
    }
    Some((whole.checked_mul(1_000_000_000)?.checked_add(ns)?, false))
}

/// What the event `name` says in `body`.
fn payload<'a>(name: &'a [u8], body: &'a [u8]) -> Payload<'a> {
    let name = match name.iter().rposition(|&b| b == b':') {
        Some(at) => &name[at + 1..],
        None => name,
    };
    let known = match name {
        b"rcu_barrier" => barrier(body),
        b"rcu_grace_period" => grace(body),
        b"rcu_batch_start" => Some(Payload::BatchStart),
        b"rcu_batch_end" => batch_end(body),
        b"workqueue_queue_work" => queue(body),
        b"workqueue_execute_start" => {
            work(body).map(|(work, function, _)| Payload::Start { work, function })
        }
        b"workqueue_execute_end" => Some(Payload::End),
        b"workqueue_activate_work" => activate(body),
        b"contention_begin" => contention_begin(body),
        b"contention_end" => Some(Payload::Contention { begins: false }),
        _ => Some(Payload::Unknown),
    };
    known.unwrap_or(Payload::Malformed)
}

/// `rcu_sched Begin cpu -1 remaining 0 # 9`. A word that ends the line may be cut and does not count.
fn barrier(body: &[u8]) -> Option<Payload<'_>> {
    let (flavour, rest) = token(body);
    let (word, rest) = token(rest);
    if word.is_empty() || rest.is_empty() {
        return None;
    }
    let seq = rest.iter().rposition(|&b| b == b'#').and_then(|at| {
        let (seq, tail) = token(&rest[at + 1..]);
        signed(seq).filter(|_| tail.is_empty())
    });
    Some(Payload::Barrier { flavour, word, seq })
}

/// `0000000011 (flags=MUTEX)`; none of another lock. A mutex spun for before it is slept for says `SPIN|MUTEX`.
fn contention_begin(body: &[u8]) -> Option<Payload<'_>> {
    let (_, flags) = token(body);
    let flags = flags
        .trim_ascii()
        .strip_prefix(b"(flags=")?
        .strip_suffix(b")")?;
    let mutex = matches!(flags, b"MUTEX" | b"SPIN|MUTEX" | b"" | b"0x0");
    Some(if mutex {
        Payload::Contention { begins: true }
    } else {
        Payload::Unknown
    })
}

/// `rcu_sched -1099 start`.
fn grace(body: &[u8]) -> Option<Payload<'_>> {
    let (flavour, rest) = token(body);
    let (seq, rest) = token(rest);
    let (word, _) = token(rest);
    let seq = signed(seq)?;
    if word.is_empty() {
        return None;
    }
    Some(Payload::Grace { flavour, seq, word })
}

/// A sequence number. Newer kernels print it unsigned: wrapped ones are past `i64` and mean the same negative number.
fn signed(text: &[u8]) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix(b"-") {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (size, tail) = leading_number(digits)?;
    tail.is_empty()
        .then(|| size.cast_signed().wrapping_mul(sign))
}

/// `rcu_sched CBs-invoked=10 idle=C...`.
fn batch_end(body: &[u8]) -> Option<Payload<'_>> {
    let (_, rest) = token(body);
    let (invoked, _) = token(rest);
    let (invoked, _) = leading_number(invoked.strip_prefix(b"CBs-invoked=")?)?;
    Some(Payload::BatchEnd { invoked })
}

/// `work struct=00ab function=f workqueue=...` or `work struct 00ab: function f`: address, function, and what follows.
fn work(body: &[u8]) -> Option<(Option<u64>, &[u8], &[u8])> {
    let (work, rest) = work_address(body)?;
    let rest = rest.trim_ascii_start().strip_prefix(b"function")?;
    let (function, rest) = token(rest.get(1..)?);
    (!function.is_empty()).then_some((work, function, rest))
}

/// `work struct=00ab` or `work struct 00ab:`: address, and what follows.
fn work_address(body: &[u8]) -> Option<(Option<u64>, &[u8])> {
    let body = body.trim_ascii_start().strip_prefix(b"work struct")?;
    let (address, rest) = token(body.get(1..)?);
    Some((hex(address.strip_suffix(b":").unwrap_or(address)), rest))
}

/// `work struct 00ab`.
fn activate(body: &[u8]) -> Option<Payload<'_>> {
    let (work, _) = work_address(body)?;
    Some(Payload::Activate { work })
}

/// `work struct=00ab function=f workqueue=00cd req_cpu=64 cpu=0`. Since 5.15 the queue goes by its name.
fn queue(body: &[u8]) -> Option<Payload<'_>> {
    let (work, function, rest) = work(body)?;
    Some(Payload::Queue {
        work,
        function,
        place: place(rest),
    })
}

fn place(rest: &[u8]) -> Option<Place<'_>> {
    let (queue, rest) = token(rest);
    let queue = queue.strip_prefix(b"workqueue=")?;
    let (_, rest) = token(rest);
    let (cpu, _) = token(rest);
    let (cpu, tail) = leading_number(cpu.strip_prefix(b"cpu=")?)?;
    let cpu = u32::try_from(cpu).ok().filter(|&cpu| cpu != u32::MAX);
    tail.is_empty().then_some(Place { queue, cpu })
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

/// The next word and what follows it.
fn token(text: &[u8]) -> (&[u8], &[u8]) {
    let start = text.iter().position(|&b| b != b' ').unwrap_or(text.len());
    let text = &text[start..];
    let end = position(text, b' ').unwrap_or(text.len());
    text.split_at(end)
}

/// The decimal number that `text` begins with, and what follows it; none if it has no digit or is too large.
fn leading_number(text: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0_u64;
    let mut used = 0;
    while let Some(value) = text.get(used).copied().and_then(digit) {
        number = number.checked_mul(10)?.checked_add(value)?;
        used += 1;
    }
    if used == 0 {
        None
    } else {
        Some((number, &text[used..]))
    }
}

/// A hexadecimal number of at most 64 bits, with or without `0x`.
fn hex(text: &[u8]) -> Option<u64> {
    let text = text.strip_prefix(b"0x").unwrap_or(text);
    if text.is_empty() || text.len() > 16 {
        return None;
    }
    let mut number = 0_u64;
    for &b in text {
        number = number << 4 | u64::from(char::from(b).to_digit(16)?);
    }
    Some(number)
}

fn digit(b: u8) -> Option<u64> {
    b.is_ascii_digit().then(|| u64::from(b - b'0'))
}

fn position(text: &[u8], wanted: u8) -> Option<usize> {
    text.iter().position(|&b| b == wanted)
}

#[cfg(test)]
mod tests {
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
