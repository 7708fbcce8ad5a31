//! Who waits for whom, for a run that came to a standstill.

use super::mutex::Mutex;
use super::state::barrier::Barrier;
use super::state::machine::Machine;
use super::state::task::{Role, State, Step, Task};
use crate::sim::Waits;

impl<const HEARD: bool> Machine<HEARD> {
    /// Every task that sleeps until somebody does something, in the order of task numbers.
    pub(super) fn waits(&self) -> Vec<Waits> {
        let asleep = |(number, task): (usize, &Task)| {
            let barrier = &self.barriers[usize::from(task.which)];
            let for_what = for_what(task.step, barrier, &self.rtnl)?;
            let who = format!("{} {number}", name(task.role));
            (task.state == State::Blocked).then_some(Waits { who, for_what })
        };
        self.tasks.iter().enumerate().filter_map(asleep).collect()
    }
}

const fn name(role: Role) -> &'static str {
    match role {
        Role::Creator => "creator, task",
        Role::Noise => "noise thread, task",
        Role::Cleanup => "cleanup_net(), task",
        Role::Ksoftirqd => "ksoftirqd, task",
        Role::Worker | Role::UnboundWorker => "kworker, task",
        Role::GpThread => "rcu_sched, task",
        Role::KernelHog => "in-kernel hog, task",
        Role::UserHog => "user-mode hog, task",
    }
}

/// What a task asleep at this step needs in order to go on; nothing if it only has nothing to do.
fn for_what(step: Step, barrier: &Barrier, rtnl: &Mutex) -> Option<String> {
    match step {
        Step::BarrierRetry => Some(match barrier.owner {
            Some(owner) => format!("barrier_mutex, while task {owner} runs a barrier"),
            None => held("barrier_mutex", &barrier.mutex),
        }),
        Step::BarrierWoken => Some(format!("{} callbacks of its barrier", barrier.count)),
        Step::CreateRetry | Step::CleanupRtnl { .. } => Some(held("rtnl", rtnl)),
        Step::Cleanup { .. } => Some("a grace period".to_owned()),
        Step::WorkerManage => Some("kthreadd to make a kworker".to_owned()),
        _ => None,
    }
}

fn held(what: &str, mutex: &Mutex) -> String {
    match mutex.owner() {
        Some(owner) => format!("{what}, held by task {owner}"),
        None => format!("{what}, held by nobody"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleeper_names_what_it_needs_and_who_has_it() {
        let (mut barrier, mut rtnl) = (Barrier::new(false), Mutex::new(false));
        assert!(rtnl.try_lock(7) && barrier.mutex.try_lock(3));
        let needs = |step, barrier: &Barrier| for_what(step, barrier, &rtnl);
        let of = |text: &str| Some(text.to_owned());
        assert_eq!(
            needs(Step::CreateRetry, &barrier),
            of("rtnl, held by task 7")
        );
        assert_eq!(
            needs(Step::BarrierRetry, &barrier),
            of("barrier_mutex, held by task 3")
        );
        (barrier.owner, barrier.count) = (Some(3), 2);
        assert_eq!(
            needs(Step::BarrierRetry, &barrier),
            of("barrier_mutex, while task 3 runs a barrier")
        );
        assert_eq!(
            needs(Step::BarrierWoken, &barrier),
            of("2 callbacks of its barrier")
        );
        assert_eq!(
            needs(Step::WorkerIdle, &barrier),
            None,
            "an idle worker waits for nobody"
        );
    }
}
