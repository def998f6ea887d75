//! The statements that a worker key signs. They reach the chain as general transactions without a
//! fee (`#[pallet::authorize]`), so each one is bound to the chain, to its subject and to a recent
//! block.

use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
    commitment::ResultOpening,
    conformance::Run,
    content::ContentId,
    hashing::{hash_in, Hash},
    ids::{AssignmentId, DeviceId},
    task::{FailureMessage, Fault, Progress},
    trace::TraceOpening,
    units::BlockNumber,
};

const STATEMENT: &str = "aicpw 2026 worker statement v1";

/// Most devices that a statement names.
pub const MAX_NAMED_DEVICES: u32 = 16;

/// Devices of a provider that its node cannot find.
pub type MissingDevices = BoundedVec<DeviceId, ConstU32<MAX_NAMED_DEVICES>>;

/// A statement of a worker. `AccountId` is the provider's.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug,
)]
pub enum Statement<AccountId> {
    /// The key agrees to act for this provider (proof of possession).
    Join {
        /// The provider.
        provider: AccountId,
    },
    /// The provider's devices are online in this heartbeat period.
    Heartbeat {
        /// The provider.
        provider: AccountId,
        /// `block / HeartbeatPeriod`.
        period: BlockNumber,
    },
    /// The job has what it needs and starts.
    Start {
        /// Which.
        assignment: AssignmentId,
    },
    /// The job is this far.
    Progress {
        /// Which.
        assignment: AssignmentId,
        /// How far.
        progress: Progress,
    },
    /// The job is done; this is the commitment, which hides the result.
    Commit {
        /// Which.
        assignment: AssignmentId,
        /// See [`crate::commitment::result_commitment`].
        commitment: Hash,
    },
    /// The worker opens the commitment.
    Reveal {
        /// Which.
        assignment: AssignmentId,
        /// The opening.
        opening: ResultOpening,
    },
    /// The job cannot be done.
    Fail {
        /// Which.
        assignment: AssignmentId,
        /// Why; one that [`Fault::is_reported_by_worker`].
        fault: Fault,
        /// The log on IPFS.
        log: Option<ContentId>,
        /// A short message for the requester.
        message: FailureMessage,
    },
    /// The device did its conformance run.
    Answer {
        /// Which.
        device: DeviceId,
        /// The run that it had to compute. An answer to another run does not count.
        run: Run,
        /// [`Answer::hash`](crate::conformance::Answer::hash) of what it computed.
        answer: Hash,
    },
    /// The worker opens the trace of a result that is disputed.
    OpenTrace {
        /// Which.
        assignment: AssignmentId,
        /// The opening.
        opening: TraceOpening,
    },
    /// A heartbeat of a node that cannot find all of the provider's devices.
    HeartbeatWithout {
        /// The provider.
        provider: AccountId,
        /// `block / HeartbeatPeriod`.
        period: BlockNumber,
        /// The devices that the node cannot find.
        missing: MissingDevices,
    },
    /// A juror shows its work, now that its jury has decided.
    ShowWork {
        /// Which.
        assignment: AssignmentId,
        /// The root of the juror's trace.
        trace_root: Hash,
    },
}

/// The payload that is signed: the hash of the statement, bound to the chain and to a recent block
/// of it.
pub fn signing_payload<AccountId: Encode>(
    genesis: &Hash,
    recent_block: &Hash,
    statement: &Statement<AccountId>,
) -> Hash {
    hash_in(STATEMENT, &(genesis, recent_block, statement))
}
