//! The previous release, with which networks can start and which they can leave by a referendum.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

use crate::prepared::{self, Preset};

/// The runtime of the previous release, compressed as it was published.
pub const PREVIOUS_RUNTIME: &[u8] = include_bytes!("../../releases/previous.wasm");

/// The part of its record that networks need. `runtime/tests/journeys/release.rs` checks the other lines.
#[derive(Deserialize, Debug)]
pub struct Release {
    /// Its spec version.
    pub spec_version: u32,
}

/// Returns the record of [`PREVIOUS_RUNTIME`].
///
/// # Errors
/// If the record is malformed.
pub fn previous() -> Result<Release> {
    toml::from_str(include_str!("../../releases/previous.toml")).context("releases/previous.toml")
}

/// Writes a chain specification of one of the previous release's presets into `folder`, with this patch to its genesis.
/// Returns its path.
///
/// # Errors
/// If the release has no such preset, or refuses this genesis.
pub async fn previous_chain_spec(folder: &Path, preset: Preset, patch: Value) -> Result<PathBuf> {
    let code = Some(PREVIOUS_RUNTIME);
    prepared::changed_chain_spec(folder, "previous", preset, code, patch).await
}
