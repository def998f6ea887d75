use std::sync::{
    atomic::{AtomicUsize, Ordering},
    Arc,
};

use clap::Parser;
use codec::Encode;
use serde_json::json;

use super::*;
use crate::{
    args::{Args, Command},
    chain::{fake, submit::Event},
    commands::{
        prepare::tests::{folder, MANIFEST},
        terms::tests::market::market,
    },
    data_keys::DataKeyArgs,
    life::tests::{assignment, view},
};
use aicpw_protocol::{task::AssignmentStatus, view::MarketClock};

/// A submission in block 100, as task 7.
fn known() -> Inclusion {
    Inclusion {
        block: [1; 32].into(),
        height: 100,
        transaction: [2; 32].into(),
        events: vec![Event {
            pallet: "Tasks".into(),
            name: "TaskSubmitted".into(),
            fields: TaskId(7).encode(),
        }],
        after: Duration::ZERO,
    }
}

/// A fake node whose last final block has this height, and this task.
fn node(height: u64, task: Option<TaskView<Account>>) -> Chain {
    let hash = format!("0x{}", "0f".repeat(32));
    let zero = format!("0x{}", "00".repeat(32));
    fake::answering(move |method, params| match method {
        "chain_getFinalizedHead" => Ok(json!(hash)),
        "chain_getHeader" => Ok(json!({
            "parentHash": zero, "number": format!("0x{height:x}"), "stateRoot": zero,
            "extrinsicsRoot": zero, "digest": { "logs": [] },
        })),
        "state_call" => {
            assert_eq!(params[2], json!(hash), "in the final chain");
            Ok(json!(format!("0x{}", hex::encode(task.encode()))))
        }
        method => panic!("{method}"),
    })
}

async fn finality(chain: &Chain) -> Result<Inclusion> {
    let submitted = view(TaskStatus::Active, vec![]);
    let (submission, requester) = (&submitted.submission, submitted.requester);
    until_final(chain, None, submission, requester, known()).await
}

/// What the node would have reported about the transaction is lost with the connection.
#[tokio::test]
async fn after_a_lost_connection_the_chain_says_whether_a_submission_is_final() {
    let own = view(TaskStatus::Active, vec![]);
    let inclusion = finality(&node(120, Some(own.clone()))).await.unwrap();
    assert_eq!(inclusion.height, 100);

    // The block was replaced, and the number now belongs to another submission.
    let mut others = own.clone();
    others.requester = Account([9; 32]);
    let mut another = own;
    another.submission.budget += 1;
    for task in [None, Some(others), Some(another)] {
        let error = finality(&node(100, task)).await.unwrap_err();
        assert_eq!(error.kind, Kind::Error);
        assert!(error.message.contains("block 100"), "{error}");
        assert!(error.hint.unwrap().contains("task ls --mine"));
    }
}

#[tokio::test]
async fn a_block_that_is_not_final_yet_is_waited_for() {
    let error = finality(&node(99, None)).await.unwrap_err();
    // It waited for the next head, and this node has none.
    assert_eq!(error.kind, Kind::Unreachable);
}

/// Regression: after an upload, the message only said that nothing was sent.
#[test]
fn what_a_signal_leaves_is_said() {
    assert_eq!(Reached::Nothing.next_step(), "nothing was sent");
    let uploaded = Reached::Upload.next_step();
    assert!(uploaded.contains("the node keeps for a day"), "{uploaded}");
    let sent = Reached::Sent.next_step();
    assert!(sent.contains("task ls --mine"), "{sent}");
}

/// Regression: this was put behind the previous message, as if that were what the task waits for.
#[test]
fn what_a_task_waits_for_that_does_not_fit_is_a_sentence_of_its_own() {
    let why = "only 1 provider offers what the task needs\ndevice 3 would take it now";
    let said = unfit(why, Milliseconds(300_000));
    let own = said.strip_prefix(why).unwrap();
    assert!(
        own.starts_with("\nsubmitted now, the task waits 5m for what is missing. "),
        "{said}"
    );
}

/// Regression: waiting with `--sealed` ended after a minute and a half, and nobody granted the key.
#[test]
fn finality_that_takes_long_is_waited_for() {
    let out = Output::new(true);
    let slow = || Error::new(Kind::Timeout, "not final after 90 s");
    assert!(if_slow(&out, slow(), true).is_ok());
    // The submission was in no block.
    let error = if_slow(&out, slow(), false).unwrap_err();
    assert_eq!(error.kind, Kind::Timeout);
    for kind in [Kind::Error, Kind::Unreachable] {
        let error = if_slow(&out, Error::new(kind, "lost"), true).unwrap_err();
        assert_eq!(error.kind, kind);
    }
}

/// Regression: the grant was taken for one that was never sent, and sent again for another fee.
#[tokio::test]
async fn a_grant_that_was_sent_over_the_connection_before_is_not_sent_again() {
    let (dir, path) = folder(MANIFEST);
    let line = "aicpw --suri //Alice submit m.json --budget 1 --time-limit 60s --sealed --wait";
    let Args { global, command } = Args::try_parse_from(line.split(' ')).unwrap();
    let Command::Submit(args) = command else {
        panic!("another command")
    };
    let out = Output::new(true);
    let context = Context {
        global: &global,
        out: &out,
    };
    let signer = context.signer().unwrap();
    let keys = DataKeyArgs {
        data_keys: Some(dir.path().join("keys")),
    };
    let (keys, key) = (keys.open(), DataKey::generate().unwrap());

    let waits = AssignmentStatus::AwaitingKey {
        grant_by: 1_240,
        recipient: [5; 32],
    };
    let mut task = view(TaskStatus::Active, vec![assignment(0, waits)]);
    task.requester = signer.account;
    task.submission.privacy = Privacy::Sealed {
        key_commitment: key.commitment(),
    };
    let record = Record::new(&key, &task.submission.manifest, signer.account, &[0xbe; 32]);
    keys.save(&record).unwrap();

    let (submission, id) = (task.submission.clone(), task.assignments[0].id);
    let asked = Arc::new(AtomicUsize::new(0));
    let nonces = Arc::clone(&asked);
    // This node does not answer the requests that signing needs.
    let chain = fake::answering(move |method, params| {
        let answer = match method {
            "chain_getBlockHash" | "chain_getFinalizedHead" => {
                return Ok(json!(format!("0x{}", "be".repeat(32))))
            }
            "system_accountNextIndex" => {
                nonces.fetch_add(1, Ordering::SeqCst);
                return Ok(json!(6));
            }
            "state_call" => match params[0].as_str().unwrap() {
                "AccountNonceApi_account_nonce" => 5_u32.encode(),
                "TasksApi_task" => Some(task.clone()).encode(),
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
    let grants = Posts::default();
    grants.note(id, 5, 1_000);
    let prepared = Prepared::load(&path).unwrap();
    let start = Instant::now();
    let teller = Teller::new(&out, &chain, keys.clone(), TaskId(7), start, false);
    let mut following = Following {
        context: &context,
        args: &args,
        signer: &signer,
        prepared: &prepared,
        submission: &submission,
        keys,
        grants,
        teller: teller.await.unwrap(),
        task: TaskId(7),
        inclusion: known(),
        sent: None,
        is_final: true,
        view: None,
        result: None,
        is_accepted: false,
    };
    let error = following.until_result(&chain).await.unwrap_err();
    // It waited for the next head, and this node has none.
    assert_eq!(error.kind, Kind::Unreachable);
    assert_eq!(asked.load(Ordering::SeqCst), 1, "it looked for the grant");
}
