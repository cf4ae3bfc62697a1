//! A chart as a picture, for Word: SVG → PNG.

use super::Chart;
use super::chart;
use super::fonts::Fonts;
use super::typeset;
use anyhow::{Context, Result};
use typst_render::RenderOptions;

/// Dots per point: about 220 to the inch at the width of the text, enough for print.
const SHARPNESS: f64 = 3.0;

const TEMPLATE: &str = "#set page(width: auto, height: auto, margin: 0pt)\n#image(\"chart.svg\")";

/// 图片.
pub struct Picture {
    /// The file.
    pub png: Vec<u8>,
    /// In dots.
    pub width: u32,
    /// In dots.
    pub height: u32,
}

/// Draws with the fonts of this machine.
///
/// # Errors
/// No Chinese font is found.
pub fn picture(drawn: &Chart, fonts: &Fonts) -> Result<Picture> {
    let family = fonts.families()?.hei.join(", ");
    let svg = chart::svg(drawn, &family);
    let document = typeset::pages(TEMPLATE, vec![("chart.svg", svg.into_bytes())], fonts)?;
    let page = document.pages().first().context("a picture has a page")?;
    let options = RenderOptions {
        pixel_per_pt: SHARPNESS.into(),
        ..RenderOptions::default()
    };
    let dots = typst_render::render(page, &options);
    Ok(Picture {
        png: dots.encode_png().context("write the picture of a chart")?,
        width: dots.width(),
        height: dots.height(),
    })
}
