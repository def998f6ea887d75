//! The mailbox between the offchain worker hook (in Wasm) and the native engine: a few keys in the
//! node's persistent offchain storage.
//!
//! Contract. The hook may overlap with itself, be skipped or run twice, and the store's last writes can be lost when
//! the node is killed. So the mailbox is only a cache: the truth about a job is its job folder, the truth about an
//! assignment is the chain, and either side can rebuild its half from there at any time.
//!
//! * [`ORDERS`] is written by the hook only: the orders of all open assignments of the local worker keys, as of one
//!   block. An assignment that is no longer in it has ended. As long as there is an open assignment, the orders are
//!   written on each block; an idle node writes nothing.
//! * [`ASKS`] is written by the hook only, before the orders of the same block: what disputes want for those
//!   assignments. Every juror has an entry. If an entry is missing, another run of the hook has written the asks in the
//!   meantime, and the engine waits until it looks again.
//! * [`SERVING`] is written by the native engine only, every few seconds while it is able to run jobs. The hook sends
//!   heartbeats only while it is fresh, so a node whose engine died goes offline by itself.
//! * [`DEVICES`] is written by the native engine only, when it changes: the fingerprints of the devices that this
//!   machine has. In heartbeats the hook names the provider's devices that are not among them.
//! * [`FAILING_DEVICES`] is written by the native engine only, when it changes: the fingerprints of devices that are
//!   present but fail the job with which the engine tries them. They are not among [`DEVICES`], and the hook says why.
//! * [`DEVICE_SIZES`] is written by the native engine only, when it has measured: the size of each device that it
//!   offers. The hook also names devices that are smaller than they were registered. Without an entry, nothing is known
//!   about a device.
//! * [`CHALLENGES`] is written by the hook only, when it changes: the open conformance challenges of
//!   the devices of the local worker keys.
//! * [`answer_key`] of a device is written by the native engine only: what the device computed. The hook sends it as
//!   long as the challenge is open.
//! * [`report_key`] of an assignment is written by the native engine only: the newest report. The hook turns it into a
//!   worker call when the chain's state is ready for it. Repeating a report is harmless, because the chain accepts each
//!   statement once.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

use crate::{
    commitment::ResultOpening,
    conformance::{Answer, Run},
    content::ContentId,
    device::DeviceSpec,
    hashing::Hash,
    ids::{AssignmentId, DeviceId},
    sealing::Envelope,
    task::{
        AssignmentStatus, FailureMessage, Fault, Needs, PeerAddresses, Privacy, Progress, Role,
    },
    trace::{DisputedPart, TraceOpening},
    units::{BlockNumber, Mebibytes, MegabitsPerSecond, Milliseconds, BLOCK_TIME},
};

/// Key of [`Orders`].
pub const ORDERS: &[u8] = b"aicpw/mailbox/v1/orders";

/// Key of [`Asks`].
pub const ASKS: &[u8] = b"aicpw/mailbox/v1/asks";

/// Key of the time at which the native engine last said that it serves: a `u64`, SCALE-encoded,
/// in milliseconds since the Unix epoch.
pub const SERVING: &[u8] = b"aicpw/mailbox/v1/serving";

/// Key of the fingerprints of this machine's devices: a `Vec<Hash>`, SCALE-encoded.
pub const DEVICES: &[u8] = b"aicpw/mailbox/v1/devices";

/// Key of the fingerprints of devices that this machine has but that do not work: a `Vec<Hash>`, SCALE-encoded.
pub const FAILING_DEVICES: &[u8] = b"aicpw/mailbox/v1/failing-devices";

/// Key of the sizes of this machine's devices: a `Vec<DeviceSize>`, SCALE-encoded.
pub const DEVICE_SIZES: &[u8] = b"aicpw/mailbox/v1/device-sizes";

/// The size of a device.
#[derive(Encode, Decode, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct DeviceSize {
    /// [`DeviceSpec::fingerprint`] of the device.
    pub fingerprint: Hash,
    /// Its memory, as last measured.
    pub memory: Mebibytes,
    /// The bandwidth that the node was started with.
    pub bandwidth: MegabitsPerSecond,
}

impl DeviceSize {
    /// The size of a device of this machine.
    pub fn of(spec: &DeviceSpec) -> Self {
        Self {
            fingerprint: spec.fingerprint,
            memory: spec.memory,
            bandwidth: spec.bandwidth,
        }
    }

    /// Whether this is the device that is registered as `spec`, but smaller. A device that is larger does not promise
    /// too much.
    pub fn is_less_than(&self, spec: &DeviceSpec) -> bool {
        self.fingerprint == spec.fingerprint
            && (self.memory < spec.memory || self.bandwidth < spec.bandwidth)
    }
}

/// Blocks after which the hook makes a call again if its statement has not changed the state: the call was lost with a
/// fork, or fell out of a full pool.
pub const RETRY_AFTER: BlockNumber = 8;

/// The usual number of blocks from a job's report to the block that includes the call: one for the hook to see the
/// report, one or two for the call to get in, and one to spare.
pub const USUAL_INCLUSION: BlockNumber = 4;

/// The latest time at which a job reports, in blocks before a window closes: the call can get lost and be made again.
/// If the call comes too late, that is the provider's fault, whatever the cause.
pub const MARGIN: BlockNumber = USUAL_INCLUSION + RETRY_AFTER + USUAL_INCLUSION;

/// The [`MARGIN`] in the commit window of a task with this time limit. It is at most a quarter of a short window,
/// because most of the window is for the work. It is never less than one attempt takes.
pub fn margin(time_limit: Milliseconds) -> BlockNumber {
    let quarter = time_limit.in_blocks(BLOCK_TIME) / 4;
    quarter.clamp(USUAL_INCLUSION, MARGIN)
}

/// The age at which [`SERVING`] is no longer fresh.
pub const SERVING_FRESH_FOR: Milliseconds = Milliseconds(30_000);

/// Key of the [`Report`] on an assignment.
pub fn report_key(assignment: AssignmentId) -> Vec<u8> {
    let mut key = b"aicpw/mailbox/v1/report/".to_vec();
    assignment.encode_to(&mut key);
    key
}

/// Key of [`Challenges`].
pub const CHALLENGES: &[u8] = b"aicpw/mailbox/v1/challenges";

/// Key of the [`ChallengeAnswer`] of a device.
pub fn answer_key(device: DeviceId) -> Vec<u8> {
    let mut key = b"aicpw/mailbox/v1/answer/".to_vec();
    device.encode_to(&mut key);
    key
}

/// The open challenges of this node's devices.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct Challenges {
    /// Genesis hash of the chain.
    pub genesis: Hash,
    /// One for each open challenge.
    pub challenges: Vec<ChallengeOrder>,
}

/// One challenge.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct ChallengeOrder {
    /// The device.
    pub device: DeviceId,
    /// [`crate::device::DeviceSpec::fingerprint`] of the device.
    pub fingerprint: Hash,
    /// The run that it has to compute.
    pub run: Run,
}

/// What a device computed.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct ChallengeAnswer {
    /// The run that was computed.
    pub run: Run,
    /// The answer.
    pub answer: Answer,
}

/// What the chain wants from this node's workers.
///
/// A node runs both before and after an upgrade of the runtime. So [`Order`] is encoded as the runtime before this one
/// encodes it, and what was added since then follows all orders. If nothing follows, there is nothing of that kind.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Orders {
    /// Genesis hash of the chain.
    pub genesis: Hash,
    /// The block on whose state the orders are based.
    pub block: BlockNumber,
    /// The block on the market's clock in that state. Deadlines follow this clock, which stands still while the market
    /// is paused.
    pub now: BlockNumber,
    /// One for each open assignment.
    pub orders: Vec<Order>,
}

/// The encoded form of [`Orders`].
#[derive(Encode, TypeInfo)]
struct Written {
    genesis: Hash,
    block: BlockNumber,
    now: BlockNumber,
    orders: Vec<Order>,
    /// The [`Order::fetch`] of each order that has one.
    fetches: Vec<(AssignmentId, FetchOrder)>,
}

impl Encode for Orders {
    fn encode_to<T: codec::Output + ?Sized>(&self, to: &mut T) {
        let fetches = self.orders.iter().filter_map(|order| {
            let fetch = order.fetch.clone()?;
            Some((order.assignment, fetch))
        });
        Written {
            genesis: self.genesis,
            block: self.block,
            now: self.now,
            orders: self.orders.clone(),
            fetches: fetches.collect(),
        }
        .encode_to(to);
    }
}

impl codec::EncodeLike for Orders {}

impl Decode for Orders {
    fn decode<I: codec::Input>(input: &mut I) -> Result<Self, codec::Error> {
        let (genesis, block, now) = Decode::decode(input)?;
        let mut orders: Vec<Order> = Decode::decode(input)?;
        // RELEASE-1: remove when release 3 is main (that nothing may follow)
        let fetches: Vec<(AssignmentId, FetchOrder)> = match input.remaining_len()? {
            Some(0) => Vec::new(),
            _ => Decode::decode(input)?,
        };
        for (assignment, fetch) in fetches {
            if let Some(order) = orders.iter_mut().find(|o| o.assignment == assignment) {
                order.fetch = Some(fetch);
            }
        }
        Ok(Self {
            genesis,
            block,
            now,
            orders,
        })
    }
}

impl TypeInfo for Orders {
    type Identity = Self;

    fn type_info() -> scale_info::Type {
        Written::type_info()
    }
}

/// One assignment.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// Its id.
    pub assignment: AssignmentId,
    /// Its role: only a replica's output is served.
    pub role: Role,
    /// SCALE-encoded account of the provider; part of the commitment.
    pub provider: Vec<u8>,
    /// The device it is assigned to.
    pub device: DeviceId,
    /// [`crate::device::DeviceSpec::fingerprint`] of the device.
    pub fingerprint: Hash,
    /// The manifest.
    pub manifest: ContentId,
    /// What the task needs.
    pub needs: Needs,
    /// The longest run.
    pub time_limit: Milliseconds,
    /// Who may see the data.
    pub privacy: Privacy,
    /// Where to fetch manifest, program and inputs.
    pub peers: PeerAddresses,
    /// The state of the assignment in that block.
    pub status: AssignmentStatus,
    /// For a sealed task: the data key, once it is granted.
    pub envelope: Option<Envelope>,
    /// For a fetcher, which fetches a result instead of running the task: the result. Not part of an order's encoding:
    /// see [`Orders`].
    #[codec(skip)]
    pub fetch: Option<FetchOrder>,
}

/// A result that is claimed to be unavailable.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct FetchOrder {
    /// The result's CID. For a sealed task, the CID of the ciphertext.
    pub result: ContentId,
    /// The result root, if the data is public: the fetched result must have it.
    pub root: Option<Hash>,
    /// The key of the digest: see [`crate::availability::key`].
    pub key: Hash,
    /// The addresses at which the provider serves the result.
    pub peers: PeerAddresses,
}

/// What disputes want from this node's workers, besides the orders. It is separate, so that older and newer nodes and
/// runtimes understand each other's orders.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct Asks {
    /// Genesis hash of the chain.
    pub genesis: Hash,
    /// The block on whose state the asks are based.
    pub block: BlockNumber,
    /// One for each juror, and for each result whose trace is wanted.
    pub asks: Vec<(AssignmentId, Ask)>,
}

/// What a dispute wants from a worker.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum Ask {
    /// A juror: to run the whole job.
    Whole,
    /// A juror: to run this part of it.
    Part(DisputedPart),
    /// From a provider that has revealed a result: its trace. From a juror that has voted: the root of its trace.
    Trace,
}

/// The native engine's report on an assignment. Each report replaces the one before.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum Report {
    /// The inputs are here and checked: the hook may submit `start`.
    Ready,
    /// The job runs (implies `Ready`).
    Running {
        /// How far it is.
        progress: Progress,
    },
    /// Done (implies `Ready`): the hook may commit.
    Done {
        /// The commitment.
        commitment: Hash,
    },
    /// The commit is final: the hook may reveal. The native side writes this only after it has seen, in a finalised
    /// block, that the reveal is open and the others have committed, so that a fork leaks nothing.
    Open {
        /// The commitment, in case a reorganisation of the chain has removed it.
        commitment: Hash,
        /// Its opening.
        opening: ResultOpening,
    },
    /// The job cannot be done.
    Failed {
        /// Why.
        fault: Fault,
        /// The log on IPFS.
        log: Option<ContentId>,
        /// A short message for the requester.
        message: FailureMessage,
    },
    /// The trace is wanted, and all of its hashes are on IPFS (implies `Open`): the hook may open it.
    Trace {
        /// The opening.
        opening: TraceOpening,
    },
    /// A juror's trace is wanted (implies `Open`): the hook may show its work.
    Work {
        /// The root of the trace.
        trace_root: Hash,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        device::{ClassSet, DeviceKind},
        task::Engine,
        units::Gflops,
    };

    #[test]
    fn only_less_of_the_same_device_is_less() {
        let registered = DeviceSpec {
            kind: DeviceKind::Cpu,
            engine: Engine::OpenCl,
            name: Default::default(),
            fingerprint: [1; 32],
            classes: ClassSet::default(),
            gflops: Gflops(1),
            memory: Mebibytes(100),
            bandwidth: MegabitsPerSecond(100),
        };
        let less = |fingerprint: u8, memory, bandwidth| {
            let size = DeviceSize {
                fingerprint: [fingerprint; 32],
                memory: Mebibytes(memory),
                bandwidth: MegabitsPerSecond(bandwidth),
            };
            size.is_less_than(&registered)
        };
        assert!(!DeviceSize::of(&registered).is_less_than(&registered));
        assert!(less(1, 99, 100) && less(1, 100, 99));
        assert!(less(1, 99, 1_000) && less(1, 1_000, 99));
        assert!(!less(1, 101, 100) && !less(1, 100, 101));
        assert!(!less(2, 1, 1));
    }

    #[test]
    fn there_is_time_for_a_second_try_and_most_of_a_short_window_is_there_to_work_in() {
        let blocks = |blocks: u64| margin(Milliseconds(blocks * BLOCK_TIME));
        assert!(blocks(240) >= USUAL_INCLUSION + RETRY_AFTER + USUAL_INCLUSION);
        for (window, expected) in [(1, 4), (8, 4), (16, 4), (40, 10), (64, 16), (400_000, 16)] {
            assert_eq!(blocks(window), expected, "{window}");
        }
    }
}
