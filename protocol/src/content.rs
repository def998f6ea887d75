//! Content identifiers as the chain stores them.

use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Longest binary CID that is accepted, in bytes. A CIDv1 with SHA-256 takes 36.
pub const MAX_CID_BYTES: u32 = 64;

/// Longest multiaddress that is accepted, in bytes of its binary form.
pub const MAX_PEER_ADDRESS_BYTES: u32 = 128;

/// A binary multiaddress (with its `/p2p/` part) at which blobs can be fetched.
pub type PeerAddress = BoundedVec<u8, ConstU32<MAX_PEER_ADDRESS_BYTES>>;

/// A CIDv1 in its binary form. The chain checks its shape. Whoever fetches the content checks what
/// the CID points to.
#[derive(
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Clone,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
)]
pub struct ContentId(BoundedVec<u8, ConstU32<MAX_CID_BYTES>>);

/// Why bytes are not a [`ContentId`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BadContentId {
    /// Longer than [`MAX_CID_BYTES`].
    TooLong,
    /// Not CIDv1 with a multihash whose length fits the bytes.
    Malformed,
}

impl ContentId {
    /// Takes the binary form of a CIDv1.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, BadContentId> {
        let bounded = BoundedVec::try_from(bytes).map_err(|_| BadContentId::TooLong)?;
        let cid = Self(bounded);
        if cid.is_well_formed() {
            Ok(cid)
        } else {
            Err(BadContentId::Malformed)
        }
    }

    /// The binary form.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether the bytes are `version 1 · codec · multihash code · length · digest`, where the
    /// digest has the stated length of at least 16 bytes. Check decoded values with this before
    /// they are stored, because SCALE only checks the bound.
    pub fn is_well_formed(&self) -> bool {
        let mut rest: &[u8] = &self.0;
        let mut varint = || -> Option<u64> {
            let mut value = 0u64;
            for shift in 0..9u32 {
                let (&byte, tail) = rest.split_first()?;
                rest = tail;
                value |= u64::from(byte & 0x7f) << (7 * shift);
                if byte & 0x80 == 0 {
                    return Some(value);
                }
            }
            None
        };
        let (Some(version), Some(_codec), Some(_code), Some(length)) =
            (varint(), varint(), varint(), varint())
        else {
            return false;
        };
        version == 1 && length >= 16 && rest.len() as u64 == length
    }
}

#[cfg(feature = "std")]
mod text {
    use super::*;

    impl core::fmt::Display for ContentId {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            match cid::Cid::try_from(self.as_bytes()) {
                Ok(cid) => cid.fmt(f),
                Err(_) => write!(f, "0x{}", hex::encode(self.as_bytes())),
            }
        }
    }

    impl core::str::FromStr for ContentId {
        type Err = BadContentId;

        fn from_str(text: &str) -> Result<Self, BadContentId> {
            let cid = text
                .parse::<cid::Cid>()
                .map_err(|_| BadContentId::Malformed)?;
            Self::from_bytes(cid.to_bytes())
        }
    }

    impl TryFrom<cid::Cid> for ContentId {
        type Error = BadContentId;

        fn try_from(cid: cid::Cid) -> Result<Self, BadContentId> {
            Self::from_bytes(cid.to_bytes())
        }
    }

    impl core::fmt::Display for BadContentId {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            match self {
                Self::TooLong => write!(f, "a CID may have at most {MAX_CID_BYTES} bytes"),
                Self::Malformed => f.write_str("not a CIDv1"),
            }
        }
    }

    impl std::error::Error for BadContentId {}

    impl serde::Serialize for ContentId {
        fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
            s.collect_str(self)
        }
    }

    impl<'de> serde::Deserialize<'de> for ContentId {
        fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
            let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
            text.parse().map_err(serde::de::Error::custom)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIR: &str = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

    #[test]
    fn text_and_bytes_agree() {
        let cid: ContentId = DIR.parse().unwrap();
        assert_eq!(cid.as_bytes().len(), 36);
        assert_eq!(alloc::format!("{cid}"), DIR);
        assert!(cid.is_well_formed());
    }

    #[test]
    fn malformed_bytes_are_refused() {
        let good: ContentId = DIR.parse().unwrap();
        let mut short = good.as_bytes().to_vec();
        short.pop();
        assert_eq!(ContentId::from_bytes(short), Err(BadContentId::Malformed));
        assert_eq!(
            ContentId::from_bytes(alloc::vec![]),
            Err(BadContentId::Malformed)
        );
        assert_eq!(
            ContentId::from_bytes(alloc::vec![0xff; 64]),
            Err(BadContentId::Malformed)
        );
        assert_eq!(
            ContentId::from_bytes(alloc::vec![1; 65]),
            Err(BadContentId::TooLong)
        );
        // CIDv0 starts with the multihash itself.
        assert_eq!(
            ContentId::from_bytes(alloc::vec![0x12; 34]),
            Err(BadContentId::Malformed)
        );
    }
}
