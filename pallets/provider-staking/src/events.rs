//! The events of this pallet. This is a section of the pallet module, which has the imports.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod events {
    /// An event of this pallet.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// An account became a provider.
        ProviderRegistered {
            /// The account.
            provider: T::AccountId,
            /// The worker key that acts for it.
            worker: WorkerId,
            /// The stake that is held.
            stake: Balance,
        },
        /// A provider left, and its worker key became free.
        ProviderDeregistered {
            /// The account.
            provider: T::AccountId,
        },
        /// A provider set the addresses from which its blobs can be fetched.
        PeersSet {
            /// The provider.
            provider: T::AccountId,
        },
        /// A provider replaced its worker key.
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
            /// The amount that was added.
            amount: Balance,
        },
        /// Stake left the active part.
        StakeUnbonded {
            /// The provider.
            provider: T::AccountId,
            /// The amount that left.
            amount: Balance,
            /// The first block in which it can be withdrawn.
            available_at: BlockNumber,
        },
        /// Stake that had finished unbonding was given back.
        StakeWithdrawn {
            /// The provider.
            provider: T::AccountId,
            /// The amount that was given back.
            amount: Balance,
        },
        /// Stake was taken for a fault or a wrong result.
        StakeSlashed {
            /// The provider.
            provider: T::AccountId,
            /// The assignment.
            assignment: AssignmentId,
            /// The amount that was taken.
            amount: Balance,
            /// The account that got it.
            beneficiary: T::AccountId,
        },
        /// A device was registered.
        DeviceRegistered {
            /// Its id.
            device: DeviceId,
            /// The provider that answers for it.
            provider: T::AccountId,
        },
        /// A device was removed.
        DeviceDeregistered {
            /// Its id.
            device: DeviceId,
            /// The provider that answered for it.
            provider: T::AccountId,
        },
        /// A device's spec was replaced after a new measurement.
        SpecUpdated {
            /// The device.
            device: DeviceId,
        },
        /// The number of jobs that a device runs at once was set.
        SlotsSet {
            /// The device.
            device: DeviceId,
            /// The number of slots.
            slots: Slots,
        },
        /// A device's ask was set.
        AskSet {
            /// The device.
            device: DeviceId,
            /// The new ask.
            ask: AskPrice,
        },
        /// A provider offers a device, or no longer offers it.
        AvailabilitySet {
            /// The device.
            device: DeviceId,
            /// Whether the provider offers it.
            available: bool,
        },
        /// A device failed, or may have failed, and is not matched for a while.
        DeviceCooledDown {
            /// The device.
            device: DeviceId,
            /// The first block in which it can be matched again.
            until: BlockNumber,
        },
        /// A device missed a deadline, or made up for one, so that it now counts for another computing power.
        ComputingPowerChanged {
            /// The device.
            device: DeviceId,
            /// The computing power for which it counts now.
            gflops: Gflops,
        },
        /// A provider's node no longer finds a device as it was registered. The device is not matched any more.
        DeviceMissing {
            /// The device.
            device: DeviceId,
        },
        /// A provider's node found a device again that was missing.
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
        /// A device's answer to its conformance run was wrong. There will be another attempt.
        AnswerRefuted {
            /// The device.
            device: DeviceId,
            /// The number of the attempt, which is over.
            attempt: u32,
        },
        /// A provider that was offline sent a heartbeat.
        ProviderCameOnline {
            /// The provider.
            provider: T::AccountId,
        },
    }
}
