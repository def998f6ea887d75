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

/// What benchmarks need of the other pallets.
pub trait BenchmarkHelper<AccountId> {
    /// The `seed`-th provider, with plenty of stake, and an online device of it that fits any
    /// task; and its worker key, which is in the keystore.
    fn device(seed: u32) -> (DeviceId, WorkerId);

    /// Does what a match does with the device beside giving it the task: it has no free slot any more, and is
    /// not to be found.
    fn matched(device: DeviceId);

    /// Has a device that is matched stand in the order book where it does not belong any more, alone, while a task is
    /// parked: to list it is as much work as it can be but for further pages and links.
    fn misplaced(device: DeviceId);

    /// Does not count what matching writes once in a block, whoever submits a task in it.
    fn share_queue();

    /// Has a task wait for devices among others, because none fits: nobody else has as much to put right when it does not wait
    /// any more.
    fn parked(task: TaskId);

    /// Moves the chain on to a block, without running any hook.
    fn set_block(block: BlockNumber);

    /// Moves it on to where the seed for an anchor is there, which takes as long a search as there can be.
    fn bring_seed(anchor: BlockNumber);

    /// Has whoever decides disputes want the trace of a task's result.
    fn ask_for_trace(task: TaskId);

    /// Has a dispute about the task want the work of its jury, of which who has voted so is right.
    fn ask_for_work(task: TaskId, vote: Vote);

    /// Has whoever decides disputes remember one about a task, which is over.
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

/// Whoever submits tasks, where it signs nothing: what is done to its account counts.
pub(super) fn requester<T: Config>() -> T::AccountId {
    funded::<T>(account("requester", 0, 0))
}

/// The same where it signs the call, and pays for its account.
pub(super) fn signer<T: Config>() -> T::AccountId {
    funded::<T>(whitelisted_caller())
}

fn funded<T: Config>(requester: T::AccountId) -> T::AccountId {
    let funds = T::MinBudget::get().saturating_mul(100_000_000);
    T::NativeBalance::set_balance(&requester, funds);
    T::NativeBalance::set_balance(&T::FeeDestination::get(), funds);
    // Auditors are paid by both.
    let little = T::NativeBalance::minimum_balance().saturating_mul(2);
    T::NativeBalance::set_balance(&T::AuditPot::get(), little);
    requester
}

/// Two auditors have earned something that was not in the pot, and is there now: the next who is paid or pays has them paid.
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

/// What [`opening`] of root 3 is expected to be.
pub(super) fn expected() -> Verification {
    Verification::Expected {
        root_hash: expected_root_hash(&opening(3).result_root),
    }
}

/// A queued task for class `int` that needs this computing power for a minute and pays asks up to
/// 1,000 AICP per TFLOPS-hour. For other pallets' benchmarks.
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
        // Matching takes a task out of its queue when it has all its devices.
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

/// As many replicas as there can be.
pub(super) const ALL: u32 = *REPLICAS.end() as u32;

/// Most assignments of a task's replicas.
pub(super) const MOST: u32 = 15;

/// A sealed task with all replicas, which all have to agree. `n` providers have reported faults of it, too
/// few the same to confirm it; its seats wait for devices.
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

/// Such a task of which `n` providers have failed, with these faults in turn.
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

/// All seats of such a task have a provider, after `n` assignments in all.
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

/// Does not count the slots of the agenda into which everything that happens in a block puts its deadlines: what a block
/// begins with pays for them.
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

/// As if the free stake of its provider had changed since the match.
pub(super) fn misplaced<T: Config>(id: AssignmentId) {
    let assignment = Assignments::<T>::get(id).expect("it is there");
    T::BenchmarkHelper::misplaced(assignment.device);
}

/// Misplaced are all that have something locked for a task.
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

/// All replicas have committed; whether they are audited is not decided yet.
pub(super) fn all_committed<T: Config>(requester: &T::AccountId, n: u32) -> Vec<Worker> {
    let all = all_running::<T>(requester, n);
    all.iter().for_each(|(id, _)| commit::<T>(*id));
    all
}

/// As if it had been drawn that they are not audited.
pub(super) fn spare_audit<T: Config>(id: TaskId) {
    set_audit::<T>(id, AuditState::NotDrawn);
    Pallet::<T>::advance(id, task::<T>(id), Refunded::NoQuorum).expect("all have committed");
}

fn set_audit<T: Config>(id: TaskId, state: AuditState) {
    Audits::<T>::mutate(id, |audit| {
        audit.as_mut().expect("all have committed").state = state;
    });
}

/// As if it had been drawn that they are, and by whom: the auditor that runs the task.
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

/// All have revealed the same but the last auditor.
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

/// All have committed, and all but the last have revealed.
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

/// As if a seat had had all its attempts, so that its failure ends the task.
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

/// A task in `optimistic` whose result waits, after `n` assignments: all but the last reported another
/// fault of it.
pub(super) fn verifying<T: Config>(requester: &T::AccountId, n: u32) -> Worker {
    let last = running::<T>(requester, n, optimistic::<T>());
    commit::<T>(last.0);
    let auditor = auditor_running::<T>(last.0.task).0;
    commit::<T>(auditor);
    Pallet::<T>::do_reveal_result(last.0, opening(3)).expect("it is the opening");
    Pallet::<T>::do_reveal_result(auditor, opening(3)).expect("it is the opening");
    last
}

/// The only assignment that a task has had, whose result can be accepted, and which nobody audits.
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

/// A settled assignment whose result can be fetched, and the requester of its task, for the benchmarks of
/// others.
pub fn settled_assignment<T: Config>() -> (AssignmentId, T::AccountId) {
    let requester = signer::<T>();
    (all_settled::<T>(&requester, MOST).0, requester)
}

/// Opens the data of a task to all. For other pallets' benchmarks.
pub fn make_public<T: Config>(id: TaskId) {
    Tasks::<T>::mutate_extant(id, |task| task.submission.privacy = Privacy::Public);
}

/// A revealed result with as long a trace as there can be, which is wanted, and what opens it.
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

/// Jurors on as many seats as there can be, who have all voted the same, and whose work is wanted: one of
/// them, and the trace root that they have all committed to.
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

/// What benchmarks commit to, where nothing is revealed.
pub(super) const COMMITMENT: Hash = [1; 32];

/// The proof of whoever commits to that.
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

/// The proof of whoever reveals the root that all have come to.
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

/// So many assignments of replicas, and none of jurors.
pub(super) fn of_work(work: u32) -> Numbers {
    Numbers { work, jurors: 0 }
}
