//! Benchmarks of the steps in [`WeightInfo`](crate::WeightInfo).

use aicpw_primitives::traits::{DeviceOffers, Listing, MatchQueue, OrderBook, QueueEnd, TaskBoard};
use aicpw_protocol::{task::Engine, units::AICP, AskPrice, DeviceId, Gflops, TaskId};
use alloc::{vec, vec::Vec};
use core::hint::black_box;
use frame_benchmarking::v2::*;
use frame_support::weights::{Weight, WeightMeter};

use crate::{
    levels::{Cell, Levels, Place, Segment, Tick, CELLS},
    lists::{Side, Taken},
    parked::{oldest_of, MAX_EXAMINED},
    search::{search, Bounds, Outcome, Repair},
    types::{
        Bucket, CellMasks, Directory, GroupHead, List, Listed, Node, Page, Phase, Progress,
        MAX_FURTHER_PAGES, MAX_GROUPS, PAGE_SLOTS,
    },
    walk::Walk,
    Buckets, Config, Cursors, Directories, Entries, Leaves, ListEnds, Listings, Pallet, Roots,
    Swept, TicketTurn, Turns,
};

mod setup;

pub use setup::{await_devices, close, freshen, misplace, park_among_others, share_queue};

/// Makes devices and tasks in the pallets that store them.
pub trait BenchmarkHelper {
    /// Makes a device of a new provider, with this computing power and this ask, for class `int`, with
    /// one free slot. It is online. It may or may not be in the book.
    fn device(gflops: Gflops, ask: AskPrice) -> DeviceId;

    /// Makes a task for class `int` that needs this computing power, pays asks up to 1,000 AICP, and
    /// waits to be matched. It may or may not be in the queue.
    fn task(gflops: Gflops) -> TaskId;

    /// Excludes from the measurement the slots of deadlines that all matches of a block share.
    fn share_slots();
}

const ASK: AskPrice = AskPrice(AICP);

/// A need on the lower bound of a level, so that devices with this power are sure to fit.
const NEED: Gflops = Gflops(1_024);

fn device<T: Config>(gflops: Gflops, ask: AskPrice) -> DeviceId {
    let id = T::BenchmarkHelper::device(gflops, ask);
    list::<T>(id);
    id
}

fn listing<T: Config>(id: DeviceId) -> Listing {
    let offer = T::Devices::offer(id).expect("the helper's device is online");
    Listing {
        spec: offer.spec,
        ask: offer.ask,
    }
}

fn list<T: Config>(id: DeviceId) {
    Pallet::<T>::list(id, listing::<T>(id));
}

/// Makes a task that is in no list.
fn task<T: Config>() -> TaskId {
    let id = T::BenchmarkHelper::task(NEED);
    Pallet::<T>::forget(id);
    id
}

/// Puts other ids into the words before and after that of `id`, so that links have to be changed.
fn neighbours<T: Config>(list: List, id: u64) {
    let above = id.saturating_add(200);
    Pallet::<T>::insert_into(list, above, Side::Tail);
    if id >= 200 {
        Pallet::<T>::insert_into(list, id - 200, Side::Tail);
    }
}

fn park<T: Config>(id: TaskId) {
    let query = Pallet::<T>::query_of(id).expect("the helper's task wants a device");
    let reason = Pallet::<T>::reason(&query, Progress::default().best);
    Pallet::<T>::park(id, &query, reason);
}

/// Fills the directories of the engine with groups of tasks that a device in this place does not fit by its levels.
fn fill_directories<T: Config>(engine: Engine, place: Place) {
    let levels = Levels::from(place.cell());
    let heads: Vec<_> = (0..CELLS as u16)
        .map(Cell)
        .filter(|cell| !levels.dominates(&(*cell).into()))
        .take(MAX_GROUPS as usize)
        .map(|cell| GroupHead {
            cell,
            octave: 127,
            oldest: TaskId(u64::from(cell.0)),
        })
        .collect();
    for class in Segment(7).classes() {
        let full: Directory = heads
            .clone()
            .try_into()
            .expect("as many as there is room for");
        Directories::<T>::insert(engine, class, full);
    }
}

fn bounds<T: Config>() -> Bounds {
    let [full, _] = Pallet::<T>::bounds(Listings::<T>::get().cells());
    full
}

#[benchmarks]
mod benches {
    use super::*;

    #[benchmark]
    fn service_base() {
        let mut meter = WeightMeter::with_limit(Weight::MAX);

        #[block]
        {
            Pallet::<T>::serve(&mut meter);
        }
    }

    /// The word of the task stays, because another task is in it.
    #[benchmark]
    fn leave_word() {
        let id = task::<T>();
        Pallet::<T>::insert_into(List::Back, id.0 ^ 1, Side::Tail);
        Pallet::<T>::enqueue(id, QueueEnd::Back);
        let taken;

        #[block]
        {
            taken = Pallet::<T>::take_from(List::Back, id.0);
        }

        assert_eq!(taken, Taken::Id);
    }

    /// The word of the task goes, and the words before and after it are linked. The task had its turn, which passes on.
    #[benchmark]
    fn leave_list() {
        let id = task::<T>();
        neighbours::<T>(List::Slow, id.0);
        Pallet::<T>::insert_into(List::Slow, id.0, Side::Tail);
        Turns::<T>::insert(List::Slow, id.0);
        TicketTurn::<T>::put(id.0);
        let taken;

        #[block]
        {
            taken = Pallet::<T>::take_from(List::Slow, id.0);
        }

        assert_eq!(taken, Taken::Word);
        assert!(Turns::<T>::get(List::Slow) != Some(id.0));
        assert!(TicketTurn::<T>::get() != Some(id.0));
    }

    /// Reads the task and the size of the book, which is empty.
    #[benchmark]
    fn begin_search() {
        let id = task::<T>();
        let none;

        #[block]
        {
            let query = Pallet::<T>::query_of(id).expect("it wants a device");
            let step = search::<T>(&query, id.0, Progress::default(), bounds::<T>(), |_, _| {
                true
            });
            none = matches!(step.outcome, Outcome::Nothing);
        }

        assert!(none);
    }

    /// A third of the cells is in a root, and a third in a leaf, which is gone through once more to find the
    /// first bucket. The cells are ones that the task looks at, as far as there are enough of these, because
    /// they cost the most.
    #[benchmark]
    fn read_cells(c: Linear<3, { 3 * CELLS }>) {
        let id = device::<T>(NEED, ASK);
        let place = Entries::<T>::get(id).expect("it is listed").place;
        let (segment, tick) = (place.segment(), place.tick());
        let task = task::<T>();
        let query = Pallet::<T>::query_of(task).expect("it wants a device");
        let (mut cells, others): (Vec<_>, Vec<_>) = (0..CELLS as u16)
            .map(Cell)
            .partition(|cell| Levels::from(*cell).dominates(query.floor()));
        cells.extend(others);
        cells.truncate((c / 3) as usize);
        cells.sort();
        let node = |child: u8| {
            let masks: Vec<_> = cells
                .iter()
                .map(|cell| CellMasks {
                    cell: *cell,
                    online: 1 << child,
                    open: 1 << child,
                })
                .collect();
            Node(masks.try_into().expect("there are no more cells"))
        };
        Roots::<T>::insert(segment, node(tick.octave()));
        Leaves::<T>::insert(segment, tick.octave(), node(tick.step()));
        let none = Bounds {
            looks: 0,
            ..bounds::<T>()
        };
        let step;

        #[block]
        {
            step = search::<T>(&query, 0, Progress::default(), none, |_, _| true);
        }

        assert!(step.cells > 0 && step.cells <= c);
    }

    /// Reads a leaf of one cell. Reading a root costs the same.
    #[benchmark]
    fn read_node() {
        let id = device::<T>(NEED, ASK);
        let place = Entries::<T>::get(id).expect("it is listed").place;
        let query = Pallet::<T>::query_of(task::<T>()).expect("it wants a device");
        let mut walk = Walk::new::<T>(&query, Phase::Cheapest);
        let found;

        #[block]
        {
            found = walk.next::<T>(&query, Place::default());
        }

        assert_eq!(found, Some(place));
    }

    /// Reads a bucket with as many pages as there can be, and a full first page none of whose devices fits.
    #[benchmark]
    fn look_at_page() {
        let id = device::<T>(NEED, ASK);
        let place = Entries::<T>::get(id).expect("it is listed").place;
        let unfit = Listed {
            ask: AskPrice(u128::MAX),
            ..Listed::new(id, &listing::<T>(id))
        };
        let page = Page {
            taken: u32::MAX,
            open: u32::MAX,
            devices: vec![unfit; PAGE_SLOTS as usize]
                .try_into()
                .expect("as many as there is room for"),
        };
        let mut bucket = Bucket {
            first: page,
            further: MAX_FURTHER_PAGES as u16,
            ..Bucket::default()
        };
        for page in 0..bucket.further {
            bucket.open.set(page, true);
            bucket.room.set(page, true);
        }
        Buckets::<T>::insert(place, bucket);
        let query = Pallet::<T>::query_of(task::<T>()).expect("it wants a device");
        let missed;

        #[block]
        {
            let bucket = Buckets::<T>::get(place).expect("it is there");
            let devices = bucket.first.devices.iter();
            let shortfalls =
                devices.filter_map(|one| one.shortfall(query.needs(), query.highest_ask()));
            missed = shortfalls.count();
        }

        assert_eq!(missed, PAGE_SLOTS as usize);
    }

    /// Reads the offer of a device that fits, so that everything is compared.
    #[benchmark]
    fn look_at_offer() {
        let id = device::<T>(NEED, ASK);
        let task = task::<T>();
        let query = Pallet::<T>::query_of(task).expect("it wants a device");
        let shortfall;

        #[block]
        {
            let offer = T::Devices::offer(id).expect("it is online");
            shortfall = query.shortfall(&offer);
        }

        assert_eq!(shortfall, None);
    }

    #[benchmark]
    fn repair() {
        let id = device::<T>(NEED, ASK);
        let listed = Listed::new(id, &listing::<T>(id));
        let from = Entries::<T>::get(id).expect("it is listed").place;
        let to = Place::new(Tick(from.tick().0 + 1_000), from.cell(), from.segment());
        let out_of_place = Repair::Move {
            listed,
            place: Some(to),
        };

        #[block]
        {
            Pallet::<T>::apply(Vec::from([out_of_place]));
        }

        assert_eq!(Entries::<T>::get(id).map(|entry| entry.place), Some(to));
    }

    /// Includes the look at the offer that shows that the device fits.
    #[benchmark]
    fn match_task() {
        let device = device::<T>(NEED, ASK);
        let id = task::<T>();
        let query = Pallet::<T>::query_of(id).expect("it wants a device");

        T::BenchmarkHelper::share_slots();

        #[block]
        {
            let offer = T::Devices::offer(device).expect("it is online");
            assert_eq!(query.shortfall(&offer), None);
            T::Tasks::assign(id, device, &offer).expect("it fits");
        }

        let offer = T::Devices::offer(device).expect("it is online");
        assert_eq!(offer.free_slots, 0);
    }

    /// Closes the only device on a further page, in a bucket with other open devices.
    #[benchmark]
    fn close_device() {
        let first = device::<T>(NEED, ASK);
        let place = Entries::<T>::get(first).expect("it is listed").place;
        let listing = listing::<T>(first);
        let others = (1u64..=PAGE_SLOTS.into()).map(|more| DeviceId(first.0.saturating_add(more)));
        let others: Vec<_> = others.collect();
        for id in &others {
            Pallet::<T>::put(Listed::new(*id, &listing), Some(place), true);
        }
        let last = others.last().copied().expect("there are some");
        assert_eq!(Entries::<T>::get(last).map(|entry| entry.page), Some(1));
        let has_turned;

        #[block]
        {
            has_turned = Pallet::<T>::close(last);
        }

        assert!(!has_turned);
    }

    /// Closes the last open device of its bucket, its octave and its segment.
    #[benchmark]
    fn close_bucket() {
        let device = device::<T>(NEED, ASK);
        let place = Entries::<T>::get(device).expect("it is listed").place;
        let has_turned;

        #[block]
        {
            has_turned = Pallet::<T>::close(device);
        }

        assert!(has_turned);
        assert!(!Buckets::<T>::get(place)
            .expect("it stays in the book")
            .is_open());
    }

    #[benchmark]
    fn park_task() {
        // The reason is looked for in all segments.
        for segment in 1..8 {
            Listings::<T>::mutate(|census| {
                census.change(Segment(segment), |count| count.devices = 1)
            });
        }
        let id = task::<T>();
        neighbours::<T>(List::Parked, id.0);

        #[block]
        {
            park::<T>(id);
        }

        assert!(Pallet::<T>::unpark(id));
    }

    #[benchmark]
    fn defer_task() {
        let id = task::<T>();
        neighbours::<T>(List::Slow, id.0);

        #[block]
        {
            Pallet::<T>::defer((id, List::Slow), Progress::default(), 0);
        }

        assert!(Cursors::<T>::contains_key(id));
    }

    /// There are as many groups of parked tasks as there can be. The visit itself finds none whose tasks the device may
    /// fit, because the comparisons are measured in `examine_parked`. Then the groups are gone through as for a device
    /// of all classes that may fit the tasks of all groups.
    #[benchmark]
    fn visit_device() {
        let device = device::<T>(NEED, ASK);
        let offer = T::Devices::offer(device).expect("it is online");
        let place = Entries::<T>::get(device).expect("it is listed").place;
        neighbours::<T>(List::Fresh, device.0);
        Pallet::<T>::insert_into(List::Fresh, device.0, Side::Tail);
        let highest = Levels {
            reputation: 3,
            stake: 7,
            gflops: 15,
            memory: 7,
            bandwidth: 3,
        };
        let of_all_classes = Segment(place.segment().0 | 7);
        let highest = Place::new(place.tick(), highest.into(), of_all_classes);
        fill_directories::<T>(offer.spec.engine, place);
        let mut oldest = None;

        #[block]
        {
            Pallet::<T>::remove_from(List::Fresh, device.0);
            Pallet::<T>::visit_fresh(device);
            let heads = Pallet::<T>::heads_for(&offer, highest);
            assert_eq!(heads.len() as u32, 3 * MAX_GROUPS);
            for _ in 0..=MAX_EXAMINED {
                oldest = black_box(oldest_of(black_box(&heads)));
            }
        }

        assert!(oldest.is_some());
    }

    #[benchmark]
    fn examine_parked() {
        let id = task::<T>();
        park::<T>(id);
        let device = T::BenchmarkHelper::device(Gflops(NEED.0 - 1), ASK);
        let offer = T::Devices::offer(device).expect("it is online");
        let unfit;

        #[block]
        {
            Pallet::<T>::after(List::Parked, id.0);
            let query = Pallet::<T>::query_of(id).expect("it wants a device");
            unfit = query.shortfall(&offer).is_some();
        }

        assert!(unfit);
    }

    /// The task is the last that the sweep searched for, so that the sweep has to go on behind another.
    #[benchmark]
    fn wake_task() {
        let id = task::<T>();
        park::<T>(id);
        neighbours::<T>(List::Parked, id.0);
        neighbours::<T>(List::Back, id.0);
        Swept::<T>::put(id);

        #[block]
        {
            Pallet::<T>::wake(id);
        }

        assert!(!Pallet::<T>::unpark(id));
        assert!(Swept::<T>::get() != Some(id));
    }

    #[benchmark]
    fn list_device() {
        // The device moves to another place in the book while a task is parked.
        let id = device::<T>(NEED, ASK);
        let mut listing = listing::<T>(id);
        listing.ask = AskPrice(ASK.0 * 1_000);
        park::<T>(task::<T>());
        neighbours::<T>(List::Fresh, id.0);
        let before = Entries::<T>::get(id);

        #[block]
        {
            Pallet::<T>::list(id, listing);
        }

        assert!(Entries::<T>::get(id) != before);
        assert!(ListEnds::<T>::contains_key(List::Fresh));
    }

    #[benchmark]
    fn unlist_device() {
        let id = device::<T>(NEED, ASK);
        neighbours::<T>(List::Fresh, id.0);
        Pallet::<T>::insert_into(List::Fresh, id.0, Side::Tail);

        #[block]
        {
            Pallet::<T>::unlist(id);
        }

        assert!(!Entries::<T>::contains_key(id));
    }

    #[benchmark]
    fn enqueue_task() {
        let id = task::<T>();
        neighbours::<T>(List::Back, id.0);

        #[block]
        {
            Pallet::<T>::enqueue(id, QueueEnd::Back);
        }

        assert!(Pallet::<T>::remove_from(List::Back, id.0));
    }

    /// The task is the last that the sweep searched for, as in `wake_task`.
    #[benchmark]
    fn forget_task() {
        let id = task::<T>();
        park::<T>(id);
        neighbours::<T>(List::Parked, id.0);
        Swept::<T>::put(id);

        #[block]
        {
            Pallet::<T>::forget(id);
        }

        assert!(!Pallet::<T>::unpark(id));
        assert!(Swept::<T>::get() != Some(id));
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
