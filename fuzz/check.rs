//! What must hold of the analysis of any bytes. The fuzzer and `cargo test` run the same function.

use rcusim::analyze::{analyze, human};
use std::io::BufReader;

/// Reads `text` as a trace, whole and in small pieces: no panic, the same report, and every line booked once.
///
/// # Panics
///
/// If one of these does not hold.
pub(crate) fn check(text: &[u8]) {
    let whole = analyze(text).expect("a slice cannot fail");
    let pieces = BufReader::with_capacity(7, text);
    assert_eq!(whole, analyze(pieces).expect("a slice cannot fail"));
    let lines = text.split_inclusive(|&b| b == b'\n').count() as u64;
    assert_eq!(whole.lines, lines);
    let barrier = &whole.barrier;
    assert!(barrier.steals + barrier.fifo + barrier.uncontended <= barrier.full);
    assert!(barrier.hold_nontrivial_ns.count() <= barrier.hold_ns.count());
    assert!(barrier.words.values().sum::<u64>() <= lines);
    assert!(!human(&whole).is_empty());
    serde_json::to_string(&whole).expect("a report is plain data");
}
