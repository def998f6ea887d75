//! Measures how fast data is sealed and opened.

use std::{
    hint::black_box,
    io::{self, Write},
    time::Instant,
};

use aicpw_protocol::sealing::{
    key::Purpose,
    stream::{self, Salt},
    DataKey,
};
use anyhow::{anyhow, ensure, Result};

use crate::{report::Measured, statistics::percentile};

/// 256 MiB.
const BYTES: usize = 256 << 20;

const RUNS: usize = 5;

/// Counts what is written, and discards it: the disk is not what is measured.
struct Count(usize);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += black_box(bytes).len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub fn measure(report: &mut Measured) -> Result<()> {
    let content = vec![0x5a; BYTES];
    let key = DataKey::generate()?;
    let (mut sealing, mut opening) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let salt = Salt::random()?;
        // Touching memory for the first time is the kernel's work, not the cipher's.
        let mut sealed = vec![1; 2 * BYTES];
        sealed.clear();
        let start = Instant::now();
        stream::seal(&key, Purpose::Content, salt, &mut &content[..], &mut sealed)?;
        sealing.push(start.elapsed());

        let mut opened = Count(0);
        let start = Instant::now();
        stream::open(&key, Purpose::Content, &mut &sealed[..], &mut opened)
            .map_err(|error| anyhow!("what was sealed does not open: {error}"))?;
        opening.push(start.elapsed());
        ensure!(opened.0 == BYTES, "{} bytes of {BYTES}", opened.0);
    }
    for (what, samples) in [("sealing", sealing), ("opening", opening)] {
        let speed = BYTES as f64 / 1e6 / percentile(&samples, 0.5).as_secs_f64();
        report.add(format!("{what} 256 MiB, p50"), speed, "MB/s", "≥ 500");
    }
    Ok(())
}
