//! `id` and `version`.

use super::error::RpcError;
use crate::node::{AGENT, PROTOCOL_VERSION};
use crate::reader::Source;
use axum::extract::State;
use axum::Json;
use base64::Engine;
use serde::Serialize;

/// Answer of `id`.
#[derive(Serialize)]
pub struct Id {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "PublicKey")]
    public_key: String,
    #[serde(rename = "Addresses")]
    addresses: Vec<String>,
    #[serde(rename = "AgentVersion")]
    agent_version: &'static str,
    #[serde(rename = "ProtocolVersion")]
    protocol_version: &'static str,
    #[serde(rename = "Protocols")]
    protocols: Vec<String>,
}

/// Returns who this node is, and where it is reached.
pub async fn id(State(source): State<Source>) -> Result<Json<Id>, RpcError> {
    let info = source.ipfs.identity(None).await?;
    let mut addresses: Vec<_> = info.listen_addrs.iter().map(ToString::to_string).collect();
    addresses.sort();
    let public_key = info.public_key.encode_protobuf();
    Ok(Json(Id {
        id: info.peer_id.to_string(),
        public_key: base64::engine::general_purpose::STANDARD.encode(public_key),
        addresses,
        agent_version: AGENT,
        protocol_version: PROTOCOL_VERSION,
        protocols: info.protocols.iter().map(ToString::to_string).collect(),
    }))
}

/// Answer of `version`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Version {
    version: &'static str,
    commit: &'static str,
    repo: &'static str,
    system: String,
    /// kubo names its Go version here; clients expect the field.
    golang: &'static str,
}

/// Returns what this node is.
pub async fn version() -> Json<Version> {
    Json(Version {
        version: AGENT,
        commit: "",
        repo: "1",
        system: format!("{}/{}", std::env::consts::ARCH, std::env::consts::OS),
        golang: "",
    })
}
