//! The least budget that a task can have. After a verdict against its provider, it still pays another one.

use std::collections::BTreeMap;

use aicpw_protocol::{
    pricing,
    task::{AssignmentStatus, Needs, Role, Submission, TaskStatus},
    verdict::Outcome,
    view::AssignmentView,
    AskPrice, Balance, Gflops, Milliseconds, TaskId,
};
use aicpw_runtime::{
    configs::{
        money::{AuditPot, TreasuryAccount},
        parameters::{AuditRules, ProtocolFee},
    },
    units::UNIT,
    AccountId,
};
use frame_support::traits::Get;
use sp_keyring::Sr25519Keyring::{Bob, Charlie};

use crate::{
    audits::{worker_of, Audited},
    chain::Chain,
    court::{all, Court, LIE},
    market::{ask, submission, submit, task, Provider, OPTIMISTIC, OUTPUT},
};

/// Returns a submission of 50 GFLOPS for an hour, so that it costs more than the chain's lowest budget. At the ask of
/// the honest providers, its budget just pays the price and the audit cost.
fn tight(chain: &mut Chain) -> Submission {
    let of = submission(OPTIMISTIC);
    let (gflops, time_limit) = (Gflops(50), Milliseconds(3_600_000));
    let price = pricing::price(AskPrice(ask(500)), gflops, time_limit).unwrap();
    let budget = chain.read(|| AuditRules::get().lowest_budget_of_most(price));
    Submission {
        needs: Needs { gflops, ..of.needs },
        time_limit,
        budget: budget.unwrap(),
        ..of
    }
}

fn replicas(chain: &mut Chain, id: TaskId) -> Vec<AssignmentView<AccountId>> {
    let mut all = task(chain, id).assignments;
    all.retain(|one| one.role == Role::Replica);
    all
}

/// Has the next provider make the right result, to which nobody objects.
fn make_it_right(court: &mut Court, id: TaskId) -> AssignmentView<AccountId> {
    let budget = task(&mut court.chain, id).submission.budget;
    let next = replicas(&mut court.chain, id).pop().unwrap();
    assert_eq!(next.id.attempt, 1, "it is matched again: {next:?}");
    assert_eq!(
        task(&mut court.chain, id).escrow,
        budget,
        "all that the budget was"
    );
    let worker = worker_of(court, &next.provider);
    court.others[worker].run(&mut court.chain, next.id, OUTPUT);
    let TaskStatus::Verifying { settle_at } = task(&mut court.chain, id).status else {
        panic!("no window: {:?}", task(&mut court.chain, id))
    };
    court.chain.run_to(settle_at);
    let view = task(&mut court.chain, id);
    let TaskStatus::Settled { paid, .. } = view.status else {
        panic!("not settled: {view:?}")
    };
    assert_eq!(paid, next.price + next.audit_cost, "for one result");
    assert_eq!(view.escrow, 0);
    next
}

fn signed(amount: Balance) -> i128 {
    i128::try_from(amount).unwrap()
}

/// With a budget that is lower by one, no provider with that ask is found: not for the first attempt, and so not for
/// the second either.
#[test]
fn the_least_budget_is_the_least() {
    let mut chain = Chain::development();
    let honest = Provider::join(&mut chain, Bob, ask(500));
    let least = tight(&mut chain);
    let less = Submission {
        budget: least.budget - 1,
        ..least.clone()
    };
    let ids = [less, least].map(|one| submit(&mut chain, Charlie, one));
    chain.block(Vec::new());
    let [without, with] = ids.map(|id| replicas(&mut chain, id));
    assert!(without.is_empty(), "{without:?}");
    assert_eq!(with[0].provider, honest.account());
}

/// Regression: what the audit of the lie had cost went back to the requester's account and not into the escrow. The
/// rest of the escrow could pay nobody, and the task was refunded instead of run again.
#[test]
fn the_least_budget_pays_another_after_an_audit_that_found_a_lie() {
    let mut court = Court::new();
    let submission = tight(&mut court.chain);
    let budget = submission.budget;
    let mut market = Audited::on(court, submission, LIE);
    let id = market.task;
    let lie = market.view().assignments[0].clone();
    assert_eq!(lie.provider, Bob.to_account_id());
    assert!(lie.audit_cost > 0);
    assert_eq!(market.view().escrow, budget - lie.audit_cost);

    // From here on nobody signs a transaction. The audit cost that the requester has paid is in the pot.
    let mut everybody = vec![
        Charlie.to_account_id(),
        Bob.to_account_id(),
        TreasuryAccount::get(),
        AuditPot::get(),
    ];
    everybody.extend(market.court.others.iter().map(Provider::account));
    let owned: Vec<_> = everybody
        .into_iter()
        .map(|who| {
            let owns = market.balance(&who);
            (who, owns)
        })
        .collect();

    let auditor = market.audit(1, OUTPUT);
    market.reveal(LIE, OUTPUT);
    assert_eq!(market.view().status, TaskStatus::Disputed);
    market.court.judge(id, all(OUTPUT));
    let pay = market.court.view(id).pay;
    let (court, outcome) = market.court.run_to_end(id);
    market.court = court;
    assert!(matches!(outcome, Outcome::Wrong { .. }), "{outcome:?}");
    let next = make_it_right(&mut market.court, id);

    let mut jurors = market.court.jurors(id);
    jurors.retain(|one| matches!(one.status, AssignmentStatus::Settled { .. }));
    assert!(jurors.len() >= 3, "{jurors:?}");
    let locked = lie.collateral + lie.fraud_bond;
    let chain = &mut market.court.chain;
    let reward = chain.read(AuditRules::get).finders_reward(locked);
    let fee = pricing::protocol_fee(next.price, chain.read(ProtocolFee::get));
    let judges = signed(pay) * jurors.len() as i128;
    // The pot is new: it pays the auditor what came into it, and owes the rest.
    assert!(auditor.price > lie.audit_cost + next.audit_cost);
    let mut expected = BTreeMap::from([
        (
            Charlie.to_account_id(),
            signed(lie.audit_cost) - signed(next.price + next.audit_cost),
        ),
        (Bob.to_account_id(), -signed(locked)),
        (
            TreasuryAccount::get(),
            signed(locked) - signed(lie.audit_cost) - judges - signed(reward) + signed(fee),
        ),
        (AuditPot::get(), -signed(lie.audit_cost)),
        (
            auditor.provider.clone(),
            signed(lie.audit_cost + next.audit_cost + reward),
        ),
        (next.provider.clone(), signed(next.price - fee)),
    ]);
    expected.extend(jurors.iter().map(|one| (one.provider.clone(), signed(pay))));
    for (who, owned) in owned {
        let change = signed(market.balance(&who)) - signed(owned);
        let expected = expected.remove(&who).unwrap_or_default();
        assert_eq!(change, expected, "{who:?}");
    }
    assert_eq!(expected, BTreeMap::new(), "all of them were looked at");
    assert_eq!(market.court.stake(Bob), 1_000 * UNIT - locked);
    market.end();
}

#[test]
fn the_least_budget_pays_another_after_a_dispute() {
    let mut court = Court::new();
    let requester = Charlie.to_account_id();
    let submission = tight(&mut court.chain);
    let id = court.revealed(submission, LIE);
    let lie = replicas(&mut court.chain, id).remove(0);
    court.dispute(Charlie, id);
    let before = court.chain.balance(&requester);
    court.judge(id, all(OUTPUT));
    let (mut court, outcome) = court.run_to_end(id);
    assert!(matches!(outcome, Outcome::Wrong { .. }), "{outcome:?}");
    let next = make_it_right(&mut court, id);
    assert_ne!(next.provider, lie.provider);
    // Its bond is free again, and the lie has cost it nothing.
    assert_eq!(
        court.chain.balance(&requester) + next.price + next.audit_cost,
        before + lie.audit_cost
    );
}
