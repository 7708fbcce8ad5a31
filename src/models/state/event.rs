//! Everything that can happen, with its order among events of one instant.

use crate::models::record::Context;
use crate::sim::Event;

/// A CPU's number as events carry it: short, so that an event fits into one register.
pub(crate) type CpuId = u16;

pub(crate) fn cpu_id(cpu: usize) -> CpuId {
    CpuId::try_from(cpu).expect("at most 4,096 CPUs")
}

/// An event of the machine. Classes are the tie order: what tasks and then softirqs finish goes before timers and arrivals,
/// and those before ticks. Each has its number in the digest for its tag, so that nothing needs to be looked up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Ev {
    /// The stretch that a CPU's task was running is over, if `generation` is still current.
    Segment { cpu: CpuId, generation: u32 } = 1,
    /// One pass of callback invocation in softirq context is over, if `pass` is still the current one.
    SoftirqDone { cpu: CpuId, pass: u32 } = 2,
    /// kthreadd has made a kworker.
    WorkerCreated { cpu: CpuId } = 3,
    /// A sleeping task's timer.
    Timer { task: u32 } = 4,
    /// A delayed work of this kind falls due on a CPU.
    DelayedFree { cpu: CpuId } = 5,
    /// `kfree_rcu`'s monitor falls due on a CPU.
    KfreeMonitor { cpu: CpuId } = 6,
    /// `gc_worker` falls due on a CPU.
    ConntrackGc { cpu: CpuId } = 16,
    /// The background load posts a callback.
    Background { cpu: CpuId } = 7,
    /// A container arrives.
    Arrival = 8,
    /// A container ends and puts its namespace.
    Put = 9,
    /// The tick.
    Tick { cpu: CpuId } = 10,
    /// The grace-period thread's force-quiescent-state wait is over.
    FqsTimer { generation: u32 } = 12,
    /// The workload begins.
    Begin = 14,
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

    /// Its number in the digest.
    fn kind(self) -> u8 {
        match self {
            Self::Segment { .. } => 1,
            Self::SoftirqDone { .. } => 2,
            Self::WorkerCreated { .. } => 3,
            Self::Timer { .. } => 4,
            Self::DelayedFree { .. } => 5,
            Self::KfreeMonitor { .. } => 6,
            Self::Background { .. } => 7,
            Self::Arrival => 8,
            Self::Put => 9,
            Self::Tick { .. } => 10,
            Self::FqsTimer { .. } => 12,
            Self::Begin => 14,
            Self::ConntrackGc { .. } => 16,
        }
    }

    /// The CPU that it is about.
    fn cpu(self) -> u32 {
        match self {
            Self::Segment { cpu, .. }
            | Self::SoftirqDone { cpu, .. }
            | Self::WorkerCreated { cpu }
            | Self::DelayedFree { cpu }
            | Self::KfreeMonitor { cpu }
            | Self::ConntrackGc { cpu }
            | Self::Background { cpu }
            | Self::Tick { cpu } => u32::from(cpu),
            _ => 0,
        }
    }

    /// What else than a CPU it is about.
    fn other(self) -> u32 {
        match self {
            Self::Timer { task: number } | Self::FqsTimer { generation: number } => number,
            _ => 0,
        }
    }
}

impl Event for Ev {
    #[inline]
    fn class(&self) -> u8 {
        match self {
            Self::Segment { .. } => 0,
            Self::SoftirqDone { .. } => 1,
            Self::Tick { .. } => 3,
            Self::Begin => 5,
            _ => 2,
        }
    }

    #[inline]
    fn fingerprint(&self) -> u64 {
        let kind = u64::from(self.kind()) << 56;
        match *self {
            Self::Segment {
                cpu,
                generation: number,
            }
            | Self::SoftirqDone { cpu, pass: number } => {
                kind | (u64::from(cpu) << 28) ^ u64::from(number)
            }
            _ => kind | u64::from(self.cpu() | self.other()) << 28,
        }
    }
}
