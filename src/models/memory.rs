//! Memory by cache: what is taken when a namespace is created, and where each part comes back.
//!
//! | part | freed by |
//! |---|---|
//! | `RAW`, `RAWv6`, what is not deferred of per-CPU areas and the rest | `cleanup_net()`, namespace by namespace |
//! | `sock_inode_cache` | the callback that the socket's inode was handed to |
//! | fqdir's table, its fragments | the work that destroys the table |
//! | queues of fragments | their callbacks |
//! | `struct fqdir` | the work that waited for the barrier |
//! | per-CPU areas and then the rest, up to `sizes.deferred_permille` of the total | works in `system_wq` ([`super::kfree_rcu`]) |
//! | `struct net` | the end of `cleanup_net()` |
//! | kworkers | stay |
//!
//! Left out: partial slabs, which keep memory longer than objects live.

use super::caches::Cache;
use super::state::machine::Machine;
use crate::sim::Instant;

impl<const HEARD: bool> Machine<HEARD> {
    /// Takes bytes from a cache.
    pub(crate) fn allocate(&mut self, cache: Cache, bytes: u64, now: Instant) {
        self.allocate_all([(cache, bytes)], now);
    }

    /// Takes bytes from several caches at once.
    fn allocate_all<const N: usize>(&mut self, all: [(Cache, u64); N], now: Instant) {
        let m = &mut self.memory;
        for (cache, bytes) in all {
            m.by_cache[cache as usize] += bytes;
            m.used += bytes;
        }
        debug_assert_eq!(m.used, m.by_cache.iter().sum::<u64>(), "caches add up");
        if m.used > m.peak {
            m.peak = m.used;
            m.peak_at = now;
            m.peak_by_cache = m.by_cache;
        }
        if self.p.memory > 0 && m.used > self.p.memory && m.exhausted_at.is_none() {
            m.exhausted_at = Some(now);
            self.is_over = true;
        }
    }

    /// Gives bytes back to a cache.
    pub(crate) fn release(&mut self, cache: Cache, bytes: u64) {
        let m = &mut self.memory;
        let left = m.by_cache[cache as usize].checked_sub(bytes);
        m.by_cache[cache as usize] = left.expect("nothing is freed twice");
        m.used -= bytes;
        debug_assert_eq!(m.used, m.by_cache.iter().sum::<u64>(), "caches add up");
    }

    /// A namespace is built; under a flood its tables are full at once.
    pub(crate) fn allocate_namespace(&mut self, now: Instant) {
        let m = self.memory.parts;
        let fragments = self.p.fqdirs * self.p.fragments;
        let s = &self.p.sizes;
        let all = [
            (Cache::FragQueue, fragments * s.frag_queue),
            (Cache::FragSkb, fragments * s.frag_skb),
            (Cache::Net, m.net),
            (Cache::SockInode, m.inode * m.sockets),
            (Cache::Raw, m.raw),
            (Cache::RawV6, m.rawv6),
            (Cache::Fqdir, m.fqdir * self.p.fqdirs),
            (Cache::FqdirTable, m.table * self.p.fqdirs),
            (Cache::PerCpu, m.percpu + m.percpu_deferred),
            (Cache::Rest, m.rest + m.rest_deferred),
        ];
        self.allocate_all(all, now);
    }

    /// `cleanup_net()` is through with a namespace but for its `struct net`.
    pub(crate) fn release_torn_down(&mut self) {
        let m = self.memory.parts;
        self.release(Cache::Raw, m.raw);
        self.release(Cache::RawV6, m.rawv6);
        self.release(Cache::PerCpu, m.percpu);
        self.release(Cache::Rest, m.rest);
    }

    /// A work in `system_wq` frees what so many namespaces left to it.
    pub(crate) fn release_deferred(&mut self, namespaces: u64) {
        let m = self.memory.parts;
        self.release(Cache::PerCpu, m.percpu_deferred * namespaces);
        self.release(Cache::Rest, m.rest_deferred * namespaces);
    }

    /// The tables of so many fqdirs are destroyed, and the fragments in them.
    pub(crate) fn release_tables(&mut self, fqdirs: u64) {
        self.release(Cache::FqdirTable, self.memory.parts.table * fqdirs);
        let fragments = self.p.fragments * fqdirs;
        self.release(Cache::FragSkb, self.p.sizes.frag_skb * fragments);
    }
}
