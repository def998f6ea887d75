//! The base: blocks, their limits, and the tools that are about calls in general.

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
/// A block is executed twice within its slot of 250 ms: by its author (who has two thirds of the
/// slot, and stops a third before that: 111 ms) and by everyone else. 100 ms leaves 50 ms for
/// gossip, storage root, database and signatures.
///
/// `System.set_code` weighs more than this (164 ms), and so does `apply_authorized_upgrade`, which
/// therefore fits into no block. A runtime upgrade is dispatched by root with its weight stated
/// (`Utility.with_weight` in a referendum), and its block is late.
pub const MAX_BLOCK_WEIGHT: Weight = Weight::from_parts(100 * WEIGHT_REF_TIME_PER_MILLIS, u64::MAX);

/// The share of a block for paying transactions. The rest is for `Operational` ones, which is what
/// workers' calls are: a flood of transfers must not make a provider miss a deadline.
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
        // Which transactions do not pay for.
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
    // What the emergency tools stop, and what would read a state that is half migrated. Root passes.
    type BaseCallFilter = InsideBoth<InsideBoth<SafeMode, TxPause>, WhatCanBeRead>;
    // For what is small however long a chain has gone on; the others are listed in `governance::emergency`.
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

/// Whether the state may be in a form that this runtime does not read: it has not begun to work yet, so that the
/// state is that of the one before, or not all of it is migrated.
pub fn is_in_another_form() -> bool {
    let last = frame_system::LastRuntimeUpgrade::<Runtime>::get();
    last.is_some_and(|last| last.was_upgraded(&VERSION)) || is_half_migrated()
}

/// Whether some of the state may be in the form of before: a migration of many blocks is under way, or one has failed,
/// after which the SDK knows of none. A pallet that such a migration is for says by its version that it has come to
/// its end.
pub fn is_half_migrated() -> bool {
    MultiBlockMigrations::ongoing() || !pallet_provider_staking::migrations::is_done::<Runtime>()
}

/// All calls but those of the market while its state is half migrated, whatever is stopped else, and whoever has ended
/// that. Of what is still in the form of before they would take it that it is not there. Calls of workers are refused before:
/// nobody pays for them, so no block may be filled with those that fail.
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
    /// For the market's clock.
    pub IsMigrating: bool = is_half_migrated();
}

/// A key, and what is there as soon as no migration of many blocks has left anything that this release does not read.
pub fn migrated_version() -> (Vec<u8>, Vec<u8>) {
    (
        StorageVersion::storage_key::<ProviderStaking>().to_vec(),
        ProviderStaking::in_code_storage_version().encode(),
    )
}

/// The key at which there is something as long as a migration of many blocks is under way.
pub fn migration_key() -> Vec<u8> {
    pallet_migrations::Cursor::<Runtime>::hashed_key().to_vec()
}
