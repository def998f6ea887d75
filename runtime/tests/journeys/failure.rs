//! Providers that fail, and what it costs them.

use aicpw_protocol::{
    task::{AssignmentStatus, Fault, Refunded, TaskStatus},
    AssignmentId, Balance,
};
use aicpw_runtime::configs::{
    market::HeartbeatPeriod,
    parameters::{BaseFee, CoolDownBase, FaultSlash, StartWindow},
};
use sp_keyring::Sr25519Keyring::{Bob, Charlie, Dave};

use crate::{
    chain::Chain,
    market::{
        ask, assignment, decide_audit, expecting_output, submission, submit, task, Provider,
        OPTIMISTIC, OUTPUT,
    },
};

fn fault(chain: &mut Chain, id: AssignmentId) -> Option<Fault> {
    let view = task(chain, id.task);
    let found = view
        .assignments
        .iter()
        .find(|assignment| assignment.id == id)
        .unwrap();
    match &found.status {
        AssignmentStatus::Failed { fault, .. } => Some(*fault),
        _ => None,
    }
}

#[test]
fn a_silent_provider_pays_and_another_finishes() {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(300));
    let dave = Provider::join(&mut chain, Dave, ask(700));
    let id = submit(&mut chain, Charlie, submission(OPTIMISTIC));
    let first = assignment(&mut chain, id);
    let collateral = task(&mut chain, id).assignments[0].collateral;
    let (provider_before, requester_before) = (
        chain.balance(&bob.account()),
        chain.balance(&Charlie.to_account_id()),
    );

    let matched_at = chain.height();
    while fault(&mut chain, first).is_none() {
        chain.block(Vec::new());
        assert!(
            chain.height() <= matched_at + StartWindow::DEFAULT + 2,
            "nobody noticed"
        );
    }
    assert_eq!(fault(&mut chain, first), Some(Fault::NoStart));
    let slash = FaultSlash::DEFAULT.mul_floor(collateral);
    assert!(slash > 0);
    assert_eq!(chain.balance(&bob.account()), provider_before - slash);
    assert_eq!(
        chain.balance(&Charlie.to_account_id()),
        requester_before + slash
    );

    // Dave's node was online all the time.
    dave.beat(&mut chain);
    let second = assignment(&mut chain, id);
    assert!(chain.height() - matched_at <= 3 * HeartbeatPeriod::get());
    assert_eq!(
        task(&mut chain, id).assignments[1].provider,
        Dave.to_account_id()
    );
    dave.run(&mut chain, second, OUTPUT);
    chain
        .sign(Charlie, pallet_tasks::Call::accept { task: id })
        .unwrap();
    assert!(matches!(
        task(&mut chain, id).status,
        TaskStatus::Settled { .. }
    ));
}

#[test]
fn a_liar_against_the_expected_root_loses_its_locks_when_another_is_right() {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(300));
    let dave = Provider::join(&mut chain, Dave, ask(700));
    let id = submit(&mut chain, Charlie, submission(expecting_output()));
    let first = assignment(&mut chain, id);
    let locked = {
        let lie = &task(&mut chain, id).assignments[0];
        lie.collateral + lie.fraud_bond
    };
    let before = chain.balance(&bob.account());
    bob.run(&mut chain, first, b"something else");
    assert_eq!(fault(&mut chain, first), Some(Fault::WrongResult));
    // The root could be the requester's mistake: nobody pays before another provider has spoken.
    assert_eq!(chain.balance(&bob.account()), before);

    let second = assignment(&mut chain, id);
    dave.run(&mut chain, second, OUTPUT);
    assert!(matches!(
        task(&mut chain, id).status,
        TaskStatus::Settled { .. }
    ));
    assert_eq!(chain.balance(&bob.account()), before - locked);
}

#[test]
fn a_commit_that_is_not_opened_counts_as_wrong() {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(300));
    let id = submit(&mut chain, Charlie, submission(OPTIMISTIC));
    let on = assignment(&mut chain, id);
    let locked = {
        let lie = &task(&mut chain, id).assignments[0];
        lie.collateral + lie.fraud_bond
    };
    let before = chain.balance(&bob.account());
    bob.start(&mut chain, on);
    bob.commit(&mut chain, on, OUTPUT);
    decide_audit(&mut chain, id, false);
    let AssignmentStatus::Committed { reveal_by, .. } = task(&mut chain, id).assignments[0].status
    else {
        panic!("not committed");
    };
    chain.run_to(reveal_by.unwrap() + 2);
    assert_eq!(fault(&mut chain, on), Some(Fault::NoReveal));
    assert_eq!(chain.balance(&bob.account()), before - locked);
}

#[test]
fn a_task_that_nobody_else_can_take_is_refunded_whole() {
    let mut chain = Chain::development();
    Provider::join(&mut chain, Bob, ask(300));
    let id = submit(&mut chain, Charlie, submission(OPTIMISTIC));
    let before = chain.balance(&Charlie.to_account_id());
    let end = chain.height() + 20_000;
    while !matches!(task(&mut chain, id).status, TaskStatus::Refunded { .. }) {
        chain.block(Vec::new());
        assert!(
            chain.height() < end,
            "never refunded: {:?}",
            task(&mut chain, id).status
        );
    }
    let view = task(&mut chain, id);
    assert!(matches!(
        view.status,
        TaskStatus::Refunded {
            reason: Refunded::MatchWindowEnded,
            ..
        }
    ));
    assert_eq!(view.escrow, 0);
    assert!(
        chain.balance(&Charlie.to_account_id()) > before,
        "and has the slash besides"
    );
}

#[test]
fn a_wrong_expectation_costs_no_provider_its_stake() {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(300));
    let dave = Provider::join(&mut chain, Dave, ask(700));
    let before = (
        chain.balance(&bob.account()),
        chain.balance(&dave.account()),
    );
    let id = submit(&mut chain, Charlie, submission(expecting_output()));
    let first = assignment(&mut chain, id);
    bob.run(&mut chain, first, b"what the program really computes");
    let second = assignment(&mut chain, id);
    dave.run(&mut chain, second, b"what the program really computes");
    assert!(matches!(
        task(&mut chain, id).status,
        TaskStatus::Refunded {
            reason: Refunded::FaultConfirmed,
            ..
        }
    ));
    assert!(chain.balance(&bob.account()) > before.0, "a base fee");
    assert!(chain.balance(&dave.account()) > before.1, "a base fee");
}

#[test]
fn a_program_that_crashes_costs_its_requester_two_base_fees() {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(60_000));
    let dave = Provider::join(&mut chain, Dave, ask(70_000));
    let (prices, gains, cost) = crash(&mut chain, [&bob, &dave]);
    assert!(prices.iter().all(|price| *price > BaseFee::DEFAULT));
    assert_eq!(gains, [BaseFee::DEFAULT; 2]);
    assert_eq!(cost, 2 * BaseFee::DEFAULT);
}

/// Regression: each of them was paid a base fee, which is what a hundred such tasks cost. Two accounts of one owner
/// that asked the least could end one task after the other that way.
#[test]
fn who_ends_a_task_by_its_word_gets_its_price_at_most_and_no_task_for_a_while() {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(300));
    let dave = Provider::join(&mut chain, Dave, ask(700));
    let (prices, gains, cost) = crash(&mut chain, [&bob, &dave]);
    assert!(prices.iter().all(|price| *price < BaseFee::DEFAULT));
    assert_eq!(gains, prices);
    assert_eq!(cost, prices[0] + prices[1]);

    let next = submit(&mut chain, Charlie, submission(OPTIMISTIC));
    chain.run_to(chain.height() + CoolDownBase::DEFAULT / 2);
    assert!(task(&mut chain, next).assignments.is_empty());
    // The cool-down is over soon, and does not count as a failure.
    chain.skip(HeartbeatPeriod::get());
    bob.beat(&mut chain);
    dave.beat(&mut chain);
    chain.run_to(chain.height() + 4);
    assert_eq!(task(&mut chain, next).assignments.len(), 1);
}

/// Runs a task of which two providers report that its program has crashed; the first asks less. Returns the prices of
/// both, what each of them was paid, and what the requester has paid besides its fees.
fn crash(chain: &mut Chain, providers: [&Provider; 2]) -> ([Balance; 2], [Balance; 2], Balance) {
    let id = submit(chain, Charlie, submission(OPTIMISTIC));
    let before = [Bob, Dave, Charlie].map(|who| chain.balance(&who.to_account_id()));
    for provider in providers {
        let on = assignment(chain, id);
        provider.start(chain, on);
        provider.fail(chain, on, Fault::RunFailed);
        assert_eq!(fault(chain, on), Some(Fault::RunFailed));
    }
    let ended = task(chain, id);
    assert!(matches!(
        ended.status,
        TaskStatus::Refunded {
            reason: Refunded::FaultConfirmed,
            ..
        }
    ));
    let after = [Bob, Dave, Charlie].map(|who| chain.balance(&who.to_account_id()));
    let prices = [0, 1].map(|number: usize| ended.assignments[number].price);
    let gains = [after[0] - before[0], after[1] - before[1]];
    (prices, gains, before[2] - after[2])
}

#[test]
fn who_blames_the_program_for_its_own_crash_pays_when_another_is_done() {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(300));
    let dave = Provider::join(&mut chain, Dave, ask(700));
    let id = submit(&mut chain, Charlie, submission(expecting_output()));
    let collateral = task(&mut chain, id).assignments[0].collateral;
    let before = chain.balance(&bob.account());
    let first = assignment(&mut chain, id);
    bob.start(&mut chain, first);
    bob.fail(&mut chain, first, Fault::RunFailed);
    assert_eq!(chain.balance(&bob.account()), before);

    let second = assignment(&mut chain, id);
    dave.run(&mut chain, second, OUTPUT);
    assert!(matches!(
        task(&mut chain, id).status,
        TaskStatus::Settled { .. }
    ));
    let slash = FaultSlash::DEFAULT.mul_ceil(collateral);
    assert_eq!(chain.balance(&bob.account()), before - slash);
}
