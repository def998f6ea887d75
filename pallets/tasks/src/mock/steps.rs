//! The steps of which the tests consist.

use aicpw_primitives::{
    traits::{Demand, DeviceOffers, MatchQueue, TaskBoard},
    worker_key::{prove, WorkerId, WorkerProof},
};
use aicpw_protocol::{
    audit::is_drawn,
    commitment::{expected_root_hash, result_commitment, ResultOpening},
    device::{ClassSet, DeviceKind, DeviceSpec, Reputation},
    sealing::Envelope,
    task::{
        AssignmentStatus, DeterminismClass, Engine, Fault, Needs, PeerAddresses, Privacy, Progress,
        Refunded, Submission, TaskStatus, Verification,
    },
    view::AuditState,
    worker::Statement,
    AskPrice, AssignmentId, Balance, ContentId, DeviceId, Gflops, Hash, Mebibytes,
    MegabitsPerSecond, Milliseconds, TaskId,
};
use frame_support::{
    assert_ok,
    dispatch::{DispatchClass, GetDispatchInfo, Pays},
    traits::{fungible::InspectHold, Authorize},
};
use frame_system::RawOrigin;
use sp_application_crypto::RuntimeAppPublic;
use sp_runtime::{
    traits::Dispatchable,
    transaction_validity::{TransactionSource, TransactionValidityError},
    DispatchResult,
};

use super::*;
use crate::{
    pallet::{Assignments, Call, HoldReason, Pallet, Tasks},
    types::{Assignment, Audit, Task},
};

pub fn cid(seed: u8) -> ContentId {
    let mut bytes = vec![1, 0x55, 0x12, 32];
    bytes.extend([seed; 32]);
    ContentId::from_bytes(bytes).unwrap()
}

pub fn spec() -> DeviceSpec {
    DeviceSpec {
        kind: DeviceKind::Gpu,
        engine: Engine::OpenCl,
        name: b"mock".to_vec().try_into().unwrap(),
        fingerprint: [7; 32],
        classes: ClassSet {
            int: true,
            fp32_strict: true,
            device: true,
        },
        gflops: Gflops(1_000_000),
        memory: Mebibytes(16_384),
        bandwidth: MegabitsPerSecond(1_000),
    }
}

/// Puts the worker key of a provider into the keystore, and returns it. It comes from a raw seed, because to stretch a
/// phrase takes 50 ms.
pub fn worker(provider: AccountId) -> WorkerId {
    WorkerId::generate_pair(Some(format!("0x{provider:064x}").into_bytes()))
}

/// A device of a provider, with a worker key of its own.
pub fn device(provider: AccountId, ask: AskPrice) -> DeviceId {
    let id = DeviceId(Devices::get().len() as u64);
    let worker = worker(provider);
    Devices::mutate(|all| {
        all.insert(
            id,
            Device {
                provider,
                ask,
                slots: 2,
                worker,
            },
        )
    });
    id
}

/// The result root that [`expected`] expects.
pub const ROOT: [u8; 32] = [5; 32];

pub fn expected() -> Verification {
    Verification::Expected {
        root_hash: expected_root_hash(&ROOT),
    }
}

pub fn optimistic() -> Verification {
    Verification::Optimistic {
        window: Milliseconds(u64::from(WINDOW) * 250),
    }
}

pub fn replicated(replicas: u8, quorum: u8) -> Verification {
    Verification::Replicated { replicas, quorum }
}

pub fn submission(verification: Verification) -> Submission {
    Submission {
        manifest: cid(1),
        needs: Needs {
            engine: Engine::OpenCl,
            class: DeterminismClass::Int,
            gflops: Gflops(36_000),
            memory: Mebibytes(1_024),
            bandwidth: MegabitsPerSecond(10),
            min_reputation: Reputation(0),
        },
        time_limit: Milliseconds(10_000),
        budget: BUDGET,
        match_window: Milliseconds(20_000),
        verification,
        privacy: Privacy::Public,
        peers: PeerAddresses::truncate_from(vec![vec![4; 8].try_into().unwrap()]),
    }
}

/// The demand of the task's next seat if the task asked for the highest reputation.
pub fn demand_of_the_choosy(task: TaskId) -> Demand<AccountId> {
    let needs = |wanted: Needs| {
        Tasks::<Test>::mutate(task, |task| {
            core::mem::replace(&mut task.as_mut().unwrap().submission.needs, wanted)
        })
    };
    let as_submitted = task_of(task).submission.needs;
    needs(Needs {
        min_reputation: Reputation::MAX,
        ..as_submitted
    });
    let demand = Pallet::<Test>::demand(task).unwrap();
    needs(as_submitted);
    demand
}

pub fn submit(verification: Verification) -> TaskId {
    let id = TaskId(crate::pallet::Submissions::<Test>::get().length);
    assert_ok!(TasksPallet::submit(
        RuntimeOrigin::signed(REQUESTER),
        submission(verification)
    ));
    id
}

/// The x25519 key of a provider.
pub fn sealing_key(provider: AccountId) -> Hash {
    [provider as u8; 32]
}

/// A data key that is sealed to a provider. Nothing in this pallet looks into it.
pub fn envelope(provider: AccountId) -> Envelope {
    Envelope {
        recipient: sealing_key(provider),
        encapsulated: [1; 32],
        sealed_key: [2; 48],
    }
}

/// A sealed task of this mode.
pub fn submit_sealed(verification: Verification) -> TaskId {
    let id = TaskId(crate::pallet::Submissions::<Test>::get().length);
    let sealed = Submission {
        privacy: Privacy::Sealed {
            key_commitment: [3; 32],
        },
        ..submission(verification)
    };
    assert_ok!(TasksPallet::submit(
        RuntimeOrigin::signed(REQUESTER),
        sealed
    ));
    id
}

/// Submits a sealed task and matches it with a new device of the provider. Its key is not granted yet.
pub fn awaiting_key(provider: AccountId, verification: Verification) -> AssignmentId {
    let device = device(provider, ASK);
    assign(submit_sealed(verification), device)
}

/// The requester grants the key of a sealed task to the provider of the assignment.
pub fn grant(id: AssignmentId) -> DispatchResult {
    let envelope = envelope(assignment_of(id).provider);
    TasksPallet::grant_key(RuntimeOrigin::signed(REQUESTER), id, envelope)
}

/// Does what matching does when it has found a device.
pub fn try_assign(task: TaskId, device: DeviceId) -> DispatchResult {
    let offer = Pool::offer(device).unwrap();
    if !TasksPallet::assign(task, device, &offer)?.wants_more {
        QueueMock::forget(task);
    }
    Ok(())
}

pub fn assign(task: TaskId, device: DeviceId) -> AssignmentId {
    let seat = task_of(task).vacant(now()).unwrap().0;
    assert_ok!(try_assign(task, device));
    task_of(task).newest(task, seat).unwrap()
}

/// Submits a task of this mode and matches it with a new device of the provider.
pub fn assigned(provider: AccountId, verification: Verification) -> AssignmentId {
    let device = device(provider, ASK);
    assign(submit(verification), device)
}

pub fn running(provider: AccountId, verification: Verification) -> AssignmentId {
    let id = assigned(provider, verification);
    assert_ok!(start(id));
    id
}

pub fn committed(provider: AccountId, verification: Verification) -> AssignmentId {
    let id = running(provider, verification);
    assert_ok!(commit(id, &opening(ROOT)));
    id
}

/// A result in `optimistic` that was not audited and whose window is open.
pub fn verifying(provider: AccountId) -> AssignmentId {
    let id = committed(provider, optimistic());
    decide_audit(id.task, false);
    assert_ok!(reveal(id, opening(ROOT)));
    id
}

/// A seed from which this decision about the audit of a task follows.
pub fn seed_for(task: TaskId, is_audited: bool) -> Hash {
    let audit = crate::pallet::Audits::<Test>::get(task).unwrap();
    (0..=u8::MAX)
        .map(|byte| [byte; 32])
        .find(|seed| is_drawn(audit.rate, seed, audit.of) == is_audited)
        .unwrap()
}

/// Provides a seed that decides like this about the audit of a task, as soon as the seed can be known.
pub fn decide_audit(task: TaskId, is_audited: bool) {
    let seed = seed_for(task, is_audited);
    Seed::set(DrawSeed::Ready(seed));
    for _ in 0..=SOONEST {
        if audit_of(task).state == AuditState::Undecided {
            run_for(1);
        }
    }
    Seed::set(DrawSeed::NotYet);
    let expected = if is_audited {
        AuditState::Drawn
    } else {
        AuditState::NotDrawn
    };
    assert_eq!(audit_of(task).state, expected);
}

pub fn audit_of(task: TaskId) -> Audit {
    crate::pallet::Audits::<Test>::get(task).unwrap()
}

/// A result in `optimistic` that is committed and drawn for an audit, and the assignment of this auditor.
pub fn audited(provider: AccountId, auditor: AccountId) -> (AssignmentId, AssignmentId) {
    let id = committed(provider, optimistic());
    decide_audit(id.task, true);
    let auditor = assign(id.task, device(auditor, ASK));
    (id, auditor)
}

pub fn settled(provider: AccountId) -> AssignmentId {
    let id = committed(provider, expected());
    assert_ok!(reveal(id, opening(ROOT)));
    id
}

/// A new task on new devices of these providers, of which `quorum` have to agree.
pub fn replicas(providers: &[AccountId], quorum: u8) -> Vec<AssignmentId> {
    let task = TaskId(crate::pallet::Submissions::<Test>::get().length);
    let count = providers.len() as Balance;
    assert_ok!(TasksPallet::submit(
        RuntimeOrigin::signed(REQUESTER),
        Submission {
            budget: BUDGET.max(count * (PRICE + AUDIT_COST)),
            ..submission(replicated(providers.len() as u8, quorum))
        }
    ));
    providers
        .iter()
        .map(|provider| assign(task, device(*provider, ASK)))
        .collect()
}

/// Has the provider compute this root and commit to it.
pub fn compute(id: AssignmentId, root: [u8; 32]) {
    assert_ok!(start(id));
    assert_ok!(commit(id, &opening(root)));
}

/// Replicas that have committed to these roots and are not audited, so that all may reveal.
pub fn computed(answers: &[(AccountId, [u8; 32])], quorum: u8) -> Vec<AssignmentId> {
    let providers: Vec<_> = answers.iter().map(|(provider, _)| *provider).collect();
    let ids = replicas(&providers, quorum);
    for (id, (_, root)) in ids.iter().zip(answers) {
        compute(*id, *root);
    }
    decide_audit(ids[0].task, false);
    ids
}

/// Matches the task of an assignment again, with a new device of another provider.
pub fn retry(id: AssignmentId, provider: AccountId) -> AssignmentId {
    assign(id.task, device(provider, ASK))
}

pub fn task_of(id: TaskId) -> Task<AccountId> {
    Tasks::<Test>::get(id).unwrap()
}

pub fn status_of(id: TaskId) -> TaskStatus {
    task_of(id).status
}

pub fn assignment_of(id: AssignmentId) -> Assignment<AccountId> {
    Assignments::<Test>::get(id).unwrap()
}

pub fn fault_of(id: AssignmentId) -> Option<Fault> {
    match assignment_of(id).status {
        AssignmentStatus::Failed { fault, .. } => Some(fault),
        _ => None,
    }
}

pub fn held(account: AccountId) -> Balance {
    Balances::balance_on_hold(&HoldReason::TaskEscrow.into(), &account)
}

pub fn free(account: AccountId) -> Balance {
    Balances::free_balance(account)
}

pub fn opening(root: [u8; 32]) -> ResultOpening {
    ResultOpening {
        salt: [1; 32],
        result_root: root,
        trace_commitment: [2; 32],
        result: cid(2),
    }
}

pub fn commitment_of(id: AssignmentId, opening: &ResultOpening) -> [u8; 32] {
    result_commitment(&assignment_of(id).provider, id, opening)
}

pub fn progress(done: u64, total: u64) -> Progress {
    Progress {
        steps_done: done,
        steps_total: total,
    }
}

/// The key of the device of an assignment.
pub fn worker_of(id: AssignmentId) -> WorkerId {
    Devices::get()[&assignment_of(id).device].worker.clone()
}

pub fn sign_at(
    worker: &WorkerId,
    block: BlockNumber,
    statement: &Statement<AccountId>,
) -> WorkerProof {
    let hash = System::block_hash(block);
    prove(worker, &hash_of(0).0, (block, &hash.0), statement).unwrap()
}

pub fn sign(worker: &WorkerId, statement: &Statement<AccountId>) -> WorkerProof {
    sign_at(worker, now() - 1, statement)
}

/// The worker call for a statement.
pub fn call(statement: Statement<AccountId>, proof: WorkerProof) -> Call<Test> {
    Pallet::<Test>::call_of(statement, proof).unwrap()
}

pub fn authorize(call: Call<Test>) -> Result<(), TransactionValidityError> {
    RuntimeCall::from(call)
        .authorize(TransactionSource::External)
        .unwrap()
        .map(|_| ())
}

/// Does what a block does with a worker call. An authorised call must not fail.
pub fn apply(call: Call<Test>) -> Result<(), TransactionValidityError> {
    authorize(call.clone())?;
    let call = RuntimeCall::from(call);
    let info = call.get_dispatch_info();
    assert_eq!(info.class, DispatchClass::Operational);
    assert_eq!(info.pays_fee, Pays::Yes, "whoever signs it pays");
    assert_ok!(call.dispatch(RawOrigin::Authorized.into()));
    Ok(())
}

/// Has the worker of the assignment make a statement.
pub fn say(
    id: AssignmentId,
    statement: Statement<AccountId>,
) -> Result<(), TransactionValidityError> {
    let proof = sign(&worker_of(id), &statement);
    apply(call(statement, proof))
}

pub fn start(id: AssignmentId) -> Result<(), TransactionValidityError> {
    say(id, Statement::Start { assignment: id })
}

pub fn report(id: AssignmentId, progress: Progress) -> Result<(), TransactionValidityError> {
    say(
        id,
        Statement::Progress {
            assignment: id,
            progress,
        },
    )
}

pub fn commit(id: AssignmentId, opening: &ResultOpening) -> Result<(), TransactionValidityError> {
    let commitment = commitment_of(id, opening);
    say(
        id,
        Statement::Commit {
            assignment: id,
            commitment,
        },
    )
}

pub fn reveal(id: AssignmentId, opening: ResultOpening) -> Result<(), TransactionValidityError> {
    say(
        id,
        Statement::Reveal {
            assignment: id,
            opening,
        },
    )
}

pub fn fail(id: AssignmentId, fault: Fault) -> Result<(), TransactionValidityError> {
    say(
        id,
        Statement::Fail {
            assignment: id,
            fault,
            log: Some(cid(3)),
            message: b"told".to_vec().try_into().unwrap(),
        },
    )
}

/// Fails unless the task was refunded for this reason.
#[track_caller]
pub fn assert_refunded_because(id: TaskId, expected: Refunded) {
    let status = status_of(id);
    let reason = match status {
        TaskStatus::Refunded { reason, .. } => Some(reason),
        _ => None,
    };
    assert_eq!(reason, Some(expected), "{status:?}");
}

/// Fails unless the newest events end with these.
#[track_caller]
pub fn assert_last_events(expected: Vec<crate::Event<Test>>) {
    let events = System::events();
    let last: Vec<_> = events
        .iter()
        .rev()
        .filter_map(|record| match &record.event {
            RuntimeEvent::TasksPallet(event) => Some(event.clone()),
            _ => None,
        })
        .take(expected.len())
        .collect();
    assert_eq!(last.into_iter().rev().collect::<Vec<_>>(), expected);
}
