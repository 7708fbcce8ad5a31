//! rcusim: a deterministic discrete-event simulator of `rcu_barrier()` contention in Linux.
//!
//! Knowledge flows one way:
//!
//! ```text
//! sim  <-  models, stats  <-  analyze, experiment  <-  calibrate  <-  report, plot  <-  cli
//! ```
//!
//! [`sim`] is an engine that knows no kernel word; [`models`] holds one kernel mechanism per file;
//! [`experiment`] turns a scenario into an outcome, both plain data.

#![forbid(unsafe_code)]

#[deny(
    clippy::float_arithmetic,
    reason = "results must not depend on a floating-point unit"
)]
pub mod sim;

#[deny(
    clippy::float_arithmetic,
    reason = "results must not depend on a floating-point unit"
)]
pub mod models;

pub mod stats;

pub mod analyze;
pub mod calibrate;
pub mod experiment;
pub mod report;

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
pub mod plot;
