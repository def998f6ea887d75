//! The search, and the task that performs it.

use std::path::Path;

use aicpw_example_task::TaskFolder;
use anyhow::{ensure, Context, Result};
use serde_json::json;

const KERNELS: &str = include_str!("../input/search.cl");

/// The number of bytes in a block header; the last four are the nonce.
pub const HEADER_BYTES: usize = 80;

/// The header, and the nonces to try.
pub struct Search {
    pub header: [u8; HEADER_BYTES],
    pub first: u32,
    pub items: u32,
    pub batches: u32,
}

impl Search {
    pub fn new(header: &str, first: u32, items: u32, batches: u32) -> Result<Self> {
        let bytes = hex::decode(header).context("a header is hexadecimal")?;
        let length = bytes.len();
        let header = bytes
            .try_into()
            .map_err(|_| anyhow::anyhow!("a header has {HEADER_BYTES} bytes, not {length}"))?;
        let nonces = u64::from(items) * u64::from(batches);
        ensure!(
            u64::from(first) + nonces <= 1 << 32,
            "{nonces} nonces from {first} do not fit 32 bits"
        );
        ensure!(
            items.is_multiple_of(64),
            "--items must be a multiple of 64, the work group's size"
        );
        Ok(Self {
            header,
            first,
            items,
            batches,
        })
    }

    /// Writes `manifest.json`, `search.cl` and `header.bin`.
    pub fn write_task(&self, out: &Path) -> Result<()> {
        let folder = TaskFolder::create(out)?;
        // SHA-256 reads big-endian words, OpenCL little-endian ones.
        let words = self
            .header
            .chunks(4)
            .flat_map(|word| word.iter().rev().copied());
        folder.write("search.cl", KERNELS.as_bytes())?;
        folder.write("header.bin", &words.collect::<Vec<u8>>())?;
        folder.write_manifest(&self.manifest())
    }

    fn manifest(&self) -> serde_json::Value {
        let header = json!({ "buffer": "header" });
        let best = json!({ "buffer": "best" });
        json!({
            "version": "aicpw.task/v1",
            "name": "search",
            "description": "The nonce of a block header with the most leading zero bits",
            "engine": "opencl",
            "class": "int",
            "program": { "file": "search.cl" },
            "build": { "defines": {
                "FIRST_NONCE": format!("{}u", self.first),
                "ITEMS": format!("{}u", self.items),
            } },
            "buffers": [
                { "name": "header", "type": "uint", "length": HEADER_BYTES / 4,
                  "init": { "file": "header.bin" } },
                { "name": "best", "type": "uint2", "length": self.items,
                  "init": { "zero": true } },
                { "name": "result", "type": "uint", "length": 10, "init": { "zero": true } },
            ],
            "steps": [
                { "loop": { "index": "batch", "count": self.batches, "steps": [
                    { "kernel": "search",
                      "args": [header, best, { "scalar": { "type": "uint", "value": "batch" } }],
                      "global": [self.items], "local": [64] }
                ] } },
                { "kernel": "choose", "args": [header, best, { "buffer": "result" }],
                  "global": [1], "local": [1] }
            ],
            "outputs": ["result"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_arguments_name_their_cause() {
        let good = "00".repeat(HEADER_BYTES);
        assert!(Search::new(&good, 0, 64, 1).is_ok());
        for (header, first, items, cause) in [
            ("00", 0, 64, "80 bytes, not 1"),
            ("zz", 0, 64, "hexadecimal"),
            (good.as_str(), u32::MAX, 64, "do not fit"),
            (good.as_str(), 0, 65, "multiple of 64"),
        ] {
            let error = format!("{:#}", Search::new(header, first, items, 1).err().unwrap());
            assert!(error.contains(cause), "{error}");
        }
    }
}
