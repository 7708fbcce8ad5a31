//! Numbers as people read them; [`super::units`] writes them so that they read back exactly.

pub(crate) use crate::stats::digits::count;

/// A size in decimal units, rounded to one digit after the point; what would round to a thousand of one is one of the next.
pub(crate) fn bytes(value: u64) -> String {
    match value {
        0..1_000 => format!("{value} B"),
        1_000..999_950 => format!("{} kB", tenths(value, 1_000)),
        999_950..999_950_000 => format!("{} MB", tenths(value, 1_000_000)),
        _ => format!("{} GB", tenths(value, 1_000_000_000)),
    }
}

/// A time, or a dash; from 1,000 seconds on in whole ones.
pub(crate) fn time(ns: Option<u64>) -> String {
    match ns {
        None => "-".to_owned(),
        Some(ns @ 999_995_000_000..) => {
            format!(
                "{} s",
                count(ns / 1_000_000_000 + u64::from(ns % 1_000_000_000 >= 500_000_000))
            )
        }
        Some(ns) => crate::sim::Span::from_ns(ns).to_string(),
    }
}

/// So many of something, in the singular if it is one.
pub(crate) fn counted(value: u64, what: &str) -> String {
    let plural = if value == 1 { "" } else { "s" };
    format!("{} {what}{plural}", count(value))
}

fn tenths(value: u64, unit: u64) -> String {
    let tenths = nearest(u128::from(value) * 10, unit);
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// The whole number of units nearest to a value.
pub(crate) fn nearest(value: impl Into<u128>, unit: impl Into<u128>) -> u128 {
    let unit = unit.into();
    (value.into() + unit / 2) / unit
}

/// A part of a whole in percent, rounded to one digit after the point; of nothing, zero.
pub(crate) fn percent(part: u128, whole: u128) -> String {
    let tenths = nearest(part * 1_000, whole.max(1));
    format!("{}.{} %", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(time(None), "-");
        assert_eq!(time(Some(999_994_000_000)), "999.99 s");
        assert_eq!(time(Some(999_995_000_000)), "1,000 s");
        assert_eq!(time(Some(7_521_650_000_000)), "7,522 s");
        assert_eq!(time(Some(223_846_500_000_000)), "223,847 s");
        assert_eq!(counted(1, "CPU"), "1 CPU");
        assert_eq!(counted(1_200, "call"), "1,200 calls");
        assert_eq!(bytes(15_060_000_000), "15.1 GB");
        assert_eq!(bytes(1_471_225_558), "1.5 GB");
        assert_eq!(bytes(999_949), "999.9 kB");
        assert_eq!(bytes(999_950), "1.0 MB");
        assert_eq!(bytes(999_999_999), "1.0 GB");
        assert_eq!(nearest(1_499_u64, 1_000_u64), 1);
        assert_eq!(nearest(1_500_u64, 1_000_u64), 2);
        assert_eq!(percent(9_996, 10_000), "100.0 %");
        assert_eq!(percent(2, 3), "66.7 %");
        assert_eq!(percent(0, 0), "0.0 %");
    }
}
