//! `pin/add`, `pin/rm`, `pin/ls`.

use super::error::RpcError;
use super::params::{bad, Params};
use crate::error::OpError;
use crate::reader::Source;
use axum::extract::State;
use axum::Json;
use rust_ipfs::PinMode;
use serde::Serialize;
use std::collections::BTreeMap;

/// Answer of `pin/add` and `pin/rm`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Pins {
    pins: Vec<String>,
}

/// Answer of `pin/ls`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listed {
    keys: BTreeMap<String, Kind>,
}

/// How something is pinned.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Kind {
    r#type: &'static str,
}

/// Pins a file, fetching what is missing of it.
pub async fn add(State(source): State<Source>, params: Params) -> Result<Json<Pins>, RpcError> {
    params.only("recursive", "true")?;
    let cid = params.cid()?;
    source.open(cid, params.deadline()?).await?.pin().await?;
    source.announce(&cid).await;
    Ok(Json(Pins {
        pins: vec![cid.to_string()],
    }))
}

/// Unpins a file.
pub async fn rm(State(source): State<Source>, params: Params) -> Result<Json<Pins>, RpcError> {
    params.only("recursive", "true")?;
    let cid = params.cid()?;
    source.storage.unpin(&cid).await?;
    if let Some(dht) = &source.dht {
        dht.withdraw(&cid).await;
    }
    Ok(Json(Pins {
        pins: vec![cid.to_string()],
    }))
}

/// Lists what is pinned, or returns how one CID is pinned.
pub async fn ls(State(source): State<Source>, params: Params) -> Result<Json<Listed>, RpcError> {
    let wanted = match params.pin_type() {
        "all" => None,
        "direct" => Some(PinMode::Direct),
        "indirect" => Some(PinMode::Indirect),
        "recursive" => Some(PinMode::Recursive),
        other => {
            let choice = "all, direct, indirect or recursive";
            return Err(bad(format!("type: {other:?} is not one of {choice}")));
        }
    };
    let pins = match params.optional_arg() {
        None => source.storage.pins().await?,
        Some(_) => {
            let cid = params.cid()?;
            let mode = source
                .storage
                .pin_of(&cid)
                .await?
                .ok_or(OpError::NotPinned(cid))?;
            BTreeMap::from([(cid, mode)])
        }
    };
    let keys = pins
        .into_iter()
        .filter(|(_, mode)| wanted.is_none_or(|wanted| wanted == *mode))
        .map(|(cid, mode)| (cid.to_string(), Kind { r#type: name(mode) }))
        .collect();
    Ok(Json(Listed { keys }))
}

fn name(mode: PinMode) -> &'static str {
    match mode {
        PinMode::Direct => "direct",
        PinMode::Indirect => "indirect",
        PinMode::Recursive => "recursive",
    }
}
