//! `aicpw-render`: prepares the path-tracing task from a mesh, turns its result into a picture or an
//! animation, and checks it against an independent computation on the CPU.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod bvh;
mod check;
mod mesh;
mod picture;
mod reference;
mod scene;
mod vector;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use crate::{
    check::Sampling,
    mesh::Mesh,
    picture::Frames,
    scene::{Format, Scene},
};

#[derive(Parser)]
#[command(name = "aicpw-render", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Reads a mesh and writes the task: manifest, kernels and input buffers.
    Prepare {
        /// A Wavefront OBJ file.
        #[arg(long)]
        mesh: PathBuf,
        /// Folder to write to; made if it does not exist.
        #[arg(long)]
        out: PathBuf,
        #[command(flatten)]
        size: Size,
    },
    /// Turns the result `image.bin` (RGBA, 8 bits) into a PNG.
    Picture {
        /// The task's `image` output.
        #[arg(long)]
        image: PathBuf,
        /// The PNG to write.
        #[arg(long)]
        out: PathBuf,
        /// Pixels across.
        #[arg(long)]
        width: u32,
    },
    /// Turns the result of several frames into a PNG for each, and one GIF.
    Animation {
        /// The task's `image` output.
        #[arg(long)]
        image: PathBuf,
        /// Folder to write to; made if it does not exist.
        #[arg(long)]
        out: PathBuf,
        /// Pixels across.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
        width: u32,
        /// Pixels down of one frame.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
        height: u32,
    },
    /// Computes pixels of every frame again on the CPU, without the acceleration structure, and
    /// compares.
    Check {
        /// The same mesh.
        #[arg(long)]
        mesh: PathBuf,
        /// The task's `image` output.
        #[arg(long)]
        image: PathBuf,
        #[command(flatten)]
        size: Size,
        /// Compare only so many pixels of each frame, drawn at random.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
        pixels: Option<u32>,
    },
}

#[derive(clap::Args, Clone, Copy)]
struct Size {
    /// Pixels across.
    #[arg(long, default_value_t = 640, value_parser = clap::value_parser!(u32).range(1..=8192))]
    width: u32,
    /// Pixels down.
    #[arg(long, default_value_t = 480, value_parser = clap::value_parser!(u32).range(1..=8192))]
    height: u32,
    /// Paths for each pixel.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=65536))]
    samples: u32,
    /// Pictures, for which the camera goes once around the mesh.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1024))]
    frames: u32,
}

impl From<Size> for Format {
    fn from(size: Size) -> Self {
        Self {
            width: size.width,
            height: size.height,
            samples: size.samples,
            frames: size.frames,
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| path.display().to_string())
}

fn main() -> ExitCode {
    aicpw_example_task::ended(run(Cli::parse().command))
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Prepare { mesh, out, size } => {
            let scene = Scene::new(&Mesh::read(&mesh)?, size.into());
            scene.write_task(&out)?;
            println!(
                "{} triangles, {} of {}x{} pixels, {} paths each: {}",
                scene.triangles(),
                match size.frames {
                    1 => "1 frame".to_owned(),
                    several => format!("{several} frames"),
                },
                size.width,
                size.height,
                size.samples,
                out.join("manifest.json").display()
            );
        }
        Command::Picture { image, out, width } => {
            picture::write_png(&read(&image)?, width, &out)?;
            println!("{}", out.display());
        }
        Command::Animation {
            image,
            out,
            width,
            height,
        } => {
            let gif = Frames::new(&read(&image)?, width, height)?.write_animation(&out)?;
            println!("{}", gif.display());
        }
        Command::Check {
            mesh,
            image,
            size,
            pixels,
        } => {
            let image = read(&image)?;
            let frames = Frames::new(&image, size.width, size.height)?;
            let scene = Scene::new(&Mesh::read(&mesh)?, size.into());
            let report = check::compare(
                &frames,
                &scene,
                pixels.map_or(Sampling::All, Sampling::Drawn),
            )?;
            println!("{report}");
            report.require_equal()?;
        }
    }
    Ok(())
}
