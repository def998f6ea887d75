//! Compares the hashes with those of an independent implementation: `scripts/protocol-vectors.py`.
#![allow(clippy::unwrap_used)]

use aicpw_protocol::{
    commitment::{
        derive_salt, expected_root_hash, juror_trace_salt, result_commitment, trace_commitment,
        ResultOpening, SaltPurpose,
    },
    history::{next_head, task_hash, GENESIS_HEAD},
    job::{Checkpoint, TraceRecord},
    merkle::{buffer_root, result_root},
    trace::{checkpoint_hash, state_root, trace_root, End, Position},
    AssignmentId, ContentId, Hash, TaskId,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    roots: Vec<Roots>,
    traces: Vec<Trace>,
    commitments: Vec<Commitment>,
    history: Vec<Submission>,
}

#[derive(Deserialize)]
struct Roots {
    bytes: usize,
    #[serde(with = "hex::serde")]
    result_root: Hash,
    #[serde(with = "hex::serde")]
    buffer_root: Hash,
}

#[derive(Deserialize)]
struct Trace {
    checkpoints: Vec<HashedCheckpoint>,
    end: End,
    #[serde(with = "hex::serde")]
    end_hash: Hash,
    #[serde(with = "hex::serde")]
    trace_root: Hash,
}

#[derive(Deserialize)]
struct HashedCheckpoint {
    launches: u64,
    place: Vec<u32>,
    buffers: Vec<Checkpoint>,
    #[serde(with = "hex::serde")]
    hash: Hash,
}

#[derive(Deserialize)]
struct Commitment {
    assignment: AssignmentId,
    #[serde(with = "hex::serde")]
    worker_secret: Hash,
    #[serde(with = "hex::serde")]
    genesis: Hash,
    #[serde(with = "hex::serde")]
    account: Hash,
    #[serde(with = "hex::serde")]
    result_root: Hash,
    #[serde(with = "hex::serde")]
    trace_root: Hash,
    #[serde(with = "hex::serde")]
    cid: Vec<u8>,
    #[serde(with = "hex::serde")]
    result_salt: Hash,
    #[serde(with = "hex::serde")]
    trace_salt: Hash,
    #[serde(with = "hex::serde")]
    juror_trace_salt: Hash,
    #[serde(with = "hex::serde")]
    trace_commitment: Hash,
    #[serde(with = "hex::serde")]
    result_commitment: Hash,
    #[serde(with = "hex::serde")]
    expected_root_hash: Hash,
}

#[derive(Deserialize)]
struct Submission {
    sequence: u64,
    #[serde(with = "hex::serde")]
    requester: Hash,
    submission_bytes: usize,
    block: u32,
    timestamp: u64,
    #[serde(with = "hex::serde")]
    task_hash: Hash,
    #[serde(with = "hex::serde")]
    head: Hash,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

/// The same content as in the script.
fn content(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * 7 + i / 256) as u8).collect()
}

#[test]
fn result_and_buffer_roots() {
    let roots = vectors().roots;
    assert!(!roots.is_empty());
    for case in roots {
        let bytes = content(case.bytes);
        assert_eq!(
            result_root(&bytes),
            case.result_root,
            "{} bytes",
            case.bytes
        );
        assert_eq!(
            buffer_root(&bytes),
            case.buffer_root,
            "{} bytes",
            case.bytes
        );
    }
}

#[test]
fn checkpoints_and_trace_roots() {
    let traces = vectors().traces;
    assert!(!traces.is_empty());
    for trace in traces {
        let mut checkpoints = Vec::new();
        for checkpoint in trace.checkpoints {
            // Roots are written like the hashes of checkpoints.
            let buffers: Vec<Hash> = checkpoint.buffers.iter().map(|root| root.0).collect();
            let at = Position {
                launches: checkpoint.launches,
                place: checkpoint.place,
            };
            assert_eq!(checkpoint_hash(&at, &state_root(&buffers)), checkpoint.hash);
            checkpoints.push(Checkpoint(checkpoint.hash));
        }
        assert_eq!(trace.end.hash(), trace.end_hash);
        let record = TraceRecord {
            checkpoints,
            end: trace.end,
        };
        assert_eq!(trace_root(record.hashes()), trace.trace_root);
        assert_eq!(record.root(), trace.trace_root);
    }
}

#[test]
fn salts_and_commitments() {
    let commitments = vectors().commitments;
    assert!(!commitments.is_empty());
    for case in commitments {
        let salt =
            |purpose| derive_salt(&case.worker_secret, &case.genesis, case.assignment, purpose);
        assert_eq!(salt(SaltPurpose::Result), case.result_salt);
        assert_eq!(salt(SaltPurpose::Trace), case.trace_salt);
        let of_juror = juror_trace_salt(&case.account, case.assignment);
        assert_eq!(of_juror, case.juror_trace_salt);
        let trace_commitment = trace_commitment(&case.trace_salt, &case.trace_root);
        assert_eq!(trace_commitment, case.trace_commitment);
        let opening = ResultOpening {
            salt: case.result_salt,
            result_root: case.result_root,
            trace_commitment,
            result: ContentId::from_bytes(case.cid).unwrap(),
        };
        assert_eq!(
            result_commitment(&case.account, case.assignment, &opening),
            case.result_commitment
        );
        assert_eq!(
            expected_root_hash(&case.result_root),
            case.expected_root_hash
        );
    }
}

#[test]
fn history_heads() {
    let history = vectors().history;
    assert!(!history.is_empty());
    let mut head = GENESIS_HEAD;
    for case in history {
        let task = task_hash(&case.requester, &content(case.submission_bytes));
        assert_eq!(task, case.task_hash);
        head = next_head(
            &head,
            TaskId(case.sequence),
            &task,
            case.block,
            case.timestamp,
        );
        assert_eq!(head, case.head, "submission {}", case.sequence);
    }
}
