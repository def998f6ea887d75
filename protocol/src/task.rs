//! What a task asks for, the states it goes through, and who is at fault when it fails.

use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
    content::{ContentId, PeerAddress},
    hashing::Hash,
    units::{Balance, BlockNumber, Gflops, Mebibytes, MegabitsPerSecond, Milliseconds},
};

/// Most peer addresses that a task or a provider gives.
pub const MAX_PEER_ADDRESSES: u32 = 8;

/// The addresses at which blobs can be fetched.
pub type PeerAddresses = BoundedVec<PeerAddress, ConstU32<MAX_PEER_ADDRESSES>>;

/// Longest message a failure carries on chain, in bytes of UTF-8. The whole log is on IPFS.
pub const MAX_FAILURE_MESSAGE_BYTES: u32 = 256;

/// A short message for a person.
pub type FailureMessage = BoundedVec<u8, ConstU32<MAX_FAILURE_MESSAGE_BYTES>>;

macro_rules! plain {
	($(#[$doc:meta])* enum $name:ident { $($body:tt)* }) => {
		$(#[$doc])*
		#[derive(
			Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
			Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
		)]
		#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
		#[cfg_attr(feature = "std", serde(rename_all = "kebab-case"))]
		pub enum $name { $($body)* }
	};
}

mod fault;

pub use fault::{Blame, Fault};

plain! {
    /// Native code that can run one kind of program.
    enum Engine {
        /// OpenCL C 1.2 kernels.
        #[cfg_attr(feature = "std", serde(rename = "opencl"))]
        OpenCl,
    }
}

plain! {
    /// How far results of a program can be compared bit for bit.
    enum DeterminismClass {
        /// Integers only: exact everywhere.
        Int,
        /// IEEE 754 single precision, strictly: exact on conformant devices.
        Fp32Strict,
        /// Exact only among equal platform, driver and device.
        Device,
    }
}

/// Who may see a task's data.
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
#[cfg_attr(
    feature = "std",
    serde(rename_all = "kebab-case", rename_all_fields = "camelCase")
)]
pub enum Privacy {
    /// Everybody.
    Public,
    /// Everybody to whom the requester grants the data key; see [`crate::sealing`].
    Sealed {
        /// [`crate::sealing::key_commitment`] of the data key.
        #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
        key_commitment: Hash,
    },
}

impl Privacy {
    /// Whether only those to whom the requester grants the key can read the data.
    pub fn is_sealed(&self) -> bool {
        matches!(self, Self::Sealed { .. })
    }
}

/// What a device must have to be eligible.
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
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct Needs {
    /// The engine that runs the program.
    pub engine: Engine,
    /// The class in which its results must be reproducible.
    pub class: DeterminismClass,
    /// Computing power, measured.
    pub gflops: Gflops,
    /// Device memory.
    pub memory: Mebibytes,
    /// Network bandwidth, as providers declare it.
    pub bandwidth: MegabitsPerSecond,
    /// Lowest reputation of the provider, in the unit of [`crate::device::Reputation`].
    pub min_reputation: crate::device::Reputation,
}

/// How the chain decides that a result is right.
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
#[cfg_attr(
    feature = "std",
    serde(rename_all = "kebab-case", rename_all_fields = "camelCase")
)]
pub enum Verification {
    /// Settled in the block of the reveal if the revealed root matches.
    Expected {
        /// [`crate::commitment::expected_root_hash`] of the result root.
        #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
        root_hash: Hash,
    },
    /// Settled when the window ends undisputed, or the requester accepts.
    Optimistic {
        /// Length of the window after the reveal.
        window: Milliseconds,
    },
    /// Settled when `quorum` of `replicas` independent providers reveal equal roots.
    Replicated {
        /// Independent providers that run the task: a number within [`REPLICAS`].
        replicas: u8,
        /// The number of equal roots that settles the task: see [`is_majority`].
        quorum: u8,
    },
    /// Settled when a zero-knowledge proof for the registered circuit verifies.
    Proof {
        /// The circuit's number.
        circuit: u32,
    },
}

/// The allowed numbers of replicas in `replicated`. The limit is low because each replica is paid, and all of them are
/// decided in one block.
pub const REPLICAS: core::ops::RangeInclusive<u8> = 2..=5;

/// Whether `quorum` is more than half of `replicas`, and not more than all of them.
pub fn is_majority(quorum: u8, replicas: u8) -> bool {
    quorum <= replicas && u16::from(quorum).saturating_mul(2) > u16::from(replicas)
}

impl Verification {
    /// The number of independent providers that run the task in this mode.
    pub fn replicas(&self) -> u8 {
        match self {
            Self::Replicated { replicas, .. } => *replicas,
            Self::Expected { .. } | Self::Optimistic { .. } | Self::Proof { .. } => 1,
        }
    }

    /// Whether results are audited, because the chain cannot verify them by itself.
    pub fn is_audited(&self) -> bool {
        match self {
            Self::Optimistic { .. } | Self::Replicated { .. } => true,
            Self::Expected { .. } | Self::Proof { .. } => false,
        }
    }

    /// The number of results that have to be equal.
    pub fn quorum(&self) -> u8 {
        match self {
            Self::Replicated { quorum, .. } => *quorum,
            Self::Expected { .. } | Self::Optimistic { .. } | Self::Proof { .. } => 1,
        }
    }
}

plain! {
    /// The purpose for which a provider runs a task. The work is the same for all roles, but its effect is not.
    enum Role {
        /// To deliver the result, and to be paid for it.
        Replica,
        /// To check a replica before it reveals.
        Auditor,
        /// To decide a dispute.
        Juror,
        /// To decide an unavailable claim: a juror that fetches a result, and runs nothing.
        Fetcher,
    }
}

impl Role {
    /// Whether the output has to be served. An assignment that only compares keeps its output to itself.
    pub fn delivers(self) -> bool {
        matches!(self, Self::Replica)
    }

    /// Whether the role is a juror's, of a dispute or of an unavailable claim.
    pub fn judges(self) -> bool {
        matches!(self, Self::Juror | Self::Fetcher)
    }
}

/// What a requester submits.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct Submission {
    /// The manifest `aicpw.task/v1`, on IPFS.
    pub manifest: ContentId,
    /// What a device must have.
    pub needs: Needs,
    /// Longest run, from `start` to the commit.
    pub time_limit: Milliseconds,
    /// Most that the requester pays for all replicas together, including audits.
    #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
    pub budget: Balance,
    /// How long the task may wait for a device before it is refunded.
    pub match_window: Milliseconds,
    /// How the result is verified.
    pub verification: Verification,
    /// Who may see the data.
    pub privacy: Privacy,
    /// Where manifest, program and inputs can be fetched.
    #[cfg_attr(feature = "std", serde(with = "crate::json::peers"))]
    pub peers: PeerAddresses,
}

impl Submission {
    /// The most of the budget that one provider can get: the same for each replica.
    pub fn budget_each(&self) -> Balance {
        let replicas = self.verification.replicas().max(1);
        self.budget / Balance::from(replicas)
    }
}

plain! {
    /// Why a task is not matched now: the first need, in this order, that no device met.
    enum Unmatched {
        /// No device is online at all.
        NoDeviceOnline,
        /// No device has the engine and the determinism class.
        Class,
        /// No device has the same platform, driver and device name as the one that the first replica of class `device`
        /// runs on.
        SameDevice,
        /// No device is powerful enough.
        Gflops,
        /// No device has the memory, or those that have it need it for what they run.
        Memory,
        /// No device has the bandwidth.
        Bandwidth,
        /// No device's provider has the reputation.
        Reputation,
        /// The devices that fit ask more than the budget pays.
        Budget,
        /// The devices that fit belong to the requester, or to providers that already had the task.
        Independence,
        /// The providers of the devices that fit have too little free stake for the locks.
        Stake,
        /// The devices that fit have no free slot, or cool down.
        Busy,
    }
}

/// The progress of a job.
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
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct Progress {
    /// Kernel launches that are done.
    pub steps_done: u64,
    /// All kernel launches; zero as long as the number is not known, which is while the program is built.
    pub steps_total: u64,
}

/// State of an assignment.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "std",
    serde(
        rename_all = "kebab-case",
        rename_all_fields = "camelCase",
        tag = "state"
    )
)]
pub enum AssignmentStatus {
    /// Matched, and the task is sealed: the requester has to grant the data key. → `Assigned`
    /// (`grant_key`), `Failed`, `Cancelled`.
    AwaitingKey {
        /// The last block in which `grant_key` is accepted.
        grant_by: BlockNumber,
        /// The provider's sealing key (x25519) at the match: the data key has to be sealed to it.
        #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
        recipient: Hash,
    },
    /// Matched, and the provider can read the data, which it now fetches. → `Running` (`start`), `Failed`, `Cancelled`.
    Assigned {
        /// Last block in which `start` is accepted.
        start_by: BlockNumber,
    },
    /// The job runs. → `Committed` (`commit_result`), `Failed`, `Cancelled`.
    Running {
        /// Last block in which progress or the commit is accepted without a fault.
        progress_by: BlockNumber,
        /// Last block in which the commit is accepted: the time limit.
        commit_by: BlockNumber,
        /// The last reported progress.
        progress: Progress,
        /// Progress reports so far; bounded.
        reports: u32,
    },
    /// Committed, but the result is still hidden. → `Revealed` (`reveal_result`), `Failed`, `Cancelled`.
    Committed {
        /// See [`crate::commitment::result_commitment`].
        #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
        commitment: Hash,
        /// The block of the commit.
        at: BlockNumber,
        /// Last block in which the reveal is accepted; `None` as long as a reveal would be too early, because others
        /// have not committed yet, or because an audit is not decided yet.
        reveal_by: Option<BlockNumber>,
    },
    /// The result is open. → `Settled` (verified), `Failed` (proven wrong), `Cancelled` (the task ended without a
    /// result).
    Revealed {
        /// The opening.
        opening: crate::commitment::ResultOpening,
        /// The block of the reveal.
        at: BlockNumber,
    },
    /// Paid. Final.
    Settled {
        /// The opening.
        opening: crate::commitment::ResultOpening,
        /// The block of the settlement.
        at: BlockNumber,
    },
    /// Ended without pay. Final.
    Failed {
        /// Why.
        fault: Fault,
        /// The block in which it ended.
        at: BlockNumber,
        /// The worker's log on IPFS, if it gave one.
        log: Option<ContentId>,
        /// The worker's short message; empty if it gave none.
        #[cfg_attr(feature = "std", serde(with = "crate::json::text"))]
        message: FailureMessage,
    },
    /// No longer needed. Final.
    Cancelled {
        /// The block in which it ended.
        at: BlockNumber,
    },
}

plain! {
    /// Why a task ended without a result.
    enum Refunded {
        /// No device was found within the match window.
        MatchWindowEnded,
        /// The last of the allowed attempts failed.
        AttemptsExhausted,
        /// Independent providers reported the same fault. The requester pays their base fee.
        FaultConfirmed,
        /// The requester granted no data key. It pays the provider's base fee.
        NoKey,
        /// The replicas have no majority.
        NoQuorum,
        /// A dispute ended without a verdict: there were too few jurors, or they had no majority. Or the jury was kept
        /// from its work; then the requester has paid each provider that revealed.
        NoVerdict,
    }
}

/// State of a task.
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
#[cfg_attr(
    feature = "std",
    serde(
        rename_all = "kebab-case",
        rename_all_fields = "camelCase",
        tag = "state"
    )
)]
pub enum TaskStatus {
    /// In the matching queue. Other replicas of the task may run. → `Active` (all are matched), `Parked`, `Cancelled`,
    /// `Refunded`.
    Queued {
        /// When the match window ends.
        match_by: BlockNumber,
    },
    /// No device fits now; the task waits for a change. → `Queued`, `Active`, `Cancelled`, `Refunded`.
    Parked {
        /// When the match window ends.
        match_by: BlockNumber,
        /// Why nothing fits.
        reason: Unmatched,
    },
    /// All replicas are on devices, or wait for an audit. → `Verifying`, `Settled`, `Disputed` (the replicas have no
    /// majority, or an auditor found another root), `Queued` (one failed, or another one has to decide), `Refunded`.
    Active,
    /// Revealed, and the window of `optimistic` is open. → `Settled`, `Disputed`.
    Verifying {
        /// Settled in this block, if nothing happens.
        settle_at: BlockNumber,
    },
    /// A jury decides. → `Settled`, `Queued` (the verdict is against the provider), `Refunded` (there
    /// is no verdict; or it is against the last provider).
    Disputed,
    /// Paid; the result is in the assignments. Final. Replicas that have committed and were not needed
    /// for the quorum still reveal, and are paid or lose their locks.
    Settled {
        /// When.
        at: BlockNumber,
        /// What the requester has paid, fees and audit cost included.
        #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
        paid: Balance,
    },
    /// Cancelled by the requester before it was matched. Final.
    Cancelled {
        /// When.
        at: BlockNumber,
    },
    /// Ended without a result; the escrow went back. Final.
    Refunded {
        /// When.
        at: BlockNumber,
        /// Why.
        reason: Refunded,
    },
}
