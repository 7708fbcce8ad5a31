//! A set of numbers that come nearly in order, as ranges: small however many numbers.

use std::collections::BTreeMap;

/// Numbers, kept as ranges `start..end`.
#[derive(Clone, Debug, Default)]
pub(in crate::cli) struct Ranges {
    ends: BTreeMap<u64, u64>,
    count: u64,
}

impl Ranges {
    /// How many numbers.
    pub(in crate::cli) fn count(&self) -> u64 {
        self.count
    }

    pub(in crate::cli) fn contains(&self, number: u64) -> bool {
        let before = self.ends.range(..=number).next_back();
        before.is_some_and(|(_, &end)| number < end)
    }

    /// Adds a number; whether it is new.
    pub(in crate::cli) fn insert(&mut self, number: u64) -> bool {
        if self.contains(number) {
            return false;
        }
        self.count += 1;
        let end = self.ends.remove(&(number + 1)).unwrap_or(number + 1);
        match self.ends.range_mut(..number).next_back() {
            Some((_, before)) if *before == number => *before = end,
            _ => {
                self.ends.insert(number, end);
            }
        }
        true
    }

    /// The smallest number that is not there.
    pub(in crate::cli) fn first_missing(&self) -> u64 {
        self.ends.get(&0).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn holds_what_a_set_holds(numbers in prop::collection::vec(0..60_u64, 0..80)) {
            let (mut ranges, mut set) = (Ranges::default(), BTreeSet::new());
            for number in numbers {
                prop_assert_eq!(ranges.insert(number), set.insert(number));
            }
            for number in 0..61 {
                prop_assert_eq!(ranges.contains(number), set.contains(&number));
            }
            prop_assert_eq!(ranges.count(), set.len() as u64);
            prop_assert_eq!(Some(ranges.first_missing()), (0..99).find(|n| !set.contains(n)));
            let gaps = ranges.ends.iter().zip(ranges.ends.keys().skip(1));
            prop_assert!(gaps.into_iter().all(|((_, end), next)| end < next), "ranges are merged");
        }
    }
}
