//! The kernel's sleeping mutex. Kernel source: `kernel/locking/mutex.c`, v5.10.
//!
//! ```text
//! lock    no owner (even past sleepers: barging) -> mine;  owner on a CPU -> spin;  else to the tail, sleep
//! woken   first in line: set HANDOFF, then no owner -> mine;  owner on a CPU -> spin;  else sleep again
//! unlock  HANDOFF set -> the first waiter owns it and is woken
//!         else free it: the first spinner has it at once, and the first waiter is woken all the same
//! ```
//!
//! Who spins and when a spinner gives up is the scheduler's business (`locking.rs`): the mutex only keeps the line.
//! Left out: the MCS queue's own cost; spinners are served in the order in which they came.

use std::collections::VecDeque;

/// A task, as the mutex knows it.
pub type Waiter = u32;

/// A mutex with its line of sleepers and its spinners.
#[derive(Clone, Debug, Default)]
pub struct Mutex {
    owner: Option<Waiter>,
    handoff: bool,
    fair: bool,
    waiters: VecDeque<Waiter>,
    spinners: VecDeque<Waiter>,
}

/// Who hears of an unlock.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Unlocked {
    /// The spinner that now owns it.
    pub spinner: Option<Waiter>,
    /// The first waiter, to be woken.
    pub waiter: Option<Waiter>,
}

impl Mutex {
    /// A free mutex; a `fair` one is never taken while anyone waits.
    pub fn new(fair: bool) -> Self {
        Self {
            fair,
            ..Self::default()
        }
    }

    /// How many wait for it, asleep or spinning; not who has just given its CPU up to try again.
    pub fn waiting(&self) -> usize {
        let first_spins = self
            .waiters
            .front()
            .is_some_and(|w| self.spinners.contains(w));
        self.waiters.len() + self.spinners.len() - usize::from(first_spins)
    }

    /// Who owns it.
    pub fn owner(&self) -> Option<Waiter> {
        self.owner
    }

    /// Who spins for it, first come first.
    pub fn spinners(&self) -> impl Iterator<Item = Waiter> {
        self.spinners.iter().copied()
    }

    /// Whether anybody spins for it.
    pub fn is_spun_for(&self) -> bool {
        !self.spinners.is_empty()
    }

    /// Whether `me` stands first in the line.
    pub fn is_first(&self, me: Waiter) -> bool {
        self.waiters.front() == Some(&me)
    }

    /// Takes the mutex if that is possible.
    ///
    /// # Panics
    /// If `me` owns it already.
    pub fn try_lock(&mut self, me: Waiter) -> bool {
        assert_ne!(self.owner, Some(me), "a mutex is not taken twice");
        let free = self.owner.is_none() && (!self.fair || self.waiters.is_empty());
        if free {
            self.owner = Some(me);
            self.handoff = false;
        }
        free
    }

    /// Joins the line of sleepers.
    pub fn join_line(&mut self, me: Waiter) {
        debug_assert!(!self.waiters.contains(&me), "nobody stands in line twice");
        self.waiters.push_back(me);
    }

    /// Joins the spinners.
    pub fn spin(&mut self, me: Waiter) {
        self.spinners.push_back(me);
    }

    /// A spinner spins no more. False if it owns the mutex already.
    pub fn gives_up(&mut self, me: Waiter) -> bool {
        self.spinners.retain(|&w| w != me);
        self.owner != Some(me)
    }

    /// What one that slept, spun, or gave its CPU up does when it runs again: the first in the line, as only that one is woken, or
    /// one that spun and stands in no line. True if it now owns the mutex; otherwise it stands in the line, and if it is the
    /// first one the next unlock is its own.
    pub fn retry(&mut self, me: Waiter) -> bool {
        self.spinners.retain(|&w| w != me);
        let mine = self.owner == Some(me);
        let first = self.waiters.front() == Some(&me);
        let may_take = !self.fair || self.waiters.is_empty() || first;
        if mine || self.owner.is_none() && may_take {
            self.owner = Some(me);
            self.handoff = false;
            if first {
                self.waiters.pop_front();
            }
            return true;
        }
        if first {
            self.handoff = true;
        } else {
            self.join_line(me);
        }
        false
    }

    /// Takes back HANDOFF: what a mutex without it would do (`Broken::HandOff`).
    pub(crate) fn forget_hand_off(&mut self) {
        self.handoff = false;
    }

    /// Gives the mutex up; who is to hear of it.
    ///
    /// # Panics
    /// If `me` does not own it.
    pub fn unlock(&mut self, me: Waiter) -> Unlocked {
        assert_eq!(self.owner, Some(me), "only the owner unlocks");
        let waiter = self.waiters.front().copied();
        let spinner = if self.handoff || self.fair {
            self.owner = waiter;
            None
        } else {
            self.owner = self.spinners.pop_front();
            self.owner
        };
        self.handoff = false;
        Unlocked { spinner, waiter }
    }
}

#[cfg(test)]
mod tests {
    use super::Mutex;

    #[test]
    fn a_newcomer_steals_once_and_then_the_first_waiter_is_handed_the_lock() {
        let mut m = Mutex::new(false);
        assert!(m.try_lock(1));
        assert!(!m.try_lock(2));
        m.join_line(2);
        assert_eq!(m.unlock(1).waiter, Some(2));
        assert!(m.try_lock(3), "free although 2 waits");
        assert!(!m.retry(2), "2 came too late and sets HANDOFF");
        assert_eq!(m.unlock(3).waiter, Some(2));
        assert!(!m.try_lock(4), "owned by 2 already");
        assert!(m.retry(2));
    }

    #[test]
    fn nobody_overtakes_in_a_fair_mutex() {
        let mut m = Mutex::new(true);
        assert!(m.try_lock(1));
        m.join_line(2);
        assert_eq!(m.unlock(1).waiter, Some(2));
        assert!(!m.try_lock(3));
        m.join_line(3);
        assert!(m.retry(2));
    }

    #[test]
    fn a_spinner_has_the_mutex_at_once_and_the_sleeper_sets_handoff() {
        let mut m = Mutex::new(false);
        assert!(m.try_lock(1));
        m.join_line(2);
        m.spin(3);
        assert_eq!(m.waiting(), 2);
        let heard = m.unlock(1);
        assert_eq!((heard.spinner, heard.waiter), (Some(3), Some(2)));
        assert!(m.retry(3), "it owns the mutex already");
        assert!(!m.retry(2), "2 came too late and sets HANDOFF");
        m.spin(4);
        let heard = m.unlock(3);
        assert_eq!((heard.spinner, heard.waiter), (None, Some(2)));
        assert!(!m.retry(4), "a spinner that gives up joins the line");
        assert!(m.retry(2));
    }
}
