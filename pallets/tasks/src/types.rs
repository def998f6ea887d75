//! What the pallet keeps of tasks, assignments and deadlines.

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

/// Most seats that a task can have: the replicas; or for each attempt of whoever is alone
/// its auditors and two juries, of 5 and of 11; and a jury of 5 that fetches.
pub const MAX_SEATS: u32 = 61;

/// Most auditors of one audit.
pub const MOST_AUDITORS: u8 = 2;

/// Most assignments that a task can have over its life: every seat with all its attempts.
pub const MAX_ASSIGNMENTS: u32 = 183;

/// What the jurors of a disputed task bring and get.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Jury<AccountId> {
    /// The pay of each.
    pub pay: Balance,
    /// What each has locked.
    pub lock: Balance,
    /// Who disputes and appeals: none of them is drawn.
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
    /// The assignment whose result it is about.
    pub of: AssignmentId,
    /// The hash of the block before it was made, which nobody knew much sooner.
    pub parent: Hash,
}

/// Where a task stands in the list of its requester's: before all that were submitted earlier.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct NewestFirst([u8; 8]);

impl From<TaskId> for NewestFirst {
    fn from(id: TaskId) -> Self {
        // Keys are in the order of their bytes.
        Self((!id.0).to_be_bytes())
    }
}

/// The submissions so far.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct History {
    /// How many: also the id of the next task.
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
    /// The result for which is drawn: of several the last that was committed.
    pub of: AssignmentId,
    /// How likely it is.
    pub rate: Perbill,
    /// What the requester pays for it, whether it comes to it or not.
    pub cost: Balance,
    /// What an auditor is paid: the judged price of the results, by the highest of their prices.
    pub pay: Balance,
    /// The highest price that an auditor may have at its own ask: what the task pays a provider at most.
    pub cap: Balance,
    /// What an auditor has locked.
    pub lock: Balance,
    /// The anchor of the draw that decides it.
    pub anchor: BlockNumber,
    /// Whether it is decided, and how.
    pub state: AuditState,
}

/// What an auditor has earned and was not paid yet.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Debt<AccountId> {
    /// For this assignment.
    pub assignment: AssignmentId,
    /// Whom it is owed to.
    pub who: AccountId,
    /// How much.
    pub amount: Balance,
}

/// What went into the pot for audits, and out of it; and which debts there are.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct AuditBook {
    /// What requesters have paid into the pot.
    pub collected: Balance,
    /// What auditors were paid out of it.
    pub paid: Balance,
    /// The sum of the debts.
    pub owed: Balance,
    /// The number of the oldest debt.
    pub first: u64,
    /// The number that the next debt gets.
    pub next: u64,
}

/// A task, as stored.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Task<AccountId> {
    /// Who submitted it, pays and is refunded.
    pub requester: AccountId,
    /// What was submitted.
    pub submission: Submission,
    /// The block of the submission.
    pub submitted_at: BlockNumber,
    /// The chain's time at the submission, in milliseconds since the Unix epoch.
    pub timestamp: u64,
    /// The head of the history after this submission.
    pub history_head: Hash,
    /// Its state.
    pub status: TaskStatus,
    /// What is held from the requester for it. Zero once the task is final.
    pub escrow: Balance,
    /// What of the budget was paid for audits, and did not come back into the escrow after a verdict.
    pub audits_paid: Balance,
    /// Who is wanted for it: the replicas first, and what has joined them since. The number of a seat
    /// is [`AssignmentId::replica`].
    pub seats: BoundedVec<Seat, ConstU32<MAX_SEATS>>,
    /// Every provider that was ever on it: none of them gets it again.
    pub providers: BoundedVec<AccountId, ConstU32<MAX_ASSIGNMENTS>>,
    /// The requester's rating, one to five.
    pub rating: Option<u8>,
}

impl<AccountId> Task<AccountId> {
    /// All assignments so far, oldest first within a seat.
    pub fn assignments(&self, task: TaskId) -> impl Iterator<Item = AssignmentId> + '_ {
        (0u8..).zip(self.seats.iter()).flat_map(move |(seat, one)| {
            (0..one.begun).map(move |attempt| AssignmentId {
                task,
                replica: seat,
                attempt,
            })
        })
    }

    /// The newest assignment of a seat; `None` if it never had one.
    pub fn newest(&self, task: TaskId, seat: u8) -> Option<AssignmentId> {
        let attempt = self.seats.get(usize::from(seat))?.begun.checked_sub(1)?;
        Some(AssignmentId {
            task,
            replica: seat,
            attempt,
        })
    }

    /// The first seat that wants a device and may still get one.
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

    /// When the last of the match windows of its replicas ends; `None` if none waits for a device.
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

    /// Its seat of this number.
    pub fn seat_mut(&mut self, number: u8) -> Option<&mut Seat> {
        self.seats.as_mut().get_mut(usize::from(number))
    }
}

/// A place on a task for one provider at a time.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Seat {
    /// What whoever has it counts for.
    pub role: Role,
    /// Attempts begun.
    pub begun: u8,
    /// Whether anybody has it.
    pub state: SeatState,
    /// The anchor of the draw that finds the next to have it.
    pub anchor: BlockNumber,
}

/// Whether anybody has a seat.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum SeatState {
    /// A device is wanted: the task is in the matching queue. → `Taken` (matched), `Closed`.
    Vacant {
        /// Last block in which one may be found.
        match_by: BlockNumber,
    },
    /// Its newest assignment counts. → `Vacant` (that failed), `Closed`.
    Taken,
    /// Nobody is wanted any more. Final.
    Closed,
}

/// What happens to the locks on the provider's stake.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug,
)]
pub enum LockState {
    /// The assignment is open. → `Retrieval` (settled), `Undecided` (a fault that is nobody's yet),
    /// `Released` (failed by the provider's fault, after the slash; or cancelled).
    Open,
    /// The assignment ended with a fault that nobody is blamed for yet: kept until an independent
    /// provider has shown who was wrong. → `Released` (after a slash if it was the provider).
    Undecided {
        /// For a root that did not match `expected`: that root. Two providers with the same one
        /// make the same claim.
        root: Option<Hash>,
    },
    /// Settled and paid; kept until the result could be fetched. → `Claimed`, `Released`.
    Retrieval {
        /// The block in which they are released.
        until: BlockNumber,
    },
    /// Nothing is locked any more. Final.
    Released,
    /// The requester says that the result cannot be fetched: kept until a jury has decided that. →
    /// `Retrieval` (there is no verdict), `Released` (it could be fetched; or after the slash).
    Claimed {
        /// The end of the retrieval window.
        until: BlockNumber,
    },
}

/// An assignment, as stored.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Assignment<AccountId> {
    /// What it counts for.
    pub role: Role,
    /// Who answers for the device.
    pub provider: AccountId,
    /// The device.
    pub device: DeviceId,
    /// The device's fingerprint at the match.
    pub fingerprint: Hash,
    /// Price, fixed at the match.
    pub price: Balance,
    /// How likely its result is audited, fixed at the match.
    pub audit_rate: Perbill,
    /// What the requester pays for that, fixed at the match.
    pub audit_cost: Balance,
    /// Collateral that was locked for it; once it is settled, what stays locked.
    pub collateral: Balance,
    /// Fraud bond that was locked for it; once it is settled, what stays locked.
    pub fraud_bond: Balance,
    /// The block of the match.
    pub assigned_at: BlockNumber,
    /// Its state.
    pub status: AssignmentStatus,
    /// Whether the locks are still there.
    pub locks: LockState,
    /// The agenda's slot in which this assignment is looked at next. An entry in any other slot is
    /// stale. Progress moves the deadline without a new entry: the one that exists moves on when
    /// it is served, so that a report costs the agenda nothing.
    pub due: BlockNumber,
}

impl<AccountId> Assignment<AccountId> {
    /// The last block in which the provider can still do what it has to do next; `None` if nothing
    /// is expected of it.
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

/// Something that has to be looked at in a certain block.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deadline {
    /// The match window of a task ends.
    Match(TaskId),
    /// What the provider has to do next is due.
    Assignment(AssignmentId),
    /// The window of `optimistic` ends.
    Settle(TaskId),
    /// The retrieval window of a settled assignment ends.
    Unlock(AssignmentId),
    /// A final task has been readable for long enough.
    Prune(TaskId),
    /// Whoever decides the dispute about a task asked for this block.
    Dispute(TaskId),
    /// The randomness that decides whether the results of a task are audited can be there.
    Audit(TaskId),
}

impl Deadline {
    /// The task that it is about.
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

/// The deadlines of one block: full pages, and a last one that still has room. A full page never
/// refuses anybody: it is put aside, and the next begins.
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

/// Why a worker call is refused before anything was paid for it; the number is that of
/// `InvalidTransaction::Custom`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Refusal {
    /// There is no such assignment (any more).
    UnknownAssignment = 1,
    /// The assignment is not in the state for this call.
    NotInState = 2,
    /// The deadline has passed.
    WindowClosed = 3,
    /// The progress is not a step forward, or not a share of a whole.
    BadProgress = 4,
    /// The last progress report was too short a time ago.
    TooSoon = 5,
    /// The opening is not that of the commitment.
    WrongOpening = 6,
    /// A CID that is none, or a message that is not UTF-8.
    Malformed = 7,
    /// A fault that only the chain itself finds.
    NotReportable = 8,
    /// No worker key acts for the device.
    NoWorker = 9,
    /// Others have not committed yet, or an audit is not decided: a reveal would show what to say.
    TooEarly = 10,
    /// Some of the market's state may be in the form of before a migration.
    Migrating = 11,
}
