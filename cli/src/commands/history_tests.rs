use super::*;
use crate::chain::fake;
use crate::life::tests::view;
use aicpw_protocol::{task::TaskStatus, view::MarketClock};
use codec::{Decode, Encode};
use serde_json::{json, Value};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

fn history(length: u64) -> (Vec<TaskView<Account>>, HistoryHead) {
    let mut head = GENESIS_HEAD;
    let mut views = Vec::new();
    for id in 0..length {
        let mut next = view(TaskStatus::Active, vec![]);
        next.id = TaskId(id);
        next.submitted_at = 10 + id as u32;
        next.timestamp = 1_000 * id;
        let hash = task_hash(&next.requester, &next.submission);
        head = next_head(&head, next.id, &hash, next.submitted_at, next.timestamp);
        next.history_head = head;
        views.push(next);
    }
    (views, HistoryHead { length, head })
}

/// A block in which all tasks of a history may have been removed.
const LATE: BlockNumber = 10_000 + LEAST_RETENTION;

fn verify(views: &[Option<TaskView<Account>>], head: &HistoryHead) -> HistoryJson {
    verify_in(LATE, views, head)
}

/// Verifies a history in this block.
fn verify_in(
    now: BlockNumber,
    views: &[Option<TaskView<Account>>],
    head: &HistoryHead,
) -> HistoryJson {
    let mut verifier = Verifier::new(0, None);
    for (id, view) in (0..).zip(views) {
        if view.as_ref().is_some_and(|view| !verifier.add(id, view)) {
            return verifier.finish(head);
        }
    }
    verifier.look_at_removed(head, now);
    verifier.finish(head)
}

#[test]
fn a_whole_history() {
    let (views, head) = history(5);
    let views: Vec<_> = views.into_iter().map(Some).collect();
    let found = verify(&views, &head);
    assert!(found.valid && found.head_compared);
    assert_eq!(
        (found.verified, found.unlinked, found.removed.len()),
        (5, 0, 0)
    );
    assert!(
        verify(
            &[],
            &HistoryHead {
                length: 0,
                head: GENESIS_HEAD
            }
        )
        .valid
    );
}

#[test]
fn the_document_is_documented() {
    crate::output::documented::check(&["History"], &HistoryJson::default());
}

#[test]
fn removed_tasks_are_said() {
    let (views, head) = history(6);
    let mut views: Vec<_> = views.into_iter().map(Some).collect();
    for id in [0, 1, 3] {
        views[id] = None;
    }
    let found = verify(&views, &head);
    assert!(found.valid && found.head_compared);
    assert_eq!(found.removed, [(0, 1), (3, 3)]);
    assert_eq!((found.verified, found.unlinked), (1, 2));
    assert!(!show(&found).contains("Not compared"));
    views[5] = None;
    let found = verify(&views, &head);
    assert!(found.valid && !found.head_compared);
    assert!(show(&found).contains("Not compared"));
}

/// Regression: a node could leave out the newest task, or all tasks, and name any head.
#[tokio::test]
async fn a_task_that_cannot_have_been_removed_yet_is_missed() {
    let (views, mut head) = history(5);
    head.head = [7; 32];
    let at = |block, kept: &[usize]| {
        let kept = kept.iter().map(|id| (*id as u64, views[*id].clone()));
        let node = Node {
            block,
            ..Node::new(kept.collect(), vec![head.clone()])
        };
        async move { verify_at(node).await.0.unwrap() }
    };
    // Task 3 was submitted in block 13.
    let last = 13 + LEAST_RETENTION;
    for (block, kept, early) in [
        (100, &[0, 1, 2, 3][..], 4),
        (last - 1, &[0, 1, 2, 3], 4),
        (LEAST_RETENTION - 1, &[], 0),
        // Tasks 1 and 2 may have been removed in this block, and task 4 may not.
        (last - 1, &[0, 3], 4),
    ] {
        let found = at(block, kept).await;
        assert!(!found.valid && !found.head_compared, "{block}, {kept:?}");
        assert_eq!((found.wrong, found.removed_early), (None, Some(early)));
        assert!(problem(&found).contains(&format!("task {early} is missing")));
        let shown = show(&found);
        assert!(shown.contains("too early"), "{shown}");
    }
    // From then on nobody can tell, and that is said.
    for (block, kept) in [(last, &[0, 1, 2, 3][..]), (LEAST_RETENTION, &[])] {
        let found = at(block, kept).await;
        assert!(found.valid && !found.head_compared, "{block}, {kept:?}");
        assert_eq!(found.removed_early, None);
        let shown = show(&found);
        assert!(shown.contains("Not compared"), "{shown}");
    }
}

/// The task after a range says nothing about it: the range may have been submitted long before.
#[test]
fn what_was_removed_before_a_new_task_is_no_lie() {
    let (mut views, _) = history(2);
    let old = views.remove(0);
    let mut new = views.remove(0);
    new.submitted_at = LATE;
    let head = HistoryHead {
        length: 6,
        head: new.history_head,
    };
    let mut views = vec![None; 6];
    (views[0], views[5]) = (Some(old), Some(new.clone()));
    let found = verify_in(LATE, &views, &head);
    assert!(found.valid && found.head_compared);
    assert_eq!(found.removed, [(1, 4)]);

    // With --from, the task before it counts.
    let mut verifier = Verifier::new(6, Some(&new));
    let longer = HistoryHead { length: 7, ..head };
    verifier.look_at_removed(&longer, LATE);
    let found = verifier.finish(&longer);
    assert!(!found.valid);
    assert_eq!(found.removed_early, Some(6));
}

#[test]
fn a_changed_submission_is_found() {
    let (views, head) = history(5);
    let mut views: Vec<_> = views.into_iter().map(Some).collect();
    if let Some(view) = &mut views[3] {
        view.submission.budget += 1;
    }
    let found = verify(&views, &head);
    assert!(!found.valid && !found.head_compared);
    assert_eq!(found.wrong, Some(3));
    let (views, mut head) = history(5);
    head.head = [7; 32];
    let views: Vec<_> = views.into_iter().map(Some).collect();
    assert!(
        !verify(&views, &head).valid,
        "a head that is not the last task's"
    );
}

/// A fake node with a history.
struct Node {
    kept: BTreeMap<u64, TaskView<Account>>,
    /// The heads that it answers with, one after the other, and the last one for ever.
    heads: Vec<HistoryHead>,
    /// How many calls it answers in the state of one block.
    answers: usize,
    /// How many it has answered in that of the newest final block.
    answered: usize,
    final_blocks: u64,
    /// The market's block.
    block: BlockNumber,
    /// The tasks that it was asked for.
    asked: Vec<u64>,
}

impl Node {
    fn new(kept: BTreeMap<u64, TaskView<Account>>, heads: Vec<HistoryHead>) -> Self {
        Self {
            kept,
            heads,
            answers: 3,
            answered: 0,
            final_blocks: 0,
            block: LATE,
            asked: Vec::new(),
        }
    }

    fn hash(&self) -> String {
        format!("0x{:064x}", self.final_blocks)
    }

    fn answer(&mut self, method: &str, params: &[Value]) -> Result<Value, i32> {
        match method {
            "chain_getFinalizedHead" => {
                self.final_blocks += 1;
                self.answered = 0;
                Ok(json!(self.hash()))
            }
            "state_call" => {
                if params[2] != json!(self.hash()) || self.answered == self.answers {
                    return Err(fake::DISCARDED);
                }
                self.answered += 1;
                let arguments = params[1].as_str().unwrap().trim_start_matches("0x");
                let arguments = hex::decode(arguments).unwrap();
                let answer = self.runtime_api(params[0].as_str().unwrap(), &arguments);
                Ok(json!(format!("0x{}", hex::encode(answer))))
            }
            method => panic!("{method}"),
        }
    }

    fn runtime_api(&mut self, function: &str, mut arguments: &[u8]) -> Vec<u8> {
        match function {
            "TasksApi_history_head" if self.heads.len() > 1 => self.heads.remove(0).encode(),
            "TasksApi_history_head" => self.heads[0].encode(),
            "TasksApi_market_clock" => MarketClock {
                block: self.block,
                is_paused: false,
            }
            .encode(),
            "TasksApi_task" => {
                let id = TaskId::decode(&mut arguments).unwrap().0;
                self.asked.push(id);
                self.kept.get(&id).encode()
            }
            "TasksApi_tasks" => {
                let (requester, before, limit) =
                    <(Option<Account>, Option<TaskId>, u32)>::decode(&mut arguments).unwrap();
                assert_eq!(requester, None);
                let before = before.unwrap().0;
                let ids = self.kept.range(before.saturating_sub(LOOKED_AT)..before);
                let ids = ids.rev().take(limit as usize).map(|(id, _)| TaskId(*id));
                ids.collect::<Vec<_>>().encode()
            }
            function => panic!("{function}"),
        }
    }
}

/// Verifies the history of a node. Returns what was found, and which tasks the node was asked for.
async fn verify_at(node: Node) -> (Result<HistoryJson>, Vec<u64>) {
    let node = Arc::new(Mutex::new(node));
    let asked = Arc::clone(&node);
    let chain = fake::answering(move |method, params| node.lock().unwrap().answer(method, params));
    let found = super::verify(&Output::new(true), &chain, 0).await;
    let asked = asked.lock().unwrap().asked.clone();
    (found, asked)
}

fn all(views: Vec<TaskView<Account>>) -> BTreeMap<u64, TaskView<Account>> {
    (0..).zip(views).collect()
}

/// Regression: everything was read in one state, which a node drops after a minute.
#[tokio::test]
async fn a_history_that_takes_longer_than_a_state_is_kept() {
    let (views, head) = history(240);
    let mut kept = all(views);
    for id in (0..10).chain([20]) {
        kept.remove(&id);
    }
    let ids: Vec<_> = kept.keys().copied().collect();
    let (found, mut asked) = verify_at(Node::new(kept, vec![head])).await;
    let found = found.unwrap();
    assert!(found.valid);
    assert_eq!(found.removed, [(0, 9), (20, 20)]);
    assert_eq!((found.verified, found.unlinked), (227, 2));
    asked.sort_unstable();
    assert_eq!(asked, ids, "each that is kept, once, and no other");
}

#[tokio::test]
async fn what_is_submitted_meanwhile_is_looked_at_too() {
    let (views, head) = history(12);
    let before = HistoryHead {
        length: 7,
        head: views[6].history_head,
    };
    let heads = vec![before.clone(), head.clone()];
    let (found, _) = verify_at(Node::new(all(views.clone()), heads)).await;
    let found = found.unwrap();
    assert!(found.valid);
    assert_eq!((found.length, found.verified), (12, 12));

    // The last head is the one that is compared.
    let wrong = HistoryHead {
        head: [7; 32],
        ..head
    };
    let (found, _) = verify_at(Node::new(all(views), vec![before, wrong])).await;
    assert!(!found.unwrap().valid);
}

#[tokio::test]
async fn old_tasks_are_found_behind_many_that_were_removed() {
    let (mut views, mut head) = history(2);
    let last = views.pop().unwrap();
    head.length = 3 * LOOKED_AT;
    let kept = BTreeMap::from([(5, views.remove(0)), (3 * LOOKED_AT - 1, last)]);
    let (found, asked) = verify_at(Node::new(kept, vec![head])).await;
    let found = found.unwrap();
    assert!(found.valid);
    assert_eq!(found.removed, [(0, 4), (6, 3 * LOOKED_AT - 2)]);
    assert_eq!((found.verified, found.unlinked), (0, 2));
    assert_eq!(asked.len(), 2);
}

#[tokio::test]
async fn a_node_without_any_state_is_not_asked_for_ever() {
    let (views, head) = history(2);
    let node = Node {
        answers: 0,
        ..Node::new(all(views), vec![head])
    };
    let (found, _) = verify_at(node).await;
    assert!(is_of_replaced_block(&found.unwrap_err()));
}

/// Regression: "1 links computed again".
#[test]
fn one_is_told_as_one() {
    let shown = |number| {
        let found = HistoryJson {
            verified: number,
            unlinked: number,
            removed: vec![(1, number)],
            ..HistoryJson::default()
        };
        show(&found)
    };
    for (number, parts) in [
        (
            1,
            [
                "1 link computed again",
                "1 task ended long ago",
                "1 task after a removed one: its own head",
            ],
        ),
        (
            2,
            [
                "2 links computed again",
                "2 tasks ended long ago",
                "2 tasks after removed ones: their own heads",
            ],
        ),
    ] {
        let text = shown(number);
        for part in parts {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
