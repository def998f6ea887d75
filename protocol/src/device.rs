//! What a device reports about itself, and what the chain records about its provider.

use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
    hashing::Hash,
    task::{DeterminismClass, Engine},
    units::{Gflops, Mebibytes, MegabitsPerSecond},
};

/// Reputation of a provider in thousandths: 0 (worst) to 1,000 (best); a new provider has 500.
#[derive(
    Encode,
    Decode,
    DecodeWithMemTracking,
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
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(transparent))]
pub struct Reputation(pub u16);

impl Reputation {
    /// The reputation of a new provider.
    pub const START: Self = Self(500);
    /// The best reputation.
    pub const MAX: Self = Self(1_000);
}

/// The kind of a device.
#[derive(
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "kebab-case"))]
pub enum DeviceKind {
    /// A processor.
    Cpu,
    /// A graphics processor.
    Gpu,
    /// A TPU or another accelerator.
    Accelerator,
}

/// A set of determinism classes.
#[derive(
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
    Default,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct ClassSet {
    /// [`DeterminismClass::Int`].
    pub int: bool,
    /// [`DeterminismClass::Fp32Strict`].
    pub fp32_strict: bool,
    /// [`DeterminismClass::Device`].
    pub device: bool,
}

impl ClassSet {
    /// Whether the class is in the set.
    pub fn contains(self, class: DeterminismClass) -> bool {
        match class {
            DeterminismClass::Int => self.int,
            DeterminismClass::Fp32Strict => self.fp32_strict,
            DeterminismClass::Device => self.device,
        }
    }
}

/// Longest device name in bytes of UTF-8.
pub const MAX_DEVICE_NAME_BYTES: u32 = 96;

/// A device's measured spec.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct DeviceSpec {
    /// Its kind.
    pub kind: DeviceKind,
    /// The engine that drives it.
    pub engine: Engine,
    /// As the driver names it, UTF-8.
    #[cfg_attr(feature = "std", serde(with = "crate::json::text"))]
    pub name: BoundedVec<u8, ConstU32<MAX_DEVICE_NAME_BYTES>>,
    /// Identifies the device within its machine, and shows which other devices are equal: see [`fingerprint()`]. Memory
    /// is not part of it.
    #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
    pub fingerprint: Hash,
    /// The classes for which it passed the conformance run.
    pub classes: ClassSet,
    /// Measured computing power.
    pub gflops: Gflops,
    /// Memory that a job can use.
    pub memory: Mebibytes,
    /// Network bandwidth, as the provider declares it; nobody measures it.
    pub bandwidth: MegabitsPerSecond,
}

/// The fingerprint of a device: 31 bytes of the hash of what devices must have in common to be equal in class `device`
/// (platform, driver version, device name). The last byte is the device's number among such devices of its machine.
/// From the 256th device on, all fingerprints are the same.
pub fn fingerprint(kind: &Hash, position: usize) -> Hash {
    let mut fingerprint = *kind;
    if let Some(last) = fingerprint.last_mut() {
        *last = u8::try_from(position).unwrap_or(u8::MAX);
    }
    fingerprint
}

/// Whether two fingerprints belong to equal devices, wherever these are in their machines.
pub fn are_equal_devices(one: &Hash, other: &Hash) -> bool {
    fingerprint(one, 0) == fingerprint(other, 0)
}

/// The most missed deadlines that count. After this many, a device counts for a hundredth of what was measured.
pub const MAX_MISSED_DEADLINES: u8 = 16;

/// The computing power that a device counts for in matching, after this many missed deadlines. Each one takes away a
/// quarter of what is left, but never everything. So a spec that promises too much soon promises what the device
/// delivers.
pub fn effective_gflops(measured: Gflops, missed: u8) -> Gflops {
    let left = (0..missed.min(MAX_MISSED_DEADLINES)).fold(measured.0, |left, _| left - left / 4);
    Gflops(left.max(1))
}

/// Whether a job that asked for `needed` and ended in time makes up for a missed deadline. It does if it asked for at
/// least three quarters of what the device counts for.
pub fn makes_up(measured: Gflops, missed: u8, needed: Gflops) -> bool {
    missed > 0 && needed >= effective_gflops(measured, missed.saturating_add(1))
}

/// The number of jobs that a device runs at once; at least one.
pub type Slots = u8;
