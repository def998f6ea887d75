//! The fake node's tasks that move one state further with each read, or when a test says so.

use aicpw_protocol::{
    task::{AssignmentStatus, Fault, Progress, Refunded, TaskStatus},
    view::{AssignmentView, TaskView},
    BlockNumber, TaskId,
};

use super::{
    disputes::{account, addresses, assignment, opening, JURORS_AT},
    records::Looks,
    state::cancelled,
    Account, ALICE, BOB, CHARLIE, NOWHERE,
};

/// A task that two providers try; both fall silent and fail, and there is no third.
pub const FAILING: u64 = 8_000;
/// A task with a device, which starts once the node is told to go on.
pub const ASSIGNED: u64 = 8_001;
/// A task whose program does not compile, as [`COMPILER`] says.
pub const BROKEN: u64 = 8_002;

/// Like [`BROKEN`], but nobody has the log. The provider is at [`JURORS_AT`].
pub const LOG_LOST: u64 = 8_003;
/// A task at work that is refunded on a fork, and settled on the chain that goes on.
pub const FORKED: u64 = 8_004;
/// Charlie's task, at work and then settled. Once, the node refuses to answer.
pub const UNSTEADY: u64 = 8_005;

/// The compiler's message about the program of [`BROKEN`].
pub const COMPILER: &str = "program.cl:3:5: error: use of undeclared identifier";

/// One of these tasks as it is now; `None` for other ids.
pub fn task(id: TaskId, is_final: bool, looks: &Looks) -> Option<TaskView<Account>> {
    let mut states = match id.0 {
        FORKED if is_final => return Some(in_state(id, at_work(id))),
        FORKED => forked(id),
        UNSTEADY => vec![at_work(id), at_work(id), at_work(id), done(id)],
        FAILING => failing(id),
        ASSIGNED => vec![assigned(id), at_work(id)],
        BROKEN | LOG_LOST => broken(id),
        _ => return None,
    };
    let looks = match id.0 {
        ASSIGNED => looks.so_far(id),
        _ => looks.next(id),
    };
    let now = looks.min(states.len() - 1);
    Some(in_state(id, states.swap_remove(now)))
}

type State = (TaskStatus, Vec<AssignmentView<Account>>);

fn in_state(id: TaskId, (status, assignments): State) -> TaskView<Account> {
    // The one that `TasksApi_tasks` lists is its requester's.
    let requester = if id.0 == UNSTEADY { CHARLIE } else { ALICE };
    TaskView {
        requester: account(requester),
        status,
        assignments,
        ..cancelled(id)
    }
}

fn at_work(id: TaskId) -> State {
    (TaskStatus::Active, vec![attempt(id, 0, running(1_240))])
}

/// Whether the node refuses to answer about the task. If so, that counts as a read.
pub fn fails(id: TaskId, looks: &Looks) -> bool {
    let fails = id.0 == UNSTEADY && looks.so_far(id) == 1;
    if fails {
        looks.next(id);
    }
    fails
}

fn done(id: TaskId) -> State {
    let opening = opening();
    let done = AssignmentStatus::Settled { opening, at: 1_002 };
    let settled = TaskStatus::Settled { at: 1_002, paid: 1 };
    (settled, vec![attempt(id, 0, done)])
}

fn forked(id: TaskId) -> Vec<State> {
    let refunded = TaskStatus::Refunded {
        at: 1_001,
        reason: Refunded::MatchWindowEnded,
    };
    let failed = vec![attempt(id, 0, failed(Fault::NoProgress, 1_001))];
    vec![
        at_work(id),
        at_work(id),
        (refunded, failed),
        at_work(id),
        done(id),
    ]
}

fn assigned(id: TaskId) -> State {
    let status = AssignmentStatus::Assigned { start_by: 2_000 };
    (TaskStatus::Active, vec![attempt(id, 0, status)])
}

fn broken(id: TaskId) -> Vec<State> {
    let queued = TaskStatus::Queued { match_by: 1_100 };
    let refunded = TaskStatus::Refunded {
        at: 1_101,
        reason: Refunded::MatchWindowEnded,
    };
    let status = AssignmentStatus::Failed {
        fault: Fault::BuildFailed,
        at: 1_001,
        log: (id.0 == LOG_LOST).then(|| NOWHERE.parse().unwrap()),
        message: COMPILER.as_bytes().to_vec().try_into().unwrap(),
    };
    let mut attempt = attempt(id, 0, status);
    attempt.peers = addresses(&[JURORS_AT]);
    vec![(queued, vec![]), (refunded, vec![attempt])]
}

/// The market's clock stands at block 1,000, and a sign has to come every 240 blocks.
fn failing(id: TaskId) -> Vec<State> {
    let queued = TaskStatus::Queued { match_by: 1_100 };
    let refunded = TaskStatus::Refunded {
        at: 1_101,
        reason: Refunded::MatchWindowEnded,
    };
    let one = |status| vec![attempt(id, 0, status)];
    let both = |status| {
        let first = attempt(id, 0, failed(Fault::NoProgress, 1_001));
        vec![first, attempt(id, 1, status)]
    };
    vec![
        (queued, vec![]),
        (TaskStatus::Active, one(running(1_240))),
        (TaskStatus::Active, one(running(1_040))),
        (queued, one(failed(Fault::NoProgress, 1_001))),
        (TaskStatus::Active, both(running(1_240))),
        (queued, both(failed(Fault::Crashed, 1_002))),
        (refunded, both(failed(Fault::Crashed, 1_002))),
    ]
}

fn attempt(id: TaskId, number: u8, status: AssignmentStatus) -> AssignmentView<Account> {
    let mut attempt = assignment(id, 0, account(BOB), status);
    attempt.id.attempt = number;
    attempt
}

fn running(progress_by: BlockNumber) -> AssignmentStatus {
    AssignmentStatus::Running {
        progress_by,
        commit_by: 9_000,
        progress: Progress::default(),
        reports: 0,
    }
}

fn failed(fault: Fault, at: BlockNumber) -> AssignmentStatus {
    AssignmentStatus::Failed {
        fault,
        at,
        log: None,
        message: Default::default(),
    }
}
