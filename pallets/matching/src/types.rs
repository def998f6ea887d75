//! What the pallet stores.

use aicpw_primitives::traits::Listing;
use aicpw_protocol::{
    task::{DeterminismClass, Engine, Needs, Unmatched},
    AskPrice, BlockNumber, DeviceId, Gflops, Mebibytes, MegabitsPerSecond, TaskId,
};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::ConstU32, BoundedVec};
use scale_info::TypeInfo;

use crate::levels::{Cell, Place, Segment, CELLS};

/// The number of devices that a [`Page`] can hold.
pub const PAGE_SLOTS: u32 = 32;

/// The most pages of a bucket after its first. All pages together hold 262,176 devices on one tick in one cell.
pub const MAX_FURTHER_PAGES: u32 = 8_192;

/// What the book stores of a device, so that a search can compare it with a need without reading its offer.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Listed {
    /// The device.
    pub device: DeviceId,
    /// Its measured computing power.
    pub gflops: Gflops,
    /// Its memory, less what was in use when it was listed.
    pub memory: Mebibytes,
    /// Its bandwidth, as its provider declares it.
    pub bandwidth: MegabitsPerSecond,
    /// Its ask.
    pub ask: AskPrice,
}

impl Listed {
    /// What the book stores for this listing of a device.
    pub fn new(device: DeviceId, listing: &Listing) -> Self {
        Self {
            device,
            gflops: listing.spec.gflops,
            memory: listing.spec.memory,
            bandwidth: listing.spec.bandwidth,
            ask: listing.ask,
        }
    }

    /// The first need that the spec or the ask does not meet.
    pub fn shortfall(&self, needs: &Needs, highest_ask: AskPrice) -> Option<Unmatched> {
        if self.gflops < needs.gflops {
            Some(Unmatched::Gflops)
        } else if self.memory < needs.memory {
            Some(Unmatched::Memory)
        } else if self.bandwidth < needs.bandwidth {
            Some(Unmatched::Bandwidth)
        } else if self.ask > highest_ask {
            Some(Unmatched::Budget)
        } else {
            None
        }
    }
}

/// Up to 32 devices of a bucket. A device keeps its slot on the page as long as it is in the bucket.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct Page {
    /// The slots in use, one bit for each.
    pub taken: u32,
    /// The slots whose device can run another job; a subset of `taken`.
    pub open: u32,
    /// The devices by slot. The content of a slot that is not taken has no meaning.
    pub devices: BoundedVec<Listed, ConstU32<PAGE_SLOTS>>,
}

/// A set of numbers, as a bitmap in words of 64 bits.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct Bits(BoundedVec<u64, ConstU32<{ MAX_FURTHER_PAGES / 64 }>>);

impl Bits {
    /// Sets or clears a bit. Does nothing if the number is past the bound.
    pub fn set(&mut self, number: u16, value: bool) {
        let (word, bit) = (usize::from(number / 64), number % 64);
        while value && self.0.len() <= word {
            if self.0.try_push(0).is_err() {
                return;
            }
        }
        if let Some(word) = self.0.get_mut(word) {
            *word = *word & !(1 << bit) | u64::from(value) << bit;
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    /// The lowest set bit at or after `number`.
    pub fn first_from(&self, number: u16) -> Option<u16> {
        let (first, bit) = (usize::from(number / 64), number % 64);
        self.0
            .iter()
            .enumerate()
            .skip(first)
            .map(|(index, word)| {
                let masked = if index == first {
                    word & u64::MAX << bit
                } else {
                    *word
                };
                (index, masked)
            })
            .find(|(_, word)| *word != 0)
            .map(|(index, word)| (index * 64) as u16 + word.trailing_zeros() as u16)
    }

    /// Whether no bit is set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The devices of one [`Place`]. The first page is stored inline, because most buckets are small.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct Bucket {
    /// Page zero.
    pub first: Page,
    /// The highest number of any page that was ever used after the first. These pages are numbered from one.
    pub further: u16,
    /// Which of these pages have an open device; bit zero is page one.
    pub open: Bits,
    /// Which of these pages have a slot that is not taken; bit zero is page one.
    pub room: Bits,
    /// The number of devices on all pages.
    pub devices: u32,
}

impl Bucket {
    /// Whether any device in the bucket has a free slot.
    pub fn is_open(&self) -> bool {
        self.first.open != 0 || !self.open.is_empty()
    }
}

/// Where a device is in the book.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its bucket.
    pub place: Place,
    /// Its page in the bucket.
    pub page: u16,
    /// Its slot on the page.
    pub slot: u8,
}

/// The children of a node that hold devices of one cell.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CellMasks {
    /// The cell.
    pub cell: Cell,
    /// The children that hold any device of the cell.
    pub online: u128,
    /// The children that hold an open device of the cell; a subset of `online`.
    pub open: u128,
}

/// A node of the book. For each cell present below the node, it says which of its 128 children hold the cell.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct Node(pub BoundedVec<CellMasks, ConstU32<CELLS>>);

impl Node {
    /// The masks of a cell; empty if no device of the cell is below the node.
    pub fn masks(&self, cell: Cell) -> CellMasks {
        match self.0.binary_search_by_key(&cell, |masks| masks.cell) {
            Ok(index) => self.0[index],
            Err(_) => CellMasks {
                cell,
                ..CellMasks::default()
            },
        }
    }

    /// Records whether the child holds devices, and open devices, of the cell. Returns the cell's masks, and
    /// whether they changed.
    pub fn set(&mut self, cell: Cell, child: u8, online: bool, open: bool) -> (CellMasks, bool) {
        let position = self.0.binary_search_by_key(&cell, |masks| masks.cell);
        let mut masks = self.masks(cell);
        let before = masks;
        let bit = 1u128 << child;
        let with = |mask: u128, value: bool| if value { mask | bit } else { mask & !bit };
        masks.online = with(masks.online, online);
        masks.open = with(masks.open, open);
        match position {
            Ok(index) if masks.online == 0 => {
                self.0.remove(index);
            }
            Ok(index) => self.0[index] = masks,
            // A node has room for all cells.
            Err(index) if masks.online != 0 => {
                let _ = self.0.try_insert(index, masks);
            }
            Err(_) => (),
        }
        (masks, masks != before)
    }
}

/// How many devices and cells a segment has.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Count {
    /// The segment.
    pub segment: Segment,
    /// The number of its devices.
    pub devices: u32,
    /// The number of its distinct cells, which is the length of its root.
    pub cells: u16,
}

/// The counts of all segments that are not empty.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct Census(pub BoundedVec<Count, ConstU32<256>>);

impl Census {
    /// Changes the count of a segment.
    pub fn change(&mut self, segment: Segment, change: impl FnOnce(&mut Count)) {
        let position = self.0.binary_search_by_key(&segment, |count| count.segment);
        let mut count = match position {
            Ok(index) => self.0[index],
            Err(_) => Count {
                segment,
                devices: 0,
                cells: 0,
            },
        };
        change(&mut count);
        let is_empty = count.devices == 0 && count.cells == 0;
        match position {
            Ok(index) if is_empty => {
                self.0.remove(index);
            }
            Ok(index) => self.0[index] = count,
            Err(_) if is_empty => (),
            // The census has room for all segments.
            Err(index) => {
                let _ = self.0.try_insert(index, count);
            }
        }
    }

    /// The number of devices in all segments.
    pub fn devices(&self) -> u32 {
        let counts = self.0.iter();
        counts.fold(0, |sum, count| sum.saturating_add(count.devices))
    }

    /// The number of cells of the segment that has the most.
    pub fn most_cells(&self) -> u32 {
        let counts = self.0.iter();
        counts.map(|count| count.cells.into()).max().unwrap_or(0)
    }

    /// The sum of the cells of all segments.
    pub fn cells(&self) -> u32 {
        let counts = self.0.iter();
        counts.fold(0, |sum, count| sum.saturating_add(count.cells.into()))
    }
}

/// A group of parked tasks that the same devices may wake.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Group {
    /// The engine they need.
    pub engine: Engine,
    /// The class they need.
    pub class: DeterminismClass,
    /// The lowest levels of a device that may fit them.
    pub cell: Cell,
    /// The octave of the highest ask that they can pay.
    pub octave: u8,
}

/// The entry of a group in its directory.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct GroupHead {
    /// See [`Group::cell`].
    pub cell: Cell,
    /// See [`Group::octave`].
    pub octave: u8,
    /// Its first task.
    pub oldest: TaskId,
}

/// The most groups per engine and class. A task that would need one more goes to a group that every
/// device of the class may wake.
pub const MAX_GROUPS: u32 = 1_024;

/// The groups of one engine and class.
pub type Directory = BoundedVec<GroupHead, ConstU32<MAX_GROUPS>>;

/// The lists of ids that the pallet keeps.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum List {
    /// Tasks whose assignment failed. They are served first.
    Front,
    /// New tasks and woken tasks.
    Back,
    /// Tasks whose search or draw goes on in a later block. Each has a [`Cursor`].
    Slow,
    /// All parked tasks.
    Parked,
    /// The parked tasks of one group.
    Group(Group),
    /// Devices that have come into the book, or got a slot or stake free, while tasks were parked.
    Fresh,
    /// As `Slow`, for tasks that want an auditor or a juror. They go before the tasks in `Slow`.
    Urgent,
    /// Devices that were fresh and fitted none of the oldest parked tasks. They are compared with the younger ones.
    Late,
}

impl List {
    /// Whether serving the list goes on from where it stopped, instead of from the first id.
    pub fn is_served_in_turns(self) -> bool {
        matches!(self, Self::Slow | Self::Urgent | Self::Late)
    }
}

/// A word of a list: which of 128 consecutive ids are in the list. Words are linked in the order of their ids.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Word {
    /// The ids that are in the list, one bit for each; never zero in storage.
    pub bits: u128,
    /// The word before.
    pub prev: Option<u64>,
    /// The word after.
    pub next: Option<u64>,
}

/// The first and the last word of a list that is not empty.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ends {
    /// The first word.
    pub head: u64,
    /// The last word.
    pub tail: u64,
}

/// A phase of a search.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Phase {
    /// The search tries all devices that may fit, the cheapest first.
    #[default]
    Cheapest,
    /// The search tries only devices that are sure to fit, because too many looks at cheap devices were in vain.
    Sure,
    /// The search tries the other devices, from where the first phase stopped.
    Rest,
}

/// The position of a search in a bucket. Slots are numbered through all pages of the bucket, and tried in a circle.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spot {
    /// The slot at which the search began.
    pub start: u32,
    /// The slot that it tries next.
    pub next: u32,
    /// Whether it has reached the end and begun again at zero.
    pub wrapped: bool,
}

/// How far a search has got.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// The phase that it is in.
    pub phase: Phase,
    /// The bucket that it is in or tries next.
    pub next: Place,
    /// Where it is in that bucket.
    pub spot: Option<Spot>,
    /// The bucket and the position in it at which the first phase stopped.
    pub left: Option<(Place, Option<Spot>)>,
    /// The number of looks in the first phase that were not sure to find a fitting device.
    pub wasted: u8,
    /// Of the first unmet needs of the devices seen so far, the last in the order of [`Unmatched`].
    pub best: Unmatched,
    /// Whether the search has found a device that fits a task whose device is drawn. The search is then over.
    pub fits: bool,
    /// How often the task was passed over because the block had weight for only a few draws.
    pub passed: u8,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            phase: Phase::Cheapest,
            next: Place::default(),
            spot: None,
            left: None,
            wasted: 0,
            best: Unmatched::NoDeviceOnline,
            fits: false,
            passed: 0,
        }
    }
}

/// A search that goes on in a later block.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// How far the search has got.
    pub progress: Progress,
    /// The first block in which there is something to do for it. Earlier releases wrote the block of its last step.
    // RELEASE-1: remove when release 3 is main (the last sentence)
    pub due: BlockNumber,
}
