//! An engine whose stages are counted.

use aicpw_protocol::{task::Needs, Hash};
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Instant;

use super::WorkerMetrics;
use crate::engines::{BadManifest, Engine, Failure, Job, OnProgress, Plan, Product};

/// Counts the stages of another engine.
pub struct MeteredEngine {
    /// What does the work.
    pub inner: Arc<dyn Engine>,
    /// Where it is counted.
    pub metrics: WorkerMetrics,
}

/// A stage that has begun. Its time counts also when it is broken off.
struct Stage<'a> {
    metrics: &'a WorkerMetrics,
    name: &'static str,
    since: Instant,
}

impl<'a> Stage<'a> {
    fn begin(metrics: &'a WorkerMetrics, name: &'static str) -> Self {
        if let Some(metrics) = &metrics.0 {
            metrics.engine_started.with_label_values(&[name]).inc();
        }
        Self {
            metrics,
            name,
            since: Instant::now(),
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
        if let Some(metrics) = &self.metrics.0 {
            let seconds = metrics.engine_seconds.with_label_values(&[self.name]);
            seconds.inc_by(self.since.elapsed().as_secs_f64());
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

        {
            let mut run = std::pin::pin!(engine.run(&job, &|_| {}));
            assert!(futures::poll!(&mut run).is_pending());
            assert_eq!((started("run"), seconds("run")), (1.0, 0.0));
        }
        assert!(seconds("run") > 0.0);
    }
}
