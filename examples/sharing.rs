//! The smallest barrier; ten callers share two; five hundred and twelve do not share, and a fair lock would cure it.

use rcusim::experiment::check::convoy;
use rcusim::models::params::BarrierDesign;
use rcusim::models::simulate;

fn main() {
    let full = |works, design| simulate(&convoy(works, 256, design)).barriers.full;
    assert_eq!(full(1, BarrierDesign::Mutex), 1, "the smallest barrier");
    assert_eq!(
        full(10, BarrierDesign::Mutex),
        2,
        "nine callers share the second one"
    );
    assert_eq!(
        full(512, BarrierDesign::Mutex),
        130,
        "the convoy: two works a barrier"
    );
    assert_eq!(
        full(512, BarrierDesign::FairMutex),
        3,
        "nobody steals, everybody shares"
    );
}
