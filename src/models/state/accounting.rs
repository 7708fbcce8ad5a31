//! Where the time went: for each thing that time is spent on, how many are at it, and how much time that adds up to.
//!
//! No object is remembered. A population counts how many of its members spend their time on what; each change adds
//! count times elapsed time to what is left. Members are added and taken away at known times, which gives the whole a
//! second time, independently: both must agree to the nanosecond.

use crate::models::spent::{Lifetime, Spent, Split};
use crate::sim::Instant;

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    count: u64,
    since: Instant,
    /// Nanoseconds, times members.
    spent: u128,
}

impl Slot {
    /// Adds the time up to now.
    fn advance(&mut self, now: Instant) {
        self.spent += u128::from(self.count) * u128::from((now - self.since).as_ns());
        self.since = now;
    }
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
    fn add(&mut self, n: u64, to: Spent, now: Instant) {
        let slot = &mut self.slots[to as usize];
        slot.advance(now);
        slot.count += n;
    }

    fn subtract(&mut self, n: u64, from: Spent, now: Instant) {
        let slot = &mut self.slots[from as usize];
        slot.advance(now);
        let left = slot.count.checked_sub(n);
        slot.count = left.expect("whoever stops something was at it");
    }

    pub(in crate::models) fn enter(&mut self, n: u64, to: Spent, now: Instant) {
        self.add(n, to, now);
        self.members += n;
        self.entered += n;
        self.entered_ns += u128::from(n) * u128::from(now.as_ns());
    }

    pub(in crate::models) fn shift(&mut self, n: u64, from: Spent, to: Spent, now: Instant) {
        self.subtract(n, from, now);
        self.add(n, to, now);
    }

    pub(in crate::models) fn leave(&mut self, n: u64, from: Spent, now: Instant) {
        self.subtract(n, from, now);
        self.members -= n;
        self.left_ns += u128::from(n) * u128::from(now.as_ns());
    }

    /// The time up to now.
    pub(in crate::models) fn read(&mut self, now: Instant) -> Split {
        let mut split = Split::default();
        for (slot, time) in self.slots.iter_mut().zip(&mut split.0) {
            slot.advance(now);
            *time = slot.spent;
        }
        let whole = self.left_ns + u128::from(self.members) * u128::from(now.as_ns());
        assert_eq!(
            split.total() + self.entered_ns,
            whole,
            "a split adds up to the whole"
        );
        split
    }

    pub(in crate::models) fn lifetime(&mut self, now: Instant) -> Lifetime {
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
