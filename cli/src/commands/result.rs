//! Fetches the result of a task into a folder.

use std::path::Path;

use aicpw_protocol::{
    manifest::{limits, Manifest},
    sealing::{
        key::Purpose,
        stream::{sealed_length, Opener},
    },
    task::AssignmentStatus,
    view::{AssignmentView, TaskView},
    ContentId,
};
use serde::Serialize;

use super::{connect::Connected, wait::results_of};
use crate::{
    account::Account,
    amount::Amount,
    data_keys::DataKeys,
    error::{Error, Kind, Result},
    fetch::{self, OutputFile},
    hash::show_hash,
    life::Latencies,
    node_rpc::{read_all, NodeRpc},
    output::Output,
    peers, result_folder, sealed,
};

/// The content of `result.json`, and the part of other documents that is about the result.
#[derive(Serialize, Clone, Debug)]
pub struct ResultJson {
    task: u64,
    requester: Account,
    assignment: String,
    provider: Account,
    device: u64,
    price: Amount,
    manifest: ContentId,
    result: ContentId,
    result_root: String,
    files: Vec<FileJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latencies: Option<Latencies>,
}

#[derive(Serialize, Clone, Debug)]
struct FileJson {
    buffer: String,
    file: String,
    bytes: u64,
    root: String,
}

impl ResultJson {
    /// Adds the time to each phase.
    pub fn with_latencies(self, latencies: Latencies) -> Self {
        Self {
            latencies: Some(latencies),
            ..self
        }
    }

    /// Writes the record beside the outputs once more. Returns `false` if another result is there by now; its record
    /// stays.
    ///
    /// # Errors
    /// The record cannot be written, or somebody else holds the folder.
    pub async fn write(&self, folder: &Path) -> Result<bool> {
        let written = result_folder::write_record(folder, self).await;
        written.map_err(after_the_run)
    }

    /// The list of files, for people.
    pub fn show(&self, folder: &Path) -> String {
        let rows = self
            .files
            .iter()
            .map(|file| {
                vec![
                    folder.join(&file.file).display().to_string(),
                    file.bytes.to_string(),
                ]
            })
            .collect();
        crate::output::table::table(&["File", ">Bytes"], rows)
    }
}

/// The outputs of a task of which only the manifest's CID is known.
///
/// # Errors
/// The manifest cannot be fetched, or is not valid.
pub async fn outputs_of(
    out: &Output,
    node: &NodeRpc<'_>,
    view: &TaskView<Account>,
    keys: &DataKeys,
) -> Result<Vec<OutputFile>> {
    let key = sealed::key_of(keys, &view.submission.privacy)?;
    let _looking = out.wait("looking for the manifest");
    let node = Connected::to_strangers(node, &peers::show_all(&view.submission.peers)).await;
    let cid = &view.submission.manifest;
    let most = match key {
        Some(_) => sealed_length(limits::MANIFEST_BYTES),
        None => limits::MANIFEST_BYTES,
    };
    let json = read_all(&node, cid, most)
        .await
        .and_then(|json| sealed::open_manifest(key.as_ref(), json))
        .map_err(|error| error.while_doing(format!("fetching the manifest {cid}")))?;
    let manifest = Manifest::parse(&json).map_err(|errors| {
        Error::verification(format!("the manifest {cid} is not valid: {errors}"))
    })?;
    Ok(fetch::outputs(&manifest))
}

/// Fetches the result, checks its root, and writes it with its record into `folder`. If several providers have it, the
/// first one from which it can be fetched is used.
///
/// # Errors
/// There is no result yet; it cannot be fetched from any provider, or is not what was revealed; the folder is no longer
/// as it was when it was checked. Never [`Kind::Usage`], which would say that nothing was sent.
pub async fn fetch_into(
    out: &Output,
    node: &NodeRpc<'_>,
    view: &TaskView<Account>,
    outputs: &[OutputFile],
    folder: &Path,
    keys: &DataKeys,
) -> Result<ResultJson> {
    let mut failed = None;
    for assignment in results_of(view)? {
        match fetch_from(out, node, view, assignment, outputs, folder, keys).await {
            Ok(result) => return Ok(result),
            Err(error) => {
                if let Some(before) = failed.replace(after_the_run(error)) {
                    out.warn(before);
                }
            }
        }
    }
    Err(failed.unwrap_or_else(|| Error::other(format!("task {} has no result yet", view.id))))
}

fn after_the_run(error: Error) -> Error {
    match error.kind {
        Kind::Usage => Error {
            kind: Kind::Error,
            ..error
        },
        _ => error,
    }
}

/// The fetchers that could fetch a result that was claimed to be unavailable; they have served it since.
fn fetched_by(view: &TaskView<Account>) -> impl Iterator<Item = &AssignmentView<Account>> {
    let all = view.assignments.iter();
    all.filter(|one| one.has_fetched() == Some(true))
}

/// Fetches the result from one of the providers.
async fn fetch_from(
    out: &Output,
    node: &NodeRpc<'_>,
    view: &TaskView<Account>,
    assignment: &AssignmentView<Account>,
    outputs: &[OutputFile],
    folder: &Path,
    keys: &DataKeys,
) -> Result<ResultJson> {
    let (AssignmentStatus::Revealed { opening, .. } | AssignmentStatus::Settled { opening, .. }) =
        &assignment.status
    else {
        return Err(Error::other(format!("task {} has no result yet", view.id)));
    };
    let opener = sealed::key_of(keys, &view.submission.privacy)?
        .map(|key| Opener::new(key, Purpose::Result(assignment.id)));
    result_folder::check(folder, outputs)?;
    let bar = out.wait("looking for the result");
    let have_it = std::iter::once(assignment).chain(fetched_by(view));
    let have_it: Vec<_> = have_it
        .flat_map(|one| peers::show_all(&one.peers))
        .collect();
    let node = Connected::to_strangers(node, &have_it).await;
    let total: u64 = outputs.iter().map(|output| output.bytes).sum();
    let root = &opening.result_root;
    let fetched = fetch::fetch_result(
        &node,
        &opening.result,
        root,
        outputs,
        folder,
        opener,
        |done| bar.fetched(done, total),
    )
    .await?;
    drop(bar);
    let record = ResultJson {
        task: view.id.0,
        requester: view.requester,
        assignment: assignment.id.to_string(),
        provider: assignment.provider,
        device: assignment.device.0,
        price: Amount(assignment.price),
        manifest: view.submission.manifest.clone(),
        result: opening.result.clone(),
        result_root: show_hash(root),
        files: outputs
            .iter()
            .zip(fetched.roots())
            .map(|(output, root)| FileJson {
                buffer: output.buffer.clone(),
                file: output.file_name(),
                bytes: output.bytes,
                root: show_hash(root),
            })
            .collect(),
        latencies: None,
    };
    fetched.publish(&record).await?;
    Ok(record)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use aicpw_protocol::merkle::result_root;

    const CID: &str = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

    /// A result with every field set.
    pub fn result() -> ResultJson {
        ResultJson {
            task: 7,
            requester: Account([1; 32]),
            assignment: "7-0-0".into(),
            provider: Account([2; 32]),
            device: 3,
            price: Amount(1),
            manifest: CID.parse().unwrap(),
            result: CID.parse().unwrap(),
            result_root: String::new(),
            files: vec![FileJson {
                buffer: String::new(),
                file: String::new(),
                bytes: 1,
                root: String::new(),
            }],
            latencies: Some(Latencies::default()),
        }
    }

    #[test]
    fn the_document_is_documented() {
        crate::output::documented::check(&["Result", "Submission"], &result());
    }

    #[tokio::test]
    async fn what_is_written_is_known_again() {
        let dir = tempfile::tempdir().unwrap();
        let outputs = [OutputFile {
            buffer: "x".into(),
            bytes: 1,
        }];
        let mut result = result();
        result.files[0].file = outputs[0].file_name();
        result.files[0].root = show_hash(&result_root(b"an earlier one"));
        assert!(result.write(dir.path()).await.unwrap());
        std::fs::write(dir.path().join("x.bin"), "an earlier one").unwrap();
        result_folder::check(dir.path(), &outputs).unwrap();
    }
}
