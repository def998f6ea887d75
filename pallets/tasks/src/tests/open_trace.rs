//! `open_trace` shows the trace of a disputed result to the disputes pallet when it asks for it. Also: what jurors that
//! run a part are told.

use aicpw_primitives::traits::{Contested, JurorTerms};
use aicpw_protocol::{
    commitment::{trace_commitment, ResultOpening},
    job::{Checkpoint, TraceRecord},
    mailbox::{report_key, Ask, Asks, Orders, Report, ASKS, ORDERS, RETRY_AFTER},
    trace::{DisputedPart, End, TraceOpening},
    worker::Statement,
    AssignmentId,
};
use codec::Encode;
use frame_support::{assert_noop, assert_ok, traits::Hooks};
use sp_runtime::{
    offchain::storage::StorageValueRef, transaction_validity::TransactionValidityError,
};

use crate::{mock::*, pallet::*, types::Refusal};

const SALT: [u8; 32] = [8; 32];

fn trace() -> TraceRecord {
    TraceRecord {
        checkpoints: vec![Checkpoint([1; 32]), Checkpoint([2; 32])],
        end: End {
            launches: 5,
            state_root: [3; 32],
            result_root: ROOT,
        },
    }
}

fn right() -> TraceOpening {
    TraceOpening::new(SALT, &trace(), cid(4)).unwrap()
}

fn result() -> ResultOpening {
    ResultOpening {
        trace_commitment: trace_commitment(&SALT, &trace().root()),
        ..opening(ROOT)
    }
}

/// A result of Alice's with that trace, which is disputed.
fn disputed() -> AssignmentId {
    let id = running(ALICE, optimistic());
    assert_ok!(commit(id, &result()));
    decide_audit(id.task, false);
    assert_ok!(reveal(id, result()));
    assert_ok!(Pallet::<Test>::contest(id.task, false));
    id
}

fn want(id: AssignmentId, blocks: u32) {
    TraceWanted::set(Some((id.task, now() + blocks)));
}

fn open(id: AssignmentId, opening: TraceOpening) -> Result<(), TransactionValidityError> {
    say(
        id,
        Statement::OpenTrace {
            assignment: id,
            opening,
        },
    )
}

fn asks() -> Vec<(AssignmentId, Ask)> {
    let asks: Option<Asks> = StorageValueRef::persistent(ASKS).get().unwrap();
    asks.unwrap_or_default().asks
}

fn refused(refusal: Refusal) -> TransactionValidityError {
    refusal.into()
}

#[test]
fn opens_the_trace_when_it_is_wanted_once() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        assert_noop!(open(id, right()), refused(Refusal::NotInState));
        want(id, 3);
        assert_ok!(open(id, right()));
        let opened = right().open(&result()).unwrap();
        assert_eq!((opened.hashes, opened.result_root), (3, ROOT));
        assert_eq!(TracesOpened::get(), [(id.task, opened)]);
        assert_noop!(open(id, right()), refused(Refusal::NotInState));
    });
}

#[test]
fn late_or_of_another_task_it_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        want(id, 2);
        run_for(2);
        assert_ok!(authorize(call(
            Statement::OpenTrace {
                assignment: id,
                opening: right()
            },
            sign(
                &worker_of(id),
                &Statement::OpenTrace {
                    assignment: id,
                    opening: right()
                }
            )
        )));
        run_for(1);
        assert_noop!(open(id, right()), refused(Refusal::WindowClosed));
        let other = verifying(BOB);
        want(id, 9);
        assert_noop!(open(other, right()), refused(Refusal::NotInState));
        let nobody = AssignmentId { attempt: 7, ..id };
        let statement = Statement::OpenTrace {
            assignment: nobody,
            opening: right(),
        };
        let proof = sign(&worker_of(id), &statement);
        assert_noop!(
            apply(call(statement, proof)),
            refused(Refusal::UnknownAssignment)
        );
    });
}

#[test]
fn another_trace_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        want(id, 9);
        let wrong = |change: fn(&mut TraceOpening)| {
            let mut other = right();
            change(&mut other);
            assert_noop!(open(id, other), refused(Refusal::WrongOpening));
        };
        wrong(|one| one.salt = [9; 32]);
        wrong(|one| one.hashes = 2);
        wrong(|one| one.launches = 4);
        wrong(|one| one.state_root = [0; 32]);
        wrong(|one| one.path = Default::default());
        let bad = TraceOpening {
            file: codec::Decode::decode(&mut &vec![9u8; 5].encode()[..]).unwrap(),
            ..right()
        };
        assert_noop!(open(id, bad), refused(Refusal::Malformed));
        assert_ok!(open(id, right()));
    });
}

#[test]
fn a_right_trace_beside_a_wrong_result_is_none() {
    ExtBuilder.build_and_execute(|| {
        let lie = ResultOpening {
            result_root: [6; 32],
            ..result()
        };
        let id = running(ALICE, optimistic());
        assert_ok!(commit(id, &lie));
        decide_audit(id.task, false);
        assert_ok!(reveal(id, lie));
        assert_ok!(Pallet::<Test>::contest(id.task, false));
        want(id, 9);
        assert_noop!(open(id, right()), refused(Refusal::WrongOpening));
    });
}

#[test]
fn only_its_own_worker_opens_it() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        want(id, 9);
        let statement = Statement::OpenTrace {
            assignment: id,
            opening: right(),
        };
        let proof = sign(&worker(BOB), &statement);
        assert_noop!(
            apply(call(statement, proof)),
            TransactionValidityError::from(
                sp_runtime::transaction_validity::InvalidTransaction::BadProof
            )
        );
    });
}

#[test]
fn the_hook_tells_that_it_is_wanted_and_sends_what_the_worker_reports() {
    ExtBuilder.build_and_execute_with_pool(|sent| {
        let id = disputed();
        let hook = || TasksPallet::offchain_worker(now());
        let is_wanted = || asks().contains(&(id, Ask::Trace));
        StorageValueRef::persistent(&report_key(id)).set(&Report::Trace { opening: right() });
        hook();
        assert!(!is_wanted());
        assert!(sent().is_empty());
        want(id, 2 * RETRY_AFTER);
        run_for(1);
        hook();
        assert!(is_wanted());
        let calls = sent();
        assert_eq!(calls.len(), 1, "{calls:?}");
        hook();
        assert!(sent().is_empty(), "once");
        run_for(1);
        assert_ok!(apply(calls[0].clone()));
        assert_eq!(TracesOpened::get().len(), 1);
        run_for(RETRY_AFTER + 1);
        hook();
        assert!(!is_wanted());
        assert!(sent().is_empty());
    });
}

#[test]
fn jurors_are_told_which_part_they_run_and_nobody_else_is() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        let part = DisputedPart {
            number: 0,
            from: None,
            claimed: [1; 32],
        };
        Part::set(Some((id.task, part.clone())));
        let terms = JurorTerms {
            pay: 2 * PRICE,
            lock: 10,
        };
        assert_ok!(Pallet::<Test>::seat_jury(id.task, 1, terms, Vec::new()));
        let juror = assign(id.task, device(BOB, ASK));
        TasksPallet::offchain_worker(now());
        assert_eq!(asks(), [(juror, Ask::Part(part))]);
        Part::set(None);
        run_for(1);
        TasksPallet::offchain_worker(now());
        assert_eq!(asks(), [(juror, Ask::Whole)]);
        // The asks are of the same block as the orders.
        let orders: Orders = StorageValueRef::persistent(ORDERS).get().unwrap().unwrap();
        let asks: Asks = StorageValueRef::persistent(ASKS).get().unwrap().unwrap();
        assert_eq!((orders.block, orders.genesis), (asks.block, asks.genesis));
    });
}

#[test]
fn where_disputes_want_nothing_nothing_is_written() {
    ExtBuilder.build_and_execute(|| {
        verifying(ALICE);
        TasksPallet::offchain_worker(now());
        let written: Option<Asks> = StorageValueRef::persistent(ASKS).get().unwrap();
        assert_eq!(written, None);
    });
}
