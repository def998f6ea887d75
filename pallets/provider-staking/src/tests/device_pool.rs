//! `offer`, and the pair `occupy` and `release` with `vacate` in between.

use aicpw_primitives::traits::{DeviceOffers, DevicePool, Offer};
use aicpw_protocol::{device::Reputation, DeviceId, Gflops, Mebibytes};
use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, Devices, Error, Ledgers, Pallet, Presences};

type Pool = Pallet<Test>;

fn free_slots(device: DeviceId) -> u8 {
    Pool::offer(device).unwrap().free_slots
}

#[test]
fn an_offer_says_all_that_matching_needs() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE + 7);
        assert_eq!(
            Pool::offer(device),
            Some(Offer {
                provider: ALICE,
                spec: spec(1),
                ask: MIN_ASK,
                reputation: Reputation::START,
                free_stake: MIN_STAKE + 7,
                free_slots: MAX_SLOTS,
            })
        );
        assert_eq!(Pool::offer(DeviceId(99)), None);
    });
}

#[test]
fn occupying_takes_a_slot_and_locks_stake() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        assert_ok!(Pool::occupy(
            device,
            assignment(1),
            NO_MEMORY,
            locks(100, 50)
        ));

        let offer = Pool::offer(device).unwrap();
        assert_eq!(
            (offer.free_slots, offer.free_stake),
            (MAX_SLOTS - 1, MIN_STAKE - 150)
        );
        assert_eq!(held(ALICE), MIN_STAKE, "locked, not moved");
        assert_eq!(Ledgers::<Test>::get(ALICE).locked, 150);
        let worker = Pool::worker_of(&ALICE).unwrap();
        assert_eq!(Pool::assignments_of(&worker), [(assignment(1), device)]);
    });
}

#[test]
fn lowering_frees_stake_and_never_locks_more() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        assert_ok!(Pool::occupy(
            device,
            assignment(1),
            NO_MEMORY,
            locks(100, 50)
        ));
        Pool::lower(device, assignment(1), locks(30, 500));
        assert_eq!(Ledgers::<Test>::get(ALICE).locked, 80);
        Pool::lower(device, assignment(1), locks(40, 50));
        assert_eq!(Ledgers::<Test>::get(ALICE).locked, 80);
        // The pool does not know this assignment.
        Pool::lower(device, assignment(2), locks(0, 0));
        assert_eq!(Ledgers::<Test>::get(ALICE).locked, 80);
        Pool::release(device, assignment(1));
        assert_eq!(Ledgers::<Test>::get(ALICE).locked, 0);
    });
}

#[test]
fn vacating_frees_the_slot_and_keeps_the_locks() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        assert_ok!(Pool::occupy(
            device,
            assignment(1),
            NO_MEMORY,
            locks(100, 50)
        ));
        let before = times_listed(device);
        for _ in 0..2 {
            Pool::vacate(device, assignment(1));
            let offer = Pool::offer(device).unwrap();
            assert_eq!(
                (offer.free_slots, offer.free_stake),
                (MAX_SLOTS, MIN_STAKE - 150)
            );
        }
        assert_eq!(
            times_listed(device),
            before + 1,
            "wakes who waits for a slot, once"
        );
        let worker = Pool::worker_of(&ALICE).unwrap();
        assert_eq!(Pool::assignments_of(&worker).len(), 1);
    });
}

#[test]
fn releasing_undoes_the_occupation() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        for vacate_first in [false, true] {
            assert_ok!(Pool::occupy(
                device,
                assignment(1),
                NO_MEMORY,
                locks(100, 50)
            ));
            if vacate_first {
                Pool::vacate(device, assignment(1));
            }
            let before = times_listed(device);
            for _ in 0..2 {
                Pool::release(device, assignment(1));
                let offer = Pool::offer(device).unwrap();
                assert_eq!((offer.free_slots, offer.free_stake), (MAX_SLOTS, MIN_STAKE));
            }
            let woken = u32::from(!vacate_first);
            assert_eq!(
                times_listed(device),
                before + woken,
                "wakes who waits for a slot, once"
            );
            assert_eq!(StakeFreed::take(), [device], "wakes who waits for stake");
            assert!(
                Presences::<Test>::get(ALICE).relist,
                "by other devices, later"
            );
            assert_eq!(Ledgers::<Test>::get(ALICE).assignments, 0);
        }
    });
}

#[test]
fn stake_that_becomes_free_is_offered_by_the_other_devices_with_the_next_heartbeat() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        let other = add_device(ALICE, 2);
        assert_ok!(Pool::occupy(
            device,
            assignment(1),
            NO_MEMORY,
            locks(MIN_STAKE, 0)
        ));
        Pool::release(device, assignment(1));
        let before = times_listed(other);
        run_to_period(1);
        send_heartbeat(ALICE);
        assert_eq!(times_listed(other), before + 1);
        run_to_period(1);
        send_heartbeat(ALICE);
        assert_eq!(times_listed(other), before + 1, "and not again");
    });
}

#[test]
fn occupying_needs_a_slot_stake_and_an_offer() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        let unknown = Pool::occupy(DeviceId(99), assignment(1), NO_MEMORY, locks(0, 0));
        assert_eq!(unknown, Err(Error::<Test>::UnknownDevice.into()));
        for too_much in [
            locks(MIN_STAKE, 1),
            locks(u128::MAX, 1),
            locks(0, u128::MAX),
        ] {
            assert_noop!(
                Pool::occupy(device, assignment(1), NO_MEMORY, too_much),
                Error::<Test>::NotEnoughFreeStake
            );
        }
        assert_ok!(Pool::occupy(
            device,
            assignment(1),
            NO_MEMORY,
            locks(MIN_STAKE, 0)
        ));
        assert_noop!(
            Pool::occupy(device, assignment(1), NO_MEMORY, locks(0, 0)),
            Error::<Test>::AlreadyOccupied
        );
        assert_noop!(
            Pool::occupy(device, assignment(2), NO_MEMORY, locks(1, 0)),
            Error::<Test>::NotEnoughFreeStake
        );
        for task in 2..=u64::from(MAX_SLOTS) {
            assert_ok!(Pool::occupy(
                device,
                assignment(task),
                NO_MEMORY,
                locks(0, 0)
            ));
        }
        assert_eq!(free_slots(device), 0);
        assert_noop!(
            Pool::occupy(device, assignment(99), NO_MEMORY, locks(0, 0)),
            Error::<Test>::NoFreeSlot
        );
        run_to_period(4);
        assert_noop!(
            Pool::occupy(device, assignment(99), NO_MEMORY, locks(0, 0)),
            Error::<Test>::NotOffered
        );
    });
}

#[test]
fn locks_that_are_kept_are_bounded() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        for task in 0..u64::from(MAX_ASSIGNMENTS) {
            assert_eq!(free_slots(device), MAX_SLOTS);
            assert_ok!(Pool::occupy(
                device,
                assignment(task),
                NO_MEMORY,
                locks(1, 0)
            ));
            Pool::vacate(device, assignment(task));
        }
        assert_eq!(free_slots(device), 0, "not offered beyond the bound");
        assert_noop!(
            Pool::occupy(device, assignment(99), NO_MEMORY, locks(1, 0)),
            Error::<Test>::TooManyAssignments
        );
        Pool::release(device, assignment(0));
        assert_eq!(free_slots(device), MAX_SLOTS);
    });
}

#[test]
fn what_is_unknown_does_nothing() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        let other = add_device(ALICE, 2);
        assert_ok!(Pool::occupy(
            device,
            assignment(1),
            NO_MEMORY,
            locks(100, 50)
        ));
        for (device, assignment) in [
            (device, assignment(2)),
            (other, assignment(1)),
            (DeviceId(99), assignment(1)),
        ] {
            Pool::vacate(device, assignment);
            Pool::release(device, assignment);
        }
        Pool::cool_down(DeviceId(99));
        Pool::succeeded(DeviceId(99), Gflops(1));
        assert_eq!(free_slots(device), MAX_SLOTS - 1);
        assert_eq!(Ledgers::<Test>::get(ALICE).locked, 150);
        assert_eq!(Pool::worker_of(&99), None);
        assert!(Pool::peers(DeviceId(99)).is_empty());
        assert!(Pool::assignments_of(&worker("stranger")).is_empty());
        assert!(!Devices::<Test>::contains_key(DeviceId(99)));
    });
}

#[test]
fn only_stake_that_becomes_free_lists_with_the_heartbeat() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        let is_relisted = || Pool::notes(device).is_relisted;
        assert_ok!(Pool::occupy(device, assignment(1), NO_MEMORY, locks(2, 0)));
        Pool::vacate(device, assignment(1));
        Pool::succeeded(device, Gflops(1));
        Pool::lower(device, assignment(1), locks(2, 0));
        assert!(!is_relisted());
        Pool::lower(device, assignment(1), locks(1, 0));
        assert!(is_relisted());

        let listed = times_listed(device);
        run_to_period(1);
        send_heartbeat(ALICE);
        assert!(!is_relisted());
        assert_eq!(times_listed(device), listed + 1);
        Pool::release(device, assignment(1));
        assert!(is_relisted());
    });
}

#[test]
fn a_provider_with_all_the_assignments_that_it_may_have_has_no_device_opened() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        assert_ok!(Pool::occupy(device, assignment(1), NO_MEMORY, locks(2, 0)));
        let listed = times_listed(device);
        Ledgers::<Test>::mutate(ALICE, |ledger| ledger.assignments = MAX_ASSIGNMENTS);
        Pool::vacate(device, assignment(1));
        assert_eq!(times_listed(device), listed);
        Ledgers::<Test>::mutate(ALICE, |ledger| ledger.assignments = 1);
    });
}

#[test]
fn jobs_in_the_slots_of_a_device_share_its_memory() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        let all = spec(1).memory;
        let free = || Pool::offer(device).unwrap().spec.memory;
        let listed = || Book::get().get(&device).map(|listing| listing.spec.memory);
        let part = |memory: u64| Mebibytes(memory);
        assert_noop!(
            Pool::occupy(device, assignment(1), part(all.0 + 1), locks(1, 0)),
            Error::<Test>::NotEnoughFreeMemory
        );
        assert_ok!(Pool::occupy(
            device,
            assignment(1),
            part(all.0 - 10),
            locks(1, 0)
        ));
        assert_eq!(free(), part(10));
        assert_noop!(
            Pool::occupy(device, assignment(2), part(11), locks(1, 0)),
            Error::<Test>::NotEnoughFreeMemory
        );
        assert_ok!(Pool::occupy(device, assignment(2), part(10), locks(1, 0)));
        assert_eq!(free(), part(0));
        // The memory is freed with the slot, only once, and the book is told.
        Pool::vacate(device, assignment(1));
        Pool::vacate(device, assignment(1));
        assert_eq!(
            (free(), listed()),
            (part(all.0 - 10), Some(part(all.0 - 10)))
        );
        Pool::release(device, assignment(1));
        assert_eq!(free(), part(all.0 - 10));
        // It is freed with the locks if the slot was not freed before.
        Pool::release(device, assignment(2));
        assert_eq!((free(), listed()), (all, Some(all)));
    });
}
