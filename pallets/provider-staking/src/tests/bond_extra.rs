use frame_support::{assert_noop, assert_ok};
use sp_runtime::TokenError;

use crate::{mock::*, Error, Event, Ledgers};

fn bond(amount: u128) -> sp_runtime::DispatchResult {
    ProviderStaking::bond_extra(RuntimeOrigin::signed(ALICE), amount)
}

#[test]
fn adds_to_the_hold_and_wakes_who_waits_for_stake() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        let before = times_listed(device);
        assert_ok!(bond(77));
        assert_eq!(held(ALICE), MIN_STAKE + 77);
        assert_eq!(Ledgers::<Test>::get(ALICE).active, MIN_STAKE + 77);
        assert_eq!(times_listed(device), before + 1);
        assert_eq!(
            last_event(),
            Event::StakeBonded {
                provider: ALICE,
                amount: 77,
            }
        );
    });
}

#[test]
fn makes_devices_offered_again() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        assert_ok!(ProviderStaking::unbond(RuntimeOrigin::signed(ALICE), 1));
        assert!(!is_listed(device));
        assert_ok!(bond(1));
        assert!(is_listed(device));
    });
}

#[test]
fn refuses_nothing_and_what_is_not_there() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(bond(0), Error::<Test>::ZeroAmount);
        assert_noop!(bond(1), Error::<Test>::NotRegistered);
        register(ALICE, MIN_STAKE);
        for amount in [FUNDS, u128::MAX] {
            assert_noop!(bond(amount), TokenError::FundsUnavailable);
        }
    });
}
