//! A job that fetches a result which is said not to be there, and runs nothing.
//!
//! What comes is hashed as it comes, and written nowhere: the task's requester says how much that can be, and its blocks
//! are in the store, which looks after its own room. Of a sealed task it is ciphertext, and stays so.

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

/// Pause before a result that was not found is looked for again; doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A result that was fetched.
struct Fetched {
    digest: Hash,
    bytes: u64,
}

impl Life {
    /// Tries to fetch the result for as long as there is time, and answers what came of it.
    pub(super) async fn fetch_claimed(
        &mut self,
        order: &Order,
        wanted: &FetchOrder,
    ) -> Result<Answer, Trouble> {
        // Nothing has to be there for it: the time to fetch begins with the start.
        self.report(&Report::Ready);
        let watch = self.watch.clone();
        let got = AtomicBool::new(false);
        let blind = Mutex::new(None);
        let fetched = tokio::select! {
            biased;
            fetched = self.try_to_fetch(order, wanted, &got, &blind) => fetched?,
            () = watch.time_runs_out(MARGIN) => {
                // It says nothing of whether it is there, and would convict an honest provider.
                if let Some(error) = blind.into_inner().unwrap_or_else(PoisonError::into_inner) {
                    let message = format!("{}: at the provider: {error}", wanted.result);
                    return Err(Failure::new(Fault::Crashed, message).into());
                }
                None
            }
        };
        if fetched.is_none() && got.load(Ordering::Relaxed) {
            // Slow is not gone: nothing is said of it.
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

    /// `None` if what its CID names cannot be the result. As long as this machine's own IPFS node has not
    /// been able to look for it once, `blind` is what is the matter with it.
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
            // The chain says when it is over.
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
                // It never becomes smaller.
                BlobError::TooLarge { .. } => {
                    got.store(false, Ordering::Relaxed);
                    return Ok(None);
                }
                // Others chose how much there is to fetch. It says nothing of whether it is there, and this is
                // the chain's word for that.
                BlobError::StoreFull { .. } | BlobError::DiskFull { .. } => {
                    let message = format!("{}: at the provider: {error}", wanted.result);
                    return Err(Failure::new(Fault::TimeLimit, message).into());
                }
                BlobError::File { .. } | BlobError::FileChanged { .. } => {
                    // Nor does this, and it is the provider's own.
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

    /// Keeps a result that was fetched after all, so that whoever claimed that it was not there can fetch
    /// it too.
    pub(super) async fn keep_fetched(&self, answer: &Answer) {
        let Ok(cid) = cid::Cid::try_from(answer.result.as_bytes()) else {
            return;
        };
        // It is here: nothing has to be fetched for it.
        if let Err(error) = self.shop.store.pin(&cid, self.shop.fetch.total).await {
            tracing::warn!(%cid, %error, "cannot keep a result that was fetched");
        }
    }
}

/// Most bytes that a result of this task has, of a sealed one as ciphertext.
fn most_bytes(order: &Order) -> u64 {
    let most = availability::most_bytes(order.needs.memory);
    match order.privacy.is_sealed() {
        true => sealed_length(most),
        false => most,
    }
}

/// What is made of a result while it comes.
struct Found {
    digest: Digest,
    /// The root that it should have, and what it comes to; of ciphertext nobody knows it.
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

    /// The digest, if it is the result.
    fn finish(self) -> Option<Hash> {
        let is_result = self
            .root
            .is_none_or(|(expected, root)| root.finish() == expected);
        is_result.then(|| self.digest.finish())
    }
}
