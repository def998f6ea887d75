//! Something ends every dispute: its steps are in the agenda, and stay there when one of them fails.

use aicpw_primitives::traits::{Awaited, Contested, JurorTerms};
use aicpw_protocol::{
    task::{Fault, Refunded, TaskStatus},
    verdict::Vote,
    AssignmentId,
};
use frame_support::assert_ok;

use super::audits::compared;
use crate::{mock::*, pallet::*, types::Deadline};

type Court = Pallet<Test>;

const TERMS: JurorTerms = JurorTerms {
    pay: 2 * PRICE,
    lock: 10_000,
};

const NO_STEP: &str = "the next step of a dispute is in the agenda";
const NO_JURY: &str = "a jury that is waited for has a juror who is wanted, works or has to reveal";
const NOT_ABOUT_IT: &str =
    "a dispute is about a disputed task or a claim until that is decided, and no longer";

/// A disputed result of Alice's.
fn disputed() -> AssignmentId {
    let id = verifying(ALICE);
    assert_ok!(Court::contest(id.task, false));
    id
}

/// Checks the invariants as if the dispute waited for this. Returns the invariant that does not hold, if any.
fn broken_if(id: AssignmentId, awaited: Awaited) -> Option<&'static str> {
    WaitsFor::set(Some((id.task, awaited)));
    let checked = Court::do_try_state();
    WaitsFor::take();
    checked.err().map(Into::into)
}

#[test]
fn the_next_step_of_a_dispute_is_in_the_agenda() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        let by = now() + 10;
        assert_eq!(broken_if(id, Awaited::Due(by)), Some(NO_STEP));
        Court::remind(id.task, by + 1);
        assert_eq!(broken_if(id, Awaited::Due(by)), Some(NO_STEP), "too late");
        Court::remind(id.task, by);
        assert_eq!(broken_if(id, Awaited::Due(by)), None);
        assert_eq!(broken_if(id, Awaited::DueToPay(by)), Some(NOT_ABOUT_IT));
        assert_ok!(Court::give_up(id.task));
        assert_eq!(broken_if(id, Awaited::DueToPay(by)), None);
        assert_eq!(broken_if(id, Awaited::Due(by)), Some(NOT_ABOUT_IT));
        assert_eq!(broken_if(id, Awaited::Jury), Some(NOT_ABOUT_IT));
    });
}

#[test]
fn a_jury_that_is_waited_for_has_somebody_who_has_to_do_something() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        assert_eq!(broken_if(id, Awaited::Jury), Some(NO_JURY), "not called");
        assert_ok!(Court::seat_jury(id.task, 1, TERMS, Vec::new()));
        assert_eq!(broken_if(id, Awaited::Jury), None, "wanted");
        let juror = assign(id.task, device(BOB, ASK));
        assert_eq!(broken_if(id, Awaited::Jury), None, "at work");
        compute(juror, ROOT);
        assert_eq!(broken_if(id, Awaited::Jury), None, "has to reveal");
        assert_ok!(reveal(juror, opening(ROOT)));
        assert_eq!(broken_if(id, Awaited::Jury), Some(NO_JURY), "done");
        let verdict = Vote::Root(ROOT).into();
        assert_ok!(Court::close_juror(id.task, juror.replica, Some(verdict)));
        assert_ok!(Court::decide(id.task, Some(ROOT)));
    });
}

/// Regression: the entry was gone, and so nothing would have ended the dispute.
#[test]
fn a_step_that_fails_is_made_again_in_the_next_block() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        let deadline = Deadline::Dispute(id.task);
        StepsFail::set(true);
        for _ in 0..3 {
            // With debug assertions, an error that cannot happen panics as well.
            let served = std::panic::catch_unwind(|| Court::serve(now(), deadline));
            assert_eq!(served.is_err(), cfg!(debug_assertions));
            // Two entries in one block become one in the next.
            let second = std::panic::catch_unwind(|| Court::serve(now(), deadline));
            assert_eq!(second.is_err(), cfg!(debug_assertions));
            let next = Agenda::<Test>::take(now() + 1).unwrap();
            assert_eq!((next.pages, next.open.to_vec()), (0, vec![deadline]));
            run_for(1);
        }
        let _ = std::panic::catch_unwind(|| Court::serve(now(), deadline));
        StepsFail::set(false);
        assert_eq!(Heard::get(), []);
        run_for(1);
        assert_eq!(Heard::get(), [Tell::Due(id.task)]);
        assert_ok!(Court::give_up(id.task));
    });
}

/// Serves an entry of this block while the following step of the dispute fails.
fn fails(deadline: Deadline) {
    Agenda::<Test>::mutate_extant(now(), |slot| slot.open.retain(|one| *one != deadline));
    // Only storage is rolled back by itself.
    let occupied = Occupied::get();
    StepsFail::set(true);
    let served = std::panic::catch_unwind(|| Court::serve(now(), deadline));
    StepsFail::set(false);
    Occupied::set(occupied);
    assert_eq!(served.is_err(), cfg!(debug_assertions));
    let next = Agenda::<Test>::get(now() + 1).unwrap();
    assert!(next.open.contains(&deadline));
    assert_eq!(Heard::get(), []);
}

/// Regression: the dispute would have waited for the jury for ever.
#[test]
fn a_seat_that_nobody_takes_is_given_up_in_the_next_block_if_that_fails() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        assert_ok!(Court::seat_jury(id.task, 1, TERMS, Vec::new()));
        run_for(REMATCH_WINDOW);
        run_to_without_hooks(now() + 1);
        fails(Deadline::Match(id.task));
        run_for(1);
        assert_eq!(Heard::get(), [Tell::JuryDone(id.task)]);
    });
}

/// Regression: as above.
#[test]
fn a_juror_that_does_not_reveal_fails_in_the_next_block_if_that_fails() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        assert_ok!(Court::seat_jury(id.task, 1, TERMS, Vec::new()));
        let juror = assign(id.task, device(BOB, ASK));
        compute(juror, ROOT);
        let by = assignment_of(juror).deadline().unwrap();
        run_to(by);
        run_to_without_hooks(by + 1);
        assert_eq!(assignment_of(juror).due, by + 1);
        fails(Deadline::Assignment(juror));
        assert_eq!(assignment_of(juror).due, by + 2);
        run_for(1);
        assert_eq!(fault_of(juror), Some(Fault::NoReveal));
        assert_eq!(Heard::get(), [Tell::JuryDone(id.task)]);
    });
}

#[test]
fn what_fails_when_the_dispute_is_over_is_left() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        assert_ok!(Court::give_up(id.task));
        StepsFail::set(true);
        let deadline = Deadline::Dispute(id.task);
        let served = std::panic::catch_unwind(|| Court::serve(now(), deadline));
        assert_eq!(served.is_err(), cfg!(debug_assertions));
        let next = Agenda::<Test>::get(now() + 1);
        assert!(next.is_none_or(|slot| !slot.open.contains(&deadline)));
    });
}

/// Regression: the chain could not call a jury while the jurors of the attempt before were paid, and so a liar went
/// free.
#[test]
fn what_is_to_be_judged_waits_until_the_dispute_before_is_over() {
    ExtBuilder.build_and_execute(|| {
        IsOver::set(false);
        let (id, _) = compared([6; 32]);
        let locked = (free(ALICE), free(BOB));
        for _ in 0..2 {
            Court::remind(id.task, now() + 1);
            run_for(1);
            assert_eq!(status_of(id.task), TaskStatus::Active);
            check_invariants();
        }
        assert_eq!(Heard::get(), [Tell::Due(id.task); 2]);
        assert_eq!((free(ALICE), free(BOB)), locked, "nothing is decided");
        // The step that ends the earlier dispute asks for the jury. Here nobody takes the task over.
        IsOver::set(true);
        Court::remind(id.task, now() + 1);
        run_for(1);
        assert_refunded_because(id.task, Refunded::NoVerdict);
    });
}

#[test]
fn the_steps_of_a_dispute_that_is_over_change_nothing_about_who_works_or_has_to_reveal() {
    ExtBuilder.build_and_execute(|| {
        let id = committed(ALICE, optimistic());
        decide_audit(id.task, true);
        let auditor = assign(id.task, device(BOB, ASK));
        let remind = || {
            Court::remind(id.task, now() + 1);
            run_for(1);
            assert_eq!(status_of(id.task), TaskStatus::Active);
        };
        remind();
        compute(auditor, ROOT);
        remind();
        assert_ok!(reveal(id, opening(ROOT)));
        // The auditor still has to reveal.
        remind();
        assert_ok!(reveal(auditor, opening(ROOT)));
        assert!(matches!(status_of(id.task), TaskStatus::Verifying { .. }));
    });
}
