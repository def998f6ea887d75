//! Benchmarks of calls, authorisations and the steps of the agenda, at their worst.

use aicpw_primitives::{
    traits::{Contested, DevicePool, JurorTerms, MatchQueue, TaskBoard},
    worker_key::{prove, WorkerId, WorkerProof},
};
use aicpw_protocol::{
    commitment::{result_commitment, ResultOpening},
    content::MAX_PEER_ADDRESS_BYTES,
    device::Reputation,
    sealing::Envelope,
    task::{
        AssignmentStatus, DeterminismClass, Engine, FailureMessage, Fault, Needs, Privacy,
        Progress, Submission, TaskStatus, Verification, MAX_PEER_ADDRESSES, REPLICAS,
    },
    units::AICP,
    verdict::Vote,
    worker::Statement,
    AskPrice, AssignmentId, BlockNumber, ContentId, DeviceId, Gflops, Mebibytes, MegabitsPerSecond,
    Milliseconds, TaskId,
};
use alloc::{vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{fungible::Mutate, Authorize, Get},
    BoundedVec,
};
use frame_system::RawOrigin;
use sp_runtime::transaction_validity::TransactionSource;

use crate::{
    pallet::*,
    types::{Deadline, SeatState, Task},
};

/// What benchmarks need of the other pallets.
pub trait BenchmarkHelper<AccountId> {
    /// The `seed`-th provider, with plenty of stake, and an online device of it that fits any
    /// task; and its worker key, which is in the keystore.
    fn device(seed: u32) -> (DeviceId, WorkerId);

    /// Moves the chain on to a block, without running any hook.
    fn set_block(block: BlockNumber);
}

type Worker = (AssignmentId, WorkerId);

fn cid() -> ContentId {
    let mut bytes = vec![1, 0x70, 0x12, 60];
    bytes.extend([7; 60]);
    ContentId::from_bytes(bytes).expect("as long as it says; qed")
}

fn opening(root: u8) -> ResultOpening {
    ResultOpening {
        salt: [1; 32],
        result_root: [root; 32],
        trace_commitment: [2; 32],
        result: cid(),
    }
}

fn submission<T: Config>() -> Submission {
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
        verification: Verification::Optimistic {
            window: Milliseconds(T::MaxOptimisticWindow::get()),
        },
        privacy: Privacy::Sealed {
            key_commitment: [4; 32],
        },
        peers: vec![address; MAX_PEER_ADDRESSES as usize]
            .try_into()
            .expect("as many as there may be; qed"),
    }
}

fn requester<T: Config>() -> T::AccountId {
    let requester: T::AccountId = whitelisted_caller();
    let funds = T::MinBudget::get().saturating_mul(100_000_000);
    T::NativeBalance::set_balance(&requester, funds);
    T::NativeBalance::set_balance(&T::FeeDestination::get(), funds);
    requester
}

fn submitted<T: Config>(requester: &T::AccountId) -> TaskId {
    let id = TaskId(Submissions::<T>::get().length);
    Pallet::<T>::do_submit(requester.clone(), submission::<T>()).expect("all fields are right");
    id
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

fn assigned<T: Config>(id: TaskId, seed: u32) -> Worker {
    let (device, worker) = T::BenchmarkHelper::device(seed);
    let offer = T::DevicePool::offer(device).expect("the device is online");
    let now = Pallet::<T>::now();
    let seat = task::<T>(id).vacant(now).expect("it wants a device").0;
    let wants_more = Pallet::<T>::assign(id, device, &offer).expect("the device fits");
    if !wants_more {
        // Matching takes a task out of its queue when it has all its devices.
        T::MatchQueue::forget(id);
    }
    let task = task::<T>(id);
    (task.newest(id, seat).expect("it was assigned"), worker)
}

fn envelope<T: Config>(id: AssignmentId) -> Envelope {
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
fn granted<T: Config>(id: TaskId, seed: u32) -> Worker {
    let assigned = assigned::<T>(id, seed);
    let requester = task::<T>(id).requester;
    Pallet::<T>::do_grant_key(&requester, assigned.0, envelope::<T>(assigned.0))
        .expect("it waits for a key");
    assigned
}

fn task<T: Config>(id: TaskId) -> Task<T::AccountId> {
    Tasks::<T>::get(id).expect("it was submitted")
}

/// As many replicas as there can be.
const ALL: u32 = *REPLICAS.end() as u32;

/// Most assignments of a task, without the further replica that a task whose replicas agree has not.
const MOST: u32 = 15;

/// A sealed task with all replicas, which all have to agree. `n` providers have reported faults of it, too
/// few the same to confirm it; its seats wait for devices.
fn blamed<T: Config>(requester: &T::AccountId, n: u32) -> TaskId {
    let id = TaskId(Submissions::<T>::get().length);
    let submission = Submission {
        verification: Verification::Replicated {
            replicas: *REPLICAS.end(),
            quorum: *REPLICAS.end(),
        },
        ..submission::<T>()
    };
    Pallet::<T>::do_submit(requester.clone(), submission).expect("all fields are right");
    let faults = [
        Fault::BadKey,
        Fault::InputUnavailable,
        Fault::BadManifest,
        Fault::BuildFailed,
        Fault::RunFailed,
        Fault::TimeLimit,
    ];
    // Two rounds, so that each seat has an attempt left.
    let mut faults = faults.into_iter().cycle();
    for seeds in [0..n.min(ALL), ALL..n.max(ALL)] {
        let round: Vec<_> = seeds.map(|seed| granted::<T>(id, seed).0).collect();
        for (assignment, fault) in round.into_iter().zip(&mut faults) {
            Pallet::<T>::do_fail(assignment, fault, Some(cid()), message()).expect("it is open");
        }
    }
    id
}

/// All seats of such a task have a provider, after `n` assignments in all.
fn all_assigned<T: Config>(requester: &T::AccountId, n: u32) -> Vec<Worker> {
    let id = blamed::<T>(requester, n.saturating_sub(ALL));
    (0..ALL)
        .map(|seat| granted::<T>(id, 1_000 + seat))
        .collect()
}

fn all_running<T: Config>(requester: &T::AccountId, n: u32) -> Vec<Worker> {
    let all = all_assigned::<T>(requester, n);
    for (assignment, _) in &all {
        Pallet::<T>::do_start(*assignment).expect("it is assigned");
    }
    all
}

fn commit<T: Config>(id: AssignmentId) {
    let provider = Assignments::<T>::get(id).expect("it is there").provider;
    let commitment = result_commitment(&provider, id, &opening(3));
    Pallet::<T>::do_commit_result(id, commitment).expect("it runs");
}

/// All have committed, and all but the last have revealed.
fn all_but_one_revealed<T: Config>(requester: &T::AccountId, n: u32) -> Worker {
    let mut all = all_running::<T>(requester, n);
    all.iter().for_each(|(id, _)| commit::<T>(*id));
    let last = all.pop().expect("there are several");
    for (id, _) in all {
        Pallet::<T>::do_reveal_result(id, opening(3)).expect("it is the opening");
    }
    last
}

fn all_settled<T: Config>(requester: &T::AccountId, n: u32) -> Worker {
    let last = all_but_one_revealed::<T>(requester, n);
    Pallet::<T>::do_reveal_result(last.0, opening(3)).expect("it is the opening");
    last
}

/// As if a seat had had all its attempts, so that its failure ends the task.
fn no_attempt_left<T: Config>(id: AssignmentId) {
    Tasks::<T>::mutate(id.task, |task| {
        let seat = task.as_mut().and_then(|task| task.seat_mut(id.replica));
        seat.expect("it is there").begun = T::MaxAttempts::get();
    });
}

fn message() -> FailureMessage {
    BoundedVec::truncate_from(vec![b'x'; 256])
}

/// A task in `optimistic` whose result waits, after `n` assignments: all but the last reported another
/// fault of it.
fn verifying<T: Config>(requester: &T::AccountId, n: u32) -> Worker {
    let id = submitted::<T>(requester);
    let faults = [Fault::BadKey, Fault::InputUnavailable, Fault::BuildFailed];
    for (seed, fault) in (1..n).zip(faults) {
        let (assignment, _) = granted::<T>(id, seed);
        Pallet::<T>::do_fail(assignment, fault, Some(cid()), message()).expect("it is open");
    }
    let last = granted::<T>(id, n);
    Pallet::<T>::do_start(last.0).expect("it is assigned");
    commit::<T>(last.0);
    Pallet::<T>::do_reveal_result(last.0, opening(3)).expect("it is the opening");
    last
}

/// A task whose result can be disputed by its requester. For other pallets' benchmarks.
pub fn verifying_task<T: Config>() -> (TaskId, T::AccountId) {
    let requester = requester::<T>();
    (verifying::<T>(&requester, 1).0.task, requester)
}

fn hash_at<T: Config>(block: BlockNumber) -> [u8; 32] {
    let mut hash = [0; 32];
    let found = frame_system::Pallet::<T>::block_hash(
        frame_system::pallet_prelude::BlockNumberFor::<T>::from(block),
    );
    hash.copy_from_slice(found.as_ref());
    hash
}

fn proof<T: Config>(worker: &WorkerId, statement: &Statement<T::AccountId>) -> WorkerProof {
    let recent_block = Pallet::<T>::now().saturating_sub(1);
    prove(
        worker,
        &hash_at::<T>(0),
        (recent_block, &hash_at::<T>(recent_block)),
        statement,
    )
    .expect("the key is in the keystore")
}

fn on_from<T: Config>(block: BlockNumber) {
    let next = Pallet::<T>::now().saturating_add(block);
    T::BenchmarkHelper::set_block(next);
}

#[benchmarks(where <T as frame_system::Config>::RuntimeCall: From<Call<T>>)]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn submit() {
        let requester = requester::<T>();
        #[extrinsic_call]
        _(RawOrigin::Signed(requester), submission::<T>());
        assert_eq!(Submissions::<T>::get().length, 1);
    }

    #[benchmark]
    fn cancel(n: Linear<0, { MOST - ALL }>) {
        let requester = requester::<T>();
        let id = blamed::<T>(&requester, n);
        #[extrinsic_call]
        _(RawOrigin::Signed(requester), id);
        assert!(matches!(task::<T>(id).status, TaskStatus::Cancelled { .. }));
    }

    #[benchmark]
    fn accept(n: Linear<1, 3>) {
        let requester = requester::<T>();
        let (last, _) = verifying::<T>(&requester, n);
        #[extrinsic_call]
        _(RawOrigin::Signed(requester), last.task);
        assert!(matches!(
            task::<T>(last.task).status,
            TaskStatus::Settled { .. }
        ));
    }

    #[benchmark]
    fn rate(n: Linear<ALL, MOST>) {
        let requester = requester::<T>();
        let (last, _) = all_settled::<T>(&requester, n);
        #[extrinsic_call]
        _(RawOrigin::Signed(requester), last.task, 5);
        assert_eq!(task::<T>(last.task).rating, Some(5));
    }

    #[benchmark]
    fn grant_key() {
        let requester = requester::<T>();
        let (assignment, _) = assigned::<T>(submitted::<T>(&requester), 1);
        let envelope = envelope::<T>(assignment);
        #[extrinsic_call]
        _(RawOrigin::Signed(requester), assignment, envelope);
        assert!(Envelopes::<T>::contains_key(assignment));
    }

    #[benchmark]
    fn start() {
        let (last, worker) = all_assigned::<T>(&requester::<T>(), MOST).remove(0);
        let proof = proof::<T>(&worker, &Statement::Start { assignment: last });
        #[extrinsic_call]
        _(RawOrigin::Authorized, last, proof);
    }

    #[benchmark]
    fn report_progress() {
        let (last, worker) = all_running::<T>(&requester::<T>(), MOST).remove(0);
        let progress = Progress {
            steps_done: 1,
            steps_total: 2,
        };
        let statement = Statement::Progress {
            assignment: last,
            progress,
        };
        let proof = proof::<T>(&worker, &statement);
        #[extrinsic_call]
        _(RawOrigin::Authorized, last, progress, proof);
    }

    /// The last of all commits: opens the reveals.
    #[benchmark]
    fn commit_result(n: Linear<ALL, MOST>) {
        let mut all = all_running::<T>(&requester::<T>(), n);
        let (last, worker) = all.pop().expect("there are several");
        all.iter().for_each(|(id, _)| commit::<T>(*id));
        let commitment = [1; 32];
        let statement = Statement::Commit {
            assignment: last,
            commitment,
        };
        let proof = proof::<T>(&worker, &statement);
        #[extrinsic_call]
        _(RawOrigin::Authorized, last, commitment, proof);
        let first = Assignments::<T>::get(all[0].0).map(|one| one.status);
        assert!(matches!(
            first,
            Some(AssignmentStatus::Committed {
                reveal_by: Some(_),
                ..
            })
        ));
    }

    /// The deciding reveal: pays all replicas, and takes the locks of all who said that it cannot be done.
    #[benchmark]
    fn reveal_result(n: Linear<ALL, MOST>) {
        let (last, worker) = all_but_one_revealed::<T>(&requester::<T>(), n);
        let statement = Statement::Reveal {
            assignment: last,
            opening: opening(3),
        };
        let proof = proof::<T>(&worker, &statement);
        #[extrinsic_call]
        _(RawOrigin::Authorized, last, opening(3), proof);
        assert!(matches!(
            task::<T>(last.task).status,
            TaskStatus::Settled { .. }
        ));
    }

    /// The last attempt at a seat: all others are cancelled.
    #[benchmark]
    fn fail(n: Linear<ALL, MOST>) {
        let (last, worker) = all_running::<T>(&requester::<T>(), n).remove(0);
        no_attempt_left::<T>(last);
        let statement = Statement::Fail {
            assignment: last,
            fault: Fault::Crashed,
            log: Some(cid()),
            message: message(),
        };
        let proof = proof::<T>(&worker, &statement);
        #[extrinsic_call]
        _(
            RawOrigin::Authorized,
            last,
            Fault::Crashed,
            Some(cid()),
            message(),
            proof,
        );
        assert!(matches!(
            task::<T>(last.task).status,
            TaskStatus::Refunded { .. }
        ));
    }

    fn authorized<T: Config>(call: Call<T>) -> Result<(), BenchmarkError>
    where
        <T as frame_system::Config>::RuntimeCall: From<Call<T>>,
    {
        let call: <T as frame_system::Config>::RuntimeCall = call.into();
        call.authorize(TransactionSource::InBlock)
            .ok_or("the call has no authorisation")?
            .map_err(|_| "the authorisation was refused")?;
        Ok(())
    }

    #[benchmark]
    fn authorize_start() -> Result<(), BenchmarkError> {
        let (assignment, worker) = all_assigned::<T>(&requester::<T>(), MOST).remove(0);
        let proof = proof::<T>(&worker, &Statement::Start { assignment });
        let call = Call::start { assignment, proof };
        #[block]
        {
            authorized::<T>(call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn authorize_report_progress() -> Result<(), BenchmarkError> {
        let (assignment, worker) = all_running::<T>(&requester::<T>(), MOST).remove(0);
        on_from::<T>(T::ProgressWindow::get());
        let progress = Progress {
            steps_done: 1,
            steps_total: 2,
        };
        let statement = Statement::Progress {
            assignment,
            progress,
        };
        let proof = proof::<T>(&worker, &statement);
        let call = Call::report_progress {
            assignment,
            progress,
            proof,
        };
        #[block]
        {
            authorized::<T>(call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn authorize_commit_result() -> Result<(), BenchmarkError> {
        let (assignment, worker) = all_running::<T>(&requester::<T>(), MOST).remove(0);
        let commitment = [1; 32];
        let statement = Statement::Commit {
            assignment,
            commitment,
        };
        let proof = proof::<T>(&worker, &statement);
        let call = Call::commit_result {
            assignment,
            commitment,
            proof,
        };
        #[block]
        {
            authorized::<T>(call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn authorize_reveal_result() -> Result<(), BenchmarkError> {
        let (assignment, worker) = all_but_one_revealed::<T>(&requester::<T>(), MOST);
        let opening = opening(3);
        let statement = Statement::Reveal {
            assignment,
            opening: opening.clone(),
        };
        let proof = proof::<T>(&worker, &statement);
        let call = Call::reveal_result {
            assignment,
            opening,
            proof,
        };
        #[block]
        {
            authorized::<T>(call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn authorize_fail() -> Result<(), BenchmarkError> {
        let (assignment, worker) = all_running::<T>(&requester::<T>(), MOST).remove(0);
        let (fault, log, message) = (Fault::Crashed, Some(cid()), message());
        let statement = Statement::Fail {
            assignment,
            fault,
            log: log.clone(),
            message: message.clone(),
        };
        let proof = proof::<T>(&worker, &statement);
        let call = Call::fail {
            assignment,
            fault,
            log,
            message,
            proof,
        };
        #[block]
        {
            authorized::<T>(call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn serve_slot() {
        // A page that was put aside, and a deadline that finds no weight left.
        let block = Pallet::<T>::now() + 1;
        for _ in 0..=T::PageCapacity::get() {
            Pallet::<T>::schedule(block, Deadline::Prune(TaskId(0)));
        }
        AgendaCursor::<T>::put(block);
        T::BenchmarkHelper::set_block(block);
        let only_the_slot = <T::WeightInfo as crate::WeightInfo>::serve_slot();
        #[block]
        {
            Pallet::<T>::serve_agenda(only_the_slot);
        }
    }

    /// One seat finds nobody: all others are cancelled.
    #[benchmark]
    fn serve_match(n: Linear<ALL, MOST>) {
        let requester = requester::<T>();
        let (last, _) = all_running::<T>(&requester, n).remove(0);
        Pallet::<T>::do_fail(last, Fault::Crashed, Some(cid()), message()).expect("it is open");
        let match_by = Pallet::<T>::now();
        Tasks::<T>::mutate(last.task, |task| {
            let task = task.as_mut().expect("it is there");
            for seat in task.seats.as_mut() {
                if let SeatState::Vacant { match_by: by } = &mut seat.state {
                    *by = match_by;
                }
            }
        });
        on_from::<T>(1);
        #[block]
        {
            Pallet::<T>::serve(match_by + 1, Deadline::Match(last.task));
        }
        assert!(matches!(
            task::<T>(last.task).status,
            TaskStatus::Refunded { .. }
        ));
    }

    /// The last attempt at a seat falls silent: all others are cancelled.
    #[benchmark]
    fn serve_assignment(n: Linear<ALL, MOST>) {
        let (last, _) = all_assigned::<T>(&requester::<T>(), n).remove(0);
        no_attempt_left::<T>(last);
        let assignment = Assignments::<T>::get(last).expect("it is there");
        let due = assignment.due;
        let deadline = assignment.deadline().expect("it has to start");
        T::BenchmarkHelper::set_block(deadline.saturating_add(1));
        #[block]
        {
            Pallet::<T>::serve(due, Deadline::Assignment(last));
        }
        assert!(matches!(
            task::<T>(last.task).status,
            TaskStatus::Refunded { .. }
        ));
    }

    #[benchmark]
    fn serve_settle(n: Linear<1, 3>) {
        let (last, _) = verifying::<T>(&requester::<T>(), n);
        let TaskStatus::Verifying { settle_at } = task::<T>(last.task).status else {
            panic!("its window is open")
        };
        T::BenchmarkHelper::set_block(settle_at);
        #[block]
        {
            Pallet::<T>::serve(settle_at, Deadline::Settle(last.task));
        }
        assert!(matches!(
            task::<T>(last.task).status,
            TaskStatus::Settled { .. }
        ));
    }

    /// Four jurors of a sealed task who were wrong, which is what a dispute closes in one step.
    #[benchmark]
    fn serve_dispute() -> Result<(), BenchmarkError> {
        let (id, _) = verifying_task::<T>();
        Pallet::<T>::contest(id, false)?;
        let terms = JurorTerms {
            pay: T::MinBudget::get(),
            lock: T::MinBudget::get(),
        };
        let first = Pallet::<T>::seat_jury(id, 4, terms, Default::default())?;
        let jurors: Vec<_> = (0..4)
            .map(|seed| granted::<T>(id, 2_000 + seed).0)
            .collect();
        for juror in &jurors {
            Pallet::<T>::do_start(*juror)?;
            commit::<T>(*juror);
        }
        for juror in &jurors {
            Pallet::<T>::do_reveal_result(*juror, opening(3))?;
        }
        #[block]
        {
            for seat in first..first + 4 {
                Pallet::<T>::close_juror(id, seat, Some(Vote::Root([9; 32])))?;
            }
        }
        assert!(jurors.iter().all(|id| Assignments::<T>::get(id)
            .is_some_and(|one| matches!(one.status, AssignmentStatus::Failed { .. }))));
        Ok(())
    }

    #[benchmark]
    fn serve_unlock() {
        let (last, _) = all_settled::<T>(&requester::<T>(), MOST);
        on_from::<T>(T::RetrievalWindow::get());
        #[block]
        {
            Pallet::<T>::serve(Pallet::<T>::now(), Deadline::Unlock(last));
        }
    }

    #[benchmark]
    fn serve_prune(n: Linear<ALL, MOST>) {
        let (last, _) = all_settled::<T>(&requester::<T>(), n);
        on_from::<T>(T::RetrievalWindow::get());
        let ids: Vec<_> = task::<T>(last.task).assignments(last.task).collect();
        for id in ids {
            Pallet::<T>::serve(Pallet::<T>::now(), Deadline::Unlock(id));
        }
        #[block]
        {
            Pallet::<T>::serve(Pallet::<T>::now(), Deadline::Prune(last.task));
        }
        assert!(!Tasks::<T>::contains_key(last.task));
    }

    impl_benchmark_test_suite!(
        Pallet,
        crate::mock::ExtBuilder::default().build_for_benchmarks(),
        crate::mock::Test
    );
}
