//! Everything a run is told, as plain data: times in nanoseconds, sizes in bytes, rates in events
//! per 1,000 seconds. Which values come from where is the scenario's business (`experiment`).

use super::costs::Costs;
use super::sizes::Sizes;
use crate::sim::{Span, Ties};

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name used in scenarios and on the command line.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The value with that name.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.name() == text)
            }
        }
    };
}

named! {
    /// Where an fqdir's table is destroyed and where the barrier for it runs.
    DestroyPolicy {
        /// Linux 5.3 to 5.10: one work and one `rcu_barrier()` per fqdir.
        PerCall = "per-call",
        /// Patch v1 and v2: one work destroys all, one barrier, frees all.
        BatchAll = "batch-all",
        /// Patch v3: destroy works in `system_wq`, barrier in a queue of its own.
        BatchFreeDedicated = "batch-free-dedicated",
        /// Commit 0b9b241406818 (5.11): `inet_frag_wq` destroys, one batched free work.
        BatchFree = "batch-free",
        /// Commit 802e12ff9cba (6.10): the free work runs HZ later.
        BatchFreeDelayed = "batch-free-delayed",
        /// What if: freed without any barrier.
        NoBarrier = "no-barrier",
    }
}

named! {
    /// How callers of `rcu_barrier()` wait for one another.
    BarrierDesign {
        /// `barrier_mutex` as in 5.10: barging, hand-off, early exit.
        Mutex = "mutex",
        /// Satisfied callers are all woken when a barrier ends, as expedited grace periods do it.
        WaitQueue = "wait-queue",
        /// A mutex that nobody takes while anyone waits.
        FairMutex = "fair-mutex",
        /// A straw man: every call runs a barrier of its own.
        NoSharing = "no-sharing",
    }
}

named! {
    /// The kernel's preemption flavour.
    Preemption {
        /// `PREEMPT_NONE`.
        None = "none",
        /// `PREEMPT_VOLUNTARY`.
        Voluntary = "voluntary",
        /// `PREEMPT` with preemptible RCU.
        Full = "full",
    }
}

named! {
    /// A kernel whose profile a machine has: what changed up to then (`experiment::profile`).
    KernelVersion {
        /// December 2020, before the patch.
        V5_10 = "v5.10",
        /// The patch.
        V5_11 = "v5.11",
        /// Control sockets are no longer per namespace.
        V5_18 = "v5.18",
        /// The free work waits a second; `cleanup_net()` waits for expedited grace periods.
        V6_10 = "v6.10",
        /// `WQ_DFL_ACTIVE` is 1,024.
        V6_13 = "v6.13",
        /// `cleanup_net()` walks the live namespaces once.
        V7_2 = "v7.2",
    }
}

named! {
    /// How namespaces come to be created.
    Arrivals {
        /// Each creator calls again as soon as the last call returns.
        Loop = "loop",
        /// Short-lived namespaces arrive as a Poisson process.
        Poisson = "poisson",
        /// Short-lived namespaces arrive at equal distances.
        Fixed = "fixed",
        /// Bursts of short-lived namespaces arrive as a Poisson process.
        Burst = "burst",
        /// No namespaces: `workload.calls` works, each an `rcu_barrier()`, queued at time zero.
        Convoy = "convoy",
    }
}

impl Arrivals {
    /// Whether namespaces arrive from outside, live for a while and are put.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Poisson | Self::Fixed | Self::Burst)
    }

    /// Whether there are namespaces at all.
    pub const fn are_namespaces(self) -> bool {
        !matches!(self, Self::Convoy)
    }
}

named! {
    /// Which of several events of one instant and one class goes first. The kernel has no such order;
    /// a conclusion that hangs on it is none.
    TieOrder {
        /// The one scheduled first.
        Fifo = "fifo",
        /// The one scheduled last.
        Lifo = "lifo",
        /// Shuffled by the run's seed.
        Seeded = "seeded",
    }
}

/// A mechanism switched off, to see that the checks notice. No scenario key leads here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Broken {
    /// A satisfied caller runs a barrier of its own all the same.
    Sharing,
    /// Nobody takes `barrier_mutex` past a waiter.
    Stealing,
    /// A woken first waiter that fails does not set HANDOFF.
    HandOff,
    /// Works start without limit.
    MaxActive,
    /// Callbacks queued during a grace period take its end for theirs.
    GpOrder,
    /// A barrier's head goes in front of a CPU's callbacks instead of behind them.
    Entrain,
}

impl Broken {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::Sharing,
        Self::Stealing,
        Self::HandOff,
        Self::MaxActive,
        Self::GpOrder,
        Self::Entrain,
    ];
}

/// All inputs of one run.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own, read from its key"
)]
pub struct Params {
    /// Online CPUs.
    pub cpus: u64,
    /// Possible CPUs; zero means as many as are online.
    pub possible_cpus: u64,
    /// Cores of the host that the machine's CPUs share; zero if the machine is real.
    pub host_cpus: u64,
    /// Memory that is available before the run \[bytes\]; zero means unlimited.
    pub memory: u64,
    /// How long after it ran a waiting task stays on its CPU; zero if it may leave at once.
    pub cache_hot: Span,
    /// Ticks a second.
    pub hz: u64,
    /// Preemption flavour.
    pub preempt: Preemption,
    /// Whose profile the other values have; changes nothing by itself.
    pub version: KernelVersion,
    /// Where fqdirs are destroyed.
    pub policy: DestroyPolicy,
    /// How barrier callers wait.
    pub barrier: BarrierDesign,
    /// Works of `system_wq` that may be started at once on one CPU.
    pub max_active: u64,
    /// Whether a task in the kernel is left alone until HZ/10 (link 2).
    pub gp_floor: bool,
    /// Whether `cleanup_net()`'s barriers queue with everybody else's (link 5).
    pub cleanup_queues: bool,
    /// fqdirs of one namespace: 2 with IPv6, 3 with `nf_defrag_ipv6`.
    pub fqdirs: u64,
    /// Sockets of one namespace, without those per possible CPU.
    pub sockets: u64,
    /// Those of them that are `RAWv6`.
    pub rawv6_sockets: u64,
    /// Control sockets of one namespace for each possible CPU; a third is `RAWv6`, the others `RAW`.
    pub sockets_per_cpu: u64,
    /// Barriers of a `cleanup_net()` batch before its fqdir works are queued.
    pub device_barriers: u64,
    /// `synchronize_rcu()` of a batch besides the first: a normal grace period each.
    pub normal_gp_waits: u64,
    /// `synchronize_net()` of a batch that no device asks for: expedited while anybody holds rtnl.
    pub extra_gp_waits: u64,
    /// Whether netlink exits wait. Without them `normal_gp_waits` are none and `extra_gp_waits` at most one, `nf_conntrack`'s.
    pub netlink_exits_wait: bool,
    /// Whether every grace period that `cleanup_net()` waits for is an expedited one.
    pub expedited_waits: bool,
    /// Whether grace periods are waited for on a single online CPU of a kernel that is not preemptible, too.
    pub one_cpu_waits: bool,
    /// Whether a batch walks the live namespaces once, and not once for each of its own (`unhash_nsid()`).
    pub unhash_once: bool,
    /// Netlink tables that hold one kernel socket of every namespace; zero for none.
    pub netlink_tables: u64,
    /// From one run of conntrack's `gc_worker` to the next; zero for no connection tracking.
    pub conntrack_gc: Span,
    /// Buckets of the conntrack table, all scanned for each dying namespace; zero without conntrack.
    pub conntrack_buckets: u64,
    /// Fragments in each fqdir when it is destroyed.
    pub fragments: u64,
    /// The workload's shape.
    pub arrivals: Arrivals,
    /// Tasks that create namespaces.
    pub creators: u64,
    /// Namespaces to create in all.
    pub calls: u64,
    /// How far single creations lie from their mean at the most, spread evenly \[%\].
    pub call_spread_percent: u64,
    /// Arrivals, or bursts, per 1,000 seconds (open arrivals).
    pub rate: u64,
    /// Namespaces of one burst (`burst`).
    pub burst: u64,
    /// User-mode time of a creator between two calls.
    pub user_time: Span,
    /// Mean life of a namespace before it is put (open arrivals).
    pub container_life: Span,
    /// Callbacks per 1,000 seconds posted from interrupt context on each CPU.
    pub background: u64,
    /// Whether each CPU posts a callback at each tick, so that one is always queued (the convoy table's condition).
    pub callbacks_always: bool,
    /// Unpinned threads that post callbacks from task context.
    pub noise_threads: u64,
    /// CPU time of one noise round.
    pub noise_work: Span,
    /// Sleep between two noise rounds.
    pub noise_sleep: Span,
    /// Callbacks posted by one noise round.
    pub noise_callbacks: u64,
    /// Tasks that never leave the kernel.
    pub kernel_hogs: u64,
    /// Tasks that never leave user mode.
    pub user_hogs: u64,
    /// From one `cond_resched()` of an in-kernel hog to the next.
    pub hog_stretch: Span,
    /// Time the machine runs before the workload starts.
    pub settle_before: Span,
    /// Nothing is simulated beyond this.
    pub horizon: Span,
    /// Distance of two samples of the series.
    pub sample: Span,
    /// Seed of every random stream.
    pub seed: u64,
    /// Order of events of one instant and one class.
    pub ties: TieOrder,
    /// A mechanism switched off; only tests of the checks do that.
    pub broken: Option<Broken>,
    /// The machine's speeds.
    pub costs: Costs,
    /// Sizes of what a namespace holds.
    pub sizes: Sizes,
}

impl Params {
    /// Whether this mechanism works as it should.
    pub(in crate::models) fn works(&self, mechanism: Broken) -> bool {
        self.broken != Some(mechanism)
    }

    /// Whether nobody takes `barrier_mutex` while anyone waits for it.
    pub(in crate::models) fn is_mutex_fair(&self) -> bool {
        self.barrier == BarrierDesign::FairMutex || !self.works(Broken::Stealing)
    }

    /// The engine's order of ties.
    pub(in crate::models) fn tie_order(&self) -> Ties {
        match self.ties {
            TieOrder::Fifo => Ties::Fifo,
            TieOrder::Lifo => Ties::Lifo,
            TieOrder::Seeded => Ties::Seeded(self.seed),
        }
    }

    /// Possible CPUs, never fewer than are online.
    pub fn possible(&self) -> u64 {
        self.possible_cpus.max(self.cpus)
    }

    /// Bytes of one live namespace on this machine.
    pub fn namespace_bytes(&self) -> u64 {
        self.sizes.namespace + self.sizes.namespace_per_cpu * self.possible()
    }

    /// Callbacks that one namespace's teardown posts on this machine.
    pub fn namespace_callbacks(&self) -> u64 {
        self.sizes.callbacks + self.sizes.callbacks_per_1000_cpus * self.possible() / 1_000
    }

    /// Callbacks of a teardown: for each device barrier, and all others.
    pub fn teardown_callbacks(&self) -> (u64, u64) {
        let all = self.namespace_callbacks();
        let device = all.min(5);
        (device, all.saturating_sub(device * self.device_barriers))
    }

    /// CPU time of one creation.
    pub fn unshare_cost(&self) -> Span {
        self.costs.unshare + self.costs.unshare_per_cpu * self.possible()
    }
}
