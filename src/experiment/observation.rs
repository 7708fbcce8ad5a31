//! What is kept of one run of many: its row, and its part in the verdict on all of them.

use super::evidence::Evidence;
use super::rows::Row;
use crate::models::outcome::Outcome;
use crate::models::params::Params;

/// One run of a setting.
#[derive(Clone, PartialEq, Debug)]
pub struct Observation {
    /// The row: seed, digest, verdict, metrics.
    pub row: Row,
    /// What the verdict on several runs needs.
    pub evidence: Evidence,
}

impl Observation {
    /// Of the run number `replicate` of setting number `setting`.
    pub fn of(setting: u64, replicate: u64, params: &Params, outcome: &Outcome) -> Self {
        Self {
            row: Row::of(setting, replicate, params, outcome),
            evidence: Evidence::of(outcome),
        }
    }
}
