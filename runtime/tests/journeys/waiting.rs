//! Tasks that wait, and those that are refused.

use aicpw_protocol::{
    task::{Refunded, TaskStatus, Unmatched},
    Gflops, Mebibytes, Milliseconds,
};
use aicpw_runtime::{
    configs::parameters::{MinBudget, SubmissionFee},
    units::UNIT,
    Tasks,
};
use frame_support::assert_noop;
use sp_keyring::Sr25519Keyring::{Bob, Charlie, Eve};

use crate::{
    chain::Chain,
    market::{
        self, ask, assignment, fee_with, submission, submit, task, Provider, OPTIMISTIC, OUTPUT,
    },
};

fn parked_for(chain: &mut Chain, id: aicpw_protocol::TaskId) -> Option<Unmatched> {
    match task(chain, id).status {
        TaskStatus::Parked { reason, .. } => Some(reason),
        _ => None,
    }
}

#[test]
fn a_requester_cancels_what_waits_and_gets_the_budget_back() {
    let mut chain = Chain::development();
    let before = chain.balance(&Charlie.to_account_id());
    let id = submit(&mut chain, Charlie, submission(OPTIMISTIC));
    assert!(
        chain
            .sign(Eve, pallet_tasks::Call::cancel { task: id })
            .is_err(),
        "not her task"
    );
    chain
        .sign(Charlie, pallet_tasks::Call::cancel { task: id })
        .unwrap();
    assert!(matches!(
        task(&mut chain, id).status,
        TaskStatus::Cancelled { .. }
    ));
    let paid = before - chain.balance(&Charlie.to_account_id());
    let fee = fee_with(SubmissionFee::DEFAULT);
    assert!(paid >= fee, "the fee stays");
    assert!(paid < 2 * fee, "and transaction fees are small: {paid}");
}

#[test]
fn a_task_says_why_it_waits_and_is_taken_when_a_device_comes() {
    let mut chain = Chain::development();
    let id = submit(&mut chain, Charlie, submission(OPTIMISTIC));
    chain.block(Vec::new());
    assert_eq!(parked_for(&mut chain, id), Some(Unmatched::NoDeviceOnline));
    Provider::join(&mut chain, Bob, ask(500));
    for _ in 0..4 {
        chain.block(Vec::new());
    }
    assert_eq!(task(&mut chain, id).status, TaskStatus::Active);
}

#[test]
fn the_reason_is_the_first_need_that_nobody_meets() {
    let mut chain = Chain::development();
    Provider::join(&mut chain, Bob, ask(500));
    for (change, reason) in [
        (
            (|s| s.needs.gflops = Gflops(1_000_000)) as fn(&mut aicpw_protocol::task::Submission),
            Unmatched::Gflops,
        ),
        (|s| s.needs.memory = Mebibytes(1 << 20), Unmatched::Memory),
        (
            |s| {
                s.budget = MinBudget::DEFAULT;
                s.needs.gflops = Gflops(100);
                s.time_limit = Milliseconds(24 * 3_600_000);
            },
            Unmatched::Budget,
        ),
    ] {
        let mut wanted = submission(OPTIMISTIC);
        change(&mut wanted);
        let id = submit(&mut chain, Charlie, wanted);
        for _ in 0..4 {
            chain.block(Vec::new());
        }
        assert_eq!(parked_for(&mut chain, id), Some(reason));
    }
}

/// A device has two slots, and memory for one of two tasks.
#[test]
fn a_task_waits_for_the_memory_that_another_has() {
    let mut chain = Chain::development();
    let provider = Provider::join(&mut chain, Bob, ask(500));
    let device = provider.device(&mut chain);
    let slots = pallet_provider_staking::Call::set_slots { device, slots: 2 };
    chain.sign(Bob, slots).unwrap();
    let memory = market::device([0; 32]).memory;
    let mut wanted = submission(OPTIMISTIC);
    wanted.needs.memory = Mebibytes(memory.0 / 2 + 1);
    let first = submit(&mut chain, Charlie, wanted.clone());
    let second = submit(&mut chain, Charlie, wanted);
    for _ in 0..4 {
        chain.block(Vec::new());
    }
    assert_eq!(task(&mut chain, first).status, TaskStatus::Active);
    assert_eq!(parked_for(&mut chain, second), Some(Unmatched::Memory));
    let assignment = assignment(&mut chain, first);
    provider.start(&mut chain, assignment);
    provider.commit(&mut chain, assignment, OUTPUT);
    for _ in 0..4 {
        chain.block(Vec::new());
    }
    assert_eq!(task(&mut chain, second).status, TaskStatus::Active);
}

#[test]
fn a_provider_never_gets_its_own_task() {
    let mut chain = Chain::development();
    Provider::join(&mut chain, Bob, ask(500));
    let id = submit(&mut chain, Bob, submission(OPTIMISTIC));
    for _ in 0..4 {
        chain.block(Vec::new());
    }
    assert_eq!(parked_for(&mut chain, id), Some(Unmatched::Independence));
}

#[test]
fn a_match_window_that_ends_refunds() {
    let mut chain = Chain::development();
    let id = submit(&mut chain, Charlie, submission(OPTIMISTIC));
    let after_submission = chain.balance(&Charlie.to_account_id());
    let match_by = chain.height() + 60 * 4;
    chain.run_to(match_by + 2);
    let view = task(&mut chain, id);
    assert!(matches!(
        view.status,
        TaskStatus::Refunded {
            reason: Refunded::MatchWindowEnded,
            ..
        }
    ));
    assert_eq!(view.escrow, 0);
    assert_eq!(
        chain.balance(&Charlie.to_account_id()),
        after_submission,
        "held, not spent"
    );
}

#[test]
fn what_cannot_be_served_is_refused_and_costs_no_escrow() {
    let mut chain = Chain::development();
    for change in [
        (|s| s.budget = 0) as fn(&mut aicpw_protocol::task::Submission),
        |s| s.budget = MinBudget::DEFAULT - 1,
        |s| s.budget = u128::MAX,
        |s| s.budget = 2_000_000 * UNIT,
        |s| s.needs.gflops = Gflops(0),
        |s| s.needs.gflops = Gflops(u64::MAX),
        |s| s.time_limit = Milliseconds(0),
        |s| s.time_limit = Milliseconds(u64::MAX),
        |s| s.match_window = Milliseconds(u64::MAX),
    ] {
        let mut wanted = submission(OPTIMISTIC);
        change(&mut wanted);
        chain.read(|| {
            let origin = frame_system::RawOrigin::Signed(Charlie.to_account_id());
            let outcome = Tasks::submit(origin.clone().into(), wanted.clone());
            assert_noop!(Tasks::submit(origin.into(), wanted), outcome.unwrap_err());
        });
    }
}
