//! Order statistics of floating-point values, without intervals: there are many of them, and long ones.

pub use crate::stats::convert::{count as length, float};

/// Sorts and drops what is not a number.
pub fn sorted(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The value at `share` (0 to 1) of sorted values, between two neighbours where it falls between them.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ranks of lists that fit in memory"
)]
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = share.clamp(0.0, 1.0) * last as f64;
    let below = at.floor() as usize;
    let above = (below + 1).min(last);
    let part = at - at.floor();
    Some(sorted[below] + (sorted[above] - sorted[below]) * part)
}

/// The middle of values in any order.
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    quantile(&sorted(values), 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_neighbours() {
        let values = sorted([4.0, 1.0, f64::NAN, 2.0, 3.0]);
        assert_eq!(values.len(), 4);
        assert!((quantile(&values, 0.5).expect("four values") - 2.5).abs() < 1e-12);
        assert!((quantile(&values, 1.0).expect("four values") - 4.0).abs() < 1e-12);
        assert_eq!(quantile(&[], 0.5), None);
    }
}
