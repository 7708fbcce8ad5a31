//! Columns of rows as people read them: the unit is the end of a column's name.

/// A unit that suits values up to `most` of a column, by the end of its name.
pub(super) fn unit(column: &str, most: f64) -> (f64, &'static str) {
    let of = |units: &[(f64, &'static str)]| {
        let fits = units.iter().find(|(factor, _)| most >= *factor);
        fits.or(units.last()).copied().unwrap_or((1.0, ""))
    };
    if column.ends_with("_ns") {
        of(&[(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns")])
    } else if column.contains("_bytes") {
        of(&[(1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")])
    } else if column.ends_with("_per_1000_s") {
        (1e3, "1/s")
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
    column
        .trim_end_matches("_ns")
        .trim_end_matches("_bytes")
        .trim_end_matches("_per_1000_s")
}

pub(super) fn name(column: &str, unit: &str) -> String {
    let short = bare(column);
    if unit.is_empty() {
        column.to_owned()
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
