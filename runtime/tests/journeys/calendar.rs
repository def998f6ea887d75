//! The genesis decides how long epochs and eras are.

use aicpw_runtime::{
    configs::validators::SESSIONS_PER_ERA, units::EPOCH_SLOTS, Babe, Block, Runtime, Session,
};
use frame_support::traits::Get;
use serde_json::json;
use sp_consensus_babe::runtime_decl_for_babe_api::BabeApiV2;

use crate::chain::{genesis, Chain};

type SessionsPerEra = <Runtime as pallet_staking::Config>::SessionsPerEra;

fn epoch_of_the_node(chain: &mut Chain) -> u64 {
    chain
        .read(<Runtime as BabeApiV2<Block>>::configuration)
        .epoch_length
}

fn active_era(chain: &mut Chain) -> u32 {
    let era = chain.read(pallet_staking::ActiveEra::<Runtime>::get);
    era.unwrap().index
}

#[test]
fn a_genesis_that_says_nothing_has_the_usual_lengths() {
    for mut chain in [Chain::development(), Chain::local_testnet()] {
        assert_eq!(epoch_of_the_node(&mut chain), EPOCH_SLOTS);
        assert_eq!(chain.read(Babe::current_epoch).duration, EPOCH_SLOTS);
        assert_eq!(chain.read(SessionsPerEra::get), SESSIONS_PER_ERA);
    }
}

#[test]
fn a_genesis_can_have_shorter_epochs_and_eras() {
    let calendar = json!({ "calendar": { "epochSlots": 20, "sessionsPerEra": 2 } });
    let mut chain = Chain::starting_from(genesis("local_testnet", calendar));
    assert_eq!(epoch_of_the_node(&mut chain), 20);
    assert_eq!(chain.read(Babe::next_epoch).duration, 20);

    // The first epoch began with the first block.
    let session = chain.read(Session::current_index);
    chain.run_to(20);
    assert_eq!(chain.read(Session::current_index), session);
    chain.run_to(21);
    assert_eq!(chain.read(Session::current_index), session + 1);

    let mut begun = Vec::new();
    let mut era = active_era(&mut chain);
    while begun.len() < 3 {
        chain.end_session();
        let now = active_era(&mut chain);
        if now != era {
            era = now;
            begun.push(chain.read(Session::current_index));
        }
    }
    assert_eq!((begun[1] - begun[0], begun[2] - begun[1]), (2, 2));
}

#[test]
#[should_panic(expected = "an epoch has 20 to 2400 slots")]
fn no_genesis_has_an_epoch_without_time_for_finality() {
    genesis("local_testnet", json!({ "calendar": { "epochSlots": 19 } }));
}

#[test]
#[should_panic(expected = "an era has 1 to 36 sessions")]
fn no_genesis_has_an_era_that_outlasts_what_is_remembered() {
    let calendar = json!({ "calendar": { "sessionsPerEra": 37 } });
    genesis("local_testnet", calendar);
}
