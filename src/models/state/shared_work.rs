//! State of the works of which the machine has one each.

/// Netlink tables at the most (`MAX_LINKS`).
pub(in crate::models) const MAX_TABLES: usize = 32;

/// The machine-wide works and what they keep in order.
#[derive(Clone, Debug)]
pub(in crate::models) struct SharedWorks {
    /// Per-CPU memory that namespaces have on each CPU \[bytes\], and pages of it that are populated.
    pub(in crate::models) percpu: u64,
    pub(in crate::models) populated: u64,
    /// Whether `pcpu_balance_workfn` is pending.
    pub(in crate::models) balance_pending: bool,
    /// The CPU whose idleness puts `gc_worker` off: its timer is deferrable.
    pub(in crate::models) gc_waits_for: Option<usize>,
    /// Sockets in each netlink table: one of every namespace that has not left it.
    pub(in crate::models) members: [u64; MAX_TABLES],
    /// Buckets of each netlink table.
    pub(in crate::models) buckets: [u64; MAX_TABLES],
    /// Whether each table's `rht_deferred_worker` is pending.
    pub(in crate::models) resize_pending: [bool; MAX_TABLES],
}

impl Default for SharedWorks {
    fn default() -> Self {
        Self {
            percpu: 0,
            populated: 0,
            balance_pending: false,
            gc_waits_for: None,
            members: [0; MAX_TABLES],
            buckets: [64; MAX_TABLES],
            resize_pending: [false; MAX_TABLES],
        }
    }
}
