//! Which providers can be drawn, and with what chance.

use aicpw_primitives::traits::{DevicePool, Penalty, StakeDraw};
use aicpw_protocol::{
    draw::{next_ticket, retry_ticket, ticket},
    Balance,
};
use frame_support::{assert_ok, storage::with_transaction, traits::fungible::Mutate};
use sp_runtime::{DispatchError, TransactionOutcome};
use std::collections::BTreeMap;

use crate::{draw::DRAW_TRIES, mock::*, DrawLeafOf, DrawNodes, DrawTree, Pallet};

type Draw = Pallet<Test>;

/// Draws with a ticket of this number, always from the same seed.
fn draw(number: u32) -> Option<AccountId> {
    Draw::draw(&ticket(&[7; 32], &"test", number))
}

fn drawn(times: u32) -> BTreeMap<AccountId, u32> {
    let mut counts = BTreeMap::new();
    for number in 0..times {
        *counts.entry(draw(number).unwrap()).or_default() += 1;
    }
    counts
}

/// The sum of all weights.
fn total() -> Balance {
    DrawNodes::<Test>::get((0, 0)).sum()
}

fn join_online(provider: AccountId, stake: Balance) {
    Balances::set_balance(&provider, FUNDS);
    register(provider, stake);
    send_heartbeat(provider);
}

/// Runs a test, and then checks the invariants. The issuance may change, as it does with [`join_online`].
fn execute(test: impl FnOnce()) {
    ExtBuilder.build().execute_with(|| {
        test();
        assert_ok!(Draw::do_try_state());
    });
}

#[test]
fn there_is_nobody_at_first() {
    execute(|| {
        assert_eq!(draw(0), None);
        register(ALICE, MIN_STAKE);
        assert_eq!(draw(0), None, "offline until the first heartbeat");
        send_heartbeat(ALICE);
        assert_eq!(draw(0), Some(ALICE));
    });
}

#[test]
fn everyone_has_the_chance_of_its_stake() {
    execute(|| {
        let providers = 20u32;
        for provider in 1..=u64::from(providers) {
            join_online(100 + provider, MIN_STAKE * u128::from(provider));
        }
        let times = 20_000u32;
        let counts = drawn(times);
        let shares = providers * (providers + 1) / 2;
        let chi_squared: f64 = (1..=providers)
            .map(|provider| {
                let expected = f64::from(times * provider) / f64::from(shares);
                let count = counts.get(&u64::from(100 + provider)).copied();
                let error = f64::from(count.unwrap_or_default()) - expected;
                error * error / expected
            })
            .sum();
        // With 19 degrees of freedom, chance exceeds 43.8 once in a thousand tries.
        assert!(chi_squared < 43.8, "{chi_squared}: {counts:?}");
        // A value that is too low would mean that nothing is drawn at random.
        assert!(chi_squared > 5.4, "{chi_squared}: {counts:?}");
    });
}

#[test]
fn the_weight_follows_the_stake() {
    execute(|| {
        online_provider(ALICE, 3 * MIN_STAKE);
        assert_eq!(total(), 3 * MIN_STAKE);

        assert_ok!(ProviderStaking::bond_extra(
            RuntimeOrigin::signed(ALICE),
            MIN_STAKE
        ));
        assert_eq!(total(), 4 * MIN_STAKE);

        assert_ok!(ProviderStaking::unbond(
            RuntimeOrigin::signed(ALICE),
            2 * MIN_STAKE
        ));
        assert_eq!(total(), 2 * MIN_STAKE);

        assert_ok!(ProviderStaking::unbond(
            RuntimeOrigin::signed(ALICE),
            MIN_STAKE + 1
        ));
        assert_eq!((total(), draw(0)), (0, None), "too little stake");

        assert_ok!(ProviderStaking::bond_extra(RuntimeOrigin::signed(ALICE), 1));
        assert_eq!((total(), draw(0)), (MIN_STAKE, Some(ALICE)));
    });
}

#[test]
fn what_is_slashed_has_no_weight() {
    execute(|| {
        let device = online_provider(ALICE, 2 * MIN_STAKE);
        let (one, two) = (assignment(1), assignment(2));
        assert_ok!(Draw::occupy(device, one, NO_MEMORY, locks(MIN_STAKE, 0)));
        assert_ok!(Draw::occupy(device, two, NO_MEMORY, locks(10, 0)));
        assert_eq!(total(), 2 * MIN_STAKE, "what is locked counts");

        Draw::slash(device, one, Penalty::WrongResult, &REQUESTER);
        assert_eq!(total(), MIN_STAKE);
        Draw::slash(device, two, Penalty::WrongResult, &REQUESTER);
        assert_eq!((total(), draw(0)), (0, None));
    });
}

#[test]
fn who_falls_silent_is_not_drawn_and_leaves_when_met() {
    execute(|| {
        online_provider(ALICE, MIN_STAKE);
        register(BOB, 9 * MIN_STAKE);
        send_heartbeat(BOB);
        run_to_period(3);
        send_heartbeat(ALICE);
        run_to_period(1);

        assert!(!Draw::is_online(&BOB));
        assert_eq!(total(), 10 * MIN_STAKE, "nobody scans");
        assert_eq!(drawn(50), [(ALICE, 50)].into());
        assert_eq!(total(), MIN_STAKE, "nine in ten tickets met Bob once");

        send_heartbeat(BOB);
        assert_eq!(total(), 10 * MIN_STAKE, "and back");
    });
}

/// Regression: the draw went on with the ticket that matching uses for its next draw. So the next draw only repeated
/// this one.
#[test]
fn a_draw_that_meets_the_silent_uses_no_ticket_of_the_next_draw() {
    execute(|| {
        Balances::set_balance(&BOB, FUNDS);
        register(BOB, 9 * MIN_STAKE);
        send_heartbeat(BOB);
        run_to_period(5);
        for provider in 101..=120 {
            join_online(provider, MIN_STAKE);
        }
        assert!(!Draw::is_online(&BOB));
        let before = total();
        // Draws with the ticket of this number. If that meets Bob, also with the tickets that may follow.
        let meets = |number: u32| {
            let first = ticket(&[7; 32], &"test", number);
            let found = Draw::draw(&first);
            let follow =
                || [retry_ticket(&first), next_ticket(&first)].map(|next| Draw::draw(&next));
            (total() < before).then(|| (found, follow()))
        };
        let met: Vec<_> = (0..100)
            .filter_map(|number| {
                let undone = || TransactionOutcome::Rollback(Ok::<_, DispatchError>(meets(number)));
                with_transaction(undone).unwrap()
            })
            .collect();
        assert!(met.len() > 10, "{} of 100 met Bob", met.len());
        assert!(met.iter().all(|(found, [retry, _])| found == retry));
        let repeated = met.iter().filter(|(found, [_, next])| found == next);
        assert!(repeated.count() < met.len() / 2, "{met:?}");
    });
}

#[test]
fn who_falls_silent_and_comes_back_unmet_is_there_once() {
    execute(|| {
        online_provider(ALICE, MIN_STAKE);
        run_to_period(5);
        send_heartbeat(ALICE);
        assert_eq!(total(), MIN_STAKE);
        assert_eq!(DrawTree::<Test>::get().ever, 1);
    });
}

#[test]
fn stake_that_is_added_in_silence_counts_from_the_next_heartbeat_on() {
    execute(|| {
        online_provider(ALICE, MIN_STAKE);
        run_to_period(5);
        assert_ok!(ProviderStaking::bond_extra(RuntimeOrigin::signed(ALICE), 5));
        assert_eq!(total(), 0);
        send_heartbeat(ALICE);
        assert_eq!(total(), MIN_STAKE + 5);
    });
}

#[test]
fn a_draw_meets_no_more_of_the_silent_than_it_may() {
    execute(|| {
        let silent = u64::from(DRAW_TRIES) + 2;
        for provider in 0..silent {
            join_online(100 + provider, MIN_STAKE);
        }
        run_to_period(5);
        assert_eq!(draw(0), None);
        assert_eq!(total(), 2 * MIN_STAKE, "as many as it may have left");
        join_online(ALICE, MIN_STAKE);
        assert_eq!(draw(1), Some(ALICE), "the others are soon gone");
        assert_eq!(draw(2), Some(ALICE));
    });
}

#[test]
fn leaves_are_used_again() {
    execute(|| {
        for provider in 101..=105 {
            join_online(provider, MIN_STAKE);
        }
        for provider in [102, 104] {
            assert_ok!(ProviderStaking::unbond(
                RuntimeOrigin::signed(provider),
                MIN_STAKE
            ));
        }
        assert_ok!(Draw::do_try_state());
        for provider in [106, 107, 108] {
            join_online(provider, MIN_STAKE);
        }
        assert_eq!(DrawTree::<Test>::get().ever, 6);
        assert_eq!(DrawTree::<Test>::get().free, None);
        assert_eq!(DrawLeafOf::<Test>::get(106), Some(3), "the last that left");
        let counts = drawn(300);
        let who: Vec<_> = counts.keys().copied().collect();
        assert_eq!(who, [101, 103, 105, 106, 107, 108]);
    });
}

#[test]
fn when_the_tree_is_full_others_wait() {
    execute(|| {
        // All leaves count as used.
        DrawTree::<Test>::mutate(|tree| tree.ever = crate::draw::CAPACITY);
        join_online(ALICE, MIN_STAKE);
        assert_eq!(draw(0), None);
        DrawTree::<Test>::kill();
        assert_ok!(ProviderStaking::bond_extra(RuntimeOrigin::signed(ALICE), 1));
        assert_eq!(draw(0), Some(ALICE));
    });
}

#[test]
fn the_devices_are_those_it_registered() {
    execute(|| {
        assert_eq!(Draw::devices_of(&ALICE), []);
        let one = online_provider(ALICE, MIN_STAKE);
        let two = add_device(ALICE, 2);
        assert_eq!(Draw::devices_of(&ALICE), [one, two]);
    });
}
