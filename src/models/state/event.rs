//! Everything that can happen, with its order among events of one instant.

use crate::models::record::Context;
use crate::sim::Event;

/// A CPU's number as events carry it: short, so that an event fits into one register.
pub(crate) type CpuId = u16;

pub(crate) fn cpu_id(cpu: usize) -> CpuId {
    CpuId::try_from(cpu).expect("at most 4,096 CPUs")
}

/// An event of the machine. The variants' order is the tie order: what the CPUs finish goes before
/// interrupts, and those before what the grace-period thread does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ev {
    /// The stretch that a CPU's task was running is over, if `generation` is still current.
    Segment { cpu: CpuId, generation: u32 },
    /// One pass of callback invocation in softirq context is over, if `pass` is still the current one.
    SoftirqDone { cpu: CpuId, pass: u32 },
    /// kthreadd has made a kworker.
    WorkerCreated { cpu: CpuId },
    /// A sleeping task's timer.
    Timer { task: u32 },
    /// A delayed work of this kind falls due on a CPU.
    DelayedFree { cpu: CpuId },
    /// `kfree_rcu`'s monitor falls due on a CPU.
    KfreeMonitor { cpu: CpuId },
    /// `gc_worker` falls due on a CPU.
    ConntrackGc { cpu: CpuId },
    /// The background load posts a callback.
    Background { cpu: CpuId },
    /// A container arrives.
    Arrival,
    /// A container ends and puts its namespace.
    Put,
    /// The tick.
    Tick { cpu: CpuId },
    /// The grace-period thread's force-quiescent-state wait is over.
    FqsTimer { generation: u32 },
    /// The workload begins.
    Begin,
}

const _: () = assert!(size_of::<Ev>() == 8, "an event fits into one register");

impl Ev {
    /// What kind of code runs when it happens.
    pub(crate) fn context(self) -> Context {
        match self {
            Self::SoftirqDone { .. }
            | Self::KfreeMonitor { .. }
            | Self::ConntrackGc { .. }
            | Self::DelayedFree { .. }
            | Self::Background { .. } => Context::Softirq,
            Self::Tick { .. } | Self::Timer { .. } => Context::Hardirq,
            _ => Context::Task,
        }
    }

    fn parts(self) -> (u8, u8, u32, u32) {
        match self {
            Self::Segment { cpu, generation } => (0, 1, u32::from(cpu), generation),
            Self::SoftirqDone { cpu, pass } => (1, 2, u32::from(cpu), pass),
            Self::WorkerCreated { cpu } => (2, 3, u32::from(cpu), 0),
            Self::Timer { task } => (2, 4, task, 0),
            Self::DelayedFree { cpu } => (2, 5, u32::from(cpu), 0),
            Self::KfreeMonitor { cpu } => (2, 6, u32::from(cpu), 0),
            Self::ConntrackGc { cpu } => (2, 16, u32::from(cpu), 0),
            Self::Background { cpu } => (2, 7, u32::from(cpu), 0),
            Self::Arrival => (2, 8, 0, 0),
            Self::Put => (2, 9, 0, 0),
            Self::Tick { cpu } => (3, 10, u32::from(cpu), 0),
            Self::FqsTimer { generation } => (2, 12, generation, 0),
            Self::Begin => (5, 14, 0, 0),
        }
    }
}

impl Event for Ev {
    #[inline]
    fn class(&self) -> u8 {
        self.parts().0
    }

    #[inline]
    fn fingerprint(&self) -> u64 {
        let (_, kind, a, b) = self.parts();
        (u64::from(kind) << 56) | (u64::from(a) << 28) ^ u64::from(b)
    }
}
