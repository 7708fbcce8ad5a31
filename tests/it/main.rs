//! The one integration test binary: a list of modules, nothing else.

mod accounting;
mod allocations;
mod analyze;
mod analyze_input;
mod architecture;
mod bad_input;
mod benches;
mod checks;
mod cli;
mod convoy;
mod determinism;
mod examples;
mod expect;
mod figures;
mod first_use;
mod fit;
mod fuzz;
mod help;
mod hogs;
#[cfg(target_os = "linux")]
mod interrupt;
mod json_schema;
mod mechanisms;
mod memory;
mod mutations;
mod on_machine;
mod overload;
mod properties;
mod readme;
mod readme_figures;
#[cfg(target_os = "linux")]
mod record;
mod recorded;
mod records;
mod round_trip;
mod scenario;
mod schema;
mod schema_files;
mod schemas;
mod statistics;
mod support;
mod sweep;
mod ties;
mod trace;
mod validate;
mod validation_table;
