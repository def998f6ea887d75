#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use aicpw_offchain_worker::metrics::{IpfsMetrics, WorkerMetrics};
use aicpw_protocol::view::{ClaimCensus, DisputeCensus, TaskCensus};
use substrate_prometheus_endpoint::prometheus::proto::MetricType;

use super::*;
use crate::{disk, service::early_blocks};

const PAGE: &str = include_str!("../../../docs/metrics.md");
const DASHBOARD: &str = include_str!("../../../packaging/grafana/aicpw-node.json");

/// What a page or a registry knows of a metric: its type, its labels and their values.
#[derive(Debug, PartialEq, Eq)]
struct Known {
    kind: &'static str,
    labels: BTreeMap<String, BTreeSet<String>>,
}

fn registry() -> Registry {
    let registry = Registry::new();
    let market = MarketMetrics::register(&registry).unwrap();
    market.look(false, || Ok(Read::default())).unwrap();
    WorkerMetrics::register(&registry).unwrap();
    IpfsMetrics::register(&registry).unwrap();
    disk::register_metric(&registry, "/".as_ref()).unwrap();
    early_blocks::register_metric(&registry).unwrap();
    registry
}

fn known() -> BTreeMap<String, Known> {
    let families = registry().gather();
    let known = families.iter().map(|family| {
        let mut labels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for label in family.get_metric().iter().flat_map(|m| m.get_label()) {
            let values = labels.entry(label.get_name().to_owned()).or_default();
            values.insert(label.get_value().to_owned());
        }
        let kind = match family.get_field_type() {
            MetricType::COUNTER => "counter",
            MetricType::GAUGE => "gauge",
            MetricType::HISTOGRAM => "histogram",
            other => panic!("{other:?}"),
        };
        (family.get_name().to_owned(), Known { kind, labels })
    });
    known.collect()
}

fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn the_page_has_every_metric_with_its_type_and_labels_and_no_other() {
    let mut known = known();
    // The values of labels that an earlier row lists.
    let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in PAGE.lines().filter(|line| line.starts_with("| `aicpw_")) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let [_, name, kind, labels, what, _] = cells[..] else {
            // These rows are conditions for alarms.
            continue;
        };
        let name = spans(name).next().unwrap();
        let metric = known
            .remove(name)
            .unwrap_or_else(|| panic!("{name}: no such metric"));
        assert_eq!(metric.kind, kind, "{name}");
        assert!(!what.is_empty(), "{name}");
        match labels.split_once(':') {
            Some((label, listed)) => {
                let label = spans(label).next().unwrap().to_owned();
                let listed = spans(listed).map(str::to_owned).collect();
                values.insert(label.clone(), listed);
                let expected = BTreeMap::from([(label.clone(), values[&label].clone())]);
                assert_eq!(metric.labels, expected, "{name}");
            }
            None => {
                let named = spans(labels);
                let expected = named.map(|label| (label.to_owned(), values[label].clone()));
                assert_eq!(metric.labels, expected.collect(), "{name}");
            }
        }
    }
    assert!(known.is_empty(), "docs/metrics.md lacks {known:?}");
}

/// Returns the words of a Prometheus expression that look like names of metrics.
fn names(expression: &str) -> impl Iterator<Item = &str> {
    let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("aicpw_") || word.starts_with("substrate_"))
}

fn expressions(value: &serde_json::Value, into: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value.as_str()) {
                    ("expr", Some(text)) => into.push(text.to_owned()),
                    _ => expressions(value, into),
                }
            }
        }
        serde_json::Value::Array(values) => {
            values.iter().for_each(|value| expressions(value, into));
        }
        _ => {}
    }
}

/// Returns the metric that a series belongs to.
fn metric_of<'a>(series: &'a str, known: &BTreeMap<String, Known>) -> &'a str {
    let parts = ["_bucket", "_sum", "_count"];
    let base = parts.iter().find_map(|part| series.strip_suffix(part));
    base.filter(|base| known.get(*base).is_some_and(|m| m.kind == "histogram"))
        .unwrap_or(series)
}

#[test]
fn the_dashboard_shows_every_metric_and_none_that_is_not_there() {
    let known = known();
    let mut all = Vec::new();
    expressions(&serde_json::from_str(DASHBOARD).unwrap(), &mut all);
    let shown: BTreeSet<&str> = all
        .iter()
        .flat_map(|expression| names(expression))
        .filter(|name| name.starts_with("aicpw_"))
        .map(|series| metric_of(series, &known))
        .collect();
    let known: BTreeSet<&str> = known.keys().map(String::as_str).collect();
    assert_eq!(shown, known);
}

#[test]
fn alarms_are_about_metrics_that_are_there() {
    let known = known();
    let (_, alarms) = PAGE.split_once("## Worth an alarm").unwrap();
    let (alarms, _) = alarms.split_once("\n## ").unwrap();
    let named: Vec<_> = spans(alarms)
        .flat_map(names)
        .filter(|name| name.starts_with("aicpw_"))
        .collect();
    assert!(!named.is_empty());
    for name in named {
        assert!(known.contains_key(metric_of(name, &known)), "{name}");
    }
}

/// Returns the number of comparisons outside of parentheses.
fn comparisons(condition: &str) -> usize {
    let (mut open, mut count) = (0, 0);
    for word in condition.split_whitespace() {
        open += word.matches('(').count();
        open -= word.matches(')').count();
        count += usize::from(open == 0 && ["==", "!=", ">", "<", ">=", "<="].contains(&word));
    }
    count
}

/// Prometheus evaluates comparisons from left to right, and passes on the compared value: in `a > b > 0` the second
/// comparison is about `a`.
#[test]
fn alarms_compare_once() {
    let (_, alarms) = PAGE.split_once("## Worth an alarm").unwrap();
    let (alarms, _) = alarms.split_once("\n## ").unwrap();
    let conditions = alarms.lines().filter_map(|line| line.strip_prefix("| `"));
    let conditions: Vec<_> = conditions
        .map(|line| line.split_once('`').unwrap().0)
        .collect();
    assert!(!conditions.is_empty());
    for condition in conditions {
        assert_eq!(comparisons(condition), 1, "{condition}");
    }
}

#[test]
fn what_was_read_last_is_told() {
    let registry = Registry::new();
    let metrics = MarketMetrics::register(&registry).unwrap();
    let read = Read {
        census: MarketCensus {
            submitted: 9,
            tasks: TaskCensus {
                queued: 1,
                parked: 2,
                active: 3,
                verifying: 4,
                disputed: 13,
                settled: 5,
                cancelled: 6,
                refunded: 7,
                matched: 8,
                failed: 10,
            },
            disputes: DisputeCensus {
                open: 14,
                opened: 15,
                appealed: 16,
                votes: 17,
                upheld: 18,
                wrong: 19,
                unable: 20,
                key_withheld: 21,
                no_majority: 22,
                too_few_jurors: 23,
            },
            claims: ClaimCensus {
                available: 24,
                unavailable: 25,
            },
            listed_devices: 11,
            live_providers: 12,
        },
        is_paused: true,
    };
    metrics.look(false, || Ok(read)).unwrap();
    let mut told = BTreeMap::new();
    for family in registry.gather() {
        for metric in family.get_metric() {
            let label = metric.get_label().first().map_or("", |l| l.get_value());
            let value = metric.get_counter().get_value() + metric.get_gauge().get_value();
            told.insert(format!("{} {label}", family.get_name()), value as u64);
        }
    }
    let expected = [
        ("aicpw_assignments_failed_total ", 10),
        ("aicpw_devices_listed ", 11),
        ("aicpw_disputes_appealed_total ", 16),
        ("aicpw_disputes_open ", 14),
        ("aicpw_disputes_opened_total ", 15),
        ("aicpw_juror_votes_total ", 17),
        ("aicpw_market_paused ", 1),
        ("aicpw_matches_total ", 8),
        ("aicpw_providers_live ", 12),
        ("aicpw_tasks active", 3),
        ("aicpw_tasks disputed", 13),
        ("aicpw_tasks parked", 2),
        ("aicpw_tasks queued", 1),
        ("aicpw_tasks verifying", 4),
        ("aicpw_tasks_ended_total cancelled", 6),
        ("aicpw_tasks_ended_total refunded", 7),
        ("aicpw_tasks_ended_total settled", 5),
        ("aicpw_tasks_submitted_total ", 9),
        ("aicpw_verdicts_total available", 24),
        ("aicpw_verdicts_total key-withheld", 21),
        ("aicpw_verdicts_total no-majority", 22),
        ("aicpw_verdicts_total too-few-jurors", 23),
        ("aicpw_verdicts_total unable", 20),
        ("aicpw_verdicts_total unavailable", 25),
        ("aicpw_verdicts_total upheld", 18),
        ("aicpw_verdicts_total wrong", 19),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value));
    assert_eq!(told, BTreeMap::from(expected));
}

#[test]
fn nothing_is_told_before_the_node_has_caught_up() {
    let registry = Registry::new();
    let metrics = MarketMetrics::register(&registry).unwrap();
    let look = |is_syncing, submitted| {
        let census = MarketCensus {
            submitted,
            ..Default::default()
        };
        let read = Read {
            census,
            is_paused: false,
        };
        metrics.look(is_syncing, || Ok(read)).unwrap();
        let families = registry.gather();
        let is_it = |name| name == "aicpw_tasks_submitted_total";
        let told = families.iter().find(|family| is_it(family.get_name()))?;
        told.get_metric()
            .first()
            .map(|metric| metric.get_counter().get_value() as u64)
    };
    assert!(registry.gather().iter().all(|f| f.get_metric().is_empty()));
    assert_eq!(look(true, 0), None);
    assert_eq!(look(true, 59_000), None);
    assert_eq!(look(false, 60_000), Some(60_000));
    // After that it shows what it reads, behind or not.
    assert_eq!(look(true, 60_001), Some(60_001));
}
