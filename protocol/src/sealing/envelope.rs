//! A data key, sealed to one provider for one assignment.

use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use super::{
    hpke,
    key::{random, DataKey, NoRandomness},
    Envelope, EnvelopeContext, KEY_BYTES,
};
use crate::Hash;

/// Why a data key cannot be sealed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CannotSeal {
    /// See [`super::is_sealing_key`].
    BadRecipient,
    /// The system gave no random bytes.
    NoRandomness,
}

impl core::fmt::Display for CannotSeal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::BadRecipient => f.write_str("nothing can be sealed to the recipient's key"),
            Self::NoRandomness => NoRandomness.fmt(f),
        }
    }
}

impl std::error::Error for CannotSeal {}

impl From<NoRandomness> for CannotSeal {
    fn from(NoRandomness: NoRandomness) -> Self {
        Self::NoRandomness
    }
}

/// Why an envelope does not give the data key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CannotOpen {
    /// It was sealed to another key.
    OtherRecipient,
    /// It was not sealed in this context, or was altered.
    Altered,
    /// What is in it is not the key that the task committed to.
    OtherKey,
}

impl core::fmt::Display for CannotOpen {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::OtherRecipient => "the granted key is sealed to another sealing key",
            Self::Altered => "the granted key does not open",
            Self::OtherKey => "the granted key is not the one that the task committed to",
        })
    }
}

impl std::error::Error for CannotOpen {}

/// The x25519 key to which envelopes are sealed for the holder of a secret.
pub fn public_key(secret: &Hash) -> Hash {
    PublicKey::from(&StaticSecret::from(*secret)).to_bytes()
}

/// Seals a data key.
///
/// # Errors
/// See [`CannotSeal`].
pub fn seal(key: &DataKey, context: &EnvelopeContext<'_>) -> Result<Envelope, CannotSeal> {
    let ephemeral = StaticSecret::from(*random::<32>()?);
    let mut message = Zeroizing::new(*key.bytes());
    let (encapsulated, tag) = hpke::seal(
        &ephemeral,
        context.recipient,
        &context.info(),
        b"",
        &mut message[..],
    )
    .map_err(|hpke::LowOrder| CannotSeal::BadRecipient)?;
    let mut sealed_key = [0; KEY_BYTES + 16];
    sealed_key[..KEY_BYTES].copy_from_slice(&message[..]);
    sealed_key[KEY_BYTES..].copy_from_slice(&tag);
    Ok(Envelope {
        recipient: *context.recipient,
        encapsulated,
        sealed_key,
    })
}

/// Opens an envelope with the secret of the recipient in `context`, and checks that the key in it is
/// the one that the task committed to.
///
/// # Errors
/// See [`CannotOpen`].
pub fn open(
    envelope: &Envelope,
    secret: &Hash,
    context: &EnvelopeContext<'_>,
    commitment: &Hash,
) -> Result<DataKey, CannotOpen> {
    if envelope.recipient != *context.recipient {
        return Err(CannotOpen::OtherRecipient);
    }
    let secret = StaticSecret::from(*secret);
    let mut sealed = Zeroizing::new(envelope.sealed_key);
    let opened = hpke::open(
        &secret,
        &envelope.encapsulated,
        &context.info(),
        b"",
        &mut sealed[..],
    );
    let bytes = opened
        .and_then(|bytes| <[u8; KEY_BYTES]>::try_from(&bytes[..]).ok())
        .ok_or(CannotOpen::Altered)?;
    let key = DataKey::from_bytes(bytes);
    if key.commitment() != *commitment {
        return Err(CannotOpen::OtherKey);
    }
    Ok(key)
}
