//! Envelopes and streams: what must open, and what must not.

use std::io;

use super::{
    envelope::{self, CannotOpen, CannotSeal},
    key::Purpose,
    stream::{self, sealed_length, Broken, Salt, CHUNK_BYTES, HEADER_BYTES},
    *,
};
use crate::TaskId;
use proptest::prelude::*;

const SECRET: Hash = [5; 32];
const GENESIS: Hash = [9; 32];

fn key() -> DataKey {
    DataKey::from_bytes([7; 32])
}

fn assignment(attempt: u8) -> AssignmentId {
    AssignmentId {
        task: TaskId(3),
        replica: 0,
        attempt,
    }
}

fn manifest(seed: u8) -> ContentId {
    let mut bytes = vec![1, 0x55, 0x12, 32];
    bytes.extend([seed; 32]);
    ContentId::from_bytes(bytes).unwrap()
}

#[test]
fn an_envelope_opens_for_its_recipient_in_its_context_only() {
    let recipient = envelope::public_key(&SECRET);
    let manifest_id = manifest(1);
    let context = EnvelopeContext {
        genesis: &GENESIS,
        assignment: assignment(0),
        manifest: &manifest_id,
        recipient: &recipient,
    };
    let commitment = key().commitment();
    let sealed = envelope::seal(&key(), &context).unwrap();
    let open = |envelope: &Envelope, secret: &Hash, context: &EnvelopeContext<'_>| {
        envelope::open(envelope, secret, context, &commitment)
    };
    assert_eq!(open(&sealed, &SECRET, &context), Ok(key()));
    assert_ne!(
        envelope::seal(&key(), &context).unwrap(),
        sealed,
        "each is sealed with a key of its own"
    );

    let (other_genesis, other_manifest) = ([8; 32], manifest(2));
    let others = [
        EnvelopeContext {
            genesis: &other_genesis,
            ..context
        },
        EnvelopeContext {
            assignment: assignment(1),
            ..context
        },
        EnvelopeContext {
            manifest: &other_manifest,
            ..context
        },
    ];
    for other in others {
        assert_eq!(open(&sealed, &SECRET, &other), Err(CannotOpen::Altered));
    }
    assert_eq!(open(&sealed, &[6; 32], &context), Err(CannotOpen::Altered));
    let elsewhere = envelope::public_key(&[6; 32]);
    let other = EnvelopeContext {
        recipient: &elsewhere,
        ..context
    };
    assert_eq!(
        open(&sealed, &[6; 32], &other),
        Err(CannotOpen::OtherRecipient)
    );
    let mut altered = sealed;
    altered.sealed_key[40] ^= 1;
    assert_eq!(open(&altered, &SECRET, &context), Err(CannotOpen::Altered));
    let promised = DataKey::from_bytes([8; 32]).commitment();
    assert_eq!(
        envelope::open(&sealed, &SECRET, &context, &promised),
        Err(CannotOpen::OtherKey)
    );
}

#[test]
fn nothing_is_sealed_to_a_key_of_low_order() {
    let manifest = manifest(1);
    for low in LOW_ORDER {
        for recipient in [low, {
            let mut other = low;
            other[31] |= 0x80;
            other
        }] {
            assert!(!is_sealing_key(&recipient));
            let context = EnvelopeContext {
                genesis: &GENESIS,
                assignment: assignment(0),
                manifest: &manifest,
                recipient: &recipient,
            };
            assert_eq!(
                envelope::seal(&key(), &context),
                Err(CannotSeal::BadRecipient)
            );
        }
    }
    assert!(is_sealing_key(&envelope::public_key(&SECRET)));
}

/// Values that both sides must compute alike: a change here changes the format. They were computed
/// with other implementations of BLAKE3, X25519 and ChaCha20-Poly1305.
#[test]
fn vectors() {
    assert_eq!(
        hex::encode(key().commitment()),
        include_str!("vectors/commitment.hex").trim()
    );
    let recipient = envelope::public_key(&SECRET);
    let context = EnvelopeContext {
        genesis: &GENESIS,
        assignment: assignment(2),
        manifest: &manifest(1),
        recipient: &recipient,
    };
    assert_eq!(
        hex::encode(context.info()),
        include_str!("vectors/info.hex").trim()
    );
    let purpose = Purpose::Result(assignment(2));
    let salt = Salt::of_content(&key(), purpose, &[4; 32]);
    let sealed = stream::seal_bytes(&key(), purpose, salt, b"sealed").unwrap();
    assert_eq!(
        hex::encode(sealed),
        include_str!("vectors/stream.hex").trim()
    );
}

#[test]
fn keys_are_not_printed() {
    let text = format!("{:?}", DataKey::from_bytes([0x2a; 32]));
    assert_eq!(text, "DataKey(…)");
    assert_ne!(DataKey::generate().unwrap(), DataKey::generate().unwrap());
}

#[test]
fn the_length_is_known_before() {
    let (header, chunk) = (HEADER_BYTES as u64, CHUNK_BYTES as u64);
    assert_eq!(sealed_length(0), header + 16);
    assert_eq!(sealed_length(1), header + 1 + 16);
    assert_eq!(sealed_length(chunk - 1), header + chunk + 15);
    assert_eq!(sealed_length(chunk), header + chunk + 16);
    assert_eq!(sealed_length(chunk + 1), header + chunk + 33);
    assert_eq!(sealed_length(3 * chunk), header + 3 * (chunk + 16));
    assert_eq!(sealed_length(u64::MAX), u64::MAX);
}

fn sealed(content: &[u8]) -> Vec<u8> {
    stream::seal_bytes(&key(), Purpose::Content, Salt::random().unwrap(), content).unwrap()
}

fn opened(sealed: &[u8]) -> Result<Vec<u8>, Broken> {
    stream::open_bytes(&key(), Purpose::Content, sealed)
}

#[test]
fn what_was_altered_does_not_open() {
    let content: Vec<u8> = (0..3 * CHUNK_BYTES).map(|i| (i % 253) as u8).collect();
    let whole = sealed(&content);
    assert_eq!(opened(&whole).unwrap(), content);
    let chunk = CHUNK_BYTES + 16;
    let at = |n: usize| HEADER_BYTES + n * chunk;

    // Cut off between two chunks, in one, in the header.
    for length in [at(2), at(2) - 1, at(0), at(0) - 1, 0] {
        assert_eq!(opened(&whole[..length]), Err(Broken::Altered), "{length}");
    }
    let mut longer = whole.clone();
    longer.push(0);
    assert_eq!(opened(&longer), Err(Broken::Altered));
    let mut swapped = whole.clone();
    let (first, second) = swapped[at(0)..at(2)].split_at_mut(chunk);
    first.swap_with_slice(second);
    assert_eq!(opened(&swapped), Err(Broken::Altered));
    let without_second = [&whole[..at(1)], &whole[at(2)..]].concat();
    assert_eq!(opened(&without_second), Err(Broken::Altered));
    // Any single bit, the salt's included.
    for byte in [10, at(0), at(1) - 1, whole.len() - 1] {
        let mut flipped = whole.clone();
        flipped[byte] ^= 1;
        assert_eq!(opened(&flipped), Err(Broken::Altered), "{byte}");
    }
    let mut unknown = whole.clone();
    unknown[7] = b'2';
    assert_eq!(opened(&unknown), Err(Broken::NotSealed));
    assert_eq!(opened(b"plain text"), Err(Broken::NotSealed));
}

#[test]
fn another_key_or_purpose_does_not_open() {
    let whole = sealed(b"content");
    let other = DataKey::from_bytes([8; 32]);
    assert_eq!(
        stream::open_bytes(&other, Purpose::Content, &whole),
        Err(Broken::Altered)
    );
    let result = Purpose::Result(assignment(0));
    let purposes = [
        result,
        Purpose::Result(assignment(1)),
        Purpose::Log(assignment(0)),
    ];
    let salt = Salt::random().unwrap();
    for purpose in purposes {
        assert_eq!(
            stream::open_bytes(&key(), purpose, &whole),
            Err(Broken::Altered)
        );
        let sealed = stream::seal_bytes(&key(), purpose, salt, b"content").unwrap();
        for other in purposes.into_iter().filter(|other| *other != purpose) {
            assert!(stream::open_bytes(&key(), other, &sealed).is_err());
        }
    }
}

#[test]
fn a_salt_of_content_repeats_for_the_same_content_only() {
    let purpose = Purpose::Result(assignment(0));
    let salt = |purpose, digest: &Hash| Salt::of_content(&key(), purpose, digest);
    let once = salt(purpose, &[1; 32]);
    assert_eq!(once, salt(purpose, &[1; 32]));
    assert_ne!(once, salt(purpose, &[2; 32]));
    assert_ne!(once, salt(Purpose::Result(assignment(1)), &[1; 32]));
    assert_ne!(
        once,
        Salt::of_content(&DataKey::from_bytes([8; 32]), purpose, &[1; 32])
    );
}

/// Reads in pieces that are not whole chunks.
struct Slow<'a>(&'a [u8], usize);

impl io::Read for Slow<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let length = self.1.min(to.len());
        io::Read::read(&mut self.0, &mut to[..length])
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_sealed_opens(length in 0..3 * CHUNK_BYTES + 2, piece in 1..2 * CHUNK_BYTES) {
        let content: Vec<u8> = (0..length).map(|i| (i % 255) as u8).collect();
        let salt = Salt::random().unwrap();
        let mut sealed = Vec::new();
        stream::seal(&key(), Purpose::Content, salt, &mut Slow(&content, piece), &mut sealed)
            .unwrap();
        prop_assert_eq!(sealed.len() as u64, sealed_length(length as u64));
        let at_once = stream::seal_bytes(&key(), Purpose::Content, salt, &content).unwrap();
        prop_assert!(sealed == at_once);
        let mut opened = Vec::new();
        stream::open(&key(), Purpose::Content, &mut Slow(&sealed, piece), &mut opened).unwrap();
        prop_assert!(opened == content);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(opened(&bytes).is_err());
        let with_magic = [&stream::MAGIC[..], &bytes[..]].concat();
        prop_assert!(opened(&with_magic).is_err());
    }
}
