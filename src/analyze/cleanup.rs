//! The phases of one `cleanup_net()`, read from what its thread does in between.
//!
//! ```text
//! start ─ synchronize_rcu ─ exp exp [devices] exp? Begin..Inc2 ─ exp exp [devices] Begin..Inc2 ─ fqdirs ─ ... ─ fqdirs ─ rest ─ Begin..Inc2 ─ end
//! ```
//!
//! An expedited grace period shows as `wait_rcu_exp_gp` queued by the thread and run by a worker, an fqdir as its work queued, a barrier by its words.

use super::bounded::keep;

/// The work of an expedited grace period.
pub(super) const EXPEDITED: &str = "wait_rcu_exp_gp";

/// One `cleanup_net()`: times in nanoseconds on the recording's clock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CleanupPhases {
    /// When it started.
    pub start_ns: u64,
    /// When it ended.
    pub end_ns: u64,
    /// Its expedited grace periods.
    pub expedited: Vec<ExpeditedPhase>,
    /// When it queued each fqdir work.
    pub fqdirs_ns: Vec<u64>,
    /// Its calls of `rcu_barrier()`: `Begin` and the end, in order.
    pub barriers_ns: Vec<(u64, u64)>,
}

/// One expedited grace period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExpeditedPhase {
    /// When it was asked for.
    pub asked_ns: u64,
    /// When `wait_rcu_exp_gp()` started and ended, if the trace tells which work that was.
    pub ran_ns: Option<(u64, u64)>,
}

impl CleanupPhases {
    /// When it asked for each expedited grace period.
    pub fn asked_ns(&self) -> impl Iterator<Item = u64> {
        self.expedited.iter().map(|phase| phase.asked_ns)
    }
}

/// One that has not ended.
#[derive(Debug, Default)]
pub(super) struct OpenCleanup {
    phases: CleanupPhases,
    begin_ns: Option<u64>,
}

impl OpenCleanup {
    pub(super) fn new(start_ns: u64) -> Self {
        Self {
            phases: CleanupPhases {
                start_ns,
                ..CleanupPhases::default()
            },
            begin_ns: None,
        }
    }

    /// A word of `rcu_barrier` said by its thread.
    pub(super) fn barrier(&mut self, word: &[u8], ns: u64) {
        match word {
            b"Begin" => self.begin_ns = Some(ns),
            b"EarlyExit" | b"Inc2" if self.phases.barriers_ns.len() < 64 => {
                if let Some(begin) = self.begin_ns.take() {
                    self.phases.barriers_ns.push((begin, ns));
                }
            }
            _ => {}
        }
    }

    /// A work queued by its thread.
    pub(super) fn queued(&mut self, function: &str, ns: u64, over_limit: &mut u64) {
        if function == EXPEDITED && self.phases.expedited.len() < 64 {
            let phase = ExpeditedPhase {
                asked_ns: ns,
                ran_ns: None,
            };
            self.phases.expedited.push(phase);
        } else if function == "fqdir_work_fn" {
            keep(&mut self.phases.fqdirs_ns, ns, over_limit);
        }
    }

    /// The work that it queued at `asked_ns` has run.
    pub(super) fn expedited(&mut self, asked_ns: u64, ran_ns: (u64, u64)) {
        let mut phases = self.phases.expedited.iter_mut().rev();
        if let Some(phase) = phases.find(|phase| phase.asked_ns == asked_ns) {
            phase.ran_ns = Some(ran_ns);
        }
    }

    pub(super) fn close(mut self, end_ns: u64) -> CleanupPhases {
        self.phases.end_ns = end_ns;
        self.phases
    }
}
