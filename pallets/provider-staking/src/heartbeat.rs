//! Heartbeats: how they are authorised, what they do, and how a node sends them. Also the check of
//! worker proofs.

use aicpw_primitives::{
    traits::{MarketSwitch, OrderBook},
    worker_call::{self, hash_of, prove_now, NotProven},
    worker_key::{verify, WorkerId, WorkerProof},
};
use aicpw_protocol::{
    mailbox::{DeviceSize, DEVICES, DEVICE_SIZES, FAILING_DEVICES, SERVING, SERVING_FRESH_FOR},
    worker::{MissingDevices, Statement},
    BlockNumber, DeviceId, Hash,
};
use alloc::vec::Vec;
use codec::Decode;
use frame_support::{
    defensive,
    pallet_prelude::{
        InvalidTransaction, TransactionSource, TransactionValidityWithRefund, ValidTransaction,
        Weight,
    },
    traits::Get,
};
use frame_system::offchain::SubmitTransaction;
use sp_application_crypto::{ByteArray, RuntimeAppPublic};
use sp_runtime::{offchain::storage::StorageValueRef, traits::BlockNumberProvider};

use crate::{
    Attendances, Call, Config, Device, Devices, DevicesOf, Event, Heartbeat, MissingDevicesOf,
    Pallet, Presences, Providers, WeightInfo, WorkerOwners, LOG_TARGET,
};

/// The prefix of the offchain key under which the last sent heartbeat of a worker key is stored.
const SENT_PREFIX: &[u8] = b"aicpw/heartbeat/v1/";

/// The reason why a node sent no heartbeat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NotSent {
    /// The worker key acts for no provider.
    NoProvider,
    /// The chain has a heartbeat for this period already.
    NotNeeded,
    /// It is not the worker key's turn yet. Turns spread heartbeats over many blocks.
    NotYet,
    /// A heartbeat was sent and may still get into a block.
    Pending,
    /// The chain knows no block to which the proof could be bound.
    NoRecentBlock,
    /// The keystore did not sign.
    NoSignature,
    /// The transaction pool refused the call.
    Refused,
}

/// The devices of a provider with which its node cannot run jobs as registered.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(crate) struct NotHere {
    /// The devices that the node's machine does not have.
    pub gone: Vec<DeviceId>,
    /// The devices that the machine has, but that do not work.
    pub failing: Vec<DeviceId>,
    /// The devices with less memory or bandwidth than they were registered with.
    pub less: Vec<DeviceId>,
}

impl From<NotProven> for NotSent {
    fn from(reason: NotProven) -> Self {
        match reason {
            NotProven::NoRecentBlock => Self::NoRecentBlock,
            NotProven::NoSignature => Self::NoSignature,
        }
    }
}

impl<T: Config> Pallet<T> {
    /// The current block on the market's clock.
    pub fn now() -> BlockNumber {
        T::BlockNumberProvider::current_block_number()
    }

    /// The heartbeat period that this block is in.
    pub fn current_period() -> BlockNumber {
        Self::now() / T::HeartbeatPeriod::get().max(1)
    }

    pub(crate) fn height() -> BlockNumber {
        worker_call::height::<T>()
    }

    /// Whether `proof` is `worker`'s signature over `statement`, bound to this chain and to a recent
    /// block. The signature is checked last.
    pub(crate) fn is_proven(
        worker: &WorkerId,
        proof: &WorkerProof,
        statement: &Statement<T::AccountId>,
    ) -> bool {
        let height = Self::height();
        let block = proof.recent_block;
        if block >= height || block.saturating_add(T::RecentBlocks::get()) <= height {
            return false;
        }
        let (Some(genesis), Some(recent)) = (hash_of::<T>(0), hash_of::<T>(block)) else {
            return false;
        };
        verify(worker, proof, &genesis, &recent, statement)
    }

    /// Checks that all of the state can be read. During a migration, values in the old form would look as if they were
    /// not there.
    pub(crate) fn ensure_readable() -> Result<(), InvalidTransaction> {
        match T::Market::is_migrating() {
            true => Err(InvalidTransaction::Call),
            false => Ok(()),
        }
    }

    pub(crate) fn authorize_heartbeat(
        _: TransactionSource,
        provider: &T::AccountId,
        period: &BlockNumber,
        proof: &WorkerProof,
    ) -> TransactionValidityWithRefund {
        let statement = Statement::Heartbeat {
            provider: provider.clone(),
            period: *period,
        };
        Self::authorize_beat(provider, period, proof, &statement)
    }

    pub(crate) fn authorize_heartbeat_without(
        _: TransactionSource,
        provider: &T::AccountId,
        period: &BlockNumber,
        missing: &MissingDevices,
        proof: &WorkerProof,
    ) -> TransactionValidityWithRefund {
        let statement = Statement::HeartbeatWithout {
            provider: provider.clone(),
            period: *period,
            missing: missing.clone(),
        };
        Self::authorize_beat(provider, period, proof, &statement)
    }

    /// Authorises a heartbeat of either kind, whose proof is over `statement`.
    fn authorize_beat(
        provider: &T::AccountId,
        period: &BlockNumber,
        proof: &WorkerProof,
        statement: &Statement<T::AccountId>,
    ) -> TransactionValidityWithRefund {
        Self::ensure_readable()?;
        let current = Self::current_period();
        if *period < current {
            return Err(InvalidTransaction::Stale.into());
        }
        if *period > current {
            return Err(InvalidTransaction::Future.into());
        }
        if Self::has_heartbeat(provider, current) {
            return Err(InvalidTransaction::Stale.into());
        }
        let worker = Providers::<T>::get(provider)
            .ok_or(InvalidTransaction::BadSigner)?
            .worker;
        if !Self::is_proven(&worker, proof, statement) {
            return Err(InvalidTransaction::BadProof.into());
        }

        let period_left = T::HeartbeatPeriod::get() - Self::now() % T::HeartbeatPeriod::get();
        let proof_left = proof
            .recent_block
            .saturating_add(T::RecentBlocks::get())
            .saturating_sub(Self::height());
        ValidTransaction::with_tag_prefix("AicpwHeartbeat")
            .priority(T::HeartbeatPriority::get())
            .and_provides((provider, period))
            .longevity(period_left.min(proof_left).into())
            .propagate(true)
            .build()
            .map(|valid| (valid, Weight::zero()))
    }

    fn has_heartbeat(provider: &T::AccountId, period: BlockNumber) -> bool {
        Presences::<T>::get(provider)
            .heartbeat
            .is_some_and(|last| last.period >= period)
    }

    /// Records the heartbeat. Lists all devices of the provider anew if it was offline, if a device cooled down
    /// or stake became free since the last heartbeat, or if other devices are missing than before. Returns how
    /// many devices it listed, and the weight that was spared because devices stay where they are in the book.
    pub(crate) fn do_heartbeat(
        provider: T::AccountId,
        period: BlockNumber,
        missing: MissingDevices,
    ) -> (u32, Weight) {
        let now = Self::now();
        let mut presence = Presences::<T>::get(&provider);
        let was_online = presence.is_online(period);
        let devices = DevicesOf::<T>::get(&provider);
        let others_miss = Self::note_missing(&provider, &devices, missing);
        let look = !was_online || presence.relist || others_miss;
        presence.heartbeat = Some(Heartbeat { period, block: now });
        presence.relist = false;
        Attendances::<T>::mutate(|attendance| attendance.add(period));
        // This comes before the devices are listed, because they are offered only if the provider is online.
        Presences::<T>::insert(&provider, presence);
        if !was_online {
            Self::weigh(&provider);
            Self::deposit_event(Event::ProviderCameOnline {
                provider: provider.clone(),
            });
        }
        if !look {
            return (0, Weight::zero());
        }

        let (mut some_cool, mut spared) = (false, Weight::zero());
        for id in devices.iter() {
            Devices::<T>::mutate_extant(id, |device| {
                if device.cooling_until(now).is_some() {
                    some_cool = true;
                } else {
                    device.cools_until = None;
                }
            });
            let before = T::OrderBook::standing(*id);
            Self::refresh(*id);
            let (reads, writes) = before.spared_of_many(&T::OrderBook::standing(*id));
            spared.saturating_accrue(T::DbWeight::get().reads_writes(reads, writes));
        }
        if some_cool {
            presence.relist = true;
            Presences::<T>::insert(&provider, presence);
        }
        (devices.len() as u32, spared)
    }

    /// The most that [`Self::do_heartbeat`] weighs if it lists this many devices and some may be missing. Each is put
    /// into the order book or taken out of it. All are counted as the dearer of the two.
    pub(crate) fn heartbeat_without_weight(devices: u32) -> Weight {
        <T as Config>::WeightInfo::heartbeat_without(devices, 0)
            .max(<T as Config>::WeightInfo::heartbeat_without(0, devices))
    }

    /// Stores which of the provider's devices are missing. Returns whether these are others than before.
    fn note_missing(
        provider: &T::AccountId,
        devices: &[DeviceId],
        missing: MissingDevices,
    ) -> bool {
        let before = MissingDevicesOf::<T>::get(provider);
        let mut now = MissingDevices::default();
        let mut others = false;
        for device in devices.iter().copied() {
            let is_missing = missing.contains(&device);
            if is_missing && now.try_push(device).is_err() {
                // A statement can name all devices of a provider.
                defensive!("a provider has more devices than a statement can name");
                break;
            }
            if is_missing != before.contains(&device) {
                others = true;
                Self::deposit_event(match is_missing {
                    true => Event::DeviceMissing { device },
                    false => Event::DeviceFound { device },
                });
            }
        }
        if others {
            Self::set_missing(provider, now);
        }
        others
    }

    /// Takes the device out of the missing ones, until a heartbeat names it again.
    pub(crate) fn forget_missing(provider: &T::AccountId, device: DeviceId) {
        let mut missing = MissingDevicesOf::<T>::get(provider);
        if missing.contains(&device) {
            missing.retain(|other| *other != device);
            Self::set_missing(provider, missing);
        }
    }

    fn set_missing(provider: &T::AccountId, missing: MissingDevices) {
        if missing.is_empty() {
            MissingDevicesOf::<T>::remove(provider);
        } else {
            MissingDevicesOf::<T>::insert(provider, missing);
        }
    }

    /// Whether the provider's last heartbeat named the device as missing.
    pub(crate) fn is_missing(provider: &T::AccountId, device: DeviceId) -> bool {
        MissingDevicesOf::<T>::get(provider).contains(&device)
    }

    /// Sends the heartbeats that are due for this node's worker keys. Runs in the offchain worker.
    pub(crate) fn send_heartbeats() {
        if !Self::is_serving() {
            return;
        }
        for worker in WorkerId::all() {
            match Self::send_heartbeat(&worker) {
                Ok(period) => log::debug!(
                    target: LOG_TARGET,
                    "sent the heartbeat of worker {worker:?} for period {period}",
                ),
                Err(reason) => log::trace!(
                    target: LOG_TARGET,
                    "no heartbeat of worker {worker:?}: {reason:?}",
                ),
            }
        }
    }

    /// Whether the native engine of this node said lately that it serves. A time in the future does not count: the
    /// clock has been set back since, so it is not known how long ago the engine said so.
    fn is_serving() -> bool {
        let Ok(Some(said_at)) = StorageValueRef::persistent(SERVING).get::<u64>() else {
            return false;
        };
        let now = sp_io::offchain::timestamp().unix_millis();
        now.checked_sub(said_at)
            .is_some_and(|age| age < SERVING_FRESH_FOR.0)
    }

    pub(crate) fn send_heartbeat(worker: &WorkerId) -> Result<BlockNumber, NotSent> {
        let provider = WorkerOwners::<T>::get(worker).ok_or(NotSent::NoProvider)?;
        let period = Self::current_period();
        if Self::has_heartbeat(&provider, period) {
            return Err(NotSent::NotNeeded);
        }
        // A provider that is offline would lose matches by waiting, so it sends at once. The others
        // are spread over the first half of the period.
        if Self::is_online(&provider)
            && Self::now() % T::HeartbeatPeriod::get() < Self::turn(worker)
        {
            return Err(NotSent::NotYet);
        }

        let key = [SENT_PREFIX, worker.as_slice()].concat();
        if !worker_call::claim(&key, period, Self::height()) {
            return Err(NotSent::Pending);
        }
        Self::submit_heartbeat(worker, provider, period)
            .inspect_err(|_| worker_call::unclaim(&key))?;
        Ok(period)
    }

    fn submit_heartbeat(
        worker: &WorkerId,
        provider: T::AccountId,
        period: BlockNumber,
    ) -> Result<(), NotSent> {
        let NotHere {
            gone,
            failing,
            less,
        } = Self::not_on_this_machine(&provider);
        if !gone.is_empty() {
            log::warn!(
                target: LOG_TARGET,
                "this machine has no such devices as {gone:?} were registered as, so they get no tasks. Was a \
                 driver changed? Start the node again, which measures what there is, and update them: \
                 `aicpw provider devices update`",
            );
        }
        if !failing.is_empty() {
            log::warn!(
                target: LOG_TARGET,
                "the devices {failing:?} do not do the job by which the node tries them, so they get no tasks. The \
                 node's log says what they lack; it tries them again from time to time",
            );
        }
        if !less.is_empty() {
            log::warn!(
                target: LOG_TARGET,
                "the devices {less:?} have less memory or bandwidth here than they were registered with, so they \
                 get no tasks. Give them what they had, or --bandwidth, and start the node again; or have the \
                 chain know: `aicpw provider devices pause`, `update` and `resume`",
            );
        }
        let missing = MissingDevices::truncate_from([gone, failing, less].concat());
        if missing.is_empty() {
            let statement = Statement::Heartbeat {
                provider: provider.clone(),
                period,
            };
            let proof = prove_now::<T>(worker, &statement)?;
            return Self::submit(Call::heartbeat {
                provider,
                period,
                proof,
            });
        }
        let statement = Statement::HeartbeatWithout {
            provider: provider.clone(),
            period,
            missing: missing.clone(),
        };
        let proof = prove_now::<T>(worker, &statement)?;
        Self::submit(Call::heartbeat_without {
            provider,
            period,
            missing,
            proof,
        })
    }

    /// The provider's devices that the native engine of this node does not find, those that it finds but that do not
    /// work, and those with less memory or bandwidth than they were registered with. Jobs on them would fail at the
    /// provider's cost. Until the engine has looked for devices, all count as found. Until it has measured a device,
    /// the device counts as what it was registered as.
    pub(crate) fn not_on_this_machine(provider: &T::AccountId) -> NotHere {
        let here = Self::said::<Vec<Hash>>(DEVICES);
        let sizes = Self::said::<Vec<DeviceSize>>(DEVICE_SIZES).unwrap_or_default();
        let fails = Self::said::<Vec<Hash>>(FAILING_DEVICES).unwrap_or_default();
        let mut not_here = NotHere::default();
        for id in DevicesOf::<T>::get(provider) {
            let Some(Device { spec, .. }) = Devices::<T>::get(id) else {
                continue;
            };
            let is_gone = |here: &Vec<Hash>| !here.contains(&spec.fingerprint);
            if here.as_ref().is_some_and(is_gone) {
                match fails.contains(&spec.fingerprint) {
                    true => not_here.failing.push(id),
                    false => not_here.gone.push(id),
                }
            } else if sizes.iter().any(|size| size.is_less_than(&spec)) {
                not_here.less.push(id);
            }
        }
        not_here
    }

    /// The native engine's report about this machine's devices under this key; `None` if there is none yet.
    fn said<V: Decode>(key: &[u8]) -> Option<V> {
        StorageValueRef::persistent(key).get().unwrap_or_else(|_| {
            log::warn!(target: LOG_TARGET, "the devices of this machine cannot be decoded");
            None
        })
    }

    /// Submits an authorised call to the transaction pool.
    pub(crate) fn submit(call: Call<T>) -> Result<(), NotSent> {
        let transaction = T::create_authorized_transaction(call.into());
        SubmitTransaction::<T, Call<T>>::submit_transaction(transaction)
            .map_err(|()| NotSent::Refused)
    }

    /// The number of blocks from the start of the period to this worker key's turn.
    fn turn(worker: &WorkerId) -> BlockNumber {
        let spread = T::HeartbeatPeriod::get() / 2;
        let seed = worker
            .as_slice()
            .iter()
            .take(4)
            .fold(0u32, |seed, byte| (seed << 8) | u32::from(*byte));
        seed.checked_rem(spread).unwrap_or(0)
    }
}
