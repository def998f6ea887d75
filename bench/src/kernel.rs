//! Compares a kernel as a provider's node runs it (two sandboxed stages, checkpoints, roots,
//! everything on disk) with the same kernel in a plain OpenCL host program. Cold, both compile the
//! program; warm, both find what an earlier run has compiled.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use aicpw_offchain_worker::engines::{driver_environment, find_executor, Builds, Engine, OpenCl};
use aicpw_protocol::job::path;
use anyhow::{ensure, Context, Result};
use tempfile::TempDir;
use tokio::process::Command;

use crate::{
    jobs::{failed, Device, Task},
    report::Measured,
    statistics::percentile,
    workloads::Workload,
};

/// What is measured: a workload, how long its kernels should run, and how many pairs of runs.
struct Case {
    workload: Workload,
    length: Duration,
    pairs: usize,
    caches: Caches,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Caches {
    Cold,
    Warm,
}

const CASES: [Case; 5] = [
    Case::new(Workload::Search, 1500, 9, Caches::Cold),
    Case::new(Workload::Search, 1500, 9, Caches::Warm),
    Case::new(Workload::Search, 8000, 3, Caches::Cold),
    Case::new(Workload::Render, 5000, 5, Caches::Cold),
    Case::new(Workload::State, 5000, 5, Caches::Cold),
];

/// The units of the first, short run, from which the length of the others is derived.
const PROBE: u32 = 4;

impl Case {
    const fn new(workload: Workload, milliseconds: u64, pairs: usize, caches: Caches) -> Self {
        Self {
            workload,
            length: Duration::from_millis(milliseconds),
            pairs,
            caches,
        }
    }

    fn name(&self) -> String {
        let caches = match self.caches {
            Caches::Cold => "cold",
            Caches::Warm => "warm",
        };
        let seconds = self.length.as_secs_f64();
        format!("{}, {seconds:.1} s, {caches}", self.workload.name())
    }
}

pub async fn measure(report: &mut Measured) -> Result<()> {
    let program = find_executor(None)?;
    let device = Device::first(&program).await?;
    report.note(format!("device: {}", device.name));
    let bench = Bench {
        folder: TempDir::with_prefix("aicpw-bench-").context("a temporary folder")?,
        program,
        device,
    };
    for case in &CASES {
        bench.case(case, report).await?;
    }
    Ok(())
}

struct Bench {
    folder: TempDir,
    program: PathBuf,
    device: Device,
}

impl Bench {
    async fn case(&self, case: &Case, report: &mut Measured) -> Result<()> {
        let units = self.units(case).await?;
        let task = self.task(case.workload, units).await?;
        if case.caches == Caches::Warm {
            self.fresh("native-cache")?;
            self.fresh("builds")?;
            self.native(&task, case.caches).await?;
            self.executor(&task, case.caches).await?;
        }
        let (mut natives, mut executors, mut builds) = (Vec::new(), Vec::new(), Vec::new());
        for pair in 0..case.pairs {
            // Whatever else the machine does affects both alike.
            for native in [pair % 2 == 0, pair % 2 != 0] {
                if native {
                    natives.push(self.native(&task, case.caches).await?);
                } else {
                    let (build, all) = self.executor(&task, case.caches).await?;
                    builds.push(build);
                    executors.push(all);
                }
            }
            self.require_equal_outputs()?;
        }
        let p50 = |samples: &[Duration]| percentile(samples, 0.5).as_secs_f64();
        let (native, executor) = (p50(&natives), p50(&executors));
        let name = case.name();
        let mut row = |what: &str, value, unit, goal| {
            report.add(format!("{name}: {what}"), value, unit, goal);
        };
        row("native, p50", native, "s", "");
        row("executor, p50", executor, "s", "");
        row("of which the build stage, p50", p50(&builds), "s", "");
        row("checkpoints", task.checkpoints() as f64, "", "");
        row("overhead", (executor / native - 1.0) * 100.0, "%", "< 5");
        Ok(())
    }

    /// Returns how many units run for that long, by the difference of two runs, so that compiling
    /// does not count.
    async fn units(&self, case: &Case) -> Result<u32> {
        let short = self.task(case.workload, PROBE).await?;
        let short = self.native(&short, Caches::Cold).await?;
        let long = self.task(case.workload, 4 * PROBE).await?;
        let long = self.native(&long, Caches::Cold).await?;
        let unit = long.saturating_sub(short).as_secs_f64() / f64::from(3 * PROBE);
        ensure!(unit > 0.0, "{} takes no time", case.workload.name());
        Ok((case.length.as_secs_f64() / unit).ceil() as u32)
    }

    async fn task(&self, workload: Workload, units: u32) -> Result<Task> {
        let folder = self.fresh("task")?;
        workload.write(&folder, units).await?;
        Task::read(&folder)
    }

    /// Returns an empty folder.
    fn fresh(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.path().join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir(&folder)?;
        Ok(folder)
    }

    async fn native(&self, task: &Task, caches: Caches) -> Result<Duration> {
        let folder = self.fresh("native")?;
        task.write(&folder, &self.device)?;
        let cache = match caches {
            Caches::Cold => folder.join("cache"),
            Caches::Warm => self.folder.path().join("native-cache"),
        };
        let start = Instant::now();
        let ended = Command::new(&self.program)
            .arg("native")
            .arg(&folder)
            .env_clear()
            .envs(driver_environment())
            .env("HOME", &folder)
            .env("POCL_CACHE_DIR", cache)
            .stdin(Stdio::null())
            .output()
            .await?;
        let taken = start.elapsed();
        ensure!(
            ended.status.success(),
            "native: {}",
            String::from_utf8_lossy(&ended.stderr)
        );
        Ok(taken)
    }

    /// Returns how long the build stage took, and both stages together.
    async fn executor(&self, task: &Task, caches: Caches) -> Result<(Duration, Duration)> {
        let folder = self.fresh("executor")?;
        let job = task.write(&folder, &self.device)?;
        let builds = match caches {
            Caches::Cold => None,
            Caches::Warm => {
                let kept = self.folder.path().join("builds");
                Some(Builds::open(kept, self.program.clone())?)
            }
        };
        let engine = OpenCl {
            program: self.program.clone(),
            allow_weak_sandbox: false,
            builds,
            kinds: self.device.kinds(),
        };
        let start = Instant::now();
        engine.build(&job).await.map_err(failed)?;
        let build = start.elapsed();
        engine.run(&job, &|_| {}).await.map_err(failed)?;
        Ok((build, start.elapsed()))
    }

    /// Checks that the outputs are equal: otherwise the two would not have done the same.
    fn require_equal_outputs(&self) -> Result<()> {
        let read = |folder: &str| {
            let path = self
                .folder
                .path()
                .join(folder)
                .join(Path::new(path::OUTPUT));
            fs::read(&path).with_context(|| path.display().to_string())
        };
        ensure!(
            read("native")? == read("executor")?,
            "the native program and the executor have different results"
        );
        Ok(())
    }
}
