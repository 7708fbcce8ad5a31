//! From what somebody typed to the key that was meant.

use super::key::Key;
use super::keys::KEYS;
use super::names::{dotted, nearest};

impl Key {
    /// The key with that path, or whose path alone ends in that part: `cpus` is `machine.cpus`.
    /// The error names the keys that could have been meant.
    ///
    /// # Panics
    /// Never: what is found is one of the table's paths.
    pub fn find(text: &str) -> Result<&'static Self, String> {
        let paths: Vec<_> = KEYS.iter().map(|key| key.path).collect();
        let hint = "`rcusim scenario show report-40cpu` lists all keys";
        // What the option --kernel stands for.
        if text == "kernel" {
            return Err("unknown key `kernel`; did you mean `kernel.version`?".to_owned());
        }
        let path = dotted(text, &paths, "key", hint)?;
        Ok(Self::at(path).expect("one of the table's paths"))
    }

    /// The key with exactly that path.
    pub fn at(path: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.path == path)
    }
}

/// Whether keys begin with `section` and a dot.
pub(super) fn is_section(section: &str) -> bool {
    let below = |path: &str| {
        path.strip_prefix(section)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    KEYS.iter().any(|key| below(key.path))
}

/// The message on a section that there is not.
pub(super) fn unknown_section(text: &str) -> String {
    let sections = || KEYS.iter().filter_map(|key| key.path.split('.').next());
    if let Some(near) = nearest(text, sections()) {
        return format!("unknown section `{text}`; did you mean `{near}`?");
    }
    let mut names: Vec<_> = sections().collect();
    names.dedup();
    format!(
        "unknown section `{text}`; the sections are {}",
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_short_name_is_a_section() {
        for key in KEYS {
            let last = key.path.rsplit('.').next().expect("a path has a last part");
            assert!(!is_section(last), "{} hides a section", key.path);
        }
    }
}
