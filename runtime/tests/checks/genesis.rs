//! Each preset builds a valid genesis with the same Wasm that a node starts from.

use aicpw_runtime::{
    configs::{
        consensus::BABE_GENESIS_EPOCH_CONFIG,
        money::{AuditPot, TreasuryAccount},
        validators::{ValidatorPot, CANDIDATES},
    },
    presets::{self, DEVELOPMENT_BOND, DEVELOPMENT_ENDOWMENT},
    units::{EXISTENTIAL_DEPOSIT, SS58_PREFIX},
    AccountId, AuthorityDiscovery, Babe, Balances, Beefy, BeefyMmrLeaf, Grandpa, Historical,
    Runtime, Session, WASM_BINARY,
};
use frame_support::traits::{
    fungible::{Inspect, InspectHold},
    KeyOwnerProofSystem,
};
use sc_chain_spec::GenesisConfigBuilderRuntimeCaller;
use serde_json::json;
use sp_core::crypto::{Ss58AddressFormat, Ss58Codec};
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave};
use sp_runtime::Storage;
use std::{collections::BTreeMap, sync::LazyLock};

/// Returns the state of a preset's genesis. All are built only once, because compiling the Wasm
/// takes seconds.
fn chain(preset: &str) -> TestExternalities {
    static BUILT: LazyLock<BTreeMap<String, Storage>> = LazyLock::new(|| {
        let wasm = WASM_BINARY.expect("the tests need the Wasm runtime: unset SKIP_WASM_BUILD");
        let runtime = GenesisConfigBuilderRuntimeCaller::<sp_io::SubstrateHostFunctions>::new(wasm);
        runtime
            .preset_names()
            .unwrap()
            .into_iter()
            .map(|preset| {
                let preset = preset.to_string();
                let state = runtime.get_storage_for_named_preset(Some(&preset)).unwrap();
                (preset, state)
            })
            .collect()
    });
    BUILT[preset].clone().into()
}

fn accounts(keys: &[Sr25519Keyring]) -> Vec<AccountId> {
    let mut accounts: Vec<_> = keys.iter().map(|key| key.to_account_id()).collect();
    accounts.sort();
    accounts
}

fn validators(preset: &str) -> Vec<Sr25519Keyring> {
    match preset {
        "development" => vec![Alice],
        "local_testnet" => vec![Alice, Bob, Charlie, Dave],
        other => panic!("preset {other} is not described here"),
    }
}

#[test]
fn every_preset_has_its_validators_in_every_role() {
    for preset in presets::preset_names() {
        let expected = validators(preset.as_ref());
        chain(preset.as_ref()).execute_with(|| {
            let mut validators = Session::validators();
            validators.sort();
            assert_eq!(validators, accounts(&expected), "{preset:?}");
            assert_eq!(AuthorityDiscovery::authorities().len(), expected.len());
            for validator in validators {
                assert_eq!(
                    Balances::total_balance_on_hold(&validator),
                    DEVELOPMENT_BOND,
                    "{preset:?}"
                );
            }

            let babe: Vec<_> = Babe::authorities()
                .iter()
                .map(|(key, _)| AccountId::new(key.clone().into_inner().0))
                .collect();
            // Block authors are found by their index, so the order has to be the session's.
            assert_eq!(babe, Session::validators(), "{preset:?}");
            assert_eq!(
                Grandpa::grandpa_authorities().len(),
                expected.len(),
                "{preset:?}"
            );
            let beefy = Beefy::validator_set().unwrap();
            let in_order = |name: &AccountId| {
                let keys = pallet_session::NextKeys::<Runtime>::get(name).unwrap();
                keys.beefy
            };
            let expected_beefy: Vec<_> = Session::validators().iter().map(in_order).collect();
            assert_eq!(beefy.validators(), expected_beefy, "{preset:?}");
            assert_eq!(beefy.id(), 0);
            // BEEFY starts with the first block.
            assert_eq!(pallet_beefy::GenesisBlock::<Runtime>::get(), Some(1));
            let next = BeefyMmrLeaf::next_authority_set_proof();
            assert_eq!((next.id, next.len as usize), (1, expected.len()));
            assert_eq!(
                Babe::epoch_config(),
                Some(BABE_GENESIS_EPOCH_CONFIG),
                "{preset:?}"
            );
        });
    }
}

#[test]
fn every_preset_endows_the_well_known_accounts_and_nobody_else() {
    for preset in presets::preset_names() {
        chain(preset.as_ref()).execute_with(|| {
            let well_known: Vec<_> = Sr25519Keyring::well_known().collect();
            for key in &well_known {
                assert_eq!(
                    Balances::total_balance(&key.to_account_id()),
                    DEVELOPMENT_ENDOWMENT
                );
            }
            for account in [TreasuryAccount::get(), ValidatorPot::get(), AuditPot::get()] {
                assert_eq!(Balances::free_balance(account), EXISTENTIAL_DEPOSIT);
            }
            assert_eq!(
                Balances::total_issuance(),
                DEVELOPMENT_ENDOWMENT * well_known.len() as u128 + 3 * EXISTENTIAL_DEPOSIT
            );
        });
    }
}

#[test]
fn no_preset_takes_more_candidates_than_an_election() {
    for preset in presets::preset_names() {
        chain(preset.as_ref()).execute_with(|| {
            assert_eq!(
                pallet_staking::MaxValidatorsCount::<Runtime>::get(),
                Some(CANDIDATES),
                "{preset:?}"
            );
        });
    }
}

#[test]
fn the_first_sessions_can_prove_who_owns_a_key() {
    chain("local_testnet").execute_with(|| {
        assert!(Historical::historical_root(0).is_some());
        assert!(Historical::historical_root(1).is_some());

        let key = (
            sp_consensus_babe::KEY_TYPE,
            Babe::authorities()[0].0.clone(),
        );
        let proof = Historical::prove(key.clone()).unwrap();
        assert_eq!(
            Historical::check_proof(key, proof),
            Some((Session::validators()[0].clone(), ()))
        );
    });
}

#[test]
fn a_genesis_is_written_with_the_chains_own_addresses() {
    let wasm = WASM_BINARY.unwrap();
    let runtime = GenesisConfigBuilderRuntimeCaller::<sp_io::SubstrateHostFunctions>::new(wasm);
    let own = Ss58AddressFormat::custom(SS58_PREFIX);
    let address = Alice.to_account_id().to_ss58check_with_version(own);
    assert!(address.starts_with("ug"), "{address}");
    let patch = json!({
        "balances": { "balances": [[address, EXISTENTIAL_DEPOSIT as u64]] },
        "sudo": { "key": address },
    });
    let mut chain: TestExternalities = runtime.get_storage_for_patch(patch).unwrap().into();
    chain.execute_with(|| {
        let alice = Alice.to_account_id();
        assert_eq!(Balances::free_balance(&alice), EXISTENTIAL_DEPOSIT);
        assert_eq!(pallet_sudo::Key::<Runtime>::get(), Some(alice));
    });
}

#[test]
fn an_unknown_preset_is_none() {
    assert_eq!(presets::get_preset(&"mainnet".into()), None);
}
