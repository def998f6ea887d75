use aicpw_primitives::traits::DevicePool;
use aicpw_protocol::{conformance::Run, device::DeviceSpec, DeviceId, Gflops, Milliseconds};
use frame_support::{assert_noop, assert_ok};

use crate::{conformance::Stage, mock::*, Devices, Error, Event, Pallet};

fn request(who: AccountId, device: DeviceId) -> sp_runtime::DispatchResult {
    ProviderStaking::request_challenge(RuntimeOrigin::signed(who), device)
}

#[test]
fn a_device_proves_itself_again() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        turn_on_runs();
        assert_ok!(request(ALICE, device));
        assert_eq!(last_event(), Event::DeviceChallenged { device });
        assert!(!is_listed(device));
        assert_eq!(stage(device), Stage::Drawing);
    });
}

#[test]
fn the_next_attempt_is_brought_forward() {
    ExtBuilder.build_and_execute(|| {
        let device = challenged_device(ALICE);
        assert_noop!(request(ALICE, device), Error::<Test>::ChallengeOpen);
        run_for(SOONEST);
        assert_noop!(request(ALICE, device), Error::<Test>::ChallengeOpen);
        run_for(WINDOW);
        assert_eq!(stage(device), Stage::NoAnswer);
        assert_ok!(request(ALICE, device));
        assert_eq!(stage(device), Stage::Drawing);
    });
}

#[test]
fn who_answered_wrongly_waits() {
    ExtBuilder.build_and_execute(|| {
        let device = challenged_device(ALICE);
        run_for(SOONEST);
        let run = open_run(device);
        let wrong = run.answer(&vec![0; run.int as usize], &vec![0; run.fp32 as usize]);
        let call = answer_call(&worker("worker-1"), device, run, wrong);
        assert_eq!(bring(call), Ok(()));
        assert_noop!(request(ALICE, device), Error::<Test>::ChallengeOpen);
        // A new spec does not bring the next attempt forward either. That attempt is a run of the new spec.
        let spec = DeviceSpec {
            gflops: Gflops(2),
            ..Devices::<Test>::get(device).unwrap().spec
        };
        let updated =
            ProviderStaking::update_spec(RuntimeOrigin::signed(ALICE), device, spec.clone());
        assert_ok!(updated);
        assert_eq!(stage(device), Stage::WrongAnswer);
        let attempt = Pallet::<Test>::attempt_at(START, System::block_number());
        run_to(attempt.next + SOONEST);
        let next = open_run(device);
        let length = Milliseconds(ConformanceRun::get());
        assert_eq!(next, Run::new(next.seed, &spec, length));
    });
}

#[test]
fn where_runs_are_turned_off_who_was_refused_is_believed() {
    ExtBuilder.build_and_execute(|| {
        let device = challenged_device(ALICE);
        ConformanceRun::set(0);
        assert_ok!(request(ALICE, device));
        assert!(is_listed(device));
        assert_noop!(request(ALICE, device), Error::<Test>::NoRuns);
    });
}

#[test]
fn a_job_is_not_disturbed() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        turn_on_runs();
        assert_ok!(Pallet::<Test>::occupy(
            device,
            assignment(1),
            NO_MEMORY,
            locks(1, 1)
        ));
        assert_noop!(request(ALICE, device), Error::<Test>::DeviceBusy);
        Pallet::<Test>::release(device, assignment(1));
        assert_ok!(request(ALICE, device));
    });
}

#[test]
fn strangers_unknown_devices_and_runs_that_are_turned_off() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        assert_noop!(request(ALICE, device), Error::<Test>::NoRuns);
        turn_on_runs();
        assert_noop!(request(BOB, device), Error::<Test>::NotOwner);
        assert_noop!(request(ALICE, DeviceId(99)), Error::<Test>::UnknownDevice);
    });
}
