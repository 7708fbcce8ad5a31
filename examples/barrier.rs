//! The smallest barrier: one caller, one CPU that always has a callback waiting.
//!
//! A listener hears each step in the words of the kernel's own tracepoint `rcu:rcu_barrier`. The
//! caller queues a callback behind the one that waits, sleeps, and is woken when it is invoked.
//!
//! That takes two ticks, each with a grace period of its own. The first is the one that the waiting callback needs, all of it,
//! since it has just begun. The tick that ends it has looked for what is ready before the grace-period thread got the CPU to end
//! it; so the next tick invokes both, and with it ends the grace period after, for which nobody here has waited. A callback that
//! came after the first had begun would need the second too, and a barrier behind it would take three ticks.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use rcusim::experiment::check::{TICKS_A_BARRIER, convoy};
use rcusim::models::params::BarrierDesign;
use rcusim::models::record::{BarrierStep, What};
use rcusim::models::simulate_with;
use rcusim::sim::Span;
use std::sync::mpsc;

fn main() {
    let one_call = convoy(1, 256, BarrierDesign::Mutex);
    let tick = Span::from_ns(1_000_000_000 / one_call.hz);
    let (teller, told) = mpsc::channel();
    let outcome = simulate_with(
        &one_call,
        Some(Box::new(move |at, record| {
            if let What::RcuBarrier { step, .. } = record.what {
                teller.send((at, step)).expect("main listens until the end");
            }
        })),
    );
    let steps: Vec<_> = told.into_iter().collect();
    for (at, step) in &steps {
        println!("{:>12} ns  {}", at.as_ns(), step.word());
    }

    assert_eq!((outcome.barriers.calls, outcome.barriers.full), (1, 1));
    let words: Vec<BarrierStep> = steps.iter().map(|&(_, step)| step).collect();
    assert_eq!(
        words[..3],
        [BarrierStep::Begin, BarrierStep::Inc1, BarrierStep::OnlineQ],
        "it asks the CPU that has a callback"
    );
    assert_eq!(
        words[words.len() - 2..],
        [BarrierStep::LastCb, BarrierStep::Inc2],
        "and ends when the last callback is invoked"
    );
    let (asked, invoked) = (steps[2].0, steps[steps.len() - 2].0);
    assert_eq!(
        invoked - asked,
        tick * TICKS_A_BARRIER,
        "one tick ends the grace period, the next invokes"
    );
    assert_eq!(
        outcome.grace_period_ns,
        [tick.as_ns(); 2],
        "two grace periods pass"
    );
}
