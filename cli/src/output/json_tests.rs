use super::*;
use crate::{
    error::Kind,
    life::tests::{assignment, opening, view},
};
use serde_json::{json, Value};

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
        "assignments": [{
            "assignment": "7-0-0",
            "provider": Account([2; 32]).to_string(),
            "device": 3,
            "price": "0.001",
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
