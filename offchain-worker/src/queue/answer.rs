//! Turns an output into a commitment.

use aicpw_protocol::{
    commitment::{
        derive_salt, juror_trace_salt, result_commitment, trace_commitment, ResultOpening,
        SaltPurpose,
    },
    merkle::ResultRootBuilder,
    task::Role,
    Hash,
};
use codec::{Encode, Output};
use std::io::{self, Read};
use std::path::Path;

use super::{
    in_time::{InTime, IsLate},
    record::{Answer, Record, JURORS_SALT_IS_PUBLIC},
};
use crate::{durable, secret::WorkerSecret};

/// How many bytes are read at a time.
const PIECE: usize = 1 << 20;

/// An account that is SCALE-encoded already.
struct Encoded<'a>(&'a [u8]);

impl Encode for Encoded<'_> {
    fn encode_to<T: Output + ?Sized>(&self, dest: &mut T) {
        dest.write(self.0);
    }
}

/// Returns the result root of a file, computed without holding the file in memory.
///
/// # Errors
/// When the file cannot be read, or the time is up first ([`io::ErrorKind::TimedOut`]).
pub fn root_of_file(path: &Path, is_late: IsLate<'_>) -> io::Result<Hash> {
    let mut file = InTime::new(durable::open_untrusted(path)?, is_late);
    let mut builder = ResultRootBuilder::default();
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(builder.finish()),
            n => builder.update(&piece[..n]),
        }
    }
}

/// Returns the commitment to the answer of a job, and its opening. They are always the same for the
/// same answer.
pub fn commit(secret: &WorkerSecret, job: &Record, answer: &Answer) -> (Hash, ResultOpening) {
    let order = &job.order;
    let salt = |purpose| derive_salt(secret.bytes(), &job.genesis, order.assignment, purpose);
    let trace_salt = match order.role {
        Role::Juror if job.version >= JURORS_SALT_IS_PUBLIC => {
            juror_trace_salt(&Encoded(&order.provider), order.assignment)
        }
        Role::Juror | Role::Replica | Role::Auditor | Role::Fetcher => salt(SaltPurpose::Trace),
    };
    let opening = ResultOpening {
        salt: salt(SaltPurpose::Result),
        result_root: answer.result_root,
        trace_commitment: trace_commitment(&trace_salt, &answer.trace_root),
        result: answer.result.clone(),
    };
    let commitment = result_commitment(&Encoded(&order.provider), order.assignment, &opening);
    (commitment, opening)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use aicpw_protocol::{mailbox::Order, merkle};

    #[test]
    fn the_root_of_a_file_is_that_of_its_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("output");
        let bytes: Vec<u8> = (0..3 * PIECE + 17).map(|i| (i % 253) as u8).collect();
        std::fs::write(&path, &bytes).unwrap();
        let root = root_of_file(&path, &|| false).unwrap();
        assert_eq!(root, merkle::result_root(&bytes));
        let late = root_of_file(&path, &|| true).unwrap_err();
        assert_eq!(late.kind(), io::ErrorKind::TimedOut);
    }

    fn answer() -> Answer {
        Answer {
            result_root: [1; 32],
            trace_root: [2; 32],
            result: testing::content_id(b"x"),
            bytes: 1,
        }
    }

    fn job(role: Role) -> Record {
        let order = testing::order(5);
        Record::new([5; 32], Order { role, ..order }, 1)
    }

    #[test]
    fn the_chain_computes_the_same_commitment() {
        let job = job(Role::Replica);
        let account = sp_core::crypto::AccountId32::new([3; 32]);
        assert_eq!(job.order.provider, account.encode());
        let secret = WorkerSecret::from_bytes([4; 32]);
        let (commitment, opening) = commit(&secret, &job, &answer());
        assert_eq!(
            commitment,
            result_commitment(&account, job.order.assignment, &opening)
        );
        assert_eq!(commit(&secret, &job, &answer()).0, commitment);

        let other = WorkerSecret::from_bytes([6; 32]);
        assert_ne!(commit(&other, &job, &answer()).0, commitment);
    }

    #[test]
    fn whoever_knows_the_trace_can_tell_it_of_a_juror_and_of_nobody_else() {
        let account = sp_core::crypto::AccountId32::new([3; 32]);
        let secret = WorkerSecret::from_bytes([4; 32]);
        let is_known = |job: &Record| {
            let (_, opening) = commit(&secret, job, &answer());
            let public = juror_trace_salt(&account, job.order.assignment);
            trace_commitment(&public, &[2; 32]) == opening.trace_commitment
        };
        for role in [Role::Replica, Role::Auditor, Role::Juror, Role::Fetcher] {
            assert_eq!(is_known(&job(role)), role == Role::Juror, "{role:?}");
        }
        // An older node has taken this job up, and may have committed.
        let taken_up_before = Record {
            version: JURORS_SALT_IS_PUBLIC - 1,
            ..job(Role::Juror)
        };
        assert!(!is_known(&taken_up_before));
    }
}
