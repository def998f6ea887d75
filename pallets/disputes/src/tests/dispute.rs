use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};
use sp_runtime::{traits::Dispatchable, DispatchError, TokenError};

use aicpw_protocol::verdict::{About, DisputeState};

use crate::{mock::*, Disputes, Error, Event, WeightInfo};

#[test]
fn holds_the_jurys_pay_and_calls_it() {
    execute(|| {
        add(TASK, |_| ());
        assert_ok!(dispute(CHALLENGER));
        assert_eq!(held(CHALLENGER), 5 * PAY);
        let stored = Disputes::<Test>::get(TASK).unwrap();
        assert_eq!(stored.state, DisputeState::Judging);
        assert_eq!((stored.pay, stored.lock), (PAY, LOCK));
        assert_eq!(TheTasks::get()[&TASK].seats.len(), 5);
        assert_eq!(
            events(),
            [
                Event::DisputeOpened {
                    task: TASK,
                    about: About::Result,
                    challenger: Some(CHALLENGER),
                    bond: 5 * PAY
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
    });
}

/// Regression: a juror was paid no more than twice what the provider had asked, so nobody could judge a liar that asked
/// less than half of what others ask.
#[test]
fn a_low_price_makes_no_cheap_jury() {
    execute(|| {
        add(TASK, |_| ());
        ThePrice::set(PRICE / 100);
        assert_ok!(dispute(CHALLENGER));
        let stored = Disputes::<Test>::get(TASK).unwrap();
        assert_eq!((stored.pay, stored.lock), (PAY, LOCK));
        assert_eq!(held(CHALLENGER), 5 * PAY);
    });
}

#[test]
fn is_refused_where_there_is_nothing_to_dispute() {
    execute(|| {
        assert_noop!(dispute(CHALLENGER), DispatchError::Other("no such task"));
        add(TASK, |task| task.is_open = false);
        assert_noop!(dispute(CHALLENGER), DispatchError::Other("not open"));
    });
}

#[test]
fn is_refused_where_the_bond_is_more_than_there_can_be() {
    execute(|| {
        add(TASK, |_| ());
        ThePrice::set(u128::MAX / 9);
        assert_noop!(dispute(CHALLENGER), Error::<Test>::BondTooLarge);
    });
}

#[test]
fn is_refused_a_second_time() {
    execute(|| {
        add(TASK, |_| ());
        assert_ok!(dispute(CHALLENGER));
        assert_noop!(dispute(REQUESTER), Error::<Test>::AlreadyDisputed);
    });
}

#[test]
fn is_not_for_who_made_the_result() {
    execute(|| {
        add(TASK, |_| ());
        assert_noop!(dispute(PROVIDER), Error::<Test>::IsParty);
    });
}

#[test]
fn of_a_sealed_task_is_for_its_requester() {
    execute(|| {
        add(TASK, |task| task.is_sealed = true);
        assert_noop!(dispute(CHALLENGER), Error::<Test>::NotRequester);
        assert_ok!(dispute(REQUESTER));
    });
}

#[test]
fn needs_the_bond() {
    execute(|| {
        add(TASK, |_| ());
        assert_noop!(dispute(999), TokenError::FundsUnavailable);
    });
}

#[test]
fn is_refused_where_no_jury_fits() {
    execute(|| {
        add(TASK, |_| ());
        HasRoom::set(false);
        assert_noop!(dispute(CHALLENGER), DispatchError::Other("no room"));
        assert_eq!(held(CHALLENGER), 0);
    });
}

#[test]
fn can_come_again_after_one_has_ended() {
    execute(|| {
        add(TASK, |_| ());
        assert_ok!(dispute(CHALLENGER));
        vote(&[RIGHT; 5]);
        run_to_end();
        TheTasks::mutate(|tasks| {
            let task = tasks.get_mut(&TASK).unwrap();
            task.ending = None;
            task.is_open = true;
            task.results = vec![(PROVIDER, WRONG_ROOT, BEHIND)];
        });
        assert_ok!(dispute(REQUESTER));
        let stored = Disputes::<Test>::get(TASK).unwrap();
        assert_eq!((stored.first_seat, stored.jury_seat), (5, 5));
        vote(&[WRONG, WRONG, WRONG, WRONG, RIGHT]);
        run_to_end();
    });
}

#[test]
fn weighs_what_the_task_has_had() {
    for is_part in [false, true] {
        execute(|| {
            add(TASK, |task| task.seats = vec![None; 7]);
            let (call, alone) = if is_part {
                let call = crate::Call::dispute_part { task: TASK };
                (call, <() as WeightInfo>::dispute_part())
            } else {
                let call = crate::Call::dispute { task: TASK };
                (call, <() as WeightInfo>::dispute())
            };
            let call = RuntimeCall::from(call);
            let most = call.get_dispatch_info().call_weight;
            let origin = RuntimeOrigin::signed(REQUESTER);
            let actual = call.dispatch(origin).unwrap().actual_weight.unwrap();
            assert_eq!(actual.ref_time(), alone.ref_time() + 7);
            assert!(most.all_gte(actual));
        });
    }
}
