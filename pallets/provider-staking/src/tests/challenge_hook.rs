//! The hook that passes a node's challenges and their answers through its mailbox.

use aicpw_protocol::{
    mailbox::{answer_key, ChallengeAnswer, Challenges as Orders, CHALLENGES, RETRY_AFTER},
    DeviceId,
};
use codec::Decode;
use frame_support::{assert_ok, traits::Hooks};
use sp_core::offchain::{
    testing::{TestOffchainExt, TestTransactionPoolExt},
    OffchainDbExt, OffchainWorkerExt, TransactionPoolExt,
};
use sp_runtime::offchain::storage::StorageValueRef;

use crate::{mock::*, Pallet};

/// Runs a test on a node of ALICE, with a device that has to do its run. The second argument takes the calls
/// that the hook has submitted since.
fn on_node(test: impl FnOnce(DeviceId, &dyn Fn() -> Vec<RuntimeCall>)) {
    let offchain = TestOffchainExt::default();
    let (pool, pool_state) = TestTransactionPoolExt::new();
    let mut ext = ExtBuilder.build();
    ext.register_extension(OffchainDbExt::new(offchain.clone()));
    ext.register_extension(OffchainWorkerExt::new(offchain));
    ext.register_extension(TransactionPoolExt::new(pool));
    ext.execute_with(|| {
        let device = challenged_device(ALICE);
        test(device, &|| {
            <Pallet<Test> as Hooks<u32>>::offchain_worker(System::block_number());
            std::mem::take(&mut pool_state.write().transactions)
                .iter()
                .map(|bytes| Extrinsic::decode(&mut &bytes[..]).unwrap().function)
                .collect()
        });
        assert_ok!(Pallet::<Test>::do_try_state());
    });
}

fn orders() -> Option<Orders> {
    StorageValueRef::persistent(CHALLENGES).get().unwrap()
}

#[test]
fn what_is_open_is_ordered_and_what_is_answered_is_sent() {
    on_node(|device, run_hook| {
        assert_eq!(run_hook(), []);
        assert_eq!(orders(), None, "an idle node writes nothing");

        run_for(SOONEST);
        assert_eq!(run_hook(), []);
        let [order] = orders().unwrap().challenges.try_into().unwrap();
        assert_eq!(order.device, device);
        assert_eq!(order.run, open_run(device));

        let answer = ChallengeAnswer {
            run: order.run,
            answer: computed(&order.run),
        };
        StorageValueRef::persistent(&answer_key(device)).set(&answer);
        let [call] = run_hook().try_into().unwrap();
        assert_eq!(run_hook(), [], "it may still get into a block");
        run_for(1);
        assert_eq!(bring(call), Ok(()));
        assert!(is_listed(device));

        run_for(RETRY_AFTER);
        assert_eq!(run_hook(), []);
        assert_eq!(orders().unwrap().challenges, []);
    });
}

#[test]
fn an_answer_that_did_not_get_in_is_sent_again_while_there_is_time() {
    on_node(|device, run_hook| {
        run_for(SOONEST);
        let run = open_run(device);
        let answer = ChallengeAnswer {
            run,
            answer: computed(&run),
        };
        StorageValueRef::persistent(&answer_key(device)).set(&answer);
        assert_eq!(run_hook().len(), 1);
        run_for(RETRY_AFTER - 1);
        assert_eq!(run_hook(), [], "it may still get into a block");
        run_for(1);
        assert_eq!(run_hook().len(), 1);
        // The window is over. The old answer is not sent in the next attempt either.
        run_for(WINDOW);
        assert_eq!(run_hook(), []);
        let attempt = Pallet::<Test>::attempt_at(START, System::block_number());
        run_to(attempt.next + SOONEST);
        assert_eq!(run_hook(), []);
        assert_ne!(open_run(device), run);
    });
}
