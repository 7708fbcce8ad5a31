//! Numbers with units, as people write them: `417/s`, `20ms`, `70GiB`, `50k`. Exact integers only.

/// Nanoseconds in each unit of time, the largest first.
const TIME: &[(&str, u64)] = &[
    ("h", 3_600_000_000_000),
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ns", 1),
];

/// Bytes in each unit of size.
const SIZE: &[(&str, u64)] = &[
    ("TiB", 1 << 40),
    ("TB", 1_000_000_000_000),
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1_000),
    ("KB", 1_000),
    ("B", 1),
];

/// Events per 1,000 seconds in each unit of rate.
const RATE: &[(&str, u64)] = &[
    ("/ms", 1_000_000),
    ("k/s", 1_000_000),
    ("/s", 1_000),
    ("/ks", 1),
];

/// Factors of a count.
const COUNT: &[(&str, u64)] = &[
    ("G", 1_000_000_000),
    ("M", 1_000_000),
    ("k", 1_000),
    ("K", 1_000),
    ("", 1),
];

/// What a number measures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// A plain number, with `k`, `M` or `G`.
    Count,
    /// Time; the value is in nanoseconds.
    Time,
    /// Memory; the value is in bytes, rounded down to a whole byte.
    Bytes,
    /// Events over time; the value is in events per 1,000 seconds.
    Rate,
}

impl Unit {
    const fn table(self) -> &'static [(&'static str, u64)] {
        match self {
            Self::Count => COUNT,
            Self::Time => TIME,
            Self::Bytes => SIZE,
            Self::Rate => RATE,
        }
    }

    /// How many raw units one `unit` is.
    pub(crate) fn factor(self, unit: &str) -> Option<u64> {
        let found = self.table().iter().find(|(name, _)| *name == unit);
        found.map(|&(_, factor)| factor)
    }

    /// The units that others write so.
    const fn meant(self, unit: &str) -> &'static [&'static str] {
        match (self, unit.as_bytes()) {
            (Self::Bytes, b"Ti") => &["TiB"],
            (Self::Bytes, b"Gi") => &["GiB"],
            (Self::Bytes, b"Mi") => &["MiB"],
            (Self::Bytes, b"Ki") => &["KiB"],
            (Self::Bytes, b"T" | b"t") => &["TiB", "TB"],
            (Self::Bytes, b"G" | b"g") => &["GiB", "GB"],
            (Self::Bytes, b"M" | b"m") => &["MiB", "MB"],
            (Self::Bytes, b"K" | b"k") => &["KiB", "kB"],
            (Self::Time, b"m") => &["min", "ms"],
            (Self::Time, b"sec" | b"S") => &["s"],
            (Self::Time, b"hr") => &["h"],
            (Self::Rate, b"s" | b"/sec" | b"Hz") => &["/s"],
            _ => &[],
        }
    }

    /// What to write, for messages.
    pub const fn expected(self) -> &'static str {
        match self {
            Self::Count => "a whole number such as 40 or 50k",
            Self::Time => "a time with its unit, such as 20ms, 3us or 400s",
            Self::Bytes => "a size such as 512MB or 70GiB",
            Self::Rate => "a rate such as 417/s or 20k/s (a bare number is per second)",
        }
    }

    /// Reads `text`.
    pub fn parse(self, text: &str) -> Result<u64, String> {
        let text = text.trim();
        let expected = self.expected();
        if let Some(rest) = text.strip_prefix('-')
            && rest.starts_with(|c: char| c.is_ascii_digit() || c == 'i' || c == '.')
        {
            return Err(format!("`{text}` is negative; expected {expected}"));
        }
        let end = text
            .find(|c: char| !(c.is_ascii_digit() || c == '_' || c == '.'))
            .unwrap_or(text.len());
        let (number, unit) = (&text[..end], text[end..].trim());
        let unit = match (self, unit) {
            (Self::Rate, "") => "/s",
            _ => unit,
        };
        if !number.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(format!("`{text}` is not {expected}"));
        }
        let factor = self.factor(unit);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        match factor {
            Some(factor) => self
                .scale(whole, fraction, factor)
                .map_err(|why| format!("`{text}` {why}; expected {expected}")),
            // Zero needs no unit.
            None if unit.is_empty() && number.bytes().all(|b| b == b'0') => Ok(0),
            None if unit.is_empty() => Err(format!("`{text}` has no unit; expected {expected}")),
            None => {
                let meant = self.meant(unit).iter();
                let meant: Vec<_> = meant.map(|unit| format!("`{number}{unit}`")).collect();
                let meant = match &meant[..] {
                    [] => String::new(),
                    some => format!("; did you mean {}?", some.join(" or ")),
                };
                Err(format!(
                    "`{text}` has the wrong unit `{unit}`{meant}; expected {expected}"
                ))
            }
        }
    }

    /// `whole.fraction * factor` in exact integers.
    fn scale(self, whole: &str, fraction: &str, factor: u64) -> Result<u64, &'static str> {
        const TOO_BIG: &str = "is too large";
        let digits = |text: &str| {
            text.bytes()
                .filter(|&b| b != b'_')
                .try_fold((0_u128, 1_u128), |(value, scale), b| {
                    if !b.is_ascii_digit() {
                        return Err("is not a number");
                    }
                    if scale >= 10_u128.pow(20) {
                        return Err("has too many digits");
                    }
                    Ok((value * 10 + u128::from(b - b'0'), scale * 10))
                })
        };
        let (whole, _) = digits(whole)?;
        let (fraction, scale) = digits(fraction)?;
        let factor = u128::from(factor);
        if whole > u128::from(u64::MAX) {
            return Err(TOO_BIG);
        }
        let part = fraction.checked_mul(factor).ok_or("has too many digits")?;
        if part % scale != 0 && self != Self::Bytes {
            return Err("is finer than this program counts");
        }
        u64::try_from(whole * factor + part / scale).map_err(|_| TOO_BIG)
    }

    /// Writes `value` so that [`Unit::parse`] reads it back exactly. Sizes below 1 MiB are in decimal units; from there on a
    /// binary one stands where it is the largest that is exact to three decimals. `KiB` is read and never written.
    pub fn format(self, value: u64) -> String {
        if self == Self::Count {
            return value.to_string();
        }
        if value == 0 {
            return "0".to_owned();
        }
        if self == Self::Rate {
            // Whatever its unit was, a rate is of a second; three decimals are exact.
            return with_decimals(value.into(), "/s");
        }
        let units = self
            .table()
            .iter()
            .filter(|(name, _)| !matches!(*name, "h" | "min" | "" | "KiB"));
        for &(name, factor) in units {
            // At most three decimals, and only if they are exact.
            let thousandths = u128::from(value) * 1_000;
            if value >= factor && thousandths % u128::from(factor) == 0 {
                let short = thousandths / u128::from(factor);
                return with_decimals(short, name);
            }
        }
        unreachable!("the smallest unit of every table but Count's is one, and value is not zero")
    }
}

/// A time in the largest unit that it fills, exactly, with as many decimals as that takes: no `13036.727us` beside `400ms`.
pub fn long_time(ns: u64) -> String {
    let units = [
        ("s", 1_000_000_000_u64, 9_usize),
        ("ms", 1_000_000, 6),
        ("us", 1_000, 3),
    ];
    let Some((name, factor, digits)) = units.into_iter().find(|(_, factor, _)| ns >= *factor)
    else {
        return Unit::Time.format(ns);
    };
    let fraction = format!("{:0digits$}", ns % factor);
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("{}{dot}{fraction}{name}", ns / factor)
}

/// So many thousandths of a unit.
fn with_decimals(thousandths: u128, unit: &str) -> String {
    let fraction = format!("{:03}", thousandths % 1_000);
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("{}{dot}{fraction}{unit}", thousandths / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        assert_eq!(Unit::Rate.parse("417/s"), Ok(417_000));
        assert_eq!(Unit::Rate.parse("0.5/s"), Ok(500));
        assert_eq!(Unit::Rate.parse("2/ms"), Ok(2_000_000));
        assert_eq!(Unit::Rate.parse("1.5k/s"), Ok(1_500_000));
        assert_eq!(Unit::Rate.parse("0.5"), Ok(500));
        assert_eq!(Unit::Time.parse("20ms"), Ok(20_000_000));
        assert_eq!(Unit::Time.parse("3µs"), Ok(3_000));
        assert_eq!(Unit::Time.parse("25.7us"), Ok(25_700));
        assert_eq!(Unit::Bytes.parse("70GiB"), Ok(70 << 30));
        assert_eq!(Unit::Bytes.parse("188.5 KiB"), Ok(193_024));
        assert_eq!(Unit::Count.parse("50k"), Ok(50_000));
        assert_eq!(Unit::Count.parse("1_000"), Ok(1_000));
        assert_eq!(Unit::Time.parse("0"), Ok(0));
    }

    #[test]
    fn refuses_with_what_was_expected() {
        for (unit, text, part) in [
            (Unit::Time, "20", "no unit"),
            (Unit::Time, "20MB", "wrong unit `MB`"),
            (Unit::Bytes, "256Gi", "did you mean `256GiB`?"),
            (Unit::Bytes, "256G", "did you mean `256GiB` or `256GB`?"),
            (Unit::Time, "5m", "did you mean `5min` or `5ms`?"),
            (Unit::Rate, "-5/s", "negative"),
            (Unit::Rate, "NaN", "not a rate"),
            (Unit::Rate, "inf/s", "not a rate"),
            (Unit::Count, "1.5", "finer"),
            (Unit::Count, "99999999999999999999999", "too"),
            (Unit::Bytes, "", "not a size"),
            (Unit::Count, "1.2.3", "not a number"),
        ] {
            let error = unit.parse(text).expect_err("bad input is refused");
            assert!(
                error.contains(part) && error.contains(unit.expected()),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn sizes_are_written_by_one_rule() {
        let written = |bytes| Unit::Bytes.format(bytes);
        let small = [768, 1_024, 4_800, 188 * 1_024 + 512, 512 << 10].map(written);
        assert_eq!(
            small,
            ["768B", "1.024kB", "4.8kB", "193.024kB", "524.288kB"]
        );
        let large = [70_000_000_000, 16 << 30, 4_915 << 20].map(written);
        assert_eq!(large, ["70GB", "16GiB", "4915MiB"]);
    }

    #[test]
    fn a_time_is_in_the_largest_unit_that_it_fills() {
        let times = [
            400_000_000,
            169_956_248,
            13_036_727,
            1_500,
            999,
            2_000_000_001,
            0,
        ];
        let written = times.map(long_time);
        let expected = [
            "400ms",
            "169.956248ms",
            "13.036727ms",
            "1.5us",
            "999ns",
            "2.000000001s",
            "0",
        ];
        assert_eq!(written, expected);
        assert_eq!(written.map(|text| Unit::Time.parse(&text)), times.map(Ok));
    }

    #[test]
    fn what_is_written_reads_back() {
        for unit in [Unit::Count, Unit::Time, Unit::Bytes, Unit::Rate] {
            for value in [0, 1, 7, 999, 1_000, 25_700, 193_024, 70 << 30, u64::MAX / 3] {
                assert_eq!(unit.parse(&unit.format(value)), Ok(value), "{unit:?}");
            }
        }
    }
}
