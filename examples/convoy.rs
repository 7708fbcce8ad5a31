//! The convoy: sharing fails once more callers stand in line than a worker pool starts at once.
//!
//! Those who sleep for the mutex are satisfied by the barrier that comes next, and have only to be woken to find out. Where more
//! works wait to be started, each barrier ends like this:
//!
//! 1. The thief, whose barrier it was, unlocks. The first in line has been woken in vain before, so the mutex is handed over to
//!    it: nobody can take it meanwhile. Without this hand-off no sleeper would ever leave.
//! 2. The thief's work is done. It keeps the CPU, takes the next work, calls `rcu_barrier()` and joins the end of the line.
//! 3. The one with the mutex finds that it was satisfied (`EarlyExit`), unlocks and wakes the next in line, this time without
//!    handing over. It keeps the CPU as well, takes the next work and finds the mutex free, since whom it woke does not run yet.
//!    It steals the mutex. Its call is new, so it needs a barrier of its own: it is the next thief.
//!
//! So a barrier retires two works, the thief's and one waiter's, and the line moves by one. With so many works in all that is
//! `2 + (works - max_active) / 2` barriers: two for those that start at once, one for every two others.

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
    for works in [300, 512, 1_000] {
        assert_eq!(
            full(works, 256, BarrierDesign::Mutex),
            2 + (works - 256) / 2,
            "two more works cost one more barrier"
        );
    }
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
