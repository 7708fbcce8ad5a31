//! State of `cleanup_net()`: its list, its batch, its stages.

use super::task::TaskId;
use crate::models::outcome::CleanupCall;
use crate::models::params::Params;
use crate::sim::{Histogram, Instant};
use std::collections::VecDeque;

/// A stretch of a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::models) enum Stage {
    Take,
    UnhashNsid,
    GracePeriod,
    /// `synchronize_net()`: expedited while anybody holds rtnl, else a normal grace period.
    SynchronizeNet,
    RtnlLock,
    RtnlUnlock,
    Expedited,
    Devices,
    Fqdirs,
    Conntrack,
    /// The rest of each namespace, half of it before the last fqdirs are queued and half behind.
    FirstRest,
    LastRest,
    Barrier,
    Free,
    End,
}

/// What `cleanup_net()` is waiting for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::models) enum Wait {
    Barrier,
    GracePeriod,
    Rtnl,
}

/// The thread and its list.
#[derive(Clone, Debug)]
pub(in crate::models) struct CleanupNet {
    pub(in crate::models) task: TaskId,
    pub(in crate::models) stages: Vec<Stage>,
    /// Callbacks of a teardown: for each device barrier, and all others.
    pub(in crate::models) callbacks: (u64, u64),
    /// Dead namespaces on the list.
    pub(in crate::models) on_list: u64,
    /// Namespaces in the batch.
    pub(in crate::models) batch: u64,
    pub(in crate::models) running: bool,
    /// Whether it waits for an expedited grace period, whose work this kworker runs, and CPUs yet to answer.
    pub(in crate::models) expedites: bool,
    pub(in crate::models) expedited_by: TaskId,
    pub(in crate::models) expedited_left: u64,
    pub(in crate::models) waiting: Option<(Wait, Instant)>,
    pub(in crate::models) calls: Vec<CleanupCall>,
    /// When each namespace of the batch, and then of the list, was put.
    put_at: VecDeque<Instant>,
    /// From put to free, of each namespace that was freed \[ns\].
    pub(in crate::models) dead: Histogram,
}

impl CleanupNet {
    pub(in crate::models) fn new(p: &Params) -> Self {
        Self {
            task: 0,
            stages: stages(p),
            callbacks: p.teardown_callbacks(),
            on_list: 0,
            batch: 0,
            running: false,
            expedites: false,
            expedited_by: 0,
            expedited_left: 0,
            waiting: None,
            calls: Vec::new(),
            put_at: VecDeque::new(),
            dead: Histogram::new(),
        }
    }

    /// A namespace joins the list.
    pub(in crate::models) fn put(&mut self, now: Instant) {
        self.on_list += 1;
        self.put_at.push_back(now);
    }

    /// The batch is freed: those that were put first.
    pub(in crate::models) fn freed(&mut self, batch: u64, now: Instant) {
        for _ in 0..batch {
            let put = self.put_at.pop_front();
            let put = put.expect("a namespace is put before it is freed");
            self.dead.record((now - put).as_ns());
        }
    }

    pub(in crate::models) fn call(&mut self) -> &mut CleanupCall {
        self.calls
            .last_mut()
            .expect("a call in progress is on record")
    }

    pub(in crate::models) fn stop_waiting(&mut self, now: Instant) {
        if let Some((wait, since)) = self.waiting.take() {
            let ns = (now - since).as_ns();
            let call = self.call();
            match wait {
                Wait::Barrier => call.barrier_ns += ns,
                Wait::GracePeriod => call.gp_ns += ns,
                Wait::Rtnl => call.rtnl_ns += ns,
            }
        }
    }

    /// Closes the record of an unfinished call at the end of the run.
    pub(in crate::models) fn close(&mut self, now: Instant, since_begin_ns: u64) {
        if self.running {
            self.stop_waiting(now);
            let call = self.call();
            call.duration_ns = since_begin_ns.saturating_sub(call.start_ns);
        }
    }
}

/// What the exits of netfilter and xfrm wait for, in the reverse order of their registration: `nf_conntrack_netlink` needs the
/// others, so it was registered after them.
fn exit_waits(rcu: u64, net: u64, netlink_exits_wait: bool) -> Vec<Stage> {
    let (rcu, net) = if netlink_exits_wait {
        (rcu, net)
    } else {
        (0, net.min(1))
    };
    let rcu = (0..rcu).map(|_| Stage::GracePeriod);
    rcu.chain((0..net).map(|_| Stage::SynchronizeNet)).collect()
}

fn stages(p: &Params) -> Vec<Stage> {
    let mut stages = vec![Stage::Take, Stage::UnhashNsid, Stage::GracePeriod];
    for _ in 0..p.device_barriers {
        stages.extend([
            Stage::RtnlLock,
            Stage::Expedited,
            Stage::Expedited,
            Stage::Devices,
        ]);
        stages.extend([Stage::Expedited, Stage::RtnlUnlock, Stage::Barrier]);
    }
    for _ in 1..p.fqdirs {
        stages.push(Stage::Fqdirs);
    }
    stages.push(Stage::FirstRest);
    stages.extend(exit_waits(
        p.normal_gp_waits,
        p.extra_gp_waits,
        p.netlink_exits_wait,
    ));
    if p.conntrack_buckets > 0 {
        stages.push(Stage::Conntrack);
    }
    if p.fqdirs > 0 {
        stages.push(Stage::Fqdirs);
    }
    stages.extend([Stage::LastRest, Stage::Barrier, Stage::Free, Stage::End]);
    stages
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The normal waits come first; once netlink exits do not wait, `nf_conntrack`'s alone is left, where it is loaded.
    #[test]
    fn netlink_exits_wait_before_nf_conntrack() {
        use Stage::{GracePeriod, SynchronizeNet};
        let net = SynchronizeNet;
        assert_eq!(exit_waits(0, 0, true), []);
        assert_eq!(exit_waits(1, 3, true), [GracePeriod, net, net, net]);
        assert_eq!(exit_waits(1, 3, false), [net]);
        assert_eq!(exit_waits(1, 0, false), []);
    }
}
