//! # Tasks
//!
//! What a requester pays for: escrow, history, the life of assignments, settlement and refund.
//!
//! ## Terms
//!
//! The words are those of `docs/glossary.md`. In this pallet, besides:
//!
//! * *open*: a task that is not settled, cancelled or refunded; an assignment from which something
//!   is still expected.
//! * *escrow*: what is held from the requester for one task, under [`HoldReason::TaskEscrow`].
//! * *undecided*: a fault that is nobody's yet, see scenario 4.
//! * *agenda*: the deadlines, keyed by block.
//!
//! ## Scenarios
//!
//! 1. *It goes well.* [`Pallet::submit`] takes the fee, holds the budget, extends the history and
//!    queues the task. Matching calls [`aicpw_primitives::traits::TaskBoard::assign`]: the price is fixed and the provider's
//!    stake locked. The provider's worker calls `start`, `report_progress`, `commit_result` and
//!    `reveal_result`. In `expected` the right root settles in the block of the reveal; in
//!    `optimistic` the end of the window does, or the requester's [`Pallet::accept`]. The provider
//!    gets the price less the protocol fee, the requester the rest of the budget; the locks stay
//!    until the retrieval window ends. The requester rates the provider once.
//! 2. *The provider falls silent.* No start, progress or commit in time, or a failure of the
//!    provider's own machine: the agenda, or the worker's `fail`, ends the assignment, the requester gets a share of the collateral, the device cools down, and
//!    the task goes to the head of the queue, for other providers only. After
//!    [`Config::MaxAttempts`] the requester gets the whole escrow back.
//! 3. *The provider does not open its commitment.* As 2, but it loses everything that is locked.
//! 4. *It may be the requester's fault.* A worker reports that an input is not there, that the
//!    program does not compile, that it crashes, that the time limit is too short; or its root is not the expected
//!    one. Nobody is slashed at first: the task goes to another provider, and the first one's locks
//!    stay. If the other succeeds, the first was wrong and pays. If the other says the same, the
//!    task ends and the requester pays a base fee to both. If it stays open, nobody pays.
//! 5. *Nobody fits.* Matching parks the task with the reason and wakes it when something changes;
//!    when the match window ends the requester gets the whole escrow back.
//! 6. *The requester changes its mind*, before a device was found: [`Pallet::cancel`].
//! 7. *The task is sealed.* What is on IPFS is ciphertext. After the match the requester seals the
//!    data key to the provider ([`Pallet::grant_key`]); with that the start window opens. A key that
//!    does not fit is a fault as in 4. No key within the key window ends the task: the provider has
//!    kept its device free, and the requester pays it the base fee; and likewise those that have
//!    said before that the key does not fit.
//!
//! ## Properties
//!
//! * The sum of a requester's holds is the sum of the escrows of its open tasks, always.
//! * The escrow of an active task covers the price of its assignment.
//! * Nobody has to call anything for a task to end: every open state has a deadline in the agenda.
//! * Lateness is judged by the deadline: once it has passed no call is accepted, whenever the agenda
//!   comes to serve it. A deadline is the last block in which a thing is still accepted.
//! * The agenda takes any number of deadlines for a block, serves at most [`Config::AgendaWeight`]
//!   of them in each, and goes on in the next.
//! * A worker call that was authorised does not fail in its dispatch.
//! * Nobody starts a sealed task before its key was granted.
//! * Final tasks stay readable for [`Config::RetentionPeriod`] and are then removed; the history's
//!   head, and the events, stay.
//!
//! All times go by [`Config::BlockNumberProvider`]: one that stands still while the market is paused
//! freezes every deadline.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

extern crate alloc;

mod agenda;
mod authorize;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod board;
mod census;
mod dispatchables;
mod failure;
mod lifecycle;
#[cfg(test)]
mod mock;
mod offchain;
mod settlement;
#[cfg(test)]
mod tests;
mod try_state;
pub mod types;
mod views;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::{queue_task, BenchmarkHelper};
pub use lifecycle::LongestObligation;
pub use pallet::*;
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
    use aicpw_primitives::{
        traits::{DevicePool, MarketSwitch, MatchQueue, Reputations},
        worker_key::WorkerProof,
    };
    use aicpw_protocol::{
        commitment::ResultOpening,
        sealing::Envelope,
        task::{FailureMessage, Fault, Progress, Refunded, Submission, Unmatched},
        view::TaskCensus,
        AskPrice, AssignmentId, Balance, BlockNumber, ContentId, DeviceId, Hash, TaskId,
    };
    use frame_support::{
        pallet_prelude::*,
        traits::{
            fungible::{Inspect, Mutate, MutateHold},
            UnixTime,
        },
    };
    use frame_system::{offchain::CreateAuthorizedTransaction, pallet_prelude::*};
    use sp_runtime::{traits::BlockNumberProvider, Perbill};

    use crate::{
        types::{Assignment, Deadline, History, Slot, Task},
        weights::WeightInfo,
    };

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// Requires `frame_system::AuthorizeCall` in the runtime's transaction extensions.
    #[pallet::config]
    pub trait Config: frame_system::Config + CreateAuthorizedTransaction<Call<Self>> {
        /// The runtime's hold reason.
        type RuntimeHoldReason: From<HoldReason>;

        /// $AICP.
        type NativeBalance: Inspect<Self::AccountId, Balance = Balance>
            + Mutate<Self::AccountId>
            + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The clock of all deadlines.
        type BlockNumberProvider: BlockNumberProvider<BlockNumber = BlockNumber>;

        /// While it is closed no task is taken.
        type Market: MarketSwitch;

        /// The time that goes into the history.
        type Time: UnixTime;

        /// Providers, devices and stakes.
        type DevicePool: DevicePool<Self::AccountId>;

        /// Reputation of providers.
        type Reputations: Reputations<Self::AccountId>;

        /// The queue of tasks that wait for a device.
        type MatchQueue: MatchQueue;

        /// Who gets submission fees and protocol fees: the treasury.
        type FeeDestination: Get<Self::AccountId>;

        /// Nominal time between blocks, in milliseconds.
        #[pallet::constant]
        type BlockTime: Get<u64>;

        /// Fee for a submission. Never refunded: it pays for the weight of the task's whole life,
        /// worker calls included.
        #[pallet::constant]
        type SubmissionFee: Get<Balance>;

        /// Lowest budget.
        #[pallet::constant]
        type MinBudget: Get<Balance>;

        /// Lowest ask that a device can have, per TFLOPS-hour. A budget that does not pay it could
        /// never be matched and is refused.
        #[pallet::constant]
        type MinAsk: Get<AskPrice>;

        /// Longest time limit, in milliseconds.
        #[pallet::constant]
        type MaxTimeLimit: Get<u64>;

        /// Shortest match window, in milliseconds.
        #[pallet::constant]
        type MinMatchWindow: Get<u64>;

        /// Longest match window, in milliseconds.
        #[pallet::constant]
        type MaxMatchWindow: Get<u64>;

        /// Shortest window of `optimistic`, in milliseconds.
        #[pallet::constant]
        type MinOptimisticWindow: Get<u64>;

        /// Longest window of `optimistic`, in milliseconds.
        #[pallet::constant]
        type MaxOptimisticWindow: Get<u64>;

        /// Blocks from the match of a sealed task to `grant_key`.
        #[pallet::constant]
        type KeyWindow: Get<BlockNumber>;

        /// Blocks from the match, or of a sealed task from the grant of its key, to `start`: inputs
        /// are fetched and checked in them.
        #[pallet::constant]
        type StartWindow: Get<BlockNumber>;

        /// Blocks from one progress report to the next.
        #[pallet::constant]
        type ProgressWindow: Get<BlockNumber>;

        /// Blocks from the commit to the reveal: the commit has to become final in them.
        #[pallet::constant]
        type RevealWindow: Get<BlockNumber>;

        /// Blocks for which the provider's locks stay after the settlement, so that the result can be
        /// fetched.
        #[pallet::constant]
        type RetrievalWindow: Get<BlockNumber>;

        /// Most blocks for which a task whose assignment failed waits for another device.
        #[pallet::constant]
        type RematchWindow: Get<BlockNumber>;

        /// Blocks for which a final task stays readable.
        #[pallet::constant]
        type RetentionPeriod: Get<BlockNumber>;

        /// Fewest blocks between two progress reports.
        #[pallet::constant]
        type MinProgressInterval: Get<BlockNumber>;

        /// Most progress reports for one assignment, even the longest.
        #[pallet::constant]
        type MaxProgressReports: Get<u32>;

        /// Attempts at a task before it is refunded.
        #[pallet::constant]
        type MaxAttempts: Get<u8>;

        /// The protocol's share of the price.
        #[pallet::constant]
        type ProtocolFee: Get<Perbill>;

        /// See `share` of [`aicpw_protocol::pricing::collateral`].
        #[pallet::constant]
        type CollateralShare: Get<Perbill>;

        /// See `minimum` of [`aicpw_protocol::pricing::collateral`].
        #[pallet::constant]
        type MinCollateralBase: Get<Balance>;

        /// The share of results in `optimistic` that is audited, from which the fraud bond follows.
        /// Never zero.
        #[pallet::constant]
        type AuditRate: Get<Perbill>;

        /// What the requester pays to each provider that found the same fault in its task; less if
        /// the escrow does not cover it.
        #[pallet::constant]
        type BaseFee: Get<Balance>;

        /// Weight that the agenda may use in each block: its guaranteed share, and its bound.
        #[pallet::constant]
        type AgendaWeight: Get<Weight>;

        /// Deadlines in a page of the agenda.
        #[pallet::constant]
        type PageCapacity: Get<u32> + 'static;

        /// Weights of calls, authorisations and the steps of the agenda.
        type WeightInfo: WeightInfo;

        /// What benchmarks need of the other pallets.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: crate::BenchmarkHelper<Self::AccountId>;
    }

    /// Why this pallet holds funds.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The budget of open tasks.
        TaskEscrow,
    }

    /// Open tasks, and final ones that are still readable.
    #[pallet::storage]
    pub type Tasks<T: Config> = StorageMap<_, Twox64Concat, TaskId, Task<T::AccountId>>;

    /// The tasks of a requester: those in [`Tasks`].
    #[pallet::storage]
    pub type TasksOf<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, TaskId, ()>;

    /// All assignments of the tasks in [`Tasks`].
    #[pallet::storage]
    pub type Assignments<T: Config> =
        StorageMap<_, Twox64Concat, AssignmentId, Assignment<T::AccountId>>;

    /// The data keys of sealed tasks, sealed to the providers of their assignments.
    #[pallet::storage]
    pub type Envelopes<T: Config> = StorageMap<_, Twox64Concat, AssignmentId, Envelope>;

    /// The hash chain over submissions.
    #[pallet::storage]
    pub type Submissions<T: Config> = StorageValue<_, History, ValueQuery>;

    /// How many tasks there are, by state.
    // Read and written once in a block, whatever happens in it: `on_initialize` pays for both.
    #[pallet::storage]
    #[pallet::whitelist_storage]
    pub type Census<T: Config> = StorageValue<_, TaskCensus, ValueQuery>;

    /// Deadlines by the block in which they are served.
    #[pallet::storage]
    pub type Agenda<T: Config> = StorageMap<_, Twox64Concat, BlockNumber, Slot<T::PageCapacity>>;

    /// Full pages of the agenda, by block and from zero.
    #[pallet::storage]
    pub type AgendaPages<T: Config> = StorageDoubleMap<
        _,
        Twox64Concat,
        BlockNumber,
        Twox64Concat,
        u32,
        BoundedVec<Deadline, T::PageCapacity>,
    >;

    /// The first block whose deadlines are not all served.
    #[pallet::storage]
    pub type AgendaCursor<T: Config> = StorageValue<_, BlockNumber, ValueQuery>;

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A task was submitted and its budget is held.
        TaskSubmitted {
            /// The task: its number in the history.
            task: TaskId,
            /// Who submitted it.
            requester: T::AccountId,
            /// Its manifest.
            manifest: ContentId,
            /// [`aicpw_protocol::history::task_hash`] of what was submitted.
            task_hash: Hash,
            /// The chain's time, in milliseconds since the Unix epoch.
            timestamp: u64,
            /// The head of the history after it.
            history_head: Hash,
        },
        /// A device was found.
        TaskMatched {
            /// The assignment.
            assignment: AssignmentId,
            /// Who answers for the device.
            provider: T::AccountId,
            /// The device.
            device: DeviceId,
            /// What the requester will pay for it.
            price: Balance,
            /// Last block for what comes next: `start`, or of a sealed task `grant_key`.
            next_by: BlockNumber,
        },
        /// The requester of a sealed task granted its data key: it is readable for the provider.
        KeyGranted {
            /// The assignment.
            assignment: AssignmentId,
            /// Last block for `start`.
            start_by: BlockNumber,
        },
        /// No device fits now.
        TaskParked {
            /// The task.
            task: TaskId,
            /// Why.
            reason: Unmatched,
        },
        /// A parked task is in the queue again.
        TaskWoken {
            /// The task.
            task: TaskId,
        },
        /// The job runs.
        TaskStarted {
            /// The assignment.
            assignment: AssignmentId,
            /// Last block for the commit.
            commit_by: BlockNumber,
        },
        /// The job is this far.
        ProgressReported {
            /// The assignment.
            assignment: AssignmentId,
            /// How far.
            progress: Progress,
        },
        /// The job is done; its result is committed to, and hidden.
        ResultCommitted {
            /// The assignment.
            assignment: AssignmentId,
            /// The commitment.
            commitment: Hash,
            /// Last block for the reveal.
            reveal_by: BlockNumber,
        },
        /// The commitment was opened.
        ResultRevealed {
            /// The assignment.
            assignment: AssignmentId,
            /// The result root.
            result_root: Hash,
            /// Where the result is.
            result: ContentId,
        },
        /// The provider was paid; the rest of the budget went back.
        TaskSettled {
            /// The task.
            task: TaskId,
            /// Whose result it is.
            assignment: AssignmentId,
            /// What the requester paid, fee included.
            paid: Balance,
            /// The protocol's part of it.
            fee: Balance,
            /// What went back to the requester.
            refunded: Balance,
        },
        /// An assignment ended without pay.
        AssignmentFailed {
            /// The assignment.
            assignment: AssignmentId,
            /// Its provider.
            provider: T::AccountId,
            /// Why.
            fault: Fault,
            /// What the requester got of the provider's stake, now.
            slashed: Balance,
            /// The worker's log on IPFS.
            log: Option<ContentId>,
            /// The worker's message.
            message: FailureMessage,
        },
        /// A fault that was undecided turned out to be the provider's.
        FaultDecided {
            /// The assignment that had it.
            assignment: AssignmentId,
            /// What the treasury got of the provider's stake.
            slashed: Balance,
        },
        /// The requester paid a provider that found a fault in the task.
        BaseFeePaid {
            /// The assignment that had it.
            assignment: AssignmentId,
            /// The provider.
            provider: T::AccountId,
            /// How much.
            amount: Balance,
        },
        /// The task waits for another device, at the head of the queue.
        TaskRequeued {
            /// The task.
            task: TaskId,
            /// Attempts left.
            attempts_left: u8,
            /// When that match window ends.
            match_by: BlockNumber,
        },
        /// The task ended without a result.
        TaskRefunded {
            /// The task.
            task: TaskId,
            /// Why.
            reason: Refunded,
            /// What went back to the requester.
            refunded: Balance,
        },
        /// The requester cancelled the task.
        TaskCancelled {
            /// The task.
            task: TaskId,
            /// What went back to the requester.
            refunded: Balance,
        },
        /// The requester rated the provider of a settled task.
        TaskRated {
            /// The task.
            task: TaskId,
            /// Its provider.
            provider: T::AccountId,
            /// One to five.
            stars: u8,
        },
        /// What was locked on the provider's stake for an assignment is free.
        LocksReleased {
            /// The assignment.
            assignment: AssignmentId,
        },
    }

    /// Why a call failed. Worker calls that cannot succeed are refused before they get into a
    /// block, with a [`crate::types::Refusal`].
    #[pallet::error]
    pub enum Error<T> {
        /// The market is paused: no task is taken until it goes on.
        MarketPaused,
        /// The manifest's CID is not a CIDv1.
        BadManifestCid,
        /// `needs.gflops` is zero.
        NoComputingPower,
        /// `needs.min_reputation` is higher than any reputation.
        ReputationOutOfRange,
        /// `time_limit` is zero.
        ZeroTimeLimit,
        /// `time_limit` is longer than `MaxTimeLimit`.
        TimeLimitTooLong,
        /// `budget` is lower than `MinBudget`.
        BudgetTooLow,
        /// `budget` does not pay `needs.gflops` for `time_limit` at `MinAsk`, the lowest ask there
        /// can be.
        BudgetBelowLowestAsk,
        /// `match_window` is not between `MinMatchWindow` and `MaxMatchWindow`.
        MatchWindowOutOfRange,
        /// `verification.window` is not between `MinOptimisticWindow` and `MaxOptimisticWindow`.
        OptimisticWindowOutOfRange,
        /// This verification mode is not supported yet: use `expected` or `optimistic`.
        ModeNotSupported,
        /// One of `peers` is empty.
        EmptyPeerAddress,
        /// The assignment does not wait for a data key: it has one, its task is public, or it has
        /// ended.
        NotAwaitingKey,
        /// The key window has ended.
        KeyWindowEnded,
        /// The envelope is sealed to another key than the assignment's recipient.
        WrongRecipient,
        /// The account cannot pay the submission fee and the budget.
        CannotPay,
        /// No such task: it was never submitted, or ended long ago.
        UnknownTask,
        /// Only the requester of the task can do this.
        NotRequester,
        /// The task does not wait for a device: it is on one, or has ended.
        NotWaiting,
        /// There is no result that waits for the end of its window.
        NotVerifying,
        /// The task is not settled.
        NotSettled,
        /// The task was rated.
        AlreadyRated,
        /// A rating is one to five.
        RatingOutOfRange,
        /// The assignment is not in the state for this call.
        NotInState,
        /// The price is higher than what is held for the task.
        TooExpensive,
        /// The provider is the requester, or was on the task.
        NotIndependent,
        /// A state cannot be reached from the one before. Never happens.
        InvalidTransition,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(_: BlockNumberFor<T>) -> Weight {
            let census = T::DbWeight::get().reads_writes(1, 1);
            Self::serve_agenda(T::AgendaWeight::get()).saturating_add(census)
        }

        fn offchain_worker(_: BlockNumberFor<T>) {
            Self::run_worker();
        }

        fn integrity_test() {
            if let Err(rule) = Self::check_config() {
                panic!("{rule}");
            }
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Submits a task.
        ///
        /// Origin: signed, the requester. Takes `SubmissionFee`, holds the budget, extends the
        /// history and queues the task. Errors: `MarketPaused`; one for each field of `submission`; `CannotPay`.
        /// Emits `TaskSubmitted`. Cost: constant.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::submit())]
        pub fn submit(origin: OriginFor<T>, submission: Submission) -> DispatchResult {
            let requester = ensure_signed(origin)?;
            Self::do_submit(requester, submission)
        }

        /// Cancels a task that waits for a device.
        ///
        /// Origin: signed, the requester. The whole escrow goes back. Errors: `UnknownTask`,
        /// `NotRequester`, `NotWaiting`. Emits `TaskCancelled`. Cost: that of `MaxAttempts`
        /// assignments.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::cancel())]
        pub fn cancel(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
            let requester = ensure_signed(origin)?;
            Self::do_cancel(&requester, task)
        }

        /// Accepts a result before its window ends: settles at once.
        ///
        /// Origin: signed, the requester. Errors: `UnknownTask`, `NotRequester`, `NotVerifying`.
        /// Emits `TaskSettled`. Cost: that of a settlement.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::accept())]
        pub fn accept(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
            let requester = ensure_signed(origin)?;
            Self::do_accept(&requester, task)
        }

        /// Rates the provider of a settled task, one to five, once.
        ///
        /// Origin: signed, the requester. Errors: `UnknownTask`, `NotRequester`, `NotSettled`,
        /// `AlreadyRated`, `RatingOutOfRange`. Emits `TaskRated`. Cost: constant.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::rate())]
        pub fn rate(origin: OriginFor<T>, task: TaskId, stars: u8) -> DispatchResult {
            let requester = ensure_signed(origin)?;
            Self::do_rate(&requester, task, stars)
        }

        /// Inputs are there and checked; the job starts.
        ///
        /// Origin: authorised by the device's worker key, while the assignment is `Assigned` and in
        /// time. Emits `TaskStarted`. Free.
        #[pallet::call_index(4)]
        #[pallet::weight((T::WeightInfo::start(), DispatchClass::Operational))]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_start())]
        #[pallet::authorize(Self::authorize_start)]
        pub fn start(
            origin: OriginFor<T>,
            assignment: AssignmentId,
            _proof: WorkerProof,
        ) -> DispatchResult {
            ensure_authorized(origin)?;
            Self::do_start(assignment)
        }

        /// The job goes on.
        ///
        /// Origin: authorised by the device's worker key, while the assignment is `Running` and in
        /// time, not sooner after the last report than `Pallet::progress_interval`, and not behind
        /// it. Emits `ProgressReported`. Free.
        #[pallet::call_index(5)]
        #[pallet::weight((T::WeightInfo::report_progress(), DispatchClass::Operational))]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_report_progress())]
        #[pallet::authorize(Self::authorize_report_progress)]
        pub fn report_progress(
            origin: OriginFor<T>,
            assignment: AssignmentId,
            progress: Progress,
            _proof: WorkerProof,
        ) -> DispatchResult {
            ensure_authorized(origin)?;
            Self::do_report_progress(assignment, progress)
        }

        /// The job is done: binds the worker to its result without showing it, and frees the
        /// device's slot.
        ///
        /// Origin: authorised by the device's worker key, while the assignment is `Running` and in
        /// time. Emits `ResultCommitted`. Free.
        #[pallet::call_index(6)]
        #[pallet::weight((T::WeightInfo::commit_result(), DispatchClass::Operational))]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_commit_result())]
        #[pallet::authorize(Self::authorize_commit_result)]
        pub fn commit_result(
            origin: OriginFor<T>,
            assignment: AssignmentId,
            commitment: Hash,
            _proof: WorkerProof,
        ) -> DispatchResult {
            ensure_authorized(origin)?;
            Self::do_commit_result(assignment, commitment)
        }

        /// Opens the commitment. In `expected` the task is settled, or the assignment fails, at
        /// once; in `optimistic` the window opens.
        ///
        /// Origin: authorised by the device's worker key, while the assignment is `Committed`, in
        /// time, and to this opening. Emits `ResultRevealed`, and what follows from it. Free.
        #[pallet::call_index(7)]
        #[pallet::weight((T::WeightInfo::reveal_result(), DispatchClass::Operational))]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_reveal_result())]
        #[pallet::authorize(Self::authorize_reveal_result)]
        pub fn reveal_result(
            origin: OriginFor<T>,
            assignment: AssignmentId,
            opening: ResultOpening,
            _proof: WorkerProof,
        ) -> DispatchResult {
            ensure_authorized(origin)?;
            Self::do_reveal_result(assignment, opening)
        }

        /// The job cannot be done.
        ///
        /// Origin: authorised by the device's worker key, while the assignment is `Assigned` or
        /// `Running` and in time, with a fault that workers report. Emits `AssignmentFailed`, and
        /// what follows from it. Free.
        #[pallet::call_index(8)]
        #[pallet::weight((T::WeightInfo::fail(), DispatchClass::Operational))]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_fail())]
        #[pallet::authorize(Self::authorize_fail)]
        pub fn fail(
            origin: OriginFor<T>,
            assignment: AssignmentId,
            fault: Fault,
            log: Option<ContentId>,
            message: FailureMessage,
            _proof: WorkerProof,
        ) -> DispatchResult {
            ensure_authorized(origin)?;
            Self::do_fail(assignment, fault, log, message)
        }

        /// Grants the data key of a sealed task to the provider of an assignment: opens its start
        /// window.
        ///
        /// Origin: signed, the requester. What is in the envelope is for the provider to judge: a
        /// key that does not fit is a fault. Errors: `UnknownTask`, `NotRequester`,
        /// `NotAwaitingKey`, `KeyWindowEnded`, `WrongRecipient`. Emits `KeyGranted`. Cost: constant.
        #[pallet::call_index(9)]
        #[pallet::weight(T::WeightInfo::grant_key())]
        pub fn grant_key(
            origin: OriginFor<T>,
            assignment: AssignmentId,
            envelope: Envelope,
        ) -> DispatchResult {
            let requester = ensure_signed(origin)?;
            Self::do_grant_key(&requester, assignment, envelope)
        }
    }
}
