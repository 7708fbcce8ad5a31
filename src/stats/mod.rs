//! Statistics over plain numbers: what can be said of a quantity from a few runs, and how surely.
//!
//! Nothing here knows what the numbers mean, and nothing here feeds back into a simulation: the
//! engine and the models are integer arithmetic and cannot call it. Transcendental functions are
//! those of the crate `libm`, so that an interval has the same bits on every machine.
//!
//! ```text
//!   convert, special  <-  quantile  <-  interval, proportion, order, paired  <-  the rest
//! ```
//!
//! `docs/statistics.md` has the formulas, their sources, and when they do not apply.

pub mod batch;
pub mod convert;
pub mod digits;
pub mod distribution;
pub mod drift;
pub mod interval;
pub mod last_half;
pub mod morris;
pub mod order;
pub mod paired;
pub mod proportion;
pub mod quantile;
pub mod sequential;
pub mod sobol;
mod special;
pub mod warmup;

/// The confidence of every interval unless another is asked for.
pub const LEVEL: f64 = 0.95;
