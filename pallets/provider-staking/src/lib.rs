//! # Provider staking
//!
//! Providers, their stake, their worker keys, their devices and their reputation: which accounts offer
//! computing power, what they can lose, and how well they did so far.
//!
//! The terms, scenarios, properties, and the errors and events of each call are in
//! `docs/pallets/provider-staking.md`, which these docs include. A test of the runtime compares its
//! tables with the metadata.
#![cfg_attr(doc, doc = include_str!("../../../docs/pallets/provider-staking.md"))]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod challenge_hook;
mod conformance;
mod device_pool;
mod dispatchables;
pub mod draw;
mod errors;
mod events;
mod heartbeat;
mod integrity;
pub mod migrations;
#[cfg(test)]
mod mock;
mod reputation;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod try_state;
mod types;
mod views;
pub mod weights;

pub use aicpw_protocol::reputation::ReputationRecord;
pub use pallet::*;
pub use types::{
    Attendance, Challenge, Device, Heartbeat, Ledger, Occupation, Presence, Provider, Unbonding,
    MISSED_HEARTBEATS,
};
pub use weights::WeightInfo;

pub(crate) const LOG_TARGET: &str = "runtime::provider-staking";

use frame_support::pallet_macros::import_section;

#[import_section(events::events)]
#[import_section(errors::errors)]
#[frame_support::pallet]
pub mod pallet {
    use aicpw_primitives::{
        traits::{DrawRandomness, MarketSwitch, OrderBook},
        worker_key::{WorkerId, WorkerProof},
    };
    use aicpw_protocol::{
        conformance::Answer,
        device::{DeviceSpec, Slots},
        task::PeerAddresses,
        worker::MissingDevices,
        AskPrice, AssignmentId, Balance, BlockNumber, DeviceId, Gflops, Hash,
    };
    use frame_support::{pallet_prelude::*, traits::fungible};
    use frame_system::{offchain::CreateAuthorizedTransaction, pallet_prelude::*};
    use sp_runtime::{traits::BlockNumberProvider, Perbill};

    use super::*;
    use crate::draw::{Leaf, Leaves, Node, NodeKey};

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// The pallet's configuration.
    ///
    /// Needs `frame_system::AuthorizeCall` among the runtime's transaction extensions.
    #[pallet::config]
    pub trait Config:
        frame_system::Config<RuntimeEvent: From<Event<Self>>>
        + CreateAuthorizedTransaction<Call<Self>>
    {
        /// The overarching hold reason.
        type RuntimeHoldReason: From<HoldReason>;

        /// The token $AICP.
        type NativeBalance: fungible::Inspect<Self::AccountId, Balance = Balance>
            + fungible::MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The market's clock.
        type BlockNumberProvider: BlockNumberProvider<BlockNumber = BlockNumber>;

        /// The market's switch. While its state is being migrated, no call of a worker is accepted.
        type Market: MarketSwitch;

        /// The order book, in which offered devices are listed.
        type OrderBook: OrderBook;

        /// The source of the seeds of conformance runs.
        type DrawRandomness: DrawRandomness;

        /// How long a conformance run takes on a device with the declared speed, in milliseconds. Zero turns runs
        /// off: a device then has nothing to prove.
        #[pallet::constant]
        type ConformanceRun: Get<u64>;

        /// The number of blocks, from the seed of a conformance run on, in which an answer is in time.
        #[pallet::constant]
        type ConformanceWindow: Get<BlockNumber>;

        /// The lowest active stake with which a provider's devices are offered.
        #[pallet::constant]
        type MinStake: Get<Balance>;

        /// The lowest ask that can be set. If this is raised, a lower ask stays until the provider sets it again.
        #[pallet::constant]
        type MinAsk: Get<AskPrice>;

        /// The share of the collateral that a fault costs.
        #[pallet::constant]
        type FaultSlash: Get<Perbill>;

        /// The number of blocks in a heartbeat period; at least one.
        #[pallet::constant]
        type HeartbeatPeriod: Get<BlockNumber>;

        /// How many blocks old the block of a worker proof may be. A proof can be used for that long.
        #[pallet::constant]
        type RecentBlocks: Get<BlockNumber>;

        /// The number of blocks from `unbond` to the first block in which the stake can be withdrawn.
        #[pallet::constant]
        type UnbondingPeriod: Get<BlockNumber>;

        /// The most blocks for which an assignment can have locks: the longest time limit, and all
        /// windows and appeals. [`Config::UnbondingPeriod`] must be longer.
        #[pallet::constant]
        type LongestObligation: Get<BlockNumber>;

        /// The length of the first cool-down, in blocks. The length doubles with each failure in a row. The wait
        /// from one attempt at a conformance run to the next grows in the same way.
        #[pallet::constant]
        type CoolDownBase: Get<BlockNumber>;

        /// The length of the longest cool-down, in blocks.
        #[pallet::constant]
        type CoolDownCap: Get<BlockNumber>;

        /// The most devices that a provider can register.
        #[pallet::constant]
        type MaxDevices: Get<u32>;

        /// The most slots that a device can have.
        #[pallet::constant]
        type MaxSlots: Get<Slots>;

        /// The most assignments of a provider that can have slots or locks at once.
        #[pallet::constant]
        type MaxAssignments: Get<u32>;

        /// The most amounts of a provider that can unbond at once.
        #[pallet::constant]
        type MaxUnbondings: Get<u32>;

        /// The number of blocks after which a reputation is half as far from where it started.
        #[pallet::constant]
        type ReputationHalfLife: Get<BlockNumber>;

        /// The payment that counts half as much for the reputation as the largest possible payment.
        #[pallet::constant]
        type ReputationUnit: Get<Balance>;

        /// The priority of heartbeats in the transaction pool.
        #[pallet::constant]
        type HeartbeatPriority: Get<TransactionPriority>;

        /// The weights of the calls.
        type WeightInfo: WeightInfo;

        /// What the benchmarks need from other pallets.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: benchmarking::BenchmarkHelper;
    }

    /// The reasons for which this pallet holds funds.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// A provider's stake.
        ProviderStake,
    }

    /// Each provider's worker key, sealing key and peer addresses.
    #[pallet::storage]
    pub type Providers<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Provider>;

    /// The provider for which a worker key acts.
    #[pallet::storage]
    pub type WorkerOwners<T: Config> = StorageMap<_, Blake2_128Concat, WorkerId, T::AccountId>;

    /// Each provider's stake. Has the same keys as [`Providers`].
    #[pallet::storage]
    pub type Ledgers<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, Ledger<T>, ValueQuery>;

    /// Each provider's last heartbeat. A provider that never sent a heartbeat may have no entry.
    #[pallet::storage]
    pub type Presences<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, Presence, ValueQuery>;

    /// How many providers sent a heartbeat in the last two periods.
    #[pallet::storage]
    pub type Attendances<T: Config> = StorageValue<_, Attendance, ValueQuery>;

    /// Each provider's record, from which its reputation follows. Has the same keys as [`Providers`].
    #[pallet::storage]
    pub type ReputationRecords<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, ReputationRecord<T::AccountId>>;

    /// The devices of each provider, in the order of registration.
    #[pallet::storage]
    pub type DevicesOf<T: Config> = StorageMap<
        _,
        Blake2_128Concat,
        T::AccountId,
        BoundedVec<DeviceId, T::MaxDevices>,
        ValueQuery,
    >;

    /// The registered devices.
    #[pallet::storage]
    pub type Devices<T: Config> = StorageMap<_, Twox64Concat, DeviceId, Device<T>>;

    /// The challenges of devices that have to prove what they declare before they can be matched. A device
    /// without a challenge is conformant.
    #[pallet::storage]
    pub type Challenges<T: Config> = StorageMap<_, Twox64Concat, DeviceId, Challenge>;

    /// The devices of each provider that its node named as missing in its last heartbeat. There is no entry for a
    /// provider with no missing device.
    #[pallet::storage]
    pub type MissingDevicesOf<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, MissingDevices, ValueQuery>;

    /// The id that the next device gets.
    #[pallet::storage]
    pub type NextDevice<T: Config> = StorageValue<_, DeviceId, ValueQuery>;

    /// The slots and locks that assignments have of each provider: at most [`Config::MaxAssignments`].
    #[pallet::storage]
    pub type Occupations<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, AssignmentId, Occupation>;

    /// The nodes of the tree from which providers are drawn, see [`draw`]. A node without weight is not stored.
    #[pallet::storage]
    pub type DrawNodes<T: Config> = StorageMap<_, Twox64Concat, NodeKey, Node, ValueQuery>;

    /// The leaves of the draw tree.
    #[pallet::storage]
    pub type DrawLeaves<T: Config> = StorageMap<_, Twox64Concat, u32, Leaf<T::AccountId>>;

    /// The leaf of each provider that can be drawn.
    #[pallet::storage]
    pub type DrawLeafOf<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32>;

    /// How many leaves of the draw tree have been used, and the first that is free.
    #[pallet::storage]
    pub type DrawTree<T: Config> = StorageValue<_, Leaves, ValueQuery>;

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            if let Err(rule) = Self::check_config() {
                panic!("{rule}");
            }
        }

        fn offchain_worker(_: BlockNumberFor<T>) {
            Self::send_heartbeats();
            Self::follow_challenges();
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call(weight(<T as Config>::WeightInfo))]
    impl<T: Config> Pallet<T> {
        /// Makes the signer a provider: holds its stake and takes a worker key.
        ///
        /// Origin: signed. `proof` is the worker key's signature over
        /// [`aicpw_protocol::worker::Statement::Join`]. The provider is offline until its first
        /// heartbeat. Errors: `AlreadyRegistered`, `StakeTooLow`, `BadSealingKey`,
        /// `EmptyPeerAddress`, `WorkerTaken`, `BadProof`, or the account does not have the stake. Event:
        /// `ProviderRegistered`.
        #[pallet::call_index(0)]
        pub fn register_provider(
            origin: OriginFor<T>,
            stake: Balance,
            worker: WorkerId,
            sealing_key: Hash,
            peers: PeerAddresses,
            proof: WorkerProof,
        ) -> DispatchResult {
            Self::do_register_provider(
                ensure_signed(origin)?,
                stake,
                worker,
                sealing_key,
                peers,
                proof,
            )
        }

        /// Removes the signer from the providers, and frees its worker key.
        ///
        /// Origin: signed by a provider with no device and no stake, active or unbonding. Its
        /// reputation is forgotten. Errors: `NotRegistered`, `DevicesRemain`, `StakeRemains`.
        /// Event: `ProviderDeregistered`.
        #[pallet::call_index(1)]
        pub fn deregister_provider(origin: OriginFor<T>) -> DispatchResult {
            Self::do_deregister_provider(ensure_signed(origin)?)
        }

        /// Sets the addresses from which the provider's blobs can be fetched.
        ///
        /// Origin: signed by a provider. Errors: `NotRegistered`, `EmptyPeerAddress`. Event:
        /// `PeersSet`.
        #[pallet::call_index(2)]
        pub fn set_peers(origin: OriginFor<T>, peers: PeerAddresses) -> DispatchResult {
            Self::do_set_peers(ensure_signed(origin)?, peers)
        }

        /// Replaces the provider's worker key. From now on the new key acts, also for running assignments.
        ///
        /// Origin: signed by a provider; `proof` as in [`Pallet::register_provider`]. The old key becomes
        /// free. Errors: `NotRegistered`, `BadSealingKey`, `WorkerTaken`, `BadProof`. Event:
        /// `WorkerRotated`.
        #[pallet::call_index(3)]
        pub fn rotate_worker(
            origin: OriginFor<T>,
            worker: WorkerId,
            sealing_key: Hash,
            proof: WorkerProof,
        ) -> DispatchResult {
            Self::do_rotate_worker(ensure_signed(origin)?, worker, sealing_key, proof)
        }

        /// Adds to the active stake, and lists the provider's devices anew, because they may fit more
        /// tasks now.
        ///
        /// Origin: signed by a provider. Errors: `ZeroAmount`, `NotRegistered`, or the account does not
        /// have the amount. Event: `StakeBonded`. Cost grows with the provider's devices.
        #[pallet::call_index(4)]
        #[pallet::weight(<T as Config>::WeightInfo::bond_extra(T::MaxDevices::get()))]
        pub fn bond_extra(origin: OriginFor<T>, amount: Balance) -> DispatchResult {
            Self::do_bond_extra(ensure_signed(origin)?, amount)
        }

        /// Takes stake out of the active part. It can be withdrawn after
        /// [`Config::UnbondingPeriod`]. Until it is withdrawn, it can be slashed for what is locked.
        ///
        /// Origin: signed by a provider. If the active stake is then below [`Config::MinStake`], its
        /// devices are no longer offered. Errors: `ZeroAmount`, `NotRegistered`, `NotEnoughStake`,
        /// `TooManyUnbondings`. Event: `StakeUnbonded`. Cost grows with the provider's devices.
        #[pallet::call_index(5)]
        #[pallet::weight(<T as Config>::WeightInfo::unbond(T::MaxDevices::get()))]
        pub fn unbond(origin: OriginFor<T>, amount: Balance) -> DispatchResult {
            Self::do_unbond(ensure_signed(origin)?, amount)
        }

        /// Gives back the stake that has finished unbonding. At least as much as is locked stays held.
        ///
        /// Origin: signed by a provider. Errors: `NotRegistered`, `NothingToWithdraw`. Event:
        /// `StakeWithdrawn`.
        #[pallet::call_index(6)]
        pub fn withdraw_unbonded(origin: OriginFor<T>) -> DispatchResult {
            Self::do_withdraw_unbonded(ensure_signed(origin)?)
        }

        /// Registers a device. It cannot be matched until it has done its conformance run.
        ///
        /// Origin: signed by a provider. Errors: `NotRegistered`, `TooManyDevices`,
        /// `NoComputingPower`, `NoMemory`, `NoDeterminismClass`, `BadDeviceName`, `BadSlots`,
        /// `AskTooLow`, `DuplicateFingerprint`. Events: `DeviceRegistered`,
        /// `DeviceChallenged`. Cost grows with the provider's devices.
        #[pallet::call_index(7)]
        #[pallet::weight(
            <T as Config>::WeightInfo::register_device(T::MaxDevices::get())
                .saturating_add(Pallet::<T>::challenge_weight())
        )]
        pub fn register_device(
            origin: OriginFor<T>,
            spec: DeviceSpec,
            ask: AskPrice,
            slots: Slots,
        ) -> DispatchResult {
            Self::do_register_device(ensure_signed(origin)?, spec, ask, slots)
        }

        /// Removes a device for good. A device with failures or missed deadlines cannot be removed until a task
        /// that goes well has made up for them, or the provider has withdrawn all of its stake.
        ///
        /// Origin: signed by its provider. Errors: `UnknownDevice`, `NotOwner`, `DeviceOccupied`,
        /// `DeviceCoolsDown`, `DeviceNotForgiven`. Event: `DeviceDeregistered`.
        #[pallet::call_index(8)]
        pub fn deregister_device(origin: OriginFor<T>, device: DeviceId) -> DispatchResult {
            Self::do_deregister_device(ensure_signed(origin)?, device)
        }

        /// Replaces a device's spec after a new measurement. If the spec differs, the device cannot be matched
        /// until it has done its conformance run.
        ///
        /// Origin: signed by its provider. Errors: `UnknownDevice`, `NotOwner`, `DeviceBusy` (a
        /// running job relies on the spec), and those about specs of [`Pallet::register_device`].
        /// Events: `SpecUpdated`, `DeviceChallenged`.
        #[pallet::call_index(9)]
        #[pallet::weight(
            <T as Config>::WeightInfo::update_spec(T::MaxDevices::get())
                .saturating_add(Pallet::<T>::challenge_weight())
        )]
        pub fn update_spec(
            origin: OriginFor<T>,
            device: DeviceId,
            spec: DeviceSpec,
        ) -> DispatchResult {
            Self::do_update_spec(ensure_signed(origin)?, device, spec)
        }

        /// Sets how many jobs a device runs at once. Running jobs are not affected.
        ///
        /// Origin: signed by its provider. Errors: `UnknownDevice`, `NotOwner`, `BadSlots`. Event:
        /// `SlotsSet`.
        #[pallet::call_index(10)]
        pub fn set_slots(origin: OriginFor<T>, device: DeviceId, slots: Slots) -> DispatchResult {
            Self::do_set_slots(ensure_signed(origin)?, device, slots)
        }

        /// Sets a device's ask. The prices of existing assignments stay as they are.
        ///
        /// Origin: signed by its provider. Errors: `UnknownDevice`, `NotOwner`, `AskTooLow`. Event:
        /// `AskSet`.
        #[pallet::call_index(11)]
        pub fn set_ask(origin: OriginFor<T>, device: DeviceId, ask: AskPrice) -> DispatchResult {
            Self::do_set_ask(ensure_signed(origin)?, device, ask)
        }

        /// Makes a device available for matching, or no longer available. Running jobs are not affected.
        ///
        /// Origin: signed by its provider. Errors: `UnknownDevice`, `NotOwner`. Event:
        /// `AvailabilitySet`.
        #[pallet::call_index(12)]
        pub fn set_availability(
            origin: OriginFor<T>,
            device: DeviceId,
            available: bool,
        ) -> DispatchResult {
            Self::do_set_availability(ensure_signed(origin)?, device, available)
        }

        /// Reports that a provider's devices are online in this period.
        ///
        /// Origin: authorised by the provider's worker key, which signs
        /// [`aicpw_protocol::worker::Statement::Heartbeat`]. Free. Accepted once per provider and
        /// period, and only in that period. Cannot fail. Events: `ProviderCameOnline` if the provider
        /// was offline, and `DeviceFound`. Cost grows with the provider's devices if they have to be
        /// listed again.
        #[pallet::call_index(13)]
        #[pallet::weight((
            <T as Config>::WeightInfo::heartbeat(T::MaxDevices::get()),
            DispatchClass::Operational,
        ))]
        #[pallet::weight_of_authorize(<T as Config>::WeightInfo::authorize_heartbeat())]
        #[pallet::authorize(Self::authorize_heartbeat)]
        pub fn heartbeat(
            origin: OriginFor<T>,
            provider: T::AccountId,
            period: BlockNumber,
            // Checked by the authorisation.
            _proof: WorkerProof,
        ) -> DispatchResultWithPostInfo {
            ensure_authorized(origin)?;
            let (devices, spared) = Self::do_heartbeat(provider, period, Default::default());
            let weight = match devices {
                0 => <T as Config>::WeightInfo::heartbeat_again(),
                _ => <T as Config>::WeightInfo::heartbeat(devices).saturating_sub(spared),
            };
            Ok(Some(weight).into())
        }

        /// Challenges a device to do its conformance run again. If the last attempt had no answer, the next attempt
        /// begins at once instead of later. The device cannot be matched until it has done the run. If runs are turned
        /// off, a device that still has a run to do no longer has to do it.
        ///
        /// Origin: signed by its provider, which also pays for the weight of the answer. Errors: `UnknownDevice`,
        /// `NotOwner`, `DeviceBusy` (a running job would make the run slow), `ChallengeOpen` (also after a wrong
        /// answer, until the next attempt), `NoRuns`. Event: `DeviceChallenged`.
        #[pallet::call_index(14)]
        #[pallet::weight(
            <T as Config>::WeightInfo::request_challenge()
                .saturating_add(Pallet::<T>::challenge_weight())
        )]
        pub fn request_challenge(origin: OriginFor<T>, device: DeviceId) -> DispatchResult {
            Self::do_request_challenge(ensure_signed(origin)?, device)
        }

        /// Answers a conformance run with the results that the device computed. If the answer is right, the device can
        /// be matched. If it is wrong, this attempt is over, and nothing else happens.
        ///
        /// Origin: authorised by the worker key of the device's provider, which signs
        /// [`aicpw_protocol::worker::Statement::Answer`]. Free. Accepted once for each attempt, while the attempt
        /// is open. No part of the block is reserved for this call: calls with a deadline that costs stake go
        /// before it. Cannot fail. Events: `DeviceProven` or `AnswerRefuted`.
        #[pallet::call_index(15)]
        #[pallet::weight(Pallet::<T>::answer_weight())]
        #[pallet::weight_of_authorize(Pallet::<T>::authorize_answer_weight())]
        #[pallet::authorize(Self::authorize_answer)]
        pub fn answer_challenge(
            origin: OriginFor<T>,
            device: DeviceId,
            answer: Answer,
            // Checked by the authorisation.
            _proof: WorkerProof,
        ) -> DispatchResult {
            ensure_authorized(origin)?;
            Self::do_answer_challenge(device, &answer);
            Ok(())
        }

        /// Reports that a provider's devices are online in this period, except those in `missing`. The node did not
        /// find these as they were registered: a driver was changed, or a device is gone, is broken, or has less
        /// memory or bandwidth. A missing device is not matched until a heartbeat no longer names it, or until its
        /// spec is updated. Its assignments go on.
        ///
        /// Origin: authorised by the provider's worker key, which signs
        /// [`aicpw_protocol::worker::Statement::HeartbeatWithout`]. Free. It takes the place of
        /// [`Self::heartbeat`]: one of the two is accepted per provider and period. Cannot fail. Devices of other
        /// providers in `missing` are ignored. Events: `DeviceMissing`, `DeviceFound`, `ProviderCameOnline`. Cost
        /// grows with the provider's devices if other devices are missing than before, or if they have to be listed
        /// again.
        #[pallet::call_index(16)]
        #[pallet::weight((
            Pallet::<T>::heartbeat_without_weight(T::MaxDevices::get()),
            DispatchClass::Operational,
        ))]
        #[pallet::weight_of_authorize(<T as Config>::WeightInfo::authorize_heartbeat())]
        #[pallet::authorize(Self::authorize_heartbeat_without)]
        pub fn heartbeat_without(
            origin: OriginFor<T>,
            provider: T::AccountId,
            period: BlockNumber,
            missing: MissingDevices,
            // Checked by the authorisation.
            _proof: WorkerProof,
        ) -> DispatchResultWithPostInfo {
            ensure_authorized(origin)?;
            let (devices, spared) = Self::do_heartbeat(provider, period, missing);
            let weight = match devices {
                0 => <T as Config>::WeightInfo::heartbeat_again(),
                _ => Self::heartbeat_without_weight(devices).saturating_sub(spared),
            };
            Ok(Some(weight).into())
        }
    }
}
