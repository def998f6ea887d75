use aicpw_primitives::traits::DeviceOffers;
use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, Error, Event, Ledgers, Pallet, Unbonding};

fn unbond(amount: u128) -> sp_runtime::DispatchResult {
    ProviderStaking::unbond(RuntimeOrigin::signed(ALICE), amount)
}

#[test]
fn moves_stake_out_of_the_active_part_and_keeps_it_held() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE + 300);
        assert_ok!(unbond(200));
        let available_at = START + UNBONDING_PERIOD;
        let ledger = Ledgers::<Test>::get(ALICE);
        assert_eq!(ledger.active, MIN_STAKE + 100);
        assert_eq!(
            ledger.unbonding.to_vec(),
            [Unbonding {
                amount: 200,
                available_at,
            }]
        );
        assert_eq!(held(ALICE), MIN_STAKE + 300);
        assert_eq!(
            Pallet::<Test>::offer(device).unwrap().free_stake,
            MIN_STAKE + 100
        );
        assert_eq!(
            last_event(),
            Event::StakeUnbonded {
                provider: ALICE,
                amount: 200,
                available_at,
            }
        );
    });
}

#[test]
fn below_the_minimum_devices_are_not_offered() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        assert_ok!(unbond(1));
        assert_eq!(Pallet::<Test>::offer(device), None);
        assert!(!is_listed(device));
    });
}

#[test]
fn amounts_of_one_block_are_one() {
    ExtBuilder.build_and_execute(|| {
        register(ALICE, MIN_STAKE);
        for _ in 0..=MAX_UNBONDINGS {
            assert_ok!(unbond(10));
        }
        let ledger = Ledgers::<Test>::get(ALICE);
        assert_eq!(ledger.unbonding.len(), 1);
        assert_eq!(
            ledger.unbonding_total(),
            10 * u128::from(MAX_UNBONDINGS + 1)
        );
    });
}

#[test]
fn refuses_too_many_at_once() {
    ExtBuilder.build_and_execute(|| {
        register(ALICE, MIN_STAKE);
        for _ in 0..MAX_UNBONDINGS {
            assert_ok!(unbond(10));
            run_for(1);
        }
        assert_noop!(unbond(10), Error::<Test>::TooManyUnbondings);
    });
}

#[test]
fn refuses_nothing_and_too_much() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(unbond(0), Error::<Test>::ZeroAmount);
        assert_noop!(unbond(1), Error::<Test>::NotRegistered);
        register(ALICE, MIN_STAKE);
        for amount in [MIN_STAKE + 1, u128::MAX] {
            assert_noop!(unbond(amount), Error::<Test>::NotEnoughStake);
        }
    });
}
