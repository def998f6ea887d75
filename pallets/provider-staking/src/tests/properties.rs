//! With any calls in any order, no funds come or go, and the invariants hold.

use aicpw_primitives::traits::{DeviceOffers, DevicePool, Penalty, Reputations, StakeDraw};
use aicpw_protocol::{DeviceId, Gflops, Mebibytes};
use frame_support::{assert_ok, storage::with_storage_layer, traits::fungible::Inspect};
use proptest::prelude::*;

use crate::{mock::*, Ledgers, Pallet, Presences, Providers};

type Pool = Pallet<Test>;

#[derive(Clone, Copy, Debug)]
enum Step {
    Bond(AccountId, u128),
    Unbond(AccountId, u128),
    Withdraw(AccountId),
    AddDevice(AccountId, u8),
    RemoveDevice(AccountId, u64),
    SetSlots(AccountId, u64, u8),
    SetAvailability(AccountId, u64, bool),
    Occupy(u64, u64, u128, u128),
    Vacate(u64, u64),
    Release(u64, u64),
    Slash(u64, u64, bool, AccountId),
    CoolDown(u64),
    CoolDownUnblamed(u64),
    MissedDeadline(u64),
    Succeeded(u64, u64),
    Settled(AccountId, AccountId, u128),
    Faulted(AccountId, u128),
    Heartbeat(AccountId),
    Draw(u8),
    Leave(AccountId),
    Register(AccountId, u128),
    RunFor(u32),
}

fn steps() -> impl Strategy<Value = Step> {
    let provider = ALICE..=BOB;
    let device = 0u64..5;
    let task = 0u64..8;
    let amount = prop_oneof![0u128..50, 0u128..3 * MIN_STAKE];
    prop_oneof![
        1 => (provider.clone(), amount.clone()).prop_map(|(who, amount)| Step::Bond(who, amount)),
        1 => (provider.clone(), amount.clone()).prop_map(|(who, amount)| Step::Unbond(who, amount)),
        1 => provider.clone().prop_map(Step::Withdraw),
        1 => (provider.clone(), 0u8..6).prop_map(|(who, print)| Step::AddDevice(who, print)),
        1 => (provider.clone(), device.clone()).prop_map(|(who, id)| Step::RemoveDevice(who, id)),
        1 => (provider.clone(), device.clone(), 0..=MAX_SLOTS)
            .prop_map(|(who, id, slots)| Step::SetSlots(who, id, slots)),
        1 => (provider.clone(), device.clone(), any::<bool>())
            .prop_map(|(who, id, available)| Step::SetAvailability(who, id, available)),
        3 => (device.clone(), task.clone(), amount.clone(), amount.clone())
            .prop_map(|(id, task, one, two)| Step::Occupy(id, task, one, two)),
        1 => (device.clone(), task.clone()).prop_map(|(id, task)| Step::Vacate(id, task)),
        2 => (device.clone(), task.clone()).prop_map(|(id, task)| Step::Release(id, task)),
        3 => (device.clone(), task, any::<bool>(), prop_oneof![Just(REQUESTER), Just(NOBODY)])
            .prop_map(|(id, task, wrong, who)| Step::Slash(id, task, wrong, who)),
        1 => device.clone().prop_map(Step::CoolDown),
        1 => device.clone().prop_map(Step::CoolDownUnblamed),
        1 => device.clone().prop_map(Step::MissedDeadline),
        1 => (device, 0..80u64).prop_map(|(id, needed)| Step::Succeeded(id, needed)),
        1 => (provider.clone(), 3u64..6, amount.clone())
            .prop_map(|(who, requester, paid)| Step::Settled(who, requester, paid)),
        1 => (provider.clone(), amount.clone()).prop_map(|(who, paid)| Step::Faulted(who, paid)),
        3 => provider.clone().prop_map(Step::Heartbeat),
        2 => any::<u8>().prop_map(Step::Draw),
        1 => provider.clone().prop_map(Step::Leave),
        1 => (provider, amount).prop_map(|(who, stake)| Step::Register(who, stake)),
        1 => (1u32..2 * UNBONDING_PERIOD).prop_map(Step::RunFor),
        3 => (1u32..HEARTBEAT_PERIOD).prop_map(Step::RunFor),
    ]
}

fn take(step: Step) {
    let signed = RuntimeOrigin::signed;
    // A refused call changes nothing, because the runtime executes it in a storage layer.
    let _ = with_storage_layer(|| match step {
        Step::Bond(who, amount) => ProviderStaking::bond_extra(signed(who), amount),
        Step::Unbond(who, amount) => ProviderStaking::unbond(signed(who), amount),
        Step::Withdraw(who) => ProviderStaking::withdraw_unbonded(signed(who)),
        Step::AddDevice(who, print) => {
            ProviderStaking::register_device(signed(who), spec(print), MIN_ASK, MAX_SLOTS)
        }
        Step::RemoveDevice(who, id) => {
            ProviderStaking::deregister_device(signed(who), DeviceId(id))
        }
        Step::SetSlots(who, id, slots) => {
            ProviderStaking::set_slots(signed(who), DeviceId(id), slots)
        }
        Step::SetAvailability(who, id, available) => {
            ProviderStaking::set_availability(signed(who), DeviceId(id), available)
        }
        Step::Leave(who) => ProviderStaking::deregister_provider(signed(who)),
        Step::Register(who, stake) => {
            let worker = worker(&format!("worker-{who}"));
            let proof = join(who, &worker);
            ProviderStaking::register_provider(
                signed(who),
                stake,
                worker,
                SEALING_KEY,
                peers(),
                proof,
            )
        }
        _ => Ok(()),
    });
    match step {
        Step::Occupy(id, task, collateral, fraud_bond) => {
            let before = Pool::offer(DeviceId(id));
            let occupied = Pool::occupy(
                DeviceId(id),
                assignment(task),
                // Four jobs with the highest need together need more than a device has.
                Mebibytes(u64::from(fraud_bond as u8) * spec(1).memory.0 / 600),
                locks(collateral, fraud_bond),
            );
            match before {
                Some(offer) if occupied.is_ok() => {
                    assert!(offer.free_slots > 0);
                    assert!(collateral + fraud_bond <= offer.free_stake);
                    let after = Pool::offer(DeviceId(id)).unwrap();
                    assert!(after.spec.memory <= offer.spec.memory);
                }
                _ => assert_eq!(Pool::offer(DeviceId(id)), before),
            }
        }
        Step::Vacate(id, task) => Pool::vacate(DeviceId(id), assignment(task)),
        Step::Release(id, task) => Pool::release(DeviceId(id), assignment(task)),
        Step::Slash(id, task, wrong, beneficiary) => {
            let penalty = if wrong {
                Penalty::WrongResult
            } else {
                Penalty::Fault
            };
            let before = Balances::total_balance(&beneficiary);
            let taken = Pool::slash(DeviceId(id), assignment(task), penalty, &beneficiary);
            assert_eq!(Balances::total_balance(&beneficiary), before + taken);
        }
        Step::CoolDown(id) => Pool::cool_down(DeviceId(id)),
        Step::CoolDownUnblamed(id) => Pool::cool_down_unblamed(DeviceId(id)),
        Step::MissedDeadline(id) => Pool::missed_deadline(DeviceId(id)),
        Step::Succeeded(id, needed) => Pool::succeeded(DeviceId(id), Gflops(needed)),
        Step::Settled(who, requester, paid) => Pool::settled(&who, &requester, paid),
        Step::Faulted(who, at_stake) => Pool::faulted(&who, at_stake),
        Step::Heartbeat(who) => {
            let last = Presences::<Test>::get(who).heartbeat;
            if Providers::<Test>::contains_key(who)
                && last.is_none_or(|last| last.period < period())
            {
                send_heartbeat(who);
            }
        }
        Step::Draw(ticket) => {
            if let Some(provider) = Pool::draw(&[ticket; 32]) {
                assert!(Pool::is_online(&provider));
                assert!(Ledgers::<Test>::get(provider).is_sufficient());
            }
        }
        Step::RunFor(blocks) => run_for(blocks),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_sequence_loses_or_creates_funds(steps in prop::collection::vec(steps(), 1..60)) {
        ExtBuilder.build().execute_with(|| {
            for provider in [ALICE, BOB] {
                online_provider(provider, 2 * MIN_STAKE);
            }
            let issuance = Balances::total_issuance();
            for step in steps {
                take(step);
                assert_ok!(Pool::do_try_state());
                let owned: u128 = [ALICE, BOB, REQUESTER, NOBODY]
                    .iter()
                    .map(Balances::total_balance)
                    .sum();
                assert_eq!((owned, Balances::total_issuance()), (issuance, issuance));
            }
        });
    }
}
