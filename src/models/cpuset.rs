//! A set of CPUs, one bit each.

/// A set of CPU numbers below a fixed bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CpuSet {
    words: Vec<u64>,
}

impl CpuSet {
    /// The empty set of CPUs below `cpus`.
    pub fn new(cpus: usize) -> Self {
        Self {
            words: vec![0; cpus.div_ceil(64)],
        }
    }

    /// Adds a CPU.
    pub fn insert(&mut self, cpu: usize) {
        self.words[cpu / 64] |= 1 << (cpu % 64);
    }

    /// Takes a CPU out.
    pub fn remove(&mut self, cpu: usize) {
        self.words[cpu / 64] &= !(1 << (cpu % 64));
    }

    /// Whether a CPU is in the set.
    pub fn contains(&self, cpu: usize) -> bool {
        self.words[cpu / 64] & (1 << (cpu % 64)) != 0
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&w| w == 0)
    }

    /// Empties the set.
    pub fn clear(&mut self) {
        self.words.fill(0);
    }

    /// Fills the set with all CPUs below `cpus`.
    pub fn fill(&mut self, cpus: usize) {
        let (whole, rest) = (cpus / 64, cpus % 64);
        self.words.fill(0);
        self.words[..whole].fill(u64::MAX);
        if rest > 0 {
            self.words[whole] = (1 << rest) - 1;
        }
    }

    /// Takes out every CPU that is in `other`.
    pub fn subtract(&mut self, other: &Self) {
        for (word, less) in self.words.iter_mut().zip(&other.words) {
            *word &= !less;
        }
    }

    /// The first CPU at or after `from`.
    pub fn next_from(&self, from: usize) -> Option<usize> {
        self.next_of(from, |i| self.words[i])
    }

    /// The first CPU at or after `from` that is in the set, or not in `other`; the bound is the caller's to mind.
    pub fn next_in_or_outside(&self, other: &Self, from: usize) -> Option<usize> {
        self.next_of(from, |i| self.words[i] | !other.words[i])
    }

    #[inline]
    fn next_of(&self, from: usize, word: impl Fn(usize) -> u64) -> Option<usize> {
        let first = from / 64;
        let mut mask = u64::MAX << (from % 64);
        for i in first..self.words.len() {
            let kept = word(i) & mask;
            if kept != 0 {
                return Some(i * 64 + kept.trailing_zeros() as usize);
            }
            mask = u64::MAX;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_over_two_sets_finds_what_either_says() {
        let (mut set, mut other) = (CpuSet::new(130), CpuSet::new(130));
        other.fill(130);
        for cpu in [0, 63, 64, 129] {
            set.insert(cpu);
        }
        for cpu in [5, 64, 128] {
            other.remove(cpu);
        }
        let (mut from, mut found) = (0, Vec::new());
        while let Some(cpu) = set
            .next_in_or_outside(&other, from)
            .filter(|&cpu| cpu < 130)
        {
            found.push(cpu);
            from = cpu + 1;
        }
        assert_eq!(found, [0, 5, 63, 64, 128, 129]);
        assert_eq!(set.next_from(65), Some(129));
        assert_eq!(set.next_from(130), None);
    }
}
