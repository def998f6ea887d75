//! Pixels for plotters to draw on, with letters from a bitmap font: no font file, no system
//! library.

use std::{convert::Infallible, fs::File, io::BufWriter, path::Path};

use noto_sans_mono_bitmap::{get_raster, get_raster_width, FontWeight, RasterHeight};
use plotters_backend::{
    text_anchor::{HPos, VPos},
    BackendColor, BackendCoord, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

const HEIGHT: RasterHeight = RasterHeight::Size16;
const WEIGHT: FontWeight = FontWeight::Regular;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// A picture, eight bits each of red, green and blue.
pub struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Picture {
    /// A white picture.
    pub fn new(width: u32, height: u32) -> Self {
        let bytes = width as usize * height as usize * 3;
        Self {
            width,
            height,
            pixels: vec![0xff; bytes],
        }
    }

    /// The canvas for plotters to draw on.
    pub fn canvas(&mut self) -> Canvas<'_> {
        Canvas(self)
    }

    /// Writes the picture as PNG.
    pub fn save(&self, path: &Path) -> anyhow::Result<()> {
        let file = BufWriter::new(File::create(path)?);
        let mut encoder = png::Encoder::new(file, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        encoder.write_header()?.write_image_data(&self.pixels)?;
        Ok(())
    }

    fn blend(&mut self, (x, y): BackendCoord, color: BackendColor) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else {
            return;
        };
        if x >= self.width || y >= self.height {
            return;
        }
        let at = (y as usize * self.width as usize + x as usize) * 3;
        let (red, green, blue) = color.rgb;
        for (pixel, new) in self.pixels[at..at + 3].iter_mut().zip([red, green, blue]) {
            let mixed = f64::from(*pixel) * (1.0 - color.alpha) + f64::from(new) * color.alpha;
            *pixel = mixed.round() as u8;
        }
    }
}

/// A [`Picture`] that is being drawn.
pub struct Canvas<'a>(&'a mut Picture);

impl DrawingBackend for Canvas<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.0.width, self.0.height)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        self.0.blend(point, color);
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        _: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let width = get_raster_width(WEIGHT, HEIGHT) * text.chars().count();
        Ok((width as u32, HEIGHT.val() as u32))
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        position: BackendCoord,
    ) -> Drawn {
        let (width, height) = self.estimate_text_size(text, style)?;
        let (width, height) = (width as i32, height as i32);
        let anchor = style.anchor();
        let left = match anchor.h_pos {
            HPos::Left => 0,
            HPos::Right => -width,
            HPos::Center => -width / 2,
        };
        let top = match anchor.v_pos {
            VPos::Top => 0,
            VPos::Center => -height / 2,
            VPos::Bottom => -height,
        };
        let color = style.color();
        let letter = get_raster_width(WEIGHT, HEIGHT) as i32;
        for (number, character) in (0..).zip(text.chars()) {
            let Some(glyph) = get_raster(character, WEIGHT, HEIGHT) else {
                continue;
            };
            for (y, row) in (0..).zip(glyph.rows()) {
                for (x, strength) in (0..).zip(row) {
                    let at = (left + number * letter + x, top + y);
                    let (x, y) = style.transform().transform(at.0, at.1);
                    let color = BackendColor {
                        alpha: color.alpha * f64::from(*strength) / 255.0,
                        rgb: color.rgb,
                    };
                    self.0.blend((position.0 + x, position.1 + y), color);
                }
            }
        }
        Ok(())
    }
}
