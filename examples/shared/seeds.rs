//! A row of which each cell is the median over five seeds.

use crate::runs::begun;
use rcusim::experiment::metrics::collapsed;
use rcusim::models::outcome::Outcome;

/// Seeds of every cell.
pub(crate) const SEEDS: std::ops::RangeInclusive<u64> = 1..=5;

/// What a run says about the report.
#[derive(Clone, Copy)]
pub(crate) struct Figures {
    drop_bytes: u64,
    calls: usize,
    collapsed: bool,
}

impl Figures {
    pub(crate) fn of(outcome: &Outcome) -> Self {
        Self {
            drop_bytes: outcome.peak_drop_bytes,
            calls: begun(outcome).count(),
            collapsed: collapsed(outcome) == Some(true),
        }
    }
}

fn median<T: Ord + Copy>(values: impl Iterator<Item = T>) -> T {
    let mut sorted: Vec<T> = values.collect();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

#[expect(clippy::cast_precision_loss, reason = "bytes of a machine fit")]
fn cell(figures: &[Figures]) -> String {
    let drop = median(figures.iter().map(|f| f.drop_bytes)) as f64 / 1e9;
    let collapsed = figures.iter().filter(|f| f.collapsed).count();
    format!("{drop:.2} GB, {collapsed} of {} collapse", figures.len())
}

/// The seeds of one run after those of the other; calls are told of the first.
pub(crate) fn row(name: &str, figures: &[Figures]) -> String {
    let seeds = SEEDS.count();
    let calls = median(figures[..seeds].iter().map(|f| f.calls));
    let mut cells: Vec<String> = figures.chunks(seeds).map(cell).collect();
    cells.insert(1, calls.to_string());
    format!("| {name} | {} |", cells.join(" | "))
}
