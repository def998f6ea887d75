//! Jurors on a disputed task, and what a verdict does to it.

use aicpw_primitives::traits::{ClosedJuror, Contested, JurorTerms};
use aicpw_protocol::{
    device::Reputation,
    task::{AssignmentStatus, Fault, Refunded, Role, TaskStatus},
    verdict::Vote,
    AskPrice, AssignmentId, TaskId,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::transaction_validity::TransactionValidityError;

use crate::{mock::*, pallet::*, types::Refusal};

type Court = Pallet<Test>;

const OTHER_ROOT: [u8; 32] = [6; 32];
const LOCK: u128 = 10_000;
/// The price at twice the ask.
const PAY: u128 = 2 * PRICE;
const TERMS: JurorTerms = JurorTerms {
    pay: PAY,
    lock: LOCK,
};

/// A disputed result of Alice's.
fn disputed() -> AssignmentId {
    let id = verifying(ALICE);
    assert_ok!(Court::contest(id.task, false));
    id
}

/// Jurors with seats on the task.
fn seated(task: TaskId, jurors: &[AccountId]) -> Vec<AssignmentId> {
    assert_ok!(Court::seat_jury(
        task,
        jurors.len() as u16,
        TERMS,
        Vec::new()
    ));
    jurors
        .iter()
        .map(|juror| assign(task, device(*juror, ASK)))
        .collect()
}

/// Jurors that have revealed these roots.
fn voted(task: TaskId, votes: &[(AccountId, [u8; 32])]) -> Vec<AssignmentId> {
    let jurors: Vec<_> = votes.iter().map(|(juror, _)| *juror).collect();
    let ids = seated(task, &jurors);
    for (id, (_, root)) in ids.iter().zip(votes) {
        compute(*id, *root);
    }
    for (id, (_, root)) in ids.iter().zip(votes) {
        assert_ok!(reveal(*id, opening(*root)));
    }
    ids
}

fn is_failed(id: AssignmentId, fault: Fault) -> bool {
    matches!(assignment_of(id).status, AssignmentStatus::Failed { fault: other, .. } if other == fault)
}

#[test]
fn a_contest_stops_the_window() {
    ExtBuilder.build_and_execute(|| {
        let id = verifying(ALICE);
        let contest = Court::contest(id.task, false).unwrap();
        assert_eq!((contest.requester, contest.price), (REQUESTER, PRICE));
        assert_eq!(
            (contest.providers, contest.price_cap),
            (vec![ALICE], BUDGET)
        );
        run_for(2 * WINDOW);
        assert_eq!(status_of(id.task), TaskStatus::Disputed);
        assert_noop!(
            TasksPallet::accept(RuntimeOrigin::signed(REQUESTER), id.task),
            Error::<Test>::NotVerifying
        );
        assert_noop!(
            TasksPallet::cancel(RuntimeOrigin::signed(REQUESTER), id.task),
            Error::<Test>::NotWaiting
        );
        assert_ok!(Court::give_up(id.task));
    });
}

/// The match of the last attempt gives back what its own price leaves of the escrow. Jurors are not paid from the
/// escrow.
#[test]
fn the_last_attempt_is_judged_for_as_much_as_the_first() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(optimistic());
        for provider in [BOB, CHARLIE] {
            let failed = assign(task, device(provider, ASK));
            assert_ok!(start(failed));
            assert_ok!(fail(failed, Fault::Crashed));
        }
        let last = assign(task, device(ALICE, ASK));
        assert_eq!(last.attempt + 1, MAX_ATTEMPTS);
        assert_eq!(task_of(task).escrow, PRICE + AUDIT_COST);
        compute(last, OTHER_ROOT);
        decide_audit(task, false);
        assert_ok!(reveal(last, opening(OTHER_ROOT)));
        let contest = Court::contest(task, false).unwrap();
        assert_eq!((contest.price, contest.price_cap), (PRICE, BUDGET));
        assert_ok!(Court::give_up(task));
    });
}

#[test]
fn only_what_is_open_to_doubt_is_contested() {
    ExtBuilder.build_and_execute(|| {
        let refused = Error::<Test>::NotVerifying;
        assert_noop!(Court::contest(TaskId(9), false), Error::<Test>::UnknownTask);
        let id = committed(ALICE, optimistic());
        assert_noop!(Court::contest(id.task, false), refused);
        let id = verifying(BOB);
        assert_noop!(Court::contest(id.task, true), Error::<Test>::NotVerifying);
        assert_noop!(
            Court::seat_jury(id.task, 5, TERMS, Vec::new()),
            Error::<Test>::NotDisputed
        );
        assert_noop!(
            Court::decide(id.task, Some(ROOT)),
            Error::<Test>::NotDisputed
        );
    });
}

#[test]
fn jurors_lock_their_lock_for_their_pay() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        let jurors = seated(id.task, &[BOB]);
        let juror = assignment_of(jurors[0]);
        assert_eq!(juror.role, Role::Juror);
        assert_eq!(
            (juror.price, juror.collateral, juror.fraud_bond),
            (PAY, LOCK, 0)
        );
        assert_eq!(status_of(id.task), TaskStatus::Disputed);
        assert_eq!(
            task_of(id.task).escrow,
            BUDGET - AUDIT_COST,
            "its pay is not the requester's"
        );
        assert_ok!(Court::close_juror(id.task, jurors[0].replica, None));
        assert_ok!(Court::give_up(id.task));
    });
}

#[test]
fn who_asks_for_more_than_the_pay_or_is_a_party_is_no_juror() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        assert_ok!(Court::seat_jury(id.task, 1, TERMS, vec![DAVE]));
        let dear = device(BOB, aicpw_protocol::AskPrice(2 * ASK.0 + 1));
        assert_noop!(try_assign(id.task, dear), Error::<Test>::TooExpensive);
        let party = device(ALICE, ASK);
        assert_noop!(try_assign(id.task, party), Error::<Test>::NotIndependent);
        let challenger = device(DAVE, ASK);
        assert_noop!(
            try_assign(id.task, challenger),
            Error::<Test>::NotIndependent
        );
        let fits = device(CHARLIE, aicpw_protocol::AskPrice(2 * ASK.0));
        assert_ok!(try_assign(id.task, fits));
    });
}

#[test]
fn no_reputation_is_too_low_to_judge() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        assert_ok!(Court::seat_jury(id.task, 1, TERMS, Vec::new()));
        let needs = task_of(id.task).submission.needs;
        assert_eq!(needs.min_reputation, Reputation(0));
        assert_eq!(demand_of_the_choosy(id.task).needs, needs);
    });
}

#[test]
fn all_commit_before_any_reveals() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        let jurors = seated(id.task, &[BOB, CHARLIE]);
        compute(jurors[0], ROOT);
        let early: TransactionValidityError = Refusal::TooEarly.into();
        assert_noop!(reveal(jurors[0], opening(ROOT)), early);
        compute(jurors[1], OTHER_ROOT);
        assert_ok!(reveal(jurors[0], opening(ROOT)));
        assert_eq!(Heard::get(), [], "one has not revealed yet");
        assert_ok!(reveal(jurors[1], opening(OTHER_ROOT)));
        assert_eq!(Heard::get(), [Tell::JuryDone(id.task)]);
        let votes = Court::votes(id.task, jurors[0].replica);
        assert_eq!(votes, [Vote::Root(ROOT), Vote::Root(OTHER_ROOT)]);
        let second = Court::votes(id.task, jurors[1].replica);
        assert_eq!(second, [Vote::Root(OTHER_ROOT)]);
    });
}

#[test]
fn who_sleeps_pays_the_treasury_and_is_replaced_once() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        let sleeper = seated(id.task, &[BOB])[0];
        run_for(START_WINDOW + 1);
        assert!(is_failed(sleeper, Fault::NoStart));
        assert!(free(BOB) < FUNDS && free(BOB) > FUNDS - LOCK, "a share");
        assert_eq!(
            task_of(id.task).vacant(now()).map(|(seat, _)| seat),
            Some(1)
        );
        let second = retry(sleeper, CHARLIE);
        assert_eq!((second.replica, second.attempt), (1, 1));
        run_for(START_WINDOW + 1);
        assert!(!task_of(id.task).has_vacancy(), "nobody a third time");
        assert_eq!(Heard::get(), [Tell::JuryDone(id.task)]);
        assert_eq!(Court::votes(id.task, 1), []);
    });
}

#[test]
fn seats_that_nobody_gets_are_given_up() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        assert_ok!(Court::seat_jury(id.task, 3, TERMS, Vec::new()));
        run_for(REMATCH_WINDOW + 1);
        assert_eq!(Heard::get(), [Tell::JuryDone(id.task)]);
        assert_eq!(status_of(id.task), TaskStatus::Disputed);
    });
}

#[test]
fn who_does_not_reveal_loses_its_lock_and_is_not_replaced() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        let juror = seated(id.task, &[BOB])[0];
        compute(juror, ROOT);
        assert_eq!(Court::withheld(id.task, 1), 0, "there is time yet");
        run_for(REVEAL_WINDOW + 1);
        assert!(is_failed(juror, Fault::NoReveal));
        assert_eq!(Court::withheld(id.task, 1), 1);
        assert_eq!(Court::withheld(id.task, 2), 0, "of later seats");
        assert_eq!(free(BOB), FUNDS - LOCK);
        assert!(Told::get().contains(&Note::Convicted(BOB)));
        assert!(!task_of(id.task).has_vacancy());
        assert_eq!(Heard::get(), [Tell::JuryDone(id.task)]);
    });
}

#[test]
fn a_program_that_does_not_run_is_a_vote() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        let jurors = seated(id.task, &[BOB, CHARLIE]);
        compute(jurors[1], ROOT);
        assert_ok!(start(jurors[0]));
        assert_ok!(fail(jurors[0], Fault::RunFailed));
        assert_ok!(reveal(jurors[1], opening(ROOT)));
        let votes = Court::votes(id.task, 1);
        assert_eq!(votes, [Vote::Unable, Vote::Root(ROOT)]);
        let closed = Court::close_juror(id.task, 1, Some(Vote::Root(ROOT).into()));
        // The inputs may have been served to some and not to others: this is a fault, and no lie.
        assert_eq!(closed, Ok(ClosedJuror::Wrong(LOCK * 2 / 5)));
        let closed = Court::close_juror(id.task, 2, Some(Vote::Root(ROOT).into()));
        assert_eq!(closed, Ok(ClosedJuror::Right));
        assert_ok!(Court::decide(id.task, Some(ROOT)));
        assert_eq!(free(BOB), FUNDS - LOCK * 2 / 5);
    });
}

#[test]
fn how_many_have_voted_stays_so_while_they_are_closed() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        let jurors = seated(id.task, &[BOB, CHARLIE, DAVE, EVE]);
        let votes = [ROOT, OTHER_ROOT, OTHER_ROOT];
        for (juror, root) in jurors.iter().zip(votes) {
            compute(*juror, root);
        }
        assert_ok!(start(jurors[3]));
        assert_ok!(fail(jurors[3], Fault::RunFailed));
        for (juror, root) in jurors.iter().zip(votes) {
            assert_ok!(reveal(*juror, opening(root)));
        }
        let first = jurors[0].replica;
        let voted = |vote| Court::voted(id.task, first, vote);
        assert_eq!(voted(Vote::Root(ROOT)), (1, 4));
        assert_eq!(voted(Vote::Root(OTHER_ROOT)), (2, 4));
        let verdict = Vote::Root(ROOT).into();
        for (juror, verdict) in jurors
            .iter()
            .zip([Some(verdict), Some(verdict), None, None])
        {
            assert_ok!(Court::close_juror(id.task, juror.replica, verdict));
        }
        // A juror that was wrong, or was released, has no root any more.
        assert_eq!(voted(Vote::Root(OTHER_ROOT)).0, 0);
        assert_eq!(voted(Vote::Root(ROOT)), (1, 4));
        assert_eq!(voted(Vote::Unable), (1, 4));
        assert_ok!(Court::decide(id.task, Some(ROOT)));
    });
}

#[test]
fn who_could_run_what_most_could_not_goes_free() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        let jurors = seated(id.task, &[BOB, CHARLIE]);
        compute(jurors[1], ROOT);
        assert_ok!(start(jurors[0]));
        assert_ok!(fail(jurors[0], Fault::RunFailed));
        assert_ok!(reveal(jurors[1], opening(ROOT)));
        let closed = Court::close_juror(id.task, 2, Some(Vote::Unable.into()));
        assert_eq!(closed, Ok(ClosedJuror::Released));
        assert_eq!(free(CHARLIE), FUNDS);
        let closed = Court::close_juror(id.task, 1, Some(Vote::Unable.into()));
        assert_eq!(closed, Ok(ClosedJuror::Right));
        assert_ok!(Court::decide(id.task, Some(ROOT)));
    });
}

#[test]
fn a_key_that_is_not_granted_is_told() {
    ExtBuilder.build_and_execute(|| {
        let id = awaiting_key(ALICE, optimistic());
        assert_ok!(grant(id));
        compute(id, ROOT);
        decide_audit(id.task, false);
        assert_ok!(reveal(id, opening(ROOT)));
        assert_ok!(Court::contest(id.task, false));
        let jurors = seated(id.task, &[BOB, CHARLIE]);
        assert_ok!(grant(jurors[0]));
        run_for(KEY_WINDOW + 1);
        assert!(is_failed(jurors[1], Fault::NoKey));
        assert_eq!(free(CHARLIE), FUNDS, "it is not the juror's fault");
        assert_eq!(Heard::get(), [Tell::KeyWithheld(id.task)]);
        for seat in 0..Court::seats(id.task) {
            assert_eq!(
                Court::close_juror(id.task, seat, None),
                Ok(ClosedJuror::Released)
            );
        }
        assert_ok!(Court::uphold(id.task));
        assert!(matches!(status_of(id.task), TaskStatus::Settled { .. }));
    });
}

#[test]
fn the_right_result_is_paid_and_its_jurors_released() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        let jurors = voted(id.task, &[(BOB, ROOT), (CHARLIE, OTHER_ROOT)]);
        let verdict = Vote::Root(ROOT);
        let closed = Court::close_juror(id.task, 1, Some(verdict.into()));
        assert_eq!(closed, Ok(ClosedJuror::Right));
        let closed = Court::close_juror(id.task, 2, Some(verdict.into()));
        assert_eq!(closed, Ok(ClosedJuror::Wrong(LOCK)));
        assert_eq!((free(BOB), free(CHARLIE)), (FUNDS, FUNDS - LOCK));
        assert_eq!(Court::right_juror(id.task, 1, verdict.into()), Some(BOB));
        assert_eq!(Court::right_juror(id.task, 2, verdict.into()), None);
        assert_eq!(
            Court::right_juror(id.task, 0, verdict.into()),
            None,
            "no juror"
        );

        assert!(Court::is_claimed(id.task, &ROOT));
        let decided = Court::decide(id.task, Some(ROOT)).unwrap();
        assert_eq!((decided.slashed, decided.compensation), (0, (REQUESTER, 0)));
        assert_eq!(free(ALICE), FUNDS - KEPT - BOND + PRICE - FEE);
        assert!(is_failed(jurors[1], Fault::WrongResult));
        assert_eq!(Juries::<Test>::get(id.task), None);
    });
}

#[test]
fn a_wrong_result_costs_everything_and_is_made_again() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        voted(id.task, &[(BOB, OTHER_ROOT)]);
        assert!(!Court::is_claimed(id.task, &OTHER_ROOT));
        assert_ok!(Court::close_juror(
            id.task,
            1,
            Some(Vote::Root(OTHER_ROOT).into())
        ));
        let decided = Court::decide(id.task, Some(OTHER_ROOT)).unwrap();
        assert_eq!(decided.slashed, COLLATERAL + BOND);
        // The escrow still has the price, for the provider that runs the task again.
        assert_eq!(decided.compensation, (REQUESTER, AUDIT_COST));
        assert!(is_failed(id, Fault::WrongResult));
        assert!(matches!(status_of(id.task), TaskStatus::Queued { .. }));
        // No provider that was on the task gets it again, and neither does the juror.
        let juror = device(BOB, ASK);
        assert_noop!(try_assign(id.task, juror), Error::<Test>::NotIndependent);
        let again = retry(id, CHARLIE);
        compute(again, OTHER_ROOT);
        decide_audit(id.task, false);
        assert_ok!(reveal(again, opening(OTHER_ROOT)));
        assert!(matches!(status_of(id.task), TaskStatus::Verifying { .. }));
        // The new result can be disputed again.
        assert_ok!(Court::contest(id.task, false));
        assert_ok!(Court::seat_jury(id.task, 5, TERMS, Vec::new()));
        assert_ok!(Court::give_up(id.task));
    });
}

#[test]
fn without_a_verdict_the_requester_has_its_money_back() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        assert_ok!(Court::give_up(id.task));
        assert_refunded_because(id.task, Refunded::NoVerdict);
        assert_eq!(free(ALICE), FUNDS + BASE_FEE);
        assert_eq!(
            free(REQUESTER),
            FUNDS - SUBMISSION_FEE - AUDIT_COST - BASE_FEE
        );
    });
}

/// Regression: without a jury, a provider that asked less than the base fee earned more by a lie than by an honest
/// result.
#[test]
fn without_a_verdict_nobody_gets_more_than_it_asked_for() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(optimistic());
        let id = assign(task, device(ALICE, AskPrice(600)));
        compute(id, ROOT);
        decide_audit(task, false);
        assert_ok!(reveal(id, opening(ROOT)));
        assert_ok!(Court::contest(task, false));
        let price = assignment_of(id).price;
        assert!(price < BASE_FEE);
        assert_ok!(Court::give_up(task));
        assert_refunded_because(task, Refunded::NoVerdict);
        assert_eq!(free(ALICE), FUNDS + price);
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE - AUDIT_COST - price);
        assert!(CooledDownUnblamed::get().is_empty());
    });
}

#[test]
fn a_task_has_room_for_so_many_seats() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        let room = (crate::types::MAX_SEATS - 1) as u16;
        assert_noop!(
            Court::seat_jury(id.task, room + 1, TERMS, Vec::new()),
            Error::<Test>::TooManySeats
        );
        assert_ok!(Court::seat_jury(id.task, room, TERMS, Vec::new()));
        assert_ok!(Court::give_up(id.task));
    });
}

#[test]
fn reminders_and_the_end_are_told() {
    ExtBuilder.build_and_execute(|| {
        let id = disputed();
        Court::remind(id.task, now() + 3);
        run_for(2);
        assert_eq!(Heard::get(), []);
        run_for(1);
        assert_eq!(Heard::get(), [Tell::Due(id.task)]);
        assert_ok!(Court::give_up(id.task));
        run_for(RETENTION + 1);
        assert_eq!(Heard::get().last(), Some(&Tell::Forget(id.task)));
    });
}
