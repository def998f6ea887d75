use aicpw_primitives::traits::{DeviceOffers, DevicePool, Penalty};
use aicpw_protocol::DeviceId;
use frame_support::assert_ok;

use crate::{mock::*, Error, Event, Ledgers, Pallet};

type Pool = Pallet<Test>;

fn occupied() -> DeviceId {
    let device = online_provider(ALICE, 2 * MIN_STAKE);
    assert_ok!(Pool::occupy(
        device,
        assignment(1),
        NO_MEMORY,
        locks(100, 500)
    ));
    device
}

#[test]
fn a_fault_costs_the_governed_share_of_the_collateral() {
    ExtBuilder.build_and_execute(|| {
        let device = occupied();
        assert_eq!(
            Pool::slash(device, assignment(1), Penalty::Fault, &REQUESTER),
            40
        );
        assert_eq!(
            last_event(),
            Event::StakeSlashed {
                provider: ALICE,
                assignment: assignment(1),
                amount: 40,
                beneficiary: REQUESTER,
            }
        );
        assert_eq!(Balances::free_balance(REQUESTER), FUNDS + 40);
        assert_eq!(held(ALICE), 2 * MIN_STAKE - 40);
        let ledger = Ledgers::<Test>::get(ALICE);
        assert_eq!((ledger.active, ledger.locked), (2 * MIN_STAKE - 40, 560));
        assert!(is_listed(device), "still above the minimum");

        Pool::release(device, assignment(1));
        assert_eq!(Ledgers::<Test>::get(ALICE).locked, 0);
        assert_eq!(
            held(ALICE),
            2 * MIN_STAKE - 40,
            "the rest is the provider's"
        );
    });
}

#[test]
fn a_wrong_result_costs_everything_locked() {
    ExtBuilder.build_and_execute(|| {
        let device = occupied();
        let slash = || Pool::slash(device, assignment(1), Penalty::WrongResult, &REQUESTER);
        assert_eq!(slash(), 600);
        assert_eq!(Balances::free_balance(REQUESTER), FUNDS + 600);
        assert_eq!(Ledgers::<Test>::get(ALICE).locked, 0);
        assert_eq!(slash(), 0, "never more than is locked");
        Pool::release(device, assignment(1));
        assert_eq!(held(ALICE), 2 * MIN_STAKE - 600);
    });
}

#[test]
fn penalties_add_up_to_the_locks() {
    ExtBuilder.build_and_execute(|| {
        let device = occupied();
        assert_eq!(
            Pool::slash(device, assignment(1), Penalty::Fault, &REQUESTER),
            40
        );
        assert_eq!(
            Pool::slash(device, assignment(1), Penalty::WrongResult, &BOB),
            560
        );
        assert_eq!(Balances::free_balance(BOB), FUNDS + 560);
    });
}

#[test]
fn another_assignments_locks_are_untouched() {
    ExtBuilder.build_and_execute(|| {
        let device = occupied();
        assert_ok!(Pool::occupy(
            device,
            assignment(2),
            NO_MEMORY,
            locks(1_000, 400)
        ));
        assert_eq!(
            Pool::slash(device, assignment(1), Penalty::WrongResult, &REQUESTER),
            600
        );
        assert_eq!(Ledgers::<Test>::get(ALICE).locked, 1_400);
        assert_eq!(
            Pool::slash(device, assignment(2), Penalty::WrongResult, &REQUESTER),
            1_400
        );
        assert_eq!(held(ALICE), 0);
    });
}

#[test]
fn below_the_minimum_the_devices_are_not_offered_until_the_stake_is_topped_up() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        let other = add_device(ALICE, 2);
        assert_ok!(Pool::occupy(device, assignment(1), NO_MEMORY, locks(10, 0)));
        assert_eq!(
            Pool::slash(device, assignment(1), Penalty::Fault, &REQUESTER),
            4
        );
        for device in [device, other] {
            assert_eq!(Pool::offer(device), None);
        }
        Pool::release(device, assignment(1));
        // A search that meets one of them takes it out of the order book.
        let refused = Pool::occupy(other, assignment(2), NO_MEMORY, locks(0, 0));
        assert_eq!(refused, Err(Error::<Test>::NotOffered.into()));
        assert_ok!(ProviderStaking::bond_extra(RuntimeOrigin::signed(ALICE), 4));
        for device in [device, other] {
            assert!(is_listed(device));
            assert!(Pool::offer(device).is_some());
        }
    });
}

/// Regression: if a provider had only the least stake, a missed deadline took all its devices out of the order book,
/// but was weighed as if it had one device. This happened again each time that the provider had topped up its stake.
#[test]
fn a_slash_touches_no_device_but_one() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        let others = (2..=MAX_DEVICES as u8).map(|n| add_device(ALICE, n));
        let others: Vec<_> = others.collect();
        assert_ok!(Pool::occupy(device, assignment(1), NO_MEMORY, locks(10, 0)));
        Listed::take();
        Pool::slash(device, assignment(1), Penalty::Fault, &REQUESTER);
        Pool::release(device, assignment(1));
        assert!(others.iter().all(|other| is_listed(*other)));
        let listed: Vec<_> = Listed::take().into_keys().collect();
        assert_eq!(listed, [device]);
        for device in others {
            assert_eq!(Pool::offer(device), None);
        }
    });
}

#[test]
fn nothing_is_taken_that_cannot_be_paid_out() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        let dust = EXISTENTIAL_DEPOSIT - 1;
        assert_ok!(Pool::occupy(
            device,
            assignment(1),
            NO_MEMORY,
            locks(0, dust)
        ));
        let slash = |who| Pool::slash(device, assignment(1), Penalty::WrongResult, &who);
        assert_eq!(slash(NOBODY), 0);
        assert_eq!(held(ALICE), MIN_STAKE);
        assert_eq!(Ledgers::<Test>::get(ALICE).locked, dust);
        assert_eq!(
            slash(REQUESTER),
            dust,
            "it is still there for somebody else"
        );
    });
}

#[test]
fn a_beneficiary_without_an_account_gets_one() {
    ExtBuilder.build_and_execute(|| {
        let device = occupied();
        assert_eq!(
            Pool::slash(device, assignment(1), Penalty::Fault, &NOBODY),
            40
        );
        assert_eq!(Balances::free_balance(NOBODY), 40);
    });
}

#[test]
fn what_is_not_locked_cannot_be_slashed() {
    ExtBuilder.build_and_execute(|| {
        let device = occupied();
        let other = add_device(ALICE, 2);
        for (device, assignment) in [
            (device, assignment(2)),
            (other, assignment(1)),
            (DeviceId(99), assignment(1)),
        ] {
            let taken = Pool::slash(device, assignment, Penalty::WrongResult, &REQUESTER);
            assert_eq!(taken, 0);
        }
        assert_eq!(held(ALICE), 2 * MIN_STAKE);
    });
}

#[test]
fn stake_that_unbonds_is_slashed_after_the_active_part() {
    ExtBuilder.build_and_execute(|| {
        let device = occupied();
        let unbond = |amount| ProviderStaking::unbond(RuntimeOrigin::signed(ALICE), amount);
        assert_ok!(unbond(300));
        run_for(1);
        assert_ok!(unbond(2 * MIN_STAKE - 300 - 200));
        assert_eq!(Ledgers::<Test>::get(ALICE).active, 200);
        assert_eq!(
            Pool::slash(device, assignment(1), Penalty::WrongResult, &REQUESTER),
            600
        );
        let ledger = Ledgers::<Test>::get(ALICE);
        assert_eq!(ledger.active, 0);
        let left: Vec<_> = ledger.unbonding.iter().map(|chunk| chunk.amount).collect();
        assert_eq!(left, [300, 1_100], "from what would leave last");
    });
}
