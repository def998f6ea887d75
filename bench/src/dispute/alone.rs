//! Measures how long a job runs on its own, with its checkpoints and without them.

use std::{fs, time::Duration};

use aicpw_offchain_worker::engines::{find_executor, Engine, OpenCl};
use aicpw_protocol::job::{path, JobResult};
use anyhow::{Context, Result};
use tempfile::TempDir;

use super::steps::{Checkpoints, Steps};
use crate::{
    jobs::{failed, Device, Task},
    report::Measured,
    statistics::percentile,
};

/// The number of runs with checkpoints, and of runs without, in alternating order.
const PAIRS: usize = 3;

/// This machine's executor, while nothing else runs.
pub struct Alone {
    engine: OpenCl,
    device: Device,
}

impl Alone {
    pub async fn new() -> Result<Self> {
        let program = find_executor(None)?;
        let device = Device::first(&program).await?;
        let engine = OpenCl {
            program,
            allow_weak_sandbox: false,
            builds: None,
            kinds: device.kinds(),
        };
        Ok(Self { engine, device })
    }

    /// Measures the time from the first launch to the end of the last, including checkpoints.
    pub async fn measure(&self, job: Steps, report: &mut Measured) -> Result<()> {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for pair in 0..PAIRS {
            // Whatever else the machine does affects both alike.
            for has_checkpoints in [pair % 2 == 0, pair % 2 != 0] {
                if has_checkpoints {
                    with.push(self.run(job, Checkpoints::Most).await?);
                } else {
                    without.push(self.run(job, Checkpoints::None).await?);
                }
            }
        }
        for (what, samples) in [("without checkpoints", without), ("with checkpoints", with)] {
            let what = format!("{} launches: the run {what}, p50", job.0);
            let value = percentile(&samples, 0.5).as_secs_f64() * 1e3;
            report.add(what, value, "ms", "");
        }
        Ok(())
    }

    async fn run(&self, job: Steps, checkpoints: Checkpoints) -> Result<Duration> {
        let folder = TempDir::with_prefix("aicpw-bench-").context("a temporary folder")?;
        let (task, run) = (folder.path().join("task"), folder.path().join("run"));
        job.write(&task, checkpoints)?;
        let job = Task::read(&task)?.write(&run, &self.device)?;
        self.engine.build(&job).await.map_err(failed)?;
        self.engine.run(&job, &|_| {}).await.map_err(failed)?;
        let result = fs::read(run.join(path::RESULT))?;
        let result: JobResult = serde_json::from_slice(&result)?;
        Ok(Duration::from_millis(result.run_milliseconds))
    }
}
