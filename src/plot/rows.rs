//! What to draw of a table of rows, and which rows stand together.

use super::columns::bare;
use super::table::{FILE, MEASURE, Table};
use crate::experiment::metrics::Metric;
use crate::stats::LEVEL;
use crate::stats::distribution::{Distribution, describe};
use std::collections::{BTreeMap, BTreeSet};

/// What is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Means with intervals, joined.
    Lines,
    /// The mean as a colour over x and by.
    Heat,
    /// Every run as a dot, medians joined, theory dashed.
    Hockey,
    /// The share of runs up to each value.
    Ecdf,
    /// A panel for each value of by.
    Multiples,
}

/// What to draw of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// What is drawn.
    pub kind: Kind,
    /// Column to the right (not of an ECDF).
    pub x: String,
    /// What that is, in words.
    pub x_words: String,
    /// Column that is measured.
    pub y: String,
    /// Column that tells series, panels or rows apart.
    pub by: Option<String>,
    /// Whether x is logarithmic.
    pub log_x: bool,
    /// Whether y is, of lines, hockey sticks and multiples.
    pub log_y: bool,
    /// Whether the rows are samples of one run over time.
    pub is_series: bool,
    /// Swept columns that are neither x nor by: what is drawn mixes their values.
    pub mixed: Vec<String>,
    /// Runs that the horizon cut off, and all; none if none was.
    pub cut_off: Option<(usize, usize)>,
    /// Title.
    pub title: String,
    /// The command that makes it.
    pub caption: String,
}

impl Choice {
    /// What marks mean, and what must be known of the rows.
    pub(super) fn note(&self, marks: &str) -> String {
        let mixed = Some(self.mixed_keys()).filter(|keys| !keys.is_empty());
        let mixed = mixed.map(|keys| format!("MIXED over {keys}"));
        let parts = [Some(marks.to_owned()), mixed, self.cut_off_told()];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }

    /// Whether several columns were measured, told apart by their names.
    pub(super) fn is_of_several(&self) -> bool {
        self.by.as_deref() == Some(MEASURE)
    }

    /// The key whose values tell series apart; nothing where they are names of files or columns, which say that themselves.
    pub(super) fn told_apart(&self) -> String {
        let by = self.by.as_deref().unwrap_or_default();
        match by {
            FILE | MEASURE => String::new(),
            key => bare(key).to_owned(),
        }
    }

    /// The keys that are mixed, as people write them.
    pub fn mixed_keys(&self) -> String {
        let keys: Vec<&str> = self.mixed.iter().map(|column| bare(column)).collect();
        keys.join(", ")
    }

    /// How many runs the horizon cut off.
    pub fn cut_off_told(&self) -> Option<String> {
        let (cut, all) = self.cut_off?;
        Some(format!("{cut} of {all} runs were cut off at the horizon"))
    }
}

/// Rows that stand together.
#[derive(Clone, PartialEq, Debug)]
pub struct Group {
    /// Value of by.
    pub by: String,
    /// Value of x as written.
    pub x: String,
    /// The measured values.
    pub values: Vec<f64>,
}

/// The groups in the order in which they first appear. Rows without a measured value are left out.
pub fn groups(table: &Table, choice: &Choice) -> Result<Vec<Group>, String> {
    let y = table.column(&choice.y)?;
    let x = match choice.kind {
        Kind::Ecdf => None,
        _ => Some(table.column(&choice.x)?),
    };
    let by = choice.by.as_ref().map(|by| table.column(by)).transpose()?;
    let mut groups: Vec<Group> = Vec::new();
    let mut places = BTreeMap::new();
    for row in &table.rows {
        let cell = |at: Option<usize>| at.map_or("", |at| row[at].as_str());
        let Some(value) = number(&choice.y, &row[y]) else {
            continue;
        };
        let (by, x) = (cell(by), cell(x));
        let at = *places.entry((by, x)).or_insert_with(|| {
            groups.push(Group {
                by: by.to_owned(),
                x: x.to_owned(),
                values: Vec::new(),
            });
            groups.len() - 1
        });
        groups[at].values.push(value);
    }
    if groups.is_empty() {
        return Err(format!("no row has a number in `{}`", choice.y));
    }
    Ok(groups)
}

/// Rows that have no value in the measured column, and those that have one which it cannot have: no finite number, or a negative
/// one of what is counted.
pub fn without_value(table: &Table, choice: &Choice) -> Result<[usize; 2], String> {
    let y = table.column(&choice.y)?;
    let mut counts = [0; 2];
    let cells = table.rows.iter().map(|row| &row[y]);
    for cell in cells.filter(|cell| number(&choice.y, cell).is_none()) {
        counts[usize::from(cell.parse::<f64>().is_ok())] += 1;
    }
    Ok(counts)
}

/// How many runs the horizon cut off, of all; none if no row says how its run ended.
pub fn cut_off(table: &Table) -> Option<(usize, usize)> {
    let ended = table.column("ended").ok()?;
    let cut = table.rows.iter().filter(|row| row[ended] == "horizon");
    Some((cut.count(), table.rows.len())).filter(|(cut, _)| *cut > 0)
}

/// Whether rows are of works that only call `rcu_barrier()`: none created a namespace.
pub fn are_works(table: &Table) -> bool {
    let calls = table.column("workload.calls").is_ok();
    let created = table.column("created").ok().filter(|_| calls);
    created.is_some_and(|at| table.rows.iter().all(|row| row[at] == "0"))
}

/// Different values in order of appearance.
pub(super) fn different<'g>(
    groups: &'g [Group],
    of: impl Fn(&'g Group) -> &'g str,
) -> Vec<&'g str> {
    let mut seen = BTreeSet::new();
    let all = groups.iter().map(of);
    all.filter(|value| seen.insert(*value)).collect()
}

/// A group as a distribution.
///
/// # Panics
/// If the group has no value.
pub fn described(column: &str, values: &[f64]) -> Distribution {
    let described = describe(values, LEVEL).expect("a group has a value");
    if is_counted(column) {
        described.of_no_negative()
    } else {
        described
    }
}

/// Whether a column is one of our own: all of these are counts, times and sizes, never negative.
fn is_counted(column: &str) -> bool {
    Metric::find(column).is_some()
}

/// The number in a cell of a column, if it can be one of its values.
fn number(column: &str, cell: &str) -> Option<f64> {
    let value: f64 = cell.parse().ok()?;
    let possible = value.is_finite() && (value >= 0.0 || !is_counted(column));
    possible.then_some(value)
}
