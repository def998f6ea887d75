//! `aicpw ipfs …`: the node's IPFS store.

use std::{
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

use aicpw_protocol::ContentId;
use clap::Subcommand;
use futures::{StreamExt, TryStreamExt};
use serde::Serialize;

use super::{connect, waiting::patiently, Context};
use crate::{
    error::{io_cause, Error, Result},
    node_rpc::{BlobSource, NodeRpc, CHUNK_BYTES},
    output::{progress::Bar, terminal::Terminal, Output},
    peers,
    pins::{Lock, Note, Pins, Reason},
    whole_file::WholeFile,
};

/// How many requests run at the same time.
const READ_AHEAD: usize = 4;

/// What to show while the node may have to search.
const LOOKING: &str = "looking for it";
const FETCHING: &str = "fetching what is missing";

/// `aicpw ipfs …`
#[derive(Subcommand, Debug)]
pub enum IpfsCommand {
    /// Add a file to the node's store, which keeps it and serves it to others
    #[command(after_long_help = "\
Examples:
  aicpw ipfs add input.bin
  aicpw ipfs add input.bin --json")]
    Add {
        /// The file
        file: PathBuf,
    },
    /// Print a file, or write it with --out
    ///
    /// What the node does not have it searches for at the peers that it knows. A file that is there is never
    /// overwritten.
    #[command(after_long_help = "\
Examples:
  aicpw ipfs cat bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi
  aicpw ipfs cat bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi --out image.bin")]
    Cat {
        /// Its CID
        #[arg(value_parser = parse_cid)]
        cid: ContentId,
        /// Write it to this new file instead of to standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// A peer that has it (a multiaddress with /p2p/…); can be given several times
        #[arg(long, value_name = "ADDRESS", value_parser = peers::parse)]
        peer: Vec<String>,
    },
    /// Let the node forget a file
    #[command(after_long_help = "\
Examples:
  aicpw ipfs unpin bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi")]
    Unpin {
        /// Its CID
        #[arg(value_parser = parse_cid)]
        cid: ContentId,
    },
    /// Keep a file, fetching what is missing of it
    #[command(after_long_help = "\
Examples:
  aicpw ipfs pin bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi
  aicpw ipfs pin bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi \\
    --peer /ip4/203.0.113.7/tcp/30433/p2p/12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8")]
    Pin {
        /// Its CID
        #[arg(value_parser = parse_cid)]
        cid: ContentId,
        /// A peer that has it (a multiaddress with /p2p/…); can be given several times
        #[arg(long, value_name = "ADDRESS", value_parser = peers::parse)]
        peer: Vec<String>,
    },
    /// Where others reach the node's store
    #[command(after_long_help = "\
Examples:
  aicpw ipfs addresses
  aicpw ipfs addresses --json")]
    Addresses,
}

fn parse_cid(text: &str) -> Result<ContentId, String> {
    text.parse().map_err(|_| match text.starts_with("Qm") {
        true => format!(
            "`{text}` is a CID of version 0, and version 1 is wanted: `ipfs cid base32 {text}` \
             converts it"
        ),
        false => format!("`{text}` is not a CID; those of this network begin with `baf`"),
    })
}

#[derive(Serialize)]
struct BlobJson {
    cid: ContentId,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pinned: Option<bool>,
}

impl BlobJson {
    fn new(cid: ContentId) -> Self {
        Self {
            cid,
            bytes: None,
            file: None,
            pinned: None,
        }
    }
}

/// Runs an IPFS command.
pub async fn run(context: &Context<'_>, command: IpfsCommand) -> Result<()> {
    let out = context.out;
    let chain = context.connect().await?;
    let node = NodeRpc::new(&chain);
    let pins = context.global.pins.open();
    match command {
        IpfsCommand::Add { file } => {
            let info =
                std::fs::metadata(&file).map_err(|error| Error::file("read", &file, &error))?;
            if !info.is_file() {
                return Err(Error::usage(format!("{} is not a file", file.display()))
                    .hint("give one file; folders are not added"));
            }
            let held = pins.together().await?;
            let bar = out.bytes_bar("adding", info.len());
            let cid = node.add_file(&file, |done| bar.set(done)).await?;
            drop(bar);
            let id = peers::own_id(&node.addresses().await?);
            keep(&pins, &held, id.as_deref(), &cid)?;
            let bytes = Some(info.len());
            let document = BlobJson {
                bytes,
                file: Some(file),
                ..BlobJson::new(cid)
            };
            out.result(&document, |document| document.cid.to_string());
        }
        IpfsCommand::Cat {
            cid,
            out: Some(file),
            peer,
        } => {
            // An existing file stays, so do not fetch anything.
            if file.symlink_metadata().is_ok() {
                let there = io::ErrorKind::AlreadyExists.into();
                return Err(Error::file("write", &file, &there));
            }
            let bar = out.wait(LOOKING);
            let size = patiently(out, LOOKING, find(&node, &cid, &peer)).await?;
            save(&node, &cid, size, &file, &bar).await?;
            let bytes = Some(size);
            drop(bar);
            let document = BlobJson {
                bytes,
                file: Some(file),
                ..BlobJson::new(cid)
            };
            out.result(&document, |document| {
                let file = document.file.as_deref().unwrap_or(Path::new("")).display();
                format!("{} bytes written to {file}", document.bytes.unwrap_or(0))
            });
        }
        IpfsCommand::Cat { out: None, .. } if out.is_json() => {
            return Err(Error::usage(
                "`ipfs cat --json` needs --out FILE: content is not JSON",
            ));
        }
        IpfsCommand::Cat {
            cid,
            out: None,
            peer,
        } => {
            let bar = out.wait(LOOKING);
            let size = patiently(out, LOOKING, find(&node, &cid, &peer)).await?;
            let mut stdout = std::io::stdout().lock();
            if stdout.is_terminal() {
                // There is no place for a bar amid the content, and a terminal must not obey a stranger's content.
                drop(bar);
                let mut terminal = Terminal::new(&mut stdout);
                copy(&node, &cid, size, &mut terminal, |_| ()).await?;
                is_wanted(terminal.finish())?;
            } else {
                copy(&node, &cid, size, &mut stdout, |done| {
                    bar.fetched(done, size)
                })
                .await?;
            }
            is_wanted(stdout.flush())?;
        }
        IpfsCommand::Pin { cid, peer } => {
            let wait = out.wait(FETCHING);
            let pinning = async {
                connect::to_named(&node, &peer).await;
                pin(out, &pins, &node, &cid).await
            };
            patiently(out, FETCHING, pinning).await?;
            drop(wait);
            let document = BlobJson {
                pinned: Some(true),
                ..BlobJson::new(cid)
            };
            out.result(&document, |document| format!("{} is kept", document.cid));
        }
        IpfsCommand::Unpin { cid } => {
            let held = pins.together().await?;
            node.unpin(&cid).await?;
            if let Some(id) = peers::own_id(&node.addresses().await?) {
                pins.take_back(&held, &id, &cid)?;
            }
            let document = BlobJson {
                pinned: Some(false),
                ..BlobJson::new(cid)
            };
            out.result(&document, |document| {
                format!("{} may be forgotten", document.cid)
            });
        }
        IpfsCommand::Addresses => {
            let addresses = node.addresses().await?;
            out.result(&addresses, |addresses| match addresses.is_empty() {
                true => "the node's store cannot be reached by others".into(),
                false => addresses.join("\n"),
            });
        }
    }
    Ok(())
}

/// Notes that the user wants the content to stay at the node with this id, so that it stays even when a task that
/// needed it is over. Without an id nothing can be noted, and nothing is ever released.
fn keep(pins: &Pins, held: &Lock, node: Option<&str>, cid: &ContentId) -> Result<()> {
    match node {
        Some(id) => {
            let reason = Reason::Asked(cid.clone());
            pins.add(held, Note::new(id, reason, [cid.clone()].into()))
        }
        None => Ok(()),
    }
}

/// Makes the node keep a file. This is noted before the node is asked, so that the file is not released meanwhile. The
/// lock on the notes is not held while the node searches for the file, which can take minutes.
async fn pin(out: &Output, pins: &Pins, node: &NodeRpc<'_>, cid: &ContentId) -> Result<()> {
    let id = peers::own_id(&node.addresses().await?);
    let id = id.as_deref();
    let reason = Reason::Asked(cid.clone());
    let was_noted = id.is_some_and(|id| pins.has(id, &reason));
    keep(pins, &pins.together().await?, id, cid)?;
    let pinned = node.pin(cid).await;
    match (&pinned, id) {
        // Somebody may have unpinned it meanwhile, so note it again: it is kept now.
        (Ok(()), _) => keep(pins, &pins.together().await?, id, cid)?,
        // The file is not kept, so remove the note that this call made.
        (Err(_), Some(id)) if !was_noted => {
            if let Err(error) = pins.remove(id, reason) {
                out.warn(format!(
                    "{cid} stays noted as one to keep, though it is not: {error}"
                ));
            }
        }
        (Err(_), _) => {}
    }
    pinned
}

/// The length of some content, once the node has found it. The node first connects to these peers, but may also find
/// the content elsewhere.
async fn find(node: &NodeRpc<'_>, cid: &ContentId, peers: &[String]) -> Result<u64> {
    connect::to_named(node, peers).await;
    node.size(cid).await
}

/// Writes content to a new file, which appears as a whole or not at all.
async fn save(
    node: &NodeRpc<'_>,
    cid: &ContentId,
    size: u64,
    file: &Path,
    bar: &Bar,
) -> Result<()> {
    let mut whole = WholeFile::begin(file)?;
    let progress = |done| bar.fetched(done, size);
    copy(node, cid, size, whole.content(), progress).await?;
    whole.create_for_all()
}

/// Whether the reader wants more. That the reader has had enough, as `head` does, is no failure.
fn is_wanted(written: io::Result<()>) -> Result<bool> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Error::other(format!("cannot write: {}", io_cause(&error)))),
    }
}

async fn copy(
    source: &impl BlobSource,
    cid: &ContentId,
    size: u64,
    to: &mut impl Write,
    progress: impl Fn(u64),
) -> Result<()> {
    let mut pieces = futures::stream::iter((0..size).step_by(CHUNK_BYTES as usize))
        .map(|offset| source.read(cid, offset, (size - offset).min(CHUNK_BYTES)))
        .buffered(READ_AHEAD);
    let mut done = 0;
    progress(0);
    while let Some(piece) = pieces.try_next().await? {
        if !is_wanted(to.write_all(&piece))? {
            return Ok(());
        }
        done += piece.len() as u64;
        progress(done);
    }
    if done == size {
        Ok(())
    } else {
        Err(Error::other(format!("{cid} ended after {done} of {size} bytes")).hint("try again"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_cid() {
        let old = "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPbdG";
        assert!(parse_cid(old).unwrap_err().contains("ipfs cid base32"));
        assert!(parse_cid("abc").unwrap_err().contains("begin with `baf`"));
    }

    #[test]
    fn who_has_had_enough_is_not_told_of_a_failure() {
        let ended = |kind: io::ErrorKind| is_wanted(Err(kind.into()));
        assert!(is_wanted(Ok(())).unwrap());
        assert!(!ended(io::ErrorKind::BrokenPipe).unwrap());
        let full = ended(io::ErrorKind::StorageFull).unwrap_err();
        assert_eq!(full.message, "cannot write: the disk is full");
    }

    #[test]
    fn the_document_is_documented() {
        let cid = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";
        let document = BlobJson {
            cid: cid.parse().unwrap(),
            bytes: Some(1),
            file: Some(PathBuf::new()),
            pinned: Some(true),
        };
        crate::output::documented::check(&["Content"], &document);
    }
}
