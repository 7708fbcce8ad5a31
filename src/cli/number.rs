//! Whole numbers among the arguments, refused in words of what was expected.

use std::num::NonZeroUsize;

/// Reads a whole number between two, both allowed.
pub(super) fn whole<T: TryFrom<u64>>(
    low: u64,
    high: u64,
) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let read = text
            .parse()
            .ok()
            .filter(|number| (low..=high).contains(number));
        let read = read.and_then(|number: u64| T::try_from(number).ok());
        read.ok_or_else(|| format!("expected a whole number from {low} to {high}"))
    }
}

/// Reads how many runs go on at once.
pub(super) fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    text.parse()
        .map_err(|_| "expected how many runs go on at once, a whole number from 1 on".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_between_the_two_is_refused_with_both() {
        let read = whole::<u32>(2, 100);
        assert_eq!(read("2"), Ok(2));
        assert_eq!(read("100"), Ok(100));
        for wrong in ["1", "101", "-3", "x", "", "2.5", "99999999999999999999"] {
            let expected = "expected a whole number from 2 to 100";
            assert_eq!(read(wrong), Err(expected.to_owned()), "{wrong}");
        }
        assert!(jobs("0").is_err() && jobs("x").is_err() && jobs("3").is_ok());
    }
}
