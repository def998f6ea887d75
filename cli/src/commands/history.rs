//! `aicpw history verify`: computes the hash chain over all submissions again.

use std::{cell::Cell, future::Future};

use aicpw_protocol::{
    hashing::Hash,
    history::{next_head, task_hash, GENESIS_HEAD, LEAST_RETENTION},
    view::{HistoryHead, TaskView},
    BlockNumber, TaskId,
};
use clap::Subcommand;
use futures::{StreamExt, TryStreamExt};
use serde::Serialize;
use subxt::config::substrate::H256;

use super::Context;
use crate::{
    account::Account,
    chain::{is_of_replaced_block, read::PAGE, Chain},
    error::{Error, Result},
    hash::show_hash,
    output::{table::pairs, Output},
    quantity::{count, parse_task},
};

/// How many requests run at the same time.
const PARALLEL: usize = 16;

/// How many ids the chain looks at for one page, where tasks were removed (`pallets/tasks/src/views.rs`).
const LOOKED_AT: u64 = 100_000;

/// How often to try a read, each time in a newer state. A node keeps each state for longer than one read takes.
const TRIES: u32 = 5;

/// `aicpw history …`
#[derive(Subcommand, Debug)]
pub enum HistoryCommand {
    /// Compute the hash chain over all submissions again, and compare it with the chain's
    ///
    /// Reads tasks in the states of final blocks, the oldest that the chain keeps first. Exit code 4 if a link is
    /// wrong, or if a task is missing that cannot have been removed yet. If the newest task was removed, there is
    /// nothing to compare the chain's head with, and the answer says so.
    #[command(after_long_help = "\
Examples:
  aicpw history verify
  aicpw history verify --from 1000 --json")]
    Verify {
        /// Start with this task instead of the first; those that the chain keeps no more are passed over
        #[arg(long, value_name = "TASK", default_value_t = 0, allow_negative_numbers = true, value_parser = parse_task)]
        from: u64,
    },
}

/// The document with what was found.
#[derive(Serialize, Debug, Default, PartialEq, Eq)]
struct HistoryJson {
    valid: bool,
    length: u64,
    head: String,
    from: u64,
    /// The number of submissions whose link was computed again.
    verified: u64,
    /// The number of submissions whose link could not be computed: the task before was removed, so only this
    /// submission's own head is known.
    unlinked: u64,
    /// Ranges of removed tasks, including the last one.
    removed: Vec<(u64, u64)>,
    /// The first task whose head is not as it should be.
    wrong: Option<u64>,
    /// The first task of a removed range that cannot have been removed yet.
    removed_early: Option<u64>,
    /// Whether the head was compared with what was computed: not if the last task was removed, or if a link is wrong.
    head_compared: bool,
}

/// Computes the hash chain over tasks in order.
struct Verifier {
    /// The head before the next task, if known.
    head: Option<Hash>,
    next: u64,
    /// No task from the next one on was submitted before this block.
    since: BlockNumber,
    /// The removed range that was submitted last: its first task, and the block before which none of it was submitted.
    last_removed: Option<(u64, BlockNumber)>,
    found: HistoryJson,
}

impl Verifier {
    /// Begins with the task `from`; `before` is the task before it, unless that was removed.
    fn new(from: u64, before: Option<&TaskView<Account>>) -> Self {
        let head = if from == 0 {
            Some(GENESIS_HEAD)
        } else {
            before.map(|view| view.history_head)
        };
        Self {
            head,
            next: from,
            since: before.map_or(0, |view| view.submitted_at),
            last_removed: None,
            found: HistoryJson {
                from,
                ..Default::default()
            },
        }
    }

    /// Adds a task; any tasks between it and the previous one were removed. Returns `false` if its head is wrong.
    fn add(&mut self, id: u64, view: &TaskView<Account>) -> bool {
        self.pass_over(id);
        self.next = id.saturating_add(1);
        match self.head {
            None => self.found.unlinked += 1,
            Some(head) => {
                let hash = task_hash(&view.requester, &view.submission);
                let expected =
                    next_head(&head, TaskId(id), &hash, view.submitted_at, view.timestamp);
                if expected != view.history_head {
                    self.found.wrong = Some(id);
                    return false;
                }
                self.found.verified += 1;
            }
        }
        self.head = Some(view.history_head);
        self.since = view.submitted_at;
        true
    }

    /// Notes that all remaining tasks up to this id were removed.
    fn pass_over(&mut self, id: u64) {
        if id > self.next {
            self.found.removed.push((self.next, id - 1));
            if self
                .last_removed
                .is_none_or(|(_, since)| since < self.since)
            {
                self.last_removed = Some((self.next, self.since));
            }
            self.head = None;
            self.next = id;
        }
    }

    /// Passes over the tasks up to the last one, and looks whether all that were removed can have been by the market's
    /// block `now`. Only the task before a range says that: those of the range were submitted later.
    fn look_at_removed(&mut self, head: &HistoryHead, now: BlockNumber) {
        self.pass_over(head.length);
        let is_early = |since: BlockNumber| now.saturating_sub(since) < LEAST_RETENTION;
        let early = self.last_removed.filter(|(_, since)| is_early(*since));
        self.found.removed_early = early.map(|(first, _)| first);
    }

    fn finish(mut self, head: &HistoryHead) -> HistoryJson {
        self.found.length = head.length;
        self.found.head = show_hash(&head.head);
        let is_linked = self.found.wrong.is_none();
        // If the last task was removed, its head is not known, and there is nothing to compare.
        self.found.head_compared = is_linked && self.head.is_some();
        let ends_there = self.head.is_none_or(|found| found == head.head);
        self.found.valid = is_linked && self.found.removed_early.is_none() && ends_there;
        self.found
    }
}

/// Reads in the state of a recent final block, and switches to a newer one when the node has dropped that state: a node
/// keeps states for about a minute. Every final state has the same history, because no fork replaces a final block.
struct Recent<'a> {
    chain: &'a Chain,
    at: Cell<H256>,
}

impl<'a> Recent<'a> {
    async fn new(chain: &'a Chain) -> Result<Self> {
        let at = Cell::new(chain.final_hash().await?);
        Ok(Self { chain, at })
    }

    /// Switches to the newest final block.
    async fn renew(&self) -> Result<()> {
        self.at.set(self.chain.final_hash().await?);
        Ok(())
    }

    async fn read<T, F>(&self, read: impl Fn(H256) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let mut tries = 1;
        loop {
            let at = self.at.get();
            match read(at).await {
                Err(error) if is_of_replaced_block(&error) && tries < TRIES => {
                    tries += 1;
                    // Unless another read has already done so.
                    if self.at.get() == at {
                        self.renew().await?;
                    }
                }
                outcome => return outcome,
            }
        }
    }

    async fn head(&self) -> Result<HistoryHead> {
        self.read(|at| self.chain.history_head(Some(at))).await
    }

    /// The market's block.
    async fn market_block(&self) -> Result<BlockNumber> {
        let clock = self.read(|at| self.chain.market_clock(Some(at))).await?;
        Ok(clock.block)
    }

    /// A task; `None` if it was removed.
    async fn task(&self, id: u64) -> Result<Option<TaskView<Account>>> {
        self.read(|at| self.chain.task(TaskId(id), Some(at))).await
    }

    /// The ids in this range of which the chain still has the task, oldest first.
    async fn kept(&self, from: u64, until: u64) -> Result<Vec<u64>> {
        let mut ids = Vec::new();
        let mut before = until;
        while before > from {
            let newest = Some(TaskId(before));
            let page = self
                .read(|at| self.chain.task_ids_before(None, newest, PAGE, Some(at)))
                .await?;
            // If nothing is left among the ids that the chain looked at, there may still be older tasks.
            let mut reached = before.saturating_sub(LOOKED_AT);
            for TaskId(id) in page {
                if id >= before {
                    return Err(Error::verification(format!(
                        "the node lists task {id}, and was asked for those before {before}"
                    ))
                    .hint(DISTRUST));
                }
                ids.push(id);
                (before, reached) = (id, id);
            }
            before = reached;
        }
        ids.reverse();
        ids.retain(|id| *id >= from);
        Ok(ids)
    }
}

/// What to do about a node with a wrong history.
const DISTRUST: &str = "do not trust this node: compare with another (--url)";

/// Computes the chain over the remaining tasks up to `until`. Returns `false` if it is wrong.
async fn look_at(
    out: &Output,
    recent: &Recent<'_>,
    verifier: &mut Verifier,
    until: u64,
) -> Result<bool> {
    let looking = out.wait("looking which tasks the chain keeps");
    let ids = recent.kept(verifier.next, until).await?;
    drop(looking);
    let bar = out.wait("verifying");
    let total = ids.len() as u64;
    let mut views = futures::stream::iter(ids)
        .map(|id| async move { recent.task(id).await.map(|view| (id, view)) })
        .buffered(PARALLEL);
    let mut done = 0;
    while let Some((id, view)) = views.try_next().await? {
        done += 1;
        bar.set_of(done, total);
        // A task that was removed after it was listed is passed over together with the next one.
        if let Some(view) = view {
            if !verifier.add(id, &view) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

async fn verify(out: &Output, chain: &Chain, from: u64) -> Result<HistoryJson> {
    let recent = Recent::new(chain).await?;
    let head = recent.head().await?;
    if from > head.length {
        return Err(Error::usage(format!(
            "--from: there are {} so far",
            count(usize::try_from(head.length).unwrap_or(usize::MAX), "task")
        ))
        .hint("without --from all of them are looked at"));
    }
    let before = match from.checked_sub(1) {
        Some(id) => recent.task(id).await?,
        None => None,
    };
    let mut verifier = Verifier::new(from, before.as_ref());
    if !look_at(out, &recent, &mut verifier, head.length).await? {
        return Ok(verifier.finish(&head));
    }
    // That took some time, so look at what was submitted in the meantime, too.
    recent.renew().await?;
    let head = recent.head().await?;
    if look_at(out, &recent, &mut verifier, head.length).await? {
        // Read last: no task was found missing in a later block.
        let now = recent.market_block().await?;
        verifier.look_at_removed(&head, now);
    }
    Ok(verifier.finish(&head))
}

/// Runs a history command.
pub async fn run(context: &Context<'_>, command: HistoryCommand) -> Result<()> {
    let HistoryCommand::Verify { from } = command;
    let chain = context.connect().await?;
    let found = verify(context.out, &chain, from).await?;
    context.out.result(&found, show);
    if found.valid {
        return Ok(());
    }
    let error = Error::verification(problem(&found)).hint(DISTRUST);
    Err(Error {
        in_document: true,
        ..error
    })
}

/// What is wrong with a history that is not valid.
fn problem(found: &HistoryJson) -> String {
    match (found.wrong, found.removed_early) {
        (Some(id), _) => format!("the history does not follow from its submissions at task {id}"),
        (None, Some(id)) => format!(
            "task {id} is missing, but it was submitted fewer than {LEAST_RETENTION} blocks ago: the chain keeps every \
             task for at least as long"
        ),
        (None, None) => "the history's head is not that of its last submission".into(),
    }
}

fn show(found: &HistoryJson) -> String {
    let many = |number: u64, thing| count(usize::try_from(number).unwrap_or(usize::MAX), thing);
    let removed: u64 = found
        .removed
        .iter()
        .map(|(first, last)| last - first + 1)
        .sum();
    pairs(vec![
        (
            "History",
            Some(if found.valid { "valid" } else { "WRONG" }.into()),
        ),
        ("Submissions", Some(found.length.to_string())),
        ("Head", Some(found.head.clone())),
        (
            "Not compared",
            (found.valid && !found.head_compared).then(|| {
                "the head: the newest task was removed, so this node's word was taken for it".into()
            }),
        ),
        (
            "Verified",
            Some(format!("{} computed again", many(found.verified, "link"))),
        ),
        (
            "Removed",
            (removed > 0).then(|| {
                let tasks = many(removed, "task");
                match found.removed_early {
                    None => format!("{tasks} ended long ago and cannot be computed again"),
                    Some(id) => format!("{tasks}, from task {id} on too early"),
                }
            }),
        ),
        (
            "Unlinked",
            match found.unlinked {
                0 => None,
                1 => Some("1 task after a removed one: its own head was taken as given".into()),
                several => Some(format!(
                    "{several} tasks after removed ones: their own heads were taken as given"
                )),
            },
        ),
    ])
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
