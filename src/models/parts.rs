//! What one namespace holds.

use super::params::Params;

/// What one namespace holds, by the place where the kernel frees it.
///
/// The total is measured and wins over any sum of parts: each part takes its size as long as the
/// total has so much left, and `rest` is what remains.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Parts {
    /// `struct net`, freed at the end of `cleanup_net()`.
    pub net: u64,
    /// One fqdir, freed after its barrier.
    pub fqdir: u64,
    /// One fqdir's table, freed when it is destroyed.
    pub table: u64,
    /// Socket inodes, each freed by a callback.
    pub sockets: u64,
    /// One socket inode.
    pub inode: u64,
    /// `RAW` objects, freed by `cleanup_net()` itself.
    pub raw: u64,
    /// `RAWv6` objects, freed by `cleanup_net()` itself.
    pub rawv6: u64,
    /// Per-CPU areas freed at once.
    pub percpu: u64,
    /// Per-CPU areas that come back through works in `system_wq`.
    pub percpu_deferred: u64,
    /// The rest, freed at once.
    pub rest: u64,
    /// The rest that comes back through works in `system_wq`.
    pub rest_deferred: u64,
}

impl Parts {
    /// Splits a namespace's bytes. Each socket's inode is freed by a callback, so there are no more
    /// of them than callbacks.
    pub fn of(p: &Params) -> Self {
        let (possible, sizes) = (p.possible(), &p.sizes);
        let per_cpu = p.sockets_per_cpu * possible;
        let v6_per_cpu = p.sockets_per_cpu / 3 * possible;
        let (_, callbacks) = p.teardown_callbacks();
        let sockets = (p.sockets + per_cpu).min(callbacks / 2 * 2);
        let v6 = v6_per_cpu + p.rawv6_sockets.min(p.sockets);
        let v4 = per_cpu - v6_per_cpu;
        let total = p.namespace_bytes();
        let mut left = total;
        let mut each = |size: u64, count: u64| {
            let got = left.checked_div(count).map_or(0, |share| share.min(size));
            left -= got * count;
            got
        };
        let net = each(sizes.net, 1);
        let fqdir = each(sizes.fqdir, p.fqdirs);
        let table = each(sizes.fqdir_table, p.fqdirs);
        let inode = each(sizes.sock_inode, sockets);
        let raw = each(sizes.raw, v4) * v4;
        let rawv6 = each(sizes.rawv6, v6) * v6;
        let percpu = each(sizes.percpu_base + sizes.percpu * possible, 1);
        let deferred = (total * sizes.deferred_permille / 1_000).min(percpu + left);
        let percpu_deferred = percpu.min(deferred);
        let rest_deferred = deferred - percpu_deferred;
        Self {
            net,
            fqdir,
            table,
            sockets,
            inode,
            raw,
            rawv6,
            percpu: percpu - percpu_deferred,
            percpu_deferred,
            rest: left - rest_deferred,
            rest_deferred,
        }
    }
}
