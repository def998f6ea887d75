//! Jobs on one device share the device's memory.

use aicpw_primitives::traits::{MatchQueue, QueueEnd};
use aicpw_protocol::{task::Unmatched, units::AICP, DeviceId, Mebibytes, TaskId};

use crate::{mock::*, types::List, Entries};

fn submit(id: u64, memory: u64) {
    let id = task(id, |task| task.demand.needs.memory = Mebibytes(memory));
    Matching::enqueue(id, QueueEnd::Back);
}

/// Serves waiting tasks, for as many blocks as their searches take.
fn serve() {
    for _ in 0..20 {
        end_of_block();
        System::set_block_number(System::block_number() + 1);
    }
}

fn parked(id: u64) -> Option<Unmatched> {
    find_task(TaskId(id)).unwrap().parked
}

#[test]
fn what_runs_on_a_device_leaves_others_the_rest_of_its_memory() {
    run(|| {
        SharesMemory::set(true);
        device(0, 1_000, |offer| offer.free_slots = 3);
        submit(0, 5_000);
        submit(1, 5_000);
        submit(2, 3_192);
        submit(3, 1);
        serve();
        assert_eq!(matches(), [(0, 0), (2, 0)]);
        assert_eq!([1, 3].map(parked), [Some(Unmatched::Memory); 2]);
        // The first job ends. Its memory goes to the task that waited for it.
        frees_slot(0);
        serve();
        assert_eq!(matches(), [(0, 0), (2, 0), (1, 0)]);
        assert_eq!(parked(3), Some(Unmatched::Memory), "all of it is in use");
        // The next job ends. There is memory and a slot for the last task.
        frees_slot(0);
        serve();
        assert_eq!(matches().last(), Some(&(3, 0)));
    });
}

/// A search meets each device once after its match. Then the book knows how much memory is left.
#[test]
fn devices_whose_memory_is_in_use_are_looked_at_once() {
    for devices in [16, 1_000] {
        run(|| {
            SharesMemory::set(true);
            for id in 0..devices {
                device(id, 1_000, |offer| offer.free_slots = 2);
            }
            device(devices, 500_000, |offer| offer.free_slots = 200);
            change_device(DeviceId(devices), |offer| {
                offer.spec.memory = Mebibytes(1 << 20)
            });
            list(devices);
            // One job runs on each of the cheap devices.
            for id in 0..devices {
                submit(id, 6_000);
            }
            serve();
            assert_eq!(matches().len() as u64, devices);
            assert!(matches().iter().all(|(_, device)| *device < devices));

            submit(devices, 6_000);
            while find_task(TaskId(devices)).unwrap().matched.is_none() {
                serve();
            }
            take_offers();
            for id in devices + 1..devices + 11 {
                submit(id, 6_000);
                end_of_block();
                assert_eq!(
                    find_task(TaskId(id)).unwrap().matched.map(|one| one.0),
                    Some(devices)
                );
            }
            assert_eq!(take_offers(), 10, "{devices} devices");
            // A search still finds these devices for a task that fits beside the job.
            submit(devices + 11, 2_000);
            serve();
            let got = find_task(TaskId(devices + 11)).unwrap().matched.unwrap();
            assert!(got.0 < devices);
            assert!((0..devices).all(|id| Entries::<Test>::contains_key(DeviceId(id))));
            assert_eq!(Matching::length_of(List::Slow), 0);
        });
    }
}

/// On the level of the need, only the page can tell how much memory is left. The page is updated too.
#[test]
fn less_memory_on_the_same_level_is_remembered() {
    run(|| {
        SharesMemory::set(true);
        // 16,384 MiB to 32,767 MiB is one level.
        device(0, 1_000, |offer| {
            offer.free_slots = 2;
            offer.spec.memory = Mebibytes(30_000);
            offer.free_stake = 5_000 * AICP;
        });
        let place = |id| Entries::<Test>::get(DeviceId(id)).unwrap().place;
        let before = place(0);
        submit(0, 10_000);
        submit(1, 25_000);
        serve();
        assert_eq!(
            (matches(), parked(1)),
            (vec![(0, 0)], Some(Unmatched::Memory))
        );
        assert_eq!(place(0), before);
        take_offers();
        submit(2, 25_000);
        serve();
        assert_eq!(parked(2), Some(Unmatched::Memory));
        assert_eq!(take_offers(), 0, "the page says what is left");
    });
}
