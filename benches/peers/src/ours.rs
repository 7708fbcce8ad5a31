//! Our engine: digest on, `ChaCha`.

use crate::lock;
use crate::measure::ns_each;
use crate::table::Round;
use rcusim::sim::Limits;

pub(crate) fn run(seed: u64) -> Round {
    let mut simulation = lock::simulation(seed);
    let each = ns_each(lock::ACQUISITIONS, || {
        simulation.run(Limits::default());
    });
    (each, simulation.model.mean_waits().collect())
}
