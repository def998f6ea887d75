//! Two of four validators are lost, and finality with them. A referendum gives finality to the others, as
//! `docs/governance.md` says under *When finality does not come back*. What nodes make of the digest is not in here.

use std::collections::BTreeSet;

use aicpw_runtime::{
    configs::validators::SLASH_DEFER_ERAS,
    presets::DEVELOPMENT_BOND,
    units::{EPOCH_SLOTS, SLOT_MILLISECONDS},
    AccountId, Babe, BlockNumber, Grandpa, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin,
    Session, Staking, System,
};
use frame_support::dispatch::DispatchResult;
use frame_system::RawOrigin;
use pallet_staking::{ForceEra, Forcing, MinimumValidatorCount, UnappliedSlashes};
use serde_json::json;
use sp_consensus_grandpa::{AuthorityList, ConsensusLog, ScheduledChange, GRANDPA_ENGINE_ID};
use sp_keyring::{
    Ed25519Keyring,
    Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Ferdie},
};
use sp_runtime::traits::Dispatchable;

use crate::{
    chain::{genesis, Chain},
    emergency::decide_fast,
    validators::{babe_report, bonded, era, expect_slash, run_to_era, validators, ONE_OF_FOUR},
};

/// The validators whose nodes are lost. Bob's account is not: he is in the committee, and votes as all others do.
const LOST: [Sr25519Keyring; 2] = [Bob, Charlie];

/// The keys with which the others finalise.
const LEFT: [Ed25519Keyring; 2] = [Ed25519Keyring::Alice, Ed25519Keyring::Dave];

/// The keys of all four.
const ALL: [Ed25519Keyring; 4] = [
    Ed25519Keyring::Alice,
    Ed25519Keyring::Bob,
    Ed25519Keyring::Charlie,
    Ed25519Keyring::Dave,
];

/// The slots that nodes leave empty after a block while finality stands still (`node/src/service/backoff.rs`).
const EMPTY_SLOTS: u64 = 8;

/// The page's number for `scheduleAfter`: blocks that are certain to last a session.
const AFTER: BlockNumber = 267;

/// The page's delay for `noteStalled`.
const DELAY: BlockNumber = 1_000;

type Change = ConsensusLog<BlockNumber>;

fn chill(who: Sr25519Keyring) -> RuntimeCall {
    let stash = who.to_account_id();
    pallet_utility::Call::<Runtime>::dispatch_as_fallible {
        as_origin: Box::new(RawOrigin::Signed(stash).into()),
        call: Box::new(pallet_staking::Call::<Runtime>::chill {}.into()),
    }
    .into()
}

fn note_stalled(finalised: BlockNumber) -> RuntimeCall {
    pallet_grandpa::Call::<Runtime>::note_stalled {
        delay: DELAY,
        best_finalized_block_number: finalised,
    }
    .into()
}

/// Returns the call that the page says how to make.
fn replacement(finalised: BlockNumber) -> RuntimeCall {
    let mut calls: Vec<RuntimeCall> = LOST.map(chill).into();
    calls.push(pallet_staking::Call::<Runtime>::force_new_era {}.into());
    let note = pallet_scheduler::Call::<Runtime>::schedule_after {
        after: AFTER,
        maybe_periodic: None,
        priority: 0,
        call: Box::new(note_stalled(finalised)),
    };
    calls.push(note.into());
    pallet_utility::Call::<Runtime>::batch_all { calls }.into()
}

/// Has the faster track decide about the call that the page says how to make. Returns the block that made the call.
fn replace(chain: &mut Chain, finalised: BlockNumber) -> BlockNumber {
    let is_made = || ForceEra::<Runtime>::get() == Forcing::ForceNew;
    decide_fast(chain, replacement(finalised), is_made);
    chain.height()
}

fn as_root(chain: &mut Chain, call: impl Into<RuntimeCall>) -> DispatchResult {
    let call: RuntimeCall = call.into();
    chain.read(|| match call.dispatch(RuntimeOrigin::root()) {
        Ok(_) => Ok(()),
        Err(failed) => Err(failed.error),
    })
}

/// Returns what the last block's digest tells GRANDPA.
fn told(chain: &Chain) -> Vec<Change> {
    let logs = chain.last_header().digest.logs.iter();
    logs.filter_map(|log| log.consensus_try_to(&GRANDPA_ENGINE_ID))
        .map(|mut change: Change| {
            if let Change::ScheduledChange(to) | Change::ForcedChange(_, to) = &mut change {
                to.next_authorities.sort_unstable();
            }
            change
        })
        .collect()
}

fn authorities(keys: &[Ed25519Keyring]) -> AuthorityList {
    let mut authorities: AuthorityList = keys.iter().map(|key| (key.public().into(), 1)).collect();
    authorities.sort_unstable();
    authorities
}

fn scheduled(keys: &[Ed25519Keyring]) -> Change {
    Change::ScheduledChange(ScheduledChange {
        next_authorities: authorities(keys),
        delay: 0,
    })
}

fn forced(keys: &[Ed25519Keyring], finalised: BlockNumber) -> Change {
    let change = ScheduledChange {
        next_authorities: authorities(keys),
        delay: DELAY,
    };
    Change::ForcedChange(finalised, change)
}

fn set(chain: &mut Chain) -> BTreeSet<AccountId> {
    validators(chain).into_iter().collect()
}

fn left() -> BTreeSet<AccountId> {
    [Alice, Dave].map(|key| key.to_account_id()).into()
}

#[test]
fn the_validators_that_are_left_get_finality_back() {
    assert_eq!(EPOCH_SLOTS.div_ceil(1 + EMPTY_SLOTS), u64::from(AFTER));
    assert_eq!((1 + EMPTY_SLOTS) * SLOT_MILLISECONDS, 2_250);
    let mut chain = Chain::local_testnet();
    let author = validators(&mut chain).remove(0);
    assert!(left().contains(&author), "the lost make no blocks");
    let finalised = chain.height();
    chain.block(Vec::new());
    let first_set = chain.read(Grandpa::current_set_id);

    let enacted = replace(&mut chain, finalised);
    let session = chain.read(Session::current_index);
    chain.read(|| {
        let candidates: BTreeSet<_> = pallet_staking::Validators::<Runtime>::iter_keys().collect();
        assert_eq!(candidates, left());
        assert!(candidates.len() >= MinimumValidatorCount::<Runtime>::get() as usize);
    });
    for lost in LOST {
        assert_eq!(bonded(&mut chain, lost), DEVELOPMENT_BOND);
    }

    for _ in 0..=AFTER {
        assert_eq!(chain.read(Grandpa::stalled), None);
        chain.block_after(EMPTY_SLOTS);
        assert!(told(&chain).is_empty());
    }
    assert_eq!(chain.height(), enacted + AFTER + 1);
    assert_eq!(chain.read(Grandpa::stalled), Some((DELAY, finalised)));
    // The election has been held; its set waits for the next session.
    assert_eq!(chain.read(Session::current_index), session + 1);
    assert_eq!(set(&mut chain).len(), 4);
    let queued = chain.read(pallet_session::QueuedKeys::<Runtime>::get);
    let queued: BTreeSet<_> = queued.into_iter().map(|(account, _)| account).collect();
    assert_eq!(queued, left());

    chain.end_session();
    let signalled = chain.height();
    assert_eq!(told(&chain), [forced(&LEFT, finalised)]);
    assert_eq!(set(&mut chain), left());
    assert_eq!(chain.read(Babe::authorities).len(), 2);
    assert_eq!(chain.read(Grandpa::current_set_id), first_set + 1);

    // Sessions begin meanwhile, and tell GRANDPA nothing else.
    for _ in 0..4 {
        chain.end_session();
        assert!(told(&chain).is_empty());
    }
    let changed = signalled + DELAY;
    chain.skip(changed - 1 - chain.height());
    assert_eq!(chain.read(Grandpa::grandpa_authorities).len(), 4);
    chain.block(Vec::new());
    assert_eq!(chain.height(), changed);
    let announced = chain.read(|| {
        let events = System::events().into_iter();
        events
            .filter_map(|record| match record.event {
                RuntimeEvent::Grandpa(pallet_grandpa::Event::NewAuthorities { authority_set }) => {
                    Some(authority_set)
                }
                _ => None,
            })
            .collect::<Vec<_>>()
    });
    let mut now = chain.read(Grandpa::grandpa_authorities);
    assert_eq!(announced, [now.clone()]);
    now.sort_unstable();
    assert_eq!(now, authorities(&LEFT));
    assert_eq!(set(&mut chain), left());
    assert_eq!(chain.read(ForceEra::<Runtime>::get), Forcing::NotForcing);
}

/// If the call is made near the end of a session, or blocks are rarer still, the new set begins before `noteStalled`.
/// The nodes wait in vain for that change to become final, and the next session forces it.
#[test]
fn a_stall_that_is_noted_when_the_new_set_has_begun_forces_that_set() {
    let mut chain = Chain::local_testnet();
    let finalised = chain.height();
    chain.block(Vec::new());
    let first_set = chain.read(Grandpa::current_set_id);
    let enacted = replace(&mut chain, finalised);
    chain.end_session();
    assert!(told(&chain).is_empty());
    chain.end_session();
    assert_eq!(told(&chain), [scheduled(&LEFT)]);
    assert_eq!(set(&mut chain), left());

    chain.skip(enacted + AFTER + 1 - chain.height());
    assert_eq!(chain.read(Grandpa::stalled), Some((DELAY, finalised)));
    chain.end_session();
    assert_eq!(told(&chain), [forced(&LEFT, finalised)]);
    assert_eq!(set(&mut chain), left());
    // The nodes count one set more, not two.
    assert_eq!(chain.read(Grandpa::current_set_id), first_set + 2);
}

/// This is why `noteStalled` waits for a session, and what happens if blocks become faster after the call was made.
#[test]
fn a_stall_that_is_noted_before_the_election_leaves_finality_to_the_old_set() {
    let mut chain = Chain::local_testnet();
    let finalised = chain.height();
    for lost in LOST {
        as_root(&mut chain, chill(lost)).unwrap();
    }
    as_root(&mut chain, pallet_staking::Call::force_new_era {}).unwrap();
    as_root(&mut chain, note_stalled(finalised)).unwrap();
    chain.end_session();
    assert_eq!(told(&chain), [forced(&ALL, finalised)]);
    let changed = chain.height() + DELAY;
    chain.end_session();
    assert_eq!(set(&mut chain), left());
    assert!(told(&chain).is_empty(), "one change is pending");
    chain.skip(changed - chain.height());
    let mut now = chain.read(Grandpa::grandpa_authorities);
    now.sort_unstable();
    assert_eq!(now, authorities(&ALL));
}

#[test]
fn lost_validators_that_are_not_chilled_are_elected_again() {
    let mut chain = Chain::local_testnet();
    as_root(&mut chain, pallet_staking::Call::force_new_era {}).unwrap();
    chain.end_session();
    chain.end_session();
    assert_eq!(era(&mut chain), 1);
    assert_eq!(set(&mut chain).len(), 4);
}

#[test]
fn with_fewer_candidates_than_the_least_number_the_lost_stay_in_the_set() {
    let mut chain = Chain::local_testnet();
    chain.read(|| MinimumValidatorCount::<Runtime>::put(3));
    for lost in LOST {
        as_root(&mut chain, chill(lost)).unwrap();
    }
    as_root(&mut chain, pallet_staking::Call::force_new_era {}).unwrap();
    chain.end_session();
    chain.end_session();
    assert_eq!(set(&mut chain).len(), 4);
    // Each session tries again.
    assert_eq!(chain.read(ForceEra::<Runtime>::get), Forcing::ForceNew);
    chain.read(|| MinimumValidatorCount::<Runtime>::put(2));
    chain.end_session();
    chain.end_session();
    assert_eq!(set(&mut chain), left());
}

/// Returns a chain on which each session is an era, so that there are fewer sessions to make.
fn with_short_eras() -> Chain {
    let calendar = json!({ "calendar": { "sessionsPerEra": 1 } });
    Chain::starting_from(genesis("local_testnet", calendar))
}

#[test]
fn a_validator_that_is_chilled_is_slashed_all_the_same() {
    let mut chain = with_short_eras();
    let report = babe_report(&mut chain, Bob);
    chain.sign(Ferdie, report).unwrap();
    as_root(&mut chain, chill(Bob)).unwrap();
    expect_slash(&mut chain, Bob, ONE_OF_FOUR);
    assert!(!set(&mut chain).contains(&Bob.to_account_id()));
}

/// A bug has caused both slashes.
#[test]
fn slashes_are_cancelled_by_their_places_the_smallest_first() {
    use pallet_staking::Error::{InvalidSlashIndex, NotSortedAndUnique};
    let mut chain = with_short_eras();
    for lost in LOST {
        let report = babe_report(&mut chain, lost);
        chain.sign(Ferdie, report).unwrap();
    }
    let due = era(&mut chain) + SLASH_DEFER_ERAS + 1;
    let pending = || {
        let slashes = UnappliedSlashes::<Runtime>::get(due).into_iter();
        slashes.map(|slash| slash.validator).collect::<Vec<_>>()
    };
    let cancel = |slash_indices| -> RuntimeCall {
        let era = due;
        pallet_staking::Call::<Runtime>::cancel_deferred_slash { era, slash_indices }.into()
    };
    let both = LOST.map(|lost| lost.to_account_id());
    assert_eq!(chain.read(pending), both);
    for (places, error) in [
        (vec![1, 0], NotSortedAndUnique::<Runtime>),
        (vec![0, 0], NotSortedAndUnique),
        (vec![1, 2], InvalidSlashIndex),
    ] {
        assert_eq!(as_root(&mut chain, cancel(places)), Err(error.into()));
    }
    assert_eq!(chain.read(pending), both);

    // As soon as the first is cancelled, the second takes its place.
    chain.read(|| {
        let cancel = |places| Staking::cancel_deferred_slash(RuntimeOrigin::root(), due, places);
        sp_io::storage::start_transaction();
        cancel(vec![0]).unwrap();
        assert_eq!(pending(), both[1..]);
        assert_eq!(cancel(vec![1]), Err(InvalidSlashIndex::<Runtime>.into()));
        sp_io::storage::rollback_transaction();
    });

    decide_fast(&mut chain, cancel(vec![0, 1]), || pending().is_empty());
    run_to_era(&mut chain, due);
    for lost in LOST {
        assert_eq!(bonded(&mut chain, lost), DEVELOPMENT_BOND);
    }
}
