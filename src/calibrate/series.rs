//! NAME.csv: a row every 100 ms, columns by name.

/// One row. Memory is in KiB, as the kernel prints it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Row {
    /// Seconds since the loop began.
    pub t_s: f64,
    /// Calls done.
    pub done: u64,
    /// `MemAvailable`.
    pub available_kib: u64,
    /// Active `net_namespace` objects; SLUB counts in steps.
    pub netns: Option<u64>,
    /// kworkers in D state.
    pub blocked: Option<u64>,
    /// kworkers in all.
    pub kworkers: Option<u64>,
}

/// A time series.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// The rows, at least one.
    pub rows: Vec<Row>,
    /// Rows that could not be read, the last, cut one among them.
    pub skipped: u64,
}

/// Where the columns are.
struct Columns {
    t: usize,
    done: usize,
    available: usize,
    netns: Option<usize>,
    blocked: Option<usize>,
    kworkers: Option<usize>,
}

impl Columns {
    fn find(header: &str) -> Result<Self, String> {
        let names: Vec<&str> = header.trim().split(',').map(str::trim).collect();
        let at = |wanted: &str| names.iter().position(|name| *name == wanted);
        let needed = |wanted: &str| {
            at(wanted).ok_or_else(|| {
                format!("line 1: no column `{wanted}`; expected t_s, done and MemAvailable_kb")
            })
        };
        Ok(Self {
            t: needed("t_s")?,
            done: needed("done")?,
            available: needed("MemAvailable_kb")?,
            netns: at("netns_active"),
            blocked: at("kworkers_D"),
            kworkers: at("kworkers"),
        })
    }

    fn row(&self, line: &str) -> Option<Row> {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let count = |at: usize| fields.get(at)?.parse::<u64>().ok();
        let t_s: f64 = fields.get(self.t)?.parse().ok()?;
        (t_s.is_finite() && t_s >= 0.0).then_some(())?;
        Some(Row {
            t_s,
            done: count(self.done)?,
            available_kib: count(self.available)?,
            netns: self.netns.and_then(count),
            blocked: self.blocked.and_then(count),
            kworkers: self.kworkers.and_then(count),
        })
    }
}

impl Series {
    /// Reads the text of a CSV file.
    ///
    /// # Errors
    ///
    /// If a column is missing or no row can be read; the message names the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.lines();
        let columns = Columns::find(lines.next().unwrap_or(""))?;
        let mut series = Self::default();
        for line in lines.filter(|line| !line.trim().is_empty()) {
            match columns.row(line) {
                Some(row) => series.rows.push(row),
                None => series.skipped += 1,
            }
        }
        if series.rows.is_empty() {
            return Err("line 2: no row of numbers follows the header".to_owned());
        }
        Ok(series)
    }

    /// The first row.
    ///
    /// # Panics
    /// Never: a series has a row.
    pub fn first(&self) -> Row {
        self.rows[0]
    }

    /// The last row.
    ///
    /// # Panics
    /// Never: a series has a row.
    pub fn last(&self) -> Row {
        self.rows[self.rows.len() - 1]
    }

    /// Memory lost since the first row, in MiB; negative if more is available.
    pub fn drop_mib(&self, row: &Row) -> f64 {
        let kib = |row: &Row| super::numbers::float(row.available_kib);
        (kib(&self.first()) - kib(row)) / 1_024.0
    }

    /// Memory lost over time: seconds and MiB.
    pub fn curve(&self) -> Vec<(f64, f64)> {
        let point = |row: &Row| (row.t_s, self.drop_mib(row));
        self.rows.iter().map(point).collect()
    }

    /// When the last call was done, in seconds.
    pub fn loop_s(&self) -> Option<f64> {
        let all = self.rows.iter().map(|row| row.done).max()?;
        self.rows.iter().find(|row| row.done == all).map(|r| r.t_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name_and_a_cut_row_is_counted() {
        let text = "done,t_s,MemAvailable_kb,kworkers_D\n0,0.0,2048,0\n5,0.1,1024,3\n9,0.2";
        let series = Series::parse(text).expect("two rows");
        assert_eq!((series.rows.len(), series.skipped), (2, 1));
        assert_eq!(series.last().blocked, Some(3));
        assert_eq!(series.last().netns, None);
        assert!((series.drop_mib(&series.last()) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = Series::parse("t_s,MemAvailable_kb\n").expect_err("no `done`");
        assert!(
            error.contains("`done`") && error.contains("line 1"),
            "{error}"
        );
        assert!(Series::parse("t_s,done,MemAvailable_kb\n").is_err());
        assert!(Series::parse("").is_err());
    }
}
