//! Works of which the machine has one each: `pcpu_balance_workfn`, the `rht_deferred_worker` of each netlink table,
//! `gc_worker`. Kernel source: `mm/percpu.c`, `lib/rhashtable.c`, `net/netlink/af_netlink.c`,
//! `net/netfilter/nf_conntrack_core.c`, v5.10.
//!
//! Creating a namespace queues them on the creator's CPU, when per-CPU memory has to be populated or when a table with
//! one kernel socket of every namespace is to be doubled. The kworker that runs them takes that CPU from the creator
//! for a moment, which is a quiescent state. Once such a work stands unstarted behind 256 fqdirs on the CPU where the
//! creator happened to be, it is pending and cannot be queued anywhere: from then on the creator can be left alone until
//! a grace period is HZ/10 old.
//!
//! `gc_worker` of `nf_conntrack` comes every HZ/8 where connection tracking is there; its timer is deferrable, and its
//! queue is not the one that fqdirs fill.
//!
//! Left out: fragmentation of per-CPU chunks and their return, buckets that fill unevenly.

use super::state::event::{Ev, cpu_id};
use super::state::machine::{Ctx, Machine};
use super::state::task::{Flow, Step, TaskId};
use super::state::work::{Queue, SharedWork, WorkKind};

/// Below `PCPU_EMPTY_POP_PAGES_LOW` empty populated pages the balancing work is queued \[bytes\].
const EMPTY_LOW: u64 = 2 * 4_096;
/// It populates up to `PCPU_EMPTY_POP_PAGES_HIGH` of them \[bytes\].
const EMPTY_HIGH: u64 = 4 * 4_096;
/// A table never has fewer buckets (`HASH_DEFAULT_SIZE`).
const FEWEST_BUCKETS: u64 = 64;

impl Machine {
    pub(crate) fn schedule_conntrack_gc(&mut self, cpu: usize, ctx: &mut Ctx) {
        if !self.p.conntrack_gc.is_zero() {
            ctx.after(self.p.conntrack_gc, Ev::ConntrackGc { cpu: cpu_id(cpu) });
        }
    }

    /// The timer of `gc_worker` is over; on an idle CPU it waits until that CPU is woken.
    pub(crate) fn conntrack_gc_due(&mut self, cpu: usize, ctx: &mut Ctx) {
        if self.idle.contains(cpu) {
            self.shared.gc_waits_for = Some(cpu);
            return;
        }
        let work = WorkKind::Shared(SharedWork::ConntrackGc);
        self.queue_work(cpu, Queue::PowerEfficient, work, ctx);
    }

    /// A CPU is busy again: a deferred timer runs out at its next tick.
    pub(crate) fn run_deferred_timer(&mut self, cpu: usize, ctx: &mut Ctx) {
        if self.shared.gc_waits_for == Some(cpu) {
            self.shared.gc_waits_for = None;
            let at = self.next_tick(ctx.now(), 1);
            ctx.at(at, Ev::ConntrackGc { cpu: cpu_id(cpu) });
        }
    }

    fn netlink_tables(&self) -> u8 {
        u8::try_from(self.p.netlink_tables).expect("at most 32 tables")
    }

    /// A namespace is created: it takes per-CPU memory and joins every table.
    pub(crate) fn creation_queues(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.shared.members += 1;
        let needed = self.shared.members * self.p.sizes.percpu;
        self.shared.populated = self.shared.populated.max(needed);
        let low = self.p.sizes.percpu > 0 && needed + EMPTY_LOW > self.shared.populated;
        if low && !core::mem::replace(&mut self.shared.balance_pending, true) {
            let work = WorkKind::Shared(SharedWork::PcpuBalance);
            self.queue_work(cpu, Queue::System, work, ctx);
        }
        for table in 0..self.netlink_tables() {
            if self.shared.members * 4 > self.shared.buckets[usize::from(table)] * 3 {
                self.queue_resize(cpu, table, ctx);
            }
        }
    }

    /// A namespace is torn down: it leaves every table, which shrink below 30 %.
    pub(crate) fn teardown_queues(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.shared.members -= 1;
        for table in 0..self.netlink_tables() {
            let buckets = self.shared.buckets[usize::from(table)];
            if self.shared.members * 10 < buckets * 3 && buckets > FEWEST_BUCKETS {
                self.queue_resize(cpu, table, ctx);
            }
        }
    }

    fn queue_resize(&mut self, cpu: usize, table: u8, ctx: &mut Ctx) {
        let pending = &mut self.shared.resize_pending[usize::from(table)];
        if !core::mem::replace(pending, true) {
            let work = WorkKind::Shared(SharedWork::RhashResize(table));
            self.queue_work(cpu, Queue::System, work, ctx);
        }
    }

    /// A worker runs one of them: from here on it can be queued again.
    pub(crate) fn run_shared(&mut self, me: TaskId, work: SharedWork, ctx: &mut Ctx) -> Flow {
        self.tasks[me as usize].step = Step::SharedDone;
        match work {
            SharedWork::ConntrackGc => {
                self.schedule_conntrack_gc(self.tasks[me as usize].cpu, ctx);
                Flow::Run(self.p.costs.conntrack_gc)
            }
            SharedWork::PcpuBalance => {
                self.shared.balance_pending = false;
                let needed = self.shared.members * self.p.sizes.percpu;
                self.shared.populated = self.shared.populated.max(needed + EMPTY_HIGH);
                Flow::Run(self.p.costs.pcpu_balance)
            }
            SharedWork::RhashResize(table) => {
                let table = usize::from(table);
                self.shared.resize_pending[table] = false;
                self.shared.buckets[table] =
                    resized(self.shared.buckets[table], self.shared.members);
                Flow::Run(self.p.costs.rhash_resize)
            }
        }
    }
}

/// Buckets after a run of the work: twice as many above 75 %, as few as hold the members at two thirds below 30 %.
fn resized(buckets: u64, members: u64) -> u64 {
    if members * 4 > buckets * 3 {
        buckets * 2
    } else if members * 10 < buckets * 3 {
        (members * 3 / 2).next_power_of_two().max(FEWEST_BUCKETS)
    } else {
        buckets
    }
}

#[cfg(test)]
mod tests {
    use super::resized;

    #[test]
    fn a_table_doubles_above_three_quarters_and_shrinks_below_three_tenths() {
        assert_eq!(resized(64, 48), 64);
        assert_eq!(resized(64, 49), 128);
        assert_eq!(resized(1_024, 308), 1_024);
        assert_eq!(resized(1_024, 300), 512);
        assert_eq!(resized(1_024, 1), 64);
    }
}
