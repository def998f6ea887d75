//! What a block reads or writes once, benchmarks do not count: hooks pay for it at its begin.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use aicpw_runtime::{
    configs::{money::TreasuryAccount, once},
    AllPalletsWithSystem, MarketParameters, Matching, Runtime, Tasks,
};
use frame_support::{
    storage::storage_prefix,
    traits::{Hooks, WhitelistedStorageKeys},
};
use pallet_matching::{types::List, WeightInfo as _};
use pallet_tasks::WeightInfo as _;
use sp_io::{hashing::twox_128, TestExternalities};

type Database = <Runtime as frame_system::Config>::DbWeight;

/// The keys of values, by pallet and name.
fn values(names: &[(&str, &str)]) -> Vec<Vec<u8>> {
    let key = |(pallet, name): &(&str, &str)| storage_prefix(pallet.as_bytes(), name.as_bytes());
    names.iter().map(|name| key(name).to_vec()).collect()
}

/// Keys that are written once, and for which the tasks pallet pays.
fn by_tasks() -> Vec<Vec<u8>> {
    let values = values(&[
        ("Tasks", "Census"),
        ("Tasks", "Submissions"),
        ("Tasks", "AgendaCursor"),
    ]);
    let treasury = frame_system::Account::<Runtime>::hashed_key_for(TreasuryAccount::get());
    values.into_iter().chain([treasury]).collect()
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
        // Set by the inherent.
        ("Timestamp", "Now"),
    ]);
    let paid: BTreeSet<_> = by_tasks().into_iter().chain([queue]).chain(read).collect();
    assert_eq!(free, paid);
}

#[test]
fn the_hooks_pay_for_what_a_block_writes_once() {
    let written = by_tasks().len() as u64;
    let (tasks, matching, parameters) = TestExternalities::default().execute_with(|| {
        (
            Tasks::on_initialize(0),
            Matching::on_initialize(0),
            MarketParameters::on_initialize(0),
        )
    });
    // Beside one slot of the agenda, and the look at the lists. One read is whether there is a migration.
    let slot = <Runtime as pallet_tasks::Config>::WeightInfo::serve_slot();
    let paid = Database::get().reads_writes(written + 1, written);
    assert_eq!(tasks, slot + paid);
    // The clock is the other read.
    let lists = <Runtime as pallet_matching::Config>::WeightInfo::service_base();
    assert_eq!(matching, lists + Database::get().reads_writes(2, 1));
    assert_eq!(parameters, Database::get().reads(1));
}
