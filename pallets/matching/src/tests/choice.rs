//! Which device a task gets.

use aicpw_protocol::{device::ClassSet, device::Reputation, units::AICP, Gflops, Mebibytes};

use crate::mock::*;
use aicpw_primitives::traits::{MatchQueue, OrderBook, QueueEnd};
use aicpw_protocol::{task::DeterminismClass, AskPrice, DeviceId, MegabitsPerSecond, TaskId};

fn matched(change: impl FnOnce(&mut Task)) -> Option<u64> {
    let id = matches().len() as u64 + 1_000;
    // If the task before was not matched, it has the same number.
    Matching::forget(TaskId(id));
    Matching::enqueue(task(id, change), QueueEnd::Back);
    end_of_block();
    matches()
        .into_iter()
        .find(|(task, _)| *task == id)
        .map(|(_, device)| device)
}

#[test]
fn the_cheapest_device_that_fits() {
    run(|| {
        device(0, 5_000, |_| ());
        device(1, 3_000, |_| ());
        device(2, 4_000, |_| ());
        device(3, 1_000, |offer| offer.spec.gflops = Gflops(100));
        assert_eq!(matched(|_| ()), Some(1));
        assert_eq!(matched(|_| ()), Some(2));
        assert_eq!(matched(|_| ()), Some(0));
        assert_eq!(matched(|_| ()), None);
    });
}

#[test]
fn reputation_breaks_ties() {
    run(|| {
        device(0, 3_000, |_| ());
        device(1, 3_001, |offer| offer.reputation = Reputation(900));
        device(2, 3_002, |offer| offer.reputation = Reputation(600));
        device(3, 3_000, |offer| offer.reputation = Reputation(100));
        // This device is one tick dearer, so its reputation does not help.
        device(4, 3_040, |offer| offer.reputation = Reputation::MAX);
        let order: Vec<_> = (0..5).map(|_| matched(|_| ())).collect();
        assert_eq!(order, [1, 2, 0, 3, 4].map(Some));
    });
}

#[test]
fn large_devices_are_left_to_those_who_need_them() {
    run(|| {
        device(0, 3_000, |offer| offer.spec.gflops = Gflops(50_000));
        device(1, 3_000, |_| ());
        assert_eq!(matched(|_| ()), Some(1));
    });
}

#[test]
fn equals_take_turns() {
    run(|| {
        for id in 0..100 {
            device(id, 3_000, |offer| offer.free_slots = 10);
        }
        let mut chosen: Vec<_> = (0..100).filter_map(|_| matched(|_| ())).collect();
        assert_eq!(chosen.len(), 100);
        chosen.sort_unstable();
        chosen.dedup();
        // There are four pages of 32 slots. The last page is only partly used.
        assert!(chosen.len() > 70, "{} of 100 devices", chosen.len());
    });
}

#[test]
fn boundary_levels_are_compared_exactly() {
    run(|| {
        // All on the level of the need: below the need, at it and above it.
        device(0, 1_000, |offer| offer.spec.gflops = Gflops(1_499));
        device(1, 1_100, |offer| offer.spec.gflops = Gflops(1_500));
        device(2, 1_200, |offer| offer.spec.gflops = Gflops(1_501));
        let gflops = |task: &mut Task| task.demand.needs.gflops = Gflops(1_500);
        assert_eq!(matched(gflops), Some(1));
        assert_eq!(matched(gflops), Some(2));
        assert_eq!(matched(gflops), None);

        device(3, 1_000, |offer| offer.spec.memory = Mebibytes(11_999));
        device(4, 1_100, |offer| offer.spec.memory = Mebibytes(12_000));
        let memory = |task: &mut Task| task.demand.needs.memory = Mebibytes(12_000);
        assert_eq!(matched(memory), Some(4));
        assert_eq!(matched(memory), None);

        device(5, 1_000, |offer| {
            offer.spec.bandwidth = MegabitsPerSecond(499)
        });
        device(6, 1_100, |offer| {
            offer.spec.bandwidth = MegabitsPerSecond(500)
        });
        let bandwidth = |task: &mut Task| task.demand.needs.bandwidth = MegabitsPerSecond(500);
        assert_eq!(matched(bandwidth), Some(6));
        assert_eq!(matched(bandwidth), None);

        device(7, 1_000, |offer| offer.reputation = Reputation(799));
        device(8, 1_100, |offer| offer.reputation = Reputation(800));
        let reputation = |task: &mut Task| task.demand.needs.min_reputation = Reputation(800);
        assert_eq!(matched(reputation), Some(8));
        assert_eq!(matched(reputation), None);

        device(9, 1_000, |offer| offer.free_stake = 1_499 * AICP);
        device(10, 1_100, |offer| offer.free_stake = 1_501 * AICP);
        let stake = |task: &mut Task| task.collateral = 1_500 * AICP;
        assert_eq!(matched(stake), Some(10));
        assert_eq!(matched(stake), None);

        // All on the tick of the highest ask.
        let payable = |task: &mut Task| {
            task.demand.highest_ask = AskPrice(1_023_500);
            task.demand.needs.gflops = Gflops(100_000);
        };
        let large = |offer: &mut aicpw_primitives::traits::Offer<AccountId>| {
            offer.spec.gflops = Gflops(200_000);
        };
        device(11, 1_023_501, large);
        assert_eq!(matched(payable), None);
        device(12, 1_023_500, large);
        assert_eq!(matched(payable), Some(12));
    });
}

#[test]
fn class_is_exact() {
    run(|| {
        let only = |int, fp32_strict, device| ClassSet {
            int,
            fp32_strict,
            device,
        };
        device(0, 1_000, |offer| {
            offer.spec.classes = only(true, false, false)
        });
        device(1, 1_100, |offer| {
            offer.spec.classes = only(true, true, false)
        });
        device(2, 1_200, |offer| {
            offer.spec.classes = only(false, false, true)
        });
        device(3, 1_300, |offer| {
            offer.spec.classes = only(true, true, true)
        });
        device(4, 1_400, |offer| {
            offer.spec.classes = only(false, false, false)
        });
        assert_eq!(
            Matching::devices_listed(),
            4,
            "none for a device of no class"
        );
        let class = |class| move |task: &mut Task| task.demand.needs.class = class;
        assert_eq!(matched(class(DeterminismClass::Fp32Strict)), Some(1));
        assert_eq!(matched(class(DeterminismClass::Device)), Some(2));
        assert_eq!(matched(class(DeterminismClass::Fp32Strict)), Some(3));
        assert_eq!(matched(class(DeterminismClass::Fp32Strict)), None);
        assert_eq!(matched(class(DeterminismClass::Int)), Some(0));
    });
}

#[test]
fn neither_the_requester_nor_who_is_excluded() {
    run(|| {
        device(0, 1_000, |offer| offer.provider = 1);
        device(1, 1_000, |offer| offer.provider = 2);
        device(2, 1_000, |offer| offer.provider = 3);
        let excluded = |task: &mut Task| task.demand.excluded = vec![2, 4];
        assert_eq!(matched(excluded), Some(2));
        assert_eq!(matched(excluded), None);
    });
}

#[test]
fn a_refused_assignment_goes_to_the_next_device() {
    run(|| {
        device(0, 1_000, |_| ());
        device(1, 1_000, |_| ());
        device(2, 2_000, |_| ());
        let first = matched(|_| ()).unwrap();
        frees_slot(first);
        // The device whose turn it is refuses the task.
        let refuses = |id| move |task: &mut Task| task.refused_by = Some(DeviceId(id));
        assert_eq!(matched(refuses(0)), Some(1));
        assert_eq!(matched(refuses(0)), Some(2));
    });
}

#[test]
fn who_is_offline_leaves_the_book() {
    run(|| {
        device(0, 1_000, |_| ());
        device(1, 2_000, |_| ());
        goes_offline(0);
        assert_eq!(Matching::devices_listed(), 2);
        assert_eq!(matched(|_| ()), Some(1));
        assert_eq!(Matching::devices_listed(), 1);
        // The device comes back.
        device(0, 1_000, |_| ());
        assert_eq!(matched(|_| ()), Some(0));
    });
}

#[test]
fn a_device_serves_as_many_as_it_has_slots() {
    run(|| {
        device(0, 1_000, |offer| offer.free_slots = 3);
        device(1, 2_000, |_| ());
        take_offers();
        for (device, offers) in [
            (Some(0), 1),
            (Some(0), 1),
            (Some(0), 1),
            (Some(1), 1),
            (None, 0),
        ] {
            assert_eq!(matched(|_| ()), device);
            assert_eq!(
                take_offers(),
                offers,
                "those with no slot are not looked at"
            );
        }
        assert_eq!(Matching::devices_listed(), 2, "and stay in the book");
    });
}

#[test]
fn who_has_filled_up_unnoticed_is_met_once() {
    run(|| {
        device(0, 1_000, |_| ());
        device(1, 2_000, |offer| offer.free_slots = 9);
        change_device(DeviceId(0), |offer| offer.free_slots = 0);
        take_offers();
        assert_eq!(matched(|_| ()), Some(1));
        assert_eq!(take_offers(), 2);
        assert_eq!(matched(|_| ()), Some(1));
        assert_eq!(take_offers(), 1);
        frees_slot(0);
        assert_eq!(matched(|_| ()), Some(0));
    });
}

#[test]
fn who_has_lost_stake_is_moved_and_still_serves_others() {
    run(|| {
        device(0, 1_000, |offer| offer.free_slots = 9);
        device(1, 2_000, |offer| offer.free_slots = 9);
        change_device(DeviceId(0), |offer| offer.free_stake = 50 * AICP);
        let costly = |task: &mut Task| task.collateral = 100 * AICP;
        take_offers();
        assert_eq!(matched(costly), Some(1));
        assert_eq!(take_offers(), 2);
        assert_eq!(matched(costly), Some(1));
        assert_eq!(take_offers(), 1);
        assert_eq!(matched(|_| ()), Some(0));
    });
}

#[test]
fn listing_again_moves_the_device() {
    run(|| {
        device(0, 1_000, |_| ());
        device(1, 2_000, |_| ());
        change_device(DeviceId(0), |offer| offer.ask = AskPrice(3_000));
        list(0);
        list(0);
        assert_eq!(Matching::devices_listed(), 2);
        assert_eq!(matched(|_| ()), Some(1));
        assert_eq!(matched(|_| ()), Some(0));
    });
}

#[test]
fn unlisting_is_idempotent() {
    run(|| {
        device(0, 1_000, |_| ());
        Matching::unlist(DeviceId(0));
        Matching::unlist(DeviceId(0));
        Matching::unlist(DeviceId(7));
        assert_eq!(Matching::devices_listed(), 0);
        assert_eq!(matched(|_| ()), None);
    });
}

#[test]
fn a_device_without_an_offer_is_not_listed() {
    run(|| {
        device(0, 1_000, |_| ());
        let listing = aicpw_primitives::traits::Listing {
            spec: devices()[&DeviceId(0)].spec.clone(),
            ask: AskPrice(1_000),
        };
        goes_offline(0);
        Matching::list(DeviceId(0), listing);
        assert_eq!(Matching::devices_listed(), 0);
    });
}

#[test]
fn a_bad_reputation_must_leave_room_for_its_audits() {
    run(|| {
        device(0, 3_000, |offer| offer.reputation = Reputation(100));
        device(1, 4_000, |_| ());
        let audited = |highest| {
            matched(move |task: &mut Task| {
                task.is_audited = true;
                task.demand.highest_ask = AskPrice(highest);
            })
        };
        assert_eq!(audited(4_400), Some(1), "the cheaper one costs more audits");
        assert_eq!(audited(4_400), None);
        assert_eq!(audited(4_500), Some(0));
    });
}
