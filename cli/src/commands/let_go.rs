//! Makes the node release files of tasks that nobody can ask about any more.

use std::collections::BTreeMap;

use aicpw_protocol::{hashing::Hash, task::TaskStatus, view::TaskView, BlockNumber, TaskId};
use futures::{StreamExt, TryStreamExt};

use crate::{
    account::Account,
    chain::Chain,
    error::{Error, Result},
    node_rpc::NodeRpc,
    output::Output,
    peers,
    pins::{releases, Note, Pins, Reason},
    quantity::count,
    user_data::unix_ms,
};

/// After how many milliseconds an upload that is on no chain was never submitted, or its task is forgotten.
const FORGOTTEN_AFTER: u64 = 24 * 3_600_000;

/// After how many milliseconds a task of a chain that this node no longer follows has surely ended. Its match, run,
/// dispute and appeal take no longer than this, and no chain that we follow knows the task any more.
const OF_NO_CHAIN_AFTER: u64 = 60 * 24 * 3_600_000;

/// For how many milliseconds to remember what another node keeps, which by then is no longer used.
const OTHER_NODE_AFTER: u64 = 180 * 24 * 3_600_000;

/// How many requests run at the same time.
const PARALLEL: usize = 16;

/// Files that were released.
#[derive(Debug)]
pub struct Released {
    /// The task that needed them; `None` if it was never submitted, or is on another chain.
    pub task: Option<TaskId>,
    /// The number of files.
    pub blobs: usize,
}

/// The present, for deciding what is over.
struct Now {
    /// The market's block.
    block: BlockNumber,
    /// For how many blocks after its end a task can be asked about.
    retrieval_window: BlockNumber,
    /// The time in milliseconds since the Unix epoch.
    unix_ms: u64,
    /// How many tasks were ever submitted, as of the block that is read. A node that is still synchronising does not
    /// know newer tasks; that does not mean that the chain has forgotten them.
    submitted: u64,
}

/// Whether nobody needs the files of a note any more. `view` is the note's task.
fn is_over(note: &Note, view: Option<&TaskView<Account>>, now: &Now) -> bool {
    let forgotten = now.unix_ms.saturating_sub(note.created) > FORGOTTEN_AFTER;
    match (&note.reason, view.map(|view| view.status)) {
        (Reason::Asked(_), _) => false,
        (Reason::Upload(_), _) => forgotten,
        (Reason::Task { task, .. }, None) => forgotten && task.0 < now.submitted,
        (
            Reason::Task { .. },
            Some(
                TaskStatus::Settled { at, .. }
                | TaskStatus::Cancelled { at }
                | TaskStatus::Refunded { at, .. },
            ),
        ) => now.block >= at.saturating_add(now.retrieval_window),
        (Reason::Task { .. }, Some(_)) => false,
    }
}

/// Whether the task of a note about another chain is over.
fn is_of_no_chain(note: &Note, now: &Now) -> bool {
    matches!(note.reason, Reason::Task { .. })
        && now.unix_ms.saturating_sub(note.created) > OF_NO_CHAIN_AFTER
}

/// The task of a note, if it is on this chain.
fn task_of(note: &Note, genesis: &Hash) -> Option<TaskId> {
    match &note.reason {
        Reason::Task { task, .. } if note.reason == Reason::task(genesis, *task) => Some(*task),
        _ => None,
    }
}

/// Unpins, at the connected node, what was kept for tasks that have ended, once their results can no longer be fetched.
/// Does nothing while somebody uploads.
///
/// # Errors
/// The notes cannot be read, or the node does not answer.
pub async fn let_go(chain: &Chain, pins: &Pins) -> Result<Vec<Released>> {
    let node = NodeRpc::new(chain);
    let (Some(id), Some(alone)) = (peers::own_id(&node.addresses().await?), pins.alone()?) else {
        return Ok(Vec::new());
    };
    let genesis = chain.genesis().await?;
    let notes: Vec<_> = pins.of_node(&id)?;
    let is_ours = |note: &Note| {
        !matches!(note.reason, Reason::Task { .. }) || task_of(note, &genesis).is_some()
    };
    let tasks: Vec<_> = notes
        .iter()
        .filter_map(|kept| task_of(&kept.note, &genesis))
        .collect();
    let at = Some(chain.final_hash().await?);
    let views: BTreeMap<TaskId, _> = futures::stream::iter(tasks)
        .map(|task| async move { chain.task(task, at).await.map(|view| (task, view)) })
        .buffered(PARALLEL)
        .try_collect()
        .await?;
    let now = Now {
        block: chain.clock().await?.now,
        retrieval_window: chain.market_parameters().await?.retrieval_window,
        unix_ms: unix_ms(),
        submitted: chain.history_head(at).await?.length,
    };
    let over = |note: &Note| {
        let view = task_of(note, &genesis).and_then(|task| views.get(&task)?.as_ref());
        match is_ours(note) {
            true => is_over(note, view, &now),
            false => is_of_no_chain(note, &now),
        }
    };
    let mut released = Vec::new();
    for (kept, free) in releases(notes, over) {
        for cid in &free {
            node.unpin(cid).await?;
        }
        released.push(Released {
            task: task_of(&kept.note, &genesis),
            blobs: free.len(),
        });
        kept.remove()?;
    }
    let last = now.unix_ms.saturating_sub(OTHER_NODE_AFTER);
    pins.forget_others(&alone, &id, last)?;
    Ok(released)
}

/// The message that nothing was released, and why.
pub fn failed(error: &Error) -> String {
    format!("the node goes on keeping files of tasks that are over: {error}")
}

/// Reports what was released.
pub fn tell(out: &Output, released: &Released) {
    let files = count(released.blobs, "file");
    out.say(match released.task {
        Some(task) => format!("task {task}: it is over, and the node may forget {files} of it"),
        None => format!("the node may forget {files} that no task of this chain needs"),
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{life::tests::view, pins::tests::cid};
    use aicpw_protocol::task::Refunded;

    const NOW: Now = Now {
        block: 1_000,
        retrieval_window: 400,
        unix_ms: 5 * FORGOTTEN_AFTER,
        submitted: 8,
    };

    fn note(reason: Reason, age: u64) -> Note {
        let mut note = Note::new("node", reason, [cid(0)].into());
        note.created = NOW.unix_ms - age;
        note
    }

    #[test]
    fn a_task_is_over_when_nobody_can_ask_about_it() {
        let note = note(Reason::task(&[2; 32], TaskId(7)), 10);
        let over = |status| is_over(&note, Some(&view(status, vec![])), &NOW);
        assert!(!over(TaskStatus::Queued { match_by: 1 }));
        assert!(!over(TaskStatus::Active));
        assert!(!over(TaskStatus::Verifying { settle_at: 1 }));
        assert!(!over(TaskStatus::Settled { at: 601, paid: 1 }));
        assert!(over(TaskStatus::Settled { at: 600, paid: 1 }));
        assert!(!over(TaskStatus::Cancelled { at: 601 }));
        assert!(over(TaskStatus::Cancelled { at: 600 }));
        let reason = Refunded::MatchWindowEnded;
        assert!(over(TaskStatus::Refunded { at: 600, reason }));
    }

    #[test]
    fn what_no_chain_knows_is_kept_for_a_day() {
        for reason in [Reason::task(&[2; 32], TaskId(7)), Reason::Upload(cid(1))] {
            let over = |age| is_over(&note(reason.clone(), age), None, &NOW);
            assert!(!over(FORGOTTEN_AFTER), "{reason:?}");
            assert!(over(FORGOTTEN_AFTER + 1), "{reason:?}");
        }
        let asked = note(Reason::Asked(cid(0)), 4 * FORGOTTEN_AFTER);
        assert!(!is_over(&asked, None, &NOW), "the user unpins it");
    }

    #[test]
    fn what_a_node_that_syncs_does_not_know_yet_is_kept() {
        let behind = Now {
            submitted: 7,
            ..NOW
        };
        let note = note(Reason::task(&[2; 32], TaskId(7)), FORGOTTEN_AFTER + 1);
        assert!(!is_over(&note, None, &behind));
        assert!(is_over(&note, None, &NOW));
    }

    #[test]
    fn what_was_kept_for_a_chain_that_is_gone_is_let_go_in_the_end() {
        let now = Now {
            unix_ms: 2 * OF_NO_CHAIN_AFTER,
            ..NOW
        };
        let over = |reason, age| {
            let mut note = note(reason, 0);
            note.created = now.unix_ms - age;
            is_of_no_chain(&note, &now)
        };
        let task = || Reason::task(&[3; 32], TaskId(7));
        assert!(!over(task(), OF_NO_CHAIN_AFTER));
        assert!(over(task(), OF_NO_CHAIN_AFTER + 1));
        assert!(!over(Reason::Asked(cid(0)), OF_NO_CHAIN_AFTER + 1));
    }

    #[test]
    fn a_task_is_one_of_its_chain() {
        let note = note(Reason::task(&[2; 32], TaskId(7)), 10);
        assert_eq!(task_of(&note, &[2; 32]), Some(TaskId(7)));
        assert_eq!(task_of(&note, &[3; 32]), None);
    }
}
