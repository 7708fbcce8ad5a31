//! What the largest drop of available memory was made of.

use super::bytes;
use crate::models::caches::Cache;
use crate::models::outcome::Outcome;
use std::cmp::Reverse;
use std::fmt::Write as _;

/// What the largest drop was made of, the largest part first; parts below 1 % are told together, --json has each.
pub(super) fn caches(out: &mut String, o: &Outcome) -> std::fmt::Result {
    let mut parts: Vec<_> = Cache::ALL.iter().zip(o.peak_by_cache).collect();
    parts.retain(|&(_, bytes)| bytes > 0 && bytes >= o.peak_drop_bytes / 100);
    parts.sort_by_key(|&(_, bytes)| Reverse(bytes));
    let told: u64 = parts.iter().map(|(_, bytes)| bytes).sum();
    let remainder = o.peak_drop_bytes.saturating_sub(told);
    let remainder = (remainder > 0).then(|| format!("smaller parts {}", bytes(remainder)));
    let parts = parts.iter().map(|(cache, part)| {
        let name = match cache {
            Cache::Rest => "other objects",
            named => named.name(),
        };
        format!("{name} {}", bytes(*part))
    });
    let parts: Vec<_> = parts.chain(remainder).collect();
    if parts.is_empty() {
        return Ok(());
    }
    writeln!(out, "            of which {}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Scenario;
    use crate::models::simulate;

    /// In bytes, so that nothing is rounded: below 1,000 they are written whole.
    #[test]
    fn parts_add_up_to_the_whole() {
        let mut params = Scenario::builtin("report-6cpu").expect("embedded").params;
        params.calls = 200;
        let mut outcome = simulate(&params);
        outcome.peak_by_cache = outcome.peak_by_cache.map(|_| 5);
        outcome.peak_by_cache[0] = 900;
        outcome.peak_drop_bytes = outcome.peak_by_cache.iter().sum();
        let mut line = String::new();
        caches(&mut line, &outcome).expect("a string takes all");
        let parts = line
            .split_whitespace()
            .filter_map(|word| word.parse::<u64>().ok());
        assert_eq!(parts.sum::<u64>(), outcome.peak_drop_bytes, "{line}");
        assert!(line.contains("smaller parts 50 B"), "{line}");
    }
}
