//! Digits as people read them.

/// A count with separators.
pub fn count(value: u64) -> String {
    separated(&value.to_string())
}

/// A text whose whole numbers of four digits and more have separators. What is part of a word is no number: a digest, a name.
pub fn with_separators(text: &str) -> String {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c| word(c) != word(first)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(length);
        // A point at the end closes a sentence.
        let (number, point) = run.strip_suffix('.').map_or((run, ""), |run| (run, "."));
        let large = number.len() > 3 && number.bytes().all(|b| b.is_ascii_digit());
        out += &if large {
            separated(number)
        } else {
            number.to_owned()
        };
        out += point;
        rest = after;
    }
    out
}

fn separated(digits: &str) -> String {
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_have_separators_and_words_have_none() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(12), "12");
        assert_eq!(
            with_separators("found 87250548351 (4096 of 10000, 40593 calls.)"),
            "found 87,250,548,351 (4,096 of 10,000, 40,593 calls.)"
        );
        for same in [
            "12345abc",
            "0.123456",
            "v12345",
            "123",
            "",
            "a.12345",
            "käse_12345",
        ] {
            assert_eq!(with_separators(same), same);
        }
    }
}
