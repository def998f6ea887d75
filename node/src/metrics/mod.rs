//! The metrics of the market for Prometheus. They are read from the state of the best block, which keeps these sums
//! itself, so every node reports the same and nothing is counted twice. A node reports nothing before it has caught up
//! for the first time: a sum that grows from zero to today's value while a new node syncs would look like that many
//! events.
//!
//! `docs/metrics.md` has the table of these metrics and of those of the worker and of IPFS.

pub mod earnings;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aicpw_offchain_worker::chain::Heads;
use aicpw_primitives::api::{CensusApi, TasksApi};
use aicpw_protocol::view::{MarketCensus, MarketClock};
use sp_api::{ApiError, ProvideRuntimeApi};
use sp_consensus::SyncOracle;
use sp_core::H256;
use substrate_prometheus_endpoint::{
    register, MetricSource, Opts, PrometheusError, Registry, SourcedCounter, SourcedGauge,
};
use tokio::sync::watch;

use crate::service::FullClient;

/// How often the state is read at most, because blocks come faster while a node catches up.
const READ_EVERY: Duration = Duration::from_secs(1);

/// The values that were read last.
#[derive(Debug, Clone, Copy, Default)]
struct Read {
    census: MarketCensus,
    is_paused: bool,
}

/// The values that were read last, or `None` until the node has caught up.
type LastRead = Arc<Mutex<Option<Read>>>;

/// Passes on each value with its label, or without one.
type Values = fn(&Read, &mut dyn FnMut(&[&str], u64));

/// One metric.
#[derive(Clone)]
struct Source {
    read: LastRead,
    values: Values,
}

impl MetricSource for Source {
    type N = u64;

    fn collect(&self, mut set: impl FnMut(&[&str], u64)) {
        let read = *self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(read) = read {
            (self.values)(&read, &mut set);
        }
    }
}

/// The metrics of the market.
pub struct MarketMetrics {
    read: LastRead,
}

impl MarketMetrics {
    /// Registers the metrics with `registry`.
    ///
    /// # Errors
    /// If it already has metrics of these names.
    pub fn register(registry: &Registry) -> Result<Self, PrometheusError> {
        let read = LastRead::default();
        let source = |values| Source {
            read: read.clone(),
            values,
        };
        let gauge = |opts: Opts, values: Values| {
            register(SourcedGauge::new(&opts, source(values))?, registry).map(drop)
        };
        let counter = |opts: Opts, values: Values| {
            register(SourcedCounter::new(&opts, source(values))?, registry).map(drop)
        };
        gauge(
            Opts::new("aicpw_tasks", "Tasks that have not ended, by state").variable_label("state"),
            |read, set| {
                let tasks = &read.census.tasks;
                set(&["queued"], tasks.queued.into());
                set(&["parked"], tasks.parked.into());
                set(&["active"], tasks.active.into());
                set(&["verifying"], tasks.verifying.into());
                set(&["disputed"], tasks.disputed.into());
            },
        )?;
        counter(
            Opts::new(
                "aicpw_tasks_submitted_total",
                "Tasks submitted since genesis",
            ),
            |read, set| set(&[], read.census.submitted),
        )?;
        counter(
            Opts::new(
                "aicpw_tasks_ended_total",
                "Tasks ended since genesis, by how",
            )
            .variable_label("end"),
            |read, set| {
                let tasks = &read.census.tasks;
                set(&["settled"], tasks.settled);
                set(&["cancelled"], tasks.cancelled);
                set(&["refunded"], tasks.refunded);
            },
        )?;
        counter(
            Opts::new("aicpw_matches_total", "Assignments made since genesis"),
            |read, set| set(&[], read.census.tasks.matched),
        )?;
        counter(
            Opts::new(
                "aicpw_assignments_failed_total",
                "Assignments failed since genesis",
            ),
            |read, set| set(&[], read.census.tasks.failed),
        )?;
        gauge(
            Opts::new("aicpw_disputes_open", "Disputes that are not over"),
            |read, set| set(&[], read.census.disputes.open.into()),
        )?;
        counter(
            Opts::new(
                "aicpw_disputes_opened_total",
                "Disputes opened since genesis",
            ),
            |read, set| set(&[], read.census.disputes.opened),
        )?;
        counter(
            Opts::new(
                "aicpw_disputes_appealed_total",
                "Larger juries that accounts called since genesis, by an appeal",
            ),
            |read, set| set(&[], read.census.disputes.appealed),
        )?;
        counter(
            Opts::new(
                "aicpw_juror_votes_total",
                "Votes since genesis of juries that were done",
            ),
            |read, set| set(&[], read.census.disputes.votes),
        )?;
        counter(
            Opts::new(
                "aicpw_verdicts_total",
                "Verdicts since genesis, by what the jury found",
            )
            .variable_label("outcome"),
            |read, set| {
                let disputes = &read.census.disputes;
                let claims = &read.census.claims;
                set(&["upheld"], disputes.upheld);
                set(&["wrong"], disputes.wrong);
                set(&["unable"], disputes.unable);
                set(&["key-withheld"], disputes.key_withheld);
                set(&["no-majority"], disputes.no_majority);
                set(&["too-few-jurors"], disputes.too_few_jurors);
                set(&["available"], claims.available);
                set(&["unavailable"], claims.unavailable);
            },
        )?;
        gauge(
            Opts::new("aicpw_devices_listed", "Devices in the order book"),
            |read, set| set(&[], read.census.listed_devices.into()),
        )?;
        gauge(
            Opts::new(
                "aicpw_providers_live",
                "Providers with a heartbeat in this heartbeat period or the one before",
            ),
            |read, set| set(&[], read.census.live_providers.into()),
        )?;
        gauge(
            Opts::new("aicpw_market_paused", "1 while the market is paused"),
            |read, set| set(&[], read.is_paused.into()),
        )?;
        Ok(Self { read })
    }

    /// Reads the state of new best blocks as long as there are any.
    pub async fn follow(
        self,
        client: Arc<FullClient>,
        mut heads: watch::Receiver<Heads>,
        sync: Arc<dyn SyncOracle + Send + Sync>,
    ) {
        let mut has_complained = false;
        // The best block at the start is an old one. A node learns that it is behind from its peers, and it has none
        // yet.
        heads.borrow_and_update();
        while heads.changed().await.is_ok() {
            let best = H256(heads.borrow_and_update().best.hash);
            match self.look(sync.is_major_syncing(), || read(&client, best)) {
                Ok(()) => {}
                // The runtime is from before the census, or the block was pruned meanwhile.
                Err(error) if !std::mem::replace(&mut has_complained, true) => {
                    log::warn!("no metrics of the market: the state of {best:?}: {error}");
                }
                Err(_) => {}
            }
            tokio::time::sleep(READ_EVERY).await;
        }
    }

    /// Reads the values and publishes them, unless the node has not caught up since its start.
    fn look(
        &self,
        is_syncing: bool,
        read: impl FnOnce() -> Result<Read, ApiError>,
    ) -> Result<(), ApiError> {
        if is_syncing && self.last().is_none() {
            return Ok(());
        }
        let read = read()?;
        *self.last() = Some(read);
        Ok(())
    }

    fn last(&self) -> MutexGuard<'_, Option<Read>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(client: &FullClient, block: H256) -> Result<Read, ApiError> {
    let api = client.runtime_api();
    let census = api.census(block)?;
    let MarketClock { is_paused, .. } = api.market_clock(block)?;
    Ok(Read { census, is_paused })
}
