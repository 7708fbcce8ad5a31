//! fqdirs on their way out, and the destruction of their tables.

use crate::models::outcome::Destruction;
use crate::sim::Instant;

/// fqdirs on their way out.
#[derive(Clone, Debug, Default)]
pub(in crate::models) struct Fqdirs {
    /// Handed to `fqdir_exit()` and not yet freed.
    pub(in crate::models) alive: u64,
    /// A work destroys their tables.
    pub(in crate::models) destroying: u64,
    /// Their tables are destroyed; they wait for a barrier, or for the work that calls it.
    pub(in crate::models) destroyed: u64,
    pub(in crate::models) freed: u64,
    /// Works that destroy tables, at most one on a CPU, and since when there is any.
    pub(in crate::models) destroyers: u64,
    pub(in crate::models) destroyers_since: Instant,
    pub(in crate::models) destruction: Destruction,
    /// On the lock-less list for the batch work.
    pub(in crate::models) listed: u64,
    /// When the eldest of the list joined it (`batch-all`).
    pub(in crate::models) listed_since: Instant,
    /// The batch work's timer runs.
    pub(in crate::models) batch_timer: bool,
    /// The batch work is queued or its timer runs.
    pub(in crate::models) batch_pending: bool,
    /// The batch work runs; it is never run twice at once.
    pub(in crate::models) batch_running: bool,
}

impl Fqdirs {
    /// Handed over, and no work has begun with them.
    pub(in crate::models) fn not_started(&self) -> u64 {
        self.alive - self.destroying - self.destroyed
    }

    /// A work begins to destroy the tables of `n` fqdirs.
    pub(in crate::models) fn begin_destroy(&mut self, n: u64, now: Instant) {
        if self.destroyers == 0 {
            self.destroyers_since = now;
        }
        self.destroyers += 1;
        self.destroying += n;
        let d = &mut self.destruction;
        d.cpus_peak = d.cpus_peak.max(self.destroyers);
    }

    /// The table of one of them is destroyed.
    pub(in crate::models) fn table_destroyed(&mut self) {
        self.destroying -= 1;
        self.destroyed += 1;
        self.destruction.tables += 1;
    }

    /// A work that began at `began` has destroyed all its tables, the eldest of which was handed over at `handed_over`.
    pub(in crate::models) fn end_destroy(
        &mut self,
        handed_over: Instant,
        began: Instant,
        now: Instant,
    ) {
        self.destroyers -= 1;
        let d = &mut self.destruction;
        if self.destroyers == 0 {
            d.busy_ns += (now - self.destroyers_since).as_ns();
        }
        d.work_ns += (now - began).as_ns();
        d.longest_ns = d.longest_ns.max((now - handed_over).as_ns());
    }
}
