//! The caches that a namespace's memory is counted in.

macro_rules! caches {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// Where memory is taken from, in the words of `/proc/slabinfo` where it is a slab.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Cache { $($(#[$doc])* $variant),+ }

        impl Cache {
            /// Every cache.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// The name used in the series and in JSON.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

caches! {
    /// `struct net`.
    Net = "net_namespace",
    /// Sockets with their inodes (`struct socket_alloc`).
    SockInode = "sock_inode_cache",
    /// IPv4 control sockets.
    Raw = "raw",
    /// IPv6 control sockets.
    RawV6 = "rawv6",
    /// `struct fqdir` (kmalloc-512).
    Fqdir = "fqdir",
    /// The 64 buckets of an fqdir's table (kmalloc-1k).
    FqdirTable = "fqdir_table",
    /// Queues of fragments (`ip4-frags`).
    FragQueue = "frag_queue",
    /// The fragments themselves (`skbuff_head_cache` and data).
    FragSkb = "frag_skb",
    /// Per-CPU areas.
    PerCpu = "percpu",
    /// Whatever else a namespace holds: sysctl tables, proc and sysfs entries, hashes, devices.
    Rest = "rest",
    /// Stacks and tasks of the kworkers that were created.
    Kworker = "kworker",
}

impl Cache {
    /// Whether namespaces hold it, so that none is left once all are freed.
    pub fn is_of_namespaces(self) -> bool {
        self != Self::Kworker
    }
}

/// Bytes in each cache, in the order of [`Cache::ALL`].
pub type ByCache = [u64; Cache::COUNT];
