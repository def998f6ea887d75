//! An engine whose stages are counted.

use aicpw_protocol::{task::Needs, Hash};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use substrate_prometheus_endpoint::MetricSource;

use super::{job::STAGES, WorkerMetrics};
use crate::engines::{BadManifest, Engine, Failure, Job, OnProgress, Plan, Product};

/// Counts the stages of another engine.
pub struct MeteredEngine {
    /// The engine that does the work.
    pub inner: Arc<dyn Engine>,
    /// Where the stages are counted.
    pub metrics: WorkerMetrics,
}

/// The time spent in the stages, including those that are running: a job can run for hours, and if all of that were
/// counted at its end, devices would look idle until then and overloaded afterwards.
#[derive(Clone)]
pub(super) struct EngineTime(Arc<Mutex<BTreeMap<&'static str, Spent>>>);

/// The time spent in the stages of one name.
#[derive(Default)]
struct Spent {
    /// The time in stages that have ended.
    ended: Duration,
    /// When the running stages began.
    running: Vec<Instant>,
}

impl Default for EngineTime {
    fn default() -> Self {
        let stages = STAGES.map(|stage| (stage, Spent::default()));
        Self(Arc::new(Mutex::new(stages.into())))
    }
}

// The clock is read while this is locked, so that no reader sees less time than an earlier reader did.
impl EngineTime {
    fn begin(&self, stage: &'static str) -> Instant {
        let mut spent = self.lock();
        let now = Instant::now();
        spent.entry(stage).or_default().running.push(now);
        now
    }

    fn end(&self, stage: &'static str, since: Instant) {
        let mut spent = self.lock();
        let spent = spent.entry(stage).or_default();
        // Of several stages that began at the same time, any one will do.
        if let Some(at) = spent.running.iter().position(|began| *began == since) {
            spent.running.swap_remove(at);
            spent.ended += since.elapsed();
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Spent>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MetricSource for EngineTime {
    type N = f64;

    fn collect(&self, mut set: impl FnMut(&[&str], f64)) {
        for (stage, spent) in self.lock().iter() {
            let running: Duration = spent.running.iter().map(Instant::elapsed).sum();
            set(&[*stage], (spent.ended + running).as_secs_f64());
        }
    }
}

/// A stage that has begun. Its time counts even if it is interrupted.
struct Stage<'a> {
    metrics: &'a WorkerMetrics,
    name: &'static str,
    /// When it began, if it is counted.
    since: Option<Instant>,
}

impl<'a> Stage<'a> {
    fn begin(metrics: &'a WorkerMetrics, name: &'static str) -> Self {
        let since = metrics.0.as_ref().map(|metrics| {
            metrics.engine_started.with_label_values(&[name]).inc();
            metrics.engine_time.begin(name)
        });
        Self {
            metrics,
            name,
            since,
        }
    }

    fn end<T>(self, result: Result<T, Failure>) -> Result<T, Failure> {
        if let (Some(metrics), Err(failure)) = (&self.metrics.0, &result) {
            let labels = [self.name, failure.fault.name()];
            metrics.engine_failed.with_label_values(&labels).inc();
        }
        result
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        if let (Some(metrics), Some(since)) = (&self.metrics.0, self.since) {
            metrics.engine_time.end(self.name, since);
        }
    }
}

#[async_trait]
impl Engine for MeteredEngine {
    fn plan(&self, manifest: &[u8], needs: &Needs) -> Result<Plan, BadManifest> {
        self.inner.plan(manifest, needs)
    }

    async fn build(&self, job: &Job) -> Result<(), Failure> {
        let stage = Stage::begin(&self.metrics, "build");
        stage.end(self.inner.build(job).await)
    }

    async fn run(&self, job: &Job, progress: OnProgress<'_>) -> Result<Product, Failure> {
        let stage = Stage::begin(&self.metrics, "run");
        stage.end(self.inner.run(job, progress).await)
    }

    async fn run_part(&self, job: &Job, progress: OnProgress<'_>) -> Result<Hash, Failure> {
        let stage = Stage::begin(&self.metrics, "run");
        stage.end(self.inner.run_part(job, progress).await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::scrape::value;
    use crate::testing::{order, FakeEngine};
    use aicpw_protocol::task::Fault;
    use substrate_prometheus_endpoint::Registry;

    #[tokio::test]
    async fn stages_that_end_and_that_are_broken_off() {
        let registry = Registry::new();
        let inner = Arc::new(FakeEngine::default());
        let engine = MeteredEngine {
            inner: inner.clone(),
            metrics: WorkerMetrics::register(&registry).unwrap(),
        };
        let dir = tempfile::tempdir().unwrap();
        let job = Job {
            folder: dir.path().to_owned(),
            fingerprint: [1; 32],
            needs: order(1).needs,
            output_bytes: 6,
            deadline: Instant::now(),
            keep_build: false,
            part: None,
        };
        let started = |stage| value(&registry, "aicpw_engine_started_total", &[("stage", stage)]);
        let seconds = |stage| value(&registry, "aicpw_engine_seconds_total", &[("stage", stage)]);

        inner.build_fails(Failure::new(Fault::BuildFailed, "as the test says"));
        assert!(engine.build(&job).await.is_err());
        let labels = [("stage", "build"), ("fault", "build-failed")];
        assert_eq!(value(&registry, "aicpw_engine_failed_total", &labels), 1.0);
        assert_eq!((started("build"), started("run")), (1.0, 0.0));

        const STEP: Duration = Duration::from_millis(20);
        let built = seconds("build");
        assert_eq!(seconds("run"), 0.0);
        let began = Instant::now();
        {
            let mut run = std::pin::pin!(engine.run(&job, &|_| {}));
            assert!(futures::poll!(&mut run).is_pending());
            assert_eq!(started("run"), 1.0);
            // The stage counts while it runs.
            let soon = seconds("run");
            std::thread::sleep(STEP);
            assert!(seconds("run") >= soon + STEP.as_secs_f64() / 2.0);
        }
        // It counts once, and no longer after it was interrupted.
        let all = seconds("run");
        assert!(all >= STEP.as_secs_f64());
        assert!(all <= began.elapsed().as_secs_f64());
        std::thread::sleep(STEP);
        assert_eq!((seconds("build"), seconds("run")), (built, all));
    }

    #[test]
    fn stages_that_run_side_by_side_count_each_and_none_twice() {
        let registry = Registry::new();
        let metrics = WorkerMetrics::register(&registry).unwrap();
        let seconds = || value(&registry, "aicpw_engine_seconds_total", &[("stage", "run")]);
        let began = Instant::now();
        let stages = [(); 3].map(|()| Stage::begin(&metrics, "run"));
        let mut before = seconds();
        for stage in stages {
            std::thread::sleep(Duration::from_millis(10));
            let now = seconds();
            assert!(now > before, "{now} {before}");
            drop(stage);
            before = seconds();
            // Ended stages keep counting as much as they did.
            assert!(before >= now, "{now} {before}");
        }
        // 10, 20 and 30 ms at least.
        assert!(before >= 0.059, "{before}");
        assert!(before <= 3.0 * began.elapsed().as_secs_f64());
        assert_eq!(seconds(), before);
    }
}
