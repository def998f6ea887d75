//! `dispute_part`, `name_part`, and the trace that is opened between them.

use aicpw_primitives::traits::Escalation;
use aicpw_protocol::{
    merkle::{tree_root, InclusionProof},
    trace::{DisputedPart, NamedPart, OpenTrace, PartStart, Path},
    verdict::{About, DisputeState, Outcome, Vote},
    ContentId, Hash,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, TokenError};

use crate::{mock::*, Disputes, Error, Event, Pallet};

/// The hashes of the disputed trace: its end is that of a wrong result.
pub const HASHES: [Hash; 5] = [[10; 32], [11; 32], [12; 32], [13; 32], [14; 32]];

/// What an honest jury finds where the trace has a different hash.
pub const FOUND: Hash = [22; 32];

fn cid() -> ContentId {
    let mut bytes = vec![1, 0x55, 0x12, 32];
    bytes.extend([3; 32]);
    ContentId::from_bytes(bytes).unwrap()
}

pub fn trace() -> OpenTrace {
    OpenTrace {
        hashes: HASHES.len() as u32,
        tree: tree_root(HASHES.to_vec()),
        result_root: WRONG_ROOT,
        file: cid(),
    }
}

fn path(number: usize) -> (Hash, Path) {
    let InclusionProof { siblings, .. } =
        aicpw_protocol::merkle::prove(&HASHES, number as u64).unwrap();
    (HASHES[number], siblings.try_into().unwrap())
}

pub fn named(number: usize) -> NamedPart {
    NamedPart {
        number: number as u32,
        claimed: path(number),
        from: number.checked_sub(1).map(|before| {
            let (hash, path) = path(before);
            (hash, path, cid())
        }),
    }
}

fn part(number: usize) -> DisputedPart {
    DisputedPart {
        number: number as u32,
        from: number.checked_sub(1).map(|before| PartStart {
            checkpoint: HASHES[before],
            state: cid(),
        }),
        claimed: HASHES[number],
    }
}

fn state() -> DisputeState {
    Disputes::<Test>::get(TASK).unwrap().state
}

fn open_trace() {
    assert!(Pallet::<Test>::trace_wanted(TASK).is_some());
    assert_ok!(Pallet::<Test>::trace_opened(TASK, trace()));
    assert_eq!(Pallet::<Test>::trace_wanted(TASK), None);
}

/// A dispute of the requester, with a jury that runs one part.
fn narrowed(number: usize) {
    add(TASK, |_| ());
    assert_ok!(dispute_part(REQUESTER));
    open_trace();
    assert_ok!(name_part(REQUESTER, Some(named(number))));
}

#[test]
fn the_trace_is_asked_for_opened_and_a_part_of_it_named() {
    execute(|| {
        add(TASK, |_| ());
        assert_ok!(dispute_part(REQUESTER));
        assert_eq!(held(REQUESTER), 5 * PAY);
        let until = 1 + TRACE_WINDOW;
        assert_eq!(state(), DisputeState::Opening { until });
        assert_eq!(Pallet::<Test>::trace_wanted(TASK), Some(until));
        assert_eq!(TheTasks::get()[&TASK].seats.len(), 0, "no jury yet");
        run_for(3);
        open_trace();
        let later = 4 + TRACE_WINDOW + TIME_LIMIT;
        assert_eq!(state(), DisputeState::Naming { until: later });
        assert_eq!(Pallet::<Test>::part(TASK), None);
        assert_ok!(name_part(REQUESTER, Some(named(2))));
        assert_eq!(state(), DisputeState::Judging);
        assert_eq!(Pallet::<Test>::part(TASK), Some(part(2)));
        assert_eq!(TheTasks::get()[&TASK].seats.len(), 5);
        assert_eq!(
            events(),
            [
                Event::DisputeOpened {
                    task: TASK,
                    about: About::Result,
                    challenger: Some(REQUESTER),
                    bond: 5 * PAY
                },
                Event::TraceAsked { task: TASK, until },
                Event::TraceOpened {
                    task: TASK,
                    trace: trace(),
                    until: later
                },
                Event::PartNamed {
                    task: TASK,
                    part: part(2)
                },
                Event::JuryCalled {
                    task: TASK,
                    round: 0,
                    jurors: 5,
                    pay: PAY,
                    lock: LOCK
                },
            ]
        );
        let view = Pallet::<Test>::dispute_view(TASK).unwrap();
        assert_eq!((view.trace, view.part), (Some(trace()), Some(part(2))));
    });
}

#[test]
fn a_part_that_is_wrong_makes_the_result_wrong() {
    execute(|| {
        narrowed(2);
        vote(&[Vote::Root(FOUND); 5]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Again));
        // Nothing is known about the right result.
        assert_eq!(TheTasks::get()[&TASK].decided, Some(None));
        assert_eq!(gain(STAKE), -(BEHIND as i128));
        assert_eq!(gain(REQUESTER), HARM as i128, "and no reward");
        assert!((0..5).all(|seat| gain(juror(seat)) == PAY as i128));
        assert!(matches!(
            state(),
            DisputeState::Ended {
                outcome: Outcome::Wrong { root: FOUND },
                ..
            }
        ));
    });
}

#[test]
fn a_part_that_is_right_upholds_the_result() {
    execute(|| {
        narrowed(4);
        vote(&[Vote::Root(HASHES[4]); 5]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Settled));
        assert_eq!(TheTasks::get()[&TASK].decided, Some(Some(WRONG_ROOT)));
        assert_eq!(gain(REQUESTER), -5 * PAY as i128);
        assert_eq!(gain(STAKE), 0);
    });
}

#[test]
fn a_juror_that_votes_for_the_result_instead_of_the_part_is_wrong() {
    execute(|| {
        narrowed(1);
        let mut votes = [Vote::Root(FOUND); 5];
        votes[3] = WRONG;
        vote(&votes);
        run_to_end();
        assert_eq!(gain(juror(3)), 0);
        assert_eq!(gain(STAKE), -((BEHIND + LOCK) as i128));
        assert_eq!(ending(), Some(Ending::Again));
    });
}

/// The jury of the part has come to nothing: another jury runs the whole job.
fn judged_by_another(votes: &[Vote], then: Vote) {
    narrowed(3);
    vote(votes);
    assert_eq!(state(), DisputeState::Judging);
    assert_eq!(Pallet::<Test>::part(TASK), None);
    assert_eq!(TheTasks::get()[&TASK].seats.len(), 16);
    assert_eq!(Pallet::<Test>::dispute_view(TASK).unwrap().jury, 11);
    vote(&[then; 11]);
    // That jury has taken the time of an appeal.
    assert_noop!(appeal(APPELLANT), Error::<Test>::NotAppealable);
    run_to_end();
    // The jurors of the part are neither paid nor slashed.
    assert!((0..5).all(|seat| gain(juror(seat)) == 0));
    let share = gain(juror(5));
    assert!(share > 0 && share <= PAY as i128);
    assert!((5..16).all(|seat| gain(juror(seat)) == share));
}

#[test]
fn a_state_that_does_not_arrive_pays_nobody_and_the_whole_job_is_judged() {
    execute(|| {
        judged_by_another(&[Vote::Unable; 5], RIGHT);
        assert_eq!(ending(), Some(Ending::Again));
        assert_eq!(TheTasks::get()[&TASK].decided, Some(Some(RIGHT_ROOT)));
        assert_eq!(gain(STAKE), -(BEHIND as i128));
    });
    execute(|| {
        judged_by_another(&[Vote::Unable; 5], WRONG);
        assert_eq!(ending(), Some(Ending::Settled));
        assert_eq!((gain(REQUESTER), gain(STAKE)), (-5 * PAY as i128, 0));
    });
}

#[test]
fn a_part_in_which_no_two_runs_are_the_same_decides_nothing() {
    execute(|| {
        let votes = [1u8, 2, 3, 4, 5].map(|found| Vote::Root([100 + found; 32]));
        judged_by_another(&votes, WRONG);
        assert_eq!(ending(), Some(Ending::Settled));
        // Even jurors that were outvoted lose nothing.
        assert_eq!(gain(STAKE), 0);
    });
}

#[test]
fn without_room_for_the_other_jury_the_requester_is_refunded() {
    execute(|| {
        narrowed(3);
        HasRoom::set(false);
        vote(&[Vote::Unable; 5]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Refunded));
        assert_eq!((gain(REQUESTER), gain(STAKE)), (-5 * PAY as i128, 0));
    });
}

/// A requester that names a state that is unavailable, to be refunded where few can judge, pays for it.
#[test]
fn who_uses_up_the_jurors_with_a_part_that_cannot_be_judged_loses_its_bond() {
    execute(|| {
        narrowed(3);
        vote(&[Vote::Unable; 5]);
        // Five are no majority of eleven.
        vote(&[WRONG; 5]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Refunded));
        assert_eq!((gain(REQUESTER), gain(STAKE)), (-5 * PAY as i128, 0));
        assert!((0..10).all(|seat| gain(juror(seat)) == 0));
    });
}

#[test]
fn a_state_that_does_not_arrive_undoes_no_verdict() {
    execute(|| {
        narrowed(2);
        vote(&[Vote::Root(FOUND); 5]);
        assert_ok!(appeal(APPELLANT));
        vote(&[Vote::Unable; 11]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Again));
        assert_eq!(gain(APPELLANT), -11 * PAY as i128);
        assert!((0..5).all(|seat| gain(juror(seat)) == PAY as i128));
    });
}

#[test]
fn a_step_is_made_once_whatever_else_reminds_of_it() {
    execute(|| {
        narrowed(2);
        vote(&[Vote::Root(FOUND); 5]);
        run_for(APPEAL_WINDOW + 1);
        let DisputeState::Closing { seat, .. } = state() else {
            panic!("{:?}", state())
        };
        run_for(1);
        let step = |state| match state {
            DisputeState::Closing { seat, .. } => seat,
            other => panic!("{other:?}"),
        };
        let after = step(state());
        assert!(after > seat);
        // A reminder for a time that is over.
        assert_ok!(Pallet::<Test>::due(TASK));
        assert_eq!(step(state()), after);
        run_to_end();
        // And one for a task that is gone.
        Pallet::<Test>::forget(TASK);
        assert_ok!(Pallet::<Test>::due(TASK));
    });
}

#[test]
fn who_disputes_need_not_wait() {
    for opens in [false, true] {
        execute(|| {
            add(TASK, |_| ());
            assert_ok!(dispute_part(REQUESTER));
            if opens {
                open_trace();
            }
            assert_noop!(name_part(CHALLENGER, None), Error::<Test>::NotChallenger);
            assert_ok!(name_part(REQUESTER, None));
            assert_eq!(Pallet::<Test>::trace_wanted(TASK), None);
            judged_as_a_whole();
        });
    }
}

#[test]
fn a_larger_jury_runs_the_same_part() {
    execute(|| {
        narrowed(2);
        vote(&[Vote::Root(HASHES[2]); 5]);
        assert_ok!(appeal(APPELLANT));
        assert_eq!(Pallet::<Test>::part(TASK), Some(part(2)));
        vote(&[Vote::Root(FOUND); 11]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Again));
        assert_eq!(gain(STAKE), -((BEHIND + 5 * LOCK) as i128));
        assert_eq!(gain(APPELLANT), 0);
    });
}

/// Checks that the whole job is judged.
fn judged_as_a_whole() {
    assert_eq!(state(), DisputeState::Judging);
    assert_eq!(Pallet::<Test>::part(TASK), None);
    assert_eq!(TheTasks::get()[&TASK].seats.len(), 5);
    vote(&[RIGHT; 5]);
    run_to_end();
    assert_eq!(ending(), Some(Ending::Again));
    assert_eq!(TheTasks::get()[&TASK].decided, Some(Some(RIGHT_ROOT)));
}

#[test]
fn a_provider_that_does_not_open_its_trace_has_the_whole_job_judged() {
    execute(|| {
        add(TASK, |_| ());
        assert_ok!(dispute_part(REQUESTER));
        run_for(TRACE_WINDOW);
        assert!(matches!(state(), DisputeState::Opening { .. }));
        run_for(1);
        assert_eq!(Pallet::<Test>::trace_wanted(TASK), None);
        judged_as_a_whole();
    });
}

#[test]
fn a_challenger_that_names_no_part_has_the_whole_job_judged() {
    execute(|| {
        add(TASK, |_| ());
        assert_ok!(dispute_part(REQUESTER));
        run_for(5);
        open_trace();
        // The reminder of the trace comes, and changes nothing.
        run_for(TRACE_WINDOW + TIME_LIMIT);
        assert!(matches!(state(), DisputeState::Naming { .. }));
        run_for(1);
        assert_noop!(
            name_part(REQUESTER, Some(named(2))),
            Error::<Test>::NotNaming
        );
        judged_as_a_whole();
    });
}

#[test]
fn without_room_for_a_jury_it_is_refused() {
    execute(|| {
        add(TASK, |_| ());
        HasRoom::set(false);
        assert_noop!(dispute_part(REQUESTER), DispatchError::Other("no room"));
    });
}

#[test]
fn only_the_requester_of_a_public_task_disputes_a_part() {
    execute(|| {
        assert_noop!(
            dispute_part(REQUESTER),
            DispatchError::Other("no such task")
        );
        add(TASK, |task| task.is_open = false);
        assert_noop!(dispute_part(REQUESTER), DispatchError::Other("not open"));
        add(TASK, |_| ());
        assert_noop!(dispute_part(CHALLENGER), Error::<Test>::NotRequester);
        assert_noop!(dispute_part(PROVIDER), Error::<Test>::NotRequester);
        add(TASK, |task| task.is_sealed = true);
        assert_noop!(dispute_part(REQUESTER), Error::<Test>::SealedTask);
        add(TASK, |_| ());
        assert_ok!(Balances::transfer_allow_death(
            RuntimeOrigin::signed(REQUESTER),
            TREASURY,
            FUNDS - 5 * PAY
        ));
        assert_noop!(dispute_part(REQUESTER), TokenError::FundsUnavailable);
        assert_ok!(Balances::transfer_allow_death(
            RuntimeOrigin::signed(TREASURY),
            REQUESTER,
            FUNDS - 5 * PAY
        ));
        assert_ok!(dispute_part(REQUESTER));
        assert_noop!(dispute_part(REQUESTER), Error::<Test>::AlreadyDisputed);
        assert_noop!(dispute(CHALLENGER), Error::<Test>::AlreadyDisputed);
        assert_noop!(appeal(APPELLANT), Error::<Test>::NotAppealable);
    });
}

#[test]
fn only_what_is_in_the_trace_is_named_by_who_disputes_it() {
    execute(|| {
        assert_noop!(
            name_part(REQUESTER, Some(named(2))),
            Error::<Test>::NotDisputed
        );
        add(TASK, |_| ());
        assert_ok!(dispute_part(REQUESTER));
        assert_noop!(
            name_part(REQUESTER, Some(named(2))),
            Error::<Test>::NotNaming
        );
        open_trace();
        assert_noop!(
            name_part(CHALLENGER, Some(named(2))),
            Error::<Test>::NotChallenger
        );
        let refused = |change: fn(&mut NamedPart)| {
            let mut other = named(2);
            change(&mut other);
            assert_noop!(name_part(REQUESTER, Some(other)), Error::<Test>::NotInTrace);
        };
        refused(|part| part.number = 3);
        refused(|part| part.claimed.0 = FOUND);
        refused(|part| part.claimed.1 = Path::default());
        refused(|part| part.from = None);
        refused(|part| {
            if let Some(from) = &mut part.from {
                from.0 = FOUND;
            }
        });
        let mut first = named(0);
        first.from = named(1).from;
        assert_noop!(name_part(REQUESTER, Some(first)), Error::<Test>::NotInTrace);
        assert_ok!(name_part(REQUESTER, Some(named(0))));
        assert_noop!(
            name_part(REQUESTER, Some(named(0))),
            Error::<Test>::NotNaming
        );
    });
}

#[test]
fn the_verdict_of_a_dispute_about_all_is_still_about_all() {
    execute(|| {
        add(TASK, |_| ());
        assert_ok!(dispute(REQUESTER));
        assert_eq!(Pallet::<Test>::trace_wanted(TASK), None);
        assert_eq!(Pallet::<Test>::part(TASK), None);
        assert_noop!(
            name_part(REQUESTER, Some(named(0))),
            Error::<Test>::NotNaming
        );
    });
}
