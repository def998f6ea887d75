//! # Matching
//!
//! Keeps the order book of devices and the queue of tasks that wait for one, and brings them together.
//! It has no calls: tasks come from the tasks pallet ([`MatchQueue`]), devices from provider staking
//! ([`OrderBook`]), and matching serves them in its hooks.
//!
//! [`MatchQueue`]: aicpw_primitives::traits::MatchQueue
//! [`OrderBook`]: aicpw_primitives::traits::OrderBook
//!
//! ## Terminology
//!
//! - **tick**: an ask on a logarithmic scale, 128 steps per factor of two. Asks on one tick differ by
//!   less than 0.8 % and count as equal.
//! - **level**, **cell**: reputation, free stake, GFLOPS, free memory and bandwidth, each rounded down to
//!   one of a few levels; the five together are a cell.
//! - **segment**: engine and set of determinism classes.
//! - **place**: tick, cell and segment; **bucket**: the devices of one place.
//! - **open**: with a free slot. A device in the book is open or not; only searches care.
//! - **look**: a bucket, a page of a bucket, or an offer that a search reads: the unit of its cost.
//!
//! ## The book
//!
//! ```text
//!                     Roots[segment]: per cell present, in which of 128 octaves of asks
//!                        │
//!                     Leaves[segment, octave]: per cell present, on which of its 128 ticks
//!                        │
//!                     Buckets[place]: first page, and which further pages have open devices, or room
//!                        │
//!                     Pages[place, number]: 32 devices, which are open, and of each what an exact
//!                                           comparison with a need takes
//! ```
//!
//! Every node keeps two masks per cell: where devices *are*, and where *open* ones are. To list, unlist,
//! fill or free a device changes its page. It changes the bucket, the leaf and the root only if the device
//! was the first or last of its kind there. With the device's entry these are at most five writes, whatever
//! is in the book.
//!
//! A search turns the needs of a task into levels. A device at or above the *floor* may fit; a device at or
//! above the *sure* level does fit. The search asks the nodes for the cheapest bucket whose cell is at or
//! above the floor in all five levels. It compares the open devices of that bucket exactly, and goes on to
//! the next bucket.
//!
//! **What it costs.** A step from one bucket to the next reads at most a root and a leaf per segment
//! with the class (four, of seven), however many devices there are: nodes grow with the number of
//! *distinct cells* present, which has a bound (16,384), not with devices. A device in a bucket that the
//! search visits fits, unless it lies on a level of the need itself, its offer has changed, or its
//! provider is excluded. So the looks of a search are one for the bucket and one for the device, plus
//!
//! - at most [`PATIENCE`] in vain on boundary levels. Then the search skips what is not sure to fit, and
//!   comes back to it only if nothing else is there. So 99,999 cheap devices just below the need cost
//!   eight looks; the price is that a cheaper device among them may be passed over.
//! - devices that are out of place. A device that is offline leaves the book. A full device is closed. A
//!   device whose stake, reputation or free memory has changed is moved, or what its page says of it is
//!   corrected. Searches meet a device once for each such change.
//! - devices of excluded providers, at most as many as these providers have registered.
//!
//! ## Scenarios
//!
//! 1. *A task is submitted.* It is queued; at the end of the block, in the weight that the block has
//!    left, matching takes it from the queue, finds the cheapest open device and assigns it.
//! 2. *Blocks are full.* Each block begins with the guaranteed share for matching.
//! 3. *A search is long.* After [`Config::MaxCandidates`] looks the task leaves the queue for the slow
//!    ones, with a cursor, and goes on in the next block; those behind it do not wait.
//! 4. *Nothing fits.* When all candidates have been seen the task is parked with the first need that no
//!    device met.
//! 5. *A fitting device comes, or gets a slot or stake free.* It wakes the oldest parked tasks that it
//!    fits, as many as it has free slots. If it fits none of the oldest, later visits compare it with the others.
//! 6. *An assignment fails.* The task comes back before all others.
//! 7. *A task wants several devices.* It stays in the queue until it has them. The first is the cheapest.
//!    Each further one is drawn by stake ([`draw`]) among the devices that fit and whose ask can be paid, with
//!    a ticket that nobody knew when the task came. Until the ticket is known, the task waits with the slow
//!    ones. It is passed over until the first block in which the ticket can be known.
//! 8. *No drawn device fits.* After at most [`MAX_DRAWS`](draw::MAX_DRAWS) draws the task waits for a
//!    later seed, and so on, until its match window ends. While it waits, a search through the book tells
//!    whether any device fits. If none does, the task is parked with the reason.
//!
//! ## Properties
//!
//! - **Order**: tasks are taken from the queue by id, which is history order. Tasks that failed come before all.
//! - **Cheapest**: a match has the lowest tick of all open devices that fit, except those that
//!   [`PATIENCE`] passes over. On that tick it has the best reputation level, and in that level it is the
//!   least sufficient device. Equal devices take turns.
//! - **Drawn**: a further device of a task is drawn. Its chance is that of its provider's stake among the
//!   providers that fit, whatever it asks. All draws from one seed are made in one block. Of the tasks that want
//!   a juror or an auditor and whose ticket is there, the first is drawn for in that block, however many others
//!   wait. The next ones are drawn for as far as half of the weight goes.
//! - **No head-of-line blocking**: a task that is served leaves the queue. Of the slow tasks, those that the
//!   weight of the block before did not reach have their turn first. Tasks that want an auditor or a juror go
//!   before all others, with half of the weight. Then come fresh devices, before the queue, with half of what
//!   is left, and then the other slow tasks whose ticket is known, with half of what is left after that.
//! - **Nothing is forgotten**: a task is in exactly one of front, back, slow, urgent or parked until it is
//!   matched or forgotten. The sweep finds parked tasks that no fresh device wakes.
//! - **Bounded**: a step of a search makes at most [`Config::MaxCandidates`] looks and
//!   [`MAX_REPAIRS`](share::MAX_REPAIRS) repairs. It begins only if the meter holds the most that it can cost.
//!   If weight is short, its bounds are smaller.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
pub mod book;
mod cost;
pub mod draw;
pub mod dry_run;
pub mod levels;
mod lists;
#[cfg(test)]
mod mock;
pub mod parked;
pub mod query;
mod queue;
mod reason;
pub mod search;
mod serve;
pub mod share;
mod step;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod try_state;
pub mod types;
mod walk;
pub mod weights;

pub use pallet::*;
pub use search::PATIENCE;
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
    use aicpw_primitives::traits::{DeviceOffers, MarketSwitch, StakeDraw, TaskBoard};
    use aicpw_protocol::{
        task::{DeterminismClass, Engine},
        BlockNumber, DeviceId, TaskId,
    };
    use frame_support::{pallet_prelude::*, weights::WeightMeter};
    use frame_system::pallet_prelude::*;
    use sp_runtime::traits::BlockNumberProvider;

    use crate::{
        levels::{Place, Segment},
        types::{
            Bucket, Census, Cursor, Directory, Ends, Entry, Group, List, Node, Page, Progress, Word,
        },
        WeightInfo,
    };

    /// The pallet.
    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the runtime has to provide.
    #[pallet::config]
    pub trait Config: frame_system::Config {
        /// The devices and their offers.
        type Devices: DeviceOffers<Self::AccountId>;

        /// Draws providers by their stake.
        type StakeDraw: StakeDraw<Self::AccountId>;

        /// The tasks and what they ask for.
        type Tasks: TaskBoard<Self::AccountId>;

        /// The number of the current block.
        type BlockNumberProvider: BlockNumberProvider<BlockNumber = BlockNumber>;

        /// The market switch. While the market is closed, nothing is matched.
        type Market: MarketSwitch;

        /// The weight that matching may use at the beginning of each block, however full the block is. In a book of
        /// [`USUAL_CELLS`](crate::share::USUAL_CELLS) it is enough for a full step. If the book has so many kinds of
        /// devices that the least step needs more, matching takes that much. Half of it is enough for
        /// [`ENOUGH_DRAWS`](crate::draw::ENOUGH_DRAWS) of the dearest draws for a task that wants a juror or an
        /// auditor. A quarter of it is enough for a visit to a fresh device or for the least step.
        #[pallet::constant]
        type GuaranteedWeight: Get<Weight>;

        /// The most looks that the search for one task makes in one block.
        #[pallet::constant]
        type MaxCandidates: Get<u32>;

        /// The most parked tasks that the sweep searches for in a block with weight to spare.
        #[pallet::constant]
        type MaxSweeps: Get<u32>;

        /// The measured weights of the pallet's steps.
        type WeightInfo: WeightInfo;

        /// Makes devices and tasks for benchmarks.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: crate::benchmarking::BenchmarkHelper;
    }

    /// How many devices, open or not, and how many distinct cells each segment of the book has.
    #[pallet::storage]
    pub type Listings<T> = StorageValue<_, Census, ValueQuery>;

    /// Where each device in the book is.
    #[pallet::storage]
    pub type Entries<T> = StorageMap<_, Blake2_128Concat, DeviceId, Entry>;

    /// The octaves of asks in which a segment has devices, per cell.
    #[pallet::storage]
    pub type Roots<T> = StorageMap<_, Twox64Concat, Segment, Node>;

    /// The ticks of an octave on which a segment has devices, per cell.
    #[pallet::storage]
    pub type Leaves<T> = StorageDoubleMap<_, Twox64Concat, Segment, Twox64Concat, u8, Node>;

    /// The devices of each place, of which only the first page is stored here.
    #[pallet::storage]
    pub type Buckets<T> = StorageMap<_, Twox64Concat, Place, Bucket>;

    /// The pages of a bucket after its first, numbered from one.
    #[pallet::storage]
    pub type Pages<T> = StorageDoubleMap<_, Twox64Concat, Place, Twox64Concat, u16, Page>;

    /// The first and last word of each list that is not empty.
    #[pallet::storage]
    pub type ListEnds<T> = StorageMap<_, Twox64Concat, List, Ends>;

    /// The ids in each list, in linked words of 128 ids.
    #[pallet::storage]
    pub type Words<T> = StorageDoubleMap<_, Twox64Concat, List, Twox64Concat, u64, Word>;

    /// How far the searches of the slow tasks are, and in which block they go on.
    #[pallet::storage]
    pub type Cursors<T> = StorageMap<_, Blake2_128Concat, TaskId, Cursor>;

    /// The task that is next in each list that is served in turns. Without an entry, the first of the list is next.
    #[pallet::storage]
    pub type Turns<T> = StorageMap<_, Twox64Concat, List, u64>;

    /// The slow task that is next among those whose ticket is known. Without a value, the first of the list is next.
    #[pallet::storage]
    pub type TicketTurn<T> = StorageValue<_, u64>;

    /// The fresh device that is visited next. It may no longer be fresh; the number still marks the place. Without a
    /// value, the first is next.
    #[pallet::storage]
    pub type FreshTurn<T> = StorageValue<_, DeviceId>;

    /// The parked task that each late device was compared with last, and the task's group. Without an entry there was
    /// none.
    #[pallet::storage]
    pub type Compared<T> = StorageMap<_, Blake2_128Concat, DeviceId, (Group, TaskId)>;

    /// The group that each parked task is in.
    #[pallet::storage]
    pub type ParkedIn<T> = StorageMap<_, Blake2_128Concat, TaskId, Group>;

    /// The groups of parked tasks, ordered by cell and octave.
    #[pallet::storage]
    pub type Directories<T> = StorageDoubleMap<
        _,
        Twox64Concat,
        Engine,
        Twox64Concat,
        DeterminismClass,
        Directory,
        ValueQuery,
    >;

    /// The last parked task that the sweep has searched for. It may no longer be parked; the number still marks the
    /// place.
    #[pallet::storage]
    pub type Swept<T> = StorageValue<_, TaskId>;

    /// The parked task for which the sweep has begun a search that has not ended, and how far that is. The task may no
    /// longer be parked.
    #[pallet::storage]
    pub type Sweeping<T> = StorageValue<_, (TaskId, Progress)>;

    /// What happened. Matches and parkings are events of the tasks pallet.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A search met the device without an offer. The device has left the book.
        DeviceDropped {
            /// The device.
            device: DeviceId,
        },
        /// The bucket of the device is full, so the device is not in the book. With another ask it would be.
        BucketFull {
            /// The device.
            device: DeviceId,
        },
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(_: BlockNumberFor<T>) -> Weight {
            // The ends of the queue and its last word are written once in a block, however many tasks enter and
            // leave the queue. The third read is whether the market is open.
            let beside = T::DbWeight::get().reads_writes(3, 2);
            if !T::Market::is_open() {
                return beside.saturating_add(T::DbWeight::get().reads(1));
            }
            // If the book has very many kinds of devices, a step may need more than the guaranteed share.
            let share = T::GuaranteedWeight::get().max(Self::step_limit());
            let mut meter = WeightMeter::with_limit(share);
            Self::serve(&mut meter);
            meter.consumed().saturating_add(beside)
        }

        fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
            let mut meter = WeightMeter::with_limit(remaining);
            if meter.try_consume(T::DbWeight::get().reads(2)).is_err() || !T::Market::is_open() {
                return meter.consumed();
            }
            Self::serve(&mut meter);
            Self::sweep(&mut meter);
            meter.consumed()
        }

        fn integrity_test() {
            assert!(
                T::MaxCandidates::get() >= 4,
                "MaxCandidates: a step must get past the bucket and the page that it resumes in"
            );
            let needed = Self::full_step_limit_with(crate::share::USUAL_CELLS);
            assert!(
                needed.all_lte(T::GuaranteedWeight::get()),
                "GuaranteedWeight must hold one step, {needed:?}; raise it or lower MaxCandidates"
            );
            if let Err(rule) = Self::check_share(T::GuaranteedWeight::get()) {
                panic!("{rule}");
            }
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// The number of devices in the book, open or not.
        pub fn devices_listed() -> u32 {
            Listings::<T>::get().devices()
        }

        /// The number of tasks that wait for their turn or whose search goes on.
        pub fn tasks_queued() -> u32 {
            [List::Front, List::Back, List::Slow, List::Urgent]
                .into_iter()
                .fold(0, |sum: u32, list| {
                    sum.saturating_add(Self::length_of(list))
                })
        }

        /// The number of parked tasks: those that no device fits now.
        pub fn tasks_parked() -> u32 {
            Self::length_of(List::Parked)
        }
    }
}
