//! What bounds the memory of a reading, whatever it reads. Beyond each limit things are counted.

/// A header line that says that the recording has `lock:contention_begin` and `contention_end`, even if none happened.
pub const LOCK_EVENTS: &str = "# lock events: recorded";

/// Longer lines are counted and skipped (bytes, without the line feed).
pub const MAX_LINE: usize = 64 * 1024;

/// A caller that starts its barrier at most this long after `Begin`, past others that wait, stole the mutex (ns).
pub(super) const STEAL_NS: u64 = 20_000;
/// Barriers longer than this count in `finished_per_long_barrier` (ns).
pub(super) const LONG_NS: u64 = 1_000_000;
/// Functions with counters of their own.
pub(super) const MAX_FUNCTIONS: usize = 4_096;
/// Functions with histograms of their own: two take up to 116 KiB.
pub(super) const MAX_DETAILED: usize = 192;
/// Bytes of a function's name, of a barrier's word, of a flavour.
pub(super) const MAX_NAME: usize = 512;
/// Words of `rcu_barrier` that this module does not know.
pub(super) const MAX_WORDS: usize = 64;
/// Flavours of RCU.
pub(super) const MAX_FLAVOURS: usize = 8;
/// Callers, running works, cleanup calls, queued works and ends of barriers remembered at once.
pub(super) const MAX_OPEN: usize = 65_536;
/// CPUs with a plateau of their own.
pub(super) const MAX_CPUS: usize = 8_192;
/// Queues, and queues on one CPU each, with a depth of their own.
pub(super) const MAX_QUEUES: usize = 8_192;
/// Where functions and words beyond their limits are counted. No kernel symbol has a parenthesis.
pub(super) const OTHERS: &str = "(others)";

/// The length of an interval; a negative one is counted instead.
pub(super) fn interval(start_ns: u64, end_ns: u64, negative: &mut u64) -> Option<u64> {
    let length = end_ns.checked_sub(start_ns);
    *negative += u64::from(length.is_none());
    length
}

/// The text of a name from a recording.
pub(super) fn name(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Remembers a flavour of RCU, in order of appearance.
pub(super) fn keep_flavour(known: &mut Vec<String>, flavour: &[u8]) {
    if known.len() >= MAX_FLAVOURS || known.iter().any(|known| known.as_bytes() == flavour) {
        return;
    }
    let name = name(flavour);
    if flavour.len() <= MAX_NAME && !known.contains(&name) {
        known.push(name);
    }
}
