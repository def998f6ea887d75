//! The offchain worker hook, its mailbox and the transaction pool.

use aicpw_protocol::{
    mailbox::{report_key, Orders, Report, ORDERS, RETRY_AFTER},
    task::{AssignmentStatus, Fault, Progress},
    worker::Statement,
    AssignmentId,
};
use codec::Encode;
use frame_support::{assert_ok, traits::Hooks};
use sp_runtime::offchain::storage::StorageValueRef;

use crate::{mock::*, offchain::SENT, pallet::*};

fn hook() {
    TasksPallet::offchain_worker(now());
}

fn orders() -> Option<Orders> {
    StorageValueRef::persistent(ORDERS).get().unwrap()
}

fn put(id: AssignmentId, report: Report) {
    StorageValueRef::persistent(&report_key(id)).set(&report);
}

/// Executes the one call that was sent, which must be accepted.
fn one_accepted(sent: Vec<Call<Test>>) -> Call<Test> {
    assert_eq!(sent.len(), 1, "{sent:?}");
    run_for(1);
    assert_ok!(apply(sent[0].clone()));
    sent[0].clone()
}

#[test]
fn without_keys_the_mailbox_is_left_alone() {
    ExtBuilder.build_and_execute_with_pool(|sent| {
        submit(expected());
        hook();
        assert_eq!(orders(), None);
        assert!(sent().is_empty());
    });
}

#[test]
fn orders_are_the_open_assignments_of_the_local_keys() {
    ExtBuilder.build_and_execute(|| {
        let id = assigned(ALICE, expected());
        run_for(1);
        hook();
        let written = orders().unwrap();
        assert_eq!(written.genesis, hash_of(0).0);
        assert_eq!(written.block, now());
        assert_eq!(written.orders.len(), 1);
        let order = &written.orders[0];
        assert_eq!(order.assignment, id);
        assert_eq!(order.provider, ALICE.encode());
        assert_eq!(order.fingerprint, [7; 32]);
        assert_eq!(order.manifest, cid(1));
        assert_eq!(order.status, assignment_of(id).status);
        assert_eq!(TasksPallet::orders(&worker_of(id)), written);

        // The native side judges deadlines by the block of the orders.
        run_for(1);
        hook();
        assert_eq!(orders().unwrap().block, now());
        // A second provider on the same node.
        let other = assigned(BOB, expected());
        hook();
        let ids: Vec<_> = orders()
            .unwrap()
            .orders
            .iter()
            .map(|order| order.assignment)
            .collect();
        assert!(ids.contains(&id) && ids.contains(&other) && ids.len() == 2);
        // A key that belongs to no provider changes nothing.
        worker(OTHER);
        hook();
        assert_eq!(orders().unwrap().orders.len(), 2);
    });
}

#[test]
fn an_older_run_does_not_take_newer_orders_away() {
    ExtBuilder.build_and_execute(|| {
        let id = assigned(ALICE, expected());
        hook();
        let mut newer = orders().unwrap();
        newer.block = now() + 2;
        newer.orders.clear();
        StorageValueRef::persistent(ORDERS).set(&newer);
        hook();
        assert_eq!(orders(), Some(newer.clone()));
        // Orders from a chain that was wound back, or from another chain, are simply wrong.
        newer.block = now() + 1_000;
        StorageValueRef::persistent(ORDERS).set(&newer);
        hook();
        assert_eq!(orders().unwrap().orders[0].assignment, id);
        newer.block = now() + 1;
        newer.genesis = [9; 32];
        StorageValueRef::persistent(ORDERS).set(&newer);
        hook();
        assert_eq!(orders().unwrap().orders[0].assignment, id);
    });
}

#[test]
fn reports_become_calls_from_start_to_reveal() {
    ExtBuilder.build_and_execute_with_pool(|sent| {
        let id = assigned(ALICE, optimistic());
        hook();
        assert!(sent().is_empty(), "no report, no call");

        put(id, Report::Ready);
        hook();
        assert!(matches!(one_accepted(sent()), Call::start { .. }));
        hook();
        assert!(sent().is_empty(), "ready says no more than that");

        let first = Report::Running {
            progress: progress(1, 10),
        };
        put(id, first);
        hook();
        assert!(sent().is_empty(), "too soon after the start");
        run_for(PROGRESS_INTERVAL);
        hook();
        assert!(matches!(one_accepted(sent()), Call::report_progress { .. }));

        let opening = opening(ROOT);
        let commitment = commitment_of(id, &opening);
        put(id, Report::Done { commitment });
        hook();
        assert!(matches!(one_accepted(sent()), Call::commit_result { .. }));
        hook();
        assert!(sent().is_empty(), "the native side has not seen it final");

        put(
            id,
            Report::Open {
                commitment,
                opening,
            },
        );
        hook();
        assert!(sent().is_empty(), "an audit is not decided");
        decide_audit(id.task, false);
        hook();
        assert!(matches!(one_accepted(sent()), Call::reveal_result { .. }));
        assert!(matches!(
            assignment_of(id).status,
            AssignmentStatus::Revealed { .. }
        ));

        run_for(WINDOW);
        hook();
        assert!(orders().unwrap().orders.is_empty(), "it has ended");
        assert_eq!(
            StorageValueRef::persistent(SENT)
                .get::<Vec<(AssignmentId, u8, u32)>>()
                .unwrap(),
            Some(vec![])
        );
        let ended = now();
        run_for(3);
        hook();
        assert_eq!(orders().unwrap().block, ended, "idle: nothing is written");
    });
}

#[test]
fn a_statement_is_made_again_after_a_while() {
    ExtBuilder.build_and_execute_with_pool(|sent| {
        let id = assigned(ALICE, expected());
        put(id, Report::Ready);
        hook();
        hook();
        assert_eq!(sent().len(), 1, "runs may overlap");
        run_for(RETRY_AFTER - 1);
        hook();
        assert!(sent().is_empty());
        run_for(1);
        hook();
        one_accepted(sent());
    });
}

#[test]
fn the_same_progress_is_only_a_sign_of_life() {
    ExtBuilder.build_and_execute_with_pool(|sent| {
        let id = running(ALICE, expected());
        run_for(PROGRESS_INTERVAL);
        assert_ok!(report(id, progress(1, 10)));
        put(
            id,
            Report::Running {
                progress: progress(1, 10),
            },
        );
        run_for(PROGRESS_WINDOW / 2 - 2);
        hook();
        assert!(sent().is_empty());
        run_for(1);
        hook();
        one_accepted(sent());
    });
}

/// A program that runs on a processor can report any progress.
#[test]
fn progress_that_the_chain_does_not_take_is_a_sign_of_life_too() {
    ExtBuilder.build_and_execute_with_pool(|sent| {
        let id = running(ALICE, expected());
        run_for(PROGRESS_INTERVAL);
        assert_ok!(report(id, progress(1, 10)));
        for forged in [progress(9, 9), progress(0, 10), progress(11, 10)] {
            put(id, Report::Running { progress: forged });
            run_for(PROGRESS_WINDOW / 2);
            hook();
            one_accepted(sent());
            let AssignmentStatus::Running { progress, .. } = assignment_of(id).status else {
                panic!("{:?}", assignment_of(id).status)
            };
            assert_eq!(progress, self::progress(1, 10));
        }
    });
}

#[test]
fn a_build_shows_that_it_is_alive() {
    ExtBuilder.build_and_execute_with_pool(|sent| {
        let id = running(ALICE, expected());
        put(id, Report::Ready);
        run_for(PROGRESS_WINDOW / 2 - 2);
        hook();
        assert!(sent().is_empty());
        run_for(1);
        hook();
        let Call::report_progress { progress, .. } = one_accepted(sent()) else {
            panic!("not a report");
        };
        assert_eq!(progress, Progress::default());
    });
}

#[test]
fn a_failure_is_reported_before_and_after_the_start() {
    ExtBuilder.build_and_execute_with_pool(|sent| {
        let failed = |fault| Report::Failed {
            fault,
            log: Some(cid(3)),
            message: b"no".to_vec().try_into().unwrap(),
        };
        let id = assigned(ALICE, expected());
        put(id, failed(Fault::InputUnavailable));
        hook();
        assert!(matches!(one_accepted(sent()), Call::fail { .. }));
        assert_eq!(fault_of(id), Some(Fault::InputUnavailable));
        let id = running(BOB, expected());
        put(id, failed(Fault::NoReveal));
        hook();
        assert!(sent().is_empty(), "not a worker's fault to report");
        put(id, failed(Fault::Crashed));
        hook();
        assert!(matches!(one_accepted(sent()), Call::fail { .. }));
    });
}

#[test]
fn a_commit_that_a_fork_took_away_is_made_again() {
    ExtBuilder.build_and_execute_with_pool(|sent| {
        let id = running(ALICE, expected());
        let opening = opening(ROOT);
        let commitment = commitment_of(id, &opening);
        put(
            id,
            Report::Open {
                commitment,
                opening,
            },
        );
        hook();
        assert!(matches!(one_accepted(sent()), Call::commit_result { .. }));
    });
}

#[test]
fn an_opening_of_something_else_is_not_shown() {
    ExtBuilder.build_and_execute_with_pool(|sent| {
        let id = committed(ALICE, expected());
        let other = opening([6; 32]);
        put(
            id,
            Report::Open {
                commitment: commitment_of(id, &other),
                opening: other,
            },
        );
        hook();
        assert!(sent().is_empty());
    });
}

#[test]
fn nonsense_in_the_mailbox_is_ignored() {
    ExtBuilder.build_and_execute_with_pool(|sent| {
        let id = assigned(ALICE, expected());
        sp_io::offchain::local_storage_set(
            sp_core::offchain::StorageKind::PERSISTENT,
            &report_key(id),
            &[0xff; 3],
        );
        sp_io::offchain::local_storage_set(
            sp_core::offchain::StorageKind::PERSISTENT,
            ORDERS,
            &[0xff; 3],
        );
        hook();
        assert!(sent().is_empty());
        assert_eq!(orders().unwrap().orders.len(), 1);
    });
}

#[test]
fn heartbeats_are_not_this_pallets() {
    ExtBuilder.build_and_execute(|| {
        let id = assigned(ALICE, expected());
        let statement = Statement::Heartbeat {
            provider: ALICE,
            period: 1,
        };
        let proof = sign(&worker_of(id), &statement);
        assert!(TasksPallet::call_of(statement, proof).is_none());
    });
}
