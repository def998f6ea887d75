//! Seals what is uploaded, and opens what is fetched.

use std::path::Path;

use aicpw_protocol::{
    manifest::Manifest,
    sealing::{
        key::Purpose,
        stream::{self, Salt},
        DataKey,
    },
    task::Privacy,
    AssignmentId,
};

use crate::{
    data_keys::DataKeys,
    error::{Error, Result},
};

/// Refuses a manifest for which `--sealed` could not keep its promise.
///
/// # Errors
/// The manifest names content that is already on IPFS for everybody to read.
pub fn check_manifest(manifest: &Manifest) -> Result<()> {
    let public: Vec<_> = manifest
        .blobs()
        .iter()
        .map(|blob| format!("\n  {}", blob.cid))
        .collect();
    if public.is_empty() {
        return Ok(());
    }
    Err(Error::usage(format!(
        "--sealed: the manifest names content that is on IPFS already, unsealed:{}",
        public.concat()
    ))
    .hint("name it by `file`, so that it can be sealed; nothing was sent"))
}

/// Seals a file into a temporary one. That one is removed when it is dropped, or when this future is dropped before it
/// is done. The work is done in a thread of its own, because the file may be large.
///
/// # Errors
/// A file cannot be read or written.
pub async fn seal_file(key: &DataKey, path: &Path) -> Result<tempfile::NamedTempFile> {
    let salt = Salt::random().map_err(Error::other)?;
    let failed = |error: std::io::Error| Error::file("seal", path, &error);
    let sealed = tempfile::NamedTempFile::new().map_err(failed)?;
    let mut to = sealed.as_file().try_clone().map_err(failed)?;
    let (key, path) = (key.clone(), path.to_owned());
    let sealing = tokio::task::spawn_blocking(move || {
        let mut from =
            std::fs::File::open(&path).map_err(|error| Error::file("read", &path, &error))?;
        stream::seal(&key, Purpose::Content, salt, &mut from, &mut to)
            .map_err(|error| Error::file("seal", &path, &error))
    });
    sealing.await.map_err(Error::other)??;
    Ok(sealed)
}

/// Seals a manifest.
///
/// # Errors
/// The system gives no random bytes.
pub fn seal_manifest(key: &DataKey, manifest: &[u8]) -> Result<Vec<u8>> {
    let salt = Salt::random().map_err(Error::other)?;
    stream::seal_bytes(key, Purpose::Content, salt, manifest).map_err(Error::other)
}

/// The data key of a task; `None` if the task is public.
///
/// # Errors
/// The key is not here.
pub fn key_of(keys: &DataKeys, privacy: &Privacy) -> Result<Option<DataKey>> {
    match privacy {
        Privacy::Public => Ok(None),
        Privacy::Sealed { key_commitment } => keys.load(key_commitment).map(|(_, key)| Some(key)),
    }
}

/// Opens the manifest of a task, if it is sealed.
///
/// # Errors
/// The manifest cannot be opened with the key.
pub fn open_manifest(key: Option<&DataKey>, manifest: Vec<u8>) -> Result<Vec<u8>> {
    match key {
        None => Ok(manifest),
        Some(key) => stream::open_bytes(key, Purpose::Content, &manifest)
            .map_err(|broken| Error::verification(format!("the manifest: {broken}"))),
    }
}

/// Opens the log of an assignment, if it is sealed.
///
/// # Errors
/// The log cannot be opened with the key.
pub fn open_log(key: Option<&DataKey>, assignment: AssignmentId, log: Vec<u8>) -> Result<Vec<u8>> {
    match key {
        None => Ok(log),
        Some(key) => stream::open_bytes(key, Purpose::Log(assignment), &log)
            .map_err(|broken| Error::verification(format!("the log: {broken}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::prepare::tests::MANIFEST;
    use futures::FutureExt;
    use std::io::Read;

    /// Regression: while a file was being sealed, signals were not noticed.
    #[tokio::test]
    async fn a_file_is_sealed_beside_what_else_is_done() {
        let key = DataKey::from_bytes([7; 32]);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        // The file cannot be read before somebody writes to it.
        let mut sealing = std::pin::pin!(seal_file(&key, &path));
        assert!(sealing.as_mut().now_or_never().is_none());
        let pipe = path.clone();
        let writing = tokio::task::spawn_blocking(move || std::fs::write(pipe, "plain text"));
        let sealed = sealing.await.unwrap();
        writing.await.unwrap().unwrap();
        let bytes = std::fs::read(sealed.path()).unwrap();
        let opened = stream::open_bytes(&key, Purpose::Content, &bytes).unwrap();
        assert_eq!(opened, b"plain text");
    }

    #[tokio::test]
    async fn what_is_uploaded_is_ciphertext() {
        let key = DataKey::from_bytes([7; 32]);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.bin");
        std::fs::write(&path, b"plain text").unwrap();
        let sealed = seal_file(&key, &path).await.unwrap();
        let mut bytes = Vec::new();
        sealed.reopen().unwrap().read_to_end(&mut bytes).unwrap();
        assert!(!bytes.windows(5).any(|window| window == b"plain"));
        let opened = stream::open_bytes(&key, Purpose::Content, &bytes).unwrap();
        assert_eq!(opened, b"plain text");

        let manifest = seal_manifest(&key, b"{}").unwrap();
        assert_eq!(open_manifest(Some(&key), manifest.clone()).unwrap(), b"{}");
        let other = DataKey::from_bytes([8; 32]);
        assert!(open_manifest(Some(&other), manifest).is_err());
        assert_eq!(open_manifest(None, b"{}".to_vec()).unwrap(), b"{}");
    }

    #[test]
    fn content_that_is_public_already_cannot_be_sealed() {
        let manifest = Manifest::parse(MANIFEST.as_bytes()).unwrap();
        assert!(check_manifest(&manifest).is_ok());
        let cid = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
        let public = MANIFEST.replace(
            "{ \"file\": \"x.bin\" }",
            &format!("{{ \"cid\": \"{cid}\" }}"),
        );
        let error = check_manifest(&Manifest::parse(public.as_bytes()).unwrap()).unwrap_err();
        assert!(error.message.contains(cid), "{error}");
    }
}
