//! Uploads a task's files and manifest to IPFS, and notes what the node keeps for it.

use std::collections::{BTreeMap, BTreeSet};

use aicpw_protocol::{hashing::Hash, manifest::Manifest, sealing::DataKey, ContentId, TaskId};

use super::prepare::Prepared;
use crate::{
    chain::Chain,
    error::{Error, Result},
    node_rpc::NodeRpc,
    output::Output,
    peers,
    pins::{Lock, Note, Pins, Reason},
    quantity::count,
    sealed,
};

/// An upload to a node.
pub struct Upload<'a> {
    node: NodeRpc<'a>,
    pins: &'a Pins,
    /// The node's peer id; without it nothing can be noted.
    id: Option<String>,
    genesis: Hash,
}

/// An upload that is complete.
pub struct Uploaded<'a> {
    to: Upload<'a>,
    manifest: ContentId,
    /// Everything that was uploaded, including the manifest.
    all: BTreeSet<ContentId>,
}

impl<'a> Upload<'a> {
    /// Prepares an upload to the node that `chain` is connected to.
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

    /// Uploads the files, then the manifest that names them by CID; if there is a key, everything is sealed.
    ///
    /// # Errors
    /// A file cannot be read, or the node does not take it. What the node has taken by then is noted.
    pub async fn run(
        self,
        out: &Output,
        prepared: &Prepared,
        key: Option<&DataKey>,
    ) -> Result<Uploaded<'a>> {
        let held = self.pins.together().await?;
        let mut files = BTreeMap::new();
        let uploaded = self.upload_all(out, prepared, key, &held, &mut files).await;
        let manifest = match uploaded {
            Ok(manifest) => manifest,
            Err(error) => {
                self.tell_left(out, &files);
                return Err(error);
            }
        };
        out.say(format!("manifest {manifest}"));
        let mut all: BTreeSet<_> = files.into_values().collect();
        all.insert(manifest.clone());
        self.note(&held, &manifest, all.clone())?;
        if let Some(id) = &self.id {
            for file in all.iter().filter(|file| **file != manifest) {
                self.pins.remove(id, Reason::Upload(file.clone()))?;
            }
        }
        Ok(Uploaded {
            to: self,
            manifest,
            all,
        })
    }

    /// Uploads everything, and returns the manifest's CID. Even after an error, `files` has those that the node has
    /// taken.
    async fn upload_all(
        &self,
        out: &Output,
        prepared: &Prepared,
        key: Option<&DataKey>,
        held: &Lock,
        files: &mut BTreeMap<String, ContentId>,
    ) -> Result<ContentId> {
        self.upload_files(out, prepared, key, held, files).await?;
        let resolved: Manifest = prepared
            .manifest
            .resolve(files)
            .map_err(|errors| Error::usage(format!("the manifest: {errors}")))?;
        let json = resolved.to_json();
        match key {
            Some(key) => {
                let sealed = sealed::seal_manifest(key, json.as_bytes())?;
                self.node.add_bytes(&sealed).await
            }
            None => self.node.add_bytes(json.as_bytes()).await,
        }
    }

    async fn upload_files(
        &self,
        out: &Output,
        prepared: &Prepared,
        key: Option<&DataKey>,
        held: &Lock,
        uploaded: &mut BTreeMap<String, ContentId>,
    ) -> Result<()> {
        for file in &prepared.files {
            let sealed = match key {
                Some(key) => {
                    let _sealing = out.wait(format!("sealing {}", file.name));
                    Some(sealed::seal_file(key, &file.path).await?)
                }
                None => None,
            };
            let path = sealed.as_ref().map_or(&*file.path, |sealed| sealed.path());
            let bar = out.bytes_bar(file.name.clone(), file.bytes);
            let progress = |done: u64| bar.set(done.min(file.bytes));
            let cid = self.node.add_file(path, progress).await?;
            uploaded.insert(file.name.clone(), cid.clone());
            // Note each file at once: the upload may get no further, and a sealed file has another CID each time.
            self.note(held, &cid, [cid.clone()].into())?;
        }
        if !prepared.files.is_empty() {
            out.say(format!(
                "uploaded {}, {}",
                count(prepared.files.len(), "file"),
                indicatif::HumanBytes(prepared.upload_bytes())
            ));
        }
        Ok(())
    }

    /// Notes what the node keeps for an upload that has come as far as `newest`.
    fn note(&self, held: &Lock, newest: &ContentId, pins: BTreeSet<ContentId>) -> Result<()> {
        let Some(id) = &self.id else {
            return Ok(());
        };
        let reason = Reason::Upload(newest.clone());
        self.pins.add(held, Note::new(id, reason, pins))
    }

    /// Reports what a failed upload leaves at the node, except for what something else needs.
    fn tell_left(&self, out: &Output, files: &BTreeMap<String, ContentId>) {
        let notes = match &self.id {
            Some(id) => self.pins.of_node(id).unwrap_or_default(),
            None => Vec::new(),
        };
        let is_needed = |cid: &ContentId| {
            notes.iter().any(|kept| {
                kept.note.pins.contains(cid) && kept.note.reason != Reason::Upload(cid.clone())
            })
        };
        let left = files.values().filter(|cid| !is_needed(cid));
        let left: BTreeSet<_> = left.map(ContentId::to_string).collect();
        if left.is_empty() {
            return;
        }
        out.warn(format!(
            "of the failed upload the node keeps {} for a day, or until `aicpw ipfs unpin CID`: {}",
            count(left.len(), "file"),
            left.into_iter().collect::<Vec<_>>().join(", ")
        ));
    }
}

impl Uploaded<'_> {
    /// The manifest's CID.
    pub fn manifest(&self) -> &ContentId {
        &self.manifest
    }

    /// Notes that the uploaded files are kept for this task. If that fails, the task goes on all the same.
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use serde_json::json;

    use super::*;
    use crate::{
        chain::fake,
        commands::prepare::tests::{folder, MANIFEST},
        pins::{tests::cid, PinsArgs},
    };

    const PEER: &str = "12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8";

    /// A node that has room for this many files, and then is full.
    fn node(room: usize) -> Chain {
        let added = AtomicUsize::new(0);
        fake::answering(move |method, _| {
            let number = added.load(Ordering::SeqCst);
            Ok(match method {
                "aicpw_ipfsAddresses" => json!([format!("/ip4/127.0.0.1/tcp/4001/p2p/{PEER}")]),
                "chain_getBlockHash" => json!(format!("0x{}", "00".repeat(32))),
                "aicpw_ipfsAddOpen" if number == room => return Err(7_005),
                "aicpw_ipfsAddOpen" => json!("upload"),
                "aicpw_ipfsAddWrite" => json!(0),
                "aicpw_ipfsAddFinish" => {
                    added.store(number + 1, Ordering::SeqCst);
                    json!({ "cid": cid(number), "size": 1 })
                }
                method => panic!("{method}"),
            })
        })
    }

    /// Regression: the note was only written with the manifest. So nobody knew what was there before, and it stayed for
    /// ever.
    #[tokio::test]
    async fn what_was_uploaded_before_an_upload_failed_is_noted() {
        let (dir, path) = folder(MANIFEST);
        let prepared = Prepared::load(&path).unwrap();
        let place = PinsArgs {
            pins: Some(dir.path().join("pins")),
        };
        let (pins, out) = (place.open(), Output::new(true));
        let noted = || {
            let notes = pins.of_node(PEER).unwrap().into_iter();
            let notes = notes.map(|kept| (kept.note.reason, kept.note.pins));
            notes.collect::<Vec<_>>()
        };
        // Two files and the manifest.
        let full = node(1);
        let upload = Upload::new(&full, &pins).await.unwrap();
        assert!(upload.run(&out, &prepared, None).await.is_err());
        let first = BTreeSet::from([cid(0)]);
        assert_eq!(noted(), [(Reason::Upload(cid(0)), first)]);
        let full = node(2);
        let upload = Upload::new(&full, &pins).await.unwrap();
        assert!(upload.run(&out, &prepared, None).await.is_err());
        assert_eq!(noted().len(), 2);

        // A successful upload takes their place.
        let roomy = node(3);
        let upload = Upload::new(&roomy, &pins).await.unwrap();
        let uploaded = upload.run(&out, &prepared, None).await.unwrap();
        assert_eq!(uploaded.manifest(), &cid(2));
        let all = BTreeSet::from([0, 1, 2].map(cid));
        assert_eq!(noted(), [(Reason::Upload(cid(2)), all)]);
    }
}
