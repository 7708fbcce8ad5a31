//! The axes of a chart of rows: positions of numbers or places of names to the right, measured values
//! upwards, either of them logarithmic if that was asked for.

use super::columns::{name, short, title, unit, with_unit};
use super::panel::{Scale, round_ticks};
use super::rows::{Choice, Group, different};
use crate::stats::convert::count;
use std::collections::BTreeMap;

/// More values than these are not each marked, neither below the axis nor by a circle.
pub(super) const MARKED: usize = 24;

/// Largest value of groups.
pub(super) fn most(groups: &[Group]) -> f64 {
    groups
        .iter()
        .flat_map(|g| &g.values)
        .copied()
        .fold(0.0, f64::max)
}

/// The x axis: positions of numbers, or places of names.
pub(super) struct Across {
    places: BTreeMap<String, f64>,
    /// Whether they are numbers: between names there is nothing that a line could pass through.
    pub(super) is_numeric: bool,
    pub(super) scale: Scale,
}

impl Across {
    /// Where a value of x lies.
    pub(super) fn place(&self, x: &str) -> f64 {
        self.places.get(x).copied().unwrap_or(0.0)
    }

    /// Whether there are so few that each is marked.
    pub(super) fn is_sparse(&self) -> bool {
        self.places.len() <= MARKED
    }
}

/// The axis for the groups' values of x.
pub(super) fn across(groups: &[Group], choice: &Choice) -> Result<Across, String> {
    let names = different(groups, |g| &g.x);
    let numbers: Option<Vec<f64>> = names.iter().map(|x| x.parse().ok()).collect();
    let (factor, unit) = numbers.as_ref().map_or((1.0, ""), |n| {
        unit(&choice.x, n.iter().copied().fold(0.0, f64::max))
    });
    if choice.log_x && numbers.as_ref().is_none_or(|n| n.iter().any(|&v| v <= 0.0)) {
        return Err(format!(
            "`{}` has values that no logarithmic axis takes",
            choice.x
        ));
    }
    let position = |at: usize| match &numbers {
        Some(numbers) if choice.log_x => libm::log10(numbers[at] / factor),
        Some(numbers) => numbers[at] / factor,
        None => count(at),
    };
    let positions: Vec<f64> = (0..names.len()).map(position).collect();
    let low = positions.iter().copied().fold(f64::INFINITY, f64::min);
    let high = positions.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let ticks = match &numbers {
        Some(_) if names.len() > MARKED && choice.log_x => decades(low, high),
        Some(_) if names.len() > MARKED => {
            let ticks = round_ticks(low, high, 8).into_iter();
            ticks.map(|v| (v, short(v))).collect()
        }
        _ => {
            let text = |at: usize| {
                let number = numbers.as_ref().map(|n| short(n[at] / factor));
                number.unwrap_or_else(|| names[at].to_owned())
            };
            let mut ticks: Vec<_> = (0..names.len())
                .map(|at| (positions[at], text(at)))
                .collect();
            ticks.sort_by(|a, b| a.0.total_cmp(&b.0));
            ticks
        }
    };
    let margin = match numbers {
        // Half of the way to where the next name would stand.
        None => 0.5,
        Some(_) if high > low => 0.04 * (high - low),
        Some(_) => 1.0,
    };
    let (low, high) = (low - margin, high + margin);
    let inside = |tick: &(f64, String)| (low..=high).contains(&tick.0);
    let places = names.into_iter().map(str::to_owned).zip(positions);
    Ok(Across {
        places: places.collect(),
        is_numeric: numbers.is_some(),
        scale: Scale {
            name: with_unit(&choice.x_words, unit),
            short: name(&choice.x, unit),
            low,
            high,
            ticks: ticks.into_iter().filter(inside).collect(),
        },
    })
}

/// The y axis: a unit, and whether it is logarithmic.
pub(super) struct Up {
    factor: f64,
    log: bool,
    pub(super) scale: Scale,
}

impl Up {
    /// From zero to above all values of a column.
    pub(super) fn linear(column: &str, most: f64) -> Self {
        let (factor, unit) = unit(column, most);
        let ticks = round_ticks(0.0, (most / factor).max(1e-9) * 1.05, 5);
        let high = ticks.last().copied().unwrap_or(1.0);
        let ticks = ticks.into_iter().map(|v| (v, short(v))).collect();
        let scale = Scale {
            name: title(column, unit),
            short: name(column, unit),
            low: 0.0,
            high,
            ticks,
        };
        Self {
            factor,
            log: false,
            scale,
        }
    }

    /// From the decade below the least of a column's values above zero to the one above the largest.
    pub(super) fn logarithmic(column: &str, values: &[f64]) -> Result<Self, String> {
        let positive = values.iter().copied().filter(|&v| v > 0.0);
        let least = positive.clone().fold(f64::INFINITY, f64::min);
        let most = positive.fold(0.0, f64::max);
        if most <= 0.0 {
            return Err(format!(
                "`{column}` has no value that a logarithmic axis takes"
            ));
        }
        let (factor, unit) = unit(column, most);
        let low = libm::floor(libm::log10(least / factor) + 1e-9);
        let high = libm::ceil(libm::log10(most / factor) - 1e-9).max(low + 1.0);
        let scale = Scale {
            name: title(column, unit),
            short: name(column, unit),
            low,
            high,
            ticks: decades(low, high),
        };
        Ok(Self {
            factor,
            log: true,
            scale,
        })
    }

    /// Where a value lies; nowhere if it is not above zero on a logarithmic axis.
    pub(super) fn at(&self, value: f64) -> Option<f64> {
        if !self.log {
            return Some(value / self.factor);
        }
        (value > 0.0).then(|| libm::log10(value / self.factor))
    }

    /// Where the lower end of an interval lies; at the foot of the axis if nowhere on it.
    pub(super) fn at_or_below(&self, value: f64) -> f64 {
        self.at(value).unwrap_or(self.scale.low)
    }
}

/// Powers of ten between two logarithms; with twice and five times them if these are few.
fn decades(low: f64, high: f64) -> Vec<(f64, String)> {
    let steps: &[f64] = if high - low > 3.0 {
        &[1.0]
    } else {
        &[1.0, 2.0, 5.0]
    };
    let mut ticks = Vec::new();
    let mut decade = libm::floor(low);
    while decade <= high {
        let power = libm::pow(10.0, decade);
        for step in steps {
            let at = decade + libm::log10(*step);
            if (low - 1e-9..=high + 1e-9).contains(&at) {
                ticks.push((at, marked(step * power)));
            }
        }
        decade += 1.0;
    }
    ticks
}

/// A number of a logarithmic axis.
fn marked(value: f64) -> String {
    if (1e-3..1e6).contains(&value) {
        short(value)
    } else {
        format!("{value:.0e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_are_marked() {
        let texts = |low, high| -> Vec<String> {
            decades(low, high)
                .into_iter()
                .map(|(_, text)| text)
                .collect()
        };
        assert_eq!(texts(0.0, 2.0), ["1", "2", "5", "10", "20", "50", "100"]);
        assert_eq!(texts(-5.0, -1.0), ["1e-5", "1e-4", "0.001", "0.01", "0.1"]);
    }

    #[test]
    fn a_logarithmic_axis_holds_what_is_above_zero() {
        let up = Up::logarithmic("live", &[0.0, 3.0, 250.0]).expect("some are");
        assert!((up.scale.low, up.scale.high) == (0.0, 3.0));
        assert_eq!((up.at(0.0), up.at(100.0)), (None, Some(2.0)));
        assert!(Up::logarithmic("live", &[0.0]).is_err());
    }
}
