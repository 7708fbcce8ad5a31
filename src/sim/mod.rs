//! The engine: a pending-event set, a clock and a loop. It knows no kernel word.
//!
//! ```text
//!   schedule ──► EventQueue ──pop──► Model::handle ──► schedule, cancel ...
//!                  (time, class, sequence)   │
//!                                            ├──► Digest of every event
//!                                            └──► trace records, if a Listener is attached
//! ```
//!
//! A [`Model`] is one state machine with one event enum; there is no dynamic dispatch and nothing
//! here reads a clock or a source of entropy.

pub mod digest;
pub mod dist;
pub mod engine;
mod front;
pub mod histogram;
mod ladder;
pub mod model;
pub mod queue;
pub mod rng;
mod shelves;
mod slots;
pub mod time;

pub use digest::Digest;
pub use engine::{Ended, Limits, Setup, Simulation};
pub use histogram::Histogram;
pub use model::{Context, Event, Listener, Model, Waits};
pub use queue::{EventKey, EventQueue, Ties};
pub use rng::{Rng, Seed};
pub use time::{Instant, Span};
