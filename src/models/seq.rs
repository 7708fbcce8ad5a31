//! Sequence numbers with two state bits. Kernel source: `rcu_seq_*` in `kernel/rcu/rcu.h`.
//!
//! The low two bits are the state (0 idle, 1 running), the rest counts. Left out: wrap-around,
//! which 2^62 barriers do not reach.

/// A barrier's or grace period's sequence number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Seq(u64);

impl Seq {
    const STATE: u64 = 3;

    /// The number with this raw value.
    pub const fn from_raw(raw: u64) -> Self {
        Self(raw)
    }

    /// The raw value, state bits included.
    pub const fn raw(self) -> u64 {
        self.0
    }

    /// Something begins.
    ///
    /// # Panics
    /// If something is in flight.
    pub fn start(&mut self) {
        assert!(!self.is_running(), "a sequence starts only when idle");
        self.0 += 1;
    }

    /// What began ends.
    ///
    /// # Panics
    /// If nothing is in flight.
    pub fn end(&mut self) {
        assert!(self.is_running(), "a sequence ends only when running");
        self.0 = (self.0 | Self::STATE) + 1;
    }

    /// Whether something is in flight.
    pub const fn is_running(self) -> bool {
        self.0 & Self::STATE != 0
    }

    /// The value at whose reaching everything before now is covered: one whole run from its start.
    #[must_use]
    pub const fn snap(self) -> Self {
        Self((self.0 + 2 * Self::STATE + 1) & !Self::STATE)
    }

    /// The value at whose reaching whatever is in flight, or else the next one, has ended: too
    /// early for a snapshot (`Broken::GpOrder`).
    pub(crate) const fn next_end(self) -> Self {
        Self((self.0 | Self::STATE) + 1)
    }

    /// Whole runs from one snapshot to this one.
    ///
    /// # Panics
    /// If `earlier` is the later one.
    pub(crate) fn runs_after(self, earlier: Self) -> u64 {
        let steps = self.0.checked_sub(earlier.0);
        steps.expect("a snapshot is no earlier than one taken before") / (Self::STATE + 1)
    }

    /// The snapshot so many whole runs later.
    pub(crate) const fn later(self, runs: u64) -> Self {
        Self(self.0 + runs * (Self::STATE + 1))
    }

    /// Whether the value snapped has been reached.
    pub const fn is_done(self, snapped: Self) -> bool {
        self.0 >= snapped.0
    }
}

#[cfg(test)]
mod tests {
    use super::Seq;

    #[test]
    fn idle_snaps_to_the_next_and_running_to_the_one_after() {
        for k in 0..1_000 {
            assert_eq!(Seq::from_raw(4 * k).snap().raw(), 4 * k + 4);
            assert_eq!(Seq::from_raw(4 * k + 1).snap().raw(), 4 * k + 8);
        }
    }

    #[test]
    fn a_run_ends_at_the_next_multiple_of_four() {
        let mut seq = Seq::default();
        seq.start();
        assert_eq!(seq.raw(), 1);
        seq.end();
        assert_eq!(seq.raw(), 4);
    }
}
