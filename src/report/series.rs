//! The series as CSV.

use crate::models::outcome::Sample;
use crate::models::params::Params;
use std::fmt::Write as _;

/// One row a sample: times in nanoseconds since the workload began, sizes in bytes. With unlimited
/// memory the available memory is empty.
pub fn csv(params: &Params, series: &[Sample]) -> String {
    let mut out = String::from(
        "t_ns,created,live,on_list,in_batch,fqdirs,inactive,waiting,blocked,callbacks,\
         drop_bytes,available_bytes\n",
    );
    for s in series {
        let available = match params.memory {
            0 => String::new(),
            memory => memory.saturating_sub(s.drop_bytes).to_string(),
        };
        writeln!(
            out,
            "{},{},{},{},{},{},{},{},{},{},{},{available}",
            s.t_ns,
            s.created,
            s.live,
            s.on_list,
            s.in_batch,
            s.fqdirs,
            s.inactive,
            s.waiting,
            s.blocked,
            s.callbacks,
            s.drop_bytes,
        )
        .expect("a string takes all that is written");
    }
    out
}
