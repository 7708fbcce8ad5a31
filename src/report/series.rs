//! The series as CSV.

use crate::models::caches::Cache;
use crate::models::outcome::{Outcome, Sample};
use crate::models::params::Params;
use std::fmt::Write as _;

/// A column: its name and what a row has there.
type Column = (&'static str, fn(&Sample) -> u64);

/// The columns before the available memory and the caches.
const COLUMNS: &[Column] = &[
    ("t_ns", |s| s.t_ns),
    ("created", |s| s.created),
    ("live", |s| s.live),
    ("in_use", |s| s.in_use),
    ("on_list", |s| s.on_list),
    ("in_batch", |s| s.in_batch),
    ("fqdirs", |s| s.fqdirs),
    ("fqdirs_not_started", |s| s.fqdirs_not_started),
    ("fqdirs_destroying", |s| s.fqdirs_destroying),
    ("fqdirs_destroyed", |s| s.fqdirs_destroyed),
    ("fqdirs_freed", |s| s.fqdirs_freed),
    ("inactive", |s| s.inactive),
    ("waiting", |s| s.waiting),
    ("blocked", |s| s.blocked),
    ("callbacks", |s| s.callbacks),
    ("drop_bytes", |s| s.drop_bytes),
];

/// One row a sample, and one for the end of the run: times in nanoseconds since the workload began, sizes in bytes; one column for
/// each cache, which add up to `drop_bytes`. With unlimited memory the available memory is empty.
///
/// # Panics
/// Never: a string takes all that is written.
pub fn csv(params: &Params, outcome: &Outcome) -> String {
    let mut out = String::new();
    for (name, _) in COLUMNS {
        write!(out, "{name},").expect("a string takes all that is written");
    }
    out.push_str("available_bytes");
    for cache in Cache::ALL {
        write!(out, ",{}_bytes", cache.name()).expect("a string takes all that is written");
    }
    out.push('\n');
    for sample in outcome.series_to_end() {
        for (_, value) in COLUMNS {
            write!(out, "{},", value(sample)).expect("a string takes all that is written");
        }
        if params.memory > 0 {
            let available = params.memory.saturating_sub(sample.drop_bytes);
            write!(out, "{available}").expect("a string takes all that is written");
        }
        for bytes in sample.by_cache {
            write!(out, ",{bytes}").expect("a string takes all that is written");
        }
        out.push('\n');
    }
    out
}
