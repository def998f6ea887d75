//! PNG, and the comparison of two pictures.

use std::{fmt, fs::File, io::BufWriter, path::Path};

use anyhow::{ensure, Context, Result};

/// Writes RGBA pixels, 8 bits each, as a PNG of that width.
pub fn write_png(pixels: &[u8], width: u32, out: &Path) -> Result<()> {
    let row = width as usize * 4;
    ensure!(
        row > 0 && !pixels.is_empty() && pixels.len().is_multiple_of(row),
        "{} bytes are not rows of {width} RGBA pixels",
        pixels.len()
    );
    let file = File::create(out).with_context(|| out.display().to_string())?;
    let mut encoder = png::Encoder::new(BufWriter::new(file), width, (pixels.len() / row) as u32);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(pixels)?;
    Ok(())
}

/// How two pictures differ.
pub struct Comparison {
    pixels: usize,
    differing: usize,
    largest: u8,
}

/// Compares pixel by pixel.
pub fn compare(got: &[u8], expected: &[u8]) -> Result<Comparison> {
    ensure!(
        got.len() == expected.len(),
        "the picture has {} bytes, {} were expected",
        got.len(),
        expected.len()
    );
    let mut comparison = Comparison {
        pixels: got.len() / 4,
        differing: 0,
        largest: 0,
    };
    for (a, b) in got.chunks(4).zip(expected.chunks(4)) {
        if a != b {
            comparison.differing += 1;
            let largest = a
                .iter()
                .zip(b)
                .map(|(a, b)| a.abs_diff(*b))
                .max()
                .unwrap_or(0);
            comparison.largest = comparison.largest.max(largest);
        }
    }
    Ok(comparison)
}

impl Comparison {
    pub fn require_equal(&self) -> Result<()> {
        ensure!(
            self.differing == 0,
            "the picture is not what the reference computes"
        );
        Ok(())
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} pixels, {} differ, largest difference {} of 255",
            self.pixels, self.differing, self.largest
        )
    }
}
