//! From a task's files on disk to its manifest on IPFS, with a note of what the node keeps for it.

use std::collections::{BTreeMap, BTreeSet};

use aicpw_protocol::{hashing::Hash, manifest::Manifest, sealing::DataKey, ContentId, TaskId};

use super::prepare::Prepared;
use crate::{
    chain::Chain,
    error::{Error, Result},
    node_rpc::NodeRpc,
    output::Output,
    peers,
    pins::{Note, Pins, Reason},
    quantity::count,
    sealed,
};

/// An upload to a node.
pub struct Upload<'a> {
    node: NodeRpc<'a>,
    pins: &'a Pins,
    /// The node's peer id, without which nothing can be noted.
    id: Option<String>,
    genesis: Hash,
}

/// What is at the node now.
pub struct Uploaded<'a> {
    to: Upload<'a>,
    manifest: ContentId,
    /// All that was uploaded, the manifest too.
    all: BTreeSet<ContentId>,
}

impl<'a> Upload<'a> {
    /// To the node that `chain` is connected to.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn new(chain: &'a Chain, pins: &'a Pins) -> Result<Self> {
        let node = NodeRpc::new(chain);
        Ok(Self {
            id: peers::own_id(&node.addresses().await?),
            node,
            pins,
            genesis: chain.genesis().await?,
        })
    }

    /// Uploads the files, then the manifest that names them by CID; all of it sealed, if there is a
    /// key.
    ///
    /// # Errors
    /// A file cannot be read, or the node does not take it.
    pub async fn run(
        self,
        out: &Output,
        prepared: &Prepared,
        key: Option<&DataKey>,
    ) -> Result<Uploaded<'a>> {
        let held = self.pins.together().await?;
        let files = self.upload_files(out, prepared, key).await?;
        let resolved: Manifest = prepared
            .manifest
            .resolve(&files)
            .map_err(|errors| Error::usage(format!("the manifest: {errors}")))?;
        let json = resolved.to_json();
        let manifest = match key {
            Some(key) => {
                let sealed = sealed::seal_manifest(key, json.as_bytes())?;
                self.node.add_bytes(&sealed).await?
            }
            None => self.node.add_bytes(json.as_bytes()).await?,
        };
        out.say(format!("manifest {manifest}"));
        let mut all: BTreeSet<_> = files.into_values().collect();
        all.insert(manifest.clone());
        if let Some(id) = &self.id {
            let reason = Reason::Upload(manifest.clone());
            self.pins.add(&held, Note::new(id, reason, all.clone()))?;
        }
        Ok(Uploaded {
            to: self,
            manifest,
            all,
        })
    }

    async fn upload_files(
        &self,
        out: &Output,
        prepared: &Prepared,
        key: Option<&DataKey>,
    ) -> Result<BTreeMap<String, ContentId>> {
        let mut uploaded = BTreeMap::new();
        for file in &prepared.files {
            let sealed = match key {
                Some(key) => {
                    let _sealing = out.wait(format!("sealing {}", file.name));
                    Some(sealed::seal_file(key, &file.path)?)
                }
                None => None,
            };
            let path = sealed.as_ref().map_or(&*file.path, |sealed| sealed.path());
            let bar = out.bytes_bar(file.name.clone(), file.bytes);
            let progress = |done: u64| bar.set(done.min(file.bytes));
            let cid = self.node.add_file(path, progress).await?;
            uploaded.insert(file.name.clone(), cid);
        }
        if !prepared.files.is_empty() {
            out.say(format!(
                "uploaded {}, {}",
                count(prepared.files.len(), "file"),
                indicatif::HumanBytes(prepared.upload_bytes())
            ));
        }
        Ok(uploaded)
    }
}

impl Uploaded<'_> {
    /// The manifest.
    pub fn manifest(&self) -> &ContentId {
        &self.manifest
    }

    /// Notes that it is kept for this task. The task goes on all the same if that fails.
    pub async fn note_task(&self, out: &Output, task: TaskId) {
        if let Err(error) = self.try_note_task(task).await {
            out.warn(format!(
                "what the node keeps for task {task} could not be noted: {error}"
            ));
        }
    }

    async fn try_note_task(&self, task: TaskId) -> Result<()> {
        let Some(id) = &self.to.id else {
            return Ok(());
        };
        let held = self.to.pins.together().await?;
        let reason = Reason::task(&self.to.genesis, task);
        let note = Note::new(id, reason, self.all.clone());
        self.to.pins.add(&held, note)?;
        self.to
            .pins
            .remove(id, Reason::Upload(self.manifest.clone()))
    }
}
