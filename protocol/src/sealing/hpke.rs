//! HPKE (RFC 9180), with the only suite and the only use that envelopes need: mode base,
//! DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, a single message.
//!
//! Built on `ring` and `x25519-dalek`, which the node has anyway. The `hpke` crate would bring a
//! second generation of all their curves and ciphers. This module gives the same bytes on the wire,
//! and is tested against the RFC's test vectors.

use ring::{
    aead::{Aad, LessSafeKey, Nonce, UnboundKey, CHACHA20_POLY1305, NONCE_LEN},
    hmac::{self, HMAC_SHA256},
};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

const HASH_LEN: usize = 32;
const TAG_LEN: usize = 16;
const VERSION: &[u8] = b"HPKE-v1";

/// `"KEM" · kem_id` of DHKEM(X25519, HKDF-SHA256).
const KEM_SUITE: &[u8] = &[b'K', b'E', b'M', 0x00, 0x20];
/// `"HPKE" · kem_id · kdf_id · aead_id`.
const SUITE: &[u8] = &[b'H', b'P', b'K', b'E', 0x00, 0x20, 0x00, 0x01, 0x00, 0x03];
const MODE_BASE: u8 = 0;

type Secret = Zeroizing<[u8; HASH_LEN]>;

/// The public key is of low order: nothing can be sealed to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct LowOrder;

fn hmac(key: &[u8], parts: &[&[u8]]) -> Secret {
    let mut context = hmac::Context::with_key(&hmac::Key::new(HMAC_SHA256, key));
    parts.iter().for_each(|part| context.update(part));
    let mut bytes = Zeroizing::new([0; HASH_LEN]);
    bytes.copy_from_slice(context.sign().as_ref());
    bytes
}

fn labeled_extract(suite: &[u8], salt: &[u8], label: &[u8], ikm: &[u8]) -> Secret {
    // HMAC pads an empty salt with zeroes, as HKDF's default salt is.
    hmac(salt, &[VERSION, suite, label, ikm])
}

/// At most one block of HKDF-Expand: nothing here is longer.
fn labeled_expand<const N: usize>(
    suite: &[u8],
    prk: &Secret,
    label: &[u8],
    info: &[u8],
) -> Zeroizing<[u8; N]> {
    const { assert!(N <= HASH_LEN) };
    let length = (N as u16).to_be_bytes();
    let block = hmac(&prk[..], &[&length, VERSION, suite, label, info, &[1]]);
    let mut bytes = Zeroizing::new([0; N]);
    bytes.copy_from_slice(&block[..N]);
    bytes
}

/// `ExtractAndExpand` of the KEM.
fn shared_secret(
    own: &StaticSecret,
    other: &PublicKey,
    encapsulated: &[u8; 32],
    recipient: &[u8; 32],
) -> Result<Secret, LowOrder> {
    let dh = own.diffie_hellman(other);
    if !dh.was_contributory() {
        return Err(LowOrder);
    }
    let prk = labeled_extract(KEM_SUITE, b"", b"eae_prk", dh.as_bytes());
    let context = [&encapsulated[..], &recipient[..]].concat();
    Ok(labeled_expand(KEM_SUITE, &prk, b"shared_secret", &context))
}

/// `KeySchedule`: the key, and the nonce of the first message.
fn key_schedule(shared_secret: &Secret, info: &[u8]) -> (LessSafeKey, [u8; NONCE_LEN]) {
    let psk_id_hash = labeled_extract(SUITE, b"", b"psk_id_hash", b"");
    let info_hash = labeled_extract(SUITE, b"", b"info_hash", info);
    let context = [&[MODE_BASE][..], &psk_id_hash[..], &info_hash[..]].concat();
    let secret = labeled_extract(SUITE, &shared_secret[..], b"secret", b"");
    let key: Zeroizing<[u8; 32]> = labeled_expand(SUITE, &secret, b"key", &context);
    let nonce: Zeroizing<[u8; NONCE_LEN]> = labeled_expand(SUITE, &secret, b"base_nonce", &context);
    let key = UnboundKey::new(&CHACHA20_POLY1305, &key[..]).expect("32 bytes are a key; qed");
    (LessSafeKey::new(key), *nonce)
}

/// `SealBase` with an ephemeral secret that the caller has just drawn. Returns the encapsulated
/// key; `message` becomes ciphertext.
pub(super) fn seal(
    ephemeral: &StaticSecret,
    recipient: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    message: &mut [u8],
) -> Result<([u8; 32], [u8; TAG_LEN]), LowOrder> {
    let encapsulated = PublicKey::from(ephemeral).to_bytes();
    let other = PublicKey::from(*recipient);
    let secret = shared_secret(ephemeral, &other, &encapsulated, recipient)?;
    let (key, nonce) = key_schedule(&secret, info);
    let nonce = Nonce::assume_unique_for_key(nonce);
    let tag = key
        .seal_in_place_separate_tag(nonce, Aad::from(aad), message)
        .expect("a key is short enough; qed");
    let mut bytes = [0; TAG_LEN];
    bytes.copy_from_slice(tag.as_ref());
    Ok((encapsulated, bytes))
}

/// `OpenBase`. `sealed` is ciphertext and tag; returns the message in it, or `None` if it was not
/// sealed to this secret with this `info` and `aad`.
pub(super) fn open<'a>(
    secret: &StaticSecret,
    encapsulated: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    sealed: &'a mut [u8],
) -> Option<&'a mut [u8]> {
    let recipient = PublicKey::from(secret).to_bytes();
    let other = PublicKey::from(*encapsulated);
    let shared = shared_secret(secret, &other, encapsulated, &recipient).ok()?;
    let (key, nonce) = key_schedule(&shared, info);
    let nonce = Nonce::assume_unique_for_key(nonce);
    key.open_in_place(nonce, Aad::from(aad), sealed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        hex::decode(hex).unwrap()
    }

    fn array(hex: &str) -> [u8; 32] {
        bytes(hex).try_into().unwrap()
    }

    /// RFC 9180, A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, base, message 0.
    #[test]
    fn the_vector_of_the_rfc() {
        let info = bytes("4f6465206f6e2061204772656369616e2055726e");
        let aad = bytes("436f756e742d30");
        let plain = bytes("4265617574792069732074727574682c20747275746820626561757479");
        let ephemeral = StaticSecret::from(array(
            "f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600",
        ));
        let secret = StaticSecret::from(array(
            "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
        ));
        let recipient = array("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a");
        assert_eq!(PublicKey::from(&secret).to_bytes(), recipient);

        let mut message = plain.clone();
        let (encapsulated, tag) = seal(&ephemeral, &recipient, &info, &aad, &mut message).unwrap();
        assert_eq!(
            encapsulated,
            array("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a")
        );
        let mut sealed = [&message[..], &tag[..]].concat();
        assert_eq!(
            hex::encode(&sealed),
            "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1\
             b51a28"
        );
        let mut other = sealed.clone();
        assert_eq!(
            open(&secret, &encapsulated, &info, &aad, &mut sealed).unwrap(),
            plain
        );
        assert!(open(&secret, &encapsulated, b"", &aad, &mut other).is_none());
    }
}
