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

/// Devices on a [`Page`].
pub const PAGE_SLOTS: u32 = 32;

/// Most pages of a bucket beside its first: with it, room for 262,176 devices on one tick in one cell.
pub const MAX_FURTHER_PAGES: u32 = 8_192;

/// What the book keeps of a device to compare it with a need without asking for its offer.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Listed {
    /// The device.
    pub device: DeviceId,
    /// Its measured computing power.
    pub gflops: Gflops,
    /// Its memory, but for what was in use when it was listed.
    pub memory: Mebibytes,
    /// Its bandwidth, as its provider declares it.
    pub bandwidth: MegabitsPerSecond,
    /// Its ask.
    pub ask: AskPrice,
}

impl Listed {
    /// What the book keeps of this listing.
    pub fn new(device: DeviceId, listing: &Listing) -> Self {
        Self {
            device,
            gflops: listing.spec.gflops,
            memory: listing.spec.memory,
            bandwidth: listing.spec.bandwidth,
            ask: listing.ask,
        }
    }

    /// The first need that the measured spec or the ask does not meet.
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

/// Up to 32 devices of a bucket. Each keeps its slot for as long as it is in the bucket.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct Page {
    /// Slots in use, a bit each.
    pub taken: u32,
    /// Slots whose device has a free slot for a job; a subset of `taken`.
    pub open: u32,
    /// By slot; what stands in a slot that is not taken means nothing.
    pub devices: BoundedVec<Listed, ConstU32<PAGE_SLOTS>>,
}

/// Bits by number, in words of 64.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct Bits(BoundedVec<u64, ConstU32<{ MAX_FURTHER_PAGES / 64 }>>);

impl Bits {
    /// Sets or clears a bit; past the bound nothing happens.
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

    /// The lowest set bit from `number` on.
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

/// The devices of one [`Place`]. The first page is kept inline, because most buckets are small.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct Bucket {
    /// Page zero.
    pub first: Page,
    /// Pages beside the first that were ever used; page numbers run from one to this.
    pub further: u16,
    /// Which of those have an open device; bit zero is page one.
    pub open: Bits,
    /// Which of those have room; bit zero is page one.
    pub room: Bits,
    /// Devices on all pages.
    pub devices: u32,
}

impl Bucket {
    /// Whether a device with a free slot is in it.
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

/// Which children of a node hold devices of a cell.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CellMasks {
    /// The cell.
    pub cell: Cell,
    /// Children that hold any device of it.
    pub online: u128,
    /// Children that hold an open device of it; a subset of `online`.
    pub open: u128,
}

/// A node of the book: for each cell that is present below it, in which of its 128 children.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct Node(pub BoundedVec<CellMasks, ConstU32<CELLS>>);

impl Node {
    /// What is below it of the cell.
    pub fn masks(&self, cell: Cell) -> CellMasks {
        match self.0.binary_search_by_key(&cell, |masks| masks.cell) {
            Ok(index) => self.0[index],
            Err(_) => CellMasks {
                cell,
                ..CellMasks::default()
            },
        }
    }

    /// Says what the child holds of the cell. Returns the cell's masks, and whether they changed.
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
            // There are no more cells than a node has room for.
            Err(index) if masks.online != 0 => {
                let _ = self.0.try_insert(index, masks);
            }
            Err(_) => (),
        }
        (masks, masks != before)
    }
}

/// What is in a segment.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Count {
    /// The segment.
    pub segment: Segment,
    /// Its devices.
    pub devices: u32,
    /// Its distinct cells: those of its root.
    pub cells: u16,
}

/// What is in the segments that are not empty.
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
            // There are no more segments than it has room for.
            Err(index) => {
                let _ = self.0.try_insert(index, count);
            }
        }
    }

    /// Devices in all segments.
    pub fn devices(&self) -> u32 {
        let counts = self.0.iter();
        counts.fold(0, |sum, count| sum.saturating_add(count.devices))
    }

    /// Cells of the segment that has the most.
    pub fn most_cells(&self) -> u32 {
        let counts = self.0.iter();
        counts.map(|count| count.cells.into()).max().unwrap_or(0)
    }

    /// Cells of all segments.
    pub fn cells(&self) -> u32 {
        let counts = self.0.iter();
        counts.fold(0, |sum, count| sum.saturating_add(count.cells.into()))
    }
}

/// Parked tasks that the same devices may wake.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Group {
    /// The engine they need.
    pub engine: Engine,
    /// The class they need.
    pub class: DeterminismClass,
    /// The lowest levels that may fit them.
    pub cell: Cell,
    /// The octave of the highest ask that they can pay.
    pub octave: u8,
}

/// A group as its directory knows it.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct GroupHead {
    /// See [`Group::cell`].
    pub cell: Cell,
    /// See [`Group::octave`].
    pub octave: u8,
    /// Its first task.
    pub oldest: TaskId,
}

/// Most groups per engine and class. Tasks that would need one more go to a group that every device
/// of the class may wake.
pub const MAX_GROUPS: u32 = 1_024;

/// The groups of one engine and class.
pub type Directory = BoundedVec<GroupHead, ConstU32<MAX_GROUPS>>;

/// The lists of ids that the pallet keeps.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum List {
    /// Tasks whose assignment failed: served first.
    Front,
    /// New and woken tasks.
    Back,
    /// Tasks whose search or draw goes on in a later block; each has a [`Cursor`].
    Slow,
    /// All parked tasks.
    Parked,
    /// The parked tasks of one group.
    Group(Group),
    /// Devices that have come into the book, or got a slot or stake free, while tasks were parked.
    Fresh,
    /// As `Slow`, of tasks that an auditor or a juror is wanted for. They go before those.
    Urgent,
    /// Devices that were fresh and fitted none of the oldest parked tasks. They are compared with the others.
    Late,
}

impl List {
    /// Whether it is not always served from its first on, but from where it was left.
    pub fn is_served_in_turns(self) -> bool {
        matches!(self, Self::Slow | Self::Urgent | Self::Late)
    }
}

/// 128 consecutive ids of a list; the words of a list are linked in the order of their ids.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Word {
    /// Which ids are in the list; never zero in storage.
    pub bits: u128,
    /// The word before.
    pub prev: Option<u64>,
    /// The word after.
    pub next: Option<u64>,
}

/// First and last word of a list that is not empty.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ends {
    /// The first word.
    pub head: u64,
    /// The last word.
    pub tail: u64,
}

/// How a search proceeds.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Phase {
    /// Cheapest first, among all that may fit.
    #[default]
    Cheapest,
    /// Only those that fit for sure: too many of the cheap ones were looked at in vain.
    Sure,
    /// The others, from where the first phase left off.
    Rest,
}

/// Where in a bucket a search is: slots are numbered through its pages, and tried in a circle.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spot {
    /// Where it began.
    pub start: u32,
    /// What it tries next.
    pub next: u32,
    /// Whether it has come to the end and begun again at zero.
    pub wrapped: bool,
}

/// How far a search is.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// The bucket it tries next, or is in.
    pub next: Place,
    /// Where it is in that bucket.
    pub spot: Option<Spot>,
    /// Where the first phase was left.
    pub left: Option<(Place, Option<Spot>)>,
    /// Looks at devices that might have fitted, in vain.
    pub wasted: u8,
    /// How far down the needs the best device came so far.
    pub best: Unmatched,
    /// Of a task for which a device is drawn: whether the search has found one that fits. Then it is over.
    pub fits: bool,
    /// How often it was passed over because there was weight for few draws only.
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
    /// How far it is.
    pub progress: Progress,
    /// The first block in which there is something to do for it. Earlier releases wrote the block of its last step.
    // RELEASE-1: remove when release 3 is main (the last sentence)
    pub due: BlockNumber,
}
