//! What every node of a test would compute again at its start, computed once for a build of
//! `aicpw-node`: the genesis states of the presets, and the compiled runtime. It stands in a folder
//! beside the programs.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use anyhow::{ensure, Context, Result};
use tokio::{process::Command, sync::Mutex};

use crate::binaries;

/// Where nodes keep compiled runtimes.
///
/// # Errors
/// `aicpw-node` is not built.
pub fn compiled_runtimes() -> Result<PathBuf> {
    Ok(beside_programs()?.join("compiled-runtimes"))
}

/// The chain specification to start a node with: for a preset its raw form, in which the genesis
/// state has been computed; a path as it is.
///
/// # Errors
/// `aicpw-node` is not built, or does not know the chain.
pub async fn chain_spec(chain: &str) -> Result<PathBuf> {
    static RAW: Mutex<Option<HashMap<String, PathBuf>>> = Mutex::const_new(None);

    if Path::new(chain).extension().is_some() {
        return Ok(chain.into());
    }
    // Held while it is made: whoever needs the same one waits for it.
    let mut raw = RAW.lock().await;
    let raw = raw.get_or_insert_default();
    if let Some(path) = raw.get(chain) {
        return Ok(path.clone());
    }
    let path = raw_chain_spec(chain).await?;
    raw.insert(chain.into(), path.clone());
    Ok(path)
}

async fn raw_chain_spec(chain: &str) -> Result<PathBuf> {
    let node = binaries::find("aicpw-node")?;
    let built = fs::metadata(&node)?;
    let changed = built.modified()?.duration_since(UNIX_EPOCH)?.as_nanos();
    let name = format!("{chain}-{:x}-{changed:x}.json", built.len());
    let folder = beside_programs()?.join("chain-specs");
    let path = folder.join(name);
    if path.is_file() {
        return Ok(path);
    }
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let output = Command::new(node)
        .args(["export-chain-spec", "--raw", "--chain", chain])
        .output()
        .await
        .context("aicpw-node export-chain-spec")?;
    ensure!(
        output.status.success(),
        "aicpw-node export-chain-spec --raw --chain {chain}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    // Whole or not there, also for another program that does the same.
    let mut file = tempfile::NamedTempFile::new_in(&folder)?;
    std::io::Write::write_all(&mut file, &output.stdout)?;
    forget_older(&folder, chain)?;
    file.persist(&path)?;
    Ok(path)
}

/// Deletes what was made by builds that have been replaced.
fn forget_older(folder: &Path, chain: &str) -> Result<()> {
    let prefix = format!("{chain}-");
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            // Another program may have been faster.
            if let Err(error) = fs::remove_file(entry.path()) {
                ensure!(error.kind() == std::io::ErrorKind::NotFound, error);
            }
        }
    }
    Ok(())
}

fn beside_programs() -> Result<PathBuf> {
    let node = binaries::find("aicpw-node")?;
    let folder = node.parent().context("aicpw-node is in no folder")?;
    Ok(folder.to_path_buf())
}
