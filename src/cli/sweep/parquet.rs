//! Rows as Parquet, in groups of a fixed number of rows: memory does not depend on how many there
//! are, and the same rows give the same bytes. Whole numbers are unsigned 64-bit, everything else is
//! UTF-8; what may be missing is optional. The columns are those of the CSV, and the file's
//! description of each is in the schema file beside it.

use crate::experiment::rows::Row;
use crate::experiment::sheet::{Cell, Column, Sheet};
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::column::writer::ColumnWriterImpl;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};
use std::io::{self, Write};
use std::sync::Arc;

/// Rows of a group, which are in memory at once.
const GROUP: usize = 16_384;

/// A column's values of the group that is being gathered.
struct Values<T> {
    there: Vec<T>,
    /// For each row of an optional column 1, or 0 if its value is missing.
    levels: Vec<i16>,
}

enum Gathered {
    Integers(Values<i64>),
    Texts(Values<ByteArray>),
}

/// A table in the making.
pub(super) struct Table<'s, W: Write + Send> {
    sheet: &'s Sheet<'s>,
    out: SerializedFileWriter<W>,
    columns: Vec<Gathered>,
    rows: usize,
}

impl<'s, W: Write + Send> Table<'s, W> {
    pub(super) fn new(sheet: &'s Sheet<'s>, out: W) -> io::Result<Self> {
        let properties = WriterProperties::builder()
            .set_created_by(concat!("rcusim ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_compression(Compression::SNAPPY)
            .build();
        let schema = schema(sheet.columns()).map_err(other)?;
        let out = SerializedFileWriter::new(out, schema, Arc::new(properties));
        Ok(Self {
            sheet,
            out: out.map_err(other)?,
            columns: sheet.columns().iter().map(Gathered::empty).collect(),
            rows: 0,
        })
    }

    pub(super) fn row(&mut self, row: &Row) -> io::Result<()> {
        let cells = self.sheet.cells(row);
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.push(cell);
        }
        self.rows += 1;
        if self.rows == GROUP {
            self.group().map_err(other)?;
        }
        Ok(())
    }

    /// Writes what has been gathered.
    fn group(&mut self) -> Result<(), ParquetError> {
        let mut group = self.out.next_row_group()?;
        for (gathered, column) in self.columns.iter_mut().zip(self.sheet.columns()) {
            let optional = column.optional;
            let mut writer = group
                .next_column()?
                .expect("the schema has as many columns");
            match gathered {
                Gathered::Integers(values) => {
                    values.write(writer.typed::<Int64Type>(), optional)?;
                }
                Gathered::Texts(values) => {
                    values.write(writer.typed::<ByteArrayType>(), optional)?;
                }
            }
            writer.close()?;
        }
        self.rows = 0;
        group.close().map(drop)
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        if self.rows > 0 {
            self.group().map_err(other)?;
        }
        self.out.into_inner().map_err(other)
    }
}

impl<T> Values<T> {
    fn empty() -> Self {
        Self {
            there: Vec::new(),
            levels: Vec::new(),
        }
    }

    fn push(&mut self, value: Option<T>) {
        self.levels.push(i16::from(value.is_some()));
        self.there.extend(value);
    }

    fn write<D: DataType<T = T>>(
        &mut self,
        writer: &mut ColumnWriterImpl<'_, D>,
        optional: bool,
    ) -> Result<(), ParquetError>
    where
        T: parquet::data_type::AsBytes,
    {
        let levels = optional.then_some(&self.levels[..]);
        writer.write_batch(&self.there, levels, None)?;
        self.there.clear();
        self.levels.clear();
        Ok(())
    }
}

impl Gathered {
    fn empty(column: &Column) -> Self {
        if column.integer {
            Self::Integers(Values::empty())
        } else {
            Self::Texts(Values::empty())
        }
    }

    fn push(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            // The same 64 bits, which the column's type calls unsigned.
            (Self::Integers(values), Cell::Integer(value)) => {
                values.push(Some(value.cast_signed()));
            }
            (Self::Integers(values), Cell::Missing) => values.push(None),
            (Self::Texts(values), Cell::Text(text)) => {
                values.push(Some(ByteArray::from(&*text)));
            }
            (Self::Texts(values), Cell::Missing) => values.push(None),
            (Self::Integers(_), Cell::Text(_)) | (Self::Texts(_), Cell::Integer(_)) => {
                unreachable!("a cell is of its column's type")
            }
        }
    }
}

fn schema(columns: &[Column]) -> Result<TypePtr, ParquetError> {
    let field = |column: &Column| {
        let (physical, logical) = if column.integer {
            (Physical::INT64, LogicalType::integer(64, false))
        } else {
            (Physical::BYTE_ARRAY, LogicalType::String)
        };
        let repetition = if column.optional {
            Repetition::OPTIONAL
        } else {
            Repetition::REQUIRED
        };
        Type::primitive_type_builder(&column.name, physical)
            .with_logical_type(Some(logical))
            .with_repetition(repetition)
            .build()
            .map(Arc::new)
    };
    let fields = columns.iter().map(field).collect::<Result<Vec<_>, _>>()?;
    let schema = Type::group_type_builder("sweep").with_fields(fields);
    schema.build().map(Arc::new)
}

fn other(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => io::Error::other(inner),
        error => io::Error::other(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Scenario;
    use crate::experiment::Verdict;
    use crate::experiment::axis::Axis;
    use crate::experiment::grid::Grid;
    use crate::experiment::metrics::METRICS;
    use crate::sim::Ended;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;

    fn grid() -> Grid {
        let base = Scenario::builtin("report-6cpu").expect("builtin");
        let axes = ["run.seed=1..40000", "policy=per-call,batch-free"];
        let axes = axes.map(|axis| Axis::parse(axis).expect("valid")).to_vec();
        Grid::new(base, axes, &[], None).expect("valid")
    }

    fn row(point: u64) -> Row {
        Row {
            point,
            replicate: point % 3,
            seed: u64::MAX - point,
            digest: point << 40,
            verdict: Verdict::CannotTell,
            ended: Ended::Done,
            metrics: vec![point.is_multiple_of(2).then_some(u64::MAX - 1); METRICS.len()],
        }
    }

    /// The bytes of a table; values that its column cannot miss are there.
    fn table(grid: &Grid, rows: u64) -> Vec<u8> {
        let sheet = Sheet::new(grid);
        let mut table = Table::new(&sheet, Vec::new()).expect("memory");
        for point in 0..rows {
            let mut row = row(point);
            for (metric, value) in METRICS.iter().zip(&mut row.metrics) {
                let optional = sheet
                    .columns()
                    .iter()
                    .any(|c| c.name == metric.name && c.optional);
                *value = value.or((!optional).then_some(point));
            }
            table.row(&row).expect("memory");
        }
        table.finish().expect("memory")
    }

    #[test]
    fn what_is_written_reads_back_over_several_groups() {
        let grid = grid();
        let rows = 2 * GROUP as u64 + 5;
        let bytes = table(&grid, rows);
        assert_eq!(bytes, table(&grid, rows), "the same rows, the same bytes");
        let path = std::env::temp_dir().join(format!("rcusim-{}.parquet", std::process::id()));
        std::fs::write(&path, bytes).expect("the temporary folder is writable");
        let file = std::fs::File::open(&path).expect("it was written");
        let reader = SerializedFileReader::new(file).expect("Parquet");
        std::fs::remove_file(&path).expect("it was written");
        assert_eq!(reader.metadata().num_row_groups(), 3);
        let mut seen = 0;
        for found in reader.get_row_iter(None).expect("rows") {
            let found = found.expect("a row");
            let fields: Vec<_> = found.get_column_iter().collect();
            let get = |name: &str| {
                let field = fields.iter().find(|(known, _)| *known == name);
                field.unwrap_or_else(|| panic!("{name}")).1.clone()
            };
            assert_eq!(get("point"), Field::ULong(seen));
            assert_eq!(get("seed"), Field::ULong(u64::MAX - seen));
            assert_eq!(get("verdict"), Field::Str("CANNOT TELL".to_owned()));
            let policy = ["per-call", "batch-free"][usize::try_from(seen % 2).expect("small")];
            assert_eq!(get("kernel.policy"), Field::Str(policy.to_owned()));
            let missing = (seen % 2 == 1).then_some(Field::Null);
            let expected = missing.unwrap_or(Field::ULong(u64::MAX - 1));
            assert_eq!(get("out_of_memory_ns"), expected);
            seen += 1;
        }
        assert_eq!(seen, rows);
    }
}
