//! The providers and requesters of the journeys.

use aicpw_primitives::worker_key::WorkerProof;
use aicpw_protocol::{
    commitment::{juror_trace_salt, result_commitment, trace_commitment, ResultOpening},
    device::{ClassSet, DeviceKind, DeviceSpec, Reputation},
    merkle::result_root,
    task::{
        AssignmentStatus, DeterminismClass, Engine, FailureMessage, Fault, Needs, Privacy,
        Submission, TaskStatus, Verification,
    },
    view::{AuditState, TaskView},
    worker::Statement,
    AskPrice, AssignmentId, Balance, ContentId, DeviceId, Gflops, Hash, Mebibytes,
    MegabitsPerSecond, Milliseconds, TaskId,
};
use aicpw_runtime::{
    configs::market::HeartbeatPeriod,
    units::{MILLI, UNIT},
    AccountId, Runtime, Tasks,
};
use pallet_provider_staking::{Challenges, DevicesOf};
use sp_core::{sr25519, Pair};
use sp_keyring::Sr25519Keyring;
use sp_runtime::Perbill;

use crate::chain::{Chain, Key};

/// The output of a job that was computed correctly.
pub const OUTPUT: &[u8] = b"the output of the job";

pub fn cid(seed: u8) -> ContentId {
    let mut bytes = vec![1, 0x55, 0x12, 32];
    bytes.extend([seed; 32]);
    ContentId::from_bytes(bytes).unwrap()
}

/// The trace root of everybody that runs a job.
pub const WORK: Hash = [9; 32];

/// A provider with one device and its worker.
pub struct Provider {
    pub key: Key,
    pub worker: sr25519::Pair,
}

impl Provider {
    /// Registers with 1,000 AICP and one device of 100 GFLOPS at this ask, and goes online.
    pub fn join(chain: &mut Chain, key: impl Into<Key>, ask: Balance) -> Self {
        let key = key.into();
        let worker = sr25519::Pair::from_seed(&[key.number() + 1; 32]);
        let provider = Self { key, worker };
        let statement = Statement::Join {
            provider: provider.account(),
        };
        let proof = chain.proof(&provider.worker, &statement);
        let register = pallet_provider_staking::Call::register_provider {
            stake: 1_000 * UNIT,
            worker: provider.worker.public().into(),
            sealing_key: [key.number() + 1; 32],
            peers: Default::default(),
            proof,
        };
        chain.sign(key, register).unwrap();
        let device = pallet_provider_staking::Call::register_device {
            spec: device([key.number(); 32]),
            ask: AskPrice(ask),
            slots: 1,
        };
        chain.sign(key, device).unwrap();
        // A test cannot compute what a device of this speed would; see `conformance.rs`.
        chain.read(|| {
            for device in DevicesOf::<Runtime>::get(provider.account()) {
                Challenges::<Runtime>::remove(device);
            }
        });
        provider.beat(chain);
        provider
    }

    pub fn account(&self) -> AccountId {
        self.key.to_account_id()
    }

    /// Sends a heartbeat for this period.
    pub fn beat(&self, chain: &mut Chain) {
        let call = self.beat_call(chain);
        chain.work(call);
    }

    pub fn beat_call(&self, chain: &mut Chain) -> pallet_provider_staking::Call<Runtime> {
        // The call is in the next block.
        let period = (chain.height() + 1) / HeartbeatPeriod::get();
        let provider = self.account();
        let statement = Statement::Heartbeat {
            provider: provider.clone(),
            period,
        };
        let proof = chain.proof(&self.worker, &statement);
        pallet_provider_staking::Call::heartbeat {
            provider,
            period,
            proof,
        }
    }

    /// Returns the id of its device.
    pub fn device(&self, chain: &mut Chain) -> DeviceId {
        chain.read(|| DevicesOf::<Runtime>::get(self.account())[0])
    }

    pub fn prove(&self, chain: &mut Chain, statement: Statement<AccountId>) -> WorkerProof {
        chain.proof(&self.worker, &statement)
    }

    pub fn start(&self, chain: &mut Chain, assignment: AssignmentId) {
        let call = self.start_call(chain, assignment);
        chain.work(call);
    }

    pub fn start_call(
        &self,
        chain: &mut Chain,
        assignment: AssignmentId,
    ) -> pallet_tasks::Call<Runtime> {
        let proof = self.prove(chain, Statement::Start { assignment });
        pallet_tasks::Call::start { assignment, proof }
    }

    /// Returns what it would reveal for this output.
    pub fn opening(&self, assignment: AssignmentId, output: &[u8]) -> ResultOpening {
        self.opening_of(assignment, output, &WORK)
    }

    /// Returns what it would reveal for this output if the job had this trace root. Everybody uses the salt of jurors.
    pub fn opening_of(
        &self,
        assignment: AssignmentId,
        output: &[u8],
        trace_root: &Hash,
    ) -> ResultOpening {
        let trace_salt = juror_trace_salt(&self.account(), assignment);
        ResultOpening {
            salt: [7; 32],
            result_root: result_root(output),
            trace_commitment: trace_commitment(&trace_salt, trace_root),
            result: cid(9),
        }
    }

    /// Commits to an opening of its own.
    pub fn commit_opening(
        &self,
        chain: &mut Chain,
        assignment: AssignmentId,
        opening: &ResultOpening,
    ) {
        let commitment = result_commitment(&self.account(), assignment, opening);
        self.commit_to(chain, assignment, commitment);
    }

    /// Returns the call with which it shows its work as a juror, which may be refused.
    pub fn show_call(
        &self,
        chain: &mut Chain,
        assignment: AssignmentId,
        trace_root: Hash,
    ) -> pallet_tasks::Call<Runtime> {
        let statement = Statement::ShowWork {
            assignment,
            trace_root,
        };
        let proof = self.prove(chain, statement);
        pallet_tasks::Call::show_work {
            assignment,
            trace_root,
            proof,
        }
    }

    /// Returns what it reveals as a juror of an unavailable claim that has found this digest.
    pub fn found(&self, assignment: AssignmentId, found: Hash) -> ResultOpening {
        ResultOpening {
            result_root: found,
            ..self.opening(assignment, OUTPUT)
        }
    }

    pub fn commit(&self, chain: &mut Chain, assignment: AssignmentId, output: &[u8]) {
        let call = self.commit_call(chain, assignment, self.commitment(assignment, output));
        chain.work(call);
    }

    /// Returns what it commits to for this output.
    pub fn commitment(&self, assignment: AssignmentId, output: &[u8]) -> Hash {
        result_commitment(
            &self.account(),
            assignment,
            &self.opening(assignment, output),
        )
    }

    /// Commits to any hash, even one that is not of its own result.
    pub fn commit_to(&self, chain: &mut Chain, assignment: AssignmentId, commitment: Hash) {
        let call = self.commit_call(chain, assignment, commitment);
        chain.work(call);
    }

    pub fn commit_call(
        &self,
        chain: &mut Chain,
        assignment: AssignmentId,
        commitment: Hash,
    ) -> pallet_tasks::Call<Runtime> {
        let proof = self.prove(
            chain,
            Statement::Commit {
                assignment,
                commitment,
            },
        );
        pallet_tasks::Call::commit_result {
            assignment,
            commitment,
            proof,
        }
    }

    /// Reveals this output. If the audit of the task is still undecided, it is decided first that there is none.
    pub fn reveal(&self, chain: &mut Chain, assignment: AssignmentId, output: &[u8]) {
        let audit = task(chain, assignment.task).audit;
        if audit.is_some_and(|audit| audit.state == AuditState::Undecided) {
            decide_audit(chain, assignment.task, false);
        }
        let call = self.reveal_call(chain, assignment, output);
        chain.work(call);
    }

    /// Returns the call with which it reveals, which may be refused.
    pub fn reveal_call(
        &self,
        chain: &mut Chain,
        assignment: AssignmentId,
        output: &[u8],
    ) -> pallet_tasks::Call<Runtime> {
        let opening = self.opening(assignment, output);
        self.open_call(chain, assignment, opening)
    }

    /// Returns the same call for any opening.
    pub fn open_call(
        &self,
        chain: &mut Chain,
        assignment: AssignmentId,
        opening: ResultOpening,
    ) -> pallet_tasks::Call<Runtime> {
        let statement = Statement::Reveal {
            assignment,
            opening: opening.clone(),
        };
        let proof = self.prove(chain, statement);
        pallet_tasks::Call::reveal_result {
            assignment,
            opening,
            proof,
        }
    }

    /// Reports that it cannot run the job.
    pub fn fail(&self, chain: &mut Chain, assignment: AssignmentId, fault: Fault) {
        let (log, message) = (None, FailureMessage::default());
        let statement = Statement::Fail {
            assignment,
            fault,
            log: log.clone(),
            message: message.clone(),
        };
        let proof = self.prove(chain, statement);
        chain.work(pallet_tasks::Call::fail {
            assignment,
            fault,
            log,
            message,
            proof,
        });
    }

    /// Starts, commits and reveals.
    pub fn run(&self, chain: &mut Chain, assignment: AssignmentId, output: &[u8]) {
        self.start(chain, assignment);
        self.commit(chain, assignment, output);
        self.reveal(chain, assignment, output);
    }
}

/// Returns what [`submission`] costs besides its budget if a life costs `life`: within its minute it may report
/// progress 21 times.
pub fn fee_with(life: Balance) -> Balance {
    aicpw_protocol::progress::submission_fee(life, 21, 1)
}

/// Returns the spec of a device with 100 GFLOPS and all classes.
pub fn device(fingerprint: Hash) -> DeviceSpec {
    DeviceSpec {
        kind: DeviceKind::Gpu,
        engine: Engine::OpenCl,
        name: b"test device".to_vec().try_into().unwrap(),
        fingerprint,
        classes: ClassSet {
            int: true,
            fp32_strict: true,
            device: true,
        },
        gflops: Gflops(100),
        memory: Mebibytes(4_096),
        bandwidth: MegabitsPerSecond(100),
    }
}

/// Returns a submission of 10 GFLOPS for a minute, for at most 1 AICP.
pub fn submission(verification: Verification) -> Submission {
    Submission {
        manifest: cid(1),
        needs: Needs {
            engine: Engine::OpenCl,
            class: DeterminismClass::Int,
            gflops: Gflops(10),
            memory: Mebibytes(64),
            bandwidth: MegabitsPerSecond(0),
            min_reputation: Reputation(0),
        },
        time_limit: Milliseconds(60_000),
        budget: UNIT,
        match_window: Milliseconds(60_000),
        verification,
        privacy: Privacy::Public,
        peers: Default::default(),
    }
}

/// The judged price of [`submission`] for a single provider: half of its budget, which is far more than its price.
pub const JUDGED: Balance = UNIT / 2;

/// Optimistic verification with ten seconds to look at the result.
pub const OPTIMISTIC: Verification = Verification::Optimistic {
    window: Milliseconds(10_000),
};

/// Returns the mode in which only [`OUTPUT`] is right.
pub fn expecting_output() -> Verification {
    let root_hash = aicpw_protocol::commitment::expected_root_hash(&result_root(OUTPUT));
    Verification::Expected { root_hash }
}

/// Returns an ask of this many thousandths of an AICP per TFLOPS-hour.
pub fn ask(thousandths: u32) -> Balance {
    Balance::from(thousandths) * MILLI
}

/// Submits and returns the task's id.
pub fn submit(chain: &mut Chain, who: Sr25519Keyring, submission: Submission) -> TaskId {
    let id = chain.read(|| TaskId(Tasks::history_head().length));
    chain
        .sign(who, pallet_tasks::Call::submit { submission })
        .unwrap();
    id
}

pub fn task(chain: &mut Chain, id: TaskId) -> TaskView<AccountId> {
    chain.read(|| Tasks::task_view(id)).unwrap()
}

/// Decides whether the results of a task are audited, by a draw whose outcome is certain.
pub fn decide_audit(chain: &mut Chain, id: TaskId, is_audited: bool) {
    let rate = if is_audited {
        Perbill::one()
    } else {
        Perbill::zero()
    };
    chain.read(|| {
        pallet_tasks::Audits::<Runtime>::mutate(id, |audit| audit.as_mut().unwrap().rate = rate);
    });
    let had_outputs = chain.set_outputs(true);
    let last = chain.height() + 40;
    while task(chain, id).audit.unwrap().state == AuditState::Undecided {
        assert!(chain.height() < last, "the audit is not decided");
        chain.block(Vec::new());
    }
    chain.set_outputs(had_outputs);
    let expected = if is_audited {
        AuditState::Drawn
    } else {
        AuditState::NotDrawn
    };
    assert_eq!(task(chain, id).audit.unwrap().state, expected);
}

/// Returns the open assignment of an active task.
pub fn assignment(chain: &mut Chain, id: TaskId) -> AssignmentId {
    let view = task(chain, id);
    assert_eq!(view.status, TaskStatus::Active, "{view:?}");
    let last = view.assignments.last().unwrap();
    assert!(
        matches!(last.status, AssignmentStatus::Assigned { .. }),
        "{last:?}"
    );
    last.id
}
