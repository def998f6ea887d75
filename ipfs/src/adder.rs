//! Turns a stream of bytes into a file.

use crate::error::OpError;
use crate::storage::Storage;
use bytes::Bytes;
use cid::{Cid, Version};
use futures::{Stream, StreamExt};
use rust_ipfs::Block;
use rust_unixfs::file::adder::{BalancedCollector, Chunker, FileAdder};
use std::sync::Arc;

/// How a file is added.
#[derive(Debug, Clone, Copy)]
pub struct AddOptions {
    /// Bytes per leaf.
    pub chunk: usize,
    /// Links per inner block.
    pub links: usize,
    /// Whether to pin the file.
    pub pin: bool,
    /// Whether only to compute the CID, storing nothing.
    pub only_hash: bool,
}

/// A file that was added or hashed.
#[derive(Debug, PartialEq, Eq)]
pub struct Added {
    /// Its CID, version 1.
    pub cid: Cid,
    /// Bytes of all its blocks.
    pub dag_size: u64,
}

/// Adds the file that `content` streams. The CID is that of `ipfs add --cid-version=1
/// --raw-leaves --chunker=size-<chunk> --max-file-links=<links>`.
///
/// # Errors
/// When the store is full, or the upload ends early. Blocks stored until then are not pinned.
pub async fn add<S>(
    storage: &Arc<Storage>,
    content: S,
    options: AddOptions,
) -> Result<Added, OpError>
where
    S: Stream<Item = Result<Bytes, OpError>>,
{
    let mut content = std::pin::pin!(content);
    let mut adder = FileAdder::builder()
        .with_chunker(Chunker::Size(options.chunk))
        .with_collector(BalancedCollector::with_branching_factor(options.links))
        .with_cid_version(Version::V1)
        .with_raw_leaves(true)
        .build();
    let mut sink = Sink {
        storage,
        hold: storage.hold(),
        keep: !options.only_hash,
        last: None,
    };

    while let Some(piece) = content.next().await {
        let piece = piece?;
        let mut rest = &piece[..];
        while !rest.is_empty() {
            let (blocks, consumed) = adder.push(rest);
            let blocks: Vec<_> = blocks.collect();
            rest = &rest[consumed..];
            sink.put(blocks).await?;
        }
    }
    let blocks: Vec<_> = adder.finish().collect();
    sink.put(blocks).await?;

    let added = sink
        .last
        .ok_or_else(|| anyhow::anyhow!("a file without blocks"))?;
    if options.pin && !options.only_hash {
        storage.pin(&added.cid, sink.hold.blocks()).await?;
    }
    Ok(added)
}

struct Sink<'a> {
    storage: &'a Arc<Storage>,
    hold: crate::storage::Hold,
    keep: bool,
    /// The last block made, which is the root once there are no more, and the size of all blocks.
    last: Option<Added>,
}

impl Sink<'_> {
    async fn put(&mut self, blocks: Vec<(Cid, Vec<u8>)>) -> Result<(), OpError> {
        let Some(&(cid, _)) = blocks.last() else {
            return Ok(());
        };
        let bytes: u64 = blocks.iter().map(|(_, data)| data.len() as u64).sum();
        let before = self.last.as_ref().map_or(0, |added| added.dag_size);
        self.last = Some(Added {
            cid,
            dag_size: before + bytes,
        });
        if !self.keep {
            return Ok(());
        }
        self.hold.add(blocks.iter().map(|(cid, _)| *cid)).await;
        // The hashes were just computed.
        let blocks = blocks
            .into_iter()
            .map(|(cid, data)| Block::new_unchecked(cid, data));
        self.storage.put(blocks.collect()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: AddOptions = AddOptions {
        chunk: 1024,
        links: 174,
        pin: true,
        only_hash: false,
    };

    fn pieces(content: &[u8], size: usize) -> impl Stream<Item = Result<Bytes, OpError>> + 'static {
        let pieces: Vec<_> = content
            .chunks(size)
            .map(|p| Ok(Bytes::copy_from_slice(p)))
            .collect();
        futures::stream::iter(pieces)
    }

    #[tokio::test]
    async fn hashing_gives_the_same_cid_and_keeps_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let storage = Storage::open(dir.path(), None, 0).await.unwrap();
        let content: Vec<u8> = (0..50_000u32).flat_map(|i| i.to_le_bytes()).collect();
        for len in [0, 1, 1023, 1024, 1025, 2048, content.len()] {
            let hash = AddOptions {
                only_hash: true,
                ..OPTIONS
            };
            let hashed = add(&storage, pieces(&content[..len], 333), hash)
                .await
                .unwrap();
            assert_eq!(storage.usage().await.unwrap().blocks, 0, "{len} bytes");
            let added = add(&storage, pieces(&content[..len], 5000), OPTIONS)
                .await
                .unwrap();
            assert_eq!(hashed, added, "{len} bytes");
            storage.unpin(&added.cid).await.unwrap();
            storage.collect().await.unwrap();
        }
    }

    /// CIDs that `ipfs add --cid-version=1` prints for these contents.
    #[tokio::test]
    async fn known_cids() {
        let dir = tempfile::tempdir().unwrap();
        let storage = Storage::open(dir.path(), None, 0).await.unwrap();
        let options = AddOptions {
            chunk: 256 << 10,
            links: 174,
            only_hash: true,
            pin: false,
        };
        for (content, cid) in [
            (
                &b""[..],
                "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
            ),
            (
                b"hello world\n",
                "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4",
            ),
        ] {
            let added = add(&storage, pieces(content, 100), options).await.unwrap();
            assert_eq!(added.cid.to_string(), cid);
        }
    }

    #[tokio::test]
    async fn an_upload_that_breaks_off_pins_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let storage = Storage::open(dir.path(), None, 0).await.unwrap();
        let broken = pieces(&[7; 5000], 1000)
            .chain(futures::stream::iter([Err(OpError::Upload("gone".into()))]));
        assert!(matches!(
            add(&storage, broken, OPTIONS).await,
            Err(OpError::Upload(_))
        ));
        assert!(storage.pins().await.unwrap().is_empty());
        storage.collect().await.unwrap();
        assert_eq!(storage.usage().await.unwrap().blocks, 0);
    }
}
