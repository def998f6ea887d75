//! The fake node's state: the answers of its runtime APIs.

use aicpw_protocol::{
    audit::AuditPolicy,
    device::{ClassSet, DeviceKind, DeviceSpec, Reputation},
    mailbox::{Order, Orders},
    reputation::ReputationRecord,
    task::{
        AssignmentStatus, DeterminismClass, Engine, Needs, Privacy, Role, Submission, TaskStatus,
        Verification,
    },
    units::AICP,
    view::{
        DeviceView, HistoryHead, MarketClock, ProviderView, ReputationView, TaskView, UnbondingView,
    },
    AskPrice, AssignmentId, DeviceId, Gflops, Mebibytes, MegabitsPerSecond, Milliseconds, TaskId,
};
use codec::{Decode, Encode};

use super::{
    disputes, market::market, records::Looks, results, watched, Account, ALICE, BOB, CHARLIE, DAVE,
    TAKEN,
};

/// The number of submissions so far, all of which can be read.
const HISTORY_LENGTH: u64 = 1_000;

const CLOCK: MarketClock = MarketClock {
    block: 1_000,
    is_paused: false,
};

/// What the provider's worker is working on: a result that waits for the others.
fn orders() -> Orders {
    let order = Order {
        assignment: AssignmentId {
            task: TaskId(7),
            replica: 0,
            attempt: 0,
        },
        role: Role::Replica,
        provider: vec![3; 32],
        device: DeviceId(3),
        fingerprint: [1; 32],
        manifest: MANIFEST.parse().unwrap(),
        needs: Needs {
            engine: Engine::OpenCl,
            class: DeterminismClass::Int,
            gflops: Gflops(1),
            memory: Mebibytes(1),
            bandwidth: MegabitsPerSecond(1),
            min_reputation: Reputation(0),
        },
        time_limit: Milliseconds(60_000),
        privacy: Privacy::Public,
        peers: Default::default(),
        status: AssignmentStatus::Committed {
            commitment: [7; 32],
            at: 990,
            reveal_by: None,
        },
        envelope: None,
        fetch: None,
    };
    Orders {
        orders: vec![order],
        ..Orders::default()
    }
}

/// The answer in the state of the last final block, or of a best one.
pub fn runtime_api(
    function: &str,
    arguments: &[u8],
    is_final: bool,
    looks: &Looks,
) -> Option<Vec<u8>> {
    match function {
        "ProvidersApi_provider" => {
            let account = Account::decode(&mut &arguments[..]).ok()?;
            let is_bob = hex::encode(account) == BOB;
            Some(is_bob.then(|| provider(account)).encode())
        }
        "ProvidersApi_reputation" => {
            let account = Account::decode(&mut &arguments[..]).ok()?;
            let is_bob = hex::encode(account) == BOB;
            Some(is_bob.then(reputation).encode())
        }
        "WorkerApi_orders" => Some(orders().encode()),
        "WorkerApi_locked" => Some(Vec::<AssignmentId>::new().encode()),
        "ProvidersApi_provider_of_worker" => {
            let worker = <[u8; 32]>::decode(&mut &arguments[..]).ok()?;
            let owner: Option<Account> = (worker == TAKEN).then_some([7; 32]);
            Some(owner.encode())
        }
        "TasksApi_tasks" => {
            let (requester, before, limit) =
                <(Option<Account>, Option<TaskId>, u32)>::decode(&mut &arguments[..]).ok()?;
            if requester.is_none() {
                let before = before.map_or(HISTORY_LENGTH, |before| before.0.min(HISTORY_LENGTH));
                let ids = (0..before).rev().take(limit as usize).map(TaskId);
                return Some(ids.collect::<Vec<_>>().encode());
            }
            let newest = match requester.map(hex::encode).as_deref() {
                Some(ALICE) => Some(disputes::SEALED),
                Some(CHARLIE) => Some(watched::UNSTEADY),
                Some(DAVE) => Some(results::RIGHT),
                _ => None,
            };
            let ids = newest.filter(|id| before.is_none_or(|before| *id < before.0));
            Some(ids.into_iter().map(TaskId).collect::<Vec<_>>().encode())
        }
        "TasksApi_task" => {
            let id = TaskId::decode(&mut &arguments[..]).ok()?;
            if watched::fails(id, looks) {
                return None;
            }
            let task = watched::task(id, is_final, looks).or_else(|| results::task(id));
            let task = task.unwrap_or_else(|| disputes::task(id, looks));
            Some(Some(task).encode())
        }
        "DisputesApi_dispute" => {
            let id = TaskId::decode(&mut &arguments[..]).ok()?;
            Some(disputes::dispute(id).encode())
        }
        "DisputesApi_disputes" => {
            let after = Option::<TaskId>::decode(&mut &arguments[..]).ok()?;
            Some(disputes::ids(after).encode())
        }
        "DisputesApi_dispute_bond" => {
            let id = TaskId::decode(&mut &arguments[..]).ok()?;
            Some(disputes::bond(id).encode())
        }
        "DisputesApi_claim_bond" => {
            let of = AssignmentId::decode(&mut &arguments[..]).ok()?;
            Some(disputes::claim_bond(of).encode())
        }
        "TasksApi_history_head" => Some(
            HistoryHead {
                length: HISTORY_LENGTH,
                head: [0; 32],
            }
            .encode(),
        ),
        "TasksApi_market_parameters" => Some(market().encode()),
        "TasksApi_market_clock" => Some(CLOCK.encode()),
        _ => None,
    }
}

/// A task that ended in the block with the same number.
pub fn cancelled(id: TaskId) -> TaskView<Account> {
    TaskView {
        id,
        requester: [1; 32],
        submission: Submission {
            manifest: MANIFEST.parse().unwrap(),
            needs: Needs {
                engine: Engine::OpenCl,
                class: DeterminismClass::Int,
                gflops: Gflops(1),
                memory: Mebibytes(1),
                bandwidth: MegabitsPerSecond(0),
                min_reputation: Reputation(0),
            },
            time_limit: Milliseconds(1_000),
            budget: AICP,
            match_window: Milliseconds(1_000),
            verification: Verification::Optimistic {
                window: Milliseconds(1_000),
            },
            privacy: Privacy::Public,
            peers: Default::default(),
        },
        submitted_at: 1,
        timestamp: 1,
        history_head: [0; 32],
        status: TaskStatus::Cancelled { at: id.0 as u32 },
        escrow: 0,
        assignments: vec![],
        rating: None,
        audit: None,
    }
}

/// The CID of the manifest of the node's tasks.
pub const MANIFEST: &str = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

pub fn spec(fingerprint: u8) -> DeviceSpec {
    DeviceSpec {
        kind: DeviceKind::Gpu,
        engine: Engine::OpenCl,
        name: b"card".to_vec().try_into().unwrap(),
        fingerprint: [fingerprint; 32],
        classes: ClassSet {
            int: true,
            fp32_strict: false,
            device: true,
        },
        gflops: Gflops(10_000),
        memory: Mebibytes(8_000),
        bandwidth: MegabitsPerSecond(100),
    }
}

/// The reputation of a beginner that has had one task, from Charlie.
fn reputation() -> ReputationView<Account> {
    let mut record = ReputationRecord::new(CLOCK.block);
    let charlie: Account = hex::decode(CHARLIE).unwrap().try_into().unwrap();
    record.settled(&charlie, aicpw_protocol::reputation::weight(AICP, AICP));
    ReputationView {
        record,
        half_life: 240,
        audits: AuditPolicy::DEFAULT,
    }
}

/// A provider with 1,000 AICP, of which 300 are unbonding, a device that runs a task and one that
/// is paused.
fn provider(account: Account) -> ProviderView<Account> {
    let device = |id: u8, used_slots: u8| DeviceView {
        id: DeviceId(id.into()),
        provider: account,
        spec: spec(id),
        ask: AskPrice(AICP / 2),
        slots: 1,
        used_slots,
        available: used_slots > 0,
        online: true,
        effective_gflops: spec(id).gflops,
        cools_until: None,
        challenge: None,
    };
    ProviderView {
        account,
        stake: 1_000 * AICP,
        unbonding: 300 * AICP,
        unbondings: vec![UnbondingView {
            amount: 300 * AICP,
            available_at: 5_000,
        }],
        locked: AICP,
        worker: [5; 32],
        sealing_key: [6; 32],
        peers: Default::default(),
        last_heartbeat: Some(990),
        online: true,
        reputation: Reputation(510),
        settled: 3,
        faults: 1,
        ratings: (2, 9),
        devices: vec![device(3, 1), device(4, 0)],
    }
}
