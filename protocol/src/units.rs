//! Units. Each is a newtype over the plain number that the chain stores.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// An amount of $AICP in its smallest unit: 10⁻¹⁸ AICP, as on BSC.
pub type Balance = u128;

/// Height of a block.
pub type BlockNumber = u32;

/// One AICP in its smallest unit.
pub const AICP: Balance = 1_000_000_000_000_000_000;

macro_rules! unit {
	($(#[$doc:meta])* $name:ident($inner:ty)) => {
		$(#[$doc])*
		#[derive(
			Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
			Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default,
		)]
		#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
		#[cfg_attr(feature = "std", serde(transparent))]
		pub struct $name(pub $inner);

		impl core::fmt::Display for $name {
			fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
				self.0.fmt(f)
			}
		}
	};
}

unit! {
    /// Computing power: 10⁹ floating-point (or, in class `int`, integer) operations per second.
    Gflops(u64)
}
unit! {
    /// A span of time in milliseconds.
    Milliseconds(u64)
}
/// The time between blocks at which consensus aims, in milliseconds. The chain computes with a value of its own
/// configuration, which is this one.
pub const BLOCK_TIME: u64 = 250;

impl Milliseconds {
    /// This span in blocks of `block_time` milliseconds, rounded up. Saturates.
    pub fn in_blocks(self, block_time: u64) -> BlockNumber {
        let blocks = self.0.div_ceil(block_time.max(1));
        BlockNumber::try_from(blocks).unwrap_or(BlockNumber::MAX)
    }
}
unit! {
    /// Device memory in units of 2²⁰ bytes.
    Mebibytes(u64)
}
unit! {
    /// Network bandwidth in 10⁶ bits per second.
    MegabitsPerSecond(u32)
}
/// A device's ask: [`Balance`] per TFLOPS-hour.
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
pub struct AskPrice(#[cfg_attr(feature = "std", serde(with = "crate::json::amount"))] pub Balance);

impl core::fmt::Display for AskPrice {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(f)
    }
}
