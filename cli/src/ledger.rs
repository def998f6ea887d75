//! What an account received and paid, read from the events of blocks.
//!
//! Every movement of money is an event of `Balances`, which says who and how much. So the sum of an account's entries
//! is exactly how much its property grew or shrank. Right after a movement, the market says what it was for: the entry
//! then has the name of that event, and its task. A movement that nothing explains has an entry with the movement's own
//! name.

use aicpw_protocol::{AssignmentId, Balance, TaskId};
use codec::{Decode, DecodeAll};
use serde::{Serialize, Serializer};

use crate::{
    account::Account,
    amount::Amount,
    chain::{block::Happened, submit::Event},
    error::{Error, Result},
};

/// An increase or decrease of money, in the smallest unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Change(pub i128);

impl Change {
    fn more(amount: Balance) -> Self {
        Self(i128::try_from(amount).unwrap_or(i128::MAX))
    }

    fn less(amount: Balance) -> Self {
        Self(Self::more(amount).0.saturating_neg())
    }

    /// The sum of both changes.
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The change in AICP, exact.
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
    /// The event that says what the change was for.
    pub event: String,
    /// The task, the assignment, or the account on the other side.
    pub subject: String,
    /// By how much the account's property changed.
    pub change: Change,
    /// By how much the held part of it changed: stake, escrow and bonds.
    pub held: Change,
}

/// The effects of a block on an account, in the order of its events.
///
/// # Errors
/// An event does not have the form that this client knows.
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
            // What a transaction's fee was is only said at its very end.
            movement.is_fee = transaction.is_some()
                && match &event.name[..] {
                    "Withdraw" => !book.call_has_begun,
                    "Deposit" => true,
                    _ => false,
                };
            book.open.push(movement);
        }
        match &event.pallet[..] {
            // The movements themselves, and events that have nothing to do with a movement.
            "Balances" | "System" | "Matching" | "DrawRandomness" => {}
            "Tasks" | "ProviderStaking" | "Disputes" => book.explain(event)?,
            "Staking" if event.name == "Rewarded" => book.explain(event)?,
            "TransactionPayment" => book.explain_fee(event, account)?,
            // Whatever explains movements after this event does not explain those before it.
            _ => book.close_but_fees(),
        }
    }
    book.close();
    Ok(book.entries)
}

/// The pallets whose events do not show that a transaction's call has begun: their events come before, during and after
/// the call. The fee is withdrawn before the call, and what was too much of it is deposited after the call.
const OF_ANY_CALL: [&str; 3] = ["Balances", "System", "TransactionPayment"];

/// A movement of the account's money.
#[derive(Clone, Debug)]
struct Movement {
    name: String,
    with: Option<Account>,
    change: Change,
    held: Change,
    /// Whether this can be part of a transaction's fee.
    is_fee: bool,
}

impl Movement {
    /// Whether held money was released.
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

/// The reason for a hold: which pallet holds the money, and what for.
type Reason = [u8; 2];

/// By how much an event changes the total issuance.
fn issued(event: &Event) -> Result<Change> {
    Ok(match (&event.pallet[..], &event.name[..]) {
        ("Balances", "Issued") => Change::more(fields(event)?),
        ("Balances", "Rescinded") => Change::less(fields(event)?),
        _ => Change::default(),
    })
}

/// How an event moved the account's money; `None` if it did not. `issued` is the issuance of the event right before it.
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
        // The event says how much the account has afterwards. The difference was issued or rescinded.
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
        // On this chain, nothing that is transferred on hold stays held at its destination.
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
        // A slash of a validator's stake, for which `Balances` has no event.
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

/// Decodes all fields of an event.
fn fields<T: Decode>(event: &Event) -> Result<T> {
    T::decode_all(&mut &event.fields[..]).map_err(|_| unknown(event))
}

/// Decodes the first fields of an event.
fn first<T: Decode>(event: &Event) -> Result<T> {
    T::decode(&mut &event.fields[..]).map_err(|_| unknown(event))
}

/// Decodes the last field of an event, which is an amount.
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

/// What an event of the market, or of staking, says about the movements before it.
enum Explained {
    /// This is what they were for.
    By(String),
    /// This is what the release of exactly this amount was for.
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
        // The money can go to another account than the one that has the stake.
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

/// The entries so far, and the movements that no event has explained yet.
#[derive(Default)]
struct Book {
    entries: Vec<Entry>,
    open: Vec<Movement>,
    /// Whether the transaction's call has begun to act.
    call_has_begun: bool,
    /// What the previous event issued.
    issued: Change,
    /// The account that lost dust which has not arrived anywhere yet, and the amount.
    dust: Option<(Account, Balance)>,
}

impl Book {
    /// Begins another transaction.
    fn begin(&mut self) {
        self.call_has_begun = false;
        self.dust = None;
    }

    /// Notes that the call is still acting: deposits before this event are no refunds of a fee.
    fn call_goes_on(&mut self) {
        self.call_has_begun = true;
        let deposits = self.open.iter_mut().filter(|one| one.name == "Deposit");
        deposits.for_each(|one| one.is_fee = false);
    }

    /// Handles dust: a remainder that is too small for an account to exist, and that goes to the treasury. It is not
    /// part of whatever it happens in the middle of.
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

    /// Turns those open movements that the event explains into one entry.
    fn explain(&mut self, event: &Event) -> Result<()> {
        match explained(event)? {
            Explained::By(subject) => {
                self.take(event, subject, |one| !one.is_fee && !one.is_release());
            }
            Explained::Release(subject, amount) => {
                let held = Change::less(amount);
                // The newest one: an earlier release of the same amount may belong to an event that explained nothing.
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
            // The author of the block receives fees of others.
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

    /// Enters the open movements as they are, because nothing will explain them any more.
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
