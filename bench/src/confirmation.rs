//! Measures how long a transaction takes to get into a block, and into a final one; and how often
//! the chain forks.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use aicpw_network_tests::{client::Header, Client, Cluster};
use anyhow::{bail, ensure, Context, Result};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::{report::Measured, statistics::percentile, transactions};

/// The longest time for one status of the subscription; later the run has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Measures one validator, on the development chain.
pub async fn single(count: u32, report: &mut Measured) -> Result<()> {
    let cluster = Cluster::development().await?;
    measure(&cluster, "1 validator", count, report).await
}

/// Measures four validators.
pub async fn four(chain: &str, count: u32, report: &mut Measured) -> Result<()> {
    let cluster = Cluster::local_on(chain, &[]).await?;
    measure(&cluster, "4 validators", count, report).await
}

async fn measure(cluster: &Cluster, name: &str, count: u32, report: &mut Measured) -> Result<()> {
    let confirmed = Confirmed::measure(cluster, count).await?;
    let mut row = |what: &str, value: f64, unit, goal: &str| {
        report.add(format!("{name}: {what}"), value, unit, goal);
    };
    for (what, samples, goal) in [
        ("inclusion", &confirmed.inclusion, "< 600"),
        ("finality", &confirmed.finality, "< 1000"),
    ] {
        let at = |p| milliseconds(samples, p);
        row(&format!("{what} p50"), at(0.5), "ms", "");
        row(&format!("{what} p95"), at(0.95), "ms", goal);
        row(&format!("{what} max"), at(1.0), "ms", "");
    }
    row("heights seen", confirmed.heights as f64, "", "");
    row("heights with a fork", confirmed.forked as f64, "", "");
    row("most blocks at one height", confirmed.most as f64, "", "");
    Ok(())
}

/// Returns a percentile in milliseconds.
pub fn milliseconds(samples: &[Duration], p: f64) -> f64 {
    percentile(samples, p).as_secs_f64() * 1e3
}

/// The confirmations of some transactions, and the blocks that were seen meanwhile.
pub struct Confirmed {
    /// The times from the sending of a transaction until it is in a block.
    pub inclusion: Vec<Duration>,
    /// The times from the sending until that block is final.
    pub finality: Vec<Duration>,
    /// The number of heights at which a block was seen.
    pub heights: usize,
    /// The number of heights at which more than one block was seen.
    pub forked: usize,
    /// The most blocks at one height.
    pub most: usize,
}

impl Confirmed {
    /// Sends transactions one after the other.
    pub async fn measure(cluster: &Cluster, count: u32) -> Result<Self> {
        Confirming::begin(cluster, count).await?.end().await
    }
}

/// Transactions that are sent one after the other, whatever else this program does.
pub struct Confirming {
    forks: Forks,
    sending: JoinSet<Result<Latencies>>,
}

/// The times until each transaction was in a block, and until that was final.
type Latencies = (Vec<Duration>, Vec<Duration>);

impl Confirming {
    /// Begins to send this many transactions once the network is complete.
    pub async fn begin(cluster: &Cluster, count: u32) -> Result<Self> {
        let first = cluster.validators.first().context("no validator")?;
        // The first finalised blocks prove that the network is complete.
        for node in &cluster.validators {
            node.wait_finalised(10, Duration::from_secs(180)).await?;
        }
        let forks = Forks::watch(cluster).await?;
        let client = first.client().await?;
        let transactions = transactions::remarks(&client, count).await?;
        let mut sending = JoinSet::new();
        sending.spawn(async move {
            let (mut inclusion, mut finality) = (Vec::new(), Vec::new());
            for transaction in transactions {
                let (included, finalised) = confirm(&client, transaction).await?;
                inclusion.push(included);
                finality.push(finalised);
            }
            Ok((inclusion, finality))
        });
        Ok(Self { forks, sending })
    }

    /// Waits until all are confirmed.
    pub async fn end(mut self) -> Result<Confirmed> {
        let sent = self.sending.join_next().await;
        let (inclusion, finality) = sent.context("nothing was sent")???;
        let (heights, forked, most) = self.forks.count()?;
        Ok(Confirmed {
            inclusion,
            finality,
            heights,
            forked,
            most,
        })
    }
}

/// Submits a transaction and measures until it is in a block, and until that is final.
async fn confirm(client: &Client, transaction: String) -> Result<(Duration, Duration)> {
    let start = Instant::now();
    let mut statuses = client
        .subscribe_with::<Value>(
            "author_submitAndWatchExtrinsic",
            &[transaction.into()],
            "author_unwatchExtrinsic",
        )
        .await?;
    let mut included = None;
    loop {
        let status = tokio::time::timeout(PATIENCE, statuses.next())
            .await
            .context("no status within a minute")?
            .context("the subscription ended")??;
        if status.get("inBlock").is_some() {
            // A reorganisation includes the transaction again; the first time is what a person
            // sees.
            included.get_or_insert(start.elapsed());
        } else if status.get("finalized").is_some() {
            let finalised = start.elapsed();
            return Ok((included.unwrap_or(finalised), finalised));
        } else if ["usurped", "dropped", "invalid", "finalityTimeout"]
            .iter()
            .any(|bad| status.get(bad).is_some() || status.as_str() == Some(bad))
        {
            bail!("the transaction ended as {status}");
        }
    }
}

type Heights = HashMap<u32, HashSet<String>>;

/// All blocks that any of the nodes has imported, by height.
struct Forks {
    seen: Arc<Mutex<Heights>>,
    _watching: JoinSet<()>,
}

impl Forks {
    async fn watch(cluster: &Cluster) -> Result<Self> {
        let seen = Arc::new(Mutex::new(Heights::new()));
        let mut watching = JoinSet::new();
        for node in &cluster.validators {
            let client = node.client().await?;
            let mut heads = client
                .subscribe_with::<Header>(
                    "chain_subscribeAllHeads",
                    &[],
                    "chain_unsubscribeAllHeads",
                )
                .await?;
            let seen = Arc::clone(&seen);
            watching.spawn(async move {
                // The connection lives as long as the subscription is read.
                let _client = client;
                while let Some(Ok(header)) = heads.next().await {
                    let Ok(number) = header.number() else {
                        continue;
                    };
                    if let (Ok(mut seen), Some(id)) = (seen.lock(), header.seal()) {
                        seen.entry(number).or_default().insert(id);
                    }
                }
            });
        }
        Ok(Self {
            seen,
            _watching: watching,
        })
    }

    /// Returns the number of heights seen, of those with more than one block, and the most blocks
    /// at one height.
    fn count(&self) -> Result<(usize, usize, usize)> {
        let seen = self
            .seen
            .lock()
            .map_err(|_| anyhow::anyhow!("a watcher panicked"))?;
        ensure!(!seen.is_empty(), "no block was seen");
        let forked = seen.values().filter(|blocks| blocks.len() > 1).count();
        let largest = seen.values().map(HashSet::len).max().unwrap_or(0);
        Ok((seen.len(), forked, largest))
    }
}
