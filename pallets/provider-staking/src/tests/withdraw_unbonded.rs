use aicpw_primitives::traits::{DevicePool, Penalty};
use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, Error, Event, Ledgers, Pallet};

fn unbond(amount: u128) -> sp_runtime::DispatchResult {
    ProviderStaking::unbond(RuntimeOrigin::signed(ALICE), amount)
}

fn withdraw() -> sp_runtime::DispatchResult {
    ProviderStaking::withdraw_unbonded(RuntimeOrigin::signed(ALICE))
}

#[test]
fn gives_back_what_waited_long_enough() {
    ExtBuilder.build_and_execute(|| {
        register(ALICE, MIN_STAKE);
        assert_ok!(unbond(100));
        run_for(10);
        assert_ok!(unbond(200));
        run_for(UNBONDING_PERIOD - 11);
        assert_noop!(withdraw(), Error::<Test>::NothingToWithdraw);

        run_for(1);
        assert_ok!(withdraw());
        assert_eq!(held(ALICE), MIN_STAKE - 100);
        assert_eq!(
            last_event(),
            Event::StakeWithdrawn {
                provider: ALICE,
                amount: 100,
            }
        );
        assert_noop!(withdraw(), Error::<Test>::NothingToWithdraw);

        run_for(10);
        assert_ok!(withdraw());
        assert_eq!(held(ALICE), MIN_STAKE - 300);
        assert_eq!(Balances::free_balance(ALICE), FUNDS - MIN_STAKE + 300);
    });
}

#[test]
fn what_is_locked_stays() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        assert_ok!(Pallet::<Test>::occupy(
            device,
            assignment(1),
            NO_MEMORY,
            locks(300, 400)
        ));
        assert_ok!(unbond(MIN_STAKE));
        run_for(UNBONDING_PERIOD);

        assert_ok!(withdraw());
        assert_eq!(held(ALICE), 700);
        assert_noop!(withdraw(), Error::<Test>::NothingToWithdraw);
        assert_eq!(
            Pallet::<Test>::slash(device, assignment(1), Penalty::WrongResult, &REQUESTER),
            700,
            "slashed from what is unbonding"
        );

        Pallet::<Test>::release(device, assignment(1));
        assert_eq!(Ledgers::<Test>::get(ALICE).held(), 0);
        assert_noop!(withdraw(), Error::<Test>::NothingToWithdraw);
    });
}

#[test]
fn what_was_locked_can_be_withdrawn_after_the_release() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        assert_ok!(Pallet::<Test>::occupy(
            device,
            assignment(1),
            NO_MEMORY,
            locks(MIN_STAKE, 0)
        ));
        assert_ok!(unbond(MIN_STAKE));
        run_for(UNBONDING_PERIOD);
        assert_noop!(withdraw(), Error::<Test>::NothingToWithdraw);
        Pallet::<Test>::release(device, assignment(1));
        assert_ok!(withdraw());
        assert_eq!(held(ALICE), 0);
    });
}

#[test]
fn refuses_who_is_no_provider() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(withdraw(), Error::<Test>::NotRegistered);
    });
}
