//! Fetches a result, and gives its files their names only once its root is checked.
//!
//! The output is streamed into one file for each output buffer while its root is computed. Only if that is the root on
//! chain do the files get their names, in the place where they belong. Some file systems have no files without names:
//! on those, the files are in a hidden folder until then.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};

use aicpw_protocol::{
    hashing::Hash,
    manifest::Manifest,
    merkle::ResultRootBuilder,
    sealing::stream::{sealed_length, Broken, Opener},
    ContentId,
};
use futures::{StreamExt, TryStreamExt};

use crate::{
    error::{Error, Result},
    hash::show_hash,
    node_rpc::{BlobSource, CHUNK_BYTES},
    result_folder::Staging,
};

/// How many requests run at the same time.
const READ_AHEAD: usize = 4;

/// One output buffer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutputFile {
    /// The buffer's name.
    pub buffer: String,
    /// The buffer's length.
    pub bytes: u64,
}

impl OutputFile {
    /// The name of the buffer's file.
    pub fn file_name(&self) -> String {
        format!("{}.bin", self.buffer)
    }
}

/// The outputs of a (valid) manifest, in the order of the canonical output.
pub fn outputs(manifest: &Manifest) -> Vec<OutputFile> {
    manifest
        .outputs
        .iter()
        .map(|name| OutputFile {
            buffer: name.clone(),
            bytes: manifest
                .buffer(name)
                .and_then(|(_, buffer)| buffer.bytes())
                .unwrap_or(0),
        })
        .collect()
}

/// A result whose root is the one on chain. It has one file for each output; the files are not in their final place
/// yet.
#[must_use]
pub struct Fetched<'a> {
    staging: Staging,
    outputs: &'a [OutputFile],
    roots: Vec<Hash>,
}

impl Fetched<'_> {
    /// The root of each output's file on its own, in the order of the outputs.
    pub fn roots(&self) -> &[Hash] {
        &self.roots
    }

    /// Moves the files to their final place, with this record beside them.
    ///
    /// # Errors
    /// The files cannot be moved.
    pub async fn publish(self, record: &impl serde::Serialize) -> Result<Vec<PathBuf>> {
        self.staging.publish(self.outputs, record).await
    }
}

/// Fetches a result that belongs into `folder`, and checks its root. `progress` is told how many bytes are done.
///
/// # Errors
/// [`crate::error::Kind::Verification`] if the content does not have the root that is on chain; then nothing was
/// written.
pub async fn fetch_result<'a>(
    source: &impl BlobSource,
    result: &ContentId,
    root: &Hash,
    outputs: &'a [OutputFile],
    folder: &Path,
    opener: Option<Opener>,
    progress: impl Fn(u64),
) -> Result<Fetched<'a>> {
    let (_, total) = lengths(outputs, opener.as_ref());
    let size = source.size(result).await?;
    if size != total {
        return Err(Error::verification(format!(
            "the result {result} has {size} bytes, but with the manifest's outputs it has {total}"
        ))
        .hint("nothing was written; do not accept this result"));
    }
    let staging = Staging::new(folder)?;
    download(source, result, root, outputs, staging, opener, progress).await
}

/// The total length of the outputs, and the length of the stored result, which is longer if it is sealed.
fn lengths(outputs: &[OutputFile], opener: Option<&Opener>) -> (u64, u64) {
    let content: u64 = outputs.iter().map(|output| output.bytes).sum();
    let total = match opener {
        Some(_) => sealed_length(content),
        None => content,
    };
    (content, total)
}

/// Fetches the result, and checks its root.
async fn download<'a>(
    source: &impl BlobSource,
    result: &ContentId,
    root: &Hash,
    outputs: &'a [OutputFile],
    staging: Staging,
    opener: Option<Opener>,
    progress: impl Fn(u64),
) -> Result<Fetched<'a>> {
    let (content, total) = lengths(outputs, opener.as_ref());
    let mut taker = Taker {
        opener,
        opened: Vec::new(),
        builder: ResultRootBuilder::default(),
        sink: OutputSink::new(staging, outputs),
    };
    let offsets = (0..total).step_by(CHUNK_BYTES as usize);
    let mut pieces = futures::stream::iter(offsets)
        .map(|offset| async move {
            let want = (total - offset).min(CHUNK_BYTES);
            let piece = source.read(result, offset, want).await?;
            if piece.len() as u64 == want {
                Ok(piece)
            } else {
                Err(Error::other(format!(
                    "the result ended after {} of {total} bytes",
                    offset + piece.len() as u64
                ))
                .hint("try again"))
            }
        })
        .buffered(READ_AHEAD);
    let mut done = 0;
    progress(0);
    while let Some(piece) = pieces.try_next().await? {
        taker.take(&piece)?;
        done += piece.len() as u64;
        progress(done.min(content));
    }
    let (found, roots, staging) = taker.finish()?;
    if found != *root {
        return Err(Error::verification(format!(
            "the result {result} has the root {}, but {} is on chain",
            show_hash(&found),
            show_hash(root)
        ))
        .hint("nothing was written; do not accept this result"));
    }
    Ok(Fetched {
        staging,
        outputs,
        roots,
    })
}

/// Takes the content as it arrives: unseals it if necessary, computes its root, and splits it into files.
struct Taker<'a> {
    opener: Option<Opener>,
    opened: Vec<u8>,
    builder: ResultRootBuilder,
    sink: OutputSink<'a>,
}

impl Taker<'_> {
    fn take(&mut self, piece: &[u8]) -> Result<()> {
        let Some(opener) = &mut self.opener else {
            self.builder.update(piece);
            return self.sink.write(piece);
        };
        opener.update(piece, &mut self.opened).map_err(broken)?;
        self.take_opened()
    }

    fn take_opened(&mut self) -> Result<()> {
        self.builder.update(&self.opened);
        self.sink.write(&self.opened)?;
        self.opened.clear();
        Ok(())
    }

    /// The root of everything, the root of each file, and the files.
    fn finish(mut self) -> Result<(Hash, Vec<Hash>, Staging)> {
        if let Some(opener) = self.opener.take() {
            opener.finish(&mut self.opened).map_err(broken)?;
            self.take_opened()?;
        }
        let (roots, staging) = self.sink.finish()?;
        Ok((self.builder.finish(), roots, staging))
    }
}

fn broken(broken: Broken) -> Error {
    Error::verification(format!("the sealed result does not open: {broken}"))
        .hint("nothing was written; do not accept this result")
}

/// Splits the canonical output into one file for each output buffer.
struct OutputSink<'a> {
    staging: Staging,
    rest: &'a [OutputFile],
    open: Option<OpenFile>,
    roots: Vec<Hash>,
}

struct OpenFile {
    file: File,
    name: String,
    /// The file's final place.
    path: PathBuf,
    /// How many more bytes the file gets.
    left: u64,
    root: ResultRootBuilder,
}

impl<'a> OutputSink<'a> {
    fn new(staging: Staging, outputs: &'a [OutputFile]) -> Self {
        Self {
            staging,
            rest: outputs,
            open: None,
            roots: Vec::new(),
        }
    }

    fn write(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            let Some(open) = &mut self.open else {
                if !self.open_next()? {
                    return Err(Error::other(
                        "the result is longer than the manifest's outputs",
                    ));
                }
                continue;
            };
            let take = usize::try_from(open.left)
                .unwrap_or(usize::MAX)
                .min(bytes.len());
            let (now, later) = bytes.split_at(take);
            open.file
                .write_all(now)
                .map_err(|error| Error::file("write", &open.path, &error))?;
            open.root.update(now);
            open.left -= take as u64;
            bytes = later;
            if open.left == 0 {
                self.close()?;
            }
        }
        Ok(())
    }

    /// Opens the file of the next output; `false` if there are no more outputs.
    fn open_next(&mut self) -> Result<bool> {
        let Some((output, rest)) = self.rest.split_first() else {
            return Ok(false);
        };
        self.rest = rest;
        let name = output.file_name();
        self.open = Some(OpenFile {
            file: self.staging.create(&name)?,
            path: self.staging.path_of(&name),
            name,
            left: output.bytes,
            root: ResultRootBuilder::default(),
        });
        if output.bytes == 0 {
            self.close()?;
        }
        Ok(true)
    }

    fn close(&mut self) -> Result<()> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        self.roots.push(open.root.finish());
        open.file
            .sync_all()
            .map_err(|error| Error::file("write", &open.path, &error))?;
        self.staging.keep(open.name, open.file);
        Ok(())
    }

    /// The root of each file, and the files.
    fn finish(mut self) -> Result<(Vec<Hash>, Staging)> {
        self.close()?;
        // Empty outputs at the end get no bytes, so their files are still to be opened.
        while self.open_next()? {
            self.close()?;
        }
        Ok((self.roots, self.staging))
    }
}

#[cfg(test)]
#[path = "fetch_tests.rs"]
mod tests;
