//! Compares matching with a naive model, in which each task is compared with every device.

use aicpw_primitives::traits::{MatchQueue, Offer, OrderBook, QueueEnd};
use aicpw_protocol::{
    device::{ClassSet, Reputation},
    task::DeterminismClass,
    units::AICP,
    AskPrice, DeviceId, Gflops, Mebibytes, MegabitsPerSecond, TaskId,
};
use proptest::prelude::*;

use crate::{
    levels::{Levels, Tick},
    mock::*,
    types::List,
    ListEnds,
};

#[derive(Clone, Debug)]
enum Action {
    Come(u64, Device),
    Leave(u64),
    Vanish(u64),
    Free(u64),
    Submit(Wish),
    Block,
}

#[derive(Clone, Debug)]
struct Device {
    ask: u128,
    gflops: u64,
    memory: u64,
    bandwidth: u32,
    reputation: u16,
    stake: u128,
    classes: u8,
    slots: u8,
    provider: u64,
}

#[derive(Clone, Debug)]
struct Wish {
    ask: u128,
    gflops: u64,
    memory: u64,
    bandwidth: u32,
    reputation: u16,
    stake: u128,
    class: u8,
    requester: u64,
}

/// Chooses among few values, so that there are ties, and values on both sides of a bound.
fn choose(values: &'static [u64]) -> impl Strategy<Value = u64> {
    proptest::sample::select(values)
}

fn device_strategy() -> impl Strategy<Value = Device> {
    let measured = (
        choose(&[0, 100, 900, 1_000, 1_023, 1_024, 1_500, 30_000]),
        choose(&[512, 4_096, 8_000, 8_192, 12_000]),
        choose(&[5, 10, 90, 100, 2_000]),
        1u8..8,
    );
    let offered = (
        choose(&[1_000, 1_001, 1_007, 1_020, 2_000, 50_000]),
        choose(&[400, 500, 501, 700, 900]),
        choose(&[1, 5, 50, 500]),
        0u8..3,
        choose(&[1, 2, 3, 4, 5]),
    );
    (measured, offered).prop_map(|(measured, offered)| {
        let (gflops, memory, bandwidth, classes) = measured;
        let (ask, reputation, stake, slots, provider) = offered;
        Device {
            ask: ask.into(),
            gflops,
            memory,
            bandwidth: bandwidth as u32,
            reputation: reputation as u16,
            stake: u128::from(stake) * AICP,
            classes,
            slots,
            provider,
        }
    })
}

fn wish_strategy() -> impl Strategy<Value = Wish> {
    (
        choose(&[1_000, 1_005, 1_500, 1_000_000]),
        choose(&[0, 100, 1_000, 1_024, 1_200]),
        choose(&[0, 4_096, 8_100]),
        choose(&[0, 10, 50]),
        choose(&[0, 500, 600]),
        choose(&[0, 1, 5, 20]),
        0u8..3,
        choose(&[1, 2, 9]),
    )
        .prop_map(
            |(ask, gflops, memory, bandwidth, reputation, stake, class, requester)| Wish {
                ask: ask.into(),
                gflops,
                memory,
                bandwidth: bandwidth as u32,
                reputation: reputation as u16,
                stake: u128::from(stake) * AICP,
                class,
                requester,
            },
        )
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => (0u64..40, device_strategy()).prop_map(|(id, device)| Action::Come(id, device)),
        1 => (0u64..40).prop_map(Action::Leave),
        1 => (0u64..40).prop_map(Action::Vanish),
        2 => (0u64..40).prop_map(Action::Free),
        5 => wish_strategy().prop_map(Action::Submit),
        2 => Just(Action::Block),
    ]
}

fn come(id: u64, new: Device) {
    device(id, new.ask, |offer| {
        offer.provider = new.provider;
        offer.spec.gflops = Gflops(new.gflops);
        offer.spec.memory = Mebibytes(new.memory);
        offer.spec.bandwidth = MegabitsPerSecond(new.bandwidth);
        offer.spec.classes = ClassSet {
            int: new.classes & 1 != 0,
            fp32_strict: new.classes & 2 != 0,
            device: new.classes & 4 != 0,
        };
        offer.reputation = Reputation(new.reputation);
        offer.free_stake = new.stake;
        offer.free_slots = new.slots;
    });
}

fn submit(id: u64, wish: Wish) {
    let id = task(id, |task| {
        let demand = &mut task.demand;
        demand.requester = wish.requester;
        demand.highest_ask = AskPrice(wish.ask);
        demand.needs.gflops = Gflops(wish.gflops);
        demand.needs.memory = Mebibytes(wish.memory);
        demand.needs.bandwidth = MegabitsPerSecond(wish.bandwidth);
        demand.needs.min_reputation = Reputation(wish.reputation);
        demand.needs.class = match wish.class {
            0 => DeterminismClass::Int,
            1 => DeterminismClass::Fp32Strict,
            _ => DeterminismClass::Device,
        };
        task.collateral = wish.stake;
        task.is_audited = wish.requester == 2;
    });
    Matching::enqueue(id, QueueEnd::Back);
}

fn fitting(task: &Task) -> Vec<Offer<AccountId>> {
    devices()
        .into_values()
        .filter(|offer| fits(task, offer).is_none())
        .collect()
}

/// Runs blocks until no new device wakes a task any more, because older tasks go before those to come.
fn everybody_older_is_served() {
    for _ in 0..1_000 {
        end_of_block();
        let lists = [
            List::Front,
            List::Back,
            List::Slow,
            List::Urgent,
            List::Fresh,
            List::Late,
        ];
        if !lists.iter().any(ListEnds::<Test>::contains_key) {
            return;
        }
    }
    panic!("the queue does not come to an end");
}

/// Serves one task, and compares its device with that of the model.
fn serve_and_compare(id: u64) {
    let before = find_task(TaskId(id)).unwrap();
    let best = fitting(&before)
        .into_iter()
        .map(|offer| {
            let levels = Levels::of_device(&offer.spec, offer.reputation, offer.free_stake);
            (Tick::from(offer.ask), 3 - levels.reputation)
        })
        .min();
    let offers = devices();
    // Many matches put devices out of place. It takes more than one step to repair that.
    let after = (0..20).find_map(|_| {
        end_of_block();
        System::set_block_number(System::block_number() + 1);
        find_task(TaskId(id)).filter(|task| task.matched.is_some() || task.parked.is_some())
    });
    let after = after.unwrap();
    let got = after.matched.map(|device| {
        let offer = &offers[&device];
        let levels = Levels::of_device(&offer.spec, offer.reputation, offer.free_stake);
        (Tick::from(offer.ask), 3 - levels.reputation)
    });
    assert_eq!(
        got, best,
        "{id} gets the cheapest, then the best reputation"
    );
    assert_eq!(got.is_none(), after.parked.is_some(), "{id} is parked");
}

fn check(actions: Vec<Action>) {
    run(|| {
        SharesMemory::set(true);
        let mut id = 0;
        for (step, action) in actions.into_iter().enumerate() {
            match action {
                Action::Come(id, device) => come(id, device),
                Action::Leave(id) => {
                    goes_offline(id);
                    Matching::unlist(DeviceId(id));
                }
                Action::Vanish(id) => goes_offline(id),
                Action::Free(id) => {
                    let has_room = devices()
                        .get(&DeviceId(id))
                        .is_some_and(|offer| offer.free_slots < 3);
                    if has_room {
                        frees_slot(id);
                    }
                }
                Action::Submit(wish) => {
                    everybody_older_is_served();
                    submit(id, wish);
                    serve_and_compare(id);
                    id += 1;
                }
                Action::Block => next_block(10_000),
            }
            if step % 16 == 0 {
                Matching::do_try_state().unwrap();
            }
        }
        // Every device that the book was told of has woken the tasks that fit, among those that it was compared
        // with. The sweep finds the others.
        MaxSweeps::set(8);
        for _ in 0..60 {
            next_block(10_000);
            end_of_block();
        }
        for id in 0..id {
            let task = find_task(TaskId(id)).unwrap();
            if task.matched.is_none() {
                assert!(task.parked.is_some());
                assert_eq!(fitting(&task), [], "{id} sleeps while a device fits");
            }
        }
    });
}

/// Regression: the parked task that fits was behind more tasks than a fresh device is compared with.
#[test]
fn the_sweep_finds_what_a_fresh_device_did_not_look_at() {
    let wish = Wish {
        ask: 1_000,
        gflops: 0,
        memory: 0,
        bandwidth: 0,
        reputation: 0,
        stake: 0,
        class: 0,
        requester: 2,
    };
    let come = Action::Come(
        15,
        Device {
            ask: 1_000,
            gflops: 1_024,
            memory: 12_000,
            bandwidth: 10,
            reputation: 900,
            stake: 5 * AICP,
            classes: 7,
            slots: 1,
            provider: 2,
        },
    );
    // The tasks of the device's own provider never fit it.
    let own = (0..crate::parked::MAX_EXAMINED).map(|_| Action::Submit(wish.clone()));
    let other = Action::Submit(Wish {
        requester: 1,
        ..wish.clone()
    });
    check(own.chain([other, come]).collect());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn matches_are_those_of_the_model(actions in proptest::collection::vec(action(), 1..120)) {
        check(actions);
    }
}
