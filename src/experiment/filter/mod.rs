//! Conditions over a run's inputs: `machine.cpus >= 8 && kernel.policy != batch-free`.
//!
//! Any scenario key may be named, numbers have units (`20ms`, `417/s`, `70GiB`, `50k`), and the
//! arithmetic (`+ - * /`) is exact and knows dimensions: `workload.rate * costs.ipi < 2` compares a
//! plain number. What cannot be read is shown with its place.

mod check;
mod code;
mod lex;
mod parse;
mod quantity;

use super::error::ScenarioError;
use crate::models::params::Params;
use code::Code;

/// A condition.
#[derive(Clone, Debug)]
pub struct Filter {
    text: String,
    code: Code,
}

impl Filter {
    /// Reads a condition; `name` says for messages where it stands, such as `--where`.
    pub fn parse(name: &str, text: &str) -> Result<Self, ScenarioError> {
        let text = text.trim();
        let code = lex::words(text)
            .and_then(|words| parse::tree(&words))
            .and_then(|tree| check::condition(&tree))
            .map_err(|(span, message)| ScenarioError::at(name, text, span, message))?;
        Ok(Self {
            text: text.to_owned(),
            code,
        })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it holds for these inputs; the error says why there is no answer.
    pub fn holds(&self, params: &Params) -> Result<bool, String> {
        self.code
            .holds(params)
            .map_err(|why| format!("`{}`: {why}", self.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Scenario;
    use proptest::prelude::*;

    fn params() -> Params {
        Scenario::builtin("container-host").expect("builtin").params
    }

    fn holds(text: &str) -> bool {
        let filter = Filter::parse("--where", text).unwrap_or_else(|why| panic!("{why}"));
        filter
            .holds(&params())
            .unwrap_or_else(|why| panic!("{why}"))
    }

    #[test]
    fn conditions_are_answered() {
        for text in [
            "machine.cpus == 64",
            "machine.cpus >= 64 && machine.cpus <= 64",
            "not (machine.cpus < 64) and !(machine.cpus > 64)",
            "machine.cpus < 2 or kernel.policy == per-call",
            "kernel.policy != \"batch-free\"",
            "per-call == kernel.policy",
            "links.gp_floor && background.always == false",
            "workload.rate == 20/s",
            "workload.rate * workload.container_life == 100",
            "workload.rate*costs.ipi<2",
            "10/machine.cpus < 1/6.3",
            "costs.ipi + 1us == 4us && costs.ipi - 1us == 2000ns",
            "-machine.cpus < -63.5",
            "machine.memory / machine.cpus == 4GiB",
            "1 / 3 + 1 / 6 == 0.5",
            "machine.cpus > 1000 && 1 / netns.fragments > 0 || true",
        ] {
            assert!(holds(text), "{text}");
        }
        assert!(
            !holds("machine.cpus + 2 * 3 == 198"),
            "products bind tighter"
        );
    }

    #[test]
    fn what_cannot_be_read_is_shown_with_its_place() {
        for (text, column, part) in [
            ("machine.cpu < 4", 1, "did you mean `machine.cpus`?"),
            ("machine.cpus < ", 15, "the expression ends"),
            ("machine.cpus = 4", 14, "equal is `==`"),
            ("machine.cpus", 1, "a condition is expected"),
            ("costs.ipi < 4", 13, "write its unit, such as 20ms"),
            ("costs.ipi < 4parsecs", 13, "`parsecs` is no unit"),
            (
                "kernel.policy == batchfree",
                18,
                "did you mean `batch-free`?",
            ),
            ("kernel.policy < 3", 1, "cannot compare"),
            ("1 < machine.cpus < 4", 18, "comparisons do not chain"),
            ("(machine.cpus < 4", 1, "expected `)`"),
            ("machine.cpus < 4)", 17, "this does not follow"),
            ("machine.cpus-machine.hz < 4", 1, "a minus needs a space"),
            ("machine.cpus < 4 \u{e9}", 18, "means nothing here"),
            ("\"x", 1, "not closed"),
            ("", 1, "the expression ends"),
        ] {
            let error = Filter::parse("--where", text).expect_err(text);
            assert!(error.message.contains(part), "{text}: {error}");
            let place = error.place.expect("a place");
            assert_eq!(place.column, column, "{text}: {}", error.message);
        }
        let deep = format!("{}machine.cpus < 4", "(".repeat(100_000));
        let error = Filter::parse("--where", &deep).expect_err("too deep");
        assert!(error.message.contains("nested"), "{}", error.message);
    }

    #[test]
    fn a_division_by_zero_is_said() {
        let filter = Filter::parse("--where", "1 / netns.fragments > 0").expect("valid");
        let error = filter.holds(&params()).expect_err("no answer");
        assert!(error.contains("division by zero"), "{error}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_is_too_odd(text in "\\PC{0,40}") {
            if let Err(error) = Filter::parse("--where", &text) {
                prop_assert!(!error.to_string().is_empty());
            }
        }

        #[test]
        fn no_row_of_words_is_too_odd(words in prop::collection::vec(prop::sample::select(vec![
            "machine.cpus", "kernel.policy", "per-call", "links.gp_floor", "4", "20ms", "417/s", "1.5", "(", ")",
            "<", "==", "!=", "&&", "or", "not", "!", "+", "-", "*", "/", "99999999999999999999999999", "true",
        ]), 0..12)) {
            let text = words.join(" ");
            if let Ok(filter) = Filter::parse("--where", &text) {
                drop(filter.holds(&params()));
            }
        }

        /// Against plain arithmetic on small whole numbers.
        #[test]
        fn arithmetic_agrees_with_the_oracle(a in 0..999_i64, b in 1..999_i64, c in 0..999_i64, cpus in 1..4096_u64) {
            let mut p = params();
            p.cpus = cpus;
            let n = i64::try_from(cpus).expect("small");
            for (text, expected) in [
                (format!("{a} * machine.cpus + {b} < {c} - machine.cpus"), a * n + b < c - n),
                (format!("({a} + machine.cpus) / {b} >= {c}"), a + n >= c * b),
                (format!("{a} == {c} || machine.cpus > {b} && {a} != {b}"), a == c || n > b && a != b),
            ] {
                let filter = Filter::parse("--where", &text).expect("valid");
                prop_assert_eq!(filter.holds(&p), Ok(expected), "{}", text);
            }
        }
    }
}
