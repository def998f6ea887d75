//! An emergency: what the technical committee can do about it, and what it cannot.

use std::collections::BTreeSet;

use aicpw_primitives::traits::MarketSwitch;
use aicpw_protocol::task::{AssignmentStatus, Fault, TaskStatus};
use aicpw_runtime::{
    configs::{
        governance::{emergency::goes_on, origins::Origin},
        parameters::SubmissionFee,
        system::is_in_another_form,
    },
    units::UNIT,
    Address, Balance, BlockNumber, MarketClock, MultiBlockMigrations, Preimage, Referenda, Runtime,
    RuntimeCall, RuntimeEvent, RuntimeOrigin, SafeMode, System,
};
use codec::Encode;
use frame_support::{
    dispatch::{DispatchResult, GetDispatchInfo},
    migrations::{MigrationStatusHandler, MultiStepMigrator, SteppedMigration},
    traits::{schedule::DispatchTime, GetCallMetadata, OnRuntimeUpgrade, StorePreimage},
    weights::WeightMeter,
};
use pallet_collective::Instance1;
use pallet_provider_staking::migrations::{v1, ToVersion2};
use pallet_tasks::Assignments;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve};
use sp_runtime::{
    traits::{BlakeTwo256, Hash},
    DispatchError,
};

use crate::{
    chain::Chain,
    governance::{conclude, decide, enact, propose, vote, DAY_IN_BLOCKS},
    market::{
        ask, assignment, expecting_output, submission, submit, task, Provider, OPTIMISTIC, OUTPUT,
    },
};

type Committee = pallet_collective::Call<Runtime, Instance1>;

/// Two of the three members pass a motion. Returns the result of its call.
pub fn committee(chain: &mut Chain, call: impl Into<RuntimeCall>) -> DispatchResult {
    let call: RuntimeCall = call.into();
    let length_bound = call.encoded_size() as u32;
    let proposal = BlakeTwo256::hash_of(&call);
    let weight = call.get_dispatch_info().call_weight;
    let index = chain.read(pallet_collective::ProposalCount::<Runtime, Instance1>::get);
    let motion = Committee::propose {
        threshold: 2,
        proposal: Box::new(call),
        length_bound,
    };
    chain.sign(Alice, motion).unwrap();
    for member in [Alice, Bob] {
        let vote = Committee::vote {
            proposal,
            index,
            approve: true,
        };
        chain.sign(member, vote).unwrap();
    }
    let close = Committee::close {
        proposal_hash: proposal,
        index,
        proposal_weight_bound: weight,
        length_bound,
    };
    chain.sign(Bob, close).unwrap();
    chain.read(|| {
        System::events()
            .into_iter()
            .find_map(|record| match record.event {
                RuntimeEvent::TechnicalCommittee(pallet_collective::Event::Executed {
                    result,
                    ..
                }) => Some(result),
                _ => None,
            })
            .unwrap()
    })
}

/// The committee whitelists the call and everybody votes for it. Makes blocks until `is_done`.
pub fn decide_fast(chain: &mut Chain, call: RuntimeCall, is_done: impl Fn() -> bool) {
    let whitelist = pallet_whitelist::Call::whitelist_call {
        call_hash: BlakeTwo256::hash_of(&call),
    };
    committee(chain, whitelist).unwrap();
    decide_whitelisted(chain, call, is_done);
}

/// Everybody votes for a whitelisted call. Makes blocks until `is_done`.
fn decide_whitelisted(chain: &mut Chain, call: RuntimeCall, is_done: impl Fn() -> bool) {
    let dispatch = pallet_whitelist::Call::dispatch_whitelisted_call_with_preimage {
        call: Box::new(call),
    };
    let index = propose(chain, Origin::WhitelistedCaller.into(), dispatch.into());
    vote(chain, index, true);
    let since = chain.height();
    while !chain.read(&is_done) {
        assert!(
            chain.height() < since + DAY_IN_BLOCKS,
            "any other track takes more than two days"
        );
        chain.block(Vec::new());
    }
}

fn transfer() -> RuntimeCall {
    pallet_balances::Call::transfer_keep_alive {
        dest: Address::Id(Dave.to_account_id()),
        value: UNIT,
    }
    .into()
}

fn pause(pallet: &str, call: &str) -> RuntimeCall {
    let name = |name: &str| name.as_bytes().to_vec().try_into().unwrap();
    pallet_tx_pause::Call::pause {
        full_name: (name(pallet), name(call)),
    }
    .into()
}

/// Returns a call that spends from the treasury.
fn spend(beneficiary: Sr25519Keyring, amount: Balance) -> RuntimeCall {
    pallet_treasury::Call::spend {
        asset_kind: Box::new(()),
        amount,
        beneficiary: Box::new(beneficiary.to_account_id()),
        valid_from: None,
    }
    .into()
}

fn fund_the_treasury(chain: &mut Chain) {
    let fund = pallet_balances::Call::transfer_keep_alive {
        dest: aicpw_runtime::Treasury::account_id().into(),
        value: 10 * UNIT,
    };
    chain.sign(Charlie, fund).unwrap();
}

/// Has somebody pay out the first spend. Returns what Eve gets of it.
fn paid_to_eve(chain: &mut Chain) -> Balance {
    let before = chain.balance(&Eve.to_account_id());
    let payout = pallet_treasury::Call::payout { index: 0 };
    chain.sign(Charlie, payout).unwrap();
    chain.balance(&Eve.to_account_id()) - before
}

pub fn filtered() -> DispatchResult {
    Err(frame_system::Error::<Runtime>::CallFiltered.into())
}

#[test]
fn the_committee_pauses_a_call_and_lets_it_go_on() {
    let mut chain = Chain::development();
    let halt = pause("Balances", "transfer_keep_alive");
    committee(&mut chain, halt.clone()).unwrap();
    assert_eq!(chain.sign(Charlie, transfer()), filtered());
    let batch = pallet_utility::Call::batch_all {
        calls: vec![transfer()],
    };
    assert_eq!(chain.sign(Charlie, batch), filtered());
    let RuntimeCall::TxPause(pallet_tx_pause::Call::pause { full_name }) = halt else {
        unreachable!()
    };
    committee(
        &mut chain,
        pallet_tx_pause::Call::unpause { ident: full_name },
    )
    .unwrap();
    chain.sign(Charlie, transfer()).unwrap();
}

#[test]
fn nobody_can_pause_what_ends_a_task_or_an_emergency() {
    let mut chain = Chain::development();
    for (pallet, call) in [
        ("Tasks", "commit_result"),
        ("Tasks", "grant_key"),
        ("ProviderStaking", "heartbeat"),
        ("Timestamp", "set"),
        ("Grandpa", "report_equivocation_unsigned"),
        ("ConvictionVoting", "vote"),
        ("System", "set_code"),
        ("Staking", "payout_stakers"),
        ("Staking", "payout_stakers_by_page"),
        ("Treasury", "payout"),
        ("Treasury", "spend"),
        ("Treasury", "spend_local"),
    ] {
        assert_eq!(
            committee(&mut chain, pause(pallet, call)),
            Err(pallet_tx_pause::Error::<Runtime>::Unpausable.into()),
            "{pallet}.{call}"
        );
    }
}

#[test]
fn the_committee_can_do_nothing_else() {
    let mut chain = Chain::development();
    let spend = spend(Alice, 1);
    let set = pallet_market_parameters::Call::set_parameter {
        parameter: aicpw_runtime::configs::parameters::MarketParameter::BaseFee(0),
    };
    let mint = pallet_balances::Call::force_set_balance {
        who: Address::Id(Alice.to_account_id()),
        new_free: 0,
    };
    let replace = Committee::set_members {
        new_members: vec![Alice.to_account_id()],
        prime: None,
        old_count: 3,
    };
    let dispatch = pallet_whitelist::Call::dispatch_whitelisted_call_with_preimage {
        call: Box::new(transfer()),
    };
    let calls: Vec<RuntimeCall> = vec![
        spend,
        set.into(),
        mint.into(),
        replace.into(),
        dispatch.into(),
        transfer(),
        frame_system::Call::set_storage { items: vec![] }.into(),
        pallet_referenda::Call::kill { index: 0 }.into(),
        pallet_tasks::Call::submit {
            submission: submission(expecting_output()),
        }
        .into(),
    ];
    for call in calls {
        assert_eq!(
            committee(&mut chain, call.clone()),
            Err(DispatchError::BadOrigin),
            "{call:?}"
        );
    }
    // Nor can one member alone do it, or somebody who is no member.
    let alone = Committee::execute {
        proposal: Box::new(pause("Balances", "burn")),
        length_bound: 100,
    };
    chain.sign(Alice, alone).unwrap();
    assert!(
        chain.read(|| pallet_tx_pause::PausedCalls::<Runtime>::iter()
            .next()
            .is_none())
    );
    assert_eq!(
        chain.sign(Eve, pallet_market_clock::Call::pause {}),
        Err(DispatchError::BadOrigin)
    );
}

#[test]
fn an_emergency_stop_lets_running_tasks_end() {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(300));
    let running = submit(&mut chain, Charlie, submission(expecting_output()));
    let on = assignment(&mut chain, running);
    committee(&mut chain, pallet_safe_mode::Call::force_enter {}).unwrap();
    assert!(chain.read(SafeMode::is_entered));

    let begin = pallet_tasks::Call::submit {
        submission: submission(expecting_output()),
    };
    assert_eq!(chain.sign(Charlie, begin), filtered());
    assert_eq!(chain.sign(Charlie, transfer()), filtered());
    let unbond = pallet_provider_staking::Call::unbond { amount: UNIT };
    assert_eq!(chain.sign(Bob, unbond), filtered());

    bob.run(&mut chain, on, OUTPUT);
    assert!(matches!(
        task(&mut chain, running).status,
        TaskStatus::Settled { .. }
    ));
    let rate = pallet_tasks::Call::rate {
        task: running,
        stars: 5,
    };
    chain.sign(Charlie, rate).unwrap();

    committee(&mut chain, pallet_safe_mode::Call::force_exit {}).unwrap();
    chain.sign(Charlie, transfer()).unwrap();
}

/// Payments that token holders have decided, and what an era has earned, lapse if they are not paid in time.
#[test]
fn a_stop_keeps_nobody_from_what_would_lapse() {
    let mut chain = Chain::development();
    fund_the_treasury(&mut chain);
    decide(&mut chain, Origin::Treasurer.into(), spend(Eve, 3 * UNIT)).unwrap();
    committee(&mut chain, pallet_safe_mode::Call::force_enter {}).unwrap();
    assert_eq!(paid_to_eve(&mut chain), 3 * UNIT);

    // No era has ended yet, so the pallet itself refuses the call.
    let calls = [
        pallet_staking::Call::payout_stakers {
            validator_stash: Alice.to_account_id(),
            era: 5,
        },
        pallet_staking::Call::payout_stakers_by_page {
            validator_stash: Alice.to_account_id(),
            era: 5,
            page: 0,
        },
    ];
    for call in calls {
        let no_era = pallet_staking::Error::<Runtime>::InvalidEraToReward;
        assert_eq!(chain.sign(Charlie, call), Err(no_era.into()));
    }
    assert_eq!(
        chain.sign(Charlie, pallet_staking::Call::chill {}),
        filtered()
    );
}

/// A decision of a referendum is dispatched once, so a call that is stopped at that moment is never made. A majority of
/// the committee must have no way to stop it between the decision and that moment.
#[test]
fn a_stop_does_not_undo_what_token_holders_have_decided_to_spend() {
    let mut chain = Chain::development();
    fund_the_treasury(&mut chain);
    let index = propose(&mut chain, Origin::Treasurer.into(), spend(Eve, 3 * UNIT));
    vote(&mut chain, index, true);
    assert!(conclude(&mut chain, index), "everybody is for it");
    assert_eq!(
        committee(&mut chain, pause("Treasury", "spend")),
        Err(pallet_tx_pause::Error::<Runtime>::Unpausable.into())
    );
    committee(&mut chain, pallet_safe_mode::Call::force_enter {}).unwrap();
    enact(&mut chain).unwrap();
    assert_eq!(paid_to_eve(&mut chain), 3 * UNIT);
}

/// Token holders can spend from the proposal to the payment, in the safe mode, and also in a batch, whose calls are
/// filtered one by one.
#[test]
fn a_stop_does_not_keep_token_holders_from_spending() {
    let mut chain = Chain::development();
    fund_the_treasury(&mut chain);
    committee(&mut chain, pallet_safe_mode::Call::force_enter {}).unwrap();
    let batch = pallet_utility::Call::batch_all {
        calls: vec![spend(Eve, UNIT), spend(Eve, 2 * UNIT)],
    };
    decide(&mut chain, Origin::Treasurer.into(), batch.into()).unwrap();
    assert_eq!(paid_to_eve(&mut chain), UNIT);
    let second = pallet_treasury::Call::payout { index: 1 };
    chain.sign(Charlie, second).unwrap();
    // Nobody else can spend, in the safe mode or outside it.
    assert_eq!(
        chain.sign(Charlie, spend(Eve, UNIT)),
        Err(DispatchError::BadOrigin)
    );
    assert!(chain.read(SafeMode::is_entered));
}

/// Token holders can decide, and their decision is carried out, while everything else is stopped.
#[test]
fn a_stop_does_not_stop_governance() {
    let mut chain = Chain::development();
    committee(&mut chain, pallet_safe_mode::Call::force_enter {}).unwrap();
    let fee = pallet_market_parameters::Call::set_parameter {
        parameter: aicpw_runtime::configs::parameters::MarketParameter::SubmissionFee(UNIT),
    };
    decide(&mut chain, Origin::MarketParameters.into(), fee.into()).unwrap();
    assert_eq!(chain.read(SubmissionFee::get), UNIT);
    let root = frame_system::RawOrigin::Root;
    decide(
        &mut chain,
        root.into(),
        pallet_safe_mode::Call::force_exit {}.into(),
    )
    .unwrap();
    assert!(!chain.read(SafeMode::is_entered));
}

/// A call that the committee has looked at is decided in a fraction of the time, by the same voters.
#[test]
fn a_whitelisted_call_is_on_a_faster_track() {
    let mut chain = Chain::development();
    let call = pallet_market_clock::Call::pause {};
    decide_fast(&mut chain, call.into(), MarketClock::is_paused);
}

/// Deposits come back, so paying them must not be enough to keep waiting what cannot wait.
#[test]
fn deposits_on_the_faster_track_keep_nobody_waiting() {
    let mut chain = Chain::development();
    let call: RuntimeCall = pallet_market_clock::Call::pause {}.into();
    chain.read(|| {
        let proposal = Preimage::bound(call.clone()).unwrap();
        for index in 0..20 {
            let charlie = RuntimeOrigin::signed(Charlie.to_account_id());
            Referenda::submit(
                charlie.clone(),
                Box::new(Origin::WhitelistedCaller.into()),
                proposal.clone(),
                DispatchTime::After(0),
            )
            .unwrap();
            Referenda::place_decision_deposit(charlie, index).unwrap();
        }
    });
    decide_fast(&mut chain, call, MarketClock::is_paused);
}

/// Voters who saw that the committee had not looked at a call did not decide about it.
#[test]
fn what_is_whitelisted_after_its_referendum_nobody_can_carry_out() {
    let mut chain = Chain::development();
    let call: RuntimeCall = pallet_market_clock::Call::pause {}.into();
    let dispatch = pallet_whitelist::Call::dispatch_whitelisted_call_with_preimage {
        call: Box::new(call.clone()),
    };
    let call_hash = BlakeTwo256::hash_of(&call);
    let index = propose(
        &mut chain,
        Origin::WhitelistedCaller.into(),
        dispatch.clone().into(),
    );
    vote(&mut chain, index, true);
    let since = chain.height();
    let is_deferred = || pallet_whitelist::DeferredDispatch::<Runtime>::contains_key(call_hash);
    while !chain.read(is_deferred) {
        assert!(chain.height() < since + DAY_IN_BLOCKS, "it was enacted");
        chain.block(Vec::new());
    }
    committee(
        &mut chain,
        pallet_whitelist::Call::whitelist_call { call_hash },
    )
    .unwrap();
    assert_eq!(
        chain.sign(Eve, dispatch),
        Err(pallet_whitelist::Error::<Runtime>::DeferredDispatchExpired.into())
    );
    assert!(!chain.read(MarketClock::is_paused));
    chain
        .sign(
            Eve,
            pallet_whitelist::Call::remove_deferred_dispatch { call_hash },
        )
        .unwrap();
    // The call is still whitelisted, and a referendum can decide about it.
    decide_whitelisted(&mut chain, call, MarketClock::is_paused);
}

/// A call that was enacted too early can be tried again, and leaves nothing that has to be removed first.
#[test]
fn what_came_too_early_is_carried_out_by_another_referendum_once_it_is_whitelisted() {
    let mut chain = Chain::development();
    let call: RuntimeCall = pallet_market_clock::Call::pause {}.into();
    let call_hash = BlakeTwo256::hash_of(&call);
    let dispatch: RuntimeCall = pallet_whitelist::Call::dispatch_whitelisted_call_with_preimage {
        call: Box::new(call),
    }
    .into();
    let is_deferred = || pallet_whitelist::DeferredDispatch::<Runtime>::contains_key(call_hash);
    let track = Origin::WhitelistedCaller;
    decide(&mut chain, track.into(), dispatch.clone()).unwrap();
    assert!(chain.read(is_deferred));
    assert_eq!(
        decide(&mut chain, track.into(), dispatch.clone()),
        Err(pallet_whitelist::Error::<Runtime>::AlreadyDeferred.into())
    );
    assert!(!chain.read(MarketClock::is_paused));

    let whitelist = pallet_whitelist::Call::whitelist_call { call_hash };
    committee(&mut chain, whitelist).unwrap();
    decide(&mut chain, track.into(), dispatch).unwrap();
    assert!(chain.read(MarketClock::is_paused));
    assert!(!chain.read(is_deferred));
}

/// A proposal of a call that needs root is dispatched with the track's own origin, not as root.
#[test]
fn the_faster_track_dispatches_nothing_but_what_is_whitelisted() {
    let mut chain = Chain::development();
    let call = pallet_market_clock::Call::pause {};
    let outcome = decide(&mut chain, Origin::WhitelistedCaller.into(), call.into());
    assert_eq!(outcome, Err(DispatchError::BadOrigin));
}

#[test]
fn a_migration_pauses_the_market_until_somebody_has_looked() {
    type Handler = <Runtime as pallet_migrations::Config>::MigrationStatusHandler;
    let mut chain = Chain::development();
    chain.read(|| {
        Handler::started();
        assert!(MarketClock::is_paused());
        Handler::completed();
        assert!(MarketClock::is_paused());
        MarketClock::resume(RuntimeOrigin::root()).unwrap();
    });
}

/// Fails a migration as a release does that comes while the migration runs.
pub fn fail_a_migration(chain: &mut Chain) {
    chain.read(|| {
        let running = pallet_migrations::ActiveCursor {
            index: 0,
            inner_cursor: None,
            started_at: System::block_number(),
        };
        pallet_migrations::Cursor::<Runtime>::put(pallet_migrations::MigrationCursor::Active(
            running,
        ));
        MultiBlockMigrations::on_runtime_upgrade();
    });
}

fn expect_no_end(chain: &mut Chain) {
    let until = chain.read(pallet_safe_mode::EnteredUntil::<Runtime>::get);
    assert_eq!(until, Some(BlockNumber::MAX));
}

/// Money stands still for as long as it takes, and calls of those who can mend the state are taken.
#[test]
fn a_failed_migration_leaves_the_chain_to_governance() {
    let mut chain = Chain::development();
    fail_a_migration(&mut chain);
    expect_no_end(&mut chain);
    assert_eq!(chain.sign(Charlie, transfer()), filtered());

    let mend = frame_system::Call::set_storage {
        items: vec![(b"broken".to_vec(), b"mended".to_vec())],
    };
    let root = frame_system::RawOrigin::Root;
    decide(&mut chain, root.into(), mend.into()).unwrap();
    committee(&mut chain, pallet_safe_mode::Call::force_exit {}).unwrap();
    chain.sign(Charlie, transfer()).unwrap();
}

/// After the failure no migration is under way that would convert the entries in the previous form, and this release
/// would read those entries as missing.
#[test]
fn what_a_failed_migration_has_left_is_left_alone_until_it_is_mended() {
    let mut chain = Chain::development();
    Provider::join(&mut chain, Bob, ask(300));
    let late = submit(&mut chain, Charlie, submission(OPTIMISTIC));
    let AssignmentStatus::Assigned { start_by } = task(&mut chain, late).assignments[0].status
    else {
        panic!("not assigned");
    };
    let left = start_by - chain.read(MarketClock::market_block);
    chain.run_to(chain.height() + left);

    // Without the failure, the next block would end the assignment.
    chain.read(v1::restore::<Runtime>);
    fail_a_migration(&mut chain);
    chain.read(|| {
        assert!(!MultiBlockMigrations::ongoing());
        assert!(is_in_another_form(), "offchain workers do not run");
        assert!(!MarketClock::is_paused());
        assert!(!MarketClock::is_open(), "nothing is taken or matched");
    });
    let before = chain.read(|| Assignments::<Runtime>::iter().collect::<Vec<_>>());
    chain.run_to(chain.height() + 6);
    let now = chain.read(|| Assignments::<Runtime>::iter().collect::<Vec<_>>());
    assert_eq!(now, before, "no deadline was served");

    // One way for governance to mend it: running the migration once more.
    chain.read(|| {
        let stepped = ToVersion2::<Runtime>::step(None, &mut WeightMeter::new());
        assert_eq!(stepped, Ok(None));
        assert!(!is_in_another_form());
        assert!(MarketClock::is_open());
    });
    chain.run_to(chain.height() + 4);
    assert!(matches!(
        task(&mut chain, late).assignments[0].status,
        AssignmentStatus::Failed {
            fault: Fault::NoStart,
            ..
        }
    ));
}

#[test]
fn a_migration_that_fails_in_the_safe_mode_prolongs_it() {
    let mut chain = Chain::development();
    committee(&mut chain, pallet_safe_mode::Call::force_enter {}).unwrap();
    fail_a_migration(&mut chain);
    expect_no_end(&mut chain);
    assert_eq!(chain.sign(Charlie, transfer()), filtered());
    committee(&mut chain, pallet_safe_mode::Call::force_exit {}).unwrap();
    chain.sign(Charlie, transfer()).unwrap();
}

/// The list of everything that a stop stops. Whoever adds a pallet decides on which side it is.
#[test]
fn what_is_stopped_is_what_moves_money_or_begins_something() {
    let (mut stopped, mut but) = (BTreeSet::new(), BTreeSet::new());
    for pallet in RuntimeCall::get_module_names() {
        let calls = RuntimeCall::get_call_names(pallet);
        let count = calls.iter().filter(|call| !goes_on(pallet, call)).count();
        let named = |stops: bool| {
            let some = calls
                .iter()
                .filter(move |call| goes_on(pallet, call) != stops);
            some.map(|call| format!("{pallet}.{call}"))
        };
        if count * 2 > calls.len() {
            stopped.insert((*pallet).to_owned());
            but.extend(named(false));
        } else {
            stopped.extend(named(true));
        }
    }
    let expected = [
        "Balances",
        "Identity",
        "ProviderStaking",
        "Staking",
        "Tasks.submit",
        "VoterList",
    ];
    assert_eq!(stopped, expected.map(str::to_owned).into());
    let expected = [
        "ProviderStaking.answer_challenge",
        "ProviderStaking.heartbeat",
        "ProviderStaking.heartbeat_without",
        "ProviderStaking.rotate_worker",
        "ProviderStaking.set_availability",
        "Staking.payout_stakers",
        "Staking.payout_stakers_by_page",
    ];
    assert_eq!(but, expected.map(str::to_owned).into());
}
