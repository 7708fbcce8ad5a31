//! What the machine tells a listener: the kernel's tracepoints in the kernel's words, and what a
//! check of the model needs besides.
//!
//! A handler writes `self.tell(cpu, || What::..., ctx)`; nothing is built when nobody listens, and
//! nothing in the model may depend on whether somebody does. Numbers are the model's own: sequence
//! numbers start at zero, CPUs and tasks are counted from zero.

use super::segcblist::Callback;

/// One thing that happened. Its time comes beside it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record {
    /// The CPU on which it happened.
    pub cpu: u32,
    /// Who had that CPU.
    pub who: Who,
    /// In which context.
    pub context: Context,
    /// Whether that CPU was asked to reschedule.
    pub need_resched: bool,
    /// What.
    pub what: What,
}

/// Who runs on a CPU.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Who {
    /// Nobody.
    Idle,
    /// A task: its number and what it is.
    Task(u32, Role),
}

/// Who a task is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    /// Calls `unshare(CLONE_NEWNET)`.
    Creator,
    /// Posts callbacks from task context.
    Noise,
    /// The worker of `netns_wq`, which runs `cleanup_net()`.
    Cleanup,
    /// `ksoftirqd/N`.
    Ksoftirqd,
    /// A bound kworker.
    Worker,
    /// The kworker of the queue that patch v3 gave the free work.
    UnboundWorker,
    /// `rcu_sched`, the grace-period thread.
    GpThread,
    /// Never leaves the kernel.
    KernelHog,
    /// Never leaves user mode.
    UserHog,
}

/// What the CPU was doing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Context {
    /// A task's own code.
    #[default]
    Task,
    /// A softirq.
    Softirq,
    /// An interrupt: the tick or an IPI.
    Hardirq,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// `rcu:rcu_barrier`.
    RcuBarrier {
        /// Which step.
        step: BarrierStep,
        /// The barrier state: 0, or 1 for `cleanup_net()`'s own (`kernel.cleanup_queues` off).
        which: u8,
        /// The CPU that the step is about.
        cpu: Option<u32>,
        /// `barrier_cpu_count`.
        remaining: u64,
        /// `Begin`: the snapshot. Otherwise the barrier's sequence number.
        seq: u64,
    },
    /// `rcu:rcu_grace_period`.
    RcuGracePeriod {
        /// Which step.
        step: GpStep,
        /// The sequence number that the kernel prints with it.
        seq: u64,
    },
    /// `rcu_seq_start()` of a grace period: what is queued from here on needs the next one.
    GracePeriodCounts,
    /// `rcu:rcu_batch_start`.
    RcuBatchStart {
        /// Callbacks on the CPU's list.
        callbacks: u64,
        /// The batch's limit.
        limit: u64,
    },
    /// `rcu:rcu_batch_end`.
    RcuBatchEnd {
        /// Callbacks invoked.
        invoked: u64,
        /// Whether callbacks are left that could be invoked.
        more: bool,
    },
    /// `workqueue:workqueue_queue_work`.
    QueueWork {
        /// The work.
        work: WorkId,
        /// Its queue.
        queue: QueueId,
        /// The CPU whose pool takes it; none for an unbound queue.
        cpu: Option<u32>,
    },
    /// `workqueue:workqueue_activate_work`: it no longer counts as waiting for `max_active`.
    ActivateWork(WorkId),
    /// `workqueue:workqueue_execute_start`.
    ExecuteStart(WorkId),
    /// `workqueue:workqueue_execute_end`.
    ExecuteEnd(WorkId),
    /// `lock:contention_begin` of `barrier_mutex` (the tracepoint is of 5.19).
    ContentionBegin {
        /// The barrier state whose mutex it is.
        which: u8,
    },
    /// `lock:contention_end` of `barrier_mutex`.
    ContentionEnd {
        /// The barrier state whose mutex it is.
        which: u8,
    },
    /// `rcu:rcu_callback`, several at once: callbacks joined the CPU's list. A barrier's own head,
    /// which the kernel entrains without that tracepoint, is told the same way.
    CallbackQueued {
        /// What they do.
        callback: Callback,
        /// How many.
        count: u64,
    },
    /// `rcu:rcu_invoke_callback`, several at once: callbacks left the CPU's list.
    CallbackInvoked {
        /// What they do.
        callback: Callback,
        /// How many.
        count: u64,
    },
    /// A caller of `rcu_barrier()` joined the wait queue of the `wait-queue` design.
    JoinsWaitQueue,
    /// A call of `rcu_barrier()` returned to its caller.
    BarrierReturned,
    /// `lock:contention_begin` of `rtnl_mutex`. Not written: `analyze` reads those of `barrier_mutex`.
    RtnlContentionBegin,
    /// `lock:contention_end` of `rtnl_mutex`.
    RtnlContentionEnd,
    /// A task joined a CPU's run queue: it was woken, or preempted. Who is pulled away from one
    /// CPU to another still waits.
    TaskRunnable(u32),
    /// A task got a CPU.
    TaskRuns(u32),
    /// Namespaces are asked for from outside.
    Arrived {
        /// How many.
        namespaces: u64,
    },
    /// `unshare(CLONE_NEWNET)` returned: one namespace more.
    NamespaceCreated,
    /// `__put_net()`: a namespace joined the cleanup list.
    NamespacePut,
    /// `cleanup_net()` took the list.
    BatchTaken {
        /// Namespaces on it.
        namespaces: u64,
    },
    /// `cleanup_net()` freed its batch.
    BatchFreed {
        /// Namespaces in it.
        namespaces: u64,
    },
    /// `fqdir_exit()`: an fqdir was handed over.
    FqdirHandedOver,
    /// An fqdir joined the lock-less list of the work that frees all of it.
    FqdirListed,
    /// A namespace's deferred memory is left to `kfree_rcu()` on this CPU.
    KfreeGathered,
    /// fqdirs were freed.
    FqdirsFreed {
        /// How many.
        fqdirs: u64,
    },
}

impl What {
    /// Whether a kernel has a tracepoint for it; the rest is for checks of the model.
    pub const fn has_tracepoint(&self) -> bool {
        match self {
            Self::RcuBarrier { .. }
            | Self::RcuGracePeriod { .. }
            | Self::RcuBatchStart { .. }
            | Self::RcuBatchEnd { .. }
            | Self::QueueWork { .. }
            | Self::ActivateWork(_)
            | Self::ExecuteStart(_)
            | Self::ExecuteEnd(_)
            | Self::ContentionBegin { .. }
            | Self::ContentionEnd { .. } => true,
            Self::CallbackQueued { .. }
            | Self::CallbackInvoked { .. }
            | Self::GracePeriodCounts
            | Self::JoinsWaitQueue
            | Self::BarrierReturned
            | Self::RtnlContentionBegin
            | Self::RtnlContentionEnd
            | Self::TaskRunnable(_)
            | Self::TaskRuns(_)
            | Self::Arrived { .. }
            | Self::NamespaceCreated
            | Self::NamespacePut
            | Self::BatchTaken { .. }
            | Self::BatchFreed { .. }
            | Self::FqdirHandedOver
            | Self::FqdirListed
            | Self::KfreeGathered
            | Self::FqdirsFreed { .. } => false,
        }
    }
}

/// A work: its number, counted from zero in the order queued, and the function that it runs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct WorkId {
    /// The number; two works queued at once never share one. `cleanup_net()` has none of its own.
    pub number: u64,
    /// The kernel's name of the function.
    pub function: &'static str,
}

impl WorkId {
    /// The one work of `netns_wq`.
    pub const CLEANUP_NET: Self = Self {
        number: u64::MAX,
        function: "cleanup_net",
    };
}

/// A workqueue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum QueueId {
    /// `system_wq`.
    System,
    /// `inet_frag_wq`.
    InetFrag,
    /// The queue of its own that patch v3 gave the free work.
    Dedicated,
    /// `netns_wq`.
    Netns,
    /// `system_power_efficient_wq`.
    PowerEfficient,
    /// `rcu_gp_wq`.
    RcuGp,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every step.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The tracepoint's word for it.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

words! {
    /// The steps of a barrier, named as the tracepoint of 5.10 names them.
    BarrierStep {
        /// The call begins, before the mutex.
        Begin = "Begin",
        /// The mutex is held and somebody else's barrier has covered the call.
        EarlyExit = "EarlyExit",
        /// The mutex is held and a barrier of its own begins.
        Inc1 = "Inc1",
        /// A CPU has callbacks and is asked by IPI.
        OnlineQ = "OnlineQ",
        /// A CPU has none.
        OnlineNQ = "OnlineNQ",
        /// The IPI runs on the CPU asked.
        Irq = "IRQ",
        /// The CPU asked had no callbacks left.
        IrqNq = "IRQNQ",
        /// A CPU has invoked the barrier's callback.
        Cb = "CB",
        /// The last CPU has.
        LastCb = "LastCB",
        /// The barrier has ended.
        Inc2 = "Inc2",
    }
}

words! {
    /// The steps of a grace period, named as the tracepoint of 5.10 names them.
    GpStep {
        /// A new one is wanted.
        NewReq = "newreq",
        /// The thread waits for one to be wanted.
        ReqWait = "reqwait",
        /// It starts.
        Start = "start",
        /// The thread sleeps until the next scan.
        FqsWait = "fqswait",
        /// A scan for CPUs that are idle begins.
        FqsStart = "fqsstart",
        /// The scan is over.
        FqsEnd = "fqsend",
        /// It ends.
        End = "end",
        /// A CPU notices that one has started.
        CpuStart = "cpustart",
        /// A CPU passes through a quiescent state.
        CpuQs = "cpuqs",
        /// A CPU notices that one has ended.
        CpuEnd = "cpuend",
        /// Callbacks were tagged; all of them wait for the grace period printed.
        AccWaitCb = "AccWaitCB",
        /// Callbacks were tagged; some wait for an earlier one.
        AccReadyCb = "AccReadyCB",
    }
}
