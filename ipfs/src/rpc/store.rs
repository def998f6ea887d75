//! `repo/gc` and `repo/stat`.

use super::error::RpcError;
use super::swarm::Link;
use crate::reader::Source;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::Json;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Removed {
    key: Link,
}

/// Removes content that is neither pinned nor in use; answers one line of JSON for each block.
pub async fn gc(State(source): State<Source>) -> Result<Response, RpcError> {
    let mut lines = String::new();
    for cid in source.storage.collect().await? {
        let removed = Removed { key: cid.into() };
        lines += &serde_json::to_string(&removed).map_err(anyhow::Error::from)?;
        lines.push('\n');
    }
    Ok(([(CONTENT_TYPE, "application/json")], lines).into_response())
}

/// Answer of `repo/stat`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Stat {
    num_objects: u64,
    repo_path: String,
    repo_size: u64,
    /// How large the store can become: no more than its disk has room for.
    storage_max: u64,
    version: &'static str,
}

/// Returns how full the store is.
pub async fn stat(State(source): State<Source>) -> Result<Json<Stat>, RpcError> {
    let usage = source.storage.usage().await?;
    Ok(Json(Stat {
        num_objects: usage.blocks,
        repo_path: source.storage.path().display().to_string(),
        repo_size: usage.bytes,
        storage_max: usage.most,
        version: "aicpw-ipfs@1",
    }))
}
