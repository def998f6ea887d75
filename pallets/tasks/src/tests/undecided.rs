//! Faults that nobody is blamed for at first, including a root that is not the expected one.

use aicpw_protocol::{
    commitment::expected_root_hash,
    task::{Fault, Refunded, TaskStatus, Verification},
    AskPrice, Balance,
};
use frame_support::assert_ok;

use crate::{mock::*, pallet::*, types::LockState};

/// An ask at which [`submission`] costs less than [`BASE_FEE`], and one at which it costs still less.
const CHEAP: AskPrice = AskPrice(600);
const CHEAP_PRICE: Balance = 60;
const CHEAPER: AskPrice = AskPrice(400);
const CHEAPER_PRICE: Balance = 40;

fn answer(id: aicpw_protocol::AssignmentId, root: [u8; 32]) {
    assert_ok!(start(id));
    assert_ok!(commit(id, &opening(root)));
    assert_ok!(reveal(id, opening(root)));
}

#[test]
fn the_first_pays_if_another_succeeds() {
    ExtBuilder.build_and_execute(|| {
        let first = running(ALICE, expected());
        assert_ok!(fail(first, Fault::BuildFailed));
        assert_eq!(
            assignment_of(first).locks,
            LockState::Undecided { root: None }
        );
        assert!(!Occupied::get()[&first].slot, "the device is free");
        assert!(Told::get().is_empty());
        assert!(CooledDown::get().is_empty());

        let second = retry(first, BOB);
        answer(second, ROOT);
        assert_eq!(free(ALICE), FUNDS - FAULT_SLASH);
        assert_eq!(CooledDown::get(), vec![assignment_of(first).device]);
        assert_eq!(
            Told::get(),
            vec![
                Note::Settled(BOB, REQUESTER, PRICE),
                Note::Faulted(ALICE, PRICE)
            ]
        );
        assert!(System::events().iter().any(|record| record.event
            == Event::FaultDecided {
                assignment: first,
                slashed: FAULT_SLASH
            }
            .into()));
    });
}

#[test]
fn a_time_limit_that_another_keeps_is_a_missed_deadline() {
    ExtBuilder.build_and_execute(|| {
        let first = running(ALICE, expected());
        assert_ok!(fail(first, Fault::TimeLimit));
        assert!(MissedDeadlines::get().is_empty(), "it may be too short");
        let second = retry(first, BOB);
        answer(second, ROOT);
        assert_eq!(MissedDeadlines::get(), [assignment_of(first).device]);
    });
}

/// Regression: a requester whose program crashes earned a share of each provider's collateral.
#[test]
fn a_requester_earns_nothing_by_a_program_that_crashes() {
    ExtBuilder.build_and_execute(|| {
        let first = running(ALICE, expected());
        assert_ok!(fail(first, Fault::RunFailed));
        assert_eq!(
            free(ALICE),
            FUNDS - COLLATERAL,
            "locked, and nothing is taken"
        );
        assert!(CooledDown::get().is_empty());
        let second = retry(first, BOB);
        assert_ok!(start(second));
        assert_ok!(fail(second, Fault::RunFailed));
        assert_refunded_because(first.task, Refunded::FaultConfirmed);
        assert_eq!(free(ALICE), FUNDS + BASE_FEE);
        assert_eq!(free(BOB), FUNDS + BASE_FEE);
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE - 2 * BASE_FEE);
    });
}

#[test]
fn a_provider_that_calls_its_own_crash_the_programs_pays_when_another_succeeds() {
    ExtBuilder.build_and_execute(|| {
        let first = running(ALICE, expected());
        assert_ok!(fail(first, Fault::RunFailed));
        let second = retry(first, BOB);
        answer(second, ROOT);
        assert_eq!(free(ALICE), FUNDS - FAULT_SLASH);
        assert_eq!(CooledDown::get(), vec![assignment_of(first).device]);
    });
}

#[test]
fn the_requester_pays_both_if_another_says_the_same() {
    ExtBuilder.build_and_execute(|| {
        let first = running(ALICE, expected());
        assert_ok!(fail(first, Fault::InputUnavailable));
        let second = retry(first, BOB);
        assert_ok!(fail(second, Fault::InputUnavailable));
        assert_eq!(
            status_of(first.task),
            TaskStatus::Refunded {
                at: now(),
                reason: Refunded::FaultConfirmed
            }
        );
        assert_eq!(free(ALICE), FUNDS + BASE_FEE);
        assert_eq!(free(BOB), FUNDS + BASE_FEE);
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE - 2 * BASE_FEE);
        let devices = [first, second].map(|id| assignment_of(id).device);
        assert_eq!(CooledDownUnblamed::get(), devices);
        assert!(CooledDown::get().is_empty());
        assert!(Told::get().is_empty());
        assert_last_events(vec![Event::TaskRefunded {
            task: first.task,
            reason: Refunded::FaultConfirmed,
            refunded: BUDGET - 2 * BASE_FEE,
        }]);
    });
}

/// Regression: two accounts of one owner could ask the lowest price and report the same fault without working. For that
/// they got the base fee, many times their price, and so earned more than anybody that worked. They could also end
/// every task like this.
#[test]
fn who_fails_gets_no_more_than_it_asked_for_and_cools_down() {
    ExtBuilder.build_and_execute(|| {
        let first = assign(submit(expected()), device(ALICE, CHEAP));
        assert_ok!(fail(first, Fault::RunFailed));
        let second = assign(first.task, device(BOB, CHEAPER));
        assert_ok!(fail(second, Fault::RunFailed));
        assert_refunded_because(first.task, Refunded::FaultConfirmed);
        let prices = [assignment_of(first).price, assignment_of(second).price];
        assert_eq!(prices, [CHEAP_PRICE, CHEAPER_PRICE]);
        assert!(prices.iter().all(|price| *price < BASE_FEE));
        assert_eq!(free(ALICE), FUNDS + CHEAP_PRICE);
        assert_eq!(free(BOB), FUNDS + CHEAPER_PRICE);
        assert_eq!(
            free(REQUESTER),
            FUNDS - SUBMISSION_FEE - CHEAP_PRICE - CHEAPER_PRICE
        );
        assert_eq!(held(REQUESTER), 0);
        let devices = [first, second].map(|id| assignment_of(id).device);
        assert_eq!(CooledDownUnblamed::get(), devices);
        // Nobody knows whose fault it was.
        assert!(CooledDown::get().is_empty());
        assert!(Told::get().is_empty());
    });
}

/// Only providers that reported the same fault cool down, and only if this ended the task.
#[test]
fn who_is_not_believed_cools_down_by_its_own_fault_alone() {
    ExtBuilder.build_and_execute(|| {
        let first = running(ALICE, expected());
        assert_ok!(fail(first, Fault::InputUnavailable));
        let second = retry(first, BOB);
        assert_ok!(fail(second, Fault::BuildFailed));
        assert!(CooledDownUnblamed::get().is_empty(), "nothing is confirmed");
        let third = retry(second, CHARLIE);
        assert_ok!(fail(third, Fault::InputUnavailable));
        assert_refunded_because(first.task, Refunded::FaultConfirmed);
        let devices = [first, third].map(|id| assignment_of(id).device);
        assert_eq!(CooledDownUnblamed::get(), devices);
    });
}

#[test]
fn two_different_faults_confirm_nothing() {
    ExtBuilder.build_and_execute(|| {
        let first = running(ALICE, expected());
        assert_ok!(fail(first, Fault::InputUnavailable));
        let second = retry(first, BOB);
        assert_ok!(fail(second, Fault::BuildFailed));
        assert!(matches!(status_of(first.task), TaskStatus::Queued { .. }));
        // The third agrees with the first. Nobody agrees with the second.
        let third = retry(second, CHARLIE);
        assert_ok!(fail(third, Fault::InputUnavailable));
        assert_eq!(
            status_of(first.task),
            TaskStatus::Refunded {
                at: now(),
                reason: Refunded::FaultConfirmed
            }
        );
        assert_eq!(free(ALICE), FUNDS + BASE_FEE);
        assert_eq!(free(BOB), FUNDS);
        assert_eq!(free(CHARLIE), FUNDS + BASE_FEE);
    });
}

#[test]
fn another_providers_own_fault_decides_nothing() {
    ExtBuilder.build_and_execute(|| {
        let first = running(ALICE, expected());
        assert_ok!(fail(first, Fault::TimeLimit));
        let second = retry(first, BOB);
        run_for(START_WINDOW + 1);
        assert_eq!(fault_of(second), Some(Fault::NoStart));
        assert!(matches!(
            assignment_of(first).locks,
            LockState::Undecided { .. }
        ));
        let third = retry(second, CHARLIE);
        answer(third, ROOT);
        assert_eq!(free(ALICE), FUNDS - FAULT_SLASH);
        assert_eq!(free(BOB), FUNDS - FAULT_SLASH);
    });
}

#[test]
fn what_nobody_decides_costs_nobody_anything() {
    ExtBuilder.build_and_execute(|| {
        let first = running(ALICE, expected());
        assert_ok!(fail(first, Fault::BadManifest));
        run_for(REMATCH_WINDOW + 1);
        assert_refunded_because(first.task, Refunded::MatchWindowEnded);
        assert_eq!(free(ALICE), FUNDS);
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE);
    });
}

#[test]
fn a_liar_loses_everything_when_another_reveals_what_was_expected() {
    ExtBuilder.build_and_execute(|| {
        let first = assigned(ALICE, expected());
        answer(first, [6; 32]);
        let second = retry(first, BOB);
        answer(second, ROOT);
        assert_eq!(free(ALICE), FUNDS - COLLATERAL);
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE - PRICE);
        assert!(matches!(status_of(first.task), TaskStatus::Settled { .. }));
    });
}

/// Regression: a requester that was also the second provider decided against an honest first provider, and got its
/// collateral.
#[test]
fn a_requester_with_a_provider_of_its_own_earns_nothing_by_deciding() {
    ExtBuilder.build_and_execute(|| {
        let secret = [0xee; 32];
        let honest = assigned(
            ALICE,
            Verification::Expected {
                root_hash: expected_root_hash(&secret),
            },
        );
        answer(honest, ROOT);
        let treasury = free(TREASURY);
        let own = retry(honest, BOB);
        answer(own, secret);
        assert_eq!(free(ALICE), FUNDS - COLLATERAL);
        assert_eq!(free(TREASURY), treasury + FEE + COLLATERAL);
        let both = free(REQUESTER) + free(BOB) + KEPT;
        assert_eq!(both, 2 * FUNDS - SUBMISSION_FEE - FEE);
    });
}

/// Regression: a requester could expect nonsense and live on the collateral of the providers.
#[test]
fn a_requester_earns_nothing_by_expecting_nonsense() {
    ExtBuilder.build_and_execute(|| {
        let nonsense = Verification::Expected {
            root_hash: expected_root_hash(&[0xee; 32]),
        };
        let first = assigned(ALICE, nonsense);
        answer(first, ROOT);
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE - BUDGET);
        let second = retry(first, BOB);
        answer(second, ROOT);
        assert_refunded_because(first.task, Refunded::FaultConfirmed);
        assert_eq!(free(ALICE), FUNDS + BASE_FEE);
        assert_eq!(free(BOB), FUNDS + BASE_FEE);
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE - 2 * BASE_FEE);
    });
}

#[test]
fn different_wrong_roots_are_different_claims() {
    ExtBuilder.build_and_execute(|| {
        let first = assigned(ALICE, expected());
        answer(first, [6; 32]);
        let second = retry(first, BOB);
        answer(second, [7; 32]);
        let third = retry(second, CHARLIE);
        answer(third, [8; 32]);
        assert_refunded_because(first.task, Refunded::AttemptsExhausted);
        assert_eq!(free(ALICE), FUNDS);
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE);
    });
}

#[test]
fn base_fees_are_never_more_than_the_escrow() {
    ExtBuilder.build_and_execute(|| {
        let first = running(ALICE, expected());
        assert_ok!(fail(first, Fault::InputUnavailable));
        let second = retry(first, BOB);
        assert_ok!(fail(second, Fault::BuildFailed));
        // The last attempt leaves only its own price in the escrow, the lowest that is possible.
        let third = assign(first.task, device(CHARLIE, MIN_ASK));
        assert_eq!(held(REQUESTER), 10);
        assert_ok!(fail(third, Fault::BuildFailed));
        assert_eq!(free(BOB), FUNDS + 5);
        assert_eq!(free(CHARLIE), FUNDS + 5);
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE - 10);
    });
}
