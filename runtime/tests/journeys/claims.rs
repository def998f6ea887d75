//! Claims that a paid result cannot be fetched, on the real runtime. Each ending has a test.

use aicpw_protocol::{
    availability::NOT_FETCHED,
    commitment::result_commitment,
    task::{AssignmentStatus, Privacy, Role, Submission, TaskStatus, Verification},
    verdict::{About, DisputeState, Outcome},
    view::AssignmentView,
    AssignmentId, Balance, Hash, TaskId,
};
use aicpw_runtime::{
    configs::parameters::{MarketParameter, RetrievalWindow, StartWindow},
    units::{MINUTES, UNIT},
    AccountId, Disputes,
};
use sp_keyring::Sr25519Keyring::{self, Bob, Charlie, Dave, Eve};

use crate::{
    chain::Chain,
    court::Court,
    governance::set_as_root,
    market::{ask, expecting_output, submission, submit, task, Provider, OPTIMISTIC, OUTPUT},
};

/// The digest that a juror commits to when it could fetch the result.
const DIGEST: Hash = [8; 32];

/// The provider of the result, which is the cheapest.
const PROVIDER: Sr25519Keyring = Bob;

/// Returns Bob's assignment of a task of Charlie's with this verification, settled with Bob's result.
fn settled(court: &mut Court, submission: Submission) -> AssignmentView<AccountId> {
    let verification = submission.verification;
    let id = submit(&mut court.chain, Charlie, submission);
    court.grant_keys(id);
    let first = task(&mut court.chain, id).assignments[0].id;
    court.liar.run(&mut court.chain, first, OUTPUT);
    if let Verification::Optimistic { .. } = verification {
        court.sign(Charlie, pallet_tasks::Call::accept { task: id });
    }
    let view = task(&mut court.chain, id);
    assert!(
        matches!(view.status, TaskStatus::Settled { .. }),
        "{view:?}"
    );
    view.assignments[0].clone()
}

fn claim(court: &mut Court, assignment: AssignmentId) -> Balance {
    let bond = court
        .chain
        .read(|| Disputes::claim_bond(assignment))
        .unwrap();
    court.sign(
        Charlie,
        pallet_disputes::Call::claim_unavailable { assignment },
    );
    let view = court.view(assignment.task);
    assert_eq!(view.about, About::Availability { assignment });
    assert_eq!(view.bond, bond);
    bond
}

fn fetchers(court: &mut Court, id: TaskId) -> Vec<AssignmentView<AccountId>> {
    let mut assignments = task(&mut court.chain, id).assignments;
    assignments.retain(|one| one.role == Role::Fetcher);
    assignments
}

/// Has the jurors do their work until they are done. `finds` says what the juror with this seat finds in this attempt,
/// or `None` if it does nothing.
fn look(court: &mut Court, id: TaskId, finds: impl Fn(u8, u8) -> Option<Hash>) {
    let first = court.view(id).first_seat;
    for _ in 0..900 {
        if court.view(id).state != DisputeState::Judging {
            return;
        }
        for juror in fetchers(court, id) {
            let AssignmentId {
                replica, attempt, ..
            } = juror.id;
            let Some(found) = finds(replica - first, attempt) else {
                continue;
            };
            let at = court
                .others
                .iter()
                .position(|one| one.account() == juror.provider)
                .expect("no party is drawn");
            let worker = &court.others[at];
            let opening = worker.found(juror.id, found);
            match juror.status {
                AssignmentStatus::Assigned { .. } => {
                    worker.start(&mut court.chain, juror.id);
                    let commitment = result_commitment(&juror.provider, juror.id, &opening);
                    worker.commit_to(&mut court.chain, juror.id, commitment);
                }
                AssignmentStatus::Committed {
                    reveal_by: Some(_), ..
                } => {
                    let call = worker.open_call(&mut court.chain, juror.id, opening);
                    court.chain.work(call);
                }
                _ => {}
            }
        }
        court.block();
    }
    panic!("the jury is not done: {:?}", court.view(id));
}

fn all(found: Hash) -> impl Fn(u8, u8) -> Option<Hash> {
    move |_, _| Some(found)
}

#[test]
fn whose_result_is_gone_loses_its_collateral_and_the_requester_has_its_price_back() {
    let mut court = Court::new();
    let paid = settled(&mut court, submission(expecting_output()));
    let id = paid.id.task;
    let bond = claim(&mut court, paid.id);
    let before = court.chain.balance(&Charlie.to_account_id());
    look(&mut court, id, all(NOT_FETCHED));
    let jurors = fetchers(&mut court, id);
    assert_eq!(jurors.len(), 5);
    let pay = court.view(id).pay;
    assert_eq!(bond, 6 * pay);
    let juror = court.provider(&jurors[0].provider).account();
    let poor = court.chain.balance(&juror);

    let (mut court, outcome) = court.run_to_end(id);
    assert_eq!(outcome, Outcome::Unavailable);
    assert_eq!(court.stake(PROVIDER), 1_000 * UNIT - paid.collateral);
    assert!(paid.price + 5 * pay < paid.collateral);
    assert_eq!(
        court.chain.balance(&Charlie.to_account_id()),
        before + paid.price,
        "the price, and the bond is free"
    );
    assert_eq!(court.chain.balance(&juror), poor + pay);
    for juror in &jurors {
        let key = court.provider(&juror.provider).key;
        assert_eq!(court.stake(key), 1_000 * UNIT);
    }
    assert!(matches!(
        task(&mut court.chain, id).status,
        TaskStatus::Settled { .. }
    ));
    assert_eq!(court.chain.read(|| Disputes::claim_bond(paid.id)), None);
}

#[test]
fn in_modes_with_a_fraud_bond_that_stays() {
    let mut court = Court::new();
    let paid = settled(&mut court, submission(OPTIMISTIC));
    assert!(paid.fraud_bond > 0);
    claim(&mut court, paid.id);
    look(&mut court, paid.id.task, all(NOT_FETCHED));
    let (mut court, outcome) = court.run_to_end(paid.id.task);
    assert_eq!(outcome, Outcome::Unavailable);
    assert_eq!(court.stake(PROVIDER), 1_000 * UNIT - paid.collateral);
}

#[test]
fn who_claims_what_is_there_pays_the_jury_and_the_provider() {
    let mut court = Court::new();
    let paid = settled(&mut court, submission(expecting_output()));
    let id = paid.id.task;
    let provider = PROVIDER.to_account_id();
    let bond = claim(&mut court, paid.id);
    let before = (
        court.chain.balance(&Charlie.to_account_id()),
        court.chain.balance(&provider),
    );
    look(&mut court, id, all(DIGEST));
    let pay = court.view(id).pay;
    let (mut court, outcome) = court.run_to_end(id);
    assert_eq!(outcome, Outcome::Available { digest: DIGEST });
    assert_eq!(
        court.chain.balance(&Charlie.to_account_id()),
        before.0 - bond
    );
    assert_eq!(court.chain.balance(&provider), before.1 + pay);
    assert_eq!(court.stake(PROVIDER), 1_000 * UNIT);
    let settled = task(&mut court.chain, id)
        .assignments
        .iter()
        .filter(|one| matches!(one.status, AssignmentStatus::Settled { .. }))
        .count();
    assert_eq!(settled, 6, "and five jurors, who were right");
    // The requester can rate the task as before.
    court.sign(Charlie, pallet_tasks::Call::rate { task: id, stars: 1 });
}

#[test]
fn without_enough_jurors_nobody_is_slashed_and_the_window_goes_on() {
    let mut chain = Chain::development();
    let liar = Provider::join(&mut chain, PROVIDER, ask(300));
    let others = [Dave, Eve]
        .map(|key| Provider::join(&mut chain, key, ask(500)))
        .into();
    let mut court = Court {
        chain: chain.with_outputs(),
        liar,
        others,
    };
    let paid = settled(&mut court, submission(expecting_output()));
    let id = paid.id.task;
    claim(&mut court, paid.id);
    let before = court.chain.balance(&Charlie.to_account_id());
    look(&mut court, id, all(NOT_FETCHED));
    let (mut court, outcome) = court.run_to_end(id);
    assert_eq!(outcome, Outcome::TooFewJurors);
    for key in [PROVIDER, Dave, Eve] {
        assert_eq!(court.stake(key), 1_000 * UNIT);
    }
    assert_eq!(court.chain.balance(&Charlie.to_account_id()), before);
    // The result can be claimed again as long as the window is open.
    assert!(court.chain.read(|| Disputes::claim_bond(paid.id)).is_some());
}

#[test]
fn a_divided_jury_decides_nothing() {
    let mut court = Court::new();
    let paid = settled(&mut court, submission(expecting_output()));
    let id = paid.id.task;
    claim(&mut court, paid.id);
    let finds = [DIGEST, NOT_FETCHED, DIGEST, NOT_FETCHED, [9; 32]];
    look(&mut court, id, |seat, _| {
        finds.get(usize::from(seat)).copied()
    });
    let (mut court, outcome) = court.run_to_end(id);
    assert_eq!(outcome, Outcome::NoMajority);
    assert_eq!(court.stake(PROVIDER), 1_000 * UNIT);
}

#[test]
fn a_juror_that_does_nothing_pays_and_is_replaced_and_one_that_lies_pays_more() {
    let mut court = Court::new();
    let paid = settled(&mut court, submission(expecting_output()));
    let id = paid.id.task;
    claim(&mut court, paid.id);
    look(&mut court, id, |seat, attempt| match (seat, attempt) {
        (0, 0) => None,
        (2, _) => Some([9; 32]),
        (3, _) => Some(NOT_FETCHED),
        _ => Some(DIGEST),
    });
    let jurors = fetchers(&mut court, id);
    assert_eq!(jurors.len(), 6);
    let lock = court.view(id).lock;
    let (mut court, outcome) = court.run_to_end(id);
    assert_eq!(outcome, Outcome::Available { digest: DIGEST });
    let lost: Vec<_> = jurors
        .iter()
        .map(|juror| {
            let key = court.provider(&juror.provider).key;
            1_000 * UNIT - court.stake(key)
        })
        .collect();
    // By seats and attempts: the first juror is silent, and another takes its place.
    assert_eq!(lost, [lock / 2, 0, 0, lock, lock / 2, 0]);
}

/// The result of a sealed task is fetched as ciphertext, so no juror waits for a key.
#[test]
fn of_a_sealed_task_nobody_needs_the_key() {
    let mut court = Court::new();
    let sealed = Submission {
        privacy: Privacy::Sealed {
            key_commitment: [3; 32],
        },
        ..submission(expecting_output())
    };
    let paid = settled(&mut court, sealed);
    let id = paid.id.task;
    claim(&mut court, paid.id);
    look(&mut court, id, all(DIGEST));
    assert!(fetchers(&mut court, id)
        .iter()
        .all(|one| one.envelope.is_none()));
    let (_, outcome) = court.run_to_end(id);
    assert_eq!(outcome, Outcome::Available { digest: DIGEST });
}

#[test]
fn the_locks_outlast_the_retrieval_window_until_a_late_claim_is_decided() {
    let mut court = Court::new();
    let window = MarketParameter::RetrievalWindow(MINUTES);
    set_as_root(&mut court.chain, window).unwrap();
    let paid = settled(&mut court, submission(expecting_output()));
    let id = paid.id.task;
    let (window, fetch) = court
        .chain
        .read(|| (RetrievalWindow::get(), StartWindow::get()));
    let settled_at = court.chain.height();
    court.chain.skip(window - 60);
    court.beat();
    claim(&mut court, paid.id);
    // Two windows of jurors who find nothing are longer than what was left of the retrieval window.
    look(&mut court, id, |seat, _| (seat > 0).then_some(NOT_FETCHED));
    assert!(court.chain.height() > settled_at + window + fetch);
    let (mut court, outcome) = court.run_to_end(id);
    assert_eq!(outcome, Outcome::Unavailable);
    assert_eq!(court.stake(PROVIDER), 1_000 * UNIT - paid.collateral);
}

#[test]
fn a_claim_that_cannot_be_is_refused() {
    let mut court = Court::new();
    let paid = settled(&mut court, submission(expecting_output()));
    let call = |assignment| pallet_disputes::Call::claim_unavailable { assignment };
    assert!(court.chain.sign(Dave, call(paid.id)).is_err(), "a stranger");
    let seat = AssignmentId {
        replica: 1,
        ..paid.id
    };
    assert!(court.chain.sign(Charlie, call(seat)).is_err(), "no result");
    claim(&mut court, paid.id);
    assert!(court.chain.sign(Charlie, call(paid.id)).is_err(), "twice");
    court
        .chain
        .sign(
            Charlie,
            pallet_disputes::Call::dispute { task: paid.id.task },
        )
        .unwrap_err();
}
