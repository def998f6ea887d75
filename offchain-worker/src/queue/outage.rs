//! Waiting for this machine's own IPFS node: it is started again within seconds or minutes, and no work is thrown away
//! because of that.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::ipfs::{BlobError, BlobStore};

/// The pause before the node is asked again; doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How long the node may take to say that it is there when a window closes: about a block.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(250);

/// Why this machine's own IPFS node does not answer, for one job.
#[derive(Debug, Default)]
pub struct Outage(Mutex<Option<BlobError>>);

impl Outage {
    /// Does something with the node, and retries it for as long as the node does not answer. The caller says when there
    /// is no time left.
    ///
    /// # Errors
    /// The node's error, when it answers.
    pub async fn wait_out<T, F>(&self, does: impl Fn() -> F) -> Result<T, BlobError>
    where
        F: Future<Output = Result<T, BlobError>>,
    {
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match does().await {
                Err(error @ BlobError::NodeUnreachable { .. }) => error,
                answer => {
                    self.set(None);
                    return answer;
                }
            };
            tracing::warn!(%error, ?pause, "the IPFS node does not answer; trying again");
            self.set(Some(error));
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Returns why the node does not answer, if it has not answered since and does not now.
    pub async fn lasts(&self, store: &dyn BlobStore) -> Option<BlobError> {
        let error = self.set(None)?;
        match tokio::time::timeout(ANSWER_TIMEOUT, store.status()).await {
            Ok(Ok(_)) => None,
            Ok(Err(_)) | Err(_) => Some(error),
        }
    }

    fn set(&self, error: Option<BlobError>) -> Option<BlobError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *known, error)
    }
}
