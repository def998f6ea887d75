//! The reasons for which a task is parked.

use aicpw_primitives::traits::{MatchQueue, QueueEnd};
use aicpw_protocol::{
    device::{ClassSet, Reputation},
    task::{DeterminismClass, Unmatched},
    units::AICP,
    AskPrice, DeviceId, Gflops, Mebibytes, MegabitsPerSecond, TaskId,
};

use crate::mock::*;

fn reason(change: impl FnOnce(&mut Task)) -> Unmatched {
    Matching::enqueue(task(0, change), QueueEnd::Back);
    end_of_block();
    let reason = find_task(TaskId(0)).unwrap().parked.unwrap();
    Matching::forget(TaskId(0));
    reason
}

#[test]
fn nobody_is_there() {
    run(|| {
        assert_eq!(reason(|_| ()), Unmatched::NoDeviceOnline);
        device(0, 1_000, |_| ());
        goes_offline(0);
        assert_eq!(reason(|_| ()), Unmatched::NoDeviceOnline);
    });
}

#[test]
fn the_first_need_that_no_device_met() {
    run(|| {
        device(0, 1_000, |offer| {
            offer.spec.classes = ClassSet {
                int: true,
                ..ClassSet::default()
            };
        });
        // Some of the reasons follow from levels, others from the comparison on the level of the need.
        let is = |expected, change: fn(&mut Task)| assert_eq!(reason(change), expected);
        is(Unmatched::Class, |task| {
            task.demand.needs.class = DeterminismClass::Device
        });
        is(Unmatched::Gflops, |task| {
            task.demand.needs.gflops = Gflops(2_000)
        });
        is(Unmatched::Gflops, |task| {
            task.demand.needs.gflops = Gflops(1_001)
        });
        is(Unmatched::Memory, |task| {
            task.demand.needs.memory = Mebibytes(65_536)
        });
        is(Unmatched::Memory, |task| {
            task.demand.needs.memory = Mebibytes(8_193)
        });
        is(Unmatched::Bandwidth, |task| {
            task.demand.needs.bandwidth = MegabitsPerSecond(1_000);
        });
        is(Unmatched::Bandwidth, |task| {
            task.demand.needs.bandwidth = MegabitsPerSecond(101);
        });
        is(Unmatched::Reputation, |task| {
            task.demand.needs.min_reputation = Reputation(501);
        });
        is(Unmatched::Budget, |task| {
            task.demand.highest_ask = AskPrice(500)
        });
        is(Unmatched::Budget, |task| {
            task.demand.highest_ask = AskPrice(999)
        });
        is(Unmatched::Budget, |task| {
            task.demand.highest_ask = AskPrice(900)
        });
        is(Unmatched::Independence, |task| {
            task.demand.requester = 1_000
        });
        is(Unmatched::Stake, |task| task.collateral = 5_000 * AICP);
        is(Unmatched::Stake, |task| task.collateral = 20_000 * AICP);
        is(Unmatched::Gflops, |task| {
            task.demand.needs.gflops = Gflops(2_000);
            task.demand.needs.memory = Mebibytes(65_536);
        });
        change_device(DeviceId(0), |offer| offer.free_slots = 0);
        list(0);
        is(Unmatched::Busy, |_| ());
        is(Unmatched::Budget, |task| {
            task.demand.highest_ask = AskPrice(990)
        });
        is(Unmatched::Gflops, |task| {
            task.demand.needs.gflops = Gflops(2_000)
        });
    });
}

#[test]
fn whoever_comes_farthest_counts() {
    run(|| {
        device(0, 1_000, |offer| offer.spec.gflops = Gflops(100));
        device(1, 1_000, |offer| offer.spec.memory = Mebibytes(100));
        assert_eq!(reason(|_| ()), Unmatched::Memory);
        device(2, 2_000_000, |_| ());
        assert_eq!(reason(|_| ()), Unmatched::Budget);
        device(3, 1_000, |offer| offer.provider = 1);
        assert_eq!(reason(|_| ()), Unmatched::Independence);
        device(4, 2_000, |offer| offer.free_slots = 0);
        assert_eq!(reason(|_| ()), Unmatched::Busy);
    });
}
