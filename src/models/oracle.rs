//! The safety oracle: what no run may do, whatever its scenario.
//!
//! It hears the records and knows nothing else of the machine, neither its callback segments nor
//! its sequence numbers:
//!
//! - no call of `rcu_barrier()` ends (`Inc2`, `EarlyExit`) before every callback queued before its
//!   `Begin`, on any CPU, has been invoked;
//! - no callback is invoked before a grace period that began after it was queued has ended (a
//!   barrier's own head, which needs none, excepted);
//! - what was created is live, on the list, in teardown or freed, each once.
//!
//! Callbacks of one CPU are invoked in the order queued, so each CPU needs one line of counts, with
//! the numbers of calls and of grace periods begun until then: memory follows what is pending.
//! Debug builds attach it to every run but those that are to be heard by nobody, and panic with what it found.

use super::params::Params;
use super::record::{BarrierStep, GpStep, Record, What, Who};
use super::segcblist::Callback;
use crate::sim::Instant;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

/// Records that an epitaph shows.
const LAST: usize = 16;

/// Callbacks of one CPU, queued one after the other.
#[derive(Clone, Copy, Debug)]
struct Queued {
    count: u64,
    /// Calls of `rcu_barrier()` begun before.
    calls: u64,
    /// Grace periods begun before.
    grace_periods: u64,
}

/// How much a run gave the oracle to look at; a check of nothing proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Seen {
    /// Calls of `rcu_barrier()` that ended.
    pub calls: u64,
    /// Callbacks invoked.
    pub callbacks: u64,
    /// Namespaces freed.
    pub namespaces: u64,
}

/// Listens to a run and says what went wrong first.
#[derive(Clone, Debug, Default)]
pub struct Oracle {
    pending: Vec<VecDeque<Queued>>,
    /// The call that each task is in, by number.
    calls: BTreeMap<u32, u64>,
    calls_begun: u64,
    grace_periods_begun: u64,
    grace_periods_ended: u64,
    fqdirs_each: u64,
    created: u64,
    put: u64,
    taken: u64,
    freed: u64,
    fqdirs: u64,
    fqdirs_freed: u64,
    seen: Seen,
    last: VecDeque<(Instant, Record)>,
    violation: Option<String>,
}

impl Oracle {
    /// An oracle for a run with these inputs.
    ///
    /// # Panics
    /// If there are more CPUs than memory has addresses.
    pub fn new(params: &Params) -> Self {
        let cpus = usize::try_from(params.cpus).expect("a CPU count fits in usize");
        Self {
            pending: vec![VecDeque::new(); cpus],
            fqdirs_each: params.fqdirs,
            ..Self::default()
        }
    }

    /// What went wrong first, if anything did.
    pub fn violation(&self) -> Option<&str> {
        self.violation.as_deref()
    }

    /// What it has looked at.
    pub fn seen(&self) -> Seen {
        self.seen
    }

    /// Hears one record.
    pub fn hear(&mut self, at: Instant, record: &Record) {
        if self.violation.is_some() {
            return;
        }
        if self.last.len() == LAST {
            self.last.pop_front();
        }
        self.last.push_back((at, *record));
        if let Err(why) = self.judge(record) {
            let why = format!("at {} ns, CPU {}: {why}", at.as_ns(), record.cpu);
            self.violation = Some(why);
        }
    }

    fn judge(&mut self, record: &Record) -> Result<(), String> {
        match record.what {
            What::CallbackQueued { callback, count } => {
                self.queued(record.cpu, callback, count);
                Ok(())
            }
            What::CallbackInvoked { callback, count } => self.invoked(record.cpu, callback, count),
            What::RcuBarrier { step, .. } => self.barrier(record.who, step),
            What::RcuGracePeriod { step, .. } => {
                self.grace_periods_ended += u64::from(step == GpStep::End);
                Ok(())
            }
            What::GracePeriodCounts => {
                self.grace_periods_begun += 1;
                Ok(())
            }
            what => self.conserved(what),
        }
    }

    fn queued(&mut self, cpu: u32, callback: Callback, count: u64) {
        if matches!(callback, Callback::Barrier(_)) {
            return;
        }
        let (calls, grace_periods) = (self.calls_begun, self.grace_periods_begun);
        let line = &mut self.pending[cpu as usize];
        match line.back_mut() {
            Some(q) if (q.calls, q.grace_periods) == (calls, grace_periods) => q.count += count,
            _ => line.push_back(Queued {
                count,
                calls,
                grace_periods,
            }),
        }
    }

    fn invoked(&mut self, cpu: u32, callback: Callback, count: u64) -> Result<(), String> {
        if matches!(callback, Callback::Barrier(_)) {
            return Ok(());
        }
        self.seen.callbacks += count;
        let mut left = count;
        while left > 0 {
            let Some(first) = self.pending[cpu as usize].front_mut() else {
                return Err(format!(
                    "{left} callbacks ({callback:?}) invoked that were not queued"
                ));
            };
            if self.grace_periods_ended <= first.grace_periods {
                return Err(format!(
                    "a callback ({callback:?}) queued after the start of grace period {} is invoked when {} have ended",
                    first.grace_periods, self.grace_periods_ended
                ));
            }
            let taken = left.min(first.count);
            first.count -= taken;
            left -= taken;
            if first.count == 0 {
                self.pending[cpu as usize].pop_front();
            }
        }
        Ok(())
    }

    fn barrier(&mut self, who: Who, step: BarrierStep) -> Result<(), String> {
        if !matches!(
            step,
            BarrierStep::Begin | BarrierStep::EarlyExit | BarrierStep::Inc2
        ) {
            return Ok(());
        }
        let Who::Task(task, _) = who else {
            return Err(format!("{} of rcu_barrier() without a task", step.word()));
        };
        if step == BarrierStep::Begin {
            self.calls_begun += 1;
            let before = self.calls.insert(task, self.calls_begun);
            return before.map_or(Ok(()), |_| Err(format!("task {task} is in two barriers")));
        }
        let Some(call) = self.calls.remove(&task) else {
            return Err(format!("task {task} ends a barrier that it did not begin"));
        };
        self.seen.calls += 1;
        let early = |line: &VecDeque<Queued>| line.front().is_some_and(|q| q.calls < call);
        match self.pending.iter().position(early) {
            None => Ok(()),
            Some(cpu) => Err(format!(
                "a barrier of task {task} ends ({}) before a callback of CPU {cpu} queued before its Begin is invoked",
                step.word()
            )),
        }
    }

    /// Each thing goes its way once: what leaves a stage has entered it.
    fn conserved(&mut self, what: What) -> Result<(), String> {
        match what {
            What::NamespaceCreated => self.created += 1,
            What::NamespacePut => self.put += 1,
            What::BatchTaken { namespaces } => self.taken += namespaces,
            What::BatchFreed { namespaces } => {
                self.freed += namespaces;
                self.seen.namespaces += namespaces;
                if self.freed != self.taken {
                    return Err("cleanup_net() frees another batch than it took".into());
                }
                if self.fqdirs != self.freed * self.fqdirs_each {
                    return Err("a namespace is freed whose fqdirs were not handed over".into());
                }
            }
            What::FqdirHandedOver => self.fqdirs += 1,
            What::FqdirsFreed { fqdirs } => self.fqdirs_freed += fqdirs,
            _ => return Ok(()),
        }
        let stages = [self.created, self.put, self.taken, self.freed];
        let in_order = stages.is_sorted_by(|a, b| a >= b);
        if !in_order || self.fqdirs_freed > self.fqdirs {
            return Err(format!(
                "freed twice or never created: namespaces created, put, taken, freed: {stages:?}; fqdirs handed over {}, freed {}",
                self.fqdirs, self.fqdirs_freed
            ));
        }
        if self.fqdirs > self.taken * self.fqdirs_each {
            return Err("more fqdirs handed over than namespaces in teardown have".into());
        }
        Ok(())
    }
}

/// The epitaph: what went wrong and the last records before it.
impl fmt::Display for Oracle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(why) = &self.violation else {
            return write!(f, "nothing went wrong");
        };
        writeln!(f, "{why}")?;
        for (at, record) in &self.last {
            writeln!(f, "  {:>15} ns  {record:?}", at.as_ns())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Oracle, Who};
    use crate::models::record::{BarrierStep, Context, GpStep, Record, Role, What};
    use crate::models::segcblist::Callback;
    use crate::sim::Instant;
    use std::collections::VecDeque;

    fn after(story: &[What]) -> Option<String> {
        let mut oracle = Oracle {
            pending: vec![VecDeque::new()],
            ..Oracle::default()
        };
        for &what in story {
            let record = Record {
                cpu: 0,
                who: Who::Task(1, Role::Worker),
                context: Context::Task,
                need_resched: false,
                what,
            };
            oracle.hear(Instant::ZERO, &record);
        }
        oracle.violation().map(str::to_owned)
    }

    const QUEUED: What = What::CallbackQueued {
        callback: Callback::Background,
        count: 2,
    };

    fn invoked(count: u64) -> What {
        What::CallbackInvoked {
            callback: Callback::Background,
            count,
        }
    }

    fn gp(step: GpStep) -> What {
        What::RcuGracePeriod { step, seq: 0 }
    }

    fn barrier(step: BarrierStep) -> What {
        What::RcuBarrier {
            step,
            which: 0,
            cpu: None,
            remaining: 0,
            seq: 0,
        }
    }

    #[test]
    fn a_callback_needs_a_grace_period_that_began_after_it() {
        let (start, end) = (What::GracePeriodCounts, gp(GpStep::End));
        assert_eq!(after(&[QUEUED, start, end, invoked(2)]), None);
        let early = after(&[start, QUEUED, end, invoked(2)]);
        assert!(early.is_some_and(|why| why.contains("is invoked when")));
        let twice = after(&[QUEUED, start, end, invoked(2), invoked(1)]);
        assert!(twice.is_some_and(|why| why.contains("not queued")));
    }

    #[test]
    fn a_barrier_waits_for_what_was_queued_before_it_and_for_nothing_else() {
        let (start, end) = (What::GracePeriodCounts, gp(GpStep::End));
        let begin = barrier(BarrierStep::Begin);
        for exit in [BarrierStep::Inc2, BarrierStep::EarlyExit].map(barrier) {
            assert_eq!(after(&[begin, QUEUED, exit]), None);
            let left = after(&[QUEUED, begin, start, end, invoked(1), exit]);
            assert!(left.is_some_and(|why| why.contains("queued before its Begin")));
        }
    }

    #[test]
    fn nothing_is_freed_that_was_not_created() {
        let taken = What::BatchTaken { namespaces: 1 };
        let freed = What::BatchFreed { namespaces: 1 };
        let life = [What::NamespaceCreated, What::NamespacePut, taken, freed];
        assert_eq!(after(&life), None);
        for missing in 0..3 {
            let mut story = life.to_vec();
            story.remove(missing);
            assert!(after(&story).is_some(), "without {:?}", life[missing]);
        }
        assert!(after(&[life.as_slice(), &[freed]].concat()).is_some());
        assert!(after(&[What::FqdirsFreed { fqdirs: 1 }]).is_some());
    }
}
