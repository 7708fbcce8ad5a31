//! How large each thing is, as a run is told it.

/// What a namespace holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sizes {
    /// All of one namespace, without its share per possible CPU \[bytes\].
    pub namespace: u64,
    /// All of one namespace for each possible CPU \[bytes\].
    pub namespace_per_cpu: u64,
    /// Per-CPU memory of one namespace on each possible CPU \[bytes\]; zero leaves `pcpu_balance_workfn` out.
    pub percpu: u64,
    /// `struct net` \[bytes\].
    pub net: u64,
    /// A socket with its inode \[bytes\].
    pub sock_inode: u64,
    /// A `RAW` object \[bytes\].
    pub raw: u64,
    /// A `RAWv6` object \[bytes\].
    pub rawv6: u64,
    /// `struct fqdir` \[bytes\].
    pub fqdir: u64,
    /// An fqdir's table \[bytes\].
    pub fqdir_table: u64,
    /// Per-CPU areas of a namespace, without their share per possible CPU \[bytes\].
    pub percpu_base: u64,
    /// A queue of fragments \[bytes\].
    pub frag_queue: u64,
    /// The fragments of a queue \[bytes\].
    pub frag_skb: u64,
    /// Part per 1,000 of a namespace that comes back through works in `system_wq`.
    pub deferred_permille: u64,
    /// Stack and task of a kworker \[bytes\].
    pub kworker: u64,
    /// Callbacks that tearing down one namespace posts, without its share per possible CPU.
    pub callbacks: u64,
    /// Callbacks per namespace for 1,000 possible CPUs.
    pub callbacks_per_1000_cpus: u64,
}
