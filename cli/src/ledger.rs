//! What an account was paid and has paid, by the events of blocks.
//!
//! Every movement of money is an event of `Balances`, with who and how much. So the sum of an account's entries is
//! exactly how much more, or less, it owns. The market says right after a movement what it was for: an entry has that
//! event's name and task. What nobody says anything about has the name of the movement itself.

use aicpw_protocol::{AssignmentId, Balance, TaskId};
use codec::{Decode, DecodeAll};
use serde::{Serialize, Serializer};

use crate::{
    account::Account,
    amount::Amount,
    chain::{block::Happened, submit::Event},
    error::{Error, Result},
};

/// More or less money, in the smallest unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Change(pub i128);

impl Change {
    fn more(amount: Balance) -> Self {
        Self(i128::try_from(amount).unwrap_or(i128::MAX))
    }

    fn less(amount: Balance) -> Self {
        Self(Self::more(amount).0.saturating_neg())
    }

    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// In AICP, exactly.
    pub fn aicp(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        format!("{sign}{}", Amount(self.0.unsigned_abs()))
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.aicp())
    }
}

/// What one event did to an account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Entry {
    /// The event that says what it was for.
    pub event: String,
    /// The task or assignment, or the account on the other side.
    pub subject: String,
    /// How much more, or less, the account owns.
    pub change: Change,
    /// How much more, or less, of that is held: stake, escrow and bonds.
    pub held: Change,
}

/// What a block did to an account, in the order of its events.
///
/// # Errors
/// An event has another shape than this client knows.
pub fn entries(events: &[Happened], account: &Account) -> Result<Vec<Entry>> {
    let mut book = Book::default();
    let mut transaction = None;
    for happened in events {
        if happened.transaction != transaction {
            book.close();
            book.begin();
            transaction = happened.transaction;
        }
        let event = &happened.event;
        if !OF_ANY_CALL.contains(&&event.pallet[..]) {
            book.call_goes_on();
        }
        let issued = std::mem::replace(&mut book.issued, issued(event)?);
        if book.takes_dust(event, account)? {
            continue;
        }
        if let Some(mut movement) = movement(event, account, issued)? {
            // What a transaction's fee was, is said at its very end.
            movement.is_fee = transaction.is_some()
                && match &event.name[..] {
                    "Withdraw" => !book.call_has_begun,
                    "Deposit" => true,
                    _ => false,
                };
            book.open.push(movement);
        }
        match &event.pallet[..] {
            // They say what a movement was for, or nothing that has to do with one.
            "Balances" | "System" | "Matching" | "DrawRandomness" => {}
            "Tasks" | "ProviderStaking" | "Disputes" => book.explain(event)?,
            "Staking" if event.name == "Rewarded" => book.explain(event)?,
            "TransactionPayment" => book.explain_fee(event, account)?,
            // What comes after it has nothing to do with what was before.
            _ => book.close_but_fees(),
        }
    }
    book.close();
    Ok(book.entries)
}

/// Their events do not say that a transaction's call has done something: they come before it and after it too. The fee
/// is withdrawn before, and what was too much of it comes back after.
const OF_ANY_CALL: [&str; 3] = ["Balances", "System", "TransactionPayment"];

/// A movement of the account's money.
#[derive(Clone, Debug)]
struct Movement {
    name: String,
    with: Option<Account>,
    change: Change,
    held: Change,
    /// Whether it can be a transaction's fee.
    is_fee: bool,
}

impl Movement {
    /// Held money that is free again.
    fn is_release(&self) -> bool {
        self.name == "Released"
    }

    fn entry(self) -> Entry {
        Entry {
            event: self.name,
            subject: self.with.map(|with| with.to_string()).unwrap_or_default(),
            change: self.change,
            held: self.held,
        }
    }
}

/// Which pallet holds money, and for what.
type Reason = [u8; 2];

/// How much more, or less, money there is by an event.
fn issued(event: &Event) -> Result<Change> {
    Ok(match (&event.pallet[..], &event.name[..]) {
        ("Balances", "Issued") => Change::more(fields(event)?),
        ("Balances", "Rescinded") => Change::less(fields(event)?),
        _ => Change::default(),
    })
}

/// What an event moved of the account's money, if it did. `issued` is what the event right before it has.
fn movement(event: &Event, account: &Account, issued: Change) -> Result<Option<Movement>> {
    let (name, none) = (&event.name[..], Change::default());
    let mine = |who: Account, change: Change, held: Change| {
        (who == *account).then_some((None::<Account>, change, held))
    };
    let between = |from: Account, to: Account, amount: Balance, was_held: bool, is_held: bool| {
        let (less, more) = (Change::less(amount), Change::more(amount));
        let of_held = |counts: bool, change: Change| if counts { change } else { none };
        let (gives, gets) = (from == *account, to == *account);
        match (gives, gets) {
            (true, true) => {
                let held = of_held(was_held, less).plus(of_held(is_held, more));
                Some((None, none, held))
            }
            (true, false) => Some((Some(to), less, of_held(was_held, less))),
            (false, true) => Some((Some(from), more, of_held(is_held, more))),
            (false, false) => None,
        }
    };
    let found = match (&event.pallet[..], name) {
        ("Balances", "Transfer") => {
            let (from, to, amount) = fields(event)?;
            between(from, to, amount, false, false)
        }
        ("Balances", "Deposit" | "Minted" | "Restored") => {
            let (who, amount) = fields(event)?;
            mine(who, Change::more(amount), none)
        }
        ("Balances", "Withdraw" | "Burned" | "Slashed" | "Suspended") => {
            let (who, amount) = fields(event)?;
            mine(who, Change::less(amount), none)
        }
        // It says what the account owns then. The difference was issued, or rescinded.
        ("Balances", "BalanceSet") => {
            let (who, _): (Account, Balance) = fields(event)?;
            mine(who, issued, none)
        }
        ("Balances", "Held") => {
            let (_, who, amount): (Reason, _, _) = fields(event)?;
            mine(who, none, Change::more(amount))
        }
        ("Balances", "Released") => {
            let (_, who, amount): (Reason, _, _) = fields(event)?;
            mine(who, none, Change::less(amount))
        }
        ("Balances", "Reserved") => {
            let (who, amount) = fields(event)?;
            mine(who, none, Change::more(amount))
        }
        ("Balances", "Unreserved") => {
            let (who, amount) = fields(event)?;
            mine(who, none, Change::less(amount))
        }
        ("Balances", "BurnedHeld") => {
            let (_, who, amount): (Reason, _, _) = fields(event)?;
            mine(who, Change::less(amount), Change::less(amount))
        }
        // Nobody on this chain has it held again where it arrives.
        ("Balances", "TransferOnHold") => {
            let (_, from, to, amount): (Reason, _, _, _) = fields(event)?;
            between(from, to, amount, true, false)
        }
        ("Balances", "TransferAndHold") => {
            let (_, from, to, amount): (Reason, _, _, _) = fields(event)?;
            between(from, to, amount, false, true)
        }
        ("Balances", "ReserveRepatriated") => {
            let (from, to, amount, status): (_, _, _, u8) = fields(event)?;
            between(from, to, amount, true, status == RESERVED)
        }
        // Of a validator's stake, which `Balances` says nothing about.
        ("Staking", "Slashed") => {
            let (who, amount) = fields(event)?;
            mine(who, Change::less(amount), Change::less(amount))
        }
        _ => None,
    };
    Ok(found.map(|(with, change, held)| Movement {
        name: name.to_owned(),
        with,
        change,
        held,
        is_fee: false,
    }))
}

/// How `ReserveRepatriated` says that the money stays reserved.
const RESERVED: u8 = 1;

/// All fields of an event.
fn fields<T: Decode>(event: &Event) -> Result<T> {
    T::decode_all(&mut &event.fields[..]).map_err(|_| unknown(event))
}

/// The first fields of an event.
fn first<T: Decode>(event: &Event) -> Result<T> {
    T::decode(&mut &event.fields[..]).map_err(|_| unknown(event))
}

/// The last field of an event, which is an amount.
fn last_amount(event: &Event) -> Result<Balance> {
    let last = event.fields.last_chunk::<{ size_of::<Balance>() }>();
    last.map(|bytes| Balance::from_le_bytes(*bytes))
        .ok_or_else(|| unknown(event))
}

fn unknown(event: &Event) -> Error {
    Error::other(format!(
        "the chain's event {}.{} has a shape that this aicpw does not know",
        event.pallet, event.name
    ))
    .hint("use the aicpw of the same release as the node")
}

/// What an event of the market, or of staking, says of the movements before it.
enum Explained {
    /// That they were for this.
    By(String),
    /// That what was released of a hold was for this, if it was as much.
    Release(String, Balance),
    Nothing,
}

fn explained(event: &Event) -> Result<Explained> {
    let explained = match (&event.pallet[..], &event.name[..]) {
        ("Tasks", "TaskSubmitted" | "AuditCostPaid")
        | ("Disputes", "DisputeOpened" | "VerdictAppealed" | "BondLost" | "JurorPaid")
        | ("Disputes", "DisputeDecided") => Explained::By(first::<TaskId>(event)?.to_string()),
        ("Tasks", "ProviderPaid" | "BaseFeePaid" | "AuditorPaid")
        | ("Tasks", "AssignmentFailed" | "FaultDecided" | "ResultUnavailable") => {
            Explained::By(first::<AssignmentId>(event)?.to_string())
        }
        ("ProviderStaking", "StakeSlashed") => {
            let (_, assignment) = first::<(Account, AssignmentId)>(event)?;
            Explained::By(assignment.to_string())
        }
        // Money can go to another account than the one that has it at stake.
        ("Staking", "Rewarded") => Explained::By(first::<Account>(event)?.to_string()),
        ("ProviderStaking", "ProviderRegistered" | "StakeBonded") => Explained::By(String::new()),
        ("ProviderStaking", "StakeWithdrawn") => {
            Explained::Release(String::new(), last_amount(event)?)
        }
        ("Tasks", "TaskSettled" | "TaskRefunded" | "TaskCancelled")
        | ("Disputes", "BondReleased") => {
            Explained::Release(first::<TaskId>(event)?.to_string(), last_amount(event)?)
        }
        _ => Explained::Nothing,
    };
    Ok(explained)
}

/// The entries so far, and the movements that nothing was said about yet.
#[derive(Default)]
struct Book {
    entries: Vec<Entry>,
    open: Vec<Movement>,
    /// Whether the transaction's call has done something.
    call_has_begun: bool,
    /// What the event before has issued.
    issued: Change,
    /// Who has lost dust that did not arrive anywhere yet, and how much.
    dust: Option<(Account, Balance)>,
}

impl Book {
    /// Another transaction begins.
    fn begin(&mut self) {
        self.call_has_begun = false;
        self.dust = None;
    }

    /// What was deposited before this is nothing that comes back of a fee.
    fn call_goes_on(&mut self) {
        self.call_has_begun = true;
        let deposits = self.open.iter_mut().filter(|one| one.name == "Deposit");
        deposits.for_each(|one| one.is_fee = false);
    }

    /// Takes what is too little for an account to go on with, and goes to the treasury. It is no part of what it
    /// happens in the middle of.
    fn takes_dust(&mut self, event: &Event, account: &Account) -> Result<bool> {
        let (subject, who, change) = match (&event.pallet[..], &event.name[..]) {
            ("Balances", "DustLost") => {
                let (who, amount): (Account, Balance) = fields(event)?;
                self.dust = Some((who, amount));
                (String::new(), who, Change::less(amount))
            }
            ("Balances", "Deposit") => {
                let (who, amount): (Account, Balance) = fields(event)?;
                let Some((from, _)) = self.dust.take_if(|(_, dust)| *dust == amount) else {
                    return Ok(false);
                };
                (from.to_string(), who, Change::more(amount))
            }
            _ => return Ok(false),
        };
        if who == *account {
            self.enter(Entry {
                event: "DustLost".to_owned(),
                subject,
                change,
                held: Change::default(),
            });
        }
        Ok(true)
    }

    /// Takes what the event explains out of the open movements, as one entry.
    fn explain(&mut self, event: &Event) -> Result<()> {
        match explained(event)? {
            Explained::By(subject) => {
                self.take(event, subject, |one| !one.is_fee && !one.is_release());
            }
            Explained::Release(subject, amount) => {
                let held = Change::less(amount);
                // The newest of them: another of as much can be of an event that said nothing.
                let found = self
                    .open
                    .iter()
                    .rposition(|one| one.is_release() && one.held == held);
                if let Some(found) = found {
                    let released = self.open.remove(found);
                    self.enter(Entry {
                        event: event.name.clone(),
                        subject,
                        ..released.entry()
                    });
                }
            }
            Explained::Nothing => {}
        }
        Ok(())
    }

    fn explain_fee(&mut self, event: &Event, account: &Account) -> Result<()> {
        if event.name == "TransactionFeePaid" {
            let payer: Account = first(event)?;
            // Who makes the block gets the fees of others.
            let is_payer = payer == *account;
            let subject = match is_payer {
                true => String::new(),
                false => payer.to_string(),
            };
            let is_it = |one: &Movement| one.is_fee && (is_payer || one.name == "Deposit");
            self.take(event, subject, is_it);
        }
        Ok(())
    }

    fn take(&mut self, event: &Event, subject: String, is_it: impl Fn(&Movement) -> bool) {
        let (taken, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.open).into_iter().partition(is_it);
        self.open = rest;
        let sum = |of: fn(&Movement) -> Change| {
            let changes = taken.iter().map(of);
            changes.fold(Change::default(), Change::plus)
        };
        self.enter(Entry {
            event: event.name.clone(),
            subject,
            change: sum(|one| one.change),
            held: sum(|one| one.held),
        });
    }

    /// Nothing more will be said of the movements that are open.
    fn close(&mut self) {
        for movement in std::mem::take(&mut self.open) {
            self.enter(movement.entry());
        }
    }

    fn close_but_fees(&mut self) {
        let (fees, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.open)
            .into_iter()
            .partition(|one| one.is_fee);
        self.open = others;
        self.close();
        self.open = fees;
    }

    fn enter(&mut self, entry: Entry) {
        let none = Change::default();
        if (entry.change, entry.held) != (none, none) {
            self.entries.push(entry);
        }
    }
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
pub mod tests;
