//! Sealed tasks: their data comes in sealed and goes out sealed.

use aicpw_protocol::{
    mailbox::Order,
    sealing::{
        envelope,
        key::Purpose,
        stream::{self, OpenError, Salt, TooLong},
        DataKey, Envelope, EnvelopeContext,
    },
    task::{Fault, Privacy},
    AssignmentId, Hash,
};
use std::fs::File;
use std::io;
use std::path::Path;

use super::in_time::{InTime, IsLate};
use crate::{blocking, durable, engines::Failure, secret::WorkerSecret};

/// The message on chain about a failure. Everything else that is said about it can quote the task's
/// data, and is in the log.
pub const PUBLIC_MESSAGE: &str =
    "the task is sealed: what went wrong is in the log, for the requester";

/// The data key of a task, and its uses. It is only in memory: after a restart it is read from the
/// envelope on chain again.
#[derive(Debug)]
pub struct Sealing {
    key: DataKey,
    assignment: AssignmentId,
}

impl Sealing {
    /// Opens the granted envelope, and checks that its key is the one that the task committed to.
    ///
    /// # Errors
    /// [`Fault::BadKey`].
    pub fn open(
        secret: &WorkerSecret,
        genesis: &Hash,
        order: &Order,
        granted: &Envelope,
    ) -> Result<Self, Failure> {
        let bad_key = |reason: String| Failure::new(Fault::BadKey, reason);
        let Privacy::Sealed { key_commitment } = &order.privacy else {
            return Err(bad_key("the task is public".into()));
        };
        let context = EnvelopeContext {
            genesis,
            assignment: order.assignment,
            manifest: &order.manifest,
            recipient: &secret.sealing_key(),
        };
        let opened = envelope::open(granted, &secret.sealing_secret(), &context, key_commitment);
        Ok(Self {
            key: opened.map_err(|error| bad_key(error.to_string()))?,
            assignment: order.assignment,
        })
    }

    /// Opens the requester's sealed file `from` into `to`, and returns the length of its content.
    /// `from` is gone afterwards.
    ///
    /// # Errors
    /// When the file was not sealed with this key, was altered, or the disk fails.
    pub fn open_content(&self, from: &Path, to: &Path) -> Result<u64, OpenError> {
        let mut content = File::create(to)?;
        let opened = stream::open(
            &self.key,
            Purpose::Content,
            &mut File::open(from)?,
            &mut content,
        );
        std::fs::remove_file(from)?;
        opened?;
        Ok(content.metadata()?.len())
    }

    /// Replaces the result by its ciphertext. The same result always becomes the same ciphertext,
    /// so that a job that has to be done again can still open its commitment.
    ///
    /// # Errors
    /// When the disk fails, or the time is up first ([`io::ErrorKind::TimedOut`]); the result is
    /// then unchanged.
    pub async fn seal_result(
        &self,
        output: &Path,
        result_root: &Hash,
        is_late: IsLate<'_>,
    ) -> io::Result<()> {
        let purpose = Purpose::Result(self.assignment);
        let salt = Salt::of_content(&self.key, purpose, result_root);
        let part = output.with_extension("part");
        let write = || -> io::Result<File> {
            let mut sealed = File::create(&part)?;
            let mut from = InTime::new(File::open(output)?, is_late);
            stream::seal(&self.key, purpose, salt, &mut from, &mut sealed)?;
            Ok(sealed)
        };
        let replace = || -> io::Result<()> {
            std::fs::rename(&part, output)?;
            durable::sync_parent(output)
        };
        let seal = async {
            blocking::sync(blocking::run(write)?).await?;
            blocking::run(replace)
        };
        seal.await.inspect_err(|_| {
            // An incomplete file would only take room.
            let _ = std::fs::remove_file(&part);
        })
    }

    /// Returns the log sealed, so that only the requester can read it.
    ///
    /// # Errors
    /// When the log is too long.
    pub fn seal_log(&self, log: &[u8]) -> Result<Vec<u8>, TooLong> {
        let purpose = Purpose::Log(self.assignment);
        let digest = blake3::hash(log);
        let salt = Salt::of_content(&self.key, purpose, digest.as_bytes());
        stream::seal_bytes(&self.key, purpose, salt, log)
    }
}
