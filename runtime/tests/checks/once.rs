//! Benchmarks do not count what a block reads or writes once; the hooks at its beginning pay for it.

use std::collections::BTreeSet;

use aicpw_runtime::{
    configs::{money::TreasuryAccount, once, system::RuntimeBlockWeights},
    transactions::weights,
    AllPalletsWithSystem, MarketParameters, Matching, ProviderStaking, Runtime, System, Tasks,
};
use frame_support::{
    storage::storage_prefix,
    traits::{GetStorageVersion, Hooks, WhitelistedStorageKeys},
    weights::{constants::BlockExecutionWeight, Weight},
};
use pallet_matching::{types::List, WeightInfo as _};
use pallet_tasks::WeightInfo as _;
use sp_io::{hashing::twox_128, TestExternalities};

type Database = <Runtime as frame_system::Config>::DbWeight;

/// Returns the keys of values, by pallet and name.
fn values(names: &[(&str, &str)]) -> Vec<Vec<u8>> {
    let key = |(pallet, name): &(&str, &str)| storage_prefix(pallet.as_bytes(), name.as_bytes());
    names.iter().map(|name| key(name).to_vec()).collect()
}

/// Returns the keys that are written once in a block, and that the tasks pallet pays for.
fn by_tasks() -> Vec<Vec<u8>> {
    let values = values(&[
        ("Tasks", "Census"),
        ("Tasks", "Submissions"),
        ("Tasks", "AgendaCursor"),
        ("Tasks", "PatientCursor"),
    ]);
    let treasury = frame_system::Account::<Runtime>::hashed_key_for(TreasuryAccount::get());
    values.into_iter().chain([treasury]).collect()
}

/// Returns the keys that the extensions of all transactions read, and that a block pays for.
fn by_the_block() -> Vec<Vec<u8>> {
    let mut keys = values(&[("System", "ExtrinsicWeightReclaimed")]);
    keys.push(frame_system::BlockHash::<Runtime>::hashed_key_for(0));
    keys
}

#[test]
fn somebody_pays_for_each_key_that_benchmarks_do_not_count() {
    let ours = [
        "ProviderStaking",
        "Tasks",
        "Matching",
        "MarketClock",
        "MarketParameters",
        "Disputes",
        "DrawRandomness",
    ];
    let marked = AllPalletsWithSystem::whitelisted_storage_keys();
    let marked = marked.into_iter().map(|tracked| tracked.key);
    let is_ours = |key: &Vec<u8>| {
        ours.iter()
            .any(|name| key.starts_with(&twox_128(name.as_bytes())))
    };
    let free: BTreeSet<_> = marked.filter(is_ours).chain(once::keys()).collect();
    let queue = pallet_matching::ListEnds::<Runtime>::hashed_key_for(List::Back);
    let read = values(&[
        ("MarketClock", "TheClock"),
        ("MarketParameters", "Changed"),
        ("MultiBlockMigrations", "Cursor"),
        ("ProviderStaking", ":__STORAGE_VERSION__:"),
        // Set by the inherent.
        ("Timestamp", "Now"),
    ]);
    let paid = by_tasks().into_iter().chain([queue]).chain(read);
    let paid: BTreeSet<_> = paid.chain(by_the_block()).collect();
    assert_eq!(free, paid);
}

#[test]
fn the_hooks_pay_for_what_a_block_writes_once() {
    let written = by_tasks().len() as u64;
    let (tasks, matching, parameters) = TestExternalities::default().execute_with(|| {
        // As in a genesis, where nothing has to be migrated.
        ProviderStaking::in_code_storage_version().put::<ProviderStaking>();
        (
            Tasks::on_initialize(0),
            Matching::on_initialize(0),
            MarketParameters::on_initialize(0),
        )
    });
    // This is in addition to a slot of each line of the agenda, and the look at the lists. Two reads find whether there
    // is a migration, or one has failed.
    let slots = <Runtime as pallet_tasks::Config>::WeightInfo::serve_slot().saturating_mul(2);
    // Four slots of the agenda, with a page each, which all matches and payments of a block share.
    let shared = Database::get().reads_writes(4, 8);
    let paid = Database::get().reads_writes(written + 2, written);
    assert_eq!(tasks, slots + shared + paid);
    // The ends and the last word of the queue; the other read is of the clock.
    let lists = <Runtime as pallet_matching::Config>::WeightInfo::service_base();
    assert_eq!(matching, lists + Database::get().reads_writes(3, 2));
    assert_eq!(parameters, Database::get().reads(1));
}

#[test]
fn a_block_pays_for_what_extensions_read_once() {
    // The account of the block's author as well, which differs from block to block.
    let reads = by_the_block().len() as u64 + 1;
    let paid = Database::get().reads_writes(reads, 1);
    assert_eq!(weights::of_a_block(), paid);
    let base = RuntimeBlockWeights::get().base_block;
    assert_eq!(base, BlockExecutionWeight::get() + paid);
}

#[test]
fn what_was_given_back_of_a_transaction_never_gets_into_the_database() {
    use frame_system::ExtrinsicWeightReclaimed as GivenBack;
    TestExternalities::default().execute_with(|| {
        GivenBack::<Runtime>::put(Weight::from_parts(1, 1));
        let info = Default::default();
        System::note_applied_extrinsic(&Ok(().into()), info);
        assert!(!GivenBack::<Runtime>::exists());
    });
}
