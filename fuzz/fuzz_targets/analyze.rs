//! Any bytes as a trace.
#![no_main]

#[path = "../check.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|text: &[u8]| check::check(text));
