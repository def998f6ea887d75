//! What a device says of itself, and what the chain keeps of its provider.

use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
    hashing::Hash,
    task::{DeterminismClass, Engine},
    units::{Gflops, Mebibytes, MegabitsPerSecond},
};

/// Reputation of a provider in thousandths: 0 (worst) to 1,000 (best); 500 is where one starts.
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
    /// Where a new provider starts.
    pub const START: Self = Self(500);
    /// The best there is.
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
    /// Says which device of its machine it is, and which others are equal: see [`fingerprint()`]. Memory is no part
    /// of it.
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

/// The fingerprint of a device: 31 bytes of the hash of what is equal for devices that class `device` takes for equal
/// (platform, driver version, device name), and in the last byte which of its machine's such devices it is. Beyond 256 of
/// them the fingerprint is that of the last.
pub fn fingerprint(kind: &Hash, position: usize) -> Hash {
    let mut fingerprint = *kind;
    if let Some(last) = fingerprint.last_mut() {
        *last = u8::try_from(position).unwrap_or(u8::MAX);
    }
    fingerprint
}

/// Whether two fingerprints are those of equal devices, wherever these are in their machines.
pub fn are_equal_devices(one: &Hash, other: &Hash) -> bool {
    fingerprint(one, 0) == fingerprint(other, 0)
}

/// Missed deadlines that count: after as many a device has a hundredth of what was measured.
pub const MAX_MISSED_DEADLINES: u8 = 16;

/// The computing power that a device counts for in matching, after so many missed deadlines: three
/// quarters of it less for each, and never nothing. So a spec that promises too much soon promises
/// what the device keeps.
pub fn effective_gflops(measured: Gflops, missed: u8) -> Gflops {
    let left = (0..missed.min(MAX_MISSED_DEADLINES)).fold(measured.0, |left, _| left - left / 4);
    Gflops(left.max(1))
}

/// Whether a job that asked for `needed` and ended in its time makes up for a missed deadline: one
/// that asked for three quarters of what the device counts for, or more.
pub fn makes_up(measured: Gflops, missed: u8, needed: Gflops) -> bool {
    missed > 0 && needed >= effective_gflops(measured, missed.saturating_add(1))
}

/// How many jobs a device runs at once; at least one.
pub type Slots = u8;
