//! From an output to what is committed to.

use aicpw_protocol::{
    commitment::{derive_salt, result_commitment, trace_commitment, ResultOpening, SaltPurpose},
    mailbox::Order,
    merkle::ResultRootBuilder,
    Hash,
};
use codec::{Encode, Output};
use std::io::{self, Read};
use std::path::Path;

use super::{
    in_time::{InTime, IsLate},
    record::Answer,
};
use crate::{durable, secret::WorkerSecret};

/// Bytes read at a time.
const PIECE: usize = 1 << 20;

/// An account that is SCALE-encoded already.
struct Encoded<'a>(&'a [u8]);

impl Encode for Encoded<'_> {
    fn encode_to<T: Output + ?Sized>(&self, dest: &mut T) {
        dest.write(self.0);
    }
}

/// The result root of a file, computed without holding it in memory.
///
/// # Errors
/// When it cannot be read, or the time is up before ([`io::ErrorKind::TimedOut`]).
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

/// The commitment to an answer, and what opens it. The same for the same answer, always.
pub fn commit(
    secret: &WorkerSecret,
    genesis: &Hash,
    order: &Order,
    answer: &Answer,
) -> (Hash, ResultOpening) {
    let salt = |purpose| derive_salt(secret.bytes(), genesis, order.assignment, purpose);
    let opening = ResultOpening {
        salt: salt(SaltPurpose::Result),
        result_root: answer.result_root,
        trace_commitment: trace_commitment(&salt(SaltPurpose::Trace), &answer.trace_root),
        result: answer.result.clone(),
    };
    let commitment = result_commitment(&Encoded(&order.provider), order.assignment, &opening);
    (commitment, opening)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use aicpw_protocol::merkle;

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

    #[test]
    fn the_chain_computes_the_same_commitment() {
        let order = testing::order(5);
        let account = sp_core::crypto::AccountId32::new([3; 32]);
        assert_eq!(order.provider, account.encode());
        let answer = Answer {
            result_root: [1; 32],
            trace_root: [2; 32],
            result: testing::content_id(b"x"),
            bytes: 1,
        };
        let secret = WorkerSecret::from_bytes([4; 32]);
        let (commitment, opening) = commit(&secret, &[5; 32], &order, &answer);
        assert_eq!(
            commitment,
            result_commitment(&account, order.assignment, &opening)
        );
        assert_eq!(commit(&secret, &[5; 32], &order, &answer).0, commitment);

        let other = WorkerSecret::from_bytes([6; 32]);
        assert_ne!(commit(&other, &[5; 32], &order, &answer).0, commitment);
    }
}
