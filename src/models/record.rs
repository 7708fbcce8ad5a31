//! What the machine tells a listener: the kernel's tracepoints, in the kernel's words.
//!
//! A handler writes `ctx.trace(|| Record::...)`; nothing is built when nobody listens, and nothing
//! in the model may depend on whether somebody does.

/// One thing that happened. Its time comes beside it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Record {
    /// `rcu:rcu_barrier`: a step of a call to `rcu_barrier()`.
    RcuBarrier {
        /// The caller's task number.
        task: u32,
        /// Which step.
        what: BarrierStep,
    },
}

/// The steps of a barrier, named as the tracepoint names them (`include/trace/events/rcu.h`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum BarrierStep {
    /// The call begins, before the mutex.
    Begin,
    /// The mutex is held and somebody else's barrier has covered the call.
    EarlyExit,
    /// The mutex is held and a barrier of its own begins.
    Inc1,
    /// That barrier has ended.
    Inc2,
}
