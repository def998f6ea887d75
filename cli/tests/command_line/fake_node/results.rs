//! The fake node's tasks whose results can be fetched.

use aicpw_protocol::{
    commitment::ResultOpening,
    merkle::result_root,
    task::{AssignmentStatus, Role, TaskStatus},
    view::{AssignmentView, TaskView},
    TaskId,
};

use super::{
    disputes::{account, addresses, assignment, opening, JURORS_AT, SUBMITTED_AT},
    state::cancelled,
    store::{self, content, NOWHERE, PEER},
    Account, ALICE, BOB, DAVE,
};

/// A task whose result is what was revealed. A juror, which is at [`JURORS_AT`], could fetch it.
pub const RIGHT: u64 = 8_100;
/// A task whose result nobody has.
pub const LOST: u64 = 8_101;
/// A task whose manifest nobody has.
pub const UNKNOWN: u64 = 8_102;
/// A task of whose result only the beginning arrives.
pub const STALLED: u64 = 8_103;

/// The address of the provider of these tasks.
pub const PROVIDER_AT: &str =
    "/ip4/10.0.0.7/tcp/30433/p2p/12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X";

/// One of these tasks; `None` for other ids. All were submitted at [`SUBMITTED_AT`], and at this
/// node.
pub fn task(id: TaskId) -> Option<TaskView<Account>> {
    let right = ResultOpening {
        result_root: result_root(content().as_bytes()),
        ..opening()
    };
    let opening = match id.0 {
        RIGHT | UNKNOWN => right,
        LOST => ResultOpening {
            result: NOWHERE.parse().unwrap(),
            ..right
        },
        STALLED => ResultOpening {
            result: store::STALLED.parse().unwrap(),
            ..right
        },
        _ => return None,
    };
    let settled = |opening| AssignmentStatus::Settled { opening, at: 995 };
    let result = AssignmentView {
        peers: addresses(&[PROVIDER_AT]),
        ..assignment(id, 0, account(BOB), settled(opening.clone()))
    };
    let juror = AssignmentView {
        role: Role::Fetcher,
        peers: addresses(&[JURORS_AT]),
        ..assignment(id, 1, [3; 32], settled(opening))
    };
    // The one that `TasksApi_tasks` lists is its requester's.
    let requester = if id.0 == RIGHT { DAVE } else { ALICE };
    let mut task = TaskView {
        requester: account(requester),
        status: TaskStatus::Settled { at: 1_000, paid: 1 },
        assignments: vec![result],
        ..cancelled(id)
    };
    let own = format!("/ip4/203.0.113.9/tcp/30433/p2p/{PEER}");
    task.submission.peers = addresses(&[SUBMITTED_AT, &own]);
    match id.0 {
        RIGHT => task.assignments.push(juror),
        UNKNOWN => task.submission.manifest = NOWHERE.parse().unwrap(),
        _ => {}
    }
    Some(task)
}
