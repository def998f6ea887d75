//! Nobody buys a place before others: submissions are served in the order of the history, and no tip decides that
//! order.

use aicpw_primitives::priority;
use aicpw_protocol::{
    sealing::Envelope,
    task::{Submission, TaskStatus, Verification},
    worker::Statement,
    Gflops, Milliseconds,
};
use aicpw_runtime::{
    configs::market::HeartbeatPeriod,
    transactions::fair_order::{SUBMISSION_PRIORITY, TIPPED_SUBMISSION},
    units::{EXISTENTIAL_DEPOSIT, MILLI, UNIT},
    Address, Balance, OriginCaller, RuntimeCall, Tasks,
};
use codec::Encode;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave};
use sp_runtime::transaction_validity::InvalidTransaction;

use crate::{
    chain::Chain,
    court::{all, Court, LIE},
    market::{
        ask, assignment, submission, submit as submit_task, task, Provider, OPTIMISTIC, OUTPUT,
    },
    sealed::{awaiting, sealed},
};

fn submit() -> RuntimeCall {
    let submission = submission(OPTIMISTIC);
    pallet_tasks::Call::submit { submission }.into()
}

fn transfer() -> RuntimeCall {
    let (dest, value) = (Address::Id(Dave.to_account_id()), UNIT);
    pallet_balances::Call::transfer_keep_alive { dest, value }.into()
}

fn as_root(chain: &mut Chain, call: impl Into<RuntimeCall>) {
    let call = Box::new(call.into());
    chain.sign(Alice, pallet_sudo::Call::sudo { call }).unwrap();
}

fn signed_by(who: Sr25519Keyring) -> Box<OriginCaller> {
    Box::new(frame_system::RawOrigin::Signed(who.to_account_id()).into())
}

/// Returns the call wrapped in every way to have it dispatched by another call.
fn wrapped(inner: RuntimeCall) -> Vec<RuntimeCall> {
    use pallet_multisig::Call as Multisig;
    use pallet_proxy::Call as Proxy;
    use pallet_scheduler::Call as Scheduler;
    use pallet_sudo::Call as Sudo;
    use pallet_utility::Call as Utility;
    let calls = vec![transfer(), inner.clone()];
    let call = Box::new(inner);
    let weight = frame_support::weights::Weight::from_parts(1, 0);
    let other = || Box::new(transfer());
    vec![
        Utility::batch {
            calls: calls.clone(),
        }
        .into(),
        Utility::batch_all {
            calls: calls.clone(),
        }
        .into(),
        Utility::force_batch { calls }.into(),
        Utility::as_derivative {
            index: 1,
            call: call.clone(),
        }
        .into(),
        Utility::dispatch_as {
            as_origin: signed_by(Bob),
            call: call.clone(),
        }
        .into(),
        Utility::dispatch_as_fallible {
            as_origin: signed_by(Bob),
            call: call.clone(),
        }
        .into(),
        Utility::with_weight {
            call: call.clone(),
            weight,
        }
        .into(),
        Utility::if_else {
            main: call.clone(),
            fallback: other(),
        }
        .into(),
        Utility::if_else {
            main: other(),
            fallback: call.clone(),
        }
        .into(),
        Sudo::sudo { call: call.clone() }.into(),
        Sudo::sudo_unchecked_weight {
            call: call.clone(),
            weight,
        }
        .into(),
        Sudo::sudo_as {
            who: Address::Id(Bob.to_account_id()),
            call: call.clone(),
        }
        .into(),
        Proxy::proxy {
            real: Address::Id(Bob.to_account_id()),
            force_proxy_type: None,
            call: call.clone(),
        }
        .into(),
        Proxy::proxy_announced {
            delegate: Address::Id(Charlie.to_account_id()),
            real: Address::Id(Bob.to_account_id()),
            force_proxy_type: None,
            call: call.clone(),
        }
        .into(),
        Multisig::as_multi_threshold_1 {
            other_signatories: vec![Bob.to_account_id()],
            call: call.clone(),
        }
        .into(),
        Multisig::as_multi {
            threshold: 2,
            other_signatories: vec![Bob.to_account_id()],
            maybe_timepoint: None,
            call: call.clone(),
            max_weight: weight,
        }
        .into(),
        Scheduler::schedule {
            when: u32::MAX,
            maybe_periodic: None,
            priority: 0,
            call: call.clone(),
        }
        .into(),
        Scheduler::schedule_after {
            after: 1,
            maybe_periodic: None,
            priority: 0,
            call: call.clone(),
        }
        .into(),
        Scheduler::schedule_named {
            id: [0; 32],
            when: u32::MAX,
            maybe_periodic: None,
            priority: 0,
            call: call.clone(),
        }
        .into(),
        Scheduler::schedule_named_after {
            id: [0; 32],
            after: 1,
            maybe_periodic: None,
            priority: 0,
            call,
        }
        .into(),
    ]
}

fn try_with_tip(chain: &mut Chain, who: Sr25519Keyring, call: RuntimeCall, tip: Balance) -> bool {
    let transaction = chain.signed(who, call, tip);
    match chain.try_block(vec![transaction]).remove(0) {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error, InvalidTransaction::Custom(TIPPED_SUBMISSION).into());
            false
        }
    }
}

#[test]
fn a_tip_gets_no_submission_into_a_block() {
    let mut chain = Chain::development();
    let mut calls = vec![submit()];
    calls.extend(wrapped(submit()));
    // The same, wrapped twice.
    calls.extend(calls.clone().into_iter().flat_map(wrapped));
    for call in calls {
        assert!(
            !try_with_tip(&mut chain, Alice, call.clone(), 1),
            "{call:?}"
        );
    }
    assert_eq!(chain.read(Tasks::history_head).length, 0);
}

#[test]
fn the_same_without_a_tip_is_taken() {
    let mut chain = Chain::development();
    for call in [vec![submit()], wrapped(submit())].concat() {
        assert!(try_with_tip(&mut chain, Alice, call, 0));
    }
    assert!(chain.read(Tasks::history_head).length > 5);
}

#[test]
fn other_calls_may_have_tips() {
    let mut chain = Chain::development();
    for call in [vec![transfer()], wrapped(transfer())].concat() {
        assert!(try_with_tip(&mut chain, Alice, call, MILLI));
    }
}

fn carries_a_transfer(call: &RuntimeCall) -> bool {
    let transfer = transfer().encode();
    let call = call.encode();
    call.windows(transfer.len()).any(|part| part == transfer)
}

/// Nothing else can buy a place either, by carrying a submission in the same transaction, which need not even succeed.
#[test]
fn a_submission_moves_nothing_else_ahead() {
    let mut chain = Chain::development();
    let plain = chain.signed(Alice, transfer(), 0);
    let plain = chain.validity(plain).unwrap().priority;
    let mixed: Vec<_> = wrapped(submit())
        .into_iter()
        .filter(carries_a_transfer)
        .collect();
    assert_eq!(mixed.len(), 5);
    let deeper = mixed.clone().into_iter().map(|call| {
        let calls = vec![submit(), call];
        pallet_utility::Call::force_batch { calls }.into()
    });
    for call in mixed.clone().into_iter().chain(deeper) {
        let transaction = chain.signed(Alice, call.clone(), 0);
        let priority = chain.validity(transaction).unwrap().priority;
        assert!(priority <= plain, "{call:?}: {priority}, alone {plain}");
    }
}

/// Regression: a submission that is refused before it pays the submission fee still went before everything without a
/// tip, for an eighth of what other submissions pay.
#[test]
fn a_submission_that_is_refused_for_what_it_says_goes_before_nothing() {
    let mut chain = Chain::development();
    let plain = chain.signed(Alice, transfer(), 0);
    let plain = chain.validity(plain).unwrap().priority;
    let with = |change: fn(&mut Submission)| {
        let mut submission = submission(OPTIMISTIC);
        change(&mut submission);
        RuntimeCall::from(pallet_tasks::Call::submit { submission })
    };
    let refused = [
        with(|one| one.budget = 1),
        with(|one| one.time_limit = Milliseconds(0)),
        with(|one| one.needs.gflops = Gflops(0)),
        with(|one| one.match_window = Milliseconds(u64::MAX)),
        with(|one| one.verification = Verification::Proof { circuit: 1 }),
        with(|one| one.peers = vec![Default::default()].try_into().unwrap()),
    ];
    for call in refused {
        // The same holds in a batch with one that is not refused.
        let calls = vec![submit(), call.clone()];
        let batch = pallet_utility::Call::force_batch { calls };
        for call in [call, batch.into()] {
            let transaction = chain.signed(Alice, call.clone(), 0);
            let priority = chain.validity(transaction).unwrap().priority;
            assert!(
                priority <= plain,
                "{call:?}: {priority}, a transfer {plain}"
            );
        }
    }
    // No submission is taken while the market is paused.
    let priority = |chain: &mut Chain| {
        let transaction = chain.signed(Charlie, submit(), 0);
        chain.validity(transaction).unwrap().priority
    };
    assert_eq!(priority(&mut chain), SUBMISSION_PRIORITY);
    as_root(&mut chain, pallet_market_clock::Call::pause {});
    assert!(priority(&mut chain) <= plain);
    as_root(&mut chain, pallet_market_clock::Call::resume {});
    assert_eq!(priority(&mut chain), SUBMISSION_PRIORITY);
}

/// The pool orders by priority, and equal priorities by time of arrival.
#[test]
fn a_submission_cannot_move_ahead_of_another() {
    let mut chain = Chain::development();
    let mut long = submission(OPTIMISTIC);
    let address = vec![b'x'; 100].try_into().unwrap();
    long.peers = vec![address; 8].try_into().unwrap();
    let long = pallet_tasks::Call::submit { submission: long };
    let of_nothing_else = pallet_utility::Call::batch_all {
        calls: vec![submit(), submit()],
    };
    let alone = [submit(), long.into(), of_nothing_else.into()];
    for call in alone.into_iter().chain(wrapped(submit())) {
        let transaction = chain.signed(Alice, call.clone(), 0);
        let valid = chain.validity(transaction).unwrap();
        if !carries_a_transfer(&call) {
            assert_eq!(valid.priority, SUBMISSION_PRIORITY, "{call:?}");
        }
        let tipped = chain.signed(Charlie, call, 1_000 * UNIT);
        assert_eq!(
            chain.validity(tipped),
            Err(InvalidTransaction::Custom(TIPPED_SUBMISSION).into())
        );
    }
    let plain = chain.signed(Alice, transfer(), 0);
    let plain = chain.validity(plain).unwrap().priority;
    let tipped = chain.signed(Alice, transfer(), UNIT);
    let tipped = chain.validity(tipped).unwrap().priority;
    assert!(
        plain < SUBMISSION_PRIORITY && SUBMISSION_PRIORITY < tipped,
        "{plain} {tipped}"
    );
}

/// Whoever could do that would make providers late for the price of a few tips, and get their collateral.
#[test]
fn no_tip_moves_anything_ahead_of_workers() {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(500));
    let task = submit_task(&mut chain, Alice, submission(OPTIMISTIC));
    let assignment = assignment(&mut chain, task);
    // A heartbeat for the next period can only be made in that period.
    let period = chain.height() / HeartbeatPeriod::get() + 1;
    chain.run_to(period * HeartbeatPeriod::get());
    let provider = bob.account();
    let statement = Statement::Heartbeat {
        provider: provider.clone(),
        period,
    };
    let proof = bob.prove(&mut chain, statement);
    let heartbeat = pallet_provider_staking::Call::heartbeat {
        provider,
        period,
        proof,
    };
    let heartbeat = chain.authorised(heartbeat);
    let start = bob.start_call(&mut chain, assignment);
    let start = chain.authorised(start);
    let worker = [start, heartbeat].map(|call| chain.validity(call).unwrap().priority);
    assert_eq!(worker, [priority::WORKER; 2]);

    let remark = || frame_system::Call::remark { remark: vec![] };
    // The class of this call adds the fee many times over, as a tip would.
    let operational = || frame_system::Call::set_heap_pages { pages: 1 };
    let batch = pallet_utility::Call::batch {
        calls: vec![remark().into(), operational().into()],
    };
    let calls: [RuntimeCall; 4] = [
        remark().into(),
        transfer(),
        operational().into(),
        batch.into(),
    ];
    for call in calls {
        for tip in [0, UNIT / 10, 1_000 * UNIT] {
            let transaction = chain.signed(Charlie, call.clone(), tip);
            let paid = chain.validity(transaction).unwrap().priority;
            assert!(paid <= priority::PAID, "{call:?} with {tip}: {paid}");
        }
    }
    // docs/accounts.md names the tip above which a transaction moves no further ahead.
    let page = include_str!("../../../docs/accounts.md");
    assert!(page.contains("more than about\n0.003 AICP moves nothing further."));
    for (tip, is_most) in [(2 * MILLI, false), (3 * MILLI, true)] {
        let transaction = chain.signed(Charlie, transfer(), tip);
        let paid = chain.validity(transaction).unwrap().priority;
        assert_eq!(paid == priority::PAID, is_most, "{tip}: {paid}");
    }
    // A tip still buys a place before what pays less.
    let [low, high] = [0, MILLI].map(|tip| {
        let transaction = chain.signed(Charlie, remark(), tip);
        chain.validity(transaction).unwrap().priority
    });
    assert!(low < high, "{low} {high}");
}

/// Returns the priority of a call of this account with this tip, and what it provides.
fn ranked(
    chain: &mut Chain,
    who: Sr25519Keyring,
    call: impl Into<RuntimeCall>,
    tip: Balance,
) -> (u64, Vec<Vec<u8>>) {
    let transaction = chain.signed(who, call, tip);
    let valid = chain.validity(transaction).unwrap();
    (valid.priority, valid.provides)
}

/// Whoever could do that would keep a dispute out of its window, or a key from a jury, for the fees of a minute's
/// blocks.
#[test]
fn no_tip_moves_anything_ahead_of_what_is_due() {
    let mut court = Court::new();
    let dispute = |id| pallet_disputes::Call::dispute { task: id };
    let id = court.revealed(submission(OPTIMISTIC), LIE);
    let chain = &mut court.chain;
    let (due, provides) = ranked(chain, Charlie, dispute(id), 0);
    let another = submit_task(chain, Charlie, submission(OPTIMISTIC));
    let (early, _) = ranked(chain, Charlie, dispute(another), 0);
    assert!(early <= priority::PAID, "there is nothing to dispute yet");
    assert_eq!(due, priority::DUE);
    let (bought, _) = ranked(chain, Alice, transfer(), 1_000 * UNIT);
    assert!(bought <= priority::PAID && bought < due);
    // A tip changes nothing.
    let (tipped, _) = ranked(chain, Charlie, dispute(id), UNIT);
    assert_eq!(tipped, due);
    // An account has one such call at a time in the pool, whichever takes its bond, because it has the bond only once.
    let part = pallet_disputes::Call::dispute_part { task: id };
    let (_, of_part) = ranked(chain, Charlie, part, 0);
    assert_eq!(of_part.last(), provides.last());
    // Strangers may dispute the result as well, however many there are, but they lose nothing if they are late.
    let (stranger, _) = ranked(chain, Alice, dispute(id), 0);
    assert!(stranger <= priority::PAID);
    // The provider may not dispute its own result, and a call that is carried by another call counts as any call.
    let (own, _) = ranked(chain, Bob, dispute(id), 0);
    assert!(own <= priority::PAID);
    let batch = pallet_utility::Call::batch {
        calls: vec![dispute(id).into()],
    };
    let (carried, _) = ranked(chain, Charlie, batch, 0);
    assert!(carried <= priority::PAID);

    assert!(
        matches!(task(chain, id).status, TaskStatus::Verifying { .. }),
        "nothing of the looks stays"
    );
    court.dispute(Charlie, id);
    let (again, _) = ranked(&mut court.chain, Charlie, dispute(id), 0);
    assert!(again <= priority::PAID, "it is disputed already");
    let appeal = || pallet_disputes::Call::appeal { task: id };
    let (early, _) = ranked(&mut court.chain, Bob, appeal(), 0);
    assert!(early <= priority::PAID, "there is no verdict yet");
    court.judge(id, all(OUTPUT));
    let (due, _) = ranked(&mut court.chain, Bob, appeal(), 0);
    assert_eq!(due, priority::DUE, "of who has lost");
    let (stranger, _) = ranked(&mut court.chain, Alice, appeal(), 0);
    assert!(stranger <= priority::PAID);
}

/// A bond that the account only has as long as it pays no fee does not count: otherwise a flood could be made of calls
/// that fail.
#[test]
fn a_dispute_that_cannot_be_paid_with_its_fee_is_not_due() {
    let bond = {
        let mut court = Court::new();
        let id = court.revealed(submission(OPTIMISTIC), LIE);
        court.dispute(Alice, id);
        court.view(id).bond
    };
    let mut court = Court::new();
    let id = court.revealed(submission(OPTIMISTIC), LIE);
    let chain = &mut court.chain;
    let dispute = || pallet_disputes::Call::dispute { task: id };
    let poor = Charlie;
    let deposit = EXISTENTIAL_DEPOSIT;
    for (free, is_due) in [(deposit + bond, false), (deposit + bond + UNIT, true)] {
        let set = pallet_balances::Call::force_set_balance {
            who: Address::Id(poor.to_account_id()),
            new_free: free,
        };
        as_root(chain, set);
        let (priority, _) = ranked(chain, poor, dispute(), 0);
        assert_eq!(priority == priority::DUE, is_due, "{free}: {priority}");
    }
}

#[test]
fn a_key_that_is_waited_for_goes_before_what_is_bought() {
    let mut chain = Chain::development();
    Provider::join(&mut chain, Bob, ask(500));
    let id = submit_task(&mut chain, Charlie, sealed());
    let (assignment, recipient) = awaiting(&mut chain, id);
    let grant = |recipient| pallet_tasks::Call::grant_key {
        assignment,
        envelope: Envelope {
            recipient,
            encapsulated: [1; 32],
            sealed_key: [2; 48],
        },
    };
    assert_eq!(
        ranked(&mut chain, Charlie, grant(recipient), 0).0,
        priority::DUE
    );
    for (who, recipient) in [(Charlie, [9; 32]), (Alice, recipient)] {
        let (refused, _) = ranked(&mut chain, who, grant(recipient), 0);
        assert!(refused <= priority::PAID);
    }
    chain.sign(Charlie, grant(recipient)).unwrap();
    let (granted, _) = ranked(&mut chain, Charlie, grant(recipient), 0);
    assert!(granted <= priority::PAID);
}
