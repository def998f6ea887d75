//! What the chain itself brings before a jury: replicas without a majority, and what auditors have found.

use aicpw_primitives::traits::{Awaited, Escalation};
use aicpw_protocol::{BlockNumber, TaskId};
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

/// At every step the dispute says what it waits for, so that whoever has to remind it knows in time.
#[test]
fn every_step_of_a_dispute_waits_for_something_that_comes() {
    execute(|| {
        split();
        assert_eq!(Court::awaited(TASK), None);
        assert!(Court::take_over(TASK));
        assert_eq!(Court::awaited(TASK), Some(Awaited::Jury));
        vote(&[RIGHT; 5]);
        let mut seen = Vec::new();
        for _ in 0..200 {
            let awaited = Court::awaited(TASK);
            if let Some(Awaited::Due(by) | Awaited::DueToPay(by)) = awaited {
                let is_reminded = |(at, task): &(BlockNumber, TaskId)| *task == TASK && *at <= by;
                assert!(Reminders::get().iter().any(is_reminded), "{awaited:?}");
            }
            let step = awaited.map(|one| matches!(one, Awaited::DueToPay(_)));
            if seen.last() != Some(&step) {
                seen.push(step);
            }
            run_for(1);
        }
        assert_eq!(seen, [Some(false), Some(true), None]);
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

/// A result that two auditors have found wrong; the third found something else again.
fn audited() {
    add(TASK, |task| {
        task.is_open = false;
        task.is_active = true;
    });
    assert!(Court::take_over(TASK));
}

#[test]
fn auditors_who_found_a_wrong_result_share_the_reward() {
    execute(|| {
        audited();
        Finders::set(vec![CHALLENGER, APPELLANT]);
        vote(&[RIGHT; 5]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Again));
        // A tenth of what the wrong result cost its provider.
        let reward = BEHIND as i128 / 10;
        assert_eq!(gain(CHALLENGER), reward / 2);
        assert_eq!(gain(APPELLANT), reward / 2);
        assert_eq!(gain(REQUESTER), HARM as i128);
        assert_eq!(gain(juror(0)), PAY as i128);
    });
}

#[test]
fn an_auditor_who_was_wrong_pays_the_jury() {
    execute(|| {
        add(TASK, |task| {
            task.is_open = false;
            task.is_active = true;
            task.results = vec![(PROVIDER, RIGHT_ROOT, BEHIND)];
        });
        assert!(Court::take_over(TASK));
        let lock = Court::auditor_terms(PRICE, PAY).lock;
        assert_eq!(lock, 5 * PAY, "the pay of a jury");
        AuditorsLose::set(lock);
        vote(&[RIGHT; 5]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Settled));
        assert_eq!(gain(juror(0)), PAY as i128);
        assert_eq!(gain(TREASURY), 0, "nothing is left, and nothing is missing");
        assert_eq!(gain(STAKE), -(lock as i128), "the provider loses nothing");
    });
}

#[test]
fn an_auditor_brings_what_anybody_who_doubts_does() {
    execute(|| {
        // Every provider that the task would have paid can audit, however little this one asks.
        for price in [1, PRICE, PAY] {
            let terms = Court::auditor_terms(price, PAY);
            assert_eq!((terms.pay, terms.lock), (PAY, 5 * PAY));
        }
        assert_eq!(Court::auditor_terms(PRICE, PRICE + 1).pay, PRICE + 1);
        assert_eq!(Court::auditor_terms(u128::MAX, u128::MAX).lock, u128::MAX);
    });
}

#[test]
fn a_low_price_is_judged_as_half_of_what_the_task_would_have_paid() {
    execute(|| {
        assert_eq!(Court::judged_price(PRICE, PAY), PRICE);
        assert_eq!(Court::judged_price(1, PAY), PRICE);
        assert_eq!(Court::judged_price(1, PAY + 1), PRICE + 1, "rounded up");
        assert_eq!(Court::judged_price(PRICE + 1, PAY), PRICE + 1);
    });
}
