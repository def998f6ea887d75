//! Grants the data keys of sealed tasks to the providers with which the tasks are matched.
//!
//! Nobody waits here for a grant to be final before the next look: it can take long, or the node may never report on
//! it, and meanwhile the key windows of other assignments run. Whether a grant is sent again is decided in one place
//! only, at a look and by [`Posts`], so none is sent twice.

use std::{
    collections::BTreeMap,
    future::Future,
    pin::pin,
    time::{Duration, Instant},
};

use aicpw_protocol::{
    hashing::Hash,
    sealing::{envelope, EnvelopeContext},
    task::{AssignmentStatus, Privacy},
    view::TaskView,
    AssignmentId, BlockNumber, TaskId,
};
use futures::{future::LocalBoxFuture, stream::FuturesUnordered, FutureExt, StreamExt};
use subxt::config::substrate::H256;

use crate::{
    account::Account,
    amount::Amount,
    chain::{
        call::Call,
        posts::{Posts, Turn},
        submit::Inclusion,
        Chain,
    },
    data_keys::DataKeys,
    error::{Error, Result},
    keys::Signer,
    output::Output,
};

/// How long after a grant was sent nothing is asked about it, unless it fails. In that time, a transaction with nothing
/// in its way is in a block, and what the pool says about it in between may change with the next block. It is a small
/// part of the key window, so there is still time for another grant.
const PATIENCE: Duration = Duration::from_secs(10);

/// A grant that was sent; ends when it is final.
type End = LocalBoxFuture<'static, Result<Inclusion>>;

/// Grants keys for one account.
pub struct Granter<'a> {
    sender: Sender<'a>,
    keys: DataKeys,
    genesis: Hash,
    /// The last failure that was reported for each task, so that it is reported once and not in every block.
    told: BTreeMap<TaskId, String>,
    /// When the grants were sent that have not ended yet.
    sent: BTreeMap<AssignmentId, Instant>,
    /// The ends of those grants. There can be two for one assignment, if the first grant was stuck.
    ends: FuturesUnordered<LocalBoxFuture<'a, (AssignmentId, Result<Option<Granted>>)>>,
}

/// Sends grants of one account.
#[derive(Clone)]
struct Sender<'a> {
    chain: &'a Chain,
    signer: &'a Signer,
    /// The grants that were sent.
    posts: Posts<AssignmentId>,
}

/// A key that was granted.
#[derive(Debug)]
pub struct Granted {
    /// The assignment that it was granted for.
    pub assignment: AssignmentId,
    /// The provider that it was granted to.
    pub provider: Account,
    /// The transaction that granted it.
    pub inclusion: Inclusion,
}

/// A grant that should be made.
struct Wanted {
    task: TaskId,
    assignment: AssignmentId,
    provider: Account,
    /// The last block in which the key can be granted.
    by: BlockNumber,
    call: Call,
}

/// The assignments that wait for their keys. For each: the id, the provider, the recipient for which to seal the key,
/// and the last block in which it can be granted.
fn awaiting(
    view: &TaskView<Account>,
) -> impl Iterator<Item = (AssignmentId, Account, Hash, BlockNumber)> + use<'_> {
    view.assignments
        .iter()
        .filter_map(|assignment| match assignment.status {
            AssignmentStatus::AwaitingKey {
                grant_by,
                recipient,
            } => Some((assignment.id, assignment.provider, recipient, grant_by)),
            _ => None,
        })
}

/// Whether an assignment of the task waits for its key.
pub fn is_awaited(view: &TaskView<Account>) -> bool {
    awaiting(view).next().is_some()
}

impl<'a> Granter<'a> {
    /// Makes a granter for the keys of `signer`'s account.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn new(chain: &'a Chain, signer: &'a Signer, keys: DataKeys) -> Result<Self> {
        Ok(Self {
            genesis: chain.genesis().await?,
            sender: Sender {
                chain,
                signer,
                posts: Posts::default(),
            },
            keys,
            told: BTreeMap::new(),
            sent: BTreeMap::new(),
            ends: FuturesUnordered::new(),
        })
    }

    /// Continues with the grants that the account sent through earlier connections.
    pub fn after(mut self, posts: Posts<AssignmentId>) -> Self {
        self.sender.posts = posts;
        self
    }

    /// The grants for those assignments of a task that wait for its key on the final chain. A fork must not reveal the
    /// data to a provider that is not matched on the final chain.
    ///
    /// # Errors
    /// The key is not here, or the node does not answer.
    async fn wanted(&self, task: TaskId) -> Result<Vec<Wanted>> {
        let chain = self.sender.chain;
        let last = chain.final_hash().await?;
        let Some(view) = chain.task(task, Some(last)).await? else {
            return Ok(Vec::new());
        };
        if !is_awaited(&view) {
            return Ok(Vec::new());
        }
        if view.requester != self.sender.signer.account {
            return Err(Error::usage(format!(
                "task {task} is another account's, {}",
                view.requester
            )));
        }
        let Privacy::Sealed { key_commitment } = view.submission.privacy else {
            return Ok(Vec::new());
        };
        let (_, key) = self.keys.load(&key_commitment)?;
        awaiting(&view)
            .map(|(assignment, provider, recipient, by)| {
                let context = EnvelopeContext {
                    genesis: &self.genesis,
                    assignment,
                    manifest: &view.submission.manifest,
                    recipient: &recipient,
                };
                let envelope = envelope::seal(&key, &context)
                    .map_err(|error| Error::other(format!("the key of task {task}: {error}")))?;
                Ok(Wanted {
                    task,
                    assignment,
                    provider,
                    by,
                    call: Call::grant_key(assignment, &envelope),
                })
            })
            .collect()
    }

    /// Sends the grants for all assignments of these tasks that wait for their keys and for which no grant is on its
    /// way. It does not wait until the grants are final: [`Self::ended`] does. The caller tries again with each block,
    /// so each failure is reported only once.
    pub async fn look(&mut self, out: &Output, tasks: &[TaskId]) {
        let mut all = Vec::new();
        for task in tasks {
            match self.wanted(*task).await {
                Ok(wanted) => all.extend(wanted),
                Err(error) => self.tell_failure(out, *task, &error),
            }
        }
        let sender = self.sender.clone();
        let send = async |wanted: &Wanted| sender.send(wanted).await;
        self.send_all(out, all, Instant::now(), send).await;
    }

    /// Sends these grants one after the other with `send`, except those that were sent less than [`PATIENCE`] before
    /// `now` and have not ended. Those sent before come first, in the order of their nonces: if one was lost, it is
    /// replaced before it is asked about those that wait behind it.
    async fn send_all(
        &mut self,
        out: &Output,
        mut all: Vec<Wanted>,
        now: Instant,
        send: impl AsyncFn(&Wanted) -> Result<Option<End>>,
    ) {
        let posts = &self.sender.posts;
        all.sort_by_key(|wanted| posts.nonce(wanted.assignment).unwrap_or(u64::MAX));
        for wanted in all {
            let id = wanted.assignment;
            let sent = self.sent.get(&id);
            if sent.is_some_and(|at| now.saturating_duration_since(*at) < PATIENCE) {
                continue;
            }
            match send(&wanted).await {
                Ok(None) => {}
                Ok(Some(end)) => {
                    self.sent.insert(id, now);
                    let end = self.sender.clone().until_end(wanted, end);
                    self.ends.push(end.boxed_local());
                }
                Err(error) => {
                    if let Err(error) = self.sender.unless_over(&wanted, error).await {
                        self.tell_failure(out, id.task, &error);
                    }
                }
            }
        }
    }

    /// Waits until a grant is final, and reports it; on the way, it reports grants that failed. Returns `None` if no
    /// grant is on its way. The call can be cancelled at any time.
    pub async fn ended(&mut self, out: &Output) -> Option<Granted> {
        loop {
            let (id, end) = self.ends.next().await?;
            self.sent.remove(&id);
            match end {
                Ok(None) => {}
                Ok(Some(granted)) => {
                    self.tell(out, &granted);
                    return Some(granted);
                }
                Err(error) => self.tell_failure(out, id.task, &error),
            }
        }
    }

    /// Waits for `work`, and reports meanwhile what becomes of the grants.
    pub async fn beside<T>(&mut self, out: &Output, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                Some(_) = self.ended(out) => {}
                done = &mut work => return done,
            }
        }
    }

    /// Whether no grant is on its way.
    pub fn is_done(&self) -> bool {
        self.ends.is_empty()
    }

    fn tell(&mut self, out: &Output, granted: &Granted) {
        let task = granted.assignment.task;
        self.told.remove(&task);
        let fee = granted.inclusion.fee_paid().map(Amount);
        let fee = fee.map_or(String::new(), |fee| format!(", fee {}", fee.with_unit()));
        out.say(format!(
            "granted the key of task {task} to {} (assignment {}{fee})",
            granted.provider, granted.assignment
        ));
    }

    fn tell_failure(&mut self, out: &Output, task: TaskId, error: &Error) {
        let text = format!("the key of task {task} is not granted yet: {error}");
        if self.told.get(&task) != Some(&text) {
            out.warn(&text);
            self.told.insert(task, text);
        }
    }
}

impl Sender<'_> {
    /// Sends a grant. Its nonce takes account of what waits in the pool, so it need not wait for the grant before it.
    /// Returns `None` if, as far as can be known, the grant was sent already, or if it is no longer needed. Each nonce
    /// is noted before the grant is sent with it.
    async fn send(&self, wanted: &Wanted) -> Result<Option<End>> {
        let (chain, signer, id) = (self.chain, self.signer, wanted.assignment);
        if !self.still_waits(wanted, None).await? {
            return Ok(None);
        }
        let waits = async |at: H256| -> Result<bool> { self.still_waits(wanted, Some(at)).await };
        let turn = self.posts.turn(chain, signer.account, id, wanted.by, waits);
        let nonce = match turn.await? {
            Turn::Anew => None,
            Turn::Instead(nonce) => Some(nonce),
            Turn::Wait => return Ok(None),
        };
        let signed = chain.sign_instead(signer, &wanted.call, nonce).await?;
        let at = chain.clock().await?.now;
        let note = |nonce| self.posts.note(id, nonce, at);
        let sent = chain.send_noted(&wanted.call, &signed, note).await?;
        Ok(Some(sent.finalised().boxed_local()))
    }

    /// Whether the assignment waits for its key in the state of the block `at`, or of the best block.
    async fn still_waits(&self, wanted: &Wanted, at: Option<H256>) -> Result<bool> {
        let view = self.chain.task(wanted.task, at).await?;
        let waits =
            |view: TaskView<Account>| awaiting(&view).any(|(id, ..)| id == wanted.assignment);
        Ok(view.is_some_and(waits))
    }

    /// Waits until a grant is final; `None` if it is no longer needed.
    async fn until_end(self, wanted: Wanted, end: End) -> (AssignmentId, Result<Option<Granted>>) {
        let granted = match end.await {
            Ok(inclusion) => Ok(Some(Granted {
                assignment: wanted.assignment,
                provider: wanted.provider,
                inclusion,
            })),
            Err(error) => self.unless_over(&wanted, error).await.map(|()| None),
        };
        (wanted.assignment, granted)
    }

    /// The failure of a grant, unless the grant is no longer needed: another process of this account may have been
    /// faster.
    async fn unless_over(&self, wanted: &Wanted, error: Error) -> Result<()> {
        match self.still_waits(wanted, None).await? {
            true => Err(error.about_task(wanted.task.0)),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
#[path = "grant_tests.rs"]
mod tests;
