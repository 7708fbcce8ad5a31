//! How the rows of a sweep are shown: columns with names, units and meanings, as lines of CSV or JSON.

use super::grid::Grid;
use super::key::Kind;
use super::metrics::METRICS;
use super::rows::{Row, ended};
use super::units::Unit;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::fmt::Write as _;

/// A column of what a sweep exports.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its name; integers have their unit as its end.
    pub name: String,
    /// Whole numbers, otherwise text.
    pub integer: bool,
    /// Whether a value may be missing: empty in CSV, `null` in JSON.
    pub optional: bool,
    /// What it means.
    pub doc: String,
}

/// A value of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell<'s> {
    /// Text.
    Text(Cow<'s, str>),
    /// A whole number.
    Integer(u64),
    /// Nothing.
    Missing,
}

/// How the rows of a sweep are shown.
#[derive(Clone, Debug)]
pub struct Sheet<'g> {
    grid: &'g Grid,
    columns: Vec<Column>,
}

impl<'g> Sheet<'g> {
    /// For the rows of `grid`.
    pub fn new(grid: &'g Grid) -> Self {
        let column = |name: &str, integer: bool, doc: &str| Column {
            name: name.to_owned(),
            integer,
            optional: false,
            doc: doc.to_owned(),
        };
        let mut columns = vec![
            column(
                "point",
                true,
                "index of the point in the whole grid, from 0; the last axis varies fastest",
            ),
            column("replicate", true, "number of the repetition, from 0"),
            column("scenario", false, "the scenario that was varied"),
            column("version", false, "the program's version"),
        ];
        columns.extend(grid.axes().iter().map(|axis| {
            let integer = matches!(axis.key.kind, Kind::Number(_));
            column(&column_of(axis.key), integer, axis.key.doc)
        }));
        columns.extend([
            column("seed", true, "seed of the run (run.seed)"),
            column(
                "verdict",
                false,
                "STABLE, UNSTABLE or CANNOT TELL: did the backlog still grow? DOES NOT APPLY without namespaces",
            ),
            column(
                "digest",
                false,
                "digest of the event stream, 16 hexadecimal digits",
            ),
            column(
                "ended",
                false,
                "why the run ended: done, quiescent, deadlock, horizon, budget or out_of_memory",
            ),
        ]);
        columns.extend(METRICS.iter().map(|metric| Column {
            optional: metric.doc.contains("; none "),
            ..column(metric.name, true, metric.doc)
        }));
        Self { grid, columns }
    }

    /// The columns in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// A row's values, as many as there are columns.
    pub fn cells<'s>(&'s self, row: &'s Row) -> Vec<Cell<'s>> {
        let text = |text: &'s str| Cell::Text(Cow::Borrowed(text));
        let mut cells = Vec::with_capacity(self.columns.len());
        cells.extend([
            Cell::Integer(row.point),
            Cell::Integer(row.replicate),
            text(&self.grid.base().name),
            text(env!("CARGO_PKG_VERSION")),
        ]);
        let point = self.grid.point(row.point);
        let values = self.grid.axes().iter().zip(&point.values);
        cells.extend(values.map(|(axis, &value)| match axis.key.kind {
            Kind::Number(_) => Cell::Integer(value),
            Kind::Flag | Kind::Names(_) => Cell::Text(Cow::Owned(axis.key.format(value))),
        }));
        cells.extend([
            Cell::Integer(row.seed),
            text(row.verdict.name()),
            Cell::Text(Cow::Owned(format!("{:016x}", row.digest))),
            text(ended(row.ended)),
        ]);
        let metrics = row.metrics.iter();
        cells.extend(metrics.map(|metric| metric.map_or(Cell::Missing, Cell::Integer)));
        cells
    }

    /// The first line of CSV, with its end.
    pub fn csv_header(&self) -> String {
        let names = self.columns.iter().map(|column| csv_text(&column.name));
        names.collect::<Vec<_>>().join(",") + "\n"
    }

    /// A row as a line of CSV, with its end.
    ///
    /// # Panics
    /// Never: a string takes all that is written.
    pub fn csv(&self, row: &Row) -> String {
        let mut line = String::with_capacity(512);
        for cell in self.cells(row) {
            match cell {
                Cell::Text(text) => line.push_str(&csv_text(&text)),
                Cell::Integer(value) => {
                    write!(line, "{value}").expect("a string takes all that is written");
                }
                Cell::Missing => {}
            }
            line.push(',');
        }
        line.pop();
        line.push('\n');
        line
    }

    /// A row as a JSON object on one line, with its end.
    ///
    /// # Panics
    /// Never: a string takes all that is written.
    pub fn jsonl(&self, row: &Row) -> String {
        let mut line = String::with_capacity(1024);
        for (column, cell) in self.columns.iter().zip(self.cells(row)) {
            line.push(if line.is_empty() { '{' } else { ',' });
            let value = match cell {
                Cell::Text(text) => json!(text),
                Cell::Integer(value) => json!(value),
                Cell::Missing => Value::Null,
            };
            write!(line, "{}:{value}", json!(column.name))
                .expect("a string takes all that is written");
        }
        line.push_str("}\n");
        line
    }

    /// What the columns mean, as JSON.
    pub fn schema(&self) -> Value {
        let columns = self.columns.iter().map(|column| {
            let mut entry = Map::new();
            entry.insert("name".to_owned(), json!(column.name));
            let kind = if column.integer { "integer" } else { "string" };
            entry.insert("type".to_owned(), json!(kind));
            entry.insert("optional".to_owned(), json!(column.optional));
            entry.insert("description".to_owned(), json!(column.doc));
            Value::Object(entry)
        });
        Value::Array(columns.collect())
    }
}

/// The column of a key's values: its path, and the unit of raw values.
pub fn column_of(key: &super::key::Key) -> String {
    let unit = match key.kind {
        Kind::Number(unit) => suffix(unit),
        Kind::Flag | Kind::Names(_) => "",
    };
    format!("{}{unit}", key.path)
}

/// What a column of raw values is named after.
const fn suffix(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "",
        Unit::Time => "_ns",
        Unit::Bytes => "_bytes",
        Unit::Rate => "_per_1000_s",
    }
}

/// Text as CSV has it (RFC 4180).
fn csv_text(text: &str) -> Cow<'_, str> {
    if text.contains([',', '"', '\n', '\r']) {
        return Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")));
    }
    Cow::Borrowed(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Scenario;
    use crate::experiment::axis::Axis;
    use crate::models::simulate;

    fn grid() -> Grid {
        let mut base = Scenario::builtin("report-6cpu").expect("builtin");
        for (key, value) in [("workload.calls", "20"), ("run.horizon", "2s")] {
            base.set(key, value).expect("valid");
        }
        base.name = "a, \"b\"".to_owned();
        let axes = [
            "kernel.policy=per-call,batch-free",
            "costs.ipi=1us,2us",
            "links.gp_floor=on",
        ];
        let axes = axes.map(|axis| Axis::parse(axis).expect("valid")).to_vec();
        Grid::new(base, axes, &[], None).expect("valid")
    }

    fn row(grid: &Grid, index: u64) -> Row {
        let (point, params) = grid
            .points(index..index + 1)
            .next()
            .expect("there")
            .expect("valid");
        Row::of(point.index, 3, &params, &simulate(&params))
    }

    #[test]
    fn csv_and_json_say_the_same() {
        let grid = grid();
        let sheet = Sheet::new(&grid);
        let row = row(&grid, 3);
        let header = sheet.csv_header();
        assert!(header.starts_with(
            "point,replicate,scenario,version,kernel.policy,costs.ipi_ns,links.gp_floor,seed,verdict,digest,ended,events,"
        ));
        let csv = sheet.csv(&row);
        let start = format!(
            "3,3,\"a, \"\"b\"\"\",{},batch-free,2000,true,1,",
            env!("CARGO_PKG_VERSION")
        );
        assert!(csv.starts_with(&start), "{csv}");
        let json: Value = serde_json::from_str(&sheet.jsonl(&row)).expect("JSON");
        assert_eq!(json["scenario"], "a, \"b\"");
        assert_eq!(json["costs.ipi_ns"], 2000);
        assert_eq!(json["out_of_memory_ns"], Value::Null);
        assert_eq!(json.as_object().map(Map::len), Some(sheet.columns().len()));
        let missing = sheet
            .cells(&row)
            .iter()
            .zip(sheet.columns())
            .all(|(cell, column)| *cell != Cell::Missing || column.optional);
        assert!(missing, "only optional columns miss a value");
    }
}
