//! Pictures of outcomes: plain data in, an SVG and a PNG out. The only place that names `plotters`.

mod axes;
mod chart;
mod colors;
mod columns;
mod customers;
mod ecdf;
mod frame;
mod heat;
mod labels;
mod lines;
mod memory;
mod panel;
mod recorded;
mod region;
mod room;
mod rows;
pub mod sweep;
pub mod table;
mod trace;
mod validation;
mod waits;

pub use customers::{Convoy, customers};
pub use memory::{Mark, Memory, memory};
pub use panel::{Panel, Panels, Scale, Series, panels, round_ticks};
pub use recorded::{Recording, recorded};
pub use region::{RegionCell, RegionChart, region};
pub use trace::trace;
pub use validation::{Curves, validation};
pub use waits::waits;

use crate::models::params::DestroyPolicy;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Family name given to the embedded font; an SVG viewer falls back on its own sans-serif.
const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";
/// The PNG has this many pixels for each unit of the SVG.
const PNG_SCALE: u32 = 2;
/// Colour of text.
const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
/// Colour of axes and second-rank text.
const GREY: RGBColor = RGBColor(0x77, 0x77, 0x77);
/// Okabe and Ito's colours: told apart by nearly everyone.
const PALETTE: [RGBColor; 6] = [
    RGBColor(0xD5, 0x5E, 0x00),
    RGBColor(0xE6, 0x9F, 0x00),
    RGBColor(0xCC, 0x79, 0xA7),
    RGBColor(0x00, 0x72, 0xB2),
    RGBColor(0x56, 0xB4, 0xE9),
    RGBColor(0x00, 0x9E, 0x73),
];
/// The palette where nothing has a colour of its own, colours that are far apart first.
const ORDER: [usize; 6] = [3, 0, 5, 2, 4, 1];
const VERMILION: RGBColor = PALETTE[0];
const ORANGE: RGBColor = PALETTE[1];
const PURPLE: RGBColor = PALETTE[2];
const BLUE: RGBColor = PALETTE[3];
const SKY: RGBColor = PALETTE[4];

/// The colour of a destroy policy, in every picture the same.
fn policy_color(name: &str) -> Option<RGBColor> {
    let of = DestroyPolicy::ALL
        .iter()
        .position(|policy| policy.name() == name);
    PALETTE.get(of?).copied()
}

/// One picture in two formats.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Picture {
    /// The text of an SVG file.
    pub svg: String,
    /// The bytes of a PNG file, drawn at twice the size.
    pub png: Vec<u8>,
}

/// Why a picture could not be drawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlotError(String);

impl fmt::Display for PlotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot draw: {}", self.0)
    }
}

impl std::error::Error for PlotError {}

impl PlotError {
    fn new(cause: &impl fmt::Display) -> Self {
        Self(cause.to_string())
    }
}

/// What is drawn on: any backend, and the size of one unit in its pixels.
struct Canvas<'a, DB: DrawingBackend> {
    area: &'a DrawingArea<DB, Shift>,
    scale: u32,
}

/// Something that can be drawn on every backend.
trait Drawing {
    /// Width and height in units.
    fn size(&self) -> (u32, u32);
    /// Draws it.
    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<(), PlotError>;
}

impl<DB: DrawingBackend> Canvas<'_, DB> {
    /// A length in pixels.
    fn px(&self, units: i32) -> i32 {
        units * self.scale.cast_signed()
    }

    /// A text style.
    fn font(&self, size: i32, color: RGBColor) -> TextStyle<'static> {
        (FAMILY, self.px(size)).into_font().color(&color)
    }

    /// Writes `text` with its left end and middle at a pixel.
    fn text(&self, text: &str, at: (i32, i32), style: &TextStyle<'_>) -> Result<(), PlotError> {
        use plotters::style::text_anchor::{HPos, Pos, VPos};
        let style = style.pos(Pos::new(HPos::Left, VPos::Center));
        self.area
            .draw(&Text::new(text.to_string(), at, style))
            .map_err(|e| PlotError::new(&e))
    }

    /// The picture's title: smaller where it would leave the picture, and cut where that is not enough.
    fn title(&self, title: &str) -> Result<(), PlotError> {
        let room = self.area.dim_in_pixel().0.cast_signed() - self.px(32);
        let mut size = 17;
        while size > 10 && self.width(title, &self.font(size, INK))? > room {
            size -= 1;
        }
        let style = self.font(size, INK);
        let mut text = title.to_owned();
        while self.width(&text, &style)? > room && text.chars().count() > 1 {
            let kept = text.trim_end_matches('…').chars().count() - 1;
            text = text.chars().take(kept).chain(['…']).collect();
        }
        self.text(&text, (self.px(16), self.px(20)), &style)
    }

    /// How wide a text is in pixels.
    fn width(&self, text: &str, style: &TextStyle<'_>) -> Result<i32, PlotError> {
        let size = self.area.estimate_text_size(text, style);
        Ok(size.map_err(|e| PlotError::new(&e))?.0.cast_signed())
    }

    /// Writes a legend from the left: a square of the colour and its meaning.
    fn legend(&self, top: i32, entries: &[(&str, RGBColor)]) -> Result<(), PlotError> {
        self.legend_from(16, top, entries)
    }

    /// The same, from a place in units on.
    fn legend_from(
        &self,
        left: i32,
        top: i32,
        entries: &[(&str, RGBColor)],
    ) -> Result<(), PlotError> {
        let style = self.font(13, INK);
        let (mut x, y, half) = (self.px(left), self.px(top), self.px(5));
        for (text, color) in entries {
            let square = [(x, y - half), (x + 2 * half, y + half)];
            self.area
                .draw(&Rectangle::new(square, color.filled()))
                .map_err(|e| PlotError::new(&e))?;
            x += 3 * half;
            self.text(text, (x, y), &style)?;
            x += self.width(text, &style)? + self.px(18);
        }
        Ok(())
    }
}

/// Draws it in both formats.
fn render(drawing: &impl Drawing) -> Result<Picture, PlotError> {
    static FONT: OnceLock<bool> = OnceLock::new();
    let sans = dejavu::sans::regular();
    if !FONT.get_or_init(|| register_font(FAMILY, FontStyle::Normal, sans).is_ok()) {
        return Err(PlotError("the embedded font is damaged".to_string()));
    }
    let (width, height) = drawing.size();
    let mut svg = String::new();
    on_backend(
        SVGBackend::with_string(&mut svg, (width, height)),
        drawing,
        1,
    )?;
    Ok(Picture {
        svg,
        png: png(drawing, (width * PNG_SCALE, height * PNG_SCALE))?,
    })
}

fn on_backend<DB: DrawingBackend>(
    backend: DB,
    drawing: &impl Drawing,
    scale: u32,
) -> Result<(), PlotError> {
    let area = backend.into_drawing_area();
    area.fill(&WHITE).map_err(|e| PlotError::new(&e))?;
    drawing.draw(&Canvas { area: &area, scale })?;
    area.present().map_err(|e| PlotError::new(&e))
}

/// The PNG's bytes; `plotters` encodes into files only, so through one.
fn png(drawing: &impl Drawing, size: (u32, u32)) -> Result<Vec<u8>, PlotError> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("rcusim-{}-{number}.png", std::process::id());
    let path = std::env::temp_dir().join(name);
    let drawn = on_backend(BitMapBackend::new(&path, size), drawing, PNG_SCALE);
    let bytes = std::fs::read(&path).map_err(|e| PlotError::new(&e));
    // A file that stays behind in the temporary directory does no harm.
    let _ = std::fs::remove_file(&path);
    drawn.and(bytes)
}

/// Integers of a simulation as coordinates.
#[expect(
    clippy::cast_precision_loss,
    reason = "a picture has fewer than 2^53 pixels"
)]
fn float(value: u64) -> f64 {
    value as f64
}

/// Nanoseconds as seconds.
fn seconds(ns: u64) -> f64 {
    float(ns) / 1e9
}
