//! # Disputes
//!
//! Who doubts a result has it decided by a jury of stakers that run the task again.
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

        /// Where what is lost goes, and out of which the winners are paid at once.
        type Treasury: Get<Self::AccountId>;

        /// Sizes of juries, locks, appeals.
        #[pallet::constant]
        type Policy: Get<DisputePolicy>;

        /// What whoever finds a wrong result gets.
        #[pallet::constant]
        type AuditPolicy: Get<AuditPolicy>;

        /// How many [judged prices](aicpw_protocol::judging) a juror is paid at most. It is paid what the task pays a
        /// provider at most; so the judged price is never less than so much of that. More than one: at one all that
        /// judging costs would be reckoned by the budget.
        #[pallet::constant]
        type JurorPay: Get<u32>;

        /// Blocks from a verdict in which a larger jury can be called.
        #[pallet::constant]
        type AppealWindow: Get<BlockNumber>;

        /// Blocks in which a provider's worker opens the trace that it is asked for, and, with the task's time
        /// limit besides, the challenger names a part of it; else the whole job is judged. And in which a juror's
        /// worker shows its work; else all who have voted right are taken to have done it.
        #[pallet::constant]
        type TraceWindow: Get<BlockNumber>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;

        /// What benchmarks need of the tasks pallet.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: crate::benchmarking::BenchmarkHelper<Self::AccountId>;
    }

    /// Why funds are held.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The bond of whoever called a jury.
        DisputeBond,
    }

    /// The newest dispute about a task; as long as the task can be read.
    #[pallet::storage]
    pub type Disputes<T: Config> = StorageMap<_, Twox64Concat, TaskId, Dispute<T::AccountId>>;

    /// Of those that are about whether a result can be fetched, the assignment whose result it is.
    #[pallet::storage]
    pub type Claimed<T> = StorageMap<_, Twox64Concat, TaskId, AssignmentId>;

    /// What juries have found so far of results that were said not to be there.
    #[pallet::storage]
    pub type ClaimCensus<T> = StorageValue<_, aicpw_protocol::view::ClaimCensus, ValueQuery>;

    /// What there is of disputes about a part of a job, beside that.
    #[pallet::storage]
    pub type Narrowings<T: Config> = StorageMap<_, Twox64Concat, TaskId, Narrowing>;

    /// The next block in which a dispute that is judged closes or pays jurors.
    #[pallet::storage]
    pub type Steps<T: Config> = StorageMap<_, Twox64Concat, TaskId, BlockNumber>;

    /// What the work of the jury of the newest dispute has come to, from when it is shown on.
    #[pallet::storage]
    pub type Shown<T: Config> = StorageMap<_, Twox64Concat, TaskId, Work>;

    /// How many disputes there are, and what juries have found so far.
    #[pallet::storage]
    pub type Census<T> = StorageValue<_, DisputeCensus, ValueQuery>;

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A result is doubted, or said not to be there; replicas have no majority; or an auditor found
        /// another root.
        DisputeOpened {
            /// The task.
            task: TaskId,
            /// What it is about.
            about: About,
            /// Who called the jury, if not the chain.
            challenger: Option<T::AccountId>,
            /// Its bond.
            bond: Balance,
        },
        /// A jury is to be drawn.
        JuryCalled {
            /// The task.
            task: TaskId,
            /// Appeals before it.
            round: u8,
            /// How many jurors.
            jurors: u16,
            /// What each gets if it is right.
            pay: Balance,
            /// What each locks.
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
            /// Last block in which a larger jury can be called, if it can.
            appeal_until: Option<BlockNumber>,
        },
        /// A larger jury was called.
        VerdictAppealed {
            /// The task.
            task: TaskId,
            /// Who called it.
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
        /// A juror who was right was paid.
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
            /// What the requester got of it for the harm.
            compensation: Balance,
            /// What the auditors got of it who found the wrong result, or the provider whose result was there.
            reward: Balance,
            /// What each juror who was right gets of it.
            share: Balance,
        },
        /// Everybody is paid.
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
        /// The work of the jury is shown: who has voted right and did not commit to this as well has copied.
        WorkShown {
            /// The task.
            task: TaskId,
            /// The root of the trace that it went through.
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
        /// Who made the result cannot dispute it.
        IsParty,
        /// Only the requester can dispute a part of a job, or the result of a sealed task.
        NotRequester,
        /// No verdict can be appealed now: there is none, or its window has ended.
        NotAppealable,
        /// The last jury has decided.
        NoFurtherAppeal,
        /// The bond is more than there can be.
        BondTooLarge,
        /// The result of a sealed task is disputed as a whole.
        SealedTask,
        /// No part can be named now: the trace is not open, or the time is over.
        NotNaming,
        /// Only who disputes the result names the part.
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
        /// Doubts the result of a task in the window of `optimistic`: holds the bond, stops the window,
        /// and calls a jury.
        ///
        /// Origin: signed, by anyone but who made the result; of a sealed task by its requester. The bond
        /// is the pay of the jury; it is lost if the jury finds what was revealed. Errors:
        /// `AlreadyDisputed`, `IsParty`, `NotRequester`, `BondTooLarge`; those of tasks if there is no such
        /// task, or its window is not open; or the bond is not there. Events: `DisputeOpened`,
        /// `JuryCalled`.
        /// Cost: grows with the assignments that the task has had.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::dispute().saturating_add(T::Tasks::contest_weight(None)))]
        pub fn dispute(origin: OriginFor<T>, task: TaskId) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            let looks = T::Tasks::contest_weight(Some(task));
            Self::do_dispute(who, task)?;
            Ok(Some(T::WeightInfo::dispute().saturating_add(looks)).into())
        }

        /// Calls a larger jury against the verdict of the last.
        ///
        /// Origin: signed, by anyone. The bond is the pay of the larger jury; it is lost if that ends the
        /// dispute in the same way. Errors: `NotDisputed`, `NotAppealable`, `NoFurtherAppeal`,
        /// `BondTooLarge`, or the bond is not there. Events: `VerdictAppealed`, `JuryCalled`.
        #[pallet::call_index(1)]
        pub fn appeal(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
            Self::do_appeal(ensure_signed(origin)?, task)
        }

        /// Says that the result of a settled assignment cannot be fetched: holds the bond, keeps its
        /// provider's locks, and calls a jury that tries.
        ///
        /// Origin: signed, by the requester, within the retrieval window. The bond is the pay of the jury
        /// and once more that of a juror; it is lost if the jury could fetch the result. Errors:
        /// `AlreadyDisputed`, `BondTooLarge`; those of tasks if there is no such result of this
        /// account's, or nothing is locked for it any more; or the bond is not there. Events: `DisputeOpened`, `JuryCalled`.
        #[pallet::call_index(2)]
        pub fn claim_unavailable(origin: OriginFor<T>, assignment: AssignmentId) -> DispatchResult {
            Self::do_claim_unavailable(ensure_signed(origin)?, assignment)
        }

        /// Doubts the result of a task as `dispute` does, but for a part of the job: asks the provider's
        /// worker for the trace first.
        ///
        /// Origin: signed, by the requester of a task that is not sealed: who else names the part could
        /// have a wrong result upheld by naming another. Errors: `AlreadyDisputed`, `NotRequester`,
        /// `SealedTask`, `BondTooLarge`; those of tasks if there is no such task, or its window is not
        /// open, or it has no room for a jury; or the bond is not there. Events: `DisputeOpened`, `TraceAsked`.
        /// Cost: grows with the assignments that the task has had.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::dispute_part().saturating_add(T::Tasks::contest_weight(None)))]
        pub fn dispute_part(origin: OriginFor<T>, task: TaskId) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            let looks = T::Tasks::contest_weight(Some(task));
            Self::do_dispute_part(who, task)?;
            Ok(Some(T::WeightInfo::dispute_part().saturating_add(looks)).into())
        }

        /// Names the part of an open trace that a jury is to run: the first whose hash is wrong. Or, with
        /// `None`, has the whole job judged without waiting any longer, for the trace or for anything.
        ///
        /// Origin: signed, the challenger. The jury fetches the state that the part begins in; if that is
        /// not there, or not that of the checkpoint before, the whole job is judged. Errors: `NotDisputed`,
        /// `NotNaming`, `NotChallenger`, `NotInTrace`; those of tasks if it has no room for a jury.
        /// Events: `PartNamed`, `JuryCalled`.
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
