//! Samplers in integer arithmetic, so that no platform's math library can change a draw.
//!
//! A draw's value is part of every result: a sampler may become faster, but a changed value is
//! value-breaking and must be announced. The tests below pin values.

use super::rng::Rng;
use super::time::Span;

/// An exponentially distributed length with the given mean.
///
/// `-ln u` for `u` uniform in `(0, 1]`, by a fixed-point logarithm of 32 fraction bits.
///
/// # Panics
/// If 45 means do not fit in 64 bits of nanoseconds.
#[inline]
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

/// Binary logarithm of `x / 2^63` for `x` in `[2^63, 2^64)`, scaled by 2^32 and rounded down.
///
/// Tried first by a table, which is right to 2^-45: only if the logarithm lies so near to a
/// multiple of 2^-32 that this could round the wrong way (once in 4,096 draws) is it done exactly.
#[inline]
fn log2_fraction(x: u64) -> u64 {
    let fine = log2_by_table(x);
    let beyond = fine & (LAST_PLACE - 1);
    if (DOUBT..LAST_PLACE - DOUBT).contains(&beyond) {
        fine / LAST_PLACE
    } else {
        log2_by_squaring(x)
    }
}

/// One unit of the result's last place, in 2^-62.
const LAST_PLACE: u64 = 1 << 30;
/// Twice as much as the table can be wrong, and more, in 2^-62.
const DOUBT: u64 = 1 << 17;

/// The definition, a bit at a time: a square that reaches 2 gives a one and is halved.
#[cold]
fn log2_by_squaring(mut x: u64) -> u64 {
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

const TABLE_BITS: u32 = 8;
/// Near-reciprocals of the middles of 256 intervals of `[1, 2)`, scaled by 2^64, and the binary
/// logarithms of what they are the exact reciprocals of, scaled by 2^62.
static TABLE: [(u64, u64); 1 << TABLE_BITS] = table();

/// `1 / ln 2`, scaled by 2^62.
const LOG2_E: i64 = 6_653_256_548_922_161_245;

/// The logarithm scaled by 2^62: `x` times the near-reciprocal of its interval's middle is
/// `1 + r` with `|r| <= 2^-9`, and four terms of the series for `log2(1 + r)` leave 2^-46.
#[inline]
fn log2_by_table(x: u64) -> u64 {
    let (reciprocal, log2) = TABLE[((x << 1) >> (64 - TABLE_BITS)) as usize];
    // (1 + r) * 2^64, without its leading one: r in two's complement.
    let product = (u128::from(x) * u128::from(reciprocal)) >> 63;
    let r = low(product).cast_signed();
    let term = times(r, -LOG2_E / 4);
    let term = times(r, LOG2_E / 3 + term);
    let term = times(r, -LOG2_E / 2 + term);
    let term = times(r, LOG2_E + term);
    log2.wrapping_add_signed(term)
}

/// `a * b / 2^64`.
#[inline]
const fn times(a: i64, b: i64) -> i64 {
    ((a as i128 * b as i128) >> 64) as i64
}

/// The lower 64 bits.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "that is what it is for")]
const fn low(wide: u128) -> u64 {
    wide as u64
}

const fn table() -> [(u64, u64); 1 << TABLE_BITS] {
    let mut table = [(0, 0); 1 << TABLE_BITS];
    let mut i = 0;
    while i < table.len() {
        // The middle of the interval is (2^9 + 2i + 1) / 2^9.
        let reciprocal = (1 << (64 + 9)) / ((1 << 9) + 2 * i as u128 + 1);
        table[i] = (low(reciprocal), minus_log2(reciprocal));
        i += 1;
    }
    table
}

/// `-log2(a / 2^64)` scaled by 2^62, for `a` in `[2^63, 2^64)`: twice the inverse hyperbolic tangent
/// of `(1 - a) / (1 + a)`, whose series gains a decimal place a term.
const fn minus_log2(a: u128) -> u64 {
    let one = 1 << 64;
    let z = ((one - a) << 62) / (one + a);
    let square = (z * z) >> 62;
    let (mut power, mut sum, mut k) = (z, 0, 1);
    while power > 0 {
        sum += power / k;
        power = (power * square) >> 62;
        k += 2;
    }
    low((2 * sum * LOG2_E as u128) >> 62)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Seed;

    #[test]
    fn the_table_only_saves_time() {
        let mut rng = Rng::new(Seed(3), 3);
        let random = core::iter::repeat_with(|| rng.next_u64() | 1 << 63).take(20_000);
        let borders = (0..1u64 << 9).flat_map(|i| {
            let border = (1 << 63) + (i << 54);
            [border, border + 1, border.wrapping_sub(1).max(1 << 63)]
        });
        let mut doubted = 0;
        for x in random.chain(borders).chain([u64::MAX]) {
            let exact = log2_by_squaring(x);
            assert_eq!(log2_fraction(x), exact, "{x:#x}");
            let beyond = log2_by_table(x) % LAST_PLACE;
            doubted += u32::from(!(DOUBT..LAST_PLACE - DOUBT).contains(&beyond));
            // Where there is no doubt the table agrees; where there is, it is not far off.
            let off = (log2_by_table(x) / LAST_PLACE).abs_diff(exact);
            assert!(off <= 1 || off == (1 << 32) || exact == 0, "{x:#x}: {off}");
        }
        assert!((1..60).contains(&doubted), "{doubted} in 21,537");
    }

    /// Changing any of these is value-breaking: say so in CHANGELOG.md.
    #[test]
    fn values_are_stable() {
        let mut rng = Rng::new(Seed(1), 7);
        let ms = Span::from_ms(1);
        let lengths = [(); 6].map(|()| exponential(&mut rng, ms).as_ns());
        assert_eq!(
            lengths,
            [765_709, 296_259, 137_149, 347_764, 288_963, 1_150_535]
        );
        let spread = [(); 6].map(|()| uniform_around(&mut rng, ms, 10).as_ns());
        assert_eq!(
            spread,
            [944_656, 995_989, 910_207, 989_728, 955_217, 937_277]
        );
        let below = [(); 6].map(|()| rng.below(1_000));
        assert_eq!(below, [765, 443, 639, 214, 892, 426]);
        let nine = Span::from_ns(9);
        assert_eq!(
            uniform_around(&mut rng, nine, 10),
            nine,
            "too short to spread"
        );
    }

    #[test]
    fn an_exponential_has_its_mean_and_its_median() {
        let mut rng = Rng::new(Seed(2), 1);
        let mut draws = [(); 100_000].map(|()| exponential(&mut rng, Span::from_us(1)).as_ns());
        draws.sort_unstable();
        // The standard error of the mean is 1,000 / sqrt(100,000) = 3.2 ns, of the median as much.
        let mean = draws.iter().sum::<u64>() / 100_000;
        assert!(mean.abs_diff(1_000) < 13, "mean {mean} ns");
        assert!(
            draws[50_000].abs_diff(693) < 13,
            "median {} ns",
            draws[50_000]
        );
    }
}
