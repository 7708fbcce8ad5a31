//! Who gave which values.

use super::key::Key;
use std::collections::BTreeMap;

/// Who gave which value, by path.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Given {
    /// The files, or nothing for the command line.
    pub(super) by: BTreeMap<&'static str, Option<String>>,
    /// What profiles would have made of values that files gave, raw.
    pub(super) instead: BTreeMap<&'static str, u64>,
    /// The release of Linux that a file gives, and the profile that it is taken for, if it has none of its own.
    pub(super) release: Option<String>,
}

impl Given {
    /// The command line gives it, and so no file any more.
    pub(super) fn by_command(&mut self, key: &'static Key) {
        self.by.insert(key.path, None);
        self.instead.remove(key.path);
        self.release.take_if(|_| key.is_profile());
    }

    /// A file gives it.
    pub(super) fn by_file(&mut self, key: &'static Key, file: &str) {
        self.by.insert(key.path, Some(file.to_owned()));
    }

    /// Whether anybody gave it.
    pub(super) fn has(&self, path: &str) -> bool {
        self.by.contains_key(path)
    }

    /// What `given` says of a key, or that nobody gave it.
    pub(super) fn take(&mut self, path: &'static str, given: &Self) {
        if Key::at(path).is_some_and(Key::is_profile) {
            self.release.clone_from(&given.release);
        }
        match given.by.get(path) {
            Some(by) => drop(self.by.insert(path, by.clone())),
            None => drop(self.by.remove(path)),
        }
    }
}
