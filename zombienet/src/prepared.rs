//! What every node of a test would compute again at its start, computed once for each build of `aicpw-node`: the
//! genesis states of the presets, and the compiled runtime. It is kept in a folder beside the programs.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use anyhow::{ensure, Context, Error, Result};
use sc_chain_spec::{json_merge, GenesisConfigBuilderRuntimeCaller};
use serde_json::Value;
use tokio::{process::Command, sync::Mutex};

use crate::binaries;

/// Returns the folder in which nodes keep compiled runtimes.
///
/// # Errors
/// If `aicpw-node` is not built.
pub fn compiled_runtimes() -> Result<PathBuf> {
    Ok(beside_programs()?.join("compiled-runtimes"))
}

/// Returns the chain specification to start a node with. For a preset this is its raw form, in which the genesis state
/// is already computed. A path is returned as it is.
///
/// # Errors
/// If `aicpw-node` is not built, or does not know the chain.
pub async fn chain_spec(chain: &str) -> Result<PathBuf> {
    static RAW: Mutex<Option<HashMap<String, PathBuf>>> = Mutex::const_new(None);

    if Path::new(chain).extension().is_some() {
        return Ok(chain.into());
    }
    // The lock is held while a specification is made, so that whoever needs the same one waits for it.
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
    let exported = export(&["--raw", "--chain", chain]).await?;
    // The file is either complete or missing, also for another program that does the same.
    let mut file = tempfile::NamedTempFile::new_in(&folder)?;
    std::io::Write::write_all(&mut file, &exported)?;
    forget_older(&folder, chain)?;
    file.persist(&path)?;
    Ok(path)
}

/// Writes `NAME.json` into `folder`: the raw specification of a preset, with this patch applied to the genesis. With
/// `code`, the genesis has that runtime, and the preset is one of that runtime's.
///
/// # Errors
/// If there is no such preset, or the runtime refuses this genesis.
pub async fn changed_chain_spec(
    folder: &Path,
    name: &str,
    preset: Preset,
    code: Option<&[u8]>,
    patch: Value,
) -> Result<PathBuf> {
    let plain = export(&["--chain", preset.chain]).await?;
    let mut spec: Value = serde_json::from_slice(&plain).context("a chain specification")?;
    let genesis = spec
        .pointer_mut("/genesis/runtimeGenesis")
        .context("the chain specification has no /genesis/runtimeGenesis")?;
    if let Some(code) = code {
        let runtime = GenesisConfigBuilderRuntimeCaller::<sp_io::SubstrateHostFunctions>::new(code);
        let own = runtime.get_named_preset(Some(&preset.id.to_owned()));
        genesis["patch"] = own.map_err(Error::msg)?;
        genesis["code"] = format!("0x{}", hex::encode(code)).into();
    }
    json_merge(&mut genesis["patch"], patch);
    let path = folder.join(format!("{name}.json"));
    fs::write(&path, serde_json::to_vec(&spec)?).with_context(|| path.display().to_string())?;
    let raw = export(&["--raw", "--chain", &path.display().to_string()]).await?;
    fs::write(&path, raw).with_context(|| path.display().to_string())?;
    Ok(path)
}

/// A preset with both its names.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Its name for `aicpw-node --chain`.
    pub chain: &'static str,
    /// Its name among the runtime's presets.
    pub id: &'static str,
}

impl Preset {
    /// The preset with Alice as the only validator.
    pub const DEVELOPMENT: Self = Self {
        chain: "dev",
        id: sp_genesis_builder::DEV_RUNTIME_PRESET,
    };

    /// The preset with four validators.
    pub const LOCAL_TESTNET: Self = Self {
        chain: "local",
        id: sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET,
    };
}

/// Returns the runtime with which `aicpw-node` starts a chain.
///
/// # Errors
/// If `aicpw-node` is not built, or has none.
pub async fn runtime() -> Result<Vec<u8>> {
    let spec = fs::read(chain_spec(Preset::DEVELOPMENT.chain).await?)?;
    let spec: Value = serde_json::from_slice(&spec).context("a chain specification")?;
    let key = format!("0x{}", hex::encode(sp_core::storage::well_known_keys::CODE));
    let code = spec["genesis"]["raw"]["top"][key].as_str();
    let code = code.context("the chain specification has no code")?;
    hex::decode(code.trim_start_matches("0x")).context("hexadecimal digits")
}

/// Returns what `aicpw-node export-chain-spec` prints.
async fn export(arguments: &[&str]) -> Result<Vec<u8>> {
    let output = Command::new(binaries::find("aicpw-node")?)
        .arg("export-chain-spec")
        .args(arguments)
        .output()
        .await
        .context("aicpw-node export-chain-spec")?;
    ensure!(
        output.status.success(),
        "aicpw-node export-chain-spec {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(output.stdout)
}

/// Deletes what older builds have made.
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
