use super::*;
use crate::chain::read::tests::CLOCK;
use aicpw_protocol::{
    commitment::ResultOpening,
    device::Reputation,
    task::{DeterminismClass, Engine, Needs, Privacy, Submission, Verification},
    view::{AuditState, AuditView},
    Gflops, Mebibytes, MegabitsPerSecond, Milliseconds, TaskId,
};

const CID: &str = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

/// A task with the given status and assignments, also for tests of other modules.
pub fn view(status: TaskStatus, assignments: Vec<AssignmentView<Account>>) -> TaskView<Account> {
    TaskView {
        id: TaskId(7),
        requester: Account([1; 32]),
        submission: Submission {
            manifest: CID.parse().unwrap(),
            needs: Needs {
                engine: Engine::OpenCl,
                class: DeterminismClass::Int,
                gflops: Gflops(1),
                memory: Mebibytes(64),
                bandwidth: MegabitsPerSecond(0),
                min_reputation: Reputation(0),
            },
            time_limit: Milliseconds(120_000),
            budget: 2_500_000_000_000_000_000,
            match_window: Milliseconds(300_000),
            verification: Verification::Optimistic {
                window: Milliseconds(60_000),
            },
            privacy: Privacy::Public,
            peers: Default::default(),
        },
        submitted_at: 100,
        timestamp: 1_790_000_000_000,
        history_head: [9; 32],
        status,
        escrow: 2_500_000_000_000_000_000,
        assignments,
        rating: None,
        audit: Some(AuditView {
            state: AuditState::Drawn,
            rate_ppb: 80_000_000,
            cost: 80_000_000_000_000,
        }),
    }
}

pub fn assignment(attempt: u8, status: AssignmentStatus) -> AssignmentView<Account> {
    AssignmentView {
        id: AssignmentId {
            task: TaskId(7),
            replica: 0,
            attempt,
        },
        role: Role::Replica,
        provider: Account([2 + attempt; 32]),
        device: DeviceId(3),
        price: 1_000_000_000_000_000,
        audit_cost: 80_000_000_000_000,
        assigned_at: 101,
        collateral: 5,
        fraud_bond: 6,
        status,
        peers: Default::default(),
        envelope: None,
    }
}

pub fn opening() -> ResultOpening {
    ResultOpening {
        salt: [0; 32],
        result_root: [0xab; 32],
        trace_commitment: [0; 32],
        result: CID.parse().unwrap(),
    }
}

fn names(steps: &[Step]) -> Vec<String> {
    steps
        .iter()
        .map(|step| {
            serde_json::to_value(step).unwrap()["event"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

fn running(steps_done: u64) -> AssignmentStatus {
    AssignmentStatus::Running {
        progress_by: 200,
        commit_by: 300,
        progress: Progress {
            steps_done,
            steps_total: if steps_done == 0 { 0 } else { 10 },
        },
        reports: 0,
    }
}

#[test]
fn a_task_that_goes_well() {
    let mut life = Life::default();
    let queued = TaskStatus::Queued { match_by: 900 };
    assert_eq!(life.observe(&view(queued, vec![])), vec![]);
    let assigned = AssignmentStatus::Assigned { start_by: 120 };
    let steps = life.observe(&view(
        TaskStatus::Active,
        vec![assignment(0, assigned.clone())],
    ));
    assert_eq!(names(&steps), ["matched"]);
    assert!(life
        .observe(&view(TaskStatus::Active, vec![assignment(0, assigned)]))
        .is_empty());
    let steps = life.observe(&view(TaskStatus::Active, vec![assignment(0, running(0))]));
    assert_eq!(names(&steps), ["started"]);
    let steps = life.observe(&view(TaskStatus::Active, vec![assignment(0, running(4))]));
    assert_eq!(steps[0].show(&CLOCK), "4 of 10 kernel launches");
    assert!(life
        .observe(&view(TaskStatus::Active, vec![assignment(0, running(4))]))
        .is_empty());
    let committed = AssignmentStatus::Committed {
        commitment: [0; 32],
        at: 150,
        reveal_by: Some(170),
    };
    let steps = life.observe(&view(TaskStatus::Active, vec![assignment(0, committed)]));
    assert_eq!(names(&steps), ["committed"]);
    let revealed = AssignmentStatus::Revealed {
        opening: opening(),
        at: 155,
    };
    let verifying = TaskStatus::Verifying { settle_at: 400 };
    let steps = life.observe(&view(verifying, vec![assignment(0, revealed)]));
    assert_eq!(names(&steps), ["revealed", "verifying"]);
    assert_eq!(
        steps[1].show(&CLOCK),
        "can be accepted; settles by itself in about 75 s (block 400)"
    );
    let settled = AssignmentStatus::Settled {
        opening: opening(),
        at: 160,
    };
    let paid = TaskStatus::Settled {
        at: 160,
        paid: 1_500_000_000_000_000_000,
    };
    let steps = life.observe(&view(paid, vec![assignment(0, settled)]));
    assert_eq!(steps[0].show(&CLOCK), "settled: 1.5 AICP paid");
    assert_eq!(steps.len(), 1);
}

#[test]
fn states_that_were_skipped_are_told() {
    let settled = AssignmentStatus::Settled {
        opening: opening(),
        at: 160,
    };
    let paid = TaskStatus::Settled { at: 160, paid: 1 };
    let steps = Life::default().observe(&view(paid, vec![assignment(0, settled)]));
    assert_eq!(
        names(&steps),
        ["matched", "started", "committed", "revealed", "settled"]
    );
}

#[test]
fn a_failure_and_another_attempt() {
    let mut life = Life::default();
    life.observe(&view(TaskStatus::Active, vec![assignment(0, running(2))]));
    let failed = AssignmentStatus::Failed {
        fault: Fault::BuildFailed,
        at: 130,
        log: Some(CID.parse().unwrap()),
        message: b"render.cl:3: error".to_vec().try_into().unwrap(),
    };
    let queued = TaskStatus::Queued { match_by: 500 };
    let steps = life.observe(&view(queued, vec![assignment(0, failed.clone())]));
    assert_eq!(names(&steps), ["failed", "requeued"]);
    assert!(steps[0]
        .show(&CLOCK)
        .ends_with("failed: build failed: render.cl:3: error"));
    assert!(steps[0]
        .show(&CLOCK)
        .starts_with("attempt 1, assignment 7-0-0 of "));
    assert_eq!(
        steps[1].show(&CLOCK),
        "waits for another device: about 100 s left (block 500)"
    );
    let again = vec![
        assignment(0, failed.clone()),
        assignment(1, AssignmentStatus::Assigned { start_by: 1 }),
    ];
    let steps = life.observe(&view(TaskStatus::Active, again));
    assert_eq!(names(&steps), ["matched"]);
    assert!(steps[0].show(&CLOCK).starts_with("attempt 2: matched for "));
    let refunded = TaskStatus::Refunded {
        at: 1,
        reason: Refunded::FaultConfirmed,
    };
    let both = vec![assignment(0, failed.clone()), assignment(1, failed)];
    let steps = life.observe(&view(refunded, both));
    assert_eq!(names(&steps), ["failed", "refunded"]);
    assert_eq!(
        steps[1].show(&CLOCK),
        "refunded: 2 attempts failed (build failed), as independent providers found"
    );
}

#[test]
fn a_task_that_is_parked_as_soon_as_an_attempt_failed_waits_for_another_device() {
    let mut life = Life::default();
    life.observe(&view(TaskStatus::Active, vec![assignment(0, running(2))]));
    let failed = AssignmentStatus::Failed {
        fault: Fault::NoProgress,
        at: 130,
        log: None,
        message: Default::default(),
    };
    let parked = TaskStatus::Parked {
        match_by: 500,
        reason: Unmatched::Busy,
    };
    let task = view(parked, vec![assignment(0, failed)]);
    let steps = life.observe(&task);
    assert_eq!(names(&steps), ["failed", "requeued", "parked"]);
    // The chain says that the device that has had the task is busy.
    let text = steps.last().unwrap().show(&CLOCK);
    assert!(
        text.contains("busy, or have had the task already"),
        "{text}"
    );
    assert!(life.observe(&task).is_empty());
}

#[test]
fn a_silent_provider_is_said_to_have_been_silent() {
    let failed = AssignmentStatus::Failed {
        fault: Fault::NoProgress,
        at: 130,
        log: None,
        message: Default::default(),
    };
    let queued = TaskStatus::Queued { match_by: 500 };
    let steps = Life::default().observe(&view(queued, vec![assignment(0, failed)]));
    let text = steps.last().unwrap().show(&CLOCK);
    assert!(
        text.ends_with("failed: no progress: nothing was heard of the provider any more"),
        "{text}"
    );
}

/// Regression: a root other than the expected one was described as a jury's finding, although there
/// is no jury.
#[test]
fn another_root_than_the_expected_one_is_told_as_that() {
    let failed = AssignmentStatus::Failed {
        fault: Fault::WrongResult,
        at: 130,
        log: None,
        message: Default::default(),
    };
    let refunded = TaskStatus::Refunded {
        at: 140,
        reason: Refunded::MatchWindowEnded,
    };
    let mut task = view(refunded, vec![assignment(0, failed)]);
    task.submission.verification = Verification::Expected { root_hash: [1; 32] };
    let said = |task: &TaskView<Account>| {
        let steps = Life::default().observe(task);
        let [.., failed, refunded] = steps.as_slice() else {
            panic!("{steps:?}");
        };
        (failed.show(&CLOCK), refunded.show(&CLOCK))
    };
    let why = "wrong result: the result has another root than the one that is expected";
    let (failed, refunded) = said(&task);
    assert!(failed.ends_with(&format!("failed: {why}")), "{failed}");
    assert!(refunded.contains(why), "{refunded}");
    // A fetcher of a claim found a result that differs from that of most others.
    task.assignments[0].role = Role::Fetcher;
    let (failed, _) = said(&task);
    assert!(!failed.contains("expected"), "{failed}");
}

#[test]
fn waiting_is_told_once_for_each_reason() {
    let mut life = Life::default();
    let parked = |reason| {
        view(
            TaskStatus::Parked {
                match_by: 9,
                reason,
            },
            vec![],
        )
    };
    assert_eq!(names(&life.observe(&parked(Unmatched::Gflops))), ["parked"]);
    assert!(life.observe(&parked(Unmatched::Gflops)).is_empty());
    let steps = life.observe(&parked(Unmatched::Busy));
    assert_eq!(names(&steps), ["parked"]);
    assert_eq!(steps[0].show(&CLOCK), "waits: those that fit are busy");
}

#[test]
fn latencies_are_those_of_the_newest_attempt() {
    let mut latencies = Latencies::default();
    let id = AssignmentId::default();
    let matched = Step::Matched {
        assignment: id,
        provider: Account([0; 32]),
        device: DeviceId(0),
        price: Amount(1),
    };
    latencies.note(&matched, Duration::from_millis(10));
    latencies.note(&Step::Started { assignment: id }, Duration::from_millis(20));
    latencies.note(&matched, Duration::from_millis(30));
    assert_eq!(
        latencies.reached(),
        [("matched", Duration::from_millis(30))]
    );
}

#[test]
fn the_names_in_json_are_stable() {
    let step = Step::Revealed {
        assignment: AssignmentId {
            task: TaskId(7),
            replica: 0,
            attempt: 1,
        },
        result_root: [0xab; 32],
        result: CID.parse().unwrap(),
    };
    let expected = serde_json::json!({
        "event": "revealed",
        "assignment": "7-0-1",
        "result_root": format!("0x{}", "ab".repeat(32)),
        "result": CID,
    });
    assert_eq!(serde_json::to_value(step).unwrap(), expected);
}

/// One step of each kind.
pub fn every_step() -> Vec<Step> {
    let assignment = AssignmentId::default();
    let provider = Account([2; 32]);
    vec![
        Step::Parked {
            reason: Unmatched::Busy,
            was_matched: false,
        },
        Step::Matched {
            assignment,
            provider,
            device: DeviceId(3),
            price: Amount(1),
        },
        Step::KeyGranted { assignment },
        Step::Started { assignment },
        Step::Progress {
            assignment,
            steps_done: 1,
            steps_total: 2,
        },
        Step::Committed { assignment },
        Step::Revealed {
            assignment,
            result_root: [1; 32],
            result: CID.parse().unwrap(),
        },
        Step::Verifying { settle_at: 1 },
        Step::Failed {
            assignment,
            provider,
            fault: Fault::Crashed,
            message: String::new(),
            log: None,
            expects: true,
        },
        Step::Requeued { match_by: 9 },
        Step::Settled { paid: Amount(1) },
        Step::Cancelled,
        Step::Refunded {
            reason: Refunded::AttemptsExhausted,
            faults: vec![Fault::Crashed],
            expects: true,
        },
    ]
}

/// One of several replicas.
fn replica(number: u8, status: AssignmentStatus) -> AssignmentView<Account> {
    let mut one = assignment(0, status);
    one.id.replica = number;
    one.provider = Account([40 + number; 32]);
    one
}

fn replicated(status: TaskStatus, assignments: Vec<AssignmentView<Account>>) -> TaskView<Account> {
    let mut view = view(status, assignments);
    view.submission.verification = Verification::Replicated {
        replicas: 3,
        quorum: 2,
    };
    view
}

#[test]
fn what_one_of_several_reveals_is_no_result_before_a_quorum_has_settled_it() {
    let revealed = || AssignmentStatus::Revealed {
        opening: opening(),
        at: 150,
    };
    let settled = || AssignmentStatus::Settled {
        opening: opening(),
        at: 160,
    };
    let open = replicated(TaskStatus::Active, vec![replica(0, revealed())]);
    assert!(results(&open).is_empty());
    assert_eq!(
        results(&view(TaskStatus::Active, vec![replica(0, revealed())])).len(),
        1
    );
    let status = TaskStatus::Settled { at: 160, paid: 2 };
    let both = vec![
        replica(0, settled()),
        replica(1, revealed()),
        replica(2, settled()),
    ];
    let both = replicated(status, both);
    let numbers: Vec<_> = results(&both).iter().map(|one| one.id.replica).collect();
    assert_eq!(numbers, [2, 0]);
    let mut checked = both.clone();
    checked.assignments[2].role = Role::Auditor;
    assert_eq!(
        results(&checked).len(),
        1,
        "nobody can fetch from an auditor"
    );
}

#[test]
fn the_others_wait_for_the_one_that_is_the_least_far() {
    let running = |steps_done| AssignmentStatus::Running {
        progress_by: 1,
        commit_by: 2,
        progress: Progress {
            steps_done,
            steps_total: 9,
        },
        reports: 1,
    };
    let committed = AssignmentStatus::Committed {
        commitment: [1; 32],
        at: 3,
        reveal_by: None,
    };
    let failed = AssignmentStatus::Failed {
        fault: Fault::Crashed,
        at: 1,
        log: None,
        message: Default::default(),
    };
    let all = replicated(
        TaskStatus::Active,
        vec![
            replica(0, committed),
            replica(1, running(5)),
            replica(2, running(4)),
            replica(3, failed),
        ],
    );
    assert_eq!(slowest(&all).unwrap().id.replica, 2);
    assert!(slowest(&view(TaskStatus::Active, vec![])).is_none());
}

#[test]
fn a_replica_that_is_replaced_while_another_is_wanted_is_told() {
    let mut life = Life::default();
    life.observe(&replicated(TaskStatus::Queued { match_by: 9 }, vec![]));
    let later = life.observe(&replicated(TaskStatus::Queued { match_by: 50 }, vec![]));
    assert_eq!(names(&later), ["requeued"]);
    let same = life.observe(&replicated(TaskStatus::Queued { match_by: 50 }, vec![]));
    assert!(same.is_empty());
}
