//! Times, shares and names of a recording as a person reads them.

/// Nanoseconds in the largest unit that leaves at least one digit before the point; three digits or so.
pub(super) fn time(ns: u64) -> String {
    let (unit, size) = match ns {
        0..1_000 => return format!("{ns} ns"),
        1_000..999_500 => ("µs", 1_000),
        999_500..999_500_000 => ("ms", 1_000_000),
        _ => ("s", 1_000_000_000),
    };
    let rounded = |steps: u64| {
        let step = size / steps;
        let shown = ns / step + u64::from(ns % step >= step.div_ceil(2));
        (shown / steps, shown % steps)
    };
    match (rounded(100), rounded(10)) {
        ((whole @ 0..10, hundredths), _) => format!("{whole}.{hundredths:02} {unit}"),
        (_, (whole @ 10..100, tenths)) => format!("{whole}.{tenths} {unit}"),
        _ => format!("{} {unit}", rounded(1).0),
    }
}

/// `part` of `whole` in percent with one decimal; nothing if there is no whole.
pub(super) fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return String::new();
    }
    let whole = u128::from(whole);
    let tenths = (u128::from(part) * 1_000 + whole / 2) / whole;
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// A name from a recording, cut to `width`, without control characters: it goes to a terminal.
pub(super) fn printable(name: &str, width: usize) -> String {
    name.chars()
        .take(width)
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_in_the_largest_unit() {
        for (ns, text) in [
            (0, "0 ns"),
            (999, "999 ns"),
            (1_005, "1.01 µs"),
            (9_995, "10.0 µs"),
            (99_950, "100 µs"),
            (999_500, "1.00 ms"),
            (15_892_479, "15.9 ms"),
            (188_219_391, "188 ms"),
            (3_698_000_000, "3.70 s"),
            (u64::MAX, "18446744074 s"),
        ] {
            assert_eq!(time(ns), text);
        }
    }

    #[test]
    fn shares_are_rounded() {
        assert_eq!(share(7_169, 7_515), "95.4 %");
        assert_eq!(share(u64::MAX, u64::MAX), "100.0 %");
        assert_eq!(share(1, 0), "");
    }

    #[test]
    fn a_name_cannot_steer_a_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb", 4), "a?[2");
    }
}
