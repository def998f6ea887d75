//! The arithmetic of buckets: the levels of a device's qualities, the tick of its ask, and the place
//! in the book that follows from them.
//!
//! Every quality of a device is rounded *down* to a level. A need is turned into two levels. A device
//! at or above `floor` may fit: on the level of the need itself, only an exact comparison can tell. A
//! device at or above `sure` certainly fits.

use aicpw_primitives::traits::Listing;
use aicpw_protocol::{
    device::{DeviceSpec, Reputation},
    task::{DeterminismClass, Engine, Needs},
    units::AICP,
    AskPrice, Balance, Gflops, Mebibytes, MegabitsPerSecond,
};
use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// The lower bounds of the GFLOPS levels above the lowest: octaves from 64 GFLOPS to 1 PFLOPS.
const GFLOPS: [u64; 15] = {
    let mut bounds = [0; 15];
    let mut level = 0;
    while level < bounds.len() {
        bounds[level] = 64 << level;
        level += 1;
    }
    bounds
};

/// The lower bounds of the memory levels in MiB: octaves from 1 GiB to 64 GiB. A board reports a
/// little less memory than it is sold with, so the usual sizes lie at the upper ends of levels.
const MEMORY: [u64; 7] = [1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536];

/// The lower bounds of the bandwidth levels in Mbit/s.
const BANDWIDTH: [u64; 3] = [10, 100, 1_000];

/// The lower bounds of the reputation levels. Beginners have a level of their own, so that a crowd of
/// new identities is never in the way of a task that wants more than a beginner.
const REPUTATION: [u64; 3] = [
    Reputation::START.0 as u64,
    Reputation::START.0 as u64 + 1,
    750,
];

/// The lower bounds of the free stake levels: decades from 1 AICP to 1,000,000 AICP.
const STAKE: [u128; 7] = [
    AICP,
    10 * AICP,
    100 * AICP,
    1_000 * AICP,
    10_000 * AICP,
    100_000 * AICP,
    1_000_000 * AICP,
];

/// The number of distinct [`Cell`]s, and so the most cells in a node of the book.
pub const CELLS: u32 = 4 * 8 * 16 * 8 * 4;

/// The number of ticks in an octave of asks. A tick is less than 0.8 % wide.
pub const TICKS_PER_OCTAVE: u16 = 128;

fn floor_level<N: Copy + Ord>(bounds: &[N], value: N) -> u8 {
    bounds.partition_point(|bound| *bound <= value) as u8
}

/// The lowest level on which every quality is at least `value`; one past the highest level if there is
/// none.
fn sure_level<N: Copy + Ord + Default>(bounds: &[N], value: N) -> u8 {
    if value == N::default() {
        return 0;
    }
    1 + bounds.partition_point(|bound| *bound < value) as u8
}

/// A level for each quality of a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Levels {
    /// Reputation of the provider, 0 to 3.
    pub reputation: u8,
    /// Free stake of the provider, 0 to 7.
    pub stake: u8,
    /// Computing power, 0 to 15.
    pub gflops: u8,
    /// Memory, 0 to 7.
    pub memory: u8,
    /// Bandwidth, 0 to 3.
    pub bandwidth: u8,
}

impl Levels {
    /// The reputation level of beginners. A provider at or above it is no worse than a beginner.
    pub const BEGINNER: u8 = 1;

    /// The lowest level of each quality.
    pub const LOWEST: Self = Self {
        reputation: 0,
        stake: 0,
        gflops: 0,
        memory: 0,
        bandwidth: 0,
    };

    /// The levels of a device.
    pub fn of_device(spec: &DeviceSpec, reputation: Reputation, free_stake: Balance) -> Self {
        Self::floor(
            spec.gflops,
            spec.memory,
            spec.bandwidth,
            reputation,
            free_stake,
        )
    }

    /// The lowest levels on which a device may meet the needs and have this much free stake.
    pub fn floor_of(needs: &Needs, stake: Balance) -> Self {
        Self::floor(
            needs.gflops,
            needs.memory,
            needs.bandwidth,
            needs.min_reputation,
            stake,
        )
    }

    fn floor(
        gflops: Gflops,
        memory: Mebibytes,
        bandwidth: MegabitsPerSecond,
        reputation: Reputation,
        stake: Balance,
    ) -> Self {
        Self {
            reputation: floor_level(&REPUTATION, u64::from(reputation.0)),
            stake: floor_level(&STAKE, stake),
            gflops: floor_level(&GFLOPS, gflops.0),
            memory: floor_level(&MEMORY, memory.0),
            bandwidth: floor_level(&BANDWIDTH, u64::from(bandwidth.0)),
        }
    }

    /// The lowest levels on which every device meets the needs and has this much free stake.
    /// A level past the highest means that there is no such device.
    pub fn sure_of(needs: &Needs, stake: Balance) -> Self {
        Self {
            reputation: sure_level(&REPUTATION, u64::from(needs.min_reputation.0)),
            stake: sure_level(&STAKE, stake),
            gflops: sure_level(&GFLOPS, needs.gflops.0),
            memory: sure_level(&MEMORY, needs.memory.0),
            bandwidth: sure_level(&BANDWIDTH, u64::from(needs.bandwidth.0)),
        }
    }

    /// Whether each level is at least that of `other`.
    pub fn dominates(&self, other: &Self) -> bool {
        self.reputation >= other.reputation
            && self.stake >= other.stake
            && self.gflops >= other.gflops
            && self.memory >= other.memory
            && self.bandwidth >= other.bandwidth
    }
}

/// [`Levels`] in 14 bits, in the order in which matching tries them at one tick: high reputation
/// first, then the least sufficient device, so that large devices are left to tasks that need them.
#[derive(
    Encode,
    Decode,
    MaxEncodedLen,
    TypeInfo,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Default,
)]
pub struct Cell(pub u16);

impl From<Levels> for Cell {
    fn from(levels: Levels) -> Self {
        Self(
            u16::from(3 - levels.reputation.min(3)) << 12
                | u16::from(levels.stake.min(7)) << 9
                | u16::from(levels.gflops.min(15)) << 5
                | u16::from(levels.memory.min(7)) << 2
                | u16::from(levels.bandwidth.min(3)),
        )
    }
}

impl From<Cell> for Levels {
    fn from(Cell(bits): Cell) -> Self {
        let field = |shift: u16, mask: u16| (bits >> shift & mask) as u8;
        Self {
            reputation: 3 - field(12, 3),
            stake: field(9, 7),
            gflops: field(5, 15),
            memory: field(2, 7),
            bandwidth: field(0, 3),
        }
    }
}

/// An ask on a logarithmic scale: 128 steps per factor of two. Asks on one tick count as equal.
#[derive(
    Encode,
    Decode,
    MaxEncodedLen,
    TypeInfo,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Default,
)]
pub struct Tick(pub u16);

impl From<AskPrice> for Tick {
    fn from(ask: AskPrice) -> Self {
        let value = ask.0.max(1);
        let zeros = value.leading_zeros();
        let octave = (Balance::BITS - 1 - zeros) as u16;
        // The seven bits after the leading one.
        let step = (value << zeros >> (Balance::BITS - 8)) as u16 % TICKS_PER_OCTAVE;
        Self(octave * TICKS_PER_OCTAVE + step)
    }
}

impl Tick {
    /// The octave of the tick, 0 to 127: the power of two at or below its asks.
    pub fn octave(self) -> u8 {
        (self.0 / TICKS_PER_OCTAVE) as u8
    }

    /// The number of the tick in its octave, 0 to 127.
    pub fn step(self) -> u8 {
        (self.0 % TICKS_PER_OCTAVE) as u8
    }

    /// Whether `ask`, which is on this tick, is the highest ask of the tick.
    pub fn ends_at(self, ask: AskPrice) -> bool {
        ask.0
            .checked_add(1)
            .is_none_or(|next| Self::from(AskPrice(next)) > self)
    }
}

/// The devices of one engine and one set of determinism classes. They have a tree of their own in the
/// book, so that the search is exact in engine and class.
#[derive(
    Encode,
    Decode,
    MaxEncodedLen,
    TypeInfo,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Default,
)]
pub struct Segment(pub u8);

const fn class_bit(class: DeterminismClass) -> u8 {
    match class {
        DeterminismClass::Int => 1,
        DeterminismClass::Fp32Strict => 2,
        DeterminismClass::Device => 4,
    }
}

const CLASSES: [DeterminismClass; 3] = [
    DeterminismClass::Int,
    DeterminismClass::Fp32Strict,
    DeterminismClass::Device,
];

const fn engine_bits(engine: Engine) -> u8 {
    match engine {
        Engine::OpenCl => 0,
    }
}

impl Segment {
    /// The segment of a device; `None` if it has passed for no class and so can run nothing.
    pub fn of(spec: &DeviceSpec) -> Option<Self> {
        let classes = CLASSES
            .into_iter()
            .filter(|class| spec.classes.contains(*class))
            .fold(0, |bits, class| bits | class_bit(class));
        (classes != 0).then_some(Self(engine_bits(spec.engine) << 3 | classes))
    }

    /// Whether the devices of the segment have the engine and the class.
    pub fn runs(self, engine: Engine, class: DeterminismClass) -> bool {
        self.0 >> 3 == engine_bits(engine) && self.0 & class_bit(class) != 0
    }

    /// The classes of the devices of the segment.
    pub fn classes(self) -> impl Iterator<Item = DeterminismClass> {
        CLASSES
            .into_iter()
            .filter(move |class| self.0 & class_bit(*class) != 0)
    }
}

/// The place of a bucket in the book: tick, cell and segment in 14 + 14 + 8 bits. Places are ordered
/// as matching tries the buckets: by tick, then by [`Cell`], then by segment.
#[derive(
    Encode,
    Decode,
    MaxEncodedLen,
    TypeInfo,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Default,
)]
pub struct Place(u64);

impl From<Place> for u64 {
    fn from(place: Place) -> Self {
        place.0
    }
}

impl Place {
    /// The place with this tick, cell and segment.
    pub fn new(tick: Tick, cell: Cell, segment: Segment) -> Self {
        Self(u64::from(tick.0) << 24 | u64::from(cell.0) << 8 | u64::from(segment.0))
    }

    /// The place of a device; `None` if it can run nothing.
    pub fn of_device(
        spec: &DeviceSpec,
        ask: AskPrice,
        reputation: Reputation,
        free_stake: Balance,
    ) -> Option<Self> {
        let cell = Levels::of_device(spec, reputation, free_stake).into();
        Some(Self::new(ask.into(), cell, Segment::of(spec)?))
    }

    /// Whether the spec and the ask of a device belong to this place. Reputation and free stake are not
    /// compared.
    pub fn suits(self, listing: &Listing) -> bool {
        let Levels {
            reputation: _,
            stake: _,
            gflops,
            memory,
            bandwidth,
        } = self.cell().into();
        let levels = Levels::of_device(&listing.spec, Reputation(0), 0);
        (gflops, memory, bandwidth) == (levels.gflops, levels.memory, levels.bandwidth)
            && self.tick() == Tick::from(listing.ask)
            && Segment::of(&listing.spec) == Some(self.segment())
    }

    /// The first place of an octave.
    pub fn start_of_octave(octave: u8) -> Self {
        Self((u64::from(octave) * u64::from(TICKS_PER_OCTAVE)) << 24)
    }

    /// The next place.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The tick of its asks.
    pub fn tick(self) -> Tick {
        Tick((self.0 >> 24) as u16)
    }

    /// The cell of its devices.
    pub fn cell(self) -> Cell {
        Cell((self.0 >> 8) as u16)
    }

    /// The segment of its devices.
    pub fn segment(self) -> Segment {
        Segment(self.0 as u8)
    }
}
