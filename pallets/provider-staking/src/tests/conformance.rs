//! Which devices have something to prove, and how their attempts follow from the height.

use aicpw_primitives::traits::{DeviceOffers, DevicePool};
use aicpw_protocol::{device::DeviceSpec, view::ChallengeState, Gflops};
use frame_support::{assert_noop, assert_ok};
use proptest::prelude::*;

use crate::{conformance::Stage, mock::*, Challenges, Error, Event, Pallet};

#[test]
fn a_device_that_is_registered_cannot_be_matched() {
    ExtBuilder.build_and_execute(|| {
        let device = challenged_device(ALICE);
        assert!(!is_listed(device));
        assert_eq!(Pallet::<Test>::offer(device), None);
        assert_noop!(
            Pallet::<Test>::occupy(device, assignment(1), NO_MEMORY, locks(1, 1)),
            Error::<Test>::NotOffered
        );
        // Other calls that list devices do not list it either.
        assert_ok!(ProviderStaking::bond_extra(
            RuntimeOrigin::signed(ALICE),
            1_000
        ));
        assert!(!is_listed(device));
    });
}

#[test]
fn it_is_said_that_it_has_something_to_prove() {
    ExtBuilder.build_and_execute(|| {
        turn_on_runs();
        register(ALICE, MIN_STAKE);
        let device = add_device(ALICE, 1);
        assert_eq!(last_event(), Event::DeviceChallenged { device });
    });
}

#[test]
fn another_spec_has_to_be_proven_and_the_same_does_not() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        turn_on_runs();
        let update =
            |spec| ProviderStaking::update_spec(RuntimeOrigin::signed(ALICE), device, spec);
        assert_ok!(update(spec(1)));
        assert!(is_listed(device));
        let faster = DeviceSpec {
            gflops: Gflops(51),
            ..spec(1)
        };
        assert_ok!(update(faster));
        assert!(!is_listed(device));
        assert_eq!(last_event(), Event::DeviceChallenged { device });
    });
}

#[test]
fn where_runs_are_turned_off_a_new_spec_is_believed() {
    ExtBuilder.build_and_execute(|| {
        let device = challenged_device(ALICE);
        ConformanceRun::set(0);
        let update =
            |spec| ProviderStaking::update_spec(RuntimeOrigin::signed(ALICE), device, spec);
        assert_ok!(update(spec(2)));
        assert!(is_listed(device));
    });
}

#[test]
fn a_device_that_is_removed_has_nothing_to_prove() {
    ExtBuilder.build_and_execute(|| {
        let device = challenged_device(ALICE);
        assert_ok!(ProviderStaking::deregister_device(
            RuntimeOrigin::signed(ALICE),
            device
        ));
        assert_eq!(Challenges::<Test>::get(device), None);
    });
}

#[test]
fn an_attempt_goes_from_stage_to_stage_by_itself() {
    ExtBuilder.build_and_execute(|| {
        let device = challenged_device(ALICE);
        let view = || {
            let challenge = Pallet::<Test>::device_view(device)
                .unwrap()
                .challenge
                .unwrap();
            (challenge.attempt, challenge.state, challenge.blocks_left)
        };
        let wait = COOL_DOWN_BASE.max(SOONEST + WINDOW + 1);
        assert_eq!(view(), (0, ChallengeState::Drawing, wait));
        run_for(SOONEST);
        assert_eq!(view(), (0, ChallengeState::Open, WINDOW));
        run_for(WINDOW - 1);
        assert_eq!(view(), (0, ChallengeState::Open, 1));
        run_for(1);
        let left = wait - SOONEST - WINDOW;
        assert_eq!(view(), (0, ChallengeState::NoAnswer, left));
        run_for(left);
        assert_eq!(view(), (1, ChallengeState::Drawing, 2 * COOL_DOWN_BASE));
    });
}

#[test]
fn each_attempt_and_each_device_has_a_seed_of_its_own() {
    ExtBuilder.build_and_execute(|| {
        let first = challenged_device(ALICE);
        let second = add_device(ALICE, 2);
        let seed = |device| match stage(device) {
            Stage::Open { seed, .. } => seed,
            other => panic!("{other:?}"),
        };
        run_for(SOONEST);
        let (a, b) = (seed(first), seed(second));
        assert_ne!(a, b);
        let attempt = Pallet::<Test>::attempt_at(START, System::block_number());
        run_to(attempt.next + SOONEST);
        assert_ne!(seed(first), a);
    });
}

#[test]
fn without_a_seed_nothing_takes_its_place() {
    ExtBuilder.build_and_execute(|| {
        SeedAfter::set(LONGEST + 1);
        let device = challenged_device(ALICE);
        run_for(LONGEST);
        assert_eq!(stage(device), Stage::Drawing);
        run_for(1);
        assert_eq!(stage(device), Stage::NoAnswer);
    });
}

#[test]
fn a_seed_that_comes_late_leaves_the_time_until_the_next_attempt() {
    ExtBuilder.build_and_execute(|| {
        SeedAfter::set(LONGEST);
        let device = challenged_device(ALICE);
        run_for(LONGEST);
        let next = Pallet::<Test>::attempt_at(START, System::block_number()).next;
        assert!(matches!(stage(device), Stage::Open { before, .. } if before == next));
    });
}

proptest! {
    /// Attempts follow one another without a gap. Each is as long as the cool-down after as many failures.
    #[test]
    fn every_height_is_in_one_attempt(
        base in 1..COOL_DOWN_CAP,
        opened_at in 0u32..1_000,
        passed in 0u32..100_000,
    ) {
        ExtBuilder.build().execute_with(|| {
            FirstCoolDown::set(base);
            let height = opened_at + passed;
            let attempt = Pallet::<Test>::attempt_at(opened_at, height);
            assert!(attempt.anchor <= height && height < attempt.next);
            let again = Pallet::<Test>::attempt_at(opened_at, attempt.anchor);
            assert_eq!(again, attempt);
            if attempt.number > 0 {
                let before = Pallet::<Test>::attempt_at(opened_at, attempt.anchor - 1);
                assert_eq!(before.number + 1, attempt.number);
                assert_eq!(before.next, attempt.anchor);
            } else {
                assert_eq!(attempt.anchor, opened_at);
            }
            let failures = (attempt.number + 1).min(255) as u8;
            let wait = Pallet::<Test>::cool_down_blocks(failures).max(SOONEST + WINDOW + 1);
            assert_eq!(attempt.next - attempt.anchor, wait);
        });
    }
}
