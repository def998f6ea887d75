//! What is different for a sealed task: data comes in sealed and goes out sealed.

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

/// What stands on chain about a failure. All that is said of it elsewhere can quote the task's data,
/// and is in the log.
pub const PUBLIC_MESSAGE: &str =
    "the task is sealed: what went wrong is in the log, for the requester";

/// The data key of a task, and what it is used for. In memory only: after a restart it comes out of
/// the envelope on chain again.
#[derive(Debug)]
pub struct Sealing {
    key: DataKey,
    assignment: AssignmentId,
}

impl Sealing {
    /// Opens the granted envelope and checks that the key in it is the one the task committed to.
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

    /// Opens the requester's sealed file `from` to `to`, and returns the length of what was in it.
    /// `from` is gone afterwards.
    ///
    /// # Errors
    /// It was not sealed under this key, was altered, or the disk says no.
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

    /// Puts ciphertext in the place of the result. The same result always becomes the same
    /// ciphertext, so that a job that has to be done again still opens its commitment.
    ///
    /// # Errors
    /// The disk says no, or the time is up before ([`io::ErrorKind::TimedOut`]); the result is then
    /// as it was.
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
            // Half of it would only take room.
            let _ = std::fs::remove_file(&part);
        })
    }

    /// A log that only the requester can read.
    ///
    /// # Errors
    /// It is too long.
    pub fn seal_log(&self, log: &[u8]) -> Result<Vec<u8>, TooLong> {
        let purpose = Purpose::Log(self.assignment);
        let digest = blake3::hash(log);
        let salt = Salt::of_content(&self.key, purpose, digest.as_bytes());
        stream::seal_bytes(&self.key, purpose, salt, log)
    }
}
