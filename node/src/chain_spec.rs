//! The chains that this binary knows by name.

use aicpw_runtime::{
    presets,
    units::{SS58_PREFIX, TOKEN_DECIMALS, TOKEN_SYMBOL},
    WASM_BINARY,
};
use sc_chain_spec::ChainSpecExtension;
use sc_service::{ChainType, Properties};
use sc_sync_state_rpc::LightSyncStateExtension;
use serde::{Deserialize, Serialize};
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};

/// The contents of a specification besides name, nodes and genesis.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ChainSpecExtension)]
#[serde(rename_all = "camelCase")]
pub struct Extensions {
    /// Where a light client starts. `sync_state_genSyncSpec` fills it in.
    pub light_sync_state: LightSyncStateExtension,
}

/// A chain specification.
pub type ChainSpec = sc_service::GenericChainSpec<Extensions>;

/// Returns what wallets need to know to show addresses and amounts.
fn properties() -> Properties {
    let mut properties = Properties::new();
    properties.insert("tokenSymbol".into(), TOKEN_SYMBOL.into());
    properties.insert("tokenDecimals".into(), TOKEN_DECIMALS.into());
    properties.insert("ss58Format".into(), SS58_PREFIX.into());
    properties
}

/// Returns a chain made of one of the runtime's presets.
fn from_preset(
    name: &str,
    id: &str,
    chain_type: ChainType,
    preset: &str,
) -> Result<ChainSpec, String> {
    let wasm = WASM_BINARY.ok_or(
        "this binary was built without the Wasm runtime (SKIP_WASM_BUILD is set), so it has no \
         genesis of its own; build it without that variable or give a specification with --chain",
    )?;
    // Told the preset's name alone, the SDK would compile the Wasm at each start to ask it for this.
    let patch = presets::get_preset(&preset.into())
        .ok_or_else(|| format!("the runtime has no preset {preset:?}"))?;
    let patch = serde_json::from_slice(&patch)
        .map_err(|error| format!("the runtime's preset {preset:?} is no JSON: {error}"))?;
    Ok(ChainSpec::builder(wasm, Extensions::default())
        .with_name(name)
        .with_id(id)
        .with_protocol_id("aicpw")
        .with_chain_type(chain_type)
        .with_properties(properties())
        .with_genesis_config_patch(patch)
        .build())
}

/// Returns the chain with this name, or from the file with this path.
///
/// # Errors
/// If `id` is neither a known name nor a file with a valid specification.
pub fn load(id: &str) -> Result<ChainSpec, String> {
    match id {
        "dev" => from_preset("AICPW Development", "dev", ChainType::Development, DEV_RUNTIME_PRESET),
        "local" => from_preset(
            "AICPW Local Testnet",
            "local_testnet",
            ChainType::Local,
            LOCAL_TESTNET_RUNTIME_PRESET,
        ),
        "" => Err("there is no public AICPW chain yet: choose one with --dev, --chain local or \
                   --chain FILE"
            .into()),
        path => ChainSpec::from_json_file(path.into())
            .map_err(|error| format!("{path:?} is not a chain this node knows (dev, local) and not a chain specification: {error}")),
    }
}
