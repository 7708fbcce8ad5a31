//! Every input of a run, once: its name, unit, range, meaning, default and where the default is from.

use super::key::{Key, Kind, Provenance};
use super::units::Unit;
use crate::models::costs::Costs;
use crate::models::params::{
    Arrivals, BarrierDesign, DestroyPolicy, KernelVersion, Params, Preemption, TieOrder,
};
use crate::models::sizes::Sizes;
use crate::sim::Span;

fn index<T: PartialEq>(all: &[T], value: &T) -> u64 {
    let at = all
        .iter()
        .position(|v| v == value)
        .expect("ALL holds every value");
    u64::try_from(at).expect("an index fits in 64 bits")
}

fn nth<T: Copy>(all: &[T], value: u64) -> T {
    all[usize::try_from(value).expect("an index fits in usize")]
}

const S: u64 = 1_000_000_000;
// Together these keep every product of a run (costs, namespaces, CPUs) within 64 bits.
/// Longest time of one step.
const LONG: u64 = S;
/// Longest time of one step for each CPU.
const LONG_PER_CPU: u64 = S / 100;
/// Most of anything.
const MANY: u64 = 1_000_000_000;

macro_rules! key {
    ($path:literal, $kind:ident $min:literal ..= $max:expr, $default:literal,
     $provenance:ident $source:literal, $plausible:expr, $doc:literal, $($field:ident).+) => {
        Key {
            path: $path,
            kind: key!(@kind $kind),
            min: $min,
            max: $max,
            doc: $doc,
            default: $default,
            provenance: Provenance::$provenance,
            source: $source,
            plausible: $plausible,
            get: |p| key!(@get $kind, p.$($field).+),
            set: |p, v| p.$($field).+ = key!(@set $kind, v),
        }
    };
    (@kind Count) => { Kind::Number(Unit::Count) };
    (@kind Bytes) => { Kind::Number(Unit::Bytes) };
    (@kind Rate) => { Kind::Number(Unit::Rate) };
    (@kind Time) => { Kind::Number(Unit::Time) };
    (@kind Flag) => { Kind::Flag };
    (@kind $name:ident) => { Kind::Names(|i| $name::ALL.get(i).map(|v| v.name())) };
    (@get Count, $e:expr) => { $e };
    (@get Bytes, $e:expr) => { $e };
    (@get Rate, $e:expr) => { $e };
    (@get Time, $e:expr) => { $e.as_ns() };
    (@get Flag, $e:expr) => { u64::from($e) };
    (@get $name:ident, $e:expr) => { index($name::ALL, &$e) };
    (@set Count, $v:expr) => { $v };
    (@set Bytes, $v:expr) => { $v };
    (@set Rate, $v:expr) => { $v };
    (@set Time, $v:expr) => { Span::from_ns($v) };
    (@set Flag, $v:expr) => { $v == 1 };
    (@set $name:ident, $v:expr) => { nth($name::ALL, $v) };
}

/// Every input of a run. The defaults are the report's machine of 40 CPUs.
#[rustfmt::skip]
pub static KEYS: &[Key] = &[
    key!("machine.cpus", Count 1..=4096, "40", Reported "mail 20201210072707.16079-1-sjpark@amazon.com: 40 CPUs", None, "online CPUs", cpus),
    key!("machine.possible_cpus", Count 0..=8192, "0", Assumed "as many as are online; the thread does not say", Some(("0", "80")), "possible CPUs, 0 for as many as are online", possible_cpus),
    key!("machine.host_cpus", Count 0..=4096, "0", Assumed "a real machine", Some(("0", "20")), "cores of the host that virtual CPUs share, 0 for a real machine", host_cpus),
    key!("machine.cache_hot", Time 0..=S, "500us", Assumed "sysctl_sched_migration_cost, kernel/sched/fair.c; nothing is hot between threads of one core (task_hot())", Some(("0", "500us")), "how long after it ran a waiting task stays on its CPU, 0 for not at all", cache_hot),
    key!("machine.memory", Bytes 0..=(1 << 50), "70GB", Reported "mail 20201210072707.16079-1-sjpark@amazon.com: 70 GB", Some(("4GiB", "256GiB")), "available memory before the run, 0 for unlimited", memory),
    key!("machine.hz", Count 100..=1000, "250", Assumed "the thread does not say; CONFIG_HZ of Debian's and Ubuntu's kernels", Some(("250", "1000")), "ticks a second", hz),
    key!("machine.preempt", Preemption 0..=2, "voluntary", Assumed "the thread does not say; CONFIG_PREEMPT_VOLUNTARY of Debian's and Ubuntu's kernels", None, "preemption flavour", preempt),

    key!("kernel.version", KernelVersion 0..=5, "v5.10", Assumed "the thread does not say; its patch of December 2020 is against what became 5.11", None, "profile: sets what changed up to then, before any other key", version),
    key!("kernel.policy", DestroyPolicy 0..=5, "per-call", Source "fqdir_exit() of Linux 5.10, net/ipv4/inet_fragment.c", None, "where fqdirs are destroyed and the barrier runs", policy),
    key!("kernel.barrier", BarrierDesign 0..=3, "mutex", Source "kernel/rcu/tree.c, rcu_barrier()", None, "how barrier callers wait", barrier),
    key!("kernel.max_active", Count 1..=MANY, "256", Source "WQ_DFL_ACTIVE, include/linux/workqueue.h", None, "works of system_wq started at once on one CPU", max_active),

    key!("links.gp_floor", Flag 0..=1, "true", Source "adjust_jiffies_till_sched_qs(), kernel/rcu/tree.c", None, "a task in the kernel is left alone until HZ/10", gp_floor),
    key!("links.cleanup_queues", Flag 0..=1, "true", Source "rcu_state.barrier_mutex, one for all, kernel/rcu/tree.c", None, "cleanup_net()'s barriers queue with everybody else's", cleanup_queues),

    key!("netns.fqdirs", Count 0..=64, "2", Assumed "IPv4 and IPv6; 3 with nf_defrag_ipv6", Some(("1", "3")), "fqdirs of one namespace", fqdirs),
    key!("netns.sockets", Count 0..=100_000, "8", Measured "docs/measured.md: sock_inode_cache of 250 namespaces held open, 8.3 and 2.93 for each possible CPU", None, "sockets of one namespace besides those per possible CPU", sockets),
    key!("netns.rawv6_sockets", Count 0..=100_000, "4", Measured "docs/measured.md: slabinfo of a 6.18 kernel; ndisc, mld, its autojoin, tcpv6", None, "those of them that are RAWv6", rawv6_sockets),
    key!("netns.sockets_per_cpu", Count 0..=300, "3", Source "icmp, tcp and icmpv6 control sockets (net/ipv4/icmp.c, tcp_ipv4.c, net/ipv6/icmp.c)", None, "control sockets of one namespace for each possible CPU", sockets_per_cpu),
    key!("netns.device_barriers", Count 0..=64, "1", Assumed "netdev_run_todo() for the loopback device", Some(("1", "2")), "barriers of a cleanup_net() batch before its fqdir works", device_barriers),
    key!("netns.normal_gp_waits", Count 0..=64, "0", Assumed "nf_conntrack_netlink not loaded; the thread does not say", Some(("0", "1")), "synchronize_rcu() of a batch besides the first, before the synchronize_net(): always a normal grace period", normal_gp_waits),
    key!("netns.extra_gp_waits", Count 0..=64, "0", Assumed "none without nf_conntrack, nfnetlink and xfrm_user", Some(("0", "3")), "synchronize_net() of a batch that no device asks for: expedited while anybody holds rtnl, else normal", extra_gp_waits),
    key!("netns.netlink_exits_wait", Flag 0..=1, "true", Source "ctnetlink_net_exit_batch(), nfnetlink_net_exit_batch(), xfrm_user_net_exit() of Linux 5.10", None, "netlink exits wait too; false leaves no normal_gp_waits and nf_conntrack's alone of extra_gp_waits", netlink_exits_wait),
    key!("netns.expedited_waits", Flag 0..=1, "false", Source "synchronize_rcu() in cleanup_net(), net/core/net_namespace.c", None, "every grace period that cleanup_net() waits for is expedited", expedited_waits),
    key!("netns.one_cpu_waits", Flag 0..=1, "false", Source "rcu_blocking_is_gp(), kernel/rcu/tree.c", None, "cleanup_net() waits for grace periods on a single CPU without full preemption, too", one_cpu_waits),
    key!("netns.unhash_once", Flag 0..=1, "false", Source "unhash_nsid() for each dying namespace, net/core/net_namespace.c", None, "a batch walks the live namespaces once", unhash_once),
    key!("netns.netlink_tables", Count 0..=32, "5", Measured "docs/measured.md: five rht_deferred_worker works at each doubling, in every trace", None, "netlink tables with a socket of every namespace", netlink_tables),
    key!("netns.conntrack_gc", Time 0..=10 * S, "0", Assumed "no connection tracking; HZ/8 where it is built in", Some(("0", "125ms")), "from one gc_worker of nf_conntrack to the next, 0 for none", conntrack_gc),
    key!("netns.conntrack_buckets", Count 0..=(1 << 24), "0", Assumed "no conntrack", Some(("0", "65536")), "buckets of the conntrack table, all scanned for each dying namespace", conntrack_buckets),
    key!("netns.fragments", Count 0..=65_536, "0", Source "an unshare in a loop receives no packets", None, "fragments in each fqdir when it is destroyed", fragments),

    key!("workload.arrivals", Arrivals 0..=4, "loop", Reported "mail 20201210080844.23741-1-sjpark@amazon.com: unshare in a loop", None, "how namespaces come to be created", arrivals),
    key!("workload.creators", Count 1..=4096, "1", Reported "mail 20201210080844.23741-1-sjpark@amazon.com: one loop", None, "tasks that create namespaces", creators),
    key!("workload.calls", Count 1..=100_000_000, "50000", Reported "mail 20201210080844.23741-1-sjpark@amazon.com: 50,000", None, "namespaces to create in all", calls),
    key!("workload.call_spread_percent", Count 0..=100, "10", Assumed "docs/measured.md: the 10th and the 50th percentile of the recordings' calls lie 10 % apart", Some(("0", "30")), "how far from its mean a creation's time lies at most, in per cent, spread evenly", call_spread_percent),
    key!("workload.rate", Rate 0..=1_000_000_000, "0", Source "not used by a loop", None, "arrivals of `poisson` and `fixed`, bursts of `burst`", rate),
    key!("workload.burst", Count 1..=1_000_000, "1", Source "not used by a loop", None, "namespaces of one burst", burst),
    key!("workload.user_time", Time 0..=S, "0", Source "the reproducer's loop spends next to nothing in user mode", None, "user-mode time of a creator after each call", user_time),
    key!("workload.container_life", Time 0..=3_600 * S, "0", Source "not used by a loop", None, "mean life of a namespace of open arrivals", container_life),

    key!("background.rate", Rate 0..=1_000_000_000, "10/s", Assumed "daemons and timers of an idle server", Some(("1/s", "1000/s")), "callbacks posted on each CPU from interrupts", background),
    key!("background.always", Flag 0..=1, "false", Source "only the convoy table has it", None, "each CPU always has a callback queued: it posts one at each tick", callbacks_always),

    key!("noise.threads", Count 0..=4096, "0", Assumed "nothing else ran", Some(("0", "2")), "threads that post callbacks", noise_threads),
    key!("noise.work", Time 0..=10 * S, "15us", Assumed "a third of the 50 us that ten open() and close() take emulated (scenarios/recorded-2cpu.toml)", Some(("5us", "50us")), "CPU time of one noise round", noise_work),
    key!("noise.sleep", Time 0..=10 * S, "2ms", Measured "docs/measured.md: what KFNOISE in tests/data/recordings stands for", None, "sleep between two noise rounds", noise_sleep),
    key!("noise.callbacks", Count 0..=1_000_000, "10", Measured "docs/measured.md: KFNOISE in tests/data/recordings, one for each close()", None, "callbacks of one noise round", noise_callbacks),

    key!("hogs.in_kernel", Count 0..=4096, "0", Assumed "nothing else ran", Some(("0", "1")), "tasks that never leave the kernel", kernel_hogs),
    key!("hogs.in_user_mode", Count 0..=4096, "0", Assumed "nothing else ran", Some(("0", "4")), "tasks that never leave user mode", user_hogs),
    key!("hogs.stretch", Time 1_000..=10 * S, "1ms", Assumed "a loop over a few thousand objects", Some(("10us", "1s")), "from one cond_resched() of an in-kernel hog to the next", hog_stretch),

    key!("run.settle_before", Time 0..=3_600 * S, "100ms", Assumed "grace periods are under way when the loop starts", Some(("0", "10s")), "time before the workload starts", settle_before),
    key!("run.horizon", Time 1..=100_000 * S, "400s", Assumed "more than three times the report's two minutes", Some(("200s", "3600s")), "nothing is simulated beyond this", horizon),
    key!("run.sample", Time 1_000..=1_000 * S, "250ms", Assumed "a little more than twice the 100 ms of tests/data/recordings", Some(("1ms", "1s")), "distance of two rows of the series", sample),
    key!("run.seed", Count 0..=u64::MAX, "1", Assumed "any", None, "seed of every random stream", seed),
    key!("run.ties", TieOrder 0..=2, "fifo", Assumed "an order of ours, the kernel has none", None, "which of several events of one instant and one class goes first", ties),

    key!("costs.unshare", Time 0..=LONG, "1373us", Reported "mail 20201210080844.23741-1-sjpark@amazon.com: 50,000 in 2 minutes = 2.4 ms on 40 CPUs, less the CPUs' share", None, "one unshare without its share per possible CPU", costs.unshare),
    key!("costs.unshare_per_cpu", Time 0..=LONG_PER_CPU, "25.7us", Measured "docs/measured.md: 1.07 ms and 0.02 ms a CPU emulated, scaled to the report's 2.4 ms", None, "part of an unshare for each possible CPU", costs.unshare_per_cpu),
    key!("costs.fresh_mib", Time 0..=LONG, "0", Assumed "on a real machine part of costs.unshare", Some(("0", "500us")), "part of an unshare for each MiB not used before", costs.fresh_mib),
    key!("costs.unshare_rtnl", Time 0..=LONG, "60us", Assumed "registering the loopback device", Some(("20us", "300us")), "how long an unshare holds rtnl", costs.unshare_rtnl),
    key!("costs.resched_interval", Time 0..=LONG, "50us", Assumed "between two might_sleep() of an unshare", Some(("10us", "1ms")), "longest stretch between two might_sleep()", costs.resched_interval),
    key!("costs.context_switch", Time 0..=LONG, "2us", Assumed "a server of 2020", Some(("1us", "5us")), "switching tasks on one CPU", costs.context_switch),
    key!("costs.idle_wake", Time 0..=LONG, "5us", Assumed "a shallow idle state", Some(("2us", "100us")), "leaving idle for a wake-up from another CPU", costs.idle_wake),
    key!("costs.ipi", Time 0..=LONG, "3us", Assumed "one synchronous IPI", Some(("1us", "10us")), "one synchronous IPI of a barrier", costs.ipi),
    key!("costs.ipi_stall", Time 0..=LONG, "0", Assumed "no late interrupts outside of virtual machines", Some(("0", "200us")), "longest time by which a late IPI is late", costs.ipi_stall),
    key!("costs.ipi_stall_permille", Count 0..=1000, "0", Assumed "no late interrupts outside of virtual machines", Some(("0", "1000")), "part per 1,000 of IPIs that are late", costs.ipi_stall_permille),
    key!("costs.spin_handover", Time 0..=LONG, "200ns", Assumed "a cache line from one core to another", Some(("50ns", "2us")), "how soon a spinner sees what it spins for", costs.spin_handover),
    key!("costs.barrier_step", Time 0..=LONG, "1us", Assumed "half of the 2 us emulated", Some(("200ns", "2us")), "from Begin to Inc1, and each early exit's work", costs.barrier_step),
    key!("costs.barrier_per_cpu", Time 0..=LONG_PER_CPU, "0", Assumed "a look at one list; 0.8 us emulated with the trace's line about it (docs/validation.md, trivial barriers)", Some(("0", "200ns")), "looking whether one possible CPU has callbacks, under the mutex", costs.barrier_per_cpu),
    key!("costs.batch", Time 0..=LONG, "700ns", Assumed "a softirq's entry", Some(("300ns", "3us")), "one pass of callback invocation", costs.batch),
    key!("costs.callback", Time 0..=LONG, "190ns", Assumed "one kmem_cache_free() and a bit", Some(("100ns", "650ns")), "one callback", costs.callback),
    key!("costs.worker_creation", Time 0..=LONG, "60us", Assumed "a kthread of a server of 2020; 67 us emulated (scenarios/recorded-2cpu.toml)", Some(("50us", "150us")), "creating one kworker", costs.worker_creation),
    key!("costs.table_destroy", Time 0..=LONG, "10us", Assumed "an empty rhashtable with its cancel_work_sync()", Some(("2us", "50us")), "destroying one empty fragment table", costs.table_destroy),
    key!("costs.fragment", Time 0..=LONG, "200ns", Assumed "unhash, kfree_skb, call_rcu", Some(("100ns", "1us")), "destroying one fragment", costs.fragment),
    key!("costs.fqdir_free", Time 0..=LONG, "300ns", Assumed "half of the 600 ns emulated", Some(("100ns", "4us")), "freeing one fqdir after its barrier", costs.fqdir_free),
    key!("costs.gp_init", Time 0..=LONG, "3us", Assumed "a third of the 10 us emulated", Some(("1us", "30us")), "starting a grace period", costs.gp_init),
    key!("costs.gp_cleanup", Time 0..=LONG, "4us", Assumed "a quarter of the 15 us emulated", Some(("1us", "30us")), "ending a grace period", costs.gp_cleanup),
    key!("costs.expedited", Time 0..=LONG, "100us", Assumed "a quarter of the 450 us emulated", Some(("30us", "500us")), "an expedited grace period's own work", costs.expedited),
    key!("costs.cleanup_batch", Time 0..=LONG, "2ms", Assumed "a third of the 7 ms emulated", Some(("500us", "10ms")), "cleanup_net(): fixed work of a batch", costs.cleanup_batch),
    key!("costs.unhash_nsid", Time 0..=1_000_000, "10ns", Assumed "under 25 ns emulated (361 dying, 300 live: 3 ms at most); a cache miss on a real one", Some(("3ns", "100ns")), "cleanup_net(): one dying namespace looked up in one live one", costs.unhash_nsid),
    key!("costs.cleanup_device", Time 0..=LONG, "40us", Assumed "a third of the 137 us emulated", Some(("15us", "150us")), "cleanup_net(): device part of a namespace, each device barrier", costs.cleanup_device),
    key!("costs.cleanup_fqdir", Time 0..=LONG, "1500ns", Assumed "a third of the 5 us emulated", Some(("500ns", "5us")), "cleanup_net(): queueing one fqdir", costs.cleanup_fqdir),
    key!("costs.cleanup_rest", Time 0..=LONG, "80us", Assumed "a quarter of the 280 us emulated, and some", Some(("30us", "400us")), "cleanup_net(): the rest of a namespace", costs.cleanup_rest),
    key!("costs.cleanup_per_cpu", Time 0..=LONG_PER_CPU, "12us", Assumed "the work on control sockets of each CPU; below the 21 to 35 us that 0.3 ms a namespace on 6 CPUs and 1 to 1.5 on 40 would be, as those hold waits too", Some(("5us", "35us")), "cleanup_net(): the rest of a namespace for each possible CPU", costs.cleanup_per_cpu),
    key!("costs.conntrack_bucket", Time 0..=(S / 1_000), "35ns", Assumed "a third of the 90 to 150 ns emulated: 6 to 10 ms for 65,536", Some(("10ns", "150ns")), "cleanup_net(): scanning one bucket of the conntrack table", costs.conntrack_bucket),
    key!("costs.kfree_work", Time 0..=LONG, "150us", Assumed "a third of the 430 to 650 us emulated", Some(("50us", "650us")), "freeing one batch of kfree_rcu() memory", costs.kfree_work),

    key!("costs.pcpu_balance", Time 0..=LONG, "7us", Assumed "a third of the 25 us emulated", Some(("3us", "25us")), "one pcpu_balance_workfn", costs.pcpu_balance),
    key!("costs.conntrack_gc", Time 0..=LONG, "5us", Assumed "a third of the 16 us emulated", Some(("2us", "20us")), "one gc_worker", costs.conntrack_gc),
    key!("costs.rhash_resize", Time 0..=LONG, "40us", Assumed "a third of the 141 us emulated", Some(("10us", "145us")), "one rht_deferred_worker", costs.rhash_resize),

    key!("sizes.namespace", Bytes 0..=(1 << 30), "188.5KiB", Measured "docs/measured.md: MemAvailable with 250 namespaces held open, intercept over CPUs", None, "a namespace without its share per possible CPU", sizes.namespace),
    key!("sizes.namespace_per_cpu", Bytes 0..=(1 << 22), "6.62KiB", Measured "docs/measured.md: MemAvailable with 250 namespaces held open, slope over CPUs", None, "a namespace's share for each possible CPU", sizes.namespace_per_cpu),
    key!("sizes.percpu", Bytes 0..=(1 << 22), "2.9KiB", Measured "docs/measured.md: per-CPU areas of 250 namespaces held open, slope over CPUs", None, "per-CPU memory of a namespace on each possible CPU, 0 for no balancing", sizes.percpu),
    key!("sizes.net", Bytes 0..=(1 << 20), "4800B", Source "BTF of Debian's linux-image-5.10.0-30 (5.10.218): struct net", None, "a struct net", sizes.net),
    key!("sizes.sock_inode", Bytes 0..=(1 << 20), "768B", Source "BTF of Debian's linux-image-5.10.0-30 (5.10.218): struct socket_alloc", None, "a socket with its inode", sizes.sock_inode),
    key!("sizes.raw", Bytes 0..=(1 << 20), "1024B", Source "BTF of Debian's linux-image-5.10.0-30 (5.10.218): struct raw_sock, 976 bytes, in its slab", None, "a RAW object", sizes.raw),
    key!("sizes.rawv6", Bytes 0..=(1 << 20), "1216B", Source "BTF of Debian's linux-image-5.10.0-30 (5.10.218): struct raw6_sock, 1,176 bytes, in its slab", None, "a RAWv6 object", sizes.rawv6),
    key!("sizes.fqdir", Bytes 0..=(1 << 20), "512B", Source "BTF of Debian's linux-image-5.10.0-30 (5.10.218): struct fqdir, 320 bytes, in kmalloc-512", None, "a struct fqdir", sizes.fqdir),
    key!("sizes.fqdir_table", Bytes 0..=(1 << 20), "1024B", Source "64 buckets, 576 bytes, in kmalloc-1k (lib/rhashtable.c)", None, "an fqdir's empty table", sizes.fqdir_table),
    key!("sizes.frag_queue", Bytes 0..=(1 << 14), "256B", Assumed "struct ipq in ip4-frags, on a 5.10 of 64 bits", Some(("192B", "320B")), "a queue of fragments", sizes.frag_queue),
    key!("sizes.frag_skb", Bytes 0..=(1 << 14), "768B", Assumed "truesize of one small fragment: sk_buff 256, data 512", Some(("512B", "2304B")), "the fragments of a queue", sizes.frag_skb),
    key!("sizes.percpu_base", Bytes 0..=(1 << 30), "2.8KiB", Measured "docs/measured.md: per-CPU areas of 250 namespaces held open, intercept over CPUs", None, "per-CPU memory of a namespace without its share per possible CPU", sizes.percpu_base),
    key!("sizes.deferred_permille", Count 0..=1000, "600", Assumed "as on the recorded two CPUs, once; their other recording looks like 0 (docs/validation.md)", Some(("0", "600")), "part per 1,000 that comes back through system_wq", sizes.deferred_permille),
    key!("sizes.kworker", Bytes 0..=(1 << 30), "26kB", Source "task_struct, 9,408 bytes (BTF of Debian's linux-image-5.10.0-30), and THREAD_SIZE, 16 KiB", None, "stack and task of a kworker", sizes.kworker),
    key!("sizes.callbacks", Count 0..=1_000_000, "26", Measured "docs/measured.md: 33 on 2 CPUs, 173 on 40", None, "callbacks of one namespace's teardown", sizes.callbacks),
    key!("sizes.callbacks_per_1000_cpus", Count 0..=1_000_000, "3684", Measured "docs/measured.md: 33 on 2 CPUs, 173 on 40", None, "callbacks of one teardown for 1,000 possible CPUs", sizes.callbacks_per_1000_cpus),
];

/// The report's machine: every key at its default.
///
/// # Panics
/// If a default is wrong; a test reads them all.
pub fn defaults() -> Params {
    let mut params = blank();
    for key in KEYS {
        let value = key.parse(key.default).expect("a test reads every default");
        (key.set)(&mut params, value);
    }
    params
}

/// All zero, so that the table above is the only place with values.
fn blank() -> Params {
    let zero = Span::ZERO;
    Params {
        cpus: 0,
        possible_cpus: 0,
        host_cpus: 0,
        memory: 0,
        cache_hot: zero,
        hz: 0,
        preempt: Preemption::None,
        version: KernelVersion::V5_10,
        policy: DestroyPolicy::PerCall,
        barrier: BarrierDesign::Mutex,
        max_active: 0,
        gp_floor: false,
        cleanup_queues: false,
        fqdirs: 0,
        sockets: 0,
        rawv6_sockets: 0,
        sockets_per_cpu: 0,
        device_barriers: 0,
        normal_gp_waits: 0,
        extra_gp_waits: 0,
        netlink_exits_wait: false,
        expedited_waits: false,
        one_cpu_waits: false,
        unhash_once: false,
        netlink_tables: 0,
        conntrack_gc: zero,
        conntrack_buckets: 0,
        fragments: 0,
        arrivals: Arrivals::Loop,
        creators: 0,
        calls: 0,
        call_spread_percent: 0,
        rate: 0,
        burst: 0,
        user_time: zero,
        container_life: zero,
        background: 0,
        callbacks_always: false,
        noise_threads: 0,
        noise_work: zero,
        noise_sleep: zero,
        noise_callbacks: 0,
        kernel_hogs: 0,
        user_hogs: 0,
        hog_stretch: zero,
        settle_before: zero,
        horizon: zero,
        sample: zero,
        seed: 0,
        ties: TieOrder::Fifo,
        broken: None,
        costs: blank_costs(),
        sizes: blank_sizes(),
    }
}

fn blank_sizes() -> Sizes {
    Sizes {
        namespace: 0,
        namespace_per_cpu: 0,
        percpu: 0,
        net: 0,
        sock_inode: 0,
        raw: 0,
        rawv6: 0,
        fqdir: 0,
        fqdir_table: 0,
        frag_queue: 0,
        frag_skb: 0,
        percpu_base: 0,
        deferred_permille: 0,
        kworker: 0,
        callbacks: 0,
        callbacks_per_1000_cpus: 0,
    }
}

fn blank_costs() -> Costs {
    let zero = Span::ZERO;
    Costs {
        unshare: zero,
        unshare_per_cpu: zero,
        fresh_mib: zero,
        unshare_rtnl: zero,
        resched_interval: zero,
        context_switch: zero,
        idle_wake: zero,
        ipi: zero,
        ipi_stall: zero,
        ipi_stall_permille: 0,
        barrier_step: zero,
        barrier_per_cpu: zero,
        spin_handover: zero,
        batch: zero,
        callback: zero,
        worker_creation: zero,
        table_destroy: zero,
        fragment: zero,
        fqdir_free: zero,
        gp_init: zero,
        gp_cleanup: zero,
        expedited: zero,
        cleanup_batch: zero,
        unhash_nsid: zero,
        cleanup_device: zero,
        cleanup_fqdir: zero,
        cleanup_rest: zero,
        cleanup_per_cpu: zero,
        conntrack_bucket: zero,
        kfree_work: zero,
        pcpu_balance: zero,
        conntrack_gc: zero,
        rhash_resize: zero,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_field_of_its_own() {
        let base = defaults();
        for key in KEYS {
            let old = (key.get)(&base);
            let new = if old == key.min { key.max } else { key.min };
            let mut changed = base.clone();
            (key.set)(&mut changed, new);
            for other in KEYS {
                let expected = if other.path == key.path {
                    new
                } else {
                    (other.get)(&base)
                };
                assert_eq!(
                    (other.get)(&changed),
                    expected,
                    "{} and {}",
                    key.path,
                    other.path
                );
            }
        }
    }

    #[test]
    fn assumed_values_are_plausible() {
        for key in KEYS {
            let value = key.parse(key.default).expect("defaults are valid");
            if let Some((low, high)) = key.plausible {
                let range = key.parse(low).expect("valid")..=key.parse(high).expect("valid");
                assert!(range.contains(&value), "{}", key.path);
            } else {
                let number = matches!(key.kind, Kind::Number(_)) && key.path != "run.seed";
                assert!(
                    !number || key.provenance != Provenance::Assumed,
                    "{}: an assumed number has a plausible range",
                    key.path
                );
            }
            assert_eq!(key.parse(&key.format(value)), Ok(value), "{}", key.path);
        }
    }

    /// What was measured or reported names where a reader can look: a file of this repository, or a mail.
    #[test]
    fn sources_can_be_looked_up() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        for key in KEYS {
            let first = key.source.split([':', ' ']).next().unwrap_or_default();
            match key.provenance {
                Provenance::Measured => assert!(root.join(first).is_file(), "{}", key.path),
                Provenance::Reported => {
                    assert!(key.source.contains("@amazon.com"), "{}", key.path);
                }
                Provenance::Source | Provenance::Assumed | Provenance::Given => {}
            }
        }
    }

    #[test]
    fn one_unshare_of_the_report_takes_two_milliseconds_and_four_tenths() {
        assert_eq!(defaults().unshare_cost().as_ns() / 10_000, 240);
    }
}
