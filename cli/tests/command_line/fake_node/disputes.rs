//! The fake node's disputes, and their tasks. All other tasks are cancelled.

use aicpw_protocol::{
    commitment::ResultOpening,
    content::PeerAddress,
    task::{AssignmentStatus, PeerAddresses, Privacy, Role, TaskStatus},
    units::AICP,
    verdict::{About, DisputeState, DisputeView, Outcome},
    view::{AssignmentView, TaskView},
    AssignmentId, Balance, DeviceId, TaskId,
};

use super::{records::Looks, state::cancelled, Account, ALICE, BOB, MANIFEST, PEER};

/// A task in its window, which anybody can dispute.
pub const OPEN: u64 = 7_000;
/// A task in its window, with a result of Bob's.
pub const BY_BOB: u64 = 7_001;
/// A task in its window, sealed by Alice.
pub const SEALED_OPEN: u64 = 7_002;
/// A task on which a jury is working.
pub const JUDGING: u64 = 7_003;
/// A task with a verdict that can be appealed against.
pub const APPEALABLE: u64 = 7_004;
/// A task whose dispute is over.
pub const ENDED: u64 = 7_005;
/// A sealed and disputed task of Alice's: jurors wait for its key. It is settled after a number of reads.
pub const SEALED: u64 = 7_006;

/// The addresses where [`SEALED`] was submitted; it was submitted at this node too.
pub const SUBMITTED_AT: &str =
    "/ip4/203.0.113.7/tcp/30433/p2p/12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X";
/// The address of its jurors.
pub const JURORS_AT: &str =
    "/ip4/203.0.113.8/tcp/30433/p2p/12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X";

/// A paid task of Alice's whose result still has to be available.
pub const PAID: u64 = 7_007;
/// A paid task of Alice's whose result no longer has to be available.
pub const PAID_LONG_AGO: u64 = 7_008;

/// How often [`SEALED`] is read before it is settled: enough for the agent to look at it a few times.
const LOOKS: usize = 6;

pub(super) fn account(hex: &str) -> Account {
    hex::decode(hex).unwrap().try_into().unwrap()
}

/// The addresses as they are on chain.
pub(super) fn addresses(texts: &[&str]) -> PeerAddresses {
    let addresses = texts.iter().map(|text| {
        let address: multiaddr::Multiaddr = text.parse().unwrap();
        PeerAddress::try_from(address.to_vec()).unwrap()
    });
    addresses.collect::<Vec<_>>().try_into().unwrap()
}

/// Any task.
pub fn task(id: TaskId, looks: &Looks) -> TaskView<Account> {
    let task = cancelled(id);
    let is_sealed = matches!(id.0, SEALED | SEALED_OPEN);
    let mut task = TaskView {
        requester: account(ALICE),
        ..task
    };
    if is_sealed {
        task.submission.privacy = Privacy::Sealed {
            key_commitment: [7; 32],
        };
    }
    if id.0 == SEALED {
        let own = format!("/ip4/203.0.113.9/tcp/30433/p2p/{PEER}");
        task.submission.peers = addresses(&[SUBMITTED_AT, &own]);
    }
    let provider = if id.0 == BY_BOB {
        account(BOB)
    } else {
        [2; 32]
    };
    let result = match id.0 {
        PAID | PAID_LONG_AGO => assignment(id, 0, provider, settled()),
        _ => assignment(id, 0, provider, revealed()),
    };
    let (status, jurors) = match id.0 {
        OPEN | BY_BOB | SEALED_OPEN => (TaskStatus::Verifying { settle_at: 1_200 }, vec![]),
        JUDGING | APPEALABLE => (TaskStatus::Disputed, vec![juror(id, 1, revealed())]),
        ENDED => (TaskStatus::Settled { at: 900, paid: 1 }, vec![]),
        SEALED if looks.next(id) < LOOKS => {
            let waits = AssignmentStatus::AwaitingKey {
                grant_by: 1_200,
                recipient: [6; 32],
            };
            (TaskStatus::Disputed, vec![juror(id, 1, waits)])
        }
        SEALED | PAID | PAID_LONG_AGO => (TaskStatus::Settled { at: 1_000, paid: 1 }, vec![]),
        _ => return cancelled(id),
    };
    task.status = status;
    task.assignments = std::iter::once(result).chain(jurors).collect();
    task
}

pub(super) fn opening() -> ResultOpening {
    ResultOpening {
        salt: [0; 32],
        result_root: [0xab; 32],
        trace_commitment: [0; 32],
        result: MANIFEST.parse().unwrap(),
    }
}

fn revealed() -> AssignmentStatus {
    AssignmentStatus::Revealed {
        opening: opening(),
        at: 990,
    }
}

fn settled() -> AssignmentStatus {
    AssignmentStatus::Settled {
        opening: opening(),
        at: 995,
    }
}

fn juror(task: TaskId, seat: u8, status: AssignmentStatus) -> AssignmentView<Account> {
    AssignmentView {
        role: Role::Juror,
        peers: addresses(&[JURORS_AT]),
        ..assignment(task, seat, [3; 32], status)
    }
}

pub(super) fn assignment(
    task: TaskId,
    replica: u8,
    provider: Account,
    status: AssignmentStatus,
) -> AssignmentView<Account> {
    AssignmentView {
        id: AssignmentId {
            task,
            replica,
            attempt: 0,
        },
        role: Role::Replica,
        provider,
        device: DeviceId(3),
        price: AICP,
        audit_cost: AICP / 10,
        assigned_at: 900,
        collateral: 3 * AICP,
        fraud_bond: 4 * AICP,
        status,
        peers: Default::default(),
        envelope: None,
    }
}

/// The dispute about a task.
pub fn dispute(task: TaskId) -> Option<DisputeView<Account>> {
    let outcome = Outcome::Wrong { root: [0xcd; 32] };
    let (state, appeal_bond) = match task.0 {
        JUDGING | SEALED => (DisputeState::Judging, 0),
        APPEALABLE => {
            let until = 1_200;
            (DisputeState::Appealable { until, outcome }, 22 * AICP)
        }
        ENDED => (DisputeState::Ended { outcome, at: 900 }, 0),
        _ => return None,
    };
    Some(DisputeView {
        task,
        about: About::Result,
        challenger: Some(account(ALICE)),
        bond: 10 * AICP,
        opened_at: 920,
        round: 0,
        jury: 5,
        first_seat: 1,
        pay: 2 * AICP,
        lock: 20 * AICP,
        appeal_bond,
        state,
        trace: None,
        part: None,
        work: None,
    })
}

/// The ids of disputes after this one, in an order of their own.
pub fn ids(after: Option<TaskId>) -> Vec<TaskId> {
    match after {
        None => [ENDED, JUDGING, APPEALABLE].map(TaskId).to_vec(),
        Some(_) => Vec::new(),
    }
}

/// The bond for disputing a task.
pub fn bond(task: TaskId) -> Option<Balance> {
    matches!(task.0, OPEN | BY_BOB | SEALED_OPEN).then_some(10 * AICP)
}

/// The bond for claiming that a result cannot be fetched.
pub fn claim_bond(assignment: AssignmentId) -> Option<Balance> {
    (assignment.task.0 == PAID).then_some(AICP)
}
