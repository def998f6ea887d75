//! The events of this pallet. This is a section of the pallet: the imports are those of the pallet.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod events {
    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A task was submitted and its budget is held.
        TaskSubmitted {
            /// The task: its number in the history.
            task: TaskId,
            /// The account that submitted it.
            requester: T::AccountId,
            /// The CID of its manifest.
            manifest: ContentId,
            /// [`aicpw_protocol::history::task_hash`] of what was submitted.
            task_hash: Hash,
            /// The chain's time, in milliseconds since the Unix epoch.
            timestamp: u64,
            /// The head of the history after this submission.
            history_head: Hash,
        },
        /// A device was found for a seat of the task. The price is fixed.
        TaskMatched {
            /// The assignment.
            assignment: AssignmentId,
            /// The provider of the device.
            provider: T::AccountId,
            /// The device.
            device: DeviceId,
            /// What the requester will pay for a result.
            price: Balance,
            /// Last block for the next step: `grant_key` for a sealed task, `start` for any other.
            next_by: BlockNumber,
        },
        /// The requester of a sealed task granted its data key: the provider can read the task.
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
        /// The provider's worker has started the job.
        TaskStarted {
            /// The assignment.
            assignment: AssignmentId,
            /// Last block for the commit.
            commit_by: BlockNumber,
        },
        /// The worker has reported the progress of the job.
        ProgressReported {
            /// The assignment.
            assignment: AssignmentId,
            /// The progress.
            progress: Progress,
        },
        /// The job is done. The worker is bound to its result, which is still hidden.
        ResultCommitted {
            /// The assignment.
            assignment: AssignmentId,
            /// The commitment.
            commitment: Hash,
            /// Last block for the reveal; `None` if others have to commit first, or an audit has to be decided. Then a
            /// later `RevealOpened` has it.
            reveal_by: Option<BlockNumber>,
        },
        /// Every assignment that has to commit has committed. They may all reveal now.
        RevealOpened {
            /// The task.
            task: TaskId,
            /// Last block for the reveals.
            reveal_by: BlockNumber,
        },
        /// Randomness has decided whether the results of a task are audited.
        AuditDecided {
            /// The task.
            task: TaskId,
            /// The audit rate.
            rate: Perbill,
            /// Whether the results are audited.
            is_audited: bool,
        },
        /// The requester has paid the audit cost. It pays whether there is an audit or not.
        AuditCostPaid {
            /// The task.
            task: TaskId,
            /// How much.
            amount: Balance,
        },
        /// An auditor has earned a payment. It is paid at once if the pot has enough.
        AuditorOwed {
            /// Its assignment.
            assignment: AssignmentId,
            /// The auditor.
            auditor: T::AccountId,
            /// How much.
            amount: Balance,
        },
        /// An auditor was paid what it was owed, or a part of that.
        AuditorPaid {
            /// Its assignment.
            assignment: AssignmentId,
            /// The auditor.
            auditor: T::AccountId,
            /// How much.
            amount: Balance,
        },
        /// A worker has opened its commitment.
        ResultRevealed {
            /// The assignment.
            assignment: AssignmentId,
            /// The result root.
            result_root: Hash,
            /// Where the result can be fetched.
            result: ContentId,
        },
        /// A provider was paid for a result.
        ProviderPaid {
            /// The assignment.
            assignment: AssignmentId,
            /// Its provider.
            provider: T::AccountId,
            /// What the requester paid, fee included.
            paid: Balance,
            /// The protocol's part of it.
            fee: Balance,
        },
        /// The result is decided and its providers are paid. The requester got back the rest of the budget, except the
        /// prices of replicas that may still reveal.
        TaskSettled {
            /// The task.
            task: TaskId,
            /// The assignment with the result. If several have the same result, the last of them.
            assignment: AssignmentId,
            /// What the requester paid, fee and audit cost included.
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
            /// What was taken of the provider's stake now.
            slashed: Balance,
            /// The worker's log on IPFS.
            log: Option<ContentId>,
            /// The worker's message.
            message: FailureMessage,
        },
        /// A fault that was undecided turned out to be the provider's.
        FaultDecided {
            /// The assignment that failed.
            assignment: AssignmentId,
            /// What was taken of the provider's stake, for the treasury.
            slashed: Balance,
        },
        /// The requester paid a provider that found a fault in the task, or was on it when it ended without a result.
        BaseFeePaid {
            /// The provider's assignment.
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
            /// Attempts left at the seat.
            attempts_left: u8,
            /// Last block of the match window.
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
        /// The requester rated a provider of a settled task.
        TaskRated {
            /// The task.
            task: TaskId,
            /// Its provider.
            provider: T::AccountId,
            /// One to five.
            stars: u8,
        },
        /// A jury could not fetch a result that was paid. Its provider has lost the collateral.
        ResultUnavailable {
            /// The assignment.
            assignment: AssignmentId,
            /// Its provider.
            provider: T::AccountId,
            /// What the provider lost.
            slashed: Balance,
        },
        /// What was still locked on the provider's stake for an assignment is unlocked.
        LocksReleased {
            /// The assignment.
            assignment: AssignmentId,
        },
    }
}
