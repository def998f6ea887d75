//! What Prometheus is told of the worker and of IPFS. `docs/metrics.md` has the table.
//!
//! Without a registry ([`WorkerMetrics::default`], [`IpfsMetrics::default`]) nothing is counted.

mod engine;
mod ipfs;
mod job;

pub use engine::MeteredEngine;
pub use ipfs::{IpfsMetrics, MeteredStore};
pub use job::{Timing, WorkerMetrics};

use aicpw_protocol::task::Fault;
use substrate_prometheus_endpoint::{
    prometheus::core::{Atomic, Collector},
    CounterVec, GaugeVec, Opts, PrometheusError, Registry,
};

/// All faults, as labels.
const FAULTS: [Fault; 13] = [
    Fault::NoKey,
    Fault::NoStart,
    Fault::NoProgress,
    Fault::NoCommit,
    Fault::NoReveal,
    Fault::WrongResult,
    Fault::Crashed,
    Fault::BadKey,
    Fault::InputUnavailable,
    Fault::BadManifest,
    Fault::BuildFailed,
    Fault::RunFailed,
    Fault::TimeLimit,
];

/// A fault as the label `fault` has it: the word of the JSON views.
fn fault_label(fault: Fault) -> &'static str {
    match fault {
        Fault::NoKey => "no-key",
        Fault::NoStart => "no-start",
        Fault::NoProgress => "no-progress",
        Fault::NoCommit => "no-commit",
        Fault::NoReveal => "no-reveal",
        Fault::WrongResult => "wrong-result",
        Fault::Crashed => "crashed",
        Fault::BadKey => "bad-key",
        Fault::InputUnavailable => "input-unavailable",
        Fault::BadManifest => "bad-manifest",
        Fault::BuildFailed => "build-failed",
        Fault::RunFailed => "run-failed",
        Fault::TimeLimit => "time-limit",
    }
}

/// The faults that a worker reports; the others are the chain's to see.
fn reported_faults() -> impl Iterator<Item = &'static str> {
    let of_worker = |fault: &Fault| {
        matches!(
            fault,
            Fault::Crashed
                | Fault::BadKey
                | Fault::InputUnavailable
                | Fault::BadManifest
                | Fault::BuildFailed
                | Fault::RunFailed
                | Fault::TimeLimit
        )
    };
    FAULTS.into_iter().filter(of_worker).map(fault_label)
}

fn register<M: Collector + Clone + 'static>(
    metric: M,
    registry: &Registry,
) -> Result<M, PrometheusError> {
    substrate_prometheus_endpoint::register(metric, registry)
}

/// Counters with one label, all at zero: a counter that appears with its first event hides it.
fn counters<P: Atomic + 'static>(
    registry: &Registry,
    name: &str,
    help: &str,
    label: &str,
    values: impl IntoIterator<Item = &'static str>,
) -> Result<CounterVec<P>, PrometheusError> {
    let counters = register(CounterVec::new(Opts::new(name, help), &[label])?, registry)?;
    for value in values {
        counters.with_label_values(&[value]);
    }
    Ok(counters)
}

/// Gauges with one label, all at zero.
fn gauges<P: Atomic + 'static>(
    registry: &Registry,
    name: &str,
    help: &str,
    label: &str,
    values: impl IntoIterator<Item = &'static str>,
) -> Result<GaugeVec<P>, PrometheusError> {
    let gauges = register(GaugeVec::new(Opts::new(name, help), &[label])?, registry)?;
    for value in values {
        gauges.with_label_values(&[value]);
    }
    Ok(gauges)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_have_the_words_of_the_json_views() {
        for fault in FAULTS {
            let word = serde_json::to_value(fault).unwrap();
            assert_eq!(word, fault_label(fault));
        }
    }
}

/// Reads what a registry would tell, in tests.
#[cfg(test)]
pub(crate) mod scrape {
    use super::*;
    use substrate_prometheus_endpoint::prometheus::proto::MetricType;

    /// The value of a metric with these labels; of a histogram the number of observations.
    pub fn value(registry: &Registry, name: &str, labels: &[(&str, &str)]) -> f64 {
        let families = registry.gather();
        let family = families
            .iter()
            .find(|family| family.get_name() == name)
            .unwrap_or_else(|| panic!("no metric {name}"));
        let metric = family.get_metric().iter().find(|metric| {
            let has = metric.get_label().iter();
            let has: Vec<_> = has.map(|l| (l.get_name(), l.get_value())).collect();
            has.len() == labels.len() && labels.iter().all(|label| has.contains(label))
        });
        let metric = metric.unwrap_or_else(|| panic!("{name} has no {labels:?}"));
        match family.get_field_type() {
            MetricType::HISTOGRAM => metric.get_histogram().get_sample_count() as f64,
            MetricType::COUNTER => metric.get_counter().get_value(),
            _ => metric.get_gauge().get_value(),
        }
    }
}
