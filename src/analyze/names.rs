//! Numbers for names, in the order in which they were first seen.

use super::table::Table;

/// Names, each once.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// By a sum of the name's bytes, or by the next free number behind it if two names have one sum.
    index: Table<usize>,
    list: Vec<Vec<u8>>,
}

impl Names {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// The number of a name that was seen before.
    pub(super) fn find(&self, name: &[u8]) -> Option<usize> {
        self.place(name).ok()
    }

    /// The number of a name that may be new.
    pub(super) fn add(&mut self, name: &[u8]) -> usize {
        self.place(name).unwrap_or_else(|free| {
            let at = self.list.len();
            self.index.insert(free, at);
            self.list.push(name.to_vec());
            at
        })
    }

    /// All, by their numbers.
    pub(super) fn into_list(self) -> Vec<Vec<u8>> {
        self.list
    }

    /// The name's number, or the key under which it would be.
    fn place(&self, name: &[u8]) -> Result<usize, u64> {
        let mut key = sum(name);
        while let Some(&at) = self.index.get(key) {
            if self.list[at] == name {
                return Ok(at);
            }
            key = key.wrapping_add(1);
        }
        Err(key)
    }
}

/// A sum that differs for nearly all names: eight bytes at a time, multiplied and rotated.
fn sum(name: &[u8]) -> u64 {
    let mut sum = name.len() as u64;
    for part in name.chunks(8) {
        let mut bytes = [0; 8];
        bytes[..part.len()].copy_from_slice(part);
        sum = (sum.rotate_left(5) ^ u64::from_le_bytes(bytes)).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number() {
        let mut names = Names::default();
        let name = |n: usize| format!("function_{n}").into_bytes();
        for n in 0..5_000 {
            assert_eq!(names.find(&name(n)), None);
            assert_eq!(names.add(&name(n)), n);
            assert_eq!(names.add(&name(n / 2)), n / 2);
        }
        assert_eq!(names.find(b"function_"), None);
        assert_eq!(names.len(), 5_000);
        assert_eq!(names.into_list()[77], name(77));
    }

    #[test]
    fn two_names_with_one_sum_are_two() {
        let mut names = Names::default();
        let key = sum(b"a");
        names.index.insert(key, 0);
        names.list.push(b"b".to_vec());
        assert_eq!(names.find(b"a"), None);
        assert_eq!((names.add(b"a"), names.find(b"a")), (1, Some(1)));
    }
}
