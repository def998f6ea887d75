//! The worker secret, from which the salts of commitments and the sealing key are derived.

use aicpw_protocol::{hashing::hash_in, sealing::envelope, Hash};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::durable;

const SEALING_KEY: &str = "aicpw 2026 sealing key v1";

/// The name of the file in the worker's folder.
pub const FILE: &str = "worker-secret";

/// The secret cannot be read or made.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read or made.
    #[error("cannot {action} the worker secret {}: {source}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The file is not what this program wrote.
    #[error(
        "the worker secret {} is damaged: {reason}. Restore it from a backup. Deleting it makes a \
         new one, but results that are committed and not yet revealed can then not be opened",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// 32 random bytes in a file that only its owner can read; made once.
#[derive(Clone)]
pub struct WorkerSecret(Hash);

impl std::fmt::Debug for WorkerSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WorkerSecret(…)")
    }
}

impl WorkerSecret {
    /// Returns a secret from its bytes.
    pub fn from_bytes(bytes: Hash) -> Self {
        Self(bytes)
    }

    /// Reads the secret in `folder`, or makes it.
    ///
    /// # Errors
    /// When the file cannot be read or made, others can read it, or it is not 64 hex digits.
    pub fn open(folder: &Path) -> Result<Self, SecretError> {
        let path = folder.join(FILE);
        match std::fs::symlink_metadata(&path) {
            Ok(info) => Self::read(&path, info.mode()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::create(&path),
            Err(source) => Err(failed("read", &path, source)),
        }
    }

    /// Returns the bytes, for [`aicpw_protocol::commitment::derive_salt`].
    pub fn bytes(&self) -> &Hash {
        &self.0
    }

    /// Returns the public x25519 key to which data for this worker is sealed.
    pub fn sealing_key(&self) -> Hash {
        envelope::public_key(&self.sealing_secret())
    }

    /// Returns the secret of the sealing key. It is derived, so that there is one secret to keep
    /// and not two.
    pub fn sealing_secret(&self) -> Hash {
        hash_in(SEALING_KEY, &self.0)
    }

    fn read(path: &Path, mode: u32) -> Result<Self, SecretError> {
        let damaged = |reason: String| SecretError::Damaged {
            path: path.to_owned(),
            reason,
        };
        if mode & 0o077 != 0 {
            return Err(damaged(format!(
                "others may read it (mode {:o}); if you trust it still, run chmod 600 on it",
                mode & 0o777
            )));
        }
        let text = std::fs::read_to_string(path).map_err(|source| failed("read", path, source))?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes)
            .map_err(|error| damaged(error.to_string()))?;
        Ok(Self(bytes))
    }

    fn create(path: &Path) -> Result<Self, SecretError> {
        let make = || -> io::Result<Hash> {
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes).map_err(io::Error::other)?;
            // Written to another file and renamed, so that a crash cannot leave half a secret.
            let part = path.with_extension("part");
            match std::fs::remove_file(&part) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut file = std::fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&part)?;
            file.write_all(hex::encode(bytes).as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&part, path)?;
            durable::sync_parent(path)?;
            Ok(bytes)
        };
        make()
            .map(Self)
            .map_err(|source| failed("make", path, source))
    }
}

fn failed(action: &'static str, path: &Path, source: io::Error) -> SecretError {
    SecretError::File {
        action,
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn made_once_and_only_for_the_owner() {
        let dir = tempfile::tempdir().unwrap();
        let first = WorkerSecret::open(dir.path()).unwrap();
        let again = WorkerSecret::open(dir.path()).unwrap();
        assert_eq!(first.bytes(), again.bytes());
        assert_eq!(first.sealing_key(), again.sealing_key());
        assert_ne!(first.bytes(), &first.sealing_key());
        let path = dir.path().join(FILE);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!format!("{first:?}").contains(&hex::encode(first.bytes())));

        let elsewhere = tempfile::tempdir().unwrap();
        let other = WorkerSecret::open(elsewhere.path()).unwrap();
        assert_ne!(first.bytes(), other.bytes());
    }

    #[test]
    fn a_damaged_or_readable_secret_is_never_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        WorkerSecret::open(dir.path()).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = WorkerSecret::open(dir.path()).unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");

        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, "abc").unwrap();
        let error = WorkerSecret::open(dir.path()).unwrap_err().to_string();
        assert!(
            error.contains("damaged") && error.contains("backup"),
            "{error}"
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "abc");
    }
}
