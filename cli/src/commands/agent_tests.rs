use std::sync::{Arc, Mutex};

use codec::{Decode, Encode};
use serde_json::json;

use super::*;
use crate::{
    chain::fake,
    life::tests::{assignment, view},
};
use aicpw_protocol::task::{AssignmentStatus, Refunded};

#[test]
fn every_line_is_documented() {
    let account = Account([1; 32]);
    let lines = [
        Line::Ready { account },
        Line::Granted {
            task: 7,
            assignment: String::new(),
            provider: account,
            transaction: String::new(),
            transaction_fee: None,
        },
        Line::Serving { task: 7, blobs: 3 },
        Line::Released {
            task: Some(7),
            blobs: 3,
        },
        Line::Ended {
            task: 7,
            state: "settled",
        },
        Line::Fetched {
            task: 7,
            assignment: Some(String::new()),
            folder: String::new(),
            result_root: String::new(),
        },
        Line::NotFetched {
            task: 7,
            folder: String::new(),
            reason: "failed",
            message: String::new(),
        },
        Line::Appealed {
            task: 7,
            against: "result",
            bond: Amount(1),
            transaction: String::new(),
            transaction_fee: None,
        },
        Line::NotAppealed {
            task: 7,
            against: "dispute",
            bond: Amount(1),
            until: 9,
            reason: "failed",
            message: String::new(),
        },
    ];
    for line in lines {
        crate::output::documented::check(&["Agent step"], &line);
        let event = serde_json::to_value(&line).unwrap()["event"].clone();
        let section = crate::output::documented::section("Agent step");
        let named = crate::output::documented::spans(&section);
        assert!(named.contains(event.as_str().unwrap()), "{event}");
    }
}

/// Pages of the ids below `end`, newest first.
fn ids_below(end: u64) -> impl Fn(Option<TaskId>) -> std::future::Ready<Result<Vec<TaskId>>> {
    move |before| {
        let below = before.map_or(end, |id| id.0);
        let ids = (0..below).rev().take(PAGE as usize).map(TaskId).collect();
        std::future::ready(Ok(ids))
    }
}

/// Looks, pretends that all tasks have ended, and returns which were looked at.
async fn look_at_ended(tasks: &mut Tasks, end: u64) -> Vec<u64> {
    tasks.look_for_more(ids_below(end)).await.unwrap();
    let looked_at = std::mem::take(&mut tasks.open);
    tasks.seen.extend(&looked_at);
    looked_at.into_iter().map(|id| id.0).collect()
}

/// Regression: of the tasks that existed when the agent started, only the newest thousand were
/// looked at.
#[tokio::test]
async fn whatever_was_there_is_looked_at_bit_by_bit() {
    let mut tasks = Tasks::default();
    assert_eq!(
        look_at_ended(&mut tasks, 2_500).await,
        (1_500..2_500).collect::<Vec<_>>()
    );
    assert!(!tasks.are_idle());
    // New tasks come in between.
    let second = (500..1_500).chain(2_500..2_700).collect::<Vec<_>>();
    assert_eq!(look_at_ended(&mut tasks, 2_700).await, second);
    assert!(!tasks.are_idle());
    assert_eq!(
        look_at_ended(&mut tasks, 2_700).await,
        (0..500).collect::<Vec<_>>()
    );
    assert!(tasks.are_idle());
    assert!(look_at_ended(&mut tasks, 2_700).await.is_empty());
}

#[tokio::test]
async fn tasks_between_two_looks_are_all_found() {
    for (was, new) in [(0, 3), (1, 1), (1_000, 150), (1_000, 2_000)] {
        let mut tasks = Tasks::default();
        while look_at_ended(&mut tasks, was).await.len() == AT_ONCE {}
        let found = look_at_ended(&mut tasks, was + new).await;
        assert_eq!(found, (was..was + new).collect::<Vec<_>>());
        assert!(tasks.are_idle());
    }
}

#[test]
fn files_that_could_not_be_served_are_tried_again() {
    let (mut tasks, id, now) = (Tasks::default(), TaskId(7), Instant::now());
    assert!(tasks.is_to_be_served(id, now));
    assert!(!tasks.is_to_be_served(id, now), "it is being done");
    tasks.not_served(id, now);
    assert!(!tasks.is_to_be_served(id, now), "after a pause");
    let later = now + SERVE_AGAIN_AFTER;
    assert!(tasks.is_to_be_served(id, later));
    assert!(!tasks.is_to_be_served(id, later), "it is being done");
}

#[test]
fn each_provider_that_fetches_is_met_once() {
    let address =
        "/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8";
    let active = |statuses: [AssignmentStatus; 2]| {
        let all = statuses.into_iter().zip(0..).map(|(status, attempt)| {
            let mut one = assignment(attempt, status);
            one.peers = peers::for_chain(&[address.to_owned()]).unwrap();
            one
        });
        view(TaskStatus::Active, all.collect())
    };
    let assigned = || AssignmentStatus::Assigned { start_by: 1 };
    let committed = || AssignmentStatus::Committed {
        commitment: [1; 32],
        at: 1,
        reveal_by: None,
    };
    let mut tasks = Tasks::default();
    let first = active([assigned(), committed()]);
    assert_eq!(tasks.new_fetchers(&first), [address]);
    assert!(tasks.new_fetchers(&first).is_empty(), "met already");
    let next = active([assigned(), assigned()]);
    assert_eq!(tasks.new_fetchers(&next), [address], "another attempt");
    assert!(tasks
        .new_fetchers(&view(TaskStatus::Queued { match_by: 1 }, vec![]))
        .is_empty());
}

#[test]
fn what_ends_is_told_once() {
    let queued = || view(TaskStatus::Queued { match_by: 1 }, vec![]);
    let cancelled = || view(TaskStatus::Cancelled { at: 1 }, vec![]);
    let mut tasks = Tasks::default();
    tasks.open.insert(queued().id);
    assert!(tasks.note(queued(), false).is_some());
    assert_eq!(tasks.open.len(), 1);
    assert!(tasks.note(cancelled(), true).is_some());
    assert!(tasks.open.is_empty());

    let mut later = Tasks::default();
    later.open.insert(cancelled().id);
    assert!(later.note(cancelled(), true).is_none(), "had ended before");
    assert!(later.open.is_empty());

    // Regression: the end was only reported once it was certain.
    let mut uncertain = Tasks::default();
    uncertain.open.insert(cancelled().id);
    for is_certain in [false, false, true] {
        let told = uncertain.note(cancelled(), is_certain);
        assert!(told.is_none(), "had ended before");
    }
    assert!(uncertain.open.is_empty() && uncertain.told.is_empty());

    // If a fork takes the end back before it is certain, a later end counts as new.
    let mut forked = Tasks::default();
    forked.open.insert(cancelled().id);
    assert!(forked.note(cancelled(), false).is_none());
    assert!(forked.note(queued(), false).is_some());
    assert!(forked.note(cancelled(), true).is_some());
}

#[test]
fn an_end_with_a_result_is_told_before_it_is_certain() {
    let settled = || view(TaskStatus::Settled { at: 1, paid: 1 }, vec![]);
    let active = || view(TaskStatus::Active, vec![]);
    let mut tasks = Tasks::default();
    tasks.open.insert(active().id);
    assert!(tasks.note(active(), false).is_some());
    assert!(tasks.note(settled(), false).is_some());
    assert!(tasks.note(settled(), false).is_none(), "it was told");
    // The end was only on a fork.
    assert!(tasks.note(active(), false).is_some());
    assert!(tasks.note(settled(), false).is_some());
    assert!(!tasks.are_idle());
    assert!(tasks.note(settled(), true).is_none(), "it was told");
    assert!(tasks.are_idle());
}

/// Regression: a task that had ended on a fork was no longer looked at, and its key was not
/// granted.
#[tokio::test]
async fn a_task_that_has_ended_in_a_fork_only_stays_open() {
    let refunded = TaskStatus::Refunded {
        at: 1,
        reason: Refunded::MatchWindowEnded,
    };
    // The status in the best block, and in the last final one.
    let now = Arc::new(Mutex::new((TaskStatus::Active, TaskStatus::Active)));
    let state = Arc::clone(&now);
    let last = format!("0x{}", "0f".repeat(32));
    let chain = fake::answering(move |method, params| {
        if method == "chain_getFinalizedHead" {
            return Ok(json!(last));
        }
        assert_eq!(method, "state_call");
        let (best, certain) = *state.lock().unwrap();
        let status = if params[2] == json!(last) {
            certain
        } else {
            best
        };
        let answer = match params[0].as_str().unwrap() {
            "TasksApi_task" => Some(view(status, vec![])).encode(),
            // One page with one task.
            "TasksApi_tasks" => match hex::decode(&params[1].as_str().unwrap()[2..]) {
                Ok(arguments) if arguments[33] == 0 => vec![TaskId(7)].encode(),
                _ => Vec::<TaskId>::new().encode(),
            },
            function => panic!("{function}"),
        };
        Ok(json!(format!("0x{}", hex::encode(answer))))
    });
    let mut tasks = Tasks::default();
    for (best, certain, told) in [
        (TaskStatus::Active, TaskStatus::Active, true),
        (refunded, TaskStatus::Active, false),
        (TaskStatus::Active, TaskStatus::Active, true),
        (refunded, TaskStatus::Active, false),
    ] {
        *now.lock().unwrap() = (best, certain);
        let views = tasks
            .look(&chain, Account([1; 32]), |_, _| ())
            .await
            .unwrap();
        assert_eq!(!views.is_empty(), told, "{best:?}");
        assert!(!tasks.are_idle());
    }
    *now.lock().unwrap() = (refunded, refunded);
    let views = tasks
        .look(&chain, Account([1; 32]), |_, _| ())
        .await
        .unwrap();
    assert_eq!(views[0].status, refunded);
    assert!(tasks.are_idle());
}

/// Regression: after another fork had won, the agent served, fetched and reported on the task of a stranger that then
/// had the number of one of the account's.
#[tokio::test]
async fn a_number_that_has_become_a_strangers_is_let_go() {
    let own = view(TaskStatus::Active, vec![]);
    let mut strangers = own.clone();
    strangers.requester = Account([9; 32]);
    let mut moved = own.clone();
    moved.id = TaskId(8);
    let account = own.requester;

    let now = Arc::new(Mutex::new(vec![own.clone()]));
    let of_node = Arc::clone(&now);
    let chain = fake::answering(move |method, params| {
        if method == "chain_getFinalizedHead" {
            return Ok(json!(format!("0x{}", "0f".repeat(32))));
        }
        assert_eq!(method, "state_call");
        let arguments = hex::decode(&params[1].as_str().unwrap()[2..]).unwrap();
        let all = of_node.lock().unwrap();
        let answer = match params[0].as_str().unwrap() {
            "TasksApi_task" => {
                let id = TaskId::decode(&mut &arguments[..]).unwrap();
                all.iter().find(|task| task.id == id).cloned().encode()
            }
            // The account's tasks, all on the first page.
            "TasksApi_tasks" if arguments[33] == 0 => {
                let own = all.iter().filter(|task| task.requester == account);
                own.map(|task| task.id).collect::<Vec<_>>().encode()
            }
            "TasksApi_tasks" => Vec::<TaskId>::new().encode(),
            function => panic!("{function}"),
        };
        Ok(json!(format!("0x{}", hex::encode(answer))))
    });

    let mut tasks = Tasks::default();
    for (then, expected, there) in [
        (vec![own.clone()], vec![(7, true)], 7),
        (vec![strangers, moved], vec![(7, false), (8, true)], 8),
        (vec![own], vec![(7, true), (8, false)], 7),
    ] {
        *now.lock().unwrap() = then;
        let mut seen = Vec::new();
        let note = |id: TaskId, view: Option<&TaskView<Account>>| seen.push((id.0, view.is_some()));
        let views = tasks.look(&chain, account, note).await.unwrap();
        assert_eq!(seen, expected);
        let ids: Vec<_> = views.iter().map(|view| view.id.0).collect();
        assert_eq!(ids, [there]);
        // What comes back is served again: it may be another submission.
        assert!(tasks.is_to_be_served(TaskId(there), Instant::now()));
    }
}
