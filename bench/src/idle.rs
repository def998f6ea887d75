//! Measures how much memory a provider's node takes that only follows the chain: the node and its
//! IPFS process.

use std::{fs, time::Duration};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::{provider, report::Measured};

/// The number of samples, and the time between them.
const SAMPLES: usize = 30;
const EVERY: Duration = Duration::from_secs(1);

/// The blocks before the first sample, in which memory that the start took is given back.
const SETTLED: u32 = 40;

pub async fn measure(report: &mut Measured) -> Result<()> {
    let folder = TempDir::with_prefix("aicpw-bench-").context("a temporary folder")?;
    let node = provider::start(&folder, &[]).await?;
    node.wait_finalised(SETTLED, Duration::from_secs(120))
        .await?;
    let pid = node.pid().context("the node has ended")?;
    let (mut of_node, mut of_children) = (0, 0);
    for _ in 0..SAMPLES {
        tokio::time::sleep(EVERY).await;
        of_node = of_node.max(resident(pid)?);
        let children = children(pid)?.into_iter().map(resident);
        of_children = of_children.max(children.sum::<Result<u64>>()?);
    }
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    report.add("aicpw-node, resident, most", megabytes(of_node), "MB", "");
    report.add(
        "aicpw-ipfs, resident, most",
        megabytes(of_children),
        "MB",
        "",
    );
    report.add("both", megabytes(of_node + of_children), "MB", "< 400");
    Ok(())
}

fn status(pid: u32, field: &str) -> Result<u64> {
    let path = format!("/proc/{pid}/status");
    let text = fs::read_to_string(&path).context(path)?;
    let line = text.lines().find_map(|line| line.strip_prefix(field));
    let number = line.and_then(|line| line.split_whitespace().next());
    number
        .and_then(|number| number.parse().ok())
        .with_context(|| format!("no {field} of process {pid}"))
}

/// Returns the resident memory in bytes, including what is shared with others.
fn resident(pid: u32) -> Result<u64> {
    Ok(status(pid, "VmRSS:")? * 1024)
}

fn children(pid: u32) -> Result<Vec<u32>> {
    let mut children = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // A process that has just ended is no longer a child.
        if status(id, "PPid:").is_ok_and(|parent| parent == u64::from(pid)) {
            children.push(id);
        }
    }
    Ok(children)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_is_found_and_has_memory() {
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        let found = children(std::process::id()).unwrap();
        let memory = resident(child.id());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(found.contains(&child.id()), "{found:?}");
        assert!(memory.unwrap() > 0);
    }
}
