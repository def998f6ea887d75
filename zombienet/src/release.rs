//! The release before this one, which networks can start with and leave by a referendum.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

use crate::prepared::{self, Preset};

/// Its runtime, compressed as it was published.
pub const PREVIOUS_RUNTIME: &[u8] = include_bytes!("../../releases/previous.wasm");

/// What networks have to know of it. The other lines of its record are checked by
/// `runtime/tests/journeys/release.rs`.
#[derive(Deserialize, Debug)]
pub struct Release {
    /// Its version.
    pub spec_version: u32,
}

/// The record of [`PREVIOUS_RUNTIME`].
///
/// # Errors
/// It is malformed.
pub fn previous() -> Result<Release> {
    toml::from_str(include_str!("../../releases/previous.toml")).context("releases/previous.toml")
}

/// A chain specification of one of the previous release's presets, with this patch to its genesis; written
/// into `folder`.
///
/// # Errors
/// It has no such preset, or refuses such a genesis.
pub async fn previous_chain_spec(folder: &Path, preset: Preset, patch: Value) -> Result<PathBuf> {
    let code = Some(PREVIOUS_RUNTIME);
    prepared::changed_chain_spec(folder, "previous", preset, code, patch).await
}
