//! The errors of this pallet. This is a section of the pallet: the imports are those of the pallet.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod errors {
    /// Why a call failed. Worker calls that cannot succeed are refused with a [`crate::types::Refusal`] before they get
    /// into a block.
    #[pallet::error]
    pub enum Error<T> {
        /// The market is paused: no task is accepted until it resumes.
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
        /// `budget` does not pay `needs.gflops` for `time_limit` at `MinAsk`, the lowest ask that
        /// can be set.
        BudgetBelowLowestAsk,
        /// `match_window` is not between `MinMatchWindow` and `MaxMatchWindow`.
        MatchWindowOutOfRange,
        /// `verification.window` is not between `MinOptimisticWindow` and `MaxOptimisticWindow`.
        OptimisticWindowOutOfRange,
        /// This verification mode is not supported yet: use `expected`, `optimistic` or `replicated`.
        ModeNotSupported,
        /// `verification.replicas` is not within [`aicpw_protocol::task::REPLICAS`].
        ReplicasOutOfRange,
        /// `verification.quorum` is not more than half of the replicas, or more than all.
        QuorumOutOfRange,
        /// One of `peers` is empty.
        EmptyPeerAddress,
        /// The assignment does not wait for a data key: it has one already, its task is public, or it
        /// has ended.
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
        /// An assignment of the task has ended with a fault that nobody is blamed for yet. Another provider or
        /// the end of the match window ends the task.
        FaultUndecided,
        /// The task has no result whose window is open.
        NotVerifying,
        /// For disputes only: the task is not disputed.
        NotDisputed,
        /// For claims only: the assignment has delivered no result that was paid.
        NothingDelivered,
        /// For claims only: nothing is locked for the result any more, because its retrieval window has
        /// ended or a claim about it was decided.
        RetrievalEnded,
        /// For claims only: there is a claim about the task already.
        AlreadyClaimed,
        /// For claims only: the task has had as many claims as are allowed.
        TooManyClaims,
        /// For disputes only: the task has no room for another jury, or auditor.
        TooManySeats,
        /// The task is not settled.
        NotSettled,
        /// The task was rated already.
        AlreadyRated,
        /// A rating is one to five.
        RatingOutOfRange,
        /// The assignment is not in the state for this call.
        NotInState,
        /// The price and the audit cost are higher than what can be paid for the task.
        TooExpensive,
        /// The provider is the requester, or was on the task before.
        NotIndependent,
        /// The device differs from the one that the first replica of class `device` runs on.
        NotSameDevice,
        /// The new state cannot follow the present one. Never happens.
        InvalidTransition,
    }
}
