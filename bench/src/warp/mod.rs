//! Measures warp sync of a long chain: how long a new node takes to get the state of the last final block, and all
//! blocks before it. The chain is made first (`author`); ordinary nodes serve and synchronise it.

mod author;

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use aicpw_network_tests::{
    chain,
    cluster::whole_machine,
    metrics, prepared,
    wait::{self, Seen},
    Client, Node, NodeOptions,
};
use anyhow::{ensure, Context, Result};
use clap::Args;
use frame_support::storage::storage_prefix;
use indicatif::ProgressBar;
use serde_json::Value;
use tempfile::TempDir;

use self::author::Author;
use crate::{machine, report::Measured};

/// The number of peers with which a node begins to warp.
const SERVERS: u32 = 3;

/// How long one step may take.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// The metric of the bytes that the node has received from the network.
const BYTES: &str = "substrate_sub_libp2p_network_bytes_total{direction=\"in\"";

/// How long the chain is.
#[derive(Args, Clone)]
pub struct ChainLength {
    /// Warp: blocks of the chain. To make one takes some milliseconds.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1_000..))]
    blocks: u32,
}

pub async fn measure(chain: &ChainLength, report: &mut Measured) -> Result<()> {
    let _machine = whole_machine().await?;
    let folder = TempDir::with_prefix("aicpw-warp-").context("a temporary folder")?;
    let first = folder.path().join(server(0));
    make(&first, chain.blocks, report).await?;
    // Only the database is copied: each node has its own identity.
    let database = Path::new("chains/dev/paritydb");
    for number in 1..SERVERS {
        let other = folder.path().join(server(number));
        copy(&first.join(database), &other.join(database))?;
    }
    let mut servers: Vec<Node> = Vec::new();
    for number in 0..SERVERS {
        let mut options = NodeOptions::new(&server(number), "dev");
        for other in &servers {
            options.bootnodes.push(other.address().await?);
        }
        servers.push(Node::start(folder.path(), options).await?);
    }
    let outcome = synchronise(folder.path(), &servers, chain.blocks, report).await;
    outcome.map_err(|error| {
        servers
            .iter()
            .fold(error, |error, node| node.explain(error))
    })
}

fn server(number: u32) -> String {
    format!("server-{number}")
}

/// Returns the processor time that this program has used, in seconds.
fn processor_time() -> Result<f64> {
    machine::processor_time(std::process::id())
}

/// Makes the chain in a node's folder.
async fn make(base: &Path, blocks: u32, report: &mut Measured) -> Result<()> {
    let spec = prepared::chain_spec("dev").await?;
    let mut author = Author::new(base, &spec, blocks).await?;
    let bar = ProgressBar::new(blocks.into()).with_prefix("blocks");
    let (started, had) = (Instant::now(), processor_time()?);
    for _ in 0..blocks {
        author.block().await?;
        bar.inc(1);
    }
    author.finalise().await?;
    let (taken, had) = (started.elapsed().as_secs_f64(), processor_time()? - had);
    bar.finish_and_clear();
    let (justified, sets) = (author.justified(), author.authority_sets());
    author.close().await?;
    let size = machine::on_disk(&base.join("chains"))?;
    report.add("blocks", blocks.into(), "", "");
    report.add("changes of the authorities", sets as f64, "", "");
    report.add("blocks with a justification", justified.into(), "", "");
    let each = |seconds: f64| seconds * 1e3 / f64::from(blocks);
    report.add("to make a block, mean", each(taken), "ms", "");
    let name = "processor time for a block, mean";
    report.add(name, each(had), "ms", "");
    report.add("database", size as f64 / 1e6, "MB", "");
    Ok(())
}

/// Copies a folder with all its content.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| to.display().to_string())?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &target)?,
            false => {
                fs::copy(entry.path(), &target).with_context(|| target.display().to_string())?;
            }
        }
    }
    Ok(())
}

/// Starts an empty node, and measures the time until it has everything.
async fn synchronise(
    folder: &Path,
    servers: &[Node],
    blocks: u32,
    report: &mut Measured,
) -> Result<()> {
    let mut options = NodeOptions::new("late", "dev")
        .arg("--sync=warp")
        .with_metrics();
    for node in servers {
        // The servers have the whole chain, and nothing else.
        let has = node.client().await?.finalised().await?;
        ensure!(has == blocks, "{} has {has} final blocks", node.name());
        options.bootnodes.push(node.address().await?);
    }
    let known = servers.first().context("no server")?.client().await?;
    let started = Instant::now();
    let late = Node::start(folder, options).await?;
    let ready = started.elapsed();
    let outcome = async {
        let client = late.client().await?;
        wait::until("the last final block", PATIENCE, || async {
            let has = client.finalised().await?;
            Ok(Seen::when(has >= blocks, || format!("{has} of {blocks}")))
        })
        .await?;
        let warped = started.elapsed();
        let number = state_of(&client, blocks).await?;
        ensure!(number == blocks, "the state is that of block {number}");
        let received = received(&late).await?;
        let log = late.log()?;
        ensure!(
            log.contains("Warp sync is complete"),
            "it came without a warp"
        );
        report.add(
            "node started until it answers",
            ready.as_secs_f64(),
            "s",
            "",
        );
        let name = "to the state and the last final block";
        report.add(name, warped.as_secs_f64(), "s", "");
        report.add("received until then", received / 1e6, "MB", "");
        wait::until("all blocks", PATIENCE, || async {
            for height in [blocks - 1, blocks / 2, 1] {
                if !has_block(&client, &known, height).await? {
                    return Ok(Seen::NotYet(format!("block {height} is missing")));
                }
            }
            Ok(Seen::Met(()))
        })
        .await?;
        let name = "to all blocks before it";
        report.add(name, started.elapsed().as_secs_f64(), "s", "");
        let all = self::received(&late).await?;
        report.add("received until then, all blocks", all / 1e6, "MB", "");
        anyhow::Ok(())
    };
    outcome.await.map_err(|error| late.explain(error))
}

/// Returns the height in the state of the block at this height.
async fn state_of(client: &Client, height: u32) -> Result<u32> {
    let hash = client.block_hash(height).await?.context("no such block")?;
    let key = storage_prefix(b"System", b"Number");
    let number = chain::stored(client, &key, &hash).await?;
    number.with_context(|| format!("no height in the state of block {height}"))
}

/// Whether a node has the block, with its body, that another has at this height.
async fn has_block(client: &Client, known: &Client, height: u32) -> Result<bool> {
    let expected = known.block_hash(height).await?;
    let hash = client.block_hash(height).await?;
    let Some(hash) = hash.filter(|hash| Some(hash) == expected.as_ref()) else {
        return Ok(false);
    };
    let block: Value = client.call("chain_getBlock", &[hash.into()]).await?;
    Ok(!block.is_null())
}

/// Returns the bytes that a node has received.
async fn received(node: &Node) -> Result<f64> {
    let url = node.metrics().context("the node has no metrics")?;
    bytes_in(&metrics::read(url).await?)
}

fn bytes_in(metrics: &str) -> Result<f64> {
    let line = metrics.lines().find(|line| line.starts_with(BYTES));
    let line = line.with_context(|| format!("no {BYTES}…}} among the metrics"))?;
    let value = line.rsplit(' ').next().unwrap_or_default();
    value.parse().with_context(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_from_the_line_of_those_received() {
        let metrics = "# TYPE a counter\n\
             substrate_sub_libp2p_network_bytes_total{direction=\"out\",chain=\"dev\"} 7\n\
             substrate_sub_libp2p_network_bytes_total{direction=\"in\",chain=\"dev\"} 12345\n";
        assert_eq!(bytes_in(metrics).unwrap(), 12_345.0);
        bytes_in("other 1").unwrap_err();
    }

    #[test]
    fn a_copy_has_all_files() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir_all(from.join("inner")).unwrap();
        fs::write(from.join("inner/file"), "content").unwrap();
        copy(&from, &to).unwrap();
        assert_eq!(
            fs::read_to_string(to.join("inner/file")).unwrap(),
            "content"
        );
    }
}
