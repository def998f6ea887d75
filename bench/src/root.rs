//! Measures how fast the result root of a large output is computed.

use std::{hint::black_box, time::Instant};

use aicpw_protocol::merkle::{result_root, ResultRootBuilder};
use anyhow::{ensure, Result};

use crate::{report::Measured, statistics::percentile};

/// 1 GiB.
const BYTES: usize = 1 << 30;

/// How many bytes the executor passes on at once when it hashes a buffer in pieces.
const PIECE: usize = 8 << 20;

const RUNS: usize = 5;

pub fn measure(report: &mut Measured) -> Result<()> {
    let mut output = vec![0u8; BYTES];
    for (word, bytes) in output.chunks_exact_mut(8).enumerate() {
        bytes.copy_from_slice(
            &(word as u64)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .to_le_bytes(),
        );
    }
    let (mut whole, mut pieces) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let start = Instant::now();
        let root = result_root(black_box(&output));
        whole.push(start.elapsed());

        let start = Instant::now();
        let mut builder = ResultRootBuilder::default();
        for piece in black_box(&output).chunks(PIECE) {
            builder.update(piece);
        }
        ensure!(builder.finish() == root, "the two ways to a root differ");
        pieces.push(start.elapsed());
    }
    for (what, samples) in [("of one slice", whole), ("of a stream", pieces)] {
        let speed = BYTES as f64 / 1e9 / percentile(&samples, 0.5).as_secs_f64();
        report.add(format!("root of 1 GiB, {what}, p50"), speed, "GB/s", "≥ 1");
    }
    Ok(())
}
