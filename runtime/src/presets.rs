//! The chains that can be started from this runtime, and the contents of their genesis.

use alloc::{string::ToString, vec, vec::Vec};
use frame_support::build_struct_json_patch;
use pallet_staking::StakerStatus;
use sp_consensus_beefy::ecdsa_crypto::AuthorityId as BeefyId;
use sp_core::crypto::{
    get_public_from_string_or_panic, set_default_ss58_version, Ss58AddressFormat,
};
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::Perbill;

use crate::{
    configs::{
        consensus::BABE_GENESIS_EPOCH_CONFIG,
        governance::origins,
        money::{AuditPot, TreasuryAccount},
        validators::{ValidatorPot, CANDIDATES},
    },
    units::{EXISTENTIAL_DEPOSIT, SS58_PREFIX, UNIT},
    AccountId, Balance, RuntimeGenesisConfig, SessionKeys,
};

/// Sets the default address prefix to this chain's, which a person who writes a genesis uses. Without this only
/// addresses with the generic prefix would be read.
pub fn read_own_addresses() {
    set_default_ss58_version(Ss58AddressFormat::custom(SS58_PREFIX));
}

/// The balance of each well-known account of a development chain, bonded stake included.
pub const DEVELOPMENT_ENDOWMENT: Balance = 1_000_000 * UNIT;

/// The part of it that each validator of a development chain has bonded.
pub const DEVELOPMENT_BOND: Balance = 100_000 * UNIT;

/// The least bond of a validator. Root changes it with `Staking.set_staking_configs`.
pub const MIN_VALIDATOR_BOND: Balance = 10_000 * UNIT;

/// The least bond of a nominator.
pub const MIN_NOMINATOR_BOND: Balance = 100 * UNIT;

/// How many validators are elected, if there are that many candidates.
pub const VALIDATOR_COUNT: u32 = 16;

/// How many times faster the periods of governance pass on a development chain: a day is over in 36
/// seconds, so that a referendum can be watched.
pub const DEVELOPMENT_TIME_LAPSE: u32 = 2_400;

/// Returns a validator of a development chain. Its account and its session keys come from the same name.
fn validator(account: Sr25519Keyring, finality: Ed25519Keyring) -> (AccountId, SessionKeys) {
    let keys = SessionKeys {
        babe: account.public().into(),
        grandpa: finality.public().into(),
        authority_discovery: account.public().into(),
        // There is no keyring of this scheme. The names of the other scheme's keys can be parsed.
        beefy: get_public_from_string_or_panic::<BeefyId>(account.into()),
    };
    (account.to_account_id(), keys)
}

/// Returns the genesis of a chain with the given validators, with balances for the well-known accounts, Alice as root,
/// and Alice, Bob and Charlie as technical committee.
fn genesis(validators: Vec<(AccountId, SessionKeys)>) -> serde_json::Value {
    let mut balances: Vec<_> = Sr25519Keyring::well_known()
        .map(|key| (key.to_account_id(), DEVELOPMENT_ENDOWMENT))
        .collect();
    // The treasury exists from the start, so that it can take in dust; the pots do too, so that they can pay out
    // everything that an era, or requesters, have put into them.
    balances.push((TreasuryAccount::get(), EXISTENTIAL_DEPOSIT));
    balances.push((ValidatorPot::get(), EXISTENTIAL_DEPOSIT));
    balances.push((AuditPot::get(), EXISTENTIAL_DEPOSIT));

    build_struct_json_patch!(RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig { balances },
        babe: pallet_babe::GenesisConfig {
            epoch_config: BABE_GENESIS_EPOCH_CONFIG
        },
        staking: pallet_staking::GenesisConfig {
            validator_count: VALIDATOR_COUNT,
            // With fewer, the validators stay those of the previous era.
            minimum_validator_count: 1,
            // With one more candidate than an election takes, there would be no election any more.
            max_validator_count: Some(CANDIDATES),
            stakers: validators
                .iter()
                .map(|(account, _)| {
                    let (stash, controller) = (account.clone(), account.clone());
                    (stash, controller, DEVELOPMENT_BOND, StakerStatus::Validator)
                })
                .collect::<Vec<_>>(),
            // A tenth of the first half of a slash goes to the reporter.
            slash_reward_fraction: Perbill::from_percent(10),
            min_validator_bond: MIN_VALIDATOR_BOND,
            min_nominator_bond: MIN_NOMINATOR_BOND
        },
        session: pallet_session::GenesisConfig {
            keys: validators
                .into_iter()
                .map(|(account, keys)| (account.clone(), account, keys))
                .collect::<Vec<_>>(),
        },
        sudo: pallet_sudo::GenesisConfig {
            key: Some(Sr25519Keyring::Alice.to_account_id())
        },
        origins: origins::GenesisConfig {
            time_lapse: DEVELOPMENT_TIME_LAPSE
        },
        technical_committee: pallet_collective::GenesisConfig {
            members: [
                Sr25519Keyring::Alice,
                Sr25519Keyring::Bob,
                Sr25519Keyring::Charlie
            ]
            .map(|key| key.to_account_id())
            .to_vec()
        },
    })
}

/// The genesis with one validator, Alice.
fn development() -> serde_json::Value {
    genesis(vec![validator(
        Sr25519Keyring::Alice,
        Ed25519Keyring::Alice,
    )])
}

/// The genesis with four validators: the least with which one may fail.
fn local_testnet() -> serde_json::Value {
    genesis(vec![
        validator(Sr25519Keyring::Alice, Ed25519Keyring::Alice),
        validator(Sr25519Keyring::Bob, Ed25519Keyring::Bob),
        validator(Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
        validator(Sr25519Keyring::Dave, Ed25519Keyring::Dave),
    ])
}

/// Returns the genesis of the preset `id` as a JSON patch, or `None` if there is no such preset.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
    let patch = match id.as_ref() {
        DEV_RUNTIME_PRESET => development(),
        LOCAL_TESTNET_RUNTIME_PRESET => local_testnet(),
        _ => return None,
    };
    Some(patch.to_string().into_bytes())
}

/// Returns the ids that [`get_preset`] knows.
pub fn preset_names() -> Vec<PresetId> {
    vec![
        PresetId::from(DEV_RUNTIME_PRESET),
        PresetId::from(LOCAL_TESTNET_RUNTIME_PRESET),
    ]
}
