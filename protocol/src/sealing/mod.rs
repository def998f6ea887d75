//! Sealed data: what a requester shows only to those to whom it grants the data key
//! (`docs/adr/0008-sealed-data.md`).
//!
//! One random **data key** per task. Manifest, program and inputs are sealed under it before they
//! reach IPFS ([`stream`]); the task names the [`key_commitment`]. After a match the requester
//! seals the data key to the assigned provider's x25519 key: the [`Envelope`] ([`envelope`]), on
//! chain. Result and log are sealed under keys that follow from the data key and the assignment, so
//! that everybody who was granted the data key can check them.
//!
//! This module contains what the chain has to know; `sealing` adds what only workers and requesters
//! do.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
    content::ContentId,
    hashing::{hash_in, Hash},
    ids::AssignmentId,
};

#[cfg(feature = "sealing")]
pub mod envelope;
#[cfg(feature = "sealing")]
mod hpke;
#[cfg(feature = "sealing")]
pub mod key;
#[cfg(feature = "sealing")]
pub mod stream;
#[cfg(all(test, feature = "sealing"))]
mod tests;

#[cfg(feature = "sealing")]
pub use key::DataKey;

const COMMITMENT: &str = "aicpw 2026 data key commitment v1";

/// First words of [`EnvelopeContext::info`].
const ENVELOPE: &[u8] = b"aicpw 2026 data key envelope v1";

/// Bytes of a data key.
pub const KEY_BYTES: usize = 32;

/// A data key, sealed to one recipient for one assignment.
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
pub struct Envelope {
    /// The x25519 key that it is sealed to.
    #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
    pub recipient: Hash,
    /// HPKE's encapsulated key: the sender's ephemeral x25519 key.
    #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
    pub encapsulated: Hash,
    /// The data key, encrypted, with its tag.
    #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
    pub sealed_key: [u8; KEY_BYTES + 16],
}

/// What an envelope is bound to. It does not open if any of these differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EnvelopeContext<'a> {
    /// Hash of block 0.
    pub genesis: &'a Hash,
    /// The assignment: task, replica and attempt.
    pub assignment: AssignmentId,
    /// The task's manifest, which is ciphertext and names all other ciphertext.
    pub manifest: &'a ContentId,
    /// The x25519 key that it is sealed to.
    pub recipient: &'a Hash,
}

impl EnvelopeContext<'_> {
    /// The `info` of HPKE.
    pub fn info(&self) -> Vec<u8> {
        let Self {
            genesis,
            assignment,
            manifest,
            recipient,
        } = self;
        (ENVELOPE, genesis, assignment, manifest, recipient).encode()
    }
}

/// A task's commitment to its data key. The cipher alone does not commit to a key, so a recipient
/// checks this before it starts. Otherwise one ciphertext could be given two meanings.
pub fn key_commitment(data_key: &[u8; KEY_BYTES]) -> Hash {
    hash_in(COMMITMENT, data_key)
}

/// The points of low order on Curve25519 and its twist, with their other encodings. With any of
/// these, x25519 gives zero whatever the other key is.
const LOW_ORDER: [Hash; 7] = {
    const fn near_prime(first: u8) -> Hash {
        let mut bytes = [0xff; 32];
        bytes[0] = first;
        bytes[31] = 0x7f;
        bytes
    }
    let mut one = [0; 32];
    one[0] = 1;
    [
        [0; 32],
        one,
        [
            0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f,
            0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16,
            0x5f, 0x49, 0xb8, 0x00,
        ],
        [
            0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83,
            0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd,
            0xd0, 0x9f, 0x11, 0x57,
        ],
        near_prime(0xec),
        near_prime(0xed),
        near_prime(0xee),
    ]
};

/// Whether data can be sealed to an x25519 key. If a provider registered one to which it cannot,
/// every requester of a sealed task that is matched with the provider would miss its key window.
pub fn is_sealing_key(key: &Hash) -> bool {
    let mut point = *key;
    // The topmost bit is not part of the point.
    point[31] &= 0x7f;
    !LOW_ORDER.contains(&point)
}
