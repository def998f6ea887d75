//! The errors of this pallet. This is a section of the pallet module, which has the imports.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod errors {
    /// The reason why a call was refused.
    #[pallet::error]
    pub enum Error<T> {
        /// The account is a provider already.
        AlreadyRegistered,
        /// The account is not a provider.
        NotRegistered,
        /// The stake is below the minimum.
        StakeTooLow,
        /// The worker key acts for a provider already.
        WorkerTaken,
        /// The proof is not the worker key's signature over this statement, or names a block that
        /// is not recent.
        BadProof,
        /// Nothing can be sealed to the sealing key: it is zero, or another point of low order.
        BadSealingKey,
        /// A peer address is empty.
        EmptyPeerAddress,
        /// The amount is zero.
        ZeroAmount,
        /// The active stake is less than the amount.
        NotEnoughStake,
        /// Too many amounts are unbonding; withdraw what is available first.
        TooManyUnbondings,
        /// Nothing that unbonds can be withdrawn yet.
        NothingToWithdraw,
        /// The provider has devices.
        DevicesRemain,
        /// The provider has stake, active or unbonding.
        StakeRemains,
        /// There is no such device.
        UnknownDevice,
        /// The device belongs to another provider.
        NotOwner,
        /// The provider has as many devices as it can.
        TooManyDevices,
        /// Another device of the provider has this fingerprint.
        DuplicateFingerprint,
        /// The spec's computing power is zero.
        NoComputingPower,
        /// The spec's memory is zero.
        NoMemory,
        /// The spec has no determinism class.
        NoDeterminismClass,
        /// The spec's name is empty or not UTF-8.
        BadDeviceName,
        /// The number of slots is zero or above the maximum.
        BadSlots,
        /// The ask is below the minimum.
        AskTooLow,
        /// Jobs run on the device.
        DeviceBusy,
        /// Assignments have slots of the device or locks.
        DeviceOccupied,
        /// The device cools down, because it failed lately or may have failed.
        DeviceCoolsDown,
        /// The device has failures or missed deadlines that it has not made up for, and its provider has
        /// stake, active or unbonding.
        DeviceNotForgiven,
        /// The device has a conformance challenge that is open already, or had a wrong answer in this
        /// attempt.
        ChallengeOpen,
        /// Governance has turned conformance runs off, so there is nothing to prove.
        NoRuns,
        /// The device is not offered: it is not available, not conformant or missing, or its provider is
        /// offline or has too little stake.
        NotOffered,
        /// All slots of the device are in use, or it cools down.
        NoFreeSlot,
        /// The job needs more memory than is free on the device.
        NotEnoughFreeMemory,
        /// The provider's free stake is less than the locks.
        NotEnoughFreeStake,
        /// The assignment has a slot or locks already.
        AlreadyOccupied,
        /// The provider has as many assignments as it can.
        TooManyAssignments,
    }
}
