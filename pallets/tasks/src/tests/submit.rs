//! `submit`: what is paid and stored, and what each field must be.

use aicpw_primitives::traits::TaskBoard;
use aicpw_protocol::{
    device::Reputation,
    history::{next_head, task_hash, GENESIS_HEAD},
    task::{PeerAddresses, Submission, TaskStatus, Verification},
    Gflops, Milliseconds, TaskId,
};
use codec::{Decode, Encode};
use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, pallet::*};

fn refused(change: impl FnOnce(&mut Submission), error: Error<Test>) {
    let mut one = submission(expected());
    change(&mut one);
    assert_noop!(
        TasksPallet::submit(RuntimeOrigin::signed(REQUESTER), one),
        error
    );
}

#[test]
fn the_fee_is_paid_and_the_budget_held() {
    ExtBuilder.build_and_execute(|| {
        let id = submit(expected());
        assert_eq!(id, TaskId(0));
        assert_eq!(held(REQUESTER), BUDGET);
        assert_eq!(free(REQUESTER), FUNDS - BUDGET - SUBMISSION_FEE);
        assert_eq!(free(TREASURY), EXISTENTIAL_DEPOSIT + SUBMISSION_FEE);

        let task = task_of(id);
        let match_by = now() + MATCH_WINDOW;
        assert_eq!(task.status, TaskStatus::Queued { match_by });
        assert_eq!(task.escrow, BUDGET);
        assert_eq!(Queue::get(), vec![id]);
        let demand = TasksPallet::demand(id).unwrap();
        assert_eq!(demand.requester, REQUESTER);
        assert_eq!(demand.highest_ask.0, 50_000);
        assert_eq!(demand.excluded, Vec::<AccountId>::new());
    });
}

#[test]
fn each_submission_extends_the_history() {
    ExtBuilder.build_and_execute(|| {
        let first = submit(expected());
        let first_task = task_of(first);
        let hash = task_hash(&REQUESTER, &first_task.submission);
        let head = next_head(&GENESIS_HEAD, first, &hash, now(), first_task.timestamp);
        assert_eq!(first_task.history_head, head);
        assert_last_events(vec![Event::TaskSubmitted {
            task: first,
            requester: REQUESTER,
            manifest: cid(1),
            task_hash: hash,
            timestamp: first_task.timestamp,
            history_head: head,
        }]);

        run_for(3);
        let second = submit(optimistic());
        let task = task_of(second);
        assert_eq!(second, TaskId(1));
        assert_eq!(task.timestamp, first_task.timestamp + 3 * 250);
        let hash = task_hash(&REQUESTER, &task.submission);
        let next = next_head(&head, second, &hash, now(), task.timestamp);
        assert_eq!(Submissions::<Test>::get().head, next);
        assert_eq!(Submissions::<Test>::get().length, 2);
        assert_eq!(Queue::get(), vec![first, second]);
    });
}

#[test]
fn each_field_is_checked() {
    ExtBuilder.build_and_execute(|| {
        // SCALE checks only the length of a CID.
        let not_a_cid = vec![9u8; 5].encode();
        refused(
            |one| one.manifest = Decode::decode(&mut &not_a_cid[..]).unwrap(),
            Error::BadManifestCid,
        );
        refused(|one| one.needs.gflops = Gflops(0), Error::NoComputingPower);
        refused(
            |one| one.needs.min_reputation = Reputation(1_001),
            Error::ReputationOutOfRange,
        );
        refused(|one| one.time_limit = Milliseconds(0), Error::ZeroTimeLimit);
        refused(
            |one| one.time_limit = Milliseconds(MAX_TIME_LIMIT + 1),
            Error::TimeLimitTooLong,
        );
        refused(|one| one.budget = MIN_BUDGET - 1, Error::BudgetTooLow);
        refused(|one| one.budget = 0, Error::BudgetTooLow);
        for window in [0, 999, 60_001, u64::MAX] {
            refused(
                |one| one.match_window = Milliseconds(window),
                Error::MatchWindowOutOfRange,
            );
            refused(
                |one| {
                    one.verification = Verification::Optimistic {
                        window: Milliseconds(window),
                    }
                },
                Error::OptimisticWindowOutOfRange,
            );
        }
        refused(
            |one| one.verification = Verification::Proof { circuit: 0 },
            Error::ModeNotSupported,
        );
        for (replicas, quorum) in [(0, 0), (1, 1), (6, 4), (255, 200)] {
            refused(
                |one| one.verification = replicated(replicas, quorum),
                Error::ReplicasOutOfRange,
            );
        }
        for (replicas, quorum) in [(2, 1), (3, 1), (3, 4), (4, 2), (5, 2), (5, 0)] {
            refused(
                |one| one.verification = replicated(replicas, quorum),
                Error::QuorumOutOfRange,
            );
        }
        // The share of each of five replicas does not pay the lowest ask.
        refused(
            |one| {
                one.verification = replicated(5, 3);
                one.needs.gflops = Gflops(36_000 * 200);
            },
            Error::BudgetBelowLowestAsk,
        );
        refused(
            |one| one.peers = PeerAddresses::truncate_from(vec![Default::default()]),
            Error::EmptyPeerAddress,
        );
    });
}

#[test]
fn a_budget_that_no_ask_can_meet_is_refused() {
    ExtBuilder.build_and_execute(|| {
        refused(
            |one| one.needs.gflops = Gflops(36_000 * 501),
            Error::BudgetBelowLowestAsk,
        );
        refused(
            |one| one.needs.gflops = Gflops(u64::MAX),
            Error::BudgetBelowLowestAsk,
        );
        let mut just = submission(expected());
        just.needs.gflops = Gflops(36_000 * 500);
        assert_ok!(TasksPallet::submit(RuntimeOrigin::signed(REQUESTER), just));
    });
}

#[test]
fn not_while_the_market_is_paused() {
    ExtBuilder.build_and_execute(|| {
        IsOpen::set(false);
        refused(|_| (), Error::MarketPaused);
        IsOpen::set(true);
        submit(expected());
    });
}

#[test]
fn whoever_cannot_pay_pays_nothing() {
    ExtBuilder.build_and_execute(|| {
        refused(|one| one.budget = FUNDS - SUBMISSION_FEE, Error::CannotPay);
        refused(|one| one.budget = u128::MAX, Error::CannotPay);
        let mut all = submission(expected());
        all.budget = FUNDS - SUBMISSION_FEE - EXISTENTIAL_DEPOSIT;
        assert_ok!(TasksPallet::submit(RuntimeOrigin::signed(REQUESTER), all));
    });
}

#[test]
fn the_match_window_ends_in_a_refund() {
    ExtBuilder.build_and_execute(|| {
        let id = submit(expected());
        let match_by = now() + MATCH_WINDOW;
        run_to(match_by);
        assert!(TasksPallet::demand(id).is_some(), "the last block counts");
        run_to(match_by + 1);
        assert!(TasksPallet::demand(id).is_none());
        assert_eq!(
            status_of(id),
            TaskStatus::Refunded {
                at: match_by + 1,
                reason: aicpw_protocol::task::Refunded::MatchWindowEnded,
            }
        );
        assert_eq!(held(REQUESTER), 0);
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE);
        assert!(Queue::get().is_empty(), "matching forgets it");
    });
}
