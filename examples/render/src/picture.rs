//! PNG and GIF files.

use std::{
    fs::{self, File},
    io::BufWriter,
    path::{Path, PathBuf},
};

use anyhow::{ensure, Context, Result};

/// How long an animation takes for all its frames, in hundredths of a second.
const ROUND: usize = 400;

/// A task's picture: frames of RGBA pixels, 8 bits each, one after the other.
pub struct Frames<'p> {
    pixels: &'p [u8],
    width: u32,
    height: u32,
}

impl<'p> Frames<'p> {
    pub fn new(pixels: &'p [u8], width: u32, height: u32) -> Result<Self> {
        let frames = Self {
            pixels,
            width,
            height,
        };
        ensure!(
            !pixels.is_empty() && pixels.len().is_multiple_of(frames.bytes()),
            "{} bytes are not frames of {width}x{height} RGBA pixels",
            pixels.len()
        );
        Ok(frames)
    }

    /// The length of one frame.
    fn bytes(&self) -> usize {
        4 * self.width as usize * self.height as usize
    }

    pub fn count(&self) -> usize {
        self.pixels.len() / self.bytes()
    }

    fn each(&self) -> impl Iterator<Item = &'p [u8]> {
        self.pixels.chunks(self.bytes())
    }

    /// The pixel with this number, row by row from the top.
    pub fn pixel(&self, frame: usize, pixel: usize) -> &'p [u8] {
        let at = frame * self.bytes() + 4 * pixel;
        &self.pixels[at..at + 4]
    }

    /// Writes `frame-00.png` and so on, and `animation.gif`, which repeats for ever.
    pub fn write_animation(&self, out: &Path) -> Result<PathBuf> {
        fs::create_dir_all(out).with_context(|| out.display().to_string())?;
        for (number, frame) in self.each().enumerate() {
            let path = out.join(format!("frame-{number:02}.png"));
            write_png(frame, self.width, &path)?;
        }
        let path = out.join("animation.gif");
        self.write_gif(&path)
            .with_context(|| path.display().to_string())?;
        Ok(path)
    }

    fn write_gif(&self, path: &Path) -> Result<()> {
        let too_large = "a GIF has at most 65535 pixels across and down";
        let width = u16::try_from(self.width).context(too_large)?;
        let height = u16::try_from(self.height).context(too_large)?;
        let file = BufWriter::new(File::create(path)?);
        let mut encoder = gif::Encoder::new(file, width, height, &[])?;
        encoder.set_repeat(gif::Repeat::Infinite)?;
        for pixels in self.each() {
            // The palette of 256 colours is based on every tenth pixel: good enough, and fast.
            let mut frame = gif::Frame::from_rgba_speed(width, height, &mut pixels.to_vec(), 10);
            // Browsers treat a delay of less than two hundredths as ten.
            frame.delay = (ROUND / self.count()).max(2) as u16;
            encoder.write_frame(&frame)?;
        }
        Ok(())
    }
}

/// Writes RGBA pixels, 8 bits each, as a PNG of this width.
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Two frames of 2x1: red and green, then green and blue.
    const PIXELS: [u8; 16] = [
        255, 0, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255,
    ];

    #[test]
    fn an_animation_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let frames = Frames::new(&PIXELS, 2, 1).unwrap();
        let path = frames.write_animation(folder.path()).unwrap();

        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(File::open(path).unwrap()).unwrap();
        let mut decoded = Vec::new();
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            assert_eq!(frame.delay, 200);
            decoded.extend_from_slice(&frame.buffer);
        }
        assert_eq!(decoded, PIXELS);

        for (number, expected) in PIXELS.chunks(8).enumerate() {
            let path = folder.path().join(format!("frame-{number:02}.png"));
            let file = std::io::BufReader::new(File::open(path).unwrap());
            let mut reader = png::Decoder::new(file).read_info().unwrap();
            let mut pixels = [0; 8];
            reader.next_frame(&mut pixels).unwrap();
            assert_eq!(pixels, expected);
        }
    }

    #[test]
    fn bytes_must_be_whole_frames() {
        for (bytes, width) in [(0, 2), (15, 2), (16, 3)] {
            let error = Frames::new(&PIXELS[..bytes], width, 1).err().unwrap();
            assert!(error.to_string().contains("are not frames"), "{error}");
        }
    }
}
