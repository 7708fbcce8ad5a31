//! Too many callbacks on one CPU. Kernel source: `kernel/rcu/tree.c`, v5.10: `__call_rcu_core`, `check_cb_ovld`,
//! `rcu_gp_fqs_loop`, `force_qs_rnp`, the end of `rcu_do_batch`.
//!
//! ```text
//!   10,000 more than at the last kick ──► the batch limit is lifted until 100 are left; the grace-period thread scans at once
//!   20,000 (qovld) at a scan ──► from the next scan on: scans at once, and everybody who holds the grace period up is pressed
//! ```
//!
//! Left out: that a call with interrupts disabled kicks nobody.

use super::state::grace_period::GracePeriod;
use super::state::machine::{Ctx, Machine};

/// `blimit`: callbacks of one pass on a busy CPU.
pub(crate) const BLIMIT: u64 = 10;
/// `DEFAULT_MAX_RCU_BLIMIT`: the same once the limit is lifted.
pub(crate) const MAX_BLIMIT: u64 = 10_000;
const QHIMARK: u64 = 10_000;
const QLOWMARK: u64 = 100;
const QOVLD: u64 = 2 * QHIMARK;

impl<const HEARD: bool> Machine<HEARD> {
    /// Whether so many more callbacks may make too many.
    pub(crate) fn is_crowded_by(&self, cpu: usize, count: u64) -> bool {
        let rcu = &self.cpus[cpu].rcu;
        let len = rcu.list.len() + count;
        len > rcu.len_at_kick + QHIMARK || len >= QOVLD || self.gp.overloaded.contains(cpu)
    }

    /// Calls of `call_rcu()` up to the one that may find too many: all of them where no grace period could be kicked.
    pub(crate) fn calls_to_next_kick(&self, cpu: usize) -> u64 {
        if !self.gp.seq.is_running() {
            return u64::MAX;
        }
        let rcu = &self.cpus[cpu].rcu;
        (rcu.len_at_kick + QHIMARK + 1)
            .saturating_sub(rcu.list.len())
            .max(1)
    }

    /// `__call_rcu_core()` and `check_cb_ovld()`, once a callback is on the list (the latter comes just before in the kernel: it sees one
    /// callback less).
    pub(crate) fn call_rcu_core(&mut self, cpu: usize, ctx: &mut Ctx) {
        let rcu = &self.cpus[cpu].rcu;
        let len = rcu.list.len();
        if len >= QOVLD {
            self.gp.overloaded.insert(cpu);
        } else {
            self.gp.overloaded.remove(cpu);
        }
        if len <= rcu.len_at_kick + QHIMARK {
            return;
        }
        if rcu.noticed != self.gp.seq {
            self.note_gp_changes(cpu, ctx);
        }
        if !self.gp.seq.is_running() {
            self.accelerate(cpu, ctx);
            return;
        }
        self.kick(cpu, ctx);
    }

    /// Lifts the limit of this CPU's passes and, unless its callback is the first that waits, has the thread scan at once.
    fn kick(&mut self, cpu: usize, ctx: &mut Ctx) {
        let rcu = &mut self.cpus[cpu].rcu;
        let len = rcu.list.len();
        let others_wait = len.saturating_sub(rcu.list.ready()) > 1;
        let nobody_scanned =
            core::mem::replace(&mut rcu.scans_at_kick, self.gp.scans) == self.gp.scans;
        rcu.limit_lifted = true;
        rcu.len_at_kick = len;
        if nobody_scanned && others_wait && !self.gp.scan_at_once {
            self.gp.scan_at_once = true;
            self.wake(self.gp.task, ctx);
        }
    }

    /// What the end of a pass of invocation resets.
    pub(crate) fn worked_down(&mut self, cpu: usize) {
        let rcu = &mut self.cpus[cpu].rcu;
        let len = rcu.list.len();
        if len <= QLOWMARK {
            rcu.limit_lifted = false;
        }
        if len == 0 && rcu.len_at_kick != 0 {
            rcu.len_at_kick = 0;
            rcu.scans_at_kick = self.gp.scans;
        } else if len + QHIMARK < rcu.len_at_kick {
            rcu.len_at_kick = len;
        }
    }

    /// At the end of a grace period: those who have worked it off are overloaded no longer.
    pub(crate) fn clear_overload(&mut self) {
        let mut from = 0;
        while let Some(cpu) = self.gp.overloaded.next_from(from) {
            if self.cpus[cpu].rcu.list.len() < QOVLD {
                self.gp.overloaded.remove(cpu);
            }
            from = cpu + 1;
        }
    }
}

impl GracePeriod {
    /// The head of `force_qs_rnp()`: what the scan before saw holds now.
    pub(crate) fn note_overload(&mut self) {
        self.overload = core::mem::replace(&mut self.overload_next, !self.overloaded.is_empty());
    }
}
