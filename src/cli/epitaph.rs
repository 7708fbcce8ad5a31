//! Last words: which scenario it was, if the program dies of a bug while it simulates one.

use super::output;
use crate::experiment::Scenario;
use std::thread;

/// Speaks when it is dropped by a panic.
pub(super) struct Epitaph<'s> {
    label: &'s str,
    seed: u64,
}

impl<'s> Epitaph<'s> {
    /// From here on this scenario is simulated.
    pub(super) fn of(label: &'s str, scenario: &Scenario) -> Self {
        Self {
            label,
            seed: scenario.params.seed,
        }
    }

    fn words(&self) -> String {
        let Self { label, seed } = self;
        format!(
            "died simulating `{label}`, seed {seed}: a bug of rcusim; the same command does it again\n"
        )
    }
}

impl Drop for Epitaph<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            output::stderr(&self.words());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dead_are_named() {
        let scenario = Scenario::builtin("convoy").expect("a builtin scenario");
        let words = Epitaph::of("convoy:calls=9", &scenario).words();
        assert!(words.contains("`convoy:calls=9`, seed 1"), "{words}");
    }
}
