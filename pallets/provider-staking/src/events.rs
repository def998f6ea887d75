//! What this pallet says has happened. A section of the pallet, which has its imports.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod events {
    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// An account became a provider.
        ProviderRegistered {
            /// The account.
            provider: T::AccountId,
            /// The key that acts for it.
            worker: WorkerId,
            /// Stake held.
            stake: Balance,
        },
        /// A provider left; its worker key is free.
        ProviderDeregistered {
            /// The account.
            provider: T::AccountId,
        },
        /// A provider said where its blobs can be fetched.
        PeersSet {
            /// The provider.
            provider: T::AccountId,
        },
        /// Another key acts for the provider from now on.
        WorkerRotated {
            /// The provider.
            provider: T::AccountId,
            /// The new worker key.
            worker: WorkerId,
        },
        /// Stake was added to the active part.
        StakeBonded {
            /// The provider.
            provider: T::AccountId,
            /// What was added.
            amount: Balance,
        },
        /// Stake left the active part.
        StakeUnbonded {
            /// The provider.
            provider: T::AccountId,
            /// How much.
            amount: Balance,
            /// First block in which it can be withdrawn.
            available_at: BlockNumber,
        },
        /// Stake was given back.
        StakeWithdrawn {
            /// The provider.
            provider: T::AccountId,
            /// How much.
            amount: Balance,
        },
        /// Stake was taken for a fault or a wrong result.
        StakeSlashed {
            /// The provider.
            provider: T::AccountId,
            /// The assignment.
            assignment: AssignmentId,
            /// What was taken.
            amount: Balance,
            /// Who got it.
            beneficiary: T::AccountId,
        },
        /// A device was registered.
        DeviceRegistered {
            /// Its id.
            device: DeviceId,
            /// Who answers for it.
            provider: T::AccountId,
        },
        /// A device was removed.
        DeviceDeregistered {
            /// Its id.
            device: DeviceId,
            /// Who answered for it.
            provider: T::AccountId,
        },
        /// A device was measured again.
        SpecUpdated {
            /// The device.
            device: DeviceId,
        },
        /// A device runs another number of jobs at once.
        SlotsSet {
            /// The device.
            device: DeviceId,
            /// How many.
            slots: Slots,
        },
        /// A device has another ask.
        AskSet {
            /// The device.
            device: DeviceId,
            /// The ask.
            ask: AskPrice,
        },
        /// A device is offered, or is not.
        AvailabilitySet {
            /// The device.
            device: DeviceId,
            /// Which of the two.
            available: bool,
        },
        /// A device failed, or may have, and gets no match for a while.
        DeviceCooledDown {
            /// The device.
            device: DeviceId,
            /// First block in which it can be matched again.
            until: BlockNumber,
        },
        /// A device missed a deadline, or made up for one: it counts for so much computing power now.
        ComputingPowerChanged {
            /// The device.
            device: DeviceId,
            /// Its effective computing power.
            gflops: Gflops,
        },
        /// Its provider's node does not find a device as it was registered: it is not matched any more.
        DeviceMissing {
            /// The device.
            device: DeviceId,
        },
        /// A device that was missing is there again.
        DeviceFound {
            /// The device.
            device: DeviceId,
        },
        /// A device has to do its conformance run before it can be matched.
        DeviceChallenged {
            /// The device.
            device: DeviceId,
        },
        /// A device did its conformance run, and can be matched.
        DeviceProven {
            /// The device.
            device: DeviceId,
        },
        /// What a device computed in its conformance run is not what it has to be. There will be another
        /// attempt.
        AnswerRefuted {
            /// The device.
            device: DeviceId,
            /// The attempt that is over.
            attempt: u32,
        },
        /// A provider that was offline sent a heartbeat.
        ProviderCameOnline {
            /// The provider.
            provider: T::AccountId,
        },
    }
}
