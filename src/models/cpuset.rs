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
        let first = from / 64;
        for (i, &word) in self.words.iter().enumerate().skip(first) {
            let kept = if i == first {
                word & (u64::MAX << (from % 64))
            } else {
                word
            };
            if kept != 0 {
                return Some(i * 64 + kept.trailing_zeros() as usize);
            }
        }
        None
    }
}
