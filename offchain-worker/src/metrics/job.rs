//! Metrics of jobs: how many are in which phase, how long each phase took, and how they ended.

use aicpw_protocol::{task::Fault, Balance};
use std::sync::Arc;
use std::time::Instant;
use substrate_prometheus_endpoint::{
    exponential_buckets, Counter, CounterVec, Gauge, GaugeVec, HistogramOpts, HistogramVec, Opts,
    PrometheusError, Registry, SourcedCounter, F64, U64,
};

use super::{counters, engine::EngineTime, gauges, register, reported_faults};
use crate::queue::{End, Phase};

/// The stages of the engine.
pub(super) const STAGES: [&str; 2] = ["build", "run"];

/// How conformance runs end: with an answer, or without.
const RUN_ENDS: [&str; 2] = ["answered", "failed"];

/// Metrics of a provider's worker.
#[derive(Clone, Default)]
pub struct WorkerMetrics(pub(super) Option<Arc<Registered>>);

impl std::fmt::Debug for WorkerMetrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts = if self.0.is_some() { "counts" } else { "off" };
        f.debug_tuple("WorkerMetrics").field(&counts).finish()
    }
}

pub(super) struct Registered {
    devices: Gauge<U64>,
    looks_failed: Gauge<U64>,
    jobs: GaugeVec<U64>,
    phase_seconds: HistogramVec,
    taken: Counter<U64>,
    ended: CounterVec<U64>,
    failures: CounterVec<U64>,
    lacking: Gauge<U64>,
    verdicts_against: Counter<U64>,
    // Floating-point: one AICP is 10^18 of the smallest unit, and 64 bits of whole numbers end at
    // 18 AICP.
    earned: Counter<F64>,
    slashed: Counter<F64>,
    conformance_runs: CounterVec<U64>,
    pub(super) engine_started: CounterVec<U64>,
    pub(super) engine_failed: CounterVec<U64>,
    pub(super) engine_time: EngineTime,
}

impl WorkerMetrics {
    /// Counts into `registry`.
    ///
    /// # Errors
    /// If it has metrics of these names already.
    pub fn register(registry: &Registry) -> Result<Self, PrometheusError> {
        let phases = || Phase::NAMES.into_iter().filter(|name| *name != "closed");
        let seconds = HistogramOpts::new(
            "aicpw_job_phase_seconds",
            "How long jobs were in a phase, in seconds, when they left it",
        );
        // 10 ms to 12 h.
        let seconds = seconds.buckets(exponential_buckets(0.01, 4.0, 12)?);
        let phase_seconds = register(HistogramVec::new(seconds, &["phase"])?, registry)?;
        for phase in phases() {
            phase_seconds.with_label_values(&[phase]);
        }
        let failed = Opts::new(
            "aicpw_engine_failed_total",
            "Stages of jobs that the engine gave up, by stage and fault",
        );
        let engine_failed = register(CounterVec::new(failed, &["stage", "fault"])?, registry)?;
        for stage in STAGES {
            for fault in reported_faults() {
                engine_failed.with_label_values(&[stage, fault]);
            }
        }
        let engine_time = EngineTime::default();
        let time = Opts::new(
            "aicpw_engine_seconds_total",
            "Time in the stages of jobs, of those that run until now, in seconds; that of `run` is the \
             devices' time",
        );
        let time = time.variable_label("stage");
        register(SourcedCounter::new(&time, engine_time.clone())?, registry)?;
        Ok(Self(Some(Arc::new(Registered {
            devices: register(
                Gauge::new(
                    "aicpw_local_devices",
                    "Devices of this machine that are offered",
                )?,
                registry,
            )?,
            looks_failed: register(
                Gauge::new(
                    "aicpw_device_look_failed",
                    "Looks for this machine's devices that have failed since the last that worked; from three on only \
                     those are offered whose drivers answer alone",
                )?,
                registry,
            )?,
            jobs: gauges(
                registry,
                "aicpw_jobs",
                "Jobs of this node that have not ended, by phase",
                "phase",
                phases(),
            )?,
            phase_seconds,
            taken: register(
                Counter::new(
                    "aicpw_jobs_taken_total",
                    "Jobs taken from the chain's orders",
                )?,
                registry,
            )?,
            ended: counters(
                registry,
                "aicpw_jobs_ended_total",
                "Jobs whose assignment has ended, by how",
                "end",
                End::ALL.map(End::name),
            )?,
            failures: counters(
                registry,
                "aicpw_job_failures_total",
                "Jobs that this node could not do, by the fault that it reported",
                "fault",
                reported_faults(),
            )?,
            lacking: register(
                Gauge::new(
                    "aicpw_room_lacking_bytes",
                    "Bytes for which the IPFS store has no room beside results that are still answered for: \
                     the node takes no jobs; 0 where it does",
                )?,
                registry,
            )?,
            verdicts_against: register(
                Counter::new(
                    "aicpw_verdicts_against_total",
                    "Verdicts of juries against results of this node that could be appealed against when they were \
                     seen",
                )?,
                registry,
            )?,
            earned: register(
                Counter::new(
                    "aicpw_earned_planck_total",
                    "What this node's provider was paid for results, base fees, audits and seats, in the smallest unit",
                )?,
                registry,
            )?,
            slashed: register(
                Counter::new(
                    "aicpw_slashed_planck_total",
                    "What was taken of this node's provider's stake, in the smallest unit",
                )?,
                registry,
            )?,
            conformance_runs: counters(
                registry,
                "aicpw_conformance_runs_total",
                "Conformance runs of this machine's devices, by how they ended",
                "end",
                RUN_ENDS,
            )?,
            engine_started: counters(
                registry,
                "aicpw_engine_started_total",
                "Stages of jobs that the engine began",
                "stage",
                STAGES,
            )?,
            engine_failed,
            engine_time,
        }))))
    }

    /// Sets the number of devices that are offered.
    pub fn devices(&self, count: usize) {
        if let Some(metrics) = &self.0 {
            metrics.devices.set(count as u64);
        }
    }

    /// Sets how many checks of the machine's devices have failed in a row.
    pub fn looks_failed(&self, count: u64) {
        if let Some(metrics) = &self.0 {
            metrics.looks_failed.set(count);
        }
    }

    /// Counts a job that was taken.
    pub fn taken(&self) {
        if let Some(metrics) = &self.0 {
            metrics.taken.inc();
        }
    }

    /// Counts a conformance run that has ended, with an answer or without.
    pub fn conformance_run(&self, answered: bool) {
        if let Some(metrics) = &self.0 {
            let end = RUN_ENDS[usize::from(!answered)];
            metrics.conformance_runs.with_label_values(&[end]).inc();
        }
    }

    /// Counts a job that could not be done.
    pub fn failed(&self, fault: Fault) {
        if let Some(metrics) = &self.0 {
            metrics.failures.with_label_values(&[fault.name()]).inc();
        }
    }

    /// Sets for how many bytes of room the worker waits before it takes jobs again, if it waits.
    pub fn lacking(&self, bytes: Option<u64>) {
        if let Some(metrics) = &self.0 {
            metrics.lacking.set(bytes.unwrap_or(0));
        }
    }

    /// Counts a jury's verdict against a result.
    pub fn verdict_against(&self) {
        if let Some(metrics) = &self.0 {
            metrics.verdicts_against.inc();
        }
    }

    /// Counts a payment to the provider.
    pub fn earned(&self, amount: Balance) {
        if let Some(metrics) = &self.0 {
            metrics.earned.inc_by(amount as f64);
        }
    }

    /// Counts stake that was taken from the provider.
    pub fn slashed(&self, amount: Balance) {
        if let Some(metrics) = &self.0 {
            metrics.slashed.inc_by(amount as f64);
        }
    }

    /// Counts an assignment that has ended.
    pub fn ended(&self, end: End) {
        if let Some(metrics) = &self.0 {
            metrics.ended.with_label_values(&[end.name()]).inc();
        }
    }
}

/// Follows one job through its phases, for as long as it is worked on.
pub struct Timing {
    metrics: WorkerMetrics,
    /// The job's phase, and since when it is in it.
    now: Option<(&'static str, Instant)>,
}

impl Timing {
    /// Starts with a job that is in `phase`.
    pub fn start(metrics: WorkerMetrics, phase: &Phase) -> Self {
        let mut timing = Self { metrics, now: None };
        timing.come(phase);
        timing
    }

    /// Notes that the job enters `phase`.
    pub fn enter(&mut self, phase: &Phase) {
        if self.now.is_some_and(|(name, _)| name == phase.name()) {
            return;
        }
        if let (Some(metrics), Some((name, since))) = (&self.metrics.0, self.now) {
            let seconds = metrics.phase_seconds.with_label_values(&[name]);
            seconds.observe(since.elapsed().as_secs_f64());
        }
        self.leave();
        self.come(phase);
    }

    fn come(&mut self, phase: &Phase) {
        if matches!(phase, Phase::Closed { .. }) {
            return;
        }
        self.now = Some((phase.name(), Instant::now()));
        if let Some(metrics) = &self.metrics.0 {
            metrics.jobs.with_label_values(&[phase.name()]).inc();
        }
    }

    fn leave(&mut self) {
        if let (Some(metrics), Some((name, _))) = (&self.metrics.0, self.now.take()) {
            metrics.jobs.with_label_values(&[name]).dec();
        }
    }
}

impl Drop for Timing {
    fn drop(&mut self) {
        // The phase was interrupted: nobody knows how long it would have taken.
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::scrape::value;
    use aicpw_protocol::units::AICP;

    fn closed() -> Phase {
        Phase::Closed {
            at: 1,
            end: "settled".into(),
            pins: Vec::new(),
            gone: None,
        }
    }

    #[test]
    fn a_job_is_in_one_phase_at_a_time_and_in_none_when_it_is_closed() {
        let registry = Registry::new();
        let metrics = WorkerMetrics::register(&registry).unwrap();
        let jobs = |phase| value(&registry, "aicpw_jobs", &[("phase", phase)]);
        let left = |phase| value(&registry, "aicpw_job_phase_seconds", &[("phase", phase)]);

        let mut timing = Timing::start(metrics.clone(), &Phase::Fetching);
        timing.enter(&Phase::Fetching);
        assert_eq!((jobs("fetching"), left("fetching")), (1.0, 0.0));
        timing.enter(&Phase::Building);
        assert_eq!((jobs("fetching"), left("fetching")), (0.0, 1.0));
        assert_eq!(jobs("building"), 1.0);
        timing.enter(&closed());
        assert_eq!((jobs("building"), left("building")), (0.0, 1.0));

        let broken_off = Timing::start(metrics, &Phase::Running);
        assert_eq!(jobs("running"), 1.0);
        drop(broken_off);
        assert_eq!((jobs("running"), left("running")), (0.0, 0.0));
    }

    #[test]
    fn nothing_is_counted_without_a_registry() {
        let registry = Registry::new();
        let counting = WorkerMetrics::register(&registry).unwrap();
        let job = |metrics: &WorkerMetrics| {
            metrics.devices(2);
            metrics.looks_failed(3);
            metrics.taken();
            metrics.conformance_run(true);
            let mut timing = Timing::start(metrics.clone(), &Phase::Ready);
            timing.enter(&closed());
            metrics.failed(Fault::Crashed);
            metrics.verdict_against();
            metrics.earned(40 * AICP);
            metrics.slashed(AICP);
            metrics.ended(End::Failed);
        };
        let count = |name: &str, labels: &[(&str, &str)]| value(&registry, name, labels);
        let counted = || {
            [
                count("aicpw_local_devices", &[]),
                count("aicpw_device_look_failed", &[]),
                count("aicpw_jobs_taken_total", &[]),
                count("aicpw_conformance_runs_total", &[("end", "answered")]),
                count("aicpw_job_phase_seconds", &[("phase", "ready")]),
                count("aicpw_job_failures_total", &[("fault", "crashed")]),
                count("aicpw_jobs_ended_total", &[("end", "failed")]),
                count("aicpw_verdicts_against_total", &[]),
                count("aicpw_earned_planck_total", &[]),
                count("aicpw_slashed_planck_total", &[]),
            ]
        };
        job(&WorkerMetrics::default());
        assert_eq!(counted(), [0.0; 10]);
        // The same with a registry.
        job(&counting);
        let expected = [2.0, 3.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 4e19, 1e18];
        assert_eq!(counted(), expected);
    }
}
