//! Charts of rows: of a sweep's, or of one run's series.

pub use super::columns::{bare, said, shown, words, words_of};
use super::ecdf::ecdf;
pub use super::heat::axis;
use super::heat::heat;
use super::lines::lines;
use super::panel::panels;
use super::region::region;
pub use super::rows::{Choice, Group, Kind, are_works, cut_off, described, groups, without_value};
use super::table::Table;
use super::{Picture, PlotError};

/// Draws a chart.
pub fn chart(table: &Table, choice: &Choice) -> Result<Picture, String> {
    let groups = groups(table, choice)?;
    let draw = |result: Result<Picture, PlotError>| result.map_err(|error| error.to_string());
    match choice.kind {
        Kind::Heat => draw(region(&heat(&groups, choice))),
        Kind::Ecdf => draw(panels(&ecdf(&groups, choice))),
        Kind::Lines | Kind::Hockey | Kind::Multiples => {
            draw(panels(&lines(table, &groups, choice)?))
        }
    }
}
