//! The only hash function: BLAKE3 in its key-derivation mode, with a different context for each
//! use, so that no value of one kind can ever be taken for another.

use codec::Encode;

/// A BLAKE3 digest.
pub type Hash = [u8; 32];

/// Adapts a BLAKE3 hasher to SCALE's output, so that values are hashed without a copy.
struct Sink<'a>(&'a mut blake3::Hasher);

impl codec::Output for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

/// Hashes the SCALE encoding of `value` in the domain `context`.
pub fn hash_in<T: Encode + ?Sized>(context: &str, value: &T) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    value.encode_to(&mut Sink(&mut hasher));
    hasher.finalize().into()
}

/// Hashes raw bytes in the domain `context`.
pub fn hash_bytes_in(context: &str, bytes: &[u8]) -> Hash {
    blake3::Hasher::new_derive_key(context)
        .update(bytes)
        .finalize()
        .into()
}
