//! From a scenario to an outcome: inputs with units and provenance, and the verdict on a run.

pub mod axis;
pub mod check;
pub mod comparison;
pub mod edge;
mod error;
pub mod evidence;
pub mod execute;
pub mod expect;
mod fields;
pub mod filter;
pub mod grid;
pub mod header;
pub mod key;
pub mod keys;
mod lookup;
mod machine;
pub mod metrics;
mod names;
pub mod observation;
pub mod pace;
pub mod plan;
pub mod profile;
pub mod queues;
pub mod ranges;
mod reader;
pub mod region;
pub mod release;
pub mod repetition;
pub(crate) mod rounded;
pub mod rows;
pub mod scenario;
pub mod search;
pub mod sheet;
pub mod steady;
pub mod sweep_file;
pub mod units;
pub mod verdict;

pub use error::{Place, ScenarioError};
pub use evidence::Evidence;
pub use expect::{Expectation, Finding};
pub use key::{Key, Kind, Provenance};
pub use keys::KEYS;
#[cfg(feature = "cli")]
pub(crate) use names::nearest;
pub use scenario::Scenario;
pub use verdict::{Judgement, Verdict, judge, judge_evidence};
