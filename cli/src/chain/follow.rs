//! Follows a task from block to block.

use aicpw_protocol::{task::TaskStatus, view::TaskView, TaskId};
use subxt::config::substrate::H256;

use super::{explain::is_of_replaced_block, Chain, Heads};
use crate::{
    account::Account,
    error::{Error, Result},
};

/// For how many blocks in a row a task may be missing: the block with its submission can be replaced by another one,
/// and the submission then comes in a later block.
const MISSING_BLOCKS: u32 = 40;

/// Watches a task in each best block.
pub struct Watch<'a> {
    chain: &'a Chain,
    heads: Heads,
    task: TaskId,
    first: bool,
    missing: u32,
}

impl<'a> Watch<'a> {
    /// Makes a watch on this task, which begins with the first call of [`Self::next`].
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn new(chain: &'a Chain, task: TaskId) -> Result<Self> {
        let heads = chain.best_heads().await?;
        Ok(Self {
            chain,
            heads,
            task,
            first: true,
            missing: 0,
        })
    }

    /// Watches another task from now on.
    pub fn turn_to(&mut self, task: TaskId) {
        self.task = task;
        self.first = true;
        self.missing = 0;
    }

    /// The task as it is now, and on each later call as of the next best block. The call can be cancelled at any time.
    /// If the task has ended without a result, this waits until that is final: on a fork a task can miss a deadline
    /// that it meets on the final chain.
    ///
    /// # Errors
    /// There is no such task; the node does not answer, or has no new blocks.
    pub async fn next(&mut self) -> Result<TaskView<Account>> {
        loop {
            let (view, _) = self.next_at().await?;
            if !has_no_result(&view.status) || self.has_no_result_for_good().await? {
                return Ok(view);
            }
        }
    }

    async fn has_no_result_for_good(&self) -> Result<bool> {
        let last = self.chain.final_hash().await?;
        let view = self.chain.task(self.task, Some(last)).await?;
        Ok(view.is_some_and(|view| has_no_result(&view.status)))
    }

    /// The task in whatever status as of each best block, together with that block's hash. Other reads in the state of
    /// that block are of the same moment.
    ///
    /// # Errors
    /// As of [`Self::next`].
    pub async fn next_at(&mut self) -> Result<(TaskView<Account>, H256)> {
        loop {
            if !std::mem::take(&mut self.first) {
                self.heads.next().await?;
            }
            let at = self.chain.best_hash().await?;
            let view = match self.chain.task(self.task, Some(at)).await {
                Err(error) if is_of_replaced_block(&error) => continue,
                view => view?,
            };
            if let Some(view) = view {
                self.missing = 0;
                return Ok((view, at));
            }
            self.missing += 1;
            if self.missing > MISSING_BLOCKS {
                return Err(unknown_task(self.task));
            }
        }
    }
}

/// Whether the task has ended without a result.
fn has_no_result(status: &TaskStatus) -> bool {
    matches!(
        status,
        TaskStatus::Cancelled { .. } | TaskStatus::Refunded { .. }
    )
}

/// Why a task does not exist.
const UNKNOWN: &str = ": it was never submitted, or ended long ago";

/// The error for a task that does not exist.
pub fn unknown_task(task: TaskId) -> Error {
    Error::other(format!("there is no task {task}{UNKNOWN}"))
        .hint("`aicpw task ls` shows those that are still readable")
}

/// The error for a task that existed before the connection was lost and does not now; `None` if `error` is another one.
pub fn task_is_gone(error: &Error) -> Option<Error> {
    let what = error.message.strip_suffix(UNKNOWN)?;
    let gone = Error::other(format!(
        "{what} any more: the node may have begun a new chain while it was away"
    ));
    Some(gone.hint(
        "a node with --dev does so whenever it is started, and what was on the chain before is gone: submit the task \
         again",
    ))
}
