//! A requester keeps a jury from its work, and pays for the results that it has seen.

use aicpw_protocol::{
    pricing,
    task::{AssignmentStatus, Privacy, Refunded, Role, Submission, TaskStatus},
    verdict::{DisputeState, Outcome},
    Balance, TaskId,
};
use aicpw_runtime::{
    configs::parameters::{MarketParameter, ProtocolFee},
    units::{MICRO, UNIT},
    AccountId,
};
use sp_keyring::Sr25519Keyring::Charlie;

use crate::{
    court::{Court, LIE, TWO_OF_TWO},
    governance::set_as_root,
    market::{submission, task, OUTPUT},
};

/// What the requester and the two providers own.
struct Purses {
    requester: Balance,
    /// The account, the price, and the free balance of each.
    providers: Vec<(AccountId, Balance, Balance)>,
}

fn purses(court: &mut Court, id: TaskId) -> Purses {
    let mut replicas = task(&mut court.chain, id).assignments;
    replicas.retain(|one| one.role == Role::Replica);
    assert_eq!(replicas.len(), 2);
    let providers = replicas
        .into_iter()
        .map(|one| {
            let free = court.chain.balance(&one.provider);
            (one.provider, one.price, free)
        })
        .collect();
    Purses {
        requester: court.chain.balance(&Charlie.to_account_id()),
        providers,
    }
}

/// Asserts that the task ended without a result, and that both providers were paid what they asked for.
fn both_were_paid(court: &mut Court, id: TaskId, before: &Purses) {
    let TaskStatus::Refunded { reason, .. } = task(&mut court.chain, id).status else {
        panic!("{:?}", task(&mut court.chain, id).status)
    };
    assert_eq!(reason, Refunded::NoVerdict);
    let share = court.chain.read(ProtocolFee::get);
    let after = purses(court, id);
    let mut prices = 0;
    for ((who, price, free), (_, _, now)) in before.providers.iter().zip(&after.providers) {
        assert_eq!(now - free, price - pricing::protocol_fee(*price, share));
        prices += price;
        let honest = court.others.iter().find(|one| one.account() == *who);
        let key = honest.map_or(court.liar.key, |one| one.key);
        assert_eq!(court.stake(key), 1_000 * UNIT, "nobody was found wrong");
    }
    // What is held for the task counts as the requester's own until then; the audit was paid for before.
    assert_eq!(before.requester - after.requester, prices);
    assert_eq!(task(&mut court.chain, id).escrow, 0);
}

#[test]
fn a_requester_that_keeps_the_key_from_the_jury_pays_both_replicas() {
    let mut court = Court::new();
    let id = court.without_majority(Submission {
        privacy: Privacy::Sealed {
            key_commitment: [3; 32],
        },
        ..submission(TWO_OF_TWO)
    });
    let before = purses(&mut court, id);
    for _ in 0..600 {
        if court.view(id).state != DisputeState::Judging {
            break;
        }
        court.block();
    }
    let (mut court, outcome) = court.run_to_end(id);
    assert_eq!(outcome, Outcome::KeyWithheld);
    both_were_paid(&mut court, id, &before);
}

#[test]
fn a_requester_that_serves_no_inputs_to_the_jury_pays_both_replicas() {
    let mut court = Court::new();
    let id = court.without_majority(submission(TWO_OF_TWO));
    let before = purses(&mut court, id);
    court.are_not_served(id);
    let (mut court, outcome) = court.run_to_end(id);
    assert_eq!(outcome, Outcome::Unable);
    both_were_paid(&mut court, id, &before);
}

/// A provider that is paid when a jury is divided could reveal rubbish and hope for that.
#[test]
fn where_the_jury_is_divided_nobody_is_paid_for_what_may_be_rubbish() {
    let mut court = Court::new();
    // Less than each of the two providers asks for the task.
    let base_fee = 10 * MICRO;
    set_as_root(&mut court.chain, MarketParameter::BaseFee(base_fee)).unwrap();
    let id = court.without_majority(submission(TWO_OF_TWO));
    let before = purses(&mut court, id);
    let says: [&[u8]; 5] = [LIE, OUTPUT, b"a third", LIE, OUTPUT];
    court.judge(id, |number| says.get(number).copied());
    let (mut court, outcome) = court.run_to_end(id);
    assert_eq!(outcome, Outcome::NoMajority);
    let after = purses(&mut court, id);
    for ((_, price, free), (_, _, now)) in before.providers.iter().zip(&after.providers) {
        assert!(*price > base_fee);
        assert_eq!(now - free, base_fee);
    }
    let cancelled = task(&mut court.chain, id).assignments;
    assert!(cancelled
        .iter()
        .filter(|one| one.role == Role::Replica)
        .all(|one| matches!(one.status, AssignmentStatus::Cancelled { .. })));
}
