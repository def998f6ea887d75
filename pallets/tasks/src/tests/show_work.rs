//! `show_work`: jurors show the trace root of their run when a dispute asks for it, and are judged by it.

use aicpw_primitives::traits::{ClosedJuror, Contested, JurorTerms};
use aicpw_protocol::{
    commitment::{juror_trace_salt, trace_commitment, ResultOpening},
    mailbox::{report_key, Ask, Asks, Report, ASKS, RETRY_AFTER},
    task::{AssignmentStatus, DeterminismClass, Fault},
    verdict::{Verdict, Vote},
    worker::Statement,
    AssignmentId, TaskId,
};
use frame_support::{assert_noop, assert_ok, traits::Hooks};
use sp_runtime::{
    offchain::storage::StorageValueRef,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
};

use crate::{mock::*, pallet::*, types::Refusal};

type Court = Pallet<Test>;

const OTHER_ROOT: [u8; 32] = [6; 32];
const WORK: [u8; 32] = [9; 32];
const COPIED: [u8; 32] = [0; 32];
const LOCK: u128 = 10_000;
/// What a fault takes of the lock.
const SHARE: u128 = 4_000;
const VERDICT: Vote = Vote::Root(ROOT);

/// The opening of a juror that has committed to this trace root.
fn found(juror: AssignmentId, root: [u8; 32], trace_root: [u8; 32]) -> ResultOpening {
    let salt = juror_trace_salt(&assignment_of(juror).provider, juror);
    ResultOpening {
        trace_commitment: trace_commitment(&salt, &trace_root),
        ..opening(root)
    }
}

/// A disputed result of Alice's, and jurors that have revealed these roots and committed to these trace roots.
fn voted(votes: &[(AccountId, [u8; 32], [u8; 32])]) -> (TaskId, Vec<AssignmentId>) {
    let task = verifying(ALICE).task;
    assert_ok!(Court::contest(task, false));
    let terms = JurorTerms {
        pay: 2 * PRICE,
        lock: LOCK,
    };
    assert_ok!(Court::seat_jury(
        task,
        votes.len() as u16,
        terms,
        Vec::new()
    ));
    let ids: Vec<_> = votes
        .iter()
        .map(|(juror, ..)| assign(task, device(*juror, ASK)))
        .collect();
    for (id, (_, root, trace_root)) in ids.iter().zip(votes) {
        assert_ok!(start(*id));
        assert_ok!(commit(*id, &found(*id, *root, *trace_root)));
    }
    for (id, (_, root, trace_root)) in ids.iter().zip(votes) {
        assert_ok!(reveal(*id, found(*id, *root, *trace_root)));
    }
    (task, ids)
}

/// Three jurors that have worked, one that has copied, and one that was wrong.
fn five() -> (TaskId, Vec<AssignmentId>) {
    voted(&[
        (BOB, ROOT, WORK),
        (CHARLIE, ROOT, WORK),
        (DAVE, ROOT, COPIED),
        (EVE, OTHER_ROOT, WORK),
        (FERDIE, ROOT, WORK),
    ])
}

fn want(task: TaskId, blocks: u32) {
    WorkWanted::set(Some((task, now() + blocks, VERDICT)));
}

fn show(id: AssignmentId, trace_root: [u8; 32]) -> Result<(), TransactionValidityError> {
    say(
        id,
        Statement::ShowWork {
            assignment: id,
            trace_root,
        },
    )
}

fn refused(refusal: Refusal) -> TransactionValidityError {
    refusal.into()
}

#[test]
fn shows_what_those_who_were_right_have_committed_to_once() {
    ExtBuilder.build_and_execute(|| {
        let (task, ids) = five();
        assert_noop!(show(ids[0], WORK), refused(Refusal::NotInState));
        want(task, 3);
        assert_eq!(Court::worked(task, 0, VERDICT, &WORK), (3, 4));
        let from_a_seat_on = Court::worked(task, ids[1].replica, VERDICT, &WORK);
        assert_eq!(from_a_seat_on, (2, 3));
        assert_eq!(Court::worked(task, 0, VERDICT, &COPIED), (1, 4));
        // A juror can show neither a trace root to which it has not committed, nor one to which only it has.
        assert_noop!(show(ids[0], COPIED), refused(Refusal::WrongOpening));
        assert_noop!(show(ids[2], WORK), refused(Refusal::WrongOpening));
        assert_noop!(show(ids[2], COPIED), refused(Refusal::WrongOpening));
        assert_ok!(show(ids[1], WORK));
        assert_eq!(WorkShown::get(), [(task, WORK)]);
        assert_noop!(show(ids[0], WORK), refused(Refusal::NotInState));
    });
}

/// Else two of three jurors that were right could take the lock of the third, with any trace root that they agree on.
#[test]
fn what_less_than_half_of_a_jury_has_committed_to_is_no_work() {
    ExtBuilder.build_and_execute(|| {
        let (task, ids) = voted(&[
            (BOB, ROOT, WORK),
            (CHARLIE, ROOT, COPIED),
            (DAVE, ROOT, COPIED),
            (EVE, OTHER_ROOT, WORK),
            (FERDIE, OTHER_ROOT, WORK),
        ]);
        want(task, 3);
        assert_noop!(show(ids[1], COPIED), refused(Refusal::WrongOpening));
        assert_noop!(show(ids[0], WORK), refused(Refusal::WrongOpening));
    });
}

#[test]
fn only_what_is_exact_on_every_device_is_judged_by_its_trace() {
    for (class, is_exact) in [
        (DeterminismClass::Int, true),
        (DeterminismClass::Fp32Strict, true),
        (DeterminismClass::Device, false),
    ] {
        ExtBuilder.build_and_execute(|| {
            let mut submission = submission(optimistic());
            submission.needs.class = class;
            let signed = RuntimeOrigin::signed(REQUESTER);
            assert_ok!(TasksPallet::submit(signed, submission));
            assert_eq!(Court::is_exact(TaskId(0)), is_exact, "{class:?}");
        });
    }
}

#[test]
fn late_or_by_who_is_no_juror_it_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let (task, ids) = five();
        want(task, 2);
        let provider = AssignmentId {
            replica: 0,
            ..ids[0]
        };
        assert_noop!(show(provider, WORK), refused(Refusal::NotInState));
        let nobody = AssignmentId {
            attempt: 7,
            ..ids[0]
        };
        let statement = |assignment| Statement::ShowWork {
            assignment,
            trace_root: WORK,
        };
        let proof = sign(&worker_of(ids[0]), &statement(nobody));
        assert_noop!(
            apply(call(statement(nobody), proof)),
            refused(Refusal::UnknownAssignment)
        );
        let proof = sign(&worker(CHARLIE), &statement(ids[0]));
        assert_noop!(
            apply(call(statement(ids[0]), proof)),
            TransactionValidityError::from(InvalidTransaction::BadProof)
        );
        run_for(3);
        assert_noop!(show(ids[0], WORK), refused(Refusal::WindowClosed));
    });
}

#[test]
fn who_has_copied_loses_a_share_and_is_not_paid() {
    ExtBuilder.build_and_execute(|| {
        let (task, ids) = five();
        let verdict = Verdict {
            vote: VERDICT,
            work: Some(WORK),
        };
        let closed: Vec<_> = ids
            .iter()
            .map(|id| Court::close_juror(task, id.replica, Some(verdict)).unwrap())
            .collect();
        let wrong = ClosedJuror::Wrong(LOCK);
        let (right, copied) = (ClosedJuror::Right, ClosedJuror::Wrong(SHARE));
        assert_eq!(closed, [right, right, copied, wrong, right]);
        let paid: Vec<_> = ids
            .iter()
            .map(|id| Court::right_juror(task, id.replica, verdict))
            .collect();
        assert_eq!(paid, [Some(BOB), Some(CHARLIE), None, None, Some(FERDIE)]);
        assert_eq!(free(DAVE), FUNDS - SHARE);
        assert!(matches!(
            assignment_of(ids[2]).status,
            AssignmentStatus::Failed {
                fault: Fault::WrongResult,
                ..
            }
        ));
        assert_ok!(Court::give_up(task));
    });
}

#[test]
fn jurors_are_asked_for_it_and_the_hook_sends_what_the_worker_reports() {
    ExtBuilder.build_and_execute_with_pool(|sent| {
        let (task, ids) = five();
        let hook = || TasksPallet::offchain_worker(now());
        let asked = || {
            let asks: Option<Asks> = StorageValueRef::persistent(ASKS).get().unwrap();
            let asks = asks.unwrap_or_default().asks;
            let wanted = asks.into_iter().filter(|(_, ask)| *ask == Ask::Trace);
            wanted.map(|(id, _)| id).collect::<Vec<_>>()
        };
        let report = Report::Work { trace_root: WORK };
        StorageValueRef::persistent(&report_key(ids[0])).set(&report);
        hook();
        assert_eq!(asked(), []);
        assert!(sent().is_empty());
        want(task, 2 * RETRY_AFTER);
        run_for(1);
        hook();
        let mut all = asked();
        all.sort();
        assert_eq!(all, ids, "jurors, and not who made the result");
        let calls = sent();
        assert_eq!(calls.len(), 1, "{calls:?}");
        hook();
        assert!(sent().is_empty(), "once");
        run_for(1);
        assert_ok!(apply(calls[0].clone()));
        assert_eq!(WorkShown::get(), [(task, WORK)]);
        run_for(RETRY_AFTER + 1);
        hook();
        assert_eq!(asked(), []);
        assert!(sent().is_empty());
    });
}
