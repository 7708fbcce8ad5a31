//! fqdirs on their way out.

/// `struct fqdir` and its 64-bucket table \[bytes\] (BTF sizes in their slab classes).
pub(in crate::models) const FQDIR_BYTES: u64 = 512 + 1_024;

/// fqdirs on their way out.
#[derive(Clone, Debug, Default)]
pub(in crate::models) struct Fqdirs {
    /// Handed to `fqdir_exit()` and not yet freed.
    pub(in crate::models) alive: u64,
    /// On the lock-less list for the batch work.
    pub(in crate::models) listed: u64,
    /// The batch work is queued or its timer runs.
    pub(in crate::models) batch_pending: bool,
    /// The batch work runs; it is never run twice at once.
    pub(in crate::models) batch_running: bool,
}
