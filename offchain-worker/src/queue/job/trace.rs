//! The trace of a disputed result: shown when the chain asks for it, and never before.

use aicpw_protocol::{
    commitment::{derive_salt, SaltPurpose},
    content::ContentId,
    job::{TraceRecord, MAX_TRACE_BYTES},
    trace::TraceOpening,
};

use super::{super::record::Answer, deliver::add_until_done, Life};
use crate::{blocking, durable};

impl Life {
    /// Waits until the trace is wanted, adds its hashes to IPFS, and returns its opening. Never returns if there is
    /// nothing to open: the whole job is judged then.
    pub(super) async fn open_trace(&self, answer: &Answer) -> TraceOpening {
        self.watch.trace_wanted().await;
        let assignment = self.order().assignment;
        let record = match blocking::run(|| self.trace_record(answer)) {
            Ok(record) => record,
            Err(error) => {
                tracing::error!(%assignment, error, "the trace of a disputed result cannot be shown");
                return std::future::pending().await;
            }
        };
        let file = add_until_done("trace", assignment, || async {
            let cid = self
                .shop
                .store
                .add_file(&self.folder.hashes(), &crate::ipfs::silent)
                .await;
            let cid = cid.map_err(|error| error.to_string())?;
            ContentId::try_from(cid).map_err(|error| error.to_string())
        })
        .await;
        let (secret, genesis) = (self.shop.secret.bytes(), self.folder.record().genesis);
        let salt = derive_salt(secret, &genesis, assignment, SaltPurpose::Trace);
        match TraceOpening::new(salt, &record, file) {
            Some(opening) => {
                tracing::info!(%assignment, hashes = opening.hashes, "opens its trace, for a dispute");
                opening
            }
            None => {
                tracing::error!(%assignment, "the trace is longer than a chain takes");
                std::future::pending().await
            }
        }
    }

    /// Returns the trace that was committed to, and writes all of its hashes to a file.
    fn trace_record(&self, answer: &Answer) -> Result<TraceRecord, String> {
        let text = durable::read_untrusted(&self.folder.trace(), MAX_TRACE_BYTES)
            .map_err(|error| error.to_string())?;
        let record: TraceRecord =
            serde_json::from_slice(&text).map_err(|error| error.to_string())?;
        if record.root() != answer.trace_root {
            return Err("it is not what was committed to".into());
        }
        durable::replace(&self.folder.hashes(), &record.hashes().concat())
            .map_err(|error| error.to_string())?;
        Ok(record)
    }
}
