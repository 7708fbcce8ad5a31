//! The mean as a colour over two columns.

use super::columns::{name, short, title, unit};
use super::region::{RegionCell, RegionChart};
use super::rows::{Choice, Group, described, different};

/// Name and values of an axis: numbers in one unit, which stands with the name.
pub fn axis(values: &[&str], column: &str) -> (String, Vec<String>) {
    let numbers: Option<Vec<f64>> = values.iter().map(|value| value.parse().ok()).collect();
    let Some(numbers) = numbers else {
        let values = values.iter().map(|&value| value.to_owned());
        return (column.to_owned(), values.collect());
    };
    let (factor, unit) = unit(column, numbers.iter().copied().fold(0.0, f64::max));
    let texts = numbers.iter().map(|value| short(value / factor));
    (name(column, unit), texts.collect())
}

/// The same with the name in words.
fn said(values: &[&str], column: &str) -> (String, Vec<String>) {
    let (short, values) = axis(values, column);
    let unit = short
        .rsplit_once(" [")
        .map_or("", |(_, unit)| unit.trim_end_matches(']'));
    (title(column, unit), values)
}

/// The chart.
pub(super) fn heat(groups: &[Group], choice: &Choice) -> RegionChart {
    let (xs, ys) = (different(groups, |g| &g.x), different(groups, |g| &g.by));
    let means: Vec<f64> = groups
        .iter()
        .map(|g| described(&choice.y, &g.values).moments.mean)
        .collect();
    let (low, high) = (
        means.iter().copied().fold(f64::INFINITY, f64::min),
        means.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    );
    let (factor, unit) = unit(&choice.y, high);
    let level = |mean: f64| {
        if high > low {
            (mean - low) / (high - low)
        } else {
            0.5
        }
    };
    let cell = |x: &str, y: &str| {
        let found = groups.iter().position(|g| g.x == x && g.by == y);
        RegionCell {
            share: found.map(|at| level(means[at])),
            fails: None,
            unclear: false,
            text: found.map_or_else(String::new, |at| short(means[at] / factor)),
        }
    };
    let row = |y: &&str| xs.iter().map(|x| cell(x, y)).collect();
    let by = choice.by.clone().unwrap_or_default();
    let legend = [(low, 0.0), (f64::midpoint(low, high), 0.5), (high, 1.0)]
        .map(|(value, level)| (format!("{} {unit}", short(value / factor)), level));
    RegionChart {
        title: choice.title.clone(),
        x: said(&xs, &choice.x),
        y: said(&ys, &by),
        cells: ys.iter().map(row).collect(),
        legend: legend.to_vec(),
        inferred: false,
        caption: choice.caption.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::axis;

    #[test]
    fn an_axis_has_one_unit() {
        let (name, values) = axis(&["500000", "2000000"], "costs.unshare_ns");
        assert_eq!(name, "costs.unshare [ms]");
        assert_eq!(values, ["0.5", "2"]);
        let (name, values) = axis(&["mutex", "wait-queue"], "kernel.barrier");
        assert_eq!(name, "kernel.barrier");
        assert_eq!(values, ["mutex", "wait-queue"]);
    }
}
