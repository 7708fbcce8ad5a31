//! Colours for quantities: viridis, which reads in grey and for nearly all eyes.

use plotters::prelude::*;

/// Viridis at eleven places, from 0 to 1.
const VIRIDIS: [(u8, u8, u8); 11] = [
    (68, 1, 84),
    (72, 36, 117),
    (65, 68, 135),
    (53, 95, 141),
    (42, 120, 142),
    (33, 145, 140),
    (34, 168, 132),
    (68, 191, 112),
    (122, 209, 81),
    (189, 223, 38),
    (253, 231, 37),
];

/// Three parts of white to one of a colour.
pub(super) fn pale(color: RGBColor) -> RGBColor {
    let pale = |c: u8| 191 + c / 4;
    RGBColor(pale(color.0), pale(color.1), pale(color.2))
}

/// The colour of a share between 0 and 1, dark for none.
pub(super) fn share_color(share: f64) -> RGBColor {
    let at = share.clamp(0.0, 1.0) * 10.0;
    let index = crate::stats::convert::whole(at).min(9);
    let part = at - crate::stats::convert::count(index);
    let (a, b) = (VIRIDIS[index], VIRIDIS[index + 1]);
    let mix = |from: u8, to: u8| {
        let value = f64::from(from) + (f64::from(to) - f64::from(from)) * part;
        u8::try_from(crate::stats::convert::whole(value + 0.5)).unwrap_or(u8::MAX)
    };
    RGBColor(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

/// White or black, whichever is read on a colour.
pub(super) fn text_on(color: RGBColor) -> RGBColor {
    let light = u32::from(color.0) * 3 + u32::from(color.1) * 6 + u32::from(color.2);
    if light > 1_300 { BLACK } else { WHITE }
}
