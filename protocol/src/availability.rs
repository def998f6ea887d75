//! How a juror of an unavailable claim shows that it has fetched a result (design §6).
//!
//! A juror that has fetched the result commits to a digest of all its bytes, as they are on IPFS, under a key that
//! nobody knew before the claim. All jurors that have fetched it compute the same digest. A juror that has not fetched
//! it cannot read the digest off the chain, because each commitment is bound to its juror's account and salt
//! ([`crate::commitment`]) and is opened only after all jurors have committed. Somebody can only tell it the digest. A
//! juror that could not fetch the result commits to [`NOT_FETCHED`] in the same way, so that nobody sees what others
//! have found.
//!
//! The time that jurors have follows from the largest result that the task can have, fetched by all of them at once
//! from one provider ([`time`]). Slow does not mean unavailable: a juror that has received one part in [`ENOUGH`] when
//! the time is up does not vote.

use crate::{
    hashing::{hash_in, Hash},
    ids::AssignmentId,
    units::{Mebibytes, Milliseconds},
};

const KEY: &str = "aicpw 2026 fetch key v1";
const DIGEST: &str = "aicpw 2026 fetch digest v1";

/// The vote of a juror that could not fetch the result. No digest has this value.
pub const NOT_FETCHED: Hash = [0; 32];

/// The most bytes of an output that a manifest may have.
pub const MOST_BYTES: u64 = 1 << 34;

/// The upload speed to expect from a node: half of a common line, in bits per millisecond.
const UPLOAD: u64 = 50_000;

/// The most jurors that fetch at once. A larger jury gets the time that this many need.
pub const MOST_FETCHERS: u16 = 5;

/// A fetcher that has received one part in this many of a result cannot say that the result is unavailable.
pub const ENOUGH: u64 = 8;

/// The key of the claim about the result of an assignment. The claim was made in the block after `parent`.
pub fn key(genesis: &Hash, assignment: AssignmentId, parent: &Hash) -> Hash {
    hash_in(KEY, &(genesis, assignment, parent))
}

/// The most bytes that the result of a task has: all its buffers fit into the memory that the task needs. The
/// ciphertext of a sealed task is a little longer.
pub fn most_bytes(memory: Mebibytes) -> u64 {
    memory.0.saturating_mul(1 << 20).min(MOST_BYTES)
}

/// The time in which this many jurors can fetch the largest possible result at once, over one line.
pub fn time(memory: Mebibytes, jurors: u16) -> Milliseconds {
    upload_time(most_bytes(memory), jurors.clamp(1, MOST_FETCHERS))
}

/// The time in which this many fetchers can fetch this many bytes at once from one node, over one line.
pub fn upload_time(bytes: u64, fetchers: u16) -> Milliseconds {
    let bits = bytes.saturating_mul(8);
    Milliseconds(bits.saturating_mul(fetchers.into()).div_ceil(UPLOAD))
}

/// The most bytes that this many fetchers can fetch at once from one node in this time: the inverse of
/// [`upload_time`].
pub fn uploaded(time: Milliseconds, fetchers: u16) -> u64 {
    time.0.saturating_mul(UPLOAD) / 8 / u64::from(fetchers.max(1))
}

/// The digest of a result, from its bytes in order.
pub struct Digest(blake3::Hasher);

impl Digest {
    /// The digest of nothing yet.
    pub fn new(key: &Hash) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(DIGEST);
        hasher.update(key);
        Self(hasher)
    }

    /// Adds the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all bytes that were added.
    pub fn finish(&self) -> Hash {
        self.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TaskId;

    fn digest(key: &Hash, pieces: &[&[u8]]) -> Hash {
        let mut digest = Digest::new(key);
        pieces.iter().for_each(|piece| digest.update(piece));
        digest.finish()
    }

    fn of(task: u64) -> AssignmentId {
        AssignmentId {
            task: TaskId(task),
            replica: 0,
            attempt: 0,
        }
    }

    #[test]
    fn a_digest_is_of_all_bytes_however_they_come() {
        let key = key(&[1; 32], of(7), &[9; 32]);
        let whole = digest(&key, &[b"result"]);
        assert_eq!(digest(&key, &[b"res", b"", b"ult"]), whole);
        assert_ne!(digest(&key, &[b"resul"]), whole);
        assert_ne!(whole, NOT_FETCHED);
    }

    #[test]
    fn the_time_to_fetch_grows_with_what_there_can_be() {
        // 640 MiB for five at 50 Mbit/s.
        let time_for = |memory, jurors| time(Mebibytes(memory), jurors).0 / 1_000;
        assert_eq!(time_for(640, 5), 536);
        assert_eq!(time_for(640, 1), 107);
        assert_eq!(time_for(0, 5), 0);
        assert_eq!(upload_time(640 << 20, 5), time(Mebibytes(640), 5));
        assert_eq!(upload_time(75_000_000, 11).0, 132_000);
        assert_eq!(uploaded(Milliseconds(132_000), 11), 75_000_000);
        assert_eq!(uploaded(Milliseconds(u64::MAX), 0), u64::MAX / 8);
        let longest = time(Mebibytes(u64::MAX), u16::MAX);
        assert_eq!(
            longest.0 / 3_600_000,
            3,
            "hours for the longest that there can be"
        );
    }

    #[test]
    fn each_claim_has_a_key_of_its_own() {
        let keys = [
            key(&[1; 32], of(7), &[9; 32]),
            key(&[2; 32], of(7), &[9; 32]),
            key(&[1; 32], of(8), &[9; 32]),
            key(&[1; 32], of(7), &[10; 32]),
        ];
        let digests: Vec<_> = keys.iter().map(|key| digest(key, &[b"result"])).collect();
        let different: alloc::collections::BTreeSet<_> = digests.iter().collect();
        assert_eq!(different.len(), keys.len());
    }
}
