//! What went on over time: a fixed number of stretches, each twice as long whenever the recording outgrows them.

use serde::Serialize;

/// Most stretches.
const MOST: usize = 256;
/// Length of a stretch at first (ns).
const FIRST_NS: u64 = 100_000;

/// What went on in stretches of equal length, the first of which begins with the first event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Timeline {
    /// When the first stretch begins (ns, the recording's clock).
    pub from_ns: u64,
    /// Length of a stretch (ns).
    pub step_ns: u64,
    /// Most callers of `rcu_barrier()` at once in each.
    pub callers: Vec<u64>,
    /// Most works executing at once in each.
    pub executing: Vec<u64>,
    /// Barriers begun in each.
    pub full: Vec<u64>,
    /// Early exits in each.
    pub early_exits: Vec<u64>,
    #[serde(skip)]
    begun: bool,
    /// Callers and works now.
    #[serde(skip)]
    now: [u64; 2],
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            from_ns: 0,
            step_ns: FIRST_NS,
            callers: Vec::new(),
            executing: Vec::new(),
            full: Vec::new(),
            early_exits: Vec::new(),
            begun: false,
            now: [0; 2],
        }
    }
}

impl Timeline {
    /// From now on so many callers, and works executing, at once.
    pub(super) fn level(&mut self, ns: u64, callers: u64, executing: u64) {
        let at = self.reach(ns);
        self.now = [callers, executing];
        self.callers[at] = self.callers[at].max(callers);
        self.executing[at] = self.executing[at].max(executing);
    }

    /// A barrier begins.
    pub(super) fn full(&mut self, ns: u64) {
        let at = self.reach(ns);
        self.full[at] += 1;
    }

    /// A call leaves early.
    pub(super) fn early_exit(&mut self, ns: u64) {
        let at = self.reach(ns);
        self.early_exits[at] += 1;
    }

    /// Nothing is known to go on: events were lost.
    pub(super) fn forget(&mut self) {
        self.now = [0; 2];
    }

    /// The stretch of a time; those before it that were not reached yet go on as things stand. What is before the first event
    /// counts in the first stretch.
    fn reach(&mut self, ns: u64) -> usize {
        if !self.begun {
            (self.begun, self.from_ns) = (true, ns);
        }
        let since = ns.saturating_sub(self.from_ns);
        while since / self.step_ns >= MOST as u64 {
            self.double();
        }
        let at = usize::try_from(since / self.step_ns).expect("one of a few stretches");
        while self.callers.len() <= at {
            self.callers.push(self.now[0]);
            self.executing.push(self.now[1]);
            self.full.push(0);
            self.early_exits.push(0);
        }
        at
    }

    /// Makes one stretch of two.
    fn double(&mut self) {
        let most = |list: &mut Vec<u64>| {
            *list = list
                .chunks(2)
                .map(|two| two.iter().copied().max().unwrap_or(0))
                .collect();
        };
        let sum =
            |list: &mut Vec<u64>| *list = list.chunks(2).map(|two| two.iter().sum()).collect();
        most(&mut self.callers);
        most(&mut self.executing);
        sum(&mut self.full);
        sum(&mut self.early_exits);
        self.step_ns = self.step_ns.saturating_mul(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_recording_has_no_more_stretches_and_the_same_sums() {
        let mut line = Timeline::default();
        for ms in 0..10_000_u64 {
            line.level(7 + ms * 1_000_000, ms % 50, 2);
            line.early_exit(7 + ms * 1_000_000);
        }
        assert!(line.callers.len() <= MOST && line.callers.len() > MOST / 2);
        assert_eq!(line.early_exits.iter().sum::<u64>(), 10_000);
        assert_eq!(line.callers.iter().max(), Some(&49));
        assert!(line.callers.len() as u64 * line.step_ns >= 9_999_000_000);
    }

    #[test]
    fn what_stands_still_stands_in_every_stretch_and_no_time_is_too_late() {
        let mut line = Timeline::default();
        line.level(1_000, 3, 1);
        line.level(1_000 + 10 * FIRST_NS, 0, 0);
        assert_eq!(line.callers, [3; 11]);
        line.full(u64::MAX);
        line.full(0);
        assert_eq!((line.full[0], line.full.iter().sum::<u64>()), (1, 2));
    }
}
