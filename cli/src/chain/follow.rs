//! Following a task from block to block.

use aicpw_protocol::{task::TaskStatus, view::TaskView, TaskId};
use subxt::config::substrate::H256;

use super::{explain::is_of_replaced_block, Chain, Heads};
use crate::{
    account::Account,
    error::{Error, Result},
};

/// Blocks for which a task may be missing: the block with its submission can be replaced by one
/// that has it later.
const MISSING_BLOCKS: u32 = 40;

/// A task, as of each best block.
pub struct Watch<'a> {
    chain: &'a Chain,
    heads: Heads,
    task: TaskId,
    first: bool,
    missing: u32,
}

impl<'a> Watch<'a> {
    /// Starts with the next call of [`Self::next`].
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

    /// Another task from now on.
    pub fn turn_to(&mut self, task: TaskId) {
        self.task = task;
        self.first = true;
        self.missing = 0;
    }

    /// The task now, then as of each new best block. Can be cancelled at any time. An end without a result is passed over
    /// until it is final: a fork can miss a deadline that the chain then keeps.
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

    /// The task as of each best block, whatever it has come to, with that block: what else is read in its state is of the
    /// same moment.
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

/// Whether the task has ended, and without a result.
fn has_no_result(status: &TaskStatus) -> bool {
    matches!(
        status,
        TaskStatus::Cancelled { .. } | TaskStatus::Refunded { .. }
    )
}

/// Why there is no such task.
const UNKNOWN: &str = ": it was never submitted, or ended long ago";

/// There is no such task.
pub fn unknown_task(task: TaskId) -> Error {
    Error::other(format!("there is no task {task}{UNKNOWN}"))
        .hint("`aicpw task ls` shows those that are still readable")
}

/// What it says of a task that was there before the connection was lost; `None` if it is another error.
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
