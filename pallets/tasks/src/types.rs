//! The types that the pallet stores for tasks, assignments and deadlines.

use aicpw_primitives::traits::{JurorTerms, MAX_PARTIES};
use aicpw_protocol::{
    history::GENESIS_HEAD,
    task::{AssignmentStatus, Role, Submission, TaskStatus},
    view::AuditState,
    AssignmentId, Balance, BlockNumber, DeviceId, Hash, TaskId,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
    pallet_prelude::ConstU32, BoundedVec, CloneNoBound, DebugNoBound, DefaultNoBound, EqNoBound,
    PartialEqNoBound,
};
use scale_info::TypeInfo;
use sp_runtime::{traits::Get, Perbill};

/// Most seats that a task can have. A task with several replicas has their seats. A task with one replica has, for each
/// attempt, the seats of the auditors and of two juries, of 5 and of 11. Both can also have the seats of a jury of 5
/// that fetches.
pub const MAX_SEATS: u32 = 61;

/// Most auditors of one audit.
pub const MOST_AUDITORS: u8 = 2;

/// Most assignments that a task can have over its life: all attempts at every seat.
pub const MAX_ASSIGNMENTS: u32 = 183;

/// The jury of a disputed task or of an unavailable claim.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Jury<AccountId> {
    /// The pay of each juror.
    pub pay: Balance,
    /// What each juror has locked.
    pub lock: Balance,
    /// The accounts that dispute or appeal. None of them is drawn as a juror.
    pub parties: BoundedVec<AccountId, ConstU32<MAX_PARTIES>>,
}

impl<AccountId> From<Jury<AccountId>> for JurorTerms {
    fn from(Jury { pay, lock, .. }: Jury<AccountId>) -> Self {
        Self { pay, lock }
    }
}

/// An unavailable claim that is not decided.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claim {
    /// The assignment whose result the claim is about.
    pub of: AssignmentId,
    /// The hash of the block before the claim was made. Nobody knew it much sooner.
    pub parent: Hash,
}

/// The place of a task in the list of its requester: before all tasks that the requester submitted earlier.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct NewestFirst([u8; 8]);

impl From<TaskId> for NewestFirst {
    fn from(id: TaskId) -> Self {
        // Storage keys are ordered by their bytes.
        Self((!id.0).to_be_bytes())
    }
}

/// The head and the length of the history.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct History {
    /// The number of submissions so far, which is also the id of the next task.
    pub length: u64,
    /// See [`aicpw_protocol::history::next_head`].
    pub head: Hash,
}

impl Default for History {
    fn default() -> Self {
        Self {
            length: 0,
            head: GENESIS_HEAD,
        }
    }
}

/// The audit of the results of a task.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Audit {
    /// The result that the draw is about. If there are several, the one that was committed last.
    pub of: AssignmentId,
    /// The audit rate: the probability that the draw decides for an audit.
    pub rate: Perbill,
    /// The audit cost. The requester pays it whether there is an audit or not.
    pub cost: Balance,
    /// What an auditor is paid: the judged price of the results, from the highest of their prices. If there is one
    /// result, no more than its audit cost was computed for, but at least its price.
    pub pay: Balance,
    /// The highest price that the task may have at the auditor's own ask.
    pub cap: Balance,
    /// What an auditor has locked.
    pub lock: Balance,
    /// The anchor of the draw that decides whether there is an audit.
    pub anchor: BlockNumber,
    /// Whether the draw is decided, and how.
    pub state: AuditState,
}

/// A debt of the pot to an auditor.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Debt<AccountId> {
    /// The assignment for which the auditor earned it.
    pub assignment: AssignmentId,
    /// The auditor.
    pub who: AccountId,
    /// The amount that is not paid yet.
    pub amount: Balance,
}

/// The book of the pot: what was paid in and out, and which debts there are.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct AuditBook {
    /// What requesters have paid into the pot.
    pub collected: Balance,
    /// What auditors were paid out of it.
    pub paid: Balance,
    /// The sum of the debts.
    pub owed: Balance,
    /// The number of the oldest debt; equal to `next` if there is none.
    pub first: u64,
    /// The number that the next debt gets.
    pub next: u64,
}

/// A task, as stored.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Task<AccountId> {
    /// The account that submitted the task, pays for it and is refunded.
    pub requester: AccountId,
    /// The submission.
    pub submission: Submission,
    /// The block of the submission.
    pub submitted_at: BlockNumber,
    /// The chain's time at the submission, in milliseconds since the Unix epoch.
    pub timestamp: u64,
    /// The head of the history after this submission.
    pub history_head: Hash,
    /// Its state.
    pub status: TaskStatus,
    /// What is held from the requester for the task. Zero once the task is final, except for the prices of replicas
    /// that may still reveal.
    pub escrow: Balance,
    /// The part of the budget that was paid for audits and did not come back into the escrow after a verdict.
    pub audits_paid: Balance,
    /// The seats: first those of the replicas, then those that were added since. The number of a seat is
    /// [`AssignmentId::replica`].
    pub seats: BoundedVec<Seat, ConstU32<MAX_SEATS>>,
    /// Every provider that was ever on the task. None of them gets it again.
    pub providers: BoundedVec<AccountId, ConstU32<MAX_ASSIGNMENTS>>,
    /// The requester's rating, one to five.
    pub rating: Option<u8>,
}

impl<AccountId> Task<AccountId> {
    /// All assignments so far: seat by seat, and oldest first within a seat.
    pub fn assignments(&self, task: TaskId) -> impl Iterator<Item = AssignmentId> + '_ {
        (0u8..).zip(self.seats.iter()).flat_map(move |(seat, one)| {
            (0..one.begun).map(move |attempt| AssignmentId {
                task,
                replica: seat,
                attempt,
            })
        })
    }

    /// The newest assignment of a seat; `None` if the seat never had one.
    pub fn newest(&self, task: TaskId, seat: u8) -> Option<AssignmentId> {
        let attempt = self.seats.get(usize::from(seat))?.begun.checked_sub(1)?;
        Some(AssignmentId {
            task,
            replica: seat,
            attempt,
        })
    }

    /// The first seat that wants a device and whose match window is still open.
    pub fn vacant(&self, now: BlockNumber) -> Option<(u8, &Seat)> {
        (0u8..).zip(self.seats.iter()).find(
            |(_, seat)| matches!(seat.state, SeatState::Vacant { match_by } if now <= match_by),
        )
    }

    /// Whether any seat wants a device.
    pub fn has_vacancy(&self) -> bool {
        self.seats
            .iter()
            .any(|seat| matches!(seat.state, SeatState::Vacant { .. }))
    }

    /// The block in which the last match window of the replicas ends; `None` if no replica waits for a device.
    pub fn match_by(&self) -> Option<BlockNumber> {
        self.seats
            .iter()
            .filter(|seat| seat.role == Role::Replica)
            .filter_map(|seat| match seat.state {
                SeatState::Vacant { match_by } => Some(match_by),
                SeatState::Taken | SeatState::Closed => None,
            })
            .max()
    }

    /// The seat with this number.
    pub fn seat_mut(&mut self, number: u8) -> Option<&mut Seat> {
        self.seats.as_mut().get_mut(usize::from(number))
    }
}

/// A place on a task for one provider at a time.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Seat {
    /// The role of the provider that has the seat.
    pub role: Role,
    /// The number of attempts begun.
    pub begun: u8,
    /// Whether a provider has the seat.
    pub state: SeatState,
    /// The anchor of the draw that finds the next provider for the seat.
    pub anchor: BlockNumber,
}

/// Whether a provider has a seat.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum SeatState {
    /// A device is wanted: the task is in the matching queue. → `Taken` (matched), `Closed`.
    Vacant {
        /// The last block in which a device may be found.
        match_by: BlockNumber,
    },
    /// A provider has the seat: its newest assignment counts. → `Vacant` (that assignment failed), `Closed`.
    Taken,
    /// No device is wanted any more. Final.
    Closed,
}

/// The state of the locks on the provider's stake.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug,
)]
pub enum LockState {
    /// The assignment is open. → `Retrieval` (a replica is settled), `Undecided` (a fault that nobody is blamed for
    /// yet), `Released` (failed by the provider's fault, after the slash; cancelled; or an auditor or juror is
    /// settled).
    Open,
    /// The assignment ended with a fault that nobody is blamed for yet. The locks are kept until an independent
    /// provider has shown who was wrong, or the task ends. → `Released` (after a slash if the provider was wrong).
    Undecided {
        /// The revealed root, if the fault is that it did not match `expected`. Two providers with the same root make
        /// the same claim.
        root: Option<Hash>,
    },
    /// The assignment is settled and paid. The locks are kept so that the result can be fetched. → `Claimed`,
    /// `Released`.
    Retrieval {
        /// The block in which the locks are released.
        until: BlockNumber,
    },
    /// Nothing is locked any more. Final.
    Released,
    /// The requester claims that the result cannot be fetched. The locks are kept until a jury has decided that. →
    /// `Retrieval` (there is no verdict), `Released` (the result could be fetched; or after the slash; or there is no
    /// verdict and the retrieval window has ended).
    Claimed {
        /// The end of the retrieval window.
        until: BlockNumber,
    },
}

/// An assignment, as stored.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Assignment<AccountId> {
    /// What the assignment is for.
    pub role: Role,
    /// The provider that answers for the device.
    pub provider: AccountId,
    /// The device.
    pub device: DeviceId,
    /// The device's fingerprint at the match.
    pub fingerprint: Hash,
    /// The price, fixed at the match.
    pub price: Balance,
    /// The audit rate of the result, fixed at the match.
    pub audit_rate: Perbill,
    /// The audit cost that the requester pays, fixed at the match.
    pub audit_cost: Balance,
    /// The collateral that was locked for the assignment. Once it is settled: the part that stays locked.
    pub collateral: Balance,
    /// The fraud bond that was locked for the assignment. Once it is settled: the part that stays locked.
    pub fraud_bond: Balance,
    /// The block of the match.
    pub assigned_at: BlockNumber,
    /// The state of the assignment.
    pub status: AssignmentStatus,
    /// The state of the locks on the provider's stake.
    pub locks: LockState,
    /// The slot of the agenda that looks at this assignment next. An entry in any other slot is stale. A progress
    /// report moves the deadline without a new entry, so that it costs the agenda nothing: the entry that exists is
    /// moved on when it is served.
    pub due: BlockNumber,
}

impl<AccountId> Assignment<AccountId> {
    /// The last block in which the provider can do its next step, or the requester can grant the key; `None` if no step
    /// has a deadline.
    pub fn deadline(&self) -> Option<BlockNumber> {
        match self.status {
            AssignmentStatus::AwaitingKey { grant_by, .. } => Some(grant_by),
            AssignmentStatus::Assigned { start_by } => Some(start_by),
            AssignmentStatus::Running {
                progress_by,
                commit_by,
                ..
            } => Some(progress_by.min(commit_by)),
            AssignmentStatus::Committed { reveal_by, .. } => reveal_by,
            AssignmentStatus::Revealed { .. }
            | AssignmentStatus::Settled { .. }
            | AssignmentStatus::Failed { .. }
            | AssignmentStatus::Cancelled { .. } => None,
        }
    }

    /// Whether the assignment has not ended.
    pub fn is_open(&self) -> bool {
        matches!(
            self.status,
            AssignmentStatus::AwaitingKey { .. }
                | AssignmentStatus::Assigned { .. }
                | AssignmentStatus::Running { .. }
                | AssignmentStatus::Committed { .. }
                | AssignmentStatus::Revealed { .. }
        )
    }

    /// Whether the provider has yet to commit.
    pub fn is_at_work(&self) -> bool {
        matches!(
            self.status,
            AssignmentStatus::AwaitingKey { .. }
                | AssignmentStatus::Assigned { .. }
                | AssignmentStatus::Running { .. }
        )
    }
}

/// Something for the agenda to look at in a certain block.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deadline {
    /// The match window of a task ends.
    Match(TaskId),
    /// The next step of an assignment is due.
    Assignment(AssignmentId),
    /// The window of `optimistic` ends.
    Settle(TaskId),
    /// The retrieval window of a settled assignment ends.
    Unlock(AssignmentId),
    /// A final task has been readable for long enough.
    Prune(TaskId),
    /// The step of a dispute that the disputes pallet asked for is due.
    Dispute(TaskId),
    /// From this block on the draw can decide whether the results of a task are audited.
    Audit(TaskId),
}

impl Deadline {
    /// The task that the deadline is about.
    pub fn task(&self) -> TaskId {
        match self {
            Self::Match(task)
            | Self::Settle(task)
            | Self::Prune(task)
            | Self::Dispute(task)
            | Self::Audit(task) => *task,
            Self::Assignment(assignment) | Self::Unlock(assignment) => assignment.task,
        }
    }
}

/// The deadlines of one block: full pages that were put aside, and a last page that still has room. When the last page
/// is full, it is put aside and a new one begins, so that no deadline is ever refused.
#[derive(
    Encode,
    Decode,
    MaxEncodedLen,
    TypeInfo,
    CloneNoBound,
    PartialEqNoBound,
    EqNoBound,
    DebugNoBound,
    DefaultNoBound,
)]
#[scale_info(skip_type_params(Capacity))]
pub struct Slot<Capacity: Get<u32>> {
    /// Full pages that were served.
    pub served: u32,
    /// Full pages that were put aside.
    pub pages: u32,
    /// The last page.
    pub open: BoundedVec<Deadline, Capacity>,
}

/// Why a worker call is refused before it gets into a block. The number is that of `InvalidTransaction::Custom`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Refusal {
    /// There is no such assignment, or no longer.
    UnknownAssignment = 1,
    /// The assignment is not in the state for this call.
    NotInState = 2,
    /// The deadline has passed.
    WindowClosed = 3,
    /// The progress goes back, changes the number of steps, or has more steps done than there are.
    BadProgress = 4,
    /// The last progress report was too short a time ago.
    TooSoon = 5,
    /// The opening does not fit the commitment.
    WrongOpening = 6,
    /// A CID is malformed, or a message is not UTF-8.
    Malformed = 7,
    /// A worker cannot report this fault, or not for this assignment now.
    NotReportable = 8,
    /// No worker key acts for the device.
    NoWorker = 9,
    /// Others have not committed yet, or an audit is not decided. A reveal now would show them what to say.
    TooEarly = 10,
    /// The storage of the market may be in the old form, because a migration is not finished.
    Migrating = 11,
}
