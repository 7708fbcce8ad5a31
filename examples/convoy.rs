//! The convoy: sharing fails once more callers stand in line than a worker pool starts at once.
//!
//! A worker that is done takes the next work, calls `rcu_barrier()` and finds the mutex free, since
//! the waiter that was woken for it does not run yet. Its call is new, so it needs a barrier of its
//! own; and that barrier retires two works: its own, which never stood in line, and one waiter. The line moves by one a barrier.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use rcusim::experiment::check::convoy;
use rcusim::models::params::BarrierDesign;
use rcusim::models::simulate;

fn main() {
    println!("works  max_active  mutex        barriers  stolen");
    let full = |works, max_active, design: BarrierDesign| {
        let found = simulate(&convoy(works, max_active, design)).barriers;
        println!(
            "{works:>5}  {max_active:>10}  {:<11}  {:>8}  {:>6}",
            design.name(),
            found.full,
            found.steals
        );
        found.full
    };
    assert_eq!(
        full(256, 256, BarrierDesign::Mutex),
        2,
        "all fit: all share"
    );
    assert_eq!(
        full(512, 256, BarrierDesign::Mutex),
        130,
        "256 more works cost 128 more barriers"
    );
    assert_eq!(
        full(512, 1_024, BarrierDesign::Mutex),
        2,
        "all fit again: the limit was the cause"
    );
    assert_eq!(
        full(512, 256, BarrierDesign::FairMutex),
        3,
        "nobody steals: the mutex was the cause too"
    );
}
