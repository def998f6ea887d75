//! The answers of the runtime API.

use aicpw_protocol::{pricing, task::TaskStatus, Balance, TaskId};
use frame_support::{assert_ok, traits::fungible::Mutate};

use crate::{
    mock::*,
    pallet::{SubmittedBy, TasksOf},
    types::NewestFirst,
};

#[test]
fn a_task_with_its_assignments() {
    ExtBuilder.build_and_execute(|| {
        let first = running(ALICE, expected());
        assert_ok!(fail(first, aicpw_protocol::task::Fault::Crashed));
        let second = retry(first, BOB);
        let view = TasksPallet::task_view(first.task).unwrap();
        assert_eq!(view.requester, REQUESTER);
        assert_eq!(view.submission, submission(expected()));
        assert_eq!(view.escrow, BUDGET);
        assert_eq!(view.status, TaskStatus::Active);
        let ids: Vec<_> = view.assignments.iter().map(|one| one.id).collect();
        assert_eq!(ids, vec![first, second]);
        assert_eq!(view.assignments[1].provider, BOB);
        assert_eq!(view.assignments[1].peers.len(), 1);
        assert!(TasksPallet::task_view(TaskId(5)).is_none());
    });
}

#[test]
fn the_granted_key_is_in_the_view() {
    ExtBuilder.build_and_execute(|| {
        let id = awaiting_key(ALICE, expected());
        let granted = || TasksPallet::task_view(id.task).unwrap().assignments[0].envelope;
        assert_eq!(granted(), None);
        assert_ok!(grant(id));
        assert_eq!(granted(), Some(envelope(ALICE)));
    });
}

#[test]
fn ids_come_newest_first_in_pages() {
    ExtBuilder.build_and_execute(|| {
        for _ in 0..5 {
            submit(expected());
        }
        assert_ok!(TasksPallet::submit(
            RuntimeOrigin::signed(OTHER),
            submission(expected())
        ));
        let ids = |requester, before: Option<u64>, limit| -> Vec<u64> {
            TasksPallet::tasks_view(requester, before.map(TaskId), limit)
                .into_iter()
                .map(|id| id.0)
                .collect()
        };
        assert_eq!(ids(None, None, 3), vec![5, 4, 3]);
        assert_eq!(ids(None, Some(3), 100), vec![2, 1, 0]);
        assert_eq!(ids(None, Some(u64::MAX), u32::MAX).len(), 6);
        assert_eq!(ids(Some(REQUESTER), None, 2), vec![4, 3]);
        assert_eq!(ids(Some(REQUESTER), Some(3), 2), vec![2, 1]);
        assert_eq!(ids(Some(OTHER), None, 9), vec![5]);
        assert_eq!(ids(Some(ALICE), None, 9), Vec::<u64>::new());
        assert_eq!(ids(None, None, 0), Vec::<u64>::new());
    });
}

/// Moves a task of [`REQUESTER`] to the map that listed tasks before they had an order.
fn make_old(id: TaskId) {
    SubmittedBy::<Test>::remove(REQUESTER, NewestFirst::from(id));
    TasksOf::<Test>::insert(REQUESTER, id, ());
}

#[test]
fn pages_of_a_requester_are_without_gaps_and_in_order() {
    ExtBuilder.build_and_execute(|| {
        let mut own = Vec::new();
        for number in 0..240u64 {
            if number % 3 > 0 {
                own.push(submit(expected()));
                continue;
            }
            let others = TasksPallet::submit(RuntimeOrigin::signed(OTHER), submission(expected()));
            assert_ok!(others);
        }
        own.iter().take(70).for_each(|id| make_old(*id));
        own.reverse();
        for size in [1, 7, 69, 100, 1_000] {
            let (mut all, mut before) = (Vec::new(), None);
            loop {
                let page = TasksPallet::tasks_view(Some(REQUESTER), before, size);
                assert!(page.len() <= size.min(100) as usize);
                before = page.last().copied();
                if page.is_empty() {
                    break;
                }
                all.extend(page);
            }
            assert_eq!(all, own, "pages of {size}");
        }
        // A cursor need not be a task of the requester, or one that exists.
        let below = |before| TasksPallet::tasks_view(Some(REQUESTER), Some(TaskId(before)), 2);
        assert_eq!(below(237), [TaskId(236), TaskId(235)]);
        assert_eq!(below(u64::MAX), [TaskId(239), TaskId(238)]);
        assert_eq!(below(2), [TaskId(1)]);
        assert!(below(1).is_empty());
    });
}

/// Regression: each page read the keys of all tasks of the account.
#[test]
fn a_page_costs_the_same_however_many_tasks_the_account_has() {
    let nodes_read = |tasks: u64| {
        let (mut ext, _) = ExtBuilder.build();
        ext.execute_with(|| {
            let funds = Balance::from(tasks) * (BUDGET + SUBMISSION_FEE);
            assert_ok!(Balances::mint_into(&REQUESTER, funds));
            for _ in 0..tasks {
                submit(expected());
            }
        });
        ext.commit_all().unwrap();
        let before = TaskId(tasks - 5);
        let (page, proof) =
            ext.execute_and_prove(|| TasksPallet::tasks_view(Some(REQUESTER), Some(before), 5));
        assert_eq!(page.len(), 5);
        proof.into_iter_nodes().count()
    };
    let (few, many) = (nodes_read(16), nodes_read(1_600));
    // The state trie is somewhat deeper.
    assert!(many <= few + 10, "{few} nodes of the state, then {many}");
}

#[test]
fn a_task_of_the_old_list_leaves_it_in_the_end() {
    ExtBuilder.build_and_execute(|| {
        let id = settled(ALICE);
        make_old(id.task);
        run_for(RETENTION);
        assert_eq!(TasksOf::<Test>::iter().count(), 0);
        assert_eq!(SubmittedBy::<Test>::iter().count(), 0);
    });
}

#[test]
fn history_and_parameters() {
    ExtBuilder.build_and_execute(|| {
        submit(expected());
        let head = TasksPallet::history_head();
        assert_eq!(head.length, 1);
        assert_eq!(head.head, task_of(TaskId(0)).history_head);
        let parameters = TasksPallet::market_parameters(20, 77);
        assert_eq!(parameters.min_ask, MIN_ASK);
        assert_eq!(parameters.heartbeat_period, 20);
        assert_eq!(parameters.min_stake, 77);
        assert_eq!(parameters.submission_fee, LIFE_FEE);
        let one = submission(expected());
        assert_eq!(parameters.fee_for(one.time_limit, 1), SUBMISSION_FEE);
        assert_eq!(parameters.fee_for(one.time_limit, 3), 3 * SUBMISSION_FEE);
        assert_eq!(parameters.key_window, KEY_WINDOW);
        assert_eq!(parameters.start_window, START_WINDOW);
        assert_eq!(parameters.progress_window, PROGRESS_WINDOW);
        assert_eq!(parameters.reveal_window, REVEAL_WINDOW);
        assert_eq!(parameters.retrieval_window, RETRIEVAL_WINDOW);
        let rate = sp_runtime::Perbill::from_parts(parameters.protocol_fee_ppb);
        assert_eq!(pricing::protocol_fee(PRICE, rate), FEE);
    });
}
