//! Identifiers.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

macro_rules! id {
	($(#[$doc:meta])* $name:ident) => {
		$(#[$doc])*
		#[derive(
			Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
			Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default,
		)]
		#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
		#[cfg_attr(feature = "std", serde(transparent))]
		pub struct $name(pub u64);

		impl core::fmt::Display for $name {
			fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
				self.0.fmt(f)
			}
		}
	};
}

id! {
    /// A task. Tasks are counted from zero in the order of submission, so the id is also the place in the history.
    TaskId
}
id! {
    /// A device. Devices are counted from zero in the order of registration. Ids are never reused.
    DeviceId
}

/// One replica of a task on one device, in one attempt.
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
    Hash,
    Debug,
    Default,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct AssignmentId {
    /// The task that the assignment belongs to.
    pub task: TaskId,
    /// The number of the seat on the task, from zero: replicas first, then auditors, jurors and fetchers.
    pub replica: u8,
    /// The number of the attempt at this seat, from zero.
    pub attempt: u8,
}

impl core::fmt::Display for AssignmentId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}-{}-{}", self.task, self.replica, self.attempt)
    }
}
