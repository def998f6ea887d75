use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, Error, Event, Ledgers, Providers, ReputationRecords, WorkerOwners};

fn leave() -> sp_runtime::DispatchResult {
    ProviderStaking::deregister_provider(RuntimeOrigin::signed(ALICE))
}

#[test]
fn a_provider_can_leave_and_come_back_with_the_same_key() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        let worker = Providers::<Test>::get(ALICE).unwrap().worker;
        let origin = RuntimeOrigin::signed(ALICE);
        assert_noop!(leave(), Error::<Test>::DevicesRemain);
        assert_ok!(ProviderStaking::deregister_device(origin.clone(), device));
        assert_noop!(leave(), Error::<Test>::StakeRemains);
        assert_ok!(ProviderStaking::unbond(origin.clone(), MIN_STAKE));
        assert_noop!(leave(), Error::<Test>::StakeRemains);
        run_for(UNBONDING_PERIOD);
        assert_ok!(ProviderStaking::withdraw_unbonded(origin));

        assert_ok!(leave());

        assert_eq!(
            last_event(),
            Event::ProviderDeregistered { provider: ALICE }
        );
        assert_eq!(Balances::free_balance(ALICE), FUNDS);
        assert!(!Providers::<Test>::contains_key(ALICE));
        assert!(!Ledgers::<Test>::contains_key(ALICE));
        assert!(!ReputationRecords::<Test>::contains_key(ALICE));
        assert!(!WorkerOwners::<Test>::contains_key(worker));
        register(ALICE, MIN_STAKE);
    });
}

#[test]
fn refuses_who_is_no_provider() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(leave(), Error::<Test>::NotRegistered);
    });
}
