//! What there is: the state of every mechanism, as plain data that knows no behaviour.
//!
//! The files beside this folder say what happens to it, one mechanism each. They name state; state never names them,
//! so that no import goes in a circle.

pub(super) mod accounting;
pub(super) mod barrier;
pub(super) mod callers;
pub(super) mod cleanup_net;
pub(super) mod cpu;
pub(super) mod event;
pub(super) mod fqdirs;
pub(super) mod grace_period;
pub(super) mod jiffies;
pub(super) mod kfree_rcu;
pub(super) mod machine;
pub(super) mod memory;
pub(super) mod pool;
pub(super) mod shared_work;
pub(super) mod streams;
pub(super) mod task;
pub(super) mod work;
pub(super) mod workload;
