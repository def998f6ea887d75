//! What is remembered about a job, on disk.

use aicpw_protocol::{
    availability::NOT_FETCHED,
    content::ContentId,
    mailbox::Order,
    task::{FailureMessage, Fault},
    trace::DisputedPart,
    BlockNumber, Hash,
};
use codec::{Decode, Encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Version of the format of `state.json`.
pub const VERSION: u32 = 5;

/// The oldest version that can be read: a node that replaces another continues its jobs.
pub const OLDEST: u32 = 3;

/// The version from which on a juror's trace has a salt that everybody knows. A juror that committed with another salt
/// is bound to that one.
pub const JURORS_SALT_IS_PUBLIC: u32 = 5;

/// A job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// [`VERSION`].
    pub version: u32,
    /// The assignment, for human readers; the order has it too.
    pub assignment: String,
    /// The genesis hash of its chain.
    #[serde(with = "aicpw_protocol::json::hash")]
    pub genesis: Hash,
    /// The block in which the order was first seen.
    pub seen_at: BlockNumber,
    /// The order.
    #[serde(serialize_with = "order_to_hex", deserialize_with = "order_from_hex")]
    pub order: Order,
    /// The part of the job that is run, if not all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<DisputedPart>,
    /// The result that was reported before a fork took the assignment away and gave it back. No other result is
    /// reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Answer>,
    /// How far the job is.
    #[serde(flatten)]
    pub phase: Phase,
}

/// How far a job is.
///
/// Each phase is on disk before anything is reported that depends on it. While the disk cannot be written, there are
/// two exceptions: `Opened`, which follows from `Done`, and `Failed`, which binds nobody, are reported first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "phase")]
pub enum Phase {
    /// Manifest, program and inputs are being fetched; for a sealed task, once its key is granted. → `Ready`, `Failed`,
    /// `Closed`. A fetcher's job fetches the result that is claimed to be unavailable. → `Done`, `Failed`, `Closed`.
    Fetching,
    /// Everything is here and checked, and the device has a free slot. → `Building`, `Closed`.
    Ready,
    /// The program is compiled. → `Running`, `Failed`, `Closed`.
    Building,
    /// The program runs. → `Done`, `Failed`, `Closed`.
    Running,
    /// There is a result; it is never computed again. → `Opened` (the commit is final), `Closed`.
    Done {
        /// The result.
        answer: Answer,
    },
    /// The result may be revealed. → `Closed`.
    Opened {
        /// The result.
        answer: Answer,
        /// Whether the result is on IPFS already, which it is once the reveal is on chain.
        published: bool,
        /// The hashes of the trace on IPFS, if a dispute has wanted them.
        #[serde(default)]
        trace: Option<ContentId>,
    },
    /// The job cannot be done. → `Closed`.
    Failed {
        /// Why.
        fault: Fault,
        /// The message for the requester.
        message: String,
        /// The log on IPFS.
        log: Option<ContentId>,
    },
    /// The assignment has ended. The folder is removed after the retention period.
    Closed {
        /// When it ended, in milliseconds since the Unix epoch.
        at: u64,
        /// How it ended, for human readers.
        end: String,
        /// What is pinned until then.
        pins: Vec<ContentId>,
        /// Set if the chain no longer knew the assignment: a fork may give it back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gone: Option<Gone>,
    },
}

/// The block in which the chain no longer knew an assignment, and the result that had been reported by then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// The finalised block.
    pub at: BlockNumber,
    /// The result that was reported, if one was.
    pub answer: Option<Answer>,
}

impl Phase {
    /// The names of all phases, in their order.
    pub const NAMES: [&'static str; 8] = [
        "fetching", "ready", "building", "running", "done", "opened", "failed", "closed",
    ];

    /// The name of the phase, on disk and elsewhere.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Fetching => "fetching",
            Self::Ready => "ready",
            Self::Building => "building",
            Self::Running => "running",
            Self::Done { .. } => "done",
            Self::Opened { .. } => "opened",
            Self::Failed { .. } => "failed",
            Self::Closed { .. } => "closed",
        }
    }
}

/// A result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The result root; or, for a fetcher, the proof that it has fetched the result ([`aicpw_protocol::availability`]).
    #[serde(with = "aicpw_protocol::json::hash")]
    pub result_root: Hash,
    /// The trace root.
    #[serde(with = "aicpw_protocol::json::hash")]
    pub trace_root: Hash,
    /// The CID that the output has once it is added.
    pub result: ContentId,
    /// The length of the output in bytes.
    pub bytes: u64,
}

impl Record {
    /// Returns the record of a job that has just been seen.
    pub fn new(genesis: Hash, order: Order, seen_at: BlockNumber) -> Self {
        Self {
            version: VERSION,
            assignment: order.assignment.to_string(),
            genesis,
            seen_at,
            order,
            part: None,
            before: None,
            phase: Phase::Fetching,
        }
    }

    /// Returns the result that was reported, if there is one: by this job, or before a fork took its assignment away.
    pub fn answer(&self) -> Option<&Answer> {
        match &self.phase {
            Phase::Done { answer } | Phase::Opened { answer, .. } => Some(answer),
            Phase::Closed {
                gone: Some(gone), ..
            } => gone.answer.as_ref(),
            Phase::Fetching
            | Phase::Ready
            | Phase::Building
            | Phase::Running
            | Phase::Failed { .. }
            | Phase::Closed { gone: None, .. } => self.before.as_ref(),
        }
    }

    /// Whether the answer is that of a fetcher that could fetch the result.
    pub fn has_fetched(&self, answer: &Answer) -> bool {
        self.order.fetch.is_some() && answer.result_root != NOT_FETCHED
    }

    /// Returns the content of a result that others can fetch: nothing if nobody is supposed to fetch it.
    pub fn served(&self, answer: &Answer) -> Vec<ContentId> {
        match self.order.role.delivers() || self.has_fetched(answer) {
            true => vec![answer.result.clone()],
            false => Vec::new(),
        }
    }

    /// Returns the content that this job keeps pinned.
    pub fn pins(&self) -> Vec<ContentId> {
        match &self.phase {
            // The result is added shortly before it counts as published.
            Phase::Opened { answer, trace, .. } => {
                let served = self.served(answer).into_iter();
                served.chain(trace.clone()).collect()
            }
            Phase::Failed { log, .. } => log.iter().cloned().collect(),
            Phase::Closed { pins, .. } => pins.clone(),
            Phase::Fetching
            | Phase::Ready
            | Phase::Building
            | Phase::Running
            | Phase::Done { .. } => Vec::new(),
        }
    }
}

/// Whether two orders ask for the same work. After a reorganisation of the chain the same
/// assignment can be about another task.
pub fn same_work(a: &Order, b: &Order) -> bool {
    let essence = |order: &Order| {
        let Order {
            assignment,
            role,
            provider,
            device,
            fingerprint,
            manifest,
            needs,
            time_limit,
            privacy,
            peers: _,
            status: _,
            envelope: _,
            fetch,
        } = order;
        // The addresses at which it is served may change.
        let fetch = fetch.as_ref().map(|fetch| (&fetch.result, &fetch.key));
        (
            assignment,
            role,
            provider,
            device,
            fingerprint,
            manifest,
            needs,
            time_limit,
            privacy,
            fetch,
        )
            .encode()
    };
    essence(a) == essence(b)
}

/// Shortens a message to the length that the chain allows, cut between characters.
pub fn short_message(message: &str) -> FailureMessage {
    let mut bytes = message.as_bytes().to_vec();
    let max = aicpw_protocol::task::MAX_FAILURE_MESSAGE_BYTES as usize;
    if bytes.len() > max {
        let room = max - '…'.len_utf8();
        let cut = (0..=room)
            .rev()
            .find(|at| message.is_char_boundary(*at))
            .unwrap_or(0);
        bytes.truncate(cut);
        bytes.extend_from_slice("…".as_bytes());
    }
    FailureMessage::truncate_from(bytes)
}

fn from_hex<'de, D: Deserializer<'de>>(text: &str) -> Result<Vec<u8>, D::Error> {
    hex::decode(text.trim_start_matches("0x")).map_err(serde::de::Error::custom)
}

fn order_to_hex<S: Serializer>(order: &Order, s: S) -> Result<S::Ok, S::Error> {
    let bytes = (order, &order.fetch).encode();
    s.serialize_str(&format!("0x{}", hex::encode(bytes)))
}

fn order_from_hex<'de, D: Deserializer<'de>>(d: D) -> Result<Order, D::Error> {
    let bytes = from_hex::<D>(&String::deserialize(d)?)?;
    let mut rest = bytes.as_slice();
    let mut order = Order::decode(&mut rest).map_err(serde::de::Error::custom)?;
    // Version 3 has nothing after the order.
    if !rest.is_empty() {
        order.fetch = Decode::decode(&mut rest).map_err(serde::de::Error::custom)?;
    }
    match rest.is_empty() {
        true => Ok(order),
        false => Err(serde::de::Error::custom("more than an order")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn every_phase_survives_the_disk() {
        let answer = Answer {
            result_root: [1; 32],
            trace_root: [2; 32],
            result: testing::content_id(b"x"),
            bytes: 12,
        };
        let phases = [
            Phase::Fetching,
            Phase::Ready,
            Phase::Building,
            Phase::Running,
            Phase::Done {
                answer: answer.clone(),
            },
            Phase::Opened {
                answer: answer.clone(),
                published: true,
                trace: Some(testing::content_id(b"hashes")),
            },
            Phase::Failed {
                fault: Fault::BuildFailed,
                message: "no".into(),
                log: Some(testing::content_id(b"log")),
            },
            Phase::Closed {
                at: 5,
                end: "settled".into(),
                pins: vec![testing::content_id(b"x")],
                gone: Some(Gone {
                    at: 8,
                    answer: Some(answer.clone()),
                }),
            },
        ];
        assert_eq!(phases.each_ref().map(Phase::name), Phase::NAMES);
        for phase in phases {
            let mut record = Record::new([9; 32], testing::order(7), 3);
            record.before = Some(answer.clone());
            record.phase = phase;
            let text = serde_json::to_string(&record).unwrap();
            let name = format!(r#""phase":"{}""#, record.phase.name());
            assert!(text.contains(&name), "{text}");
            let genesis = format!(r#""genesis":"0x{}""#, "09".repeat(32));
            assert!(text.contains(&genesis), "{text}");
            assert_eq!(
                serde_json::from_str::<Record>(&text).unwrap(),
                record,
                "{text}"
            );
        }
    }

    #[test]
    fn a_record_of_before_there_were_parts_is_read() {
        let mut record = Record::new([9; 32], testing::order(7), 3);
        record.phase = Phase::Opened {
            answer: Answer {
                result_root: [1; 32],
                trace_root: [2; 32],
                result: testing::content_id(b"x"),
                bytes: 12,
            },
            published: true,
            trace: None,
        };
        let mut old = serde_json::to_value(&record).unwrap();
        assert!(old.as_object_mut().unwrap().remove("trace").is_some());
        assert!(old.get("part").is_none());
        assert_eq!(serde_json::from_value::<Record>(old).unwrap(), record);
    }

    #[test]
    fn a_record_of_before_forks_gave_anything_back_is_read() {
        let mut record = Record::new([9; 32], testing::order(7), 3);
        record.phase = Phase::Closed {
            at: 5,
            end: "gone".into(),
            pins: Vec::new(),
            gone: None,
        };
        let old = serde_json::to_value(&record).unwrap();
        assert!(old.get("gone").is_none() && old.get("before").is_none());
        assert_eq!(serde_json::from_value::<Record>(old).unwrap(), record);
        assert_eq!(record.answer(), None);
    }

    #[test]
    fn messages_are_cut_between_characters() {
        assert_eq!(short_message("short").as_slice(), b"short");
        let long = "ä".repeat(200);
        let cut = short_message(&long);
        let text = std::str::from_utf8(&cut).unwrap();
        assert!(text.ends_with('…') && text.len() > 250, "{}", text.len());
    }

    #[test]
    fn state_and_addresses_do_not_make_other_work() {
        let order = testing::order(1);
        let mut moved = order.clone();
        moved.status = aicpw_protocol::task::AssignmentStatus::Cancelled { at: 1 };
        assert!(same_work(&order, &moved));
        let mut other = order.clone();
        other.manifest = testing::content_id(b"other");
        assert!(!same_work(&order, &other));
    }
}
