//! The data key.

use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use super::{key_commitment, KEY_BYTES};
use crate::{ids::AssignmentId, Hash};
use codec::Encode;

/// The system gave no random bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NoRandomness;

impl core::fmt::Display for NoRandomness {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("the system gave no random bytes")
    }
}

impl std::error::Error for NoRandomness {}

/// Random bytes from the system.
pub(super) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, NoRandomness> {
    let mut bytes = Zeroizing::new([0; N]);
    SystemRandom::new()
        .fill(&mut *bytes)
        .map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// The key of a task's data. Wiped from memory when dropped, and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct DataKey(Zeroizing<[u8; KEY_BYTES]>);

impl DataKey {
    /// Generates a new key.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn generate() -> Result<Self, NoRandomness> {
        random().map(Self)
    }

    /// A key from known bytes.
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// The task's commitment to the key.
    pub fn commitment(&self) -> Hash {
        key_commitment(&self.0)
    }
}

impl core::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("DataKey(…)")
    }
}

/// The content of a stream. Each purpose has its own keys, so that no content can be passed off as
/// another.
#[derive(Encode, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Manifest, program or input, all of which are the requester's.
    Content,
    /// The output of an assignment (which says task, replica and attempt).
    Result(AssignmentId),
    /// The log of an assignment that failed.
    Log(AssignmentId),
}
