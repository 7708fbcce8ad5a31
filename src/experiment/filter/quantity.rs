//! Exact numbers with a dimension: a ratio of integers, times nanoseconds and bytes to some power.

use std::cmp::Ordering;

/// Powers of time and of memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Dimension {
    /// Power of time.
    pub(super) time: i8,
    /// Power of memory.
    pub(super) bytes: i8,
}

impl Dimension {
    /// A plain number.
    pub(super) const NONE: Self = Self { time: 0, bytes: 0 };
    /// A time.
    pub(super) const TIME: Self = Self { time: 1, bytes: 0 };
    /// A rate.
    pub(super) const RATE: Self = Self { time: -1, bytes: 0 };
    /// A size.
    pub(super) const BYTES: Self = Self { time: 0, bytes: 1 };

    /// The dimension of a product.
    pub(super) const fn times(self, other: Self) -> Self {
        Self {
            time: self.time.saturating_add(other.time),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }

    /// The dimension of a quotient.
    pub(super) const fn over(self, other: Self) -> Self {
        Self {
            time: self.time.saturating_sub(other.time),
            bytes: self.bytes.saturating_sub(other.bytes),
        }
    }

    /// In words.
    pub(super) fn name(self) -> String {
        match (self.time, self.bytes) {
            (0, 0) => "a plain number".to_owned(),
            (1, 0) => "a time".to_owned(),
            (-1, 0) => "a rate".to_owned(),
            (0, 1) => "a size".to_owned(),
            (time, 0) => format!("time^{time}"),
            (0, bytes) => format!("size^{bytes}"),
            (time, bytes) => format!("size^{bytes} time^{time}"),
        }
    }
}

/// A ratio in lowest terms with a positive denominator; `None` is a result too large to be exact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Ratio {
    num: i128,
    den: i128,
}

impl Ratio {
    /// `num / den`; `None` if `den` is zero or the result is too large.
    pub(super) fn new(num: i128, den: i128) -> Option<Self> {
        let common = i128::try_from(gcd(num.unsigned_abs(), den.unsigned_abs())).ok()?;
        if common == 0 || den == 0 {
            return None;
        }
        let sign = den.signum();
        Some(Self {
            num: (num / common).checked_mul(sign)?,
            den: (den / common).checked_mul(sign)?,
        })
    }

    /// A whole number.
    pub(super) const fn whole(value: u64) -> Self {
        Self {
            num: value as i128,
            den: 1,
        }
    }

    pub(super) const fn is_zero(self) -> bool {
        self.num == 0
    }

    pub(super) fn negated(self) -> Option<Self> {
        Self::new(self.num.checked_neg()?, self.den)
    }

    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let left = self.num.checked_mul(other.den)?;
        let right = other.num.checked_mul(self.den)?;
        Self::new(left.checked_add(right)?, self.den.checked_mul(other.den)?)
    }

    pub(super) fn times(self, other: Self) -> Option<Self> {
        // Crosswise first, so that intermediate products stay small.
        let (a, b) = (
            Self::new(self.num, other.den)?,
            Self::new(other.num, self.den)?,
        );
        Self::new(a.num.checked_mul(b.num)?, a.den.checked_mul(b.den)?)
    }

    /// `None` for a division by zero too.
    pub(super) fn over(self, other: Self) -> Option<Self> {
        self.times(Self::new(other.den, other.num)?)
    }

    pub(super) fn compare(self, other: Self) -> Option<Ordering> {
        let left = self.num.checked_mul(other.den)?;
        Some(left.cmp(&other.num.checked_mul(self.den)?))
    }
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(num: i128, den: i128) -> Ratio {
        Ratio::new(num, den).expect("small")
    }

    #[test]
    fn arithmetic_is_exact() {
        assert_eq!(ratio(1, 3).plus(ratio(1, 6)), Some(ratio(1, 2)));
        assert_eq!(ratio(2, 3).times(ratio(-3, 4)), Some(ratio(1, -2)));
        assert_eq!(ratio(2, 3).over(ratio(0, 4)), None);
        assert_eq!(
            ratio(1, 3).compare(ratio(333, 1_000)),
            Some(Ordering::Greater)
        );
        assert_eq!(ratio(i128::MAX, 1).plus(ratio(1, 1)), None);
        assert_eq!(Ratio::new(i128::MIN, -1), None);
    }
}
