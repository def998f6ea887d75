//! Uploads files to the IPFS node.

use super::error::BlobError;
use super::rpc::{refusal, KuboRpc};
use super::Progress;
use cid::Cid;
use futures::Stream;
use reqwest::multipart::{Form, Part};
use reqwest::Body;
use serde::Deserialize;
use std::io;
use std::path::Path;
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tokio::sync::watch;

/// The layout of a file, on which its CID depends: a change gives equal files new CIDs. This is
/// kubo's profile `unixfs-v1-2025`. Why: ADR 0003.
const CHUNKER: &str = "size-1048576";
const LINKS: &str = "1024";

/// How many bytes are read from the file at a time.
const PIECE: usize = 256 << 10;

/// What an upload is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Store and pin.
    Keep,
    /// Compute the CID.
    HashOnly,
}

/// One line of the answer; a line about progress has no hash.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Line {
    hash: Option<String>,
}

pub(super) async fn upload(
    rpc: &KuboRpc,
    path: &Path,
    purpose: Purpose,
    progress: Progress<'_>,
) -> Result<Cid, BlobError> {
    let unreadable = |source| BlobError::File {
        action: "read",
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).await.map_err(unreadable)?;
    let info = file.metadata().await.map_err(unreadable)?;
    if !info.is_file() {
        return Err(unreadable(io::Error::other("it is not a file")));
    }
    let total = info.len();

    let (sent, mut sent_so_far) = watch::channel(0);
    let body = Body::wrap_stream(pieces(file, total, sent));
    // The file's name concerns nobody, so it is sent under a name that says nothing.
    let part = Part::stream_with_length(body, total).file_name("blob");
    let hash_only = if purpose == Purpose::HashOnly {
        "true"
    } else {
        "false"
    };
    let keep = if purpose == Purpose::Keep {
        "true"
    } else {
        "false"
    };
    let query = [
        ("chunker", CHUNKER),
        ("cid-version", "1"),
        ("max-file-links", LINKS),
        ("raw-leaves", "true"),
        ("only-hash", hash_only),
        ("pin", keep),
        ("progress", "false"),
    ];
    let request = rpc
        .request("add", &query)
        .multipart(Form::new().part("file", part));

    let subject = path.display().to_string();
    let answer = async {
        let answer = rpc.answer(request).await?;
        rpc.body(rpc.check(&subject, answer).await?).await
    };
    let mut answer = std::pin::pin!(answer);
    progress(0, total);
    let mut reading = true;
    let body = loop {
        tokio::select! {
            body = &mut answer => break body,
            changed = sent_so_far.changed(), if reading => match changed {
                // The last call is made once the answer is here.
                Ok(()) => {
                    let done = *sent_so_far.borrow_and_update();
                    if done < total {
                        progress(done, total);
                    }
                }
                Err(_) => reading = false,
            },
        }
    };
    let complete = *sent_so_far.borrow() == total;
    let body = match body {
        Ok(body) => body,
        // A file that became shorter breaks the connection; that is not the node's fault.
        Err(BlobError::NodeUnreachable { .. }) if !reading && !complete => {
            return Err(BlobError::FileChanged {
                path: path.to_owned(),
            })
        }
        Err(error) => return Err(error),
    };
    let cid = cid_in(&body).ok_or_else(|| {
        refusal(
            &subject,
            format!(
                "an answer without a CID: {}",
                String::from_utf8_lossy(&body)
            ),
        )
    })?;
    progress(total, total);
    Ok(cid)
}

/// Returns the file in pieces. Ends with an error if it is shorter than `total`; what is appended
/// to it meanwhile is not sent.
fn pieces(
    file: File,
    total: u64,
    sent: watch::Sender<u64>,
) -> impl Stream<Item = io::Result<Vec<u8>>> + Send + 'static {
    futures::stream::try_unfold((file, sent), move |(mut file, sent)| async move {
        let done = *sent.borrow();
        let left = total - done;
        if left == 0 {
            return Ok(None);
        }
        let want = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        let mut piece = vec![0; want];
        file.read_exact(&mut piece).await?;
        sent.send_replace(done + want as u64);
        Ok(Some((piece, (file, sent))))
    })
}

/// Returns the hash of the last line that has one.
fn cid_in(body: &[u8]) -> Option<Cid> {
    let lines = body.split(|byte| *byte == b'\n');
    let mut hashes = lines.filter_map(|line| serde_json::from_slice::<Line>(line).ok()?.hash);
    hashes.next_back()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_may_have_lines_about_progress() {
        let cid = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
        let body = format!(
            "{{\"Name\":\"blob\",\"Bytes\":262144}}\n{{\"Name\":\"blob\",\"Hash\":\"{cid}\"}}\n"
        );
        assert_eq!(cid_in(body.as_bytes()).unwrap().to_string(), cid);
        assert_eq!(cid_in(b"{\"Name\":\"blob\",\"Bytes\":1}\n"), None);
        assert_eq!(cid_in(b""), None);
    }
}
