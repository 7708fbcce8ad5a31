//! Samplers in integer arithmetic, so that no platform's math library can change a draw.

use super::rng::Rng;
use super::time::Span;

/// Binary logarithm of `x / 2^63` for `x` in `[2^63, 2^64)`, scaled by 2^32, by repeated squaring.
fn log2_fraction(mut x: u64) -> u64 {
    let mut bits = 0u64;
    for _ in 0..32 {
        let square = (u128::from(x) * u128::from(x)) >> 63;
        bits <<= 1;
        if square >> 64 != 0 {
            bits |= 1;
            x = u64::try_from(square >> 1).expect("a square below 2^65 halves to 64 bits");
        } else {
            x = u64::try_from(square).expect("this square is below 2^64");
        }
    }
    bits
}

/// An exponentially distributed length with the given mean.
///
/// `-ln u` for `u` uniform in `(0, 1]`, by a fixed-point logarithm of 32 fraction bits.
///
/// # Panics
/// If 45 means do not fit in 64 bits of nanoseconds.
pub fn exponential(rng: &mut Rng, mean: Span) -> Span {
    const LN2_2_32: u128 = 2_977_044_472;
    let u = rng.next_u64() | 1;
    let zeros = u.leading_zeros();
    let fraction = log2_fraction(u << zeros);
    let minus_log2 = (u128::from(zeros + 1) << 32) - u128::from(fraction);
    let ns = (((minus_log2 * LN2_2_32) >> 32) * u128::from(mean.as_ns())) >> 32;
    Span::from_ns(u64::try_from(ns).expect("at most 45 means fit in 64 bits"))
}

/// A length spread evenly over `mean ± mean * percent / 100`.
pub fn uniform_around(rng: &mut Rng, mean: Span, percent: u64) -> Span {
    let half = mean.as_ns() * percent / 100;
    if half == 0 {
        return mean;
    }
    Span::from_ns(mean.as_ns() - half + rng.below(2 * half + 1))
}
