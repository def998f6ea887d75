//! What the chain itself has decided: replicas without a majority.

use aicpw_primitives::traits::Escalation;
use frame_support::assert_ok;

use crate::{mock::*, Disputes, Pallet};

type Court = Pallet<Test>;

fn split() {
    add(TASK, |task| {
        task.is_open = false;
        task.is_active = true;
        task.results = vec![(PROVIDER, WRONG_ROOT, BEHIND), (8, RIGHT_ROOT, BEHIND)];
    });
}

#[test]
fn a_jury_decides_between_replicas() {
    execute(|| {
        split();
        assert!(Court::take_over(TASK));
        vote(&[RIGHT; 5]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Settled));
        assert_eq!(
            gain(STAKE),
            -(BEHIND as i128),
            "who was wrong pays the jury"
        );
        assert_eq!(gain(juror(0)), PAY as i128);
        assert_eq!(gain(REQUESTER), 0, "it has its result");
    });
}

#[test]
fn what_cannot_be_taken_over_stays_as_it_is() {
    execute(|| {
        assert!(!Court::take_over(TASK), "no such task");
        split();
        HasRoom::set(false);
        assert!(!Court::take_over(TASK));
        assert_eq!(Disputes::<Test>::get(TASK), None);
        HasRoom::set(true);
        assert!(Court::take_over(TASK));
        assert!(!Court::take_over(TASK), "once");
    });
}

#[test]
fn what_is_no_dispute_is_not_decided() {
    execute(|| {
        assert_ok!(Court::jury_done(TASK));
        assert_ok!(Court::key_withheld(TASK));
        Court::forget(TASK);
        assert_eq!(Disputes::<Test>::iter().count(), 0);
    });
}

#[test]
fn a_dispute_goes_with_its_task() {
    execute(|| {
        split();
        assert!(Court::take_over(TASK));
        vote(&[]);
        run_to_end();
        Court::forget(TASK);
        assert_eq!(Disputes::<Test>::get(TASK), None);
    });
}
