//! A run as the text of `/sys/kernel/tracing/trace`: 5.10's layout and the tracepoints' own formats.
//!
//! ```text
//!      kworker/0:1-7       [000] ....     1.510053: rcu_barrier: rcu_sched Begin cpu -1 remaining 0 # 8
//! ```
//!
//! Times are rounded to microseconds as the kernel rounds them. Grace periods are counted from -300
//! as the kernel counts them from boot, so their numbers are negative here as well. What a check of
//! the model hears besides the tracepoints is not written.

use crate::analyze::LOCK_EVENTS;
use crate::models::params::{Params, Preemption};
use crate::models::record::{
    BarrierStep, Context, GpStep, QueueId, Record, Role, What, Who, WorkId,
};
use crate::sim::Instant;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The kernel's first grace-period number, `(0UL - 300UL) << RCU_SEQ_CTR_SHIFT`.
const FIRST_GP: i64 = -1_200;
/// `WORK_CPU_UNBOUND` of a kernel built for 64 CPUs: "whichever CPU this is".
const UNBOUND: u64 = 64;
/// The first line of a trace.
pub const FIRST: &str = "# tracer: nop\n";
/// Numbers of the tasks before the model's own.
const FIRST_PID: u32 = 11;

/// The tracepoints to write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Groups {
    /// `rcu:rcu_barrier`, `rcu_grace_period`, `rcu_batch_start`, `rcu_batch_end`.
    pub rcu: bool,
    /// `workqueue:*`.
    pub workqueue: bool,
    /// `lock:contention_begin`, `contention_end` of `barrier_mutex`. 5.10 has none (5.19).
    pub lock: bool,
}

impl Groups {
    /// Their names.
    pub const NAMES: [&str; 3] = ["rcu", "workqueue", "lock"];

    /// All of them.
    pub const ALL: Self = Self {
        rcu: true,
        workqueue: true,
        lock: true,
    };

    /// Those in a list with commas; the error is the name that is none.
    pub fn parse(list: &str) -> Result<Self, String> {
        let mut groups = Self {
            rcu: false,
            workqueue: false,
            lock: false,
        };
        for name in list.split(',').map(str::trim) {
            match name {
                "rcu" => groups.rcu = true,
                "workqueue" => groups.workqueue = true,
                "lock" => groups.lock = true,
                _ => return Err(name.to_owned()),
            }
        }
        Ok(groups)
    }

    /// Whether a record is written.
    fn contains(self, what: What) -> bool {
        match what {
            What::RcuBarrier { .. }
            | What::RcuGracePeriod { .. }
            | What::RcuBatchStart { .. }
            | What::RcuBatchEnd { .. } => self.rcu,
            What::QueueWork { .. }
            | What::ActivateWork(_)
            | What::ExecuteStart(_)
            | What::ExecuteEnd(_) => self.workqueue,
            What::ContentionBegin { .. } | What::ContentionEnd { .. } => self.lock,
            _ => false,
        }
    }
}

/// Writes records as lines.
#[derive(Clone, Debug)]
pub struct Text {
    groups: Groups,
    cpus: u64,
    flavour: &'static str,
    /// The command of each task seen, and how many kworkers each CPU has.
    names: BTreeMap<u32, String>,
    kworkers: BTreeMap<u32, u32>,
    events: u64,
}

impl Text {
    /// Lines of a run of these parameters.
    pub fn new(params: &Params, groups: Groups) -> Self {
        Self {
            groups,
            cpus: params.cpus,
            flavour: match params.preempt {
                Preemption::Full => "rcu_preempt",
                Preemption::None | Preemption::Voluntary => "rcu_sched",
            },
            names: BTreeMap::new(),
            kworkers: BTreeMap::new(),
            events: 0,
        }
    }

    /// Lines written so far.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// What stands above the events, of which there are so many.
    pub fn header(&self, events: u64) -> String {
        let cpus = self.cpus;
        let lock = if self.groups.lock { LOCK_EVENTS } else { "#" };
        format!(
            "\
{FIRST}#
# entries-in-buffer/entries-written: {events}/{events}   #P:{cpus}
{lock}
#                                _-----=> irqs-off
#                               / _----=> need-resched
#                              | / _---=> hardirq/softirq
#                              || / _--=> preempt-depth
#                              ||| /     delay
#           TASK-PID     CPU#  ||||   TIMESTAMP  FUNCTION
#              | |         |   ||||      |         |
"
        )
    }

    /// Appends the record's line; nothing if its tracepoint is not wanted.
    pub fn line(&mut self, at: Instant, record: &Record, out: &mut String) {
        if !self.groups.contains(record.what) {
            return;
        }
        self.events += 1;
        let pid = self.task(record, out);
        let us = (at.as_ns() + 500) / 1_000;
        let (seconds, us) = (us / 1_000_000, us % 1_000_000);
        let [irqs, resched, context] = flags(record);
        write!(
            out,
            "-{pid:<7} [{:03}] {irqs}{resched}{context}. {seconds:>5}.{us:06}: ",
            record.cpu
        )
        .expect("a string takes all");
        self.event(record.what, out);
        out.push('\n');
    }

    /// Appends the task's command and gives its process id.
    fn task(&mut self, record: &Record, out: &mut String) -> u32 {
        let (name, pid) = match record.who {
            Who::Idle => ("<idle>", 0),
            Who::Task(task, role) => {
                if !self.names.contains_key(&task) {
                    let name = self.name(record.cpu, role);
                    self.names.insert(task, name);
                }
                (self.names[&task].as_str(), FIRST_PID + task)
            }
        };
        write!(out, "{name:>16}").expect("a string takes all");
        pid
    }

    /// The command of a task first seen on that CPU. Bound tasks are never seen on another.
    fn name(&mut self, cpu: u32, role: Role) -> String {
        match role {
            Role::GpThread => self.flavour.to_owned(),
            Role::Creator => "unshare".to_owned(),
            Role::Noise => "noise".to_owned(),
            Role::KernelHog => "kernel-hog".to_owned(),
            Role::UserHog => "user-hog".to_owned(),
            Role::Cleanup => format!("kworker/u{}:0", 2 * self.cpus),
            Role::UnboundWorker => format!("kworker/u{}:1", 2 * self.cpus),
            Role::Ksoftirqd => format!("ksoftirqd/{cpu}"),
            Role::Worker => {
                let nth = self.kworkers.entry(cpu).or_default();
                *nth += 1;
                format!("kworker/{cpu}:{}", *nth - 1)
            }
        }
    }

    fn event(&self, what: What, out: &mut String) {
        match what {
            What::RcuBarrier {
                step,
                which,
                cpu,
                remaining,
                seq,
            } => {
                let flavour = if which == 0 {
                    self.flavour
                } else {
                    "rcu_alone"
                };
                let (word, cpu) = (step.word(), cpu.map_or(-1, i64::from));
                write!(
                    out,
                    "rcu_barrier: {flavour} {word} cpu {cpu} remaining {remaining} # {seq}"
                )
            }
            What::RcuGracePeriod { step, seq } => {
                let seq = FIRST_GP.wrapping_add_unsigned(seq);
                write!(
                    out,
                    "rcu_grace_period: {} {seq} {}",
                    self.flavour,
                    step.word()
                )
            }
            What::RcuBatchStart { callbacks, limit } => write!(
                out,
                "rcu_batch_start: {} CBs={callbacks} bl={limit}",
                self.flavour
            ),
            What::RcuBatchEnd { invoked, more } => write!(
                out,
                "rcu_batch_end: {} CBs-invoked={invoked} idle={}...",
                self.flavour,
                if more { 'C' } else { '.' }
            ),
            _ => self.other_event(what, out),
        }
        .expect("a string takes all");
    }

    /// Events that are not RCU's.
    fn other_event(&self, what: What, out: &mut String) -> std::fmt::Result {
        match what {
            What::QueueWork { work, queue, cpu } => write!(
                out,
                "workqueue_queue_work: work struct={} function={} workqueue={} req_cpu={} cpu={}",
                address(work),
                work.function,
                queue_address(queue),
                UNBOUND.max(self.cpus),
                cpu.unwrap_or(u32::MAX)
            ),
            What::ActivateWork(work) => {
                write!(
                    out,
                    "workqueue_activate_work: work struct {}",
                    address(work)
                )
            }
            What::ExecuteStart(work) => write!(
                out,
                "workqueue_execute_start: work struct {}: function {}",
                address(work),
                work.function
            ),
            What::ExecuteEnd(work) => write!(
                out,
                "workqueue_execute_end: work struct {}: function {}",
                address(work),
                work.function
            ),
            What::ContentionBegin { which } => {
                write!(
                    out,
                    "contention_begin: {} (flags=MUTEX)",
                    mutex_address(which)
                )
            }
            What::ContentionEnd { which } => {
                write!(out, "contention_end: {} (ret=0)", mutex_address(which))
            }
            _ => unreachable!("no tracepoint: {what:?}"),
        }
    }
}

/// Interrupts off, need to reschedule, context.
fn flags(record: &Record) -> [char; 3] {
    let irqs_off = match record.what {
        What::RcuGracePeriod { step, .. } => !matches!(
            step,
            GpStep::ReqWait | GpStep::FqsWait | GpStep::FqsStart | GpStep::FqsEnd
        ),
        What::RcuBarrier { step, .. } => matches!(step, BarrierStep::Irq | BarrierStep::IrqNq),
        What::RcuBatchStart { .. }
        | What::RcuBatchEnd { .. }
        | What::QueueWork { .. }
        | What::ActivateWork(_) => true,
        _ => false,
    };
    let softirq = matches!(
        record.what,
        What::RcuBatchStart { .. }
            | What::RcuBatchEnd { .. }
            | What::RcuBarrier {
                step: BarrierStep::Cb | BarrierStep::LastCb,
                ..
            }
    );
    let context = match record.context {
        _ if softirq => 's',
        Context::Task => '.',
        Context::Softirq => 's',
        Context::Hardirq => 'h',
    };
    [
        if irqs_off { 'd' } else { '.' },
        if record.need_resched { 'N' } else { '.' },
        context,
    ]
}

/// A number as a hashed pointer: 32 bits, two numbers within 2^32 never the same.
fn hashed(number: u64) -> String {
    let low = u32::try_from(number & u64::from(u32::MAX)).expect("masked to 32 bits");
    format!("{:016x}", low.wrapping_mul(0x9e37_79b1) ^ 0x5bd1_e995)
}

fn address(work: WorkId) -> String {
    // The first numbers are for what there is one of.
    hashed(if work == WorkId::CLEANUP_NET {
        0
    } else {
        work.number + 16
    })
}

fn queue_address(queue: QueueId) -> String {
    hashed(1 + queue as u64)
}

fn mutex_address(which: u8) -> String {
    hashed(8 + u64::from(which))
}
