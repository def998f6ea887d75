use super::*;
use crate::{
    error::Kind,
    life::tests::{assignment, opening, view},
};
use aicpw_protocol::sealing::Envelope;
use codec::Decode;
use serde_json::{json, Value};

const CID: &str = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

fn task(status: TaskStatus, assignments: Vec<AssignmentView<Account>>) -> Value {
    serde_json::to_value(TaskJson::from(&view(status, assignments))).unwrap()
}

#[test]
fn a_task_has_these_fields() {
    let status = TaskStatus::Settled {
        at: 160,
        paid: 1_500_000_000_000_000_000,
    };
    let settled = AssignmentStatus::Settled {
        opening: opening(),
        at: 160,
    };
    let requester = Account([1; 32]).to_string();
    let expected = json!({
        "task": 7,
        "requester": requester,
        "state": "settled",
        "ended_at": 160,
        "paid": "1.5",
        "manifest": "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi",
        "needs": {
            "engine": "opencl", "class": "int", "gflops": 1, "memory_mib": 64,
            "bandwidth_mbps": 0, "min_reputation": 0,
        },
        "budget": "2.5",
        "escrow": "2.5",
        "time_limit_milliseconds": 120_000,
        "match_window_milliseconds": 300_000,
        "verification": { "mode": "optimistic", "window_milliseconds": 60_000 },
        "privacy": "public",
        "peers": [],
        "submitted_at": 100,
        "timestamp": 1_790_000_000_000u64,
        "history_head": format!("0x{}", "09".repeat(32)),
        "rating": null,
        "audit": { "state": "drawn", "rate_ppb": 80_000_000, "cost": "0.00008" },
        "assignments": [{
            "assignment": "7-0-0",
            "role": "replica",
            "provider": Account([2; 32]).to_string(),
            "device": 3,
            "price": "0.001",
            "audit_cost": "0.00008",
            "collateral": "0.000000000000000005",
            "fraud_bond": "0.000000000000000006",
            "assigned_at": 101,
            "state": "settled",
            "result_root": format!("0x{}", "ab".repeat(32)),
            "result": "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi",
            "ended_at": 160,
            "peers": [],
        }],
    });
    assert_eq!(task(status, vec![assignment(0, settled)]), expected);
}

#[test]
fn every_state_says_what_is_needed() {
    let parked = task(
        TaskStatus::Parked {
            match_by: 9,
            reason: Unmatched::NoDeviceOnline,
        },
        vec![],
    );
    assert_eq!(parked["state"], "parked");
    assert_eq!(parked["reason"], "no-device-online");
    let refunded = task(
        TaskStatus::Refunded {
            at: 3,
            reason: Refunded::AttemptsExhausted,
        },
        vec![],
    );
    assert_eq!(refunded["reason"], "attempts-exhausted");
    let failed = AssignmentStatus::Failed {
        fault: Fault::InputUnavailable,
        at: 3,
        log: None,
        message: b"no peer has it".to_vec().try_into().unwrap(),
    };
    let active = task(TaskStatus::Active, vec![assignment(0, failed)]);
    assert_eq!(active["assignments"][0]["fault"], "input-unavailable");
    assert_eq!(active["assignments"][0]["message"], "no peer has it");
}

#[test]
fn a_failure_names_its_kind() {
    let error = Error::new(Kind::InsufficientFunds, "too little")
        .hint("earn")
        .about_task(7);
    let expected = json!({ "error": {
        "code": 7, "kind": "insufficient-funds", "message": "too little", "hint": "earn", "task": 7,
    }});
    assert_eq!(serde_json::to_value(failure(&error)).unwrap(), expected);
}

#[test]
fn every_field_of_a_task_is_documented() {
    let hash = [1; 32];
    let cid = || CID.parse().unwrap();
    let states = [
        TaskStatus::Queued { match_by: 1 },
        TaskStatus::Parked {
            match_by: 1,
            reason: Unmatched::Busy,
        },
        TaskStatus::Active,
        TaskStatus::Verifying { settle_at: 1 },
        TaskStatus::Disputed,
        TaskStatus::Settled { at: 1, paid: 1 },
        TaskStatus::Cancelled { at: 1 },
        TaskStatus::Refunded {
            at: 1,
            reason: Refunded::AttemptsExhausted,
        },
    ];
    let assignments = [
        AssignmentStatus::AwaitingKey {
            grant_by: 1,
            recipient: hash,
        },
        AssignmentStatus::Assigned { start_by: 1 },
        AssignmentStatus::Running {
            progress_by: 1,
            commit_by: 1,
            progress: Default::default(),
            reports: 0,
        },
        AssignmentStatus::Committed {
            commitment: hash,
            at: 1,
            reveal_by: Some(1),
        },
        AssignmentStatus::Revealed {
            opening: opening(),
            at: 1,
        },
        AssignmentStatus::Settled {
            opening: opening(),
            at: 1,
        },
        AssignmentStatus::Failed {
            fault: Fault::Crashed,
            at: 1,
            log: Some(cid()),
            message: Default::default(),
        },
        AssignmentStatus::Cancelled { at: 1 },
    ];
    let modes = [
        Verification::Expected { root_hash: hash },
        Verification::Optimistic {
            window: aicpw_protocol::Milliseconds(1),
        },
        Verification::Replicated {
            replicas: 3,
            quorum: 2,
        },
        Verification::Proof { circuit: 1 },
    ];
    for state in states {
        for verification in modes {
            let mut view = view(
                state,
                assignments.clone().map(|s| assignment(0, s)).to_vec(),
            );
            view.submission.verification = verification;
            view.submission.privacy = Privacy::Sealed {
                key_commitment: hash,
            };
            view.assignments[0].envelope = Some(Envelope {
                recipient: hash,
                encapsulated: hash,
                sealed_key: [1; 48],
            });
            let document = TaskJson::from(&view);
            crate::output::documented::check(&["Task"], &document);
            let state = serde_json::to_value(&document).unwrap()["state"].clone();
            let section = crate::output::documented::section("Task");
            let state = state.as_str().unwrap();
            assert!(section.contains(&format!("| `{state}` |")), "state {state}");
        }
    }
}

#[test]
fn every_role_is_documented() {
    let section = crate::output::documented::section("Task");
    let named = crate::output::documented::spans(&section);
    // Every byte that decodes to a role, so that roles added later are covered too.
    for role in (0..=u8::MAX).filter_map(|byte| Role::decode(&mut &[byte][..]).ok()) {
        let role = serde_json::to_value(role).unwrap();
        let role = role.as_str().unwrap();
        assert!(named.contains(role), "role {role}");
    }
}

#[test]
fn every_field_of_a_failure_is_documented() {
    let error = Error::other("x").hint("y").about_task(7);
    crate::output::documented::check(&["Exit codes"], &failure(&error));
}

/// A stranger chooses the text, and JSON would print it as it is.
#[test]
fn a_document_tells_a_terminal_nothing() {
    let name = "a\u{1b}[2J\u{7f}\u{9b}2J\u{202e}b";
    let document = document(&json!({ "name": name }));
    assert_eq!(
        document,
        "{\n  \"name\": \"a\\u001b[2J\\u007f\\u009b2J\\u202eb\"\n}"
    );
    let read: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(read["name"], name);
    assert!(line(&json!([name])).chars().all(is_printed));
}
