use codec::Encode;
use serde_json::json;

use super::*;
use crate::{
    chain::{fake, submit::Event},
    error::Kind,
    life::tests::view,
};

/// In block 100, as task 7.
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

/// A node whose last final block has this height, and this task.
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

/// What the node had to say of the transaction is gone with the connection.
#[tokio::test]
async fn after_a_lost_connection_the_chain_says_whether_a_submission_is_final() {
    let own = view(TaskStatus::Active, vec![]);
    let inclusion = finality(&node(120, Some(own.clone()))).await.unwrap();
    assert_eq!(inclusion.height, 100);

    // The block was replaced, and the number is another's now.
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
