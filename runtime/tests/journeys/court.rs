//! A chain for disputes: with a liar, and with providers that can judge it.

use aicpw_protocol::{
    sealing::Envelope,
    task::{AssignmentStatus, Fault, Role, Submission, TaskStatus, Verification},
    verdict::{DisputeState, DisputeView, Outcome},
    view::{AssignmentView, AuditState},
    Balance, Milliseconds, TaskId,
};
use aicpw_runtime::{
    configs::market::HeartbeatPeriod, AccountId, Disputes, ProviderStaking, RuntimeCall,
};
use sp_keyring::Sr25519Keyring::{
    self, AliceStash, Bob, BobStash, Charlie, CharlieStash, Dave, DaveStash, Eve, Ferdie,
};

use crate::{
    chain::{Chain, Key},
    market::{ask, decide_audit, submission, submit, task, Provider, OPTIMISTIC, OUTPUT, WORK},
};

/// Two replicas that have to agree.
pub const TWO_OF_TWO: Verification = Verification::Replicated {
    replicas: 2,
    quorum: 2,
};

pub const LIE: &[u8] = b"what the liar says";

/// A chain with Bob, who is the cheapest provider, and seven others that can judge him.
pub struct Court {
    pub chain: Chain,
    pub liar: Provider,
    pub others: Vec<Provider>,
}

impl Court {
    pub fn new() -> Self {
        let mut chain = Chain::development();
        let liar = Provider::join(&mut chain, Bob, ask(300));
        let honest = [
            Dave,
            Eve,
            Ferdie,
            AliceStash,
            BobStash,
            CharlieStash,
            DaveStash,
        ];
        let others = honest
            .into_iter()
            .map(|key| Provider::join(&mut chain, key, ask(500)))
            .collect();
        Self {
            chain: chain.with_outputs(),
            liar,
            others,
        }
    }

    /// Returns a task for which the liar has revealed this output.
    pub fn revealed(&mut self, submission: Submission, output: &[u8]) -> TaskId {
        let id = submit(&mut self.chain, Charlie, submission);
        self.grant_keys(id);
        let first = task(&mut self.chain, id).assignments[0].id;
        self.liar.run(&mut self.chain, first, output);
        assert!(matches!(
            task(&mut self.chain, id).status,
            TaskStatus::Verifying { .. }
        ));
        id
    }

    pub fn dispute(&mut self, who: Sr25519Keyring, id: TaskId) {
        self.sign(who, pallet_disputes::Call::dispute { task: id });
        assert_eq!(task(&mut self.chain, id).status, TaskStatus::Disputed);
    }

    pub fn sign(&mut self, who: Sr25519Keyring, call: impl Into<RuntimeCall>) {
        self.chain.sign(who, call).unwrap();
    }

    pub fn view(&mut self, id: TaskId) -> DisputeView<AccountId> {
        self.chain.read(|| Disputes::dispute_view(id)).unwrap()
    }

    /// Grants every awaited key, as the requester's agent does.
    pub fn grant_keys(&mut self, id: TaskId) {
        for one in task(&mut self.chain, id).assignments {
            if let AssignmentStatus::AwaitingKey { recipient, .. } = one.status {
                let envelope = Envelope {
                    recipient,
                    encapsulated: [1; 32],
                    sealed_key: [2; 48],
                };
                let assignment = one.id;
                self.sign(
                    Charlie,
                    pallet_tasks::Call::grant_key {
                        assignment,
                        envelope,
                    },
                );
            }
        }
    }

    /// Makes a block, and sends heartbeats when they are due.
    pub fn block(&mut self) {
        self.chain.block(Vec::new());
        if self.chain.height().is_multiple_of(HeartbeatPeriod::get()) {
            self.beat();
        }
    }

    /// Everybody sends a heartbeat.
    pub fn beat(&mut self) {
        // The heartbeats take eight blocks, which must be in one period.
        let left = HeartbeatPeriod::get() - (self.chain.height() + 1) % HeartbeatPeriod::get();
        if left < 16 {
            self.chain.skip(left);
        }
        self.liar.beat(&mut self.chain);
        for other in &self.others {
            other.beat(&mut self.chain);
        }
    }

    /// Returns the index in `others` of the juror with this account.
    pub fn worker(&self, account: &AccountId) -> usize {
        self.others
            .iter()
            .position(|one| one.account() == *account)
            .expect("no party is drawn")
    }

    pub fn provider(&self, account: &AccountId) -> &Provider {
        &self.others[self.worker(account)]
    }

    pub fn start(&mut self, juror: &AssignmentView<AccountId>) {
        let worker = self.worker(&juror.provider);
        self.others[worker].start(&mut self.chain, juror.id);
    }

    pub fn reveal(&mut self, juror: &AssignmentView<AccountId>, output: &[u8]) {
        let worker = self.worker(&juror.provider);
        self.others[worker].reveal(&mut self.chain, juror.id, output);
    }

    pub fn jurors(&mut self, id: TaskId) -> Vec<AssignmentView<AccountId>> {
        let mut assignments = task(&mut self.chain, id).assignments;
        assignments.retain(|one| one.role == Role::Juror);
        assignments
    }

    /// Has the jurors work until their jury is done. `says` returns what each of them computes, or `None` if it does
    /// nothing.
    pub fn judge(&mut self, id: TaskId, says: impl Fn(usize) -> Option<&'static [u8]>) {
        for _ in 0..600 {
            if self.view(id).state != DisputeState::Judging {
                return;
            }
            self.grant_keys(id);
            for (number, juror) in self.jurors(id).into_iter().enumerate() {
                let Some(output) = says(number) else { continue };
                let worker = &self.others[self.worker(&juror.provider)];
                match juror.status {
                    AssignmentStatus::Assigned { .. } => {
                        worker.start(&mut self.chain, juror.id);
                        worker.commit(&mut self.chain, juror.id, output);
                    }
                    AssignmentStatus::Committed {
                        reveal_by: Some(_), ..
                    } => worker.reveal(&mut self.chain, juror.id, output),
                    _ => {}
                }
            }
            self.block();
        }
        panic!("the jury is not done: {:?}", self.view(id));
    }

    /// Has the jurors report that nobody serves them the inputs, until their jury is done.
    pub fn are_not_served(&mut self, id: TaskId) {
        for _ in 0..600 {
            if self.view(id).state != DisputeState::Judging {
                return;
            }
            for juror in self.jurors(id) {
                if matches!(juror.status, AssignmentStatus::Assigned { .. }) {
                    let worker = self.worker(&juror.provider);
                    self.others[worker].fail(&mut self.chain, juror.id, Fault::InputUnavailable);
                }
            }
            self.block();
        }
        panic!("the jury is not done: {:?}", self.view(id));
    }

    /// Returns a task of two providers that have to agree and do not: the cheapest, which lies, and one that is drawn.
    /// The chain calls the jury.
    pub fn without_majority(&mut self, of: Submission) -> TaskId {
        let of = Submission {
            time_limit: Milliseconds(60_000),
            ..of
        };
        let id = submit(&mut self.chain, Charlie, of);
        for _ in 0..600 {
            if task(&mut self.chain, id).status == TaskStatus::Disputed {
                return id;
            }
            self.grant_keys(id);
            let audit = task(&mut self.chain, id).audit;
            if audit.is_some_and(|audit| audit.state == AuditState::Undecided) {
                decide_audit(&mut self.chain, id, false);
            }
            let replicas = task(&mut self.chain, id).assignments;
            for (replica, output) in replicas.into_iter().zip([LIE, OUTPUT]) {
                let account = replica.provider;
                let worker = self.others.iter().find(|one| one.account() == account);
                let worker = worker.unwrap_or(&self.liar);
                match replica.status {
                    AssignmentStatus::Assigned { .. } => {
                        worker.start(&mut self.chain, replica.id);
                        worker.commit(&mut self.chain, replica.id, output);
                    }
                    AssignmentStatus::Committed {
                        reveal_by: Some(_), ..
                    } => worker.reveal(&mut self.chain, replica.id, output),
                    _ => {}
                }
            }
            self.block();
        }
        panic!("no jury is called: {:?}", task(&mut self.chain, id).status);
    }

    /// Waits until a window of a dispute ends and the next state begins.
    pub fn wait_out(&mut self, id: TaskId) {
        let before = self.view(id).state;
        let (DisputeState::Appealable { until, .. } | DisputeState::Showing { until, .. }) = before
        else {
            panic!("nothing is waited for: {before:?}");
        };
        let rest = (until + 1).saturating_sub(self.chain.height());
        self.chain.skip(rest);
        // The agenda catches up on what was skipped.
        for _ in 0..60 {
            if self.view(id).state != before {
                return;
            }
            self.block();
        }
        panic!("the window does not end: {before:?}");
    }

    /// Waits until the dispute is over, which needs no calls.
    pub fn run_to_end(mut self, id: TaskId) -> (Self, Outcome) {
        if let DisputeState::Appealable { until, .. } = self.view(id).state {
            let rest = until.saturating_sub(self.chain.height());
            self.chain.skip(rest.saturating_sub(20).max(1));
            self.beat();
        }
        for _ in 0..120 {
            match self.view(id).state {
                DisputeState::Ended { outcome, .. } => return (self, outcome),
                DisputeState::Showing { .. } => assert!(self.show_work(id), "they have worked"),
                _ => {}
            }
            self.block();
        }
        panic!("the dispute does not end: {:?}", self.view(id));
    }

    /// Has a lie disputed, and five jurors vote for the right result. The third of them has run nothing, and makes up a
    /// trace root, which is as good a guess as any. Returns its account.
    pub fn judged_by_one_idle(&mut self) -> (TaskId, AccountId) {
        let id = self.revealed(submission(OPTIMISTIC), LIE);
        self.dispute(Charlie, id);
        let mut idle = None;
        for _ in 0..600 {
            if self.view(id).state != DisputeState::Judging {
                return (id, idle.expect("there are five"));
            }
            for (number, juror) in self.jurors(id).into_iter().enumerate() {
                let trace_root = if number == 2 { [0; 32] } else { WORK };
                if number == 2 {
                    idle = Some(juror.provider.clone());
                }
                let worker = self.worker(&juror.provider);
                let worker = &self.others[worker];
                let opening = worker.opening_of(juror.id, OUTPUT, &trace_root);
                match juror.status {
                    AssignmentStatus::Assigned { .. } => {
                        worker.start(&mut self.chain, juror.id);
                        worker.commit_opening(&mut self.chain, juror.id, &opening);
                    }
                    AssignmentStatus::Committed {
                        reveal_by: Some(_), ..
                    } => {
                        let call = worker.open_call(&mut self.chain, juror.id, opening);
                        self.chain.work(call);
                    }
                    _ => {}
                }
            }
            self.block();
        }
        panic!("the jury is not done: {:?}", self.view(id));
    }

    /// Has the first juror that can show its work do so. Returns whether there was one.
    pub fn show_work(&mut self, id: TaskId) -> bool {
        for juror in self.jurors(id) {
            let worker = self.worker(&juror.provider);
            let call = self.others[worker].show_call(&mut self.chain, juror.id, WORK);
            let transaction = self.chain.authorised(call);
            if self.chain.validity(transaction.clone()).is_ok() {
                assert_eq!(self.chain.block(vec![transaction]), [Ok(())]);
                return true;
            }
        }
        false
    }

    pub fn stake(&mut self, key: impl Into<Key>) -> Balance {
        let account = key.into().to_account_id();
        let view = self.chain.read(|| ProviderStaking::provider_view(account));
        view.unwrap().stake
    }
}

/// Returns the same output for every juror.
pub fn all(output: &'static [u8]) -> impl Fn(usize) -> Option<&'static [u8]> {
    move |_| Some(output)
}
