//! 二维码 — an address as squares, for an authenticator's camera.

use anyhow::{Context, Result};
use qrcode::{Color, QrCode};
use std::fmt::Write;

/// White squares around it, so that a camera finds it.
const MARGIN: usize = 4;

/// Squares as the path of an SVG, one unit each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Width and height, margin included.
    pub size: usize,
    /// `M4 4h1v1h-1z…`, the dark squares.
    pub path: String,
}

/// The picture of a text.
///
/// # Errors
/// The text is too long for one.
pub fn qr_code(text: &str) -> Result<Picture> {
    let code = QrCode::new(text.as_bytes()).context("the text is too long for a picture")?;
    let width = code.width();
    let mut path = String::new();
    for (place, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (place % width + MARGIN, place / width + MARGIN);
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    Ok(Picture {
        size: width + 2 * MARGIN,
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::qr_code;

    #[test]
    fn an_address_becomes_squares() {
        let picture = qr_code("otpauth://totp/yuqing:li?secret=ABC").expect("a short text");
        // Three corners of seven squares each begin the first row.
        assert!(picture.path.starts_with("M4 4h1v1h-1zM5 4h1v1h-1z"));
        assert!((29..60).contains(&picture.size), "{}", picture.size);
        assert!(qr_code(&"长".repeat(3000)).is_err());
    }
}
