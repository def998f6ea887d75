//! Sealed tasks: the key is granted anew for each attempt, and a requester that does not grant it
//! pays.

use aicpw_protocol::{
    sealing::Envelope,
    task::{AssignmentStatus, Fault, Privacy, Refunded, Submission, TaskStatus},
    AssignmentId,
};
use aicpw_runtime::configs::{
    market::HeartbeatPeriod,
    parameters::{BaseFee, KeyWindow},
};
use sp_keyring::Sr25519Keyring::{Bob, Charlie, Dave};

use crate::{
    chain::Chain,
    market::{ask, submission, submit, task, Provider, OPTIMISTIC, OUTPUT},
};

pub fn sealed() -> Submission {
    Submission {
        privacy: Privacy::Sealed {
            key_commitment: [3; 32],
        },
        ..submission(OPTIMISTIC)
    }
}

/// Returns the newest assignment, which waits for its key, and the recipient that the key has to be
/// sealed to.
pub fn awaiting(chain: &mut Chain, id: aicpw_protocol::TaskId) -> (AssignmentId, [u8; 32]) {
    let view = task(chain, id);
    let last = view.assignments.last().unwrap();
    match last.status {
        AssignmentStatus::AwaitingKey { recipient, .. } => (last.id, recipient),
        _ => panic!("it does not wait for a key: {last:?}"),
    }
}

pub fn grant(chain: &mut Chain, id: aicpw_protocol::TaskId) -> AssignmentId {
    let (assignment, recipient) = awaiting(chain, id);
    let envelope = Envelope {
        recipient,
        encapsulated: [1; 32],
        sealed_key: [2; 48],
    };
    let call = pallet_tasks::Call::grant_key {
        assignment,
        envelope,
    };
    chain.sign(Charlie, call).unwrap();
    assignment
}

#[test]
fn the_key_follows_the_task_to_the_next_provider() {
    let mut chain = Chain::development();
    Provider::join(&mut chain, Bob, ask(300));
    let dave = Provider::join(&mut chain, Dave, ask(700));
    let id = submit(&mut chain, Charlie, sealed());
    let first = grant(&mut chain, id);
    let granted_at = chain.height();
    // Bob has the key and does not report.
    while task(&mut chain, id).assignments.len() < 2 {
        chain.block(Vec::new());
        if chain.height().is_multiple_of(HeartbeatPeriod::get()) {
            dave.beat(&mut chain);
        }
        assert!(chain.height() - granted_at <= 3 * HeartbeatPeriod::get());
    }
    let view = task(&mut chain, id);
    assert_eq!(view.assignments[0].id, first);
    assert!(matches!(
        view.assignments[0].status,
        AssignmentStatus::Failed {
            fault: Fault::NoStart,
            ..
        }
    ));
    let second = grant(&mut chain, id);
    let view = task(&mut chain, id);
    let recipients: Vec<_> = view
        .assignments
        .iter()
        .map(|one| one.envelope.unwrap().recipient)
        .collect();
    assert_ne!(recipients[0], recipients[1]);
    dave.run(&mut chain, second, OUTPUT);
    chain
        .sign(Charlie, pallet_tasks::Call::accept { task: id })
        .unwrap();
    assert!(matches!(
        task(&mut chain, id).status,
        TaskStatus::Settled { .. }
    ));
}

#[test]
fn a_requester_that_grants_nothing_pays_the_base_fee() {
    let mut chain = Chain::development();
    // The task costs more than the base fee.
    let bob = Provider::join(&mut chain, Bob, ask(60_000));
    let id = submit(&mut chain, Charlie, sealed());
    awaiting(&mut chain, id);
    let before = (
        chain.balance(&bob.account()),
        chain.balance(&Charlie.to_account_id()),
    );
    let end = chain.height() + KeyWindow::DEFAULT + 2;
    chain.run_to(end);
    let view = task(&mut chain, id);
    assert!(matches!(
        view.status,
        TaskStatus::Refunded {
            reason: Refunded::NoKey,
            ..
        }
    ));
    assert_eq!(chain.balance(&bob.account()), before.0 + BaseFee::DEFAULT);
    assert_eq!(
        chain.balance(&Charlie.to_account_id()),
        before.1 - BaseFee::DEFAULT
    );
}
