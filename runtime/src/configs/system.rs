//! The base: blocks, their limits, and tools for calls in general.

use alloc::vec::Vec;

use codec::Encode;
use frame_support::{
    derive_impl,
    dispatch::DispatchClass,
    migrations::MultiStepMigrator,
    parameter_types,
    traits::{ConstU32, Contains, GetStorageVersion, InsideBoth, StorageVersion},
    weights::{
        constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_MILLIS},
        Weight,
    },
};
use frame_system::limits::{BlockLength, BlockWeights};
use sp_runtime::Perbill;
use sp_version::RuntimeVersion;

use crate::{
    transactions::weights::{self, ExtensionsWeight},
    units::SS58_PREFIX,
    AccountId, Balance, Block, BlockNumber, Hash, MultiBlockMigrations, Nonce, OriginCaller,
    PalletInfo, ProviderStaking, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, RuntimeTask,
    SafeMode, TxPause, VERSION,
};

/// Execution time of a full block.
///
/// A block is executed twice within its slot of 250 ms: by its author, who has two thirds of the slot and stops a third
/// before that, at 111 ms, and then by everyone else. 100 ms leaves 50 ms for gossip, storage root, database and
/// signatures.
///
/// `System.set_code` weighs more than this (164 ms), and so does `apply_authorized_upgrade`, which
/// therefore fits into no block. A runtime upgrade is dispatched by root with its weight stated
/// (`Utility.with_weight` in a referendum), and its block is late.
pub const MAX_BLOCK_WEIGHT: Weight = Weight::from_parts(100 * WEIGHT_REF_TIME_PER_MILLIS, u64::MAX);

/// The share of a block for paying transactions. The rest is for `Operational` ones, which include workers' calls: a
/// flood of transfers must not make a provider miss a deadline.
pub const NORMAL_DISPATCH_RATIO: Perbill = Perbill::from_percent(75);

/// Bytes in a full block: what a link of 100 Mbit/s carries in one slot. A compressed runtime has
/// to fit as well.
pub const MAX_BLOCK_LENGTH: u32 = 3 * 1024 * 1024;

parameter_types! {
    /// How far back a transaction's era may reach: 17 minutes, a power of two as eras are.
    pub const BlockHashCount: BlockNumber = 4_096;
    /// This runtime's version.
    pub const Version: RuntimeVersion = VERSION;
    /// Execution limits of a block.
    pub RuntimeBlockWeights: BlockWeights = {
        let mut limits =
            BlockWeights::with_sensible_defaults(MAX_BLOCK_WEIGHT, NORMAL_DISPATCH_RATIO);
        // The accesses for extensions, which transactions do not pay for.
        limits.base_block = limits.base_block.saturating_add(weights::of_a_block());
        limits
    };
    /// Size limits of a block.
    pub RuntimeBlockLength: BlockLength = BlockLength::builder()
        .max_length(MAX_BLOCK_LENGTH)
        .modify_max_length_for_class(DispatchClass::Normal, |max| {
            *max = NORMAL_DISPATCH_RATIO * MAX_BLOCK_LENGTH
        })
        .build();
    /// The prefix of this chain's addresses.
    pub const SS58Prefix: u16 = SS58_PREFIX;
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
    type Block = Block;
    type BlockWeights = RuntimeBlockWeights;
    type BlockLength = RuntimeBlockLength;
    type BlockHashCount = BlockHashCount;
    type AccountId = AccountId;
    type AccountData = pallet_balances::AccountData<Balance>;
    type Nonce = Nonce;
    type Hash = Hash;
    type DbWeight = ParityDbWeight;
    type Version = Version;
    type SS58Prefix = SS58Prefix;
    type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
    type ExtensionsWeightInfo = ExtensionsWeight;
    type MaxConsumers = ConstU32<128>;
    // Excludes what the emergency tools stop, and what would read a state that is half migrated. Root passes.
    type BaseCallFilter = InsideBoth<InsideBoth<SafeMode, TxPause>, WhatCanBeRead>;
    // For migrations that stay small however old the chain is; the others are listed in `governance::emergency`.
    type SingleBlockMigrations = ();
    type MultiBlockMigrator = MultiBlockMigrations;
}

impl pallet_utility::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type PalletsOrigin = OriginCaller;
    type WeightInfo = pallet_utility::weights::SubstrateWeight<Runtime>;
}

impl pallet_sudo::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type WeightInfo = pallet_sudo::weights::SubstrateWeight<Runtime>;
}

/// Whether the state may be in a form that this runtime cannot read: this runtime has not made a block yet, so the
/// state is the previous runtime's, or the state is not migrated completely.
pub fn is_in_another_form() -> bool {
    let last = frame_system::LastRuntimeUpgrade::<Runtime>::get();
    last.is_some_and(|last| last.was_upgraded(&VERSION)) || is_half_migrated()
}

/// Whether some of the state may still be in the previous form: a migration of many blocks is under way, or one has
/// failed, of which the SDK keeps no trace. A pallet that has such a migration shows by its storage version that the
/// migration is complete.
pub fn is_half_migrated() -> bool {
    MultiBlockMigrations::ongoing() || !pallet_provider_staking::migrations::is_done::<Runtime>()
}

/// Permits all calls except, while the market's state is half migrated, those of the market. This holds whatever else
/// is stopped, and even if somebody has ended that stop: the market's calls would treat entries in the previous form as
/// missing. Workers' calls are refused earlier, because nobody pays for them, and blocks must not be filled with calls
/// that fail.
pub struct WhatCanBeRead;

impl Contains<RuntimeCall> for WhatCanBeRead {
    fn contains(call: &RuntimeCall) -> bool {
        let is_of_the_market = matches!(
            call,
            RuntimeCall::ProviderStaking(_) | RuntimeCall::Tasks(_) | RuntimeCall::Disputes(_)
        );
        !(is_of_the_market && is_half_migrated())
    }
}

parameter_types! {
    /// Whether the state is half migrated, for the market's clock.
    pub IsMigrating: bool = is_half_migrated();
}

/// Returns a key, and the value that is there once no migration of many blocks has left anything in the previous form.
pub fn migrated_version() -> (Vec<u8>, Vec<u8>) {
    (
        StorageVersion::storage_key::<ProviderStaking>().to_vec(),
        ProviderStaking::in_code_storage_version().encode(),
    )
}

/// Returns the key that has a value as long as a migration of many blocks is under way.
pub fn migration_key() -> Vec<u8> {
    pallet_migrations::Cursor::<Runtime>::hashed_key().to_vec()
}
