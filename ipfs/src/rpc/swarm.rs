//! `swarm/connect`, `swarm/peers`, `bitswap/wantlist`.

use super::error::RpcError;
use super::params::{bad, Params};
use crate::peers;
use crate::reader::Source;
use anyhow::Context;
use axum::extract::State;
use axum::Json;
use rust_ipfs::Multiaddr;
use serde::Serialize;

/// Answer of `swarm/connect`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Strings {
    strings: Vec<String>,
}

/// Answer of `swarm/peers`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Peers {
    peers: Vec<Peer>,
}

/// A connected peer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Peer {
    addr: String,
    peer: String,
}

/// Connects to the peer at an address that ends in `/p2p/<peer id>`.
pub async fn connect(
    State(source): State<Source>,
    params: Params,
) -> Result<Json<Strings>, RpcError> {
    let arg = params.arg()?;
    let address: Multiaddr = arg
        .parse()
        .map_err(|error| bad(format!("arg: {arg:?} is not a multiaddr: {error}")))?;
    let (peer, _) = peers::split_peer(&address).map_err(|error| bad(format!("arg: {error}")))?;
    peers::connect(&source.ipfs, &address)
        .await
        .with_context(|| format!("connect {peer} failure"))?;
    Ok(Json(Strings {
        strings: vec![format!("connect {peer} success")],
    }))
}

/// Returns the connected peers.
pub async fn list(State(source): State<Source>) -> Result<Json<Peers>, RpcError> {
    let connected = source.ipfs.addrs().await?;
    let peers = connected
        .into_iter()
        .map(|(peer, addresses)| Peer {
            addr: addresses
                .first()
                .map(ToString::to_string)
                .unwrap_or_default(),
            peer: peer.to_string(),
        })
        .collect();
    Ok(Json(Peers { peers }))
}

/// A CID in kubo's JSON.
#[derive(Serialize)]
pub struct Link {
    #[serde(rename = "/")]
    cid: String,
}

impl From<cid::Cid> for Link {
    fn from(cid: cid::Cid) -> Self {
        Self {
            cid: cid.to_string(),
        }
    }
}

/// Answer of `bitswap/wantlist`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Wantlist {
    keys: Vec<Link>,
}

/// Returns what this node is asking its peers for.
pub async fn wantlist(State(source): State<Source>) -> Result<Json<Wantlist>, RpcError> {
    let wanted = source.ipfs.bitswap_wantlist(None).await?;
    Ok(Json(Wantlist {
        keys: wanted.into_iter().map(Link::from).collect(),
    }))
}
