//! Sealed files: the STREAM construction over ChaCha20-Poly1305.
//!
//! ```text
//! header   8 bytes   "aicpw/s1": what it is, and the version of all that follows
//!         32 bytes   salt
//! chunks             65,536 bytes of content each (the last one: 1 to 65,536, or none if the
//!                    content is empty), encrypted, and a tag of 16 bytes
//! ```
//!
//! The key of a stream is the hash of data key, purpose and header, so it belongs only to this stream, and every chunk
//! authenticates the header. The nonce of a chunk is 7 zero bytes, its position (big endian, 4 bytes) and 1 for the
//! last chunk, 0 for the others: a chunk that is moved, left out, repeated or cut off is noticed.
//!
//! A salt must not be used for two contents. Draw it ([`Salt::random`]), or derive it from the content
//! ([`Salt::of_content`]) if sealing again must give the same bytes.

use ring::aead::{Aad, LessSafeKey, Nonce, UnboundKey, CHACHA20_POLY1305, NONCE_LEN};
use std::io::{self, Read, Write};
use zeroize::{Zeroize, Zeroizing};

use super::key::{random, DataKey, NoRandomness, Purpose};
use crate::hashing::{hash_in, Hash};

/// First bytes of a sealed file.
pub const MAGIC: &[u8; 8] = b"aicpw/s1";

/// Bytes of a header.
pub const HEADER_BYTES: usize = MAGIC.len() + 32;

/// Bytes of content in a chunk.
pub const CHUNK_BYTES: usize = 1 << 16;

/// Bytes of a tag.
pub const TAG_BYTES: usize = 16;

/// Bytes that are read at a time.
const PIECE: usize = 16 * CHUNK_BYTES;

const STREAM_KEY: &str = "aicpw 2026 sealed stream key v1";
const SALT: &str = "aicpw 2026 sealed stream salt v1";

/// The length of a sealed file with this much content.
pub fn sealed_length(content: u64) -> u64 {
    let chunks = content.div_ceil(CHUNK_BYTES as u64).max(1);
    (HEADER_BYTES as u64)
        .saturating_add(content)
        .saturating_add(chunks.saturating_mul(TAG_BYTES as u64))
}

/// The salt that makes a stream's key unique.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Salt([u8; 32]);

impl Salt {
    /// A salt for content that is sealed once.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn random() -> Result<Self, NoRandomness> {
        Ok(Self(*random()?))
    }

    /// A salt for content that may have to be sealed again to the same bytes, for example after a crash. `digest` is a
    /// hash over all of the content.
    pub fn of_content(key: &DataKey, purpose: Purpose, digest: &Hash) -> Self {
        Self(hash_in(SALT, &(key.bytes(), purpose, digest)))
    }
}

/// A file is longer than a stream can be (256 TiB).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooLong;

impl core::fmt::Display for TooLong {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("longer than 256 TiB")
    }
}

impl std::error::Error for TooLong {}

/// Why sealed data does not open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Broken {
    /// It does not begin like a sealed file of this version.
    NotSealed,
    /// It was altered or cut off, or sealed under another key or for another purpose.
    Altered,
}

impl core::fmt::Display for Broken {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::NotSealed => "not a sealed file of a version that is known here",
            Self::Altered => "altered or cut off, or sealed under another key",
        })
    }
}

impl std::error::Error for Broken {}

/// Why a sealed file could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// Reading or writing failed.
    Io(io::Error),
    /// The data is not what it should be.
    Broken(Broken),
}

impl core::fmt::Display for OpenError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Broken(broken) => broken.fmt(f),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Broken> for OpenError {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

/// The chunks of one stream, in order.
struct Chunks {
    key: LessSafeKey,
    /// `None` after the last position that there is.
    next: Option<u32>,
}

impl Chunks {
    fn new(key: &DataKey, purpose: Purpose, header: &[u8; HEADER_BYTES]) -> Self {
        let bytes = Zeroizing::new(hash_in(STREAM_KEY, &(key.bytes(), purpose, header)));
        Self::with_key(&bytes)
    }

    fn with_key(bytes: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&CHACHA20_POLY1305, bytes).expect("32 bytes are a key; qed");
        Self {
            key: LessSafeKey::new(key),
            next: Some(0),
        }
    }

    fn nonce(&mut self, last: bool) -> Result<Nonce, TooLong> {
        let position = self.next.ok_or(TooLong)?;
        self.next = position.checked_add(1);
        let mut nonce = [0; NONCE_LEN];
        nonce[7..11].copy_from_slice(&position.to_be_bytes());
        nonce[11] = last.into();
        Ok(Nonce::assume_unique_for_key(nonce))
    }

    /// Turns content into ciphertext and tag.
    fn seal(&mut self, chunk: &mut Vec<u8>, last: bool) -> Result<(), TooLong> {
        let nonce = self.nonce(last)?;
        self.key
            .seal_in_place_append_tag(nonce, Aad::empty(), chunk)
            .map_err(|_| TooLong)
    }

    /// Turns ciphertext and tag into content.
    fn open<'a>(&mut self, chunk: &'a mut [u8], last: bool) -> Result<&'a [u8], Broken> {
        let is_first = self.next == Some(0);
        let nonce = self.nonce(last).map_err(|TooLong| Broken::Altered)?;
        let content = self
            .key
            .open_in_place(nonce, Aad::empty(), chunk)
            .map_err(|_| Broken::Altered)?;
        // Each content has only one sealed form: only empty content ends with an empty chunk.
        if content.is_empty() && !is_first {
            return Err(Broken::Altered);
        }
        Ok(content)
    }
}

/// Seals content that comes in pieces of any length.
pub struct Sealer {
    chunks: Chunks,
    chunk: Vec<u8>,
}

impl Sealer {
    /// Begins a stream; its header is appended to `sealed`.
    pub fn new(key: &DataKey, purpose: Purpose, salt: Salt, sealed: &mut Vec<u8>) -> Self {
        let mut header = [0; HEADER_BYTES];
        header[..MAGIC.len()].copy_from_slice(MAGIC);
        header[MAGIC.len()..].copy_from_slice(&salt.0);
        sealed.extend_from_slice(&header);
        Self {
            chunks: Chunks::new(key, purpose, &header),
            chunk: Vec::with_capacity(CHUNK_BYTES + TAG_BYTES),
        }
    }

    /// Takes the next piece and appends what is sealed of it so far to `sealed`.
    ///
    /// # Errors
    /// There was too much content.
    pub fn update(&mut self, mut content: &[u8], sealed: &mut Vec<u8>) -> Result<(), TooLong> {
        while !content.is_empty() {
            if self.chunk.len() == CHUNK_BYTES {
                self.seal(false, sealed)?;
            }
            let room = CHUNK_BYTES - self.chunk.len();
            let (now, later) = content.split_at(room.min(content.len()));
            self.chunk.extend_from_slice(now);
            content = later;
        }
        Ok(())
    }

    /// Ends the stream and appends the rest to `sealed`.
    ///
    /// # Errors
    /// There was too much content.
    pub fn finish(mut self, sealed: &mut Vec<u8>) -> Result<(), TooLong> {
        self.seal(true, sealed)
    }

    fn seal(&mut self, last: bool, sealed: &mut Vec<u8>) -> Result<(), TooLong> {
        self.chunks.seal(&mut self.chunk, last)?;
        sealed.extend_from_slice(&self.chunk);
        self.chunk.clear();
        Ok(())
    }
}

impl Drop for Sealer {
    fn drop(&mut self) {
        self.chunk.zeroize();
    }
}

/// Opens sealed data that comes in pieces of any length. Every byte that comes out is authentic, but only
/// [`Self::finish`] shows that none is missing.
pub struct Opener {
    key: DataKey,
    purpose: Purpose,
    chunks: Option<Chunks>,
    /// The bytes so far of the header, and later of a chunk.
    partial: Vec<u8>,
}

impl Opener {
    /// Begins a stream.
    pub fn new(key: DataKey, purpose: Purpose) -> Self {
        Self {
            key,
            purpose,
            chunks: None,
            partial: Vec::with_capacity(CHUNK_BYTES + TAG_BYTES),
        }
    }

    /// Takes the next piece and appends what can be opened so far to `content`.
    ///
    /// # Errors
    /// The data is not what it should be.
    pub fn update(&mut self, mut sealed: &[u8], content: &mut Vec<u8>) -> Result<(), Broken> {
        while !sealed.is_empty() {
            let whole = match &mut self.chunks {
                None => HEADER_BYTES,
                Some(chunks) => {
                    let whole = CHUNK_BYTES + TAG_BYTES;
                    if self.partial.len() == whole {
                        content.extend_from_slice(chunks.open(&mut self.partial, false)?);
                        self.partial.clear();
                    }
                    whole
                }
            };
            let room = whole - self.partial.len();
            let (now, later) = sealed.split_at(room.min(sealed.len()));
            self.partial.extend_from_slice(now);
            sealed = later;
            if self.chunks.is_none() {
                self.take_header()?;
            }
        }
        Ok(())
    }

    fn take_header(&mut self) -> Result<(), Broken> {
        let known = self.partial.len().min(MAGIC.len());
        if self.partial[..known] != MAGIC[..known] {
            return Err(Broken::NotSealed);
        }
        if let Ok(header) = <&[u8; HEADER_BYTES]>::try_from(&self.partial[..]) {
            self.chunks = Some(Chunks::new(&self.key, self.purpose, header));
            self.partial.clear();
        }
        Ok(())
    }

    /// Ends the stream and appends the rest to `content`.
    ///
    /// # Errors
    /// The data is not what it should be, or something is missing.
    pub fn finish(mut self, content: &mut Vec<u8>) -> Result<(), Broken> {
        let chunks = self.chunks.as_mut().ok_or(Broken::Altered)?;
        content.extend_from_slice(chunks.open(&mut self.partial, true)?);
        Ok(())
    }
}

impl Drop for Opener {
    fn drop(&mut self) {
        self.partial.zeroize();
    }
}

/// Seals everything that `from` gives.
///
/// # Errors
/// Reading or writing failed, or there was too much content.
pub fn seal(
    key: &DataKey,
    purpose: Purpose,
    salt: Salt,
    from: &mut impl Read,
    to: &mut impl Write,
) -> io::Result<()> {
    let mut piece = Zeroizing::new(vec![0; PIECE]);
    let mut sealed = Vec::with_capacity(PIECE + HEADER_BYTES + 2 * CHUNK_BYTES);
    let mut sealer = Sealer::new(key, purpose, salt, &mut sealed);
    loop {
        let read = match from.read(&mut piece) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if read == 0 {
            sealer.finish(&mut sealed).map_err(io::Error::other)?;
            return to.write_all(&sealed);
        }
        sealer
            .update(&piece[..read], &mut sealed)
            .map_err(io::Error::other)?;
        to.write_all(&sealed)?;
        sealed.clear();
    }
}

/// Opens everything that `from` gives. What was written is complete only if this succeeds.
///
/// # Errors
/// Reading or writing failed, or the data is not what it should be.
pub fn open(
    key: &DataKey,
    purpose: Purpose,
    from: &mut impl Read,
    to: &mut impl Write,
) -> Result<(), OpenError> {
    let mut piece = vec![0; PIECE];
    let mut content = Zeroizing::new(Vec::with_capacity(PIECE + 2 * CHUNK_BYTES));
    let mut opener = Opener::new(key.clone(), purpose);
    loop {
        let read = match from.read(&mut piece) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        if read == 0 {
            opener.finish(&mut content)?;
            return Ok(to.write_all(&content)?);
        }
        opener.update(&piece[..read], &mut content)?;
        to.write_all(&content)?;
        content.clear();
    }
}

/// Seals a short text or document.
///
/// # Errors
/// There was too much content.
pub fn seal_bytes(
    key: &DataKey,
    purpose: Purpose,
    salt: Salt,
    content: &[u8],
) -> Result<Vec<u8>, TooLong> {
    let mut sealed = Vec::new();
    let mut sealer = Sealer::new(key, purpose, salt, &mut sealed);
    sealer.update(content, &mut sealed)?;
    sealer.finish(&mut sealed)?;
    Ok(sealed)
}

/// Opens a short text or document.
///
/// # Errors
/// The data is not what it should be.
pub fn open_bytes(key: &DataKey, purpose: Purpose, sealed: &[u8]) -> Result<Vec<u8>, Broken> {
    let mut content = Vec::new();
    let mut opener = Opener::new(key.clone(), purpose);
    opener.update(sealed, &mut content)?;
    opener.finish(&mut content)?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with another implementation: Python's `cryptography`, from the description above.
    #[test]
    fn chunks_are_what_others_compute() {
        let key: [u8; 32] = core::array::from_fn(|i| i as u8);
        let content: Vec<u8> = (0..CHUNK_BYTES + 5).map(|i| (i % 251) as u8).collect();
        let (first, last) = content.split_at(CHUNK_BYTES);
        let mut chunks = Chunks::with_key(&key);
        let (mut first, mut last) = (first.to_vec(), last.to_vec());
        chunks.seal(&mut first, false).unwrap();
        chunks.seal(&mut last, true).unwrap();
        assert_eq!(
            hex::encode(&last),
            "185919b6c49b6ba3c474300c49a2dbca078bbdbbcf"
        );
        assert_eq!(
            hex::encode(&first[CHUNK_BYTES..]),
            "be25bc6da9851eefd605b7230a5ce655"
        );
        let mut again = Chunks::with_key(&key);
        assert_eq!(
            again.open(&mut first, false).unwrap(),
            &content[..CHUNK_BYTES]
        );

        let mut empty = Vec::new();
        Chunks::with_key(&key).seal(&mut empty, true).unwrap();
        assert_eq!(hex::encode(empty), "fa0e145e8775eb78c274755606de74fb");
    }

    #[test]
    fn a_stream_ends_before_its_positions_repeat() {
        let mut chunks = Chunks::with_key(&[1; 32]);
        chunks.next = Some(u32::MAX);
        assert!(chunks.seal(&mut vec![1], false).is_ok());
        assert_eq!(chunks.seal(&mut vec![1], true), Err(TooLong));
    }
}
