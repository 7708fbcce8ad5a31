//! The kernel's clock: ticks at whole multiples of a jiffy since time zero.

use crate::sim::{Instant, Span};

/// The length of a jiffy and the tick that comes next.
#[derive(Clone, Copy, Debug)]
pub(in crate::models) struct Jiffies {
    length: Span,
    /// The first tick after the latest instant asked about: as time does not run backwards, most questions have the
    /// answer of the one before.
    next: Instant,
}

impl Jiffies {
    pub(in crate::models) fn new(hz: u64) -> Self {
        let length = Span::from_ns(1_000_000_000 / hz);
        Self {
            length,
            next: Instant::ZERO + length,
        }
    }

    pub(in crate::models) fn length(&self) -> Span {
        self.length
    }

    /// The first tick after `now`, which lies no earlier than the instant last asked about.
    #[inline]
    pub(in crate::models) fn tick_after(&mut self, now: Instant) -> Instant {
        if now >= self.next {
            let passed = now.as_ns() / self.length.as_ns();
            self.next = Instant::ZERO + self.length * (passed + 1);
        }
        self.next
    }
}

#[cfg(test)]
mod tests {
    use super::{Instant, Jiffies};

    #[test]
    fn the_next_tick_is_the_first_whole_jiffy_after_now() {
        let (mut jiffies, mut now) = (Jiffies::new(250), 0);
        for step in [0, 3_999_999, 1, 1, 4_000_000, 12_345_678, 4_000_000_000] {
            now += step;
            let next = jiffies.tick_after(Instant::from_ns(now)).as_ns();
            assert_eq!(next, (now / 4_000_000 + 1) * 4_000_000);
        }
    }
}
