//! Benchmarks of calls, authorisations and the steps of the agenda, at their worst.

use aicpw_primitives::{
    traits::{DevicePool, MatchQueue, TaskBoard},
    worker_key::{prove, WorkerId, WorkerProof},
};
use aicpw_protocol::{
    commitment::{result_commitment, ResultOpening},
    content::MAX_PEER_ADDRESS_BYTES,
    device::Reputation,
    sealing::Envelope,
    task::{
        AssignmentStatus, DeterminismClass, Engine, FailureMessage, Fault, Needs, Privacy,
        Progress, Submission, TaskStatus, Verification, MAX_PEER_ADDRESSES,
    },
    units::AICP,
    worker::Statement,
    AskPrice, AssignmentId, BlockNumber, ContentId, DeviceId, Gflops, Mebibytes, MegabitsPerSecond,
    Milliseconds, TaskId,
};
use alloc::vec;
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{fungible::Mutate, Authorize, Get},
    BoundedVec,
};
use frame_system::RawOrigin;
use sp_runtime::transaction_validity::TransactionSource;

use crate::{
    pallet::*,
    types::{Deadline, Task},
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
    Pallet::<T>::assign(id, device, &offer).expect("the device fits");
    // Matching takes a task out of its queue when it has found a device.
    T::MatchQueue::forget(id);
    let task = task::<T>(id);
    (task.newest(id, 0).expect("it was assigned"), worker)
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

/// A task that all providers but the last reported faults of: each another one.
fn last_attempt<T: Config>(requester: &T::AccountId) -> Worker {
    let id = submitted::<T>(requester);
    let faults = [
        Fault::BadKey,
        Fault::InputUnavailable,
        Fault::BuildFailed,
        Fault::TimeLimit,
    ];
    let attempts = u32::from(T::MaxAttempts::get());
    for (seed, fault) in (1..attempts).zip(faults) {
        let (assignment, _) = granted::<T>(id, seed);
        Pallet::<T>::do_fail(assignment, fault, Some(cid()), message()).expect("it is open");
    }
    granted::<T>(id, attempts)
}

fn message() -> FailureMessage {
    BoundedVec::truncate_from(vec![b'x'; 256])
}

fn running<T: Config>(requester: &T::AccountId) -> Worker {
    let last = last_attempt::<T>(requester);
    Pallet::<T>::do_start(last.0).expect("it is assigned");
    last
}

fn committed<T: Config>(requester: &T::AccountId) -> Worker {
    let last = running::<T>(requester);
    let provider = Assignments::<T>::get(last.0).expect("it is there").provider;
    let commitment = result_commitment(&provider, last.0, &opening(3));
    Pallet::<T>::do_commit_result(last.0, commitment).expect("it runs");
    last
}

/// The result of a task in `expected`, whose reveal settles at once.
fn expected<T: Config>(requester: &T::AccountId) -> Worker {
    let last = committed::<T>(requester);
    Tasks::<T>::mutate(last.0.task, |task| {
        if let Some(task) = task {
            task.submission.verification = Verification::Expected {
                root_hash: aicpw_protocol::commitment::expected_root_hash(&[3; 32]),
            };
        }
    });
    last
}

fn verifying<T: Config>(requester: &T::AccountId) -> Worker {
    let last = committed::<T>(requester);
    Pallet::<T>::do_reveal_result(last.0, opening(3)).expect("it is the opening");
    last
}

fn settled<T: Config>(requester: &T::AccountId) -> Worker {
    let last = verifying::<T>(requester);
    Pallet::<T>::do_accept(requester, last.0.task).expect("its window is open");
    last
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
    fn cancel() {
        let requester = requester::<T>();
        let (last, _) = last_attempt::<T>(&requester);
        // As if this attempt had been none: all others are undecided, and the task waits.
        let match_by = Pallet::<T>::now() + 1;
        Tasks::<T>::mutate(last.task, |task| {
            if let Some(task) = task {
                task.status = TaskStatus::Queued { match_by };
            }
        });
        #[extrinsic_call]
        _(RawOrigin::Signed(requester), last.task);
        assert!(matches!(
            task::<T>(last.task).status,
            TaskStatus::Cancelled { .. }
        ));
    }

    #[benchmark]
    fn accept() {
        let requester = requester::<T>();
        let (last, _) = verifying::<T>(&requester);
        #[extrinsic_call]
        _(RawOrigin::Signed(requester), last.task);
        assert!(matches!(
            task::<T>(last.task).status,
            TaskStatus::Settled { .. }
        ));
    }

    #[benchmark]
    fn rate() {
        let requester = requester::<T>();
        let (last, _) = settled::<T>(&requester);
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
        let (last, worker) = last_attempt::<T>(&requester::<T>());
        let proof = proof::<T>(&worker, &Statement::Start { assignment: last });
        #[extrinsic_call]
        _(RawOrigin::Authorized, last, proof);
    }

    #[benchmark]
    fn report_progress() {
        let (last, worker) = running::<T>(&requester::<T>());
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

    #[benchmark]
    fn commit_result() {
        let (last, worker) = running::<T>(&requester::<T>());
        let commitment = [1; 32];
        let statement = Statement::Commit {
            assignment: last,
            commitment,
        };
        let proof = proof::<T>(&worker, &statement);
        #[extrinsic_call]
        _(RawOrigin::Authorized, last, commitment, proof);
    }

    #[benchmark]
    fn reveal_result() {
        let (last, worker) = expected::<T>(&requester::<T>());
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

    #[benchmark]
    fn fail() {
        let (last, worker) = running::<T>(&requester::<T>());
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
        let (assignment, worker) = last_attempt::<T>(&requester::<T>());
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
        let (assignment, worker) = running::<T>(&requester::<T>());
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
        let (assignment, worker) = running::<T>(&requester::<T>());
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
        let (assignment, worker) = committed::<T>(&requester::<T>());
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
        let (assignment, worker) = running::<T>(&requester::<T>());
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

    #[benchmark]
    fn serve_match() {
        let requester = requester::<T>();
        let (last, _) = last_attempt::<T>(&requester);
        let match_by = Pallet::<T>::now();
        Tasks::<T>::mutate(last.task, |task| {
            if let Some(task) = task {
                task.status = TaskStatus::Queued { match_by };
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

    #[benchmark]
    fn serve_assignment() {
        let (last, _) = last_attempt::<T>(&requester::<T>());
        let due = Assignments::<T>::get(last).expect("it is there").due;
        T::BenchmarkHelper::set_block(due);
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
    fn serve_settle() {
        let (last, _) = verifying::<T>(&requester::<T>());
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

    #[benchmark]
    fn serve_unlock() {
        let (last, _) = settled::<T>(&requester::<T>());
        on_from::<T>(T::RetrievalWindow::get());
        #[block]
        {
            Pallet::<T>::serve(Pallet::<T>::now(), Deadline::Unlock(last));
        }
    }

    #[benchmark]
    fn serve_prune() {
        let (last, _) = settled::<T>(&requester::<T>());
        on_from::<T>(T::RetrievalWindow::get());
        Pallet::<T>::serve(Pallet::<T>::now(), Deadline::Unlock(last));
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
