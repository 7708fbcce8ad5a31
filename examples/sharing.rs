//! Sharing: whoever calls `rcu_barrier()` while one runs needs the next one, but one next barrier
//! serves everybody who waits. Two callers behind a running barrier share one; so do nine.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use rcusim::experiment::check::convoy;
use rcusim::models::params::BarrierDesign;
use rcusim::models::simulate;

fn main() {
    for callers in [3, 10, 100] {
        let shared = simulate(&convoy(callers, 256, BarrierDesign::Mutex)).barriers;
        println!(
            "{callers:>4} callers: {} barriers, {} left by EarlyExit",
            shared.full, shared.early_exits
        );
        assert_eq!(shared.calls, callers);
        assert_eq!(shared.full, 2, "the first caller's, and one for the others");
        assert_eq!(
            shared.early_exits,
            callers - 2,
            "one runs it, the rest find it done"
        );
    }
    let alone = simulate(&convoy(10, 256, BarrierDesign::NoSharing)).barriers;
    println!("  10 callers that may not share: {} barriers", alone.full);
    assert_eq!(alone.full, 10);
}
