use std::{
    cell::RefCell,
    future::{pending, ready},
    sync::{Arc, Mutex},
};

use codec::Encode;
use serde_json::json;

use super::*;
use crate::{
    chain::fake,
    commands::terms::tests::market::market,
    data_keys::DataKeyArgs,
    keys::KeyArgs,
    life::tests::{assignment, opening, view},
};
use aicpw_protocol::{
    task::{Fault, Role, TaskStatus},
    view::MarketClock,
};

/// Regression: after a lost connection, the grant was sent again.
#[tokio::test]
async fn a_grant_that_is_on_its_way_is_not_sent_again() {
    let waits = AssignmentStatus::AwaitingKey {
        grant_by: 9,
        recipient: [5; 32],
    };
    // The grant is in a block already, though not in a final one.
    let granted = AssignmentStatus::Revealed {
        opening: opening(),
        at: 1,
    };
    let of_node = Arc::new(Mutex::new(waits));
    let status = Arc::clone(&of_node);
    // This node does not answer the requests that signing needs.
    let chain = fake::answering(move |method, params| {
        let answer = match method {
            "chain_getBlockHash" => return Ok(json!(format!("0x{}", "be".repeat(32)))),
            "system_accountNextIndex" => return Ok(json!(6)),
            "state_call" => match params[0].as_str().unwrap() {
                "AccountNonceApi_account_nonce" => 5_u32.encode(),
                "TasksApi_task" => {
                    let status = of_node.lock().unwrap().clone();
                    Some(view(TaskStatus::Active, vec![assignment(0, status)])).encode()
                }
                "TasksApi_market_clock" => MarketClock {
                    block: 1_000,
                    is_paused: false,
                }
                .encode(),
                "TasksApi_market_parameters" => market().encode(),
                function => panic!("{function}"),
            },
            method => panic!("{method}"),
        };
        Ok(json!(format!("0x{}", hex::encode(answer))))
    });
    let key = KeyArgs {
        suri: Some("//Alice".into()),
        key_file: None,
    };
    let signer = key.signer().unwrap();
    let id = assignment(0, status.lock().unwrap().clone()).id;
    let wanted = Wanted {
        task: id.task,
        assignment: id,
        provider: signer.account,
        by: 9,
        call: Call::cancel(id.task),
    };
    let keys = DataKeyArgs::default().open();
    let posts = Posts::default();
    posts.note(id, 5, 1_000);
    // Over another connection.
    let granter = Granter::new(&chain, &signer, keys.clone()).await.unwrap();
    let granter = granter.after(posts);
    assert!(granter.sender.send(&wanted).await.unwrap().is_none());
    *status.lock().unwrap() = granted;
    let granter = Granter::new(&chain, &signer, keys).await.unwrap();
    assert!(granter.sender.send(&wanted).await.unwrap().is_none());
}

#[test]
fn the_attempt_that_waits_is_granted() {
    let failed = AssignmentStatus::Failed {
        fault: Fault::Crashed,
        at: 1,
        log: None,
        message: Default::default(),
    };
    let waits = AssignmentStatus::AwaitingKey {
        grant_by: 9,
        recipient: [5; 32],
    };
    let both = view(
        TaskStatus::Active,
        vec![assignment(0, failed.clone()), assignment(1, waits)],
    );
    let all: Vec<_> = awaiting(&both).collect();
    let [(id, provider, recipient, by)] = all[..] else {
        panic!("one waits")
    };
    assert_eq!((id.attempt, recipient, by), (1, [5; 32], 9));
    assert_eq!(provider, both.assignments[1].provider);
    let none = view(TaskStatus::Active, vec![assignment(0, failed)]);
    assert!(!is_awaited(&none));
}

#[test]
fn every_juror_is_granted() {
    let revealed = AssignmentStatus::Revealed {
        opening: opening(),
        at: 1,
    };
    let juror = |replica, status| {
        let mut juror = assignment(0, status);
        juror.id.replica = replica;
        juror.role = Role::Juror;
        juror
    };
    let waits = |recipient| AssignmentStatus::AwaitingKey {
        grant_by: 9,
        recipient: [recipient; 32],
    };
    let disputed = view(
        TaskStatus::Disputed,
        vec![
            assignment(0, revealed),
            juror(1, waits(1)),
            juror(2, waits(2)),
        ],
    );
    let granted: Vec<_> = awaiting(&disputed)
        .map(|(id, _, recipient, _)| (id.replica, recipient[0]))
        .collect();
    assert_eq!(granted, [(1, 1), (2, 2)]);
}

/// A fake node whose task has these assignments that wait for their keys.
fn waiting(assignments: &Arc<Mutex<Vec<AssignmentId>>>) -> Chain {
    let assignments = Arc::clone(assignments);
    fake::answering(move |method, params| {
        if method == "chain_getBlockHash" {
            return Ok(json!(format!("0x{}", "be".repeat(32))));
        }
        assert_eq!(method, "state_call");
        assert_eq!(params[0], json!("TasksApi_task"));
        let waits = |id: &AssignmentId| {
            let mut one = assignment(
                0,
                AssignmentStatus::AwaitingKey {
                    grant_by: 9,
                    recipient: [5; 32],
                },
            );
            one.id = *id;
            one
        };
        let all = assignments.lock().unwrap().iter().map(waits).collect();
        let task = Some(view(TaskStatus::Active, all)).encode();
        Ok(json!(format!("0x{}", hex::encode(task))))
    })
}

fn id(replica: u8) -> AssignmentId {
    AssignmentId {
        task: TaskId(7),
        replica,
        attempt: 0,
    }
}

fn wanted(replicas: impl IntoIterator<Item = u8>) -> Vec<Wanted> {
    let one = |replica| Wanted {
        task: TaskId(7),
        assignment: id(replica),
        provider: Account([2; 32]),
        by: 9,
        call: Call::cancel(TaskId(7)),
    };
    replicas.into_iter().map(one).collect()
}

fn alice() -> Signer {
    let key = KeyArgs {
        suri: Some("//Alice".into()),
        key_file: None,
    };
    key.signer().unwrap()
}

async fn granter<'a>(chain: &'a Chain, signer: &'a Signer) -> Granter<'a> {
    let keys = DataKeyArgs::default().open();
    Granter::new(chain, signer, keys).await.unwrap()
}

fn included() -> Inclusion {
    Inclusion {
        block: H256::repeat_byte(1),
        height: 100,
        transaction: H256::repeat_byte(2),
        events: vec![],
        after: Duration::ZERO,
    }
}

/// Regression: whoever had sent a grant on which the node did not report waited for a minute and a half. Meanwhile
/// no other key was granted, and the agent looked at no verdict.
#[tokio::test]
async fn a_grant_on_which_nothing_is_reported_keeps_nobody_waiting() {
    let (chain, signer) = (waiting(&Arc::default()), alice());
    let mut granter = granter(&chain, &signer).await;
    let (out, now) = (Output::new(true), Instant::now());
    let sent = RefCell::new(Vec::new());
    let send = async |wanted: &Wanted| -> Result<Option<End>> {
        sent.borrow_mut().push(wanted.assignment.replica);
        Ok(Some(pending::<Result<Inclusion>>().boxed_local()))
    };
    granter.send_all(&out, wanted([0]), now, &send).await;
    let next = now + Duration::from_millis(500);
    granter.send_all(&out, wanted([0, 1]), next, &send).await;
    assert_eq!(*sent.borrow(), [0, 1]);
    assert!(!granter.is_done());
    assert!(granter.ended(&out).now_or_never().is_none(), "on their way");
    let work = ready("a block");
    assert_eq!(granter.beside(&out, work).await, "a block");

    // After a while it is looked at them again, whatever the pool has said.
    let almost = now + PATIENCE - Duration::from_millis(1);
    granter.send_all(&out, wanted([0, 1]), almost, &send).await;
    assert_eq!(sent.borrow().len(), 2);
    let late = now + PATIENCE;
    granter.send_all(&out, wanted([0, 1]), late, &send).await;
    assert_eq!(*sent.borrow(), [0, 1, 0]);
}

/// Regression: those behind it waited for a minute and a half, during which no other key was granted.
#[tokio::test]
async fn one_that_is_dropped_is_looked_at_again_at_once() {
    let (chain, signer) = (waiting(&Arc::new(Mutex::new(vec![id(0), id(1)]))), alice());
    let mut granter = granter(&chain, &signer).await;
    let (out, now) = (Output::new(true), Instant::now());
    let sent = RefCell::new(Vec::new());
    let send = async |wanted: &Wanted| -> Result<Option<End>> {
        sent.borrow_mut().push(wanted.assignment.replica);
        let end: End = match sent.borrow()[..] {
            [0] => ready(Err(Error::other("dropped"))).boxed_local(),
            [0, 0] => ready(Ok(included())).boxed_local(),
            _ => pending::<Result<Inclusion>>().boxed_local(),
        };
        Ok(Some(end))
    };
    granter.send_all(&out, wanted([0]), now, &send).await;
    assert!(granter.ended(&out).await.is_none(), "it failed");
    assert!(granter.told[&TaskId(7)].contains("dropped"));
    granter.send_all(&out, wanted([0, 1]), now, &send).await;
    assert_eq!(*sent.borrow(), [0, 0, 1]);
    let granted = granter.ended(&out).await.unwrap();
    assert_eq!(granted.assignment, id(0));
    assert!(granter.told.is_empty());
    assert!(!granter.is_done(), "the other one is on its way");
}

#[tokio::test]
async fn a_failure_is_told_only_while_the_key_is_waited_for() {
    let waits = Arc::new(Mutex::new(vec![id(0)]));
    let (chain, signer) = (waiting(&waits), alice());
    let mut granter = granter(&chain, &signer).await;
    let (out, now) = (Output::new(true), Instant::now());
    let refused = async |_: &Wanted| -> Result<Option<End>> { Err(Error::other("refused")) };
    let fails = async |_: &Wanted| -> Result<Option<End>> {
        let end = ready(Err(Error::other("lost")));
        Ok(Some(end.boxed_local()))
    };
    granter.send_all(&out, wanted([0]), now, &refused).await;
    assert!(granter.told[&TaskId(7)].contains("refused"));
    assert!(granter.is_done(), "nothing was sent");
    granter.told.clear();
    // Another process was faster.
    waits.lock().unwrap().clear();
    granter.send_all(&out, wanted([0]), now, &refused).await;
    granter.send_all(&out, wanted([0]), now, fails).await;
    assert!(granter.ended(&out).await.is_none());
    assert!(granter.told.is_empty());
    assert!(granter.is_done());
}

/// Regression: each grant waited until the one before it was final, and the last ones ran out of time.
#[tokio::test]
async fn all_are_sent_before_one_is_waited_for() {
    let (chain, signer) = (waiting(&Arc::default()), alice());
    let mut granter = granter(&chain, &signer).await;
    let sent = RefCell::new(Vec::new());
    let send = async |wanted: &Wanted| -> Result<Option<End>> {
        sent.borrow_mut().push(wanted.assignment.replica);
        Ok(Some(pending::<Result<Inclusion>>().boxed_local()))
    };
    let (out, now) = (Output::new(true), Instant::now());
    granter.send_all(&out, wanted(0..150), now, send).await;
    let in_order: Vec<u8> = (0..150).collect();
    assert_eq!(*sent.borrow(), in_order, "in order of the nonces");
}

/// If one that was lost is asked about last, those behind it already count as stuck, and are sent for a second fee.
#[tokio::test]
async fn those_sent_before_are_looked_at_in_order_of_their_nonces() {
    let (chain, signer) = (waiting(&Arc::default()), alice());
    let posts = Posts::default();
    for (replica, nonce) in [(0, 9), (1, 5), (3, 7)] {
        posts.note(id(replica), nonce, 1_000);
    }
    let mut granter = granter(&chain, &signer).await.after(posts);
    let asked = RefCell::new(Vec::new());
    let send = async |wanted: &Wanted| -> Result<Option<End>> {
        asked.borrow_mut().push(wanted.assignment.replica);
        Ok(None)
    };
    let (out, now) = (Output::new(true), Instant::now());
    granter.send_all(&out, wanted(0..5), now, send).await;
    assert_eq!(*asked.borrow(), [1, 3, 0, 2, 4]);
    assert!(granter.is_done());
}
