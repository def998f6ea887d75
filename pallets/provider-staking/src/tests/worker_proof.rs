//! `verify_worker` checks that the key is known, the block recent and the signature right.

use aicpw_primitives::traits::DevicePool;
use aicpw_protocol::worker::Statement;

use crate::{mock::*, Pallet};

type Pool = Pallet<Test>;

fn statement() -> Statement<AccountId> {
    Statement::Start {
        assignment: assignment(1),
    }
}

#[test]
fn a_known_keys_signature_at_a_recent_block_is_good() {
    ExtBuilder.build_and_execute(|| {
        run_to(2 * RECENT_BLOCKS);
        let worker = register(ALICE, MIN_STAKE);
        let now = System::block_number();
        for block in [now - 1, now - RECENT_BLOCKS + 1] {
            let proof = sign_at(&worker, block, &statement());
            assert!(
                Pool::verify_worker(&worker, &proof, &statement()),
                "block {block}"
            );
        }
        for block in [now, now + 1, now - RECENT_BLOCKS, 0, u32::MAX - 1] {
            let mut proof = sign_at(&worker, block, &statement());
            assert!(
                !Pool::verify_worker(&worker, &proof, &statement()),
                "block {block}"
            );
            proof.recent_block = now - 1;
            assert!(
                !Pool::verify_worker(&worker, &proof, &statement()),
                "signs its block"
            );
        }
    });
}

#[test]
fn a_block_without_a_known_hash_is_not_good() {
    ExtBuilder.build_and_execute(|| {
        let worker = register(ALICE, MIN_STAKE);
        let proof = sign(&worker, &statement());
        assert!(Pool::verify_worker(&worker, &proof, &statement()));
        frame_system::BlockHash::<Test>::remove(proof.recent_block);
        assert!(!Pool::verify_worker(&worker, &proof, &statement()));
    });
}

#[test]
fn another_key_statement_or_chain_is_not_good() {
    ExtBuilder.build_and_execute(|| {
        let worker_of_alice = register(ALICE, MIN_STAKE);
        let worker_of_bob = register(BOB, MIN_STAKE);
        let stranger = worker("stranger");
        let proof = sign(&worker_of_alice, &statement());
        assert!(Pool::verify_worker(&worker_of_alice, &proof, &statement()));
        assert!(!Pool::verify_worker(&worker_of_bob, &proof, &statement()));
        let strangers = sign(&stranger, &statement());
        assert!(!Pool::verify_worker(&stranger, &strangers, &statement()));
        let other = Statement::Start {
            assignment: assignment(2),
        };
        assert!(!Pool::verify_worker(&worker_of_alice, &proof, &other));
        frame_system::BlockHash::<Test>::insert(0, sp_core::H256::repeat_byte(9));
        assert!(!Pool::verify_worker(&worker_of_alice, &proof, &statement()));
    });
}
