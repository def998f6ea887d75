//! Tasks of any length to run kernels with.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde_json::json;

use crate::jobs::program;

const HEADER: &str = include_str!("../../examples/search/input/genesis-header.hex");
const TEAPOT: &str = include_str!("../../examples/render/scene/teapot.obj");
const STATE: &str = include_str!("state.cl");

/// Elements (`uint`) of the state of [`Workload::State`]: 64 MiB.
const STATE_ELEMENTS: u32 = 16 << 20;

/// A task whose run takes longer in proportion to a number.
#[derive(Clone, Copy)]
pub enum Workload {
    /// `examples/search`, class `int`: one batch of 262,144 nonces per unit.
    Search,
    /// `examples/render`, class `fp32-strict`: one path for each of 640 × 480 pixels per unit.
    Render,
    /// A state of 64 MiB that every launch changes, in ten checkpoints: one launch per unit.
    State,
}

impl Workload {
    pub fn name(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Render => "render",
            Self::State => "64 MiB of state",
        }
    }

    /// Writes the task, of this many units, as a requester would have it.
    pub async fn write(self, folder: &Path, units: u32) -> Result<()> {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        match self {
            Self::Search => prepare_search(folder, 262_144, units).await,
            Self::Render => {
                let mesh = folder.join("teapot.obj");
                fs::write(&mesh, TEAPOT)?;
                let (mesh, out) = (mesh.display().to_string(), folder.display().to_string());
                let samples = units.to_string();
                let arguments = [
                    "prepare",
                    "--mesh",
                    &mesh,
                    "--out",
                    &out,
                    "--samples",
                    &samples,
                ];
                program("aicpw-render", &arguments).await
            }
            Self::State => {
                fs::write(folder.join("state.cl"), STATE)?;
                let manifest = serde_json::to_vec_pretty(&state(units))?;
                fs::write(folder.join("manifest.json"), manifest)?;
                Ok(())
            }
        }
    }
}

/// Writes `examples/search` over `items` × `batches` nonces.
pub async fn prepare_search(folder: &Path, items: u32, batches: u32) -> Result<()> {
    let header = folder.join("header.hex");
    fs::write(&header, HEADER)?;
    let (header, out) = (header.display().to_string(), folder.display().to_string());
    let (items, batches) = (items.to_string(), batches.to_string());
    let arguments = [
        "prepare",
        "--header",
        &header,
        "--out",
        &out,
        "--items",
        &items,
        "--batches",
        &batches,
    ];
    program("aicpw-search", &arguments).await
}

fn state(launches: u32) -> serde_json::Value {
    json!({
        "version": "aicpw.task/v1", "name": "state", "engine": "opencl", "class": "int",
        "program": { "file": "state.cl" },
        "buffers": [
            { "name": "state", "type": "uint", "length": STATE_ELEMENTS, "init": { "zero": true } },
        ],
        "steps": [
            { "loop": { "index": "i", "count": launches, "steps": [{
                "kernel": "change",
                "args": [
                    { "buffer": "state" }, { "scalar": { "type": "uint", "value": "i" } },
                ],
                "global": [STATE_ELEMENTS], "local": [64],
            }] } },
        ],
        "checkpoint_every": launches.div_ceil(10),
        "outputs": ["state"],
    })
}
