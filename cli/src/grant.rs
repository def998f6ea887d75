//! Grants the data keys of sealed tasks to the providers with which the tasks are matched.

use std::{collections::BTreeMap, future::Future};

use aicpw_protocol::{
    hashing::Hash,
    sealing::{envelope, EnvelopeContext},
    task::{AssignmentStatus, Privacy},
    view::TaskView,
    AssignmentId, BlockNumber, TaskId,
};
use futures::future::join_all;
use subxt::config::substrate::H256;

use crate::{
    account::Account,
    amount::Amount,
    chain::{
        call::Call,
        line::Line,
        posts::{Posts, Turn},
        submit::{Inclusion, Sent, Signed},
        Chain,
    },
    data_keys::DataKeys,
    error::{Error, Result},
    keys::Signer,
    output::Output,
};

/// Grants keys for one account.
pub struct Granter<'a> {
    chain: &'a Chain,
    signer: &'a Signer,
    keys: DataKeys,
    genesis: Hash,
    /// The last failure that was reported for each task, so that it is reported once and not in every block.
    told: BTreeMap<TaskId, String>,
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

/// Begins all items one after the other, before it waits for the end of any: the key windows of all of them run at the
/// same time.
async fn begin_all<I, W, O, B: Future<Output = W>, E: Future<Output = O>>(
    items: Vec<I>,
    mut begin: impl FnMut(I) -> B,
    end: impl FnMut(W) -> E,
) -> Vec<O> {
    let mut begun = Vec::new();
    for item in items {
        begun.push(begin(item).await);
    }
    join_all(begun.into_iter().map(end)).await
}

impl<'a> Granter<'a> {
    /// Makes a granter for the keys of `signer`'s account.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn new(chain: &'a Chain, signer: &'a Signer, keys: DataKeys) -> Result<Self> {
        Ok(Self {
            chain,
            signer,
            keys,
            genesis: chain.genesis().await?,
            told: BTreeMap::new(),
            posts: Posts::default(),
        })
    }

    /// Continues with the grants that the account sent through earlier connections.
    pub fn after(self, posts: Posts<AssignmentId>) -> Self {
        Self { posts, ..self }
    }

    /// The grants for those assignments of a task that wait for its key on the final chain. A fork must not reveal the
    /// data to a provider that is not matched on the final chain.
    ///
    /// # Errors
    /// The key is not here, or the node does not answer.
    async fn wanted(&self, task: TaskId) -> Result<Vec<Wanted>> {
        let last = self.chain.final_hash().await?;
        let Some(view) = self.chain.task(task, Some(last)).await? else {
            return Ok(Vec::new());
        };
        if !is_awaited(&view) {
            return Ok(Vec::new());
        }
        if view.requester != self.signer.account {
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

    async fn send(&self, wanted: Wanted) -> (Wanted, Result<Option<(u64, Sent)>>) {
        let sent = self.send_once(&wanted).await;
        (wanted, sent)
    }

    /// Sends a grant once. Its nonce takes account of what waits in the pool, so it need not wait for the grant before
    /// it. Returns `None` if, as far as can be known, the grant was sent already, or if it is no longer needed.
    async fn send_once(&self, wanted: &Wanted) -> Result<Option<(u64, Sent)>> {
        let (chain, signer) = (self.chain, self.signer);
        if !self.still_waits(wanted, None).await? {
            return Ok(None);
        }
        let waits = async |at: H256| -> Result<bool> { self.still_waits(wanted, Some(at)).await };
        let turn = self
            .posts
            .turn(chain, signer.account, wanted.assignment, wanted.by, waits);
        let nonce = match turn.await? {
            Turn::Anew => None,
            Turn::Instead(nonce) => Some(nonce),
            Turn::Wait => return Ok(None),
        };
        let signed = chain.sign_instead(signer, &wanted.call, nonce).await?;
        let sent = self.send_noted(wanted, &signed).await?;
        Ok(Some((sent.nonce, sent)))
    }

    /// Sends a grant, and notes each nonce before the grant is sent with it.
    async fn send_noted(&self, wanted: &Wanted, signed: &Signed) -> Result<Sent> {
        let at = self.chain.clock().await?.now;
        let note = |nonce| self.posts.note(wanted.assignment, nonce, at);
        self.chain.send_noted(&wanted.call, signed, note).await
    }

    /// Sends a grant in place of one that was lost, if it is still needed.
    async fn send_again(&self, wanted: &Wanted, nonce: u64) -> Result<Sent> {
        if !self.still_waits(wanted, None).await? {
            return Err(Error::other("it is not needed any more"));
        }
        let (chain, call) = (self.chain, &wanted.call);
        let signed = chain.sign_with(self.signer, call, nonce).await?;
        self.send_noted(wanted, &signed).await
    }

    /// Whether the assignment waits for its key in the state of the block `at`, or of the best block.
    async fn still_waits(&self, wanted: &Wanted, at: Option<H256>) -> Result<bool> {
        let view = self.chain.task(wanted.task, at).await?;
        let waits =
            |view: TaskView<Account>| awaiting(&view).any(|(id, ..)| id == wanted.assignment);
        Ok(view.is_some_and(waits))
    }

    /// Waits until a grant is final; `None` if none was sent, or if it was no longer needed.
    async fn finish(
        &self,
        line: &Line,
        wanted: Wanted,
        sent: Result<Option<(u64, Sent)>>,
    ) -> (TaskId, Result<Option<Granted>>) {
        let finish = async {
            let end = match sent {
                Ok(None) => return Ok(None),
                Ok(Some((nonce, sent))) => {
                    let wait = async |sent: Sent| sent.finalised().await;
                    let is_free = async || self.chain.is_free(self.signer, nonce).await;
                    let again = async || self.send_again(&wanted, nonce).await;
                    line.see_through(nonce, sent, wait, is_free, again).await
                }
                Err(error) => Err(error),
            };
            match end {
                Ok(inclusion) => Ok(Some(Granted {
                    assignment: wanted.assignment,
                    provider: wanted.provider,
                    inclusion,
                })),
                // Another process of this account may have been faster.
                Err(_) if !self.still_waits(&wanted, None).await? => Ok(None),
                Err(error) => Err(error.about_task(wanted.task.0)),
            }
        };
        (wanted.task, finish.await)
    }

    /// Grants the keys of these tasks to all assignments that wait for them, all at once, and returns when the grants
    /// are final. The caller tries again with each block, so each failure is reported only once.
    pub async fn look_and_tell(
        &mut self,
        out: &Output,
        tasks: &[TaskId],
    ) -> Vec<(TaskId, Granted)> {
        let (mut all, mut outcomes) = (Vec::new(), Vec::new());
        for task in tasks {
            match self.wanted(*task).await {
                Ok(wanted) => all.extend(wanted),
                Err(error) => outcomes.push((*task, Err(error))),
            }
        }
        let (this, line) = (&*self, &Line::new());
        let send = |wanted| this.send(wanted);
        let finish = |(wanted, sent)| this.finish(line, wanted, sent);
        outcomes.extend(begin_all(all, send, finish).await);
        let mut granted = Vec::new();
        for (task, outcome) in outcomes {
            granted.extend(self.tell(out, task, outcome).map(|granted| (task, granted)));
        }
        granted
    }

    fn tell(
        &mut self,
        out: &Output,
        task: TaskId,
        outcome: Result<Option<Granted>>,
    ) -> Option<Granted> {
        match outcome {
            Ok(granted) => {
                let granted = granted?;
                self.told.remove(&task);
                let fee = granted.inclusion.fee_paid().map(Amount);
                let fee = fee.map_or(String::new(), |fee| format!(", fee {}", fee.with_unit()));
                out.say(format!(
                    "granted the key of task {task} to {} (assignment {}{fee})",
                    granted.provider, granted.assignment
                ));
                Some(granted)
            }
            Err(error) => {
                let text = format!("the key of task {task} is not granted yet: {error}");
                if self.told.get(&task) != Some(&text) {
                    out.warn(&text);
                    self.told.insert(task, text);
                }
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use codec::Encode;
    use serde_json::json;

    use super::*;
    use crate::{
        chain::fake,
        commands::terms::tests::market::market,
        data_keys::DataKeyArgs,
        keys::KeyArgs,
        life::tests::{assignment, opening, view},
    };
    use aicpw_protocol::{
        task::{Fault, Role, TaskStatus},
        view::MarketClock,
    };

    /// Regression: after a lost connection, the grant was sent again.
    #[tokio::test]
    async fn a_grant_that_is_on_its_way_is_not_sent_again() {
        let waits = AssignmentStatus::AwaitingKey {
            grant_by: 9,
            recipient: [5; 32],
        };
        // The grant is in a block already, though not in a final one.
        let granted = AssignmentStatus::Revealed {
            opening: opening(),
            at: 1,
        };
        let of_node = Arc::new(Mutex::new(waits));
        let status = Arc::clone(&of_node);
        // This node does not answer the requests that signing needs.
        let chain = fake::answering(move |method, params| {
            let answer = match method {
                "chain_getBlockHash" => return Ok(json!(format!("0x{}", "be".repeat(32)))),
                "system_accountNextIndex" => return Ok(json!(6)),
                "state_call" => match params[0].as_str().unwrap() {
                    "AccountNonceApi_account_nonce" => 5_u32.encode(),
                    "TasksApi_task" => {
                        let status = of_node.lock().unwrap().clone();
                        Some(view(TaskStatus::Active, vec![assignment(0, status)])).encode()
                    }
                    "TasksApi_market_clock" => MarketClock {
                        block: 1_000,
                        is_paused: false,
                    }
                    .encode(),
                    "TasksApi_market_parameters" => market().encode(),
                    function => panic!("{function}"),
                },
                method => panic!("{method}"),
            };
            Ok(json!(format!("0x{}", hex::encode(answer))))
        });
        let key = KeyArgs {
            suri: Some("//Alice".into()),
            key_file: None,
        };
        let signer = key.signer().unwrap();
        let id = assignment(0, status.lock().unwrap().clone()).id;
        let wanted = Wanted {
            task: id.task,
            assignment: id,
            provider: signer.account,
            by: 9,
            call: Call::cancel(id.task),
        };
        let keys = DataKeyArgs::default().open();
        let posts = Posts::default();
        posts.note(id, 5, 1_000);
        // Over another connection.
        let granter = Granter::new(&chain, &signer, keys.clone()).await.unwrap();
        let granter = granter.after(posts);
        assert!(granter.send_once(&wanted).await.unwrap().is_none());
        *status.lock().unwrap() = granted;
        let granter = Granter::new(&chain, &signer, keys).await.unwrap();
        assert!(granter.send_once(&wanted).await.unwrap().is_none());
    }

    #[test]
    fn the_attempt_that_waits_is_granted() {
        let failed = AssignmentStatus::Failed {
            fault: Fault::Crashed,
            at: 1,
            log: None,
            message: Default::default(),
        };
        let waits = AssignmentStatus::AwaitingKey {
            grant_by: 9,
            recipient: [5; 32],
        };
        let both = view(
            TaskStatus::Active,
            vec![assignment(0, failed.clone()), assignment(1, waits)],
        );
        let all: Vec<_> = awaiting(&both).collect();
        let [(id, provider, recipient, by)] = all[..] else {
            panic!("one waits")
        };
        assert_eq!((id.attempt, recipient, by), (1, [5; 32], 9));
        assert_eq!(provider, both.assignments[1].provider);
        let none = view(TaskStatus::Active, vec![assignment(0, failed)]);
        assert!(!is_awaited(&none));
    }

    #[test]
    fn every_juror_is_granted() {
        let revealed = AssignmentStatus::Revealed {
            opening: opening(),
            at: 1,
        };
        let juror = |replica, status| {
            let mut juror = assignment(0, status);
            juror.id.replica = replica;
            juror.role = Role::Juror;
            juror
        };
        let waits = |recipient| AssignmentStatus::AwaitingKey {
            grant_by: 9,
            recipient: [recipient; 32],
        };
        let disputed = view(
            TaskStatus::Disputed,
            vec![
                assignment(0, revealed),
                juror(1, waits(1)),
                juror(2, waits(2)),
            ],
        );
        let granted: Vec<_> = awaiting(&disputed)
            .map(|(id, _, recipient, _)| (id.replica, recipient[0]))
            .collect();
        assert_eq!(granted, [(1, 1), (2, 2)]);
    }

    /// Regression: each grant waited until the one before it was final, and the last ones ran out of time.
    #[test]
    fn all_are_sent_before_one_is_waited_for() {
        let sent = std::cell::RefCell::new(Vec::new());
        let send = |number: u32| {
            sent.borrow_mut().push(number);
            async move { number }
        };
        let finish = |number| {
            let sent = &sent;
            async move { (number, sent.borrow().len()) }
        };
        let ends = futures::executor::block_on(begin_all((0..150).collect(), send, finish));
        assert_eq!(
            *sent.borrow(),
            (0..150).collect::<Vec<_>>(),
            "in order of the nonces"
        );
        let all_were = (0..150).map(|number| (number, 150));
        assert_eq!(ends, all_were.collect::<Vec<_>>());
    }
}
