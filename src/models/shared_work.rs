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
//! Left out: fragmentation of per-CPU chunks and their return, buckets that fill unevenly, a table that shrinks below 64 buckets (the
//! kernel's may, to `HASH_MIN_SIZE`), a table's work that queues itself again when it could not finish, growth at once where a table
//! is overfull (`rhashtable_insert_rehash()`).

use super::state::event::{Ev, cpu_id};
use super::state::machine::{Ctx, Machine};
use super::state::task::{Flow, Step, TaskId};
use super::state::work::{Queue, SharedWork, WorkKind};

/// Below so many empty populated pages the balancing work is queued (`PCPU_EMPTY_POP_PAGES_LOW`).
const EMPTY_LOW: u64 = 2;
/// It populates up to so many of them (`PCPU_EMPTY_POP_PAGES_HIGH`).
const EMPTY_HIGH: u64 = 4;
/// Bytes of a page.
const PAGE: u64 = 4_096;
/// Buckets of a new table (`HASH_DEFAULT_SIZE`); here no table has fewer.
const FEWEST_BUCKETS: u64 = 64;

/// After which part of its last pass over the rest of a batch `cleanup_net()` has taken the batch's sockets out of each
/// table \[per 1,000\]: it goes through the batch for one `pernet_operations` after the other, last registered first.
/// Measured: where `rht_deferred_worker` is queued in the trace `q1_trace_hz250_510_batched_c2_hs512_fnoise2` (five tables,
/// 12 calls). No key: it is the order of a kernel's `pernet_operations`, which no user sets, and machines do not differ in it.
const LEAVES: [u64; 5] = [0, 500, 850, 870, 900];

impl<const HEARD: bool> Machine<HEARD> {
    pub(crate) fn schedule_conntrack_gc(&mut self, cpu: usize, ctx: &mut Ctx) {
        if !self.p.conntrack_gc.is_zero() {
            let at = self.wheel_timer(ctx.now(), self.p.conntrack_gc);
            ctx.at(at, Ev::ConntrackGc { cpu: cpu_id(cpu) });
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
        self.shared.percpu += self.p.sizes.percpu;
        let pages = self.shared.percpu.div_ceil(PAGE);
        self.shared.populated = self.shared.populated.max(pages);
        let low = self.p.sizes.percpu > 0 && pages + EMPTY_LOW > self.shared.populated;
        if low && !core::mem::replace(&mut self.shared.balance_pending, true) {
            let work = WorkKind::Shared(SharedWork::PcpuBalance);
            self.queue_work(cpu, Queue::System, work, ctx);
        }
        for table in 0..self.netlink_tables() {
            let i = usize::from(table);
            self.shared.members[i] += 1;
            if self.shared.members[i] * 4 > self.shared.buckets[i] * 3 {
                self.queue_resize(cpu, table, ctx);
            }
        }
    }

    /// A pass of `cleanup_net()` over the rest of its batch gives back a part of a namespace's per-CPU memory.
    pub(crate) fn release_percpu(&mut self, last_pass: bool) {
        let first_half = self.p.sizes.percpu / 2;
        self.shared.percpu -= if last_pass {
            self.p.sizes.percpu - first_half
        } else {
            first_half
        };
    }

    /// So many of the batch's namespaces are through the last pass.
    pub(crate) fn teardown_queues(&mut self, cpu: usize, done: u64, batch: u64, ctx: &mut Ctx) {
        for table in 0..self.netlink_tables() {
            let permille = LEAVES[usize::from(table).min(LEAVES.len() - 1)];
            let before = (batch * permille).saturating_sub(1) / 1_000;
            if done == before + 1 {
                self.leave_table(cpu, table, batch, ctx);
            }
        }
    }

    /// `exit()` of one `pernet_operations` takes a whole batch's sockets out of a table, which shrinks below 30 %.
    fn leave_table(&mut self, cpu: usize, table: u8, batch: u64, ctx: &mut Ctx) {
        let i = usize::from(table);
        self.shared.members[i] -= batch;
        let buckets = self.shared.buckets[i];
        if self.shared.members[i] * 10 < buckets * 3 && buckets > FEWEST_BUCKETS {
            self.queue_resize(cpu, table, ctx);
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
                let enough = self.shared.percpu.div_ceil(PAGE) + EMPTY_HIGH;
                self.shared.populated = self.shared.populated.max(enough);
                Flow::Run(self.p.costs.pcpu_balance)
            }
            SharedWork::RhashResize(table) => {
                let table = usize::from(table);
                self.shared.resize_pending[table] = false;
                self.shared.buckets[table] =
                    resized(self.shared.buckets[table], self.shared.members[table]);
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
