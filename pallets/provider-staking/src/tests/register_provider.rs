use aicpw_primitives::{
    traits::Reputations,
    worker_key::{WorkerId, WorkerProof},
};
use aicpw_protocol::{device::Reputation, task::PeerAddresses};
use frame_support::{assert_noop, assert_ok, BoundedVec};
use sp_runtime::{DispatchResult, TokenError};

use crate::{mock::*, Error, Event, Ledgers, Pallet, Providers, WorkerOwners};

fn register_with(
    stake: u128,
    worker: &WorkerId,
    sealing_key: [u8; 32],
    peers: PeerAddresses,
    proof: WorkerProof,
) -> DispatchResult {
    ProviderStaking::register_provider(
        RuntimeOrigin::signed(ALICE),
        stake,
        worker.clone(),
        sealing_key,
        peers,
        proof,
    )
}

#[test]
fn holds_the_stake_and_takes_the_worker_key() {
    ExtBuilder.build_and_execute(|| {
        let worker = worker("w");
        assert_ok!(register_with(
            MIN_STAKE + 5,
            &worker,
            SEALING_KEY,
            peers(),
            join(ALICE, &worker),
        ));

        assert_eq!(held(ALICE), MIN_STAKE + 5);
        assert_eq!(Balances::free_balance(ALICE), FUNDS - MIN_STAKE - 5);
        let ledger = Ledgers::<Test>::get(ALICE);
        assert_eq!((ledger.active, ledger.locked), (MIN_STAKE + 5, 0));
        let provider = Providers::<Test>::get(ALICE).unwrap();
        assert_eq!(provider.worker, worker);
        assert_eq!(provider.sealing_key, SEALING_KEY);
        assert_eq!(provider.peers, peers());
        assert_eq!(WorkerOwners::<Test>::get(&worker), Some(ALICE));
        assert_eq!(Pallet::<Test>::of(&ALICE), Reputation::START);
        assert!(
            !Pallet::<Test>::is_online(&ALICE),
            "not before its first heartbeat"
        );
        assert_eq!(
            last_event(),
            Event::ProviderRegistered {
                provider: ALICE,
                worker,
                stake: MIN_STAKE + 5,
            }
        );
    });
}

#[test]
fn refuses_a_second_time() {
    ExtBuilder.build_and_execute(|| {
        register(ALICE, MIN_STAKE);
        let other = worker("other");
        let proof = join(ALICE, &other);
        assert_noop!(
            register_with(MIN_STAKE, &other, SEALING_KEY, peers(), proof),
            Error::<Test>::AlreadyRegistered
        );
    });
}

#[test]
fn refuses_too_little_stake() {
    ExtBuilder.build_and_execute(|| {
        let worker = worker("w");
        let proof = join(ALICE, &worker);
        for stake in [0, MIN_STAKE - 1] {
            assert_noop!(
                register_with(stake, &worker, SEALING_KEY, peers(), proof.clone()),
                Error::<Test>::StakeTooLow
            );
        }
    });
}

#[test]
fn refuses_stake_that_is_not_there() {
    ExtBuilder.build_and_execute(|| {
        let worker = worker("w");
        let proof = join(ALICE, &worker);
        for stake in [FUNDS, u128::MAX] {
            assert_noop!(
                register_with(stake, &worker, SEALING_KEY, peers(), proof.clone()),
                TokenError::FundsUnavailable
            );
        }
    });
}

#[test]
fn refuses_a_worker_key_of_another_provider() {
    ExtBuilder.build_and_execute(|| {
        let taken = register(BOB, MIN_STAKE);
        let proof = join(ALICE, &taken);
        assert_noop!(
            register_with(MIN_STAKE, &taken, SEALING_KEY, peers(), proof),
            Error::<Test>::WorkerTaken
        );
    });
}

#[test]
fn refuses_a_worker_key_that_did_not_agree() {
    ExtBuilder.build_and_execute(|| {
        let worker = worker("w");
        let agreed_to_bob = join(BOB, &worker);
        assert_noop!(
            register_with(MIN_STAKE, &worker, SEALING_KEY, peers(), agreed_to_bob),
            Error::<Test>::BadProof
        );
    });
}

#[test]
fn refuses_bad_fields() {
    ExtBuilder.build_and_execute(|| {
        let worker = worker("w");
        let proof = join(ALICE, &worker);
        assert_noop!(
            register_with(MIN_STAKE, &worker, [0; 32], peers(), proof.clone()),
            Error::<Test>::BadSealingKey
        );
        let mut low_order = [0; 32];
        low_order[0] = 1;
        assert_noop!(
            register_with(MIN_STAKE, &worker, low_order, peers(), proof.clone()),
            Error::<Test>::BadSealingKey
        );
        let empty = BoundedVec::truncate_from(vec![Default::default()]);
        assert_noop!(
            register_with(MIN_STAKE, &worker, SEALING_KEY, empty, proof),
            Error::<Test>::EmptyPeerAddress
        );
    });
}
