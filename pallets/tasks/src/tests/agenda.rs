//! Deadlines are served in order, within the weight, and in their block.

use aicpw_primitives::traits::{Contested, JurorTerms};
use aicpw_protocol::{
    task::{Fault, TaskStatus},
    TaskId,
};
use frame_support::{
    assert_noop, assert_ok,
    traits::{fungible::Mutate, tokens::Preservation, Hooks},
    weights::{constants::RocksDbWeight, Weight},
};
use proptest::prelude::*;

use crate::{
    agenda::{heaviest_entry, Served},
    mock::*,
    pallet::*,
    seats::Numbers,
    types::Deadline,
    WeightInfo,
};

type W = <Test as Config>::WeightInfo;

/// Sets the agenda's weight to a slot of each line, a page, and this many refunds of tasks without an assignment. Each
/// refund costs a look and its own weight, and is begun only if there is weight for both.
fn limit_to(refunds: u64) {
    let each = W::serve_stale().saturating_add(W::serve_match(0));
    let slots = W::serve_slot().saturating_mul(3);
    AgendaWeight::set(slots.saturating_add(each.saturating_mul(refunds)));
}

fn refunded() -> Vec<u64> {
    let mut all: Vec<_> = Tasks::<Test>::iter()
        .filter(|(_, task)| matches!(task.status, TaskStatus::Refunded { .. }))
        .map(|(id, _)| id.0)
        .collect();
    all.sort();
    all
}

#[test]
fn the_configuration_is_consistent() {
    ExtBuilder.build_and_execute(<TasksPallet as Hooks<_>>::integrity_test);
}

#[test]
fn a_full_page_takes_nobodys_deadline_away() {
    ExtBuilder.build_and_execute(|| {
        let tasks: Vec<_> = (0..11).map(|_| submit(expected())).collect();
        let due = now() + MATCH_WINDOW + 1;
        assert_eq!(PatientAgenda::<Test>::get(due).unwrap().pages, 2);
        for task in 0..11 {
            TasksPallet::schedule(due, Deadline::Settle(TaskId(task)));
        }
        assert_eq!(Agenda::<Test>::get(due).unwrap().pages, 2);
        assert_ok!(TasksPallet::do_try_state());
        run_to(due);
        assert_eq!(refunded().len(), tasks.len());
        assert!(PatientAgenda::<Test>::get(due).is_none() && Agenda::<Test>::get(due).is_none());
        assert_eq!(PatientPages::<Test>::iter_prefix(due).count(), 0);
        assert_eq!(AgendaPages::<Test>::iter_prefix(due).count(), 0);
    });
}

#[test]
fn what_does_not_fit_a_block_is_served_in_the_next_in_order() {
    ExtBuilder.build_and_execute(|| {
        for _ in 0..11 {
            submit(expected());
        }
        let due = now() + MATCH_WINDOW + 1;
        run_to(due - 1);
        limit_to(3);
        let mut served = 0;
        while served < 11 {
            let before = served;
            run_for(1);
            served = refunded().len();
            assert_eq!(refunded(), (0..served as u64).collect::<Vec<_>>());
            assert!(served > before, "each block serves something");
            assert!(served - before <= 3);
            assert_ok!(TasksPallet::do_try_state());
        }
        assert!(now() > due + 2);
        // When it has caught up, the agenda continues block by block.
        run_for(2);
        assert_eq!(AgendaCursor::<Test>::get(), now() + 1);
        assert_eq!(PatientCursor::<Test>::get(), Some(now() + 1));
    });
}

/// Regression: a requester with thousands of match windows that end in one block held up everybody's deadlines, for the
/// price of as many submissions.
#[test]
fn ends_of_match_windows_hold_up_nothing_else() {
    ExtBuilder.build_and_execute(|| {
        for _ in 0..60 {
            submit(expected());
        }
        let due = now() + MATCH_WINDOW + 1;
        run_to(due - 10);
        let id = running(ALICE, expected());
        let by = now() + PROGRESS_WINDOW;
        run_to(due - 1);
        // Enough weight for the end of that run, and for a few ends of match windows.
        let n = Numbers { work: 1, jurors: 0 };
        let slots = W::serve_slot().saturating_mul(3);
        let end = W::serve_stale().saturating_add(Pallet::<Test>::weight_of_silence(n));
        AgendaWeight::set(slots.saturating_add(end));
        run_to(by);
        assert_eq!(fault_of(id), None);
        let before = refunded().len();
        assert!((1..60).contains(&before), "{before} of 60: some are left");
        run_for(1);
        assert_eq!(fault_of(id), Some(Fault::NoProgress));
        // They are not forgotten either.
        run_for(60);
        assert!(refunded().starts_with(&(0..60).collect::<Vec<u64>>()));
    });
}

#[test]
fn what_a_block_has_left_serves_the_agenda() {
    ExtBuilder.build_and_execute(|| {
        for _ in 0..11 {
            submit(expected());
        }
        let id = running(ALICE, expected());
        let due = now() + MATCH_WINDOW + 1;
        AgendaWeight::set(Weight::zero());
        run_to(due);
        assert_eq!((refunded().len(), fault_of(id)), (0, None));

        IsMigrating::set(true);
        assert_eq!(TasksPallet::on_idle(now(), Weight::MAX), Weight::zero());
        assert_eq!((refunded().len(), fault_of(id)), (0, None));
        IsMigrating::set(false);

        // The agenda uses the weight that is there, and no more.
        let little = W::serve_slot().saturating_mul(2);
        let used = TasksPallet::on_idle(now(), little);
        assert!(used.all_lte(little) && used.any_gt(Weight::zero()));
        assert_eq!((refunded().len(), fault_of(id)), (0, None));

        let used = TasksPallet::on_idle(now(), Weight::MAX);
        let least = W::serve_match(0).saturating_mul(11);
        assert!(used.all_gte(least), "{used:?}");
        assert_eq!(refunded().len(), 11);
        assert_eq!(fault_of(id), Some(Fault::NoProgress));
        // Nothing is due any more, so this costs nothing.
        assert_eq!(TasksPallet::on_idle(now(), Weight::MAX), Weight::zero());
        AgendaWeight::set(Weight::MAX);
    });
}

/// Regression: a requester with many match windows that end in one block used all the weight that block after block had
/// left. Matching comes afterwards, and had no weight to find auditors and jurors.
#[test]
fn ends_of_match_windows_leave_half_of_what_a_block_has_left() {
    ExtBuilder.build_and_execute(|| {
        for _ in 0..60 {
            submit(expected());
        }
        let due = now() + MATCH_WINDOW + 1;
        run_to(due - 1);
        AgendaWeight::set(Weight::zero());
        run_to(due);
        assert_eq!(refunded().len(), 0);
        let each = W::serve_stale().saturating_add(W::serve_match(0));
        let left = each.saturating_mul(41);
        let used = TasksPallet::on_idle(now(), left);
        // Apart from the look at the prompt line, in which nothing is due.
        let half = left.saturating_add(W::serve_slot()) / 2;
        assert!(used.all_lte(half), "{used} of {left}");
        let served = refunded().len();
        assert!((10..=20).contains(&served), "{served} of 60");
        // At the beginning of a block all of the weight is for deadlines.
        AgendaWeight::set(left);
        run_for(1);
        let served = refunded().len() - served;
        assert!((30..=40).contains(&served), "{served} of 60");
        AgendaWeight::set(Weight::MAX);
        run_for(1);
        assert_eq!(refunded().len(), 60);
    });
}

/// More than the requester depends on the end of the window in which an auditor or a juror is searched for.
#[test]
fn who_is_looked_for_to_compare_is_not_looked_for_behind_others() {
    ExtBuilder.build_and_execute(|| {
        let id = committed(ALICE, optimistic());
        decide_audit(id.task, true);
        let end = Deadline::Match(id.task);
        let due = now() + REMATCH_WINDOW + 1;
        assert!(Agenda::<Test>::get(due).unwrap().open.contains(&end));
        let auditor = assign(id.task, device(BOB, ASK));
        run_for(1);
        assert_ok!(fail(auditor, Fault::Crashed));
        let due = now() + REMATCH_WINDOW + 1;
        assert!(Agenda::<Test>::get(due).unwrap().open.contains(&end));
        // The end of a replica's match window stands in the other line.
        let id = running(CHARLIE, expected());
        assert_ok!(fail(id, Fault::Crashed));
        let end = Deadline::Match(id.task);
        assert!(!Agenda::<Test>::get(due).unwrap().open.contains(&end));
        assert!(PatientAgenda::<Test>::get(due).unwrap().open.contains(&end));
        run_for(2 * REMATCH_WINDOW);
    });
}

/// On a chain that had only one line before.
#[test]
fn the_second_line_begins_where_the_first_is() {
    ExtBuilder.build_and_execute(|| {
        let id = submit(expected());
        let due = now() + MATCH_WINDOW + 1;
        run_to(due - 10);
        PatientCursor::<Test>::kill();
        AgendaWeight::set(Weight::zero());
        run_for(1);
        // The beginning of the patient line is recorded, however much of the prompt line is served.
        assert_eq!(PatientCursor::<Test>::get(), Some(due - 9));
        assert_eq!(AgendaCursor::<Test>::get(), due - 9);
        AgendaWeight::set(Weight::MAX);
        run_to(due);
        assert_eq!(refunded(), [id.0]);
    });
}

#[test]
fn an_agenda_that_is_behind_still_judges_by_the_deadline() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        run_for(PROGRESS_INTERVAL);
        assert_ok!(report(id, progress(1, 2)));
        let progress_by = now() + PROGRESS_WINDOW;
        let commit_by = now() - PROGRESS_INTERVAL + TIME_LIMIT;
        assert!(progress_by < commit_by);
        AgendaWeight::set(Weight::zero());
        run_to(commit_by + 10);
        assert_eq!(fault_of(id), None);
        AgendaWeight::set(Weight::MAX);
        run_for(1);
        assert_eq!(fault_of(id), Some(Fault::NoProgress), "what came first");
    });
}

#[test]
fn a_result_that_waits_for_a_late_agenda_can_still_be_accepted() {
    ExtBuilder.build_and_execute(|| {
        let id = verifying(ALICE);
        AgendaWeight::set(Weight::zero());
        run_for(WINDOW + 3);
        assert_ok!(TasksPallet::accept(
            RuntimeOrigin::signed(REQUESTER),
            id.task
        ));
        AgendaWeight::set(Weight::MAX);
        run_for(1);
        assert!(matches!(status_of(id.task), TaskStatus::Settled { .. }));
    });
}

#[test]
fn a_result_that_waits_for_a_late_agenda_cannot_be_disputed_any_more() {
    ExtBuilder.build_and_execute(|| {
        let id = verifying(ALICE);
        run_for(WINDOW - 1);
        assert_ok!(TasksPallet::contestable(id.task, false));
        AgendaWeight::set(Weight::zero());
        run_for(1);
        assert!(matches!(status_of(id.task), TaskStatus::Verifying { .. }));
        assert_noop!(
            TasksPallet::contest(id.task, false),
            Error::<Test>::NotVerifying
        );
        AgendaWeight::set(Weight::MAX);
        run_for(1);
        assert!(matches!(status_of(id.task), TaskStatus::Settled { .. }));
    });
}

#[test]
fn stale_deadlines_do_nothing() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(expected());
        let id = assign(task, device(ALICE, ASK));
        let before = assignment_of(id);
        for deadline in [
            Deadline::Match(task),
            Deadline::Match(TaskId(99)),
            Deadline::Assignment(id),
            Deadline::Settle(task),
            Deadline::Unlock(id),
        ] {
            assert_eq!(TasksPallet::serve(now(), deadline), Served::Stale);
        }
        assert_eq!(status_of(task), TaskStatus::Active);
        assert_eq!(assignment_of(id), before);
        // The start moved the deadline to an earlier block than that of the entry in the agenda.
        assert_ok!(start(id));
        assert_eq!(assignment_of(id).due, now() + PROGRESS_WINDOW + 1);
    });
}

#[test]
fn progress_puts_nothing_into_the_agenda() {
    ExtBuilder.build_and_execute(|| {
        let entries = || -> usize {
            Agenda::<Test>::iter()
                .map(|(_, slot)| slot.open.len())
                .sum()
        };
        let id = running(ALICE, expected());
        let before = entries();
        for step in 1..=3 {
            run_for(PROGRESS_INTERVAL);
            assert_ok!(report(id, progress(step, 10)));
        }
        assert_eq!(entries(), before);
        // The entry from the start moves on when it is served.
        let due = assignment_of(id).due;
        run_to(due);
        assert_eq!(fault_of(id), None);
        assert_eq!(assignment_of(id).due, due + 3 * PROGRESS_INTERVAL);
    });
}

#[test]
fn final_tasks_are_removed_and_the_history_stays() {
    ExtBuilder.build_and_execute(|| {
        let id = settled(ALICE);
        let head = Submissions::<Test>::get();
        run_for(RETENTION - 1);
        assert!(Tasks::<Test>::contains_key(id.task));
        run_for(1);
        assert!(!Tasks::<Test>::contains_key(id.task));
        assert_eq!(SubmittedBy::<Test>::iter().count(), 0);
        assert_eq!(Assignments::<Test>::iter().count(), 0);
        assert!(Occupied::get().is_empty());
        let entries = Agenda::<Test>::iter().count() + PatientAgenda::<Test>::iter().count();
        assert_eq!(entries, 0, "nothing is left behind");
        assert_eq!(Submissions::<Test>::get(), head);
        assert_eq!(submit(expected()), TaskId(1));
    });
}

#[test]
fn removal_frees_locks_that_the_agenda_has_not_come_to() {
    ExtBuilder.build_and_execute(|| {
        let id = settled(ALICE);
        run_for(RETENTION);
        let id_2 = settled(BOB);
        assert!(!Tasks::<Test>::contains_key(id.task));
        let served = TasksPallet::serve(now(), Deadline::Prune(id_2.task));
        assert_eq!(served, Served::Due);
        assert_eq!(free(BOB), FUNDS + PRICE - FEE);
        assert!(Occupied::get().is_empty());
    });
}

#[test]
fn what_has_become_stale_weighs_a_look() {
    ExtBuilder.build_and_execute(|| {
        let due = now() + MATCH_WINDOW + 1;
        for _ in 0..3 {
            settled(ALICE);
        }
        run_to(due - 1);
        let slot = PatientAgenda::<Test>::get(due).unwrap();
        assert_eq!((slot.pages, slot.open.len()), (0, 3));
        run_to_without_hooks(due);
        let weight = TasksPallet::serve_agenda(Weight::MAX);
        let looks = W::serve_stale().saturating_mul(3);
        let slots = W::serve_slot().saturating_mul(2);
        assert_eq!(weight, slots.saturating_add(looks));
    });
}

#[test]
fn what_is_put_off_weighs_that() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        run_for(PROGRESS_INTERVAL);
        assert_ok!(report(id, progress(1, 10)));
        let due = assignment_of(id).due;
        run_to(due - 1);
        run_to_without_hooks(due);
        let weight = TasksPallet::serve_agenda(Weight::MAX);
        assert!(assignment_of(id).due > due);
        let expected = W::serve_slot()
            .saturating_mul(2)
            .saturating_add(W::serve_stale())
            .saturating_add(W::serve_early());
        assert_eq!(weight, expected);
    });
}

/// Regression: this was weighed like a refund, so a slot served more such entries than a block has time for.
#[test]
fn an_auditor_that_opens_nothing_may_settle_the_task_and_weighs_that() {
    ExtBuilder.build_and_execute(|| {
        let ids = replicas(&[ALICE, BOB, CHARLIE], 3);
        ids.iter().for_each(|id| compute(*id, ROOT));
        let task = ids[0].task;
        decide_audit(task, true);
        let auditor = assign(task, device(DAVE, ASK));
        compute(auditor, ROOT);
        for id in &ids {
            assert_ok!(reveal(*id, opening(ROOT)));
        }
        assert_eq!(status_of(task), TaskStatus::Active);
        let by = assignment_of(auditor).deadline().unwrap();
        run_to(by);
        run_to_without_hooks(by + 1);
        let n = Pallet::<Test>::assignments_of(task);
        let weight = TasksPallet::serve_agenda(Weight::MAX);
        assert_eq!(fault_of(auditor), Some(Fault::NoReveal));
        assert!(matches!(status_of(task), TaskStatus::Settled { .. }));
        assert_eq!(n.work, 4);
        assert!(weight.all_gte(W::reveal_result(n.work)), "{weight:?}");
        let most = Numbers::most::<Test>();
        assert!(heaviest_entry::<Test>().all_gte(Pallet::<Test>::weight_of_silence(most)));
        assert!(Pallet::<Test>::weight_of_silence(most).all_gte(W::reveal_result(most.work)));
    });
}

/// The entries that are left in the agenda: the block and the task of each.
fn left() -> Vec<(u32, u64)> {
    let mut all = Vec::new();
    for (block, slot) in Agenda::<Test>::iter() {
        let pages =
            (slot.served..slot.pages).filter_map(|page| AgendaPages::<Test>::get(block, page));
        for deadline in pages.flatten().chain(slot.open.iter().copied()) {
            match deadline {
                Deadline::Prune(task) => all.push((block, task.0)),
                other => panic!("not put in: {other:?}"),
            }
        }
    }
    all.sort();
    all
}

/// A task can have had many more jurors than other providers.
#[test]
fn what_is_pruned_is_charged_for_jurors_too() {
    ExtBuilder.build_and_execute(|| {
        let id = verifying(ALICE);
        assert_ok!(Pallet::<Test>::contest(id.task, false));
        let terms = JurorTerms {
            pay: 2 * PRICE,
            lock: 10_000,
        };
        let jurors = 40;
        assert_ok!(Pallet::<Test>::seat_jury(
            id.task,
            jurors,
            terms,
            Vec::new()
        ));
        for juror in 0..u64::from(jurors) {
            let juror = 1_000 + juror;
            let funds = 2 * terms.lock;
            let funded = Balances::transfer(&OTHER, &juror, funds, Preservation::Preserve);
            assert_ok!(funded);
            let one = assign(id.task, device(juror, ASK));
            assert_ok!(Pallet::<Test>::close_juror(id.task, one.replica, None));
        }
        assert_ok!(Pallet::<Test>::give_up(id.task));
        let before = Assignments::<Test>::iter().count() as u64;
        assert!(before > u64::from(TasksPallet::most_assignments()));

        let mut charged = Weight::zero();
        while Tasks::<Test>::contains_key(id.task) {
            run_to_without_hooks(now() + 1);
            charged = TasksPallet::on_initialize(now());
        }
        assert_eq!(Assignments::<Test>::iter().count(), 0);
        let n = before as u32;
        assert!(
            charged.all_gte(W::serve_prune(n)),
            "{charged:?} for {before}"
        );
        // Each assignment is read and removed, and so is its envelope, whether there is one or not. Database accesses
        // weigh nothing in the mock, so this is about the weights for any database.
        let touched = RocksDbWeight::get().reads_writes(before, 2 * before);
        assert!(<() as WeightInfo>::serve_prune(n).all_gte(touched));
    });
}

/// A step that only reads the assignments of a task is charged for those of jurors by the read.
#[test]
fn a_step_is_charged_for_the_jurors_that_it_reads() {
    let of = |work, jurors| Pallet::<Test>::weight_with(W::serve_settle, Numbers { work, jurors });
    assert_eq!(of(3, 0), W::serve_settle(3));
    assert!(of(3, 100).ref_time() > of(3, 99).ref_time());
    assert!(of(3, 100).ref_time() < W::serve_settle(103).ref_time());
}

/// Any step can be the one that decides the task.
#[test]
fn a_step_of_a_dispute_weighs_four_jurors_or_the_end_of_every_assignment() {
    let of = |work, jurors| Pallet::<Test>::weight_of_dispute(Numbers { work, jurors });
    for work in 1..=17 {
        assert!(of(work, 5).all_gte(W::serve_dispute()));
        // `serve_settle` is measured with one auditor besides the assignments that it counts.
        assert!(of(work, 5).all_gte(W::serve_settle(work - 1)), "{work}");
    }
    assert!(of(1, 100).ref_time() > of(1, 99).ref_time());
    // The same step divides what was lost.
    let deciding = Pallet::<Test>::weight_with(W::serve_settle, Numbers { work: 1, jurors: 5 });
    assert!(of(1, 5).all_gte(deciding.saturating_add(DIVISION)));

    ExtBuilder.build_and_execute(|| {
        let id = verifying(ALICE);
        assert_ok!(TasksPallet::contest(id.task, false));
        TasksPallet::remind(id.task, now() + 1);
        run_to_without_hooks(now() + 1);
        let weight = TasksPallet::serve_agenda(Weight::MAX);
        assert_eq!(Heard::get(), vec![Tell::Due(id.task)]);
        let least = W::serve_dispute().max(W::serve_settle(1));
        assert!(weight.all_gte(least), "{weight:?}");
        assert_ok!(TasksPallet::give_up(id.task));
    });
}

#[test]
fn what_there_is_to_contest_is_charged_for_every_assignment() {
    ExtBuilder.build_and_execute(|| {
        let id = verifying(ALICE);
        let alone = TasksPallet::contest_weight(Some(id.task));
        assert_ok!(TasksPallet::contest(id.task, false));
        let terms = JurorTerms {
            pay: 2 * PRICE,
            lock: 10_000,
        };
        assert_ok!(TasksPallet::seat_jury(id.task, 1, terms, Vec::new()));
        let juror = assign(id.task, device(BOB, ASK));
        let with_juror = TasksPallet::contest_weight(Some(id.task));
        assert!(with_juror.ref_time() > alone.ref_time());
        assert!(TasksPallet::contest_weight(None).all_gte(with_juror));
        assert_ok!(TasksPallet::close_juror(id.task, juror.replica, None));
        assert_ok!(TasksPallet::give_up(id.task));
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Every deadline, for whatever block, is served once: not before its block, not before an earlier deadline, and
    /// never beyond the weight. In the end all are served.
    #[test]
    fn each_deadline_is_served_once_in_order_and_in_bounds(
        spans in proptest::collection::vec(0u32..40, 1..60),
        per_block in 1u64..6,
    ) {
        ExtBuilder.build_and_execute(|| {
            let mut open = Vec::new();
            for (number, span) in (1_000u64..).zip(&spans) {
                let at = TasksPallet::schedule(now() + span, Deadline::Prune(TaskId(number)));
                assert_eq!(at, now() + (*span).max(1), "what is past is due in the next block");
                open.push((at, number));
            }
            open.sort();
            assert_eq!(left(), open);
            // Idle slots weigh something too, and there can be two. The tasks do not exist, so each entry comes to a
            // look, but this is known only afterwards.
            let spare = W::serve_slot().saturating_mul(2).saturating_add(W::serve_prune(0));
            let looks = W::serve_stale().saturating_mul(per_block);
            AgendaWeight::set(spare.saturating_add(looks));
            let enough = 200 + spans.len() as u32 * 3;
            for _ in 0..enough {
                run_for(1);
                let rest = left();
                let served: Vec<_> = open.iter().filter(|one| !rest.contains(one)).collect();
                assert_eq!(rest.len() + served.len(), open.len(), "nothing is new");
                assert!(served.iter().all(|(at, _)| *at <= now()), "too early: {served:?}");
                let last = served.last().map(|(at, _)| *at);
                assert!(rest.iter().all(|(at, _)| Some(*at) >= last), "out of order");
                // A block may spend the weight that it saves on entries.
                let most = spare.ref_time() / W::serve_stale().ref_time();
                assert!(served.len() as u64 <= per_block + most, "out of bounds");
                open = rest;
            }
            assert!(open.is_empty(), "never served: {open:?}");
        });
    }
}

#[test]
fn a_backlog_waits_for_a_migration() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        let due = assignment_of(id).due;
        run_to(due - 1);
        IsMigrating::set(true);
        let before = (AgendaCursor::<Test>::get(), assignment_of(id));
        run_to(due + 3);
        assert_eq!((AgendaCursor::<Test>::get(), assignment_of(id)), before);
        assert!(Agenda::<Test>::contains_key(due));
        IsMigrating::set(false);
        run_for(1);
        assert!(!Agenda::<Test>::contains_key(due));
    });
}
