//! Between counts and floating point, with the one place that says why that is harmless.

/// A 64-bit integer as a floating-point number.
#[expect(
    clippy::cast_precision_loss,
    reason = "beyond 2^53 the last digits are lost, which no interval notices"
)]
pub const fn float(value: u64) -> f64 {
    value as f64
}

/// A length or an index as a floating-point number.
#[expect(clippy::cast_precision_loss, reason = "no sample has 2^53 members")]
pub const fn count(value: usize) -> f64 {
    value as f64
}

/// The whole part of a number that is not negative; anything else is 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "negative numbers and NaN become 0, too large ones the largest"
)]
pub const fn whole(value: f64) -> usize {
    value as usize
}

/// The whole part of a number that is not negative, as 64 bits; anything else is 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "negative numbers and NaN become 0, too large ones the largest"
)]
pub const fn whole64(value: f64) -> u64 {
    value as u64
}

/// True for exactly zero, which is what equal samples have as their variance.
pub(crate) fn is_zero(value: f64) -> bool {
    value.abs() < f64::MIN_POSITIVE
}
