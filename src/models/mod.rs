//! The kernel, one mechanism per file.
//!
//! | file | kernel source (v5.10) | left out |
//! |---|---|---|
//! | `seq` | `kernel/rcu/rcu.h` | wrap-around |
//! | `segcblist` | `kernel/rcu/rcu_segcblist.c` | offloaded lists |
//! | `grace_period` | `kernel/rcu/tree.c` | the `rcu_node` tree |
//! | `quiescent_state` | `rcu_implicit_dynticks_qs`, `rcu_all_qs` | readers of a preemptible kernel |
//! | `overload` | `__call_rcu_core`, `check_cb_ovld` | callers with interrupts disabled |
//! | `expedited` | `kernel/rcu/tree_exp.h` | other callers, `rcu_par_gp_wq` |
//! | `callbacks` | `rcu_do_batch`, `kernel/softirq.c` | softirqs other than RCU's |
//! | `mutex`, `locking` | `kernel/locking/mutex.c` | the MCS queue's own cost |
//! | `barrier` | `rcu_barrier`, `rcu_barrier_func` | CPU hotplug |
//! | `hog` | none: tasks that never sleep | |
//! | `host` | none: a virtual machine's cores | time slices |
//! | `sched` | `kernel/sched/fair.c` in outline | NUMA, priorities |
//! | `preemption` | `resched_curr`, `__cond_resched` | other `preempt_disable()` sections than softirqs and synchronous IPIs |
//! | `balance` | `newidle_balance`, `can_migrate_task` in outline | scheduling domains, active balancing |
//! | `workqueue` | `kernel/workqueue.c` | rescuers, high-priority pools, idle worker destruction |
//! | `unbound` | `alloc_ordered_workqueue` | NUMA nodes |
//! | `cleanup_net` | `net/core/net_namespace.c`, `net/core/dev.c` | waiting for device references |
//! | `fqdir` | `net/ipv4/inet_fragment.c` | live fragment traffic |
//! | `accounting`, `spent` | none: where the time went | |
//! | `memory`, `caches`, `parts` | `/proc/slabinfo`, `mm/percpu.c` | partial slabs |
//! | `kfree_rcu` | `kfree_rcu_monitor`, `kfree_rcu_work` | its page cache |
//! | `shared_work` | `mm/percpu.c`, `lib/rhashtable.c` | what they do; only how often |
//! | `workload` | the reproducer | |
//! | `queues` | none: how many stand where, for checks | |

mod accounting;
mod balance;
mod barrier;
pub mod caches;
mod callbacks;
mod cleanup_net;
pub mod costs;
pub mod cpuset;
mod expedited;
mod fqdir;
mod grace_period;
mod hog;
mod host;
mod kfree_rcu;
mod locking;
mod machine;
mod memory;
pub mod mutex;
pub mod oracle;
pub mod outcome;
mod overload;
pub mod params;
pub mod parting;
pub mod parts;
mod preemption;
mod queues;
mod quiescent_state;
pub mod record;
mod run;
mod sched;
pub mod segcblist;
pub mod seq;
mod shared_work;
pub mod sizes;
pub mod spent;
mod state;
mod tell;
mod unbound;
mod waits;
mod workload;
mod workqueue;

pub use queues::Queues;
pub use run::{
    Progress, simulate, simulate_counted, simulate_judged, simulate_unheard, simulate_watched,
    simulate_with, simulate_with_ties,
};
