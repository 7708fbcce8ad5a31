//! Where the time went: for each thing that time is spent on, how many are at it, and how much time that adds up to.
//!
//! No object is remembered. A population counts how many of its members spend their time on what, and sums the times at which
//! they stop less those at which they begin. Members are added and taken away at known times, which gives the whole a
//! second time: both must agree to the nanosecond.

use crate::models::spent::{Lifetime, Spent, Split};
use crate::sim::Instant;

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    count: u64,
    /// Instants of stopping less instants of beginning, over all members: with those who are at it now still to stop it is
    /// less than none, modulo 2^128 \[ns\].
    spent: u128,
}

impl Slot {
    fn add(&mut self, n: u64, moments: u128) {
        self.count += n;
        self.spent = self.spent.wrapping_sub(moments);
    }

    fn subtract(&mut self, n: u64, moments: u128) {
        let left = self.count.checked_sub(n);
        self.count = left.expect("whoever stops something was at it");
        self.spent = self.spent.wrapping_add(moments);
    }

    /// The time up to now, if all stopped.
    fn read(&self, now: Instant) -> u128 {
        self.spent.wrapping_add(moments(self.count, now))
    }
}

/// The instant of so many, added up.
fn moments(n: u64, now: Instant) -> u128 {
    u128::from(n) * u128::from(now.as_ns())
}

/// Namespaces, fqdirs, or calls.
#[derive(Clone, Debug, Default)]
pub(in crate::models) struct Population {
    slots: [Slot; Spent::COUNT],
    members: u64,
    entered: u64,
    /// Times of leaving less times of entering, over all that left.
    entered_ns: u128,
    left_ns: u128,
}

impl Population {
    pub(in crate::models) fn enter(&mut self, n: u64, to: Spent, now: Instant) {
        let moments = moments(n, now);
        self.slots[to as usize].add(n, moments);
        self.members += n;
        self.entered += n;
        self.entered_ns += moments;
    }

    pub(in crate::models) fn shift(&mut self, n: u64, from: Spent, to: Spent, now: Instant) {
        let moments = moments(n, now);
        self.slots[from as usize].subtract(n, moments);
        self.slots[to as usize].add(n, moments);
    }

    pub(in crate::models) fn leave(&mut self, n: u64, from: Spent, now: Instant) {
        let moments = moments(n, now);
        self.slots[from as usize].subtract(n, moments);
        self.members -= n;
        self.left_ns += moments;
    }

    /// The time up to now.
    pub(in crate::models) fn read(&self, now: Instant) -> Split {
        let split = Split(self.slots.map(|slot| slot.read(now)));
        let whole = self.left_ns + moments(self.members, now);
        assert_eq!(
            split.total() + self.entered_ns,
            whole,
            "a split adds up to the whole"
        );
        split
    }

    pub(in crate::models) fn lifetime(&self, now: Instant) -> Lifetime {
        Lifetime {
            count: self.entered,
            split: self.read(now),
        }
    }

    /// How many there are.
    pub(in crate::models) fn members(&self) -> u64 {
        self.members
    }
}

/// Everybody whose time is accounted for.
#[derive(Clone, Debug, Default)]
pub(in crate::models) struct Accounting {
    /// Namespaces, from their creation to the end of the `cleanup_net()` that freed them.
    pub(in crate::models) namespaces: Population,
    /// fqdirs, from `fqdir_exit()` to their free.
    pub(in crate::models) fqdirs: Population,
    /// The call of `cleanup_net()` in progress.
    pub(in crate::models) calls: Population,
    /// What `calls` read when the call in progress began.
    pub(in crate::models) call_began: Split,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_split_by_what_it_was_spent_on() {
        let at = Instant::from_ns;
        let mut p = Population::default();
        p.enter(3, Spent::InUse, at(10));
        p.shift(2, Spent::InUse, Spent::Running, at(15));
        p.leave(1, Spent::Running, at(20));
        let split = p.read(at(30));
        assert_eq!(split.get(Spent::InUse), 3 * 5 + 15);
        assert_eq!(split.get(Spent::Running), 2 * 5 + 10);
        assert_eq!(split.total(), 50);
    }

    #[test]
    #[should_panic(expected = "whoever stops something was at it")]
    fn nobody_stops_what_nobody_does() {
        Population::default().leave(1, Spent::Rtnl, Instant::ZERO);
    }
}
