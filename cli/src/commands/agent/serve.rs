//! Serves what providers fetch for a task: the agent's node keeps and serves it, whichever node the task was submitted
//! to.

use std::collections::BTreeSet;

use aicpw_protocol::{
    manifest::{limits, Manifest},
    sealing::stream::sealed_length,
    task::{AssignmentStatus, TaskStatus},
    view::{AssignmentView, TaskView},
    ContentId,
};

use futures::future::join_all;

use crate::{
    account::Account,
    chain::Chain,
    commands::connect,
    data_keys::DataKeys,
    error::{Error, Result},
    node_rpc::{read_all, NodeRpc},
    output::Output,
    peers,
    pins::{Note, Pins, Reason},
    sealed,
};

/// The assignments whose providers may still have to fetch the task's files. Jurors fetch them as providers do.
pub fn fetchers(view: &TaskView<Account>) -> impl Iterator<Item = &AssignmentView<Account>> {
    let is_open = matches!(view.status, TaskStatus::Active | TaskStatus::Disputed);
    view.assignments.iter().filter(move |assignment| {
        let fetches = matches!(
            assignment.status,
            AssignmentStatus::AwaitingKey { .. } | AssignmentStatus::Assigned { .. }
        );
        is_open && fetches
    })
}

/// Whether a provider may still have to fetch the task's files.
pub fn waits_for_data(view: &TaskView<Account>) -> bool {
    match view.status {
        TaskStatus::Queued { .. } | TaskStatus::Parked { .. } => true,
        _ => fetchers(view).next().is_some(),
    }
}

/// Makes the node keep the manifest, program and inputs of a task. Returns how many files those are.
///
/// Each file is noted before the node is asked for it. What a note names is not released, so the lock on the notes is
/// not held while the node searches for the file, which can take minutes.
///
/// # Errors
/// Nobody has one of the files, the data key is not here, or the node does not answer.
pub async fn serve(
    out: &Output,
    chain: &Chain,
    keys: &DataKeys,
    pins: &Pins,
    view: TaskView<Account>,
) -> Result<usize> {
    let node = NodeRpc::new(chain);
    let keeper = Keeper {
        pins,
        node: peers::own_id(&node.addresses().await?),
        reason: Reason::task(&chain.genesis().await?, view.id),
    };
    let cid = &view.submission.manifest;
    let mut all = BTreeSet::from([cid.clone()]);
    keeper.note(&all).await?;
    connect(out, &node, keeper.node.as_deref(), &view).await;
    node.pin(cid).await?;
    let key = sealed::key_of(keys, &view.submission.privacy)?;
    let most = match key {
        Some(_) => sealed_length(limits::MANIFEST_BYTES),
        None => limits::MANIFEST_BYTES,
    };
    let manifest = sealed::open_manifest(key.as_ref(), read_all(&node, cid, most).await?)?;
    let manifest = Manifest::parse(&manifest)
        .map_err(|errors| Error::other(format!("its manifest is not valid: {errors}")))?;
    all.extend(manifest.blobs().into_iter().map(|blob| blob.cid));
    keeper.note(&all).await?;
    let pinned = async {
        for blob in all.iter().filter(|blob| *blob != cid) {
            node.pin(blob).await?;
        }
        Ok(all.len())
    };
    let pinned = pinned.await;
    // The task may be over by now and its note gone. This note makes sure that files that came after that are released,
    // too.
    keeper.note(&all).await?;
    pinned
}

/// Notes what the node keeps for a task.
struct Keeper<'a> {
    pins: &'a Pins,
    /// The node's peer id; without it nothing can be noted, and nothing is ever released.
    node: Option<String>,
    reason: Reason,
}

impl Keeper<'_> {
    async fn note(&self, files: &BTreeSet<ContentId>) -> Result<()> {
        let Some(node) = &self.node else {
            return Ok(());
        };
        let held = self.pins.together().await?;
        let note = Note::new(node, self.reason.clone(), files.clone());
        self.pins.add(&held, note)
    }
}

/// Makes the node connect to the node where the task was submitted. If that is not reached, this is reported, but is no
/// error: the node may have the files, or know another node that has.
async fn connect(out: &Output, node: &NodeRpc<'_>, own: Option<&str>, view: &TaskView<Account>) {
    let addresses = peers::others(peers::show_all(&view.submission.peers), own);
    let failures = connect::to_named(node, &addresses).await;
    if !failures.is_empty() && failures.len() == addresses.len() {
        out.warn(format!(
            "task {}: the node that its files were uploaded to is not reached: {}; they are searched for elsewhere",
            view.id,
            failures.join("; ")
        ));
    }
}

/// Makes the node connect to providers: they know the node to which the task was submitted, but not this one. Providers
/// that it does not reach may reach it, or may have the files already, so nothing is reported about them.
pub async fn meet(chain: &Chain, addresses: BTreeSet<String>) {
    let node = NodeRpc::new(chain);
    // If the node does not answer, the next look at the tasks reports that.
    let Ok(own) = node.addresses().await else {
        return;
    };
    let own = peers::own_id(&own);
    let addresses = peers::others(addresses.into_iter().collect(), own.as_deref());
    join_all(
        addresses
            .iter()
            .map(|address| node.connect_to_stranger(address)),
    )
    .await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::life::tests::{assignment, view};

    #[test]
    fn files_are_served_until_the_job_runs() {
        let active = |status| view(TaskStatus::Active, vec![assignment(0, status)]);
        let assigned = AssignmentStatus::Assigned { start_by: 1 };
        assert!(waits_for_data(&view(
            TaskStatus::Queued { match_by: 1 },
            vec![]
        )));
        assert!(waits_for_data(&active(assigned)));
        let committed = AssignmentStatus::Committed {
            commitment: [1; 32],
            at: 1,
            reveal_by: Some(2),
        };
        assert!(!waits_for_data(&active(committed)));
        let juror = AssignmentStatus::AwaitingKey {
            grant_by: 1,
            recipient: [1; 32],
        };
        let disputed = view(TaskStatus::Disputed, vec![assignment(0, juror)]);
        assert!(waits_for_data(&disputed));
        assert!(!waits_for_data(&view(
            TaskStatus::Cancelled { at: 1 },
            vec![]
        )));
    }
}
