//! `reveal_result` opens the commitment, and accepts nothing else.

use aicpw_protocol::{
    commitment::ResultOpening,
    task::{AssignmentStatus, Fault, TaskStatus, Verification},
};
use codec::{Decode, Encode};
use frame_support::{assert_noop, assert_ok, weights::constants::RocksDbWeight};
use sp_runtime::transaction_validity::TransactionValidityError;

use crate::{mock::*, pallet::*, seats::Numbers, types::Refusal, WeightInfo};

type W = <Test as Config>::WeightInfo;

#[test]
fn the_expected_root_settles_in_the_same_block() {
    ExtBuilder.build_and_execute(|| {
        let id = committed(ALICE, expected());
        run_for(2);
        assert_ok!(reveal(id, opening(ROOT)));
        assert_eq!(
            status_of(id.task),
            TaskStatus::Settled {
                at: now(),
                paid: PRICE
            }
        );
        assert_eq!(
            assignment_of(id).status,
            AssignmentStatus::Settled {
                opening: opening(ROOT),
                at: now()
            }
        );
        assert_last_events(vec![
            Event::ResultRevealed {
                assignment: id,
                result_root: ROOT,
                result: cid(2),
            },
            Event::ProviderPaid {
                assignment: id,
                provider: ALICE,
                paid: PRICE,
                fee: FEE,
            },
            Event::TaskSettled {
                task: id.task,
                assignment: id,
                paid: PRICE,
                fee: FEE,
                refunded: BUDGET - PRICE,
            },
        ]);
        assert_eq!(held(REQUESTER), 0);
        assert_eq!(free(ALICE), FUNDS - KEPT + PRICE - FEE);
    });
}

#[test]
fn in_optimistic_the_window_opens() {
    ExtBuilder.build_and_execute(|| {
        let id = committed(ALICE, optimistic());
        decide_audit(id.task, false);
        assert_ok!(reveal(id, opening(ROOT)));
        assert_eq!(
            status_of(id.task),
            TaskStatus::Verifying {
                settle_at: now() + WINDOW
            }
        );
        assert_eq!(held(REQUESTER), BUDGET - AUDIT_COST);
    });
}

#[test]
fn another_opening_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let id = committed(ALICE, expected());
        let wrong: TransactionValidityError = Refusal::WrongOpening.into();
        assert_noop!(reveal(id, opening([6; 32])), wrong);
        let other_salt = ResultOpening {
            salt: [8; 32],
            ..opening(ROOT)
        };
        assert_noop!(reveal(id, other_salt), wrong);
    });
}

#[test]
fn a_result_that_is_no_cid_is_never_revealed() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        let bad = ResultOpening {
            result: Decode::decode(&mut &vec![9u8; 5].encode()[..]).unwrap(),
            ..opening(ROOT)
        };
        assert_ok!(commit(id, &bad));
        let malformed: TransactionValidityError = Refusal::Malformed.into();
        assert_noop!(reveal(id, bad), malformed);
        run_for(REVEAL_WINDOW + 1);
        assert_eq!(fault_of(id), Some(Fault::NoReveal));
    });
}

#[test]
fn nothing_is_revealed_before_the_commit_or_after_the_window() {
    ExtBuilder.build_and_execute(|| {
        let not_yet: TransactionValidityError = Refusal::NotInState.into();
        let id = running(ALICE, expected());
        assert_noop!(reveal(id, opening(ROOT)), not_yet);
        assert_ok!(commit(id, &opening(ROOT)));
        run_for(REVEAL_WINDOW);
        assert_ok!(reveal(id, opening(ROOT)));
        assert_noop!(reveal(id, opening(ROOT)), not_yet);
    });
}

#[test]
fn an_unexpected_root_is_not_paid() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        assert_ok!(commit(id, &opening([6; 32])));
        assert_ok!(reveal(id, opening([6; 32])));
        assert_eq!(fault_of(id), Some(Fault::WrongResult));
        assert!(matches!(status_of(id.task), TaskStatus::Queued { .. }));
        assert_eq!(held(REQUESTER), BUDGET);
        assert_eq!(free(ALICE), FUNDS - COLLATERAL, "locked until decided");
    });
}

#[test]
fn a_reveal_weighs_what_it_came_to() {
    ExtBuilder.build_and_execute(|| {
        let one = Numbers { work: 1, jurors: 0 };
        let of_reveal = |id| TasksPallet::weight_of_reveal(id, one, TasksPallet::notes_of(id));
        let of_commit = |id| TasksPallet::weight_of_commit(id, one, TasksPallet::standing_of(id));
        let settled = settled(ALICE);
        assert_eq!(of_reveal(settled), W::reveal_only());
        assert_eq!(of_commit(settled), W::commit_unaudited());
        let waits = verifying(ALICE);
        assert_eq!(of_reveal(waits), W::reveal_to_wait());
        assert_eq!(of_commit(waits), W::commit_alone());

        // What stays as it was is not weighed.
        StandsStill::set(true);
        DbCosts::set(RocksDbWeight::get());
        let moving = RocksDbWeight::get().reads_writes(7, 9);
        assert_eq!(of_commit(settled), W::commit_unaudited() - moving);
        assert_eq!(of_commit(waits), W::commit_alone() - moving);
        let noting = RocksDbWeight::get().reads_writes(2, 5);
        assert_eq!(of_reveal(settled), W::reveal_only() - noting);
        assert_eq!(of_reveal(waits), W::reveal_to_wait(), "it notes nothing");
        DbCosts::set(Default::default());

        let unexpected = committed(BOB, Verification::Expected { root_hash: [9; 32] });
        assert_ok!(reveal(unexpected, opening(ROOT)));
        assert_eq!(of_reveal(unexpected), W::reveal_result(1));
    });
}
