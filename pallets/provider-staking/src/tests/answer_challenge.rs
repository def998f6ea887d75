use aicpw_primitives::traits::DeviceOffers;
use sp_runtime::transaction_validity::InvalidTransaction;

use crate::{conformance::Stage, mock::*, Challenges, Event, Pallet};

/// Makes a device whose challenge is open. Returns it and its worker.
fn open() -> (
    aicpw_protocol::DeviceId,
    aicpw_primitives::worker_key::WorkerId,
) {
    let device = challenged_device(ALICE);
    run_for(SOONEST);
    (device, worker("worker-1"))
}

#[test]
fn a_right_answer_brings_the_device_into_the_book() {
    ExtBuilder.build_and_execute(|| {
        let (device, worker) = open();
        let run = open_run(device);
        let answer = computed(&run);
        assert_eq!(bring(answer_call(&worker, device, run, answer)), Ok(()));
        assert_eq!(last_event(), Event::DeviceProven { device });
        assert_eq!(Challenges::<Test>::get(device), None);
        assert!(is_listed(device));
        assert!(Pallet::<Test>::offer(device).is_some());
        assert_eq!(Pallet::<Test>::device_view(device).unwrap().challenge, None);
    });
}

/// Regression: after a failed migration, answers were accepted, as heartbeats were.
#[test]
fn none_is_taken_while_the_state_is_migrated() {
    ExtBuilder.build_and_execute(|| {
        let (device, worker) = open();
        let run = open_run(device);
        let answer = computed(&run);
        IsMigrating::set(true);
        let refused = bring(answer_call(&worker, device, run, answer.clone()));
        assert_eq!(refused, Err(InvalidTransaction::Call.into()));
        IsMigrating::set(false);
        assert_eq!(bring(answer_call(&worker, device, run, answer)), Ok(()));
    });
}

#[test]
fn a_wrong_answer_ends_the_attempt_and_costs_nothing() {
    ExtBuilder.build_and_execute(|| {
        let (device, worker) = open();
        let run = open_run(device);
        let zeros = |part| vec![0; run.segments(part) as usize];
        let wrong = run.answer(
            &zeros(aicpw_protocol::conformance::Part::Int),
            &zeros(aicpw_protocol::conformance::Part::Fp32),
        );
        assert_eq!(bring(answer_call(&worker, device, run, wrong)), Ok(()));
        assert_eq!(last_event(), Event::AnswerRefuted { device, attempt: 0 });
        assert_eq!(stage(device), Stage::WrongAnswer);
        assert!(!is_listed(device));
        assert_eq!(held(ALICE), MIN_STAKE);
        assert_eq!(
            crate::ReputationRecords::<Test>::get(ALICE).unwrap().faults,
            0
        );

        // There is no second answer in this attempt, and the next attempt has another seed.
        let right = computed(&run);
        let again = answer_call(&worker, device, run, right.clone());
        assert_eq!(bring(again), Err(InvalidTransaction::Stale.into()));
        let attempt = Pallet::<Test>::attempt_at(START, System::block_number());
        run_to(attempt.next + SOONEST);
        assert_ne!(open_run(device), run);
        let next = open_run(device);
        let answer = computed(&next);
        assert_eq!(bring(answer_call(&worker, device, next, answer)), Ok(()));
        assert!(is_listed(device));
    });
}

#[test]
fn an_answer_is_for_the_time_in_which_it_is_asked_for() {
    ExtBuilder.build_and_execute(|| {
        let device = challenged_device(ALICE);
        let worker = worker("worker-1");
        run_for(SOONEST);
        let run = open_run(device);
        let answer = computed(&run);
        run_to(START + SOONEST - 1);
        let early = answer_call(&worker, device, run, answer.clone());
        assert_eq!(bring(early), Err(InvalidTransaction::Future.into()));
        run_to(START + SOONEST + WINDOW);
        let late = answer_call(&worker, device, run, answer);
        assert_eq!(bring(late), Err(InvalidTransaction::Stale.into()));
    });
}

#[test]
fn only_the_devices_worker_answers_and_nobody_changes_what_it_says() {
    ExtBuilder.build_and_execute(|| {
        let (device, worker) = open();
        let run = open_run(device);
        let answer = computed(&run);
        let stranger = answer_call(
            &super::super::mock::worker("stranger"),
            device,
            run,
            answer.clone(),
        );
        assert_eq!(bring(stranger), Err(InvalidTransaction::BadProof.into()));

        let RuntimeCall::ProviderStaking(crate::Call::answer_challenge { proof, .. }) =
            answer_call(&worker, device, run, answer.clone())
        else {
            unreachable!()
        };
        let mut changed = answer;
        changed.int.openings[0].outputs[0] ^= 1;
        let forged = crate::Call::<Test>::answer_challenge {
            device,
            answer: changed,
            proof,
        };
        assert_eq!(
            bring(forged.into()),
            Err(InvalidTransaction::BadProof.into())
        );
        assert!(matches!(stage(device), Stage::Open { .. }));
    });
}

#[test]
fn an_answer_that_cannot_be_one_never_gets_into_a_block() {
    ExtBuilder.build_and_execute(|| {
        let (device, worker) = open();
        let run = open_run(device);
        let mut answer = computed(&run);
        answer.fp32 = None;
        let short = answer_call(&worker, device, run, answer);
        assert_eq!(bring(short), Err(InvalidTransaction::Call.into()));
    });
}

#[test]
fn a_device_with_nothing_to_prove_has_no_answer() {
    ExtBuilder.build_and_execute(|| {
        let (device, worker) = open();
        let run = open_run(device);
        let answer = computed(&run);
        assert_eq!(
            bring(answer_call(&worker, device, run, answer.clone())),
            Ok(())
        );
        let again = answer_call(&worker, device, run, answer);
        assert_eq!(bring(again), Err(InvalidTransaction::Stale.into()));
    });
}

#[test]
fn an_answer_is_of_no_use_in_the_next_challenge() {
    ExtBuilder.build_and_execute(|| {
        let (device, worker) = open();
        let run = open_run(device);
        let call = answer_call(&worker, device, run, computed(&run));
        assert_eq!(bring(call.clone()), Ok(()));
        frame_support::assert_ok!(ProviderStaking::request_challenge(
            RuntimeOrigin::signed(ALICE),
            device
        ));
        run_for(SOONEST);
        assert_eq!(bring(call), Err(InvalidTransaction::BadProof.into()));
        assert!(matches!(stage(device), Stage::Open { .. }));
    });
}

#[test]
fn a_run_that_governance_changes_refutes_nobody() {
    ExtBuilder.build_and_execute(|| {
        let (device, worker) = open();
        let run = open_run(device);
        let call = answer_call(&worker, device, run, computed(&run));
        ConformanceRun::set(2);
        assert_eq!(bring(call), Err(InvalidTransaction::BadProof.into()));
        assert!(matches!(stage(device), Stage::Open { .. }));
    });
}
