//! A fetcher's job: it fetches the result that is claimed to be unavailable, and runs nothing.
//!
//! The result is hashed as it comes, and written nowhere. The task's requester says how long it can be, and its blocks
//! are in the store, which takes care of its own room. For a sealed task it is ciphertext, and stays ciphertext.

use aicpw_protocol::{
    availability::{self, Digest, NOT_FETCHED},
    mailbox::{FetchOrder, Order, Report, MARGIN},
    merkle::ResultRootBuilder,
    sealing::stream::sealed_length,
    task::Fault,
    Hash,
};
use std::sync::{
    atomic::{AtomicBool, Ordering},
    Mutex, PoisonError,
};
use std::time::Duration;

use super::{
    super::{fetch::addresses, record::Answer},
    Life, Trouble,
};
use crate::{
    engines::Failure,
    ipfs::{BlobError, FetchOptions},
};

/// The pause before searching again for a result that was not found; doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A result that was fetched.
struct Fetched {
    digest: Hash,
    bytes: u64,
}

impl Life {
    /// Tries to fetch the result for as long as there is time, and answers with the outcome.
    pub(super) async fn fetch_claimed(
        &mut self,
        order: &Order,
        wanted: &FetchOrder,
    ) -> Result<Answer, Trouble> {
        // Nothing has to be prepared: the time to fetch begins with the start.
        self.report(&Report::Ready);
        let watch = self.watch.clone();
        let got = AtomicBool::new(false);
        let blind = Mutex::new(None);
        let fetched = tokio::select! {
            biased;
            fetched = self.try_to_fetch(order, wanted, &got, &blind) => fetched?,
            () = watch.time_runs_out(MARGIN) => {
                // The failure says nothing about whether the result is there; an answer would convict an honest
                // provider.
                if let Some(error) = blind.into_inner().unwrap_or_else(PoisonError::into_inner) {
                    let message = format!("{}: at the provider: {error}", wanted.result);
                    return Err(Failure::new(Fault::Crashed, message).into());
                }
                None
            }
        };
        if fetched.is_none() && got.load(Ordering::Relaxed) {
            // A slow result is not an unavailable one: the job gives no answer.
            let message = format!("{} did not come whole in time", wanted.result);
            return Err(Failure::new(Fault::TimeLimit, message).into());
        }
        tracing::info!(
            assignment = %order.assignment,
            result = %wanted.result,
            found = fetched.is_some(),
            "looked for a result that is said not to be there"
        );
        Ok(Answer {
            result_root: fetched
                .as_ref()
                .map_or(NOT_FETCHED, |fetched| fetched.digest),
            trace_root: Hash::default(),
            result: wanted.result.clone(),
            bytes: fetched.map_or(0, |fetched| fetched.bytes),
        })
    }

    /// Fetches the result. Returns `None` if the content of its CID cannot be the result. Until this machine's own IPFS
    /// node has been able to search for it once, `blind` is the reason why it could not.
    async fn try_to_fetch(
        &self,
        order: &Order,
        wanted: &FetchOrder,
        got: &AtomicBool,
        blind: &Mutex<Option<BlobError>>,
    ) -> Result<Option<Fetched>, Trouble> {
        let Ok(cid) = cid::Cid::try_from(wanted.result.as_bytes()) else {
            return Ok(None);
        };
        let options = FetchOptions {
            peers: addresses(&wanted.peers),
            max_bytes: most_bytes(order),
            stall_timeout: self.shop.fetch.stall,
            // The chain says when the time is over.
            total_timeout: Duration::MAX,
        };
        let progress = |done: u64, total: u64| {
            if total > 0 && done >= total.div_ceil(availability::ENOUGH) {
                got.store(true, Ordering::Relaxed);
            }
        };
        let mut has_looked = false;
        let mut pause = FIRST_PAUSE;
        loop {
            let store = &self.shop.store;
            let mut found = Found::new(wanted);
            let mut sink = |piece: &[u8]| found.update(piece);
            let fetched = store.fetch_through(&cid, &options, &progress, &mut sink);
            let error = match fetched.await {
                Ok(bytes) => {
                    let digest = found.finish();
                    got.store(digest.is_some(), Ordering::Relaxed);
                    return Ok(digest.map(|digest| Fetched { digest, bytes }));
                }
                Err(error) => error,
            };
            tracing::info!(%cid, %error, ?pause, "a result is not there yet");
            match &error {
                // The content never becomes smaller.
                BlobError::TooLarge { .. } => {
                    got.store(false, Ordering::Relaxed);
                    return Ok(None);
                }
                // Others chose how much there is to fetch. A lack of room says nothing about whether the result is
                // there, and this is the chain's fault for that.
                BlobError::StoreFull { .. } | BlobError::DiskFull { .. } => {
                    let message = format!("{}: at the provider: {error}", wanted.result);
                    return Err(Failure::new(Fault::TimeLimit, message).into());
                }
                BlobError::File { .. } | BlobError::FileChanged { .. } => {
                    // This says nothing about that either, and is the provider's own fault.
                    let message = format!("{}: at the provider: {error}", wanted.result);
                    return Err(Failure::new(Fault::Crashed, message).into());
                }
                BlobError::NotFound { .. }
                | BlobError::Stalled { .. }
                | BlobError::PeerUnreachable { .. }
                | BlobError::BadAddress { .. } => has_looked = true,
                BlobError::Refused { .. } | BlobError::NodeUnreachable { .. } => {}
            }
            *blind.lock().unwrap_or_else(PoisonError::into_inner) = (!has_looked).then_some(error);
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Keeps a result that could be fetched after all, so that the claimant can fetch it too.
    pub(super) async fn keep_fetched(&self, answer: &Answer) {
        let Ok(cid) = cid::Cid::try_from(answer.result.as_bytes()) else {
            return;
        };
        // The result is here: pinning has nothing to fetch.
        if let Err(error) = self.shop.store.pin(&cid, self.shop.fetch.total).await {
            tracing::warn!(%cid, %error, "cannot keep a result that was fetched");
        }
    }
}

/// Returns the most bytes that a result of this task has; for a sealed task, as ciphertext.
fn most_bytes(order: &Order) -> u64 {
    let most = availability::most_bytes(order.needs.memory);
    match order.privacy.is_sealed() {
        true => sealed_length(most),
        false => most,
    }
}

/// What is computed from a result while it comes.
struct Found {
    digest: Digest,
    /// The root that it should have, and the one that it has; of ciphertext nobody knows the root.
    root: Option<(Hash, ResultRootBuilder)>,
}

impl Found {
    fn new(wanted: &FetchOrder) -> Self {
        Self {
            digest: Digest::new(&wanted.key),
            root: wanted
                .root
                .map(|expected| (expected, ResultRootBuilder::default())),
        }
    }

    fn update(&mut self, piece: &[u8]) {
        self.digest.update(piece);
        if let Some((_, root)) = &mut self.root {
            root.update(piece);
        }
    }

    /// Returns the digest, if the content is the result.
    fn finish(self) -> Option<Hash> {
        let is_result = self
            .root
            .is_none_or(|(expected, root)| root.finish() == expected);
        is_result.then(|| self.digest.finish())
    }
}
