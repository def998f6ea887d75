//! Requesters that submit at a given rate, whatever happens to what they have submitted.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

use aicpw_runtime::{AccountId, RuntimeCall};
use anyhow::{Context, Result};
use indicatif::ProgressBar;

use super::chain::{Block, TaskEvent};
use crate::{calls::Signer, market::submission};

/// The number of transactions of one requester that are in the pool at once.
const WINDOW: usize = 128;

/// The time after which a transaction that is not in a final block is sent again.
const RESEND: Duration = Duration::from_secs(20);

/// The time after which a transaction that a node did not take is sent again.
const RETRY: Duration = Duration::from_millis(500);

/// Identifies a transaction: the requester, and the transaction's number among those of that requester.
pub type Which = (usize, u64);

/// A signed transaction, with its nonce.
pub type Prepared = (u32, String);

/// A transaction with tasks.
struct Transaction {
    nonce: u32,
    bytes: String,
    /// When its tasks were due to be submitted: time that the pool makes them wait counts from then on.
    due: Instant,
    /// The number of its tasks that are in no final block.
    left: u32,
    /// When it has to be sent again; `None` if it was not sent yet.
    again: Option<Instant>,
}

/// One requester.
#[derive(Default)]
struct Requester {
    /// The number of the first transaction in `open`.
    first: u64,
    /// The transactions that are due and not final.
    open: VecDeque<Transaction>,
}

/// All requesters.
pub struct Requesters<'a> {
    signers: &'a [Signer],
    call: RuntimeCall,
    /// The transactions signed in advance, of all requesters in turn.
    prepared: std::vec::IntoIter<Prepared>,
    requesters: Vec<Requester>,
    by_account: HashMap<AccountId, usize>,
    batch: u32,
    /// The time from one transaction to the next.
    every: Duration,
    start: Instant,
    issued: u32,
}

/// Returns a transaction's call, with this many tasks.
pub fn call(batch: u32) -> Result<RuntimeCall> {
    let submit = RuntimeCall::from(pallet_tasks::Call::submit {
        submission: submission()?,
    });
    Ok(match batch {
        1 => submit,
        _ => pallet_utility::Call::batch_all {
            calls: vec![submit; batch as usize],
        }
        .into(),
    })
}

/// Signs `count` such transactions, of all signers in turn.
pub fn prepare(
    signers: &mut [Signer],
    count: usize,
    call: &RuntimeCall,
    bar: &ProgressBar,
) -> Result<Vec<Prepared>> {
    let mut signed = Vec::with_capacity(count);
    for number in 0..count {
        let turn = number % signers.len();
        let signer = signers.get_mut(turn).context("a requester")?;
        let nonce = signer.nonce();
        signed.push((nonce, signer.sign(call.clone())));
        bar.inc(1);
    }
    Ok(signed)
}

impl<'a> Requesters<'a> {
    /// Returns requesters with these signers and transactions, with this many tasks each, at this rate.
    pub fn new(
        signers: &'a [Signer],
        prepared: Vec<Prepared>,
        batch: u32,
        every: Duration,
    ) -> Result<Self> {
        Ok(Self {
            signers,
            call: call(batch)?,
            prepared: prepared.into_iter(),
            requesters: signers.iter().map(|_| Requester::default()).collect(),
            by_account: signers.iter().map(Signer::account).zip(0..).collect(),
            batch,
            every,
            start: Instant::now(),
            issued: 0,
        })
    }

    /// Stops: submits nothing that is not due yet.
    pub fn stop(&mut self) {
        self.prepared = Vec::new().into_iter();
    }

    /// Returns the number of all tasks that were due or will be.
    pub fn tasks(&self) -> u64 {
        let transactions = u64::from(self.issued) + self.prepared.len() as u64;
        transactions * u64::from(self.batch)
    }

    /// Starts the time now.
    pub fn begin(&mut self) {
        self.start = Instant::now();
    }

    /// Returns the transactions to send at this moment: those that have become due, and those that got lost.
    pub fn due(&mut self, now: Instant) -> Vec<(Which, String)> {
        while self.start + self.every * self.issued <= now {
            let Some((nonce, bytes)) = self.prepared.next() else {
                break;
            };
            let turn = self.issued as usize % self.requesters.len();
            self.requesters[turn].open.push_back(Transaction {
                nonce,
                bytes,
                due: self.start + self.every * self.issued,
                left: self.batch,
                again: None,
            });
            self.issued += 1;
        }
        let mut due = Vec::new();
        for (number, requester) in self.requesters.iter_mut().enumerate() {
            for (index, transaction) in (requester.first..).zip(&mut requester.open).take(WINDOW) {
                if transaction.again.is_none_or(|again| now >= again) {
                    transaction.again = Some(now + RESEND);
                    due.push(((number, index), transaction.bytes.clone()));
                }
            }
        }
        due
    }

    /// Notes that a node did not take a transaction: it is sent again. If the node has banned these bytes, it is sent
    /// with others.
    pub fn refused(&mut self, (number, index): Which, is_banned: bool, now: Instant) {
        let Some(requester) = self.requesters.get_mut(number) else {
            return;
        };
        let place = index.checked_sub(requester.first);
        let transaction = place.and_then(|place| requester.open.get_mut(place as usize));
        let Some(transaction) = transaction else {
            return;
        };
        transaction.again = Some(now + RETRY);
        if is_banned {
            let signer = &self.signers[number];
            transaction.bytes = signer.sign_as(self.call.clone(), transaction.nonce);
        }
    }

    /// Returns since when the tasks submitted in a final block were due, in the order of its events.
    pub fn finalised(&mut self, block: &Block) -> Result<Vec<(u64, Instant)>> {
        let mut tasks = Vec::new();
        for event in &block.events {
            let TaskEvent::TaskSubmitted {
                task, requester, ..
            } = event
            else {
                continue;
            };
            let number = self.by_account.get(requester);
            let number = *number.context("a task of a stranger")?;
            let requester = &mut self.requesters[number];
            let first = requester.open.front_mut();
            let first = first.context("a task that nobody has submitted")?;
            tasks.push((task.0, first.due));
            first.left -= 1;
            if first.left == 0 {
                requester.open.pop_front();
                requester.first += 1;
            }
        }
        Ok(tasks)
    }

    /// Whether all transactions are in final blocks.
    pub fn is_done(&self) -> bool {
        self.prepared.len() == 0 && self.requesters.iter().all(|one| one.open.is_empty())
    }

    /// Whether the last transaction has become due.
    pub fn is_issued(&self) -> bool {
        self.prepared.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use aicpw_protocol::TaskId;

    use super::*;
    use crate::market::key;

    fn account() -> AccountId {
        crate::market::account(&key("//Charlie").unwrap())
    }

    fn submitted(ids: std::ops::Range<u64>) -> Block {
        let manifest = submission().unwrap().manifest;
        Block {
            height: 1,
            parent: Default::default(),
            seen: Instant::now(),
            transactions: 1,
            events: ids
                .map(|task| TaskEvent::TaskSubmitted {
                    task: TaskId(task),
                    requester: account(),
                    manifest: manifest.clone(),
                    task_hash: [0; 32],
                    timestamp: 0,
                    history_head: [0; 32],
                })
                .collect(),
        }
    }

    fn charlie() -> Vec<Signer> {
        vec![Signer::of_new_account("//Charlie", Default::default()).unwrap()]
    }

    #[test]
    fn what_is_refused_is_sent_again_and_what_is_final_never() {
        let mut signers = charlie();
        let bar = ProgressBar::hidden();
        let prepared = prepare(&mut signers, 2, &call(2).unwrap(), &bar).unwrap();
        let bytes: Vec<_> = prepared.iter().map(|(_, bytes)| bytes.clone()).collect();
        let mut requesters = Requesters::new(&signers, prepared, 2, Duration::ZERO).unwrap();
        requesters.begin();
        let now = Instant::now();
        let sent = |index: usize| ((0, index as u64), bytes[index].clone());
        assert_eq!(requesters.due(now), [sent(0), sent(1)], "both are due");
        assert!(requesters.is_issued() && !requesters.is_done());
        assert_eq!(requesters.due(now), [], "both are in the pool");
        requesters.refused((0, 1), false, now);
        let now = now + RETRY;
        assert_eq!(requesters.due(now), [sent(1)]);
        requesters.refused((0, 1), true, now);
        let now = now + RETRY;
        let others = requesters.due(now);
        assert_eq!(others.len(), 1);
        assert_ne!(others, [sent(1)], "the node does not want to see those");
        // One transaction and a half: a block takes a transaction as a whole, but the count does not rely on that.
        let tasks = requesters.finalised(&submitted(0..3)).unwrap();
        let ids: Vec<_> = tasks.iter().map(|(id, _)| *id).collect();
        assert_eq!(ids, [0, 1, 2]);
        assert!(!requesters.is_done());
        requesters.refused((0, 0), false, now);
        assert_eq!(requesters.due(now + RETRY), [], "it is final");
        assert_eq!(requesters.due(now + RESEND), others, "it got lost");
        requesters.finalised(&submitted(3..4)).unwrap();
        assert!(requesters.is_done());
        requesters.finalised(&submitted(4..5)).unwrap_err();
    }

    #[test]
    fn who_stops_submits_only_what_was_due() {
        let mut signers = charlie();
        let bar = ProgressBar::hidden();
        let prepared = prepare(&mut signers, 5, &call(2).unwrap(), &bar).unwrap();
        let hour = Duration::from_secs(3_600);
        let mut requesters = Requesters::new(&signers, prepared, 2, hour).unwrap();
        requesters.begin();
        assert_eq!(requesters.tasks(), 10);
        assert_eq!(requesters.due(Instant::now()).len(), 1);
        requesters.stop();
        assert!(requesters.is_issued());
        assert_eq!(requesters.tasks(), 2);
        assert_eq!(requesters.due(Instant::now() + 9 * hour).len(), 1, "again");
        requesters.finalised(&submitted(0..2)).unwrap();
        assert!(requesters.is_done());
    }

    #[test]
    fn a_task_of_a_stranger_is_an_error() {
        let dave = Signer::of_new_account("//Dave", Default::default()).unwrap();
        let signers = [dave];
        let mut requesters = Requesters::new(&signers, Vec::new(), 1, Duration::ZERO).unwrap();
        requesters.finalised(&submitted(0..1)).unwrap_err();
    }
}
