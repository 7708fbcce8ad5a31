//! Counts of integers in log-linear buckets.
//!
//! Values below 256 have a bucket each. Above, every power of two is cut into 128 equal buckets, and a percentile
//! answers with the middle of its bucket: it is off by at most 1/256 of the value (0.4 %). Count, minimum and maximum
//! are exact. Everything is integer arithmetic, so two machines give the same bytes.

/// Each power of two is cut into `1 << SUB_BITS` buckets.
const SUB_BITS: u32 = 7;
/// Buckets to a power of two.
const SUB: usize = 1 << SUB_BITS;

/// A log-linear histogram of `u64` values (nanoseconds, or plain counts). It holds at most 58 KiB.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    sum: u64,
    min: u64,
    max: u64,
}

impl Histogram {
    /// An empty histogram; it allocates with the first value.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one value.
    pub fn record(&mut self, value: u64) {
        let index = index_of(value);
        self.reach(index + 1);
        self.buckets[index] += 1;
        self.min = if self.count == 0 {
            value
        } else {
            self.min.min(value)
        };
        self.max = self.max.max(value);
        self.sum = self.sum.saturating_add(value);
        self.count += 1;
    }

    /// How many values were recorded.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The sum of all values, exact up to `u64::MAX`.
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// The largest value, exact; 0 if there is none.
    pub fn max(&self) -> u64 {
        self.max
    }

    /// The smallest value, exact; 0 if there is none.
    pub fn min(&self) -> u64 {
        self.min
    }

    /// The value below or at which `percent` of the values lie (nearest rank), within 0.4 %; 0 if there is none.
    ///
    /// 100 or more gives the exact maximum.
    pub fn percentile(&self, percent: u32) -> u64 {
        let rank = (u128::from(self.count) * u128::from(percent))
            .div_ceil(100)
            .max(1);
        if rank >= u128::from(self.count) {
            return self.max;
        }
        let mut seen = 0_u128;
        for (index, &n) in self.buckets.iter().enumerate() {
            seen += u128::from(n);
            if seen >= rank {
                return middle_of(index).clamp(self.min, self.max);
            }
        }
        self.max
    }

    /// How many values lie in each part of each doubling, from the smallest value's to the largest's: lower end and count.
    /// Zeros count in the first part of 1.
    ///
    /// # Panics
    /// If `parts` is not a power of two of at most 128.
    pub fn doublings(&self, parts: u32) -> Vec<(u64, u64)> {
        assert!(parts.is_power_of_two() && parts <= 128);
        let place = |value: u64| {
            let value = value.max(1);
            let exponent = value.ilog2();
            let part = (u128::from(value) * u128::from(parts)) >> exponent;
            exponent * parts + u32::try_from(part).expect("less than two parts") - parts
        };
        if self.count == 0 {
            return Vec::new();
        }
        let (first, last) = (place(self.min), place(self.max));
        let low = |at: u32| {
            let (exponent, part) = (at / parts, at % parts);
            let value = (u128::from(parts + part) << exponent) / u128::from(parts);
            u64::try_from(value).expect("no more than the largest value")
        };
        let mut out: Vec<(u64, u64)> = (first..=last).map(|at| (low(at), 0)).collect();
        for (index, &n) in self.buckets.iter().enumerate().filter(|(_, n)| **n > 0) {
            let at = place(middle_of(index).clamp(self.min, self.max)) - first;
            out[at as usize].1 += n;
        }
        out
    }

    /// Adds all values of `other`.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        self.reach(other.buckets.len());
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine += theirs;
        }
        self.min = if self.count == 0 {
            other.min
        } else {
            self.min.min(other.min)
        };
        self.max = self.max.max(other.max);
        self.sum = self.sum.saturating_add(other.sum);
        self.count += other.count;
    }

    /// Grows to `len` buckets, no further: many histograms may be open at once.
    fn reach(&mut self, len: usize) {
        if self.buckets.len() < len {
            self.buckets.reserve_exact(len - self.buckets.len());
            self.buckets.resize(len, 0);
        }
    }
}

/// The bucket of a value.
fn index_of(value: u64) -> usize {
    let exponent = value.checked_ilog2().unwrap_or(0);
    let shift = exponent.saturating_sub(SUB_BITS);
    let mantissa = usize::try_from(value >> shift).expect("a mantissa has at most 8 bits");
    shift as usize * SUB + mantissa
}

/// The middle of a bucket.
fn middle_of(index: usize) -> u64 {
    let shift = (index / SUB).saturating_sub(1);
    let mantissa = (index - shift * SUB) as u64;
    (mantissa << shift) + ((1_u64 << shift) - 1) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_contiguous_and_their_middle_lies_within() {
        for index in 0..=index_of(u64::MAX) {
            assert_eq!(index_of(middle_of(index)), index);
        }
        assert_eq!(index_of(u64::MAX), 7_423);
    }

    #[test]
    fn doublings_hold_every_value_where_it_belongs() {
        let mut histogram = Histogram::new();
        for value in [0, 1, 2, 3, 4, 5, 7, 8, 1_000_000, 1_500_000] {
            histogram.record(value);
        }
        let whole = histogram.doublings(1);
        assert_eq!(whole[..4], [(1, 2), (2, 2), (4, 3), (8, 1)]);
        assert_eq!(whole.last(), Some(&(1 << 20, 1)));
        assert_eq!(whole.iter().map(|part| part.1).sum::<u64>(), 10);
        let halves = histogram.doublings(2);
        assert!(halves.contains(&(4, 2)) && halves.contains(&(6, 1)));
        histogram.record(u64::MAX);
        assert_eq!(histogram.doublings(128).last().map(|part| part.1), Some(1));
        assert!(Histogram::new().doublings(4).is_empty());
    }

    #[test]
    fn the_error_is_below_one_percent() {
        let mut value = 1_u64;
        while value < u64::MAX / 2 {
            let off = middle_of(index_of(value)).abs_diff(value);
            assert!(off <= value / 256 + 1, "{value} is off by {off}");
            value += value / 97 + 1;
        }
    }
}
