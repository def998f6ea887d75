//! From a task's files on disk to its manifest on IPFS.

use std::collections::BTreeMap;

use aicpw_protocol::{manifest::Manifest, sealing::DataKey, ContentId};

use super::prepare::Prepared;
use crate::{
    error::{Error, Result},
    node_rpc::NodeRpc,
    output::Output,
    quantity::count,
    sealed,
};

/// Uploads the files, then the manifest that names them by CID; all of it sealed, if there is a key.
///
/// # Errors
/// A file cannot be read, or the node does not take it.
pub async fn upload(
    out: &Output,
    node: &NodeRpc<'_>,
    prepared: &Prepared,
    key: Option<&DataKey>,
) -> Result<ContentId> {
    let mut uploaded = BTreeMap::new();
    for file in &prepared.files {
        let bar = out.bytes_bar(file.name.clone(), file.bytes);
        let progress = |done: u64| bar.set(done.min(file.bytes));
        let cid = match key {
            Some(key) => {
                let sealed = sealed::seal_file(key, &file.path)?;
                node.add_file(sealed.path(), progress).await?
            }
            None => node.add_file(&file.path, progress).await?,
        };
        uploaded.insert(file.name.clone(), cid);
    }
    if !prepared.files.is_empty() {
        out.say(format!(
            "uploaded {}, {}",
            count(prepared.files.len(), "file"),
            indicatif::HumanBytes(prepared.upload_bytes())
        ));
    }
    let resolved: Manifest = prepared
        .manifest
        .resolve(&uploaded)
        .map_err(|errors| Error::usage(format!("the manifest: {errors}")))?;
    let json = resolved.to_json();
    let manifest = match key {
        Some(key) => {
            node.add_bytes(&sealed::seal_manifest(key, json.as_bytes())?)
                .await?
        }
        None => node.add_bytes(json.as_bytes()).await?,
    };
    out.say(format!("manifest {manifest}"));
    Ok(manifest)
}
