//! Lists that stop growing.

/// Values of a kind that are kept.
pub const MAX_SAMPLES: usize = 500_000;

/// Keeps a value, or counts it.
pub(super) fn keep<T>(values: &mut Vec<T>, value: T, over_limit: &mut u64) {
    if values.len() < MAX_SAMPLES {
        values.push(value);
    } else {
        *over_limit += 1;
    }
}
