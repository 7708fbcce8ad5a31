//! The workload's progress.

use super::streams::Stream;
use super::task::TaskId;
use crate::models::params::Params;
use crate::sim::{Instant, Rng, Span};

/// The workload's progress.
#[derive(Clone, Debug)]
pub(in crate::models) struct Workload {
    pub(in crate::models) began: Instant,
    pub(in crate::models) begun: bool,
    pub(in crate::models) started: u64,
    pub(in crate::models) created: u64,
    pub(in crate::models) live: u64,
    pub(in crate::models) live_peak: u64,
    /// Namespaces that a container is still using.
    pub(in crate::models) in_use: u64,
    pub(in crate::models) jobs: u64,
    pub(in crate::models) creators: Vec<TaskId>,
    /// Between two background callbacks of a CPU, on average.
    pub(in crate::models) background_gap: Span,
    /// Gaps between arrivals.
    pub(in crate::models) gaps: Rng,
    /// Lives of containers, in the order in which they are created.
    pub(in crate::models) lives: Rng,
}

impl Workload {
    pub(in crate::models) fn new(p: &Params) -> Self {
        Self {
            began: Instant::ZERO,
            begun: false,
            started: 0,
            created: 0,
            live: 0,
            live_peak: 0,
            in_use: 0,
            jobs: 0,
            creators: Vec::new(),
            background_gap: Span::ZERO,
            gaps: Stream::Arrivals.of(p.seed),
            lives: Stream::Lives.of(p.seed),
        }
    }

    pub(in crate::models) fn has_begun(&self) -> bool {
        self.begun
    }
}
