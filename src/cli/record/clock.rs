//! The one clock of a recording, and of the program.
#![expect(
    clippy::disallowed_types,
    reason = "a recording measures a real machine; nothing simulated sees this clock"
)]

use std::time::Instant;

/// Nanoseconds since it was started, the same for all threads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock(Instant);

impl Clock {
    /// Now is zero.
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    /// \[ns\]; ends after 584 years.
    pub(super) fn ns(self) -> u64 {
        u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}
