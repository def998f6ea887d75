//! # Disputes
//!
//! An account that doubts a result has it judged by a jury of stakers, which run the task again.
//!
//! Terms, scenarios, properties and what each call can answer are on `docs/pallets/disputes.md`, which
//! these docs include; a test of the runtime compares its tables with the metadata.
#![cfg_attr(doc, doc = include_str!("../../../docs/pallets/disputes.md"))]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod census;
mod closing;
#[cfg(test)]
mod mock;
mod parts;
mod proceedings;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod try_state;
mod types;
mod views;
pub mod weights;
mod work;

pub use pallet::*;
pub use types::{Bond, Dispute, Narrowing, Work, MAX_APPEALS};
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
    use aicpw_primitives::traits::Contested;
    use aicpw_protocol::{
        audit::AuditPolicy,
        dispute::DisputePolicy,
        trace::{DisputedPart, NamedPart, OpenTrace},
        verdict::{About, Outcome},
        view::DisputeCensus,
        AssignmentId, Balance, BlockNumber, Hash, TaskId,
    };
    use frame_support::{
        pallet_prelude::*,
        traits::fungible::{Inspect, Mutate, MutateHold},
    };
    use frame_system::pallet_prelude::*;
    use sp_runtime::traits::BlockNumberProvider;

    use super::*;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// The pallet's configuration.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// The overarching hold reason.
        type RuntimeHoldReason: From<HoldReason>;

        /// $AICP.
        type NativeBalance: Inspect<Self::AccountId, Balance = Balance>
            + Mutate<Self::AccountId>
            + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The market's clock.
        type BlockNumberProvider: BlockNumberProvider<BlockNumber = BlockNumber>;

        /// The tasks that are disputed.
        type Tasks: Contested<Self::AccountId>;

        /// The treasury: it gets what the losers lose, and the winners are paid from it at once.
        type Treasury: Get<Self::AccountId>;

        /// Sizes of juries, locks, appeals.
        #[pallet::constant]
        type Policy: Get<DisputePolicy>;

        /// The policy that says what the auditors that find a wrong result get.
        #[pallet::constant]
        type AuditPolicy: Get<AuditPolicy>;

        /// The most [judged prices](aicpw_protocol::judging) that a juror is paid. A juror is paid the most that the
        /// task can pay a provider, so the judged price is never less than that divided by this number. It has to be
        /// more than one: with one, everything about judging would follow from the budget.
        #[pallet::constant]
        type JurorPay: Get<u32>;

        /// Blocks after a verdict in which a larger jury can be called.
        #[pallet::constant]
        type AppealWindow: Get<BlockNumber>;

        /// The number of blocks for each of these steps. If a step does not come in time, the last column happens:
        ///
        /// | blocks | for | else |
        /// | --- | --- | --- |
        /// | this | the provider's worker opens the trace | the whole job is judged |
        /// | this, and the task's time limit | the challenger names a part of the trace | the whole job is judged |
        /// | this | a juror's worker shows its work | each juror that voted right counts as having worked |
        #[pallet::constant]
        type TraceWindow: Get<BlockNumber>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;

        /// What benchmarks need from the tasks pallet.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: crate::benchmarking::BenchmarkHelper<Self::AccountId>;
    }

    /// Why funds are held.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The bond of an account that disputed, claimed or appealed.
        DisputeBond,
    }

    /// The newest dispute about each task, as long as the task can be read.
    #[pallet::storage]
    pub type Disputes<T: Config> = StorageMap<_, Twox64Concat, TaskId, Dispute<T::AccountId>>;

    /// For each dispute that is an unavailable claim: the assignment that the claim is about.
    #[pallet::storage]
    pub type Claimed<T> = StorageMap<_, Twox64Concat, TaskId, AssignmentId>;

    /// What juries have found so far about unavailable claims.
    #[pallet::storage]
    pub type ClaimCensus<T> = StorageValue<_, aicpw_protocol::view::ClaimCensus, ValueQuery>;

    /// What is stored for disputes about a part of a job, in addition to their entry in [`Disputes`].
    #[pallet::storage]
    pub type Narrowings<T: Config> = StorageMap<_, Twox64Concat, TaskId, Narrowing>;

    /// The next block in which a dispute closes or pays jurors, once its last jury is done.
    #[pallet::storage]
    pub type Steps<T: Config> = StorageMap<_, Twox64Concat, TaskId, BlockNumber>;

    /// The work of the jury of the newest dispute, once it was shown.
    #[pallet::storage]
    pub type Shown<T: Config> = StorageMap<_, Twox64Concat, TaskId, Work>;

    /// How many disputes there are, and what juries have found so far.
    #[pallet::storage]
    pub type Census<T> = StorageValue<_, DisputeCensus, ValueQuery>;

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A dispute is open: a result is doubted or claimed to be unavailable, replicas have no majority, or an
        /// auditor found another root.
        DisputeOpened {
            /// The task.
            task: TaskId,
            /// What it is about.
            about: About,
            /// The account that called the jury; `None` if the chain did.
            challenger: Option<T::AccountId>,
            /// Its bond.
            bond: Balance,
        },
        /// A jury was called and will be drawn.
        JuryCalled {
            /// The task.
            task: TaskId,
            /// Appeals before it.
            round: u8,
            /// How many jurors.
            jurors: u16,
            /// The pay of each juror that is right.
            pay: Balance,
            /// The lock of each juror.
            lock: Balance,
        },
        /// A jury is done.
        VerdictReached {
            /// The task.
            task: TaskId,
            /// Appeals before it.
            round: u8,
            /// What it has found.
            outcome: Outcome,
            /// Last block in which a larger jury can be called; `None` if none can be.
            appeal_until: Option<BlockNumber>,
        },
        /// A larger jury was called.
        VerdictAppealed {
            /// The task.
            task: TaskId,
            /// The account that called it.
            appellant: T::AccountId,
            /// Its bond.
            bond: Balance,
        },
        /// A bond is free again.
        BondReleased {
            /// The task.
            task: TaskId,
            /// Whose it is.
            who: T::AccountId,
            /// How much.
            amount: Balance,
        },
        /// A bond is lost.
        BondLost {
            /// The task.
            task: TaskId,
            /// Whose it was.
            who: T::AccountId,
            /// How much.
            amount: Balance,
        },
        /// A juror that was right was paid.
        JurorPaid {
            /// The task.
            task: TaskId,
            /// The juror.
            juror: T::AccountId,
            /// How much.
            amount: Balance,
        },
        /// The task is decided.
        DisputeDecided {
            /// The task.
            task: TaskId,
            /// How.
            outcome: Outcome,
            /// What the losers lost, all together.
            lost: Balance,
            /// The requester's part of what was lost, as compensation.
            compensation: Balance,
            /// The part of the auditors that found the wrong result, or of the provider whose result was available.
            reward: Balance,
            /// The part of each juror that was right.
            share: Balance,
        },
        /// Everybody is paid, and the dispute is over.
        DisputeEnded {
            /// The task.
            task: TaskId,
        },
        /// The provider's worker is asked for the trace of its result.
        TraceAsked {
            /// The task.
            task: TaskId,
            /// Last block in which it can be opened.
            until: BlockNumber,
        },
        /// The trace is open.
        TraceOpened {
            /// The task.
            task: TaskId,
            /// The trace.
            trace: OpenTrace,
            /// Last block in which a part of it can be named.
            until: BlockNumber,
        },
        /// The jury is to run this part of the job.
        PartNamed {
            /// The task.
            task: TaskId,
            /// The part.
            part: DisputedPart,
        },
        /// The jurors' workers are asked to show their work.
        WorkAsked {
            /// The task.
            task: TaskId,
            /// Last block in which it can be shown.
            until: BlockNumber,
        },
        /// The work of the jury is shown. A juror that voted right without having committed to this trace root has
        /// copied its vote.
        WorkShown {
            /// The task.
            task: TaskId,
            /// The root of the trace of the jury's work.
            trace_root: Hash,
        },
    }

    /// Why a call was refused.
    #[pallet::error]
    pub enum Error<T> {
        /// The task is disputed already.
        AlreadyDisputed,
        /// The task is not disputed.
        NotDisputed,
        /// The provider of the result cannot dispute it.
        IsParty,
        /// Only the requester can dispute a part of a job or the result of a sealed task.
        NotRequester,
        /// There is no verdict that can be appealed now, or its window has ended.
        NotAppealable,
        /// The dispute has had the last jury that it can have.
        NoFurtherAppeal,
        /// The bond would be larger than an amount can be.
        BondTooLarge,
        /// The result of a sealed task can only be disputed as a whole.
        SealedTask,
        /// No part can be named now, because the trace is not open or the time for it has ended.
        NotNaming,
        /// Only the account that disputes the result can name the part.
        NotChallenger,
        /// The trace has no such part.
        NotInTrace,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            Self::check_config();
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call(weight(<T as Config>::WeightInfo))]
    impl<T: Config> Pallet<T> {
        /// Doubts the result of a task in the window of `optimistic`: holds the bond, stops the window
        /// and calls a jury.
        ///
        /// Origin: signed, by any account except the provider of the result. For a sealed task: signed by its
        /// requester. The bond is the pay of the jury. It is lost if the jury finds what was revealed, is unable
        /// to run the program, or does not get the key. Errors: `AlreadyDisputed`, `IsParty`, `NotRequester`,
        /// `BondTooLarge`; an error of the tasks pallet if the task is unknown or its window is not open; an error
        /// if the account cannot pay the bond. Events: `DisputeOpened`, `JuryCalled`. Cost: grows with the
        /// assignments that the task has had.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::dispute().saturating_add(T::Tasks::contest_weight(None)))]
        pub fn dispute(origin: OriginFor<T>, task: TaskId) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            let looks = T::Tasks::contest_weight(Some(task));
            Self::do_dispute(who, task)?;
            Ok(Some(T::WeightInfo::dispute().saturating_add(looks)).into())
        }

        /// Appeals against the verdict of the last jury: holds the bond and calls a larger jury.
        ///
        /// Origin: signed, by any account. The bond is the pay of the larger jury. It is lost if the dispute ends
        /// with the same outcome. Errors: `NotDisputed`, `NotAppealable`, `NoFurtherAppeal`, `BondTooLarge`; an
        /// error if the account cannot pay the bond. Events: `VerdictAppealed`, `JuryCalled`.
        #[pallet::call_index(1)]
        pub fn appeal(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
            Self::do_appeal(ensure_signed(origin)?, task)
        }

        /// Claims that the result of a settled assignment cannot be fetched: holds the bond, keeps the
        /// provider's locks and calls a jury, which tries to fetch it.
        ///
        /// Origin: signed, by the requester, within the retrieval window. The bond is the pay of the jury and
        /// that of one more juror. It is lost if the jury could fetch the result. Errors: `AlreadyDisputed`,
        /// `BondTooLarge`; an error of the tasks pallet if the account has no such result, or nothing is locked for
        /// it any more; an error if the account cannot pay the bond. Events: `DisputeOpened`, `JuryCalled`.
        #[pallet::call_index(2)]
        pub fn claim_unavailable(origin: OriginFor<T>, assignment: AssignmentId) -> DispatchResult {
            Self::do_claim_unavailable(ensure_signed(origin)?, assignment)
        }

        /// Doubts the result of a task, as `dispute` does, to have only a part of the job judged: holds the bond,
        /// stops the window and asks the provider's worker for the trace.
        ///
        /// Origin: signed, by the requester, of a task that is not sealed. Nobody else may name the part, because a
        /// friend of the provider could name a part that is right. Errors: `AlreadyDisputed`, `NotRequester`,
        /// `SealedTask`, `BondTooLarge`; an error of the tasks pallet if the task is unknown, its window is not
        /// open or it has no room for the juries; an error if the account cannot pay the bond. Events:
        /// `DisputeOpened`, `TraceAsked`. Cost: grows with the assignments that the task has had.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::dispute_part().saturating_add(T::Tasks::contest_weight(None)))]
        pub fn dispute_part(origin: OriginFor<T>, task: TaskId) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            let looks = T::Tasks::contest_weight(Some(task));
            Self::do_dispute_part(who, task)?;
            Ok(Some(T::WeightInfo::dispute_part().saturating_add(looks)).into())
        }

        /// Names the part of an open trace that a jury is to run: the first part whose hash is wrong. With `None`,
        /// has the whole job judged now, without waiting for the trace.
        ///
        /// Origin: signed, by the challenger. The jury fetches the state in which the part begins. If that state
        /// cannot be fetched, or is not that of the checkpoint before, the whole job is judged. Errors:
        /// `NotDisputed`, `NotNaming`, `NotChallenger`, `NotInTrace`; an error of the tasks pallet if the task has
        /// no room for a jury. Events: `PartNamed`, `JuryCalled`.
        #[pallet::call_index(4)]
        pub fn name_part(
            origin: OriginFor<T>,
            task: TaskId,
            part: Option<NamedPart>,
        ) -> DispatchResult {
            Self::do_name_part(ensure_signed(origin)?, task, part)
        }
    }
}
