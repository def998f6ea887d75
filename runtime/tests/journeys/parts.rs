//! Disputes about a part of a job on the real runtime: the trace is opened, a part is named, and jurors vote for the
//! hash that the part results in. Each ending has a test.

use aicpw_protocol::{
    commitment::{result_commitment, trace_commitment, ResultOpening},
    job::{Checkpoint, TraceRecord},
    merkle::result_root,
    task::{AssignmentStatus, Fault, Privacy, Role, Submission, TaskStatus},
    trace::{first_difference, End, NamedPart, OpenTrace, TraceOpening},
    verdict::{DisputeState, Outcome},
    worker::Statement,
    AssignmentId, Hash, TaskId,
};
use aicpw_runtime::{
    configs::parameters::TraceWindow,
    units::{SECONDS, UNIT},
    AccountId,
};
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie};
use sp_runtime::{DispatchError, ModuleError};

use crate::{
    court::{all, Court, LIE},
    market::{cid, submission, submit, task, Provider, OPTIMISTIC, OUTPUT},
};

const SALT: Hash = [8; 32];

/// Returns the trace of a run with this many checkpoints, of which those from `wrong_from` on are wrong.
fn trace(checkpoints: u8, wrong_from: Option<u8>) -> TraceRecord {
    let is_wrong = |number| wrong_from.is_some_and(|from| number >= from);
    TraceRecord {
        checkpoints: (0..checkpoints)
            .map(|number| Checkpoint([2 * number + u8::from(is_wrong(number)); 32]))
            .collect(),
        end: End {
            launches: 100,
            state_root: [u8::from(is_wrong(checkpoints)); 32],
            result_root: result_root(if is_wrong(checkpoints) { LIE } else { OUTPUT }),
        },
    }
}

/// Returns what a provider reveals whose run had this trace.
fn revealing(trace: &TraceRecord) -> ResultOpening {
    ResultOpening {
        salt: [7; 32],
        result_root: trace.end.result_root,
        trace_commitment: trace_commitment(&SALT, &trace.root()),
        result: cid(9),
    }
}

fn commit(court: &mut Court, who: &Provider, id: AssignmentId, opening: &ResultOpening) {
    let commitment = result_commitment(&who.account(), id, opening);
    who.commit_to(&mut court.chain, id, commitment);
}

/// A dispute about a result with this trace.
struct Case {
    court: Court,
    id: TaskId,
    made: AssignmentId,
    claimed: TraceRecord,
}

impl Case {
    /// Returns a case with a result of Bob's that has this trace.
    fn new(claimed: TraceRecord, submission: Submission) -> Self {
        Self::revealed(claimed, submission, false)
    }

    /// Returns the same, audited or not. The auditor finds the right result.
    fn revealed(claimed: TraceRecord, submission: Submission, is_audited: bool) -> Self {
        let mut court = Court::new();
        let id = submit(&mut court.chain, Charlie, submission);
        court.grant_keys(id);
        let made = task(&mut court.chain, id).assignments[0].id;
        let bob = Provider {
            key: court.liar.key,
            worker: court.liar.worker.clone(),
        };
        let opening = revealing(&claimed);
        bob.start(&mut court.chain, made);
        commit(&mut court, &bob, made, &opening);
        crate::market::decide_audit(&mut court.chain, id, is_audited);
        let auditor = is_audited.then(|| court.audit(id));
        let call = bob.open_call(&mut court.chain, made, opening);
        court.chain.work(call);
        if let Some((auditor, audit)) = auditor {
            court.reveal_of(&auditor, audit);
        }
        Self {
            court,
            id,
            made,
            claimed,
        }
    }

    fn dispute_part(&mut self) {
        let task = self.id;
        self.court
            .sign(Charlie, pallet_disputes::Call::dispute_part { task });
        assert_eq!(
            crate::market::task(&mut self.court.chain, task).status,
            TaskStatus::Disputed
        );
    }

    /// Returns the opening of the trace that Bob's worker sends by itself.
    fn open_trace(&mut self) -> OpenTrace {
        let opening = TraceOpening::new(SALT, &self.claimed, cid(5)).unwrap();
        let assignment = self.made;
        let statement = Statement::OpenTrace {
            assignment,
            opening: opening.clone(),
        };
        let worker = self.court.liar.worker.clone();
        let proof = self.court.chain.proof(&worker, &statement);
        self.court.chain.work(pallet_tasks::Call::open_trace {
            assignment,
            opening,
            proof,
        });
        let opened = self.court.view(self.id).trace.unwrap();
        assert_eq!(opened.result_root, self.claimed.end.result_root);
        opened
    }

    fn name_part(&mut self, number: usize) {
        let state = (number > 0).then(|| cid(6));
        let part = NamedPart::new(&self.claimed.hashes(), number, state);
        assert!(part.is_some());
        let task = self.id;
        self.court
            .sign(Charlie, pallet_disputes::Call::name_part { task, part });
        assert_eq!(self.court.view(task).state, DisputeState::Judging);
    }

    /// Has all jurors vote for this hash, until their jury is done.
    fn judge(&mut self, hash: Hash) {
        let opening = ResultOpening {
            result_root: hash,
            ..revealing(&self.claimed)
        };
        for _ in 0..600 {
            if self.court.view(self.id).state != DisputeState::Judging {
                return;
            }
            for juror in self.court.jurors(self.id) {
                let found = self.court.provider(&juror.provider);
                let worker = Provider {
                    key: found.key,
                    worker: found.worker.clone(),
                };
                match juror.status {
                    AssignmentStatus::Assigned { .. } => {
                        worker.start(&mut self.court.chain, juror.id);
                        commit(&mut self.court, &worker, juror.id, &opening);
                    }
                    AssignmentStatus::Committed {
                        reveal_by: Some(_), ..
                    } => {
                        let opening = opening.clone();
                        let call = worker.open_call(&mut self.court.chain, juror.id, opening);
                        self.court.chain.work(call);
                    }
                    _ => {}
                }
            }
            self.court.block();
        }
        panic!("the jury is not done: {:?}", self.court.view(self.id));
    }

    fn run_to_end(self) -> (Court, Outcome) {
        self.court.run_to_end(self.id)
    }
}

#[test]
fn a_wrong_part_costs_its_provider_everything_and_another_gets_the_task() {
    let mut case = Case::new(trace(20, Some(7)), submission(OPTIMISTIC));
    let (id, honest) = (case.id, trace(20, None).hashes());
    let locked = {
        let lie = &task(&mut case.court.chain, id).assignments[0];
        lie.collateral + lie.fraud_bond
    };
    let opened_at = case.court.chain.height();
    case.dispute_part();
    case.open_trace();
    let number = first_difference(&case.claimed.hashes(), &honest).unwrap();
    assert_eq!(number, 7);
    case.name_part(number);
    assert_eq!(case.court.chain.height() - opened_at, 3, "a block for each");
    // Each juror is told what to run.
    let part = case.court.view(id).part.unwrap();
    assert_eq!(part.from.unwrap().checkpoint, honest[6]);
    case.judge(honest[7]);
    let (mut court, outcome) = case.run_to_end();
    assert_eq!(outcome, Outcome::Wrong { root: honest[7] });
    assert_eq!(court.stake(Bob), 1_000 * UNIT - locked);
    let view = task(&mut court.chain, id);
    assert!(
        !matches!(view.status, TaskStatus::Settled { .. }),
        "it is done again: {view:?}"
    );
    let last = view.assignments.last().unwrap();
    assert_ne!(last.provider, Bob.to_account_id());
}

#[test]
fn who_doubts_a_right_part_pays_the_jury_and_the_result_is_settled() {
    let mut case = Case::new(trace(20, None), submission(OPTIMISTIC));
    let id = case.id;
    case.dispute_part();
    case.open_trace();
    case.name_part(0);
    let right = case.claimed.hashes()[0];
    case.judge(right);
    let before = case.court.chain.balance(&Charlie.to_account_id());
    let bond = case.court.view(id).bond;
    let (mut court, outcome) = case.run_to_end();
    assert_eq!(outcome, Outcome::Upheld { root: right });
    assert_eq!(court.stake(Bob), 1_000 * UNIT);
    let view = task(&mut court.chain, id);
    assert!(
        matches!(view.status, TaskStatus::Settled { .. }),
        "{view:?}"
    );
    // Nothing of the bond comes back, and of the budget only what is left of it.
    let after = court.chain.balance(&Charlie.to_account_id());
    assert!(bond > 0 && after + bond <= before, "{before} {after}");
}

impl Court {
    /// Has the auditor that is drawn for a task run it and commit to the right result.
    fn audit(&mut self, id: TaskId) -> (AccountId, AssignmentId) {
        for _ in 0..200 {
            let drawn = task(&mut self.chain, id).assignments;
            let drawn = drawn.into_iter().find(|one| one.role == Role::Auditor);
            if let Some(drawn) = drawn {
                let auditor = self.clone_of(&drawn.provider);
                auditor.start(&mut self.chain, drawn.id);
                auditor.commit(&mut self.chain, drawn.id, OUTPUT);
                return (drawn.provider, drawn.id);
            }
            self.block();
        }
        panic!("no auditor is drawn");
    }

    fn reveal_of(&mut self, auditor: &AccountId, audit: AssignmentId) {
        let auditor = self.clone_of(auditor);
        let call = auditor.reveal_call(&mut self.chain, audit, OUTPUT);
        self.chain.work(call);
    }

    fn clone_of(&self, account: &AccountId) -> Provider {
        let found = self.provider(account);
        Provider {
            key: found.key,
            worker: found.worker.clone(),
        }
    }
}

#[test]
fn a_false_part_of_a_right_result_costs_its_auditor_nothing() {
    // The result is right, and one hash on the way to it is not.
    let mut false_in_the_middle = trace(20, None);
    false_in_the_middle.checkpoints[7] = Checkpoint([1; 32]);
    let mut case = Case::revealed(false_in_the_middle, submission(OPTIMISTIC), true);
    let (id, honest) = (case.id, trace(20, None).hashes());
    let view = task(&mut case.court.chain, id);
    assert!(
        matches!(view.status, TaskStatus::Verifying { .. }),
        "{view:?}"
    );
    let auditor = view
        .assignments
        .iter()
        .find(|one| one.role == Role::Auditor);
    let auditor = case.court.provider(&auditor.unwrap().provider).key;
    case.dispute_part();
    case.open_trace();
    case.name_part(7);
    case.judge(honest[7]);
    let (mut court, outcome) = case.run_to_end();
    assert_eq!(outcome, Outcome::Wrong { root: honest[7] });
    assert!(
        court.stake(Bob) < 1_000 * UNIT,
        "it did not do what it said"
    );
    assert_eq!(court.stake(auditor), 1_000 * UNIT);
}

#[test]
fn a_lie_that_begins_with_the_result_is_found_at_the_end() {
    let mut case = Case::new(trace(3, Some(3)), submission(OPTIMISTIC));
    let honest = trace(3, None).hashes();
    case.dispute_part();
    case.open_trace();
    let number = first_difference(&case.claimed.hashes(), &honest).unwrap();
    assert_eq!(number, 3, "the end");
    case.name_part(number);
    case.judge(honest[3]);
    let (_, outcome) = case.run_to_end();
    assert_eq!(outcome, Outcome::Wrong { root: honest[3] });
}

#[test]
fn who_is_silent_has_the_whole_job_judged() {
    for opens in [false, true] {
        let mut case = Case::new(trace(20, Some(7)), submission(OPTIMISTIC));
        let id = case.id;
        case.dispute_part();
        if opens {
            case.open_trace();
        }
        // Bob does not open his trace, or Charlie names no part of it within the time in which the job can be run.
        let wait = TraceWindow::DEFAULT + if opens { 60 * SECONDS } else { 0 };
        case.court.chain.skip(wait);
        case.court.beat();
        for _ in 0..4 {
            case.court.block();
        }
        let view = case.court.view(id);
        assert_eq!((view.state, view.part), (DisputeState::Judging, None));
        case.court.judge(id, all(OUTPUT));
        let (_, outcome) = case.run_to_end();
        let root = result_root(OUTPUT);
        assert_eq!(outcome, Outcome::Wrong { root });
    }
}

/// Runs a dispute in which nobody has the state of the part, and too few providers are left to run the whole job.
fn without_a_state(claimed: TraceRecord) {
    let mut case = Case::new(claimed, submission(OPTIMISTIC));
    let id = case.id;
    let before = case.court.chain.balance(&Charlie.to_account_id());
    case.dispute_part();
    case.open_trace();
    case.name_part(7);
    for _ in 0..100 {
        let mut waiting = case.court.jurors(id).into_iter();
        let waiting = waiting.find(|one| matches!(one.status, AssignmentStatus::Assigned { .. }));
        match waiting {
            Some(juror) => {
                let worker = case.court.clone_of(&juror.provider);
                worker.fail(&mut case.court.chain, juror.id, Fault::InputUnavailable);
            }
            None => case.court.block(),
        }
        if case.court.view(id).part.is_none() {
            break;
        }
    }
    let view = case.court.view(id);
    assert_eq!((view.state, view.part), (DisputeState::Judging, None));
    let first = case.court.jurors(id);
    // Of the seven providers that can judge, two are left for the jury that runs the whole job, which is no majority of
    // eleven.
    case.court.judge(id, all(OUTPUT));
    assert_eq!(case.court.jurors(id).len(), 7);
    let (mut court, outcome) = case.run_to_end();
    assert_eq!(outcome, Outcome::TooFewJurors);
    let view = task(&mut court.chain, id);
    assert!(
        matches!(view.status, TaskStatus::Refunded { .. }),
        "{view:?}"
    );
    assert_eq!(court.view(id).trace.map(|trace| trace.hashes), Some(21));
    assert_eq!(court.stake(Bob), 1_000 * UNIT);
    // The budget is free again. The bond, which is more than the price, is lost.
    let after = court.chain.balance(&Charlie.to_account_id());
    assert!(after < before, "{before} {after}");
    for juror in first {
        let key = court.provider(&juror.provider).key;
        assert_eq!(court.stake(key), 1_000 * UNIT);
    }
}

#[test]
fn a_state_that_does_not_arrive_pays_no_liar_where_few_can_judge() {
    without_a_state(trace(20, Some(7)));
}

#[test]
fn who_names_a_state_that_is_not_there_does_not_live_on_being_refunded() {
    without_a_state(trace(20, None));
}

#[test]
fn only_its_requester_and_only_of_a_public_task() {
    let mut case = Case::new(trace(20, Some(7)), submission(OPTIMISTIC));
    let task = case.id;
    let refused = |court: &mut Court, who, name: &str| {
        let call = pallet_disputes::Call::dispute_part { task };
        match court.chain.sign(who, call) {
            Err(DispatchError::Module(ModuleError { message, .. })) => {
                assert_eq!(message, Some(name));
            }
            other => panic!("{other:?}"),
        }
    };
    refused(&mut case.court, Alice, "NotRequester");
    refused(&mut case.court, Bob, "NotRequester");
    let sealed = Submission {
        privacy: Privacy::Sealed {
            key_commitment: [3; 32],
        },
        ..submission(OPTIMISTIC)
    };
    let mut case = Case::new(trace(20, Some(7)), sealed);
    refused(&mut case.court, Charlie, "SealedTask");
}
