//! What an event of ftrace text says: the words behind its name, taken apart without allocation.

use super::scan::{hex, leading_number, token};

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

/// What the event `name` says in `body`.
pub(super) fn payload<'a>(name: &'a [u8], body: &'a [u8]) -> Payload<'a> {
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
        // `perf script` says whose it is: `rcu:rcu_barrier`.
        _ => match name.iter().rposition(|&b| b == b':') {
            Some(at) => return payload(&name[at + 1..], body),
            None => Some(Payload::Unknown),
        },
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
