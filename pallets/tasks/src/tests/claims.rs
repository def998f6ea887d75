//! Claims that the result of a settled task cannot be fetched: what is at stake, who fetches, and what a verdict does.

use aicpw_primitives::traits::{ClosedJuror, Contested, JurorTerms, TaskBoard};
use aicpw_protocol::{
    availability::{self, NOT_FETCHED},
    device::Reputation,
    task::{AssignmentStatus, DeterminismClass, Fault, Needs, Role, Submission, TaskStatus},
    verdict::Vote,
    AskPrice, AssignmentId, Gflops, Mebibytes, MegabitsPerSecond, TaskId,
};
use frame_support::{assert_noop, assert_ok};

use crate::{
    mock::*,
    pallet::*,
    types::{LockState, Refusal},
};

type Court = Pallet<Test>;

const DIGEST: [u8; 32] = [8; 32];
const LOCK: u128 = 1_000;
const TERMS: JurorTerms = JurorTerms {
    pay: 25,
    lock: LOCK,
};

fn claim(id: AssignmentId) {
    let claimed = Court::claim(id, &REQUESTER).unwrap();
    assert_eq!(claimed.collateral, KEPT);
}

/// A settled result of Alice's about which there is an unavailable claim.
fn claimed() -> AssignmentId {
    let id = settled(ALICE);
    claim(id);
    id
}

/// Jurors with seats on the task. Their devices are expensive, which does not matter: they run nothing.
fn seated(task: TaskId, jurors: &[AccountId]) -> Vec<AssignmentId> {
    let wanted = jurors.len() as u16;
    assert_ok!(Court::seat_jury(task, wanted, TERMS, Vec::new()));
    let dear = AskPrice(1_000 * ASK.0);
    jurors
        .iter()
        .map(|juror| assign(task, device(*juror, dear)))
        .collect()
}

/// Jurors that have revealed these votes.
fn voted(task: TaskId, votes: &[(AccountId, [u8; 32])]) -> Vec<AssignmentId> {
    let jurors: Vec<_> = votes.iter().map(|(juror, _)| *juror).collect();
    let ids = seated(task, &jurors);
    for (id, (_, found)) in ids.iter().zip(votes) {
        compute(*id, *found);
    }
    for (id, (_, found)) in ids.iter().zip(votes) {
        assert_ok!(reveal(*id, opening(*found)));
    }
    ids
}

fn close(ids: &[AssignmentId], verdict: Option<[u8; 32]>) -> Vec<ClosedJuror> {
    ids.iter()
        .map(|id| {
            Court::close_juror(
                id.task,
                id.replica,
                verdict.map(|root| Vote::Root(root).into()),
            )
            .unwrap()
        })
        .collect()
}

#[test]
fn a_claim_keeps_the_locks_beyond_the_retrieval_window() {
    ExtBuilder.build_and_execute(|| {
        let id = settled(ALICE);
        let until = now() + RETRIEVAL_WINDOW;
        run_to(until - 1);
        claim(id);
        assert_eq!(assignment_of(id).locks, LockState::Claimed { until });
        run_to(until + RETRIEVAL_WINDOW);
        assert_eq!(assignment_of(id).locks, LockState::Claimed { until });
        assert_eq!(free(ALICE), FUNDS - KEPT + PRICE - FEE);
        assert!(
            matches!(status_of(id.task), TaskStatus::Settled { .. }),
            "what is settled stays so"
        );
        assert_ok!(Court::drop_claim(id.task));
    });
}

#[test]
fn only_the_requester_claims_and_only_what_was_delivered_to_it() {
    ExtBuilder.build_and_execute(|| {
        let id = settled(ALICE);
        let refused = |id, who, error: Error<Test>| {
            assert_noop!(Court::claim(id, &who), error);
        };
        for stranger in [OTHER, ALICE] {
            refused(id, stranger, Error::<Test>::NotRequester);
        }
        let other = |replica| AssignmentId { replica, ..id };
        refused(other(1), REQUESTER, Error::<Test>::NothingDelivered);
        let unknown = AssignmentId {
            task: TaskId(9),
            ..id
        };
        refused(unknown, REQUESTER, Error::<Test>::UnknownTask);
        refused(verifying(BOB), REQUESTER, Error::<Test>::NotSettled);
        let lost = committed(CHARLIE, optimistic());
        refused(lost, REQUESTER, Error::<Test>::NotSettled);
    });
}

#[test]
fn not_after_the_window_and_not_twice() {
    ExtBuilder.build_and_execute(|| {
        let id = claimed();
        assert_noop!(Court::claim(id, &REQUESTER), Error::<Test>::AlreadyClaimed);
        assert_ok!(Court::drop_claim(id.task));
        claim(id);
        assert_ok!(Court::drop_claim(id.task));
        // After a claim without a verdict there may be one more, but no further one.
        assert_noop!(Court::claim(id, &REQUESTER), Error::<Test>::TooManyClaims);
        let other = settled(DAVE);
        claim(other);
        assert_ok!(Court::decide_claim(other.task, true));
        assert_noop!(
            Court::claim(other, &REQUESTER),
            Error::<Test>::RetrievalEnded
        );
        let late = settled(BOB);
        run_for(RETRIEVAL_WINDOW);
        assert_noop!(
            Court::claim(late, &REQUESTER),
            Error::<Test>::RetrievalEnded
        );
    });
}

#[test]
fn who_fetches_needs_no_power_and_no_price() {
    ExtBuilder.build_and_execute(|| {
        let id = claimed();
        assert_ok!(Court::seat_jury(id.task, 5, TERMS, vec![OTHER]));
        let demand = Court::demand(id.task).unwrap();
        let needs = task_of(id.task).submission.needs;
        assert_eq!(
            demand.needs,
            Needs {
                engine: needs.engine,
                class: DeterminismClass::Device,
                gflops: Gflops(0),
                memory: Mebibytes(0),
                bandwidth: MegabitsPerSecond(0),
                min_reputation: Reputation(0),
            },
            "the requester does not choose its jury"
        );
        assert_eq!(demand.highest_ask, AskPrice(u128::MAX));
        assert_eq!(demand.excluded, [ALICE, OTHER]);
        let terms = Court::terms(id.task, AskPrice(u128::MAX), Default::default()).unwrap();
        assert_eq!((terms.price, terms.locks.collateral), (TERMS.pay, LOCK));
        // The class `device` does not matter either.
        Tasks::<Test>::mutate(id.task, |task| {
            let submission: &mut Submission = &mut task.as_mut().unwrap().submission;
            submission.needs.class = DeterminismClass::Device;
        });
        assert_eq!(Court::demand(id.task).unwrap().fingerprint, None);
        Tasks::<Test>::mutate(id.task, |task| {
            task.as_mut().unwrap().submission.needs = needs;
        });
        assert_noop!(
            try_assign(id.task, device(OTHER, ASK)),
            Error::<Test>::NotIndependent
        );
        let juror = assign(id.task, device(BOB, ASK));
        assert_eq!(assignment_of(juror).role, Role::Fetcher);
        assert_eq!(free(BOB), FUNDS - LOCK);
        (0..5).for_each(|seat| {
            let seat = juror.replica + seat;
            assert_ok!(Court::close_juror(id.task, seat, None));
        });
        assert_ok!(Court::drop_claim(id.task));
    });
}

#[test]
fn a_juror_of_a_sealed_task_needs_no_key() {
    ExtBuilder.build_and_execute(|| {
        let id = awaiting_key(ALICE, expected());
        assert_ok!(grant(id));
        compute(id, ROOT);
        assert_ok!(reveal(id, opening(ROOT)));
        claim(id);
        let ids = seated(id.task, &[BOB]);
        assert!(matches!(
            assignment_of(ids[0]).status,
            AssignmentStatus::Assigned { .. }
        ));
        let orders = TasksPallet::orders(&worker_of(ids[0]));
        assert_eq!(
            orders.orders[0].fetch.as_ref().unwrap().root,
            None,
            "ciphertext has another root"
        );
        close(&ids, None);
        assert_ok!(Court::drop_claim(id.task));
    });
}

#[test]
fn its_order_says_what_to_fetch_and_how_to_show_it() {
    ExtBuilder.build_and_execute(|| {
        let id = claimed();
        let parent = hash_of(now() - 1).0;
        let ids = seated(id.task, &[BOB]);
        run_for(1);
        let orders = TasksPallet::orders(&worker_of(ids[0]));
        let order = orders.orders[0].fetch.clone().unwrap();
        assert_eq!(order.result, cid(2));
        assert_eq!(order.root, Some(ROOT));
        assert_eq!(order.peers.len(), 1, "where its provider serves it");
        assert_eq!(order.key, availability::key(&hash_of(0).0, id, &parent));
        close(&ids, None);
        assert_ok!(Court::drop_claim(id.task));
    });
}

#[test]
fn a_juror_has_time_for_all_that_there_can_be_and_reports_nothing_until_then() {
    ExtBuilder.build_and_execute(|| {
        let id = claimed();
        // Keeps the task: the retention period of the tests is shorter than the time to fetch.
        IsOver::set(false);
        let ids = seated(id.task, &[BOB]);
        assert_ok!(start(ids[0]));
        let memory = task_of(id.task).submission.needs.memory;
        let fetch = Pallet::<Test>::blocks(availability::time(memory, 1));
        assert!(fetch > 0);
        let by = now() + START_WINDOW + fetch;
        assert!(matches!(
            assignment_of(ids[0]).status,
            AssignmentStatus::Running { commit_by, progress_by, .. }
                if commit_by == by && progress_by == by
        ));
        run_for(PROGRESS_INTERVAL);
        assert_eq!(
            report(ids[0], progress(1, 2)),
            Err(Refusal::NotInState.into())
        );
        assert_eq!(
            fail(ids[0], Fault::InputUnavailable),
            Err(Refusal::NotReportable.into()),
            "what it has found it says in its vote"
        );
        run_to(by + 1);
        assert_eq!(fault_of(ids[0]), Some(Fault::NoCommit));
        assert_eq!(free(BOB), FUNDS - LOCK * 2 / 5);
        assert_eq!(
            MissedDeadlines::get(),
            [],
            "it says nothing of how fast the device is"
        );
        // A juror is replaced once.
        let next = retry(ids[0], CHARLIE);
        assert_ok!(fail(next, Fault::Crashed));
        assert_eq!(Heard::get(), [Tell::JuryDone(id.task)]);
        IsOver::set(true);
        assert_ok!(Court::drop_claim(id.task));
    });
}

#[test]
fn all_of_a_jury_commit_before_any_of_them_reveals() {
    ExtBuilder.build_and_execute(|| {
        let id = claimed();
        let ids = seated(id.task, &[BOB, CHARLIE]);
        compute(ids[0], DIGEST);
        assert_eq!(
            reveal(ids[0], opening(DIGEST)),
            Err(Refusal::TooEarly.into())
        );
        compute(ids[1], NOT_FETCHED);
        assert_ok!(reveal(ids[0], opening(DIGEST)));
        assert_eq!(Heard::get(), []);
        assert_ok!(reveal(ids[1], opening(NOT_FETCHED)));
        assert_eq!(Heard::get(), [Tell::JuryDone(id.task)]);
        let votes = [DIGEST, NOT_FETCHED].map(Vote::Root);
        assert_eq!(Court::votes(id.task, ids[0].replica), votes);
        close(&ids, None);
        assert_ok!(Court::drop_claim(id.task));
    });
}

#[test]
fn who_does_not_reveal_what_it_has_fetched_loses_its_lock_and_is_not_replaced() {
    ExtBuilder.build_and_execute(|| {
        let id = claimed();
        let juror = seated(id.task, &[BOB])[0];
        compute(juror, DIGEST);
        run_for(REVEAL_WINDOW + 1);
        assert_eq!(fault_of(juror), Some(Fault::NoReveal));
        assert_eq!(free(BOB), FUNDS - LOCK);
        assert!(Told::get().contains(&Note::Convicted(BOB)));
        assert!(!task_of(id.task).has_vacancy());
        assert_eq!(Heard::get(), [Tell::JuryDone(id.task)]);
        assert_ok!(Court::drop_claim(id.task));
    });
}

#[test]
fn nobody_found_in_the_rematch_window_is_told_to_the_jurys_pallet() {
    ExtBuilder.build_and_execute(|| {
        let id = claimed();
        assert_ok!(Court::seat_jury(id.task, 2, TERMS, Vec::new()));
        run_for(REMATCH_WINDOW + 1);
        assert_eq!(Heard::get(), [Tell::JuryDone(id.task)]);
        assert!(!task_of(id.task).has_vacancy());
        assert_ok!(Court::drop_claim(id.task));
    });
}

#[test]
fn a_result_that_is_not_there_costs_the_collateral_and_not_the_bond() {
    ExtBuilder.build_and_execute(|| {
        let id = verifying(ALICE);
        assert_ok!(TasksPallet::accept(
            RuntimeOrigin::signed(REQUESTER),
            id.task
        ));
        claim(id);
        let votes = [
            (BOB, NOT_FETCHED),
            (CHARLIE, NOT_FETCHED),
            (DAVE, NOT_FETCHED),
            (EVE, DIGEST),
        ];
        let ids = voted(id.task, &votes);
        let treasury = free(TREASURY);
        // The juror that could fetch the result may have been served when the others were not.
        let slashed = ClosedJuror::Wrong(LOCK * 2 / 5);
        assert_eq!(
            close(&ids, Some(NOT_FETCHED)),
            [
                ClosedJuror::Right,
                ClosedJuror::Right,
                ClosedJuror::Right,
                slashed
            ]
        );
        let decided = Court::decide_claim(id.task, false).unwrap();
        assert_eq!((decided.slashed, decided.provider), (KEPT, ALICE));
        assert_eq!(decided.compensation, (REQUESTER, PRICE));
        assert_eq!(free(TREASURY), treasury + KEPT + LOCK * 2 / 5);
        assert_eq!(free(ALICE), FUNDS - KEPT + PRICE - FEE, "the bond is free");
        assert_eq!(assignment_of(id).locks, LockState::Released);
        assert!(Told::get().contains(&Note::Faulted(ALICE, PRICE)));
        assert_eq!(CooledDown::get().len(), 2, "its device, and the juror's");
        assert!(matches!(
            assignment_of(id).status,
            AssignmentStatus::Settled { .. }
        ));
        let juror = |id: AssignmentId| {
            Court::right_juror(id.task, id.replica, Vote::Root(NOT_FETCHED).into())
        };
        assert_eq!(
            ids.iter().map(|id| juror(*id)).collect::<Vec<_>>(),
            [Some(BOB), Some(CHARLIE), Some(DAVE), None]
        );
    });
}

#[test]
fn a_result_that_is_there_frees_its_provider() {
    ExtBuilder.build_and_execute(|| {
        let id = claimed();
        let votes = [
            (BOB, DIGEST),
            (CHARLIE, DIGEST),
            (DAVE, [9; 32]),
            (EVE, NOT_FETCHED),
        ];
        let ids = voted(id.task, &votes);
        assert_eq!(
            close(&ids, Some(DIGEST)),
            [
                ClosedJuror::Right,
                ClosedJuror::Right,
                ClosedJuror::Wrong(LOCK),
                ClosedJuror::Wrong(LOCK * 2 / 5)
            ],
            "a digest of nothing is a lie; who was not served is only out of luck"
        );
        let decided = Court::decide_claim(id.task, true).unwrap();
        assert_eq!((decided.slashed, decided.provider), (0, ALICE));
        assert_eq!(decided.compensation, (REQUESTER, 0));
        assert_eq!(free(ALICE), FUNDS + PRICE - FEE);
    });
}

#[test]
fn without_a_verdict_the_window_goes_on() {
    ExtBuilder.build_and_execute(|| {
        let id = claimed();
        let LockState::Claimed { until } = assignment_of(id).locks else {
            panic!("it is claimed")
        };
        run_for(5);
        assert_ok!(Court::drop_claim(id.task));
        assert_eq!(assignment_of(id).locks, LockState::Retrieval { until });
        run_to(until);
        assert_eq!(assignment_of(id).locks, LockState::Released);
        assert_eq!(free(ALICE), FUNDS + PRICE - FEE);
        assert_noop!(Court::drop_claim(id.task), Error::<Test>::NotDisputed);
        assert_noop!(
            Court::decide_claim(id.task, true),
            Error::<Test>::NotDisputed
        );
    });
}

/// A claim that was made so late that it goes on when the task could be removed, or whose jurors are still being paid
/// then.
#[test]
fn a_claimed_task_can_be_read_until_all_of_its_claim_is_over() {
    ExtBuilder.build_and_execute(|| {
        let id = claimed();
        IsOver::set(false);
        run_for(RETENTION + 10);
        assert_ok!(Court::decide_claim(id.task, false));
        run_for(2 * RETRIEVAL_WINDOW);
        assert!(Tasks::<Test>::contains_key(id.task));
        IsOver::set(true);
        run_for(2 * RETRIEVAL_WINDOW);
        assert!(!Tasks::<Test>::contains_key(id.task), "and is gone then");
        assert_eq!(ClaimsMade::<Test>::get(id.task), 0);
    });
}

#[test]
fn who_has_got_too_little_in_its_time_says_nothing_and_loses_nothing() {
    ExtBuilder.build_and_execute(|| {
        let id = claimed();
        let ids = seated(id.task, &[BOB, CHARLIE]);
        assert_ok!(start(ids[0]));
        assert_ok!(fail(ids[0], Fault::TimeLimit));
        assert_eq!(MissedDeadlines::get(), []);
        compute(ids[1], NOT_FETCHED);
        assert_ok!(reveal(ids[1], opening(NOT_FETCHED)));
        let votes = [Vote::Unable, Vote::Root(NOT_FETCHED)];
        assert_eq!(Court::votes(id.task, ids[0].replica), votes);
        assert_eq!(
            close(&ids, Some(NOT_FETCHED)),
            [ClosedJuror::Released, ClosedJuror::Right]
        );
        assert_ok!(Court::decide_claim(id.task, false));
        assert_eq!(free(BOB), FUNDS);
    });
}

#[test]
fn of_several_replicas_one_is_claimed_and_the_others_go_on() {
    ExtBuilder.build_and_execute(|| {
        let ids = computed(&[(ALICE, ROOT), (BOB, ROOT), (CHARLIE, ROOT)], 2);
        for id in &ids[..2] {
            assert_ok!(reveal(*id, opening(ROOT)));
        }
        claim(ids[1]);
        assert_noop!(
            Court::claim(ids[0], &REQUESTER),
            Error::<Test>::AlreadyClaimed
        );
        let jurors = seated(ids[0].task, &[DAVE]);
        // A replica that has committed can still reveal, and is paid.
        assert_ok!(reveal(ids[2], opening(ROOT)));
        assert!(matches!(
            assignment_of(ids[2]).locks,
            LockState::Retrieval { .. }
        ));
        close(&jurors, None);
        assert_ok!(Court::decide_claim(ids[0].task, false));
        assert_eq!(assignment_of(ids[1]).locks, LockState::Released);
        assert!(matches!(
            assignment_of(ids[0]).locks,
            LockState::Retrieval { .. }
        ));
    });
}
