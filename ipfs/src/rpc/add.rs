//! `add`: files in, CIDs out.

use super::error::RpcError;
use super::params::{bad, Params};
use crate::adder::{self, AddOptions, Added};
use crate::error::OpError;
use crate::reader::Source;
use crate::storage::Storage;
use axum::extract::multipart::{Field, Multipart};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Line {
    name: String,
    hash: String,
    /// Bytes of all blocks; kubo writes it as text.
    size: String,
}

/// Adds the files of a multipart body; answers one line of JSON for each.
///
/// A body is read to its end even after a failure: otherwise a client that is still sending would
/// see a broken connection in place of the answer.
pub async fn add(
    State(source): State<Source>,
    params: Params,
    mut body: Multipart,
) -> Result<Response, RpcError> {
    let mut lines = String::new();
    let mut result = options(&params);
    while let Some(field) = body.next_field().await.map_err(broken)? {
        let Ok(&options) = result.as_ref() else {
            drain(field).await?;
            continue;
        };
        let name = field.file_name().unwrap_or_default().to_owned();
        match add_one(&source.storage, field, options).await {
            Ok(added) => {
                if options.pin && !options.only_hash {
                    source.announce(&added.cid).await;
                }
                let line = Line {
                    name: if name.is_empty() {
                        added.cid.to_string()
                    } else {
                        name
                    },
                    hash: added.cid.to_string(),
                    size: added.dag_size.to_string(),
                };
                lines += &serde_json::to_string(&line).map_err(anyhow::Error::from)?;
                lines.push('\n');
            }
            Err(error) => result = Err(error),
        }
    }
    result?;
    if lines.is_empty() {
        return Err(bad("the body has no file"));
    }
    Ok(([(CONTENT_TYPE, "application/json")], lines).into_response())
}

/// Reads the options. Parameters that would change the CID, or store the file in another way, must
/// not be ignored.
fn options(params: &Params) -> Result<AddOptions, RpcError> {
    params.only("cid-version", "1")?;
    params.only("raw-leaves", "true")?;
    params.only("hash", "sha2-256")?;
    for unsupported in ["trickle", "inline", "nocopy", "wrap-with-directory"] {
        params.only(unsupported, "false")?;
    }
    Ok(AddOptions {
        chunk: params.chunk()?,
        links: params.links()?,
        pin: params.flag("pin", true)?,
        only_hash: params.flag("only-hash", false)?,
    })
}

async fn add_one(
    storage: &Arc<Storage>,
    mut field: Field<'_>,
    options: AddOptions,
) -> Result<Added, RpcError> {
    if field.content_type() == Some("application/x-directory") {
        drain(field).await?;
        return Err(bad("folders are not supported; add their files one by one"));
    }
    let content = async_stream::stream! {
        loop {
            match field.chunk().await {
                Ok(Some(piece)) => yield Ok(piece),
                Ok(None) => break,
                Err(error) => {
                    yield Err(OpError::Upload(error.body_text()));
                    break;
                }
            }
        }
    };
    let mut content = Box::pin(content);
    let added = adder::add(storage, content.as_mut(), options).await;
    if added.is_err() {
        use futures::StreamExt;
        while content.next().await.is_some() {}
    }
    Ok(added?)
}

async fn drain(mut field: Field<'_>) -> Result<(), RpcError> {
    while field.chunk().await.map_err(broken)?.is_some() {}
    Ok(())
}

fn broken(error: axum::extract::multipart::MultipartError) -> RpcError {
    RpcError::Failed(OpError::Upload(error.body_text()))
}
