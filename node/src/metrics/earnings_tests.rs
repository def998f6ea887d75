#![allow(clippy::unwrap_used)]

use aicpw_protocol::{AssignmentId, TaskId};
use codec::Encode;
use frame_system::Phase;

use super::*;

const ASSIGNMENT: AssignmentId = AssignmentId {
    task: TaskId(7),
    replica: 0,
    attempt: 1,
};

fn account(number: u8) -> AccountId {
    [number; 32].into()
}

/// Returns the events as a state has them.
fn encoded(events: Vec<RuntimeEvent>) -> Vec<u8> {
    let records = events.into_iter().map(|event| Record {
        phase: Phase::Initialization,
        event,
        topics: Vec::new(),
    });
    records.collect::<Vec<_>>().encode()
}

#[test]
fn what_pays_a_provider_and_what_takes_its_stake_is_found() {
    use pallet_disputes::Event as OfDisputes;
    use pallet_provider_staking::Event as OfStake;
    use pallet_tasks::Event as OfTasks;

    let events = encoded(vec![
        RuntimeEvent::Tasks(OfTasks::ProviderPaid {
            assignment: ASSIGNMENT,
            provider: account(1),
            paid: 100,
            fee: 2,
        }),
        RuntimeEvent::Tasks(OfTasks::TaskCancelled {
            task: TaskId(8),
            refunded: 5,
        }),
        RuntimeEvent::Tasks(OfTasks::BaseFeePaid {
            assignment: ASSIGNMENT,
            provider: account(2),
            amount: 3,
        }),
        RuntimeEvent::Tasks(OfTasks::AuditorOwed {
            assignment: ASSIGNMENT,
            auditor: account(3),
            amount: 11,
        }),
        RuntimeEvent::Tasks(OfTasks::AuditorPaid {
            assignment: ASSIGNMENT,
            auditor: account(3),
            amount: 10,
        }),
        RuntimeEvent::Disputes(OfDisputes::JurorPaid {
            task: TaskId(7),
            juror: account(4),
            amount: 6,
        }),
        RuntimeEvent::ProviderStaking(OfStake::StakeSlashed {
            provider: account(5),
            assignment: ASSIGNMENT,
            amount: 50,
            beneficiary: account(1),
        }),
    ]);
    let events = read(&events).unwrap();
    let found: Vec<_> = events.iter().filter_map(|one| money(&one.event)).collect();
    let whose: Vec<_> = found.iter().map(|(provider, _)| *provider).collect();
    assert_eq!(whose, [1, 2, 3, 4, 5].map(account).each_ref());
    let what: Vec<_> = found.into_iter().map(|(_, money)| money).collect();
    let earned = [98, 3, 10, 6].map(Money::Earned);
    assert_eq!(what, [&earned[..], &[Money::Slashed(50)]].concat());
}

#[test]
fn events_that_are_none_are_not_taken_for_no_events() {
    let mut events = encoded(Vec::new());
    assert!(read(&events).unwrap().is_empty());
    events.push(0);
    assert!(read(&events).is_err());
}

#[test]
fn they_are_where_the_runtime_writes_them() {
    let mut state = sp_io::TestExternalities::default();
    state.execute_with(|| {
        frame_system::Pallet::<Runtime>::set_block_number(1);
        frame_system::Pallet::<Runtime>::deposit_event(RuntimeEvent::Tasks(
            pallet_tasks::Event::TaskCancelled {
                task: TaskId(8),
                refunded: 5,
            },
        ));
        let stored = sp_io::storage::get(&events_key().0).unwrap();
        assert_eq!(read(&stored).unwrap().len(), 1);
    });
}

#[test]
fn each_block_that_becomes_final_is_counted_once_and_none_of_before() {
    let mut next = Next {
        last: 100,
        has_caught_up: false,
    };
    // Blocks that others have made while the node was down do not count.
    assert!(next.take(5_000, true).is_empty());
    assert_eq!(next.take(5_003, false), 5_001..5_004);
    // There is a new best block, but no new final one.
    assert!(next.take(5_003, false).is_empty());
    // Once the node has caught up it counts, even if it is behind for a moment.
    assert_eq!(next.take(5_005, true), 5_004..5_006);
}
