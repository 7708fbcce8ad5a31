//! The model against real kernels: what recordings can tell about a machine, and by how much the model misses them.
//!
//! A [`Recording`] is what ran (NAME.toml), a time series (NAME.csv) and perhaps a trace (NAME.trace.gz). [`setup`] turns it
//! into a scenario, given a machine; [`validation`] sets what was recorded against the spread of many seeds and gives a score
//! over the quantities that nothing was fitted to. [`mod@fit`] makes the machine: from the intervals of a trace it estimates what
//! each step costs, says how sure that is, and what it could not tell.
//!
//! Nothing here is tuned: an estimate is read off a recording and stands whatever the comparison says.

pub mod direction;
pub mod estimate;
mod expedited;
pub mod fit;
mod flavour;
mod kernel;
mod noise;
pub mod note;
pub mod numbers;
pub mod phases;
pub mod quantity;
pub mod rates;
pub mod real;
pub mod recording;
pub mod score;
pub mod series;
pub mod setup;
pub mod simulated;
pub mod steps;
pub mod validation;

pub use fit::{Fit, fit};
pub use note::Note;
pub use recording::Recording;
pub use validation::Validation;
