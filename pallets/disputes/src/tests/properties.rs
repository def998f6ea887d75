//! Whatever jurors say and whoever appeals: every dispute ends, no funds are created or lost, and nobody loses more
//! than it put up.

use aicpw_protocol::verdict::{DisputeState, Vote};
use frame_support::{assert_ok, storage::with_storage_layer};
use proptest::prelude::*;

use super::parts;
use crate::{mock::*, Disputes, Pallet};
use aicpw_primitives::traits::Escalation;

fn votes(most: usize) -> impl Strategy<Value = Vec<Vote>> {
    let vote = prop_oneof![
        3 => Just(RIGHT),
        3 => Just(WRONG),
        1 => Just(Vote::Unable),
        1 => Just(Vote::Root([3; 32])),
        1 => (0usize..5).prop_map(|number| Vote::Root(parts::HASHES[number])),
    ];
    prop::collection::vec(vote, 0..=most)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_dispute_ends_and_adds_up(
        first in votes(5),
        instead in votes(11),
        second in prop::option::of(votes(11)),
        by_requester: bool,
        escalated: bool,
        keeps_key: bool,
        copied in prop::collection::vec(0u8..21, 0..4),
        about_a_part in prop::option::of((any::<bool>(), prop::option::of(0usize..5))),
    ) {
        new_test_ext().execute_with(|| {
            let challenger = if by_requester { REQUESTER } else { CHALLENGER };
            add(TASK, |task| {
                task.is_open = !escalated;
                task.is_active = escalated;
                if escalated {
                    task.results.push((8, RIGHT_ROOT, BEHIND));
                }
            });
            match about_a_part {
                _ if escalated => assert!(Pallet::<Test>::take_over(TASK)),
                // A trace that is opened or not, and a part of it that is named or not.
                Some((opens, names)) if by_requester => {
                    assert_ok!(dispute_part(REQUESTER));
                    if opens {
                        assert_ok!(Pallet::<Test>::trace_opened(TASK, parts::trace()));
                    }
                    match names.filter(|_| opens) {
                        Some(number) => {
                            assert_ok!(name_part(REQUESTER, Some(parts::named(number))));
                        }
                        None => run_for(TRACE_WINDOW + TIME_LIMIT + 1),
                    }
                }
                _ => {
                    assert_ok!(dispute(challenger));
                }
            }
            if keeps_key {
                assert_ok!(Pallet::<Test>::key_withheld(TASK));
            }
            vote(&first);
            // Another jury may have to take the place of the jury of the part.
            if Disputes::<Test>::get(TASK).unwrap().state == DisputeState::Judging {
                vote(&instead);
            }
            let mut put_up = if escalated { 0 } else { 5 * PAY };
            if let Some(second) = second {
                if with_storage_layer(|| appeal(APPELLANT)).is_ok() {
                    vote(&second);
                    put_up += 11 * PAY;
                }
            }
            TheTasks::mutate(|tasks| tasks.get_mut(&TASK).unwrap().copied = copied.clone());
            run_for(APPEAL_WINDOW + 1);
            if Pallet::<Test>::is_work(TASK, &WORK) {
                show_work();
            }
            run_to_end();

            assert!(ending().is_some());
            // A juror that copied its vote gains nothing, if anybody has shown the work.
            let view = Pallet::<Test>::dispute_view(TASK).unwrap();
            if let (Some(WORK), DisputeState::Ended { outcome, .. }) = (view.work, view.state) {
                let right = outcome.verdict();
                for seat in copied {
                    let vote = TheTasks::get()[&TASK].seats.get(usize::from(seat)).copied();
                    assert!(right.is_none() || vote.flatten() != right || gain(juror(seat)) == 0);
                }
            }
            let everybody = (TREASURY..=STAKE).chain((0..60).map(juror));
            assert_eq!(everybody.clone().map(gain).sum::<i128>(), 0);
            assert!(everybody.clone().all(|who| held(who) == 0));
            let lost = -(gain(challenger).min(0) + gain(APPELLANT).min(0));
            assert!(lost <= put_up as i128, "{lost} of {put_up}");
            assert!(gain(TREASURY) >= 0, "the treasury pays nobody");
            assert!((0..60).all(|seat| (0..=PAY as i128).contains(&gain(juror(seat)))));
            let seats = u128::from(Disputes::<Test>::get(TASK).unwrap().round()) * 11 + 10;
            assert!(gain(STAKE) >= -((2 * BEHIND + seats * LOCK) as i128));
        });
    }
}
