//! Tasks of any length, to run kernels.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::{json, Value};

use crate::jobs::program;

const HEADER: &str = include_str!("../../examples/search/input/genesis-header.hex");
const TEAPOT: &str = include_str!("../../examples/render/scene/teapot.obj");
const STATE: &str = include_str!("state.cl");

/// The elements (`uint`) of the state of [`Workload::State`]: 64 MiB.
const STATE_ELEMENTS: u32 = 16 << 20;

/// The elements (`uint`) of the input of [`with_own_input`]: 1 MiB.
const INPUT_ELEMENTS: u32 = 1 << 18;

/// A task whose run time is proportional to a number of units.
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
                let manifest = state(STATE_ELEMENTS, json!({ "zero": true }), units);
                write_state(folder, &manifest).map(drop)
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

/// Writes a task of one launch, and returns the path of its manifest. All such tasks share one
/// program, and each has a different input of 1 MiB. Numbers begin at one.
pub fn with_own_input(folder: &Path, number: u64) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let input = content(number, INPUT_ELEMENTS as usize * size_of::<u32>());
    fs::write(folder.join("input.bin"), input)?;
    let manifest = state(INPUT_ELEMENTS, json!({ "file": "input.bin" }), 1);
    write_state(folder, &manifest)
}

/// Returns bytes that differ for each number, and that cannot be compressed. Numbers begin at one.
pub fn content(number: u64, length: usize) -> Vec<u8> {
    let mut word = number;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        word ^= word << 13;
        word ^= word >> 7;
        word ^= word << 17;
        bytes.extend(word.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// Writes the program of [`state`] and this manifest; returns the manifest's path.
fn write_state(folder: &Path, manifest: &Value) -> Result<PathBuf> {
    fs::write(folder.join("state.cl"), STATE)?;
    let path = folder.join("manifest.json");
    fs::write(&path, serde_json::to_vec_pretty(manifest)?)?;
    Ok(path)
}

fn state(elements: u32, init: Value, launches: u32) -> Value {
    json!({
        "version": "aicpw.task/v1", "name": "state", "engine": "opencl", "class": "int",
        "program": { "file": "state.cl" },
        "buffers": [
            { "name": "state", "type": "uint", "length": elements, "init": init },
        ],
        "steps": [
            { "loop": { "index": "i", "count": launches, "steps": [{
                "kernel": "change",
                "args": [
                    { "buffer": "state" }, { "scalar": { "type": "uint", "value": "i" } },
                ],
                "global": [elements], "local": [64],
            }] } },
        ],
        "checkpoint_every": launches.div_ceil(10),
        "outputs": ["state"],
    })
}

#[cfg(test)]
mod tests {
    use aicpw_protocol::manifest::Manifest;

    use super::*;

    #[test]
    fn tasks_with_own_inputs_differ_in_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let [one, two] = [1u64, 2].map(|number| {
            let folder = folder.path().join(number.to_string());
            let path = with_own_input(&folder, number).unwrap();
            let read = |name: &str| fs::read(folder.join(name)).unwrap();
            let manifest = Manifest::parse(&fs::read(path).unwrap()).unwrap();
            let input = read("input.bin");
            assert_eq!(manifest.buffers[0].bytes(), Some(input.len() as u64));
            (input, (read("state.cl"), read("manifest.json")))
        });
        assert!(one.0 != two.0);
        assert!(one.1 == two.1);
    }
}
