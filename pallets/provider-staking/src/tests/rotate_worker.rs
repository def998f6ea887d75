use aicpw_primitives::{
    traits::DevicePool,
    worker_key::{WorkerId, WorkerProof},
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

use crate::{mock::*, Error, Event, Pallet, Providers, WorkerOwners};

fn rotate(worker: &WorkerId, sealing_key: [u8; 32], proof: WorkerProof) -> DispatchResult {
    ProviderStaking::rotate_worker(
        RuntimeOrigin::signed(ALICE),
        worker.clone(),
        sealing_key,
        proof,
    )
}

#[test]
fn the_new_key_acts_and_the_old_one_is_free() {
    ExtBuilder.build_and_execute(|| {
        online_provider(ALICE, MIN_STAKE);
        let old = Pallet::<Test>::worker_of(&ALICE).unwrap();
        let new = worker("new");

        assert_ok!(rotate(&new, [8; 32], join(ALICE, &new)));

        assert_eq!(Pallet::<Test>::worker_of(&ALICE), Some(new.clone()));
        assert_eq!(Providers::<Test>::get(ALICE).unwrap().sealing_key, [8; 32]);
        assert_eq!(WorkerOwners::<Test>::get(&new), Some(ALICE));
        assert_eq!(WorkerOwners::<Test>::get(&old), None);
        assert_eq!(
            last_event(),
            Event::WorkerRotated {
                provider: ALICE,
                worker: new,
            }
        );
        run_to_period(1);
        send_heartbeat(ALICE);
    });
}

#[test]
fn refuses_keys_that_cannot_act() {
    ExtBuilder.build_and_execute(|| {
        let own = register(ALICE, MIN_STAKE);
        let bobs = register(BOB, MIN_STAKE);
        for taken in [own, bobs] {
            let proof = join(ALICE, &taken);
            assert_noop!(
                rotate(&taken, SEALING_KEY, proof),
                Error::<Test>::WorkerTaken
            );
        }
        let new = worker("new");
        assert_noop!(
            rotate(&new, SEALING_KEY, join(BOB, &new)),
            Error::<Test>::BadProof
        );
        assert_noop!(
            rotate(&new, [0; 32], join(ALICE, &new)),
            Error::<Test>::BadSealingKey
        );
    });
}

#[test]
fn refuses_who_is_no_provider() {
    ExtBuilder.build_and_execute(|| {
        let new = worker("new");
        let proof = join(ALICE, &new);
        assert_noop!(
            rotate(&new, SEALING_KEY, proof),
            Error::<Test>::NotRegistered
        );
    });
}
