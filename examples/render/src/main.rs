//! `aicpw-render`: prepares the path-tracing task from a mesh, turns its result into a picture, and
//! checks it against an independent computation on the CPU.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod bvh;
mod mesh;
mod picture;
mod reference;
mod scene;
mod vector;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use crate::{mesh::Mesh, scene::Scene};

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
    /// Renders the same picture on the CPU, without the acceleration structure, and compares.
    Check {
        /// The same mesh.
        #[arg(long)]
        mesh: PathBuf,
        /// The task's `image` output.
        #[arg(long)]
        image: PathBuf,
        #[command(flatten)]
        size: Size,
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
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Prepare { mesh, out, size } => {
            let scene = Scene::new(&Mesh::read(&mesh)?, size.width, size.height);
            scene.write_task(&out, size.samples)?;
            println!(
                "{} triangles, {}x{} pixels, {} paths each: {}",
                scene.triangles(),
                size.width,
                size.height,
                size.samples,
                out.join("manifest.json").display()
            );
        }
        Command::Picture { image, out, width } => {
            let pixels = fs::read(&image).with_context(|| image.display().to_string())?;
            picture::write_png(&pixels, width, &out)?;
            println!("{}", out.display());
        }
        Command::Check { mesh, image, size } => {
            let pixels = fs::read(&image).with_context(|| image.display().to_string())?;
            let scene = Scene::new(&Mesh::read(&mesh)?, size.width, size.height);
            let expected = reference::render(&scene, size.width, size.height, size.samples);
            let report = picture::compare(&pixels, &expected)?;
            println!("{report}");
            report.require_equal()?;
        }
    }
    Ok(())
}
