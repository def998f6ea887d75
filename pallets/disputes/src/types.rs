//! What the pallet stores.

use aicpw_protocol::{
    trace::{DisputedPart, OpenTrace},
    verdict::{DisputeState, Outcome},
    Balance, BlockNumber, Hash,
};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;

/// The most appeals that a policy can allow.
pub const MAX_APPEALS: u32 = 4;

const _: () = assert!(
    MAX_APPEALS < aicpw_primitives::traits::MAX_PARTIES,
    "who disputes and all that appeal can be told to the jury",
);

/// A bond that an account put up for a jury.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Bond<AccountId> {
    /// The account that put it up.
    pub who: AccountId,
    /// The amount.
    pub amount: Balance,
}

/// A dispute about a task.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Dispute<AccountId> {
    /// The bond of the account that called the first jury, held until the task is decided. `None` if the chain called
    /// it, for an auditor or for replicas.
    pub challenger: Option<Bond<AccountId>>,
    /// The block in which it was opened.
    pub opened_at: BlockNumber,
    /// A juror's pay.
    pub pay: Balance,
    /// A juror's lock.
    pub lock: Balance,
    /// The first seat of the first jury.
    pub first_seat: u8,
    /// The first seat of the last jury.
    pub jury_seat: u8,
    /// The bonds of the accounts that called the larger juries, held until the task is decided, and the outcomes that
    /// they appealed against. A bond of zero means that the chain called the jury, because the first one came to
    /// nothing.
    pub appeals: BoundedVec<(Bond<AccountId>, Outcome), ConstU32<MAX_APPEALS>>,
    /// Its state.
    pub state: DisputeState,
}

/// What is stored about a dispute about a part of a job, in addition to what is stored about every dispute.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct Narrowing {
    /// The disputed trace, if it was opened.
    pub trace: Option<OpenTrace>,
    /// The part of the job that the juries run; `None` if they run the whole job.
    pub part: Option<DisputedPart>,
    /// If the jury of a part came to nothing: the first seat of the jury that runs the whole job.
    pub whole_from: Option<u8>,
}

/// The work of a jury, as it was shown.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Work {
    /// The root of the trace of the jury's run.
    pub trace_root: Hash,
    /// The first seat of the jury that is excused, according to the votes at the time when the work was shown. Later, a
    /// juror that copied its vote no longer has a vote.
    pub excused_from: Option<u8>,
}

impl<AccountId> Dispute<AccountId> {
    /// The number of larger juries so far: see [`Self::appeals`].
    pub fn round(&self) -> u8 {
        self.appeals.len() as u8
    }

    /// Whether the bonds are still held.
    pub fn holds_bonds(&self) -> bool {
        matches!(
            self.state,
            DisputeState::Opening { .. }
                | DisputeState::Naming { .. }
                | DisputeState::Judging
                | DisputeState::Appealable { .. }
                | DisputeState::Showing { .. }
                | DisputeState::Closing { .. }
        )
    }

    /// All bonds.
    pub fn bonds(&self) -> impl Iterator<Item = &Bond<AccountId>> {
        self.challenger
            .iter()
            .chain(self.appeals.iter().map(|(bond, _)| bond))
    }
}
