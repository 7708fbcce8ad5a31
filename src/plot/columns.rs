//! Columns of rows as people read them: the unit is the end of a column's name, and what it is stands with the key or the
//! metric of that name.

use crate::experiment::Key;
use crate::experiment::metrics::Metric;
use crate::models::caches::Cache;

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
    match unit {
        "" => number,
        "1/s" => format!("{number}/s"),
        unit => format!("{number} {unit}"),
    }
}

/// A cell of a column as people read it.
pub fn said(column: Option<&str>, cell: &str) -> String {
    let number = cell.parse().ok().filter(|_| !cell.is_empty());
    number.map_or_else(|| cell.to_owned(), |v| shown(column.unwrap_or_default(), v))
}

/// A column's name without its unit.
pub fn bare(column: &str) -> &str {
    let own = ENDS.iter().find_map(|end| column.strip_suffix(end));
    own.unwrap_or(column)
}

/// Columns of a series that are no metric of a run.
const OF_A_SERIES: [(&str, &str); 15] = [
    ("t_ns", "time since the workload began"),
    ("live", "live namespaces"),
    ("in_use", "namespaces in a container's use"),
    ("on_list", "namespaces on the cleanup list"),
    ("in_batch", "namespaces in cleanup_net()'s batch"),
    ("fqdirs", "fqdirs handed over and not yet freed"),
    ("fqdirs_not_started", "fqdirs that no work has begun with"),
    (
        "fqdirs_destroying",
        "fqdirs whose tables are being destroyed",
    ),
    (
        "fqdirs_destroyed",
        "fqdirs behind the destruction of their tables",
    ),
    ("fqdirs_freed", "fqdirs freed so far"),
    ("inactive", "works of system_wq not started for max_active"),
    (
        "waiting",
        "callers of rcu_barrier() that wait for the mutex",
    ),
    ("blocked", "kworkers blocked inside a work"),
    ("callbacks", "callbacks queued"),
    ("available_bytes", "available memory"),
];

/// What a column is, in words: of a key with its name, of a metric the first clause of its description; of an unknown column
/// its name without the unit.
pub fn words(column: &str) -> String {
    let own = bare(column);
    if let Some(key) = Key::at(own) {
        let end = key.doc.find([';', '(']).unwrap_or(key.doc.len());
        return format!("{} ({own})", short_of(key.doc[..end].trim_end()));
    }
    if let Some(metric) = Metric::find(column) {
        return short_of(&metric.words()).to_owned();
    }
    let of_a_series = OF_A_SERIES.iter().find(|(name, _)| *name == column);
    if let Some((_, words)) = of_a_series {
        return (*words).to_owned();
    }
    match own {
        "drop" => "drop of available memory".to_owned(),
        "seed" => "seed".to_owned(),
        own if column.ends_with("_bytes") && Cache::ALL.iter().any(|c| c.name() == own) => {
            format!("memory held as {own}")
        }
        own => own.to_owned(),
    }
}

/// The same where nothing was created (`workload.arrivals=convoy`): there the calls are works.
pub fn words_of(column: &str, of_works: bool) -> String {
    if of_works && column == "workload.calls" {
        return format!("works in the convoy ({column})");
    }
    words(column)
}

/// A description without what follows its first comma, if it would leave the picture.
fn short_of(words: &str) -> &str {
    match words.split_once(", ") {
        Some((short, _)) if words.len() > 60 => short,
        _ => words,
    }
}

/// What a column is, with its unit.
pub(super) fn title(column: &str, unit: &str) -> String {
    with_unit(&words(column), unit)
}

/// A column's own name, with its unit.
pub(super) fn name(column: &str, unit: &str) -> String {
    with_unit(bare(column), unit)
}

/// A name, which may be none, with a unit, if there is one.
pub(super) fn with_unit(name: &str, unit: &str) -> String {
    match (name, unit) {
        (name, "") => name.to_owned(),
        ("", unit) => format!("[{unit}]"),
        (name, unit) => format!("{name} [{unit}]"),
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
    fn a_column_is_said_in_words() {
        for (column, said) in [
            ("peak_drop_bytes", "largest drop of available memory"),
            ("machine.cpus", "online CPUs (machine.cpus)"),
            (
                "background.rate_per_1000_s",
                "callbacks posted on each CPU from interrupts (background.rate)",
            ),
            (
                "steady_live_milli",
                "mean number of live namespaces after the warm-up",
            ),
            (
                "collapsed",
                "1 if more than half of the namespaces created were alive",
            ),
            ("live", "live namespaces"),
            ("drop_bytes", "drop of available memory"),
            ("sock_inode_cache_bytes", "memory held as sock_inode_cache"),
            ("mine_ns", "mine"),
        ] {
            assert_eq!(words(column), said, "{column}");
        }
        let calls = [false, true].map(|of_works| words_of("workload.calls", of_works));
        let said = ["namespaces to create in all", "works in the convoy"];
        assert_eq!(calls, said.map(|said| format!("{said} (workload.calls)")));
        assert_eq!(
            title("peak_drop_bytes", "GB"),
            "largest drop of available memory [GB]"
        );
    }

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
        assert_eq!(shown("workload.rate_per_1000_s", 8e5), "800/s");
        assert_eq!(named("machine.cpus", 40.0), "machine.cpus");
    }
}
