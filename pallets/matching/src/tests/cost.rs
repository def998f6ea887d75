//! The cost of a match does not depend on what is in the book.

use aicpw_primitives::traits::{MatchQueue, Offer, QueueEnd};
use aicpw_protocol::{device::Reputation, units::AICP, Gflops, Mebibytes};
use frame_support::{traits::Hooks, weights::Weight};

use crate::{mock::*, Listings, PATIENCE};

/// Matches one task. Returns how many offers were read, and what the match weighed.
fn cost(id: u64, change: impl FnOnce(&mut Task)) -> (u32, u64) {
    Matching::enqueue(task(id, change), QueueEnd::Back);
    take_offers();
    let weight = Matching::on_idle(1, Weight::MAX).ref_time();
    assert_eq!(matches().last().map(|(task, _)| *task), Some(id), "matched");
    (take_offers(), weight)
}

/// Makes a book of this many devices. One in a hundred fits, at a higher ask than the others.
fn book(devices: u64, unfit: impl Fn(u64, &mut Offer<AccountId>)) {
    for id in 0..devices {
        let fits = id % 100 == 99;
        let ask = if fits { 500_000 } else { 1_000 } + u128::from(id * 7_919 % 1_000);
        device(id, ask, |offer| {
            if fits {
                fit(offer);
            } else {
                unfit(id, offer);
            }
        });
    }
}

/// Makes the offer fit every task of this file.
fn fit(offer: &mut Offer<AccountId>) {
    offer.spec.gflops = Gflops(10_000);
    offer.spec.memory = Mebibytes(16_384);
    offer.reputation = Reputation(700);
}

#[test]
fn it_does_not_grow_with_the_book() {
    for devices in [100, 10_000] {
        run(|| {
            book(devices, |_, _| ());
            // The looks at the bucket and the device, the beginning of the search, and the match.
            assert_eq!(cost(0, |_| ()), (1, 4), "{devices} devices");
            assert_eq!(cost(1, |_| ()), (1, 4), "{devices} devices");
        });
    }
}

#[test]
fn cheap_but_unfit_devices_cost_nothing() {
    for devices in [100, 10_000] {
        run(|| {
            book(devices, |id, offer| {
                fit(offer);
                match id % 5 {
                    0 => offer.spec.gflops = Gflops(100),
                    1 => offer.spec.memory = Mebibytes(100),
                    2 => offer.reputation = Reputation::START,
                    3 => offer.free_stake = AICP / 2,
                    // Much computing power, but little memory.
                    _ => {
                        offer.spec.gflops = Gflops(500_000);
                        offer.spec.memory = Mebibytes(100);
                    }
                }
            });
            let demanding = |task: &mut Task| {
                task.demand.needs.gflops = Gflops(8_192);
                task.demand.needs.memory = Mebibytes(16_384);
                task.demand.needs.min_reputation = Reputation(501);
            };
            assert_eq!(cost(0, demanding), (1, 4), "{devices} devices");
        });
    }
}

#[test]
fn a_crowd_just_below_the_need_costs_no_more_than_patience() {
    for devices in [100, 2_000] {
        run(|| {
            // The unfit devices are on the level of the need, and the fitting ones above it.
            book(devices, |_, offer| offer.spec.gflops = Gflops(1_499));
            let (offers, weight) = cost(0, |task| task.demand.needs.gflops = Gflops(1_500));
            assert_eq!(offers, 1, "the book itself knows what they have");
            assert!(weight <= 5 + u64::from(PATIENCE), "{weight}");
        });
    }
}

#[test]
fn a_crowd_that_only_its_offers_show_unfit_costs_no_more_than_patience() {
    for devices in [100, 2_000] {
        run(|| {
            book(devices, |_, offer| offer.free_stake = 11 * AICP);
            let (offers, weight) = cost(0, |task| task.collateral = 20 * AICP);
            assert!(offers <= u32::from(PATIENCE), "{offers}");
            assert!(weight <= 5 + u64::from(PATIENCE), "{weight}");
        });
    }
}

#[test]
fn the_sure_one_is_taken_and_the_rest_is_not_lost() {
    run(|| {
        for id in 0..500 {
            device(id, 1_000 + u128::from(id), |offer| {
                offer.spec.gflops = Gflops(if id == 400 { 1_600 } else { 1_499 });
            });
        }
        device(999, 500_000, |offer| offer.spec.gflops = Gflops(3_000));
        let needs = |task: &mut Task| task.demand.needs.gflops = Gflops(1_500);
        Matching::enqueue(task(0, needs), QueueEnd::Back);
        Matching::enqueue(task(1, needs), QueueEnd::Back);
        for _ in 0..20 {
            next_block(1_000);
        }
        assert_eq!(matches(), [(0, 999), (1, 400)]);
    });
}

#[test]
fn a_task_nothing_fits_by_level_costs_one_search() {
    run(|| {
        book(1_000, |_, _| ());
        Matching::enqueue(
            task(0, |task| task.demand.needs.gflops = Gflops(100_000)),
            QueueEnd::Back,
        );
        take_offers();
        assert_eq!(Matching::on_idle(1, Weight::MAX).ref_time(), 2);
        assert_eq!(take_offers(), 0);
        assert_eq!(Matching::tasks_parked(), 1);
    });
}

/// Regression: only the search was charged for the cells that it went through. But a match that takes the last slot of
/// a device reads and writes a leaf and the root, and parking a task goes through all cells to find the reason.
#[test]
fn what_changes_the_book_or_explains_it_is_charged_by_its_cells() {
    run(|| {
        for id in 0..60 {
            device(id, 500_000, |offer| {
                fit(offer);
                offer.spec.gflops = Gflops(1 << (id % 10));
                offer.spec.memory = Mebibytes(1_024 << (id % 6));
            });
        }
        device(99, 1_000, fit);
        device(100, 1_000, fit);
        let cells = u64::from(Listings::<Test>::get().cells());
        assert!(cells > 10, "{cells}");
        let (_, before) = cost(0, |_| ());
        CellWeight::set(1);
        let (_, after) = cost(1, |_| ());
        assert!(after - before >= 4 * cells, "{before} {after} {cells}");

        let park = |id| {
            let needs = |task: &mut Task| task.demand.needs.gflops = Gflops(1_000_000);
            Matching::enqueue(task(id, needs), QueueEnd::Back);
            Matching::on_idle(1, Weight::MAX).ref_time()
        };
        let after = park(2);
        CellWeight::set(0);
        let before = park(3);
        assert_eq!(Matching::tasks_parked(), 2);
        assert!(after - before >= 2 * cells, "{before} {after} {cells}");
    });
}

#[test]
fn what_it_reads_grows_with_the_trie_only() {
    let nodes = |devices: u64| {
        let mut externalities = new_test_ext();
        externalities.execute_with(|| {
            book(devices, |id, offer| {
                fit(offer);
                offer.spec.gflops = Gflops(100 + id % 3_000);
            });
        });
        externalities.commit_all().unwrap();
        let (_, proof) = externalities.execute_and_prove(|| {
            cost(0, |task| task.demand.needs.gflops = Gflops(8_192));
        });
        proof.len()
    };
    let (small, large) = (nodes(100), nodes(5_000));
    assert!(large <= small + 3, "{small} and {large} nodes");
}
