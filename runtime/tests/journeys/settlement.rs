//! Tasks that end well.

use aicpw_primitives::api::runtime_decl_for_census_api::CensusApiV1;
use aicpw_protocol::{
    pricing,
    task::{AssignmentStatus, Submission, TaskStatus},
    AskPrice, Gflops, Milliseconds,
};
use aicpw_runtime::{
    configs::{
        money::TreasuryAccount,
        parameters::{MarketParameter, ProtocolFee, SubmissionFee},
    },
    units::{MILLI, UNIT},
    ProviderStaking, Runtime,
};
use sp_keyring::Sr25519Keyring::{Bob, Charlie, Dave};

use crate::{
    chain::Chain,
    governance::set_as_root,
    market::{
        ask, assignment, expecting_output, fee_with, submission, submit, task, Provider, JUDGED,
        OPTIMISTIC, OUTPUT,
    },
};

#[test]
fn the_result_is_expected_and_paid_in_the_block_of_its_reveal() {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(500));
    let (before, treasury_before) = (
        chain.balance(&bob.account()),
        chain.balance(&TreasuryAccount::get()),
    );
    let id = submit(&mut chain, Charlie, submission(expecting_output()));
    let requester_after_submission = chain.balance(&Charlie.to_account_id());
    let on = assignment(&mut chain, id);
    bob.run(&mut chain, on, OUTPUT);

    let census = chain.read(Runtime::census);
    assert_eq!((census.submitted, census.tasks.settled), (1, 1));
    assert_eq!((census.tasks.matched, census.tasks.active), (1, 0));
    assert_eq!((census.listed_devices, census.live_providers), (1, 1));

    let view = task(&mut chain, id);
    let price = pricing::price(AskPrice(ask(500)), Gflops(10), Milliseconds(60_000)).unwrap();
    assert_eq!(
        view.status,
        TaskStatus::Settled {
            at: chain.height(),
            paid: price
        }
    );
    assert_eq!(view.escrow, 0);
    assert!(matches!(
        &view.assignments[0].status,
        AssignmentStatus::Settled { opening, .. } if *opening == bob.opening(on, OUTPUT)
    ));
    let fee = ProtocolFee::DEFAULT.mul_floor(price);
    assert_eq!(chain.balance(&bob.account()), before + price - fee);
    assert_eq!(
        chain.balance(&Charlie.to_account_id()),
        requester_after_submission - price
    );
    assert_eq!(
        chain.balance(&TreasuryAccount::get()),
        treasury_before + fee + fee_with(SubmissionFee::DEFAULT)
    );
}

/// `MinAsk` holds only for asks that are set after it was raised.
#[test]
fn an_ask_below_a_raised_minimum_is_paid_until_another_is_set() {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(50));
    let lowest = AskPrice(ask(100));
    set_as_root(&mut chain, MarketParameter::MinAsk(lowest)).unwrap();
    let id = submit(&mut chain, Charlie, submission(expecting_output()));
    let on = assignment(&mut chain, id);
    let at =
        |thousandths| pricing::price(AskPrice(ask(thousandths)), Gflops(10), Milliseconds(60_000));
    assert_eq!(
        Some(task(&mut chain, id).assignments[0].price),
        at(50),
        "the device asked it before"
    );
    bob.run(&mut chain, on, OUTPUT);

    let device = bob.device(&mut chain);
    let low = pallet_provider_staking::Call::set_ask {
        device,
        ask: AskPrice(ask(60)),
    };
    assert_eq!(
        chain.sign(Bob, low),
        Err(pallet_provider_staking::Error::<Runtime>::AskTooLow.into())
    );
    let least = pallet_provider_staking::Call::set_ask {
        device,
        ask: lowest,
    };
    chain.sign(Bob, least).unwrap();
    let id = submit(&mut chain, Charlie, submission(expecting_output()));
    assert_eq!(Some(task(&mut chain, id).assignments[0].price), at(100));
}

#[test]
fn a_window_that_ends_undisputed_pays() {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(500));
    let id = submit(&mut chain, Charlie, submission(OPTIMISTIC));
    let on = assignment(&mut chain, id);
    bob.run(&mut chain, on, OUTPUT);
    let TaskStatus::Verifying { settle_at } = task(&mut chain, id).status else {
        panic!("the window is not open: {:?}", task(&mut chain, id).status);
    };
    assert_eq!(settle_at, chain.height() + 40, "ten seconds of four blocks");
    chain.run_to(settle_at - 1);
    assert!(matches!(
        task(&mut chain, id).status,
        TaskStatus::Verifying { .. }
    ));
    chain.run_to(settle_at);
    assert!(matches!(
        task(&mut chain, id).status,
        TaskStatus::Settled { .. }
    ));
}

#[test]
fn a_requester_who_accepts_pays_at_once_and_rates_once() {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(500));
    let id = submit(&mut chain, Charlie, submission(OPTIMISTIC));
    let on = assignment(&mut chain, id);
    bob.run(&mut chain, on, OUTPUT);
    assert!(
        chain
            .sign(Dave, pallet_tasks::Call::accept { task: id })
            .is_err(),
        "not his task"
    );
    chain
        .sign(Charlie, pallet_tasks::Call::accept { task: id })
        .unwrap();
    assert!(matches!(
        task(&mut chain, id).status,
        TaskStatus::Settled { .. }
    ));

    let rate = |stars| pallet_tasks::Call::rate { task: id, stars };
    assert!(chain.sign(Charlie, rate(6)).is_err(), "one to five");
    chain.sign(Charlie, rate(5)).unwrap();
    assert!(chain.sign(Charlie, rate(1)).is_err(), "once");
    assert_eq!(task(&mut chain, id).rating, Some(5));
    let view = chain
        .read(|| ProviderStaking::provider_view(Bob.to_account_id()))
        .unwrap();
    assert_eq!((view.settled, view.ratings), (1, (1, 5)));
}

#[test]
fn the_cheapest_device_is_chosen_and_the_rest_of_the_budget_returns() {
    let mut chain = Chain::development();
    Provider::join(&mut chain, Bob, ask(700));
    let dave = Provider::join(&mut chain, Dave, ask(300));
    let id = submit(&mut chain, Charlie, submission(OPTIMISTIC));
    let on = assignment(&mut chain, id);
    let view = task(&mut chain, id);
    assert_eq!(view.assignments[0].provider, Dave.to_account_id());
    dave.run(&mut chain, on, OUTPUT);
    chain
        .sign(Charlie, pallet_tasks::Call::accept { task: id })
        .unwrap();
    let TaskStatus::Settled { paid, .. } = task(&mut chain, id).status else {
        panic!()
    };
    let Some(one) = view.assignments.first() else {
        panic!("not matched: {view:?}")
    };
    assert_eq!(paid, one.price + one.audit_cost);
    assert!(one.audit_cost < JUDGED / 10);
    assert!(
        one.price < MILLI,
        "ten GFLOPS for a minute are cheap: {}",
        one.price
    );
    assert_eq!(task(&mut chain, id).escrow, 0);
}

/// The judged price is half of the budget, if that is more than the price.
#[test]
fn a_budget_far_above_the_price_makes_audits_dearer_and_locks_larger() {
    let terms = |budget| {
        let mut chain = Chain::development();
        Provider::join(&mut chain, Dave, ask(300));
        let wanted = Submission {
            budget,
            ..submission(OPTIMISTIC)
        };
        let id = submit(&mut chain, Charlie, wanted);
        let one = task(&mut chain, id).assignments[0].clone();
        (one.price, one.audit_cost, one.fraud_bond)
    };
    let (price, cost, bond) = terms(UNIT);
    assert_eq!(bond, 20 * UNIT);
    assert!(cost > 40 * MILLI && cost < 41 * MILLI, "{cost}");
    assert_eq!(terms(UNIT / 100), (price, cost / 100, bond / 100));
}
