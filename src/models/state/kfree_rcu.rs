//! Memory on its way back through `kfree_rcu()`.

/// What is on its way back.
#[derive(Clone, Debug)]
pub(in crate::models) struct KfreeRcu {
    /// Namespaces whose deferred part gathers on each CPU.
    pub(in crate::models) gathered: Vec<u64>,
    pub(in crate::models) scheduled: Vec<bool>,
    /// Batches gathered or handed over and not yet freed.
    pub(in crate::models) in_flight: u64,
}

impl KfreeRcu {
    pub(in crate::models) fn new(cpus: usize) -> Self {
        Self {
            gathered: vec![0; cpus],
            scheduled: vec![false; cpus],
            in_flight: 0,
        }
    }
}
