//! From a scenario to an outcome: inputs with units and provenance, and the verdict on a run.

pub mod check;
pub mod keys;
pub mod scenario;
pub mod units;
pub mod verdict;

pub use keys::{KEYS, Key, Kind, Provenance};
pub use scenario::{Scenario, ScenarioError};
pub use verdict::{Judgement, Verdict, judge};

/// The candidate that is nearest to `text`, if it is near enough to have been meant.
pub(crate) fn nearest<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let allowed = (text.chars().count() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .map(|candidate| (distance(text, candidate), candidate))
        .filter(|&(distance, _)| distance <= allowed)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Edits that lead from `a` to `b`: insertions, deletions and replacements.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = corner + usize::from(from != *to);
            corner = row[j + 1];
            row[j + 1] = replaced.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        assert_eq!(nearest("cpu", ["cpus", "memory"]), Some("cpus"));
        assert_eq!(
            nearest("per_call", ["batch-free", "per-call"]),
            Some("per-call")
        );
        assert_eq!(nearest("zebra", ["cpus", "memory"]), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
