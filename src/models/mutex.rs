//! The kernel's sleeping mutex. Kernel source: `kernel/locking/mutex.c`, v5.10.
//!
//! ```text
//! lock    no owner (even past sleepers: barging) -> mine;  else to the tail, sleep
//! woken   first in line: set HANDOFF, then no owner -> mine;  else sleep again
//! unlock  HANDOFF set -> the first waiter owns it and is woken;  else free it, then wake the first
//! ```
//!
//! Left out: optimistic spinning (the owner of `barrier_mutex` sleeps nearly all the time).

use std::collections::VecDeque;

/// A task, as the mutex knows it.
pub type Waiter = u32;

/// A mutex with its line of sleepers.
#[derive(Clone, Debug, Default)]
pub struct Mutex {
    owner: Option<Waiter>,
    handoff: bool,
    fair: bool,
    waiters: VecDeque<Waiter>,
}

impl Mutex {
    /// A free mutex; a `fair` one is never taken while anyone waits.
    pub fn new(fair: bool) -> Self {
        Self {
            fair,
            ..Self::default()
        }
    }

    /// How many sleep for it.
    pub fn waiting(&self) -> usize {
        self.waiters.len()
    }

    /// Takes the mutex or joins the line. True if it was taken.
    ///
    /// # Panics
    /// If `me` owns it already.
    pub fn lock(&mut self, me: Waiter) -> bool {
        assert_ne!(self.owner, Some(me), "a mutex is not taken twice");
        let free = self.owner.is_none() && (!self.fair || self.waiters.is_empty());
        if free {
            self.owner = Some(me);
            self.handoff = false;
        } else {
            self.waiters.push_back(me);
        }
        free
    }

    /// What a woken waiter does. True if it now owns the mutex.
    pub fn retry(&mut self, me: Waiter) -> bool {
        if self.owner.is_none() || self.owner == Some(me) {
            self.owner = Some(me);
            self.handoff = false;
            self.leave_line(me);
            return true;
        }
        if self.waiters.front() == Some(&me) {
            self.handoff = true;
        }
        false
    }

    fn leave_line(&mut self, me: Waiter) {
        if self.waiters.front() == Some(&me) {
            self.waiters.pop_front();
        } else {
            self.waiters.retain(|&w| w != me);
        }
    }

    /// Gives the mutex up; the waiter to wake, if any.
    ///
    /// # Panics
    /// If `me` does not own it.
    pub fn unlock(&mut self, me: Waiter) -> Option<Waiter> {
        assert_eq!(self.owner, Some(me), "only the owner unlocks");
        let next = self.waiters.front().copied();
        self.owner = if self.handoff || self.fair {
            next
        } else {
            None
        };
        self.handoff = false;
        next
    }
}

#[cfg(test)]
mod tests {
    use super::Mutex;

    #[test]
    fn a_newcomer_steals_once_and_then_the_first_waiter_is_handed_the_lock() {
        let mut m = Mutex::new(false);
        assert!(m.lock(1));
        assert!(!m.lock(2));
        assert_eq!(m.unlock(1), Some(2));
        assert!(m.lock(3), "free although 2 waits");
        assert!(!m.retry(2), "2 came too late and sets HANDOFF");
        assert_eq!(m.unlock(3), Some(2));
        assert!(!m.lock(4), "owned by 2 already");
        assert!(m.retry(2));
    }

    #[test]
    fn nobody_overtakes_in_a_fair_mutex() {
        let mut m = Mutex::new(true);
        assert!(m.lock(1));
        assert!(!m.lock(2));
        assert_eq!(m.unlock(1), Some(2));
        assert!(!m.lock(3));
        assert!(m.retry(2));
    }
}
