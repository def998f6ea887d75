//! # Tasks
//!
//! The tasks that requesters pay for: escrow, history, the life of assignments, settlement and refund.
//!
//! Terms, scenarios and properties are on `docs/pallets/tasks.md`, which these docs include. A test of the runtime
//! compares its tables with the metadata.
//!
//! All times go by [`Config::BlockNumberProvider`]. The runtime provides a clock that stands still while the market is
//! paused: this freezes every deadline.
#![cfg_attr(doc, doc = include_str!("../../../docs/pallets/tasks.md"))]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

extern crate alloc;

mod agenda;
mod audit_pot;
mod audits;
mod authorize;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod board;
mod census;
mod charge;
mod claims;
mod contested;
mod dispatchables;
mod errors;
mod events;
mod failure;
mod lifecycle;
mod lines;
#[cfg(test)]
mod mock;
mod offchain;
mod replicas;
mod seats;
mod settlement;
#[cfg(test)]
mod tests;
mod trace;
mod try_state;
pub mod types;
mod views;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::{
    make_public, queue_task, settled_assignment, share_slots, verifying_task, BenchmarkHelper,
};
pub use lifecycle::LongestObligation;
pub use pallet::*;
pub use weights::WeightInfo;

use frame_support::pallet_macros::import_section;

#[import_section(events::events)]
#[import_section(errors::errors)]
#[frame_support::pallet]
pub mod pallet {
    use aicpw_primitives::{
        traits::{DevicePool, DrawRandomness, Escalation, MarketSwitch, MatchQueue, Reputations},
        worker_key::WorkerProof,
    };
    use aicpw_protocol::{
        audit::AuditPolicy,
        commitment::ResultOpening,
        sealing::Envelope,
        task::{FailureMessage, Fault, Progress, Refunded, Submission, Unmatched},
        trace::TraceOpening,
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
        types::{Assignment, Audit, Claim, Deadline, Debt, History, Jury, NewestFirst, Slot, Task},
        weights::WeightInfo,
    };

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// The configuration of the pallet. The runtime's transaction extensions must include
    /// `frame_system::AuthorizeCall`.
    #[pallet::config]
    pub trait Config: frame_system::Config + CreateAuthorizedTransaction<Call<Self>> {
        /// The runtime's hold reason.
        type RuntimeHoldReason: From<HoldReason>;

        /// The balances in $AICP.
        type NativeBalance: Inspect<Self::AccountId, Balance = Balance>
            + Mutate<Self::AccountId>
            + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The clock by which all deadlines go.
        type BlockNumberProvider: BlockNumberProvider<BlockNumber = BlockNumber>;

        /// The market's switch. While the market is not open, no task is accepted.
        type Market: MarketSwitch;

        /// The clock for the timestamps in the history.
        type Time: UnixTime;

        /// Providers, devices and stakes.
        type DevicePool: DevicePool<Self::AccountId>;

        /// Reputation of providers.
        type Reputations: Reputations<Self::AccountId>;

        /// The queue of tasks that wait for a device.
        type MatchQueue: MatchQueue;

        /// The randomness for draws: of providers that have to be independent, and of audits.
        type DrawRandomness: DrawRandomness;

        /// Decides which result is right if the replicas find no majority, or an auditor finds another root.
        type Escalation: Escalation;

        /// The account that gets submission fees and protocol fees: the treasury.
        type FeeDestination: Get<Self::AccountId>;

        /// Nominal time between blocks, in milliseconds.
        #[pallet::constant]
        type BlockTime: Get<u64>;

        /// The fee for a submission, per replica. It is never refunded, because it pays for the weight of the task's
        /// whole life, worker calls included. Progress reports cost extra, see [`Pallet::submission_fee`].
        #[pallet::constant]
        type SubmissionFee: Get<Balance>;

        /// The lowest budget of a task.
        #[pallet::constant]
        type MinBudget: Get<Balance>;

        /// The lowest ask that can be set, per TFLOPS-hour. A budget that does not pay this ask is refused: it could be
        /// matched only to a device whose ask was set before this value was raised.
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

        /// Blocks from the match to `start`; for a sealed task, from the grant of its key to `start`. In this window
        /// the provider fetches and checks the inputs.
        #[pallet::constant]
        type StartWindow: Get<BlockNumber>;

        /// Blocks from one progress report to the next.
        #[pallet::constant]
        type ProgressWindow: Get<BlockNumber>;

        /// Blocks in which a commitment can be opened, counted from the commit; or from the opening of the reveals, if
        /// others have to commit first or an audit has to be decided. The commit has to become final in this window.
        #[pallet::constant]
        type RevealWindow: Get<BlockNumber>;

        /// Blocks after the settlement for which the provider's stake stays locked, so that the result can be fetched.
        #[pallet::constant]
        type RetrievalWindow: Get<BlockNumber>;

        /// Most blocks for which a task waits for another device after an assignment of it has failed.
        #[pallet::constant]
        type RematchWindow: Get<BlockNumber>;

        /// Blocks for which a final task stays readable.
        #[pallet::constant]
        type RetentionPeriod: Get<BlockNumber>;

        /// Fewest blocks between two progress reports.
        #[pallet::constant]
        type MinProgressInterval: Get<BlockNumber>;

        /// Most progress reports for one assignment, however long its time limit is.
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

        /// The audit rate and the fraud bond of results that the chain cannot verify by itself.
        #[pallet::constant]
        type AuditPolicy: Get<AuditPolicy>;

        /// The pot: requesters pay audit costs into it, and auditors are paid out of it. The account must exist, with
        /// at least the existential deposit, before the first payment.
        #[pallet::constant]
        type AuditPot: Get<Self::AccountId>;

        /// What the requester pays to each provider that found the same fault in its task, or was on the task when it
        /// ended without a result. It is never more than the provider's price, and less if the escrow does not cover
        /// it.
        #[pallet::constant]
        type BaseFee: Get<Balance>;

        /// The weight that the agenda may use at the beginning of each block, however full the block is. `on_idle` adds
        /// what the block has left.
        #[pallet::constant]
        type AgendaWeight: Get<Weight>;

        /// The number of deadlines in a page of the agenda.
        #[pallet::constant]
        type PageCapacity: Get<u32> + 'static;

        /// Weights of calls, authorisations and the steps of the agenda.
        type WeightInfo: WeightInfo;

        /// What the benchmarks need from the other pallets.
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

    /// The tasks of each requester that are in [`Tasks`]. The keys are ordered so that the newest task comes first: one
    /// page can be read without the others.
    #[pallet::storage]
    pub type SubmittedBy<T: Config> = StorageDoubleMap<
        _,
        Blake2_128Concat,
        T::AccountId,
        // Requesters cannot choose this key, so it needs no hash.
        Identity,
        NewestFirst,
        TaskId,
    >;

    /// The tasks of each requester that were submitted before [`SubmittedBy`] existed, in no order. Nothing is added to
    /// this map. It is empty when the last of these tasks has been removed.
    // RELEASE-1: remove when release 3 is main
    #[pallet::storage]
    pub type TasksOf<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, TaskId, ()>;

    /// All assignments of the tasks in [`Tasks`].
    #[pallet::storage]
    pub type Assignments<T: Config> =
        StorageMap<_, Twox64Concat, AssignmentId, Assignment<T::AccountId>>;

    /// The data keys of sealed tasks, each sealed to the provider of an assignment.
    #[pallet::storage]
    pub type Envelopes<T: Config> = StorageMap<_, Twox64Concat, AssignmentId, Envelope>;

    /// The juries of disputed tasks and of unavailable claims.
    #[pallet::storage]
    pub type Juries<T: Config> = StorageMap<_, Twox64Concat, TaskId, Jury<T::AccountId>>;

    /// The unavailable claims that are not decided.
    #[pallet::storage]
    pub type Claims<T: Config> = StorageMap<_, Twox64Concat, TaskId, Claim>;

    /// How many unavailable claims were made about each task. Kept as long as the task can be read.
    #[pallet::storage]
    pub type ClaimsMade<T> = StorageMap<_, Twox64Concat, TaskId, u8, ValueQuery>;

    /// The audit of the newest results of each task. Kept as long as the task can be read.
    #[pallet::storage]
    pub type Audits<T: Config> = StorageMap<_, Twox64Concat, TaskId, Audit>;

    /// What auditors have earned and have not been paid yet, oldest first.
    #[pallet::storage]
    pub type AuditDebts<T: Config> = StorageMap<_, Twox64Concat, u64, Debt<T::AccountId>>;

    /// What was paid into the pot and out of it, and what auditors are owed.
    #[pallet::storage]
    pub type AuditBook<T: Config> = StorageValue<_, crate::types::AuditBook, ValueQuery>;

    /// The hash chain over submissions.
    // Whitelisted like `Census`.
    #[pallet::storage]
    #[pallet::whitelist_storage]
    pub type Submissions<T: Config> = StorageValue<_, History, ValueQuery>;

    /// How many tasks there are, by state.
    // Read and written once per block, whatever happens in it. `on_initialize` pays for both.
    #[pallet::storage]
    #[pallet::whitelist_storage]
    pub type Census<T: Config> = StorageValue<_, TaskCensus, ValueQuery>;

    /// The deadlines of the prompt line, by the block in which they are due.
    #[pallet::storage]
    pub type Agenda<T: Config> = StorageMap<_, Twox64Concat, BlockNumber, Slot<T::PageCapacity>>;

    /// Full pages of the agenda, by block and page number. Pages are counted from zero.
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
    // Whitelisted like `Census`.
    #[pallet::storage]
    #[pallet::whitelist_storage]
    pub type AgendaCursor<T: Config> = StorageValue<_, BlockNumber, ValueQuery>;

    /// The deadlines that are served after those of [`Agenda`], by block: the ends of the match windows of replicas,
    /// and the removal of final tasks. For tasks that were submitted before this map existed, they are in [`Agenda`].
    // RELEASE-1: remove when release 3 is main (the last sentence)
    #[pallet::storage]
    pub type PatientAgenda<T: Config> =
        StorageMap<_, Twox64Concat, BlockNumber, Slot<T::PageCapacity>>;

    /// Full pages of [`PatientAgenda`], by block and page number. Pages are counted from zero.
    #[pallet::storage]
    pub type PatientPages<T: Config> = StorageDoubleMap<
        _,
        Twox64Concat,
        BlockNumber,
        Twox64Concat,
        u32,
        BoundedVec<Deadline, T::PageCapacity>,
    >;

    /// The first block whose deadlines in [`PatientAgenda`] are not all served; `None` before the patient line is first
    /// served.
    // Whitelisted like `Census`.
    #[pallet::storage]
    #[pallet::whitelist_storage]
    pub type PatientCursor<T: Config> = StorageValue<_, BlockNumber>;

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(_: BlockNumberFor<T>) -> Weight {
            if T::Market::is_migrating() {
                return T::DbWeight::get().reads(2);
            }
            // Read and written once per block, whatever happens in it: the census, the history, the two cursors of the
            // agenda and the fee account (5). Only read: whether a migration is under way, and whether one has failed
            // (2). All matches and payments put their deadlines into four slots of the agenda; for each slot a page may
            // be put aside.
            let beside = T::DbWeight::get().reads_writes(7 + 4, 5 + 2 * 4);
            Self::serve_agenda(T::AgendaWeight::get()).saturating_add(beside)
        }

        /// Continues with the deadlines that are due, if the beginning of the block did not have enough weight for all
        /// of them. Half of what the prompt deadlines leave stays for other pallets.
        fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
            // The beginning of the block has paid for what is read and written besides the deadlines.
            if T::Market::is_migrating() {
                return Weight::zero();
            }
            Self::serve_agenda_at_end(remaining)
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
        /// Origin: signed, the requester. Takes [`Pallet::submission_fee`], holds the budget, extends the history and
        /// queues the task. Errors: `MarketPaused`; one for each field of `submission`; `CannotPay`. Emits
        /// `TaskSubmitted`. Cost: constant.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::submit())]
        pub fn submit(origin: OriginFor<T>, submission: Submission) -> DispatchResult {
            let requester = ensure_signed(origin)?;
            Self::do_submit(requester, submission)
        }

        /// Cancels a task that waits for a device. This is refused if an earlier assignment has ended with a fault that
        /// nobody is blamed for yet.
        ///
        /// Origin: signed, the requester. The whole escrow goes back to the requester. Errors: `UnknownTask`,
        /// `NotRequester`, `NotWaiting`, `FaultUndecided`. Emits `TaskCancelled`. Cost: grows with the number of
        /// assignments that the task has had.
        #[pallet::call_index(1)]
        #[pallet::weight(Pallet::<T>::weight_with_most(T::WeightInfo::cancel))]
        pub fn cancel(origin: OriginFor<T>, task: TaskId) -> DispatchResultWithPostInfo {
            let requester = ensure_signed(origin)?;
            let n = Self::assignments_of(task);
            Self::do_cancel(&requester, task)?;
            Ok(Some(Self::weight_with(T::WeightInfo::cancel, n)).into())
        }

        /// Accepts a result before its window ends. The task is settled at once.
        ///
        /// Origin: signed, the requester. Errors: `UnknownTask`, `NotRequester`, `NotVerifying`. Emits `ProviderPaid`,
        /// `TaskSettled`. Cost: grows with the number of assignments that the task has had.
        #[pallet::call_index(2)]
        #[pallet::weight(Pallet::<T>::weight_with_most(T::WeightInfo::accept))]
        pub fn accept(origin: OriginFor<T>, task: TaskId) -> DispatchResultWithPostInfo {
            let requester = ensure_signed(origin)?;
            let n = Self::assignments_of(task);
            let only = Self::only_assignment(task).map(|id| (id, Self::notes_of(id)));
            Self::do_accept(&requester, task)?;
            let weight = match only {
                Some((id, before)) => {
                    Self::weight_of_payment(T::WeightInfo::accept_only(), id, before)
                }
                None => Self::weight_with(T::WeightInfo::accept, n),
            };
            Ok(Some(weight).into())
        }

        /// Rates the providers that were paid for a settled task with one to five stars. This can be done once.
        ///
        /// Origin: signed, the requester. Errors: `UnknownTask`, `NotRequester`, `NotSettled`, `AlreadyRated`,
        /// `RatingOutOfRange`. Emits `TaskRated` for each provider. Cost: grows with the number of assignments that the
        /// task has had.
        #[pallet::call_index(3)]
        #[pallet::weight(Pallet::<T>::weight_with_most(T::WeightInfo::rate))]
        pub fn rate(origin: OriginFor<T>, task: TaskId, stars: u8) -> DispatchResultWithPostInfo {
            let requester = ensure_signed(origin)?;
            let n = Self::assignments_of(task);
            Self::do_rate(&requester, task, stars)?;
            Ok(Some(Self::weight_with(T::WeightInfo::rate, n)).into())
        }

        /// Reports that the worker has the inputs and has checked them, and that the job starts.
        ///
        /// Origin: authorised by the device's worker key, while the assignment is `Assigned` and in time. Emits
        /// `TaskStarted`. Free.
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

        /// Reports the progress of the job.
        ///
        /// Origin: authorised by the device's worker key, while the assignment is `Running` and in time. The report
        /// must not follow the last one sooner than [`Pallet::report_limits`] allows, and must not report less
        /// progress. Emits `ProgressReported`. Free.
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

        /// Reports that the job is done. The worker is bound to its result without showing it, and the device's slot is
        /// freed.
        ///
        /// Origin: authorised by the device's worker key, while the assignment is `Running` and in time. Emits
        /// `ResultCommitted`. Free.
        #[pallet::call_index(6)]
        #[pallet::weight((Pallet::<T>::weight_with_most(T::WeightInfo::commit_result), DispatchClass::Operational))]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_commit_result())]
        #[pallet::authorize(Self::authorize_commit_result)]
        pub fn commit_result(
            origin: OriginFor<T>,
            assignment: AssignmentId,
            commitment: Hash,
            _proof: WorkerProof,
        ) -> DispatchResultWithPostInfo {
            ensure_authorized(origin)?;
            let n = Self::assignments_of(assignment.task);
            let before = Self::standing_of(assignment);
            Self::do_commit_result(assignment, commitment)?;
            Ok(Some(Self::weight_of_commit(assignment, n, before)).into())
        }

        /// Opens the commitment. In `expected`, this settles the task or fails the assignment at once. In `optimistic`,
        /// it opens the window, unless an auditor has found another root.
        ///
        /// Origin: authorised by the device's worker key, while the assignment is `Committed` and in time. The opening
        /// must fit the commitment. Emits `ResultRevealed`, and the events of what follows. Free.
        #[pallet::call_index(7)]
        #[pallet::weight((Pallet::<T>::weight_with_most(T::WeightInfo::reveal_result), DispatchClass::Operational))]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_reveal_result())]
        #[pallet::authorize(Self::authorize_reveal_result)]
        pub fn reveal_result(
            origin: OriginFor<T>,
            assignment: AssignmentId,
            opening: ResultOpening,
            _proof: WorkerProof,
        ) -> DispatchResultWithPostInfo {
            ensure_authorized(origin)?;
            let n = Self::assignments_of(assignment.task);
            let before = Self::notes_of(assignment);
            Self::do_reveal_result(assignment, opening)?;
            Ok(Some(Self::weight_of_reveal(assignment, n, before)).into())
        }

        /// Reports that the job cannot be done.
        ///
        /// Origin: authorised by the device's worker key, while the assignment is `AwaitingKey`, `Assigned` or
        /// `Running` and in time. The fault must be one that workers report. Emits `AssignmentFailed`, and the events
        /// of what follows. Free.
        #[pallet::call_index(8)]
        #[pallet::weight((Pallet::<T>::weight_with_most(T::WeightInfo::fail), DispatchClass::Operational))]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_fail())]
        #[pallet::authorize(Self::authorize_fail)]
        pub fn fail(
            origin: OriginFor<T>,
            assignment: AssignmentId,
            fault: Fault,
            log: Option<ContentId>,
            message: FailureMessage,
            _proof: WorkerProof,
        ) -> DispatchResultWithPostInfo {
            ensure_authorized(origin)?;
            let n = Self::assignments_of(assignment.task);
            Self::do_fail(assignment, fault, log, message)?;
            Ok(Some(Self::weight_with(T::WeightInfo::fail, n)).into())
        }

        /// Grants the data key of a sealed task to the provider of an assignment, and opens the start window of the
        /// assignment.
        ///
        /// Origin: signed, the requester. The chain cannot read the envelope. The provider checks the key, and reports
        /// a fault if it does not fit. Errors: `UnknownTask`, `NotRequester`, `NotAwaitingKey`, `KeyWindowEnded`,
        /// `WrongRecipient`. Emits `KeyGranted`. Cost: constant.
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

        /// Opens the trace of a disputed result: shows how many hashes the trace has, that it ends in the result, and
        /// where all its hashes can be fetched.
        ///
        /// Origin: authorised by the device's worker key, while the result is revealed and a dispute wants its trace.
        /// The opening must fit the trace commitment. Free.
        #[pallet::call_index(10)]
        #[pallet::weight((T::WeightInfo::open_trace(), DispatchClass::Operational))]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_open_trace())]
        #[pallet::authorize(Self::authorize_open_trace)]
        pub fn open_trace(
            origin: OriginFor<T>,
            assignment: AssignmentId,
            opening: TraceOpening,
            _proof: WorkerProof,
        ) -> DispatchResult {
            ensure_authorized(origin)?;
            Self::do_open_trace(assignment, opening)
        }

        /// Shows the work of a juror: the root of the trace of its run. This counts for its whole jury. A juror that
        /// copied its vote does not know that root.
        ///
        /// Origin: authorised by the device's worker key, while a dispute wants the work of its jury. This juror, and
        /// most of the jurors that voted as the verdict says, must have committed to the root. Free. The weight is that
        /// for the most jurors that there can be.
        #[pallet::call_index(11)]
        #[pallet::weight((T::WeightInfo::show_work(), DispatchClass::Operational))]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_show_work())]
        #[pallet::authorize(Self::authorize_show_work)]
        pub fn show_work(
            origin: OriginFor<T>,
            assignment: AssignmentId,
            trace_root: Hash,
            _proof: WorkerProof,
        ) -> DispatchResult {
            ensure_authorized(origin)?;
            Self::do_show_work(assignment, trace_root)
        }
    }
}
