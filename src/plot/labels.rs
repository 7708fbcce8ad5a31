//! Labels behind the lines of a single panel.

use super::{Canvas, INK, PlotError};
use plotters::prelude::*;

/// Room for labels to the right of a panel, in units.
pub(super) const RIGHT: i32 = 150;

/// A label: the height at which it should stand, its text and its colour.
pub(super) type Label<'s> = (i32, &'s str, RGBColor);

/// What the labels are values of, above them; the last part of a key that would leave the picture.
pub(super) fn heading<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    place: (i32, i32),
    whole: &str,
) -> Result<(), PlotError> {
    let style = canvas.font(13, INK);
    let last = whole.rsplit('.').next().unwrap_or_default();
    let fits = canvas.width(whole, &style)? <= canvas.px(RIGHT - 14);
    canvas.text(if fits { whole } else { last }, place, &style)
}

/// Labels below one another, moved apart and not below the lowest place.
pub(super) fn stand_apart<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    (left, lowest): (i32, i32),
    mut labels: Vec<Label<'_>>,
) -> Result<(), PlotError> {
    labels.sort_by_key(|label| label.0);
    let step = canvas.px(17);
    for at in 1..labels.len() {
        labels[at].0 = labels[at].0.max(labels[at - 1].0 + step);
    }
    let mut limit = lowest;
    for label in labels.iter_mut().rev() {
        label.0 = label.0.min(limit);
        limit = label.0 - step;
    }
    for (y, text, color) in labels {
        canvas.text(text, (left, y), &canvas.font(13, color))?;
    }
    Ok(())
}
