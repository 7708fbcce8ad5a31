//! A histogram as a report has it: `{count, sum, p10, p50, p90, p99, max}`, all in the unit recorded.

pub use crate::sim::Histogram;
use serde::ser::{Serialize, SerializeStruct, Serializer};

impl Serialize for Histogram {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Histogram", 7)?;
        out.serialize_field("count", &self.count())?;
        out.serialize_field("sum", &self.sum())?;
        out.serialize_field("p10", &self.percentile(10))?;
        out.serialize_field("p50", &self.percentile(50))?;
        out.serialize_field("p90", &self.percentile(90))?;
        out.serialize_field("p99", &self.percentile(99))?;
        out.serialize_field("max", &self.max())?;
        out.end()
    }
}
