//! Every AICP that exists. Money only moves; [`Ledger::total`] never changes.

use aicpw_protocol::Balance;

/// The number of an account.
pub type Account = usize;

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    free: Balance,
    held: Balance,
}

/// All accounts, each with what it can spend and what is held: escrow, stake, bonds.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    entries: Vec<Entry>,
}

impl Ledger {
    /// Opens an account with an amount that comes from outside. This is allowed only before the
    /// simulation begins.
    pub fn open(&mut self, amount: Balance) -> Account {
        self.entries.push(Entry {
            free: amount,
            held: 0,
        });
        self.entries.len() - 1
    }

    /// What the account can spend.
    pub fn free(&self, account: Account) -> Balance {
        self.entries[account].free
    }

    /// What is held of the account's money.
    pub fn held(&self, account: Account) -> Balance {
        self.entries[account].held
    }

    /// All money in all accounts.
    pub fn total(&self) -> Balance {
        self.entries
            .iter()
            .map(|entry| entry.free + entry.held)
            .sum()
    }

    /// Moves `amount`, or as much as there is. Returns the amount moved.
    pub fn pay(&mut self, from: Account, to: Account, amount: Balance) -> Balance {
        let amount = amount.min(self.entries[from].free);
        self.entries[from].free -= amount;
        self.entries[to].free += amount;
        amount
    }

    /// Holds all of `amount` or nothing. Returns whether it was held.
    pub fn hold(&mut self, account: Account, amount: Balance) -> bool {
        let entry = &mut self.entries[account];
        if entry.free < amount {
            return false;
        }
        entry.free -= amount;
        entry.held += amount;
        true
    }

    /// Releases `amount` of what is held, or as much as there is. Returns the amount released.
    pub fn release(&mut self, account: Account, amount: Balance) -> Balance {
        self.take(account, account, amount)
    }

    /// Moves `amount` of what is held, or as much as there is, to what another account can spend.
    /// Returns the amount moved.
    pub fn take(&mut self, from: Account, to: Account, amount: Balance) -> Balance {
        let amount = amount.min(self.entries[from].held);
        self.entries[from].held -= amount;
        self.entries[to].free += amount;
        amount
    }
}
