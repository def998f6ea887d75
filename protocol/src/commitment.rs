//! Commit and reveal (design §6).
//!
//! A worker first commits to what it computed, so that nobody can copy it, and opens the commitment later. Even then
//! the trace root stays hidden behind its own salt, until auditors or jurors have committed to theirs. A juror's salt
//! is known to everybody ([`juror_trace_salt`]).

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
    content::ContentId,
    hashing::{hash_in, Hash},
    ids::AssignmentId,
};

const RESULT: &str = "aicpw 2026 result commitment v1";
const TRACE: &str = "aicpw 2026 trace commitment v1";
const EXPECTED: &str = "aicpw 2026 expected root v1";
const SALT: &str = "aicpw 2026 salt v1";
const JUROR_SALT: &str = "aicpw 2026 juror trace salt v1";

/// The opening of a result commitment: everything but the trace root, of which it contains only the commitment.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct ResultOpening {
    /// The salt of the commitment.
    #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
    pub salt: Hash,
    /// The result root over the canonical plaintext output.
    #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
    pub result_root: Hash,
    /// See [`trace_commitment`].
    #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
    pub trace_commitment: Hash,
    /// The CID of the output: of the plaintext, or for a sealed task of the ciphertext.
    pub result: ContentId,
}

/// The commitment of `account` for `assignment`, `H(salt, account, assignment, result root,
/// trace commitment, result CID)`.
pub fn result_commitment<AccountId: Encode>(
    account: &AccountId,
    assignment: AssignmentId,
    opening: &ResultOpening,
) -> Hash {
    let ResultOpening {
        salt,
        result_root,
        trace_commitment,
        result,
    } = opening;
    hash_in(
        RESULT,
        &(
            salt,
            account,
            assignment,
            result_root,
            trace_commitment,
            result,
        ),
    )
}

/// `H(trace salt, trace root)`.
pub fn trace_commitment(trace_salt: &Hash, trace_root: &Hash) -> Hash {
    hash_in(TRACE, &(trace_salt, trace_root))
}

/// The salt of a juror's [`trace_commitment`]. It is not secret. With the trace root, anybody can tell which jurors
/// have committed to it; without the root, nobody learns anything from the commitments. So when everything is decided,
/// one juror that shows the root shows it for all. Until then nobody can copy the root, not even the jury of an appeal.
pub fn juror_trace_salt<AccountId: Encode>(account: &AccountId, assignment: AssignmentId) -> Hash {
    hash_in(JUROR_SALT, &(account, assignment))
}

/// What a requester in mode `expected` puts on chain: the hash of the result root, so that a provider cannot read the
/// answer there.
pub fn expected_root_hash(result_root: &Hash) -> Hash {
    hash_in(EXPECTED, result_root)
}

/// The purpose of a salt.
#[derive(Encode, Clone, Copy, PartialEq, Eq, Debug)]
pub enum SaltPurpose {
    /// [`ResultOpening::salt`].
    Result,
    /// The salt of [`trace_commitment`].
    Trace,
}

/// Derives a salt. Salts are derived, and never only remembered, so that a worker that lost its disk cache can still
/// open what it committed to.
pub fn derive_salt(
    worker_secret: &Hash,
    genesis: &Hash,
    assignment: AssignmentId,
    purpose: SaltPurpose,
) -> Hash {
    hash_in(SALT, &(worker_secret, genesis, assignment, purpose))
}
