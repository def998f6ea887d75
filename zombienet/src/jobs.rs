//! Tasks for tests, whose duration and result are known.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::{json, Value};

/// Work items of a [`Count`]. They are few, so that the loop of the kernel is what takes the time.
const ITEMS: u32 = 2;

const KERNEL: &str = "__kernel void count(__global uint *x) {
    uint value = x[get_global_id(0)];
    for (uint round = 0; round < ROUNDS; round++) {
        value = value * 1664525u + 1013904223u;
    }
    x[get_global_id(0)] = value;
}
";

/// A task that takes many steps of a congruential generator. It runs for `launches` times some
/// tenths of a second, and the last value can be computed at once.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    /// Kernel launches.
    pub launches: u32,
    /// Steps in each.
    pub rounds: u32,
}

impl Count {
    /// About ten seconds on two idle cores: long enough for a test to see it running.
    pub const LONG: Self = Self {
        launches: 100,
        rounds: 100_000_000,
    };

    /// Done at once.
    pub const SHORT: Self = Self {
        launches: 2,
        rounds: 1_000,
    };

    /// Writes manifest and kernel into `folder`, which is made if it is missing. Returns the path
    /// of the manifest.
    ///
    /// # Errors
    /// If the files cannot be written.
    pub fn write(&self, folder: &Path) -> Result<PathBuf> {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        fs::write(folder.join("count.cl"), KERNEL)?;
        write_manifest(folder, &self.manifest())
    }

    /// Returns the manifest, which a test can change.
    pub fn manifest(&self) -> Value {
        json!({
            "version": "aicpw.task/v1",
            "name": "count",
            "engine": "opencl",
            "class": "int",
            "program": { "file": "count.cl" },
            "build": { "defines": { "ROUNDS": format!("{}u", self.rounds) } },
            "buffers": [
                { "name": "x", "type": "uint", "length": ITEMS, "init": { "inline": [1, 2] } },
            ],
            "steps": [{ "loop": { "index": "i", "count": self.launches, "steps": [
                { "kernel": "count", "args": [{ "buffer": "x" }], "global": [ITEMS], "local": [1] }
            ] } }],
            "outputs": ["x"]
        })
    }

    /// Returns the output of a correct run.
    pub fn output(&self) -> Vec<u8> {
        let steps = u64::from(self.launches) * u64::from(self.rounds);
        let (factor, summand) = power((1_664_525, 1_013_904_223), steps);
        let end = |start: u32| start.wrapping_mul(factor).wrapping_add(summand);
        (1..=ITEMS).flat_map(|x| end(x).to_le_bytes()).collect()
    }
}

/// Writes a manifest into a folder. Returns its path.
///
/// # Errors
/// If the file cannot be written.
pub fn write_manifest(folder: &Path, manifest: &Value) -> Result<PathBuf> {
    let path = folder.join("manifest.json");
    fs::write(&path, manifest.to_string()).with_context(|| path.display().to_string())?;
    Ok(path)
}

/// Returns the map x → factor · x + summand, applied `times` in a row.
fn power(map: (u32, u32), times: u64) -> (u32, u32) {
    let after = |first: (u32, u32), second: (u32, u32)| {
        let summand = first.1.wrapping_mul(second.0).wrapping_add(second.1);
        (first.0.wrapping_mul(second.0), summand)
    };
    let (mut result, mut square, mut left) = ((1, 0), map, times);
    while left > 0 {
        if left & 1 == 1 {
            result = after(result, square);
        }
        square = after(square, square);
        left >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_that_of_all_steps_one_after_the_other() {
        let count = Count {
            launches: 3,
            rounds: 7,
        };
        let mut values = [1u32, 2];
        for value in &mut values {
            for _ in 0..21 {
                *value = value.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            }
        }
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        assert_eq!(count.output(), bytes);
    }
}
