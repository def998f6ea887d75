//! `cat` and `files/stat`.

use super::error::RpcError;
use super::params::Params;
use crate::error::OpError;
use crate::reader::Source;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, TE, TRAILER};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::Json;
use bytes::Bytes;
use cid::Cid;
use futures::{Stream, StreamExt};

use http_body::Frame;
use http_body_util::StreamBody;
use serde::Serialize;

/// The trailer in which kubo puts an error that comes after the answer has begun.
const STREAM_ERROR: HeaderName = HeaderName::from_static("x-stream-error");
/// The header in which kubo says how much will come.
const CONTENT_SIZE: HeaderName = HeaderName::from_static("x-content-length");

/// Streams a file, or the part of it from `offset` on and at most `length` long.
pub async fn cat(
    State(source): State<Source>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, RpcError> {
    let root = params.cid()?;
    let offset = params.bytes("offset")?.unwrap_or(0);
    let length = params.bytes("length")?.unwrap_or(u64::MAX);
    let file = source.open(root, params.deadline()?).await?;

    let end = file.stat().size.min(offset.saturating_add(length));
    let size = end.saturating_sub(offset);
    let trailers = headers
        .get(TE)
        .is_some_and(|te| te.as_bytes() == b"trailers");
    let frames = frames(root, file.read(offset..end.max(offset)), trailers);
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        ),
        (TRAILER, HeaderValue::from_static("X-Stream-Error")),
        (CONTENT_SIZE, HeaderValue::from(size)),
    ];
    Ok((headers, Body::new(StreamBody::new(frames))).into_response())
}

/// Returns the frames of the answer. An error after the first byte becomes a trailer for a client
/// that takes trailers, and breaks the connection of one that does not: a short file must never
/// look like a whole one.
fn frames(
    root: Cid,
    content: impl Stream<Item = Result<Bytes, OpError>> + Send + 'static,
    trailers: bool,
) -> impl Stream<Item = Result<Frame<Bytes>, OpError>> + Send + 'static {
    content.map(move |piece| match piece {
        Ok(data) => Ok(Frame::data(data)),
        Err(error) if trailers => {
            let mut map = HeaderMap::new();
            map.insert(STREAM_ERROR, header_text(&format!("{root}: {error}")));
            Ok(Frame::trailers(map))
        }
        Err(error) => {
            tracing::warn!(%root, %error, "a download broke off");
            Err(error)
        }
    })
}

fn header_text(text: &str) -> HeaderValue {
    let ascii: String = text
        .chars()
        .map(|c| if (' '..='~').contains(&c) { c } else { '?' })
        .collect();
    HeaderValue::from_str(&ascii).unwrap_or_else(|_| HeaderValue::from_static("read failed"))
}

/// Answer of `files/stat`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Stat {
    hash: String,
    size: u64,
    cumulative_size: u64,
    blocks: usize,
    r#type: &'static str,
}

/// Returns the size of a file from its root block, which is fetched if necessary.
pub async fn stat(State(source): State<Source>, params: Params) -> Result<Json<Stat>, RpcError> {
    let root = params.cid()?;
    let stat = source.open(root, params.deadline()?).await?.stat();
    Ok(Json(Stat {
        hash: root.to_string(),
        size: stat.size,
        cumulative_size: stat.dag_size,
        blocks: stat.links,
        r#type: "file",
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailer_text_is_always_a_header() {
        assert_eq!(header_text("zwölf\nµ"), "zw?lf??");
    }
}
