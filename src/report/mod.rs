//! What a run is told as: for people, for programs, as a table, as a series.

mod backlog;
mod caches;
pub mod comparison;
pub mod comparison_json;
pub mod fit;
pub mod ftrace;
pub mod human;
pub mod json;
mod lifetime;
mod notes;
pub mod parting;
pub(crate) mod quantity;
pub mod remedies;
pub mod sensitivity;
pub mod series;
mod steady;
pub mod table;
pub mod validation;

use crate::experiment::Scenario;
pub(crate) use crate::experiment::metrics::{drop_rate, mean, percentile};
pub(crate) use crate::experiment::rounded::{bytes, count, counted, nearest, percent, time};
use crate::models::outcome::Outcome;

/// A run: what it was told and what came out.
#[derive(Clone, Debug)]
pub struct Run {
    /// Column heading.
    pub label: String,
    /// The inputs.
    pub scenario: Scenario,
    /// What came out.
    pub outcome: Outcome,
}
