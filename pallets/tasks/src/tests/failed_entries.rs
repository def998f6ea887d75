//! Any entry of the agenda that fails is served again in the next block: nothing else would ever end what waits for it.
//! The entries of disputes are in `dispute_steps`.

use aicpw_primitives::traits::DrawSeed;
use aicpw_protocol::{
    task::{AssignmentStatus, Fault, TaskStatus},
    view::AuditState,
    AssignmentId, TaskId,
};

use crate::{mock::*, pallet::*, types::Deadline};

/// Removes an entry from the slot of this block, which is not served yet.
fn take_out(deadline: Deadline) {
    let slot = Agenda::<Test>::get(now()).unwrap();
    assert!(slot.open.contains(&deadline), "{deadline:?} is not due");
    Agenda::<Test>::mutate_extant(now(), |slot| slot.open.retain(|one| *one != deadline));
}

/// Serves an entry, which fails. With debug assertions, an error that cannot happen panics as well.
fn serve_in_vain(deadline: Deadline) {
    let served = std::panic::catch_unwind(|| TasksPallet::serve(now(), deadline));
    assert_eq!(served.is_err(), cfg!(debug_assertions));
}

/// Serves an entry of this block twice while its task cannot be read. This makes one entry of the next block.
fn fails(task: TaskId, deadline: Deadline) {
    take_out(deadline);
    let kept = Tasks::<Test>::take(task).unwrap();
    serve_in_vain(deadline);
    if let Deadline::Assignment(id) = deadline {
        assert_eq!(assignment_of(id).due, now() + 1);
        Assignments::<Test>::mutate_extant(id, |one| one.due = now());
    }
    serve_in_vain(deadline);
    Tasks::<Test>::insert(task, kept);
    let next = Agenda::<Test>::get(now() + 1).unwrap();
    let again = next.open.iter().filter(|one| **one == deadline);
    assert_eq!((next.pages, again.count()), (0, 1));
    check_invariants();
}

/// Runs to the block after the deadline of an assignment, whose entries are not served.
fn to_the_end_of(id: AssignmentId) -> Deadline {
    let by = assignment_of(id).deadline().unwrap();
    run_to(by);
    run_to_without_hooks(by + 1);
    Deadline::Assignment(id)
}

/// Regression: the provider would have waited for the auditor for ever, with all its locks.
#[test]
fn an_auditor_that_is_silent_fails_in_the_next_block() {
    ExtBuilder.build_and_execute(|| {
        let (id, auditor) = audited(ALICE, BOB);
        let entry = to_the_end_of(auditor);
        fails(id.task, entry);
        assert_eq!(fault_of(auditor), None);
        run_for(1);
        assert_eq!(fault_of(auditor), Some(Fault::NoStart));
    });
}

/// Regression: as above, without an auditor.
#[test]
fn an_auditor_that_is_not_found_is_given_up_in_the_next_block() {
    ExtBuilder.build_and_execute(|| {
        let id = committed(ALICE, optimistic());
        decide_audit(id.task, true);
        run_for(REMATCH_WINDOW);
        run_to_without_hooks(now() + 1);
        let entry = Deadline::Match(id.task);
        take_out(entry);
        TasksPallet::retry(entry);
        TasksPallet::retry(entry);
        check_invariants();
        assert!(task_of(id.task).has_vacancy());
        run_for(1);
        assert!(!task_of(id.task).has_vacancy());
        assert!(matches!(
            assignment_of(id).status,
            AssignmentStatus::Committed {
                reveal_by: Some(_),
                ..
            }
        ));
    });
}

/// Regression: nobody would have been allowed to reveal.
#[test]
fn a_draw_that_fails_is_made_in_the_next_block() {
    ExtBuilder.build_and_execute(|| {
        let id = committed(ALICE, optimistic());
        let due = now() + SOONEST;
        Seed::set(DrawSeed::Ready(seed_for(id.task, false)));
        run_to(due - 1);
        run_to_without_hooks(due);
        fails(id.task, Deadline::Audit(id.task));
        assert_eq!(audit_of(id.task).state, AuditState::Undecided);
        run_for(1);
        assert_eq!(audit_of(id.task).state, AuditState::NotDrawn);
    });
}

/// Regression: the worker's calls are not accepted after the deadline, and the requester cannot cancel.
#[test]
fn a_provider_that_is_silent_fails_in_the_next_block() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        let entry = to_the_end_of(id);
        fails(id.task, entry);
        assert_eq!(fault_of(id), None);
        run_for(1);
        assert_eq!(fault_of(id), Some(Fault::NoProgress));
    });
}

/// Regression: a requester that does not call `accept` would have kept the provider from its pay.
#[test]
fn a_settlement_that_fails_is_made_in_the_next_block() {
    ExtBuilder.build_and_execute(|| {
        let id = verifying(ALICE);
        let TaskStatus::Verifying { settle_at } = status_of(id.task) else {
            panic!("the window is open");
        };
        run_to(settle_at - 1);
        run_to_without_hooks(settle_at);
        let entry = Deadline::Settle(id.task);
        take_out(entry);
        let kept = Assignments::<Test>::take(id).unwrap();
        serve_in_vain(entry);
        Assignments::<Test>::insert(id, kept);
        check_invariants();
        run_for(1);
        assert!(matches!(status_of(id.task), TaskStatus::Settled { .. }));
    });
}
