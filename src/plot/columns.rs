//! Columns of rows as people read them: the unit is the end of a column's name.

/// What a column's name says of its unit, at its end.
const ENDS: [&str; 5] = ["_ns", "_bytes_per_s", "_bytes", "_per_1000_s", "_milli"];

/// A unit that suits values up to `most` of a column, by the end of its name.
pub(super) fn unit(column: &str, most: f64) -> (f64, &'static str) {
    let of = |units: &[(f64, &'static str)]| {
        let fits = units.iter().find(|(factor, _)| most >= *factor);
        fits.or(units.last()).copied().unwrap_or((1.0, ""))
    };
    if column.ends_with("_ns") {
        of(&[(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns")])
    } else if column.ends_with("_bytes_per_s") {
        of(&[(1e9, "GB/s"), (1e6, "MB/s"), (1e3, "kB/s"), (1.0, "B/s")])
    } else if column.contains("_bytes") {
        of(&[(1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")])
    } else if column.ends_with("_per_1000_s") {
        (1e3, "1/s")
    } else if column.ends_with("_milli") {
        (1e3, "")
    } else {
        (1.0, "")
    }
}

/// A value of a column as people read it.
pub fn shown(column: &str, value: f64) -> String {
    let (factor, unit) = unit(column, value.abs());
    let number = short(value / factor);
    if unit.is_empty() {
        number
    } else {
        format!("{number} {unit}")
    }
}

/// A cell of a column as people read it.
pub(super) fn said(column: Option<&str>, cell: &str) -> String {
    let number = cell.parse().ok().filter(|_| !cell.is_empty());
    number.map_or_else(|| cell.to_owned(), |v| shown(column.unwrap_or_default(), v))
}

/// A column's name without its unit.
pub(super) fn bare(column: &str) -> &str {
    let own = ENDS.iter().find_map(|end| column.strip_suffix(end));
    own.unwrap_or(column)
}

pub(super) fn name(column: &str, unit: &str) -> String {
    let short = bare(column);
    if unit.is_empty() {
        short.to_owned()
    } else {
        format!("{short} [{unit}]")
    }
}

/// A number as short as it is exact to four digits.
pub(super) fn short(value: f64) -> String {
    let text = match value.abs() {
        100.0.. => format!("{value:.0}"),
        1.0.. => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    };
    if text.contains('.') {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_named_with_its_unit() {
        let named = |column: &str, most: f64| name(column, unit(column, most).1);
        assert_eq!(named("drop_bytes_per_s", 2e8), "drop [MB/s]");
        assert_eq!(named("peak_drop_bytes", 2e9), "peak_drop [GB]");
        assert_eq!(
            named("background.rate_per_1000_s", 4e5),
            "background.rate [1/s]"
        );
        assert_eq!(named("steady_live_milli", 4e5), "steady_live");
        assert_eq!(shown("drop_bytes_per_s", 124e6), "124 MB/s");
        assert_eq!(named("machine.cpus", 40.0), "machine.cpus");
    }
}
