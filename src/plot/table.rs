//! Rows of a sweep as text: CSV or JSON lines, told apart by the first character.

use std::collections::BTreeMap;

/// Columns and rows; a missing value is empty.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Table {
    /// Names.
    pub columns: Vec<String>,
    /// Rows, each as long as the columns.
    pub rows: Vec<Vec<String>>,
    /// Rows that could not be read: line number and why.
    pub bad: Vec<(usize, String)>,
}

/// The column that says which file a row is of, if there are several.
pub const FILE: &str = "file";

/// The column that says which of several columns a value is of.
pub const MEASURE: &str = "measure";

/// What a column's name says of its unit.
const UNITS: [&str; 4] = ["_per_1000_s", "_bytes_per_s", "_bytes", "_ns"];

impl Table {
    /// Reads rows. What cannot be read is kept apart, the rest is kept.
    pub fn read(text: &str) -> Result<Self, String> {
        if is_report(text) {
            return Err(
                "this is a report (--json) and not rows; plot draws the file of `rcusim run --series FILE`, or the rows \
                 of `rcusim sweep --export-csv FILE`"
                    .to_owned(),
            );
        }
        let table = if text.trim_start().starts_with('{') {
            Self::from_json_lines(text)
        } else {
            Self::from_csv(text)
        };
        if table.columns.is_empty() {
            return Err("there is no header and no row".to_owned());
        }
        if let [only] = &table.columns[..] {
            let first: String = only.chars().take(40).collect();
            return Err(format!(
                "`{first}` is no header of several columns; expected the rows of a sweep (CSV or JSON lines) or of `run --series`"
            ));
        }
        Ok(table)
    }

    /// The index of a column; the message has the nearest name.
    pub fn column(&self, name: &str) -> Result<usize, String> {
        // A key's name, without the unit that the column carries, or its last part.
        let own = |column: &String| {
            let key = UNITS.iter().find_map(|unit| column.strip_suffix(unit));
            let key = key.unwrap_or(column);
            let last = |path: &str| path.rsplit('.').next() == Some(name);
            key == name || last(column) || last(key)
        };
        let found = self.columns.iter().position(|column| column == name);
        found
            .or_else(|| self.columns.iter().position(own))
            .ok_or_else(|| {
                let names = self.columns.iter().map(String::as_str);
                match crate::experiment::nearest(name, names) {
                    Some(near) => format!("no column `{name}`; did you mean `{near}`?"),
                    None => format!("no column `{name}`; there are {}", self.columns.join(", ")),
                }
            })
    }

    /// Whether the rows are samples of one run (`run --series`).
    pub fn is_series(&self) -> bool {
        self.columns.first().is_some_and(|name| name == "t_ns")
    }

    /// The rows of several tables of the same columns, each with its name in the column [`FILE`].
    pub fn joined(tables: Vec<(String, Self)>) -> Result<Self, String> {
        let mut all = Self::default();
        let mut first = String::new();
        for (name, table) in tables {
            let mut columns = table.columns;
            columns.push(FILE.to_owned());
            if all.columns.is_empty() {
                (all.columns, first) = (columns, name.clone());
            } else if all.columns != columns {
                return Err(format!("{first} and {name} have different columns"));
            }
            all.rows.extend(table.rows.into_iter().map(|mut row| {
                row.push(name.clone());
                row
            }));
        }
        Ok(all)
    }

    /// Several columns of one unit under one another: the rows once for each, its name in `measure` and
    /// its values in `value`, with the unit behind it.
    pub fn stacked(&self, columns: &[usize]) -> Result<Self, String> {
        let unit = |at: usize| {
            let name = &self.columns[at];
            UNITS
                .into_iter()
                .find(|unit| name.ends_with(unit))
                .unwrap_or_default()
        };
        let own = columns.first().map_or("", |&at| unit(at));
        if let Some(&other) = columns.iter().find(|&&at| unit(at) != own) {
            let (one, other) = (&self.columns[columns[0]], &self.columns[other]);
            return Err(format!("`{one}` and `{other}` have different units"));
        }
        let mut stacked = Self {
            columns: self.columns.clone(),
            ..Self::default()
        };
        stacked
            .columns
            .extend([MEASURE.to_owned(), format!("value{own}")]);
        for &at in columns {
            stacked.rows.extend(self.rows.iter().map(|row| {
                let mut row = row.clone();
                row.extend([self.columns[at].clone(), row[at].clone()]);
                row
            }));
        }
        Ok(stacked)
    }

    fn from_csv(text: &str) -> Self {
        let mut lines = text.lines().enumerate();
        let mut table = Self {
            columns: lines.next().map_or_else(Vec::new, |(_, line)| cells(line)),
            ..Self::default()
        };
        for (at, line) in lines.filter(|(_, line)| !line.is_empty()) {
            let row = cells(line);
            if row.len() == table.columns.len() {
                table.rows.push(row);
            } else {
                let why = format!("{} values for {} columns", row.len(), table.columns.len());
                table.bad.push((at + 1, why));
            }
        }
        table
    }

    fn from_json_lines(text: &str) -> Self {
        let mut table = Self::default();
        for (at, line) in text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.is_empty())
        {
            match serde_json::from_str::<BTreeMap<String, serde_json::Value>>(line) {
                Ok(object) => {
                    if table.columns.is_empty() {
                        table.columns = keys_as_written(&object, line);
                    }
                    let cell = |name: &String| match object.get(name) {
                        None | Some(serde_json::Value::Null) => String::new(),
                        Some(serde_json::Value::String(text)) => text.clone(),
                        Some(value) => value.to_string(),
                    };
                    table.rows.push(table.columns.iter().map(cell).collect());
                }
                Err(error) => table.bad.push((at + 1, error.to_string())),
            }
        }
        table
    }
}

/// Whether a text is one JSON object with others in it, which no row has.
fn is_report(text: &str) -> bool {
    let object = serde_json::from_str::<BTreeMap<String, serde_json::Value>>(text);
    object.is_ok_and(|object| object.values().any(|v| v.is_object() || v.is_array()))
}

/// An object's keys in the order in which its text has them, as the first swept one leads a picture. A value cannot be
/// mistaken for a key: its quotes are written with a backslash.
fn keys_as_written(object: &BTreeMap<String, serde_json::Value>, text: &str) -> Vec<String> {
    let mut keys: Vec<String> = object.keys().cloned().collect();
    keys.sort_by_key(|key| text.find(&format!("\"{key}\":")));
    keys
}

/// The values of a line of CSV; a quoted one may hold commas and doubled quotes.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(c) = characters.next() {
        let last = cells.last_mut().expect("there is always a last cell");
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                last.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => last.push(c),
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_and_bad_ones_named() {
        let table = Table::read("a,b\n1,\"x, \"\"y\"\"\"\n3\n4,z\n").expect("a header");
        assert_eq!(table.rows, [["1", "x, \"y\""], ["4", "z"]]);
        assert_eq!(table.bad, [(3, "1 values for 2 columns".to_owned())]);
        let table =
            Table::read("{\"a\":1,\"b\":null}\n{\"a\":2,\"b\":\"z\"}\n{\"a\":\n").expect("rows");
        assert_eq!(table.rows, [["1", ""], ["2", "z"]]);
        assert_eq!(table.bad[0].0, 3);
        let table = Table::read("{\"z\":\"\\\"a\\\":\",\"a\":2}\n").expect("a row");
        assert_eq!(table.columns, ["z", "a"]);
        assert_eq!(table.rows, [["\"a\":", "2"]]);
        assert!(Table::read("").is_err());
        let report = "{\n  \"scenario\": \"a\",\n  \"memory\": {\n    \"peak\": 1\n  }\n}\n";
        let why = Table::read(report).expect_err("no rows");
        assert!(
            why.contains("run --series") && why.contains("sweep"),
            "{why}"
        );
        assert!(table.column("c").is_err());
    }
}
