//! A subset of kubo's HTTP RPC, `/api/v0/…`: the same parameters, answers and error shape, so
//! that one client serves this node and an ordinary kubo daemon. See `README.md` for the subset.

mod add;
mod error;
mod info;
mod params;
mod pins;
mod read;
mod store;
mod swarm;

use crate::reader::Source;
use axum::extract::DefaultBodyLimit;
use axum::http::Uri;
use axum::routing::post;
use axum::Router;
use error::RpcError;

/// All commands. Every one is a POST, as in kubo.
pub fn router(source: Source) -> Router {
    Router::new()
        .route("/api/v0/id", post(info::id))
        .route("/api/v0/version", post(info::version))
        .route("/api/v0/add", post(add::add))
        .route("/api/v0/cat", post(read::cat))
        .route("/api/v0/files/stat", post(read::stat))
        .route("/api/v0/pin/add", post(pins::add))
        .route("/api/v0/pin/rm", post(pins::rm))
        .route("/api/v0/pin/ls", post(pins::ls))
        .route("/api/v0/swarm/connect", post(swarm::connect))
        .route("/api/v0/swarm/peers", post(swarm::list))
        .route("/api/v0/bitswap/wantlist", post(swarm::wantlist))
        .route("/api/v0/repo/gc", post(store::gc))
        .route("/api/v0/repo/stat", post(store::stat))
        .fallback(unknown)
        // Files of any size are streamed through; only the store's limit bounds them.
        .layer(DefaultBodyLimit::disable())
        .with_state(source)
}

async fn unknown(uri: Uri) -> RpcError {
    RpcError::UnknownCommand(uri.path().to_owned())
}
