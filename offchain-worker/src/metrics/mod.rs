//! Metrics of the worker and of IPFS for Prometheus. `docs/metrics.md` has the table.
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

/// Returns the faults that a worker reports, as labels; only the chain finds the others.
fn reported_faults() -> impl Iterator<Item = &'static str> {
    let faults = Fault::ALL.into_iter();
    let reported = faults.filter(|fault| fault.is_reported_by_worker());
    reported.map(Fault::name)
}

fn register<M: Collector + Clone + 'static>(
    metric: M,
    registry: &Registry,
) -> Result<M, PrometheusError> {
    substrate_prometheus_endpoint::register(metric, registry)
}

/// Registers counters with one label, all at zero: a counter that appears with its first event
/// hides that event.
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

/// Registers gauges with one label, all at zero.
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

/// Reads what a registry would report, in tests.
#[cfg(test)]
pub(crate) mod scrape {
    use super::*;
    use substrate_prometheus_endpoint::prometheus::proto::MetricType;

    /// Returns the value of a metric with these labels; of a histogram, the number of observations.
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
