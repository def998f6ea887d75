//! Requesters that submit at a rate, whatever becomes of what they have submitted.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

use aicpw_runtime::{AccountId, RuntimeCall};
use anyhow::{Context, Result};
use indicatif::ProgressBar;

use super::chain::{Block, TaskEvent};
use crate::{calls::Signer, market::submission};

/// Transactions of one requester that are in the pool at once.
const WINDOW: usize = 128;

/// What is not in a final block after this time is sent again.
const RESEND: Duration = Duration::from_secs(20);

/// Where a transaction is to go: which requester, and its number among those of that requester.
pub type Which = (usize, u64);

/// A transaction with tasks.
struct Transaction {
    bytes: String,
    /// When its tasks were to be submitted: what the pool makes wait waits from then on.
    due: Instant,
    /// Tasks in it that are in no final block.
    left: u32,
    /// When it was last sent.
    sent: Option<Instant>,
}

/// One requester.
#[derive(Default)]
struct Requester {
    /// The number of the first transaction in `open`.
    first: u64,
    /// Those that are due and not final.
    open: VecDeque<Transaction>,
}

/// All requesters.
pub struct Requesters {
    /// Signed in advance, in turn.
    prepared: std::vec::IntoIter<String>,
    requesters: Vec<Requester>,
    by_account: HashMap<AccountId, usize>,
    batch: u32,
    /// Time from one transaction to the next.
    every: Duration,
    start: Instant,
    issued: u32,
}

/// Signs `count` transactions with `batch` tasks each, of all signers in turn.
pub fn prepare(
    signers: &mut [Signer],
    count: usize,
    batch: u32,
    bar: &ProgressBar,
) -> Result<Vec<String>> {
    let submit = RuntimeCall::from(pallet_tasks::Call::submit {
        submission: submission()?,
    });
    let call = match batch {
        1 => submit,
        _ => pallet_utility::Call::batch_all {
            calls: vec![submit; batch as usize],
        }
        .into(),
    };
    let mut signed = Vec::with_capacity(count);
    for number in 0..count {
        let signer = signers
            .get_mut(number % signers.len())
            .context("a requester")?;
        signed.push(signer.sign(call.clone()));
        bar.inc(1);
    }
    Ok(signed)
}

impl Requesters {
    /// Whose transactions these are, and how fast they come.
    pub fn new(
        accounts: Vec<AccountId>,
        prepared: Vec<String>,
        batch: u32,
        every: Duration,
    ) -> Self {
        Self {
            prepared: prepared.into_iter(),
            requesters: accounts.iter().map(|_| Requester::default()).collect(),
            by_account: accounts.into_iter().zip(0..).collect(),
            batch,
            every,
            start: Instant::now(),
            issued: 0,
        }
    }

    /// Begins now.
    pub fn begin(&mut self) {
        self.start = Instant::now();
    }

    /// Transactions to be sent now: those that have become due, and those that got lost.
    pub fn due(&mut self) -> Vec<(Which, String)> {
        let now = Instant::now();
        while self.start + self.every * self.issued <= now {
            let Some(bytes) = self.prepared.next() else {
                break;
            };
            let turn = self.issued as usize % self.requesters.len();
            self.requesters[turn].open.push_back(Transaction {
                bytes,
                due: self.start + self.every * self.issued,
                left: self.batch,
                sent: None,
            });
            self.issued += 1;
        }
        let mut due = Vec::new();
        for (number, requester) in self.requesters.iter_mut().enumerate() {
            for (index, transaction) in (requester.first..).zip(&mut requester.open).take(WINDOW) {
                if transaction.sent.is_none_or(|sent| now >= sent + RESEND) {
                    transaction.sent = Some(now);
                    due.push(((number, index), transaction.bytes.clone()));
                }
            }
        }
        due
    }

    /// The node did not take it: it is sent again.
    pub fn refused(&mut self, (number, index): Which) {
        let Some(requester) = self.requesters.get_mut(number) else {
            return;
        };
        let place = index.checked_sub(requester.first);
        let transaction = place.and_then(|place| requester.open.get_mut(place as usize));
        if let Some(transaction) = transaction {
            transaction.sent = None;
        }
    }

    /// Since when the tasks were due that were submitted in a final block, in the order of its events.
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
