//! Tasks and assignments in the states from which the benchmarks start.

use aicpw_primitives::{
    traits::{Contested, DeviceOffers, JurorTerms, MatchQueue, TaskBoard},
    worker_key::{prove, WorkerId, WorkerProof},
};
use aicpw_protocol::{
    commitment::{
        expected_root_hash, juror_trace_salt, result_commitment, trace_commitment, ResultOpening,
    },
    content::MAX_PEER_ADDRESS_BYTES,
    device::Reputation,
    merkle::{root_from_proof, InclusionProof},
    sealing::Envelope,
    task::{
        AssignmentStatus, DeterminismClass, Engine, FailureMessage, Fault, Needs, Privacy,
        Refunded, Submission, Verification, MAX_PEER_ADDRESSES, REPLICAS,
    },
    trace::{trace_root_of_tree, End, Path, TraceOpening, MAX_HASHES, MAX_PATH},
    units::AICP,
    verdict::Vote,
    view::AuditState,
    worker::Statement,
    AskPrice, AssignmentId, BlockNumber, ContentId, DeviceId, Gflops, Hash, Mebibytes,
    MegabitsPerSecond, Milliseconds, TaskId,
};
use alloc::{vec, vec::Vec};
use frame_benchmarking::{benchmarking::add_to_whitelist, v2::*};
use frame_support::{
    traits::{
        fungible::{Inspect, Mutate},
        Get,
    },
    BoundedVec,
};

use sp_runtime::DispatchError;

use crate::{
    pallet::*,
    seats::Numbers,
    types::{LockState, Task, MAX_SEATS},
};

/// What the benchmarks need from the other pallets.
pub trait BenchmarkHelper<AccountId> {
    /// Returns an online device that fits any task, of the `seed`-th provider, which has plenty of stake; and the
    /// provider's worker key, which is in the keystore.
    fn device(seed: u32) -> (DeviceId, WorkerId);

    /// Does what a match does with the device besides assigning the task: the device has no free slot any more and
    /// cannot be found.
    fn matched(device: DeviceId);

    /// Puts a matched device into the order book where it no longer belongs, alone, while a task is parked. To list it
    /// again is then as much work as possible, except for further pages and links.
    fn misplaced(device: DeviceId);

    /// Excludes what matching writes once per block from the measurement, whoever submits a task in that block.
    fn share_queue();

    /// Has a task wait among others for devices, because none fits. No other task takes more work when it stops
    /// waiting.
    fn parked(task: TaskId);

    /// Moves the chain on to a block, without running any hook.
    fn set_block(block: BlockNumber);

    /// Moves the chain on to a block in which the seed for an anchor is known, and takes as long to find as it can.
    fn bring_seed(anchor: BlockNumber);

    /// Has a dispute want the trace of a task's result.
    fn ask_for_trace(task: TaskId);

    /// Has a dispute about the task want the work of its jury. The jurors that voted `vote` are right.
    fn ask_for_work(task: TaskId, vote: Vote);

    /// Has the disputes pallet remember a dispute about the task that is over.
    fn contested_before(task: TaskId);
}

pub(super) type Worker = (AssignmentId, WorkerId);

pub(super) fn cid() -> ContentId {
    let mut bytes = vec![1, 0x70, 0x12, 60];
    bytes.extend([7; 60]);
    ContentId::from_bytes(bytes).expect("as long as it says; qed")
}

pub(super) fn opening(root: u8) -> ResultOpening {
    ResultOpening {
        salt: [1; 32],
        result_root: [root; 32],
        trace_commitment: [2; 32],
        result: cid(),
    }
}

pub(super) fn submission<T: Config>() -> Submission {
    let address = BoundedVec::try_from(vec![4; MAX_PEER_ADDRESS_BYTES as usize])
        .expect("as long as it may be; qed");
    Submission {
        manifest: cid(),
        needs: Needs {
            engine: Engine::OpenCl,
            class: DeterminismClass::Int,
            gflops: Gflops(1),
            memory: Mebibytes(1),
            bandwidth: MegabitsPerSecond(0),
            min_reputation: Reputation(0),
        },
        time_limit: Milliseconds(T::MaxTimeLimit::get()),
        budget: T::MinBudget::get().saturating_mul(1_000_000),
        match_window: Milliseconds(T::MaxMatchWindow::get()),
        verification: optimistic::<T>(),
        privacy: Privacy::Sealed {
            key_commitment: [4; 32],
        },
        peers: vec![address; MAX_PEER_ADDRESSES as usize]
            .try_into()
            .expect("as many as there may be; qed"),
    }
}

/// A requester that signs nothing. The reads and writes of its account are measured.
pub(super) fn requester<T: Config>() -> T::AccountId {
    funded::<T>(account("requester", 0, 0))
}

/// A requester that signs the call. Its account is not measured, because signing pays for that.
pub(super) fn signer<T: Config>() -> T::AccountId {
    funded::<T>(whitelisted_caller())
}

fn funded<T: Config>(requester: T::AccountId) -> T::AccountId {
    let funds = T::MinBudget::get().saturating_mul(100_000_000);
    T::NativeBalance::set_balance(&requester, funds);
    T::NativeBalance::set_balance(&T::FeeDestination::get(), funds);
    // Both accounts pay auditors.
    let little = T::NativeBalance::minimum_balance().saturating_mul(2);
    T::NativeBalance::set_balance(&T::AuditPot::get(), little);
    requester
}

/// Two auditors have earned more than the pot had, and the pot has it now. The next payment into or to an auditor pays
/// them.
pub(super) fn owed<T: Config>() {
    let least = T::NativeBalance::minimum_balance();
    let pot = T::AuditPot::get();
    T::NativeBalance::set_balance(&pot, least);
    let assignment = AssignmentId {
        task: TaskId(u64::MAX),
        replica: 0,
        attempt: 0,
    };
    for number in 0..2 {
        let auditor: T::AccountId = account("auditor", number, 0);
        Pallet::<T>::owe_auditor(assignment, &auditor, least);
    }
    T::NativeBalance::set_balance(&pot, least.saturating_mul(10));
    let book = AuditBook::<T>::get();
    assert_eq!(book.next.saturating_sub(book.first), 2);
}

pub(super) fn submitted<T: Config>(requester: &T::AccountId) -> TaskId {
    submitted_in::<T>(requester, optimistic::<T>())
}

pub(super) fn submitted_in<T: Config>(
    requester: &T::AccountId,
    verification: Verification,
) -> TaskId {
    let id = TaskId(Submissions::<T>::get().length);
    let submission = Submission {
        verification,
        ..submission::<T>()
    };
    Pallet::<T>::do_submit(requester.clone(), submission).expect("all fields are right");
    id
}

pub(super) fn optimistic<T: Config>() -> Verification {
    Verification::Optimistic {
        window: Milliseconds(T::MaxOptimisticWindow::get()),
    }
}

/// The verification that expects [`opening`] of root 3.
pub(super) fn expected() -> Verification {
    Verification::Expected {
        root_hash: expected_root_hash(&opening(3).result_root),
    }
}

/// A queued task of class `int` that needs this computing power for a minute and pays asks up to 1,000 AICP per
/// TFLOPS-hour. For other pallets' benchmarks.
pub fn queue_task<T: Config>(gflops: Gflops) -> TaskId {
    let requester = requester::<T>();
    let id = TaskId(Submissions::<T>::get().length);
    let time_limit = Milliseconds(60_000);
    let budget = aicpw_protocol::pricing::price(AskPrice(1_000 * AICP), gflops, time_limit)
        .expect("it is a common price; qed");
    let submission = submission::<T>();
    let needs = Needs {
        gflops,
        ..submission.needs
    };
    let submission = Submission {
        needs,
        time_limit,
        budget,
        ..submission
    };
    Pallet::<T>::do_submit(requester, submission).expect("all fields are right");
    id
}

pub(super) fn assigned<T: Config>(id: TaskId, seed: u32) -> Worker {
    let (device, worker) = T::BenchmarkHelper::device(seed);
    let offer = T::DevicePool::offer(device).expect("the device is online");
    let now = Pallet::<T>::now();
    let seat = task::<T>(id).vacant(now).expect("it wants a device").0;
    let assigned = Pallet::<T>::assign(id, device, &offer).expect("the device fits");
    T::BenchmarkHelper::matched(device);
    if !assigned.wants_more {
        // Matching removes a task from its queue when the task has all its devices.
        T::MatchQueue::forget(id);
    }
    let task = task::<T>(id);
    (task.newest(id, seat).expect("it was assigned"), worker)
}

pub(super) fn envelope<T: Config>(id: AssignmentId) -> Envelope {
    let status = Assignments::<T>::get(id).map(|one| one.status);
    let Some(AssignmentStatus::AwaitingKey { recipient, .. }) = status else {
        panic!("the task is sealed")
    };
    Envelope {
        recipient,
        encapsulated: [5; 32],
        sealed_key: [6; 48],
    }
}

/// An assignment whose data key is granted.
pub(super) fn granted<T: Config>(id: TaskId, seed: u32) -> Worker {
    let assigned = assigned::<T>(id, seed);
    let requester = task::<T>(id).requester;
    Pallet::<T>::do_grant_key(&requester, assigned.0, envelope::<T>(assigned.0))
        .expect("it waits for a key");
    assigned
}

pub(super) fn task<T: Config>(id: TaskId) -> Task<T::AccountId> {
    Tasks::<T>::get(id).expect("it was submitted")
}

/// The largest number of replicas.
pub(super) const ALL: u32 = *REPLICAS.end() as u32;

/// The most assignments of a task's replicas.
pub(super) const MOST: u32 = 15;

/// A sealed task with the most replicas, all of which have to agree. `n` providers have reported faults of it, but too
/// few the same fault to confirm it. Its seats wait for devices.
pub(super) fn blamed<T: Config>(requester: &T::AccountId, n: u32) -> TaskId {
    let faults = [
        Fault::BadKey,
        Fault::InputUnavailable,
        Fault::BadManifest,
        Fault::BuildFailed,
        Fault::RunFailed,
        Fault::TimeLimit,
    ];
    failed::<T>(requester, n, &faults)
}

/// As [`blamed`], with these faults in turn.
pub(super) fn failed<T: Config>(requester: &T::AccountId, n: u32, faults: &[Fault]) -> TaskId {
    let id = TaskId(Submissions::<T>::get().length);
    let submission = Submission {
        verification: Verification::Replicated {
            replicas: *REPLICAS.end(),
            quorum: *REPLICAS.end(),
        },
        ..submission::<T>()
    };
    Pallet::<T>::do_submit(requester.clone(), submission).expect("all fields are right");
    // Two rounds, so that each seat has an attempt left.
    let mut faults = faults.iter().cycle();
    for seeds in [0..n.min(ALL), ALL..n.max(ALL)] {
        let round: Vec<_> = seeds.map(|seed| granted::<T>(id, seed).0).collect();
        for (assignment, fault) in round.into_iter().zip(&mut faults) {
            Pallet::<T>::do_fail(assignment, *fault, Some(cid()), message()).expect("it is open");
        }
    }
    id
}

/// As [`blamed`], but all seats have a provider, after `n` assignments in all.
pub(super) fn all_assigned<T: Config>(requester: &T::AccountId, n: u32) -> Vec<Worker> {
    let id = blamed::<T>(requester, n.saturating_sub(ALL));
    (0..ALL)
        .map(|seat| granted::<T>(id, 1_000 + seat))
        .collect()
}

pub(super) fn all_running<T: Config>(requester: &T::AccountId, n: u32) -> Vec<Worker> {
    let all = all_assigned::<T>(requester, n);
    for (assignment, _) in &all {
        Pallet::<T>::do_start(*assignment).expect("it is assigned");
    }
    all
}

/// Excludes the slots of the agenda into which everything in a block puts its deadlines from the measurement. The
/// beginning of a block pays for them.
pub fn share_slots<T: Config>() {
    let now = Pallet::<T>::now();
    let start = now + T::StartWindow::get() + 1;
    let grant = now + T::KeyWindow::get() + 1;
    let unlock = now + T::RetrievalWindow::get();
    let prune = now + T::RetentionPeriod::get();
    for key in [
        Agenda::<T>::hashed_key_for(start),
        Agenda::<T>::hashed_key_for(grant),
        Agenda::<T>::hashed_key_for(unlock),
        PatientAgenda::<T>::hashed_key_for(prune),
    ] {
        add_to_whitelist(key.into());
    }
}

/// Places the device of an assignment as if the free stake of its provider had changed since the match.
pub(super) fn misplaced<T: Config>(id: AssignmentId) {
    let assignment = Assignments::<T>::get(id).expect("it is there");
    T::BenchmarkHelper::misplaced(assignment.device);
}

/// The same for all assignments of a task that still have something locked.
pub(super) fn all_misplaced<T: Config>(id: TaskId) {
    let ids: Vec<_> = task::<T>(id).assignments(id).collect();
    let is_locked = |id: &AssignmentId| {
        Assignments::<T>::get(id).is_some_and(|one| one.locks != LockState::Released)
    };
    ids.into_iter().filter(is_locked).for_each(misplaced::<T>);
}

pub(super) fn commit<T: Config>(id: AssignmentId) {
    let provider = Assignments::<T>::get(id).expect("it is there").provider;
    let commitment = result_commitment(&provider, id, &opening(3));
    Pallet::<T>::do_commit_result(id, commitment).expect("it runs");
}

/// A task whose replicas have all committed. Whether they are audited is not decided yet.
pub(super) fn all_committed<T: Config>(requester: &T::AccountId, n: u32) -> Vec<Worker> {
    let all = all_running::<T>(requester, n);
    all.iter().for_each(|(id, _)| commit::<T>(*id));
    all
}

/// Decides the draw: the results are not audited.
pub(super) fn spare_audit<T: Config>(id: TaskId) {
    set_audit::<T>(id, AuditState::NotDrawn);
    Pallet::<T>::advance(id, task::<T>(id), Refunded::NoQuorum).expect("all have committed");
}

fn set_audit<T: Config>(id: TaskId, state: AuditState) {
    Audits::<T>::mutate(id, |audit| {
        audit.as_mut().expect("all have committed").state = state;
    });
}

/// Decides the draw: the results are audited. Returns the last auditor, which runs the task; the others have committed.
pub(super) fn auditor_running<T: Config>(id: TaskId) -> Worker {
    set_audit::<T>(id, AuditState::Drawn);
    let mut task = task::<T>(id);
    Pallet::<T>::seat_auditors(id, &mut task).expect("there is room");
    Tasks::<T>::insert(id, task);
    let auditors = T::AuditPolicy::get().auditors;
    let mut all: Vec<_> = (0..auditors)
        .map(|number| granted::<T>(id, 3_000 + u32::from(number)))
        .collect();
    let last = all.pop().expect("there is one");
    for (auditor, _) in &all {
        Pallet::<T>::do_start(*auditor).expect("it has its key");
        commit::<T>(*auditor);
    }
    Pallet::<T>::do_start(last.0).expect("it has its key");
    last
}

/// All replicas and auditors have revealed the same root, except the last auditor.
pub(super) fn all_but_the_auditor_revealed<T: Config>(requester: &T::AccountId, n: u32) -> Worker {
    let all = all_committed::<T>(requester, n);
    let last = auditor_running::<T>(all[0].0.task);
    commit::<T>(last.0);
    let others: Vec<_> = task::<T>(last.0.task)
        .assignments(last.0.task)
        .filter(|id| *id != last.0)
        .filter(|id| {
            Assignments::<T>::get(id)
                .is_some_and(|one| matches!(one.status, AssignmentStatus::Committed { .. }))
        })
        .collect();
    for id in others {
        Pallet::<T>::do_reveal_result(id, opening(3)).expect("it is the opening");
    }
    last
}

/// All replicas have committed, and all but the last have revealed.
pub(super) fn all_but_one_revealed<T: Config>(requester: &T::AccountId, n: u32) -> Worker {
    let mut all = all_committed::<T>(requester, n);
    spare_audit::<T>(all[0].0.task);
    let last = all.pop().expect("there are several");
    for (id, _) in all {
        Pallet::<T>::do_reveal_result(id, opening(3)).expect("it is the opening");
    }
    last
}

pub(super) fn all_settled<T: Config>(requester: &T::AccountId, n: u32) -> Worker {
    let last = all_but_one_revealed::<T>(requester, n);
    Pallet::<T>::do_reveal_result(last.0, opening(3)).expect("it is the opening");
    last
}

/// Uses up all attempts at a seat, so that its failure ends the task.
pub(super) fn no_attempt_left<T: Config>(id: AssignmentId) {
    Tasks::<T>::mutate(id.task, |task| {
        let seat = task.as_mut().and_then(|task| task.seat_mut(id.replica));
        seat.expect("it is there").begun = T::MaxAttempts::get();
    });
}

pub(super) fn message() -> FailureMessage {
    BoundedVec::truncate_from(vec![b'x'; 256])
}

/// A task with one replica: `n - 1` providers have reported different faults of it, and the last one runs it.
pub(super) fn running<T: Config>(
    requester: &T::AccountId,
    n: u32,
    verification: Verification,
) -> Worker {
    let id = submitted_in::<T>(requester, verification);
    let faults = [Fault::BadKey, Fault::InputUnavailable, Fault::BuildFailed];
    for (seed, fault) in (1..n).zip(faults) {
        let (assignment, _) = granted::<T>(id, seed);
        Pallet::<T>::do_fail(assignment, fault, Some(cid()), message()).expect("it is open");
    }
    let last = granted::<T>(id, n);
    Pallet::<T>::do_start(last.0).expect("it is assigned");
    last
}

/// A task in `optimistic` whose result waits, after `n` assignments. All but the last reported a different fault.
pub(super) fn verifying<T: Config>(requester: &T::AccountId, n: u32) -> Worker {
    let last = running::<T>(requester, n, optimistic::<T>());
    commit::<T>(last.0);
    let auditor = auditor_running::<T>(last.0.task).0;
    commit::<T>(auditor);
    Pallet::<T>::do_reveal_result(last.0, opening(3)).expect("it is the opening");
    Pallet::<T>::do_reveal_result(auditor, opening(3)).expect("it is the opening");
    last
}

/// A result that can be accepted and that nobody audits, from the only assignment that the task has had.
pub(super) fn verifying_alone<T: Config>(requester: &T::AccountId) -> AssignmentId {
    let (last, _) = running::<T>(requester, 1, optimistic::<T>());
    commit::<T>(last);
    spare_audit::<T>(last.task);
    Pallet::<T>::do_reveal_result(last, opening(3)).expect("it is the opening");
    last
}

/// A task whose result can be disputed by its requester. For other pallets' benchmarks.
pub fn verifying_task<T: Config>() -> (TaskId, T::AccountId) {
    let requester = signer::<T>();
    (verifying::<T>(&requester, 1).0.task, requester)
}

/// A settled assignment whose result can be fetched, and the requester of its task. For other pallets' benchmarks.
pub fn settled_assignment<T: Config>() -> (AssignmentId, T::AccountId) {
    let requester = signer::<T>();
    (all_settled::<T>(&requester, MOST).0, requester)
}

/// Makes a task public. For other pallets' benchmarks.
pub fn make_public<T: Config>(id: TaskId) {
    Tasks::<T>::mutate_extant(id, |task| task.submission.privacy = Privacy::Public);
}

/// A revealed result whose trace is as long as possible and is wanted, and the opening of the trace.
pub(super) fn trace_wanted<T: Config>(requester: &T::AccountId) -> (Worker, TraceOpening) {
    let (last, worker) = verifying::<T>(requester, 1);
    let hashes = MAX_HASHES;
    let path = Path::truncate_from(vec![[6; 32]; MAX_PATH as usize]);
    let end = End {
        launches: 1,
        state_root: [7; 32],
        result_root: opening(3).result_root,
    };
    let proof = InclusionProof {
        index: u64::from(hashes) - 1,
        leaves: hashes.into(),
        siblings: path.to_vec(),
    };
    let tree = root_from_proof(end.hash(), &proof).expect("the path has the right length");
    let salt = [8; 32];
    let commitment = trace_commitment(&salt, &trace_root_of_tree(hashes.into(), &tree));
    Assignments::<T>::mutate_extant(last, |one| {
        if let AssignmentStatus::Revealed { opening, .. } = &mut one.status {
            opening.trace_commitment = commitment;
        }
    });
    T::BenchmarkHelper::ask_for_trace(last.task);
    let trace = TraceOpening {
        salt,
        hashes,
        launches: end.launches,
        state_root: end.state_root,
        path,
        file: cid(),
    };
    ((last, worker), trace)
}

/// Has jurors on all seats that are left. They have all voted the same, and their work is wanted. Returns one of them,
/// and the trace root to which all have committed.
pub(super) fn work_wanted<T: Config>() -> Result<(Worker, Hash), DispatchError> {
    let (id, _) = verifying_task::<T>();
    Pallet::<T>::contest(id, false)?;
    let terms = JurorTerms {
        pay: T::MinBudget::get(),
        lock: T::MinBudget::get(),
    };
    let room = MAX_SEATS.saturating_sub(u32::from(Pallet::<T>::seats(id)));
    Pallet::<T>::seat_jury(id, room as u16, terms, Default::default())?;
    let jurors: Vec<_> = (0..room)
        .map(|seed| granted::<T>(id, 2_000 + seed))
        .collect();
    for (juror, _) in &jurors {
        Pallet::<T>::do_start(*juror)?;
        commit::<T>(*juror);
    }
    let trace_root = [8; 32];
    for (juror, _) in &jurors {
        Pallet::<T>::do_reveal_result(*juror, opening(3))?;
        Assignments::<T>::mutate_extant(*juror, |one| {
            if let AssignmentStatus::Revealed { opening, .. } = &mut one.status {
                let salt = juror_trace_salt(&one.provider, *juror);
                opening.trace_commitment = trace_commitment(&salt, &trace_root);
            }
        });
    }
    T::BenchmarkHelper::ask_for_work(id, Vote::Root(opening(3).result_root));
    let last = jurors.into_iter().next_back().expect("there is room");
    Ok((last, trace_root))
}

pub(super) fn hash_at<T: Config>(block: BlockNumber) -> [u8; 32] {
    let mut hash = [0; 32];
    let found = frame_system::Pallet::<T>::block_hash(
        frame_system::pallet_prelude::BlockNumberFor::<T>::from(block),
    );
    hash.copy_from_slice(found.as_ref());
    hash
}

pub(super) fn proof<T: Config>(
    worker: &WorkerId,
    statement: &Statement<T::AccountId>,
) -> WorkerProof {
    let recent_block = Pallet::<T>::now().saturating_sub(1);
    prove(
        worker,
        &hash_at::<T>(0),
        (recent_block, &hash_at::<T>(recent_block)),
        statement,
    )
    .expect("the key is in the keystore")
}

/// The commitment in benchmarks in which nothing is revealed.
pub(super) const COMMITMENT: Hash = [1; 32];

/// The proof for a commit to [`COMMITMENT`].
pub(super) fn proof_of_commit<T: Config>(
    assignment: AssignmentId,
    worker: &WorkerId,
) -> WorkerProof {
    let statement = Statement::Commit {
        assignment,
        commitment: COMMITMENT,
    };
    proof::<T>(worker, &statement)
}

/// The proof for the reveal of the root that all have computed.
pub(super) fn proof_of_reveal<T: Config>(
    assignment: AssignmentId,
    worker: &WorkerId,
) -> WorkerProof {
    let statement = Statement::Reveal {
        assignment,
        opening: opening(3),
    };
    proof::<T>(worker, &statement)
}

pub(super) fn on_from<T: Config>(block: BlockNumber) {
    let next = Pallet::<T>::now().saturating_add(block);
    T::BenchmarkHelper::set_block(next);
}

/// `work` assignments of replicas, and none of jurors.
pub(super) fn of_work(work: u32) -> Numbers {
    Numbers { work, jurors: 0 }
}
