//! The log of a failure: what a stranger's program said goes to IPFS for the one who asked.

use aicpw_protocol::{
    mailbox::{margin, MARGIN},
    ContentId,
};
use std::time::Duration;

use super::Life;
use crate::ipfs::{silent, BlobError};

/// Most bytes of a log that go to IPFS.
const MAX_LOG: usize = 1 << 20;

/// Longest time that adding a log may take once a window closes: about a block.
const LATE_LOG_TIMEOUT: Duration = Duration::from_millis(250);

impl Life {
    /// The log of a failure on IPFS, if there is one and IPFS works.
    pub(super) async fn keep_log(&self, log: &[u8]) -> Option<ContentId> {
        if log.is_empty() {
            return None;
        }
        let log = log.get(..MAX_LOG).unwrap_or(log);
        let text = self.without_paths(&String::from_utf8_lossy(log));
        let log = match &self.sealing {
            Some(sealing) => sealing.seal_log(text.as_bytes()).ok()?,
            None => text.into_bytes(),
        };
        let path = self.folder.log();
        let add = async {
            let written = tokio::fs::write(&path, log).await;
            written.map_err(|source| BlobError::File {
                action: "write",
                path: path.clone(),
                source,
            })?;
            self.shop.store.add_file(&path, &silent).await
        };
        // The failure has to be on chain in time; the log does not.
        let late = async {
            tokio::select! {
                () = self.watch.start_window_closes(MARGIN) => {}
                () = self.watch.time_runs_out(margin(self.order().time_limit)) => {}
            }
            tokio::time::sleep(LATE_LOG_TIMEOUT).await;
        };
        let timeout = self.shop.log_timeout;
        let error = tokio::select! {
            biased;
            added = add => match added {
                Ok(cid) => return ContentId::try_from(cid).ok(),
                Err(error) => error.to_string(),
            },
            () = late => "there is no time left for it".to_owned(),
            () = tokio::time::sleep(timeout) => format!("it took longer than {timeout:?}"),
        };
        tracing::warn!(assignment = %self.order().assignment, error, "the log is not on IPFS");
        None
    }

    /// A text for a stranger: where things are on this machine is not their business.
    pub(super) fn without_paths(&self, text: &str) -> String {
        text.replace(&*self.folder.work().to_string_lossy(), "job")
    }
}
