//! One line of the table of checks: what must come out, what came out, whether that will do.

/// One line of the table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// What is checked.
    pub name: String,
    /// What must come out.
    pub expected: String,
    /// What came out.
    pub found: String,
    /// What the found value may be taken for; empty where the check is exact.
    pub interval: String,
    passes: bool,
}

impl Check {
    /// Whether it will do.
    pub fn passes(&self) -> bool {
        self.passes
    }

    /// A check without tolerance: the two must be equal.
    pub fn exact<T: ToString>(name: impl Into<String>, expected: &T, found: &T) -> Self {
        let (expected, found) = (expected.to_string(), found.to_string());
        Self {
            name: name.into(),
            passes: expected == found,
            expected,
            found,
            interval: String::new(),
        }
    }

    /// A check by an interval: `passes` says whether it holds what was expected.
    pub fn within(name: impl Into<String>, texts: [String; 3], passes: bool) -> Self {
        let [expected, found, interval] = texts;
        Self {
            name: name.into(),
            expected,
            found,
            interval,
            passes,
        }
    }
}
