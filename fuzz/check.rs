//! What must hold of the analysis of any bytes. The fuzzer and `cargo test` run the same function.

use rcusim::analyze::{analyze, human, samples};
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
    // What `fit` reads of the same text.
    let found = samples(text).expect("a slice cannot fail");
    let pieces = BufReader::with_capacity(7, text);
    assert_eq!(found, samples(pieces).expect("a slice cannot fail"));
    assert_eq!(
        (found.lines, found.lost >= whole.lost_places),
        (lines, true)
    );
    assert_eq!(found.overwritten, whole.overwritten_events);
    assert!(found.unparsed <= whole.unparsed + whole.overlong_lines);
    assert!(found.grace.iter().all(|(start, end)| start <= end));
    assert!(found.full.iter().all(|b| b.inc1_ns <= b.inc2_ns));
    serde_json::to_string(&whole).expect("a report is plain data");
}
