//! A task on its way.

use aicpw_protocol::{Balance, BlockNumber, Gflops, Milliseconds};
use sp_arithmetic::Perbill;

use crate::player::Root;

/// How a task is verified; three replicas with a quorum of two.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Expected,
    Optimistic,
    Replicated,
}

/// Equal roots that settle in [`Mode::Replicated`].
pub const QUORUM: usize = 2;

/// Price and locks of an assignment.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    pub price: Balance,
    pub collateral: Balance,
    pub bond: Balance,
    pub rate: Perbill,
}

impl Terms {
    pub fn locked(&self) -> Balance {
        self.collateral + self.bond
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Assignment {
    pub provider: usize,
    pub terms: Terms,
    /// What was committed to; nothing yet, or nothing ever.
    pub root: Option<Root>,
    /// Whether its slot is free again.
    pub ended: bool,
}

/// A task that was drawn, and what its auditor found.
#[derive(Clone, Copy, Debug)]
pub struct Audit {
    pub auditor: usize,
    pub root: Root,
    /// The auditor's lock.
    pub lock: Balance,
}

#[derive(Clone, Debug)]
pub struct Task {
    pub requester: super::Requester,
    pub mode: Mode,
    pub gflops: Gflops,
    pub time_limit: Milliseconds,
    /// How long it runs.
    pub duration: BlockNumber,
    /// Price at an ask of one AICP.
    pub base: Balance,
    /// Whether its trace root can be known only by work.
    pub traced: bool,
    /// The provider that submitted it to itself.
    pub dealt_to: Option<usize>,
    pub attempts: u8,
    pub assignments: Vec<Assignment>,
    /// Unexpected roots that another provider has to decide.
    pub undecided: Vec<Assignment>,
    /// Providers that had it.
    pub tried: Vec<usize>,
    /// Held of the requester.
    pub escrow: Balance,
    /// Expected audit cost, within the escrow.
    pub audit_cost: Balance,
    pub audit: Option<Audit>,
}

impl Task {
    /// What honest work on one assignment costs its provider: seven tenths of the price at an ask of
    /// one AICP.
    pub fn effort(&self) -> Balance {
        self.base / 10 * 7
    }

    /// Most that one assignment may cost, audits included.
    pub fn budget(&self) -> Balance {
        self.base * 2
    }
}
