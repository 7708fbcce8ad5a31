//! A metric's value as people read it: the unit is the end of the metric's name.

use super::count;
use crate::experiment::metrics::Metric;
use crate::stats::convert::whole64;
use crate::stats::interval::Interval;

const TIME: &[(f64, &str)] = &[(1e9, " s"), (1e6, " ms"), (1e3, " µs"), (1.0, " ns")];
const SIZE: &[(f64, &str)] = &[(1e9, " GB"), (1e6, " MB"), (1e3, " kB"), (1.0, " B")];
const RATE: &[(f64, &str)] = &[
    (1e9, " GB/s"),
    (1e6, " MB/s"),
    (1e3, " kB/s"),
    (1.0, " B/s"),
];

const ARRIVALS: &[(f64, &str)] = &[(1e3, "/s")];
const THOUSANDTHS: &[(f64, &str)] = &[(1e3, "")];

/// The units of a metric, the largest first; none for a plain number.
fn units(name: &str) -> &'static [(f64, &'static str)] {
    if name.ends_with("_bytes_per_s") {
        RATE
    } else if name.ends_with("_bytes") {
        SIZE
    } else if name.ends_with("_ns") {
        TIME
    } else if name.ends_with("_per_1000_s") {
        ARRIVALS
    } else if name.ends_with("_milli") {
        THOUSANDTHS
    } else {
        &[]
    }
}

/// The largest unit that a value of this size reaches.
fn unit(name: &str, size: f64) -> (f64, &'static str) {
    let units = units(name);
    let fits = units.iter().find(|(factor, _)| size >= *factor);
    fits.or(units.last()).copied().unwrap_or((1.0, ""))
}

/// Three digits that count, more before the point if there are.
fn digits(value: f64) -> String {
    let size = value.abs();
    let text = match size {
        1_000.0.. => count(whole64(libm::round(size))),
        100.0.. => format!("{size:.0}"),
        10.0.. => format!("{size:.1}"),
        1.0.. => format!("{size:.2}"),
        _ if size < 5e-4 => "0".to_owned(),
        _ => format!("{size:.3}"),
    };
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    };
    if value < 0.0 && text != "0" {
        format!("-{text}")
    } else {
        text
    }
}

/// A unit for all values of a column, the largest of which has this size.
#[derive(Clone, Copy)]
pub(crate) struct Common(f64, &'static str);

impl Common {
    pub(crate) fn of(metric: &Metric, size: f64) -> Self {
        let (factor, name) = unit(metric.name, size);
        Self(factor, name)
    }

    /// One value.
    pub(crate) fn value(self, value: f64) -> String {
        format!("{}{}", digits(value / self.0), self.1)
    }

    /// A value and what it may be, to two digits of the interval's half.
    pub(crate) fn estimate(self, best: f64, interval: Option<Interval>) -> String {
        let Some(interval) = interval else {
            return self.value(best);
        };
        let values = [best, interval.low, interval.high].map(|v| v / self.0);
        let [best, low, high] = alike(values);
        format!("{best}{} ({low} to {high})", self.1)
    }
}

/// One value.
pub(crate) fn value(metric: &Metric, value: f64) -> String {
    Common::of(metric, value.abs()).value(value)
}

/// A value and what it may be, in one unit: `18.1 GB (17.2 to 19.0)`, to two digits of the
/// interval's half.
pub(crate) fn estimate(metric: &Metric, best: f64, interval: Option<Interval>) -> String {
    let Some(interval) = interval else {
        return value(metric, best);
    };
    let size = best.abs().max(interval.low.abs()).max(interval.high.abs());
    Common::of(metric, size).estimate(best, Some(interval))
}

/// A value with its limits, each with as many decimals as show two digits of their distance.
fn alike(values: [f64; 3]) -> [String; 3] {
    let half = 0.5 * (values[2] - values[1]);
    if half <= 0.0 {
        return values.map(digits);
    }
    let decimals = whole64((1.0 - libm::log10(half).floor()).clamp(0.0, 6.0));
    if decimals == 0 {
        return values.map(digits);
    }
    let decimals = usize::try_from(decimals).unwrap_or(0);
    values.map(|v| format!("{v:.decimals$}"))
}

/// A ratio and what it may be.
pub(crate) fn ratio(best: f64, interval: Option<Interval>) -> String {
    let short = |value: f64| {
        if value.abs() < 1e-3 && value.abs() > 0.0 {
            format!("{value:.1e}")
        } else {
            format!("{value:.3}")
        }
    };
    match interval {
        Some(interval) => format!(
            "× {} ({} to {})",
            short(best),
            short(interval.low),
            short(interval.high)
        ),
        None => format!("× {}", short(best)),
    }
}

/// A share in percent: `18 of 20, 68 to 99 %`.
pub(crate) fn share(hits: usize, of: usize, interval: Interval) -> String {
    format!(
        "{hits} of {of} ({:.0} to {:.0} %)",
        100.0 * interval.low,
        100.0 * interval.high
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_well() {
        let bytes = Metric::find("peak_drop_bytes").expect("a metric");
        let time = Metric::find("loop_ns").expect("a metric");
        let plain = Metric::find("steals").expect("a metric");
        assert_eq!(value(bytes, 18.44e9), "18.4 GB");
        assert_eq!(value(time, 1_500.0), "1.5 µs");
        assert_eq!(value(plain, 57_837.4), "57,837");
        assert_eq!(value(plain, -0.0), "0");
        let rate = Metric::find("asked_per_1000_s").expect("a metric");
        assert_eq!(value(rate, 417_000.0), "417/s");
        let mean = Metric::find("steady_live_milli").expect("a metric");
        assert_eq!(value(mean, 584_553.0), "585");
        assert_eq!(value(mean, 500.0), "0.5");
        let interval = Interval {
            low: -2e8,
            high: 1e9,
        };
        assert_eq!(
            estimate(bytes, 4e8, Some(interval)),
            "0.40 GB (-0.20 to 1.00)"
        );
        assert_eq!(ratio(0.0071, None), "× 0.007");
        assert_eq!(ratio(-1.5e-4, None), "× -1.5e-4");
    }
}
