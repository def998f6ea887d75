//! Its tasks whose result can be fetched.

use aicpw_protocol::{
    commitment::ResultOpening,
    merkle::result_root,
    task::{AssignmentStatus, TaskStatus},
    view::TaskView,
    TaskId,
};

use super::{
    cancelled,
    disputes::{account, assignment, opening},
    store::content,
    Account, ALICE, BOB,
};

/// Its result is what was revealed.
pub const RIGHT: u64 = 8_100;

/// A task, if it is one of these.
pub fn task(id: TaskId) -> Option<TaskView<Account>> {
    let opening = match id.0 {
        RIGHT => ResultOpening {
            result_root: result_root(content().as_bytes()),
            ..opening()
        },
        _ => return None,
    };
    let status = AssignmentStatus::Settled { opening, at: 995 };
    Some(TaskView {
        requester: account(ALICE),
        status: TaskStatus::Settled { at: 1_000, paid: 1 },
        assignments: vec![assignment(id, 0, account(BOB), status)],
        ..cancelled(id)
    })
}
