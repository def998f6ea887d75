//! How long a transaction takes into a block, and into a final one; and how often the chain forks.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use aicpw_network_tests::{client::Header, Client, Cluster};
use anyhow::{bail, ensure, Context, Result};
use serde_json::Value;

use crate::{report::Measured, statistics::percentile, transactions};

/// One status of the subscription takes no longer than this, or the run has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// One validator on the development chain.
pub async fn single(count: u32, report: &mut Measured) -> Result<()> {
    let cluster = Cluster::development().await?;
    measure(&cluster, "1 validator", count, report).await
}

/// Four validators.
pub async fn four(chain: &str, count: u32, report: &mut Measured) -> Result<()> {
    let cluster = Cluster::local_on(chain, &[]).await?;
    measure(&cluster, "4 validators", count, report).await
}

async fn measure(cluster: &Cluster, name: &str, count: u32, report: &mut Measured) -> Result<()> {
    let first = cluster.validators.first().context("no validator")?;
    // The first finalised blocks prove that the network is complete.
    for node in &cluster.validators {
        node.wait_finalised(10, Duration::from_secs(180)).await?;
    }
    let forks = Forks::watch(cluster).await?;
    let client = first.client().await?;
    let mut inclusion = Vec::new();
    let mut finality = Vec::new();
    for transaction in transactions::remarks(first.url(), count).await? {
        let (included, finalised) = confirm(&client, transaction).await?;
        inclusion.push(included);
        finality.push(finalised);
    }
    let (heights, forked, largest) = forks.count()?;
    let mut row = |what: &str, samples: &[Duration], p: f64, goal: &str| {
        let value = percentile(samples, p).as_secs_f64() * 1000.0;
        report.add(format!("{name}: {what}"), value, "ms", goal);
    };
    row("inclusion p50", &inclusion, 0.5, "");
    row("inclusion p95", &inclusion, 0.95, "< 600");
    row("inclusion max", &inclusion, 1.0, "");
    row("finality p50", &finality, 0.5, "");
    row("finality p95", &finality, 0.95, "< 1000");
    row("finality max", &finality, 1.0, "");
    report.add(format!("{name}: heights seen"), heights as f64, "", "");
    report.add(
        format!("{name}: heights with a fork"),
        forked as f64,
        "",
        "",
    );
    report.add(
        format!("{name}: most blocks at one height"),
        largest as f64,
        "",
        "",
    );
    Ok(())
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
            // A reorganisation includes it again; the first time is what a person sees.
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
}

impl Forks {
    async fn watch(cluster: &Cluster) -> Result<Self> {
        let seen = Arc::new(Mutex::new(Heights::new()));
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
            tokio::spawn(async move {
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
        Ok(Self { seen })
    }

    /// Heights seen, those with more than one block, and the most blocks at one.
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
