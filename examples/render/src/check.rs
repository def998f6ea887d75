//! Compares a task's picture with the reference, pixel by pixel.

use std::{collections::BTreeSet, fmt};

use anyhow::{ensure, Context, Result};
use rayon::prelude::*;

use crate::{picture::Frames, reference, scene::Scene};

/// Which pixels of each frame are computed again.
#[derive(Clone, Copy, Debug)]
pub enum Sampling {
    /// Every one.
    All,
    /// This many, drawn anew for each frame by the operating system's randomness: whoever made the
    /// picture cannot know them.
    Drawn(u32),
}

/// How a picture differs from the reference.
pub struct Comparison {
    frames: u32,
    pixels: usize,
    differing: usize,
    largest: u8,
}

/// Computes pixels of every frame again.
pub fn compare(frames: &Frames<'_>, scene: &Scene, sampling: Sampling) -> Result<Comparison> {
    let format = scene.format;
    ensure!(
        frames.count() == format.frames as usize,
        "the picture has {} frames, {} were expected",
        frames.count(),
        format.frames
    );
    let of_frame = format.width * format.height;
    let mut places = Vec::new();
    for frame in 0..format.frames {
        match sampling {
            Sampling::All => places.extend((0..of_frame).map(|pixel| (frame, pixel))),
            Sampling::Drawn(count) => {
                places.extend(
                    draw(count, of_frame)?
                        .into_iter()
                        .map(|pixel| (frame, pixel)),
                );
            }
        }
    }
    let differences: Vec<u8> = places
        .par_iter()
        .map(|(frame, pixel)| {
            let (x, y) = (pixel % format.width, pixel / format.width);
            let expected = reference::pixel(scene, *frame, x, y);
            let got = frames.pixel(*frame as usize, *pixel as usize);
            let channels = got.iter().zip(&expected);
            channels.map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
        })
        .collect();
    Ok(Comparison {
        frames: format.frames,
        pixels: places.len(),
        differing: differences.iter().filter(|d| **d > 0).count(),
        largest: differences.into_iter().max().unwrap_or(0),
    })
}

/// `count` different random numbers below `limit`, or all of them if there are fewer.
fn draw(count: u32, limit: u32) -> Result<BTreeSet<u32>> {
    let mut drawn = BTreeSet::new();
    while (drawn.len() as u32) < count.min(limit) {
        let random = getrandom::u64()
            .map_err(|error| anyhow::anyhow!("{error}"))
            .context("random numbers of the operating system")?;
        drawn.insert((random % u64::from(limit)) as u32);
    }
    Ok(drawn)
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
            "{} pixels of {} frames, {} differ, largest difference {} of 255",
            self.pixels, self.frames, self.differing, self.largest
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{mesh::Mesh, scene::Format};

    const PYRAMID: &str =
        "v 0 0 0\nv 2 0 0\nv 1 0 2\nv 1 2 1\nf 1 2 4\nf 2 3 4\nf 3 1 4\nf 1 3 2\n";

    fn scene() -> Scene {
        let format = Format {
            width: 6,
            height: 4,
            samples: 2,
            frames: 3,
        };
        Scene::new(&Mesh::parse(PYRAMID).unwrap(), format)
    }

    fn picture(scene: &Scene) -> Vec<u8> {
        (0..3)
            .flat_map(|frame| (0..24).map(move |pixel| (frame, pixel)))
            .flat_map(|(frame, pixel)| reference::pixel(scene, frame, pixel % 6, pixel / 6))
            .collect()
    }

    #[test]
    fn a_single_wrong_pixel_is_seen_in_whatever_frame() {
        let scene = scene();
        let right = picture(&scene);
        let compare = |pixels: &[u8], sampling| {
            compare(&Frames::new(pixels, 6, 4).unwrap(), &scene, sampling).unwrap()
        };
        compare(&right, Sampling::All).require_equal().unwrap();
        compare(&right, Sampling::Drawn(5)).require_equal().unwrap();
        for at in [0, 4 * 30, 4 * 71] {
            let mut wrong = right.clone();
            wrong[at] ^= 3;
            let comparison = compare(&wrong, Sampling::All);
            assert_eq!((comparison.pixels, comparison.differing), (72, 1));
            comparison.require_equal().unwrap_err();
            // More than there are: all of them are checked.
            let drawn = compare(&wrong, Sampling::Drawn(100));
            assert_eq!((drawn.pixels, drawn.differing), (72, 1));
        }
    }

    #[test]
    fn a_missing_frame_is_seen() {
        let scene = scene();
        let right = picture(&scene);
        let two = Frames::new(&right[..2 * 96], 6, 4).unwrap();
        let error = compare(&two, &scene, Sampling::All)
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains("2 frames, 3 were expected"), "{error}");
    }
}
