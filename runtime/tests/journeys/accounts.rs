//! Accounts act for one another, and together.

use aicpw_runtime::{
    configs::{accounts::ProxyType, governance::origins::Origin, parameters::SubmissionFee},
    units::UNIT,
    AccountId, Address, Balances, OriginCaller, ProviderStaking, Runtime, RuntimeCall,
    RuntimeEvent, System, Tasks,
};
use codec::Encode;
use frame_support::{
    dispatch::DispatchResult,
    traits::{fungible::InspectHold, schedule::DispatchTime, Bounded, InstanceFilter},
};
use pallet_conviction_voting::{AccountVote, Conviction, Vote};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve};
use sp_runtime::DispatchError;

use crate::{
    chain::Chain,
    market::{ask, fee_with, submission, Provider, OPTIMISTIC},
};

fn submit() -> RuntimeCall {
    let submission = submission(OPTIMISTIC);
    pallet_tasks::Call::submit { submission }.into()
}

fn transfer() -> RuntimeCall {
    pallet_balances::Call::transfer_keep_alive {
        dest: Address::Id(Dave.to_account_id()),
        value: UNIT,
    }
    .into()
}

fn batch(call: RuntimeCall) -> RuntimeCall {
    pallet_utility::Call::batch_all { calls: vec![call] }.into()
}

fn judgement() -> RuntimeCall {
    pallet_identity::Call::provide_judgement {
        reg_index: 0,
        target: Address::Id(Dave.to_account_id()),
        judgement: pallet_identity::Judgement::Reasonable,
        identity: Default::default(),
    }
    .into()
}

fn add_proxy(chain: &mut Chain, real: Sr25519Keyring, kind: ProxyType) {
    let add = pallet_proxy::Call::add_proxy {
        delegate: Address::Id(Eve.to_account_id()),
        proxy_type: kind,
        delay: 0,
    };
    chain.sign(real, add).unwrap();
}

/// Eve acts for `real`. Returns the result of the call itself.
fn as_proxy(chain: &mut Chain, real: Sr25519Keyring, call: RuntimeCall) -> DispatchResult {
    let proxy = pallet_proxy::Call::proxy {
        real: Address::Id(real.to_account_id()),
        force_proxy_type: None,
        call: Box::new(call),
    };
    chain.sign(Eve, proxy).unwrap();
    chain.read(|| {
        System::events()
            .into_iter()
            .rev()
            .find_map(|record| match record.event {
                RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted { result }) => Some(result),
                _ => None,
            })
            .unwrap()
    })
}

fn filtered() -> DispatchResult {
    Err(frame_system::Error::<Runtime>::CallFiltered.into())
}

#[test]
fn a_requesters_proxy_spends_on_tasks_and_on_nothing_else() {
    let mut chain = Chain::development();
    add_proxy(&mut chain, Charlie, ProxyType::Requester);
    as_proxy(&mut chain, Charlie, submit()).unwrap();
    as_proxy(&mut chain, Charlie, batch(submit())).unwrap();
    let tasks = chain.read(|| Tasks::tasks_view(Some(Charlie.to_account_id()), None, 10));
    assert_eq!(tasks.len(), 2, "they are Charlie's tasks");

    let before = chain.balance(&Charlie.to_account_id());
    assert_eq!(as_proxy(&mut chain, Charlie, transfer()), filtered());
    assert!(as_proxy(&mut chain, Charlie, batch(transfer())).is_err());
    let unbond = pallet_provider_staking::Call::unbond { amount: UNIT };
    assert_eq!(as_proxy(&mut chain, Charlie, unbond.into()), filtered());
    assert_eq!(chain.balance(&Charlie.to_account_id()), before);
}

#[test]
fn a_providers_proxy_manages_devices_and_spends_nothing() {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(300));
    add_proxy(&mut chain, Bob, ProxyType::Provider);
    let unbond = pallet_provider_staking::Call::unbond { amount: UNIT };
    as_proxy(&mut chain, Bob, unbond.into()).unwrap();
    let view = chain
        .read(|| ProviderStaking::provider_view(bob.account()))
        .unwrap();
    assert_eq!(view.unbonding, UNIT);

    for call in [submit(), transfer(), batch(transfer()), batch(submit())] {
        assert!(as_proxy(&mut chain, Bob, call.clone()).is_err(), "{call:?}");
    }
}

#[test]
fn a_proxy_that_may_not_transfer_may_not_submit_either() {
    let mut chain = Chain::development();
    add_proxy(&mut chain, Charlie, ProxyType::NonTransfer);
    let remark = frame_system::Call::remark_with_event { remark: vec![1] };
    as_proxy(&mut chain, Charlie, remark.into()).unwrap();
    // With a foreign worker key the stake can be slashed, and with foreign session keys too.
    let worker = pallet_provider_staking::Call::set_availability {
        device: aicpw_protocol::DeviceId(0),
        available: true,
    };
    let accept = pallet_tasks::Call::accept {
        task: aicpw_protocol::TaskId(0),
    };
    let purge = pallet_session::Call::purge_keys {};
    let calls = [
        submit(),
        transfer(),
        worker.into(),
        accept.into(),
        purge.into(),
    ];
    for call in calls {
        assert_eq!(
            as_proxy(&mut chain, Charlie, call.clone()),
            filtered(),
            "{call:?}"
        );
        let among_others = as_proxy(&mut chain, Charlie, batch(call.clone()));
        assert!(among_others.is_err(), "{call:?}");
    }
    // Nor may it add itself as a proxy that may do so.
    for proxy_type in [ProxyType::Any, ProxyType::Governance] {
        let widen = pallet_proxy::Call::add_proxy {
            delegate: Address::Id(Eve.to_account_id()),
            proxy_type,
            delay: 0,
        };
        assert_eq!(as_proxy(&mut chain, Charlie, widen.into()), filtered());
    }
}

fn propose() -> RuntimeCall {
    let remark: RuntimeCall = frame_system::Call::remark { remark: vec![] }.into();
    let origin: OriginCaller = Origin::Treasurer.into();
    pallet_referenda::Call::submit {
        proposal_origin: Box::new(origin),
        proposal: Bounded::Inline(remark.encode().try_into().unwrap()),
        enactment_moment: DispatchTime::After(0),
    }
    .into()
}

fn vote() -> RuntimeCall {
    pallet_conviction_voting::Call::vote {
        poll_index: 0,
        vote: AccountVote::Standard {
            vote: Vote {
                aye: true,
                conviction: Conviction::Locked1x,
            },
            balance: UNIT,
        },
    }
    .into()
}

/// A referendum that is rejected, runs out of time or is killed costs deposits.
#[test]
fn a_proxy_that_may_not_transfer_votes_and_risks_no_deposit() {
    let mut chain = Chain::development();
    add_proxy(&mut chain, Charlie, ProxyType::NonTransfer);
    let decide: RuntimeCall = pallet_referenda::Call::place_decision_deposit { index: 0 }.into();
    let before = chain.balance(&Charlie.to_account_id());
    for call in [propose(), decide.clone()] {
        assert_eq!(
            as_proxy(&mut chain, Charlie, call.clone()),
            filtered(),
            "{call:?}"
        );
        assert!(as_proxy(&mut chain, Charlie, batch(call)).is_err());
    }
    assert_eq!(chain.balance(&Charlie.to_account_id()), before);

    chain.sign(Dave, propose()).unwrap();
    as_proxy(&mut chain, Charlie, vote()).unwrap();

    // A proxy that may risk deposits says so by its type.
    add_proxy(&mut chain, Alice, ProxyType::Governance);
    as_proxy(&mut chain, Alice, decide).unwrap();
    assert!(chain.read(|| Balances::reserved_balance(Alice.to_account_id())) >= 100 * UNIT);
    assert_eq!(as_proxy(&mut chain, Alice, transfer()), filtered());
}

/// A call for a third account passes the filter of that account's proxy, which may permit more.
#[test]
fn a_proxy_that_may_not_transfer_reaches_no_third_account() {
    let mut chain = Chain::development();
    // Whoever can act for Charlie would reach Dave's money through this.
    let trust = pallet_proxy::Call::add_proxy {
        delegate: Address::Id(Charlie.to_account_id()),
        proxy_type: ProxyType::Any,
        delay: 0,
    };
    chain.sign(Dave, trust).unwrap();
    add_proxy(&mut chain, Charlie, ProxyType::NonTransfer);
    let to_eve = || -> Box<RuntimeCall> {
        let transfer = pallet_balances::Call::transfer_keep_alive {
            dest: Address::Id(Eve.to_account_id()),
            value: UNIT,
        };
        Box::new(transfer.into())
    };
    let dave = Address::Id(Dave.to_account_id());
    let through = pallet_proxy::Call::proxy {
        real: dave.clone(),
        force_proxy_type: None,
        call: to_eve(),
    };
    let announce = pallet_proxy::Call::announce {
        real: dave.clone(),
        call_hash: Default::default(),
    };
    let announced = pallet_proxy::Call::proxy_announced {
        delegate: Address::Id(Charlie.to_account_id()),
        real: dave,
        force_proxy_type: None,
        call: to_eve(),
    };
    // Only a proxy of type `Any` can kill a pure account, and this account has none, so its deposit would stay lost.
    let pure = pallet_proxy::Call::create_pure {
        proxy_type: ProxyType::CancelProxy,
        delay: 0,
        index: 0,
    };
    let jointly = pallet_multisig::Call::as_multi_threshold_1 {
        other_signatories: vec![Dave.to_account_id()],
        call: to_eve(),
    };
    let calls: [RuntimeCall; 5] = [
        through.into(),
        announce.into(),
        announced.into(),
        pure.into(),
        jointly.into(),
    ];
    let before = chain.balance(&Dave.to_account_id());
    for call in calls {
        assert_eq!(
            as_proxy(&mut chain, Charlie, call.clone()),
            filtered(),
            "{call:?}"
        );
    }
    assert_eq!(chain.balance(&Dave.to_account_id()), before);
}

/// A type that is a superset of another permits everything that the other permits.
#[test]
fn supersets_permit_all_that_they_contain() {
    use ProxyType::*;
    let kinds = [
        Any,
        NonTransfer,
        Provider,
        Requester,
        Governance,
        CancelProxy,
        Validator,
        IdentityJudgement,
    ];
    let calls = [
        submit(),
        transfer(),
        batch(submit()),
        pallet_provider_staking::Call::unbond { amount: UNIT }.into(),
        pallet_tasks::Call::cancel {
            task: aicpw_protocol::TaskId(0),
        }
        .into(),
        pallet_disputes::Call::dispute {
            task: aicpw_protocol::TaskId(0),
        }
        .into(),
        pallet_preimage::Call::note_preimage { bytes: vec![1] }.into(),
        propose(),
        vote(),
        pallet_referenda::Call::place_decision_deposit { index: 0 }.into(),
        pallet_proxy::Call::reject_announcement {
            delegate: Address::Id(Eve.to_account_id()),
            call_hash: Default::default(),
        }
        .into(),
        frame_system::Call::remark { remark: vec![] }.into(),
        pallet_staking::Call::chill {}.into(),
        pallet_identity::Call::clear_identity {}.into(),
        pallet_identity::Call::request_judgement {
            reg_index: 0,
            max_fee: UNIT,
        }
        .into(),
        judgement(),
    ];
    for more in kinds {
        for less in kinds.into_iter().filter(|less| more.is_superset(less)) {
            for call in &calls {
                assert!(
                    more.filter(call) || !less.filter(call),
                    "{more:?} contains {less:?}, but does not permit {call:?}"
                );
            }
        }
    }
    assert!(kinds.iter().all(|kind| Any.is_superset(kind)));
    assert!(NonTransfer.is_superset(&CancelProxy));
    assert!(NonTransfer.is_superset(&IdentityJudgement));
    for risky in [Requester, Provider, Validator, Governance] {
        assert!(!NonTransfer.is_superset(&risky), "{risky:?}");
    }
}

#[test]
fn two_of_three_submit_a_task_together() {
    let mut chain = Chain::development();
    let others = |but: Sr25519Keyring| -> Vec<AccountId> {
        let mut others: Vec<_> = [Alice, Bob, Charlie]
            .into_iter()
            .filter(|key| *key != but)
            .map(|key| key.to_account_id())
            .collect();
        others.sort();
        others
    };
    let mut members = others(Dave);
    members.sort();
    let joint = pallet_multisig::Pallet::<Runtime>::multi_account_id(&members, 2);
    let fund = pallet_balances::Call::transfer_keep_alive {
        dest: Address::Id(joint.clone()),
        value: 10 * UNIT,
    };
    chain.sign(Dave, fund).unwrap();

    let max_weight = frame_support::weights::Weight::from_parts(10_000_000_000, 1_000_000);
    let first = pallet_multisig::Call::as_multi {
        threshold: 2,
        other_signatories: others(Alice),
        maybe_timepoint: None,
        call: Box::new(submit()),
        max_weight,
    };
    chain.sign(Alice, first).unwrap();
    assert_eq!(chain.read(Tasks::history_head).length, 0);
    let timepoint = pallet_multisig::Timepoint {
        height: chain.height(),
        index: 1,
    };
    let second = pallet_multisig::Call::as_multi {
        threshold: 2,
        other_signatories: others(Bob),
        maybe_timepoint: Some(timepoint),
        call: Box::new(submit()),
        max_weight,
    };
    chain.sign(Bob, second).unwrap();
    let tasks = chain.read(|| Tasks::tasks_view(Some(joint.clone()), None, 10));
    assert_eq!(tasks.len(), 1);
    let held = chain.read(|| Balances::total_balance_on_hold(&joint));
    assert_eq!(held, UNIT, "the joint account's money is in escrow");
    assert_eq!(
        chain.balance(&joint),
        10 * UNIT - fee_with(SubmissionFee::DEFAULT),
        "and paid for it"
    );
}

#[test]
fn nobody_else_can_act_for_an_account() {
    let mut chain = Chain::development();
    let proxy = pallet_proxy::Call::proxy {
        real: Address::Id(Charlie.to_account_id()),
        force_proxy_type: None,
        call: Box::new(transfer()),
    };
    assert_eq!(
        chain.sign(Eve, proxy),
        Err(DispatchError::from(
            pallet_proxy::Error::<Runtime>::NotProxy
        ))
    );
}
