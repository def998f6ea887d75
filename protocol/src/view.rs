//! The answers of the runtime APIs: the state in the form that people and programs read.
//!
//! Generic over the account, so that clients need not link the runtime.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
    audit::AuditPolicy,
    availability::NOT_FETCHED,
    commitment::ResultOpening,
    device::{DeviceSpec, Reputation, Slots},
    hashing::Hash,
    ids::{AssignmentId, DeviceId, TaskId},
    progress::{submission_fee, ReportLimits},
    reputation::ReputationRecord,
    sealing::Envelope,
    task::{AssignmentStatus, PeerAddresses, Role, Submission, TaskStatus, Unmatched},
    units::{AskPrice, Balance, BlockNumber, Gflops, Milliseconds},
};

/// A task.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct TaskView<AccountId> {
    /// Its id.
    pub id: TaskId,
    /// The account that submitted it.
    pub requester: AccountId,
    /// What was submitted.
    pub submission: Submission,
    /// The block of the submission.
    pub submitted_at: BlockNumber,
    /// Timestamp of the submission, milliseconds since the Unix epoch.
    pub timestamp: u64,
    /// The history head after this submission.
    #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
    pub history_head: Hash,
    /// Its state.
    pub status: TaskStatus,
    /// The amount that is still held in escrow for it.
    #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
    pub escrow: Balance,
    /// All assignments so far, oldest first.
    pub assignments: Vec<AssignmentView<AccountId>>,
    /// The requester's rating, one to five.
    pub rating: Option<u8>,
    /// The audit of its newest results; `None` before all of them are committed, and in modes without audits.
    pub audit: Option<AuditView>,
}

/// Whether results are audited.
#[derive(
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "kebab-case"))]
pub enum AuditState {
    /// Not decided: the randomness that decides it does not exist yet. → `Drawn`, `NotDrawn`.
    Undecided,
    /// Results are audited: auditors run the task before anybody reveals.
    Drawn,
    /// Results are not audited.
    NotDrawn,
}

/// The audit of a task's results.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct AuditView {
    /// Its state.
    pub state: AuditState,
    /// The probability of an audit, in parts per billion.
    pub rate_ppb: u32,
    /// The audit cost in the requester's price, which is paid whether the results are audited or not.
    #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
    pub cost: Balance,
}

/// An assignment.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct AssignmentView<AccountId> {
    /// Its id.
    pub id: AssignmentId,
    /// Its role.
    pub role: Role,
    /// The provider.
    pub provider: AccountId,
    /// The device.
    pub device: DeviceId,
    /// Price, fixed at the match.
    #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
    pub price: Balance,
    /// What the requester pays for audits in addition to the price, fixed at the match: see
    /// [`crate::audit::AuditPolicy::cost`].
    #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
    pub audit_cost: Balance,
    /// The block of the match.
    pub assigned_at: BlockNumber,
    /// Collateral locked for it.
    #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
    pub collateral: Balance,
    /// Fraud bond locked for it.
    #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
    pub fraud_bond: Balance,
    /// Its state.
    pub status: AssignmentStatus,
    /// Where the provider serves the result.
    #[cfg_attr(feature = "std", serde(with = "crate::json::peers"))]
    pub peers: PeerAddresses,
    /// For a sealed task: the data key, sealed to the provider, once it is granted.
    pub envelope: Option<Envelope>,
}

impl<AccountId> AssignmentView<AccountId> {
    /// Whether the assignment has not ended.
    pub fn is_open(&self) -> bool {
        !matches!(
            self.status,
            AssignmentStatus::Settled { .. }
                | AssignmentStatus::Failed { .. }
                | AssignmentStatus::Cancelled { .. }
        )
    }

    /// The opening of its result, if it has revealed one.
    pub fn opening(&self) -> Option<&ResultOpening> {
        match &self.status {
            AssignmentStatus::Revealed { opening, .. }
            | AssignmentStatus::Settled { opening, .. } => Some(opening),
            _ => None,
        }
    }

    /// Whether a juror of a claim could fetch the result; `None` for other roles, and before the juror has revealed.
    pub fn has_fetched(&self) -> Option<bool> {
        let opening = self.opening().filter(|_| self.role == Role::Fetcher)?;
        Some(opening.result_root != NOT_FETCHED)
    }
}

/// The state of a device's conformance challenge.
#[derive(
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "kebab-case"))]
pub enum ChallengeState {
    /// The randomness for the seed does not exist yet. → `Open`, `NoAnswer`.
    Drawing,
    /// The device has to compute the run. → `NoAnswer`, `WrongAnswer`, or the device is conformant.
    Open,
    /// There was no right answer in time, or no seed. → `Drawing`, with the next attempt.
    NoAnswer,
    /// The answer was wrong. → `Drawing`, with the next attempt.
    WrongAnswer,
}

/// A device's conformance challenge.
#[derive(Encode, Decode, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct ChallengeView {
    /// How many attempts ended before this one.
    pub attempt: u32,
    /// The state of this attempt.
    pub state: ChallengeState,
    /// Blocks of the chain until the state ends: if `Open`, until an answer is too late; otherwise until the next
    /// attempt.
    pub blocks_left: BlockNumber,
}

/// A device.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct DeviceView<AccountId> {
    /// Its id.
    pub id: DeviceId,
    /// The provider that answers for it.
    pub provider: AccountId,
    /// Its measured spec.
    pub spec: DeviceSpec,
    /// The computing power that it counts for: what was measured, or less after missed deadlines.
    pub effective_gflops: Gflops,
    /// Its ask. If the lowest ask that can be set was raised since, it can be lower than that.
    pub ask: AskPrice,
    /// The number of jobs that it runs at once.
    pub slots: Slots,
    /// Slots in use.
    pub used_slots: Slots,
    /// Whether its provider offers it.
    pub available: bool,
    /// Whether its provider's heartbeat is recent and does not list the device as missing.
    pub online: bool,
    /// The device is not matched before this block.
    pub cools_until: Option<BlockNumber>,
    /// What it has to compute before it can be matched; `None` if it is conformant.
    pub challenge: Option<ChallengeView>,
}

/// Stake that is unbonding.
#[derive(Encode, Decode, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct UnbondingView {
    /// The amount.
    #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
    pub amount: Balance,
    /// First block in which it can be withdrawn.
    pub available_at: BlockNumber,
}

/// A provider.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct ProviderView<AccountId> {
    /// Its account.
    pub account: AccountId,
    /// The stake that is held, including what is unbonding.
    #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
    pub stake: Balance,
    /// The part of the stake that is unbonding: it backs no new assignment, but can still be slashed.
    #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
    pub unbonding: Balance,
    /// The amounts that add up to `unbonding`, oldest first.
    pub unbondings: Vec<UnbondingView>,
    /// The part of the stake that is locked for assignments.
    #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
    pub locked: Balance,
    /// Public worker key, sr25519.
    #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
    pub worker: Hash,
    /// Public sealing key, x25519.
    #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
    pub sealing_key: Hash,
    /// The addresses at which its blobs can be fetched.
    #[cfg_attr(feature = "std", serde(with = "crate::json::peers"))]
    pub peers: PeerAddresses,
    /// The block of the last heartbeat.
    pub last_heartbeat: Option<BlockNumber>,
    /// Whether that heartbeat is recent.
    pub online: bool,
    /// Its reputation.
    pub reputation: Reputation,
    /// Tasks settled.
    pub settled: u64,
    /// Assignments failed by its fault.
    pub faults: u64,
    /// The number of ratings, and their sum.
    pub ratings: (u64, u64),
    /// Its devices.
    pub devices: Vec<DeviceView<AccountId>>,
}

/// What a provider's reputation is computed from, and the rules that apply now.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct ReputationView<AccountId> {
    /// The provider's past.
    pub record: ReputationRecord<AccountId>,
    /// Blocks after which a reputation has come half of the way back to where it started.
    pub half_life: BlockNumber,
    /// How often results are audited.
    pub audits: AuditPolicy,
}

/// The governed parameters that a client needs before it submits, and to tell people how long things take. Windows that
/// are counted in blocks are nominal: a block can be late.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct MarketParameters {
    /// Nominal time between blocks, in milliseconds.
    pub block_time: u64,
    /// Blocks in a heartbeat period.
    pub heartbeat_period: BlockNumber,
    /// Fee for a submission, per replica and without progress reports. It is never refunded. See
    /// [`MarketParameters::fee_for`].
    #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
    pub submission_fee: Balance,
    /// Lowest budget.
    #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
    pub min_budget: Balance,
    /// Lowest ask.
    pub min_ask: AskPrice,
    /// Lowest stake of a provider.
    #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
    pub min_stake: Balance,
    /// Protocol fee, in parts per billion of the price.
    pub protocol_fee_ppb: u32,
    /// Attempts at a task before it is refunded.
    pub max_attempts: u8,
    /// Longest time limit, in milliseconds.
    pub max_time_limit: u64,
    /// Shortest and longest optimistic window, in milliseconds.
    pub window_range: (u64, u64),
    /// Shortest and longest match window, in milliseconds.
    pub match_window_range: (u64, u64),
    /// Blocks from the match of a sealed task within which its key has to be granted.
    pub key_window: BlockNumber,
    /// Blocks from the match, or from the grant of a sealed task, within which the job has to start.
    pub start_window: BlockNumber,
    /// Blocks from one sign of progress within which the next has to come.
    pub progress_window: BlockNumber,
    /// Fewest blocks between two progress reports.
    pub min_progress_interval: BlockNumber,
    /// Most progress reports of an assignment.
    pub max_progress_reports: u32,
    /// Blocks from the commit within which the result has to be revealed.
    pub reveal_window: BlockNumber,
    /// Blocks from the end of a task during which its result can be fetched.
    pub retrieval_window: BlockNumber,
}

impl MarketParameters {
    /// How often assignments may report progress.
    pub fn report_limits(&self) -> ReportLimits {
        ReportLimits {
            min_interval: self.min_progress_interval,
            window: self.progress_window,
            most: self.max_progress_reports,
        }
    }

    /// The cost of a submission with this time limit and this many replicas, in addition to its budget.
    pub fn fee_for(&self, time_limit: Milliseconds, replicas: u8) -> Balance {
        let reports = self
            .report_limits()
            .reports(time_limit.in_blocks(self.block_time));
        submission_fee(self.submission_fee, reports, replicas)
    }
}

/// The market's clock.
#[derive(Encode, Decode, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct MarketClock {
    /// The market block: the chain's height minus the blocks in which the market was paused. All deadlines, and all
    /// blocks in views, are market blocks.
    pub block: BlockNumber,
    /// Whether the market is paused: the clock stands still, and no task is accepted or matched.
    pub is_paused: bool,
}

/// How many tasks there are. The numbers are only for information: no rule of the market reads them.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct TaskCensus {
    /// Tasks that are [`TaskStatus::Queued`] now.
    pub queued: u32,
    /// Tasks that are [`TaskStatus::Parked`] now.
    pub parked: u32,
    /// Tasks that are [`TaskStatus::Active`] now.
    pub active: u32,
    /// Tasks that are [`TaskStatus::Verifying`] now.
    pub verifying: u32,
    /// Tasks that are [`TaskStatus::Disputed`] now.
    pub disputed: u32,
    /// Tasks that were [`TaskStatus::Settled`] since genesis.
    pub settled: u64,
    /// Tasks that were [`TaskStatus::Cancelled`] since genesis.
    pub cancelled: u64,
    /// Tasks that were [`TaskStatus::Refunded`] since genesis.
    pub refunded: u64,
    /// Assignments made since genesis.
    pub matched: u64,
    /// Assignments that failed since genesis, whoever was at fault.
    pub failed: u64,
}

/// How many disputes there are, and what juries have found. Since genesis, unless a field says otherwise.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct DisputeCensus {
    /// Disputes that are not over now.
    pub open: u32,
    /// Disputes opened, including those that the chain opened.
    pub opened: u64,
    /// Larger juries that accounts called, by appeals.
    pub appealed: u64,
    /// Votes of juries that were done.
    pub votes: u64,
    /// Verdicts of [`crate::verdict::Outcome::Upheld`].
    pub upheld: u64,
    /// Verdicts of [`crate::verdict::Outcome::Wrong`].
    pub wrong: u64,
    /// Verdicts of [`crate::verdict::Outcome::Unable`].
    pub unable: u64,
    /// Verdicts of [`crate::verdict::Outcome::KeyWithheld`].
    pub key_withheld: u64,
    /// Verdicts of [`crate::verdict::Outcome::NoMajority`].
    pub no_majority: u64,
    /// Verdicts of [`crate::verdict::Outcome::TooFewJurors`].
    pub too_few_jurors: u64,
}

/// What juries have found about unavailable claims, since genesis. [`DisputeCensus`] counts these disputes too.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct ClaimCensus {
    /// Verdicts of [`crate::verdict::Outcome::Available`].
    pub available: u64,
    /// Verdicts of [`crate::verdict::Outcome::Unavailable`].
    pub unavailable: u64,
}

/// How large the market is. Answered from sums, in constant time.
#[derive(Encode, Decode, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct MarketCensus {
    /// Tasks submitted since genesis.
    pub submitted: u64,
    /// What has become of them.
    pub tasks: TaskCensus,
    /// Disputes about them.
    pub disputes: DisputeCensus,
    /// Those about whether a result can be fetched.
    pub claims: ClaimCensus,
    /// Devices in the order book: those that can be matched, and some that went offline and were not
    /// met since.
    pub listed_devices: u32,
    /// Providers with a heartbeat in the running heartbeat period or the one before, whichever are
    /// more.
    pub live_providers: u32,
}

/// The head of the history, from which the next link is computed
/// ([`crate::history::next_head`]).
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct HistoryHead {
    /// Submissions so far: the id the next task gets.
    pub length: u64,
    /// The head after them; [`crate::history::GENESIS_HEAD`] if there are none.
    #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
    pub head: Hash,
}

/// What a dry run of matching says.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub enum DryRun {
    /// A device would take it now.
    Match {
        /// The device.
        device: DeviceId,
        /// Its ask.
        ask: AskPrice,
        /// What the assignment would cost.
        #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
        price: Balance,
        /// What audits would cost in addition to the price.
        #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
        audit_cost: Balance,
    },
    /// Nothing fits now.
    Unmatched(Unmatched),
    /// The search ran out of its bound before it had seen all candidates.
    Undecided,
}
