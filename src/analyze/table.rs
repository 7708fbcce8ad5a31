//! A map from numbers to values, for looking up only.
//!
//! Most of the time of a reading is spent on finding what is open: by process, by a work's address, by a name. A `BTreeMap`
//! walks three nodes for that; this goes to one place (open addressing, linear probing, at most half full, entries are shifted
//! back when one is removed). [`Table::into_sorted`] gives all in the order of
//! their keys, so that the order of the places shows nowhere.
//!
//! Left out: keys chosen so that they meet. They would make a reading slow, not wrong.

/// An odd number near 2^64 over the golden ratio: its high bits spread neighbouring keys (Knuth, volume 3, 6.4).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
/// Places of a table's first allocation, a power of two.
const FIRST: usize = 64;

/// A map from `u64` to values.
#[derive(Debug, Clone)]
pub(super) struct Table<T> {
    places: Vec<Option<(u64, T)>>,
    len: usize,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            len: 0,
        }
    }
}

impl<T> Table<T> {
    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether the key has a value.
    pub(super) fn contains(&self, key: u64) -> bool {
        self.get(key).is_some()
    }

    /// The value of a key.
    pub(super) fn get(&self, key: u64) -> Option<&T> {
        let place = self.places.get(self.find(key)?)?;
        place.as_ref().map(|(_, value)| value)
    }

    /// The value of a key, to be changed.
    pub(super) fn get_mut(&mut self, key: u64) -> Option<&mut T> {
        let at = self.find(key)?;
        self.places[at].as_mut().map(|(_, value)| value)
    }

    /// Gives a key a value; the one it had before.
    pub(super) fn insert(&mut self, key: u64, value: T) -> Option<T> {
        if self.places.len() < 2 * (self.len + 1) {
            self.grow();
        }
        let at = self.find(key).expect("a table that has places");
        let before = self.places[at].replace((key, value));
        self.len += usize::from(before.is_none());
        before.map(|(_, value)| value)
    }

    /// Takes a key's value out.
    pub(super) fn remove(&mut self, key: u64) -> Option<T> {
        let mut hole = self.find(key)?;
        let (_, value) = self.places[hole].take()?;
        self.len -= 1;
        let last = self.places.len() - 1;
        let mut at = (hole + 1) & last;
        while let Some((key, _)) = &self.places[at] {
            // An entry may move back to the hole unless its home lies behind that.
            if (at.wrapping_sub(self.home(*key)) & last) >= (at.wrapping_sub(hole) & last) {
                self.places.swap(hole, at);
                hole = at;
            }
            at = (at + 1) & last;
        }
        Some(value)
    }

    /// Drops all, and the places: a table that was large once is not walked again and again.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Changes every value, each in the same way: in what order they come must not show.
    pub(super) fn each(&mut self, change: impl Fn(&mut T)) {
        let values = self.places.iter_mut().flatten();
        values.for_each(|(_, value)| change(value));
    }

    /// All entries by their keys.
    pub(super) fn into_sorted(self) -> Vec<(u64, T)> {
        let mut all: Vec<_> = self.places.into_iter().flatten().collect();
        all.sort_by_key(|entry| entry.0);
        all
    }

    /// Where the key is, or would be; none if there are no places yet.
    fn find(&self, key: u64) -> Option<usize> {
        let last = self.places.len().checked_sub(1)?;
        let mut at = self.home(key);
        while let Some((other, _)) = &self.places[at]
            && *other != key
        {
            at = (at + 1) & last;
        }
        Some(at)
    }

    /// The place of a key in an empty table.
    fn home(&self, key: u64) -> usize {
        let bits = self.places.len().trailing_zeros();
        let high = key.wrapping_mul(SPREAD) >> (64 - bits.max(1));
        usize::try_from(high).expect("a place is in memory")
    }

    fn grow(&mut self) {
        let size = (self.places.len() * 2).max(FIRST);
        let empty = std::iter::repeat_with(|| None).take(size).collect();
        let old = std::mem::replace(&mut self.places, empty);
        for (key, value) in old.into_iter().flatten() {
            let at = self.find(key).expect("a table that has places");
            self.places[at] = Some((key, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn it_does_what_a_map_does() {
        let (mut table, mut map) = (Table::default(), BTreeMap::new());
        let mut state = 1_u64;
        for step in 0..200_000_u64 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            // Neighbours, multiples of a slab's size, and few enough that they come again.
            let key = (state >> 33) % 700 * if step % 2 == 0 { 1 } else { 192 };
            match (state >> 60) % 4 {
                0 | 1 => assert_eq!(table.insert(key, step), map.insert(key, step)),
                2 => assert_eq!(table.remove(key), map.remove(&key)),
                _ => assert_eq!(table.get(key), map.get(&key)),
            }
            assert_eq!(table.len(), map.len());
            if step % 50_000 == 49_999 {
                assert_eq!(
                    table.clone().into_sorted(),
                    map.clone().into_iter().collect::<Vec<_>>()
                );
                table.clear();
                map.clear();
                assert!(table.is_empty() && !table.contains(key));
            }
        }
    }
}
