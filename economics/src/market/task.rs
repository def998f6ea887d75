//! A task on its way.

use aicpw_protocol::{Balance, BlockNumber, Gflops, Milliseconds};
use sp_arithmetic::Perbill;

use crate::player::Root;

/// How a task is verified. A replicated task has three replicas and a quorum of two.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Expected,
    Optimistic,
    Replicated,
}

/// How many equal roots settle a task in [`Mode::Replicated`].
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
    /// The root that was committed to; `None` before the commit, or if there never is one.
    pub root: Option<Root>,
    /// Whether its slot is free again.
    pub ended: bool,
}

/// The audit of a task that was drawn.
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
    /// How long the task runs.
    pub duration: BlockNumber,
    /// The price at an ask of one AICP.
    pub base: Balance,
    /// Whether the task's trace root can be known only by work.
    pub traced: bool,
    /// The provider that submitted the task to itself.
    pub dealt_to: Option<usize>,
    pub attempts: u8,
    pub assignments: Vec<Assignment>,
    /// Assignments with unexpected roots, on which another provider's reveal has to decide.
    pub undecided: Vec<Assignment>,
    /// Providers that have already had the task.
    pub tried: Vec<usize>,
    /// The amount that is held from the requester.
    pub escrow: Balance,
    /// The expected audit cost, which is part of the escrow.
    pub audit_cost: Balance,
    pub audit: Option<Audit>,
}

impl Task {
    /// What honest work on one assignment costs its provider: seven tenths of the price at an ask of
    /// one AICP.
    pub fn effort(&self) -> Balance {
        self.base / 10 * 7
    }

    /// The most that one assignment may cost, audits included.
    pub fn budget(&self) -> Balance {
        self.base * 2
    }
}
