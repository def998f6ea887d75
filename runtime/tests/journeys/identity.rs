//! Accounts say who they are, and registrars that token holders have appointed say whether that is
//! true.

use aicpw_runtime::{
    configs::{accounts::ProxyType, money::TreasuryAccount},
    units::UNIT,
    Address, Balance, Balances, Identity, Runtime, RuntimeCall, RuntimeOrigin,
};
use frame_support::traits::Currency;
use pallet_identity::{legacy::IdentityInfo, Data, Judgement};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Eve};
use sp_runtime::{
    traits::{BlakeTwo256, Hash},
    DispatchError,
};

use crate::chain::Chain;

type Information = <Runtime as pallet_identity::Config>::IdentityInformation;

const FEE: Balance = 2 * UNIT;

fn named(name: &[u8]) -> Information {
    IdentityInfo {
        display: Data::Raw(name.to_vec().try_into().unwrap()),
        ..Default::default()
    }
}

fn set_identity(chain: &mut Chain, who: Sr25519Keyring, information: &Information) {
    let info = Box::new(information.clone());
    let call = pallet_identity::Call::set_identity { info };
    chain.sign(who, call).unwrap();
}

fn reserved(chain: &mut Chain, who: Sr25519Keyring) -> Balance {
    chain.read(|| Balances::reserved_balance(who.to_account_id()))
}

/// Makes Bob the first registrar.
fn appoint_bob(chain: &mut Chain) {
    let account = Address::Id(Bob.to_account_id());
    let appoint = pallet_identity::Call::add_registrar { account };
    let call = Box::new(appoint.into());
    chain.sign(Alice, pallet_sudo::Call::sudo { call }).unwrap();
    let fee = pallet_identity::Call::set_fee { index: 0, fee: FEE };
    chain.sign(Bob, fee).unwrap();
}

fn judge(information: &Information, judgement: Judgement<Balance>) -> RuntimeCall {
    pallet_identity::Call::provide_judgement {
        reg_index: 0,
        target: Address::Id(Charlie.to_account_id()),
        judgement,
        identity: BlakeTwo256::hash_of(information),
    }
    .into()
}

#[test]
fn a_registrar_is_paid_for_a_judgement_and_the_deposit_comes_back() {
    let mut chain = Chain::development();
    appoint_bob(&mut chain);
    let information = named(b"Charlie's workshop");
    set_identity(&mut chain, Charlie, &information);
    let deposit = reserved(&mut chain, Charlie);
    assert!(deposit > 0);

    let request = pallet_identity::Call::request_judgement {
        reg_index: 0,
        max_fee: FEE,
    };
    chain.sign(Charlie, request).unwrap();
    assert_eq!(reserved(&mut chain, Charlie), deposit + FEE);
    let before = chain.balance(&Bob.to_account_id());
    chain
        .sign(Bob, judge(&information, Judgement::Reasonable))
        .unwrap();
    assert_eq!(reserved(&mut chain, Charlie), deposit);
    let earned = chain.balance(&Bob.to_account_id()) - before;
    assert!(earned > FEE * 9 / 10, "the fee less that of a transaction");
    let registration = chain
        .read(|| pallet_identity::IdentityOf::<Runtime>::get(Charlie.to_account_id()))
        .unwrap();
    assert_eq!(registration.info, information);
    assert_eq!(
        registration.judgements.into_inner(),
        [(0, Judgement::Reasonable)]
    );

    let clear = pallet_identity::Call::clear_identity {};
    chain.sign(Charlie, clear).unwrap();
    assert_eq!(reserved(&mut chain, Charlie), 0);
}

#[test]
fn only_token_holders_appoint_registrars() {
    let mut chain = Chain::development();
    let account = Address::Id(Bob.to_account_id());
    let appoint = pallet_identity::Call::add_registrar { account };
    assert_eq!(chain.sign(Bob, appoint), Err(DispatchError::BadOrigin));
    let information = named(b"Charlie");
    set_identity(&mut chain, Charlie, &information);
    assert_eq!(
        chain.sign(Bob, judge(&information, Judgement::KnownGood)),
        Err(pallet_identity::Error::<Runtime>::InvalidIndex.into())
    );
}

#[test]
fn the_deposit_of_a_false_identity_goes_to_the_treasury_and_nothing_is_burned() {
    let mut chain = Chain::development();
    set_identity(&mut chain, Charlie, &named(b"The Foundation"));
    let deposit = reserved(&mut chain, Charlie);
    let (gained, burned) = chain.read(|| {
        let treasury = TreasuryAccount::get();
        let before = Balances::free_balance(&treasury);
        let issued = <Balances as Currency<_>>::total_issuance();
        let charlie = Address::Id(Charlie.to_account_id());
        Identity::kill_identity(RuntimeOrigin::root(), charlie).unwrap();
        (
            Balances::free_balance(&treasury) - before,
            issued - <Balances as Currency<_>>::total_issuance(),
        )
    });
    assert_eq!((gained, burned), (deposit, 0));
    assert_eq!(reserved(&mut chain, Charlie), 0);
}

/// Only a proxy of type `Any` may set an identity: that takes deposits, which others can get.
#[test]
fn a_proxy_that_may_not_transfer_says_nothing_about_its_owner_and_clears_what_is_said() {
    use frame_support::traits::InstanceFilter;
    let sub = Address::Id(Bob.to_account_id());
    let data = Data::Raw(b"Bob".to_vec().try_into().unwrap());
    let costs: [RuntimeCall; 6] = [
        pallet_identity::Call::set_identity {
            info: Box::new(named(b"Eve")),
        }
        .into(),
        pallet_identity::Call::set_subs {
            subs: vec![(Bob.to_account_id(), data.clone())],
        }
        .into(),
        pallet_identity::Call::add_sub {
            sub: sub.clone(),
            data: data.clone(),
        }
        .into(),
        pallet_identity::Call::rename_sub { sub, data }.into(),
        pallet_identity::Call::request_judgement {
            reg_index: 0,
            max_fee: FEE,
        }
        .into(),
        pallet_identity::Call::set_username_for {
            who: Address::Id(Eve.to_account_id()),
            username: b"eve.aicpw".to_vec(),
            signature: None,
            use_allocation: false,
        }
        .into(),
    ];
    for call in costs {
        assert!(!ProxyType::NonTransfer.filter(&call), "{call:?}");
        assert!(ProxyType::Any.filter(&call), "{call:?}");
        for kind in [
            ProxyType::Provider,
            ProxyType::Requester,
            ProxyType::IdentityJudgement,
        ] {
            assert!(!kind.filter(&call), "{kind:?}: {call:?}");
        }
    }
    let clear: RuntimeCall = pallet_identity::Call::clear_identity {}.into();
    assert!(ProxyType::NonTransfer.filter(&clear));
    let judge = judge(&named(b"Eve"), Judgement::Reasonable);
    assert!(ProxyType::IdentityJudgement.filter(&judge));
}

/// Shows why a proxy that may not transfer may not name sub-accounts either.
#[test]
fn who_is_named_as_a_sub_account_takes_the_deposit_along() {
    let mut chain = Chain::development();
    set_identity(&mut chain, Charlie, &named(b"Charlie's workshop"));
    let before = reserved(&mut chain, Charlie);
    let add = pallet_identity::Call::add_sub {
        sub: Address::Id(Eve.to_account_id()),
        data: Data::Raw(b"Eve".to_vec().try_into().unwrap()),
    };
    chain.sign(Charlie, add).unwrap();
    assert!(reserved(&mut chain, Charlie) > before);
    let eves = chain.balance(&Eve.to_account_id());
    chain.sign(Eve, pallet_identity::Call::quit_sub {}).unwrap();
    assert_eq!(reserved(&mut chain, Charlie), before);
    assert!(chain.balance(&Eve.to_account_id()) > eves);
}

#[test]
fn a_username_is_accepted_by_who_has_it() {
    let mut chain = Chain::development();
    let authority = pallet_identity::Call::add_username_authority {
        authority: Address::Id(Bob.to_account_id()),
        suffix: b"aicpw".to_vec(),
        allocation: 1,
    };
    let call = Box::new(authority.into());
    chain.sign(Alice, pallet_sudo::Call::sudo { call }).unwrap();
    let give = pallet_identity::Call::set_username_for {
        who: Address::Id(Eve.to_account_id()),
        username: b"eve.aicpw".to_vec(),
        signature: None,
        use_allocation: true,
    };
    chain.sign(Bob, give).unwrap();
    let of = |chain: &mut Chain| {
        chain.read(|| pallet_identity::UsernameOf::<Runtime>::get(Eve.to_account_id()))
    };
    assert!(of(&mut chain).is_none());
    let username = b"eve.aicpw".to_vec().try_into().unwrap();
    let accept = pallet_identity::Call::accept_username { username };
    chain.sign(Eve, accept).unwrap();
    assert_eq!(of(&mut chain).unwrap().into_inner(), b"eve.aicpw");
}
